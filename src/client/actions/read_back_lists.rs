//! Reads back people in lists of user groups together: a group is listed once, however many people are in its list.

use crate::client::actions::group_facts::GroupFacts;
use crate::client::actions::memberships::Memberships;
use crate::client::actions::read_back::ReadBackResult;
use crate::client::actions::removal::RemovalCheck;
use crate::client::actions::removal_check::SentRemoval;
use crate::client::connection::Client;
use crate::wire::command::Command;
use crate::wire::identity::fold;
use std::collections::BTreeMap;

impl Client {
    /// The state of each command by the members of its groups. `None` for one that does anything but add its person to
    /// groups, or remove from them, and where looking people up one by one takes fewer requests.
    ///
    /// An e-mail must belong to one account only, as in the lists of a request.
    pub(crate) async fn read_back_memberships(&self, commands: &[&Command]) -> Vec<Option<ReadBackResult>> {
        let all: Vec<_> = commands.iter().map(|command| Memberships::of(command)).collect();
        let mut people: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        for group in all.iter().flatten().flat_map(|memberships| &memberships.groups) {
            people.entry(fold(group)).or_insert((group, 0)).1 += 1;
        }
        let mut facts = GroupFacts::default();
        for (group, people) in people.into_values() {
            facts.read_members_within(self, group, people).await;
        }
        all.iter().map(|memberships| state(memberships.as_ref()?, &facts)).collect()
    }

    /// Reads removals back once, all of them together.
    pub(crate) async fn check_all_removals(&self, commands: &[&Command]) -> Vec<RemovalCheck> {
        let removals: Vec<_> =
            commands.iter().map(|command| SentRemoval::new((*command).clone(), None, false)).collect();
        self.check_removals(&removals.iter().collect::<Vec<_>>()).await
    }
}

fn state(memberships: &Memberships, facts: &GroupFacts) -> Option<ReadBackResult> {
    if !facts.has_members(memberships) {
        return None;
    }
    let shown = memberships.groups.iter().filter(|group| facts.shows_in(group, memberships)).count();
    Some(match shown {
        0 => ReadBackResult::NotDone,
        all if all == memberships.groups.len() => ReadBackResult::Done,
        _ => ReadBackResult::Partly,
    })
}
