//! Turns a stream of commands into a stream of outcomes.

mod verification;

use super::match_answer;
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::deferred_removals::{DeferredRemoval, DeferredRemovals};
use crate::client::actions::gate::AdmittedRequest;
use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict, SettledPiece};
use crate::client::actions::planner::{ActionPlan, PlannedCommand};
use crate::client::actions::removal::LookedUp;
use crate::client::actions::removal_check::SentRemoval;
use crate::client::attempts::FailedCall;
use crate::client::connection::Client;
use crate::client::event::{ClientEvent, SubmitProgress, WaitReason};
use crate::client::hooks::{RecalledOutcome, Resolution};
use crate::client::http::retry;
use crate::client::outcome::{CommandOutcome, Outcome, Status};
use crate::client::request::ApiResponse;
use crate::client::sent_command::SentCommand;
use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::command::Command;
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use crate::wire::response::ActionResponse;
use futures_util::{Stream, StreamExt};
use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// The reason in the journal why a deferred removal is not verified.
const NOT_READ_BACK: &str = "the run ended before it was read back";

/// How many outcomes are decided in a row without a request.
const BATCH_LIMIT: usize = 1_000;

/// The outcomes of a list of commands: exactly one for each, in the order they are decided. Nothing is sent
/// before the stream is polled, and one request is in flight at a time.
pub struct OutcomeStream {
    decided: VecDeque<Outcome>,
    idle: Option<ActionExecutor>,
    running: Option<Pin<Box<dyn Future<Output = ActionExecutor> + Send>>>,
    requests: usize,
    stopped: Option<Error>,
}

impl OutcomeStream {
    pub(crate) fn new(client: Client, commands: impl Stream<Item = CheckedCommand> + Send + 'static) -> Self {
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
            announced: false,
            progress,
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

/// Sends a list of commands, one request per call of `advance`.
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
    /// Whether it was reported how long look-ups take.
    announced: bool,
    progress: SubmitProgress,
    /// Requests in a row whose responses were lost.
    losses: u32,
    stopped: Option<Error>,
}

/// A request that is being sent, with what is needed to match its response.
struct InFlightRequest {
    admitted: AdmittedRequest,
    mode: Mode,
    /// Positions in the plan, and whether the command there may be repeated.
    places: Vec<(usize, bool)>,
}

impl ActionExecutor {
    fn is_done(&self) -> bool {
        !self.open && self.plan.is_empty() && self.deferred.is_empty()
    }

    async fn advance(mut self) -> Self {
        if self.stopped.is_none() {
            self.fill().await;
        }
        let batch_full = self.decided.len() >= BATCH_LIMIT;
        if self.stopped.is_none() && !self.plan.is_empty() && !batch_full {
            self.send_next().await;
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

    /// Accepts commands until the next request is full or no more commands can fill it.
    async fn fill(&mut self) {
        while self.open && self.plan.needs_more() && self.decided.len() < BATCH_LIMIT {
            let command = tokio::select! {
                biased;
                () = self.client.stop.cancelled() => return self.stopped = Some(ErrorKind::Interrupted.into()),
                command = self.commands.next() => command,
            };
            let Some(command) = command else { return self.open = false };
            self.accept(command);
        }
    }

    fn accept(&mut self, command: CheckedCommand) {
        let fault = command.fault().cloned();
        let resolution = self.client.resolve(command.command(), false);
        self.client.hooks().iter().for_each(|hook| hook.accepted(command.command()));
        let mut item = PlannedCommand::new(self.next_index(), command);
        let outcome = if let Some(outcome) = self.recall(&mut item) {
            self.plan.recalled(&item, outcome.status);
            Some(outcome)
        } else {
            self.plan.add_resolved(item, fault, resolution, self.client.mode())
        };
        self.record(outcome);
    }

    /// Applies what an earlier run did for a command; returns the outcome if nothing is left to do.
    fn recall(&self, item: &mut PlannedCommand) -> Option<Outcome> {
        let mode = self.client.mode();
        while let Some(recalled) =
            item.piece().and_then(|(_, piece)| self.client.recall(mode, &piece.content))
        {
            let outcome = match recalled {
                RecalledOutcome::Done { request_id, evidence } => item.recall(request_id, evidence, mode),
                RecalledOutcome::StillMember { request_id, message } => {
                    item.recall_still_member(request_id, message, mode)
                }
                RecalledOutcome::Open { message } => item.recall_unknown(message, mode),
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

    /// Looks up accounts before their removal: the service reports success even for people it does not know.
    async fn look_up_removals(&mut self) {
        let (policy, mode) = (self.client.shared.settings.verify, self.client.mode());
        if mode == Mode::Test {
            return;
        }
        loop {
            let look_ups = self.plan.next_look_ups(policy);
            if !look_ups.is_empty() && !std::mem::replace(&mut self.announced, true) {
                let rest = self.commands.size_hint().1.unwrap_or_default();
                self.client.announce_look_ups(self.plan.len() + rest);
            }
            let mut refused = Vec::new();
            for (place, command) in look_ups {
                let LookedUp { before, resolution } = self.client.look_up(&command).await;
                self.plan.apply_look_up(place, before, resolution.as_ref());
                if let Some(resolution) =
                    resolution.filter(|resolution| !matches!(resolution, Resolution::Send(_)))
                {
                    refused.push((place, resolution));
                }
            }
            if refused.is_empty() {
                return;
            }
            let outcomes = self.plan.refuse_all(refused, mode);
            self.record(outcomes);
        }
    }

    async fn send_next(&mut self) {
        let must_precede = |place: &usize| {
            self.plan.item(*place).is_some_and(|item| self.deferred.must_precede(item.touches()))
        };
        if self.plan.next().iter().any(must_precede) {
            self.verify_deferred().await;
        }
        self.look_up_removals().await;
        if self.plan.is_empty() {
            return;
        }
        let request = match self.next_request() {
            Ok(request) => request,
            Err(error) => return self.stopped = Some(error),
        };
        match self.client.send_admitted(&request.admitted).await {
            Ok((response, attempts)) => self.handle_response(&request, response, attempts).await,
            Err(failed) => self.handle_failure(&request, failed).await,
        }
        self.progress.total = self.commands.size_hint().1.map(|rest| rest + self.index);
        let left = self.left();
        self.client.shared.observer.notice(&ClientEvent::Progress(SubmitProgress { left, ..self.progress }));
    }

    /// The estimated time for the remaining commands, if known: requests stay as full as they were.
    fn left(&self) -> Option<Duration> {
        let SubmitProgress { done, failed, unknown, not_sent, requests, total, .. } = self.progress;
        let settled = done + failed + unknown + not_sent;
        let each = settled.checked_div(requests).unwrap_or_default().max(1);
        let requests = total?.saturating_sub(settled).div_ceil(each);
        self.client.shared.pacer.time_for(EndpointId::Action, requests)
    }

    fn next_request(&self) -> Result<InFlightRequest> {
        let (mut commands, mut places) = (Vec::new(), Vec::new());
        for place in self.plan.next() {
            let Some(item) = self.plan.item(place) else { continue };
            let Some((number, piece)) = item.piece() else { continue };
            commands.push(SentCommand {
                index: item.index(),
                piece: number,
                pieces: item.pieces(),
                content: Arc::clone(&piece.content),
            });
            places.push((place, piece.content.command().is_some_and(Command::is_repeatable)));
        }
        let repeatable = places.iter().all(|(_, repeatable)| *repeatable);
        let admitted = self.client.admit_checked(self.list, commands, repeatable)?;
        let mode = admitted.change.as_ref().map_or(Mode::Live, |change| change.mode);
        Ok(InFlightRequest { admitted, mode, places })
    }

    async fn handle_response(&mut self, request: &InFlightRequest, response: ApiResponse, attempts: u32) {
        self.losses = 0;
        self.progress.requests += 1;
        let status = response.status;
        let count = request.places.len();
        let response: ActionResponse = match serde_json::from_value(response.body) {
            Ok(response) => response,
            Err(error) => {
                let message = format!("could not parse the service's response: {error}");
                return self.settle(request, attempts, |_| PieceVerdict::Unknown(message.clone()));
            }
        };
        if let Some(code) = match_answer::request_refusal(&response) {
            let message = response.message.clone().unwrap_or_default();
            let kind = ErrorKind::Rejected { status, code: Some(code.to_owned()), message };
            return self.handle_refusal(request, attempts, kind.into());
        }
        let matched = match_answer::match_outcomes(&response, count, request.mode);
        let settled = request.places.iter().zip(matched).map(|((place, _), outcome)| {
            (
                *place,
                SettledPiece { warnings: outcome.warnings, ..request.settled(outcome.verdict, attempts) },
            )
        });
        let mut settled: Vec<_> = settled.collect();
        if request.mode == Mode::Live {
            self.check_later_steps(&mut settled).await;
        }
        let mut deferred = HashMap::new();
        if self.client.shared.settings.verify == VerifyPolicy::Always && request.mode == Mode::Live {
            deferred = self.defer_removals(&settled);
            self.verify_pieces(&mut settled, &deferred).await;
        }
        self.finish_request(request, settled, deferred);
    }

    /// Reads back the steps after a failed one: the service runs them and reports only those that fail.
    async fn check_later_steps(&mut self, settled: &mut [(usize, SettledPiece)]) {
        let client = self.client.clone();
        for (place, settled) in settled {
            let PieceVerdict::Refused(refusal) = &mut settled.verdict else { continue };
            if let Some(command) = self.command_at(*place) {
                client.read_back_later_steps(&command, refusal).await;
            }
        }
    }

    fn command_at(&self, place: usize) -> Option<Command> {
        self.plan
            .item(place)
            .and_then(PlannedCommand::piece)
            .and_then(|(_, piece)| piece.content.command().cloned())
    }

    /// Handles a request without a usable response.
    async fn handle_failure(&mut self, request: &InFlightRequest, failed: FailedCall) {
        let attempts = failed.attempts;
        match (&failed.lost, &*failed.error.kind) {
            (Some(_), _) => self.handle_lost_response(request, failed).await,
            (None, ErrorKind::Rejected { .. } | ErrorKind::NotFound { .. }) => {
                self.handle_refusal(request, attempts, failed.error);
            }
            (None, _) => {
                let message = format!("not done: {}", failed.error);
                self.settle(request, attempts, |_| PieceVerdict::NotSent(message.clone()));
                self.stopped = Some(failed.error);
            }
        }
    }

    /// Handles the refusal of a whole request. The run continues only if the request was malformed.
    fn handle_refusal(&mut self, request: &InFlightRequest, attempts: u32, error: Error) {
        let (code, message) = match &*error.kind {
            ErrorKind::Rejected { code, message, .. } | ErrorKind::NotFound { code, message, .. } => {
                let message = if message.is_empty() { error.kind.to_string() } else { message.clone() };
                (code.clone().unwrap_or_default(), message)
            }
            kind => (String::new(), kind.to_string()),
        };
        let malformed = code == error_code::COMMAND_MALFORMED;
        let verdict = PieceVerdict::Refused(PieceRefusal::of_request(code, message));
        self.settle(request, attempts, |_| verdict.clone());
        if !malformed {
            self.stopped = Some(error);
        }
    }

    /// Handles a lost response. Commands that may be repeated are sent again with the next request; the others are
    /// read back. The run ends when all attempts are used up, or after as many lost responses in a row.
    async fn handle_lost_response(&mut self, request: &InFlightRequest, failed: FailedCall) {
        let settings = &self.client.shared.settings;
        let problem = failed.lost.clone().unwrap_or_default();
        let resend = matches!(*failed.error.kind, ErrorKind::Unknown { .. });
        let server_fault = matches!(*failed.error.kind, ErrorKind::Unavailable { status: Some(500), .. });
        self.losses += 1;
        let give_up = !(resend || server_fault) || self.losses >= settings.max_attempts;
        let wait = retry::delay(settings, self.losses, None, rand::random());
        let ended = if give_up {
            Err(stop_reason(failed.error.clone(), problem.clone()))
        } else {
            // The service may still be working on the request; give it that time before reading back.
            self.client.wait(&request.admitted.call, WaitReason::Backoff(problem.clone()), wait).await
        };
        let resend_allowed = resend && ended.is_ok();
        let sent = request.places.iter().map(|(place, repeatable)| (self.command_at(*place), *repeatable));
        let (sent, client) = (sent.collect(), self.client.clone());
        let verdicts = client.reconcile(sent, request.mode, &problem, resend_allowed).await;
        let all_done = verdicts.iter().all(|verdict| *verdict == PieceVerdict::Done);
        let settled = request.places.iter().zip(verdicts);
        let settled =
            settled.map(|((place, _), verdict)| (*place, request.read_back(verdict, failed.attempts)));
        self.finish_request(request, settled.collect(), HashMap::new());
        // If everything turned out to be done, the next request can be sent.
        self.stopped = ended.err().filter(|error| !all_done || matches!(*error.kind, ErrorKind::Interrupted));
    }

    fn settle(&mut self, request: &InFlightRequest, attempts: u32, verdict: impl Fn(bool) -> PieceVerdict) {
        let settled = request
            .places
            .iter()
            .map(|(place, repeatable)| (*place, request.settled(verdict(*repeatable), attempts)));
        self.finish_request(request, settled.collect(), HashMap::new());
    }

    /// Reports the verdicts on a request to the hooks and applies them to the plan. Deferred removals are `unverified`
    /// in the journal until they are read back.
    fn finish_request(
        &mut self,
        request: &InFlightRequest,
        settled: Vec<(usize, SettledPiece)>,
        mut deferred: HashMap<usize, SentRemoval>,
    ) {
        let outcomes: Vec<_> = settled
            .iter()
            .map(|(place, settled)| {
                if deferred.contains_key(place) {
                    return CommandOutcome::with_message(Status::Unverified, NOT_READ_BACK);
                }
                CommandOutcome {
                    evidence: self.plan.item(*place).and_then(|item| item.evidence_of(settled)),
                    ..settled.verdict.outcome(request.mode)
                }
            })
            .collect();
        self.client.notify_settled(&request.admitted, &outcomes);
        let change = request.admitted.change.as_ref().filter(|_| !deferred.is_empty()).cloned().map(Arc::new);
        let places = settled.iter().enumerate().filter_map(|(number, (place, _))| {
            let removal = deferred.remove(place)?;
            Some((self.plan.item(*place)?.index(), (number, removal)))
        });
        let mut places: HashMap<_, _> = places.collect();
        let mut decided = Vec::new();
        for outcome in self.plan.settle(settled) {
            match (places.remove(&outcome.index), &change) {
                (Some((place, removal)), Some(change)) => {
                    self.deferred.add(DeferredRemoval {
                        outcome,
                        removal,
                        request: Arc::clone(change),
                        place,
                    });
                }
                _ => decided.push(outcome),
            }
        }
        self.record(decided);
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
            let item = PlannedCommand::new(self.next_index(), command);
            self.record([item.not_sent(&message, mode)]);
        }
    }

    fn record(&mut self, outcomes: impl IntoIterator<Item = Outcome>) {
        for outcome in outcomes {
            match outcome.status {
                Status::Completed | Status::WouldComplete => self.progress.done += 1,
                Status::PartlyDone | Status::Failed | Status::StillMember => self.progress.failed += 1,
                Status::Unknown | Status::Unverified => self.progress.unknown += 1,
                Status::NotSent => self.progress.not_sent += 1,
            }
            self.decided.push(outcome);
        }
    }
}

impl InFlightRequest {
    fn settled(&self, verdict: PieceVerdict, attempts: u32) -> SettledPiece {
        let request_id = (attempts > 0).then(|| self.admitted.call.request_id.clone());
        SettledPiece { verdict, warnings: Vec::new(), request_id, attempts, mode: self.mode, verified: false }
    }

    /// A verdict after a lost response; what is done by then was read back.
    fn read_back(&self, verdict: PieceVerdict, attempts: u32) -> SettledPiece {
        let verified = verdict == PieceVerdict::Done;
        SettledPiece { verified, ..self.settled(verdict, attempts) }
    }
}

/// The reason for the end of the run after a lost response: the outcomes already say what is unknown.
fn stop_reason(error: Error, problem: String) -> Error {
    match &*error.kind {
        ErrorKind::Unknown { .. } => Error {
            kind: Box::new(ErrorKind::Unavailable { status: None, code: None, message: problem }),
            ..error
        },
        _ => error,
    }
}
