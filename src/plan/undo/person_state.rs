//! A person before a run and after it. Pure.

use super::membership_pair::{MembershipAfter, MembershipPair};
use crate::store::journal::person_record::{AccountPresence, MembershipState, PersonRecord, RecordedFields};
use crate::wire::identity::{IdentityType, fold};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The fields that an update changes.
pub(crate) const UPDATED_FIELDS: [&str; 4] = ["email", "username", "firstname", "lastname"];

/// Which memberships of a person are known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownMemberships {
    /// Those that were seen.
    #[default]
    Seen,
    /// All of them: the run made the account.
    All,
}

/// A person before a run and after it.
#[derive(Debug, Default, Clone)]
pub(crate) struct PersonState {
    /// How the first command named the person.
    pub(crate) name: String,
    /// Whether that command named an Adobe ID.
    pub(crate) is_adobe_id: bool,
    /// Whether there was such an account before.
    pub(crate) before: AccountPresence,
    /// Whether there is one after the run; `None` if that is not clear.
    pub(crate) is_there: Option<bool>,
    /// The account before, where it was read.
    pub(crate) fields: RecordedFields,
    /// The fields that the run changed, as they are after it.
    pub(crate) changed: BTreeMap<&'static str, String>,
    /// Memberships that the run changed, by the folded name of the group.
    pub(crate) groups: BTreeMap<String, MembershipPair>,
    /// The place in the run of the last change of the account itself.
    pub(crate) place: usize,
    /// Whether the run removed the person from all groups at once: some groups may keep their members.
    pub(crate) lost_all_groups: bool,
    /// Which memberships are known.
    pub(super) known: KnownMemberships,
    /// Whether one of the last changes concerns the person.
    pub(super) is_concerned: bool,
    /// When the account was read, the oldest reading, and how long before its change.
    pub(crate) read: Option<(Timestamp, Timestamp)>,
    /// What of it has no inverse, with the reason.
    pub(crate) left: Vec<String>,
}

impl PersonState {
    /// A person whom the run changes for the first time.
    pub(super) fn new(record: &PersonRecord, is_adobe_id: bool) -> Self {
        let is_there = match record.account {
            AccountPresence::Absent => Some(false),
            AccountPresence::Present => Some(true),
            AccountPresence::Unknown => None,
        };
        let (name, before) = (record.name.trim().to_owned(), record.account);
        Self { name, is_adobe_id, before, is_there, fields: record.fields.clone(), ..Self::default() }
    }

    /// Takes over what a later record shows of the account that an earlier one did not.
    pub(super) fn learn(&mut self, record: &PersonRecord) {
        let fields = &record.fields;
        let missing = [
            (&mut self.fields.id, &fields.id),
            (&mut self.fields.kind, &fields.kind),
            (&mut self.fields.email, &fields.email),
            (&mut self.fields.username, &fields.username),
            (&mut self.fields.domain, &fields.domain),
            (&mut self.fields.firstname, &fields.firstname),
            (&mut self.fields.lastname, &fields.lastname),
            (&mut self.fields.country, &fields.country),
        ];
        if self.before == AccountPresence::Absent || !self.changed.is_empty() {
            return; // these are no longer the fields before the run
        }
        for (known, read) in missing {
            if known.is_none() {
                known.clone_from(read);
            }
        }
        if self.before == AccountPresence::Unknown && self.is_there.is_none() {
            self.before = record.account;
            self.is_there = (record.account == AccountPresence::Present).then_some(true);
        }
    }

    /// The type of the account, where it is known.
    pub(crate) fn kind(&self) -> Option<IdentityType> {
        let read = self.fields.kind.as_deref().and_then(IdentityType::parse);
        read.or(self.is_adobe_id.then_some(IdentityType::AdobeId))
    }

    /// A field after the run.
    pub(crate) fn now(&self, field: &'static str) -> Option<&str> {
        self.changed.get(field).map(String::as_str).or_else(|| self.then(field))
    }

    /// A field before the run.
    pub(crate) fn then(&self, field: &str) -> Option<&str> {
        let fields = &self.fields;
        let found = match field {
            "email" => &fields.email,
            "username" => &fields.username,
            "firstname" => &fields.firstname,
            "lastname" => &fields.lastname,
            _ => &None,
        };
        found.as_deref()
    }

    /// The person's name after the run, for messages.
    pub(crate) fn label(&self) -> String {
        let name = self.now("email").or_else(|| self.now("username")).unwrap_or(&self.name);
        let adobe = if self.kind() == Some(IdentityType::AdobeId) { " (Adobe ID)" } else { "" };
        format!("{name}{adobe}")
    }

    /// Records a change of a membership, with what was known of it before the command.
    pub(super) fn change_group(
        &mut self,
        group: &str,
        known: Option<MembershipState>,
        after: MembershipAfter,
        place: usize,
    ) {
        // Who had no account was a member of nothing.
        let known = match known.filter(|state| *state != MembershipState::Unknown) {
            _ if self.before == AccountPresence::Absent => Some(MembershipState::Absent),
            None if self.known == KnownMemberships::All => Some(MembershipState::Absent),
            known => known,
        };
        let pair = self.groups.entry(fold(group)).or_insert_with(|| MembershipPair {
            group: group.trim().to_owned(),
            before: known.unwrap_or(MembershipState::Unknown),
            after: MembershipAfter::Unchanged,
            place,
        });
        if pair.after == MembershipAfter::Unchanged && pair.before == MembershipState::Unknown {
            pair.before = known.unwrap_or(MembershipState::Unknown);
        }
        (pair.after, pair.place) = (after, place);
    }

    /// From here on, what was done so far counts as the state before.
    pub(super) fn checkpoint(&mut self) {
        for (field, value) in std::mem::take(&mut self.changed) {
            let place = match field {
                "email" => &mut self.fields.email,
                "username" => &mut self.fields.username,
                "firstname" => &mut self.fields.firstname,
                _ => &mut self.fields.lastname,
            };
            *place = Some(value);
        }
        self.groups.values_mut().for_each(MembershipPair::checkpoint);
        if self.before == AccountPresence::Absent && self.is_there == Some(true) {
            self.known = KnownMemberships::All;
        }
        self.before = match self.is_there {
            Some(true) => AccountPresence::Present,
            Some(false) => AccountPresence::Absent,
            None => AccountPresence::Unknown,
        };
        (self.place, self.lost_all_groups, self.is_concerned, self.read) = (0, false, false, None);
        self.left.clear();
    }

    /// Records when it was read, for a command sent at that moment.
    pub(super) fn note_reading(&mut self, read: Option<Timestamp>, sent: Timestamp) {
        let Some(read) = read else { return };
        let age = |(read, sent): (Timestamp, Timestamp)| sent.duration_since(read);
        if self.read.is_none_or(|known| age(known) < age((read, sent))) {
            self.read = Some((read, sent));
        }
    }
}
