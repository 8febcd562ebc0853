//! What a response, a refusal, or the loss of a response means for the commands of a request.

use super::ActionExecutor;
use crate::client::actions::deferred_removals::{DeferredPart, DeferredRemoval};
use crate::client::actions::draft::CarriedPiece;
use crate::client::actions::in_flight::InFlightRequest;
use crate::client::actions::match_answer;
use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict, SettledPiece};
use crate::client::actions::removal_check::SentRemoval;
use crate::client::api_call::FailedCall;
use crate::client::event::WaitReason;
use crate::client::http::retry;
use crate::client::outcome::{CommandOutcome, Status};
use crate::client::request::ApiResponse;
use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{Error, ErrorKind};
use crate::wire::command::Command;
use crate::wire::error_code;
use crate::wire::response::ActionResponse;
use std::collections::HashMap;
use std::sync::Arc;

/// The reason in the journal why a deferred removal is not verified.
const NOT_READ_BACK: &str = "the run ended before it was read back";

impl ActionExecutor {
    pub(super) async fn handle_response(
        &mut self,
        request: &InFlightRequest,
        response: ApiResponse,
        attempts: u32,
    ) {
        self.losses = 0;
        self.progress.requests += 1;
        let status = response.status;
        let count = request.draft.commands.len();
        let response: ActionResponse = match serde_json::from_value(response.body) {
            Ok(response) => response,
            Err(error) => {
                let message = format!("could not parse the service's response: {error}");
                return self.settle(request, attempts, &PieceVerdict::Unknown(message));
            }
        };
        if let Some(code) = match_answer::request_refusal(&response) {
            let message = response.message.clone().unwrap_or_default();
            let kind = ErrorKind::Rejected { status, code: Some(code.to_owned()), message };
            return self.handle_refusal(request, attempts, kind.into());
        }
        let matched = match_answer::match_outcomes(&response, count, request.mode);
        let mut settled = self.settle_lists(request, &matched, attempts).await;
        for (carried, settled) in request.draft.carried.iter().zip(&mut settled) {
            if let (false, Some(outcome)) =
                (carried.is_in_lists, carried.commands.first().and_then(|number| matched.get(*number)))
            {
                settled.verdict = outcome.verdict.clone();
                settled.warnings.clone_from(&outcome.warnings);
            }
        }
        if request.mode == Mode::Live {
            self.check_later_steps(request, &mut settled).await;
        }
        let mut deferred = HashMap::new();
        if self.client.shared.settings.verify == VerifyPolicy::Always && request.mode == Mode::Live {
            deferred = self.defer_removals(request, &settled);
            self.verify_pieces(request, &mut settled, &deferred).await;
        }
        self.finish_request(request, settled, deferred);
    }

    /// Reads back the steps after a failed one: the service runs them and reports only those that fail.
    async fn check_later_steps(&mut self, request: &InFlightRequest, settled: &mut [SettledPiece]) {
        let client = self.client.clone();
        for (carried, settled) in request.draft.carried.iter().zip(settled) {
            let PieceVerdict::Refused(refusal) = &mut settled.verdict else { continue };
            if let Some(command) = carried.sent.content.command() {
                client.read_back_later_steps(command, refusal).await;
            }
        }
    }

    /// Handles the refusal of a whole request. The run continues only if the request was malformed. One with lists of
    /// people is sent again with shorter lists, or without.
    pub(super) fn handle_refusal(&mut self, request: &InFlightRequest, attempts: u32, error: Error) {
        let (code, message) = match &*error.kind {
            ErrorKind::Rejected { code, message, .. } | ErrorKind::NotFound { code, message, .. } => {
                let message = if message.is_empty() { error.kind.to_string() } else { message.clone() };
                (code.clone().unwrap_or_default(), message)
            }
            kind => (String::new(), kind.to_string()),
        };
        if request.draft.has_lists() {
            self.learn_list_limit(request, &code);
            return self.settle(request, attempts, &PieceVerdict::Resend);
        }
        let malformed = code == error_code::COMMAND_MALFORMED;
        self.settle(request, attempts, &PieceVerdict::Refused(PieceRefusal::of_request(code, message)));
        if !malformed {
            self.stop(error);
        }
    }

    /// Handles a lost response. Commands that may be repeated are sent again with the next request; the others are
    /// read back. The run ends when all attempts are used up, or after as many lost responses in a row.
    pub(super) async fn handle_lost_response(&mut self, request: &InFlightRequest, failed: FailedCall) {
        let settings = &self.client.shared.settings;
        let problem = failed.lost.clone().unwrap_or_default();
        let resend = matches!(*failed.error.kind, ErrorKind::Unknown { .. });
        let server_fault = matches!(*failed.error.kind, ErrorKind::Unavailable { status: Some(500), .. });
        // Another request that was in flight at the same time may have counted already.
        self.losses = self.losses.max(request.losses + 1);
        let give_up = !(resend || server_fault) || self.losses >= settings.max_attempts;
        let wait = retry::delay(settings, self.losses, None, rand::random());
        let ended = if give_up {
            Err(stop_reason(failed.error.clone(), problem.clone()))
        } else {
            // The service may still be working on the request; give it that time before reading back.
            self.client.wait(&request.admitted.call, WaitReason::Backoff(problem.clone()), wait).await
        };
        let resend_allowed = resend && ended.is_ok();
        let is_single = |carried: &&CarriedPiece| !carried.is_in_lists;
        let sent = request.draft.carried.iter().filter(is_single).map(|carried| {
            let command = carried.sent.content.command().cloned();
            let is_repeatable = command.as_ref().is_some_and(Command::is_repeatable);
            (command, is_repeatable)
        });
        let (sent, client) = (sent.collect(), self.client.clone());
        let mut single = client.reconcile(sent, request.mode, &problem, resend_allowed).await.into_iter();
        let mut listed = self.reconcile_lists(request, &problem, resend_allowed).await.into_iter();
        let verdicts = request.draft.carried.iter().map(|carried| {
            let next = if carried.is_in_lists { listed.next() } else { single.next() };
            next.unwrap_or_else(|| PieceVerdict::Unknown(problem.clone()))
        });
        let verdicts: Vec<_> = verdicts.collect();
        let all_done = verdicts.iter().all(|verdict| *verdict == PieceVerdict::Done);
        let settled = verdicts.into_iter().map(|verdict| request.read_back(verdict, failed.attempts));
        self.finish_request(request, settled.collect(), HashMap::new());
        // If everything turned out to be done, the next request can be sent.
        if let Err(error) = ended
            && (!all_done || matches!(*error.kind, ErrorKind::Interrupted))
        {
            self.stop(error);
        }
    }

    /// Gives all commands of a request the same verdict.
    pub(super) fn settle(&mut self, request: &InFlightRequest, attempts: u32, verdict: &PieceVerdict) {
        let settled = request.draft.carried.iter().map(|_| request.settled(verdict.clone(), attempts));
        self.finish_request(request, settled.collect(), HashMap::new());
    }

    /// Reports the verdicts on a request to the hooks and applies them to the plan. Deferred removals, by their place in
    /// the request, are `unverified` in the journal until they are read back.
    pub(super) fn finish_request(
        &mut self,
        request: &InFlightRequest,
        settled: Vec<SettledPiece>,
        mut deferred: HashMap<usize, SentRemoval>,
    ) {
        let carried = &request.draft.carried;
        let outcomes: Vec<_> = settled
            .iter()
            .enumerate()
            .map(|(place, settled)| {
                if deferred.contains_key(&place) {
                    return CommandOutcome::with_message(Status::Unverified, NOT_READ_BACK);
                }
                let item = carried.get(place).and_then(|carried| self.plan.item(carried.index));
                CommandOutcome {
                    evidence: item.and_then(|item| item.evidence_of(settled)),
                    ..settled.verdict.outcome(request.mode)
                }
            })
            .collect();
        self.client.notify_settled(&request.admitted, &outcomes);
        let change = request.admitted.change.as_ref().filter(|_| !deferred.is_empty()).cloned().map(Arc::new);
        for (place, carried) in carried.iter().enumerate() {
            if let (Some(removal), Some(change)) = (deferred.remove(&place), &change) {
                let part = DeferredPart { removal, request: Arc::clone(change), place };
                self.removed_parts.entry(carried.index).or_default().push(part);
            }
        }
        let verdicts = carried
            .iter()
            .zip(settled)
            .map(|(carried, settled)| (carried.index, carried.sent.piece, settled));
        let mut decided = Vec::new();
        for outcome in self.plan.settle(verdicts.collect()) {
            match self.removed_parts.remove(&outcome.index) {
                Some(parts) => self.deferred.add(DeferredRemoval { outcome, parts }),
                None => decided.push(outcome),
            }
        }
        self.record(decided);
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
