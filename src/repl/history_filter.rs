//! Saves the lines of the prompt, except lines that contain a secret.

use crate::error::Result;
use crate::secret::holds_secret;
use crate::store::history::HistoryFile;
use crate::store::state_dir;
use std::rc::Rc;

/// Words that appear next to a secret, in lower case.
const SECRET_MARKERS: &[&str] =
    &["umapi_client_secret", "umapi_access_token", "client_secret", "bearer ", "-----begin "];
/// Prefixes of Adobe's secrets and of tokens (contract 1.2, RFC 7519), each with the shortest length of a match.
const SECRET_PREFIXES: &[(&str, usize)] = &[("p8e-", 12), ("p8-", 12), ("eyJ", 20)];

/// The history file, if there is one, and the filter for it.
pub(super) struct HistoryFilter {
    history: Option<HistoryFile>,
    is_secret: Rc<dyn Fn(&str) -> bool>,
}

impl HistoryFilter {
    /// The operator's history; `is_secret` recognizes configured secrets in a line.
    pub(super) fn of_operator(is_secret: Rc<dyn Fn(&str) -> bool>) -> Self {
        Self { history: state_dir::history().ok().map(HistoryFile::at), is_secret }
    }

    /// The lines of earlier sessions, the oldest first.
    ///
    /// # Errors
    /// `file`: they cannot be read.
    pub(super) fn load(&self) -> Result<Vec<String>> {
        self.history.as_ref().map_or(Ok(Vec::new()), HistoryFile::entries)
    }

    /// Saves nothing from now on, for example because the file cannot be written.
    pub(super) fn disable(&mut self) {
        self.history = None;
    }

    /// Whether a line may be saved.
    pub(super) fn may_save(&self, line: &str) -> bool {
        !looks_secret(line) && !holds_secret(line) && !(self.is_secret)(line)
    }

    /// Saves a line if it may be saved.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub(super) fn save(&self, line: &str) -> Result<()> {
        match &self.history {
            Some(history) if self.may_save(line) => history.add(line),
            _ => Ok(()),
        }
    }
}

/// Whether a line contains something that looks like a secret.
fn looks_secret(line: &str) -> bool {
    let folded = line.to_lowercase();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    SECRET_MARKERS.iter().any(|word| folded.contains(word))
        || line.split(|letter| !is_part(letter)).any(|word| {
            SECRET_PREFIXES.iter().any(|(start, length)| word.starts_with(start) && word.len() >= *length)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_a_secret_are_recognized() {
        for line in [
            "env(\"UMAPI_CLIENT_SECRET\")",
            "let h = \"Authorization: Bearer abc\"",
            "let t = \"eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.e30.x\"",
            "let s = \"p8e-0123456789abcdef\"",
        ] {
            assert!(looks_secret(line), "{line}");
        }
        for line in ["get_users()", "let p8 = 1", "let bearers = []", "eyJ"] {
            assert!(!looks_secret(line), "{line}");
        }
    }

    #[test]
    fn a_configured_secret_is_recognized() {
        let filter = HistoryFilter { history: None, is_secret: Rc::new(|line| line.contains("hunter2")) };
        assert!(!filter.may_save("let p = \"hunter2\""));
        assert!(filter.may_save("let p = 1"));
        assert!(filter.save("get_users()").is_ok());
    }
}
