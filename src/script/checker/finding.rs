//! What the checker reports.

use crate::language::place::ScriptPlace;

/// A mistake in a script, or a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckFinding {
    /// Whether the script can still run.
    pub is_warning: bool,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: ScriptPlace,
}
