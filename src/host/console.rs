//! The operator's console, as script functions use it.

use crate::error::Result;
use serde_json::Value;

/// Where a script's output goes and where its prompts are answered.
pub trait HostConsole {
    /// A line of data.
    fn print(&self, line: &str);
    /// A value in the output format that the operator chose.
    fn show(&self, value: &Value);
    /// A message for the operator.
    fn message(&self, line: &str);
    /// A note for the operator.
    fn note(&self, line: &str);
    /// A warning for the operator.
    fn warn(&self, line: &str);
    /// Whether the reader of standard output closed it.
    fn is_lost(&self) -> bool;
    /// The operator's answer to a question.
    ///
    /// # Errors
    /// `usage`: there is no terminal to ask on.
    fn ask(&self, question: &str) -> Result<String>;
}
