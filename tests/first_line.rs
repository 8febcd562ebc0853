//! The first line of a script makes a run stricter, however the script is started.

use crate::support::Desk;

const CHANGE: &str = "add_to_groups(\"ben.osei@example.com\", \"Engineering\");";

/// The first line with an option, and the script behind it.
fn script(option: &str) -> String {
    format!("#!/usr/bin/env -S umapish {option}\n{CHANGE}")
}

#[test]
fn what_the_line_forbids_is_forbidden_however_the_script_is_started() {
    for option in [
        "--read-only",
        "--protect ben.*",
        "--protect=ben.osei@example.com",
        "--only Designers",
        "--max-changes 0",
        "--max-changes=0",
    ] {
        for started in ["--live job.rhai", "--live run job.rhai", "--live --max-changes 9 job.rhai"] {
            let desk = Desk::new(&script(option));
            let (code, out, reported) = desk.run(started);
            assert_eq!((code, desk.action_requests()), (7, 0), "{option}, {started}: {out}{reported}");
        }
    }
    let desk = Desk::new(&script("--max-changes 9"));
    let (code, _, reported) = desk.run("--live job.rhai");
    assert_eq!((code, desk.action_requests()), (0, 1), "{reported}");
}

#[test]
fn a_rehearsal_and_a_sandbox_by_the_line_are_not_made_live() {
    let desk = Desk::new(&format!("{} print(session().mode);", script("--test")));
    for started in ["--live job.rhai", "--live run job.rhai"] {
        let (code, out, reported) = desk.run(started);
        assert_eq!((code, out.as_str()), (0, "test\n"), "{reported}");
    }
    let desk = Desk::new(&script("--sandbox"));
    let (code, _, reported) = desk.run("--live job.rhai");
    assert_eq!((code, desk.action_requests()), (0, 0), "{reported}");
}

#[test]
fn the_line_verifies_although_the_operator_does_not() {
    let change = "print(multi_action([command(\"nobody@example.com\").remove_from_org()]).outcomes[0].code);";
    let desk = Desk::new(&format!("#!/usr/bin/env -S umapish --verify\n{change}"));
    let (code, out, reported) = desk.run("--live --verify=never job.rhai");
    assert_eq!((code, out.as_str()), (3, "umapish.not_present\n"), "{reported}");
}

#[test]
fn two_lists_of_those_whom_a_run_may_change_are_refused() {
    let desk = Desk::new(&script("--only Engineering"));
    let (code, _, reported) = desk.run("--live --only Designers job.rhai");
    assert_eq!((code, desk.action_requests()), (2, 0), "{reported}");
    assert!(reported.contains("both --only and the first line of job.rhai limit this run"), "{reported}");
}
