//! Which memberships of a profile are direct, and which user groups carry the profile.
//!
//! A group carries a profile if somebody has the profile through groups only, and this group is the only one that can
//! explain it. It does not carry the profile if one of its members lacks it. Otherwise that is not known: the group is
//! empty, or each of its members has the profile directly too.

use super::builder::account_of;
use crate::sandbox::groups::{GroupId, GroupKind, NamedGroup};
use crate::sandbox::ids::PersonId;
use crate::sandbox::org::SandboxOrganization;
use crate::wire::identity::fold;
use crate::wire::interner::StringInterner;
use crate::wire::user::User;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Why the direct members of a group could not be read.
pub(crate) type ReadFailure = String;

impl SandboxOrganization {
    /// Learns the direct members of each group of that name, and which user groups carry the profiles that are in question.
    ///
    /// # Errors
    /// Why they could not be read.
    pub(crate) fn learn_named(&mut self, name: &str) -> Result<(), ReadFailure> {
        if self.copy.as_ref().is_none_or(|copy| copy.source.is_none()) {
            return Ok(());
        }
        let ids: Vec<_> = match self.groups.resolve(name) {
            Some(NamedGroup::Group(_)) => self.groups.of_name(name).to_vec(),
            _ => self
                .groups
                .iter()
                .filter(|(id, _)| self.groups.service_number(*id).to_string() == name)
                .map(|(id, _)| id)
                .collect(),
        };
        for id in ids {
            self.learn(id)?;
            if self.groups.is(id, &GroupKind::UserGroup) {
                self.learn_profiles_in(id)?;
            }
        }
        Ok(())
    }

    /// Learns which memberships are direct, for each profile where that is not known.
    ///
    /// # Errors
    /// Why they could not be read.
    pub(crate) fn learn_all(&mut self) -> Result<(), ReadFailure> {
        let Some(copy) = &self.copy else { return Ok(()) };
        let mut open: Vec<_> = copy.unsure.keys().copied().collect();
        open.sort_unstable();
        open.into_iter().try_for_each(|profile| self.learn(profile))
    }

    /// Learns which memberships of a person are direct.
    ///
    /// # Errors
    /// Why that could not be read.
    pub(crate) fn learn_person(&mut self, name: &str) -> Result<(), ReadFailure> {
        let Some(copy) = &self.copy else { return Ok(()) };
        let name = fold(name);
        let by_name = self.people.with_email(&name).chain(self.people.with_username(&name));
        let ids: HashSet<_> = by_name.map(|(id, _)| id).collect();
        let mut open: Vec<_> = copy
            .unsure
            .iter()
            .filter(|(_, people)| people.iter().any(|id| ids.contains(id)))
            .map(|(profile, _)| *profile)
            .collect();
        open.sort_unstable();
        open.into_iter().try_for_each(|profile| self.learn(profile))
    }

    /// Learns about the profiles that members of a user group may have through it.
    fn learn_profiles_in(&mut self, group: GroupId) -> Result<(), ReadFailure> {
        let Some(copy) = &self.copy else { return Ok(()) };
        let in_group =
            |id: &PersonId| self.people.get(*id).is_some_and(|person| person.groups.contains(&group));
        let mut open: Vec<_> = copy
            .unsure
            .iter()
            .filter(|(_, people)| people.iter().any(in_group))
            .map(|(profile, _)| *profile)
            .collect();
        open.sort_unstable();
        open.into_iter().try_for_each(|profile| self.learn(profile))
    }

    fn learn(&mut self, id: GroupId) -> Result<(), ReadFailure> {
        let Some(copy) = &mut self.copy else { return Ok(()) };
        if copy.made.contains(&id) || !copy.resolved.insert(id) {
            return Ok(());
        }
        let (Some(source), Some(group)) = (&copy.source, self.groups.get(id)) else { return Ok(()) };
        let members = source.direct_members(&group.name)?;
        let direct = self.apply_members(id, &members);
        if self.groups.is(id, &GroupKind::Profile) {
            self.apply_directness(id, &direct);
        }
        Ok(())
    }

    /// Adds members whom the listing of users does not have, such as disabled people; returns the direct members.
    fn apply_members(&mut self, id: GroupId, members: &[Arc<User>]) -> HashSet<PersonId> {
        let by_service: HashMap<_, _> =
            members.iter().filter_map(|user| Some((user.id.as_deref()?, user))).collect();
        let mut direct = HashSet::new();
        for user in members {
            let email = fold(user.email.as_deref().unwrap_or_default());
            let accounts: Vec<_> =
                self.people.with_email(&email).map(|(id, one)| (id, one.service_id.clone())).collect();
            let same = accounts.iter().find(|(_, service)| service.as_deref() == user.id.as_deref());
            if let Some((person, _)) = same {
                direct.insert(*person);
            } else if by_service.len() == members.len() {
                self.add_unlisted(id, user);
            }
        }
        direct
    }

    fn add_unlisted(&mut self, group: GroupId, user: &User) {
        let mut interner = StringInterner::default();
        let Some(account) = account_of(user, &mut interner) else { return };
        let is_active = user.status.as_deref().is_none_or(|status| status == "active");
        if is_active && let Some(copy) = &mut self.copy {
            copy.doubts.push(format!("{} joined while the organization was read", account.email));
        }
        let person = self.people.insert_known(account);
        self.people.learn(person, |account| account.groups.push(group));
        self.count(&[group]);
        self.touch();
    }

    /// Memberships of a profile that are not direct come with a user group.
    fn apply_directness(&mut self, profile: GroupId, direct: &HashSet<PersonId>) {
        let unsure = self.copy.as_mut().and_then(|copy| copy.unsure.remove(&profile)).unwrap_or_default();
        let indirect: Vec<_> = unsure.into_iter().filter(|person| !direct.contains(person)).collect();
        let possible = self.possible_carriers(profile);
        let (mut certain, mut doubtful) = (HashSet::new(), HashSet::new());
        for person in &indirect {
            let groups =
                self.people.original(*person).map(|account| account.groups.as_slice()).unwrap_or_default();
            let candidates: Vec<_> =
                groups.iter().copied().filter(|group| possible.contains(group)).collect();
            match candidates.as_slice() {
                [] => {}
                [only] => drop(certain.insert(*only)),
                several => doubtful.extend(several.iter().copied()),
            }
        }
        let explained: HashSet<_> = indirect
            .iter()
            .copied()
            .filter(|person| {
                let groups = self
                    .people
                    .original(*person)
                    .map(|account| account.groups.as_slice())
                    .unwrap_or_default();
                groups.iter().any(|group| possible.contains(group))
            })
            .collect();
        // With several candidates, one that carries the profile for sure explains it.
        let needed: Vec<_> = doubtful.difference(&certain).copied().collect();
        for group in &possible {
            let carries = certain.contains(group) || needed.contains(group);
            if let Some(record) = self.groups.get_mut(*group) {
                if carries && !record.profiles.contains(&profile) {
                    record.profiles.push(profile);
                }
                if !certain.contains(group) {
                    record.unknown_profiles.push(profile);
                }
            }
        }
        for person in explained {
            self.people.learn(person, |account| account.groups.retain(|id| *id != profile));
            if let Some(group) = self.groups.get_mut(profile) {
                group.members = group.members.saturating_sub(1);
            }
        }
        self.touch();
    }

    /// The user groups all of whose members have the profile.
    fn possible_carriers(&self, profile: GroupId) -> HashSet<GroupId> {
        let mut possible: HashMap<GroupId, bool> = HashMap::new();
        let listed = self.copy.as_ref().map_or(0, |copy| copy.listed);
        for (id, _) in self.people.iter() {
            let Some(person) = self.people.original(id).filter(|_| id.0 < listed) else { continue };
            let has = person.groups.contains(&profile);
            for group in person.groups.iter().filter(|group| self.groups.is(**group, &GroupKind::UserGroup)) {
                possible.entry(*group).and_modify(|all| *all &= has).or_insert(has);
            }
        }
        possible.into_iter().filter(|(_, all)| *all).map(|(group, _)| group).collect()
    }
}
