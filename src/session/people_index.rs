//! The people that a run has read, as fingerprints: whether a command names one of them, and which account.

use crate::client::hooks::{ActionRequest, GateHook, Resolution, UserReading};
use crate::client::request::ApiResponse;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::session::fingerprint_set::FingerprintSet;
use crate::session::read_records::ReadRecords;
use crate::wire::command::Command;
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold, looks_like_email};
use crate::wire::outcome::Evidence;
use crate::wire::person_fingerprint::{PersonFingerprints, PersonKey, username_range};
use crate::wire::step::StepRemoval;
use crate::wire::subject::CommandSubject;
use crate::wire::user::User;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The name of the listing of all users.
const ALL_USERS: &str = "users";
/// The number of refusals for which the nearest name is looked up, since that compares with everybody.
const SUGGESTIONS: usize = 100;
/// How many people of one command a message names.
const NAMED: usize = 10;

/// The types of account, as fingerprints tell them apart; the last one is for an unknown type.
const TYPES: [Option<IdentityType>; 4] =
    [Some(IdentityType::AdobeId), Some(IdentityType::EnterpriseId), Some(IdentityType::FederatedId), None];

/// Knows the people that a run has read, created or renamed, and resolves commands by them.
pub(crate) struct PeopleIndex {
    /// Whether commands are sent even if the person is not among the active users.
    send_unlisted: bool,
    state: Mutex<IndexState>,
}

#[derive(Default)]
struct IndexState {
    /// Accounts that were read, by type and e-mail, and usernames by their domain.
    read: FingerprintSet,
    /// People whom the run created or renamed, or would have in test mode.
    written: FingerprintSet,
    /// Those of `read` who hold the role of a system administrator.
    admins: BTreeSet<u64>,
    /// When a complete listing of all users had been read.
    complete: Option<Timestamp>,
    records: ReadRecords,
    suggestions: usize,
}

/// What the run knows about somebody in a list of a user group.
#[derive(Debug, Clone, Copy)]
struct ListedPerson {
    is_read: bool,
    is_ambiguous: bool,
    is_written: bool,
}

impl PeopleIndex {
    /// An index without people; `send_unlisted` sends commands even if the person is not among the active users.
    pub(crate) fn new(send_unlisted: bool) -> Self {
        Self { send_unlisted, state: Mutex::default() }
    }

    /// The records that were read.
    pub(crate) fn records(&self) -> ReadRecords {
        self.state().records.clone()
    }

    /// When a complete listing of all users had been read, if one was.
    pub(crate) fn complete_since(&self) -> Option<Timestamp> {
        self.state().complete
    }

    /// Whether the run has read an account with this name; `adobe_id` asks only for Adobe IDs, or only for others.
    pub(crate) fn has_read(&self, name: &str, domain: Option<&str>, adobe_id: Option<bool>) -> bool {
        let (name, domain) = (fold(name), fold(domain.unwrap_or_default()));
        let key = PersonKey::of(&name, &domain);
        let is_asked = |kind: &Option<IdentityType>| match (kind, adobe_id) {
            (Some(kind), Some(adobe_id)) => (*kind == IdentityType::AdobeId) == adobe_id,
            _ => true,
        };
        self.state().types_read(key).iter().any(is_asked)
    }

    fn state(&self) -> MutexGuard<'_, IndexState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GateHook for PeopleIndex {
    fn before(&self, _: &ActionRequest) -> Result<()> {
        Ok(())
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {}

    fn resolve(&self, command: &Command, is_unknown: bool) -> Option<Resolution> {
        let mut state = self.state();
        let send_unlisted = self.send_unlisted || command.choice.send_unlisted;
        let resolution = state.resolve(command, send_unlisted, is_unknown);
        if let Some(Resolution::Send(_)) = resolution {
            state.add_written(command);
        }
        resolution
    }

    fn is_only_account(&self, command: &Command) -> bool {
        self.state().is_only_account(command)
    }

    fn people_read(&self, people: &[PersonFingerprints]) {
        let mut state = self.state();
        for person in people {
            state.add_read(*person);
        }
    }

    fn users_found(&self, users: &[Arc<User>], reading: UserReading<'_>) {
        self.records().add(users, reading);
    }

    fn listing_ended(&self, listing: &str, entries: std::result::Result<usize, &Error>) {
        if listing == ALL_USERS && entries.is_ok() {
            self.state().complete.get_or_insert_with(Timestamp::now);
        }
    }
}

impl IndexState {
    fn add_read(&mut self, person: PersonFingerprints) {
        for fingerprint in person.all() {
            self.read.insert(fingerprint);
            match person.is_system_administrator {
                Some(true) => drop(self.admins.insert(fingerprint)),
                Some(false) if !self.admins.is_empty() => drop(self.admins.remove(&fingerprint)),
                _ => {}
            }
        }
    }

    /// Adds the people whom a command creates or renames. Whether it succeeds is not known yet; a later command for
    /// the same person is held back if it does not.
    fn add_written(&mut self, command: &Command) {
        let CommandSubject::User { user, domain, .. } = &command.subject else { return };
        for (step, spec) in command.specs() {
            if !spec.creates && step.name != "update" {
                continue;
            }
            let field = |key: &str| step.value.get(key).and_then(serde_json::Value::as_str);
            if let Some(email) = field("email") {
                self.add_written_name(email, None);
            }
            // A username that looks like an e-mail does not identify anybody (contract 7.17).
            let username = if spec.creates { Some(user.as_str()) } else { field("username") };
            if let Some(username) = username.filter(|name| !name.contains('@')) {
                self.add_written_name(username, domain.as_deref());
            }
        }
    }

    fn add_written_name(&mut self, name: &str, domain: Option<&str>) {
        let (name, domain) = (fold(name), fold(domain.unwrap_or_default()));
        self.written.insert(PersonKey::of(&name, &domain).fingerprint(None));
    }

    /// The types of the accounts with this name that were read.
    fn types_read(&mut self, key: PersonKey<'_>) -> Vec<Option<IdentityType>> {
        let types = if matches!(key, PersonKey::Email(_)) { &TYPES[..] } else { &TYPES[3..] };
        let is_read = |kind: &Option<IdentityType>| self.read.contains(key.fingerprint(*kind));
        types.iter().copied().filter(is_read).collect()
    }

    fn resolve(&mut self, command: &Command, send_unlisted: bool, is_unknown: bool) -> Option<Resolution> {
        let CommandSubject::User { user, domain, use_adobe_id } = &command.subject else {
            return self.resolve_members(command, send_unlisted);
        };
        let (name, domain_name) = (fold(user), fold(domain.as_deref().unwrap_or_default()));
        let key = PersonKey::of(&name, &domain_name);
        let types = self.types_read(key);
        let is_meant = |kind: &Option<IdentityType>| match use_adobe_id {
            Some(true) => *kind == Some(IdentityType::AdobeId),
            Some(false) => *kind != Some(IdentityType::AdobeId),
            None => true,
        };
        let meant = types.iter().filter(|kind| is_meant(kind)).count();
        let creates = command.specs().any(|(_, spec)| spec.creates);
        if meant > 1 && use_adobe_id.is_none() && !command.choice.is_exact && removes(command) {
            let accounts = types.iter().map(|kind| account_name(*kind)).collect::<Vec<_>>().join(" and ");
            let message = format!("`{user}` has more than one account: {accounts}");
            return Some(Resolution::Refuse { code: error_code::AMBIGUOUS_IDENTITY, message });
        }
        let is_admin = |kind: &Option<IdentityType>| self.admins.contains(&key.fingerprint(*kind));
        if takes_everything(command) && types.iter().filter(|kind| is_meant(kind)).any(is_admin) {
            let message =
                format!("`{user}` is a system administrator; take the role away in the Admin Console first");
            return Some(Resolution::HoldBack { code: error_code::SYSTEM_ADMINISTRATOR, message });
        }
        // A look-up returns active users only; the listing of a group has others, too.
        if meant > 0 {
            return Some(Resolution::Send(Evidence::Read));
        }
        let is_written = self.written.contains(key.fingerprint(None));
        if creates
            || is_written
            || send_unlisted
            || deletes(command)
            || !(self.complete.is_some() || is_unknown)
        {
            return Some(Resolution::Send(Evidence::Service));
        }
        let what = if types.is_empty() { "" } else { " with that type of account" };
        let hint = self.hint(&name).map(|hint| format!("; {hint}")).unwrap_or_default();
        let message = format!("`{user}` is not among the active users{what}{hint}");
        Some(Resolution::Refuse { code: error_code::NOT_PRESENT, message })
    }

    /// Whether a complete listing shows exactly one account with the e-mail of the command, of the type that is meant, and
    /// the run has created no other.
    fn is_only_account(&mut self, command: &Command) -> bool {
        let CommandSubject::User { user, use_adobe_id, .. } = &command.subject else { return false };
        let name = fold(user);
        let key = PersonKey::of(&name, "");
        if self.complete.is_none() || !looks_like_email(&name) || self.written.contains(key.fingerprint(None))
        {
            return false;
        }
        match (self.types_read(key).as_slice(), use_adobe_id) {
            ([_], None) => true,
            ([kind], Some(flag)) => (*kind == Some(IdentityType::AdobeId)) == *flag,
            _ => false,
        }
    }

    /// Resolves the people whom a command adds to a user group or removes from it. The command is sent as a whole or
    /// not at all.
    fn resolve_members(&mut self, command: &Command, send_unlisted: bool) -> Option<Resolution> {
        let (mut ambiguous, mut unlisted) = (Vec::new(), Vec::new());
        let (mut is_anybody_named, mut are_all_read) = (false, true);
        for (step, spec) in command.specs().filter(|(_, spec)| spec.is_membership()) {
            for user in step.names("user") {
                let name = fold(user);
                let person = self.listed_person(&name, command, spec.removes != StepRemoval::Nothing);
                is_anybody_named = true;
                are_all_read &= person.is_read;
                if person.is_ambiguous {
                    ambiguous.push(user);
                } else if !person.is_read && !person.is_written {
                    unlisted.push(user);
                }
            }
        }
        if !ambiguous.is_empty() {
            let message = format!(
                "more than one account has the name {}; add_to_groups(user, ...) and remove_from_groups(user, ...) \
                 change the account of a user that was read",
                listed(&ambiguous)
            );
            return Some(Resolution::Refuse { code: error_code::AMBIGUOUS_IDENTITY, message });
        }
        if !unlisted.is_empty() && self.complete.is_some() && !send_unlisted {
            let hint = match unlisted.as_slice() {
                [user] => self.hint(&fold(user)).map(|hint| format!("; {hint}")).unwrap_or_default(),
                _ => String::new(),
            };
            let message = format!("not among the active users: {}{hint}", listed(&unlisted));
            return Some(Resolution::Refuse { code: error_code::NOT_PRESENT, message });
        }
        is_anybody_named.then_some(Resolution::Send(if are_all_read {
            Evidence::Read
        } else {
            Evidence::Service
        }))
    }

    /// What the run knows about somebody in a list of a user group. Such a list can give neither the domain of a username
    /// nor the type of one account only.
    fn listed_person(&mut self, name: &str, command: &Command, is_removal: bool) -> ListedPerson {
        let use_adobe_id = command.subject.use_adobe_id();
        if !name.contains('@') {
            let (low, high) = username_range(name);
            let accounts = self.read.count_between(low, high);
            let is_meant = use_adobe_id != Some(true);
            return ListedPerson {
                is_read: accounts > 0 && is_meant,
                is_ambiguous: accounts > 1,
                is_written: is_meant && self.written.count_between(low, high) > 0,
            };
        }
        let types = self.types_read(PersonKey::Email(name));
        let is_adobe_id = |kind: &&Option<IdentityType>| **kind == Some(IdentityType::AdobeId);
        let meant = match use_adobe_id {
            Some(flag) => types.iter().filter(|kind| is_adobe_id(kind) == flag).count(),
            None => types.len(),
        };
        let is_other_meant = use_adobe_id != Some(true)
            && command.adobe_ids.iter().any(|email| email == name)
            && types.iter().any(|kind| !is_adobe_id(&kind));
        ListedPerson {
            is_read: meant > 0,
            is_ambiguous: is_other_meant || (meant > 1 && is_removal && use_adobe_id.is_none()),
            is_written: self.written.contains(PersonKey::Email(name).fingerprint(None)),
        }
    }

    /// Who may be meant by a name that nobody has, as far as the records are there.
    fn hint(&mut self, name: &str) -> Option<String> {
        let has_username =
            |user: &&Arc<User>| user.username.as_deref().is_some_and(|other| fold(other) == *name);
        let named: Vec<_> = self.records.named(name).into_iter().map(|reading| reading.user).collect();
        if let Some(user) = named.iter().find(has_username) {
            let person = full_name(user);
            return Some(match (&user.email, &user.domain) {
                (Some(email), _) => format!("{person} signs in with that name; the e-mail is {email}"),
                (None, Some(domain)) => format!("{person} has that username in the domain {domain}"),
                (None, None) => format!("{person} signs in with that name"),
            });
        }
        self.suggestions += 1;
        if self.suggestions > SUGGESTIONS {
            return None;
        }
        let all = self.records.all();
        nearest(name, all.iter().filter_map(|user| user.email.as_deref()))
            .map(|email| format!("did you mean {email}?"))
    }
}

/// Whether the person loses every group or leaves the organization.
fn takes_everything(command: &Command) -> bool {
    command.specs().any(|(step, spec)| spec.removes == StepRemoval::Person || step.value == "all")
}

fn removes(command: &Command) -> bool {
    command.specs().any(|(_, spec)| spec.removes != StepRemoval::Nothing)
}

/// Whether the account is deleted: people who left the organization are in no listing.
fn deletes(command: &Command) -> bool {
    let removals = command.steps.iter().filter(|step| step.name == "removeFromOrg");
    removals.filter_map(|step| step.value.get("deleteAccount")).any(|flag| flag != false)
}

fn account_name(kind: Option<IdentityType>) -> &'static str {
    match kind {
        Some(IdentityType::AdobeId) => "an Adobe ID",
        Some(IdentityType::EnterpriseId) => "an Enterprise ID",
        Some(IdentityType::FederatedId) => "a Federated ID",
        None => "an account of unknown type",
    }
}

/// The first of several people by name, the rest by number.
fn listed(people: &[&str]) -> String {
    let names = people.iter().take(NAMED).map(|user| format!("`{user}`")).collect::<Vec<_>>().join(", ");
    match people.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

fn full_name(user: &User) -> String {
    let names = [user.firstname.as_deref(), user.lastname.as_deref()];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.trim().is_empty() { "someone".to_owned() } else { name }
}
