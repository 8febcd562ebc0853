//! Every script of `scripts/` through the binary: as it stands, for real, and rehearsed.

use crate::support::Run;
use crate::support::run::Finished;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
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
        script: "sync_group",
        arguments: "Designers scripts/leavers.csv --mode add --max-unmatched 9",
        live: &["Designers: 2 added, 0 removed\n"],
        rehearsed: &["Designers: 2 added, 0 removed\n"],
    },
    Expected {
        script: "clean_direct",
        arguments: "All Apps,Designers",
        live: &["live: 0 of 0 direct memberships removed\n"],
        rehearsed: &["test: 0 of 0 direct memberships removed\n"],
    },
    reading("duplicates", &["one address"]),
    Expected {
        script: "expire_contractors",
        arguments: "scripts/contracts.csv",
        live: &["completed  femi.adeyemi@example.net, until 2020-01-31\nlive: 1 of 1 accounts"],
        rehearsed: &["would_complete  femi.adeyemi@example.net, until 2020-01-31\ntest: 1 of 1 accounts"],
    },
    Expected {
        script: "change_domain",
        arguments: "emea.example.com example.com --skip twin@emea.example.com",
        live: &["completed  yara.haddad@emea.example.com -> yara.haddad@example.com\n"],
        rehearsed: &["would_complete  yara.haddad@emea.example.com -> yara.haddad@example.com\n"],
    },
    Expected {
        script: "clone_access",
        arguments: "ben.osei@example.com femi.adeyemi@example.net",
        live: &["completed  femi.adeyemi@example.net\nlive: 1 of 1 people"],
        rehearsed: &["would_complete  femi.adeyemi@example.net\ntest: 1 of 1 people"],
    },
    reading("admin_roles", &["_org_admin"]),
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
    run.failed(3, "1 row is in onboard-failed.csv");
}

#[test]
fn onboarding_without_a_file_shows_how_to_call_it() {
    shell("--sandbox scripts/onboard.rhai", true).run().failed(2, "Usage: umapish scripts/onboard.rhai FILE");
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

/// Runs in one folder with the scripts, one after the other, against one sandbox.
pub(crate) struct Visits {
    sandbox: Sandbox,
    folder: Arc<TempDir>,
}

impl Visits {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let visits = Self { sandbox: start(), folder: Arc::new(tempfile::tempdir().unwrap()) };
        let run = with_scripts(Run::in_folder(Arc::clone(&visits.folder), ""));
        files.iter().fold(run, |run, (name, content)| run.file(name, content));
        visits
    }

    pub(crate) fn run(&self, line: &str) -> Finished {
        self.with_arguments(line, &[])
    }

    /// A run with more arguments, which may have spaces.
    pub(crate) fn with_arguments(&self, line: &str, arguments: &[&str]) -> Finished {
        let run = Run::in_folder(Arc::clone(&self.folder), line).against(&self.sandbox);
        arguments.iter().fold(run, Run::arg).run()
    }

    /// A file in the folder of the runs.
    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    pub(crate) fn eval(&self, code: &str) -> String {
        Run::in_folder(Arc::clone(&self.folder), "--live -e").against(&self.sandbox).arg(code).run().done()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path().join(folder)).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_rehearsal_blocks_no_live_run_and_the_record_lies_beside_the_input() {
    for (file, list) in [
        ("hr.csv.d/leavers.csv", "hr.csv.d/leavers-confirm.csv"),
        ("hr.csv.d/LEAVERS.CSV", "hr.csv.d/LEAVERS-confirm.csv"),
        ("hr.csv.d/leavers", "hr.csv.d/leavers-confirm.csv"),
        ("./hr/a.csv.csv", "./hr/a.csv-confirm.csv"),
        ("leavers.csv", "leavers-confirm.csv"),
    ] {
        let visits = Visits::new(&[(file, "email\nben.osei@example.com\n")]);
        visits.run(&format!("--test scripts/offboard.rhai groups {file}")).exits(0);
        let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let before = visits.names(folder).len();
        let live = visits.run(&format!("--live scripts/offboard.rhai groups {file}"));
        assert_eq!(live.stdout.lines().next(), Some("completed  ben.osei@example.com"), "{}", live.stderr);
        let record = std::fs::read_to_string(live.file(list)).unwrap();
        assert!(record.contains("ben.osei@example.com"), "{record}");
        assert_eq!(visits.names(folder).len(), before + 1, "the older list is kept");
    }
}

#[test]
fn every_spelling_of_yes_counts_and_other_words_stop_the_run() {
    let file = |word: &str| format!("remove,email\n{word},ben.osei@example.com\n,rosa.silva@example.com\n");
    for (word, confirmed) in
        [("yes", 1), ("Yes", 1), ("YES", 1), ("y", 1), ("Y", 1), ("no", 0), ("No", 0), ("n", 0), ("", 0)]
    {
        let visits = Visits::new(&[("c.csv", &file(word))]);
        let run = visits.run("--live scripts/offboard.rhai org c.csv").exits(0);
        assert!(
            run.stdout.starts_with(&format!("{confirmed} of 2 are confirmed\n")),
            "{word}: {}",
            run.stdout
        );
        let gone = visits.eval("find_user(`ben.osei@example.com`) == ()");
        assert_eq!(gone, format!("{}\n", confirmed == 1), "{word}");
    }
    for word in ["ja", "x", "1", "true", "yes please", "ye", "yes;"] {
        let visits = Visits::new(&[("c.csv", &file(word))]);
        let run = visits.run("--live --yes scripts/offboard.rhai org c.csv");
        run.failed(1, "c.csv:2: \"remove\" is").stderr_has("ben.osei@example.com");
        assert_eq!(visits.eval("find_user(`ben.osei@example.com`) == ()"), "false\n", "{word}");
    }
}

/// The groups of both accounts of one address.
const BOTH: &str =
    "get_users().filter(|user| user.email == `both@example.com`).map(|user| `${user.type} ${user.groups}`)";

#[test]
fn offboarding_handles_both_accounts_of_an_address() {
    let visits = Visits::new(&[("leavers.csv", "email\nboth@example.com\nBOTH@example.com\n")]);
    visits.eval(
        "add_to_groups(`both@example.com`, [`Designers`]);
         add_to_groups(`both@example.com`, [`Stock`, `Photoshop`], #{use_adobe_id: true});",
    );
    let first = visits.run("--live scripts/offboard.rhai groups leavers.csv");
    assert!(first.stdout.contains("completed  both@example.com\n"), "{}{}", first.stdout, first.stderr);
    assert!(first.stdout.contains("completed  both@example.com (Adobe ID)\n"), "{}", first.stdout);
    let record = std::fs::read_to_string(first.file("leavers-confirm.csv")).unwrap();
    assert_eq!(record.lines().count(), 3, "{record}");
    first.exits(0).stderr_has("both@example.com has two accounts");
    assert_eq!(visits.eval(BOTH), "[\"adobeID []\",\"federatedID []\"]\n");

    let confirm =
        |line: &str| if line.ends_with(",adobeID") { format!("yes{line}\n") } else { format!("{line}\n") };
    let confirmed: String = record.lines().map(confirm).collect();
    std::fs::write(visits.folder.path().join("one.csv"), confirmed).unwrap();
    visits.run("--live scripts/offboard.rhai org one.csv").exits(0);
    assert_eq!(visits.eval(BOTH), "[\"federatedID []\"]\n");
}

#[test]
fn which_of_two_accounts_may_go_must_be_said() {
    let visits = Visits::new(&[("c.csv", "remove,email\nyes,both@example.com\n")]);
    let run = visits.run("--live scripts/offboard.rhai org c.csv");
    run.failed(1, "both@example.com has two accounts; add a column \"type\"");
    assert_eq!(visits.eval(&format!("{BOTH}.len()")), "2\n");
}

#[test]
fn offboarding_names_all_odd_rows_before_it_changes_anything() {
    let visits = Visits::new(&[("leavers.csv", "email,name\nben.osei@example.com,Ben\n,Kim\n,Jo\n")]);
    let run = visits.run("--live scripts/offboard.rhai groups leavers.csv");
    run.failed(1, "leavers.csv:3: there is no email").stderr_has("leavers.csv:4: there is no email");
    assert_eq!(visits.eval("get_user(`ben.osei@example.com`).groups.is_empty()"), "false\n");
}

#[test]
fn moving_keeps_the_old_profile_of_whom_the_new_one_refuses() {
    let visits = Visits::new(&[]);
    visits.run("--test scripts/move_profile.rhai Stock Finance").exits(0);
    visits.eval("add_to_groups(`ines.costa@example.net`, `Finance`)");
    let run = visits.run("--live scripts/move_profile.rhai Stock Finance").exits(0);
    assert!(run.stdout.contains("live: 2 of 2 people moved to Finance"), "{}{}", run.stdout, run.stderr);
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
