//! What a check says of a command that the service would refuse.

/// The first thing wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct CommandFault {
    /// 0-based step; 0 for a fault of the root.
    pub step: usize,
    /// The service's code.
    pub code: &'static str,
    /// What is wrong, and where.
    pub message: String,
}
