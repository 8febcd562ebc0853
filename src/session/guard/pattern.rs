//! Names with `*` for any letters, compared in any case.

use crate::error::{Error, Result};
use crate::store::file_door;
use crate::wire::identity::fold;
use std::path::Path;

/// A name that may hold `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(String);

impl NamePattern {
    /// Reads a pattern.
    pub fn new(text: &str) -> Self {
        Self(fold(text))
    }

    /// The patterns that an argument names: those of a file, one per line, or the argument itself. A file is relative to
    /// `folder`.
    ///
    /// # Errors
    /// `file`: it cannot be read.
    pub fn all(folder: &Path, text: &str) -> Result<Vec<Self>> {
        if !names_file(folder, text) {
            return Ok(vec![Self::new(text)]);
        }
        let content =
            file_door::read_to_string(&folder.join(text)).map_err(|error| Error::file(text, error))?;
        let lines = content.trim_start_matches('\u{feff}').lines().map(str::trim);
        Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Self::new).collect())
    }

    /// Whether an option's text is a plain word: it may well be a file's name, mistyped, which then protects nobody.
    pub fn is_word(folder: &Path, text: &str) -> bool {
        !text.contains(['@', '*']) && !names_file(folder, text)
    }

    /// As it was written, folded.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a name is meant.
    pub fn matches(&self, name: &str) -> bool {
        let name = fold(name);
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let parts: Vec<_> = parts.collect();
        let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
        for part in middle {
            match rest.find(part) {
                Some(place) => rest = &rest[place + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// Whether a file is meant: one that is named and missing must not protect nobody in silence.
fn names_file(folder: &Path, text: &str) -> bool {
    let path = folder.join(text);
    let has_ending =
        path.extension().is_some_and(|ending| ["txt", "csv"].iter().any(|known| ending == *known));
    text.contains(['/', '\\']) || has_ending || file_door::is_file(&path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
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
    fn a_file_holds_one_pattern_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("protected.txt");
        std::fs::write(&path, "# the board\nceo@example.com\n\n*@board.example.com\n").unwrap();
        let here = Path::new("");
        let all = |text: &str| NamePattern::all(here, text);
        let patterns = all(&path.display().to_string()).unwrap();
        assert_eq!(patterns, [NamePattern::new("ceo@example.com"), NamePattern::new("*@board.example.com")]);
        assert_eq!(NamePattern::all(folder.path(), "protected.txt").unwrap(), patterns);
        assert!(all("missing.txt").is_err() && all("./missing").is_err());
        assert_eq!(all("x@example.com").unwrap(), [NamePattern::new("x@example.com")]);
        let is_word = |text: &str| NamePattern::is_word(here, text);
        assert!(is_word("protectd") && !is_word("missing.txt"));
        assert!(!is_word("x@example.com") && !is_word("admin*"));
    }
}
