//! The steps of a command about a user group (contract 3.3, 4.6).

use super::CommandRun;
use super::membership::read_only_code;
use crate::sandbox::groups::{GroupId, GroupKind, SandboxGroup};
use crate::sandbox::ids::PersonId;
use crate::sandbox::limits;
use crate::sandbox::person_name::PersonName;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::sandbox::requested::{ExistingSubject, MemberLists, RequestedSubject};
use crate::sandbox::steps::membership::MembershipChange;
use crate::wire::error_code;
use crate::wire::identity::fold;

impl CommandRun<'_> {
    pub(crate) fn create_group(
        &mut self,
        description: Option<&str>,
        existing: ExistingSubject,
    ) -> StepResult {
        let name = self.subject.name().trim();
        check_name(name)?;
        let Some(id) = self.org.groups.find(name) else {
            self.make_group(name, description);
            return Ok(());
        };
        if !self.org.groups.is(id, &GroupKind::UserGroup) || existing == ExistingSubject::Refuse {
            return refuse(error_code::USERGROUP_EXISTS, format!("The user group {name} exists already"));
        }
        self.group = Some(id);
        if existing == ExistingSubject::Update && !self.test {
            self.describe_group(id, description);
        }
        Ok(())
    }

    fn make_group(&mut self, name: &str, description: Option<&str>) {
        self.created = true;
        if !self.test {
            let id = self.org.groups.insert(SandboxGroup::new(GroupKind::UserGroup, name));
            self.org.touch();
            self.describe_group(id, description);
            self.group = Some(id);
        }
    }

    fn describe_group(&mut self, id: GroupId, description: Option<&str>) {
        if let (Some(description), Some(group)) = (description, self.org.groups.get_mut(id)) {
            group.description = Some(description.to_owned());
            self.org.touch();
        }
    }

    /// The user group the command is about; `None` for one that an earlier step would make in test mode.
    fn user_group(&mut self) -> StepResult<Option<GroupId>> {
        if self.group.is_none() {
            self.group = self.org.groups.user_group(self.subject.name());
        }
        match self.group {
            None if !self.created => refuse(error_code::USERGROUP_NOT_FOUND, "UserGroup not found"),
            group => Ok(group),
        }
    }

    pub(crate) fn update_group(&mut self, name: Option<&str>, description: Option<&str>) -> StepResult {
        let group = self.user_group()?;
        let name = name.map(str::trim);
        if name.is_none() && description.is_none() {
            return refuse(
                error_code::USERGROUP_MISSING_ARGUMENTS,
                "Neither `name` nor `description` is given",
            );
        }
        if let Some(id) = group {
            self.refuse_read_only(id, self.subject.name(), error_code::USERGROUP_READ_ONLY_UPDATE)?;
        }
        if let Some(name) = name {
            check_name(name)?;
            if self.org.groups.find(name).is_some_and(|other| Some(other) != group) {
                return refuse(error_code::USERGROUP_EXISTS, format!("The user group {name} exists already"));
            }
        }
        if let Some(id) = group.filter(|_| !self.test) {
            self.describe_group(id, description);
            if let Some(name) = name {
                self.org.groups.rename(id, name);
                self.org.touch();
            }
        }
        Ok(())
    }

    pub(crate) fn delete_group(&mut self) -> StepResult {
        let group = self.user_group()?;
        if let Some(id) = group {
            self.refuse_read_only(id, self.subject.name(), error_code::USERGROUP_READ_ONLY_DELETE)?;
        }
        self.count_deletion()?;
        if let Some(id) = group.filter(|_| !self.test) {
            self.org.delete_group(id);
        }
        Ok(())
    }

    /// Refuses the second deletion of a request, a fault that was seen in the service (contract 7.38).
    fn count_deletion(&mut self) -> StepResult {
        *self.deleted_groups += 1;
        if *self.deleted_groups > 1 && self.rules.switches.one_group_deletion_per_request {
            return refuse(error_code::INTERNAL, "A request deletes at most one user group");
        }
        Ok(())
    }

    pub(crate) fn add_members(&mut self, lists: &MemberLists) -> StepResult {
        let group = self.user_group()?;
        let users = self.users(group, &lists.users, MembershipChange::Add)?;
        let profiles = self.profiles(&lists.profiles)?;
        let Some(id) = group else { return Ok(()) };
        let joining: Vec<_> = users.into_iter().filter(|user| !self.is_direct_member(*user, id)).collect();
        let attached: Vec<_> =
            profiles.into_iter().filter(|profile| !self.has_profile(id, *profile)).collect();
        self.refuse_unchanged(joining.is_empty() && attached.is_empty())?;
        self.refuse_full(id, joining.len())?;
        if !self.test {
            for user in joining {
                self.org.add_to_group(user, id);
            }
            if let Some(group) = self.org.groups.get_mut(id) {
                group.profiles.extend(attached);
            }
            self.org.touch();
        }
        Ok(())
    }

    pub(crate) fn remove_members(&mut self, lists: &MemberLists) -> StepResult {
        let group = self.user_group()?;
        let users = self.users(group, &lists.users, MembershipChange::Remove)?;
        let profiles = self.profiles(&lists.profiles)?;
        let Some(id) = group else { return Ok(()) };
        let leaving: Vec<_> = users.into_iter().filter(|user| self.is_direct_member(*user, id)).collect();
        let detached: Vec<_> =
            profiles.into_iter().filter(|profile| self.has_profile(id, *profile)).collect();
        self.refuse_unchanged(leaving.is_empty() && detached.is_empty())?;
        if !self.test {
            for user in leaving {
                self.org.remove_from_group(user, id);
            }
            if let Some(group) = self.org.groups.get_mut(id) {
                group.profiles.retain(|profile| !detached.contains(profile));
            }
            self.org.touch();
        }
        Ok(())
    }

    fn is_direct_member(&self, user: PersonId, group: GroupId) -> bool {
        self.org.people.get(user).is_some_and(|person| person.groups.contains(&group))
    }

    fn has_profile(&self, group: GroupId, profile: GroupId) -> bool {
        self.org.groups.get(group).is_some_and(|group| group.profiles.contains(&profile))
    }

    fn refuse_unchanged(&self, unchanged: bool) -> StepResult {
        if unchanged && self.rules.switches.strict_membership && !self.test {
            return refuse(
                error_code::USERGROUP_UNCHANGED,
                "The list did not change the members of the user group",
            );
        }
        Ok(())
    }

    fn users(
        &self,
        group: Option<GroupId>,
        names: &[String],
        change: MembershipChange,
    ) -> StepResult<Vec<PersonId>> {
        if let (Some(id), false) = (group, names.is_empty()) {
            self.refuse_read_only(id, self.subject.name(), read_only_code(change))?;
        }
        let mut users = Vec::new();
        for name in names {
            match self.listed_user(name)? {
                Some(id) => users.push(id),
                None if self.test => {}
                None if self.means_adobe_ids() => {
                    return refuse(error_code::USER_NONEXISTENT, format!("Adobe Id does not exist: {name}"));
                }
                None => {
                    return refuse(error_code::USER_NOT_FOUND, format!("No valid users were found: {name}"));
                }
            }
        }
        Ok(users)
    }

    /// Whether the people in the lists are Adobe IDs (contract 7.36).
    fn means_adobe_ids(&self) -> bool {
        matches!(self.subject, RequestedSubject::UserGroup { adobe_ids: true, .. })
    }

    /// A member named in a list, where no domain can be given with a username.
    fn listed_user(&self, name: &str) -> StepResult<Option<PersonId>> {
        let people = &self.org.people;
        let folded = fold(name);
        let adobe_id = self.means_adobe_ids();
        if folded.contains('@') || adobe_id {
            let found = people.find(&PersonName { adobe_id, ..PersonName::email(name) });
            return Ok(found.filter(|(_, person)| person.is_member()).map(|(id, _)| id));
        }
        let mut found = people.with_username(&folded).filter(|(_, person)| person.is_member());
        let first = found.next().map(|(id, _)| id);
        if found.next().is_some() {
            return refuse(error_code::USER_AMBIGUOUS, format!("More than one user is called {name}"));
        }
        Ok(first)
    }

    fn profiles(&self, names: &[String]) -> StepResult<Vec<GroupId>> {
        let mut profiles = Vec::new();
        for name in names {
            let Some(id) = self.org.groups.profile(name) else {
                return refuse(error_code::GROUP_NOT_FOUND, format!("Group {name} was not found"));
            };
            if !profiles.contains(&id) {
                profiles.push(id);
            }
        }
        Ok(profiles)
    }
}

fn check_name(name: &str) -> StepResult {
    if name.is_empty() || name.starts_with('_') || name.chars().count() > limits::GROUP_NAME_LENGTH {
        return refuse(error_code::GROUP_INVALID_NAME, format!("{name} cannot be the name of a user group"));
    }
    Ok(())
}
