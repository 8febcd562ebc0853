//! Processes at the same time: one live run of changes for an organization, and one budget of calls for a client id.

use crate::support::Desk;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Changes somebody, says so, and keeps running until it is told to end.
const SLOW: &str = r#"
    add_to_groups("ben.osei@example.com", "Finance");
    write_csv("changed.csv", [#{done: 1}]);
    for turn in 0..600 {
        if args().len() == 0 || read_json("end.json").ends { break; }
        sleep(0.1);
    }
"#;
const CHANGE: &str = r#"add_to_groups("ben.osei@example.com", "Designers")"#;

/// A desk with a run that has changed something and is still running.
fn with_slow_run() -> (Desk, Child) {
    let desk = Desk::new(SLOW);
    set_end(&desk, false);
    let child = desk.command("--live job.rhai slow").stderr(Stdio::piped()).spawn().unwrap();
    until(|| desk.folder.path().join("changed.csv").exists());
    (desk, child)
}

/// Says whether the slow run is to end.
fn set_end(desk: &Desk, ends: bool) {
    let aside = desk.folder.path().join("aside.json");
    std::fs::write(&aside, format!(r#"{{"ends": {ends}}}"#)).unwrap();
    std::fs::rename(aside, desk.folder.path().join("end.json")).unwrap();
}

#[track_caller]
fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never came to that");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn locks(home: &Path) -> usize {
    let folder = home.join(".local/state/umapish/live");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn a_second_live_run_is_refused_and_names_the_first() {
    let (desk, mut slow) = with_slow_run();
    let before = desk.action_requests();
    let refused = desk.start("--live -e").arg(CHANGE).run();
    let process = format!("(process {})", slow.id());
    let words = refused.words();
    assert!(words.contains("`job.rhai` of ") && words.contains(&process), "{words}");
    assert!(words.contains("has been changing this organization since 20"), "{words}");
    assert!(words.contains("--wait 10m"), "{words}");
    refused.exits(9);
    let caught = format!("try {{ {CHANGE} }} catch (err) {{ print(err.kind) }}");
    assert_eq!(desk.start("--live -e").arg(&caught).run().ended(9), "busy\n");
    let many = r#"multi_action([command("ben.osei@example.com").add_to_groups("Designers")])"#;
    desk.start("--live -e").arg(many).run().exits(9);
    assert_eq!(desk.action_requests(), before, "nothing of them was sent");
    set_end(&desk, true);
    assert_eq!(slow.wait().unwrap().code(), Some(0));
    desk.start("--live -e").arg(CHANGE).run().done();
}

#[test]
fn reads_and_rehearsals_are_never_held_up() {
    let (desk, mut slow) = with_slow_run();
    desk.start("--live -e").arg("print(get_groups().len())").run().done();
    desk.start("--test -e").arg(CHANGE).run().done();
    let rehearsal = r#"test_mode(); add_to_groups("ben.osei@example.com", "Designers")"#;
    desk.start("--live -e").arg(rehearsal).run().done();
    assert!(slow.try_wait().unwrap().is_none(), "the first still runs");
    set_end(&desk, true);
    slow.wait().unwrap();
}

#[test]
fn a_run_that_waits_begins_when_the_other_ends() {
    let (desk, mut slow) = with_slow_run();
    let waiting = desk.start("--live --wait 1m -e").arg(CHANGE).into_command().stderr(Stdio::piped()).spawn();
    let waiting = waiting.unwrap();
    std::thread::sleep(Duration::from_millis(500));
    set_end(&desk, true);
    slow.wait().unwrap();
    let output = waiting.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("waiting: `job.rhai`"), "{text}");
}

#[cfg(unix)]
#[test]
fn the_operator_can_end_the_wait() {
    let (desk, mut slow) = with_slow_run();
    let mut waiting = desk.start("--live --wait 10m -e").arg(CHANGE).into_command();
    let mut child = waiting.stderr(Stdio::piped()).spawn().unwrap();
    let mut text = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !text.contains("waiting: ") {
        assert!(lines.read_line(&mut text).unwrap() > 0, "{text}");
    }
    let number = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &number]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    set_end(&desk, true);
    slow.wait().unwrap();
}

#[test]
fn a_run_that_was_killed_holds_nobody_up() {
    let (desk, mut slow) = with_slow_run();
    desk.start("--live -e").arg(CHANGE).run().exits(9);
    slow.kill().unwrap();
    slow.wait().unwrap();
    assert_eq!(locks(desk.folder.path()), 1);
    desk.start("--live -e").arg(CHANGE).run().done();
}

#[test]
fn processes_share_the_calls_of_a_minute() {
    let desk = Desk::new("get_groups(); get_groups();");
    let begun = Instant::now();
    let runs: Vec<_> = (0..3)
        .map(|_| desk.start("job.rhai").env("UMAPI_PACE", "4s").into_command().spawn().unwrap())
        .collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(4), "six calls where five are allowed took {took:?}");
}

#[test]
fn client_ids_do_not_share_and_neither_do_runs_without_limits() {
    let desk = Desk::new("for turn in 0..5 { get_groups(); }");
    desk.start("job.rhai").env("UMAPI_PACE", "1h").run().done();
    desk.start("job.rhai").env("UMAPI_PACE", "off").run().done();
    let other = desk.start("-e").arg("1").env("UMAPI_PACE", "1h").env("UMAPI_CLIENT_ID", "other");
    other.run().done();
    let held = desk.start("-e").arg("get_groups()").env("UMAPI_PACE", "1h").into_command().spawn();
    let mut held = held.unwrap();
    std::thread::sleep(Duration::from_secs(2));
    assert!(held.try_wait().unwrap().is_none(), "the slots of this hour are taken");
    held.kill().unwrap();
    held.wait().unwrap();
}
