//! `umapish plan`, `--plan` and `--copy`: what a script would do, without doing it.

use crate::support::{Desk, Run};
use serde_json::Value;

const JOB: &str = r#"
    let report = multi_action([
        command("new.person@example.com").add_federated_id(#{email: "new.person@example.com", firstname: "N",
            lastname: "P", country: "DE"}).add_to_groups(["Designers"]),
        command("gus.taylor@example.com").add_to_groups(["Stock"]),
        command("hana.suzuki@example.org").add_to_groups(["Nowhere"]),
    ]);
    for outcome in report.outcomes { print(outcome.status); }
    print(get_users(#{group: "Designers"}).len());
"#;

/// The service's answers to questions, in a form that a copy must repeat.
const QUESTIONS: &[&str] = &[
    "get_users(#{direct_only: true})",
    "get_users(#{direct_only: false})",
    // A listing of users leaves out a disabled member of this group.
    "get_groups().filter(|g| g.groupName != \"Contractors\")",
    "get_users(#{group: \"All Apps\"})",
    "get_users(#{group: \"Stock\", direct_only: false})",
    "get_user(\"carla.ruiz@example.com\")",
];

#[test]
fn a_copy_answers_like_the_original() {
    let desk = Desk::new("");
    for question in QUESTIONS {
        let original = desk.start("-o json -e").arg(question).run().done();
        let copy = desk.start("--copy -o json -e").arg(question).run().done();
        assert_eq!(copy, original, "{question}");
    }
}

#[test]
fn changes_on_a_copy_stay_there() {
    let desk = Desk::new("");
    let code =
        r#"add_to_groups("gus.taylor@example.com", "Designers"); get_users(#{group: "Designers"}).len()"#;
    assert_eq!(desk.start("--copy -e").arg(code).run().done().trim(), "7");
    assert_eq!(desk.start("-e").arg(r#"get_users(#{group: "Designers"}).len()"#).run().done().trim(), "6");
    assert_eq!(desk.action_requests(), 0);
}

#[test]
fn a_saved_copy_is_served_by_the_sandbox() {
    let desk = Desk::new("");
    desk.start("copy --out copy.json").run().done();
    let state = Some(desk.folder.path().join("copy.json"));
    let settings = umapi_shell::sandbox::SandboxSettings { state, ..Default::default() };
    let copy = umapi_shell::sandbox::Sandbox::start(settings).unwrap();
    for question in QUESTIONS {
        let original = desk.start("-o json -e").arg(question).run().done();
        let saved = crate::support::Run::new("-o json -e").against(&copy).arg(question).run().done();
        assert_eq!(saved, original, "{question}");
    }
}

#[test]
fn a_plan_says_what_a_script_would_do_and_changes_nothing() {
    let desk = Desk::new(JOB);
    let finished = desk.start("plan -o json job.rhai").run();
    // The script reads back what it changed; its own words are for the operator.
    assert!(finished.words().contains("planned planned would_fail 7"), "{}", finished.stderr);
    let plan: Value = serde_json::from_str(&finished.ended(3)).unwrap();
    let rows = plan["commands"].as_array().unwrap();
    let statuses: Vec<_> = rows.iter().map(|row| row["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["planned", "planned", "would_fail"]);
    assert_eq!(rows[0]["changes"], "created +Designers");
    assert_eq!(rows[2]["code"], "error.group.not_found");
    // Stock comes with Designers too, and has two licenses only.
    let stock = plan["profiles"].as_array().unwrap().iter().find(|row| row["profile"] == "Stock").unwrap();
    assert_eq!((&stock["before"], &stock["after"]), (&8.into(), &10.into()));
    assert_eq!(stock["without_license"], 8);
    assert_eq!(
        (plan["summary"]["planned"].as_u64(), plan["summary"]["failing"].as_u64()),
        (Some(2), Some(1))
    );
    assert_eq!(desk.action_requests(), 0);
    assert!(desk.journals().is_empty());
}

#[test]
fn what_is_not_known_is_said_and_what_follows_inherits_it() {
    let desk = Desk::new("");
    let rests_on = |code: &str| {
        let text = desk.start("-o json --plan -e").arg(code).run().stdout;
        let plan: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        let rows = plan["commands"].as_array().unwrap();
        rows.iter().map(|row| row["rests_on"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let certain = r#"add_to_groups("gus.taylor@example.com", "Photoshop");"#;
    assert_eq!(rests_on(certain), [""]);
    let group = r#"add_to_groups("gus.taylor@example.com", "Designers"); update_account("gus.taylor@example.com", #{lastname: "T"});"#;
    // What does not depend on the group is certain all the same.
    assert_eq!(rests_on(group), ["group may be read-only", ""]);
    let again = r#"add_to_groups("gus.taylor@example.com", "Designers"); remove_from_groups("gus.taylor@example.com", "Stock");"#;
    assert_eq!(
        rests_on(again),
        ["group may be read-only", "group may be read-only"],
        "Stock comes with Designers"
    );
    let unknown = r#"try { add_to_groups("nobody@example.com", "Photoshop"); } catch { }"#;
    assert_eq!(rests_on(unknown), ["may be disabled"]);
    // The members of a group show who is disabled; a group without people may carry profiles.
    let empty = r#"add_to_groups("gus.taylor@example.com", "Interns");"#;
    assert_eq!(rests_on(empty), ["group may be read-only; profile of group unknown"]);
    let domain = r#"add_federated_id("a@new.example.com", "a@new.example.com", "A", "B", "DE");"#;
    assert!(rests_on(domain)[0].contains("domain without accounts"));
    let nobody = r#"try { add_to_groups("nobody@example.com", "Photoshop"); } catch { }
        try { update_account("nobody@example.com", #{lastname: "X"}); } catch { }"#;
    assert_eq!(rests_on(nobody), ["may be disabled", "may be disabled"]);
    // A group that the script makes is its own.
    let made = r#"create_user_group("Crew"); add_to_groups("gus.taylor@example.com", "Crew");"#;
    assert_eq!(rests_on(made), ["", ""]);
}

#[test]
fn what_a_live_run_found_out_about_a_group_counts_in_later_plans() {
    let desk = Desk::new("");
    let planned = |code: &str| {
        let text = desk.start("-o json --plan -e").arg(code).run().stdout;
        let plan: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        let row = &plan["commands"][0];
        (row["status"].as_str().unwrap().to_owned(), row["rests_on"].as_str().unwrap().to_owned())
    };
    let live = |code: &str| desk.start("--live -e").arg(code).run().code;
    let add = |group: &str| format!("add_to_groups(\"gus.taylor@example.com\", \"{group}\")");
    let open = ("planned".to_owned(), "group may be read-only".to_owned());
    assert_eq!(planned(&add("Finance")), open);
    // Neither a rehearsal nor a removal shows it: the service reports success for people whom it does not know.
    desk.start("-e").arg(add("Finance")).run().done();
    assert_eq!(live("remove_from_groups(\"kofi.mensah@example.org\", \"Finance\")"), 0);
    assert_eq!(planned(&add("Finance")), open);
    assert_eq!(live("add_to_groups(\"kofi.mensah@example.org\", \"Finance\")"), 0);
    assert_eq!(planned(&add("Finance")), ("planned".to_owned(), String::new()));
    assert_eq!(planned(&add("Marketing")), open, "each group by itself");
    // A group that was made again is another one.
    assert_eq!(live("delete_user_group(\"Finance\"); create_user_group(\"Finance\")"), 0);
    assert!(planned(&add("Finance")).1.contains("group may be read-only"));
    let read_only = add("Corporate Directory");
    assert_eq!(planned(&read_only), open);
    assert_eq!(live(&read_only), 3);
    assert_eq!(planned(&read_only), ("would_fail".to_owned(), "group may be read-only".to_owned()));
}

#[test]
fn a_plan_that_is_not_whole_is_not_kept() {
    for (code, exit) in [
        (r#"add_to_groups("gus.taylor@example.com", "Stock"); throw "no";"#, 1),
        (r#"make_call("POST", "elsewhere/x", #{})"#, 7),
    ] {
        let desk = Desk::new(code);
        let finished = desk.start("plan --out a.plan --html a.html job.rhai").run().exits(exit);
        finished.stderr_has("there is no plan");
        assert!(!desk.folder.path().join("a.plan").exists() && !desk.folder.path().join("a.html").exists());
    }
}

#[test]
fn what_a_script_rehearses_is_no_part_of_its_plan() {
    let code = r#"
        add_to_groups("gus.taylor@example.com", "Stock");
        make_call("POST", "action/" + session().organization + "?testOnly=true",
            [#{user: "ben.osei@example.com", "do": [#{remove: "all"}]}]);
        test_mode();
        add_to_groups("ben.osei@example.com", "Stock");
    "#;
    let desk = Desk::new(code);
    let plan: Value = serde_json::from_str(&desk.start("plan -o json job.rhai").run().done()).unwrap();
    let rows = plan["commands"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["target"], "gus.taylor@example.com");
}

#[test]
fn files_of_a_planned_script_are_kept_apart_and_read_back() {
    let code = r#"
        write_csv("out.csv", [#{a: 1}, #{a: 2}]);
        write_csv("old.csv", [#{a: 3}], #{if_exists: "append"});
        print(`${read_csv("./out.csv").len()} ${read_csv("old.csv").len()} ${file_exists("out.csv")}`);
    "#;
    let desk = Desk::new(code);
    let old = desk.folder.path().join("old.csv");
    std::fs::write(&old, "a\n9\n").unwrap();
    let finished = desk.start("plan -o json job.rhai").run();
    assert!(finished.words().contains("2 2 true"), "{}", finished.stderr);
    let plan: Value = serde_json::from_str(&finished.done()).unwrap();
    assert_eq!(plan["files"].as_array().unwrap().len(), 2);
    assert!(!desk.folder.path().join("out.csv").exists());
    assert_eq!(std::fs::read_to_string(old).unwrap(), "a\n9\n");
}

#[test]
fn secrets_do_not_get_into_plans() {
    let code = r#"update_account("ben.osei@example.com", #{lastname: args()[0]});"#;
    let desk = Desk::new(code);
    let line = "plan --out a.plan --secret-arg Hush-Hush-77 job.rhai";
    desk.start(line).run().exits(2).stderr_has("secret");
    assert!(!desk.folder.path().join("a.plan").exists());
    // One that no command has is masked.
    std::fs::write(
        desk.folder.path().join("job.rhai"),
        r#"add_to_groups("gus.taylor@example.com", "Stock");"#,
    )
    .unwrap();
    desk.start(line).run().done();
    let text = std::fs::read_to_string(desk.folder.path().join("a.plan")).unwrap();
    assert!(!text.contains("Hush-Hush"));
}

#[test]
fn exit_codes_tell_changes_apart() {
    let desk = Desk::new(r#"add_to_groups("gus.taylor@example.com", "Stock");"#);
    desk.start("plan --exit-code job.rhai").run().exits(8);
    desk.start("plan job.rhai").run().exits(0);
    std::fs::write(desk.folder.path().join("job.rhai"), "get_groups();").unwrap();
    desk.start("plan --exit-code job.rhai").run().exits(0);
}

#[test]
fn a_question_is_asked_or_answered_in_advance() {
    let desk = Desk::new(r#"if confirm("really?") { add_to_groups("gus.taylor@example.com", "Stock"); }"#);
    desk.start("plan --exit-code job.rhai").run().exits(1).stderr_has("--yes");
    desk.start("plan --exit-code --yes job.rhai").run().exits(8);
}

#[test]
fn with_the_limits_of_the_service_a_plan_needs_one_full_listing() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("job.rhai"), JOB).unwrap();
    let settings = umapi_shell::sandbox::SandboxSettings { throttle: true, ..Default::default() };
    let server = umapi_shell::sandbox::Sandbox::start(settings).unwrap();
    let run = |line: &str| crate::support::Run::in_folder(folder.clone(), line).against(&server).run();
    run("plan --out a.plan job.rhai").exits(3);
    // The listings of the first plan are used again, by a second one and by a copy.
    run("plan job.rhai").exits(3);
    run("--copy -e 1").exits(0);
    let full = server.requests().iter().filter(|seen| seen.endpoint == "Users").count();
    assert_eq!(full, 1);
}

#[test]
fn a_copy_leaves_nothing_in_the_temporary_folder() {
    let desk = Desk::new(JOB);
    let place = desk.folder.path().join("temporary");
    std::fs::create_dir(&place).unwrap();
    for (line, code) in [("--copy -e 1", 0), ("plan job.rhai", 3), ("--sandbox -e 1", 0)] {
        desk.start(line).env("TMPDIR", place.to_str().unwrap()).run().exits(code);
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0, "{line}");
    }
}

#[test]
fn each_form_of_a_run_is_planned_in_the_sandbox_of_the_process() {
    let map = "[[map]]\nfile = \"people.csv\"\ngroups = [\"Finance\"]\nmode = \"add\"\n";
    let code = r#"add_to_groups("gus.taylor@example.com", "Finance")"#;
    for form in ["-e", "job.rhai", "each people.csv", "sync map.toml"] {
        let run = Run::new(&format!("--sandbox --plan=a.plan {form}"));
        let run = run.file("people.csv", "email\ngus.taylor@example.com\n").file("map.toml", map);
        let run = run.file("job.rhai", code);
        let run = if ["-e", "each people.csv"].contains(&form) { run.arg(code) } else { run };
        let run = run.run();
        let is_planned = run.stdout.contains("gus.taylor@example.com  +Finance  planned");
        assert!(is_planned, "{form}: {}{}", run.stdout, run.stderr);
        assert!(std::fs::read_to_string(run.file("a.plan")).unwrap().contains("gus.taylor"), "{form}");
    }
}
