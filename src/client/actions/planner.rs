//! Chooses the commands that share the next request. Pure.
//!
//! Commands that depend on each other never share a request and keep their order; pieces of one command are sent
//! one after the other, unless they only add people to a group or only remove them; within these limits, requests are
//! filled. Only a bounded window of commands is considered. Several requests may be in flight; they share no person,
//! and what they do to a group commutes.

use super::piece_verdict::SettledPiece;
use crate::client::actions::draft::{CarriedPiece, DraftBuilder, RequestDraft};
use crate::client::actions::in_flight_subjects::InFlightSubjects;
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

    /// The fewest requests for the lists of people that the callers wrote: each piece has up to 100 of them.
    pub(crate) fn list_requests(&self) -> usize {
        let lists = self.window.values().filter(|item| item.is_member_list());
        lists.map(PlannedCommand::open_pieces).sum::<usize>().div_ceil(COMMANDS_PER_REQUEST)
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

    /// The people of a request whom the run has not read.
    pub(crate) fn unread_people(&self, draft: &RequestDraft) -> Vec<(String, Option<String>)> {
        let people = |carried: &CarriedPiece| {
            self.window.get(&carried.index).map(|item| item.unread_people(carried.sent.piece))
        };
        draft.carried.iter().filter_map(people).flatten().collect()
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
mod tests;
