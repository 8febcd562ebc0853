//! The operator's console, as script functions see it.

use crate::error::Result;
use serde_json::Value;

/// Where a script's output goes and where its prompts are answered.
pub trait HostConsole {
    /// A line of data.
    fn print(&self, line: &str);
    /// A value in the operator's form.
    fn show(&self, value: &Value);
    /// A line for a person.
    fn message(&self, line: &str);
    /// Something worth knowing.
    fn note(&self, line: &str);
    /// Something that needs attention.
    fn warn(&self, line: &str);
    /// Whether standard output was closed by its reader.
    fn is_lost(&self) -> bool;
    /// The operator's answer to a question.
    ///
    /// # Errors
    /// `usage`: there is no terminal to ask on.
    fn ask(&self, question: &str) -> Result<String>;
}
