//! Runs that are killed and resumed: nothing is lost, nothing is done twice, and open commands are reported.

use crate::support::desk::journal_lines;
use crate::support::{Desk, Run};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

/// Creates N people (the first argument), each exactly once: the service would refuse a second time.
const SCRIPT: &str = "
let changes = queue();
for number in 0..parse_int(args()[0]) {
    let email = `new${number}@example.net`;
    changes.add_command(command(email).add_adobe_id(#{option: \"error\"}).add_to_groups([\"Designers\"]));
}
print(changes.finish().completed);
";

/// How many people the script made there are, and how many of them are in the group.
fn people(desk: &Desk) -> (i64, i64) {
    let code = "let made = get_users().filter(|user| user.email.starts_with(\"new\"));
        [made.len(), made.filter(|user| \"Designers\" in user.groups).len()]";
    let output = desk.command("-e").arg(code).output().unwrap();
    let counts: Vec<i64> = serde_json::from_slice(&output.stdout).unwrap();
    (counts[0], counts[1])
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn killed_two_hundred_times_a_thousand_commands_are_each_done_once() {
    let begun = Instant::now();
    let mut kills = 0;
    let mut dice = Dice(5);
    while kills < 200 {
        assert!(begun.elapsed() < Duration::from_mins(4), "{kills} kills took {:?}", begun.elapsed());
        let desk = Desk::new(SCRIPT);
        let mut line = "--live job.rhai 1000".to_owned();
        let mut ended = None;
        while ended.is_none() && kills < 200 {
            ended = desk.kill_after(&line, 1 + dice.below(30_000));
            assert!(
                matches!(ended, None | Some(0)),
                "{kills} kills, {line}: exit {ended:?}: {:?}",
                desk.run(&line)
            );
            kills += usize::from(ended.is_none());
            if let [journal] = desk.journals().as_slice() {
                line = format!("--live resume {}", journal.display());
            }
        }
        if ended.is_none() {
            let (code, out, reported) = desk.run(&line);
            assert_eq!((code, out.trim()), (0, "1000"), "{reported}");
        }
        assert_eq!(people(&desk), (1000, 1000));
    }
}

#[test]
fn without_a_kill_there_is_nothing_to_resume_and_with_one_the_newest_is_found() {
    let desk = Desk::new(SCRIPT);
    assert_eq!(desk.run("--live job.rhai 30").0, 0);
    let (code, _, reported) = desk.run("resume");
    assert!(code == 2 && reported.contains("there is no interrupted run"), "{reported}");
    desk.server.queue(
        PlannedFault::at(
            EndpointId::Action,
            FaultEffect::Status { status: 401, body: None, retry_after: None },
        )
        .times(20)
        .skip(1),
    );
    std::fs::write(desk.folder.path().join("job.rhai"), SCRIPT.replace("new$", "newer$")).unwrap();
    assert_eq!(desk.run("--live job.rhai 30").0, 4);
    desk.server.reset();
    let newest = desk.journals().into_iter().max().unwrap();
    let (code, _, reported) = desk.run("--live resume");
    assert!(code == 2 && reported.contains(&newest.display().to_string()), "{reported}");
    let (code, out, reported) = desk.run(&format!("--live resume {}", newest.display()));
    assert_eq!((code, out.trim()), (0, "30"), "{reported}");
    assert!(reported.contains("30 done, 10 of them before"), "{reported}");
}

#[test]
fn a_run_that_left_nothing_open_is_not_resumed_and_of_several_that_did_one_is_named() {
    let desk = Desk::new("add_to_groups(\"ben.osei@example.com\", \"Engineering\"); throw \"late\";");
    assert_eq!(desk.run("--live job.rhai").0, 1);
    let (code, _, reported) = desk.run("resume");
    assert!(code == 2 && reported.contains("there is no interrupted run"), "{reported}");
    std::fs::remove_file(desk.only_journal()).unwrap();
    std::fs::write(desk.folder.path().join("job.rhai"), SCRIPT).unwrap();
    let first = interrupted(&desk, 30);
    std::fs::rename(&first, first.with_file_name("1-live-first.journal")).unwrap();
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(20).skip(1));
    assert_eq!(desk.run("--live job.rhai 25").0, 4);
    desk.server.reset();
    let (code, out, reported) = desk.run("resume");
    assert_eq!((code, out.as_str()), (2, ""), "{reported}");
    // The second finds people of the first: they are refused.
    let listed = |counts: &str| reported.contains(&format!("job.rhai: {counts} open"));
    assert!(
        listed("10 done, 20") && listed("0 done, 15") && reported.contains("1-live-first.journal"),
        "{reported}"
    );
}

/// A run of `count` people that stops before its second request.
fn interrupted(desk: &Desk, count: usize) -> PathBuf {
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(20).skip(1));
    let line = format!("--live --reason audit job.rhai {count}");
    desk.start(&line).env("UMAPI_IN_FLIGHT", "1").run().exits(4);
    desk.server.reset();
    desk.only_journal()
}

#[test]
fn a_request_that_was_killed_while_it_waited_for_its_turn_is_not_in_the_journal() {
    let desk = Desk::new(SCRIPT);
    let mut paced = desk.command("--verbose --live job.rhai 105");
    let mut child = paced.env_remove("UMAPI_PACE").stderr(Stdio::piped()).spawn().unwrap();
    let reported = BufReader::new(child.stderr.take().unwrap()).lines();
    let waits = reported.map_while(Result::ok).any(|line| line.contains("waiting"));
    child.kill().unwrap();
    child.wait().unwrap();
    let requests =
        journal_lines(&desk.only_journal()).iter().filter(|line| line["kind"] == "request").count();
    assert_eq!((waits, requests), (true, 10));
}

#[test]
fn a_torn_last_line_does_not_keep_a_run_from_going_on() {
    let desk = Desk::new(SCRIPT);
    let journal = interrupted(&desk, 30);
    let whole = std::fs::read(&journal).unwrap();
    for cut in [1, 40, 300] {
        std::fs::write(&journal, &whole[..whole.len() - cut]).unwrap();
        let (code, out, _) = desk.run("journal verify");
        assert!(code == 0 && out.contains("incomplete line"), "{out}");
    }
    let (code, out, reported) = desk.resume();
    assert_eq!((code, out.trim()), (0, "30"), "{reported}");
    assert_eq!(people(&desk), (30, 30));
}

#[test]
fn a_changed_line_is_found_and_the_run_does_not_go_on() {
    let desk = Desk::new(SCRIPT);
    let journal = interrupted(&desk, 30);
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replacen("new3@", "nex3@", 1)).unwrap();
    for line in ["journal verify", "--live resume"] {
        let (code, _, reported) = desk.run(&format!("{line} {}", journal.display()));
        assert!(code == 1 && reported.contains("the journal is broken"), "{line}: {reported}");
    }
}

#[test]
fn a_journal_shows_who_ran_what_for_what_reason_and_holds_no_secret() {
    let desk = Desk::new(SCRIPT);
    let journal = interrupted(&desk, 30);
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains(sandbox::CLIENT_SECRET));
    let lines = journal_lines(&journal);
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["head", "request", "settled", "request", "settled", "end"]);
    let head = &lines[0];
    assert_eq!(
        (&head["reason"], &head["mode"], &head["arguments"]),
        (&"audit".into(), &"live".into(), &serde_json::json!(["30"]))
    );
    assert_eq!(head["organization"], sandbox::ORGANIZATION);
    assert!(head["script"]["sha256"].as_str().is_some_and(|sum| sum.len() == 64));
    assert!(
        ["user", "host", "version"]
            .iter()
            .all(|key| head[*key].as_str().is_some_and(|text| !text.is_empty()))
    );
    assert_eq!(lines[1]["commands"].as_array().map(Vec::len), Some(10));
    assert_eq!(lines[2]["fates"][9]["status"], "completed");
    assert_eq!(lines[4]["fates"][0]["status"], "not_sent");
}

#[test]
fn another_script_mode_or_organization_is_refused() {
    let desk = Desk::new(SCRIPT);
    interrupted(&desk, 30);
    let (code, _, reported) = desk.run(&format!("--test resume {}", desk.only_journal().display()));
    assert!(code == 2 && reported.contains("the run was in live mode"), "{reported}");
    let mut other = desk.command(&desk.resume_line());
    let reported =
        String::from_utf8(other.env("UMAPI_ORG_ID", "F00@AdobeOrg").output().unwrap().stderr).unwrap();
    assert!(reported.contains("for a different organization"), "{reported}");
    std::fs::write(desk.folder.path().join("job.rhai"), "print(1)").unwrap();
    let (code, _, reported) = desk.resume();
    assert!(code == 2 && reported.contains("has changed since the run was interrupted"), "{reported}");
}

#[test]
fn a_module_that_changed_is_refused_as_a_changed_script_is() {
    let desk = Desk::new(&format!("import \"names\" as names;\n{SCRIPT}"));
    let module = desk.folder.path().join("names.rhai");
    std::fs::write(&module, "export const N = 1;").unwrap();
    interrupted(&desk, 30);
    std::fs::write(&module, "export const N = 2;").unwrap();
    let (code, _, reported) = desk.resume();
    assert!(
        code == 2 && reported.contains("names.rhai has changed since the run was interrupted"),
        "{reported}"
    );
    std::fs::write(&module, "export const N = 1;").unwrap();
    assert_eq!(desk.resume().0, 0);
}

#[test]
fn a_resumed_run_goes_on_with_the_report_of_the_run() {
    let desk = Desk::new(SCRIPT);
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(20).skip(1));
    assert_eq!(desk.run("--live --report made.csv job.rhai 30").0, 4);
    desk.server.reset();
    assert_eq!(desk.resume().0, 0);
    let report = std::fs::read_to_string(desk.folder.path().join("made.csv")).unwrap();
    assert_eq!(report.matches(",completed,").count(), 30, "{report}");
}

#[test]
fn what_a_file_protected_is_protected_on_resume_whatever_it_looks_like() {
    let desk =
        Desk::new(&format!("{SCRIPT}; add_users_to_group(\"R&D / Lab #1\", \"ben.osei@example.com\");"));
    let file = desk.folder.path().join("protected.txt");
    std::fs::write(&file, "R&D / Lab #1\n").unwrap();
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(20).skip(1));
    assert_eq!(desk.run("--live --protect protected.txt job.rhai 30").0, 7);
    desk.server.reset();
    std::fs::remove_file(file).unwrap();
    let (code, out, reported) = desk.resume();
    assert_eq!((code, out.trim()), (7, "30"), "{reported}");
    assert!(reported.contains("`R&D / Lab #1` is protected"), "{reported}");
}

#[test]
fn what_is_no_journal_is_not_verified_and_the_end_of_one_is_reported() {
    let desk = Desk::new(SCRIPT);
    let journal = interrupted(&desk, 30);
    assert!(desk.run("journal verify").1.contains("; ended, exit 4"));
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..whole.len() - 1]).unwrap();
    assert!(desk.run("journal verify").1.contains("; no end record: interrupted after request 2"));
    for text in ["", "garbage", "garbage\nand more\n"] {
        std::fs::write(&journal, text).unwrap();
        let (code, _, reported) = desk.run("journal verify");
        assert!(code == 1 && reported.contains("the first line is not a head record"), "{text}: {reported}");
    }
}

#[test]
fn a_resumed_run_that_does_not_request_open_commands_fails() {
    let desk = Desk::new(&format!("if env(\"ASKS\") == \"yes\" {{ {SCRIPT} }}"));
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2));
    let run = |line: &str, asks: &str| desk.command(line).env("ASKS", asks).output().unwrap();
    assert_eq!(run("--live job.rhai 3", "yes").status.code(), Some(4));
    let journal = desk.only_journal();
    let text = std::fs::read_to_string(&journal).unwrap();
    let killed: String = text.split_inclusive('\n').take(2).collect();
    std::fs::write(&journal, killed).unwrap();
    let left = run(&desk.resume_line(), "no");
    let reported = String::from_utf8(left.stderr).unwrap();
    assert!(
        left.status.code() == Some(6) && reported.contains("not requested by the script this time"),
        "{reported}"
    );
}

#[test]
fn two_runs_do_not_go_on_with_one_journal() {
    let desk = Desk::new(SCRIPT);
    let journal = interrupted(&desk, 30);
    let held = std::fs::OpenOptions::new().read(true).write(true).open(&journal).unwrap();
    held.lock().unwrap();
    let (code, _, reported) = desk.run(&format!("--live resume {}", journal.display()));
    assert!(code == 2 && reported.contains("another run is using the journal"), "{reported}");
    drop(held);
    assert_eq!(desk.resume().0, 0);
}

#[test]
fn what_a_kill_left_unknown_and_cannot_be_repeated_is_reported_and_not_sent() {
    let group = "print(group_command(\"Designers\").add_profiles(\"Photoshop\") == () ); multi_action([group_command(\"Designers\").add_profiles(\"Stock\")]);";
    let script =
        group.replace("print(group_command(\"Designers\").add_profiles(\"Photoshop\") == () ); ", "");
    let desk = Desk::new(&script);
    desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropAfter));
    assert_eq!(desk.run("--live job.rhai").0, 6);
    let (code, _, reported) = desk.resume();
    assert_eq!(code, 6, "{reported}");
    assert!(
        reported.contains("open: Designers (add)") && reported.contains("cannot be read back"),
        "{reported}"
    );
    let posts = desk.action_requests();
    assert_eq!(posts, 1);
}

#[test]
fn a_script_that_asks_for_less_because_it_looks_first_resumes_rightly() {
    let script = "let there = get_users(#{group: \"Designers\"}).to_array().map(|user| user.email);
        let changes = queue();
        for user in get_users() {
            if user.email != () && !(user.email in there) && user.type == \"federatedID\" { changes.add_to_groups(user, \"Designers\"); }
        }
        changes.finish();";
    let desk = Desk::new(script);
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(20).skip(1));
    assert_eq!(desk.run("--live job.rhai").0, 4);
    desk.server.reset();
    let (code, _, reported) = desk.resume();
    assert_eq!(code, 0, "{reported}");
    assert!(!reported.contains("not requested by the script this time"), "{reported}");
}

#[test]
fn secret_arguments_are_masked_and_given_again() {
    let desk = Desk::new(
        "let last = args()[args().len() - 1]; if last != \"s3cret\" { throw last } add_to_groups(\"ben.osei@example.com\", \"Engineering\"); throw \"late\";",
    );
    assert_eq!(desk.run("--live --secret-arg s3cret job.rhai plain").0, 1);
    let journal = desk.only_journal();
    assert!(!std::fs::read_to_string(&journal).unwrap().contains("s3cret"));
    assert_eq!(journal_lines(&journal)[0]["arguments"], serde_json::json!(["plain", "(secret)"]));
    let resume = format!("--live resume {}", journal.display());
    let (_, _, reported) = desk.run(&resume);
    assert!(reported.contains("1 secret argument,"), "{reported}");
    let (code, _, reported) = desk.run(&format!("--secret-arg s3cre {resume}"));
    assert!(
        code == 2 && reported.contains("secret argument 1 differs from the one of the run"),
        "{reported}"
    );
    let (code, _, reported) = desk.run(&format!("--secret-arg s3cret {resume}"));
    assert!(code == 1 && reported.contains("late"), "{reported}");
}

#[test]
fn a_secret_argument_in_commands_is_masked_in_the_journal_and_found_again_on_resume() {
    let script = "let secret = args()[0];
        let report = multi_action([
            command(\"new1@example.net\").add_adobe_id(#{lastname: secret, option: \"error\"}),
            command(`${secret}@example.net`).add_adobe_id(#{lastname: \"B\", option: \"error\"}),
            command(\"new2@example.net\").add_adobe_id(#{lastname: `x${secret}y`}).add_to_groups(secret),
        ]);
        print(report.outcomes.map(|outcome| outcome.resumed)); throw \"late\";";
    let desk = Desk::new(script);
    let (code, _, reported) = desk.run("--live --reason s3cret --secret-arg s3cret job.rhai");
    assert!(code == 3, "{reported}");
    let journal = desk.only_journal();
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains("s3cret") && text.contains("Group (secret argument 1) was not found"), "{text}");
    let (_, out, reported) = desk.run(&format!("--live --secret-arg s3cret resume {}", journal.display()));
    assert_eq!(out.trim(), "[true, true, false]", "{reported}");
}

#[test]
fn a_run_that_is_under_way_is_not_offered_to_be_resumed() {
    let desk = Desk::new("add_to_groups(\"ben.osei@example.com\", \"Engineering\"); sleep(60);");
    let mut running = desk.command("--live job.rhai").spawn().unwrap();
    while desk.journals().first().is_none_or(|path| journal_lines(path).len() < 3) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (code, _, reported) = desk.run("resume");
    assert!(code == 2 && reported.contains("there is no interrupted run"), "{reported}");
    let (code, _, reported) = desk.run(&format!("--live resume {}", desk.only_journal().display()));
    assert!(code == 2 && reported.contains("another run is using the journal"), "{reported}");
    running.kill().unwrap();
    running.wait().unwrap();
}

#[test]
fn a_run_goes_on_in_the_folder_it_was_started_in_and_new_options_are_meant_from_here() {
    let desk = Desk::new(
        "import \"names\" as names; let rows = read_csv(\"people.csv\");
        let changes = queue();
        for row in rows { changes.add_adobe_id(row.mail, \"A\", \"B\", \"US\"); }
        print(changes.finish().completed); write_csv(\"made.csv\", rows);",
    );
    let home = desk.folder.path();
    std::fs::write(home.join("names.rhai"), "export const N = 1;").unwrap();
    std::fs::write(home.join("c.toml"), "[default]\n").unwrap();
    let mails: Vec<_> = (0..30).map(|number| format!("new{number}@example.net")).collect();
    std::fs::write(home.join("people.csv"), format!("mail\n{}\n", mails.join("\n"))).unwrap();
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(20).skip(1));
    assert_eq!(desk.run("--config c.toml --live job.rhai").0, 4);
    desk.server.reset();
    let other = home.join("elsewhere");
    std::fs::create_dir(&other).unwrap();
    let output =
        desk.command(&format!("--report r.csv {}", desk.resume_line())).current_dir(&other).output().unwrap();
    let reported = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stdout).trim()),
        (Some(0), "30"),
        "{reported}"
    );
    assert!(
        other.join("r.csv").is_file() && home.join("made.csv").is_file() && !other.join("made.csv").exists()
    );
}

#[test]
fn a_file_that_a_resumed_run_writes_again_is_kept_under_a_numbered_name() {
    let script = format!("write_csv(\"made.csv\", [\"x\"]);\n{SCRIPT}");
    let desk = Desk::new(&script);
    interrupted(&desk, 30);
    assert_eq!(desk.resume().0, 0);
    assert!(desk.folder.path().join("made-2.csv").is_file() && desk.folder.path().join("made.csv").is_file());
}

#[test]
fn the_code_of_e_is_in_the_journal_and_verbs_answer_what_was_stored() {
    let desk = Desk::new("");
    let code = "let report = add_to_groups(\"ben.osei@example.com\", \"Engineering\"); print(report.resumed); if !report.resumed { throw \"stop\" }";
    let output = desk.command("--live -e").arg(code).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let (code, out, reported) = desk.run(&format!("--live resume {}", desk.only_journal().display()));
    assert_eq!((code, out.trim()), (0, "true"), "{reported}");
}

#[test]
fn the_sandbox_of_the_process_leaves_no_journal() {
    let run = Run::eval("add_to_groups(\"ben.osei@example.com\", \"Engineering\")").run();
    assert!(!run.file(".local").exists());
    run.done();
}

#[test]
fn a_request_sent_as_it_was_written_that_was_read_back_is_not_sent_again_on_resume() {
    let script = "let answer = action([#{user: \"new@example.net\", \"do\": [#{addAdobeID: #{email: \"new@example.net\"}}]}]);
        if answer.resumed == () { sleep(60); }
        print(answer.completed);";
    let desk = Desk::new(script);
    desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropAfter));
    let mut child = desk.command("--live job.rhai").spawn().unwrap();
    let settled = || desk.journals().first().is_some_and(|path| journal_lines(path).len() > 2);
    while !settled() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, out, reported) = desk.resume();
    assert_eq!((code, out.trim()), (0, "1"), "{reported}");
    assert_eq!(desk.action_requests(), 1);
}

#[test]
fn a_request_sent_as_it_was_written_is_confirmed_rather_than_sent_twice() {
    let script = "let answer = action([#{user: \"new@example.net\", \"do\": [#{addAdobeID: #{email: \"new@example.net\"}}]}]);
        print(`${answer.completed} ${answer.resumed}`);";
    let desk = Desk::new(script);
    desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropAfter));
    let refusal = FaultEffect::Status { status: 403, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::User, refusal));
    assert_eq!(desk.run("--live job.rhai").0, 6);
    let (code, out, reported) = desk.resume();
    assert_eq!((code, out.trim()), (0, "1 true"), "{reported}");
    assert_eq!(desk.action_requests(), 1);
}

/// Rewrites a journal, each line changed and chained anew, as another version would have written it.
fn rewrite(path: &Path, change: impl Fn(&mut Value)) {
    let (mut text, mut previous) = (String::new(), "0".repeat(64));
    for mut line in journal_lines(path) {
        change(&mut line);
        line["previous"] = previous.into();
        let record = line.to_string();
        previous = umapi_shell::store::journal::sha256::of(record.as_bytes());
        text = [text.as_str(), &previous, " ", &record, "\n"].concat();
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_journal_in_another_format_is_named_with_what_to_do_and_never_read() {
    for (format, version, hint) in [
        (
            1,
            "an earlier version (format 1)",
            "Finish the run with the version that wrote it, or run the script again",
        ),
        (3, "a later version (format 3)", "Use the version that wrote it."),
    ] {
        let desk = Desk::new(SCRIPT);
        let journal = interrupted(&desk, 30);
        rewrite(&journal, |line| {
            if line["kind"] == "head" {
                line["format"] = format.into();
            } else {
                line["unheard_of"] = 1.into();
            }
        });
        for line in ["--live resume", "journal show", "journal verify"] {
            let (code, out, reported) = desk.run(&format!("{line} {}", journal.display()));
            assert_eq!((code, out.as_str()), (2, ""), "{line}: {reported}");
            let named = format!("{} was written by {version}", journal.display());
            assert!(reported.contains(&named) && reported.contains(hint), "{line}: {reported}");
        }
        let (code, _, reported) = desk.run("resume");
        assert_eq!(code, 2, "{reported}");
        assert!(reported.contains("there is no interrupted run"), "{reported}");
        assert!(reported.contains(&format!("the newest is {}", journal.display())), "{reported}");
    }
}

#[test]
fn what_a_version_does_not_know_in_a_journal_is_an_error_that_names_the_line() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 4] = [
        (|line| line["fates"][0]["status"] = "revoked".into(), "unknown status `revoked`"),
        (|line| line["fates"][0]["blame"] = "x".into(), "unknown field `blame`"),
        (|line| line["kind"] = "paused".into(), "unknown variant `paused`"),
        (|line| line["blame"] = "x".into(), "unknown field `blame`"),
    ];
    for (change, fault) in cases {
        let desk = Desk::new(SCRIPT);
        let journal = interrupted(&desk, 30);
        rewrite(&journal, |line| {
            if line["kind"] == "settled" && line["number"] == 1 {
                change(line);
            }
        });
        let before = desk.action_requests();
        for line in ["--live resume", "journal show", "journal verify"] {
            let (code, _, reported) = desk.run(&format!("{line} {}", journal.display()));
            assert_eq!((code, desk.action_requests()), (2, before), "{line}: {reported}");
            assert!(
                reported.contains(&format!("{}:3: ", journal.display())) && reported.contains(fault),
                "{line}: {reported}"
            );
        }
    }
}
