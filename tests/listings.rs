//! Saved listings and the two-hour rule, as an operator sees them.

use crate::support::run::Finished;
use crate::support::server::{Recorded, Reply, Server};
use crate::support::terminal::Running;
use crate::support::{Desk, Run};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, Sandbox};
use umapi_shell::wire::endpoint::EndpointId;

/// Two pages of three users in all, and room for the rest of the path in what is asked.
fn answer(request: &Recorded) -> Reply {
    let page: usize =
        request.target.rsplit('/').next().and_then(|page| page.parse().ok()).unwrap_or_default();
    let emails = if page == 0 { vec!["ann@example.com", "ben@example.com"] } else { vec!["cy@example.com"] };
    let users: Vec<_> = emails.iter().map(|email| json!({"email": email, "id": email})).collect();
    Reply::json(200, &json!({"lastPage": page == 1, "result": "success", "users": users}))
        .with("X-Page-Count", "2")
}

/// `umapish` in a home, against a server that acts as the service.
fn shell(home: &Path, server: &Server, words: &str, code: &str) -> Run {
    Run::new(words)
        .arg(code)
        .env("HOME", &home.to_string_lossy())
        .env("UMAPI_URL", &format!("{}/v2/usermanagement", server.url()))
        .env("UMAPI_IMS_URL", &server.url())
        .env("UMAPI_ORG_ID", "1@AdobeOrg")
        .env("UMAPI_CLIENT_ID", "id")
        .env("UMAPI_ACCESS_TOKEN", "token")
        .env("UMAPI_FIRST_DELAY", "0")
        .env("UMAPI_JITTER", "0")
}

/// Runs the code against the server; the run is a process of its own, so the server's thread is free.
async fn run(home: &Path, server: &Server, code: &str) -> Finished {
    finished(shell(home, server, "-e", code)).await
}

async fn finished(shell: Run) -> Finished {
    tokio::task::spawn_blocking(|| shell.run()).await.unwrap()
}

fn kept(home: &Path) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&home.join(".local/state/umapish/listings"), &mut found);
    found
}

fn file(home: &Path, name: &str) -> Option<PathBuf> {
    kept(home).into_iter().find(|path| path.file_name().is_some_and(|file| file == name))
}

const COUNT: &str = r#"get_users(#{max_age: "2h"}).len()"#;

#[tokio::test]
async fn a_listing_is_read_once_and_used_again_with_its_age_reported() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| answer(request)).await;
    assert_eq!(run(home.path(), &server, COUNT).await.done().trim(), "3");
    let again = run(home.path(), &server, COUNT).await;
    assert!(
        again.stderr.contains("users: the saved listing of ") && again.stderr.contains(" s old)"),
        "{}",
        again.stderr
    );
    assert_eq!(again.done().trim(), "3");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn without_max_age_nothing_of_the_users_is_kept_and_nothing_kept_is_used() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| answer(request)).await;
    run(home.path(), &server, "get_users().len()").await.done();
    assert!(file(home.path(), "users.json.lz4").is_none());
    run(home.path(), &server, COUNT).await.done();
    run(home.path(), &server, "get_users().len()").await.done();
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn an_incomplete_listing_is_not_kept() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| match answer(request) {
        _ if request.target.ends_with("/1") => Reply::empty(404),
        reply => reply,
    })
    .await;
    run(home.path(), &server, COUNT).await.ended(5);
    run(home.path(), &server, r#"for user in get_users(#{max_age: "2h"}) { break; }"#).await.done();
    assert!(kept(home.path()).iter().all(|path| path.extension().is_some_and(|kind| kind == "begun")));
}

#[tokio::test]
async fn a_change_makes_it_stale_and_a_rehearsal_does_not() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| {
        let rehearsed = usize::from(request.target.contains("testOnly=true"));
        let counts = json!({"result": "success", "completed": 1 - rehearsed, "notCompleted": 0,
            "completedInTestMode": rehearsed});
        if request.method == "POST" { Reply::json(200, &counts) } else { answer(request) }
    })
    .await;
    let change = r#"add_to_groups("ann@example.com", "X");"#;
    run(home.path(), &server, COUNT).await.done();
    run(home.path(), &server, change).await.done();
    assert_eq!(run(home.path(), &server, COUNT).await.done().trim(), "3");
    assert_eq!(server.requests().len(), 3);
    finished(shell(home.path(), &server, "--live -e", change)).await.done();
    let allowed = run(home.path(), &server, r#"get_users(#{max_age: "2h", stale: true}).len()"#).await;
    assert!(allowed.stderr.contains("stale: umapish made a change at "), "{}", allowed.stderr);
    assert_eq!(server.requests().len(), 4);
    let anew = run(home.path(), &server, COUNT).await;
    assert!(anew.stderr.contains("is not used") && anew.stderr.contains("stale"), "{}", anew.stderr);
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn an_old_one_is_listed_anew() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| answer(request)).await;
    run(home.path(), &server, COUNT).await.done();
    let anew = run(home.path(), &server, "get_users(#{max_age: 0}).len()").await;
    assert!(anew.stderr.contains("is too old"), "{}", anew.stderr);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_script_is_reported_before_it_sends_that_the_service_may_hold_a_listing_back() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| answer(request)).await;
    let first = run(home.path(), &server, "get_users().len()").await;
    assert!(!first.stderr.contains("two hours"), "{}", first.stderr);
    let second = run(home.path(), &server, "get_users().len() + get_users().len()").await;
    let reported = second
        .stderr
        .matches("users: the service allows one full listing every two hours and may delay this one until");
    assert_eq!(reported.count(), 1, "{}", second.stderr);
    let mark = file(home.path(), "users.begun").unwrap();
    let moment = SystemTime::now() - Duration::from_secs(2 * 60 * 60 + 1);
    std::fs::File::options().write(true).open(mark).unwrap().set_modified(moment).unwrap();
    let later = run(home.path(), &server, "get_users().len()").await;
    assert!(!later.stderr.contains("two hours"), "{}", later.stderr);
}

#[tokio::test]
async fn a_listing_that_is_held_back_waits_as_the_service_asks() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, number| match number {
        0 => Reply::empty(429).with("Retry-After", "0"),
        _ => answer(request),
    })
    .await;
    assert_eq!(run(home.path(), &server, "get_users().len()").await.done().trim(), "3");
    let server = Server::replies(vec![Reply::empty(429).with("Retry-After", "7000")]).await;
    run(home.path(), &server, "get_users().len()").await.failed(5, "7000 s");
}

#[tokio::test]
async fn max_age_is_for_full_listings() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| answer(request)).await;
    let code = r#"get_users(#{group: "X", max_age: "2h"})"#;
    run(home.path(), &server, code).await.failed(1, "`max_age` works only for the listing of all users");
    run(home.path(), &server, r#"get_users(#{max_age: "soon"})"#).await.failed(1, "a duration");
    assert!(server.requests().is_empty());
}

#[test]
fn in_the_sandbox_a_listing_is_kept_for_the_run_and_nothing_is_left() {
    let code = r#"let first = get_users(#{max_age: "1h"}); first.len(); get_users(#{max_age: "1h"}).len() == first.len()"#;
    let finished = Run::eval(code).run();
    assert!(finished.stderr.contains("users: the saved listing of "), "{}", finished.stderr);
    assert!(!finished.file(".local").exists());
    assert_eq!(finished.done().trim(), "true");
}

/// A sandbox whose 45 users are on five pages.
fn paged() -> Sandbox {
    let sandbox = Sandbox::start(sandbox::SandboxSettings::default()).unwrap();
    sandbox.configure(sandbox::SettingsChange { page_size: Some(10), ..sandbox::SettingsChange::default() });
    sandbox
}

fn in_sandbox(sandbox: &Sandbox, code: &str) -> Finished {
    let environment = [
        ("UMAPI_URL", sandbox.service_url()),
        ("UMAPI_IMS_URL", sandbox.sign_in_url()),
        ("UMAPI_ORG_ID", sandbox::ORGANIZATION.to_owned()),
        ("UMAPI_CLIENT_ID", sandbox::CLIENT_ID.to_owned()),
        ("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET.to_owned()),
        ("UMAPI_FIRST_DELAY", "0".to_owned()),
        ("UMAPI_JITTER", "0".to_owned()),
        ("UMAPI_PACE", "off".to_owned()),
    ];
    let shell = Run::new("-e").arg(code);
    environment.iter().fold(shell, |shell, (name, value)| shell.env(name, value)).run()
}

fn pages_asked_for(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.endpoint.eq_ignore_ascii_case("users")).count()
}

fn lost() -> FaultEffect {
    FaultEffect::Status { status: 503, body: None, retry_after: None }
}

#[test]
fn trouble_in_the_midst_of_a_listing_is_got_over() {
    let sandbox = paged();
    sandbox.queue(PlannedFault::at(EndpointId::Users, lost()).skip(2).times(2));
    sandbox.queue(PlannedFault::at(EndpointId::Users, FaultEffect::CutBody { bytes: 100 }).skip(1));
    sandbox.queue(PlannedFault::at(EndpointId::Users, FaultEffect::DropBefore).skip(1));
    let count = "let users = counter(); for user in get_users() { users.add(user.id); } users.rows().len()";
    assert_eq!(in_sandbox(&sandbox, count).done().trim(), "45");
    assert_eq!(pages_asked_for(&sandbox), 5 + 4);
}

#[test]
fn a_page_that_cannot_be_read_is_caught_with_its_line_and_what_was_read_stands() {
    let sandbox = paged();
    let path = format!("/v2/usermanagement/users/{}/3", sandbox::ORGANIZATION);
    sandbox
        .queue(PlannedFault { path: Some(path), ..PlannedFault::at(EndpointId::Users, lost()).times(100) });
    let code = r#"
        let read = 0;
        try {
            for user in get_users() { read += 1; }
        } catch (error) {
            print(`${error.kind} in line ${error.line} after ${read}: ${error.error.contains("page 3")}`);
        }"#;
    let finished = in_sandbox(&sandbox, code);
    assert_eq!(finished.done(), "incomplete in line 4 after 30: true\n");
    let kept = "let users = get_users();
        for time in 0..2 { try { users.len() } catch (error) { print(`${error.kind} ${error.line}`); } }";
    assert_eq!(in_sandbox(&sandbox, kept).done(), "incomplete 2\nincomplete 2\n");
}

#[test]
fn a_loop_that_is_left_sends_for_no_more_pages() {
    let sandbox = paged();
    in_sandbox(&sandbox, "for user in get_users() { break; }").done();
    assert_eq!(pages_asked_for(&sandbox), 1);
    in_sandbox(&sandbox, "get_users().find(|user| user.email != ()).email").done();
    assert_eq!(pages_asked_for(&sandbox), 2);
}

/// The prompt at a sandbox that counts as a real organization, with this line in the profile.
fn prompt(sandbox: &Sandbox, line: &str) -> Running {
    let config = format!(
        "[default]\norg_id = \"{}\"\nclient_id = \"{}\"\nurl = \"{}\"\nims_url = \"{}\"\n{line}\n",
        sandbox::ORGANIZATION,
        sandbox::CLIENT_ID,
        sandbox.service_url(),
        sandbox.sign_in_url(),
    );
    let terminal = Run::at_terminal("").env("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET);
    terminal.file(".config/umapish/config.toml", &config).start()
}

#[test]
fn the_prompt_asks_before_a_listing_that_the_service_may_hold_back() {
    let sandbox = paged();
    let mut terminal = prompt(&sandbox, "");
    terminal.line("get_users().len()");
    terminal.expect("45");
    terminal.line("get_users().len()");
    terminal.expect("allows one full listing every two hours");
    terminal.expect("Start it now anyway? [y/N]");
    terminal.line("");
    terminal.expect("the listing of users was not started");
    assert_eq!(pages_asked_for(&sandbox), 5);
    terminal.line("get_users().len()");
    terminal.expect("[y/N]");
    terminal.line("y");
    terminal.expect("45");
    assert_eq!(pages_asked_for(&sandbox), 10);
}

#[test]
fn the_prompt_uses_a_saved_listing_where_the_profile_allows_it() {
    let sandbox = paged();
    let mut terminal = prompt(&sandbox, "listing_max_age = \"2h\"");
    terminal.line("get_users().len()");
    terminal.expect("45");
    terminal.line("get_users().len() + 1000");
    terminal.expect("users: the saved listing of ");
    terminal.expect("1045");
    assert_eq!(pages_asked_for(&sandbox), 5);
}

#[test]
fn after_a_change_a_saved_listing_is_stale_although_the_clock_was_set_back() {
    let desk = Desk::new("");
    let count = r#"print(get_users(#{max_age: "2h"}).len())"#;
    let add = r#"add_adobe_id("new@example.net", "A", "B", "US")"#;
    let before: usize = desk.start("-e").arg(count).run().done().trim().parse().unwrap();
    desk.start("--live -e").arg(add).run().exits(0);
    let mark = file(desk.folder.path(), "changed").unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(mark).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(24 * 365)).unwrap();
    let again = desk.start("-e").arg(count).run().stderr_has("is not used");
    assert_eq!(again.done().trim(), (before + 1).to_string());
}

#[test]
fn a_saved_listing_from_the_future_is_not_used() {
    let desk = Desk::new("");
    let count = r#"print(get_users(#{max_age: "2h"}).len())"#;
    desk.start("-e").arg(count).run().exits(0);
    let path = file(desk.folder.path(), "users.json.lz4").unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let year = |number: i16| format!("\"begun\":\"{number}-").into_bytes();
    let now = year_of(&bytes);
    let at = bytes.windows(year(now).len()).position(|window| window == year(now)).unwrap();
    let changed = [&bytes[..at], &year(now + 1), &bytes[at + year(now).len()..]].concat();
    std::fs::write(&path, changed).unwrap();
    desk.start("-e").arg(count).run().stderr_has("is dated in the future").exits(0);
}

/// The year in which a saved listing began.
fn year_of(bytes: &[u8]) -> i16 {
    let text = String::from_utf8_lossy(&bytes[..1024]).into_owned();
    text.split_once("\"begun\":\"").unwrap().1[..4].parse().unwrap()
}
