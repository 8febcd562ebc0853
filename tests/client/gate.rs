//! The gate, which every change passes, however it is made.

use super::{ORGANIZATION, client, client_of, settings};
use crate::support::server::{Reply, Server};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::event::{ClientEvent, ClientObserver};
use umapi_shell::client::hooks::{ActionRequest, GateHook};
use umapi_shell::client::request::{ApiResponse, RawRequest};
use umapi_shell::client::settings::{ClientSettings, Mode, Pace};
use umapi_shell::error::{Error, ErrorKind, Result};

fn add(user: &str) -> Value {
    json!({"user": user, "do": [{"add": {"group": ["Designers"]}}]})
}

fn done(count: usize) -> Reply {
    Reply::json(
        200,
        &json!({"result": "success", "completed": count, "completedInTestMode": 0, "notCompleted": 0}),
    )
}

fn post(target: &str, body: Value) -> RawRequest {
    RawRequest { method: "POST".into(), target: target.into(), body: Some(body) }
}

fn in_test_mode(server: &Server) -> Client {
    client(ClientSettings { mode: Mode::Test, ..settings(server) })
}

/// Records what passes, and refuses if it is set to.
#[derive(Default)]
struct Guard {
    refuses: bool,
    seen: Mutex<Vec<String>>,
}

impl GateHook for Guard {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        let line = format!("before {} {} {}", request.call, request.mode.as_str(), request.commands.len());
        self.seen.lock().unwrap().push(line);
        if self.refuses {
            return Err(ErrorKind::Guard { message: "no".into(), hint: "h".into() }.into());
        }
        Ok(())
    }

    fn after(&self, _: &ActionRequest, response: Result<&ApiResponse, &Error>) {
        let line = match response {
            Ok(response) => format!("after {}", response.status),
            Err(error) => format!("after {}", error.kind.name()),
        };
        self.seen.lock().unwrap().push(line);
    }
}

#[tokio::test]
async fn in_test_mode_every_action_request_is_a_rehearsal() {
    let server = Server::replies(vec![done(1)]).await;
    let client = in_test_mode(&server);
    let body = || json!([add("a@example.com")]);
    let action = format!("/action/{ORGANIZATION}");
    client.action(body()).await.response.unwrap();
    client.call(&post(&action, body())).await.response.unwrap();
    client.call(&post(&format!("{action}?testonly=TRUE"), body())).await.response.unwrap();
    client.send(&post(&format!("/%61ction/{ORGANIZATION}?TEST%4fNLY=true"), body())).await.response.unwrap();
    let expected = format!("POST /v2/usermanagement{action}?testOnly=true");
    assert_eq!(server.lines(), [expected.as_str(); 4]);
    assert_eq!(server.requests()[0].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn in_live_mode_a_query_asks_for_a_rehearsal_in_any_spelling() {
    let server = Server::replies(vec![done(1)]).await;
    let client = client_of(&server);
    let action = format!("/action/{ORGANIZATION}");
    for query in ["testOnly=true", "testonly=true", "TESTONLY=True", "test%4Fnly=tr%75e"] {
        let request = post(&format!("{action}?{query}"), json!([add("a@example.com")]));
        client.call(&request).await.response.unwrap();
        client.send(&request).await.response.unwrap();
    }
    assert_eq!(server.lines(), vec![format!("POST /v2/usermanagement{action}?testOnly=true"); 8]);
}

#[tokio::test]
async fn a_query_that_contradicts_the_mode_or_itself_is_not_sent_by_any_entry_point() {
    let server = Server::replies(vec![done(1)]).await;
    let action = format!("/action/{ORGANIZATION}");
    let write = format!("/{ORGANIZATION}/products/1/configurations/2");
    for (client, path, query, kind) in [
        (in_test_mode(&server), &action, "testOnly=false", "test_mode"),
        (in_test_mode(&server), &action, "testonly=false", "test_mode"),
        (in_test_mode(&server), &action, "testOnly=0", "usage"),
        (client_of(&server), &action, "testOnly=1", "usage"),
        (client_of(&server), &action, "test_only=true", "usage"),
        (client_of(&server), &action, "testOnly=false&TestOnly=true", "usage"),
        (client_of(&server), &write, "testOnly=true", "usage"),
    ] {
        let request = post(&format!("{path}?{query}"), json!([add("a@example.com")]));
        for error in [
            client.call(&request).await.response.unwrap_err(),
            client.send(&request).await.response.unwrap_err(),
        ] {
            assert_eq!(error.kind.name(), kind, "{path}?{query}: {error}");
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn in_test_mode_other_writes_are_refused_and_reads_are_not() {
    let server = Server::replies(vec![done(1)]).await;
    let client = in_test_mode(&server);
    for method in ["POST", "put", "DELETE", "PATCH"] {
        let target = format!("/{ORGANIZATION}/products/1/configurations/2");
        let request = RawRequest { method: method.into(), target, body: None };
        assert_eq!(client.call(&request).await.response.unwrap_err().kind.name(), "test_mode");
        assert_eq!(client.send(&request).await.response.unwrap_err().kind.name(), "test_mode");
    }
    assert!(server.requests().is_empty());
    let request = RawRequest { method: "get".into(), target: "/x".into(), body: None };
    assert!(client.call(&request).await.response.is_ok());
}

#[tokio::test]
async fn test_mode_applies_to_every_clone_and_cannot_be_left() {
    let server = Server::replies(vec![done(1)]).await;
    let client = client_of(&server);
    let other = client.clone();
    assert_eq!(other.mode(), Mode::Live);
    client.enter_test_mode();
    assert_eq!(other.mode(), Mode::Test);
    other.action(json!([add("a@example.com")])).await.response.unwrap();
    assert!(server.lines()[0].ends_with("?testOnly=true"));
}

#[tokio::test]
async fn a_list_with_a_fault_is_not_sent_by_any_entry_point() {
    let server = Server::replies(vec![done(1)]).await;
    let client = client_of(&server);
    let body = json!([add("a@example.com"), add("nobody")]);
    let target = format!("/action/{ORGANIZATION}");
    for error in [
        client.action(body.clone()).await.response.unwrap_err(),
        client.call(&post(&target, body.clone())).await.response.unwrap_err(),
        client.send(&post(&target, body)).await.response.unwrap_err(),
    ] {
        assert_eq!(error.kind.name(), "invalid");
        assert_eq!((error.failures()[0].index, error.failures()[0].target.as_str()), (1, "nobody"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn with_the_checks_off_a_list_is_sent_as_written() {
    let server = Server::replies(vec![done(1)]).await;
    let client = client(ClientSettings { checks: false, ..settings(&server) });
    let body = json!([{"user": "nobody", "do": "nothing"}]);
    client.action(body.clone()).await.response.unwrap();
    assert_eq!(server.requests()[0].json(), body);
}

#[tokio::test]
async fn hooks_see_every_change_before_it_is_sent_and_after_its_response() {
    let server = Server::replies(vec![done(2), done(1), Reply::empty(200), Reply::empty(404)]).await;
    let client = client_of(&server);
    let guard = Arc::new(Guard::default());
    client.add_hook(guard.clone());
    client.action(json!([add("a@example.com"), add("b@example.com")])).await.response.unwrap();
    let rehearsal = format!("/action/{ORGANIZATION}?testOnly=true");
    client.call(&post(&rehearsal, json!([add("a@example.com")]))).await.response.unwrap();
    client.send(&post("/x/y", json!({}))).await.response.unwrap();
    client.call(&post("/x/y", json!({}))).await.response.unwrap_err();
    let action = format!("POST /action/{ORGANIZATION}");
    assert_eq!(
        *guard.seen.lock().unwrap(),
        [
            &format!("before {action} live 2"),
            "after 200",
            &format!("before {action} test 1"),
            "after 200",
            "before POST /x/y live 0",
            "after 200",
            "before POST /x/y live 0",
            "after not_found",
        ]
    );
}

#[tokio::test]
async fn a_change_that_a_hook_refuses_is_not_sent_and_earlier_hooks_are_reported() {
    let server = Server::replies(vec![done(1)]).await;
    let client = client_of(&server);
    let first = Arc::new(Guard::default());
    client.add_hook(first.clone());
    client.add_hook(Arc::new(Guard { refuses: true, ..Guard::default() }));
    let error = client.action(json!([add("a@example.com")])).await.response.unwrap_err();
    assert_eq!((error.kind.name(), server.requests().len()), ("guard", 0));
    assert_eq!(first.seen.lock().unwrap()[1], "after guard");
}

/// Counts what was requested and what was sent.
#[derive(Default)]
struct Gatekeeper(AtomicUsize, AtomicUsize);

impl Gatekeeper {
    fn counts(&self) -> (usize, usize) {
        (self.0.load(Ordering::Relaxed), self.1.load(Ordering::Relaxed))
    }
}

impl GateHook for Gatekeeper {
    fn before(&self, _: &ActionRequest) -> Result<()> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn sending(&self, _: &ActionRequest) -> Result<()> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn after(&self, _: &ActionRequest, _: Result<&ApiResponse, &Error>) {}
}

/// Stops the client as soon as it waits.
struct Impatient(CancellationToken);

impl ClientObserver for Impatient {
    fn notice(&self, event: &ClientEvent) {
        if let ClientEvent::Waiting { .. } = event {
            self.0.cancel();
        }
    }
}

#[tokio::test]
async fn a_change_that_waits_for_a_slot_was_not_sent() {
    let server = Server::replies(vec![done(1)]).await;
    let stop = CancellationToken::new();
    let paced = ClientSettings { pace: Pace::DOCUMENTED, ..settings(&server) };
    let client = Client::new(paced, Arc::new(Impatient(stop.clone())), stop);
    let gatekeeper = Arc::new(Gatekeeper::default());
    client.add_hook(gatekeeper.clone());
    for _ in 0..10 {
        client.action(json!([add("a@example.com")])).await.response.unwrap();
    }
    let error = client.action(json!([add("a@example.com")])).await.response.unwrap_err();
    assert_eq!((error.kind.name(), gatekeeper.counts()), ("interrupted", (11, 10)));
}

#[tokio::test]
async fn a_change_is_reported_once_however_often_it_is_repeated() {
    let server = Server::replies(vec![Reply::empty(429), Reply::Drop, done(1)]).await;
    let client = client_of(&server);
    let gatekeeper = Arc::new(Gatekeeper::default());
    client.add_hook(gatekeeper.clone());
    client.action(json!([add("a@example.com")])).await.response.unwrap();
    assert_eq!((server.requests().len(), gatekeeper.counts()), (3, (1, 1)));
}

#[tokio::test]
async fn a_lost_response_to_a_change_is_unknown_unless_repeating_is_harmless() {
    let create = json!({"user": "a@example.com", "do": [{"addAdobeID": {"email": "a@example.com"}}]});
    for (reply, exchanges) in [(Reply::Drop, 1), (Reply::empty(503), 1), (Reply::Cut("{\"a\": 1}".into()), 1)]
    {
        let server = Server::replies(vec![reply.clone(), done(1)]).await;
        let error = client_of(&server).action(json!([create])).await.response.unwrap_err();
        let posts = server.lines().iter().filter(|line| line.starts_with("POST")).count();
        assert_eq!((error.kind.name(), posts), ("unknown", exchanges), "{reply:?}");
        let server = Server::replies(vec![reply, done(1)]).await;
        client_of(&server).action(json!([add("a@example.com")])).await.response.unwrap();
        assert_eq!(server.requests().len(), 2);
    }
    let server = Server::replies(vec![Reply::Drop]).await;
    let error = client_of(&server).send(&post("/x/y", json!({}))).await.response.unwrap_err();
    assert_eq!((error.kind.name(), server.requests().len()), ("unknown", 1));
}

#[tokio::test]
async fn hooks_are_reported_when_a_change_may_have_been_made() {
    let server = Server::replies(vec![Reply::empty(500)]).await;
    let client = client_of(&server);
    let guard = Arc::new(Guard::default());
    client.add_hook(guard.clone());
    let error = client.action(json!([add("a@example.com")])).await.response.unwrap_err();
    assert_eq!((error.kind.name(), guard.seen.lock().unwrap()[1].as_str()), ("unknown", "after unknown"));
}

#[tokio::test]
async fn refused_and_rehearsed_requests_are_always_sent_again() {
    let create = json!([{"user": "a@example.com", "do": [{"addAdobeID": {"email": "a@example.com"}}]}]);
    let server = Server::replies(vec![Reply::empty(429), done(1)]).await;
    client_of(&server).action(create.clone()).await.response.unwrap();
    let server = Server::replies(vec![Reply::empty(503), Reply::Drop, done(1)]).await;
    in_test_mode(&server).action(create.clone()).await.response.unwrap();
    let server = Server::replies(vec![Reply::empty(503)]).await;
    let error = in_test_mode(&server).action(create).await.response.unwrap_err();
    assert_eq!(error.kind.name(), "unavailable");
}

#[tokio::test]
async fn a_change_that_was_lost_once_remains_unknown() {
    let server = Server::replies(vec![Reply::Drop, Reply::empty(403)]).await;
    let error = client_of(&server).action(json!([add("a@example.com")])).await.response.unwrap_err();
    assert_eq!(error.kind.name(), "unknown");
    assert!(error.to_string().contains("403"), "{error}");
}
