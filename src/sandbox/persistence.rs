//! The organization on disk: one JSON file, replaced whole.

use super::groups::GroupId;
use super::ids::PersonId;
use crate::sandbox::accounts::SandboxAccount;
use crate::sandbox::domains::{DomainTable, SandboxDomain};
use crate::sandbox::groups::SandboxGroup;
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::shared::ServerState;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Numbers without a person or group that any file may have.
const GAPS: usize = 1_000_000;
/// The format of the file. Format 1 had no domains: its organizations have those of a new sandbox.
const FORMAT: u32 = 2;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum StateError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("it has the format {0}, not 1 or {FORMAT}")]
    Format(u32),
    #[error("it contains an id that was never assigned, or one twice")]
    Number,
    #[error("its numbers go up to {0}, far more than it has people and groups")]
    Large(usize),
}

/// The organization a file holds; `None` where there is no file yet.
pub(super) fn load(path: &Path) -> Result<Option<SandboxOrganization>, StateError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let saved: SavedState = serde_json::from_reader(BufReader::new(file))?;
    if !(1..=FORMAT).contains(&saved.format) {
        return Err(StateError::Format(saved.format));
    }
    if let Some(number) = saved.absurd_number() {
        return Err(StateError::Large(number));
    }
    if !saved.numbers_are_known() {
        return Err(StateError::Number);
    }
    Ok(Some(saved.organization()))
}

/// Writes the organization if it changed since `saved`; returns the revision of the file.
pub(super) fn save_changes(shared: &ServerState, path: &Path, saved: u64) -> u64 {
    let (revision, text) = {
        let service = shared.service();
        let revision = service.org.revision();
        if revision == saved {
            return saved;
        }
        (revision, serde_json::to_vec(&StateToSave::of(&service.org)))
    };
    let written = text.map_err(io::Error::from).and_then(|text| replace(path, &text));
    match written {
        Ok(()) => revision,
        Err(error) => {
            shared
                .report(&format!("the sandbox cannot save its organization in {}: {error}", path.display()));
            saved
        }
    }
}

/// Writes the organization, replacing the file.
pub(super) fn save(org: &SandboxOrganization, path: &Path) -> io::Result<()> {
    replace(path, &serde_json::to_vec(&StateToSave::of(org))?)
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let aside = tempfile::Builder::new().prefix(".umapish-").tempfile_in(folder)?;
    let mut writer = BufWriter::new(aside.as_file());
    writer.write_all(text)?;
    writer.flush()?;
    drop(writer);
    aside.as_file().sync_all()?;
    aside.persist(&target)?;
    Ok(())
}

/// The file as it is read.
#[derive(Deserialize)]
struct SavedState {
    format: u32,
    next_group: usize,
    next_person: usize,
    #[serde(default)]
    domains: Option<Vec<SandboxDomain>>,
    #[serde(default)]
    open_domains: bool,
    groups: Vec<(GroupId, SandboxGroup)>,
    people: Vec<(PersonId, SandboxAccount)>,
}

impl SavedState {
    /// A next number that far exceeds what the file holds. Every number takes room, also that of somebody who left.
    fn absurd_number(&self) -> Option<usize> {
        let is_absurd = |next: &usize, entries: usize| *next > GAPS + entries.saturating_mul(10);
        let person = Some(self.next_person).filter(|next| is_absurd(next, self.people.len()));
        person.or_else(|| Some(self.next_group).filter(|next| is_absurd(next, self.groups.len())))
    }

    fn numbers_are_known(&self) -> bool {
        let people: HashSet<_> = self.people.iter().map(|(id, _)| id.0 as usize).collect();
        let groups: HashSet<_> = self.groups.iter().map(|(id, _)| id.0 as usize).collect();
        people.len() == self.people.len()
            && groups.len() == self.groups.len()
            && people.iter().all(|id| *id < self.next_person)
            && groups.iter().all(|id| *id < self.next_group)
    }

    fn organization(self) -> SandboxOrganization {
        let mut org = SandboxOrganization::default();
        if let Some(domains) = self.domains {
            org.people.domains = DomainTable::new(domains, self.open_domains);
        }
        for (id, group) in self.groups {
            org.groups.put(id, group);
        }
        org.groups.skip_to(self.next_group);
        for (id, person) in self.people {
            org.count(&person.groups);
            org.people.put(id, person);
        }
        org.people.skip_to(self.next_person);
        org
    }
}

/// The file as it is written, straight from the organization.
#[derive(Serialize)]
struct StateToSave<'o> {
    format: u32,
    next_group: usize,
    next_person: usize,
    domains: &'o [SandboxDomain],
    open_domains: bool,
    #[serde(serialize_with = "groups")]
    groups: &'o SandboxOrganization,
    #[serde(serialize_with = "people")]
    people: &'o SandboxOrganization,
}

impl<'o> StateToSave<'o> {
    fn of(org: &'o SandboxOrganization) -> Self {
        let (next_group, next_person) = (org.groups.next_number(), org.people.next_number());
        let domains = &org.people.domains;
        let (open_domains, domains) = (domains.is_open(), domains.all());
        Self { format: FORMAT, next_group, next_person, domains, open_domains, groups: org, people: org }
    }
}

fn groups<S: Serializer>(org: &SandboxOrganization, serializer: S) -> Result<S::Ok, S::Error> {
    list(org.groups.iter(), serializer)
}

fn people<S: Serializer>(org: &SandboxOrganization, serializer: S) -> Result<S::Ok, S::Error> {
    list(org.people.iter(), serializer)
}

fn list<T: Serialize, S: Serializer>(
    entries: impl Iterator<Item = T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    for entry in entries {
        list.serialize_element(&entry)?;
    }
    list.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seed;

    #[test]
    fn an_organization_comes_back_as_it_was_and_gives_no_number_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        let mut org = seed::organization(None);
        let last = PersonId(u32::try_from(org.people.next_number() - 1).expect("small"));
        org.remove_member(last, None);
        save(&org, &path).expect("saved");
        let mut back = load(&path).expect("reads").expect("is there");
        let everyone = |org: &SandboxOrganization| {
            org.people.iter().map(|(id, one)| (id, one.clone())).collect::<Vec<_>>()
        };
        let all = |org: &SandboxOrganization| {
            org.groups.iter().map(|(id, one)| (id, one.clone())).collect::<Vec<_>>()
        };
        assert_eq!((everyone(&back), all(&back)), (everyone(&org), all(&org)));
        let someone = org.people.get(PersonId(0)).expect("seeded").clone();
        assert_eq!(back.add_person(someone), PersonId(last.0 + 1));
    }

    #[test]
    fn only_what_changed_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        let shared = ServerState::default();
        assert_eq!((save_changes(&shared, &path, 0), path.exists()), (0, false));
        shared.service().org.touch();
        assert_eq!((save_changes(&shared, &path, 0), path.exists()), (1, true));
        let nowhere = folder.path().join("no/such/folder.json");
        assert_eq!(save_changes(&shared, &nowhere, 0), 0);
    }

    #[test]
    fn a_missing_file_is_no_error_and_a_broken_one_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        assert!(load(&path).expect("no error").is_none());
        let foreign = r#"{"format":3,"next_group":0,"next_person":0,"groups":[],"people":[]}"#;
        let unknown = r#"{"format":1,"next_group":0,"next_person":0,"groups":[[7,{"kind":"userGroup","name":"X"}]],"people":[]}"#;
        let twice = r#"{"format":1,"next_group":9,"next_person":0,"groups":[[7,{"kind":"userGroup","name":"X"}],[7,{"kind":"userGroup","name":"Y"}]],"people":[]}"#;
        let large = |group: &str, person: &str| {
            format!(r#"{{"format":1,"next_group":{group},"next_person":{person},"groups":[],"people":[]}}"#)
        };
        let absurd = ["18446744073709551615", "4294967296", "9e99", "-1", "1000001"];
        let absurd = absurd.iter().flat_map(|number| [large(number, "0"), large("0", number)]);
        let absurd: Vec<_> = absurd.collect();
        let broken = ["", "{}", "[1]", "{\"format\":1", foreign, unknown, twice];
        for text in broken.into_iter().chain(absurd.iter().map(String::as_str)) {
            fs::write(&path, text).expect("written");
            assert!(load(&path).is_err(), "{text}");
        }
    }
}
