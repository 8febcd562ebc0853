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
use crate::client::event::ClientEvent;
use crate::client::http::auth::NumberedToken;
use crate::client::http::retry::StatusVerdict;
use crate::client::http::target::{RequestNature, RequestTarget};
use crate::client::http::transport::{HttpExchange, HttpResponse, TransportFault};
use crate::error::{Error, ErrorKind, ErrorSource, Result};
use crate::secret::mask;
use crate::wire::error_code;
use crate::wire::response::refusal;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// Each 429 counts at least this much towards the longest wait, so that a call ends even if the service keeps
/// returning 429 without asking for a wait.
const LEAST_THROTTLE: Duration = Duration::from_secs(1);

/// What to send, and how often it may be repeated.
pub(crate) struct ApiCall {
    pub(crate) target: RequestTarget,
    pub(crate) request_id: String,
    pub(crate) body: Option<RequestBody>,
    /// Whether it may change something.
    pub(crate) change: bool,
    /// Whether repeating it after a lost response is harmless.
    pub(crate) repeatable: bool,
    /// The `Pragma` that marks a listing (contract 1.4).
    pub(crate) pragma: Option<&'static str>,
}

/// A body and its content type.
pub(crate) enum RequestBody {
    Json(Bytes),
    /// Holds a secret: it has no `Debug`.
    Form(String),
}

/// A call without a response.
#[derive(Clone)]
pub(crate) struct FailedCall {
    pub(crate) error: Error,
    /// Exchanges of the call itself; 0 if it was never sent.
    pub(crate) attempts: u32,
    /// What happened to an attempt whose response was lost; only for changes, which may have been made.
    pub(crate) lost: Option<String>,
}

impl From<Error> for FailedCall {
    fn from(error: Error) -> Self {
        Self { error, attempts: 0, lost: None }
    }
}

impl FailedCall {
    /// The error for the caller of this single call.
    pub(crate) fn into_error(self) -> Error {
        let Some(problem) = self.lost else { return self.error };
        let message = match &*self.error.kind {
            ErrorKind::Unknown { .. } | ErrorKind::Interrupted | ErrorKind::Decode { .. } => problem,
            last => format!("{problem}; then: {last}"),
        };
        Error { kind: Box::new(ErrorKind::Unknown { message }), ..self.error }
    }
}

/// Why an attempt failed.
struct AttemptFailure {
    problem: AttemptProblem,
    /// What happened, with the service's message if there is one.
    message: String,
    /// The service's message, or ours if there is none.
    service_message: String,
    code: Option<String>,
    status: Option<u16>,
    retry_after: Option<Duration>,
    source: Option<ErrorSource>,
    /// What to do about it, if the fault is not the service's.
    hint: Option<String>,
}

impl AttemptFailure {
    fn into_unknown(self) -> Error {
        Error { source: self.source, ..ErrorKind::Unknown { message: self.message }.into() }
    }
}

/// The kind of failure of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AttemptProblem {
    /// Nothing reached the service.
    NoConnection,
    /// The service refused it before anything was done.
    Throttled,
    /// The response was lost: the request may have been carried out.
    Loss,
}

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

impl ApiCall {
    pub(crate) fn new(target: RequestTarget) -> Self {
        let change = target.nature() != RequestNature::Read;
        let request_id = uuid::Uuid::new_v4().to_string();
        Self { target, request_id, body: None, change, repeatable: !change, pragma: None }
    }

    /// A request for a token: repeating one is harmless, earlier tokens stay valid (contract 1.2).
    fn for_token(request: &TokenRequest) -> Self {
        let body = Some(RequestBody::Form(request.form.clone()));
        Self { body, change: false, repeatable: true, ..Self::new(request.target.clone()) }
    }
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

/// The error of a call whose attempts are used up.
fn give_up_error(failure: &AttemptFailure) -> ErrorKind {
    if let Some(hint) = &failure.hint {
        return ErrorKind::Config { message: failure.message.clone(), hint: hint.clone() };
    }
    let (code, message) = (failure.code.clone(), failure.service_message.clone());
    match failure.status {
        Some(status @ 200..=299) => ErrorKind::Decode { status, message },
        status => ErrorKind::Unavailable { status, code, message },
    }
}

fn parse_failure(response: &HttpResponse, message: &str) -> AttemptFailure {
    let message = format!("could not parse the response: {message}");
    AttemptFailure {
        problem: AttemptProblem::Loss,
        service_message: message.clone(),
        message,
        code: None,
        status: Some(response.status),
        retry_after: None,
        source: syntax_error(&response.body),
        hint: None,
    }
}

/// The JSON syntax error of a body; `None` if it is valid JSON.
fn syntax_error(body: &[u8]) -> Option<ErrorSource> {
    let error = serde_json::from_slice::<serde::de::IgnoredAny>(body).err()?;
    Some(Arc::new(error))
}

fn failed_status(response: &HttpResponse, problem: AttemptProblem) -> AttemptFailure {
    let refusal = refusal(&response.body);
    let date = response.header("date");
    let retry_after = response
        .header("retry-after")
        .and_then(|value| retry::parse_retry_after(value, date, SystemTime::now()));
    let service_message = refusal.message.unwrap_or_default();
    let message = status_text(response.status, &service_message);
    AttemptFailure {
        problem,
        message,
        service_message,
        code: refusal.code,
        status: Some(response.status),
        retry_after,
        source: None,
        hint: None,
    }
}

fn status_text(status: u16, service_message: &str) -> String {
    if service_message.is_empty() {
        format!("HTTP {status}")
    } else {
        format!("HTTP {status}: {service_message}")
    }
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

/// The error for a status and its body (contract 4.1).
fn refusal_kind(call: &ApiCall, response: &HttpResponse) -> ErrorKind {
    let status = response.status;
    let refusal = refusal(&response.body);
    let code = refusal.code;
    let message = refusal.message.unwrap_or_default();
    match status {
        300..=399 => {
            let message = format!(
                "redirected{}; umapish does not send its token to another host",
                redirect_host(response)
            );
            ErrorKind::Rejected { status, code, message }
        }
        500.. => ErrorKind::Unavailable { status: Some(status), code, message },
        _ if call.target.is_sign_in() => ErrorKind::Auth { status: Some(status), code, message },
        403 if code.as_deref() == Some(error_code::ORGANIZATION_MIGRATING) => {
            ErrorKind::Rejected { status, code, message }
        }
        401 | 403 => {
            ErrorKind::Auth { status: Some(status), code, message: denial_message(response, message) }
        }
        // A gateway's error page does not mean that the service does not know it.
        404 if code.is_some() || response.body.is_empty() => {
            ErrorKind::NotFound { status: Some(status), code, message }
        }
        _ => ErrorKind::Rejected { status, code, message },
    }
}

/// The reason of a 401 or 403, which is often in a header only (contract 4.1).
fn denial_message(response: &HttpResponse, message: String) -> String {
    if !message.is_empty() {
        return message;
    }
    let challenge = response.header("www-authenticate").and_then(|challenge| {
        // Masked as a whole: a quote in a secret would cut it in two.
        let challenge = mask(challenge);
        let (_, rest) = challenge.split_once("error_description=\"")?;
        Some(rest.split('"').next().unwrap_or_default().to_owned())
    });
    challenge.unwrap_or_else(|| match response.status {
        403 => "the client id is not permitted, or the organization is being migrated".to_owned(),
        _ => "the access token was not accepted".to_owned(),
    })
}

fn redirect_host(response: &HttpResponse) -> String {
    let host =
        response.header("location").and_then(|location| location.split_once("://")).map(|(_, rest)| {
            rest.split(['/', '?', '#'])
                .next()
                .unwrap_or_default()
                .rsplit('@')
                .next()
                .unwrap_or_default()
                .to_owned()
        });
    host.map_or_else(String::new, |host| format!(" to `{host}`"))
}
