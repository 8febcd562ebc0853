//! Each status of an interrupted run has a rule for `resume`: what is recalled, read back or sent again.

use crate::support::Desk;
use crate::support::desk::journal_lines;
use std::process::Stdio;
use std::time::{Duration, Instant};
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;
use umapi_shell::wire::outcome::Status;

/// Ends with a file that is missing in the first run.
const LATE: &str = "read_csv(\"late.csv\"); print(\"end\");";

/// How a command comes to a status, and what has to become of it when the run is resumed.
struct StatusCase {
    /// Run before.
    before: &'static str,
    options: &'static str,
    /// The command.
    command: &'static str,
    faults: Vec<PlannedFault>,
    /// Run between the run and its resumption.
    between: &'static str,
    /// The new status, the action requests it takes, and the exit code.
    resumed: (Status, usize, i32),
}

/// Ben has Photoshop directly and through the user group Keepers.
const KEEPERS: &str = "create_user_group(\"Keepers\"); add_profiles_to_group(\"Keepers\", \"Photoshop\"); \
     add_users_to_group(\"Keepers\", \"ben.osei@example.com\"); add_to_groups(\"ben.osei@example.com\", \"Photoshop\");";
const REMOVAL: &str = "command(\"ben.osei@example.com\").remove_from_groups(\"Photoshop\")";
const ADDITION: &str = "command(\"ben.osei@example.com\").add_to_groups(\"Engineering\")";

/// No status without a rule: a new one does not compile here before it has one.
fn status_case(status: Status) -> StatusCase {
    let refused = FaultEffect::Status { status: 401, body: None, retry_after: None };
    let unreadable = FaultEffect::Status { status: 403, body: None, retry_after: None };
    let case = StatusCase {
        before: "",
        options: "--live",
        command: ADDITION,
        faults: Vec::new(),
        between: "",
        resumed: (Status::Completed, 0, 0),
    };
    match status {
        Status::Completed => case,
        Status::WouldComplete => {
            StatusCase { options: "--test", resumed: (Status::WouldComplete, 0, 0), ..case }
        }
        Status::PartlyDone => StatusCase {
            command: "command(\"ben.osei@example.com\").add_to_groups(\"Engineering\").add_to_groups(\"Late\")",
            between: "create_user_group(\"Late\");",
            resumed: (Status::Completed, 1, 0),
            ..case
        },
        Status::Failed => StatusCase {
            command: "command(\"ben.osei@example.com\").add_to_groups(\"Late\")",
            between: "create_user_group(\"Late\");",
            resumed: (Status::Completed, 1, 0),
            ..case
        },
        Status::NotSent => StatusCase {
            faults: vec![PlannedFault::at(EndpointId::Action, refused).times(2)],
            resumed: (Status::Completed, 1, 0),
            ..case
        },
        Status::Unknown => StatusCase {
            command: "command(\"new@example.net\").add_adobe_id(#{option: \"error\"})",
            faults: vec![
                PlannedFault::at(EndpointId::Action, FaultEffect::DropAfter),
                PlannedFault::at(EndpointId::User, unreadable),
            ],
            ..case
        },
        Status::Unverified => StatusCase {
            options: "--live --verify",
            command: "command(\"ben.osei@example.com\").remove_from_groups(\"Photoshop\")",
            faults: vec![PlannedFault::at(EndpointId::User, unreadable).times(2)],
            resumed: (Status::Completed, 0, 0),
            ..case
        },
        Status::StillMember => StatusCase {
            before: KEEPERS,
            options: "--live --verify",
            command: REMOVAL,
            resumed: (Status::StillMember, 0, 3),
            ..case
        },
        Status::Planned | Status::WouldFail => unreachable!("a plan keeps no journal"),
    }
}

fn evaluated(desk: &Desk, code: &str) {
    let output = desk.command("--live --no-journal -e").arg(code).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs the job, which stops at a missing file or before.
fn stopped(desk: &Desk, options: &str) {
    let (code, _, reported) = desk.run(&format!("{options} job.rhai"));
    assert_ne!(code, 0, "{reported}");
    desk.server.reset();
}

/// Resumes it when the file is there: exit code, standard output, standard error and action requests.
fn resumed(desk: &Desk) -> (i32, String, String, usize) {
    std::fs::write(desk.folder.path().join("late.csv"), "a\n1\n").unwrap();
    let before = desk.action_requests();
    let (code, out, reported) = desk.resume();
    (code, out, reported, desk.action_requests() - before)
}

/// The last status the journal has for a command.
fn journaled_status(desk: &Desk) -> String {
    let lines = journal_lines(&desk.only_journal());
    let last = lines.iter().rfind(|line| line["kind"] == "settled" || line["kind"] == "found").unwrap();
    let status = match last["kind"].as_str() {
        Some("found") => &last["finding"],
        _ => &last["fates"][0]["status"],
    };
    status.as_str().unwrap().to_owned()
}

#[test]
fn every_status_is_resumed_by_its_rule() {
    // A plan keeps no journal, so there is nothing to resume.
    let is_kept = |status: &&Status| !matches!(status, Status::Planned | Status::WouldFail);
    for status in Status::ALL.iter().filter(is_kept) {
        let case = status_case(*status);
        let script = format!(
            "let report = multi_action([{}]); print(report.outcomes[0].status); {LATE}",
            case.command
        );
        let desk = Desk::new(&script);
        if !case.before.is_empty() {
            evaluated(&desk, case.before);
        }
        case.faults.into_iter().for_each(|fault| desk.server.queue(fault));
        stopped(&desk, case.options);
        assert_eq!(journaled_status(&desk), status.as_str());
        if !case.between.is_empty() {
            evaluated(&desk, case.between);
        }
        let (code, out, reported, sent) = resumed(&desk);
        let (status_then, posts, exit) = case.resumed;
        assert_eq!(out, format!("{status_then}\nend\n"), "{status}: {reported}");
        assert_eq!((sent, code), (posts, exit), "{status}: {reported}");
    }
}

#[test]
fn a_removal_that_was_found_undone_is_not_called_done_by_resuming() {
    let list = format!("print(multi_action([{REMOVAL}]).outcomes[0].status);");
    let verb = "try { remove_from_groups(\"ben.osei@example.com\", \"Photoshop\") } catch {}";
    let raw = "action([#{user: \"ben.osei@example.com\", \"do\": [#{remove: #{group: [\"Photoshop\"]}}]}]);";
    // A script that catches the error of a verb has handled it.
    for (request, exit) in [(list.as_str(), 3), (verb, 0), (raw, 3)] {
        let desk = Desk::new(&format!("{request} {LATE}"));
        evaluated(&desk, KEEPERS);
        stopped(&desk, "--live --verify");
        // As often as it is resumed.
        for _ in 0..2 {
            let (code, out, reported, sent) = resumed(&desk);
            assert_eq!((code, sent), (exit, 0), "{request}: {reported}");
            assert!(out.ends_with("end\n"), "{request}: {out}");
            assert!(
                reported.contains("still has Photoshop through one of Designers, Keepers"),
                "{request}: {reported}"
            );
            assert!(reported.contains("0 done, 1 failed"), "{request}: {reported}");
        }
        evaluated(&desk, "remove_users_from_group(\"Keepers\", \"ben.osei@example.com\");");
        let (code, _, reported, sent) = resumed(&desk);
        assert_eq!((code, sent), (0, 0), "{request}: {reported}");
        assert!(!reported.contains("not sent again"), "{request}: {reported}");
    }
}

#[test]
fn a_removal_that_cannot_be_read_back_stays_undone() {
    let desk = Desk::new(&format!("multi_action([{REMOVAL}]); {LATE}"));
    evaluated(&desk, KEEPERS);
    stopped(&desk, "--live --verify");
    evaluated(&desk, "remove_users_from_group(\"Keepers\", \"ben.osei@example.com\");");
    let unreadable = FaultEffect::Status { status: 403, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::User, unreadable));
    let (code, _, reported, sent) = resumed(&desk);
    assert_eq!((code, sent), (3, 0), "{reported}");
    assert!(reported.contains("still has Photoshop"), "{reported}");
}

#[test]
fn a_removal_that_was_found_undone_counts_though_the_script_asks_no_more() {
    let desk = Desk::new(&format!("if !file_is_there() {{ multi_action([{REMOVAL}]); }} {LATE}"));
    let there = "fn file_is_there() { try { read_csv(\"late.csv\"); return true; } catch { return false; } }";
    let script = std::fs::read_to_string(desk.folder.path().join("job.rhai")).unwrap();
    std::fs::write(desk.folder.path().join("job.rhai"), format!("{there} {script}")).unwrap();
    evaluated(&desk, KEEPERS);
    stopped(&desk, "--live --verify");
    let (code, out, reported, sent) = resumed(&desk);
    assert_eq!((code, out.as_str(), sent), (3, "end\n", 0), "{reported}");
    let line = "removed by the interrupted run but not requested by the script this time: ben.osei@example.com (remove): still has Photoshop";
    assert!(reported.contains(line), "{reported}");
}

#[test]
fn what_was_held_back_after_a_removal_that_was_found_undone_is_held_back_again() {
    let desk = Desk::new(&format!(
        "print(multi_action([{REMOVAL}, {ADDITION}]).outcomes.map(|outcome| outcome.status)); {LATE}"
    ));
    evaluated(&desk, KEEPERS);
    stopped(&desk, "--live --verify");
    let (code, out, reported, sent) = resumed(&desk);
    assert_eq!((code, sent), (3, 0), "{reported}");
    assert!(out.starts_with("[\"still_member\", \"not_sent\"]"), "{out} {reported}");
}

#[test]
fn a_lost_removal_that_is_verified_on_resume_is_not_done_while_someone_is_a_member() {
    let desk = Desk::new(&format!("print(multi_action([{REMOVAL}]).outcomes[0].status); {LATE}"));
    evaluated(&desk, KEEPERS);
    desk.server.reset();
    // The account is looked up before.
    desk.server.queue(PlannedFault::at(EndpointId::User, FaultEffect::Nothing));
    desk.server
        .queue(PlannedFault { delay: 60_000, ..PlannedFault::at(EndpointId::User, FaultEffect::Nothing) });
    let mut command = desk.command("--live --verify job.rhai");
    let mut child = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    // Until it is read back, which the service does not answer.
    while desk.server.requests().iter().filter(|seen| seen.endpoint == "User").count() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", desk.server.requests());
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    desk.server.reset();
    let (code, out, reported, sent) = resumed(&desk);
    assert_eq!((code, out.as_str(), sent), (3, "still_member\nend\n", 0), "{reported}");
}
