//! All people of the organization: members, people who left, open invitations, accounts owned elsewhere.

use super::domains::DomainTable;
use super::groups::GroupId;
use super::ids::PersonId;
use super::person_name::PersonName;
use crate::sandbox::name_index::NameIndex;
use crate::wire::identity::{IdentityType, fold};
use arcstr::ArcStr;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The relation of a person to the organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AccountStanding {
    /// A member.
    Active,
    /// A member who cannot sign in; only the listing of a group shows such people (contract 2.4).
    Disabled,
    /// An account of the organization's directory that left the organization (contract 7.34).
    Left,
    /// Invited, and did not accept yet.
    Invited,
    /// An account that another organization owns, not a member here.
    Elsewhere,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SandboxAccount {
    #[serde(with = "super::identity_kind")]
    pub(super) kind: IdentityType,
    pub(super) email: ArcStr,
    /// The login name where it is not the e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<ArcStr>,
    pub(super) domain: ArcStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) firstname: Option<ArcStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lastname: Option<ArcStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) country: Option<ArcStr>,
    pub(super) standing: AccountStanding,
    /// Direct memberships in the order in which they began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) groups: Vec<GroupId>,
    /// Fields that the service returns although no documentation names them (contract 2.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extra: Option<Box<Map<String, Value>>>,
    /// The service's id, in a copy; elsewhere it follows from the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) service_id: Option<ArcStr>,
}

impl SandboxAccount {
    /// Whether the organization counts the person among its users.
    pub(super) fn is_member(&self) -> bool {
        matches!(self.standing, AccountStanding::Active | AccountStanding::Disabled)
    }

    /// Whether a directory of an organization holds the account, so that it is not an Adobe ID.
    pub(super) fn is_managed(&self) -> bool {
        self.kind != IdentityType::AdobeId
    }

    /// The login name.
    pub(super) fn username(&self) -> &ArcStr {
        self.username.as_ref().unwrap_or(&self.email)
    }
}

/// All accounts, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct AccountTable {
    /// The domains of the organization, which say where a username is looked for.
    pub(super) domains: DomainTable,
    slots: Vec<Option<SandboxAccount>>,
    index: NameIndex,
    /// Who changed since [`AccountTable::remember`], as they were then; `None` for those who came since.
    originals: Option<HashMap<PersonId, Option<SandboxAccount>>>,
}

impl AccountTable {
    /// Reserves space for that many more.
    pub(super) fn reserve(&mut self, count: usize) {
        self.slots.reserve(count);
        self.index.reserve(count);
    }

    /// Adds a person.
    pub(super) fn insert(&mut self, person: SandboxAccount) -> PersonId {
        let id = self.insert_known(person);
        if let Some(originals) = &mut self.originals {
            originals.insert(id, None);
        }
        id
    }

    /// Adds a person who was there from the start.
    pub(super) fn insert_known(&mut self, person: SandboxAccount) -> PersonId {
        let id = PersonId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.put(id, person);
        id
    }

    /// Keeps, from here on, what people were before their first change.
    pub(super) fn remember(&mut self) {
        self.originals = Some(HashMap::new());
    }

    fn keep_original(&mut self, id: PersonId) {
        let Some(originals) = &mut self.originals else { return };
        if let Some(person) = self.slots.get(id.0 as usize).and_then(Option::as_ref) {
            originals.entry(id).or_insert_with(|| Some(person.clone()));
        }
    }

    /// A person as they were at first; `None` for someone who came since.
    pub(super) fn original(&self, id: PersonId) -> Option<&SandboxAccount> {
        match self.originals.as_ref().and_then(|originals| originals.get(&id)) {
            Some(original) => original.as_ref(),
            None => self.get(id),
        }
    }

    /// Who had a folded name at first, and has another one now or left.
    pub(super) fn original_of_name(
        &self,
        folded: &str,
        adobe_id: bool,
    ) -> Option<(PersonId, &SandboxAccount)> {
        let changed =
            self.originals.iter().flatten().filter_map(|(id, person)| Some((*id, person.as_ref()?)));
        let mut named =
            changed.filter(|(_, person)| fold(&person.email) == folded || fold(person.username()) == folded);
        named.find(|(_, person)| person.is_member() && (!adobe_id || !person.is_managed()))
    }

    /// Corrects what is known of a person, now and at first.
    pub(super) fn learn(&mut self, id: PersonId, learn: impl Fn(&mut SandboxAccount)) {
        let original =
            self.originals.as_mut().and_then(|originals| originals.get_mut(&id)).and_then(Option::as_mut);
        if let Some(original) = original {
            learn(original);
        }
        if let Some(person) = self.slots.get_mut(id.0 as usize).and_then(Option::as_mut) {
            learn(person);
        }
    }

    /// Adds a person with a given number.
    pub(super) fn put(&mut self, id: PersonId, person: SandboxAccount) {
        let slot = id.0 as usize;
        if slot >= self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        self.index_names(id, &person);
        self.slots[slot] = Some(person);
    }

    /// The next number: one more than the highest assigned.
    pub(super) fn next_number(&self) -> usize {
        self.slots.len()
    }

    /// Keeps the numbers below `number` from being assigned.
    pub(super) fn skip_to(&mut self, number: usize) {
        if number > self.slots.len() {
            self.slots.resize_with(number, || None);
        }
    }

    /// A person by number.
    pub(super) fn get(&self, id: PersonId) -> Option<&SandboxAccount> {
        self.slots.get(id.0 as usize)?.as_ref()
    }

    /// A person by number, to change anything except the names.
    pub(super) fn get_mut(&mut self, id: PersonId) -> Option<&mut SandboxAccount> {
        self.keep_original(id);
        self.slots.get_mut(id.0 as usize)?.as_mut()
    }

    /// Everyone.
    pub(super) fn iter(&self) -> impl Iterator<Item = (PersonId, &SandboxAccount)> {
        let numbered = (0u32..).zip(&self.slots);
        numbered.filter_map(|(number, slot)| slot.as_ref().map(|person| (PersonId(number), person)))
    }

    /// Deletes a person.
    pub(super) fn remove(&mut self, id: PersonId) -> Option<SandboxAccount> {
        self.keep_original(id);
        let person = self.slots.get_mut(id.0 as usize)?.take()?;
        self.unindex_names(id, &person);
        Some(person)
    }

    /// Changes a person, including the names.
    pub(super) fn change(&mut self, id: PersonId, change: impl FnOnce(&mut SandboxAccount)) {
        if let Some(mut person) = self.remove(id) {
            change(&mut person);
            self.put(id, person);
        }
    }

    fn index_names(&mut self, id: PersonId, person: &SandboxAccount) {
        self.index.insert(&fold(&person.email), id);
        if let Some(username) = &person.username {
            self.index.insert(&fold(username), id);
        }
    }

    fn unindex_names(&mut self, id: PersonId, person: &SandboxAccount) {
        self.index.remove(&fold(&person.email), id);
        if let Some(username) = &person.username {
            self.index.remove(&fold(username), id);
        }
    }

    /// Everyone with that folded e-mail.
    pub(super) fn with_email<'p>(
        &'p self,
        email: &str,
    ) -> impl Iterator<Item = (PersonId, &'p SandboxAccount)> + use<'p> {
        let email = email.to_owned();
        let everyone = self.index.candidates(&email).filter_map(|id| Some((id, self.get(id)?)));
        everyone.filter(move |(_, person)| fold(&person.email) == email)
    }

    /// Everyone of a directory with that folded username.
    pub(super) fn with_username<'p>(
        &'p self,
        name: &str,
    ) -> impl Iterator<Item = (PersonId, &'p SandboxAccount)> + use<'p> {
        let name = name.to_owned();
        let everyone = self.index.candidates(&name).filter_map(|id| Some((id, self.get(id)?)));
        everyone.filter(move |(_, person)| person.is_managed() && fold(person.username()) == name)
    }

    /// The person of a name. A request for the Adobe ID never finds a managed account (contract 7.36). Otherwise the
    /// managed account comes before an Adobe ID of the same e-mail, and a member before someone who is not one
    /// (contract 7.16).
    pub(super) fn find(&self, name: &PersonName) -> Option<(PersonId, &SandboxAccount)> {
        let folded = name.folded();
        if name.adobe_id {
            let adobe_ids = self.with_email(&folded).filter(|(_, person)| !person.is_managed());
            return adobe_ids.max_by_key(|(_, person)| person.is_member());
        }
        if name.is_email() {
            let accounts = self.with_email(&folded);
            return accounts.max_by_key(|(_, person)| (person.is_member(), person.is_managed()));
        }
        let domain = fold(name.domain.as_deref().unwrap_or_default());
        self.with_username(&folded).find(|(_, person)| self.in_domain(person, &domain))
    }

    /// Whether the person's directory is reached through `domain`.
    pub(super) fn in_domain(&self, person: &SandboxAccount, domain: &str) -> bool {
        if fold(&person.domain) == domain {
            return true;
        }
        match (self.domains.find(&person.domain), self.domains.find(domain)) {
            (Some(own), Some(other)) => person.is_managed() && own.directory == other.directory,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(kind: IdentityType, email: &str, username: Option<&str>) -> SandboxAccount {
        SandboxAccount {
            kind,
            email: email.into(),
            username: username.map(ArcStr::from),
            domain: "example.com".into(),
            firstname: None,
            lastname: None,
            country: None,
            standing: AccountStanding::Active,
            groups: Vec::new(),
            extra: None,
            service_id: None,
        }
    }

    #[test]
    fn a_managed_id_goes_before_an_adobe_id_unless_that_is_asked_for() {
        let mut people = AccountTable::default();
        let adobe = people.insert(person(IdentityType::AdobeId, "Ann@example.com", None));
        let managed = people.insert(person(IdentityType::FederatedId, "ann@example.com", None));
        let found = |adobe_id| {
            people.find(&PersonName { adobe_id, ..PersonName::email("ANN@example.com") }).map(|(id, _)| id)
        };
        assert_eq!((found(false), found(true)), (Some(managed), Some(adobe)));
        people.remove(adobe);
        let adobe_id = PersonName { adobe_id: true, ..PersonName::email("ann@example.com") };
        assert_eq!(people.find(&adobe_id), None);
    }

    #[test]
    fn a_plain_username_is_found_in_any_domain_of_its_directory_and_in_no_other() {
        let mut people = AccountTable::default();
        let id = people.insert(person(IdentityType::FederatedId, "ann@example.com", Some("Ann")));
        let found = |domain| people.find(&PersonName::username("ann", domain)).map(|(found, _)| found);
        assert_eq!(found("emea.example.com"), Some(id));
        assert_eq!(found("sso.example.com"), None);
    }

    #[test]
    fn a_changed_name_is_found_and_the_old_one_is_not() {
        let mut people = AccountTable::default();
        let id = people.insert(person(IdentityType::FederatedId, "ann@example.com", None));
        people.change(id, |person| person.email = "eve@example.com".into());
        assert_eq!(people.with_email("eve@example.com").count(), 1);
        assert_eq!(people.with_email("ann@example.com").count(), 0);
    }
}
