//! What the requests in flight concern, which decides what must wait for them. Pure.

use crate::client::actions::group_use::GroupUse;
use crate::client::actions::planned_command::PlannedCommand;
use std::collections::HashMap;

/// What the requests in flight concern.
#[derive(Debug, Default)]
pub(super) struct InFlightSubjects<'p> {
    concerns_people: bool,
    names_username: bool,
    uses: HashMap<&'p str, Vec<GroupUse>>,
    /// Whether a command that names a username waits: nobody may overtake it, since they may be the same person.
    holds_everybody: bool,
}

impl<'p> InFlightSubjects<'p> {
    pub(super) fn of(items: impl Iterator<Item = &'p PlannedCommand>) -> Self {
        let mut subjects = Self::default();
        for item in items {
            subjects.concerns_people |= !item.touches().people.is_empty();
            subjects.names_username |= item.names_username();
            subjects.add_uses(item);
        }
        subjects
    }

    fn add_uses(&mut self, item: &'p PlannedCommand) {
        for (group, group_use) in item.uses() {
            let uses = self.uses.entry(group.as_str()).or_default();
            if !uses.contains(group_use) {
                uses.push(*group_use);
            }
        }
    }

    /// Whether a command must wait for one of them. A username may be that of somebody whose e-mail is in flight.
    pub(super) fn hold(&self, item: &PlannedCommand) -> bool {
        let has_people = !item.touches().people.is_empty();
        let by_name = has_people
            && (self.holds_everybody
                || self.names_username
                || (item.names_username() && self.concerns_people));
        let by_group = |(group, group_use): &(String, GroupUse)| {
            let uses = self.uses.get(group.as_str());
            uses.is_some_and(|uses| uses.iter().any(|other| !group_use.commutes_with(*other)))
        };
        by_name || item.uses().iter().any(by_group)
    }

    /// Notes a command that waits: later ones about the same group must not overtake it.
    pub(super) fn keep_order(&mut self, item: &'p PlannedCommand) {
        self.add_uses(item);
        self.holds_everybody |= item.names_username();
    }
}
