//! Waiting at the prompt and leaving: Ctrl-C, Ctrl-D, SIGTERM, and listings that a change meets.

use crate::repl::{PROMPT, real, sandbox, server};
use crate::support::Run;
use std::time::Duration;
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, RetryAfter, Sandbox};
use umapi_shell::wire::endpoint::EndpointId;

/// The bench holds what the issue allows between Ctrl-C and the prompt, 100 ms; tests run beside one another, in builds
/// without optimization.
const SOON: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_500 } else { 100 });

#[test]
fn ctrl_c_ends_a_loop_a_sleep_and_a_request_and_keeps_the_session() {
    let mut terminal = sandbox();
    terminal.line("let kept = 1; get_groups().len()");
    terminal.expect(PROMPT);
    for line in ["loop { }", "sleep(100)", "while true { kept += 1; sleep(0.001) }"] {
        terminal.line(line);
        std::thread::sleep(Duration::from_millis(300));
        let took = terminal.interrupted(PROMPT);
        assert!(took < SOON, "{line}: {took:?}");
    }
    terminal.ask("kept > 0", "true", PROMPT);
}

#[test]
fn ctrl_c_ends_work_on_a_long_list_and_keeps_the_session() {
    let mut terminal = sandbox();
    terminal.ask(
        "let kept = []; kept.pad(3_000_000, \"ada.lind@example.com\"); kept.len()",
        "3000000",
        PROMPT,
    );
    for work in ["to_json(kept)", "kept.unique()", "kept.join(\", \")"] {
        terminal.line(&format!("print(\"beg\" + \"un\"); let done = {work}; print(\"it finished\")"));
        terminal.expect("begun");
        let begun = std::time::Instant::now();
        terminal.interrupt();
        terminal.expect("interrupted");
        terminal.expect(PROMPT);
        assert!(begun.elapsed() < SOON, "{work}: {:?}", begun.elapsed());
    }
    terminal.ask("kept.len()", "3000000", PROMPT);
}

#[test]
fn a_question_of_a_script_is_answered_or_left() {
    let mut terminal = sandbox();
    terminal.line("let name = ask(\"Who?\"); `hello ${name}`");
    terminal.expect("Who?\r\n");
    terminal.line("you");
    terminal.expect("hello you");
    terminal.expect(PROMPT);
    terminal.line("ask(\"Who?\")");
    terminal.expect("Who?\r\n");
    std::thread::sleep(Duration::from_millis(200));
    assert!(terminal.interrupted(PROMPT) < SOON);
}

#[test]
fn an_interrupted_list_of_commands_shows_what_was_done() {
    let server = server();
    let mut terminal = real(&server, "").start();
    terminal.expect("test> ");
    terminal.line("let all = get_users().to_array();");
    terminal.expect("test> ");
    server.queue(PlannedFault {
        delay: 30_000,
        skip: 1,
        ..PlannedFault::at(EndpointId::Action, FaultEffect::Nothing).times(100)
    });
    terminal.line("multi_action(all.map(|u| command(u.email).add_to_groups(\"Stock\")))");
    std::thread::sleep(Duration::from_millis(800));
    terminal.interrupt();
    let reported = terminal.expect("test> ");
    assert!(reported.contains("interrupted") && reported.contains("10 would be done"), "{reported}");
    terminal.ask("last.completedInTestMode", "\n10", "test> ");
}

#[test]
fn a_throttle_shows_why_and_counts_down_and_can_be_left() {
    let server = server();
    let wait = FaultEffect::Status { status: 429, body: None, retry_after: Some(RetryAfter::Seconds(100)) };
    server.queue(PlannedFault::at(EndpointId::User, wait).times(9));
    let mut terminal = real(&server, "").start();
    terminal.expect("test> ");
    terminal.line("get_user(\"ada.lind@example.com\")");
    terminal.expect("until ");
    terminal.expect("the service asked to wait (HTTP 429)");
    terminal.expect("waiting 99 s until "); // one second later
    assert!(terminal.interrupted("test> ") < SOON);
}

#[test]
fn a_request_that_is_not_answered_is_given_up_and_the_listing_goes_on_later() {
    let server = Sandbox::start(sandbox::SandboxSettings {
        users: Some(4_100),
        ..sandbox::SandboxSettings::default()
    })
    .unwrap();
    let mut terminal = real(&server, "").start();
    terminal.expect("test> ");
    terminal.line("let users = get_users();");
    terminal.expect("test> ");
    server.queue(PlannedFault { delay: 30_000, ..PlannedFault::next(FaultEffect::Nothing) });
    terminal.line("users.len()");
    std::thread::sleep(Duration::from_millis(300));
    let took = terminal.interrupted("test> ");
    assert!(took < SOON, "{took:?}");
    terminal.ask("users.len() > 4000", "true", "test> ");
}

#[test]
fn at_an_empty_prompt_the_second_ctrl_c_leaves() {
    let mut terminal = sandbox();
    terminal.keys("half a line");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.interrupt();
    terminal.expect("Ctrl-C again or Ctrl-D to exit");
    terminal.expect(PROMPT);
    terminal.interrupt();
    assert_eq!(terminal.end(), 0);
}

#[test]
fn ctrl_d_and_quit_leave_and_exit_says_with_which_code() {
    for (keys, code) in [("\u{4}", 0), (":quit\r", 0), ("quit\r", 0), ("exit(7)\r", 7)] {
        let mut terminal = sandbox();
        terminal.keys(keys);
        assert_eq!(terminal.end(), code, "{keys:?}");
    }
}

#[test]
fn a_sigterm_ends_an_idle_prompt_and_what_runs() {
    for line in ["let kept = 1", "loop { }", "ask(\"Who?\")"] {
        let mut terminal = sandbox();
        terminal.line(line);
        std::thread::sleep(Duration::from_millis(300));
        terminal.terminate();
        assert_eq!(terminal.end(), 130, "{line}");
    }
}

#[test]
fn a_sigterm_ends_a_dumb_prompt_too() {
    let mut terminal = Run::at_terminal("--sandbox").env("TERM", "dumb").start();
    terminal.expect(PROMPT);
    terminal.terminate();
    assert_eq!(terminal.end(), 130);
}

#[test]
fn a_change_does_not_wait_for_a_listing_that_was_only_shown() {
    let server = Sandbox::start(sandbox::SandboxSettings {
        users: Some(4_100),
        ..sandbox::SandboxSettings::default()
    })
    .unwrap();
    let mut terminal = real(&server, "").start();
    terminal.expect("test> ");
    terminal.ask("get_users()", "of about ", "test> ");
    let before = server.requests().len();
    terminal.ask("add_to_groups(\"gus.taylor@example.com\", \"Designers\")", "1 would be done", "test> ");
    assert_eq!(server.requests().len(), before + 1);
}

#[test]
fn a_listing_that_is_kept_is_read_before_a_change() {
    let server = Sandbox::start(sandbox::SandboxSettings {
        users: Some(4_100),
        ..sandbox::SandboxSettings::default()
    })
    .unwrap();
    let mut terminal = real(&server, "").start();
    terminal.expect("test> ");
    terminal.line("let kept = get_users();");
    terminal.expect("test> ");
    terminal.ask("kept", "of about ", "test> ");
    terminal.ask("add_to_groups(kept[0], \"Designers\")", "1 would be done", "test> ");
    terminal.ask("kept.len() > 4000", "true", "test> ");
}
