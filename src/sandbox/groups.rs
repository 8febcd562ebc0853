//! User groups, product profiles and admin groups, found by folded names (contract 7.4).

use crate::wire::identity::fold;
use arcstr::ArcStr;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The number of a group; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct GroupId(pub(super) u32);

/// The first group number of the sandbox.
const FIRST_NUMBER: i64 = 94_680_001;

impl GroupId {
    /// The number of the group in listings and paths.
    pub(super) fn number(self) -> i64 {
        FIRST_NUMBER + i64::from(self.0)
    }
}

/// What a group is, and of which group an admin group is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum GroupKind {
    UserGroup,
    Profile,
    OrganizationAdmins,
    DeploymentAdmins,
    SupportAdmins,
    /// The administrators of a contract, by its name.
    ContractAdmins(ArcStr),
    ProductAdmins(ArcStr),
    ProfileAdmins(GroupId),
    UserGroupAdmins(GroupId),
    Developers(GroupId),
}

/// The prefixes of the names of admin groups (contract 3.2).
const PRODUCT_ADMINS: &str = "_product_admin_";
const ADMINS: &str = "_admin_";
const DEVELOPERS: &str = "_developer_";

impl GroupKind {
    /// The value of a listing's `type` field.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::UserGroup => "USER_GROUP",
            Self::Profile => "PRODUCT_PROFILE",
            Self::OrganizationAdmins => "SYSADMIN_GROUP",
            Self::DeploymentAdmins => "DEPLOYMENT_ADMIN_GROUP",
            Self::SupportAdmins => "SUPPORT_ADMIN_GROUP",
            Self::ContractAdmins(_) => "CONTRACT_ADMIN_GROUP",
            Self::ProductAdmins(_) => "PRODUCT_ADMIN_GROUP",
            Self::ProfileAdmins(_) => "PROFILE_ADMIN_GROUP",
            Self::UserGroupAdmins(_) => "USER_ADMIN_GROUP",
            Self::Developers(_) => "DEVELOPER_GROUP",
        }
    }

    /// The group an admin group is of; `None` for other groups and for product admins.
    pub(super) fn base(&self) -> Option<GroupId> {
        match self {
            Self::ProfileAdmins(base) | Self::UserGroupAdmins(base) | Self::Developers(base) => Some(*base),
            _ => None,
        }
    }

    fn is_derived(&self) -> bool {
        matches!(self, Self::ProductAdmins(_)) || self.base().is_some()
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SandboxGroup {
    pub(super) kind: GroupKind,
    pub(super) name: ArcStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    /// Shared from elsewhere: its members and its name cannot be changed here (contract 3.3).
    #[serde(default)]
    pub(super) read_only: bool,
    /// The profiles the members of a user group have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) profiles: Vec<GroupId>,
    /// The product of a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) product: Option<ArcStr>,
    /// Licenses of a profile: a number, or `UNLIMITED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) quota: Option<ArcStr>,
    /// Whether the product of a profile has developers.
    #[serde(default)]
    pub(super) developers: bool,
    /// Direct members.
    #[serde(skip)]
    pub(super) members: usize,
    /// The service's number, in a copy; elsewhere it follows from the number here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) service_number: Option<i64>,
    /// The profiles of which it is not known whether they come with this user group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unknown_profiles: Vec<GroupId>,
}

impl SandboxGroup {
    /// A group without members.
    pub(super) fn new(kind: GroupKind, name: &str) -> Self {
        Self {
            kind,
            name: name.into(),
            description: None,
            read_only: false,
            profiles: Vec::new(),
            product: None,
            quota: None,
            developers: false,
            members: 0,
            service_number: None,
            unknown_profiles: Vec::new(),
        }
    }

    /// Licenses as a number; `None` where there is no limit.
    pub(super) fn licenses(&self) -> Option<usize> {
        self.quota.as_deref()?.parse().ok()
    }
}

/// What a name refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NamedGroup {
    /// A group.
    Group(GroupId),
    /// An admin group that never had a member, of a group or profile that exists.
    Vacant(GroupKind),
}

/// All groups, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct GroupTable {
    slots: Vec<Option<SandboxGroup>>,
    /// The groups of each folded name; the service has unique names only within a kind of group.
    names: HashMap<String, Vec<GroupId>>,
}

impl GroupTable {
    /// Adds a group.
    pub(super) fn insert(&mut self, group: SandboxGroup) -> GroupId {
        let id = GroupId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        self.put(id, group);
        id
    }

    /// Adds a group with a given number.
    pub(super) fn put(&mut self, id: GroupId, group: SandboxGroup) {
        let slot = id.0 as usize;
        if slot >= self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        self.name(&group.name, id);
        self.slots[slot] = Some(group);
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

    /// A group by number.
    pub(super) fn get(&self, id: GroupId) -> Option<&SandboxGroup> {
        self.slots.get(id.0 as usize)?.as_ref()
    }

    /// A group by number, to be changed in anything but the name.
    pub(super) fn get_mut(&mut self, id: GroupId) -> Option<&mut SandboxGroup> {
        self.slots.get_mut(id.0 as usize)?.as_mut()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (GroupId, &SandboxGroup)> {
        let numbered = (0u32..).zip(&self.slots);
        numbered.filter_map(|(number, slot)| slot.as_ref().map(|group| (GroupId(number), group)))
    }

    /// The group of that name in any case.
    pub(super) fn find(&self, name: &str) -> Option<GroupId> {
        self.of_name(name).first().copied()
    }

    /// The groups of that name in any case, of every kind.
    pub(super) fn of_name(&self, name: &str) -> &[GroupId] {
        self.names.get(&fold(name)).map(Vec::as_slice).unwrap_or_default()
    }

    fn name(&mut self, name: &str, id: GroupId) {
        let ids = self.names.entry(fold(name)).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }

    fn unname(&mut self, name: &str, id: GroupId) {
        if let Some(ids) = self.names.get_mut(&fold(name)) {
            ids.retain(|other| *other != id);
        }
    }

    /// The number of a group in listings and paths.
    pub(super) fn service_number(&self, id: GroupId) -> i64 {
        self.get(id).and_then(|group| group.service_number).unwrap_or_else(|| id.number())
    }

    /// The user group of that name.
    pub(super) fn user_group(&self, name: &str) -> Option<GroupId> {
        self.of_name(name).iter().copied().find(|id| self.is(*id, &GroupKind::UserGroup))
    }

    /// The product profile of that name.
    pub(super) fn profile(&self, name: &str) -> Option<GroupId> {
        self.of_name(name).iter().copied().find(|id| self.is(*id, &GroupKind::Profile))
    }

    /// Whether a group is of that kind.
    pub(super) fn is(&self, id: GroupId, kind: &GroupKind) -> bool {
        self.get(id).is_some_and(|group| group.kind == *kind)
    }

    /// The group or vacant admin group that a name refers to.
    pub(super) fn resolve(&self, name: &str) -> Option<NamedGroup> {
        if let Some(id) = self.find(name) {
            return Some(NamedGroup::Group(id));
        }
        let name = fold(name);
        if let Some(product) = name.strip_prefix(PRODUCT_ADMINS) {
            return self
                .product(product)
                .map(|product| NamedGroup::Vacant(GroupKind::ProductAdmins(product)));
        }
        if let Some(base) = name.strip_prefix(DEVELOPERS) {
            return self.profile(base).map(|base| NamedGroup::Vacant(GroupKind::Developers(base)));
        }
        let base = self.find(name.strip_prefix(ADMINS)?)?;
        match self.get(base)?.kind {
            GroupKind::UserGroup => Some(NamedGroup::Vacant(GroupKind::UserGroupAdmins(base))),
            GroupKind::Profile => Some(NamedGroup::Vacant(GroupKind::ProfileAdmins(base))),
            _ => None,
        }
    }

    fn product(&self, folded: &str) -> Option<ArcStr> {
        let mut products = self.iter().filter_map(|(_, group)| group.product.as_ref());
        products.find(|product| fold(product) == folded).cloned()
    }

    /// The group of that name; a vacant admin group is created.
    pub(super) fn ensure(&mut self, named: NamedGroup) -> GroupId {
        match named {
            NamedGroup::Group(id) => id,
            NamedGroup::Vacant(kind) => {
                let name = self.derived_name(&kind);
                self.insert(SandboxGroup::new(kind, &name))
            }
        }
    }

    /// The name of the admin group of that kind.
    pub(super) fn derived_name(&self, kind: &GroupKind) -> String {
        let base = kind.base().and_then(|base| self.get(base)).map(|group| &*group.name).unwrap_or_default();
        match kind {
            GroupKind::ProductAdmins(product) => format!("{PRODUCT_ADMINS}{product}"),
            GroupKind::Developers(_) => format!("{DEVELOPERS}{base}"),
            _ => format!("{ADMINS}{base}"),
        }
    }

    /// The admin group of a user group or profile, when it has members.
    pub(super) fn admins_of(&self, base: GroupId) -> Option<&SandboxGroup> {
        let kinds = [GroupKind::UserGroupAdmins(base), GroupKind::ProfileAdmins(base)];
        let found = kinds.iter().find_map(|kind| self.find(&self.derived_name(kind)));
        found.and_then(|id| self.get(id)).filter(|group| group.members > 0 && group.kind.base() == Some(base))
    }

    /// Whether listings show it: an admin group of something exists only while it has members.
    pub(super) fn is_listed(group: &SandboxGroup) -> bool {
        group.members > 0 || !group.kind.is_derived()
    }

    /// Renames a user group and its admin group.
    pub(super) fn rename(&mut self, id: GroupId, name: &str) {
        self.set_name(id, name);
        let derived: Vec<_> =
            self.iter().filter(|(_, group)| group.kind.base() == Some(id)).map(|(id, _)| id).collect();
        for admins in derived {
            let kind = self.get(admins).map(|group| group.kind.clone());
            if let Some(name) = kind.map(|kind| self.derived_name(&kind)) {
                self.set_name(admins, &name);
            }
        }
    }

    fn set_name(&mut self, id: GroupId, name: &str) {
        let Some(group) = self.slots.get_mut(id.0 as usize).and_then(Option::as_mut) else { return };
        let former = std::mem::replace(&mut group.name, name.into());
        self.unname(&former, id);
        self.name(name, id);
    }

    /// Deletes a group and its admin groups; returns the numbers of all of them.
    pub(super) fn remove(&mut self, id: GroupId) -> Vec<GroupId> {
        let gone: Vec<_> = self
            .iter()
            .filter(|(other, group)| *other == id || group.kind.base() == Some(id))
            .map(|(id, _)| id)
            .collect();
        for id in &gone {
            if let Some(group) = self.slots.get_mut(id.0 as usize).and_then(Option::take) {
                self.unname(&group.name, *id);
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::group::KINDS;

    fn groups() -> GroupTable {
        let mut groups = GroupTable::default();
        groups.insert(SandboxGroup::new(GroupKind::UserGroup, "Designers"));
        let mut profile = SandboxGroup::new(GroupKind::Profile, "Photoshop");
        profile.product = Some("Creative Cloud".into());
        groups.insert(profile);
        groups
    }

    #[test]
    fn admin_groups_of_what_exists_are_vacant_and_others_unknown() {
        let groups = groups();
        assert_eq!(
            groups.resolve("_ADMIN_designers"),
            Some(NamedGroup::Vacant(GroupKind::UserGroupAdmins(GroupId(0))))
        );
        assert_eq!(
            groups.resolve("_developer_photoshop"),
            Some(NamedGroup::Vacant(GroupKind::Developers(GroupId(1))))
        );
        assert!(groups.resolve("_product_admin_creative cloud").is_some());
        for unknown in ["_admin_Nobody", "_developer_Designers", "_product_admin_Photoshop", "_admin_"] {
            assert_eq!(groups.resolve(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_renamed_group_takes_its_admin_group_along() {
        let mut groups = groups();
        let vacant = groups.resolve("_admin_designers").expect("resolves");
        let admins = groups.ensure(vacant);
        groups.rename(GroupId(0), "Artists");
        assert_eq!(groups.find("_admin_artists"), Some(admins));
        assert_eq!(groups.resolve("_admin_Designers"), None);
        assert_eq!(groups.remove(GroupId(0)).len(), 2);
        assert_eq!(groups.resolve("_admin_Artists"), None);
    }

    #[test]
    fn every_kind_is_one_the_service_names() {
        let base = GroupId(0);
        for kind in [
            GroupKind::UserGroup,
            GroupKind::Profile,
            GroupKind::OrganizationAdmins,
            GroupKind::DeploymentAdmins,
            GroupKind::SupportAdmins,
            GroupKind::ContractAdmins("X".into()),
            GroupKind::ProductAdmins("X".into()),
            GroupKind::ProfileAdmins(base),
            GroupKind::UserGroupAdmins(base),
            GroupKind::Developers(base),
        ] {
            assert!(KINDS.contains(&kind.as_str()), "{kind:?}");
        }
    }
}
