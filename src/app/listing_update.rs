//! Brings a saved listing of users up to date: reads the people again whom umapish itself has changed since, so that a plan
//! after a run needs no new listing.

use crate::store::listed_change::{ChangedPerson, ListedChange};
use crate::wire::group::Group;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::user::User;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The most people who are read singly: 25 in a minute, so that it takes at most twenty minutes.
const MOST_PEOPLE: usize = 500;
/// The most members of user groups who are read for their profiles, 2,000 in a call.
const MOST_MEMBERS: usize = 100_000;
/// The domain that selects Adobe IDs in a look-up (contract 2.4).
const ADOBE_ID_DOMAIN: &str = "AdobeID";

/// What is different in a listing.
#[derive(Debug, Default)]
pub(super) struct ListingUpdate {
    /// The ids of the accounts whose records do not count any more.
    replaced: HashSet<String>,
    /// The records that take their place, by id.
    current: BTreeMap<String, Arc<User>>,
    /// How many members the groups have more than before, by their folded names.
    joined: HashMap<String, i64>,
}

/// Whether a listing can be brought up to date after these changes.
pub(super) fn is_possible(change: &ListedChange) -> bool {
    !change.everything && change.people.len() <= MOST_PEOPLE
}

/// Whether a record may be of one of these people.
pub(super) fn concerns(change: &ListedChange, user: &User) -> bool {
    let is_named = |name: String| {
        let mut named = change.people.range((name.clone(), None)..);
        named.next().is_some_and(|(found, _)| *found == name)
    };
    names(user).any(is_named)
}

fn names(user: &User) -> impl Iterator<Item = String> {
    [&user.email, &user.username].into_iter().flatten().map(|name| fold(name))
}

impl ListingUpdate {
    /// What the people read again, and their records in the listing, show; `None` if that is not certain.
    pub(super) fn of(listed: &[Arc<User>], read: Vec<(ChangedPerson, Option<Arc<User>>)>) -> Option<Self> {
        let mut update = Self::default();
        for ((name, domain), found) in read {
            let found = found.filter(|user| user.status.as_deref().is_none_or(|status| status == "active"));
            let before = listed_account(listed, &name, domain.as_deref())?;
            let is_other = before.zip(found.as_ref()).is_some_and(|(before, found)| {
                before.id != found.id && is_adobe_id(before) != is_adobe_id(found)
            });
            if let Some(user) = before.filter(|_| !is_other) {
                update.replaced.insert(user.id.as_deref()?.to_owned());
            }
            if let Some(user) = found {
                let id = user.id.as_deref()?.to_owned();
                update.replaced.insert(id.clone());
                update.current.insert(id, user);
            }
        }
        Some(update)
    }

    /// The user groups whose members are to be read with all profiles, the smallest ones, and the people to find there: the
    /// record of one person may leave out profiles that come with a user group. `None` if that takes too long.
    pub(super) fn groups_to_read(&self, groups: &[Arc<Group>]) -> Option<BTreeMap<String, BTreeSet<String>>> {
        let kinds: HashMap<_, _> = groups.iter().map(|group| (fold(&group.group_name), group)).collect();
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut members = 0;
        for (id, user) in &self.current {
            let mut found: Vec<&Arc<Group>> = Vec::new();
            for name in user.groups() {
                let group = kinds.get(&fold(name))?;
                if group.kind.as_deref() == Some("USER_GROUP") {
                    found.push(group);
                }
            }
            let size = |group: &&Arc<Group>| {
                let is_wanted = wanted.contains_key(group.group_name.as_str());
                if is_wanted {
                    0
                } else {
                    group.member_count.and_then(|count| usize::try_from(count).ok()).unwrap_or(MOST_MEMBERS)
                }
            };
            let Some(group) = found.into_iter().min_by_key(size) else { continue };
            members += size(&group);
            wanted.entry(group.group_name.to_string()).or_default().insert(id.clone());
        }
        (members <= MOST_MEMBERS).then_some(wanted)
    }

    /// Takes a record that has all profiles.
    pub(super) fn complete(&mut self, user: &Arc<User>) {
        if let Some(known) = user.id.as_deref().and_then(|id| self.current.get_mut(id)) {
            *known = Arc::clone(user);
        }
    }

    /// Compares the memberships with those in the listing.
    pub(super) fn compare(&mut self, listed: &[Arc<User>]) {
        let of = |user: &User| user.groups().iter().map(|name| fold(name)).collect::<HashSet<_>>();
        let mut before: HashMap<_, _> =
            listed.iter().filter_map(|user| Some((user.id.as_deref()?.to_owned(), of(user)))).collect();
        before.retain(|id, _| self.replaced.contains(id));
        for (id, user) in &self.current {
            let (then, now) = (before.remove(id).unwrap_or_default(), of(user));
            count(&mut self.joined, now.difference(&then), 1);
            count(&mut self.joined, then.difference(&now), -1);
        }
        for then in before.values() {
            count(&mut self.joined, then.iter(), -1);
        }
    }

    /// The records of a page of the listing that still count.
    pub(super) fn kept(&self, page: &[Arc<User>]) -> Vec<Arc<User>> {
        let is_kept = |user: &&Arc<User>| user.id.as_deref().is_none_or(|id| !self.replaced.contains(id));
        page.iter().filter(is_kept).cloned().collect()
    }

    /// The records that were read again.
    pub(super) fn current(&self) -> Vec<Arc<User>> {
        self.current.values().cloned().collect()
    }

    /// A group with the number of its members as it is now.
    pub(super) fn group(&self, group: &Arc<Group>) -> Arc<Group> {
        match (self.joined.get(&fold(&group.group_name)), group.member_count) {
            (Some(more), Some(count)) if *more != 0 => {
                Arc::new(Group { member_count: Some(count.saturating_add(*more)), ..Group::clone(group) })
            }
            _ => Arc::clone(group),
        }
    }

    /// How many people are different.
    pub(super) fn people(&self) -> usize {
        self.replaced.len()
    }
}

fn count<'n>(joined: &mut HashMap<String, i64>, groups: impl Iterator<Item = &'n String>, more: i64) {
    for group in groups {
        *joined.entry(group.clone()).or_default() += more;
    }
}

fn is_adobe_id(user: &User) -> bool {
    user.kind.as_deref() == Some(IdentityType::AdobeId.as_str())
}

/// The listed account that a name means, if there is one; the outer `None` if several may be meant.
#[expect(clippy::option_option, reason = "several, none and one are three results")]
fn listed_account<'l>(
    listed: &'l [Arc<User>],
    name: &str,
    domain: Option<&str>,
) -> Option<Option<&'l Arc<User>>> {
    let is_named = |user: &&Arc<User>| names(user).any(|one| one == name);
    let named: Vec<_> = listed.iter().filter(is_named).collect();
    let fits = |user: &&&Arc<User>| match domain {
        Some(ADOBE_ID_DOMAIN) => is_adobe_id(user),
        // The service prefers the managed account (contract 7.16).
        None if named.len() > 1 => !is_adobe_id(user),
        _ => true,
    };
    let meant: Vec<_> = named.iter().filter(fits).copied().collect();
    match meant.as_slice() {
        [] => Some(None),
        [one] => Some(Some(one)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, email: &str, kind: &str, groups: &[&str]) -> Arc<User> {
        let groups: Vec<arcstr::ArcStr> = groups.iter().map(|name| (*name).into()).collect();
        Arc::new(User {
            id: Some(id.into()),
            email: Some(email.into()),
            kind: Some(kind.into()),
            groups: Some(groups.into()),
            ..User::default()
        })
    }

    fn group(name: &str, kind: &str, members: i64) -> Arc<Group> {
        Arc::new(Group {
            group_name: name.into(),
            kind: Some(kind.into()),
            member_count: Some(members),
            ..Group::default()
        })
    }

    fn person(name: &str) -> ChangedPerson {
        (name.to_owned(), None)
    }

    fn ids(users: &[Arc<User>]) -> Vec<&str> {
        users.iter().filter_map(|user| user.id.as_deref()).collect()
    }

    #[test]
    fn records_are_replaced_removed_and_added() {
        let listed =
            [user("1", "a@x.com", "federatedID", &["G", "P"]), user("2", "b@x.com", "federatedID", &["G"])];
        let now = user("1", "a2@x.com", "federatedID", &["G"]);
        let new = user("3", "c@x.com", "federatedID", &["H"]);
        let read = vec![
            (person("a@x.com"), None),
            (person("a2@x.com"), Some(Arc::clone(&now))),
            (person("b@x.com"), None),
            (person("c@x.com"), Some(Arc::clone(&new))),
        ];
        let mut update = ListingUpdate::of(&listed, read).unwrap();
        update.compare(&listed);
        assert!(update.kept(&listed).is_empty());
        assert_eq!(ids(&update.current()), ["1", "3"]);
        assert_eq!(update.people(), 3);
        let counts =
            ["G", "P", "H", "I"].map(|name| update.group(&group(name, "USER_GROUP", 5)).member_count);
        assert_eq!(counts, [Some(4), Some(4), Some(6), Some(5)]);
    }

    #[test]
    fn two_accounts_of_an_address_are_told_apart() {
        let managed = user("1", "a@x.com", "federatedID", &[]);
        let adobe = user("2", "a@x.com", "adobeID", &[]);
        let listed = [Arc::clone(&managed), Arc::clone(&adobe)];
        let of = |domain: Option<&str>, found| {
            let read = vec![(("a@x.com".to_owned(), domain.map(str::to_owned)), found)];
            let update = ListingUpdate::of(&listed, read).unwrap();
            ids(&update.kept(&listed)).join(" ")
        };
        assert_eq!(of(None, None), "2");
        assert_eq!(of(None, Some(managed)), "2");
        assert_eq!(of(Some("AdobeID"), None), "1");
        // A managed account has come beside an Adobe ID.
        let listed = [adobe];
        let new = user("3", "a@x.com", "federatedID", &[]);
        let update = ListingUpdate::of(&listed, vec![(person("a@x.com"), Some(new))]).unwrap();
        assert_eq!((ids(&update.kept(&listed)), ids(&update.current())), (vec!["2"], vec!["3"]));
        // Which of two managed accounts is meant is not known.
        let listed = ["1", "2"].map(|id| user(id, "a@x.com", "federatedID", &[]));
        assert!(ListingUpdate::of(&listed, vec![(person("a@x.com"), None)]).is_none());
    }

    #[test]
    fn profiles_of_members_of_user_groups_are_read_with_the_smallest_group() {
        let groups = [
            group("Big", "USER_GROUP", 9_000),
            group("Small", "USER_GROUP", 2),
            group("P", "PRODUCT_PROFILE", 1),
        ];
        let people = [
            user("1", "a@x.com", "federatedID", &["Big", "Small"]),
            user("2", "b@x.com", "federatedID", &["P"]),
            user("3", "c@x.com", "federatedID", &["Big"]),
        ];
        let read = people.iter().map(|user| (person(user.email.as_deref().unwrap()), Some(Arc::clone(user))));
        let mut update = ListingUpdate::of(&[], read.collect()).unwrap();
        let wanted = update.groups_to_read(&groups).unwrap();
        let wanted: Vec<_> = wanted.iter().map(|(name, ids)| (name.as_str(), ids.len())).collect();
        assert_eq!(wanted, [("Big", 1), ("Small", 1)]);
        update.complete(&user("1", "a@x.com", "federatedID", &["Big", "Small", "P"]));
        assert_eq!(update.current()[0].groups().len(), 3);
        assert!(update.groups_to_read(&groups[..1]).is_none(), "a group that the listing does not have");
        let huge = [
            group("Big", "USER_GROUP", 200_000),
            group("Small", "USER_GROUP", 2),
            group("P", "PRODUCT_PROFILE", 1),
        ];
        assert!(update.groups_to_read(&huge).is_none(), "it would take too long");
    }
}
