//! A membership before a run and after it. Pure.

use crate::store::journal::person_record::MembershipState;

/// Whether somebody is a direct member after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MembershipAfter {
    /// The run did not change it, or it is as before.
    Unchanged,
    /// The run added the person.
    Added,
    /// The run removed the person.
    Removed,
    /// It cannot be known.
    Unclear,
}

/// A membership before a run and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MembershipPair {
    /// The group as it is called after the run.
    pub(crate) group: String,
    pub(crate) before: MembershipState,
    pub(crate) after: MembershipAfter,
    /// The place of its last change in the run.
    pub(crate) place: usize,
}

/// What undoes a change of a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MembershipInverse {
    /// There is nothing to undo.
    Nothing,
    /// Add the person directly.
    Add,
    /// Remove the person.
    Remove,
    /// It has no inverse, for this reason.
    None(&'static str),
}

impl MembershipPair {
    /// From here on, what was done so far counts as the state before.
    pub(super) fn checkpoint(&mut self) {
        use MembershipState::{Absent, Direct, Indirect, NotDirect, Unknown};
        self.before = match (self.after, self.before) {
            (MembershipAfter::Unchanged, before)
            | (MembershipAfter::Removed, before @ (Absent | Indirect)) => before,
            (MembershipAfter::Added, _) => Direct,
            (MembershipAfter::Removed, _) => NotDirect,
            (MembershipAfter::Unclear, _) => Unknown,
        };
        (self.after, self.place) = (MembershipAfter::Unchanged, 0);
    }

    /// What undoes it; `is_plain` says that every member of the group is a direct one.
    pub(crate) fn inverse(&self, is_plain: bool) -> MembershipInverse {
        use MembershipState::{Absent, Direct, Indirect, Member, NotDirect, Unknown};
        match (self.after, self.before) {
            (MembershipAfter::Unchanged, _)
            | (MembershipAfter::Added, Direct)
            | (MembershipAfter::Removed, Indirect | NotDirect | Absent) => MembershipInverse::Nothing,
            (MembershipAfter::Added, Member) if is_plain => MembershipInverse::Nothing,
            (MembershipAfter::Added, Indirect | NotDirect | Absent) => MembershipInverse::Remove,
            (MembershipAfter::Removed, Direct) => MembershipInverse::Add,
            (MembershipAfter::Removed, Member) if is_plain => MembershipInverse::Add,
            (_, Member) => MembershipInverse::None(
                "it was not seen whether the person was a member directly or through a user group",
            ),
            (_, Unknown) => MembershipInverse::None("it was not seen whether the person was a member before"),
            (MembershipAfter::Unclear, _) => {
                MembershipInverse::None("it is not known what happened to the change")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MembershipState::{Absent, Direct, Indirect, Member, NotDirect, Unknown};

    #[test]
    fn only_what_was_seen_and_differs_has_an_inverse() {
        let inverse = |before, after, is_plain| {
            let pair = MembershipPair { group: "G".to_owned(), before, after, place: 0 };
            pair.inverse(is_plain)
        };
        let is_none = |inverse| matches!(inverse, MembershipInverse::None(_));
        for is_plain in [true, false] {
            for before in [Indirect, NotDirect, Absent] {
                assert_eq!(inverse(before, MembershipAfter::Added, is_plain), MembershipInverse::Remove);
                assert_eq!(inverse(before, MembershipAfter::Removed, is_plain), MembershipInverse::Nothing);
            }
            assert_eq!(inverse(Direct, MembershipAfter::Removed, is_plain), MembershipInverse::Add);
            assert_eq!(inverse(Direct, MembershipAfter::Added, is_plain), MembershipInverse::Nothing);
            for after in [MembershipAfter::Added, MembershipAfter::Removed, MembershipAfter::Unclear] {
                assert!(is_none(inverse(Unknown, after, is_plain)));
            }
            assert!(is_none(inverse(Direct, MembershipAfter::Unclear, is_plain)));
            assert!(is_none(inverse(Member, MembershipAfter::Unclear, is_plain)));
        }
        assert_eq!(inverse(Member, MembershipAfter::Removed, true), MembershipInverse::Add);
        assert!(is_none(inverse(Member, MembershipAfter::Removed, false)), "never only indirect before");
        assert!(is_none(inverse(Member, MembershipAfter::Added, false)));
    }
}
