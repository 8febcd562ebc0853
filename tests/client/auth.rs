//! Sign-in, renewal and refusal.

use super::{client, client_of, settings};
use crate::support::server::{Recorded, Reply, Server};
use serde_json::json;
use std::time::Duration;
use umapi_shell::client::settings::{ClientSettings, Credentials};
use umapi_shell::secret::Secret;

fn oauth(server: &Server) -> ClientSettings {
    let credentials =
        Credentials::OAuth { client_id: "client-id".into(), client_secret: Secret::from("p8e-s&cret") };
    ClientSettings { credentials, ..settings(server) }
}

fn is_sign_in(request: &Recorded) -> bool {
    request.target.starts_with("/ims/")
}

fn token(number: usize) -> Reply {
    Reply::json(
        200,
        &json!({"access_token": format!("token-{number}"), "token_type": "bearer", "expires_in": 86399}),
    )
}

fn user() -> Reply {
    Reply::json(200, &json!({"result": "success", "user": {"email": "a@example.com"}}))
}

#[tokio::test]
async fn the_secret_goes_in_the_body_and_the_token_in_a_header() {
    let server =
        Server::start(|request, number| if is_sign_in(request) { token(number) } else { user() }).await;
    let client = client(oauth(&server));
    for _ in 0..3 {
        client.get_user("a@example.com", None).await.unwrap();
    }
    let requests = server.requests();
    assert_eq!(server.lines()[0], "POST /ims/token/v2");
    assert_eq!(requests.iter().filter(|request| is_sign_in(request)).count(), 1);
    assert!(requests[0].body.contains("client_secret=p8e-s%26cret"), "{}", requests[0].body);
    assert_eq!(requests[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(requests[0].header("authorization"), None);
    assert_eq!(requests[1].header("authorization"), Some("Bearer token-0"));
    assert_eq!(requests[1].header("x-api-key"), Some("client-id"));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_call_sent_again_under_its_id() {
    let server = Server::start(|request, number| match request {
        request if is_sign_in(request) => token(number),
        request if request.header("authorization") == Some("Bearer token-0") => Reply::empty(401),
        _ => user(),
    })
    .await;
    client(oauth(&server)).get_user("a@example.com", None).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert_eq!(requests[3].header("authorization"), Some("Bearer token-2"));
    assert_eq!(requests[1].header("x-request-id"), requests[3].header("x-request-id"));
}

#[tokio::test]
async fn a_token_refused_twice_is_an_error() {
    let challenge =
        r#"Bearer realm="JIL", error="invalid_token", error_description="The access token is invalid""#;
    let refused = Reply::empty(401).with("WWW-Authenticate", challenge);
    let script = move |request: &Recorded, number| {
        if is_sign_in(request) { token(number) } else { refused.clone() }
    };
    let server = Server::start(script).await;
    let error = client(oauth(&server)).get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), error.status()), ("auth", Some(401)));
    assert!(error.to_string().contains("The access token is invalid"), "{error}");
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn many_calls_at_once_sign_in_once_and_renew_once() {
    let server = Server::start(|request, number| match request {
        request if is_sign_in(request) => token(number),
        request if request.header("authorization") == Some("Bearer token-0") => Reply::empty(401),
        _ => user(),
    })
    .await;
    let client = client(oauth(&server));
    let calls = (0..20).map(|_| client.get_user("a@example.com", None));
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(server.requests().iter().filter(|request| is_sign_in(request)).count(), 2);
}

#[tokio::test]
async fn a_refused_sign_in_reports_everything_but_the_secret() {
    let refusal = json!({"error": "invalid_client", "error_description": "client secret is wrong"});
    let server = Server::replies(vec![Reply::json(400, &refusal)]).await;
    let error = client(oauth(&server)).get_user("a@example.com", None).await.unwrap_err();
    assert_eq!(
        (error.kind.name(), error.status(), error.code()),
        ("auth", Some(400), Some("invalid_client"))
    );
    assert!(error.to_string().contains("client secret is wrong"), "{error}");
    assert!(!format!("{error:?}").contains("p8e-s"), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_sign_in_is_retried_like_any_call() {
    let server = Server::start(|request, number| match number {
        0 => Reply::empty(429).with("Retry-After", "0"),
        1 => Reply::empty(503),
        2 => Reply::Drop,
        _ if is_sign_in(request) => token(number),
        _ => user(),
    })
    .await;
    client(oauth(&server)).get_user("a@example.com", None).await.unwrap();
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn an_explicit_sign_in_sets_the_token_of_later_calls() {
    let server =
        Server::start(|request, number| if is_sign_in(request) { token(number) } else { user() }).await;
    let client = client(oauth(&server));
    client.get_user("a@example.com", None).await.unwrap();
    let answer = client.sign_in().await.unwrap();
    assert_eq!((answer.access_token.expose(), answer.token_type.as_str()), ("token-2", "bearer"));
    assert_eq!(answer.expires_in, Duration::from_secs(86399));
    client.get_user("a@example.com", None).await.unwrap();
    assert_eq!(server.requests()[3].header("authorization"), Some("Bearer token-2"));
}

#[tokio::test]
async fn a_configured_token_is_used_as_it_is_and_cannot_be_renewed() {
    let server = Server::replies(vec![user(), Reply::empty(401)]).await;
    let client = client_of(&server);
    client.get_user("a@example.com", None).await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer ready-token"));
    let error = client.get_user("a@example.com", None).await.unwrap_err();
    assert_eq!((error.kind.name(), server.requests().len()), ("auth", 2));
    assert_eq!(client.sign_in().await.unwrap_err().kind.name(), "usage");
}
