//! The members of the groups that a run has listed, as fingerprints: who is among them, and who certainly is not.

use super::account_key::AccountKey;
use super::person_readings::SeenMembership;
use crate::client::hooks::UserListing;
use crate::session::fingerprint_set::FingerprintSet;
use crate::store::journal::person_record::MembershipState;
use crate::wire::identity::fold;
use crate::wire::user::User;
use jiff::Timestamp;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// The most fingerprints of all lists together, at up to 16 bytes each; of larger groups nothing is known.
const MOST_FINGERPRINTS: usize = 500_000;

/// Lists of members.
#[derive(Default)]
pub(super) struct ListedMembers {
    /// By the folded name of the group and whether the list has direct members only.
    lists: HashMap<(String, bool), MemberList>,
    fingerprints: usize,
    hashes: RandomState,
}

#[derive(Default)]
struct MemberList {
    /// The number of the listing.
    listing: u64,
    members: FingerprintSet,
    count: usize,
    complete: Option<Timestamp>,
    /// Whether not all members were kept.
    is_cut: bool,
}

impl ListedMembers {
    /// Adds a page of a listing.
    pub(super) fn add(&mut self, of: &UserListing<'_>, users: &[Arc<User>]) {
        let Some(key) = key_of(of) else { return };
        let list = self.lists.entry(key).or_default();
        if list.listing != of.number {
            self.fingerprints -= list.count;
            *list = MemberList { listing: of.number, ..MemberList::default() };
        }
        for name in users.iter().flat_map(|user| AccountKey::all_of(user)) {
            if self.fingerprints >= MOST_FINGERPRINTS {
                list.is_cut = true;
                return;
            }
            list.members.insert(self.hashes.hash_one(name));
            list.count += 1;
            self.fingerprints += 1;
        }
    }

    /// Called when a listing was read to the end.
    pub(super) fn complete(&mut self, of: &UserListing<'_>, now: Timestamp) {
        let Some(key) = key_of(of) else { return };
        let list = self.lists.entry(key).or_default();
        if list.listing != of.number {
            self.fingerprints -= list.count;
            *list = MemberList { listing: of.number, ..MemberList::default() };
        }
        list.complete = (!list.is_cut).then_some(now);
    }

    /// Forgets the members of a group.
    pub(super) fn forget(&mut self, group: &str) {
        for is_direct in [true, false] {
            if let Some(list) = self.lists.remove(&(group.to_owned(), is_direct)) {
                self.fingerprints -= list.count;
            }
        }
    }

    /// What complete lists show of a person with these names; `is_resolved` says whether the account was read, or else
    /// may be either of two with the address.
    pub(super) fn membership(
        &mut self,
        group: &str,
        names: &[AccountKey],
        is_resolved: bool,
    ) -> Vec<SeenMembership> {
        let group = fold(group);
        let mut seen = Vec::new();
        for is_direct in [true, false] {
            let Some(list) = self.lists.get_mut(&(group.clone(), is_direct)) else { continue };
            let Some(time) = list.complete else { continue };
            let mut has = |name: &AccountKey| list.members.contains(self.hashes.hash_one(name));
            let is_member = names.iter().any(&mut has);
            let is_twin_member =
                !is_resolved && names.iter().filter_map(AccountKey::twin).any(|name| has(&name));
            if !is_member && is_twin_member {
                continue;
            }
            let state = if is_member {
                if is_direct { MembershipState::Direct } else { MembershipState::Member }
            } else if !names.iter().any(|name| matches!(name, AccountKey::Email(..) | AccountKey::Id(_))) {
                // A username in a command may be that of a member whose record shows another one.
                continue;
            } else if is_direct {
                MembershipState::NotDirect
            } else {
                MembershipState::Absent
            };
            seen.push(SeenMembership { state, time });
        }
        seen
    }
}

/// The group of a listing of all its members, and whether it has direct members only.
fn key_of(of: &UserListing<'_>) -> Option<(String, bool)> {
    let group = of.group.filter(|_| of.has_all_members)?;
    Some((fold(group), !of.counts_indirect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(email: &str) -> Arc<User> {
        Arc::new(User { email: Some(email.into()), kind: Some("adobeID".into()), ..User::default() })
    }

    fn state(
        lists: &mut ListedMembers,
        email: &str,
        is_adobe_id: bool,
        is_resolved: bool,
    ) -> Option<MembershipState> {
        let names = [AccountKey::Email(email.to_owned(), is_adobe_id)];
        lists.membership("g", &names, is_resolved).first().map(|seen| seen.state)
    }

    #[test]
    fn only_a_complete_list_shows_who_is_no_member() {
        let listing = |number| UserListing {
            number,
            group: Some("G"),
            has_all_members: true,
            counts_indirect: false,
            shows_groups: false,
        };
        let mut lists = ListedMembers::default();
        lists.add(&listing(1), &[user("a@example.com")]);
        assert_eq!(state(&mut lists, "b@example.com", false, false), None);
        lists.complete(&listing(1), Timestamp::UNIX_EPOCH);
        assert_eq!(state(&mut lists, "a@example.com", true, false), Some(MembershipState::Direct));
        assert_eq!(state(&mut lists, "a@example.com", false, true), Some(MembershipState::NotDirect));
        assert_eq!(state(&mut lists, "a@example.com", false, false), None, "the Adobe ID may be meant");
        assert_eq!(state(&mut lists, "b@example.com", false, false), Some(MembershipState::NotDirect));
        let username = [AccountKey::Username("b".to_owned(), String::new())];
        assert!(lists.membership("G", &username, false).is_empty());
        lists.add(&listing(2), &[user("b@example.com")]);
        assert_eq!(
            state(&mut lists, "a@example.com", true, false),
            None,
            "the second listing is not complete"
        );
        lists.forget("g");
        assert_eq!(lists.fingerprints, 0);
    }
}
