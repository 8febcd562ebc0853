//! What an option of a script takes, and how its text becomes a value.

use crate::secret::Secret;
use crate::store::{file_door, secret_source};
use crate::tabular::list;
use crate::values::date::Date;
use crate::wire::identity::looks_like_email;
use crate::wire::invisible;
use rhai::{Array, Dynamic};
use std::path::Path;

/// The name of standard input.
const STANDARD_INPUT: &str = "-";

/// What an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OptionKind {
    String,
    Number,
    Flag,
    Date,
    Email,
    /// A file that exists, or `-`.
    File,
    /// A folder that exists.
    Folder,
    /// A file to write, in a folder that exists.
    Output,
    /// `env:NAME`, `file:PATH` or `-`, so that the secret is in no list of processes and in no journal.
    Secret,
    /// Values separated by commas; the option may be repeated.
    List,
}

/// Every kind with its names in scripts, and the word for its value in a help page.
const KINDS: &[(OptionKind, &[&str], &str)] = &[
    (OptionKind::String, &["string"], "TEXT"),
    (OptionKind::Number, &["number"], "N"),
    (OptionKind::Flag, &["flag", "bool"], ""),
    (OptionKind::Date, &["date"], "DATE"),
    (OptionKind::Email, &["email"], "EMAIL"),
    (OptionKind::File, &["file"], "FILE"),
    (OptionKind::Folder, &["folder"], "DIR"),
    (OptionKind::Output, &["output"], "FILE"),
    (OptionKind::Secret, &["secret"], "SOURCE"),
    (OptionKind::List, &["list"], "A,B"),
];

impl OptionKind {
    /// The kind with a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, names, _)| names.contains(&name)).map(|(kind, ..)| *kind)
    }

    /// Every name, for messages.
    pub(crate) fn names() -> Vec<&'static str> {
        KINDS.iter().flat_map(|(_, names, _)| names.iter().copied()).collect()
    }

    /// The word for its value in a help page.
    pub(crate) fn placeholder(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., word)| word)
    }

    /// Whether its value is a path, which a shell completes.
    pub(crate) fn is_path(self) -> bool {
        matches!(self, Self::File | Self::Folder | Self::Output)
    }

    /// What is wrong with a string, as the end of a sentence such as "must be a number, not `x`". Reads no secret.
    ///
    /// # Errors
    /// That end.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        let is_good = match self {
            Self::Secret => is_source(text),
            Self::File => text == STANDARD_INPUT || file_door::exists(Path::new(text)),
            Self::Folder => file_door::is_folder(Path::new(text)),
            Self::Output => folder_of(text).is_none_or(file_door::is_folder),
            _ => return self.value(text).map(drop),
        };
        if is_good { Ok(()) } else { Err(self.expected(text)) }
    }

    /// The value of a string.
    ///
    /// # Errors
    /// The end of a sentence, as for [`OptionKind::check`].
    pub(crate) fn value(self, text: &str) -> Result<Dynamic, String> {
        let expected = || self.expected(text);
        match self {
            Self::Number => number(text).ok_or_else(expected),
            Self::Flag => flag(text).map(Dynamic::from).ok_or_else(expected),
            Self::Date => Date::parse(text).map(Dynamic::from).map_err(|_| expected()),
            Self::Email => email(text).map(Dynamic::from).ok_or_else(expected),
            Self::List => Ok(list(text).into_iter().map(Dynamic::from).collect::<Array>().into()),
            Self::Secret => secret(text),
            Self::String | Self::File | Self::Folder | Self::Output => Ok(text.to_owned().into()),
        }
    }

    fn expected(self, text: &str) -> String {
        match self {
            Self::Number => format!("must be a number, not `{text}`"),
            Self::Flag => format!("is a switch; it can be `true` or `false`, not `{text}`"),
            Self::Date => format!("must be a date such as 2026-11-30, not `{text}`"),
            Self::Email => format!("must be an e-mail address, not `{text}`"),
            Self::File => format!("must be a file; there is no `{text}`"),
            Self::Folder => format!("must be a folder; there is no folder `{text}`"),
            Self::Output => {
                let folder = folder_of(text).map(|folder| folder.display().to_string()).unwrap_or_default();
                format!("must be a file in a folder that exists; there is no folder `{folder}`")
            }
            // The text is not repeated: it may be the secret itself.
            Self::Secret => {
                "must say where the secret is: env:NAME, file:PATH or - (standard input)".to_owned()
            }
            Self::String | Self::List => format!("cannot be `{text}`"),
        }
    }
}

fn folder_of(text: &str) -> Option<&Path> {
    Path::new(text).parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// A whole number if it is one, otherwise one with decimals.
fn number(text: &str) -> Option<Dynamic> {
    let text = text.trim();
    let whole = text.parse::<i64>().map(Dynamic::from).ok();
    whole.or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Dynamic::from))
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let is_good = looks_like_email(text) && invisible::problem(text).is_none();
    is_good.then(|| text.to_owned())
}

fn is_source(text: &str) -> bool {
    text == STANDARD_INPUT || ["env:", "file:"].iter().any(|start| text.starts_with(start))
}

fn secret(source: &str) -> Result<Dynamic, String> {
    if !is_source(source) {
        return Err(OptionKind::Secret.expected(source));
    }
    let text = secret_source::read(source).map_err(|error| format!("cannot be read: {error}"))?;
    // From here on it is masked wherever it would be shown.
    Ok(Secret::from(text.as_str()).expose().to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_value_of_its_kind_or_says_what_is_expected() {
        for (kind, good, bad) in [
            ("number", &["3", "-2", "1.5"][..], &["", "x", "inf", "1,5"][..]),
            ("flag", &["true", "No"], &["maybe", ""]),
            ("date", &["2026-11-30"], &["30.11.2026", "2026-02-30"]),
            ("email", &["a@example.com"], &["a", "a@", "a\u{200b}@example.com"]),
            ("list", &["A, B", ""], &[]),
            ("string", &["", "x"], &[]),
            ("secret", &["env:HOME", "file:x", "-"], &["hunter2"]),
            ("folder", &["src", "."], &["src/nowhere", "Cargo.toml"]),
            ("file", &["Cargo.toml", "-"], &["nowhere.csv"]),
            ("output", &["out.csv", "src/out.csv"], &["nowhere/out.csv"]),
        ] {
            let kind = OptionKind::named(kind).unwrap();
            for text in good {
                assert_eq!(kind.check(text), Ok(()), "{kind:?} {text}");
            }
            for text in bad {
                assert!(kind.check(text).is_err(), "{kind:?} {text}");
            }
        }
        assert_eq!(OptionKind::List.value("A, B").unwrap().into_typed_array::<String>().unwrap(), ["A", "B"]);
        assert!(!OptionKind::Secret.check("hunter2").unwrap_err().contains("hunter2"));
    }

    #[test]
    fn every_kind_has_names_and_all_but_a_switch_a_word_for_its_value() {
        for (kind, names, word) in KINDS {
            assert!(names.iter().all(|name| OptionKind::named(name) == Some(*kind)));
            assert_eq!(word.is_empty(), *kind == OptionKind::Flag);
        }
        assert_eq!(OptionKind::named("text"), None);
    }
}
