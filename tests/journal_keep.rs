//! How long journals are kept: as long as the setting says, and with work left until it is done.

use crate::support::Desk;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

const CHANGE: &str = "add_to_groups(\"ben.osei@example.com\", \"Finance\"); remove_from_groups(\"ben.osei@example.com\", \"Finance\");";

/// A run leaves a journal, which is then that many days old, or the clock that far ahead.
fn left(desk: &Desk, line: &str, name: &str, days: u64) -> PathBuf {
    let before = desk.journals();
    desk.run(line);
    desk.server.reset();
    let made = desk.journals().into_iter().find(|path| !before.contains(path)).unwrap();
    let path = made.with_file_name(name);
    std::fs::rename(made, &path).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(24 * days)).unwrap();
    path
}

fn interrupt(desk: &Desk) {
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2));
}

fn are_there(paths: &[&Path]) -> Vec<bool> {
    paths.iter().map(|path| path.exists()).collect()
}

#[test]
fn finished_runs_are_forgotten_in_time_and_those_with_work_left_never() {
    let desk = Desk::new(CHANGE);
    let young = left(&desk, "--live job.rhai", "1-live-young.journal", 394);
    let old = left(&desk, "--live job.rhai", "2-live-old.journal", 396);
    let rehearsal = left(&desk, "--test job.rhai", "3-test-old.journal", 8);
    let young_rehearsal = left(&desk, "--test job.rhai", "4-test-young.journal", 6);
    interrupt(&desk);
    let open = left(&desk, "--live job.rhai", "5-live-open.journal", 4_000);
    interrupt(&desk);
    let open_rehearsal = left(&desk, "--test job.rhai", "6-test-open.journal", 4_000);
    let broken = old.with_file_name("7-live-broken.journal");
    std::fs::write(&broken, "garbage\nand more\n").unwrap();
    let file = OpenOptions::new().write(true).open(&broken).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let (code, _, reported) = desk.run("-e get_groups().len()");
    assert_eq!(code, 0, "{reported}");
    let paths = [&young, &old, &rehearsal, &young_rehearsal, &open, &open_rehearsal, &broken];
    let there = are_there(&paths.map(PathBuf::as_path));
    assert_eq!(there, [true, false, false, true, true, true, true], "{reported}");
    assert!(reported.contains("3 journals are beyond `journal_keep`"), "{reported}");
    let (code, _, reported) = desk.run(&format!("--live resume {}", open.display()));
    assert_eq!(code, 0, "{reported}");
}

#[test]
fn the_profile_says_how_long() {
    let desk = Desk::new(CHANGE);
    let young = left(&desk, "--live job.rhai", "1-live-young.journal", 9);
    let old = left(&desk, "--live job.rhai", "2-live-old.journal", 11);
    let config = "[default]\njournal_keep = \"10d\"\n";
    desk.start("-e get_groups().len()").file(".config/umapish/config.toml", config).run().done();
    assert_eq!(are_there(&[&young, &old]), [true, false]);
}

#[test]
fn the_journal_of_a_run_that_is_under_way_is_never_removed() {
    let desk = Desk::new(CHANGE);
    let path = left(&desk, "--live job.rhai", "1-live-held.journal", 4_000);
    let held = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    held.lock().unwrap();
    assert_eq!(desk.run("-e get_groups().len()").0, 0);
    assert!(path.exists());
    drop(held);
    assert_eq!(desk.run("-e get_groups().len()").0, 0);
    assert!(!path.exists());
}
