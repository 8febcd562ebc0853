//! What live runs have found out about the groups of an organization that no listing shows: whether people can be added to
//! them, or they are read-only.

use super::atomic_file::{FileAccess, replace};
use super::state_dir;
use crate::error::{Error, Result};
use crate::wire::percent_encode::keeping_at;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The version of the format; files of others are begun anew.
const FORMAT: u32 = 1;
/// For how many seconds a finding counts, 90 days: an administrator may share a group from elsewhere later.
const COUNTS_FOR: i64 = 90 * 24 * 3600;

/// The file of an organization.
#[derive(Debug, Clone)]
pub(crate) struct GroupEvidenceFile {
    path: PathBuf,
}

/// Groups by their folded names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct GroupFindings {
    /// Those to which people were added.
    pub writable: HashSet<String>,
    /// Those that refused it.
    pub read_only: HashSet<String>,
}

/// What a file holds: groups by their folded names, with the time of the finding in seconds since 1970.
#[derive(Debug, Default, Serialize, Deserialize)]
struct EvidenceContent {
    format: u32,
    writable: BTreeMap<String, i64>,
    read_only: BTreeMap<String, i64>,
}

impl GroupEvidenceFile {
    /// That of an organization at a service, in the state folder; creates nothing yet.
    pub(crate) fn of(state: &Path, organization: &str, service: &str) -> Self {
        let folder = state.join("groups").join(keeping_at(organization));
        Self { path: folder.join(format!("{}.json", keeping_at(service))) }
    }

    /// What counts at a moment.
    pub(crate) fn findings(&self, now: Timestamp) -> GroupFindings {
        let content = self.read();
        let names = |groups: BTreeMap<String, i64>| {
            groups.into_iter().filter(|(_, time)| counts(*time, now)).map(|(name, _)| name).collect()
        };
        GroupFindings { writable: names(content.writable), read_only: names(content.read_only) }
    }

    /// Adds findings; what was known of these groups, and of those that are `replaced`, does not count any more.
    ///
    /// # Errors
    /// `file`: it cannot be written.
    pub(crate) fn note(
        &self,
        found: &GroupFindings,
        replaced: &HashSet<String>,
        now: Timestamp,
    ) -> Result<()> {
        let mut content = self.read();
        let GroupFindings { writable, read_only } = found;
        let is_kept = |name: &String, time: i64| {
            let is_new = [writable, read_only, replaced].into_iter().any(|names| names.contains(name));
            !is_new && counts(time, now)
        };
        for (groups, names) in [(&mut content.writable, writable), (&mut content.read_only, read_only)] {
            groups.retain(|name, time| is_kept(name, *time));
            groups.extend(names.iter().map(|name| (name.clone(), now.as_second())));
        }
        content.format = FORMAT;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        state_dir::make(folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
        let text = serde_json::to_vec(&content).unwrap_or_default();
        replace(&self.path, FileAccess::Private, |writer| writer.write_all(&text))
    }

    fn read(&self) -> EvidenceContent {
        let text = fs::read(&self.path).unwrap_or_default();
        let content: EvidenceContent = serde_json::from_slice(&text).unwrap_or_default();
        if content.format == FORMAT { content } else { EvidenceContent::default() }
    }
}

/// A finding that is dated in the future does not count: the clock was wrong then, or is now.
fn counts(time: i64, now: Timestamp) -> bool {
    (0..COUNTS_FOR).contains(&now.as_second().saturating_sub(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_counts_for_ninety_days_unless_a_later_one_differs() {
        let folder = tempfile::tempdir().unwrap();
        let file = GroupEvidenceFile::of(folder.path(), "1@AdobeOrg", "https://example.com/v2");
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let names = |list: &[&str]| list.iter().map(ToString::to_string).collect::<HashSet<_>>();
        let found = |writable: &[&str], read_only: &[&str]| GroupFindings {
            writable: names(writable),
            read_only: names(read_only),
        };
        assert_eq!(file.findings(day(0)), found(&[], &[]));
        file.note(&found(&["a", "b", "c"], &["d"]), &names(&[]), day(0)).unwrap();
        file.note(&found(&["d"], &["c"]), &names(&["b"]), day(1)).unwrap();
        assert_eq!(file.findings(day(1)), found(&["a", "d"], &["c"]));
        assert_eq!(file.findings(day(90)), found(&["d"], &["c"]));
        assert_eq!(file.findings(day(91)), found(&[], &[]));
        let others = GroupEvidenceFile::of(folder.path(), "2@AdobeOrg", "https://example.com/v2");
        assert_eq!(others.findings(day(1)), found(&[], &[]));
        let at = |format: u32, time: i64| {
            format!("{{\"format\":{format},\"writable\":{{\"a\":{time}}},\"read_only\":{{}}}}")
        };
        let times = [i64::MIN, i64::MAX, 86_401].map(|time| at(1, time));
        for broken in [String::new(), "{".to_owned(), at(2, 86_400)].into_iter().chain(times) {
            fs::write(&file.path, &broken).unwrap();
            assert_eq!(file.findings(day(1)), found(&[], &[]), "{broken}");
        }
    }
}
