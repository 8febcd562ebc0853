//! The steps that add people to groups and remove them, in commands about a person (contract 3.2, 4.4).

use super::CommandRun;
use crate::sandbox::groups::{GroupId, GroupKind, NamedGroup};
use crate::sandbox::ids::PersonId;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::wire::error_code;

/// Whether a membership is added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MembershipChange {
    Add,
    Remove,
}

impl CommandRun<'_> {
    pub(crate) fn add_to_groups(&mut self, names: &[String]) -> StepResult {
        let groups = self.assignable(names, MembershipChange::Add)?;
        self.fail_profile_admins(&groups)?;
        let Some(person) = self.member_for_groups()? else { return Ok(()) };
        self.check_room(&groups, person)?;
        if !self.test {
            for group in groups {
                let group = self.org.groups.ensure(group);
                self.org.add_to_group(person, group);
            }
        }
        Ok(())
    }

    pub(crate) fn remove_from_groups(&mut self, names: &[String]) -> StepResult {
        let groups = self.assignable(names, MembershipChange::Remove)?;
        let Some(person) = self.member_for_groups()? else { return Ok(()) };
        if !self.test {
            for group in groups {
                if let NamedGroup::Group(group) = group {
                    self.org.remove_from_group(person, group);
                }
            }
        }
        Ok(())
    }

    /// The value `all`. Groups shared from elsewhere stay, and so does the role of system administrator, unless a switch
    /// removes it too (contract 7.23).
    pub(crate) fn remove_from_all_groups(&mut self) -> StepResult {
        let Some(person) = self.member_for_groups()?.filter(|_| !self.test) else { return Ok(()) };
        let groups = self.org.people.get(person).map(|record| record.groups.clone()).unwrap_or_default();
        let keeps_admins = !self.rules.switches.remove_all_includes_org_admin;
        for id in groups {
            let group = self.org.groups.get(id);
            let stays = group.is_some_and(|group| {
                group.read_only || (keeps_admins && group.kind == GroupKind::OrganizationAdmins)
            });
            if !stays {
                self.org.remove_from_group(person, id);
            }
        }
        Ok(())
    }

    /// What the names of a step refer to; all of them can be changed.
    fn assignable(&self, names: &[String], change: MembershipChange) -> StepResult<Vec<NamedGroup>> {
        names.iter().map(|name| self.assignable_one(name, change)).collect()
    }

    fn assignable_one(&self, name: &str, change: MembershipChange) -> StepResult<NamedGroup> {
        let unknown = || refuse(error_code::GROUP_NOT_FOUND, format!("Group {name} was not found"));
        let Some(named) = self.org.groups.resolve(name) else { return unknown() };
        let kind = match &named {
            NamedGroup::Group(id) => self.org.groups.get(*id).map(|group| &group.kind),
            NamedGroup::Vacant(kind) => Some(kind),
        };
        match kind {
            None | Some(GroupKind::OrganizationAdmins | GroupKind::ContractAdmins(_)) => unknown(),
            Some(GroupKind::UserGroup) => self.check_writable(&named, name, change).map(|()| named),
            Some(GroupKind::Developers(profile)) => {
                self.check_developers(*profile, name, change).map(|()| named)
            }
            Some(_) => Ok(named),
        }
    }

    fn check_writable(&self, named: &NamedGroup, name: &str, change: MembershipChange) -> StepResult {
        let NamedGroup::Group(id) = named else { return Ok(()) };
        self.refuse_read_only(*id, name, read_only_code(change))
    }

    /// Refuses what a group shared from elsewhere does not allow.
    pub(crate) fn refuse_read_only(&self, id: GroupId, name: &str, code: &'static str) -> StepResult {
        if self.org.groups.get(id).is_some_and(|group| group.read_only) {
            return refuse(code, format!("The user group {name} is read-only"));
        }
        Ok(())
    }

    fn check_developers(&self, profile: GroupId, name: &str, change: MembershipChange) -> StepResult {
        if self.org.groups.get(profile).is_some_and(|group| group.developers) {
            return Ok(());
        }
        let code = match change {
            MembershipChange::Add => error_code::DEVELOPER_ADD_FAILED,
            MembershipChange::Remove => error_code::DEVELOPER_REMOVE_FAILED,
        };
        refuse(code, format!("{name}: the product of the profile has no developers"))
    }

    /// Passes in test mode and fails live, as was seen for administrators of profiles (contract 7.45).
    fn fail_profile_admins(&self, named: &[NamedGroup]) -> StepResult {
        let fails = self.rules.switches.live_profile_admins_fail && !self.test;
        let of_profile = |named: &NamedGroup| match named {
            NamedGroup::Group(id) => self
                .org
                .groups
                .get(*id)
                .is_some_and(|group| matches!(group.kind, GroupKind::ProfileAdmins(_))),
            NamedGroup::Vacant(kind) => matches!(kind, GroupKind::ProfileAdmins(_)),
        };
        if fails && named.iter().any(of_profile) {
            return refuse(error_code::INTERNAL_ADD, "The administrator of the profile could not be added");
        }
        Ok(())
    }

    fn check_room(&self, named: &[NamedGroup], person: PersonId) -> StepResult {
        let record = self.org.people.get(person);
        for named in named {
            let NamedGroup::Group(id) = named else { continue };
            let joins = record.is_some_and(|record| !record.groups.contains(id));
            self.refuse_full(*id, usize::from(joins))?;
        }
        Ok(())
    }

    /// Refuses more members than a user group may hold.
    pub(crate) fn refuse_full(&self, id: GroupId, joining: usize) -> StepResult {
        let Some(group) = self.org.groups.get(id).filter(|group| group.kind == GroupKind::UserGroup) else {
            return Ok(());
        };
        if joining > 0 && group.members + joining > self.rules.group_members {
            return refuse(
                error_code::USERGROUP_FULL,
                format!("The user group {} holds at most {} members", group.name, self.rules.group_members),
            );
        }
        Ok(())
    }
}

/// The code with which a read-only group refuses a change of its members.
pub(crate) fn read_only_code(change: MembershipChange) -> &'static str {
    match change {
        MembershipChange::Add => error_code::USERGROUP_READ_ONLY_ADD,
        MembershipChange::Remove => error_code::USERGROUP_READ_ONLY_REMOVE,
    }
}
