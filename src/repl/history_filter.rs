//! Which lines of the prompt are kept: none that holds a secret.

use crate::error::Result;
use crate::store::history::HistoryFile;
use crate::store::state_dir;
use std::rc::Rc;

/// Words that stand beside a secret, folded.
const SECRET_MARKERS: &[&str] =
    &["umapi_client_secret", "umapi_access_token", "client_secret", "bearer ", "-----begin "];
/// How secrets of Adobe's and tokens begin (contract 1.2, RFC 7519), and how long they are at least.
const SECRET_PREFIXES: &[(&str, usize)] = &[("p8e-", 12), ("p8-", 12), ("eyJ", 20)];

/// Keeps lines, if there is a place to save them.
pub struct HistoryFilter {
    history: Option<HistoryFile>,
    is_secret: Rc<dyn Fn(&str) -> bool>,
}

impl HistoryFilter {
    /// The operator's history; `is_secret` knows the configured secrets in a line.
    pub fn of_operator(is_secret: Rc<dyn Fn(&str) -> bool>) -> Self {
        Self { history: state_dir::history().ok().map(HistoryFile::at), is_secret }
    }

    /// The lines of load sessions, the oldest first.
    ///
    /// # Errors
    /// `file`: they cannot be read.
    pub fn load(&self) -> Result<Vec<String>> {
        self.history.as_ref().map_or(Ok(Vec::new()), HistoryFile::entries)
    }

    /// Keeps nothing from now on: there is no place for it.
    pub fn disable(&mut self) {
        self.history = None;
    }

    /// Whether a line may be kept.
    pub fn may_save(&self, line: &str) -> bool {
        !looks_secret(line) && !(self.is_secret)(line)
    }

    /// Keeps a line that may be kept.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub fn save(&self, line: &str) -> Result<()> {
        match &self.history {
            Some(history) if self.may_save(line) => history.add(line),
            _ => Ok(()),
        }
    }
}

/// Whether a line holds something that looks like a secret.
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
    fn lines_with_a_secret_are_told() {
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
    fn a_configured_secret_is_known_by_its_value() {
        let filter = HistoryFilter { history: None, is_secret: Rc::new(|line| line.contains("hunter2")) };
        assert!(!filter.may_save("let p = \"hunter2\""));
        assert!(filter.may_save("let p = 1"));
        assert!(filter.save("get_users()").is_ok());
    }
}
