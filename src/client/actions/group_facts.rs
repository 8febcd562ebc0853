//! What a list of commands knows about groups, to let lists of a group do what commands about single people would do.

use crate::client::actions::memberships::Memberships;
use crate::client::connection::Client;
use crate::client::listing::Listing;
use crate::client::listing::query::UserQuery;
use crate::error::Result;
use crate::wire::identity::fold;
use std::collections::{HashMap, HashSet};

/// The most members of a user group (contract 3.3).
const MOST_MEMBERS: usize = 200_000;

/// The members of some groups.
#[derive(Debug, Default)]
pub(crate) struct GroupFacts {
    /// The folded e-mails of members, by the folded name of their group; `None` if they could not be read.
    members: HashMap<String, Option<HashSet<String>>>,
}

impl GroupFacts {
    /// Whether the members of a group were read, or cannot be.
    pub(crate) fn knows_members(&self, folded: &str) -> bool {
        self.members.contains_key(folded)
    }

    /// Whether a command changes every membership that it is about, as far as was read: lists that change nothing are
    /// refused.
    pub(crate) fn changes_all(&self, memberships: &Memberships) -> bool {
        let email = fold(&memberships.email);
        memberships.folded_groups().all(|group| {
            let Some(Some(members)) = self.members.get(&group) else { return false };
            members.contains(&email) != memberships.is_addition
                && (!memberships.is_addition || members.len() < MOST_MEMBERS)
        })
    }

    /// Whether a command has been done in one of its groups, as far as was read.
    pub(crate) fn shows_in(&self, group: &str, memberships: &Memberships) -> bool {
        let members = self.members.get(&fold(group)).and_then(Option::as_ref);
        members.is_some_and(|members| members.contains(&fold(&memberships.email)) == memberships.is_addition)
    }

    /// Whether the members of all groups of a command could be read.
    pub(crate) fn has_members(&self, memberships: &Memberships) -> bool {
        memberships.folded_groups().all(|group| matches!(self.members.get(&group), Some(Some(_))))
    }

    /// The number of members that were read; `None` if they were not.
    pub(crate) fn member_count(&self, folded: &str) -> Option<usize> {
        self.members.get(folded)?.as_ref().map(HashSet::len)
    }

    /// Notes that a command was done.
    pub(crate) fn apply(&mut self, memberships: &Memberships) {
        for group in memberships.folded_groups() {
            if let Some(Some(members)) = self.members.get_mut(&group) {
                if memberships.is_addition {
                    members.insert(fold(&memberships.email));
                } else {
                    members.remove(&fold(&memberships.email));
                }
            }
        }
    }

    /// Forgets who is in a group, so that no list changes it.
    pub(crate) fn forget_members(&mut self, group: &str) {
        self.members.insert(fold(group), None);
    }

    /// Reads the members of a group, again if they were read before.
    pub(crate) async fn read_members(&mut self, client: &Client, group: &str) {
        self.read_members_within(client, group, usize::MAX).await;
    }

    /// Reads the members of a group, unless that takes more requests.
    pub(crate) async fn read_members_within(&mut self, client: &Client, group: &str, most_pages: usize) {
        let members = direct_members(client, group, most_pages).await.ok().flatten();
        self.members.insert(fold(group), members);
    }
}

/// `None` if the group has more pages than that.
async fn direct_members(client: &Client, group: &str, most_pages: usize) -> Result<Option<HashSet<String>>> {
    let query = UserQuery { exclude_groups: true, ..UserQuery::of_group(group) };
    let mut emails = HashSet::new();
    let mut members = Listing::users(client.clone(), query).unobserved();
    while let Some(page) = Box::pin(members.next_page()).await? {
        if members.page_count() > most_pages {
            return Ok(None);
        }
        emails.extend(page.iter().filter_map(|user| user.email.as_deref().map(fold)));
    }
    Ok(Some(emails))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memberships(is_addition: bool, email: &str, groups: &[&str]) -> Memberships {
        let groups = groups.iter().map(|name| (*name).to_owned()).collect();
        Memberships { is_addition, email: email.to_owned(), groups }
    }

    fn facts(members: &[(&str, &[&str])]) -> GroupFacts {
        let emails = |emails: &[&str]| Some(emails.iter().map(|email| (*email).to_owned()).collect());
        let members = members.iter().map(|(group, list)| ((*group).to_owned(), emails(list))).collect();
        GroupFacts { members }
    }

    #[test]
    fn a_list_takes_only_whom_it_changes() {
        let mut facts = facts(&[("x", &["a@example.com"]), ("y", &[])]);
        for (is_addition, email, groups, expected) in [
            (true, "B@example.com", &["X"][..], true),
            (true, "A@example.com", &["X"], false),
            (true, "b@example.com", &["X", "Y"], true),
            (true, "a@example.com", &["X", "Y"], false),
            (true, "b@example.com", &["Z"], false),
            (false, "A@example.com", &["X"], true),
            (false, "b@example.com", &["X"], false),
        ] {
            let command = memberships(is_addition, email, groups);
            assert_eq!(facts.changes_all(&command), expected, "{command:?}");
        }
        facts.apply(&memberships(true, "b@example.com", &["X"]));
        assert!(facts.changes_all(&memberships(false, "b@example.com", &["X"])));
        assert!(facts.shows_in("X", &memberships(true, "b@example.com", &["X"])));
        facts.apply(&memberships(false, "b@example.com", &["X"]));
        assert!(!facts.shows_in("X", &memberships(true, "b@example.com", &["X"])));
    }

    #[test]
    fn what_could_not_be_read_shows_nothing() {
        let facts = GroupFacts { members: HashMap::from([("x".to_owned(), None)]) };
        for is_addition in [true, false] {
            let command = memberships(is_addition, "a@example.com", &["X"]);
            assert!(
                !facts.shows_in("X", &command)
                    && !facts.changes_all(&command)
                    && !facts.has_members(&command)
            );
        }
    }
}
