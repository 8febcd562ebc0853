//! What readings of one account show of its memberships. Pure.

use crate::store::journal::person_record::MembershipState;
use crate::wire::identity::{fold_name, folds_to};
use crate::wire::user::User;
use jiff::Timestamp;
use std::sync::Arc;

/// How the names of admin groups begin; nobody is in one through another group.
const ADMIN_GROUP: char = '_';

/// What the `groups` of a record show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupScope {
    /// Exactly the direct memberships: a listing with `directOnly=true`.
    Direct,
    /// Every membership: a listing with `directOnly=false`.
    All,
    /// The direct memberships and perhaps others: one user (contract 2.4).
    AtLeastDirect,
    /// Nothing: the groups were left out.
    None,
}

/// An account as it was read.
#[derive(Debug, Clone)]
pub(crate) struct PersonReading {
    pub(crate) user: Arc<User>,
    pub(crate) scope: GroupScope,
    pub(crate) time: Timestamp,
}

/// What was seen of a membership, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeenMembership {
    pub(super) state: MembershipState,
    pub(super) time: Timestamp,
}

impl PersonReading {
    /// What it shows of a membership; `None` if it shows nothing.
    pub(super) fn membership(&self, group: &str) -> Option<SeenMembership> {
        let name = fold_name(group);
        let is_named = || self.user.groups().iter().any(|known| folds_to(known, &name));
        let state = match self.scope {
            GroupScope::None => return None,
            GroupScope::Direct if is_named() => MembershipState::Direct,
            GroupScope::Direct | GroupScope::AtLeastDirect if !is_named() => MembershipState::NotDirect,
            GroupScope::All if !is_named() => MembershipState::Absent,
            _ => MembershipState::Member,
        };
        Some(SeenMembership { state, time: self.time }.of_group(group))
    }
}

impl SeenMembership {
    /// The same for a group in which every member is a direct one.
    fn of_group(self, group: &str) -> Self {
        if group.trim_start().starts_with(ADMIN_GROUP) { self.in_plain_group() } else { self }
    }

    /// The same for an admin group or a user group, in which every member is a direct one.
    pub(super) fn in_plain_group(self) -> Self {
        let state = match self.state {
            MembershipState::Member => MembershipState::Direct,
            MembershipState::NotDirect | MembershipState::Indirect => MembershipState::Absent,
            state => state,
        };
        Self { state, ..self }
    }
}

/// What several readings show together: the newest that tells a direct member from others decides, and the newest of
/// the rest says what it leaves open. The time is that of the older one of the two.
pub(super) fn combined(mut seen: Vec<SeenMembership>) -> Option<SeenMembership> {
    seen.sort_by_key(|one| std::cmp::Reverse(one.time));
    let is_decisive =
        |one: &&SeenMembership| !matches!(one.state, MembershipState::Member | MembershipState::Unknown);
    let Some(first) = seen.iter().find(is_decisive) else { return seen.first().copied() };
    if first.state != MembershipState::NotDirect {
        return Some(*first);
    }
    let further = seen.iter().find_map(|one| match one.state {
        MembershipState::Member => Some((MembershipState::Indirect, one.time)),
        MembershipState::Absent => Some((MembershipState::Absent, one.time)),
        _ => None,
    });
    Some(further.map_or(*first, |(state, time)| SeenMembership { state, time: time.min(first.time) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use MembershipState::{Absent, Direct, Indirect, Member, NotDirect};

    fn seen(scope: GroupScope, groups: &[&str], group: &str, second: i64) -> Option<SeenMembership> {
        let groups = Some(groups.iter().map(|name| (*name).into()).collect());
        let user = Arc::new(User { groups, ..User::default() });
        let time = Timestamp::from_second(second).unwrap();
        PersonReading { user, scope, time }.membership(group)
    }

    #[test]
    fn each_kind_of_reading_shows_what_it_can() {
        let cases = [
            (GroupScope::Direct, "p", Some(Direct)),
            (GroupScope::Direct, "Q", Some(NotDirect)),
            (GroupScope::All, "P", Some(Member)),
            (GroupScope::All, "Q", Some(Absent)),
            (GroupScope::AtLeastDirect, "P", Some(Member)),
            (GroupScope::AtLeastDirect, "Q", Some(NotDirect)),
            (GroupScope::AtLeastDirect, "_admin_P", Some(Direct)),
            (GroupScope::All, "_Developer_P", Some(Absent)),
            (GroupScope::None, "P", None),
        ];
        for (scope, group, expected) in cases {
            let found = seen(scope, &["P", "_admin_P"], group, 1).map(|seen| seen.state);
            assert_eq!(found, expected, "{scope:?} {group}");
        }
    }

    #[test]
    fn two_readings_tell_indirect_members_from_direct_ones_and_the_newest_decides() {
        let read = |scope, groups: &[&str], second| seen(scope, groups, "P", second).unwrap();
        let together = |one, other| combined(vec![one, other]).unwrap();
        let indirect = together(read(GroupScope::All, &["P"], 5), read(GroupScope::Direct, &[], 7));
        assert_eq!((indirect.state, indirect.time.as_second()), (Indirect, 5));
        let absent = together(read(GroupScope::All, &[], 5), read(GroupScope::Direct, &[], 7));
        assert_eq!(absent.state, Absent);
        let newest = together(read(GroupScope::Direct, &["P"], 5), read(GroupScope::Direct, &[], 7));
        assert_eq!((newest.state, newest.time.as_second()), (NotDirect, 7));
        let member = together(read(GroupScope::All, &["P"], 5), read(GroupScope::AtLeastDirect, &["P"], 7));
        assert_eq!(member.state, Member);
        assert_eq!(combined(Vec::new()), None);
    }
}
