//! A journal is a record and not an order: it must be the operator's own, and the operator must want it continued.

use crate::support::{Desk, Run};
use serde_json::{Value, json};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use umapi_shell::sandbox::{FaultEffect, PlannedFault, Sandbox, SandboxSettings};
use umapi_shell::wire::endpoint::EndpointId;

const SCRIPT: &str = "let changes = queue();
    for n in 0..30 { changes.add_to_groups(\"ben.osei@example.com\", \"Finance\"); changes.remove_from_groups(\"ben.osei@example.com\", \"Finance\"); }
    changes.finish(); print(\"ran\");";

/// A desk with a run that stopped before its first request was carried out.
fn interrupted(options: &str) -> Desk {
    let desk = Desk::new(SCRIPT);
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2));
    assert_eq!(desk.run(&format!("{options} job.rhai")).0, 4);
    desk.server.reset();
    desk
}

fn set(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The journal with another head, each line chained anew, as anybody can write it.
fn forge(journal: &Path, change: impl Fn(&mut Value)) {
    let (mut text, mut previous) = (String::new(), "0".repeat(64));
    for mut line in crate::support::desk::journal_lines(journal) {
        if line["kind"] == "head" {
            change(&mut line);
        }
        line["previous"] = previous.into();
        let record = line.to_string();
        previous = umapi_shell::store::journal::sha256::of(record.as_bytes());
        text = [text.as_str(), &previous, " ", &record, "\n"].concat();
    }
    std::fs::write(journal, text).unwrap();
}

#[test]
fn a_journal_that_others_own_or_can_change_is_neither_resumed_nor_chosen() {
    type Spoil = fn(&Path);
    let ways: [(Spoil, &str); 4] = [
        (|journal| set(journal, 0o666), "can be changed by other users"),
        (|journal| set(journal, 0o602), "can be changed by other users"),
        (|journal| set(journal.parent().unwrap(), 0o777), "other users can change its folder"),
        (|journal| drop(std::os::unix::fs::chown(journal, Some(65_533), None)), "belongs to 65533"),
    ];
    for (spoil, message) in ways {
        let desk = interrupted("--live");
        let journal = desk.only_journal();
        spoil(&journal);
        if message.contains("65533") && !crate::ownership::is_root() {
            continue; // only root can give a file away
        }
        let (code, out, reported) = desk.resume();
        assert!(code == 4 && out.is_empty() && reported.contains(message), "{reported}");
        let (code, _, reported) = desk.run("resume");
        assert!(code == 2 && reported.contains("there is no interrupted run"), "{reported}");
        assert!(reported.contains("ignored a journal") && reported.contains(message), "{reported}");
        let at_terminal = at_terminal(&desk, "resume").start();
        let (shown, code) = ended(at_terminal, "there is no interrupted run");
        assert!(code == 2 && shown.contains("ignored a journal"), "{shown}");
        assert_eq!(desk.action_requests(), 0);
    }
}

fn at_terminal(desk: &Desk, line: &str) -> Run {
    let run = Run::in_folder(Arc::clone(&desk.folder), line).against(&desk.server);
    run.env("TERM", "xterm-256color").env("NO_COLOR", "1")
}

/// What a terminal shows up to a line, and the exit code.
fn ended(mut running: crate::support::terminal::Running, line: &str) -> (String, i32) {
    let shown = running.expect(line);
    (shown, running.end())
}

#[test]
fn without_a_terminal_the_options_that_allow_changes_are_given_again() {
    let desk = interrupted("--live --allow-delete");
    let journal = desk.only_journal().display().to_string();
    for line in [
        format!("resume {journal}"),
        format!("--live resume {journal}"),
        format!("--allow-delete resume {journal}"),
    ] {
        let (code, out, reported) = desk.run(&line);
        assert!(code == 2 && out.is_empty(), "{line}: {reported}");
        assert!(
            reported.contains(&format!("Run: umapish --live --allow-delete resume {journal}")),
            "{reported}"
        );
    }
    let (code, _, reported) = desk.run("--live --allow-delete resume");
    assert!(
        code == 2 && reported.contains("needs the name of the journal") && reported.contains(&journal),
        "{reported}"
    );
    assert_eq!(desk.action_requests(), 0);
    let (code, out, reported) = desk.run(&format!("--live --allow-delete resume {journal}"));
    assert_eq!((code, out.as_str()), (0, "ran\n"), "{reported}");
}

#[test]
fn a_rehearsal_is_resumed_by_its_name_alone() {
    let desk = interrupted("--test");
    let (code, out, reported) = desk.run(&format!("resume {}", desk.only_journal().display()));
    assert_eq!((code, out.as_str()), (0, "ran\n"), "{reported}");
}

#[test]
fn at_a_terminal_the_run_is_shown_and_the_operator_asked() {
    let desk = interrupted("--live --allow-delete");
    for answer in ["no", "y", ""] {
        let mut running = at_terminal(&desk, "resume").start();
        let shown = running.expect("Continue this run? [yes/no]");
        for part in [
            "organization",
            "live: makes changes, may delete accounts",
            "job.rhai",
            " s ago",
            "0 done",
            "open",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        running.line(answer);
        running.expect("you did not answer yes");
        assert_eq!(running.end(), 7);
    }
    assert_eq!(desk.action_requests(), 0);
    let mut running = at_terminal(&desk, "resume").start();
    running.expect("Continue this run? [yes/no]");
    running.line("yes");
    running.expect("ran");
    assert_eq!(running.end(), 0);
}

#[test]
fn a_configuration_that_a_journal_names_is_not_used() {
    let desk = interrupted("--live");
    let marker = desk.folder.path().join("marker");
    let planted = desk.folder.path().join("planted.toml");
    std::fs::write(
        &planted,
        format!("[default]\nclient_secret_command = \"touch {0}; echo secret\"\n", marker.display()),
    )
    .unwrap();
    set(&planted, 0o600);
    let journal = desk.only_journal();
    forge(&journal, |head| head["config"] = json!(planted));
    let line = desk.resume_line();
    let run = desk.start(&line).without("UMAPI_CLIENT_SECRET").run();
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(!marker.exists());
    let (code, out, reported) = desk.resume();
    assert_eq!((code, out.as_str()), (0, "ran\n"), "{reported}");
}

#[test]
fn a_run_is_resumed_at_the_service_where_it_was_started() {
    let desk = interrupted("--live");
    let other = Sandbox::start(SandboxSettings::default()).unwrap();
    let line = desk.resume_line();
    let run = Run::in_folder(Arc::clone(&desk.folder), &line).against(&other).run();
    run.failed(2, "this run was started with the service at").stderr_has(&desk.server.service_url());
    assert_eq!(other.requests().len(), 0);
    // A journal of an earlier version does not say where.
    forge(&desk.only_journal(), |head| drop(head.as_object_mut().unwrap().remove("service")));
    assert_eq!(desk.resume().0, 0);
}

#[test]
fn a_journal_may_be_anywhere_in_a_private_folder() {
    let desk = interrupted("--live");
    let elsewhere = desk.folder.path().join("kept");
    std::fs::create_dir(&elsewhere).unwrap();
    set(&elsewhere, 0o700);
    let moved: PathBuf = elsewhere.join("run.journal");
    std::fs::rename(desk.only_journal(), &moved).unwrap();
    let (code, out, reported) = desk.run(&format!("--live resume {}", moved.display()));
    assert_eq!((code, out.as_str()), (0, "ran\n"), "{reported}");
}
