//! Requests sent as their caller wrote them: the response, and the outcome of each command.

use super::match_answer;
use crate::client::actions::gate::AdmittedRequest;
use crate::client::actions::match_answer::MatchedOutcome;
use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict};
use crate::client::actions::reconcile::LostCommand;
use crate::client::actions::removal::LookedUp;
use crate::client::actions::removal_check::SentRemoval;
use crate::client::actions::removal_kind::RemovalKind;
use crate::client::api_call::FailedCall;
use crate::client::connection::Client;
use crate::client::event::WaitReason;
use crate::client::hooks::{ActionRequest, RecalledResponse, Resolution};
use crate::client::http::retry;
use crate::client::outcome::{CommandOutcome, Evidence, Outcome, Warning};
use crate::client::request::ApiResponse;
use crate::client::sent_command::SentCommand;
use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::mask;
use crate::wire::command::Command;
use crate::wire::response::{ActionResponse, refusal};
use crate::wire::user::User;
use std::sync::Arc;

/// The result of a request that was sent as its caller wrote it.
#[derive(Debug)]
pub struct RawOutcome {
    /// The service's response, or why there is none.
    pub response: Result<ApiResponse>,
    /// The outcome of each command of an action request; empty for other requests.
    pub outcomes: Vec<Outcome>,
}

/// What is known of the people of a request before it is sent.
#[derive(Default)]
struct ResolvedRequest {
    evidence: Vec<Evidence>,
    /// The accounts that were looked up before their removal.
    before: Vec<Option<Arc<User>>>,
}

/// An exchange that is over.
struct FinishedExchange {
    response: Result<ApiResponse>,
    matched: Vec<MatchedOutcome>,
    attempts: u32,
}

impl From<Error> for RawOutcome {
    fn from(error: Error) -> Self {
        Self { response: Err(error), outcomes: Vec::new() }
    }
}

impl Client {
    /// Sends an admitted request, unless an earlier run already got its response; `once` allows a single exchange.
    /// After a lost response the commands are read back; if none was done, the request is sent again unless `once`.
    pub(crate) async fn send_raw(&self, admitted: &AdmittedRequest, once: bool) -> RawOutcome {
        let change = admitted.change.as_ref();
        if let Some(RecalledResponse { response, still_members }) = self.recall_response(admitted) {
            let mut matched = change.map(|change| match_all(change, response.as_ref())).unwrap_or_default();
            for (index, message) in still_members {
                if let Some(command) = matched.get_mut(index) {
                    command.verdict = PieceVerdict::StillMember(message);
                }
            }
            let done = matched.iter_mut().filter(|command| command.verdict == PieceVerdict::Done);
            done.for_each(|command| command.evidence = Some(Evidence::Service));
            return raw_outcome(admitted, FinishedExchange { response, matched, attempts: 0 }, true);
        }
        let resolved = match change {
            Some(change) => self.resolve_all(change).await,
            None => Ok(ResolvedRequest::default()),
        };
        let known = match resolved {
            Ok(known) => known,
            Err(refused) => return refused,
        };
        if let Err(error) = self.before(change) {
            let matched = change.map(|change| match_all(change, Err(&error))).unwrap_or_default();
            return raw_outcome(
                admitted,
                FinishedExchange { response: Err(error), matched, attempts: 0 },
                false,
            );
        }
        let mut losses = 0;
        loop {
            let result = self.exchange(admitted, once).await;
            losses += 1;
            let mut finished = self.finish_exchange(admitted, result, (once, losses), &known).await;
            finished.set_evidence(&known.evidence);
            self.notify_matched(admitted, &finished.matched);
            let resend = |command: &MatchedOutcome| command.verdict == PieceVerdict::Resend;
            if finished.matched.is_empty() || !finished.matched.iter().all(resend) {
                return raw_outcome(admitted, finished, false);
            }
        }
    }

    /// Resolves the people of a request's commands, and looks up accounts before their removal.
    ///
    /// # Errors
    /// The outcome of the request if one of its commands must not be sent: it is sent as it was written or not at all.
    async fn resolve_all(&self, change: &ActionRequest) -> std::result::Result<ResolvedRequest, RawOutcome> {
        let (mut resolutions, mut before) = (Vec::new(), Vec::new());
        for sent in &change.commands {
            let (resolution, account) = match sent.content.command() {
                Some(command) => self.resolve_raw(command, change.mode).await,
                None => (Resolution::Send(Evidence::Service), None),
            };
            resolutions.push(resolution);
            before.push(account);
        }
        let evidence = resolutions.iter().map(|resolution| match resolution {
            Resolution::Send(evidence) => Some(*evidence),
            Resolution::Refuse { .. } | Resolution::HoldBack { .. } => None,
        });
        match evidence.collect::<Option<Vec<_>>>() {
            Some(evidence) => Ok(ResolvedRequest { evidence, before }),
            None => Err(refused(change, resolutions)),
        }
    }

    async fn resolve_raw(&self, command: &Command, mode: Mode) -> (Resolution, Option<Arc<User>>) {
        let resolution = self.resolve(command, false);
        let Resolution::Send(evidence) = resolution else { return (resolution, None) };
        let policy = self.shared.settings.verify;
        if mode == Mode::Test || !RemovalKind::of(command).needs_look_up(policy, Some(evidence)) {
            return (resolution, None);
        }
        let LookedUp { before, resolution: known } = self.look_up(command).await;
        (known.unwrap_or(resolution), before)
    }

    async fn exchange(
        &self,
        admitted: &AdmittedRequest,
        once: bool,
    ) -> Result<(ApiResponse, u32), FailedCall> {
        let result = if once {
            self.exchange_once(admitted).await
        } else {
            self.exchange_until_answered(admitted).await
        };
        match &result {
            Ok((response, _)) => self.after(admitted.change.as_ref(), Ok(response)),
            Err(failed) => self.after(admitted.change.as_ref(), Err(&failed.clone().into_error())),
        }
        result
    }

    /// The result of an exchange; after a lost response, of reading its commands back.
    async fn finish_exchange(
        &self,
        admitted: &AdmittedRequest,
        result: Result<(ApiResponse, u32), FailedCall>,
        (once, losses): (bool, u32),
        known: &ResolvedRequest,
    ) -> FinishedExchange {
        let (response, attempts, lost, resend) = match result {
            Ok((response, attempts)) => {
                let lost = (response.status >= 500).then(|| format!("HTTP {}", response.status));
                (Ok(response), attempts, lost, false)
            }
            Err(failed) => {
                let resend = matches!(*failed.error.kind, ErrorKind::Unknown { .. });
                let (attempts, lost) = (failed.attempts, failed.lost.clone());
                (Err(failed.into_error()), attempts, lost, resend)
            }
        };
        let Some(change) = &admitted.change else {
            return FinishedExchange { response, matched: Vec::new(), attempts };
        };
        let lost = lost.filter(|_| change.mode == Mode::Live && !change.commands.is_empty());
        let Some(problem) = lost else {
            let mut matched = match_all(change, response.as_ref());
            self.check_later_steps(change, &mut matched).await;
            self.verify_matched(change, &mut matched, known).await;
            return FinishedExchange { response, matched, attempts };
        };
        let resend = resend && !once && losses < self.shared.settings.max_attempts;
        let verdicts = self.read_back_lost(admitted, change, &problem, resend, losses).await;
        let response = settled_answer(change, response, &verdicts, &problem);
        FinishedExchange {
            response,
            matched: verdicts.into_iter().map(MatchedOutcome::read_back).collect(),
            attempts,
        }
    }

    /// Waits, because the service may still be working on the request, and then reads its commands back.
    async fn read_back_lost(
        &self,
        admitted: &AdmittedRequest,
        change: &ActionRequest,
        problem: &str,
        resend: bool,
        losses: u32,
    ) -> Vec<PieceVerdict> {
        let wait = retry::delay(&self.shared.settings, losses, None, rand::random());
        let waited = self.wait(&admitted.call, WaitReason::Backoff(problem.to_owned()), wait).await;
        let resend = resend && waited.is_ok();
        let commands = change.commands.iter().map(|sent| (sent.content.command().cloned(), false));
        let mut verdicts =
            self.reconcile(commands.collect::<Vec<LostCommand>>(), change.mode, problem, resend).await;
        // The request is sent again as a whole or not at all.
        if verdicts.iter().any(|verdict| *verdict != PieceVerdict::Resend) {
            let not_done =
                || PieceVerdict::NotSent(format!("{problem}; reading it back showed that it was not done"));
            let single = verdicts.iter_mut().filter(|verdict| **verdict == PieceVerdict::Resend);
            single.for_each(|verdict| *verdict = not_done());
        }
        verdicts
    }

    async fn check_later_steps(&self, change: &ActionRequest, matched: &mut [MatchedOutcome]) {
        if change.mode != Mode::Live {
            return;
        }
        for (sent, outcome) in change.commands.iter().zip(matched) {
            if let (Some(command), PieceVerdict::Refused(refusal)) =
                (sent.content.command(), &mut outcome.verdict)
            {
                self.read_back_later_steps(command, refusal).await;
            }
        }
    }

    async fn verify_matched(
        &self,
        change: &ActionRequest,
        matched: &mut [MatchedOutcome],
        known: &ResolvedRequest,
    ) {
        if self.shared.settings.verify != VerifyPolicy::Always || change.mode != Mode::Live {
            return;
        }
        let done = change.commands.iter().zip(matched).zip(known.before.iter().zip(&known.evidence));
        let done = done.filter(|((_, outcome), _)| outcome.verdict == PieceVerdict::Done);
        let done = done.filter_map(|((sent, outcome), (before, evidence))| {
            let command = sent.content.command()?.clone();
            let is_known = before.is_some() || *evidence == Evidence::Read;
            Some((SentRemoval::new(command, before.clone(), is_known), outcome))
        });
        let (removals, outcomes): (Vec<_>, Vec<_>) = done.unzip();
        for (check, outcome) in self.verify_removals(&removals).await.into_iter().zip(outcomes) {
            outcome.evidence = check.is_read_back().then_some(Evidence::Verified);
            check.apply(&mut outcome.verdict);
        }
    }

    fn notify_matched(&self, admitted: &AdmittedRequest, matched: &[MatchedOutcome]) {
        if let Some(change) = &admitted.change {
            let outcomes: Vec<_> = matched.iter().map(|command| command.outcome(change.mode)).collect();
            self.notify_settled(admitted, &outcomes);
        }
    }
}

fn raw_outcome(admitted: &AdmittedRequest, finished: FinishedExchange, resumed: bool) -> RawOutcome {
    let FinishedExchange { response, matched, attempts } = finished;
    let Some(change) = &admitted.change else { return RawOutcome { response, outcomes: Vec::new() } };
    let earlier = response.as_ref().ok().filter(|_| resumed).map(|response| response.request_id.clone());
    let request_id = (attempts > 0).then(|| change.request_id.clone()).or(earlier);
    let sent = change.commands.iter().zip(matched);
    let outcomes = sent.map(|(sent, command)| {
        let request_id = request_id.clone();
        let outcome = outcome(change, sent, command);
        Outcome { request_id, attempts, resumed: resumed && outcome.status.is_done(), ..outcome }
    });
    RawOutcome { response, outcomes: outcomes.collect() }
}

/// The response to report after a lost one: a confirmation if everything was done, else an error.
fn settled_answer(
    change: &ActionRequest,
    response: Result<ApiResponse>,
    verdicts: &[PieceVerdict],
    problem: &str,
) -> Result<ApiResponse> {
    let Err(error) = response else { return response };
    let done = |verdict: &PieceVerdict| *verdict == PieceVerdict::Done;
    if verdicts.iter().all(done) {
        return Ok(ApiResponse::confirmed(change, change.request_id.clone(), "read_back"));
    }
    let undone = |verdict: &PieceVerdict| matches!(verdict, PieceVerdict::NotSent(_));
    let kind = if verdicts.iter().all(undone) {
        let message = format!("{problem}; reading it back showed that it was not done");
        ErrorKind::Unavailable { status: None, code: None, message }
    } else if verdicts.iter().any(|verdict| done(verdict) || undone(verdict)) {
        let summary = change.commands.iter().zip(verdicts).map(|(sent, verdict)| {
            let name = sent.content.subject_name().unwrap_or("(no user)");
            let state = match verdict {
                PieceVerdict::Done => "done",
                PieceVerdict::NotSent(_) => "not done",
                _ => "unknown",
            };
            format!("{name}: {state}")
        });
        let summary = summary.collect::<Vec<_>>().join(", ");
        ErrorKind::Unknown { message: format!("{problem}; read back: {summary}") }
    } else {
        return Err(error);
    };
    Err(Error { kind: Box::new(kind), ..error })
}

/// The outcome of each command according to the response or the error.
fn match_all(change: &ActionRequest, response: Result<&ApiResponse, &Error>) -> Vec<MatchedOutcome> {
    let all = |verdict: PieceVerdict| vec![MatchedOutcome::from(verdict); change.commands.len()];
    match response {
        Ok(response) => match_response(change, response),
        Err(error) => match &*error.kind {
            ErrorKind::Unknown { .. } => all(PieceVerdict::Unknown(error.to_string())),
            ErrorKind::Rejected { code, .. } | ErrorKind::NotFound { code, .. } => {
                let (code, message) = (code.clone().unwrap_or_default(), error.to_string());
                all(PieceVerdict::Refused(PieceRefusal::of_request(code, message)))
            }
            _ => all(PieceVerdict::NotSent(error.to_string())),
        },
    }
}

fn match_response(change: &ActionRequest, response: &ApiResponse) -> Vec<MatchedOutcome> {
    let count = change.commands.len();
    let all = |verdict: PieceVerdict| vec![MatchedOutcome::from(verdict); count];
    let summary = format!("HTTP {}", response.status);
    match serde_json::from_value::<ActionResponse>(response.body.clone()) {
        Ok(parsed) if response.status < 300 => match match_answer::request_refusal(&parsed) {
            Some(code) => {
                let message = parsed.message.clone().unwrap_or_else(|| code.to_owned());
                all(PieceVerdict::Refused(PieceRefusal::of_request(code.to_owned(), message)))
            }
            None => match_answer::match_outcomes(&parsed, count, change.mode),
        },
        // Refused before anything was done.
        _ if [401, 429].contains(&response.status) => all(PieceVerdict::NotSent(summary)),
        _ if (300..500).contains(&response.status) => {
            let refusal = refusal(response.body.to_string().as_bytes());
            let message = match refusal.message {
                Some(message) => format!("{summary}: {}", mask(&message)),
                None => summary,
            };
            all(PieceVerdict::Refused(PieceRefusal::of_request(refusal.code.unwrap_or_default(), message)))
        }
        _ => all(PieceVerdict::Unknown(format!("{summary}, without a valid response"))),
    }
}

fn outcome(change: &ActionRequest, sent: &SentCommand, command: MatchedOutcome) -> Outcome {
    let result = command.outcome(change.mode);
    let errors = match &command.verdict {
        PieceVerdict::Refused(refusal) => refusal.errors().cloned().collect(),
        _ => Vec::new(),
    };
    Outcome {
        index: sent.index,
        target: sent.content.subject_name().unwrap_or("(no user)").to_owned(),
        action: sent.content.step_names().join(", "),
        removes_everything: sent.content.command().map(RemovalKind::of) == Some(RemovalKind::Everything),
        status: result.status,
        evidence: result.evidence,
        step: result.step,
        code: result.code.filter(|code| !code.is_empty()),
        message: result.message,
        errors,
        request_id: None,
        attempts: 0,
        mode: change.mode,
        warnings: command.warnings,
        resumed: false,
        source: None,
    }
}

impl From<PieceVerdict> for MatchedOutcome {
    fn from(verdict: PieceVerdict) -> Self {
        Self { verdict, warnings: Vec::<Warning>::new(), evidence: None }
    }
}

impl MatchedOutcome {
    /// A verdict after a lost response; what is done by then was read back.
    fn read_back(verdict: PieceVerdict) -> Self {
        let evidence = (verdict == PieceVerdict::Done).then_some(Evidence::Verified);
        Self { evidence, ..Self::from(verdict) }
    }

    fn outcome(&self, mode: Mode) -> CommandOutcome {
        CommandOutcome { evidence: self.evidence, ..self.verdict.outcome(mode) }
    }
}

impl FinishedExchange {
    /// Sets what the outcomes rest on where nothing was read back.
    fn set_evidence(&mut self, known: &[Evidence]) {
        for (command, known) in self.matched.iter_mut().zip(known) {
            if self.attempts > 0 && !matches!(command.verdict, PieceVerdict::NotSent(_)) {
                command.evidence.get_or_insert(*known);
            }
        }
    }
}

/// The outcome of a request of which one command must not be sent.
fn refused(change: &ActionRequest, resolutions: Vec<Resolution>) -> RawOutcome {
    let mut failures = Vec::new();
    let outcomes = change.commands.iter().zip(resolutions).map(|(sent, resolution)| match resolution {
        Resolution::Send(_) => {
            let message = "not sent: another command of the request was refused".to_owned();
            outcome(change, sent, MatchedOutcome::from(PieceVerdict::NotSent(message)))
        }
        Resolution::HoldBack { code, message } => {
            let outcome = outcome(change, sent, MatchedOutcome::from(PieceVerdict::NotSent(message)));
            let outcome = Outcome { code: Some(code.to_owned()), evidence: Some(Evidence::Read), ..outcome };
            failures.push(outcome.to_failure());
            outcome
        }
        Resolution::Refuse { code, message } => {
            let verdict = PieceVerdict::Refused(PieceRefusal::of_request(code.to_owned(), message));
            let refused = MatchedOutcome { evidence: Some(Evidence::Read), ..MatchedOutcome::from(verdict) };
            let outcome = outcome(change, sent, refused);
            failures.extend(outcome.failure());
            outcome
        }
    });
    let outcomes = outcomes.collect();
    RawOutcome { response: Err(ErrorKind::Commands(failures).into()), outcomes }
}
