//! What has to change so that the direct members of a group are the people of a source, and what must not.

use crate::changes::sync::limits::RemovalCap;
use std::collections::HashSet;

/// Whether members are added, removed or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum SyncMode {
    #[default]
    Both,
    Add,
    Remove,
}

impl SyncMode {
    /// The names in scripts and maps.
    pub(crate) const NAMES: &'static [&'static str] = &["both", "add", "remove"];

    /// The mode with a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "both" => Some(Self::Both),
            "add" => Some(Self::Add),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}

/// The direct members of a group, those of its source, and those who are left as they are; all by their places in an
/// index.
#[derive(Debug)]
pub(crate) struct GroupState<'s> {
    pub(crate) members: &'s [usize],
    pub(crate) wanted: &'s [usize],
    /// Whether accounts that are about to be created belong to it as well.
    pub(crate) has_new: bool,
    pub(crate) protected: &'s HashSet<usize>,
}

/// What changes in a group.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupChanges {
    pub(crate) add: Vec<usize>,
    pub(crate) remove: Vec<usize>,
    /// Members without a row who are protected.
    pub(crate) kept: Vec<usize>,
    /// Why nobody is removed although somebody would be.
    pub(crate) refused: Option<String>,
}

/// Compares the members of a group with its source. `doubt` says why nobody may leave any group.
pub(crate) fn changes(
    state: &GroupState<'_>,
    mode: SyncMode,
    cap: Option<RemovalCap>,
    doubt: Option<&str>,
) -> GroupChanges {
    let (members, wanted): (HashSet<_>, HashSet<_>) =
        (state.members.iter().copied().collect(), state.wanted.iter().copied().collect());
    let mut changes = GroupChanges::default();
    let mut listed = HashSet::new();
    if mode != SyncMode::Remove {
        let new =
            state.wanted.iter().filter(|user| !members.contains(user) && !state.protected.contains(user));
        changes.add = new.copied().filter(|user| listed.insert(*user)).collect();
    }
    if mode == SyncMode::Add {
        return changes;
    }
    let without_row = state.members.iter().copied().filter(|user| !wanted.contains(user));
    (changes.kept, changes.remove) = without_row.partition(|user| state.protected.contains(user));
    if changes.remove.is_empty() {
        return changes;
    }
    let most = RemovalCap::of_group(cap, members.len());
    let count = changes.remove.len();
    changes.refused = if let Some(doubt) = doubt {
        Some(doubt.to_owned())
    } else if wanted.is_empty() && !state.has_new {
        Some("the source has nobody for it".to_owned())
    } else if count > most {
        Some(format!("{count} of {} members would leave, the limit is {most}", members.len()))
    } else {
        None
    };
    if changes.refused.is_some() {
        changes.remove.clear();
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(members: &[usize], wanted: &[usize], doubt: Option<&str>) -> GroupChanges {
        let protected = HashSet::from([9]);
        let state = GroupState { members, wanted, has_new: false, protected: &protected };
        changes(&state, SyncMode::Both, None, doubt)
    }

    #[test]
    fn those_of_the_source_stay_or_come_and_the_others_leave() {
        let found = compared(&[1, 2, 9], &[2, 3, 3], None);
        assert_eq!((found.add, found.remove, found.kept, found.refused), (vec![3], vec![1], vec![9], None));
        assert_eq!(
            compared(&[2, 3, 9], &[2, 3], None),
            GroupChanges { kept: vec![9], ..GroupChanges::default() }
        );
    }

    #[test]
    fn in_doubt_nobody_leaves_but_people_are_added() {
        for (members, wanted, doubt, why) in [
            (&[1, 2][..], &[2, 3][..], Some("2 rows are not certain"), "2 rows are not certain"),
            (&[1, 2], &[], None, "the source has nobody for it"),
            (&[1, 2, 3, 4, 5], &[5, 7], None, "4 of 5 members would leave, the limit is 3"),
        ] {
            let found = compared(members, wanted, doubt);
            assert_eq!((found.remove.len(), found.refused.as_deref()), (0, Some(why)));
            assert_eq!(found.add.len(), wanted.iter().filter(|user| !members.contains(user)).count());
        }
        assert_eq!(compared(&[2], &[2], Some("doubt")).refused, None, "nobody would leave");
    }

    #[test]
    fn a_group_whose_people_are_all_new_is_not_without_a_source() {
        let protected = HashSet::new();
        let state = GroupState { members: &[1], wanted: &[], has_new: true, protected: &protected };
        let found = changes(&state, SyncMode::Both, None, None);
        assert_eq!((found.remove, found.refused), (vec![1], None));
    }

    #[test]
    fn a_mode_leaves_the_other_half_out() {
        let protected = HashSet::new();
        let state = GroupState { members: &[1], wanted: &[2], has_new: false, protected: &protected };
        let add = changes(&state, SyncMode::Add, None, None);
        assert_eq!((add.add, add.remove), (vec![2], vec![]));
        let remove = changes(&state, SyncMode::Remove, None, None);
        assert_eq!((remove.add, remove.remove), (vec![], vec![1]));
    }
}
