//! Why a step was refused.

/// Why a step is not carried out: the code and message of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// The result of a step.
pub(super) type StepResult<T = ()> = Result<T, Refusal>;

/// A refusal.
pub(super) fn refuse<T>(code: &'static str, message: impl Into<String>) -> StepResult<T> {
    Err(Refusal { code, message: message.into() })
}
