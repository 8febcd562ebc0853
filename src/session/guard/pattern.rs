//! Names in which `*` matches any text, compared without regard to case.

use crate::error::{Error, Result};
use crate::store::file_door;
use crate::wire::identity::fold;
use crate::wire::wildcard;
use std::path::Path;

/// A name that may contain `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(String);

impl NamePattern {
    /// Parses a pattern.
    pub fn new(text: &str) -> Self {
        Self(fold(text))
    }

    /// Parses an argument: the name of a file with one pattern per line, relative to `folder`, or a pattern.
    ///
    /// # Errors
    /// `file`: it cannot be read.
    pub fn parse_all(folder: &Path, text: &str) -> Result<Vec<Self>> {
        if !is_file_name(folder, text) {
            return Ok(vec![Self::new(text)]);
        }
        let content =
            file_door::read_to_string(&folder.join(text)).map_err(|error| Error::file(text, error))?;
        let lines = content.trim_start_matches('\u{feff}').lines().map(str::trim);
        Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Self::new).collect())
    }

    /// Whether an argument is a plain word. It may be a misspelled file name, which would protect nobody.
    pub fn may_be_file_name(folder: &Path, text: &str) -> bool {
        !text.contains(['@', '*']) && !is_file_name(folder, text)
    }

    /// The pattern, in lower case.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        wildcard::matches(&self.0, &fold(name))
    }
}

/// Whether a file is meant, even one that does not exist: that must be an error, not a pattern that matches nobody.
fn is_file_name(folder: &Path, text: &str) -> bool {
    let path = folder.join(text);
    let has_ending =
        path.extension().is_some_and(|ending| ["txt", "csv"].iter().any(|known| ending == *known));
    text.contains(['/', '\\']) || has_ending || file_door::is_file(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_text() {
        for (pattern, name, expected) in [
            ("ceo@example.com", " CEO@example.com", true),
            ("ceo@example.com", "ceo@example.com.au", false),
            ("*@example.com", "a@example.com", true),
            ("admin*", "administrator@example.com", true),
            ("a*b*c", "aXXbYYc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("*", "anything", true),
        ] {
            assert_eq!(NamePattern::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn a_file_has_one_pattern_per_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("protected.txt");
        std::fs::write(&path, "# the board\nceo@example.com\n\n*@board.example.com\n").unwrap();
        let here = Path::new("");
        let parse_all = |text: &str| NamePattern::parse_all(here, text);
        let patterns = parse_all(&path.display().to_string()).unwrap();
        assert_eq!(patterns, [NamePattern::new("ceo@example.com"), NamePattern::new("*@board.example.com")]);
        assert_eq!(NamePattern::parse_all(folder.path(), "protected.txt").unwrap(), patterns);
        assert!(parse_all("missing.txt").is_err() && parse_all("./missing").is_err());
        assert_eq!(parse_all("x@example.com").unwrap(), [NamePattern::new("x@example.com")]);
        let may_be_file_name = |text: &str| NamePattern::may_be_file_name(here, text);
        assert!(may_be_file_name("protectd") && !may_be_file_name("missing.txt"));
        assert!(!may_be_file_name("x@example.com") && !may_be_file_name("admin*"));
    }
}
