//! The steps of a command about a user group (contract 3.3, 4.6).

use super::membership::read_only_code;
use super::{CommandRun, text};
use crate::sandbox::groups::{GroupId, GroupKind, SandboxGroup};
use crate::sandbox::ids::PersonId;
use crate::sandbox::refusal::{Refusal, StepResult, refuse};
use crate::sandbox::steps::membership::MembershipChange;
use crate::wire::command::CommandStep;
use crate::wire::error_code;
use crate::wire::identity::{Identity, fold};
use crate::wire::limits;
use crate::wire::step::{DEPRECATED_PROFILE_KEY, FieldShape, OPTIONS, SubjectKind, find};

impl CommandRun<'_> {
    pub(crate) fn create_group(&mut self, step: &CommandStep) -> StepResult {
        let name = self.subject.name().trim();
        check_name(name)?;
        let Some(id) = self.org.groups.find(name) else {
            self.make_group(name, step);
            return Ok(());
        };
        if !self.org.groups.is(id, &GroupKind::UserGroup) || text(step, "option").is_none() {
            return refuse(error_code::USERGROUP_EXISTS, format!("The user group {name} exists already"));
        }
        self.group = Some(id);
        if text(step, "option") == Some(OPTIONS[1]) && !self.test {
            self.describe_group(id, step);
        }
        Ok(())
    }

    fn make_group(&mut self, name: &str, step: &CommandStep) {
        self.created = true;
        if !self.test {
            let id = self.org.groups.insert(SandboxGroup::new(GroupKind::UserGroup, name));
            self.org.touch();
            self.describe_group(id, step);
            self.group = Some(id);
        }
    }

    fn describe_group(&mut self, id: GroupId, step: &CommandStep) {
        if let (Some(description), Some(group)) = (text(step, "description"), self.org.groups.get_mut(id)) {
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

    pub(crate) fn update_group(&mut self, step: &CommandStep) -> StepResult {
        let group = self.user_group()?;
        let (name, description) = (text(step, "name").map(str::trim), text(step, "description"));
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
            self.describe_group(id, step);
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
        self.ended = true;
        if let Some(id) = group.filter(|_| !self.test) {
            self.org.delete_group(id);
        }
        Ok(())
    }

    pub(crate) fn add_members(&mut self, step: &CommandStep) -> StepResult {
        let group = self.user_group()?;
        let users = self.users(group, step, MembershipChange::Add)?;
        let profiles = self.profiles(step)?;
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

    pub(crate) fn remove_members(&mut self, step: &CommandStep) -> StepResult {
        let group = self.user_group()?;
        let users = self.users(group, step, MembershipChange::Remove)?;
        let profiles = self.profiles(step)?;
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
        step: &CommandStep,
        change: MembershipChange,
    ) -> StepResult<Vec<PersonId>> {
        let names: Vec<_> = step.names("user").collect();
        if let (Some(id), false) = (group, names.is_empty()) {
            self.refuse_read_only(id, self.subject.name(), read_only_code(change))?;
        }
        let mut users = Vec::new();
        for name in names {
            match self.listed_user(name)? {
                Some(id) => users.push(id),
                None if self.test => {}
                None => {
                    return refuse(error_code::USER_NOT_FOUND, format!("No valid users were found: {name}"));
                }
            }
        }
        Ok(users)
    }

    /// A member named in a list, where no domain can be given with a username.
    fn listed_user(&self, name: &str) -> StepResult<Option<PersonId>> {
        let people = &self.org.people;
        let folded = fold(name);
        if folded.contains('@') {
            let found = people.find(&Identity::named(name, None, false));
            return Ok(found.filter(|(_, person)| person.is_member()).map(|(id, _)| id));
        }
        let mut found = people.with_username(&folded).filter(|(_, person)| person.is_member());
        let first = found.next().map(|(id, _)| id);
        if found.next().is_some() {
            return refuse(error_code::USER_AMBIGUOUS, format!("More than one user is called {name}"));
        }
        Ok(first)
    }

    fn profiles(&mut self, step: &CommandStep) -> StepResult<Vec<GroupId>> {
        if step.value.get(DEPRECATED_PROFILE_KEY).is_some() {
            self.warning = Some(Refusal { code: error_code::WARNING_DEPRECATED, message: deprecated(step) });
        }
        let mut profiles = Vec::new();
        for name in [profile_key(step), DEPRECATED_PROFILE_KEY].into_iter().flat_map(|key| step.names(key)) {
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

/// The key under which the step lists profiles.
fn profile_key(step: &CommandStep) -> &'static str {
    let spec = find(SubjectKind::Group, &step.name);
    let field =
        spec.and_then(|spec| spec.fields.iter().find(|field| field.shape == FieldShape::ProfileNames));
    field.map_or("", |field| field.name)
}

fn deprecated(step: &CommandStep) -> String {
    format!("The key {DEPRECATED_PROFILE_KEY} is deprecated; use {}", profile_key(step))
}

fn check_name(name: &str) -> StepResult {
    if name.is_empty() || name.starts_with('_') || name.chars().count() > limits::GROUP_NAME_LENGTH {
        return refuse(error_code::GROUP_INVALID_NAME, format!("{name} cannot be the name of a user group"));
    }
    Ok(())
}
