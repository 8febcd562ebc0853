//! Runs that are killed and resumed: nothing is lost, nothing is done twice, and open commands are reported.

use crate::support::{Desk, Run};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;
use umapi_shell::wire::outcome::Status;

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
            kills += usize::from(ended.is_none());
            if let [journal] = desk.journals().as_slice() {
                line = format!("resume {}", journal.display());
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
        .times(2)
        .skip(1),
    );
    std::fs::write(desk.folder.path().join("job.rhai"), SCRIPT.replace("new$", "newer$")).unwrap();
    assert_eq!(desk.run("--live job.rhai 30").0, 4);
    desk.server.reset();
    let (code, out, reported) = desk.run("resume");
    assert_eq!((code, out.trim()), (0, "30"), "{reported}");
    assert!(reported.contains("30 done, 10 of them before"), "{reported}");
}

#[test]
fn a_run_that_left_nothing_open_is_not_resumed_and_of_several_that_did_one_is_named() {
    let desk = Desk::new("add_to_groups(\"ben.osei@example.com\", \"Engineering\"); throw \"late\";");
    assert_eq!(desk.run("--live job.rhai").0, 1);
    let (code, _, reported) = desk.run("resume");
    assert!(code == 2 && reported.contains("there is no interrupted run"), "{reported}");
    std::fs::remove_file(only_journal(&desk)).unwrap();
    std::fs::write(desk.folder.path().join("job.rhai"), SCRIPT).unwrap();
    let first = interrupted(&desk, 30);
    std::fs::rename(&first, first.with_file_name("1-live-first.journal")).unwrap();
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
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

fn only_journal(desk: &Desk) -> PathBuf {
    let journals = desk.journals();
    assert_eq!(journals.len(), 1, "{journals:?}");
    journals[0].clone()
}

/// A run of `count` people that stops before its second request.
fn interrupted(desk: &Desk, count: usize) -> PathBuf {
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
    assert_eq!(desk.run(&format!("--live --reason audit job.rhai {count}")).0, 4);
    desk.server.reset();
    only_journal(desk)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap()).collect()
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
    let requests = lines(&only_journal(&desk)).iter().filter(|line| line["kind"] == "request").count();
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
    let (code, out, reported) = desk.run("resume");
    assert_eq!((code, out.trim()), (0, "30"), "{reported}");
    assert_eq!(people(&desk), (30, 30));
}

#[test]
fn a_changed_line_is_found_and_the_run_does_not_go_on() {
    let desk = Desk::new(SCRIPT);
    let journal = interrupted(&desk, 30);
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replacen("new3@", "nex3@", 1)).unwrap();
    for line in ["journal verify", "resume"] {
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
    let lines = lines(&journal);
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
    let (code, _, reported) = desk.run("--test resume");
    assert!(code == 2 && reported.contains("the run was in live mode"), "{reported}");
    let mut other = desk.command("resume");
    let reported =
        String::from_utf8(other.env("UMAPI_ORG_ID", "F00@AdobeOrg").output().unwrap().stderr).unwrap();
    assert!(reported.contains("for a different organization"), "{reported}");
    std::fs::write(desk.folder.path().join("job.rhai"), "print(1)").unwrap();
    let (code, _, reported) = desk.run("resume");
    assert!(code == 2 && reported.contains("has changed since the run was interrupted"), "{reported}");
}

#[test]
fn a_module_that_changed_is_refused_as_a_changed_script_is() {
    let desk = Desk::new(&format!("import \"names\" as names;\n{SCRIPT}"));
    let module = desk.folder.path().join("names.rhai");
    std::fs::write(&module, "export const N = 1;").unwrap();
    interrupted(&desk, 30);
    std::fs::write(&module, "export const N = 2;").unwrap();
    let (code, _, reported) = desk.run("resume");
    assert!(
        code == 2 && reported.contains("names.rhai has changed since the run was interrupted"),
        "{reported}"
    );
    std::fs::write(&module, "export const N = 1;").unwrap();
    assert_eq!(desk.run("resume").0, 0);
}

#[test]
fn a_resumed_run_goes_on_with_the_report_of_the_run() {
    let desk = Desk::new(SCRIPT);
    let refusal = FaultEffect::Status { status: 401, body: None, retry_after: None };
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
    assert_eq!(desk.run("--live --report made.csv job.rhai 30").0, 4);
    desk.server.reset();
    assert_eq!(desk.run("resume").0, 0);
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
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
    assert_eq!(desk.run("--live --protect protected.txt job.rhai 30").0, 7);
    desk.server.reset();
    std::fs::remove_file(file).unwrap();
    let (code, out, reported) = desk.run("resume");
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
    let journal = only_journal(&desk);
    let text = std::fs::read_to_string(&journal).unwrap();
    let killed: String = text.split_inclusive('\n').take(2).collect();
    std::fs::write(&journal, killed).unwrap();
    let left = run("resume", "no");
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
    let (code, _, reported) = desk.run(&format!("resume {}", journal.display()));
    assert!(code == 2 && reported.contains("another run is using the journal"), "{reported}");
    drop(held);
    assert_eq!(desk.run("resume").0, 0);
}

#[test]
fn what_a_kill_left_unknown_and_cannot_be_repeated_is_reported_and_not_sent() {
    let group = "print(group_command(\"Designers\").add_profiles(\"Photoshop\") == () ); multi_action([group_command(\"Designers\").add_profiles(\"Stock\")]);";
    let script =
        group.replace("print(group_command(\"Designers\").add_profiles(\"Photoshop\") == () ); ", "");
    let desk = Desk::new(&script);
    desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropAfter));
    assert_eq!(desk.run("--live job.rhai").0, 6);
    let (code, _, reported) = desk.run("resume");
    assert_eq!(code, 6, "{reported}");
    assert!(
        reported.contains("open: Designers (add)") && reported.contains("cannot be read back"),
        "{reported}"
    );
    let posts = desk.server.requests().iter().filter(|seen| seen.endpoint == "Action").count();
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
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
    assert_eq!(desk.run("--live job.rhai").0, 4);
    desk.server.reset();
    let (code, _, reported) = desk.run("resume");
    assert_eq!(code, 0, "{reported}");
    assert!(!reported.contains("not requested by the script this time"), "{reported}");
}

#[test]
fn secret_arguments_are_masked_and_given_again() {
    let desk = Desk::new(
        "let last = args()[args().len() - 1]; if last != \"s3cret\" { throw last } add_to_groups(\"ben.osei@example.com\", \"Engineering\"); throw \"late\";",
    );
    assert_eq!(desk.run("--live --secret-arg s3cret job.rhai plain").0, 1);
    let journal = only_journal(&desk);
    assert!(!std::fs::read_to_string(&journal).unwrap().contains("s3cret"));
    assert_eq!(lines(&journal)[0]["arguments"], serde_json::json!(["plain", "(secret)"]));
    let resume = format!("resume {}", journal.display());
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
    let journal = only_journal(&desk);
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains("s3cret") && text.contains("Group (secret argument 1) was not found"), "{text}");
    let (_, out, reported) = desk.run(&format!("--secret-arg s3cret resume {}", journal.display()));
    assert_eq!(out.trim(), "[true, true, false]", "{reported}");
}

#[test]
fn a_run_that_is_under_way_is_not_offered_to_be_resumed() {
    let desk = Desk::new("add_to_groups(\"ben.osei@example.com\", \"Engineering\"); sleep(60);");
    let mut running = desk.command("--live job.rhai").spawn().unwrap();
    while desk.journals().first().is_none_or(|path| lines(path).len() < 3) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let (code, _, reported) = desk.run("resume");
    assert!(code == 2 && reported.contains("there is no interrupted run"), "{reported}");
    let (code, _, reported) = desk.run(&format!("resume {}", only_journal(&desk).display()));
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
    desk.server.queue(PlannedFault::at(EndpointId::Action, refusal).times(2).skip(1));
    assert_eq!(desk.run("--config c.toml --live job.rhai").0, 4);
    desk.server.reset();
    let other = home.join("elsewhere");
    std::fs::create_dir(&other).unwrap();
    let output = desk.command("--report r.csv resume").current_dir(&other).output().unwrap();
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
    assert_eq!(desk.run("resume").0, 0);
    assert!(desk.folder.path().join("made-2.csv").is_file() && desk.folder.path().join("made.csv").is_file());
}

#[test]
fn the_code_of_e_is_in_the_journal_and_verbs_answer_what_was_stored() {
    let desk = Desk::new("");
    let code = "let report = add_to_groups(\"ben.osei@example.com\", \"Engineering\"); print(report.resumed); if !report.resumed { throw \"stop\" }";
    let output = desk.command("--live -e").arg(code).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let (code, out, reported) = desk.run(&format!("resume {}", only_journal(&desk).display()));
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
    let settled = || desk.journals().first().is_some_and(|path| lines(path).len() > 2);
    while !settled() {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, out, reported) = desk.run("resume");
    assert_eq!((code, out.trim()), (0, "1"), "{reported}");
    assert_eq!(desk.server.requests().iter().filter(|seen| seen.endpoint == "Action").count(), 1);
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
    let (code, out, reported) = desk.run("resume");
    assert_eq!((code, out.trim()), (0, "1 true"), "{reported}");
    assert_eq!(desk.server.requests().iter().filter(|seen| seen.endpoint == "Action").count(), 1);
}

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
    }
}

fn evaluated(desk: &Desk, code: &str) {
    let output = desk.command("--live --no-journal -e").arg(code).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn posts(desk: &Desk) -> usize {
    desk.server.requests().iter().filter(|seen| seen.endpoint == "Action").count()
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
    let before = posts(desk);
    let (code, out, reported) = desk.run(&format!("resume {}", only_journal(desk).display()));
    (code, out, reported, posts(desk) - before)
}

/// The last status the journal has for a command.
fn journaled_status(desk: &Desk) -> String {
    let lines = lines(&only_journal(desk));
    let settled = lines.iter().rfind(|line| line["kind"] == "settled").unwrap();
    settled["fates"][0]["status"].as_str().unwrap().to_owned()
}

#[test]
fn every_status_is_resumed_by_its_rule() {
    for status in Status::ALL {
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

/// Rewrites a journal, each line changed and chained anew, as another version would have written it.
fn rewrite(path: &Path, change: impl Fn(&mut Value)) {
    let (mut text, mut previous) = (String::new(), "0".repeat(64));
    for mut line in lines(path) {
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
        for line in ["resume", "journal show", "journal verify"] {
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
        let before = posts(&desk);
        for line in ["resume", "journal show", "journal verify"] {
            let (code, _, reported) = desk.run(&format!("{line} {}", journal.display()));
            assert_eq!((code, posts(&desk)), (2, before), "{line}: {reported}");
            assert!(
                reported.contains(&format!("{}:3: ", journal.display())) && reported.contains(fault),
                "{line}: {reported}"
            );
        }
    }
}
