//! Every script of `scripts/` through the binary: as it stands, for real, and rehearsed.

use crate::support::Run;
use std::collections::BTreeSet;
use std::path::PathBuf;
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, RetryAfter, Sandbox};
use umapi_shell::wire::endpoint::EndpointId;

/// What a script must print, on a fresh sandbox.
struct Expected {
    script: &'static str,
    arguments: &'static str,
    /// Parts of its output when it makes changes.
    live: &'static [&'static str],
    /// Parts of its output when it rehearses them.
    rehearsed: &'static [&'static str],
}

const ONE_DONE: &[&str] =
    &[r#"#{"completed": 1, "completedInTestMode": 0, "notCompleted": 0, "result": "success"}"#];
const ONE_REHEARSED: &[&str] =
    &[r#"#{"completed": 0, "completedInTestMode": 1, "notCompleted": 0, "result": "success"}"#];

/// A sample that sends one command.
const fn one_command(script: &'static str) -> Expected {
    Expected { script, arguments: "", live: ONE_DONE, rehearsed: ONE_REHEARSED }
}

/// A script that changes nothing.
const fn reading(script: &'static str, lines: &'static [&'static str]) -> Expected {
    Expected { script, arguments: "", live: lines, rehearsed: lines }
}

const EXPECTED: &[Expected] = &[
    reading("get_oauth_token", &[r#""access_token": ********"#, "good for 23 hours"]),
    reading("get_jwt_token", &[r#""access_token": ********"#]),
    one_command("add_Adobe_ID"),
    one_command("add_Enteprise_ID"),
    one_command("add_federated_id"),
    one_command("update_account"),
    one_command("remove_account"),
    reading("get_groups_and_profiles", &[r#""groupName": "Photoshop""#, r#""groupName": "R&D / Lab #1""#]),
    reading(
        "get_users_in_org",
        &[r#""email": "ada.lind@example.com""#, r#""email": "nina.olsen@example.com""#],
    ),
    reading("get_users_by_group", &["R&D / Lab #1 members list:\n\n", r#""email": "chen.wei@example.net""#]),
    reading("get_user_info", &[r#""email": "ada.lind@example.com""#, r#""result": "success""#]),
    Expected {
        script: "multi_action",
        arguments: "",
        live: &["Sending batch 1/1\n", r#""completed": 2"#, "All sent in live mode: 2 done, 0 refused\n"],
        rehearsed: &[r#""completedInTestMode": 2"#, "All sent in test mode: 2 done, 0 refused\n"],
    },
    reading("retrying", &["45 users on page 0\n"]),
    Expected {
        script: "onboard",
        arguments: "scripts/people.csv",
        live: &["completed  amara.okafor@example.com\n", "live: 12 of 12 people, requests: 2\n"],
        rehearsed: &["would_complete  amara.okafor@example.com\n", "test: 12 of 12 people, requests: 2\n"],
    },
    reading(
        "license_audit",
        &[
            r#""finding":"nearly full","name":"Photoshop","remark":"9 of 10 licenses""#,
            r#""finding":"over quota","name":"Stock""#,
            r#""finding":"no license","name":"gus.taylor@example.com""#,
            r#""finding":"double license","name":"ben.osei@example.com""#,
        ],
    ),
    Expected {
        script: "offboard",
        arguments: "groups scripts/leavers.csv",
        live: &["completed  quinn.baker@example.org\n", "scripts/leavers-confirm.csv"],
        rehearsed: &["would_complete  quinn.baker@example.org\n", "scripts/leavers-confirm.csv"],
    },
    Expected {
        script: "move_profile",
        arguments: "Stock,All Apps",
        live: &["completed  ines.costa@example.net\n", "live: 2 of 2 people moved to All Apps\n"],
        rehearsed: &["would_complete  ines.costa@example.net\n", "test: 2 of 2 people moved to All Apps\n"],
    },
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts")
}

/// The names of the scripts, without their ending.
pub(crate) fn names() -> BTreeSet<String> {
    let paths = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let scripts = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rhai"));
    scripts.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// A run in a folder that has a copy of `scripts/`.
pub(crate) fn with_scripts(shell: Run) -> Run {
    with_edited_scripts(shell, |text| text)
}

fn with_edited_scripts(mut shell: Run, edit: impl Fn(String) -> String) -> Run {
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("scripts/{}", path.file_name().unwrap().to_str().unwrap());
        shell = shell.file(&name, edit(std::fs::read_to_string(&path).unwrap()));
    }
    shell
}

/// A run of `umapish` beside the scripts; those that rehearse by themselves do so only if they keep it up.
fn shell(line: &str, keeps_rehearsing: bool) -> Run {
    with_edited_scripts(Run::new(line), |text| {
        if keeps_rehearsing { text } else { text.replace("const IS_TEST = true;", "const IS_TEST = false;") }
    })
}

/// Runs the script that way and looks for the parts of its output.
fn check(expected: &Expected, options: &str, keeps_rehearsing: bool, parts: &[&str]) {
    let script = expected.script;
    let mut shell = shell(&format!("{options} scripts/{script}.rhai"), keeps_rehearsing);
    let separator = if expected.arguments.contains(',') { ',' } else { ' ' };
    for argument in expected.arguments.split(separator).filter(|argument| !argument.is_empty()) {
        shell = shell.arg(argument);
    }
    let run = shell.run();
    assert_eq!(run.code, 0, "{script} {options}:\n{}\n{}", run.stdout, run.stderr);
    for part in parts {
        assert!(run.stdout.contains(part), "{script} {options} does not print `{part}`:\n{}", run.stdout);
    }
}

#[test]
fn every_script_has_an_expectation() {
    let expected: BTreeSet<_> = EXPECTED.iter().map(|expected| expected.script.to_owned()).collect();
    assert_eq!(names(), expected);
}

#[test]
fn every_script_makes_its_changes_in_a_fresh_sandbox() {
    for expected in EXPECTED {
        check(expected, "--sandbox", false, expected.live);
    }
}

#[test]
fn every_script_rehearses_in_test_mode() {
    for expected in EXPECTED {
        check(expected, "--sandbox --test", false, expected.rehearsed);
    }
}

#[test]
fn samples_that_change_something_rehearse_as_they_stand() {
    let rehearsing = EXPECTED.iter().filter(|expected| {
        let text = std::fs::read_to_string(folder().join(format!("{}.rhai", expected.script))).unwrap();
        text.contains("const IS_TEST = true;")
    });
    let mut count = 0;
    for expected in rehearsing {
        check(expected, "--sandbox", true, expected.rehearsed);
        count += 1;
    }
    assert_eq!(count, 6, "samples with IS_TEST");
}

/// A run against a sandbox that stays, as against an organization: settings in the environment, live.
fn visit(sandbox: &Sandbox, line: &str) -> Run {
    shell(&format!("--live {line}"), true)
        .env("UMAPI_URL", &sandbox.service_url())
        .env("UMAPI_IMS_URL", &sandbox.sign_in_url())
        .env("UMAPI_ORG_ID", sandbox::ORGANIZATION)
        .env("UMAPI_CLIENT_ID", sandbox::CLIENT_ID)
        .env("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET)
        .env("UMAPI_PACE", "off")
}

fn start() -> Sandbox {
    Sandbox::start(sandbox::SandboxSettings::default()).unwrap()
}

#[test]
fn onboarding_lists_the_rows_that_were_not_done() {
    let people = "type,email,firstname,lastname,country,groups\n\
                  federatedID,kim.lee@example.com,Kim,Lee,US,No such group\n\
                  federatedID,jo.lane@example.com,Jo,Lane,US,Designers\n";
    let run = shell("--sandbox scripts/onboard.rhai people.csv", true).file("people.csv", people).run();
    assert!(run.stdout.contains("live: 1 of 2 people, requests: 1"), "{}", run.stdout);
    let failed = std::fs::read_to_string(run.file("onboard-failed.csv")).unwrap();
    assert_eq!(
        failed,
        "reason,type,email,firstname,lastname,country,groups\n\
         Group No such group was not found,federatedID,kim.lee@example.com,Kim,Lee,US,No such group\n"
    );
    run.failed(3, "1 rows are in onboard-failed.csv");
}

#[test]
fn onboarding_without_a_file_tells_how_to_call_it() {
    shell("--sandbox scripts/onboard.rhai", true).run().failed(2, "usage: umapish onboard.rhai");
}

#[test]
fn offboarding_removes_only_people_who_were_confirmed() {
    let sandbox = start();
    let first = visit(&sandbox, "scripts/offboard.rhai groups scripts/leavers.csv").run();
    let list = std::fs::read_to_string(first.file("scripts/leavers-confirm.csv")).unwrap();
    assert!(list.contains(",quinn.baker@example.org,Quinn Baker,\"Contractors,Photoshop\""), "{list}");
    first.failed(0, "gone.already@example.com is not in the organization");

    let confirmed = list.replace(",quinn.baker", "yes,quinn.baker");
    let second = visit(&sandbox, "scripts/offboard.rhai org confirmed.csv").file("confirmed.csv", confirmed);
    assert_eq!(second.run().done(), "1 of 2 are confirmed\ncompleted  quinn.baker@example.org\n");

    let ask = "[find_user(`quinn.baker@example.org`) == (), get_user(`rosa.silva@example.com`).groups]";
    assert_eq!(visit(&sandbox, "-e").arg(ask).run().done(), "[true,[]]\n");
}

#[test]
fn the_retry_loop_outlasts_refusals_waits_in_both_forms_and_broken_connections() {
    let sandbox = start();
    let users = |effect| PlannedFault::at(EndpointId::Users, effect);
    let busy = |status, retry_after| users(FaultEffect::Status { status, body: None, retry_after });
    sandbox.queue(busy(503, None));
    sandbox.queue(busy(429, Some(RetryAfter::Seconds(0))));
    sandbox.queue(busy(429, Some(RetryAfter::DateIn(0))));
    let run = impatient(&sandbox).run();
    assert_eq!(run.stdout, "45 users on page 0\n", "{}", run.stderr);
    assert!(run.stderr.contains("status 429 on try 3"), "{}", run.stderr);
}

#[test]
fn the_retry_loop_gives_up_with_an_error() {
    let sandbox = start();
    sandbox.queue(PlannedFault::at(EndpointId::Users, FaultEffect::DropBefore).times(4));
    impatient(&sandbox).run().failed(1, "Giving up after 4 attempts");
}

/// The retry loop without its waits.
fn impatient(sandbox: &Sandbox) -> Run {
    let text = std::fs::read_to_string(folder().join("retrying.rhai")).unwrap();
    let text =
        text.replace("RANDOM_MAX = 5;", "RANDOM_MAX = 0;").replace("FIRST_DELAY = 3;", "FIRST_DELAY = 0;");
    visit(sandbox, "impatient.rhai").file("impatient.rhai", text)
}
