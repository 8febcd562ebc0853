//! Lists of commands: packed and sent, with an outcome for each command.

use super::{Listener, client, client_of, settings};
use crate::support::server::{Recorded, Reply, Server};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::event::{ClientEvent, SubmitProgress};
use umapi_shell::client::hooks::{ActionRequest, GateHook};
use umapi_shell::client::outcome::{Outcome, Status};
use umapi_shell::client::request::ApiResponse;
use umapi_shell::client::settings::{ClientSettings, Credentials, Mode};
use umapi_shell::error::{Error, ErrorKind, Result};
use umapi_shell::secret::Secret;
use umapi_shell::wire::command::Command;

/// Harmless to repeat.
fn add(number: usize) -> Command {
    let mut command = Command::user(&format!("u{number}@example.com"), None, None);
    command.add_to_groups(&["Designers".to_owned()]);
    command
}

/// Not to be repeated blindly.
fn create(number: usize) -> Command {
    let email = format!("u{number}@example.com");
    let mut command = Command::user(&email, None, None);
    command.push("addAdobeID", json!({ "email": email }));
    command
}

fn adds(count: usize) -> Vec<Command> {
    (0..count).map(add).collect()
}

/// The response of the service when everything succeeds, in the request's mode.
fn all_done(request: &Recorded) -> Reply {
    partly(request, &[])
}

/// The same, with errors in these commands of the request.
fn partly(request: &Recorded, errors: &[usize]) -> Reply {
    if request.method == "GET" {
        return Reply::empty(400); // nothing can be read back here
    }
    let count = request.json().as_array().unwrap().len();
    let done = if request.target.ends_with("testOnly=true") { "completedInTestMode" } else { "completed" };
    let errors: Vec<_> = errors
        .iter()
        .map(|index| json!({"index": index, "step": 0, "errorCode": "error.group.not_found", "message": "m"}))
        .collect();
    let result = match errors.len() {
        0 => "success",
        failed if failed == count => "error",
        _ => "partial",
    };
    let mut body = json!({"result": result, "notCompleted": errors.len(), "errors": errors});
    body[done] = json!(count - errors.len());
    Reply::json(200, &body)
}

async fn run(client: &Client, commands: Vec<Command>) -> (Vec<Outcome>, Option<Error>, usize) {
    let mut outcomes = client.execute(stream::iter(commands));
    let mut list = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        list.push(outcome);
    }
    list.sort_by_key(|outcome| outcome.index);
    (list, outcomes.stopped().cloned(), outcomes.requests())
}

fn statuses(outcomes: &[Outcome]) -> Vec<Status> {
    outcomes.iter().map(|outcome| outcome.status).collect()
}

fn users(request: &Recorded) -> Vec<String> {
    let body = request.json();
    let user =
        |command: &Value| command["user"].as_str().unwrap().trim_end_matches("@example.com").to_owned();
    body.as_array().unwrap().iter().map(user).collect()
}

#[tokio::test]
async fn independent_commands_are_sent_in_full_requests() {
    let server = Server::start(|request, _| all_done(request)).await;
    let listener = Arc::new(Listener::default());
    let client = Client::new(settings(&server), listener.clone(), CancellationToken::new());
    let (outcomes, stopped, requests) = run(&client, adds(25)).await;
    assert_eq!((statuses(&outcomes), requests), (vec![Status::Completed; 25], 3));
    assert!(stopped.is_none());
    let sizes: Vec<_> = server.requests().iter().map(|request| users(request).len()).collect();
    assert_eq!(sizes, [10, 10, 5]);
    let first = &outcomes[0];
    assert_eq!((first.target.as_str(), first.action.as_str(), first.attempts), ("u0@example.com", "add", 1));
    assert_eq!(first.request_id.as_deref(), server.requests()[0].header("x-request-id"));
    let last = listener.events().into_iter().rev().find_map(|event| match event {
        ClientEvent::Progress(progress) => Some(progress),
        _ => None,
    });
    let expected = SubmitProgress { done: 25, requests: 3, total: Some(25), ..SubmitProgress::default() };
    assert_eq!(last.map(|progress| SubmitProgress { left: None, ..progress }), Some(expected));
}

#[tokio::test]
async fn an_empty_list_sends_nothing() {
    let server = Server::start(|request, _| all_done(request)).await;
    let (outcomes, stopped, requests) = run(&client_of(&server), Vec::new()).await;
    assert_eq!((outcomes.len(), stopped.is_none(), requests), (0, true, 0));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_rehearsal_never_reads_as_done() {
    let server = Server::start(|request, _| partly(request, &[1])).await;
    let client = client(ClientSettings { mode: Mode::Test, ..settings(&server) });
    let (outcomes, ..) = run(&client, adds(3)).await;
    assert_eq!(statuses(&outcomes), [Status::WouldComplete, Status::Failed, Status::WouldComplete]);
    assert!(outcomes.iter().all(|outcome| outcome.mode == Mode::Test));
}

#[tokio::test]
async fn errors_come_back_at_the_caller_s_index() {
    let server =
        Server::start(|request, number| partly(request, if number == 1 { &[0, 4] } else { &[] })).await;
    let (outcomes, ..) = run(&client_of(&server), adds(15)).await;
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.status == Status::Failed)
        .map(|outcome| outcome.index)
        .collect();
    assert_eq!(failed, [10, 14]);
    let failure = outcomes[10].failure().unwrap();
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("error.group.not_found", "m"));
    assert!(outcomes[10].hint().is_some());
}

#[tokio::test]
async fn dependent_commands_and_pieces_are_sent_one_after_the_other() {
    let server = Server::start(|request, _| all_done(request)).await;
    let mut long = Command::user("u1@example.com", None, None);
    long.add_to_groups(&(0..150).map(|number| format!("G{number}")).collect::<Vec<_>>());
    let (outcomes, ..) = run(&client_of(&server), vec![add(0), long, add(0), add(2)]).await;
    assert_eq!(statuses(&outcomes), [Status::Completed; 4]);
    let requests: Vec<_> = server.requests().iter().map(users).collect();
    assert_eq!(requests, [vec!["u0", "u1", "u2"], vec!["u1", "u0"]]);
}

#[tokio::test]
async fn what_a_check_refuses_is_not_sent_and_the_rest_is() {
    let server = Server::start(|request, _| all_done(request)).await;
    let mut commands = adds(3);
    commands[1] = Command::user("nobody", None, None);
    commands[1].add_to_groups(&["X".to_owned()]);
    let (outcomes, ..) = run(&client_of(&server), commands).await;
    assert_eq!(statuses(&outcomes), [Status::Completed, Status::Failed, Status::Completed]);
    assert_eq!(
        (outcomes[1].attempts, outcomes[1].code.as_deref()),
        (0, Some("error.command.domain.missing"))
    );
    assert_eq!(users(&server.requests()[0]), ["u0", "u2"]);
}

#[tokio::test]
async fn a_repeatable_request_is_repeated_after_a_lost_response() {
    for reply in [Reply::Drop, Reply::empty(504), Reply::Cut("{\"result\": 1}".into())] {
        let server =
            Server::start(move |request, number| if number == 0 { reply.clone() } else { all_done(request) })
                .await;
        let (outcomes, ..) = run(&client_of(&server), adds(2)).await;
        assert_eq!((statuses(&outcomes), outcomes[0].attempts), (vec![Status::Completed; 2], 2));
    }
}

#[tokio::test]
async fn of_a_lost_request_only_repeatable_commands_are_sent_again() {
    let server =
        Server::start(|request, number| if number == 0 { Reply::Drop } else { all_done(request) }).await;
    let commands = vec![add(0), create(1), add(2), create(1)];
    let (outcomes, stopped, _) = run(&client_of(&server), commands).await;
    let expected = [Status::Completed, Status::Unknown, Status::Completed, Status::NotSent];
    assert_eq!(statuses(&outcomes), expected);
    assert!(outcomes[1].message.as_ref().unwrap().contains("broke"), "{:?}", outcomes[1]);
    assert!(outcomes[3].message.as_ref().unwrap().contains("command 1"), "{:?}", outcomes[3]);
    assert_eq!((outcomes[0].attempts, stopped.is_none()), (2, true));
    assert_eq!(users(server.requests().last().unwrap()), ["u0", "u2"]);
}

#[tokio::test]
async fn an_unavailable_service_ends_the_run_with_all_outcomes() {
    let server = Server::replies(vec![Reply::empty(503)]).await;
    let (outcomes, stopped, requests) = run(&client_of(&server), (0..50).map(create).collect()).await;
    let count = |status| outcomes.iter().filter(|outcome| outcome.status == status).count();
    assert_eq!((count(Status::Unknown), count(Status::NotSent), requests), (30, 20, 0));
    assert_eq!(stopped.unwrap().kind.name(), "unavailable");
    let posts = server.requests().iter().filter(|request| request.method == "POST").count();
    assert_eq!(posts, 3);
}

#[tokio::test]
async fn a_response_resets_the_count_of_lost_ones() {
    let posts = AtomicUsize::new(0);
    let server = Server::start(move |request, _| {
        let lost = request.method == "POST" && posts.fetch_add(1, Ordering::Relaxed) % 3 != 2;
        if lost { Reply::Drop } else { all_done(request) }
    })
    .await;
    let (outcomes, stopped, requests) = run(&client_of(&server), (0..90).map(create).collect()).await;
    let count = |status| outcomes.iter().filter(|outcome| outcome.status == status).count();
    assert_eq!((count(Status::Unknown), count(Status::Completed), requests), (60, 30, 3));
    assert!(stopped.is_none());
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent() {
    let server = Server::replies(vec![Reply::Drop]).await;
    let mut settings = settings(&server);
    drop(server);
    // Another test may get the same port, but none listens at this address.
    settings.service_url = settings.service_url.replace("127.0.0.1", "127.0.0.2");
    let (outcomes, stopped, _) = run(&client(settings), (0..12).map(create).collect()).await;
    assert_eq!(statuses(&outcomes), [Status::NotSent; 12]);
    assert_eq!(stopped.unwrap().kind.name(), "unavailable");
}

#[tokio::test]
async fn after_a_refused_sign_in_nothing_is_sent() {
    let server = Server::replies(vec![Reply::json(400, &json!({"error": "invalid_client"}))]).await;
    let credentials = Credentials::OAuth { client_id: "id".into(), client_secret: Secret::from("s") };
    let client = client(ClientSettings { credentials, ..settings(&server) });
    let (outcomes, stopped, _) = run(&client, adds(2)).await;
    assert_eq!(statuses(&outcomes), [Status::NotSent; 2]);
    assert_eq!((outcomes[0].attempts, outcomes[0].request_id.as_deref()), (0, None));
    assert_eq!(stopped.unwrap().code(), Some("invalid_client"));
}

#[tokio::test]
async fn a_server_error_in_a_change_is_unknown_and_the_run_continues() {
    let server =
        Server::start(|request, number| if number == 0 { Reply::empty(500) } else { all_done(request) })
            .await;
    let (outcomes, stopped, _) = run(&client_of(&server), adds(12)).await;
    assert_eq!(statuses(&outcomes[..10]), [Status::Unknown; 10]);
    assert_eq!((statuses(&outcomes[10..]), stopped.is_none()), (vec![Status::Completed; 2], true));
}

#[tokio::test]
async fn a_malformed_request_fails_its_commands_and_any_other_refusal_ends_the_run() {
    let refuse = |status, code: &str| Reply::json(status, &json!({"result": code, "message": "m"}));
    let malformed = refuse(400, "error.command.malformed");
    let server =
        Server::start(move |request, number| if number == 0 { malformed.clone() } else { all_done(request) })
            .await;
    let (outcomes, stopped, _) = run(&client_of(&server), adds(12)).await;
    assert_eq!((statuses(&outcomes[..10]), stopped.is_none()), (vec![Status::Failed; 10], true));
    assert_eq!(statuses(&outcomes[10..]), [Status::Completed; 2]);

    let server = Server::replies(vec![refuse(400, "error.organization.invalid_id")]).await;
    let (outcomes, stopped, _) = run(&client_of(&server), adds(12)).await;
    assert_eq!((outcomes[0].status, outcomes[11].status), (Status::Failed, Status::NotSent));
    assert_eq!(stopped.unwrap().code(), Some("error.organization.invalid_id"));

    let server = Server::replies(vec![Reply::empty(403)]).await;
    let (outcomes, stopped, _) = run(&client_of(&server), adds(2)).await;
    assert_eq!((statuses(&outcomes), stopped.unwrap().kind.name()), (vec![Status::NotSent; 2], "auth"));
}

#[tokio::test]
async fn nothing_is_done_by_a_response_whose_counts_do_not_add_up() {
    for body in [json!({"result": "success", "completed": 1}), json!({"completed": "two"}), json!({})] {
        let server = Server::replies(vec![Reply::json(200, &body)]).await;
        let (outcomes, ..) = run(&client_of(&server), adds(2)).await;
        assert!(outcomes.iter().all(|outcome| !outcome.status.is_done()), "{body}: {outcomes:?}");
    }
}

/// Later steps run after a failed one (contract 7.1): what the service did not report is read back.
#[tokio::test]
async fn every_error_of_a_command_is_kept_and_the_other_steps_are_read_back() {
    let mut command = Command::user("a@example.com", None, None);
    command.push("update", json!({"lastname": "New"})).add_to_groups(&["Gone".to_owned()]);
    command.add_to_groups(&["Designers".to_owned()]);
    let error =
        |step: usize, code: &str| json!({"index": 0, "step": step, "errorCode": code, "message": "m"});
    let (update, add) = (error(0, "error.update.no"), error(1, "error.group.not_found"));
    for (groups, status) in [
        (json!(["Designers"]), Status::PartlyDone),
        (json!([]), Status::Failed),
        (Value::Null, Status::PartlyDone),
    ] {
        let errors = json!([add, update]);
        let server = Server::start(move |request, _| match request.method.as_str() {
            "GET" if groups.is_null() => Reply::empty(403),
            "GET" => {
                let user = json!({"email": "a@example.com", "lastname": "Old", "groups": groups});
                Reply::json(200, &json!({"result": "success", "user": user}))
            }
            _ => Reply::json(200, &json!({"result": "error", "notCompleted": 1, "errors": errors})),
        })
        .await;
        let client = client_of(&server);
        let (outcomes, ..) = run(&client, vec![command.clone()]).await;
        let raw = client.action(json!([command.to_json()])).await.outcomes;
        for outcome in outcomes.iter().chain(&raw) {
            assert_eq!((outcome.status, outcome.step), (status, Some(0)), "{outcome:?}");
            assert_eq!(outcome.code.as_deref(), Some("error.update.no"));
            let codes: Vec<_> =
                outcome.errors.iter().map(|error| (error.step, error.code.as_str())).collect();
            assert_eq!(codes, [(Some(0), "error.update.no"), (Some(1), "error.group.not_found")]);
        }
    }
}

#[tokio::test]
async fn odd_fields_of_a_response_do_not_hide_its_outcomes() {
    let error = json!({"index": "0", "step": "0", "errorCode": "error.group.not_found", "message": null,
        "user": null, "requestID": null});
    for (body, status) in [
        (json!({"result": "success", "completed": "1", "errors": null, "warnings": null}), Status::Completed),
        (json!({"result": "error", "completed": 0, "notCompleted": "1", "errors": [error]}), Status::Failed),
        (json!({"result": "error", "completed": 1}), Status::Unknown),
    ] {
        let server = Server::start(move |_, _| Reply::json(200, &body)).await;
        let (outcomes, ..) = run(&client_of(&server), adds(1)).await;
        assert_eq!(outcomes[0].status, status, "{outcomes:?}");
    }
}

#[tokio::test]
async fn warnings_have_the_caller_s_step() {
    let server = Server::replies(vec![Reply::json(
        200,
        &json!({"result": "success", "completed": 1, "warnings": [
            {"index": 0, "step": 2, "warningCode": "warning.command.deprecated", "message": "old"}]}),
    )])
    .await;
    let mut command = Command::group("X");
    command.push("add", json!({"product": (0..15).map(|number| format!("P{number}")).collect::<Vec<_>>()}));
    command.membership("remove", "user", &["a@example.com".to_owned()]);
    let (outcomes, ..) = run(&client_of(&server), vec![command]).await;
    assert_eq!((outcomes[0].status, outcomes[0].warnings[0].step), (Status::Completed, Some(1)));
}

#[tokio::test]
async fn entering_test_mode_during_a_run_makes_the_rest_a_rehearsal() {
    let server = Server::start(|request, _| all_done(request)).await;
    let client = client_of(&server);
    let mut outcomes = client.execute(stream::iter(adds(12)));
    assert_eq!(outcomes.next().await.unwrap().status, Status::Completed);
    client.enter_test_mode();
    let rest: Vec<_> = outcomes.collect().await;
    assert_eq!(rest.last().unwrap().status, Status::WouldComplete);
    assert!(server.lines()[1].ends_with("?testOnly=true"));
}

struct Refusing(usize);

impl GateHook for Refusing {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        if request.commands.iter().all(|sent| sent.index < self.0) {
            return Ok(());
        }
        Err(ErrorKind::Guard { message: "enough".into(), hint: "h".into() }.into())
    }

    fn after(&self, _: &ActionRequest, _: Result<&ApiResponse, &Error>) {}
}

#[tokio::test]
async fn a_hook_that_refuses_ends_the_run_before_the_request() {
    let server = Server::start(|request, _| all_done(request)).await;
    let client = client_of(&server);
    client.add_hook(Arc::new(Refusing(10)));
    let (outcomes, stopped, requests) = run(&client, adds(25)).await;
    assert_eq!(statuses(&outcomes[..10]), [Status::Completed; 10]);
    assert_eq!(statuses(&outcomes[10..]), [Status::NotSent; 15]);
    assert!(outcomes[24].message.as_ref().unwrap().contains("enough"), "{:?}", outcomes[24]);
    assert_eq!((stopped.unwrap().kind.name(), requests, server.requests().len()), ("guard", 1, 1));
}

#[tokio::test]
async fn after_an_interruption_the_requests_in_flight_are_unknown_and_the_rest_not_sent() {
    let server =
        Server::start(|request, number| if number == 0 { all_done(request) } else { Reply::Hang }).await;
    let stop = CancellationToken::new();
    let client = Client::new(settings(&server), Arc::new(()), stop.clone());
    let ((outcomes, stopped, _), ()) = tokio::join!(run(&client, adds(65)), async {
        server.arrived(5).await;
        stop.cancel();
    });
    assert_eq!(statuses(&outcomes[..10]), [Status::Completed; 10]);
    assert_eq!(statuses(&outcomes[10..50]), [Status::Unknown; 40]);
    assert_eq!(statuses(&outcomes[50..]), [Status::NotSent; 15]);
    assert_eq!(stopped.unwrap().kind.name(), "interrupted");
}

#[tokio::test]
async fn an_interruption_while_waiting_for_commands_ends_the_run() {
    let server = Server::start(|request, _| all_done(request)).await;
    let stop = CancellationToken::new();
    let client = Client::new(settings(&server), Arc::new(()), stop.clone());
    let mut outcomes = client.execute(stream::iter(adds(2)).chain(stream::pending()));
    let stopping = async {
        tokio::task::yield_now().await;
        stop.cancel();
    };
    let (first, ()) = tokio::join!(outcomes.next(), stopping);
    assert_eq!(first.unwrap().status, Status::NotSent);
    assert_eq!(outcomes.next().await.unwrap().status, Status::NotSent);
    assert!(outcomes.next().await.is_none());
    assert_eq!(outcomes.stopped().unwrap().kind.name(), "interrupted");
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_the_run_and_says_when_to_retry() {
    let server = Server::start(|request, number| match number {
        0 => all_done(request),
        _ => Reply::empty(429).with("Retry-After", "60"),
    })
    .await;
    let client = client(ClientSettings { max_wait: Duration::from_secs(59), ..settings(&server) });
    let (outcomes, stopped, _) = run(&client, adds(12)).await;
    assert_eq!(statuses(&outcomes[10..]), [Status::NotSent; 2]);
    assert!(matches!(*stopped.unwrap().kind, ErrorKind::Throttled { .. }));
}
