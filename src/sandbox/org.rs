//! The simulated organization: its people, its groups and who is in what. Plain data, no HTTP.

use super::groups::GroupId;
use super::ids::PersonId;
use crate::sandbox::accounts::{AccountStanding, AccountTable, SandboxAccount};
use crate::sandbox::copied::CopyKnowledge;
use crate::sandbox::groups::{GroupKind, GroupTable, SandboxGroup};
use crate::wire::user::User;
use arcstr::ArcStr;
use std::collections::HashMap;

/// Accounts of API integrations: counted in totals, left out of the pages (contract 2.3).
pub(super) const TECHNICAL_ACCOUNTS: usize = 1;

/// An odd factor: it turns numbers of people into different ids that look like those of the service.
const ID_FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

/// The whole state.
#[derive(Debug, Default)]
pub(super) struct SandboxOrganization {
    pub(super) people: AccountTable,
    pub(super) groups: GroupTable,
    /// What is known of a copy of another organization, besides its accounts and groups.
    pub(super) copy: Option<Box<CopyKnowledge>>,
    /// Counts the changes, for caches.
    revision: u64,
    profile_members: Option<(u64, HashMap<GroupId, usize>)>,
}

impl SandboxOrganization {
    /// The number of changes so far.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Counts a change.
    pub(super) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Adds a person with the memberships of the record.
    pub(super) fn add_person(&mut self, person: SandboxAccount) -> PersonId {
        self.count(&person.groups);
        self.touch();
        self.people.insert(person)
    }

    /// Counts the members of the groups of a person who was not counted yet.
    pub(super) fn count(&mut self, groups: &[GroupId]) {
        for id in groups {
            if let Some(group) = self.groups.get_mut(*id) {
                group.members += 1;
            }
        }
    }

    /// Adds a person to a group; does nothing for a member.
    pub(super) fn add_to_group(&mut self, person: PersonId, group: GroupId) {
        let Some(record) = self.people.get_mut(person).filter(|record| !record.groups.contains(&group))
        else {
            return;
        };
        record.groups.push(group);
        self.count(&[group]);
        self.touch();
    }

    /// Removes a person from a group; does nothing for someone who is not in it.
    pub(super) fn remove_from_group(&mut self, person: PersonId, group: GroupId) {
        let Some(record) = self.people.get_mut(person) else { return };
        let before = record.groups.len();
        record.groups.retain(|id| *id != group);
        if record.groups.len() < before {
            if let Some(group) = self.groups.get_mut(group) {
                group.members = group.members.saturating_sub(1);
            }
            self.touch();
        }
    }

    /// Removes a person from every group.
    pub(super) fn remove_from_all_groups(&mut self, person: PersonId) {
        let groups = self.people.get(person).map(|record| record.groups.clone()).unwrap_or_default();
        for group in groups {
            self.remove_from_group(person, group);
        }
    }

    /// Removes a person from the organization: `keep` leaves the account in the directory (contract 7.34).
    pub(super) fn remove_member(&mut self, person: PersonId, keep: Option<AccountStanding>) {
        self.remove_from_all_groups(person);
        match keep {
            Some(standing) => {
                if let Some(record) = self.people.get_mut(person) {
                    record.standing = standing;
                }
            }
            None => {
                self.people.remove(person);
            }
        }
        self.touch();
    }

    /// Deletes a user group, its admin group and the memberships of both.
    pub(super) fn delete_group(&mut self, group: GroupId) {
        let gone = self.groups.remove(group);
        let affected: Vec<_> = self
            .people
            .iter()
            .filter(|(_, person)| person.groups.iter().any(|id| gone.contains(id)))
            .map(|(id, _)| id)
            .collect();
        for id in affected {
            if let Some(person) = self.people.get_mut(id) {
                person.groups.retain(|id| !gone.contains(id));
            }
        }
        self.touch();
    }

    /// Whether someone is in a group directly or, for a profile, through a user group.
    pub(super) fn is_in(&self, person: &SandboxAccount, group: GroupId, direct_only: bool) -> bool {
        person.groups.contains(&group) || (!direct_only && self.is_in_through_group(person, group))
    }

    fn is_in_through_group(&self, person: &SandboxAccount, profile: GroupId) -> bool {
        let mut groups = person.groups.iter().filter_map(|id| self.groups.get(*id));
        groups.any(|group| group.profiles.contains(&profile))
    }

    /// How many members a group has, for a profile also those who come through a user group.
    pub(super) fn member_count(&mut self, id: GroupId) -> usize {
        let direct = self.groups.get(id).map_or(0, |group| group.members);
        if !self.groups.is(id, &GroupKind::Profile) {
            return direct;
        }
        let known = self.profile_members.take().filter(|(revision, _)| *revision == self.revision);
        let counts = known.map_or_else(|| self.count_profiles(), |(_, counts)| counts);
        let count = counts.get(&id).copied().unwrap_or(direct);
        self.profile_members = Some((self.revision, counts));
        count
    }

    /// The members of each profile that comes with a user group; other profiles have their direct members only.
    fn count_profiles(&self) -> HashMap<GroupId, usize> {
        let through: Vec<_> =
            self.groups.iter().flat_map(|(_, group)| group.profiles.iter().copied()).collect();
        let mut counts: HashMap<_, _> = through.into_iter().map(|profile| (profile, 0)).collect();
        if counts.is_empty() {
            return counts;
        }
        for (_, person) in self.people.iter() {
            for (profile, count) in &mut counts {
                *count += usize::from(self.is_in(person, *profile, false));
            }
        }
        counts
    }

    /// Each profile: its name, its licenses as listed, and how many members it has.
    pub(super) fn profile_counts(&mut self) -> Vec<(String, Option<String>, usize)> {
        let profiles = self.groups.iter().filter(|(_, group)| group.kind == GroupKind::Profile);
        let ids: Vec<_> = profiles.map(|(id, _)| id).collect();
        let counted = ids.into_iter().filter_map(|id| {
            let members = self.member_count(id);
            let group = self.groups.get(id)?;
            Some((group.name.to_string(), group.quota.as_ref().map(ToString::to_string), members))
        });
        counted.collect()
    }

    /// The names of the groups someone is in; `direct_only` leaves out profiles that come through a user group.
    pub(super) fn group_names(&self, person: &SandboxAccount, direct_only: bool) -> Vec<ArcStr> {
        let direct: Vec<_> = person.groups.iter().filter_map(|id| self.groups.get(*id)).collect();
        let mut names: Vec<_> = direct.iter().map(|group| ArcStr::clone(&group.name)).collect();
        if !direct_only {
            let through = direct.iter().flat_map(|group| &group.profiles);
            for profile in through.filter(|id| !person.groups.contains(id)) {
                let name = self.groups.get(*profile).map(|group: &SandboxGroup| ArcStr::clone(&group.name));
                names.extend(name.filter(|name| !names.contains(name)));
            }
        }
        names
    }
}

/// A person as the service returns them (contract 2.4).
pub(super) fn describe(id: PersonId, person: &SandboxAccount, groups: Vec<ArcStr>) -> User {
    let status = if person.standing == AccountStanding::Disabled { "disabled" } else { "active" };
    User {
        email: Some(ArcStr::clone(&person.email)),
        status: Some(status.into()),
        groups: (!groups.is_empty()).then(|| groups.into()),
        username: Some(ArcStr::clone(person.username())),
        domain: Some(ArcStr::clone(&person.domain)),
        firstname: person.firstname.clone(),
        lastname: person.lastname.clone(),
        country: person.country.clone(),
        kind: Some(person.kind.as_str().into()),
        id: Some(service_id(id, person)),
        extra: person.extra.clone(),
    }
}

/// The id of an account as the service returns it.
pub(super) fn service_id(id: PersonId, person: &SandboxAccount) -> ArcStr {
    let owner = if person.is_managed() { &*person.domain } else { "AdobeID" };
    let made = || format!("{:016X}5A4DB0C0@{owner}", (u64::from(id.0) + 1).wrapping_mul(ID_FACTOR)).into();
    person.service_id.clone().unwrap_or_else(made)
}
