//! The HTTP server: one thread with its own runtime, bound to loopback, stopped by its owner.

use super::control;
use super::odd_responses;
use super::persistence;
use crate::sandbox::connection::{ConnectionBreaker, SandboxAcceptor};
use crate::sandbox::faults::{FaultEffect, PlannedFault};
use crate::sandbox::request_log::LoggedRequest;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::service::ServiceRequest;
use crate::sandbox::shared::ServerState;
use crate::wire::endpoint::EndpointId;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, PRAGMA, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A request body larger than this is refused; ten commands are far smaller.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// The shortest time between two writes of the organization to its file.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);

/// How long the partial body may take to be sent before the connection is closed.
const FLUSH_TIME: Duration = Duration::from_millis(20);

/// Serves until `stop` is signaled or dropped, then saves.
pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<ServerState>,
    file: Option<PathBuf>,
    stop: oneshot::Receiver<()>,
) -> io::Result<()> {
    let router = Router::new().fallback(handle).with_state(Arc::clone(&shared));
    let service = router.into_make_service_with_connect_info::<ConnectionBreaker>();
    let saving = save_periodically(Arc::clone(&shared), file);
    tokio::select! {
        served = async { axum::serve(SandboxAcceptor(listener), service).await } => served,
        () = saving => Ok(()),
        _ = stop => Ok(()),
    }
}

/// Saves what changed, at most once a second; never ends.
async fn save_periodically(shared: Arc<ServerState>, file: Option<PathBuf>) {
    let Some(file) = file else { return std::future::pending().await };
    let mut saved = shared.service().org.revision();
    loop {
        tokio::time::sleep(SAVE_INTERVAL).await;
        let (shared, file) = (Arc::clone(&shared), file.clone());
        let before = saved;
        let saving = tokio::task::spawn_blocking(move || persistence::save_changes(&shared, &file, before));
        saved = saving.await.unwrap_or(before);
    }
}

async fn handle(
    State(shared): State<Arc<ServerState>>,
    ConnectInfo(breaker): ConnectInfo<ConnectionBreaker>,
    request: axum::extract::Request,
) -> Response {
    let request_id = request.headers().get("x-request-id").cloned();
    let answer = match read(request).await {
        Ok(request) => match control::respond(&shared, &request).await {
            Some(answer) => response(answer),
            None => respond_or_fail(shared, breaker, request).await,
        },
        Err(answer) => response(answer),
    };
    with_request_id(answer, request_id)
}

fn with_request_id(mut response: Response, request_id: Option<HeaderValue>) -> Response {
    if let Some(id) = request_id {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

async fn read(request: axum::extract::Request) -> Result<ServiceRequest, SandboxResponse> {
    let (parts, body) = request.into_parts();
    let text = |name: &str| header(&parts.headers, name);
    let body = axum::body::to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|_| SandboxResponse::empty(413).with("connection", "close"))?;
    Ok(ServiceRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: text(AUTHORIZATION.as_str()),
        api_key: text("x-api-key"),
        request_id: text("x-request-id"),
        pragma: text(PRAGMA.as_str()),
        user_agent: text(USER_AGENT.as_str()),
        body: body.into(),
    })
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

/// Applies the pending fault of a request, if there is one, and passes the request to the service.
async fn respond_or_fail(
    shared: Arc<ServerState>,
    breaker: ConnectionBreaker,
    request: ServiceRequest,
) -> Response {
    let (fault, number) = {
        let mut service = shared.service();
        let fault = service.faults.take_matching(&request.method, &request.path, request.endpoint());
        let fault = fault.unwrap_or_default();
        let number = service.log.append(logged(&request));
        (fault, number)
    };
    if fault.delay > 0 {
        tokio::time::sleep(Duration::from_millis(fault.delay)).await;
    }
    if fault.effect == FaultEffect::DropBefore {
        breaker.break_off();
        return response(SandboxResponse::empty(503));
    }
    let effect = fault.effect.clone();
    let working = Arc::clone(&shared);
    let answer = match tokio::task::spawn_blocking(move || carry_out(&working, &request, &fault)).await {
        Ok(answer) => answer,
        Err(_) => SandboxResponse::empty(500),
    };
    if effect == FaultEffect::DropAfter {
        breaker.break_off();
        return response(SandboxResponse::empty(503));
    }
    shared.service().log.conclude(number, answer.status);
    match effect {
        FaultEffect::CutBody { bytes } => cut(answer, bytes),
        _ => response(answer),
    }
}

fn logged(request: &ServiceRequest) -> LoggedRequest {
    let endpoint = request.endpoint();
    let signs_in = matches!(endpoint, Some(EndpointId::OAuthToken | EndpointId::JwtExchange));
    let commands = serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(&request.body);
    LoggedRequest {
        method: request.method.clone(),
        path: request.path.clone(),
        query: if signs_in { String::new() } else { request.query.clone() },
        endpoint: endpoint.map(|endpoint| format!("{endpoint:?}")).unwrap_or_default(),
        request_id: request.request_id.clone(),
        pragma: request.pragma.clone(),
        user_agent: request.user_agent.clone(),
        commands: commands.map(|list| list.len()).unwrap_or_default(),
        status: None,
    }
}

fn carry_out(shared: &ServerState, request: &ServiceRequest, fault: &PlannedFault) -> SandboxResponse {
    let mut service = shared.service();
    let mut planted = Vec::new();
    match &fault.effect {
        FaultEffect::Status { status, body, retry_after } => {
            let retry_after = retry_after.as_ref().map(|retry_after| retry_after.value(SystemTime::now()));
            return status_answer(*status, body.as_deref(), retry_after);
        }
        FaultEffect::ExpireTokens => service.tokens.expire(),
        FaultEffect::CommandError { index, code } => planted.push((*index, code.clone())),
        _ => {}
    }
    let answer = service.respond(request, &planted, Instant::now());
    match fault.effect {
        FaultEffect::MalformedBody => SandboxResponse { body: b"{\"result\":\"succ<".to_vec(), ..answer },
        FaultEffect::NullErrorLabels => odd_responses::without_labels(answer),
        FaultEffect::OddTypes => odd_responses::with_odd_types(answer),
        _ => answer,
    }
}

fn status_answer(status: u16, body: Option<&str>, retry_after: Option<String>) -> SandboxResponse {
    let mut answer = match (status, body) {
        (_, Some(body)) => {
            SandboxResponse { body: body.as_bytes().to_vec(), ..SandboxResponse::empty(status) }
        }
        (429, None) => SandboxResponse::throttled(0),
        (_, None) => SandboxResponse::empty(status),
    };
    answer.headers.retain(|(name, _)| *name != "retry-after");
    match retry_after {
        Some(value) => answer.with("retry-after", &value),
        None => answer,
    }
}

fn response(answer: SandboxResponse) -> Response {
    let SandboxResponse { status, headers, body } = answer;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The response with its full `Content-Length` and fewer bytes; then the connection ends.
fn cut(mut answer: SandboxResponse, bytes: usize) -> Response {
    let whole = answer.body.len();
    answer.body.truncate(bytes.min(whole.saturating_sub(1)));
    let partial = Bytes::from(std::mem::take(&mut answer.body));
    let stream = futures_util::stream::unfold(Some(partial), |partial| async {
        if let Some(partial) = partial {
            return Some((Ok(partial), None));
        }
        tokio::time::sleep(FLUSH_TIME).await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), None))
    });
    let mut response = response(answer);
    *response.body_mut() = Body::from_stream(stream);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(whole));
    response
}
