//! Names in which `*` matches any text, compared without regard to case.

use super::protected_name;
use crate::error::{Error, Result};
use crate::store::{file_door, text_file};
use crate::wire::identity::fold;
use crate::wire::wildcard;
use std::path::Path;
use std::sync::Arc;

/// The option that takes a list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameListOption {
    /// `--protect`.
    Protect,
    /// `--only`.
    Only,
}

impl NameListOption {
    /// The option as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Protect => "--protect",
            Self::Only => "--only",
        }
    }

    fn refused(self, text: &str, why: &str) -> String {
        match self {
            Self::Protect => format!("`{text}` cannot be protected: {why}"),
            Self::Only => format!("`{text}` is not a name that `--only` understands: {why}"),
        }
    }

    fn without_names(self) -> &'static str {
        match self {
            Self::Protect => "the file has no names, so it protects nobody",
            Self::Only => "the file has no names, so nothing could be changed",
        }
    }

    fn misread(self) -> &'static str {
        match self {
            Self::Protect => {
                "A line that is not understood would protect nobody, so nothing was run. Fix the file."
            }
            Self::Only => "Write one name per line. Nothing was run.",
        }
    }
}

/// A name that may contain `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    /// The file and the line it comes from.
    place: Option<Arc<str>>,
}

impl NamePattern {
    /// A pattern that was parsed before.
    pub fn new(text: &str) -> Self {
        Self { text: fold(text), place: None }
    }

    /// Parses a pattern; double quotes around it are left out.
    ///
    /// # Errors
    /// `usage`: it is not understood, so it might protect nobody.
    pub fn parse(text: &str) -> Result<Self> {
        Self::parse_for(NameListOption::Protect, text)
    }

    fn parse_for(option: NameListOption, text: &str) -> Result<Self> {
        let wrong = |why: String| Error::usage(option.refused(text, &why));
        protected_name::parse(text).map(|name| Self::new(&name)).map_err(wrong)
    }

    /// Parses an argument: the name of a file with one pattern per line, relative to `folder`, or a pattern. In a
    /// file, blank lines and those that begin with `#` are skipped.
    ///
    /// # Errors
    /// `file`: it cannot be read. `usage`: a pattern is not understood, or the file has none; names all lines.
    pub fn parse_all(option: NameListOption, folder: &Path, text: &str) -> Result<Vec<Self>> {
        if is_file_name(folder, text) {
            Self::parse_file(option, &folder.join(text), text)
        } else {
            Ok(vec![Self::parse_for(option, text)?])
        }
    }

    fn parse_file(option: NameListOption, path: &Path, shown: &str) -> Result<Vec<Self>> {
        let (mut patterns, mut refused) = (Vec::new(), Vec::new());
        for (number, line) in text_file::lines(path)? {
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let place = format!("{shown}:{number}");
            match protected_name::parse(&line) {
                Ok(name) => patterns.push(Self { place: Some(place.into()), ..Self::new(&name) }),
                Err(why) => refused
                    .push(format!("{place}: `{}` is not understood: {why}", line.trim().escape_debug())),
            }
        }
        if !refused.is_empty() {
            return Err(Error::usage_with_hint(refused.join("\n"), option.misread()));
        }
        if patterns.is_empty() {
            let message = format!("{shown}: {}", option.without_names());
            let hint = format!("Write one name per line, or leave out {}.", option.name());
            return Err(Error::usage_with_hint(message, hint));
        }
        Ok(patterns)
    }

    /// Whether an argument is a plain word. It may be a misspelled file name, which would protect nobody.
    pub fn may_be_file_name(folder: &Path, text: &str) -> bool {
        !text.contains(['@', '*', '"']) && !is_file_name(folder, text)
    }

    /// The file and the line it comes from, if it comes from a file.
    pub(super) fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// The pattern, in lower case.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        wildcard::matches(&self.text, &fold(name))
    }
}

/// Whether a file is meant, even one that does not exist: that must be an error, not a pattern that matches nobody.
fn is_file_name(folder: &Path, text: &str) -> bool {
    let path = folder.join(text);
    let has_ending = path
        .extension()
        .is_some_and(|ending| ["txt", "csv"].iter().any(|known| ending.eq_ignore_ascii_case(known)));
    // A pipe or a device, too: its names must not be missed.
    let is_there = file_door::exists(&path) && !file_door::is_folder(&path);
    text.contains(['/', '\\']) || has_ending || is_there
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
        let texts = |folder: &Path, text: &str| {
            let patterns = NamePattern::parse_all(NameListOption::Protect, folder, text).unwrap();
            patterns.iter().map(|pattern| pattern.text().to_owned()).collect::<Vec<_>>()
        };
        let expected = ["ceo@example.com", "*@board.example.com"];
        assert_eq!(texts(here, &path.display().to_string()), expected);
        assert_eq!(texts(folder.path(), "protected.txt"), expected);
        let patterns =
            NamePattern::parse_all(NameListOption::Protect, folder.path(), "protected.txt").unwrap();
        assert_eq!(patterns[1].place(), Some("protected.txt:4"));
        for missing in ["missing.txt", "./missing", "MISSING.CSV"] {
            assert!(NamePattern::parse_all(NameListOption::Protect, here, missing).is_err(), "{missing}");
        }
        assert_eq!(texts(here, "X@example.com"), ["x@example.com"]);
        let may_be_file_name = |text: &str| NamePattern::may_be_file_name(here, text);
        assert!(may_be_file_name("protectd") && !may_be_file_name("missing.txt"));
        assert!(!may_be_file_name("x@example.com") && !may_be_file_name("admin*"));
    }
}
