//! The changes of a run, carried through from the state before it. Pure.

use super::membership_pair::MembershipAfter;
use super::person_state::{PersonState, UPDATED_FIELDS};
use crate::client::sent_command::CommandContent;
use crate::session::journal::history::JournaledChange;
use crate::store::journal::person_record::{AccountPresence, MembershipState, PersonRecord};
use crate::wire::command::{Command, CommandStep};
use crate::wire::identity::{IdentityType, fold};
use crate::wire::mode::Mode;
use crate::wire::outcome::Status;
use crate::wire::step::StepRemoval;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// What a run did to people and groups.
#[derive(Debug, Default)]
pub(crate) struct RunReplay {
    pub(crate) people: Vec<PersonState>,
    /// People by every name under which a command found them.
    names: HashMap<PersonName, usize>,
    /// Renamed user groups, in the order of the run: the name before, and the name after.
    pub(crate) renamed: Vec<(String, String)>,
    /// User groups that the run made, as they are called after it.
    pub(crate) created: Vec<String>,
    /// What has no inverse and is not about one person, with the reason.
    pub(crate) left: Vec<String>,
    place: usize,
    /// Changes that the journal has as done, or perhaps done.
    pub(crate) changes: usize,
}

/// A name under which commands find a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum PersonName {
    Id(String),
    Email(String, bool),
    Username(String, String),
}

/// How a command ended, for those whom it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeResult {
    Done,
    Unclear,
}

impl RunReplay {
    /// From here on, what was done so far counts as the state before.
    pub(crate) fn checkpoint(&mut self) {
        self.people.iter_mut().for_each(PersonState::checkpoint);
        self.renamed.clear();
        self.created.clear();
        self.left.clear();
        self.changes = 0;
    }

    /// Forgets the people whom nothing since the checkpoint concerns.
    pub(crate) fn forget_the_rest(&mut self) {
        self.names.clear();
        self.people.retain(|person| person.is_concerned);
    }

    /// The groups that the run changed, or whose members it changed.
    pub(crate) fn groups(&self) -> BTreeSet<String> {
        let of_people = self.people.iter().flat_map(|person| person.groups.values());
        let renamed = self.renamed.iter().flat_map(|(old, new)| [old, new]);
        of_people.map(|pair| &pair.group).chain(renamed).chain(&self.created).cloned().collect()
    }

    /// Applies the next change of the run.
    pub(crate) fn apply(&mut self, change: &JournaledChange) {
        let result = match change.outcome.status {
            _ if change.mode != Mode::Live => return,
            Status::Completed => ChangeResult::Done,
            Status::Failed
            | Status::NotSent
            | Status::WouldComplete
            | Status::Planned
            | Status::WouldFail => return,
            Status::PartlyDone | Status::StillMember | Status::Unverified | Status::Unknown => {
                ChangeResult::Unclear
            }
        };
        self.place += 1;
        self.changes += 1;
        let Some(command) = change.command.command() else {
            let name = change.command.subject_name().unwrap_or(&change.call);
            return self.left.push(format!("{name}: a request that is not a list of commands"));
        };
        let undocumented = command.specs().count() != command.steps.len();
        if undocumented {
            let name = command.subject.name();
            return self.left.push(format!("{name}: a step that this version does not know"));
        }
        if change.command.user().is_some() {
            self.apply_to_person(change, command, result);
        } else {
            self.apply_to_group(change, command, result);
        }
    }

    fn apply_to_person(&mut self, change: &JournaledChange, command: &Command, result: ChangeResult) {
        let is_adobe_id = is_adobe_id(&change.command)
            || command.steps.iter().any(|step| step.name == IdentityType::AdobeId.create_step());
        let named = PersonRecord { name: command.subject.name().to_owned(), ..PersonRecord::default() };
        let record = change.before.first().unwrap_or(&named);
        let creates = command.specs().any(|(_, spec)| spec.creates);
        if creates {
            self.forget_other_type(record, change.command.domain(), is_adobe_id);
        }
        let index = self.person(record, change.command.domain(), is_adobe_id);
        let place = self.place;
        let person = &mut self.people[index];
        person.is_concerned = true;
        person.note_reading(record.read, change.time);
        for (step, spec) in command.specs() {
            if spec.creates {
                create(person, step, result, place);
            } else if step.name == "update" {
                update(person, step, result, place);
            } else if spec.removes == StepRemoval::Person {
                take_all_groups(person, record, result, place);
                remove(person, step, result, place);
            } else if step.value == "all" {
                person.lost_all_groups = true;
                take_all_groups(person, record, result, place);
            } else {
                let after = after(spec.removes != StepRemoval::Nothing, result);
                for group in step.names("group").chain(step.names("product")) {
                    person.change_group(group, state_of(record, group), after, place);
                }
            }
        }
        if let Some(email) = self.people[index].now("email").filter(|_| creates) {
            // A new account is found by its e-mail, also where its command names it by username.
            let name = key(email, None, is_adobe_id);
            self.names.entry(name).or_insert(index);
        }
        self.rename_person(index, change.command.domain());
    }

    /// After an update, the person is found by the new names and no longer by the old ones.
    fn rename_person(&mut self, index: usize, domain: Option<&str>) {
        let person = &self.people[index];
        if person.changed.is_empty() {
            return;
        }
        let is_adobe_id = person.kind() == Some(IdentityType::AdobeId);
        let domain = person.fields.domain.as_deref().or(domain);
        let now =
            ["email", "username"].map(|field| person.now(field).map(|name| key(name, domain, is_adobe_id)));
        let now: Vec<_> = now.into_iter().flatten().collect();
        let is_id = |name: &PersonName| matches!(name, PersonName::Id(_));
        if person.changed.contains_key("email") || person.changed.contains_key("username") {
            self.names.retain(|name, known| *known != index || is_id(name) || now.contains(name));
        }
        self.names.extend(now.into_iter().map(|name| (name, index)));
    }

    fn apply_to_group(&mut self, change: &JournaledChange, command: &Command, result: ChangeResult) {
        let group = command.subject.name().trim().to_owned();
        let is_adobe_id = is_adobe_id(&change.command);
        let mut records: HashMap<&str, &PersonRecord> = HashMap::new();
        records.extend(change.before.iter().map(|record| (record.name.as_str(), record)));
        for (step, spec) in command.specs() {
            if spec.is_membership() {
                let after = after(spec.removes != StepRemoval::Nothing, result);
                for name in step.names("user") {
                    let named = PersonRecord { name: name.to_owned(), ..PersonRecord::default() };
                    let record = records.get(name).copied().unwrap_or(&named);
                    let index = self.person(record, None, is_adobe_id);
                    let person = &mut self.people[index];
                    person.is_concerned = true;
                    person.note_reading(record.read, change.time);
                    person.change_group(&group, state_of(record, &group), after, self.place);
                }
                let profiles: Vec<_> =
                    step.names("productConfiguration").chain(step.names("product")).collect();
                // What came with a group that the run made goes with it.
                if !profiles.is_empty() && !self.has_created(&group) {
                    let profiles = profiles.join(", ");
                    self.left.push(format!(
                        "{group}: the API does not show which profiles a user group has ({profiles})"
                    ));
                }
            } else if spec.creates && result == ChangeResult::Done && step.value.get("option").is_none() {
                // Without the option, the service refuses a group that is there.
                self.created.push(group.clone());
            } else if spec.creates {
                self.left.push(format!(
                    "{group}: whether the user group was new is not seen; delete it yourself if nobody needs it"
                ));
            } else if spec.removes == StepRemoval::Group {
                if !self.has_created(&group) {
                    self.left.push(format!(
                        "{group}: a deleted user group cannot be brought back with its members and profiles"
                    ));
                }
                self.created.retain(|name| fold(name) != fold(&group));
                self.forget_group(&group);
            } else {
                self.update_group(&group, step, result);
            }
        }
    }

    fn update_group(&mut self, group: &str, step: &CommandStep, result: ChangeResult) {
        if step.value.get("description").is_some() && !self.has_created(group) {
            self.left.push(format!(
                "{group}: the API does not show descriptions, so the earlier one is not known"
            ));
        }
        let Some(new) = step.value.get("name").and_then(Value::as_str).map(str::trim) else { return };
        if new == group {
            return;
        }
        if result == ChangeResult::Unclear {
            return self.left.push(format!("{group}: it is not known whether it was renamed to {new}"));
        }
        match self.created.iter_mut().find(|name| fold(name) == fold(group)) {
            Some(name) => new.clone_into(name),
            None => self.renamed.push((group.to_owned(), new.to_owned())),
        }
        for person in &mut self.people {
            if let Some(mut pair) = person.groups.remove(&fold(group)) {
                new.clone_into(&mut pair.group);
                person.groups.insert(fold(new), pair);
            }
        }
    }

    fn has_created(&self, group: &str) -> bool {
        self.created.iter().any(|name| fold(name) == fold(group))
    }

    /// A group is gone, and with it what the run did to its members.
    fn forget_group(&mut self, group: &str) {
        for person in &mut self.people {
            person.groups.remove(&fold(group));
        }
    }

    /// The person whom a command means.
    fn person(&mut self, record: &PersonRecord, domain: Option<&str>, is_adobe_id: bool) -> usize {
        let given = key(&record.name, domain, is_adobe_id);
        let fields = &record.fields;
        let is_adobe = fields
            .kind
            .as_deref()
            .and_then(IdentityType::parse)
            .map_or(is_adobe_id, |kind| kind == IdentityType::AdobeId);
        let of_record =
            |name: &Option<String>| name.as_deref().map(|name| key(name, fields.domain.as_deref(), is_adobe));
        let id = fields.id.clone().map(PersonName::Id);
        let read: Vec<_> =
            id.into_iter().chain(of_record(&fields.email)).chain(of_record(&fields.username)).collect();
        // An account that was read is found by its id; the name in a command may have been another's before.
        let found = match fields.id {
            Some(_) => self.names.get(&read[0]).or_else(|| read.iter().find_map(|name| self.unread(name))),
            None => std::iter::once(&given).chain(&read).find_map(|name| self.names.get(name)),
        };
        let index = found.copied().unwrap_or(self.people.len());
        if index == self.people.len() {
            self.people.push(PersonState::new(record, is_adobe_id));
        } else {
            self.people[index].learn(record);
        }
        for name in read.into_iter().chain([given]) {
            self.names.insert(name, index);
        }
        index
    }

    /// A new account is not the one of another type that was found by its name until now.
    fn forget_other_type(&mut self, record: &PersonRecord, domain: Option<&str>, is_adobe_id: bool) {
        let name = key(&record.name, domain, is_adobe_id);
        let is_other = |index: &usize| {
            let kind = self.people.get(*index).and_then(PersonState::kind);
            kind.is_some_and(|kind| (kind == IdentityType::AdobeId) != is_adobe_id)
        };
        if self.names.get(&name).is_some_and(is_other) {
            self.names.remove(&name);
        }
    }

    /// The person with this name, if the account was not read.
    fn unread(&self, name: &PersonName) -> Option<&usize> {
        self.names
            .get(name)
            .filter(|index| self.people.get(**index).is_some_and(|one| one.fields.id.is_none()))
    }
}

fn key(name: &str, domain: Option<&str>, is_adobe_id: bool) -> PersonName {
    let name = fold(name);
    if name.contains('@') {
        PersonName::Email(name, is_adobe_id)
    } else {
        PersonName::Username(name, fold(domain.unwrap_or_default()))
    }
}

fn is_adobe_id(command: &CommandContent) -> bool {
    command.use_adobe_id() == Some(true)
}

fn state_of(record: &PersonRecord, group: &str) -> Option<MembershipState> {
    let name = fold(group);
    record.groups.iter().find(|(known, _)| fold(known) == name).map(|(_, state)| *state)
}

fn after(removes: bool, result: ChangeResult) -> MembershipAfter {
    match (result, removes) {
        (ChangeResult::Unclear, _) => MembershipAfter::Unclear,
        (ChangeResult::Done, true) => MembershipAfter::Removed,
        (ChangeResult::Done, false) => MembershipAfter::Added,
    }
}

fn create(person: &mut PersonState, step: &CommandStep, result: ChangeResult, place: usize) {
    if result == ChangeResult::Unclear {
        person.left.push("it is not known whether the account was created".to_owned());
        person.is_there = None;
        return;
    }
    if person.is_there == Some(true) {
        if step.value.get("option").and_then(Value::as_str) == Some("updateIfAlreadyExists") {
            update(person, step, result, place);
        }
        return;
    }
    if person.before == AccountPresence::Unknown {
        person.left.push("it was not seen whether the account was there before it was created".to_owned());
    }
    if person.before != AccountPresence::Present {
        let field = |name: &str| step.value.get(name).and_then(Value::as_str).map(str::to_owned);
        let kind = IdentityType::ALL.into_iter().find(|kind| kind.create_step() == step.name);
        person.fields.email = field("email").or(person.fields.email.take());
        person.fields.kind = kind.map(|kind| kind.as_str().to_owned());
        person.fields.firstname = field("firstname").or(person.fields.firstname.take());
        person.fields.lastname = field("lastname").or(person.fields.lastname.take());
        person.fields.country = field("country").or(person.fields.country.take());
    }
    (person.is_there, person.place) = (Some(true), place);
}

fn update(person: &mut PersonState, step: &CommandStep, result: ChangeResult, place: usize) {
    // A new account updates the names alone.
    let fields = if step.name == "update" { &UPDATED_FIELDS[..] } else { &UPDATED_FIELDS[2..] };
    for field in fields {
        let Some(value) = step.value.get(field).and_then(Value::as_str) else { continue };
        if result == ChangeResult::Unclear {
            person.left.push(format!("it is not known whether `{field}` was changed"));
        } else {
            person.changed.insert(field, value.trim().to_owned());
            person.place = place;
        }
    }
}

/// Every direct membership ends.
fn take_all_groups(person: &mut PersonState, record: &PersonRecord, result: ChangeResult, place: usize) {
    // What the run has given before is known to it, and of the rest what was read.
    if !record.all_groups && person.before != AccountPresence::Absent {
        person.left.push("not all groups were seen of which the person was a member".to_owned());
    }
    let given: Vec<_> = person.groups.values().map(|pair| pair.group.clone()).collect();
    let read = record.groups.iter().map(|(group, state)| (group.clone(), Some(*state)));
    let all: Vec<_> = read.chain(given.into_iter().map(|group| (group, None))).collect();
    for (group, state) in all {
        person.change_group(&group, state, after(true, result), place);
    }
}

fn remove(person: &mut PersonState, step: &CommandStep, result: ChangeResult, place: usize) {
    let is_deleted = step.value.get("deleteAccount") == Some(&Value::Bool(true));
    if result == ChangeResult::Unclear {
        person.left.push("it is not known whether the person left the organization".to_owned());
        person.is_there = None;
        return;
    }
    if is_deleted && person.kind() != Some(IdentityType::AdobeId) {
        person.left.push("the account was deleted permanently".to_owned());
        person.before = AccountPresence::Unknown;
    }
    (person.is_there, person.place) = (Some(false), place);
}
