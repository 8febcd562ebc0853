//! All names of a person, as the changes of runs connect them: e-mails, usernames, and the ids of accounts. Pure.

use crate::session::journal::history::JournaledChange;
use crate::store::journal::person_record::RecordedFields;
use crate::wire::identity::fold;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A name by which a person is found: a folded e-mail, a username with its domain, or an id.
type NameKey = String;

/// Names that belong to one person.
#[derive(Debug, Default)]
pub(super) struct PersonNames(HashMap<NameKey, BTreeSet<NameKey>>);

impl PersonNames {
    /// Adds what a change says about the names of people: an account that was read has several, an update or a
    /// new account gives others.
    pub(super) fn add(&mut self, change: &JournaledChange) {
        for person in &change.before {
            let names: Vec<_> = keys_of(&person.fields).collect();
            self.connect(std::iter::once(key(&person.name, person.fields.domain.as_deref())).chain(names));
        }
        let Some(user) = change.command.user().filter(|_| change.is_done()) else { return };
        let domain = change.command.domain();
        let given = change.command.steps().flat_map(|(_, value)| {
            let text = |field: &str| value.get(field).and_then(Value::as_str);
            [text("email").map(|email| key(email, None)), text("username").map(|name| key(name, domain))]
        });
        self.connect(std::iter::once(key(user, domain)).chain(given.flatten()));
    }

    fn connect(&mut self, names: impl Iterator<Item = NameKey>) {
        let names: BTreeSet<_> = names.collect();
        for name in &names {
            self.0.entry(name.clone()).or_default().extend(names.iter().cloned());
        }
    }

    /// All names of the person with this one.
    pub(super) fn of(&self, name: &str) -> HashSet<NameKey> {
        let given = fold(name);
        let begins = |known: &&NameKey| **known == given || known.split('\\').next() == Some(given.as_str());
        let mut open: Vec<_> = self.0.keys().filter(begins).cloned().collect();
        let mut found: HashSet<_> = std::iter::once(given).collect();
        found.extend(open.iter().cloned());
        while let Some(name) = open.pop() {
            let others = self.0.get(&name).into_iter().flatten();
            open.extend(others.filter(|other| found.insert((*other).clone())).cloned());
        }
        found
    }
}

/// Whether a change names a person with one of these names.
pub(super) fn concerns(change: &JournaledChange, names: &HashSet<NameKey>) -> bool {
    let domain = change.command.domain();
    let is_named = change.people().into_iter().any(|name| names.contains(&key(name, domain)));
    let is_read =
        change.before.iter().any(|person| keys_of(&person.fields).any(|name| names.contains(&name)));
    is_named || is_read
}

fn keys_of(fields: &RecordedFields) -> impl Iterator<Item = NameKey> + '_ {
    let domain = fields.domain.as_deref();
    let email = fields.email.as_deref().map(|email| key(email, None));
    let username = fields.username.as_deref().map(|name| key(name, domain));
    email.into_iter().chain(username).chain(fields.id.clone())
}

/// An e-mail is one wherever it is used; a username belongs to its domain.
fn key(name: &str, domain: Option<&str>) -> NameKey {
    let name = fold(name);
    match domain {
        Some(domain) if !name.contains('@') => format!("{name}\\{}", fold(domain)),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::sent_command::CommandContent;
    use crate::store::journal::person_record::PersonRecord;
    use crate::wire::mode::Mode;
    use crate::wire::outcome::{CommandOutcome, Status};
    use jiff::Timestamp;
    use serde_json::json;

    fn change(command: Value, before: Vec<PersonRecord>) -> JournaledChange {
        JournaledChange {
            number: 1,
            time: Timestamp::UNIX_EPOCH,
            request_id: String::new(),
            mode: Mode::Live,
            call: String::new(),
            command: CommandContent::raw(command),
            before,
            outcome: CommandOutcome::new(Status::Completed),
        }
    }

    fn failed(command: Value) -> JournaledChange {
        JournaledChange { outcome: CommandOutcome::new(Status::Failed), ..change(command, Vec::new()) }
    }

    fn read(name: &str, email: &str, username: &str) -> PersonRecord {
        let text = |text: &str| Some(text.to_owned());
        let fields = RecordedFields {
            id: text("7"),
            email: text(email),
            username: text(username),
            domain: text("corp.example.com"),
            ..RecordedFields::default()
        };
        PersonRecord { name: name.to_owned(), fields, ..PersonRecord::default() }
    }

    #[test]
    fn renames_usernames_and_what_was_read_lead_to_all_names_of_a_person() {
        let changes = [
            change(json!({"user": "old@x.com", "do": [{"update": {"email": "new@x.com"}}]}), Vec::new()),
            change(
                json!({"user": "jd", "domain": "corp.example.com", "do": [{"remove": "all"}]}),
                vec![read("jd", "New@x.com", "jd")],
            ),
            change(
                json!({"usergroup": "G", "do": [{"add": {"user": ["new@x.com", "else@x.com"]}}]}),
                Vec::new(),
            ),
            change(json!({"user": "else@x.com", "do": [{"remove": "all"}]}), Vec::new()),
            failed(json!({"user": "else@x.com", "do": [{"update": {"email": "new@x.com"}}]})),
            change(
                json!({"user": "jd", "domain": "other.example.com", "do": [{"remove": "all"}]}),
                Vec::new(),
            ),
        ];
        let mut names = PersonNames::default();
        for change in &changes {
            names.add(change);
        }
        for name in ["old@x.com", "NEW@x.com", "7"] {
            let names = names.of(name);
            let found: Vec<_> = changes.iter().map(|change| concerns(change, &names)).collect();
            assert_eq!(found, [true, true, true, false, false, false], "{name}");
        }
        let both = names.of("jd");
        assert!(
            concerns(&changes[1], &both) && concerns(&changes[5], &both),
            "a username without its domain"
        );
    }
}
