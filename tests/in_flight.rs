//! Several requests with changes wait for their responses at once.

use crate::support::{Desk, Run, journal_lines};
use std::time::{Duration, Instant};
use umapi_shell::sandbox::{FaultEffect, PlannedFault, RetryAfter};
use umapi_shell::wire::endpoint::EndpointId;

/// Creates people who are numbered, none of whom can be created twice.
const CREATE: &str = "let changes = queue();
    for number in 0..PEOPLE { changes.add_adobe_id(`new${number}@example.net`, \"A\", \"B\", \"US\"); }
    let report = changes.finish(); print(`${report.completed} ${report.requests}`);";

fn script(people: usize) -> String {
    CREATE.replace("PEOPLE", &people.to_string())
}

/// Every response takes that long, after its request was carried out.
fn delayed(desk: &Desk, millis: u64) {
    let fault = PlannedFault::at(EndpointId::Action, FaultEffect::Nothing).times(1_000);
    desk.server.queue(PlannedFault { delay: millis, ..fault });
}

fn created(desk: &Desk) -> usize {
    let code = "print(get_users().filter(|user| user.email != () && user.email.starts_with(\"new\")).len())";
    let run =
        Run::in_folder(std::sync::Arc::clone(&desk.folder), "--test -e").arg(code).against(&desk.server);
    run.run().done().trim().parse().unwrap()
}

/// The most requests of a journal that had no outcome at the same time.
fn most_at_once(desk: &Desk) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for line in journal_lines(&desk.only_journal()) {
        match line["kind"].as_str() {
            Some("request") => open += 1,
            Some("settled") => open -= 1,
            _ => {}
        }
        most = most.max(open);
    }
    most
}

#[test]
fn as_many_requests_are_in_flight_as_the_setting_says() {
    for (setting, expected) in [("1", 1), ("2", 2), ("4", 4)] {
        let desk = Desk::new(&script(95));
        delayed(&desk, 40);
        let run = desk.start("--live job.rhai").env("UMAPI_IN_FLIGHT", setting).run();
        assert_eq!((run.done(), most_at_once(&desk)), ("95 10\n".to_owned(), expected));
    }
}

#[test]
fn a_kill_with_requests_in_flight_loses_and_doubles_nothing() {
    for arrived in [2, 3, 5, 6, 9] {
        let desk = Desk::new(&script(120));
        delayed(&desk, 60);
        let mut child = desk.command("--live job.rhai").spawn().unwrap();
        let begun = Instant::now();
        while desk.action_requests() < arrived {
            assert!(begun.elapsed() < Duration::from_mins(1), "no request arrives");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        desk.server.reset();
        let before = created(&desk);
        let (code, out, said) = desk.resume();
        assert_eq!((code, created(&desk)), (0, 120), "{arrived}, {before} before: {said}");
        assert!(out.starts_with("120 "), "{out}");
    }
}

#[test]
fn faults_in_the_midst_leave_true_outcomes_for_all_in_flight() {
    let status = |status| FaultEffect::Status { status, body: None, retry_after: None };
    let wait = FaultEffect::Status { status: 429, body: None, retry_after: Some(RetryAfter::Seconds(0)) };
    for effect in [
        status(401),
        status(503),
        wait,
        FaultEffect::DropBefore,
        FaultEffect::DropAfter,
        FaultEffect::MalformedBody,
    ] {
        // A token is renewed once for each request.
        let most = if matches!(effect, FaultEffect::Status { status: 401, .. }) { 1 } else { 3 };
        for times in [1, most] {
            let desk = Desk::new(&script(75));
            desk.server.queue(PlannedFault::at(EndpointId::Action, effect.clone()).times(times).skip(2));
            delayed(&desk, 10);
            let (code, out, said) = desk.run("--live job.rhai");
            assert_eq!((code, created(&desk)), (0, 75), "{effect:?} {times}: {said}");
            assert!(out.starts_with("75 "), "{out}");
        }
    }
}

#[test]
fn a_script_that_fails_gets_the_outcomes_of_what_is_in_flight() {
    let script = script(60).replace("let report", "throw \"late\"; let report");
    let desk = Desk::new(&script);
    delayed(&desk, 50);
    let (code, _, said) = desk.run("--live job.rhai");
    // A request that still waits for its turn when the script fails is not sent.
    let done = created(&desk);
    assert!(code == 1 && done >= 10 && done.is_multiple_of(10), "{done}: {said}");
    let rest = if done < 60 { format!("{done} done, {} not sent", 60 - done) } else { "60 done".to_owned() };
    assert!(said.contains(&rest), "{said}");
}

#[test]
fn an_interrupt_leaves_what_is_in_flight_unknown_and_resume_finds_out() {
    let desk = Desk::new(&script(100));
    delayed(&desk, 400);
    let mut child = desk.command("--live job.rhai").spawn().unwrap();
    let begun = Instant::now();
    while desk.action_requests() < 4 {
        assert!(begun.elapsed() < Duration::from_mins(1), "no request arrives");
        std::thread::sleep(Duration::from_millis(1));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    child.wait().unwrap();
    desk.server.reset();
    let (code, out, said) = desk.resume();
    assert_eq!((code, created(&desk)), (0, 100), "{said}");
    assert!(out.starts_with("100 "), "{out}");
}

#[test]
fn what_one_person_is_changed_by_keeps_its_order() {
    // Each person is created, gets a group, and loses it again.
    let code = "let changes = queue();
        for number in 0..40 {
            let name = `new${number}@example.net`;
            changes.add_adobe_id(name, \"A\", \"B\", \"US\");
            changes.add_to_groups(name, \"Interns\");
            changes.remove_from_groups(name, \"Interns\");
        }
        print(changes.finish().completed); print(get_users(#{group: \"Interns\"}).len());";
    let desk = Desk::new(code);
    delayed(&desk, 5);
    let (code, out, said) = desk.run("--live job.rhai");
    assert_eq!((code, out.as_str()), (0, "120\n0\n"), "{said}");
}
