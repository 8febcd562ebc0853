//! What happened to one piece of a command: done, refused, unknown, and the errors of a refusal. Pure.

use crate::client::outcome::{CommandOutcome, Status, StepError, Warning};
use crate::client::settings::Mode;

/// The outcome of one piece of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PieceVerdict {
    /// It was done, or would be.
    Done,
    /// The service refused one of its steps.
    Refused(PieceRefusal),
    /// The service reported success, and it could not be read back.
    Unverified(String),
    /// The service reported success, but the user is still a member.
    StillMember(String),
    /// It may have been done.
    Unknown(String),
    /// It was not carried out.
    NotSent(String),
    /// It can be sent again.
    Resend,
}

/// The errors of a refused piece, in the order of its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PieceRefusal {
    pub(super) first: StepError,
    others: Vec<StepError>,
    /// Whether steps after the first failed one were done, as far as is known.
    later_steps: LaterSteps,
}

/// The state of the steps after the first failed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LaterSteps {
    /// There are none without an error, or none of them was done.
    NotDone,
    /// At least one was done.
    Done,
    /// At least one may have been done: it could not be read back.
    Unknown,
}

impl PieceRefusal {
    /// A refusal with these errors; `None` without any.
    pub(crate) fn new(errors: Vec<StepError>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let first = errors.next()?;
        Some(Self { first, others: errors.collect(), later_steps: LaterSteps::NotDone })
    }

    /// The refusal of a request as a whole.
    pub(crate) fn of_request(code: String, message: String) -> Self {
        let first = StepError { step: None, code, message };
        Self { first, others: Vec::new(), later_steps: LaterSteps::NotDone }
    }

    /// The code of the first error.
    pub(crate) fn code(&self) -> &str {
        &self.first.code
    }

    pub(crate) fn set_later_steps(&mut self, state: LaterSteps) {
        self.later_steps = state;
    }

    pub(crate) fn errors(&self) -> impl Iterator<Item = &StepError> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The steps after the first failed one that have no error, if nothing else shows whether any step was done.
    pub(crate) fn unreported_steps(&self, steps: usize) -> Vec<usize> {
        if self.first.step != Some(0) || is_about_form(&self.first.code) {
            return Vec::new();
        }
        (1..steps).filter(|step| self.errors().all(|error| error.step != Some(*step))).collect()
    }

    /// Whether a step of the piece was or may have been done in live mode.
    pub(super) fn is_partly_done(&self) -> bool {
        let earlier = self.first.step.is_some_and(|step| step > 0);
        !is_about_form(&self.first.code) && (earlier || self.later_steps != LaterSteps::NotDone)
    }

    pub(super) fn message(&self) -> String {
        let first = &self.first.message;
        match self.later_steps {
            LaterSteps::Unknown => {
                format!("{first} (later steps may have been done: they could not be read back)")
            }
            LaterSteps::Done => format!("{first} (later steps were done)"),
            LaterSteps::NotDone => first.clone(),
        }
    }
}

/// A verdict with its request and warnings.
#[derive(Debug, Clone)]
pub(crate) struct SettledPiece {
    pub(crate) verdict: PieceVerdict,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) mode: Mode,
    /// Whether the verdict was read back.
    pub(crate) verified: bool,
}

impl PieceVerdict {
    /// The outcome as the journal records it.
    pub(crate) fn outcome(&self, mode: Mode) -> CommandOutcome {
        match self {
            Self::Done if mode == Mode::Test => CommandOutcome::new(Status::WouldComplete),
            Self::Done => CommandOutcome::new(Status::Completed),
            Self::Refused(refusal) => {
                let applied = mode == Mode::Live && refusal.is_partly_done();
                let status = if applied { Status::PartlyDone } else { Status::Failed };
                CommandOutcome {
                    step: refusal.first.step,
                    code: Some(refusal.first.code.clone()),
                    ..CommandOutcome::with_message(status, refusal.message())
                }
            }
            Self::StillMember(message) => CommandOutcome::with_message(Status::StillMember, message),
            Self::Unverified(message) => CommandOutcome::with_message(Status::Unverified, message),
            Self::Unknown(message) => CommandOutcome::with_message(Status::Unknown, message),
            Self::NotSent(message) => CommandOutcome::with_message(Status::NotSent, message),
            Self::Resend => CommandOutcome::with_message(
                Status::Unknown,
                "the response was lost; the command will be sent again",
            ),
        }
    }
}

/// Whether a code reports a malformed command, of which no step was done (contract 4.9).
fn is_about_form(code: &str) -> bool {
    code.starts_with("error.command.")
}

impl SettledPiece {
    /// A verdict on a piece that was never sent.
    pub(crate) fn unsent(verdict: PieceVerdict, mode: Mode) -> Self {
        Self { verdict, warnings: Vec::new(), request_id: None, attempts: 0, mode, verified: false }
    }
}
