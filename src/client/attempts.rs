//! One call: token, slot and exchange, repeated until there is a response or a reason to stop.

use super::connection::Client;
use super::event::WaitReason;
use super::hooks::ActionRequest;
use super::http::auth::TokenRequest;
use super::http::retry;
use super::http::token_response::TokenResponse;
use super::http::transport::HeaderText;
use super::http::web_page;
use super::settings::{Credentials, Pace};
use crate::client::api_call::{ApiCall, FailedCall, RequestBody};
use crate::client::attempt_failure::{
    AttemptFailure, AttemptProblem, failed_status, give_up_error, parse_failure, refusal_kind, status_text,
};
use crate::client::event::ClientEvent;
use crate::client::http::auth::NumberedToken;
use crate::client::http::retry::StatusVerdict;
use crate::client::http::target::RequestTarget;
use crate::client::http::transport::{HttpExchange, HttpResponse, TransportFault};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::response::refusal;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

/// Each 429 counts at least this much towards the longest wait, so that a call ends even if the service keeps
/// returning 429 without asking for a wait.
const LEAST_THROTTLE: Duration = Duration::from_secs(1);

/// What a call has been through so far.
struct AttemptHistory<'a> {
    /// The change, until the hooks know that it is sent.
    unsent: Option<&'a ActionRequest>,
    started: Instant,
    exchanges: u32,
    failures: u32,
    waits: u32,
    throttled: Duration,
    token_renewed: bool,
    lost: Option<String>,
}

impl<'a> AttemptHistory<'a> {
    fn new(unsent: Option<&'a ActionRequest>) -> Self {
        Self {
            unsent,
            started: Instant::now(),
            exchanges: 0,
            failures: 0,
            waits: 0,
            throttled: Duration::ZERO,
            token_renewed: false,
            lost: None,
        }
    }

    fn fail(&self, call: &ApiCall, error: impl Into<Error>) -> FailedCall {
        let mut error = error.into();
        error.attempts = error.attempts.max(self.exchanges);
        error.elapsed = self.started.elapsed();
        error.request_id.get_or_insert_with(|| call.request_id.clone());
        FailedCall { error, attempts: self.exchanges, lost: self.lost.clone() }
    }
}

impl Client {
    /// A call with the `Pragma` for the end of a listing if one is due.
    pub(super) fn call_to(&self, target: RequestTarget) -> ApiCall {
        ApiCall { pragma: self.shared.sync.take(false), ..ApiCall::new(target) }
    }

    /// Repeats the call until it gets a 2xx response that `read` can parse; returns that with the number of
    /// exchanges. The hooks are notified before `change` is sent.
    pub(crate) async fn perform<T>(
        &self,
        call: &ApiCall,
        change: Option<&ActionRequest>,
        mut read: impl FnMut(&HttpResponse) -> Result<T, String>,
    ) -> Result<(T, u32), FailedCall> {
        let mut history = AttemptHistory::new(change);
        loop {
            let (token, response) = self.attempt(call, &mut history).await?;
            let failure = match response {
                Err(failure) => failure,
                Ok(response) => match self.classify(call, &history, &response) {
                    StatusVerdict::Done if web_page::is_web_page(&response) => {
                        return Err(self.replaced_by_web_page(call, &mut history, &response));
                    }
                    StatusVerdict::Done => match read(&response) {
                        Ok(value) => return Ok((value, history.exchanges)),
                        Err(message) => parse_failure(&response, &message),
                    },
                    StatusVerdict::Renew => {
                        history.token_renewed = true;
                        let stale = token.as_ref().map(|token| token.number);
                        self.token(stale).await.map_err(|error| history.fail(call, error))?;
                        continue;
                    }
                    StatusVerdict::Refused => return Err(refused(call, &mut history, &response)),
                    StatusVerdict::Throttled => failed_status(&response, AttemptProblem::Throttled),
                    StatusVerdict::Lost => failed_status(&response, AttemptProblem::Loss),
                },
            };
            self.wait_or_give_up(call, &mut history, failure).await?;
        }
    }

    /// The error for a web page: another attempt would get it too.
    fn replaced_by_web_page(
        &self,
        call: &ApiCall,
        history: &mut AttemptHistory<'_>,
        response: &HttpResponse,
    ) -> FailedCall {
        let url = url::Url::parse(&call.target.url(&self.shared.settings)).ok();
        let host = url.as_ref().and_then(url::Url::host_str).unwrap_or("the service");
        let message = web_page::describe(response, host);
        if call.change {
            history.lost = Some(message.clone());
        }
        history.fail(call, ErrorKind::Decode { status: response.status, message })
    }

    /// Exactly one exchange, whatever the status of its response.
    pub(crate) async fn once(
        &self,
        call: &ApiCall,
        change: Option<&ActionRequest>,
    ) -> Result<HttpResponse, FailedCall> {
        let mut history = AttemptHistory::new(change);
        let (token, response) = self.attempt(call, &mut history).await?;
        match response {
            Ok(response) => {
                if let Some(token) = token.filter(|_| response.status == 401) {
                    self.shared.sign_in.forget(token.number).await;
                }
                Ok(response)
            }
            Err(failure) => {
                if failure.problem == AttemptProblem::Loss && call.change {
                    history.lost = Some(failure.message.clone());
                    return Err(history.fail(call, failure.into_unknown()));
                }
                let error = give_up_error(&failure);
                Err(history.fail(call, Error { source: failure.source, ..error.into() }))
            }
        }
    }

    /// Takes a slot, then sends once. The outer error ends the call, the inner one may be retried.
    async fn attempt(
        &self,
        call: &ApiCall,
        history: &mut AttemptHistory<'_>,
    ) -> Result<(Option<NumberedToken>, Result<HttpResponse, AttemptFailure>), FailedCall> {
        let mut token = None;
        if call.target.is_signed() {
            token = Some(self.token(None).await.map_err(|error| history.fail(call, error))?);
        }
        self.take_slot(call).await.map_err(|error| history.fail(call, error))?;
        self.run_sending_hooks(history.unsent.take()).map_err(|error| history.fail(call, error))?;
        history.exchanges += 1;
        self.notify_sending(call, history.exchanges);
        let started = Instant::now();
        let request = self.build_exchange(call, token.as_ref());
        let exchange = self.shared.transport.exchange(&self.shared.settings, request);
        // `biased`: a response that has arrived counts, even if the operator interrupts at the same moment.
        let result = tokio::select! {
            biased;
            result = exchange => result,
            () = self.stop.cancelled() => {
                history.lost = call.change.then(|| "interrupted before the response arrived".to_owned());
                return Err(history.fail(call, ErrorKind::Interrupted));
            }
        };
        let failure = |message: String, problem, source| AttemptFailure {
            problem,
            service_message: message.clone(),
            message,
            code: None,
            status: None,
            retry_after: None,
            source: Some(source),
            hint: None,
        };
        let result = match result {
            Ok(response) => {
                self.notify_answered(call, response.status, started.elapsed());
                Ok(response)
            }
            Err(TransportFault::NotSent(message, source)) => {
                Err(failure(message, AttemptProblem::NoConnection, source))
            }
            Err(TransportFault::ProxyUnreachable(message, hint, source)) => {
                let failure = failure(message, AttemptProblem::NoConnection, source);
                Err(AttemptFailure { hint: Some(hint), ..failure })
            }
            Err(TransportFault::Lost(message, source)) => Err(failure(message, AttemptProblem::Loss, source)),
            Err(TransportFault::Final(error)) => {
                if call.change && matches!(*error.kind, ErrorKind::Decode { .. }) {
                    history.lost = Some(error.kind.to_string());
                }
                return Err(history.fail(call, error));
            }
        };
        Ok((token, result))
    }

    /// Tells the hooks that a change is about to be sent; any of them can still refuse.
    fn run_sending_hooks(&self, change: Option<&ActionRequest>) -> Result<()> {
        let Some(request) = change else { return Ok(()) };
        self.hooks().iter().try_for_each(|hook| hook.sending(request))
    }

    fn build_exchange<'a>(&'a self, call: &'a ApiCall, token: Option<&NumberedToken>) -> HttpExchange<'a> {
        let settings = &self.shared.settings;
        let mut headers = vec![
            ("accept", HeaderText::Plain("application/json")),
            ("x-request-id", HeaderText::Plain(&call.request_id)),
        ];
        if let Some(token) = token {
            headers.push(("x-api-key", HeaderText::Plain(settings.credentials.client_id())));
            headers.push(("authorization", HeaderText::Secret(format!("Bearer {}", token.secret.expose()))));
        }
        if let Some(pragma) = call.pragma {
            headers.push(("pragma", HeaderText::Plain(pragma)));
        }
        let (kind, body) = match &call.body {
            Some(RequestBody::Json(bytes)) => ("application/json", Some(bytes.clone())),
            Some(RequestBody::Form(form)) => {
                ("application/x-www-form-urlencoded", Some(Bytes::from(form.clone())))
            }
            None => ("", None),
        };
        if body.is_some() {
            headers.push(("content-type", HeaderText::Plain(kind)));
        }
        HttpExchange { method: &call.target.method, url: call.target.url(settings), headers, body }
    }

    /// What the status means for this call: a token can be renewed once, and only if one was sent.
    fn classify(
        &self,
        call: &ApiCall,
        history: &AttemptHistory<'_>,
        response: &HttpResponse,
    ) -> StatusVerdict {
        let ready = matches!(self.shared.settings.credentials, Credentials::Token { .. });
        match retry::classify(response.status, call.change) {
            StatusVerdict::Renew if ready || history.token_renewed || !call.target.is_signed() => {
                StatusVerdict::Refused
            }
            verdict => verdict,
        }
    }

    /// Waits before the next attempt, or ends the call.
    async fn wait_or_give_up(
        &self,
        call: &ApiCall,
        history: &mut AttemptHistory<'_>,
        failure: AttemptFailure,
    ) -> Result<(), FailedCall> {
        let settings = &self.shared.settings;
        if failure.problem == AttemptProblem::Loss && call.change {
            history.lost = Some(failure.message.clone());
            if !call.repeatable {
                return Err(history.fail(call, failure.into_unknown()));
            }
        }
        if failure.problem != AttemptProblem::Throttled {
            history.failures += 1;
            if history.failures >= settings.max_attempts {
                let error = Error { source: failure.source.clone(), ..give_up_error(&failure).into() };
                return Err(history.fail(call, error));
            }
        }
        history.waits += 1;
        let delay = match failure.problem {
            AttemptProblem::Throttled => retry::throttled_delay,
            _ => retry::delay,
        };
        let wait = delay(settings, history.waits, failure.retry_after, rand::random());
        let retry_after = failure.retry_after.unwrap_or_default();
        if failure.problem == AttemptProblem::Throttled {
            history.throttled = history.throttled.saturating_add(wait.max(LEAST_THROTTLE));
        }
        let too_long = retry_after > settings.max_wait
            || history.throttled > settings.max_wait.saturating_add(settings.jitter);
        if too_long {
            return Err(history.fail(call, throttled(retry_after.max(wait), &failure)));
        }
        if let (AttemptProblem::Throttled, Some(lane)) = (failure.problem, call.target.lane()) {
            self.shared.pacer.hold(lane, retry_after);
        }
        let reason = match failure.problem {
            AttemptProblem::Throttled => WaitReason::Throttled,
            _ => WaitReason::Backoff(failure.message),
        };
        self.wait(call, reason, wait).await.map_err(|error| history.fail(call, error))
    }

    /// Waits and reports why; ends early if the client is stopped.
    pub(crate) async fn wait(&self, call: &ApiCall, reason: WaitReason, duration: Duration) -> Result<()> {
        if duration.is_zero() {
            return if self.stop.is_cancelled() { Err(ErrorKind::Interrupted.into()) } else { Ok(()) };
        }
        self.notify_waiting(call, reason, duration);
        let started = Instant::now();
        let ended = self.or_interrupted(tokio::time::sleep(duration)).await;
        self.shared.tally.wait(started.elapsed());
        ended
    }

    async fn take_slot(&self, call: &ApiCall) -> Result<()> {
        let Some(lane) = call.target.lane().filter(|_| self.shared.settings.pace != Pace::Off) else {
            return self.or_interrupted(std::future::ready(())).await;
        };
        let started = Instant::now();
        let waiting = |duration| self.notify_waiting(call, WaitReason::Pacing, duration);
        let ended = self.or_interrupted(self.shared.pacer.take_slot(lane, waiting)).await;
        self.shared.tally.wait(started.elapsed());
        ended
    }

    async fn or_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(ErrorKind::Interrupted.into()),
            done = work => Ok(done),
        }
    }

    /// The token to use; a new one if the current one has the number `stale`.
    async fn token(&self, stale: Option<u64>) -> Result<NumberedToken> {
        if let Credentials::Token { token, .. } = &self.shared.settings.credentials {
            return Ok(NumberedToken::ready(token.clone()));
        }
        self.or_interrupted(self.shared.sign_in.token(stale, || self.ask_for_token())).await?
    }

    /// Requests a token. Boxed, because a call may need a token, which takes a call.
    pub(crate) async fn ask_for_token(&self) -> Result<TokenResponse> {
        let request = TokenRequest::new(&self.shared.settings)?;
        let call = ApiCall::for_token(&request);
        let read = |response: &HttpResponse| request.parse(&response.body);
        Box::pin(self.perform(&call, None, read))
            .await
            .map(|(token, _)| token)
            .map_err(FailedCall::into_error)
    }

    fn notify(&self, event: &ClientEvent) {
        self.shared.observer.notice(event);
    }

    fn notify_sending(&self, call: &ApiCall, attempt: u32) {
        self.shared.tally.requests.fetch_add(1, Ordering::Relaxed);
        if attempt > 1 {
            self.shared.tally.retries.fetch_add(1, Ordering::Relaxed);
        }
        let (label, request_id) = (call.target.label(), call.request_id.clone());
        self.notify(&ClientEvent::Sending { call: label, request_id, attempt });
    }

    fn notify_answered(&self, call: &ApiCall, status: u16, elapsed: Duration) {
        let (label, request_id) = (call.target.label(), call.request_id.clone());
        let endpoint = call.target.endpoint_label();
        self.notify(&ClientEvent::Answered { call: label, endpoint, request_id, status, elapsed });
    }

    fn notify_waiting(&self, call: &ApiCall, reason: WaitReason, duration: Duration) {
        let (label, request_id) = (call.target.label(), call.request_id.clone());
        self.notify(&ClientEvent::Waiting {
            call: label,
            request_id,
            reason,
            duration,
            until: time_after(duration),
        });
    }
}

/// The time after this wait, or the latest time that can be represented.
fn time_after(wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX)
}

fn throttled(wait: Duration, failure: &AttemptFailure) -> ErrorKind {
    let until = time_after(wait).round(jiff::Unit::Second).unwrap_or(Timestamp::MAX).to_string();
    ErrorKind::Throttled { wait, until, code: failure.code.clone() }
}

/// The failure of a call that must not be repeated.
fn refused(call: &ApiCall, history: &mut AttemptHistory<'_>, response: &HttpResponse) -> FailedCall {
    let status = response.status;
    if (status >= 500 || status == 408) && call.change {
        // A server error or timeout says nothing about how much of a change was made.
        history.lost = Some(status_text(status, &refusal(&response.body).message.unwrap_or_default()));
    }
    history.fail(call, refusal_kind(call, response))
}
