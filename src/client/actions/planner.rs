//! Chooses the commands that share the next request. Pure.
//!
//! Commands that depend on each other never share a request and keep their order; pieces of one command are sent
//! one after the other, unless they only add people to a group or only remove them; within these limits, requests are
//! filled. Only a bounded window of commands is considered. Several requests may be in flight; they share no person,
//! and what they do to a group commutes.

use super::piece_verdict::SettledPiece;
use crate::client::actions::draft::{CarriedPiece, DraftBuilder, RequestDraft};
use crate::client::actions::group_use::GroupUse;
use crate::client::actions::memberships::Memberships;
use crate::client::actions::planned_command::PlannedCommand;
use crate::client::hooks::Resolution;
use crate::client::outcome::{Outcome, Status, StepError};
use crate::client::settings::{Mode, VerifyPolicy};
use crate::wire::command::{Command, CommandTouches, TouchedSubjects};
use crate::wire::fault::CommandFault;
use crate::wire::limits::COMMANDS_PER_REQUEST;
use crate::wire::user::User;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// How many commands that are not in flight are searched for those that can be sent together: enough for lists that name
/// each user dozens of times in a row, and as many people as the lists of one request can hold.
const WINDOW_SIZE: usize = 1_000;

/// The accepted commands without an outcome.
#[derive(Debug, Default)]
pub(crate) struct ActionPlan {
    /// By their index in the caller's list.
    window: BTreeMap<usize, PlannedCommand>,
    in_flight: usize,
    /// How many commands of the window that no list can hold can share the next request, when last counted.
    ready: usize,
    /// How many of them were added since then.
    uncounted: usize,
    /// Commands that lists may hold.
    candidates: usize,
    /// People for whom an earlier command failed, under each of their names, with the index of the first such command.
    failed_people: HashMap<String, usize>,
}

/// What lists of groups may hold in the next request.
#[derive(Debug, Default)]
pub(crate) struct ListChoice {
    /// The indexes of commands that lists may do.
    pub(crate) allowed: HashSet<usize>,
    /// How many lists of people a command takes.
    pub(crate) lists_per_command: usize,
    /// Whether commands that lists may hold wait for more of their kind.
    pub(crate) is_waiting: bool,
}

/// What the requests in flight concern.
#[derive(Debug, Default)]
struct InFlightSubjects<'p> {
    concerns_people: bool,
    names_username: bool,
    uses: HashMap<&'p str, Vec<GroupUse>>,
    /// Whether a command that names a username waits: nobody may overtake it, since they may be the same person.
    holds_everybody: bool,
}

impl<'p> InFlightSubjects<'p> {
    fn of(items: impl Iterator<Item = &'p PlannedCommand>) -> Self {
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
    fn hold(&self, item: &PlannedCommand) -> bool {
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
    fn keep_order(&mut self, item: &'p PlannedCommand) {
        self.add_uses(item);
        self.holds_everybody |= item.names_username();
    }
}

impl ActionPlan {
    /// Whether more commands could fill the next request.
    pub(crate) fn needs_more(&self) -> bool {
        self.ready < COMMANDS_PER_REQUEST && !self.is_full()
    }

    /// Whether no more commands are accepted until some were sent.
    pub(crate) fn is_full(&self) -> bool {
        self.window.len() - self.in_flight >= WINDOW_SIZE
    }

    /// The number of commands without an outcome.
    pub(crate) fn len(&self) -> usize {
        self.window.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.window.is_empty()
    }

    /// The number of commands that lists may hold.
    pub(crate) fn candidates(&self) -> usize {
        self.candidates
    }

    /// Accepts a command, or returns its outcome at once if a local check refused it or an earlier command for the
    /// same user failed.
    pub(crate) fn add(
        &mut self,
        mut item: PlannedCommand,
        fault: Option<CommandFault>,
        mode: Mode,
    ) -> Option<Outcome> {
        if let Some(message) = self.held_back(&item) {
            self.mark_failed(&item);
            return Some(item.give_up(&message, mode));
        }
        if let Some(fault) = fault {
            self.mark_failed(&item);
            let CommandFault { step, code, message } = fault;
            let refused = Outcome {
                step: Some(step),
                code: Some(code.to_owned()),
                errors: vec![StepError { step: Some(step), code: code.to_owned(), message: message.clone() }],
                message: Some(message),
                ..item.outcome(Status::Failed, mode)
            };
            return Some(refused);
        }
        let is_candidate = item.memberships().is_some();
        self.window.insert(item.index(), item);
        if is_candidate {
            self.candidates += 1;
        } else {
            self.uncounted += 1;
        }
        // Not after each command: in a list of commands that all conflict, each count searches the whole window.
        if self.uncounted == COMMANDS_PER_REQUEST {
            self.count_ready();
        }
        None
    }

    /// Adds a command unless what the run knows about the person forbids it; the outcome when it is not sent.
    pub(crate) fn add_resolved(
        &mut self,
        mut item: PlannedCommand,
        fault: Option<CommandFault>,
        resolution: Resolution,
        mode: Mode,
    ) -> Option<Outcome> {
        match resolution {
            Resolution::Send(evidence) => {
                item.set_evidence(evidence);
                self.add(item, fault, mode)
            }
            _ if fault.is_some() => self.add(item, fault, mode),
            Resolution::Refuse { code, message } => {
                Some(self.refuse(item, Status::Failed, code, message, mode))
            }
            Resolution::HoldBack { code, message } => {
                Some(self.refuse(item, Status::NotSent, code, message, mode))
            }
        }
    }

    /// The commands of a request whose accounts have to be looked up first.
    pub(crate) fn look_ups(&self, draft: &RequestDraft, policy: VerifyPolicy) -> Vec<(usize, Command)> {
        let command = |carried: &CarriedPiece| {
            let item = self.window.get(&carried.index).filter(|item| item.needs_look_up(policy))?;
            Some((carried.index, item.command_of(carried.sent.piece)?.clone()))
        };
        draft.carried.iter().filter_map(command).collect()
    }

    /// Applies what was found of an account before its removal.
    pub(crate) fn apply_look_up(
        &mut self,
        index: usize,
        before: Option<Arc<User>>,
        resolution: Option<&Resolution>,
    ) {
        if let Some(item) = self.window.get_mut(&index) {
            let evidence = match resolution {
                Some(Resolution::Send(evidence)) => Some(*evidence),
                _ => None,
            };
            item.set_looked_up(before, evidence);
        }
    }

    /// Takes commands out that must not be sent after all; the outcomes of those and of others they hold back.
    pub(crate) fn refuse_all(&mut self, refused: Vec<(usize, Resolution)>, mode: Mode) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for (index, resolution) in refused.into_iter().rev() {
            let Some(item) = self.remove(index) else { continue };
            outcomes.extend(self.add_resolved(item, None, resolution, mode));
        }
        outcomes.extend(self.take_held_back(mode));
        self.count_ready();
        outcomes
    }

    fn refuse(
        &mut self,
        mut item: PlannedCommand,
        status: Status,
        code: &str,
        message: String,
        mode: Mode,
    ) -> Outcome {
        let message_of_earlier = self.held_back(&item);
        self.mark_failed(&item);
        if let Some(message) = message_of_earlier {
            return item.not_sent(&message, mode);
        }
        item.refuse(status, code, message, mode)
    }

    /// Notes the outcome of an earlier run: later commands for the same user depend on it in this run too.
    pub(crate) fn recalled(&mut self, item: &PlannedCommand, status: Status) {
        if !status.is_done() {
            self.mark_failed(item);
        }
    }

    /// The commands that could be in the next request, with what lists of groups could do instead.
    pub(crate) fn list_candidates(&self) -> Vec<(usize, &Memberships)> {
        let mut candidates = Vec::new();
        self.for_each_ready(|item| {
            candidates.extend(item.memberships().map(|memberships| (item.index(), memberships)));
            true
        });
        candidates
    }

    /// Whether all commands that lists may hold are like this.
    pub(crate) fn all_candidates(&self, is_such: impl Fn(&Memberships) -> bool) -> bool {
        self.window.values().filter_map(PlannedCommand::memberships).all(is_such)
    }

    /// The commands that lists may hold and that are not like this.
    pub(crate) fn candidates_without(&self, is_such: impl Fn(&Memberships) -> bool) -> Vec<usize> {
        let other =
            |item: &&PlannedCommand| item.memberships().is_some_and(|memberships| !is_such(memberships));
        self.window.values().filter(other).map(PlannedCommand::index).collect()
    }

    /// No list holds these commands from now on.
    pub(crate) fn send_singly(&mut self, indexes: &[usize]) {
        for index in indexes {
            if let Some(item) = self.window.get_mut(index).filter(|item| item.memberships().is_some()) {
                item.set_memberships(None);
                self.candidates -= 1;
            }
        }
        self.count_ready();
    }

    /// The next request.
    pub(crate) fn next(&self, lists: &ListChoice) -> RequestDraft {
        let mut builder = DraftBuilder::new(lists.lists_per_command);
        let mut has_deletion = false;
        self.for_each_ready(|item| {
            let is_second_deletion = has_deletion && item.touches().deletes_group;
            let in_lists = item.memberships().filter(|_| lists.allowed.contains(&item.index()));
            match in_lists {
                Some(memberships) => drop(builder.add_to_lists(item, memberships)),
                None if is_second_deletion || (lists.is_waiting && item.memberships().is_some()) => {}
                None => {
                    let is_added = builder.add(item);
                    has_deletion |= is_added && item.touches().deletes_group;
                }
            }
            !(builder.is_full() || (builder.has_all_commands() && lists.allowed.is_empty()))
        });
        builder.finish()
    }

    /// Marks the commands of a request as in flight.
    pub(crate) fn launch(&mut self, draft: &RequestDraft) {
        for carried in &draft.carried {
            if let Some(item) = self.window.get_mut(&carried.index).filter(|item| !item.is_in_flight()) {
                item.set_in_flight();
                self.in_flight += 1;
            }
        }
        self.count_ready();
    }

    pub(crate) fn item(&self, index: usize) -> Option<&PlannedCommand> {
        self.window.get(&index)
    }

    /// Applies the verdicts on the pieces of a request.
    pub(crate) fn settle(&mut self, verdicts: Vec<(usize, usize, SettledPiece)>) -> Vec<Outcome> {
        let mut mode = None;
        let mut by_item: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for (index, number, settled) in verdicts {
            mode = Some(settled.mode);
            by_item.entry(index).or_default().push((number, settled));
        }
        let mut outcomes = Vec::new();
        for (index, settled) in by_item {
            let Some(item) = self.window.get_mut(&index) else { continue };
            self.in_flight -= usize::from(item.is_in_flight());
            let Some(outcome) = item.settle(settled) else { continue };
            let Some(item) = self.remove(index) else { continue };
            if !outcome.status.is_done() {
                self.mark_failed(&item);
            }
            outcomes.push(outcome);
        }
        if let Some(mode) = mode {
            outcomes.extend(self.take_held_back(mode));
        }
        self.count_ready();
        outcomes
    }

    /// Marks all remaining commands as not sent.
    pub(crate) fn give_up(&mut self, message: &str, mode: Mode) -> Vec<Outcome> {
        (self.ready, self.candidates, self.in_flight) = (0, 0, 0);
        std::mem::take(&mut self.window).values_mut().map(|item| item.give_up(message, mode)).collect()
    }

    /// Removes the commands that an earlier failure now holds back, and returns their outcomes.
    pub(crate) fn take_held_back(&mut self, mode: Mode) -> Vec<Outcome> {
        if self.failed_people.is_empty() {
            return Vec::new();
        }
        let waiting: Vec<_> =
            self.window.values().filter(|item| !item.is_in_flight()).map(PlannedCommand::index).collect();
        // In their order: what is held back holds back in turn.
        let outcomes = waiting.into_iter().filter_map(|index| {
            let message = self.held_back(self.window.get(&index)?)?;
            let mut item = self.remove(index)?;
            self.mark_failed(&item);
            Some(item.give_up(&message, mode))
        });
        outcomes.collect()
    }

    /// Takes a command out that is not in flight.
    fn remove(&mut self, index: usize) -> Option<PlannedCommand> {
        let item = self.window.remove(&index)?;
        self.candidates -= usize::from(item.memberships().is_some());
        Some(item)
    }

    /// Calls `visit` with each command that neither an earlier one nor a request in flight holds up, until it returns
    /// false.
    fn for_each_ready<'p>(&'p self, mut visit: impl FnMut(&'p PlannedCommand) -> bool) {
        let mut earlier = TouchedSubjects::default();
        let mut flying = InFlightSubjects::of(self.window.values().filter(|item| item.is_in_flight()));
        for item in self.window.values() {
            if !item.is_in_flight() {
                if flying.hold(item) {
                    flying.keep_order(item);
                } else if !earlier.conflicts_with(item.touches()) && !visit(item) {
                    return;
                }
            }
            earlier.add(item.touches());
        }
    }

    fn count_ready(&mut self) {
        let (mut ready, mut deletions) = (0, 0);
        self.for_each_ready(|item| {
            deletions += usize::from(item.touches().deletes_group);
            let is_second_deletion = deletions > 1 && item.touches().deletes_group;
            let count =
                if is_second_deletion || item.memberships().is_some() { 0 } else { item.sendable().count() };
            ready += count;
            ready < COMMANDS_PER_REQUEST
        });
        (self.ready, self.uncounted) = (ready, 0);
    }

    fn held_back(&self, item: &PlannedCommand) -> Option<String> {
        if item.is_begun() {
            return None;
        }
        let is_earlier = |index: &&usize| **index < item.index();
        let failed = item.people().iter().filter_map(|name| self.failed_people.get(name));
        let earlier = failed.filter(is_earlier).min()?;
        Some(format!("held back: command {earlier} for the same user did not complete"))
    }

    fn mark_failed(&mut self, item: &PlannedCommand) {
        self.hold_back(item.undone_people(), item.index());
    }

    /// From now on, commands for these people are held back because of the command with this index.
    pub(crate) fn hold_back(&mut self, people: Vec<String>, index: usize) {
        for name in people {
            let first = self.failed_people.entry(name).or_insert(index);
            *first = index.min(*first);
        }
    }
}

/// Whether removals have to be read back before a command of a request is sent.
pub(crate) fn any_touches(
    plan: &ActionPlan,
    draft: &RequestDraft,
    must_precede: impl Fn(&CommandTouches) -> bool,
) -> bool {
    draft
        .carried
        .iter()
        .filter_map(|carried| plan.item(carried.index))
        .any(|item| must_precede(item.touches()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::actions::checked_command::CheckedCommand;
    use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict};
    use crate::client::actions::split;
    use crate::wire::command::Command;
    use proptest::prelude::*;
    use serde_json::json;

    fn add(user: &str, groups: usize) -> Command {
        let mut command = Command::user(user, None, None);
        command.add_to_groups(&(0..groups).map(|number| format!("G{number}")).collect::<Vec<_>>());
        command
    }

    fn planned(index: usize, command: &Command) -> PlannedCommand {
        PlannedCommand::new(index, CheckedCommand::new(command.clone(), false))
    }

    fn done() -> SettledPiece {
        SettledPiece::unsent(PieceVerdict::Done, Mode::Live)
    }

    fn refused(step: usize, code: &str) -> SettledPiece {
        let error = StepError { step: Some(step), code: code.into(), message: "m".into() };
        let verdict = PieceRefusal::new(vec![error]).map(PieceVerdict::Refused);
        SettledPiece::unsent(verdict.unwrap(), Mode::Live)
    }

    fn verdicts(
        draft: &RequestDraft,
        verdict: impl Fn(usize) -> SettledPiece,
    ) -> Vec<(usize, usize, SettledPiece)> {
        let carried = draft.carried.iter();
        carried.map(|carried| (carried.index, carried.sent.piece, verdict(carried.index))).collect()
    }

    /// Runs a list to its end; returns the requests as lists of indexes, and the outcomes.
    fn run(commands: &[Command], verdict: impl Fn(usize) -> SettledPiece) -> (Vec<Vec<usize>>, Vec<Outcome>) {
        let mut plan = ActionPlan::default();
        let (mut requests, mut outcomes) = (Vec::new(), Vec::new());
        let mut remaining = commands.iter().enumerate();
        loop {
            while plan.needs_more() {
                let Some((index, command)) = remaining.next() else { break };
                outcomes.extend(plan.add(planned(index, command), None, Mode::Live));
            }
            let draft = plan.next(&ListChoice::default());
            if draft.is_empty() {
                return (requests, outcomes);
            }
            plan.launch(&draft);
            let indexes: Vec<_> = draft.carried.iter().map(|carried| carried.index).collect();
            outcomes.extend(plan.settle(verdicts(&draft, &verdict)));
            requests.push(indexes);
        }
    }

    #[test]
    fn independent_commands_fill_the_requests() {
        for count in [0, 1, 9, 10, 11, 95, 250] {
            let commands: Vec<_> =
                (0..count).map(|number| add(&format!("u{number}@example.com"), 1)).collect();
            let (requests, outcomes) = run(&commands, |_| done());
            assert_eq!((requests.len(), outcomes.len()), (usize::div_ceil(count, 10), count), "{count}");
        }
    }

    #[test]
    fn commands_for_one_user_keep_their_order_while_others_fill_requests() {
        let mut commands = vec![add("a@example.com", 1), add("A@example.com", 1), add("a@example.com", 1)];
        commands.extend((0..27).map(|number| add(&format!("u{number}@example.com"), 1)));
        let (requests, _) = run(&commands, |_| done());
        assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10]);
        for (request, index) in requests.iter().zip(0..3) {
            assert!(request.contains(&index), "{requests:?}");
        }
    }

    #[test]
    fn a_request_deletes_one_group_at_most() {
        let delete = |number: usize| {
            let mut command = Command::group(&format!("G{number}"));
            command.push("deleteUserGroup", json!({}));
            command
        };
        let mut commands: Vec<_> = (0..3).map(delete).collect();
        commands.extend((0..9).map(|number| add(&format!("u{number}@example.com"), 0)));
        let (requests, outcomes) = run(&commands, |_| done());
        assert_eq!(outcomes.len(), commands.len());
        assert_eq!(requests, [vec![0, 3, 4, 5, 6, 7, 8, 9, 10, 11], vec![1], vec![2]]);
    }

    #[test]
    fn pieces_of_one_command_are_sent_one_after_the_other() {
        let (requests, outcomes) = run(&[add("a@example.com", 250), add("b@example.com", 1)], |_| done());
        assert_eq!(requests, [vec![0, 1], vec![0], vec![0]]);
        let order: Vec<_> = outcomes.iter().map(|outcome| (outcome.index, outcome.status)).collect();
        assert_eq!(order, [(1, Status::Completed), (0, Status::Completed)]);
    }

    #[test]
    fn after_a_failed_piece_the_rest_is_not_sent() {
        let mut plan = ActionPlan::default();
        plan.add(planned(0, &add("a@example.com", 250)), None, Mode::Live);
        assert!(plan.settle(vec![(0, 0, done())]).is_empty());
        let outcomes = plan.settle(vec![(0, 1, refused(0, "error.group.not_found"))]);
        assert_eq!((outcomes[0].status, outcomes[0].step), (Status::PartlyDone, Some(0)));
        assert!(plan.is_empty());
    }

    #[test]
    fn earlier_steps_count_unless_the_command_was_malformed_or_rehearsed() {
        let status = |code: &str, step, mode| {
            let mut plan = ActionPlan::default();
            plan.add(planned(0, &add("a@example.com", 20)), None, mode);
            plan.settle(vec![(0, 0, SettledPiece { mode, ..refused(step, code) })])[0].status
        };
        assert_eq!(status("error.group.not_found", 1, Mode::Live), Status::PartlyDone);
        assert_eq!(status("error.group.not_found", 0, Mode::Live), Status::Failed);
        assert_eq!(status("error.command.step.unknown", 1, Mode::Live), Status::Failed);
        assert_eq!(status("error.group.not_found", 1, Mode::Test), Status::Failed);
    }

    #[test]
    fn a_failure_holds_back_later_commands_for_the_same_user() {
        let mut commands = vec![add("a@example.com", 1), add("b@example.com", 1), add("A@example.com", 1)];
        commands.extend((0..200).map(|number| add(&format!("u{number}@example.com"), 1)));
        commands.push(add("a@example.com", 1));
        let verdict = |index| if index == 0 { refused(0, "error.group.not_found") } else { done() };
        let (_, outcomes) = run(&commands, verdict);
        assert_eq!(outcomes.len(), commands.len());
        for outcome in &outcomes {
            let expected = match outcome.index {
                0 => Status::Failed,
                2 | 203 => Status::NotSent,
                _ => Status::Completed,
            };
            assert_eq!(outcome.status, expected, "{outcome:?}");
        }
        let held = outcomes.iter().find(|outcome| outcome.index == 203).unwrap();
        assert!(held.message.as_ref().unwrap().contains("command 0"), "{held:?}");
    }

    #[test]
    fn steps_are_numbered_as_the_caller_did() {
        let mut command = Command::user("a@example.com", None, None);
        command.add_to_groups(&(0..25).map(|number| format!("G{number}")).collect::<Vec<_>>());
        command.push("removeFromOrg", json!({}));
        let (_, outcomes) = run(&[command], |_| refused(3, "error.user.nonexistent"));
        assert_eq!(outcomes[0].step, Some(1));
        assert_eq!(outcomes[0].action, "add, removeFromOrg");
    }

    #[test]
    fn the_window_is_bounded() {
        let mut plan = ActionPlan::default();
        let mut count = 0;
        while plan.needs_more() {
            plan.add(planned(count, &add("a@example.com", 1)), None, Mode::Live);
            count += 1;
        }
        assert_eq!(count, WINDOW_SIZE);
    }

    /// The indexes of a request, which is then in flight.
    fn launch(plan: &mut ActionPlan) -> Vec<usize> {
        let draft = plan.next(&ListChoice::default());
        plan.launch(&draft);
        draft.carried.iter().map(|carried| carried.index).collect()
    }

    fn plan_of(commands: &[Command]) -> ActionPlan {
        let mut plan = ActionPlan::default();
        for (index, command) in commands.iter().enumerate() {
            plan.add(planned(index, command), None, Mode::Live);
        }
        plan
    }

    fn command(json: &serde_json::Value) -> Command {
        Command::read(json).unwrap()
    }

    #[test]
    fn lists_of_people_of_one_group_share_a_request() {
        let people: Vec<_> = (0..1_234).map(|number| format!("u{number}@example.com")).collect();
        for (name, expected) in [("add", [10, 3]), ("remove", [10, 3])] {
            let mut list = Command::group("X");
            list.membership(name, "user", &people);
            let (requests, outcomes) = run(&[list], |_| done());
            assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            assert_eq!(outcomes[0].status, Status::Completed);
        }
        let mut both = Command::group("X");
        both.membership("add", "user", &people).membership("remove", "user", &["z@example.com".to_owned()]);
        assert_eq!(run(&[both], |_| done()).0.len(), 13);
    }

    #[test]
    fn what_became_of_each_piece_of_a_list_of_people_counts() {
        let people: Vec<_> = (0..300).map(|number| format!("u{number}@example.com")).collect();
        let mut list = Command::group("X");
        list.membership("add", "user", &people);
        let unknown = || SettledPiece::unsent(PieceVerdict::Unknown("lost".into()), Mode::Live);
        let refused = || refused(0, "error.user.not_found");
        for (verdicts, expected) in [
            ([done(), done(), refused()], Status::PartlyDone),
            ([refused(), done(), done()], Status::PartlyDone),
            ([refused(), refused(), refused()], Status::Failed),
            ([refused(), unknown(), done()], Status::Unknown),
        ] {
            let mut plan = plan_of(std::slice::from_ref(&list));
            launch(&mut plan);
            let settled = verdicts.into_iter().enumerate().map(|(piece, settled)| (0, piece, settled));
            let outcomes = plan.settle(settled.collect());
            assert_eq!((outcomes.len(), outcomes[0].status), (1, expected));
        }
    }

    #[test]
    fn a_failed_command_holds_back_those_of_everybody_whom_it_names_and_did_not_reach() {
        let list = |people: &[String]| {
            let mut list = Command::group("X");
            list.membership("remove", "user", people);
            list
        };
        let few = |names: &[&str]| {
            list(&names.iter().map(|name| format!("{name}@example.com")).collect::<Vec<_>>())
        };
        let of = |json: serde_json::Value| command(&json);
        let create = of(
            json!({"user": "jdoe", "domain": "example.com", "do": [{"createFederatedID": {"email": "j@example.com"}}]}),
        );
        let rename = of(json!({"user": "a@example.com", "do": [{"update": {"email": "b@example.com"}}]}));
        let j = "j@example.com";
        for (first, later, is_held) in [
            (few(&["a", "b"]), add("B@example.com", 1), true),
            (few(&["a", "b"]), add("c@example.com", 1), false),
            (few(&["a", "b"]), few(&["c", "a"]), true),
            (few(&["a", "b"]), few(&["c"]), false),
            (add("a@example.com", 1), few(&["c", "a"]), true),
            (add("a@example.com", 1), few(&["c"]), false),
            (create.clone(), add(j, 1), true),
            (create, few(&["j"]), true),
            (rename.clone(), add("b@example.com", 1), true),
            (rename, add("c@example.com", 1), false),
        ] {
            let verdict = |index| if index == 0 { refused(0, "error.user.not_found") } else { done() };
            let (_, outcomes) = run(&[first.clone(), later.clone()], verdict);
            let outcome = outcomes.iter().find(|outcome| outcome.index == 1).unwrap();
            assert_eq!(outcome.status == Status::NotSent, is_held, "{first:?} {later:?}: {outcome:?}");
        }
        // Of a long list, those in pieces that were carried out are not held back.
        let people: Vec<_> = (0..300).map(|number| format!("u{number}@example.com")).collect();
        let mut plan = plan_of(&[list(&people), add("u5@example.com", 1), add("u150@example.com", 1)]);
        launch(&mut plan);
        let settled = vec![(0, 0, done()), (0, 1, refused(0, "error.user.not_found")), (0, 2, done())];
        let outcomes = plan.settle(settled);
        let statuses: Vec<_> = outcomes.iter().map(|outcome| (outcome.index, outcome.status)).collect();
        assert_eq!(statuses, [(0, Status::PartlyDone), (2, Status::NotSent)]);
        assert_eq!(launch(&mut plan), [1]);
    }

    #[test]
    fn requests_in_flight_share_no_person_and_what_they_do_to_groups_commutes() {
        let add =
            |user: &str, group: &str| command(&json!({"user": user, "do": [{"add": {"group": [group]}}]}));
        let remove =
            |user: &str, group: &str| command(&json!({"user": user, "do": [{"remove": {"group": [group]}}]}));
        let list = |group: &str, user: &str| {
            command(&json!({"usergroup": group, "do": [{"add": {"user": [user]}}]}))
        };
        let named =
            command(&json!({"user": "jdoe", "domain": "example.com", "do": [{"add": {"group": ["Z"]}}]}));
        for (first, second, expected) in [
            (add("a@example.com", "X"), add("b@example.com", "X"), true),
            (remove("a@example.com", "X"), remove("b@example.com", "x"), true),
            (add("a@example.com", "X"), add("A@example.com", "Y"), false),
            (remove("a@example.com", "X"), add("b@example.com", "x"), false),
            (remove("a@example.com", "X"), add("b@example.com", "Y"), true),
            (list("X", "a@example.com"), list("x", "b@example.com"), false),
            (list("X", "a@example.com"), list("Y", "b@example.com"), true),
            (list("X", "a@example.com"), list("Y", "A@example.com"), false),
            (list("X", "a@example.com"), add("b@example.com", "X"), false),
            (add("a@example.com", "X"), named.clone(), false),
            (named.clone(), add("a@example.com", "X"), false),
            (list("Y", "a@example.com"), named, false),
        ] {
            let mut plan = plan_of(std::slice::from_ref(&first));
            assert_eq!(launch(&mut plan), [0]);
            plan.add(planned(1, &second), None, Mode::Live);
            let is_at_once = launch(&mut plan) == [1];
            assert_eq!(is_at_once, expected, "{first:?} {second:?}");
            plan.settle(vec![(0, 0, done())]);
            assert!(is_at_once || launch(&mut plan) == [1]);
        }
    }

    #[test]
    fn nobody_overtakes_a_command_that_waits_for_a_request_in_flight() {
        let of = |user: &str, step: &str| command(&json!({"user": user, "do": [{step: {"group": ["X"]}}]}));
        let mut plan = plan_of(&[of("a@example.com", "add")]);
        launch(&mut plan);
        plan.add(planned(1, &of("b@example.com", "remove")), None, Mode::Live);
        plan.add(planned(2, &of("c@example.com", "add")), None, Mode::Live);
        assert!(launch(&mut plan).is_empty());
        plan.settle(vec![(0, 0, done())]);
        assert_eq!(launch(&mut plan), [1, 2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn nothing_is_lost_or_doubled_and_dependents_keep_their_order(
            people in prop::collection::vec((0_usize..12, 1_usize..230), 0..60)
        ) {
            let commands: Vec<_> =
                people.iter().map(|(person, groups)| add(&format!("u{person}@example.com"), *groups)).collect();
            let (requests, outcomes) = run(&commands, |_| done());
            let mut indexes: Vec<_> = outcomes.iter().map(|outcome| outcome.index).collect();
            indexes.sort_unstable();
            prop_assert_eq!(indexes, (0..commands.len()).collect::<Vec<_>>());
            let pieces: usize = commands.iter().map(|command| split::split(command).len()).sum();
            prop_assert_eq!(requests.iter().map(Vec::len).sum::<usize>(), pieces);
            for request in &requests {
                prop_assert!(request.len() <= COMMANDS_PER_REQUEST);
                for (place, one) in request.iter().enumerate() {
                    for two in &request[place + 1..] {
                        prop_assert!(people[*one].0 != people[*two].0, "{} and {} share a request", one, two);
                    }
                }
            }
            for person in 0..12 {
                let mine = requests.iter().flatten().filter(|index| people[**index].0 == person);
                let mine: Vec<_> = mine.copied().collect();
                prop_assert!(mine.is_sorted(), "{mine:?}");
            }
        }
    }
}
