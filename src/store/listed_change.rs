//! What a program's own changes mean for earlier listings, a line for each: the people whom they concern, and whether
//! groups came or were replaced. With it, a saved listing is brought up to date without reading all of it again.

use super::atomic_file::private;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// A log that is longer than this is begun anew, so that earlier listings cannot be brought up to date any more.
const LONGEST: u64 = 1 << 20;

/// The name by which a person is read: an e-mail or a username, and the domain where one is needed.
pub(crate) type ChangedPerson = (String, Option<String>);

/// What changes concern of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedChange {
    /// The people whose records or memberships they concern, under every name.
    pub(crate) people: BTreeSet<ChangedPerson>,
    /// Whether groups came.
    pub(crate) groups: bool,
    /// Whether they concern people whom they do not name, so that only a new listing shows it.
    pub(crate) everything: bool,
}

/// A line: a change, between the mark before it and its own.
#[derive(Serialize, Deserialize)]
struct ChangeLine<'c> {
    after: Option<String>,
    mark: String,
    #[serde(flatten)]
    change: std::borrow::Cow<'c, ListedChange>,
}

impl ListedChange {
    /// Adds another change.
    pub(crate) fn add(&mut self, other: Self) {
        self.people.extend(other.people);
        self.groups |= other.groups;
        self.everything |= other.everything;
    }
}

/// Adds a change to a log, between two marks.
///
/// # Errors
/// The log cannot be written; then the marks of later lines show that one is missing.
pub(super) fn append(log: &Path, after: Option<String>, mark: &str, change: &ListedChange) -> io::Result<()> {
    let is_long = fs::metadata(log).is_ok_and(|data| data.len() > LONGEST);
    let line = ChangeLine { after, mark: mark.to_owned(), change: std::borrow::Cow::Borrowed(change) };
    let mut text = serde_json::to_vec(&line)?;
    text.push(b'\n');
    let mut options = OpenOptions::new();
    let options = options.create(true).write(true).truncate(is_long).append(!is_long);
    private(options).open(log)?.write_all(&text)
}

/// What changed from one mark to another; `None` if the log does not have all of it.
pub(super) fn between(log: &Path, from: Option<&str>, until: Option<&str>) -> Option<ListedChange> {
    let mut change = ListedChange::default();
    if from == until {
        return Some(change);
    }
    let text = fs::read_to_string(log).ok()?;
    let mut reached = from.map(str::to_owned);
    for line in text.lines().filter_map(|line| serde_json::from_str::<ChangeLine<'_>>(line).ok()) {
        if line.after == reached {
            change.add(line.change.into_owned());
            reached = Some(line.mark);
        }
    }
    (reached.as_deref() == until).then_some(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> ListedChange {
        ListedChange { people: BTreeSet::from([(name.to_owned(), None)]), ..ListedChange::default() }
    }

    fn log_of(lines: &[(Option<&str>, &str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (after, mark, name) in lines {
            append(&folder.path().join("log"), after.map(str::to_owned), mark, &person(name)).unwrap();
        }
        folder
    }

    #[test]
    fn changes_between_two_marks_are_joined() {
        let folder = log_of(&[(None, "1", "a"), (Some("1"), "2", "b"), (Some("2"), "3", "c")]);
        let names = |from, until| {
            let change = between(&folder.path().join("log"), from, Some(until))?;
            Some(change.people.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names(None, "3").as_deref(), Some("a b c"));
        assert_eq!(names(Some("1"), "3").as_deref(), Some("b c"));
        assert_eq!(names(Some("3"), "3").as_deref(), Some(""));
        assert_eq!(names(Some("unknown"), "3"), None);
        assert_eq!(names(Some("1"), "4"), None, "the last change is not in the log");
    }

    #[test]
    fn a_missing_line_or_log_is_noticed() {
        let folder = log_of(&[(None, "1", "a"), (Some("2"), "3", "c")]);
        assert_eq!(between(&folder.path().join("log"), None, Some("3")), None);
        assert_eq!(between(&folder.path().join("none"), None, Some("1")), None);
    }

    #[test]
    fn a_long_log_is_begun_anew() {
        let folder = log_of(&[(None, "1", "a")]);
        let log = folder.path().join("log");
        append(&log, Some("1".to_owned()), "2", &person(&"x".repeat(1 << 20))).unwrap();
        append(&log, Some("2".to_owned()), "3", &person("c")).unwrap();
        assert_eq!(between(&log, Some("2"), Some("3")), Some(person("c")));
        assert_eq!(between(&log, Some("1"), Some("3")), None);
    }
}
