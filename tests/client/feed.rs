//! Commands pushed one by one: full requests, sent without delay.

use super::{client, client_of, settings};
use crate::support::server::{Recorded, Reply, Server};
use serde_json::{Value, json};
use std::sync::Mutex;
use tokio::time::Instant;
use umapi_shell::client::Client;
use umapi_shell::client::outcome::{Outcome, Status};
use umapi_shell::client::settings::{ClientSettings, Pace};
use umapi_shell::sandbox::{RequestLimiter, ThrottledCall};
use umapi_shell::wire::command::Command;
use umapi_shell::wire::endpoint::EndpointId;

fn add(number: usize) -> Command {
    let mut command = Command::user(&format!("u{number}@example.com"), None, None);
    command.add_to_groups(&["Designers".to_owned()]);
    command
}

fn all_done(request: &Recorded) -> Reply {
    let count = request.json().as_array().map_or(0, Vec::len);
    Reply::json(200, &json!({"result": "success", "completed": count, "notCompleted": 0}))
}

/// Pushes `count` commands one by one and closes the feed; returns all outcomes.
async fn run(client: &Client, count: usize) -> Vec<Outcome> {
    let (mut feed, mut outcomes) = (client.command_feed(false), Vec::new());
    for number in 0..count {
        feed.push(client.check(add(number)));
        feed.run(|outcome| outcomes.push(outcome)).await;
    }
    feed.close();
    feed.run(|outcome| outcomes.push(outcome)).await;
    outcomes
}

#[tokio::test]
async fn a_request_is_sent_as_soon_as_it_is_full_and_the_rest_at_the_end() {
    let server = Server::start(|request, _| all_done(request)).await;
    let client = client_of(&server);
    let (mut feed, mut outcomes) = (client.command_feed(false), 0);
    let mut sent = Vec::new();
    for number in 0..25 {
        feed.push(client.check(add(number)));
        feed.run(|_| outcomes += 1).await;
        sent.push(server.requests().len());
    }
    assert_eq!((sent[8], sent[9], sent[18], sent[19], sent[24]), (0, 1, 1, 2, 2));
    feed.close();
    feed.run(|_| outcomes += 1).await;
    assert_eq!((outcomes, feed.requests(), feed.stopped().is_none()), (25, 3, true));
}

#[tokio::test]
async fn independent_commands_take_a_tenth_of_requests_rounded_up() {
    for count in [0, 1, 10, 11, 99, 100, 101] {
        let server = Server::start(|request, _| all_done(request)).await;
        let outcomes = run(&client_of(&server), count).await;
        assert_eq!((outcomes.len(), server.requests().len()), (count, count.div_ceil(10)));
    }
}

#[tokio::test]
async fn abandoned_commands_are_not_sent() {
    let server = Server::start(|request, _| all_done(request)).await;
    let client = client_of(&server);
    let (mut feed, mut outcomes) = (client.command_feed(false), Vec::new());
    for number in 0..13 {
        feed.push(client.check(add(number)));
        feed.run(|outcome: Outcome| outcomes.push(outcome.status)).await;
    }
    feed.abandon();
    feed.run(|outcome| outcomes.push(outcome.status)).await;
    assert_eq!(outcomes, [[Status::Completed; 10].as_slice(), &[Status::NotSent; 3]].concat());
    assert_eq!(server.requests().len(), 1);
}

/// The response of a sandbox with limits, by the clock of the test.
fn limited(limiter: &Mutex<RequestLimiter>, request: &Recorded) -> Reply {
    let call = ThrottledCall { endpoint: EndpointId::Action, client: "c", page: None, request_id: None };
    match limiter.lock().unwrap().admit(call, Instant::now().into_std()) {
        Ok(()) => all_done(request),
        Err(wait) => Reply::json(429, &Value::Null).with("Retry-After", &wait.to_string()),
    }
}

#[tokio::test(start_paused = true)]
async fn under_the_limits_no_call_is_refused_and_no_time_is_wasted() {
    let limiter = Mutex::new(RequestLimiter::default());
    let server = Server::start(move |request, _| limited(&limiter, request)).await;
    let client = client(ClientSettings { pace: Pace::DOCUMENTED, ..settings(&server) });
    let begun = Instant::now();
    let outcomes = run(&client, 1_000).await;
    let taken = begun.elapsed().as_secs_f64();
    let least = (1_000.0 / 100.0 - 1.0) * 60.0; // a minute's burst at once, then one a minute
    assert_eq!(outcomes.iter().filter(|outcome| outcome.status == Status::Completed).count(), 1_000);
    assert_eq!(server.requests().len(), 100, "none was refused and sent again");
    assert!(taken <= 1.05 * least, "{taken} s, {least} s at least");
}
