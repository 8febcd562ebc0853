//! The state of people before they are changed, as far as this run has read it.
//!
//! Of the members of a listed group, only fingerprints are kept. What the run itself changes is not known from a reading any more: later records say so, and
//! whoever reads the journal carries the changes forward.

use super::account_key::{AccountKey, NamedPerson};
use super::listed_members::ListedMembers;
use super::person_readings::{GroupScope, PersonReading, SeenMembership, combined};
use crate::client::hooks::UserReading;
use crate::client::sent_command::CommandContent;
use crate::session::fingerprint_set::FingerprintSet;
use crate::session::read_records::{ReadRecords, is_same_account, kind_of};
use crate::store::journal::person_record::{AccountPresence, MembershipState, PersonRecord, RecordedFields};
use crate::wire::command::{Command, CommandStep};
use crate::wire::identity::{Identity, IdentityType, fold};
use crate::wire::step::StepRemoval;
use crate::wire::user::User;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// The number of names that are kept of those that the service did not know.
const MISSING_SIZE: usize = 10_000;

/// The most fingerprints of changes, at up to 16 bytes each: those of about a million commands. After more of them,
/// nothing counts as read any more.
const MOST_TOUCHED: usize = 4_000_000;

/// The domain that selects Adobe IDs in a look-up (contract 2.4).
const ADOBE_ID_DOMAIN: &str = "AdobeID";

/// What was read, and what is not known from it any more.
#[derive(Default)]
pub(crate) struct Snapshots {
    records: ReadRecords,
    members: ListedMembers,
    /// Names that the service did not know when it was asked.
    missing: HashMap<AccountKey, Timestamp>,
    /// What the run has changed: hashes of a person and a group, or of a person and everything.
    touched: FingerprintSet,
    /// How many fingerprints were added to these.
    touches: usize,
    /// The folded names under which people were read, by the names that the run gave them; empty for a name that its
    /// person has no longer.
    aliases: HashMap<String, String>,
    /// Direct memberships that a plan found, as hashes of the account's id and the group.
    planned: HashSet<u64>,
    hashes: RandomState,
}

/// What the rest of the run knows of accounts that were not read.
pub(super) struct Absence {
    /// When a complete listing of all users had been read that does not have the person.
    pub(super) unlisted: Option<Timestamp>,
    /// Whether a complete listing of all users was read.
    pub(super) is_complete: bool,
}

impl Snapshots {
    /// From now on, these are the records that were read.
    pub(super) fn consult(&mut self, records: ReadRecords) {
        self.records = records;
    }

    /// Adds users that were read, whose records are added by those who own them.
    pub(crate) fn add(&mut self, users: &[Arc<User>], reading: UserReading<'_>) {
        if let UserReading::Listing(listing) = reading {
            self.members.add(&listing, users);
        }
    }

    /// A plan found an account to be a direct member of a group. Once the run reads that it still is a member, it counts
    /// as a direct one, which a look-up alone does not show.
    pub(crate) fn expect_direct(&mut self, id: &str, group: &str) {
        self.planned.insert(self.hashes.hash_one((id, fold(group))));
    }

    /// Called when a listing was read to the end.
    pub(crate) fn end_listing(&mut self, reading: UserReading<'_>) {
        if let UserReading::Listing(listing) = reading {
            self.members.complete(&listing, Timestamp::now());
        }
    }

    /// Called when the service was asked and did not know a person.
    pub(crate) fn add_missing(&mut self, name: &str, domain: Option<&str>) {
        if self.missing.len() >= MISSING_SIZE {
            return;
        }
        let is_adobe_id = domain.is_some_and(|domain| domain.eq_ignore_ascii_case(ADOBE_ID_DOMAIN));
        let person = NamedPerson { name, domain, is_adobe_id, is_exact: true };
        let mut keys = vec![AccountKey::given(person)];
        // Without a domain, the service looks for either account with the address.
        keys.extend(keys.first().and_then(AccountKey::twin).filter(|_| domain.is_none()));
        self.missing.extend(keys.into_iter().map(|key| (key, Timestamp::now())));
    }

    /// Keeps the records of the people of a command until it is sent.
    pub(crate) fn keep_people_of(&self, command: &Command) {
        if let Some(identity) = command.subject.identity() {
            self.records.keep(identity.names());
        }
    }

    /// The people whom a command changes, as they were before.
    pub(super) fn before(
        &mut self,
        command: &CommandContent,
        absence: impl Fn(NamedPerson<'_>) -> Absence,
    ) -> Vec<PersonRecord> {
        let Some(parsed) = command.command() else { return Vec::new() };
        if let Some(name) = command.user() {
            let person = NamedPerson::of(command, name);
            let concerned = Concerned::of(parsed);
            return vec![self.record(person, &concerned, &absence(person))];
        }
        let group = parsed.subject.name();
        let listed = parsed.specs().filter(|(_, spec)| spec.is_membership());
        let listed = listed.flat_map(|(step, _)| step.names("user"));
        let concerned = Concerned { groups: vec![group], is_user_group: true, ..Concerned::default() };
        let record = |name| {
            let person = NamedPerson::of(command, name);
            self.record(person, &concerned, &absence(person))
        };
        listed.map(record).collect()
    }

    fn record(
        &mut self,
        person: NamedPerson<'_>,
        concerned: &Concerned<'_>,
        absence: &Absence,
    ) -> PersonRecord {
        let mut record = PersonRecord { name: person.name.to_owned(), ..PersonRecord::default() };
        let readings = self.readings(person, absence.is_complete);
        let account = readings.first().map(|reading| Arc::clone(&reading.user));
        let keys = self.keys(person, account.as_deref());
        let mut times = Vec::new();
        if let Some(user) = account.as_deref().filter(|_| !self.is_touched(&keys, ACCOUNT)) {
            record.account = AccountPresence::Present;
            record.fields = fields_of(user, concerned.is_account);
            times.extend(readings.iter().map(|reading| reading.time).max());
        } else if account.is_none() && !self.is_touched(&keys, ACCOUNT) {
            // A new account has an e-mail beside the username by which it is named.
            let names = std::iter::once(person.name).chain(concerned.email);
            let mut keys = names.map(|name| AccountKey::given(NamedPerson { name, ..person }));
            let asked = keys.find_map(|key| self.missing.get(&key).copied());
            if let Some(time) = asked.or(absence.unlisted) {
                record.account = AccountPresence::Absent;
                times.push(time);
            }
        }
        for group in &concerned.groups {
            let seen = self.membership(group, &keys, &readings);
            let seen = if concerned.is_user_group { seen.map(SeenMembership::in_plain_group) } else { seen };
            times.extend(seen.map(|seen| seen.time));
            let state = seen.map_or(MembershipState::Unknown, |seen| seen.state);
            record.groups.insert((*group).to_owned(), state);
        }
        if concerned.takes_all_groups {
            times.extend(self.add_all_groups(&mut record, &keys, &readings));
        }
        record.read = times.into_iter().min();
        record
    }

    /// What was read of a membership, unless the run has changed it since.
    fn membership(
        &mut self,
        group: &str,
        keys: &PersonKeys,
        readings: &[PersonReading],
    ) -> Option<SeenMembership> {
        if self.is_touched(keys, &fold(group)) || self.is_touched(keys, ALL_GROUPS) {
            return None;
        }
        let mut seen: Vec<_> = readings.iter().filter_map(|reading| reading.membership(group)).collect();
        seen.extend(self.members.membership(group, &keys.names, keys.is_resolved));
        let seen = combined(seen)?;
        let id = readings.first().and_then(|reading| reading.user.id.clone());
        let is_planned = |id: &str| self.planned.contains(&self.hashes.hash_one((id, fold(group))));
        Some(if id.as_deref().is_some_and(is_planned) { seen.in_plain_group() } else { seen })
    }

    /// Adds every membership that the readings show.
    fn add_all_groups(
        &mut self,
        record: &mut PersonRecord,
        keys: &PersonKeys,
        readings: &[PersonReading],
    ) -> Option<Timestamp> {
        let shows = |reading: &&PersonReading| reading.scope != GroupScope::None;
        let newest = readings.iter().filter(shows).max_by_key(|reading| reading.time)?;
        if self.is_touched(keys, ALL_GROUPS) {
            return None;
        }
        let exact = readings.iter().filter(|reading| reading.scope == GroupScope::Direct);
        let best = exact.max_by_key(|reading| reading.time).unwrap_or(newest);
        record.all_groups = true;
        let names: BTreeMap<_, _> =
            best.user.groups().iter().map(|name| (fold(name), name.to_string())).collect();
        for name in names.into_values() {
            let seen = self.membership(&name, keys, readings);
            let state = seen.map_or(MembershipState::Unknown, |seen| seen.state);
            record.groups.entry(name).or_insert(state);
        }
        Some(best.time)
    }

    /// What was read of exactly the account that a command names; nothing if several may be meant.
    fn readings(&self, person: NamedPerson<'_>, is_complete: bool) -> Vec<PersonReading> {
        let found = self.named(person);
        let is_adobe = |user: &User| kind_of(user) == Some(IdentityType::AdobeId);
        let mut accounts: Vec<&PersonReading> = Vec::new();
        for reading in &found {
            if !accounts.iter().any(|known| is_same_account(&known.user, &reading.user)) {
                accounts.push(reading);
            }
        }
        let meant: Vec<_> =
            accounts.into_iter().filter(|one| is_adobe(&one.user) == person.is_adobe_id).collect();
        // The service prefers the managed account (contract 7.16): an Adobe ID alone is meant only if nobody else has the
        // address.
        let only_adobe = || !person.is_exact && is_complete && found.iter().all(|one| is_adobe(&one.user));
        let account = match meant.as_slice() {
            [one] => Arc::clone(&one.user),
            [] if !person.is_adobe_id && only_adobe() => match found.first() {
                Some(one) => Arc::clone(&one.user),
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        let mut readings: Vec<_> =
            found.into_iter().filter(|one| is_same_account(&one.user, &account)).collect();
        readings.sort_by_key(|one| std::cmp::Reverse(one.time));
        readings
    }

    /// Everything that was read under a name.
    fn named(&self, person: NamedPerson<'_>) -> Vec<PersonReading> {
        let given = fold(person.name);
        let name = self.aliases.get(&given).cloned().unwrap_or(given);
        let domain = person.domain.map(fold);
        let is_meant = |reading: &PersonReading| {
            let identity = Identity::of(&reading.user);
            if name.contains('@') && !identity.email.is_empty() {
                return identity.email == name;
            }
            let in_domain = domain.as_ref().is_none_or(|domain| *domain == identity.domain);
            identity.username == name && in_domain
        };
        self.records.named(&name).into_iter().filter(is_meant).collect()
    }

    /// Records what a request changes: what was read of it does not count any more.
    pub(crate) fn touch(&mut self, command: &CommandContent) {
        let Some(parsed) = command.command() else { return };
        let mut people = Vec::new();
        if let Some(name) = command.user() {
            let person = NamedPerson::of(command, name);
            let Concerned { groups, is_account, takes_all_groups, .. } = Concerned::of(parsed);
            let mut changed: Vec<_> = groups.into_iter().map(fold).collect();
            changed.extend(is_account.then(|| ACCOUNT.to_owned()));
            changed.extend(takes_all_groups.then(|| ALL_GROUPS.to_owned()));
            people.push((person, changed));
            self.rename(person, parsed);
        } else {
            let group = fold(parsed.subject.name());
            for name in parsed.steps.iter().flat_map(|step| step.names("user")) {
                people.push((NamedPerson::of(command, name), vec![group.clone()]));
            }
        }
        for (person, changed) in people {
            let account = self.readings(person, true).first().map(|one| Arc::clone(&one.user));
            let keys = self.keys(person, account.as_deref());
            if account.is_none() && !person.name.contains('@') {
                // Under which other names the account is in lists of members is not known.
                for group in &changed {
                    self.members.forget(group);
                }
            }
            for (key, what) in keys.hashes.iter().flat_map(|key| changed.iter().map(move |what| (key, what)))
            {
                if self.touches < MOST_TOUCHED {
                    self.touched.insert(self.hashes.hash_one((key, what.as_str())));
                    self.touches += 1;
                }
            }
        }
    }

    /// After an update, the person has other names; whoever was read under these is meant no more.
    fn rename(&mut self, person: NamedPerson<'_>, command: &Command) {
        if self.touches >= MOST_TOUCHED {
            return;
        }
        let old = self.aliases.get(&fold(person.name)).cloned().unwrap_or_else(|| fold(person.name));
        for step in command.steps.iter().filter(|step| step.name == "update") {
            for new in new_names(step).map(fold).filter(|new| *new != old) {
                self.aliases.insert(new, old.clone());
            }
            // With another username alone, the e-mail stays.
            if step.value.get("email").is_some() {
                self.aliases.insert(fold(person.name), String::new());
            }
        }
    }

    fn is_touched(&mut self, keys: &PersonKeys, what: &str) -> bool {
        self.touches >= MOST_TOUCHED
            || keys.hashes.iter().any(|key| self.touched.contains(self.hashes.hash_one((key, what))))
    }

    /// What a person is recognized by.
    fn keys(&self, person: NamedPerson<'_>, account: Option<&User>) -> PersonKeys {
        let mut names = vec![AccountKey::given(person)];
        names.extend(account.iter().flat_map(|user| AccountKey::all_of(user)));
        let mut hashes: Vec<_> = names.iter().map(|name| self.hashes.hash_one(name)).collect();
        // Which of the two accounts with the address it is, is not known.
        let other = names.first().and_then(AccountKey::twin).filter(|_| account.is_none());
        hashes.extend(other.map(|name| self.hashes.hash_one(name)));
        PersonKeys { names, hashes, is_resolved: account.is_some() }
    }
}

/// A person under each name, and hashes of these.
struct PersonKeys {
    names: Vec<AccountKey>,
    hashes: Vec<u64>,
    /// Whether the account was read.
    is_resolved: bool,
}

/// In the place of a group: the account itself.
const ACCOUNT: &str = "\n";
/// In the place of a group: all memberships.
const ALL_GROUPS: &str = "\r";

/// What a command concerns of its person.
#[derive(Debug, Default)]
struct Concerned<'c> {
    groups: Vec<&'c str>,
    /// Whether `groups` is a user group.
    is_user_group: bool,
    /// Whether the account itself changes.
    is_account: bool,
    /// The e-mail of a new account.
    email: Option<&'c str>,
    takes_all_groups: bool,
}

impl<'c> Concerned<'c> {
    fn of(command: &'c Command) -> Self {
        let mut concerned = Self::default();
        for (step, spec) in command.specs() {
            concerned.groups.extend(group_names(step));
            let email = step.value.get("email").and_then(serde_json::Value::as_str);
            concerned.email = concerned.email.or(email.filter(|_| spec.creates));
            let removes_person = spec.removes == StepRemoval::Person;
            concerned.is_account |= removes_person || spec.creates || step.name == "update";
            concerned.takes_all_groups |= removes_person || step.value == "all";
        }
        concerned
    }
}

fn group_names(step: &CommandStep) -> impl Iterator<Item = &str> {
    step.names("group").chain(step.names("product"))
}

/// The names that a step gives.
fn new_names(step: &CommandStep) -> impl Iterator<Item = &str> {
    ["email", "username"].into_iter().filter_map(|field| step.value.get(field)?.as_str())
}

/// The fields that identify an account, and, if the account itself changes, the others.
fn fields_of(user: &User, whole: bool) -> RecordedFields {
    let text = |field: Option<&arcstr::ArcStr>| field.map(ToString::to_string);
    let username = user.username.as_ref().filter(|name| user.email.as_ref() != Some(name));
    let of_account = |field: &Option<arcstr::ArcStr>| if whole { text(field.as_ref()) } else { None };
    RecordedFields {
        id: text(user.id.as_ref()),
        kind: text(user.kind.as_ref()),
        email: text(user.email.as_ref()),
        username: text(username),
        domain: text(user.domain.as_ref().filter(|_| username.is_some() || whole)),
        firstname: of_account(&user.firstname),
        lastname: of_account(&user.lastname),
        country: of_account(&user.country),
    }
}

#[cfg(test)]
mod tests;
