//! The groups that a run has listed, and whether lists of people can change their members.

use crate::wire::group::Group;
use crate::wire::identity::fold;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The type of groups whose members a list can name.
const USER_GROUP: &str = "USER_GROUP";
/// The type of groups that a user group can carry for its members.
const PROFILE: &str = "PRODUCT_PROFILE";

/// Whether lists of people can change the members of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupForm {
    /// A user group.
    Listed,
    /// A profile, which has members one by one, or through a user group.
    Profile,
    /// Any other group, a read-only one, or two of the same name.
    Other,
}

impl GroupForm {
    fn of(group: &Group) -> Self {
        match group.kind.as_deref() {
            Some(USER_GROUP) if group.extra.get("isReadOnly") != Some(&Value::Bool(true)) => Self::Listed,
            Some(PROFILE) => Self::Profile,
            _ => Self::Other,
        }
    }
}

/// The groups that were listed.
#[derive(Debug, Default)]
pub(crate) struct KnownGroups(Mutex<KnownState>);

#[derive(Debug, Default)]
struct KnownState {
    /// By folded name, with their numbers: a listing that is read again has the same groups.
    forms: HashMap<String, (GroupForm, Option<i64>)>,
    is_complete: bool,
}

impl KnownGroups {
    /// Adds a page of groups; `is_last` says that the listing has ended.
    pub(crate) fn add(&self, groups: &[Arc<Group>], is_last: bool) {
        let mut state = self.state();
        for group in groups {
            let (name, form) = (fold(&group.group_name), GroupForm::of(group));
            let is_other = |(_, id): &(GroupForm, Option<i64>)| *id != group.group_id || id.is_none();
            let form = if state.forms.get(&name).is_some_and(is_other) { GroupForm::Other } else { form };
            state.forms.insert(name, (form, group.group_id));
        }
        state.is_complete |= is_last;
    }

    /// Whether lists of people can change the members of a group; `None` if it is not known.
    pub(crate) fn form(&self, group: &str) -> Option<GroupForm> {
        let state = self.state();
        let known = state.forms.get(&fold(group)).map(|(form, _)| *form);
        known.or(state.is_complete.then_some(GroupForm::Other))
    }

    fn state(&self) -> MutexGuard<'_, KnownState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn group(name: &str, id: i64, kind: &str, extra: &Value) -> Arc<Group> {
        let extra = extra.as_object().cloned().unwrap_or_default();
        let (group_name, kind) = (name.into(), Some(kind.into()));
        Arc::new(Group { group_id: Some(id), group_name, kind, extra, ..Group::default() })
    }

    #[test]
    fn only_user_groups_that_can_be_changed_take_lists() {
        for (kind, extra, expected) in [
            ("USER_GROUP", json!({}), GroupForm::Listed),
            ("USER_GROUP", json!({"isReadOnly": true}), GroupForm::Other),
            ("PRODUCT_PROFILE", json!({}), GroupForm::Profile),
            ("SYSADMIN_GROUP", json!({}), GroupForm::Other),
            ("USER_ADMIN_GROUP", json!({}), GroupForm::Other),
            ("", json!({}), GroupForm::Other),
        ] {
            let groups = KnownGroups::default();
            groups.add(&[group("X", 1, kind, &extra)], false);
            assert_eq!(groups.form(" x"), Some(expected), "{kind} {extra}");
            assert_eq!(groups.form("y"), None);
        }
    }

    #[test]
    fn two_groups_of_one_name_take_no_lists_and_the_same_one_again_does() {
        let groups = KnownGroups::default();
        for _ in 0..2 {
            groups.add(&[group("X", 1, USER_GROUP, &json!({}))], true);
        }
        assert_eq!((groups.form("X"), groups.form("Y")), (Some(GroupForm::Listed), Some(GroupForm::Other)));
        groups.add(&[group("x", 2, PROFILE, &json!({}))], true);
        assert_eq!(groups.form("X"), Some(GroupForm::Other));
    }
}
