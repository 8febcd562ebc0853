//! Turns a stream of commands into a stream of outcomes.

mod launching;
mod lists;
mod responses;
mod verification;

use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::deferred_removals::{DeferredPart, DeferredRemovals};
use crate::client::actions::group_facts::GroupFacts;
use crate::client::actions::in_flight::Landing;
use crate::client::actions::planned_command::PlannedCommand;
use crate::client::actions::planner::ActionPlan;
use crate::client::connection::Client;
use crate::client::event::{ClientEvent, SubmitProgress};
use crate::client::hooks::RecalledOutcome;
use crate::client::outcome::{Outcome, Status};
use crate::error::{Error, ErrorKind};
use crate::wire::endpoint::EndpointId;
use futures_util::{Stream, StreamExt};
use std::collections::{HashMap, HashSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::task::JoinSet;

/// How many outcomes are decided in a row without a request.
const BATCH_LIMIT: usize = 1_000;

/// How a list of commands is sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListOptions {
    /// Whether people are sent one by one, even where lists of groups would save requests.
    pub(crate) sends_singly: bool,
    /// Set when nothing more is to be sent.
    pub(crate) halt: Arc<AtomicBool>,
}

/// The outcomes of a list of commands: exactly one for each, in the order they are decided. Nothing is sent
/// before the stream is polled.
pub struct OutcomeStream {
    decided: VecDeque<Outcome>,
    idle: Option<ActionExecutor>,
    running: Option<Pin<Box<dyn Future<Output = ActionExecutor> + Send>>>,
    requests: usize,
    stopped: Option<Error>,
}

impl OutcomeStream {
    pub(crate) fn new(
        client: Client,
        commands: impl Stream<Item = CheckedCommand> + Send + 'static,
        options: ListOptions,
    ) -> Self {
        let progress = SubmitProgress { total: commands.size_hint().1, ..SubmitProgress::default() };
        let executor = ActionExecutor {
            list: client.next_list(),
            client,
            commands: commands.boxed(),
            index: 0,
            open: true,
            plan: ActionPlan::default(),
            decided: Vec::new(),
            deferred: DeferredRemovals::default(),
            removed_parts: HashMap::new(),
            announced: false,
            read_before: HashSet::new(),
            progress,
            flights: JoinSet::new(),
            facts: GroupFacts::default(),
            are_groups_read: false,
            profile_people: HashMap::new(),
            options,
            losses: 0,
            stopped: None,
        };
        Self { decided: VecDeque::new(), idle: Some(executor), running: None, requests: 0, stopped: None }
    }

    /// Why not everything was sent; final after the stream has ended. Commands that were not sent have outcomes
    /// too.
    pub fn stopped(&self) -> Option<&Error> {
        self.stopped.as_ref()
    }

    /// The number of action requests with a response so far.
    pub fn requests(&self) -> usize {
        self.requests
    }
}

impl Stream for OutcomeStream {
    type Item = Outcome;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        loop {
            if let Some(outcome) = self.decided.pop_front() {
                return Poll::Ready(Some(outcome));
            }
            if let Some(running) = &mut self.running {
                let mut executor = ready!(running.as_mut().poll(context));
                self.running = None;
                self.decided.extend(executor.decided.drain(..));
                self.requests = executor.progress.requests;
                self.stopped.clone_from(&executor.stopped);
                self.idle = (!executor.is_done()).then_some(executor);
            } else if let Some(executor) = self.idle.take() {
                self.running = Some(Box::pin(executor.advance()));
            } else {
                return Poll::Ready(None);
            }
        }
    }
}

/// Sends a list of commands: each call of `advance` sends a request or receives a response.
struct ActionExecutor {
    client: Client,
    list: u64,
    commands: Pin<Box<dyn Stream<Item = CheckedCommand> + Send>>,
    index: usize,
    open: bool,
    plan: ActionPlan,
    decided: Vec<Outcome>,
    /// Removals that are read back after the last one of the list.
    deferred: DeferredRemovals,
    /// What was removed so far of commands that are still being sent.
    removed_parts: HashMap<usize, Vec<DeferredPart>>,
    /// Whether it was reported how long look-ups take.
    announced: bool,
    /// The people who were looked up so that the change can be taken back.
    read_before: HashSet<String>,
    progress: SubmitProgress,
    /// Requests without a response, each on its own task. Dropping them aborts them.
    flights: JoinSet<Landing>,
    facts: GroupFacts,
    /// Whether it was found out which groups take lists, as far as that can be.
    are_groups_read: bool,
    /// How many known people join or leave each profile.
    profile_people: HashMap<String, usize>,
    options: ListOptions,
    /// Requests in a row whose responses were lost; those in flight at the same time count once.
    losses: u32,
    stopped: Option<Error>,
}

impl ActionExecutor {
    fn is_done(&self) -> bool {
        !self.open && self.plan.is_empty() && self.deferred.is_empty() && self.flights.is_empty()
    }

    async fn advance(mut self) -> Self {
        if self.stopped.is_none() {
            self.fill().await;
        }
        if self.options.halt.load(Ordering::Acquire) {
            self.stop(ErrorKind::Interrupted.into());
        }
        let batch_full = self.decided.len() >= BATCH_LIMIT;
        if self.stopped.is_none() && !self.plan.is_empty() && !batch_full {
            self.send_or_receive().await;
        }
        while let Some(landing) = self.next_landing_after_stop().await {
            self.land(landing).await;
        }
        let is_over = self.stopped.is_some() || (!self.open && self.plan.is_empty());
        if is_over || self.deferred.is_full() {
            self.verify_deferred().await;
        }
        if self.stopped.is_some() {
            self.drain().await;
        }
        self
    }

    /// Accepts commands until the next request is full or no more commands can fill it, or a response arrives.
    async fn fill(&mut self) {
        while self.open && self.accepts_more() && !self.options.halt.load(Ordering::Acquire) {
            let command = tokio::select! {
                biased;
                () = self.client.stop.cancelled() => return self.stop(ErrorKind::Interrupted.into()),
                Some(landing) = self.flights.join_next(), if !self.flights.is_empty() => {
                    return self.land_joined(landing).await;
                }
                command = self.commands.next() => command,
            };
            let Some(command) = command else { return self.open = false };
            self.accept(command);
        }
    }

    fn accepts_more(&self) -> bool {
        self.plan.needs_more()
            && !self.must_classify()
            && self.decided.len() < BATCH_LIMIT
            && self.flights.len() < self.most_in_flight()
    }

    /// One until the service has carried out a request of the list, and after a lost response: what goes wrong then goes
    /// wrong once.
    fn most_in_flight(&self) -> usize {
        let is_going_well = self.progress.requests > 0 && self.losses == 0;
        if is_going_well { self.client.shared.settings.in_flight.max(1) } else { 1 }
    }

    /// Sends the next request if it is full or the list has ended, and enough have got their responses; otherwise waits
    /// for a response unless more commands are needed.
    async fn send_or_receive(&mut self) {
        if self.must_classify() {
            return self.classify().await;
        }
        let is_due = !self.open || !self.plan.needs_more();
        let has_room = self.flights.len() < self.most_in_flight();
        if has_room && !is_due {
            return;
        }
        let is_launched = has_room && self.launch_next().await;
        if is_launched || self.stopped.is_some() {
            return;
        }
        let landing = tokio::select! {
            biased;
            landing = self.flights.join_next() => landing,
            // Whatever is in flight ends by itself then.
            () = self.client.stop.cancelled() => return self.stop(ErrorKind::Interrupted.into()),
        };
        if let Some(landing) = landing {
            self.land_joined(landing).await;
        }
    }

    /// Notes why nothing more is sent; the first reason counts.
    fn stop(&mut self, error: Error) {
        self.stopped.get_or_insert(error);
    }

    fn accept(&mut self, checked: CheckedCommand) {
        let CheckedCommand { command, pieces, fault } = checked;
        self.client.hooks().iter().for_each(|hook| hook.accepted(&command));
        let mut item = PlannedCommand::new(self.next_index(), &command, pieces);
        let outcome = if let Some(outcome) = self.recall(&mut item) {
            self.plan.recalled(&item, outcome.status);
            Some(outcome)
        } else {
            let resolution = self.client.resolve(&command, false);
            let memberships = self.memberships_of(&command);
            item.set_memberships(memberships.filter(|_| item.is_whole()));
            self.plan.add_resolved(item, fault, resolution, self.client.mode())
        };
        self.record(outcome);
    }

    /// Applies what an earlier run did for a command; returns the outcome if nothing is left to do.
    fn recall(&self, item: &mut PlannedCommand) -> Option<Outcome> {
        let mode = self.client.mode();
        for number in 0..item.piece_count() {
            let recalled = item.piece(number).and_then(|piece| self.client.recall(mode, &piece.content));
            let outcome = match recalled {
                Some(RecalledOutcome::Done { request_id, evidence }) => {
                    item.recall(number, request_id, evidence, mode)
                }
                Some(RecalledOutcome::StillMember { request_id, message }) => {
                    item.recall_still_member(number, request_id, message, mode)
                }
                Some(RecalledOutcome::Open { message }) => item.recall_unknown(number, message, mode),
                // Other pieces of a list of people may have been done.
                None if item.is_member_list() => None,
                None => return None,
            };
            if outcome.is_some() {
                return outcome;
            }
        }
        None
    }

    fn next_index(&mut self) -> usize {
        self.index += 1;
        self.index - 1
    }

    fn report_progress(&mut self) {
        self.progress.total = self.commands.size_hint().1.map(|rest| rest + self.index);
        let left = self.left();
        self.client.shared.observer.notice(&ClientEvent::Progress(SubmitProgress { left, ..self.progress }));
    }

    /// The estimated time for the remaining commands, if known: requests stay as full as they were. A list of people is
    /// one command and may take many requests.
    fn left(&self) -> Option<Duration> {
        let SubmitProgress { done, failed, unknown, not_sent, requests, total, .. } = self.progress;
        let settled = done + failed + unknown + not_sent;
        let each = settled.checked_div(requests).unwrap_or_default().max(1);
        let requests = total?.saturating_sub(settled).div_ceil(each).max(self.plan.list_requests());
        self.client.shared.pacer.time_for(EndpointId::Action, requests)
    }

    /// Gives the remaining commands their outcomes, up to `BATCH_LIMIT` at a time.
    async fn drain(&mut self) {
        let Some(error) = &self.stopped else { return };
        let (message, mode) = (format!("not sent: {error}"), self.client.mode());
        let outcomes = self.plan.give_up(&message, mode);
        self.record(outcomes);
        for _ in 0..BATCH_LIMIT {
            let command = tokio::select! {
                biased;
                command = self.commands.next() => command,
                () = self.client.stop.cancelled() => None,
            };
            let Some(command) = command else {
                self.open = false;
                break;
            };
            let CheckedCommand { command, pieces, .. } = command;
            let item = PlannedCommand::new(self.next_index(), &command, pieces);
            self.record([item.not_sent(&message, mode)]);
        }
    }

    fn record(&mut self, outcomes: impl IntoIterator<Item = Outcome>) {
        for outcome in outcomes {
            match outcome.status {
                status if status.is_done() => self.progress.done += 1,
                status if status.is_failed() => self.progress.failed += 1,
                Status::Unknown | Status::Unverified => self.progress.unknown += 1,
                _ => self.progress.not_sent += 1,
            }
            self.decided.push(outcome);
        }
    }
}
