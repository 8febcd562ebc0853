//! Chooses the commands that share the next request. Pure.
//!
//! Commands that depend on each other never share a request and keep their order; pieces of one command are sent
//! one after the other; within these limits, requests are filled. Only a bounded window of commands is considered.

use super::checked_command::{CheckedCommand, CheckedPiece};
use super::piece_verdict::{PieceVerdict, SettledPiece};
use crate::client::actions::removal_check::SentRemoval;
use crate::client::actions::removal_kind::RemovalKind;
use crate::client::hooks::Resolution;
use crate::client::outcome::{Evidence, Outcome, Status, StepError, Warning};
use crate::client::settings::{Mode, VerifyPolicy};
use crate::wire::command::{Command, CommandTouches, TouchedSubjects};
use crate::wire::fault::CommandFault;
use crate::wire::identity::Identity;
use crate::wire::limits::COMMANDS_PER_REQUEST;
use crate::wire::user::User;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// How many commands are searched for those that can be sent together: enough for lists that name each user
/// dozens of times in a row.
const WINDOW_SIZE: usize = 1_000;

/// The accepted commands without an outcome.
#[derive(Debug, Default)]
pub(crate) struct ActionPlan {
    window: VecDeque<PlannedCommand>,
    /// How many commands of the window can share the next request, when last counted.
    ready: usize,
    /// Users for whom an earlier command failed, under each of their names, with the index of that command.
    failed_people: HashMap<String, usize>,
}

/// A command that was accepted.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "true or false of a command each")]
pub(crate) struct PlannedCommand {
    index: usize,
    target: String,
    action: String,
    touches: CommandTouches,
    people: Vec<String>,
    pieces: VecDeque<CheckedPiece>,
    sent: usize,
    applied: bool,
    attempts: u32,
    request_id: Option<String>,
    warnings: Vec<Warning>,
    rehearsed: bool,
    /// Whether a piece of it was done by an earlier run, and whether a piece was sent in this run.
    recalled: bool,
    sent_now: bool,
    /// What the outcome rests on by what the run knew before.
    evidence: Option<Evidence>,
    /// Whether every piece so far was read back.
    verified: Option<bool>,
    removal: RemovalKind,
    /// Whether the account was looked up before its removal, and what was found.
    is_looked_up: bool,
    before: Option<Arc<User>>,
}

impl PlannedCommand {
    /// A command with its index in the caller's list.
    pub(crate) fn new(index: usize, checked: CheckedCommand) -> Self {
        let CheckedCommand { command, pieces, .. } = checked;
        let names: Vec<_> = command.steps.iter().map(|step| step.name.as_str()).collect();
        let person = command.subject.identity();
        Self {
            index,
            target: command.subject.name().to_owned(),
            action: names.join(", "),
            touches: command.touches(),
            people: person.iter().flat_map(Identity::names).map(str::to_owned).collect(),
            pieces,
            sent: 0,
            applied: false,
            attempts: 0,
            request_id: None,
            warnings: Vec::new(),
            rehearsed: false,
            recalled: false,
            sent_now: false,
            evidence: None,
            verified: None,
            removal: RemovalKind::of(&command),
            is_looked_up: false,
            before: None,
        }
    }

    /// What the outcome of a piece with this verdict rests on.
    pub(crate) fn evidence_of(&self, settled: &SettledPiece) -> Option<Evidence> {
        match (settled.attempts, settled.verified) {
            (0, _) => None,
            (_, true) => Some(Evidence::Verified),
            (_, false) => self.evidence,
        }
    }

    /// The outcome of a command that must not be sent because of what the run has read: `failed` or `not_sent`.
    fn refuse(&mut self, status: Status, code: &str, message: String, mode: Mode) -> Outcome {
        let outcome = self.outcome(status, mode);
        let evidence = Some(Evidence::Read);
        Outcome { code: Some(code.to_owned()), message: Some(message), evidence, ..outcome }
    }

    /// Whether the account has to be looked up before it is removed.
    pub(crate) fn needs_look_up(&self, policy: VerifyPolicy) -> bool {
        !self.is_looked_up && self.sent == 0 && self.removal.needs_look_up(policy, self.evidence)
    }

    /// What it touches.
    pub(crate) fn touches(&self) -> &CommandTouches {
        &self.touches
    }

    /// What is known of the account when its removal, the whole command or a piece of it, is read back.
    pub(crate) fn sent_removal(&self, command: Command) -> SentRemoval {
        let is_known = self.before.is_some() || self.evidence == Some(Evidence::Read);
        SentRemoval { command, before: self.before.clone(), is_known }
    }

    /// How many pieces the command has.
    pub(crate) fn pieces(&self) -> usize {
        self.sent + self.pieces.len()
    }

    /// Marks the next piece as done by an earlier run, in this request; returns the outcome if it was the last piece.
    pub(crate) fn recall(
        &mut self,
        request_id: String,
        evidence: Option<Evidence>,
        mode: Mode,
    ) -> Option<Outcome> {
        self.recalled = true;
        self.evidence = evidence;
        let settled =
            SettledPiece { request_id: Some(request_id), ..SettledPiece::unsent(PieceVerdict::Done, mode) };
        self.apply(settled)
    }

    /// Marks the next piece as done by an earlier run, which found that the user is still a member.
    pub(crate) fn recall_still_member(
        &mut self,
        request_id: String,
        message: String,
        mode: Mode,
    ) -> Option<Outcome> {
        let settled = SettledPiece::unsent(PieceVerdict::StillMember(message), mode);
        self.apply(SettledPiece { request_id: Some(request_id), ..settled })
    }

    /// Marks the next piece as possibly done by an earlier run, so that it is not sent.
    pub(crate) fn recall_unknown(&mut self, message: String, mode: Mode) -> Option<Outcome> {
        self.apply(SettledPiece::unsent(PieceVerdict::Unknown(message), mode))
    }

    /// The next piece to send, and its index.
    pub(crate) fn piece(&self) -> Option<(usize, &CheckedPiece)> {
        self.pieces.front().map(|piece| (self.sent, piece))
    }

    /// The outcome of a command that will not be sent.
    pub(crate) fn not_sent(mut self, message: &str, mode: Mode) -> Outcome {
        Outcome { message: Some(message.to_owned()), ..self.outcome(Status::NotSent, mode) }
    }

    /// The command's index in the caller's list.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Applies a verdict of this run; returns the outcome after the last piece.
    fn settle(&mut self, settled: SettledPiece) -> Option<Outcome> {
        self.sent_now = true;
        self.apply(settled)
    }

    fn apply(&mut self, settled: SettledPiece) -> Option<Outcome> {
        let SettledPiece { verdict, warnings, request_id, attempts, mode, verified } = settled;
        self.attempts += attempts;
        self.request_id = request_id.or(self.request_id.take());
        self.rehearsed |= mode == Mode::Test;
        if verdict == PieceVerdict::Resend {
            return None;
        }
        self.verified = Some(verified && self.verified != Some(false));
        let piece = self.pieces.pop_front();
        let callers_step = |step: usize| piece.as_ref().and_then(|piece| piece.callers_step(step));
        let warned = |warning: Warning| Warning { step: warning.step.and_then(callers_step), ..warning };
        self.warnings.extend(warnings.into_iter().map(warned));
        self.sent += 1;
        let applied = self.applied;
        match verdict {
            PieceVerdict::Done | PieceVerdict::Resend => {
                self.applied |= mode == Mode::Live;
                let status = if self.rehearsed { Status::WouldComplete } else { Status::Completed };
                self.pieces.is_empty().then(|| self.outcome(status, mode))
            }
            PieceVerdict::Refused(refusal) => {
                let applied = applied || (mode == Mode::Live && refusal.is_partly_done());
                let status = if applied { Status::PartlyDone } else { Status::Failed };
                let errors = refusal
                    .errors()
                    .map(|error| StepError { step: error.step.and_then(callers_step), ..error.clone() });
                let errors: Vec<_> = errors.collect();
                let step = refusal.first.step.and_then(callers_step);
                let code = Some(refusal.first.code.clone()).filter(|code| !code.is_empty());
                let message = Some(refusal.message());
                Some(Outcome { step, code, message, errors, ..self.outcome(status, mode) })
            }
            PieceVerdict::StillMember(message) => {
                Some(Outcome { message: Some(message), ..self.outcome(Status::StillMember, mode) })
            }
            PieceVerdict::Unverified(message) => {
                Some(Outcome { message: Some(message), ..self.outcome(Status::Unverified, mode) })
            }
            PieceVerdict::Unknown(message) => {
                Some(Outcome { message: Some(message), ..self.outcome(Status::Unknown, mode) })
            }
            PieceVerdict::NotSent(message) => {
                let status = if applied { Status::PartlyDone } else { Status::NotSent };
                Some(Outcome { message: Some(message), ..self.outcome(status, mode) })
            }
        }
    }

    fn outcome(&mut self, status: Status, mode: Mode) -> Outcome {
        Outcome {
            index: self.index,
            target: std::mem::take(&mut self.target),
            action: std::mem::take(&mut self.action),
            removes_everything: self.removal == RemovalKind::Everything,
            status,
            evidence: if self.verified == Some(true) { Some(Evidence::Verified) } else { self.evidence }
                .filter(|_| status != Status::NotSent),
            step: None,
            code: None,
            message: None,
            errors: Vec::new(),
            request_id: self.request_id.take(),
            attempts: self.attempts,
            mode,
            warnings: std::mem::take(&mut self.warnings),
            resumed: self.recalled && !self.sent_now,
            source: None,
        }
    }
}

impl ActionPlan {
    /// Whether more commands could fill the next request.
    pub(crate) fn needs_more(&self) -> bool {
        self.ready < COMMANDS_PER_REQUEST && self.window.len() < WINDOW_SIZE
    }

    /// The number of commands without an outcome.
    pub(crate) fn len(&self) -> usize {
        self.window.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.window.is_empty()
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
            return item.settle(SettledPiece::unsent(PieceVerdict::NotSent(message), mode));
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
        self.window.push_back(item);
        // Not after each command: in a list of commands that all conflict, each count searches the whole window.
        if self.window.len().is_multiple_of(COMMANDS_PER_REQUEST) {
            self.ready = self.next().len();
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
                item.evidence = Some(evidence);
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

    /// The places of the next request whose accounts have to be looked up first, with their commands.
    pub(crate) fn next_look_ups(&self, policy: VerifyPolicy) -> Vec<(usize, Command)> {
        let command = |place: usize| {
            let item = self.window.get(place).filter(|item| item.needs_look_up(policy))?;
            Some((place, item.piece()?.1.content.command()?.clone()))
        };
        self.next().into_iter().filter_map(command).collect()
    }

    /// Applies what was found of an account before its removal.
    pub(crate) fn apply_look_up(
        &mut self,
        place: usize,
        before: Option<Arc<User>>,
        resolution: Option<&Resolution>,
    ) {
        if let Some(item) = self.window.get_mut(place) {
            item.is_looked_up = true;
            item.before = before;
            if let Some(Resolution::Send(evidence)) = resolution {
                item.evidence = Some(*evidence);
            }
        }
    }

    /// Takes commands out that must not be sent after all; the outcomes of those and of others they hold back.
    pub(crate) fn refuse_all(&mut self, refused: Vec<(usize, Resolution)>, mode: Mode) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        for (place, resolution) in refused.into_iter().rev() {
            let Some(item) = self.window.remove(place) else { continue };
            outcomes.extend(self.add_resolved(item, None, resolution, mode));
        }
        outcomes.extend(self.take_held_back(mode));
        self.ready = self.next().len();
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
        if let Some(message) = self.held_back(&item) {
            return item.not_sent(&message, mode);
        }
        self.mark_failed(&item);
        item.refuse(status, code, message, mode)
    }

    /// Notes the outcome of an earlier run: later commands for the same user depend on it in this run too.
    pub(crate) fn recalled(&mut self, item: &PlannedCommand, status: Status) {
        if !status.is_done() {
            self.mark_failed(item);
        }
    }

    /// The positions in the window whose next pieces form the next request.
    pub(crate) fn next(&self) -> Vec<usize> {
        let (mut earlier, mut chosen) = (TouchedSubjects::default(), Vec::new());
        let mut has_deletion = false;
        for (place, item) in self.window.iter().enumerate() {
            if chosen.len() == COMMANDS_PER_REQUEST {
                break;
            }
            let second_deletion = has_deletion && item.touches.deletes_group;
            if !second_deletion && !earlier.conflicts_with(&item.touches) {
                chosen.push(place);
                has_deletion |= item.touches.deletes_group;
            }
            earlier.add(&item.touches);
        }
        chosen
    }

    pub(crate) fn item(&self, place: usize) -> Option<&PlannedCommand> {
        self.window.get(place)
    }

    /// Applies the verdicts on a request, which are in the order of its positions.
    pub(crate) fn settle(&mut self, verdicts: Vec<(usize, SettledPiece)>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut settled_places = Vec::new();
        for (place, settled) in verdicts {
            let mode = settled.mode;
            let Some(outcome) = self.window.get_mut(place).and_then(|item| item.settle(settled)) else {
                continue;
            };
            if let Some(item) = self.window.get(place).filter(|_| !outcome.status.is_done()) {
                self.failed_people.extend(item.people.iter().map(|name| (name.clone(), item.index)));
            }
            settled_places.push((place, mode));
            outcomes.push(outcome);
        }
        let mode = settled_places.first().map(|(_, mode)| *mode);
        for (place, _) in settled_places.into_iter().rev() {
            self.window.remove(place);
        }
        if let Some(mode) = mode {
            outcomes.extend(self.take_held_back(mode));
        }
        self.ready = self.next().len();
        outcomes
    }

    /// Marks all remaining commands as not sent.
    pub(crate) fn give_up(&mut self, message: &str, mode: Mode) -> Vec<Outcome> {
        self.ready = 0;
        let not_sent = || SettledPiece::unsent(PieceVerdict::NotSent(message.to_owned()), mode);
        std::mem::take(&mut self.window).iter_mut().filter_map(|item| item.settle(not_sent())).collect()
    }

    /// Removes the commands that an earlier failure now holds back, and returns their outcomes.
    pub(crate) fn take_held_back(&mut self, mode: Mode) -> Vec<Outcome> {
        if self.failed_people.is_empty() {
            return Vec::new();
        }
        let (mut outcomes, mut kept) = (Vec::new(), VecDeque::new());
        for mut item in std::mem::take(&mut self.window) {
            match self.held_back(&item) {
                Some(message) => {
                    outcomes.extend(item.settle(SettledPiece::unsent(PieceVerdict::NotSent(message), mode)));
                }
                None => kept.push_back(item),
            }
        }
        self.window = kept;
        outcomes
    }

    fn held_back(&self, item: &PlannedCommand) -> Option<String> {
        if item.sent > 0 || item.attempts > 0 {
            return None;
        }
        let earlier = item.people.iter().find_map(|name| self.failed_people.get(name))?;
        Some(format!("held back: command {earlier} for the same user did not complete"))
    }

    fn mark_failed(&mut self, item: &PlannedCommand) {
        self.hold_back(item.people.clone(), item.index);
    }

    /// From now on, commands for these people are held back because of the command with this index.
    pub(crate) fn hold_back(&mut self, people: Vec<String>, index: usize) {
        self.failed_people.extend(people.into_iter().map(|name| (name, index)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::actions::piece_verdict::PieceRefusal;
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
            let places = plan.next();
            if places.is_empty() {
                return (requests, outcomes);
            }
            let indexes: Vec<_> = places.iter().map(|place| plan.item(*place).unwrap().index()).collect();
            let verdicts = places.into_iter().zip(indexes.iter().map(|index| verdict(*index))).collect();
            outcomes.extend(plan.settle(verdicts));
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
        assert!(plan.settle(vec![(0, done())]).is_empty());
        let outcomes = plan.settle(vec![(0, refused(0, "error.group.not_found"))]);
        assert_eq!((outcomes[0].status, outcomes[0].step), (Status::PartlyDone, Some(0)));
        assert!(plan.is_empty());
    }

    #[test]
    fn earlier_steps_count_unless_the_command_was_malformed_or_rehearsed() {
        let status = |code: &str, step, mode| {
            let mut plan = ActionPlan::default();
            plan.add(planned(0, &add("a@example.com", 20)), None, mode);
            plan.settle(vec![(0, SettledPiece { mode, ..refused(step, code) })])[0].status
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
