//! One call: headers, retries, waits, refusals, and allowed targets.

use super::{Listener, ORGANIZATION, client, client_of, settings};
use crate::support::server::{Reply, Server};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::event::{ClientEvent, WaitReason};
use umapi_shell::client::listing::query::UserQuery;
use umapi_shell::client::outcome::Status;
use umapi_shell::client::request::RawRequest;
use umapi_shell::client::settings::{ClientSettings, Credentials, Pace};
use umapi_shell::error::ErrorKind;
use umapi_shell::secret::Secret;

const USER: &str = "/organizations/0123ABC@AdobeOrg/users/a@example.com";

fn user() -> Reply {
    Reply::json(200, &json!({"result": "success", "user": {"email": "a@example.com", "type": "adobeID"}}))
}

fn get(target: &str) -> RawRequest {
    RawRequest { method: "GET".into(), target: target.into(), body: None }
}

#[tokio::test]
async fn a_user_is_looked_up_with_name_and_domain_encoded() {
    let server = Server::replies(vec![user()]).await;
    let found = client_of(&server).get_user(" jo+hn/d ", Some("example.com")).await.unwrap();
    assert_eq!(found.email.as_deref(), Some("a@example.com"));
    let expected =
        format!("GET /v2/usermanagement/organizations/{ORGANIZATION}/users/jo%2Bhn%2Fd?domain=example.com");
    assert_eq!(server.lines(), [expected]);
}

#[tokio::test]
async fn a_name_that_would_change_the_path_is_refused() {
    let server = Server::replies(vec![user()]).await;
    for name in ["", " ", ".", ".."] {
        assert_eq!(client_of(&server).get_user(name, None).await.unwrap_err().kind.name(), "usage");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_headers_are_those_of_the_contract() {
    let server = Server::replies(vec![user()]).await;
    let client = client_of(&server);
    for _ in 0..2 {
        client.get_user("a@example.com", None).await.unwrap();
    }
    let requests = server.requests();
    assert_eq!(requests[0].header("accept"), Some("application/json"));
    assert!(requests[0].header("user-agent").is_some_and(|agent| agent.starts_with("umapi-shell/")));
    assert_eq!(requests[0].header("content-type"), None);
    assert_ne!(requests[0].header("x-request-id"), requests[1].header("x-request-id"));
}

#[tokio::test]
async fn a_429_uses_up_no_attempt() {
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    let server = Server::replies(vec![
        Reply::empty(429).with("Retry-After", "0"),
        Reply::empty(429).with("Retry-After", past),
        Reply::empty(429),
        user(),
    ])
    .await;
    let client = client(ClientSettings { max_attempts: 1, ..settings(&server) });
    client.get_user("a@example.com", None).await.unwrap();
    assert_eq!((client.calls().requests, client.calls().retries), (4, 3));
}

#[tokio::test]
async fn a_longer_wait_than_allowed_stops_and_says_when_to_retry() {
    let throttled = json!({"error_code": "429050", "message": "Too many requests"});
    let server = Server::replies(vec![Reply::json(429, &throttled).with("Retry-After", "3601")]).await;
    let error = client_of(&server).get_user("a@example.com", None).await.unwrap_err();
    let ErrorKind::Throttled { wait, until, code } = &*error.kind else { panic!("{error}") };
    assert_eq!((wait.as_secs(), code.as_deref()), (3601, Some("429050")));
    let until: jiff::Timestamp = until.parse().unwrap();
    assert!(until > jiff::Timestamp::now() + Duration::from_secs(3500), "{until}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_call_ends_even_if_the_service_always_throttles() {
    let server = Server::replies(vec![Reply::empty(429).with("Retry-After", "0")]).await;
    let client = client(ClientSettings { max_wait: Duration::from_secs(5), ..settings(&server) });
    let error = client.get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), error.attempts), ("throttled", 6));
}

#[tokio::test]
async fn gateway_errors_and_lost_responses_are_retried_with_one_id() {
    let cut = json!({"result": "success", "user": {"email": "a@example.com"}}).to_string();
    let statuses = [408, 425, 500, 502, 503, 504].map(Reply::empty);
    for reply in statuses.into_iter().chain([Reply::Drop, Reply::Cut(cut)]) {
        let server = Server::replies(vec![reply.clone(), user()]).await;
        client_of(&server).get_user("a@example.com", None).await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 2, "{reply:?}");
        assert_eq!(requests[0].header("x-request-id"), requests[1].header("x-request-id"), "{reply:?}");
    }
}

#[tokio::test]
async fn a_change_is_not_repeated_after_a_server_error() {
    for status in [408, 425, 500] {
        let server = Server::replies(vec![Reply::empty(status)]).await;
        let write = RawRequest { method: "POST".into(), target: "/x/y".into(), body: Some(json!({})) };
        client_of(&server).call(&write).await.response.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

/// A proxy, a web filter or a captive portal may respond instead of the service.
#[tokio::test]
async fn a_web_page_is_an_error_with_its_title_at_every_entry_point() {
    let page = Reply::Answer {
        status: 200,
        headers: vec![("Content-Type", "text/html".into())],
        body: "<html><head><title>Web filter: please sign in</title></head></html>".into(),
    };
    let server = Server::replies(vec![page]).await;
    let client = client_of(&server);
    let mut errors = vec![
        client.get_user("a@example.com", None).await.unwrap_err(),
        client.users(UserQuery::default()).next_page().await.unwrap_err(),
        client.groups().next_page().await.unwrap_err(),
        client.call(&get(USER)).await.response.unwrap_err(),
    ];
    assert_eq!(server.requests().len(), errors.len(), "another attempt would get the page too");
    let credentials = Credentials::OAuth { client_id: "id".into(), client_secret: Secret::from("secret") };
    let signing_in = super::client(ClientSettings { credentials, ..settings(&server) });
    errors.push(signing_in.sign_in().await.unwrap_err());
    for error in &errors {
        assert_eq!(error.kind.name(), "decode", "{error}");
    }
    let command = json!({"user": "a@example.com", "do": [{"remove": {"group": ["Designers"]}}]});
    let raw = client.action(json!([command])).await;
    assert_eq!(raw.outcomes[0].status, Status::Unknown);
    errors.push(raw.response.unwrap_err());
    for error in &errors {
        let text = error.to_string();
        assert!(text.contains("a web page came back from `127.0.0.1`"), "{text}");
        assert!(text.contains("title: Web filter: please sign in"), "{text}");
    }
    assert!(client.send(&get(USER)).await.response.unwrap().body.is_string());
}

#[tokio::test]
async fn after_the_last_attempt_the_error_says_what_happened() {
    let server = Server::replies(vec![Reply::json(503, &json!({"message": "maintenance"}))]).await;
    let error = client_of(&server).get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), error.status(), error.attempts), ("unavailable", Some(503), 3));
    assert!(error.elapsed > Duration::ZERO);
    assert!(error.to_string().contains("maintenance (HTTP 503)"), "{error}");
    let sent = server.requests()[0].header("x-request-id").map(str::to_owned);
    assert_eq!(error.request_id, sent);
}

#[tokio::test]
async fn a_response_that_cannot_be_parsed_is_a_decode_error() {
    let garbled = Reply::Answer { status: 200, headers: Vec::new(), body: "{\"result\":".into() };
    let server = Server::replies(vec![garbled]).await;
    let error = client_of(&server).get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), server.requests().len()), ("decode", 3));
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let server = Server::replies(vec![user()]).await;
    let settings = settings(&server);
    drop(server);
    let error = client(settings).get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), error.attempts), ("unavailable", 3));
    assert!(error.to_string().contains("`127.0.0.1` refused the connection"), "{error}");
}

#[tokio::test]
async fn a_timeout_is_an_error_with_its_time_limit() {
    let server = Server::replies(vec![Reply::Hang]).await;
    let impatient =
        ClientSettings { timeout: Duration::from_millis(50), max_attempts: 1, ..settings(&server) };
    let error = client(impatient).get_user("a@example.com", None).await.unwrap_err();
    assert!(error.to_string().contains("no response from `127.0.0.1` within"), "{error}");
}

#[tokio::test]
async fn a_refusal_is_not_retried_and_keeps_its_code() {
    let body = |code: &str| json!({"result": code, "message": "m"});
    for (status, code, kind) in [
        (400, "error.organization.invalid_id", "rejected"),
        (403, "error.apikey.invalid", "auth"),
        (403, "error.organization.migrating", "rejected"),
        (404, "error.user.not_found", "not_found"),
        (200, "error.user.not_found", "not_found"),
        (200, "error.user.email.invalid", "rejected"),
    ] {
        let server = Server::replies(vec![Reply::json(status, &body(code))]).await;
        let error = client_of(&server).get_user("a@example.com", None).await.unwrap_err();
        assert_eq!((error.kind.name(), server.requests().len()), (kind, 1), "{status} {code}");
        assert_eq!((error.status(), error.code()), (Some(status), Some(code)));
    }
}

#[tokio::test]
async fn a_gateway_s_404_does_not_mean_that_a_user_is_missing() {
    let page = Reply::Answer { status: 404, headers: Vec::new(), body: "<h1>no route</h1>".into() };
    for reply in [page, Reply::empty(404), Reply::json(404, &json!({"error_code": "404001"}))] {
        let server = Server::replies(vec![reply.clone()]).await;
        let error = client_of(&server).get_user("a@example.com", None).await.unwrap_err();
        assert_eq!((error.kind.name(), error.status()), ("rejected", Some(404)), "{reply:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_its_host_is_named() {
    let away = Reply::empty(302).with("Location", "https://me:hunter2@elsewhere.example.com/x?token=1");
    let server = Server::replies(vec![away]).await;
    let error = client_of(&server).get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.status(), server.requests().len()), (Some(302), 1));
    assert!(error.to_string().contains("redirected to `elsewhere.example.com`"), "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn call_returns_any_endpoint_and_send_any_status() {
    let server = Server::replies(vec![
        Reply::empty(503),
        Reply::json(200, &json!({"result": "success"})).with("X-Total-Count", "7"),
        Reply::Answer { status: 503, headers: Vec::new(), body: "<h1>busy</h1>".into() },
        Reply::empty(204),
    ])
    .await;
    let client = client_of(&server);
    let answer = client
        .call(&get(&format!("https://usermanagement.adobe.io/v2/usermanagement{USER}")))
        .await
        .response
        .unwrap();
    assert_eq!((answer.status, answer.header("x-total-count")), (200, Some("7")));
    assert_eq!(answer.body, json!({"result": "success"}));
    let answer = client.send(&get(USER)).await.response.unwrap();
    assert_eq!((answer.status, answer.body), (503, Value::String("<h1>busy</h1>".into())));
    let answer = client.send(&get(USER)).await.response.unwrap();
    assert_eq!((answer.status, answer.body), (204, Value::Null));
    assert!(server.lines().iter().all(|line| *line == format!("GET /v2/usermanagement{USER}")));
}

#[tokio::test]
async fn nothing_is_sent_to_another_host() {
    let server = Server::replies(vec![user()]).await;
    let client = client_of(&server);
    for target in ["https://example.com/v2/usermanagement/users/A/0", "/users/../../ims", "/ims/../x"] {
        assert_eq!(client.call(&get(target)).await.response.unwrap_err().kind.name(), "usage", "{target}");
        assert_eq!(client.send(&get(target)).await.response.unwrap_err().kind.name(), "usage", "{target}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_status_of_the_service_is_requested_without_a_token() {
    let server = Server::replies(vec![Reply::json(200, &json!({"state": "LIVE"}))]).await;
    let answer = client_of(&server).call(&get("/status")).await.response.unwrap();
    assert_eq!(answer.body["state"], "LIVE");
    assert_eq!(server.lines(), ["GET /status"]);
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_wait_reports_why_and_until_when_and_can_be_ended() {
    let server = Server::replies(vec![Reply::empty(429).with("Retry-After", "3000")]).await;
    let stop = CancellationToken::new();
    let listener = Arc::new(Listener { stop_at_wait: Some(stop.clone()), ..Listener::default() });
    let client = Client::new(settings(&server), listener.clone(), stop);
    let error = client.get_user("a@example.com", None).await.unwrap_err();
    assert_eq!(error.kind.name(), "interrupted");
    let events = listener.events();
    let [ClientEvent::Sending { attempt: 1, .. }, ClientEvent::Answered { status: 429, .. }, waiting] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    let ClientEvent::Waiting { reason, duration, call, .. } = waiting else { panic!("{waiting:?}") };
    assert_eq!((reason, duration.as_secs()), (&WaitReason::Throttled, 3000));
    assert_eq!(call, &format!("GET {USER}"));
}

#[tokio::test]
async fn a_call_beyond_the_documented_limit_waits_for_a_slot() {
    let server = Server::replies(vec![user()]).await;
    let stop = CancellationToken::new();
    let listener = Arc::new(Listener { stop_at_wait: Some(stop.clone()), ..Listener::default() });
    let paced = ClientSettings { pace: Pace::DOCUMENTED, ..settings(&server) };
    let client = Client::new(paced, listener.clone(), stop);
    for _ in 0..25 {
        client.get_user("a@example.com", None).await.unwrap();
    }
    let error = client.get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), error.attempts, server.requests().len()), ("interrupted", 0, 25));
    let last = listener.events().pop();
    assert!(matches!(last, Some(ClientEvent::Waiting { reason: WaitReason::Pacing, .. })), "{last:?}");
}

#[tokio::test]
async fn an_exchange_can_be_ended_and_a_new_token_continues() {
    let server = Server::start(|_, number| if number == 0 { Reply::Hang } else { user() }).await;
    let stop = CancellationToken::new();
    let client = Client::new(settings(&server), Arc::new(()), stop.clone());
    let (answer, ()) = tokio::join!(client.get_user("a@example.com", None), async {
        server.arrived(1).await;
        stop.cancel();
    });
    assert_eq!(answer.unwrap_err().kind.name(), "interrupted");
    assert!(client.get_user("a@example.com", None).await.is_err());
    let next = client.with_stop(CancellationToken::new());
    assert!(next.get_user("a@example.com", None).await.is_ok());
}
