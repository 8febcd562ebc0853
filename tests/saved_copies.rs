//! Saved copies of an organization: they go along with what umapish itself changes.

use crate::support::{Desk, Run};
use serde_json::Value;
use std::sync::Arc;
use umapi_shell::sandbox::{Sandbox, SandboxSettings};

/// Everybody, as the listing for copies has them.
const EVERYBODY: &str = "get_users(#{direct_only: false})";

/// How often everybody was listed.
fn full_listings(server: &Sandbox) -> usize {
    server.requests().iter().filter(|seen| seen.endpoint == "Users").count()
}

/// The users of a listing in JSON, in the order of their ids.
fn sorted(json: &str) -> Vec<Value> {
    let mut users: Vec<Value> = serde_json::from_str(json).unwrap();
    for user in &mut users {
        if let Some(names) = user["groups"].as_array_mut() {
            names.sort_by_key(ToString::to_string);
        }
    }
    users.sort_by_key(|user| user["id"].to_string());
    users
}

/// The copy has what the original has, without a new listing.
fn assert_same(desk: &Desk, what: &str) {
    let before = full_listings(&desk.server);
    let copy = desk.start("-q --copy -o json -e").arg(EVERYBODY).run().done();
    assert_eq!(full_listings(&desk.server), before, "{what}: the copy needed a listing");
    let original = desk.start("-q -o json -e").arg(EVERYBODY).run().done();
    assert_eq!(sorted(&copy), sorted(&original), "{what}");
}

#[test]
fn a_copy_has_what_umapish_changed_since_without_a_new_listing() {
    let desk = Desk::new("");
    desk.start("-q --copy -e 1").run().done();
    let changes = [
        r#"add_to_groups("gus.taylor@example.com", "Designers")"#,
        r#"add_federated_id("new@example.com", "new@example.com", "N", "P", "DE")"#,
        r#"update_account("new@example.com", #{email: "newer@example.com", lastname: "Q"})"#,
        r#"add_users_to_group("Finance", ["newer@example.com", "ben.osei@example.com"])"#,
        r#"remove_from_all_groups("ben.osei@example.com")"#,
        r#"remove_from_org("hana.suzuki@example.org")"#,
        r#"create_user_group("Interns")"#,
        r#"add_to_groups("gus.taylor@example.com", "Interns")"#,
        r#"action([#{user: "gus.taylor@example.com", "do": [#{remove: #{group: ["Designers"]}}]}])"#,
    ];
    for change in changes {
        desk.start("-q --live -e").arg(change).run().done();
        assert_same(&desk, change);
    }
}

#[test]
fn changes_by_chance_are_in_the_copy() {
    let script = r#"
        let groups = ["Designers", "Finance", "Marketing", "All Apps", "Stock", "Photoshop"];
        let users = get_users().filter(|u| u.email != ());
        let seed = parse_int(args()[0]);
        for i in 0..12 {
            seed = (seed * 1103515245 + 12345) % 2147483648;
            let user = users[(seed / 65536) % users.len()];
            let group = groups[(seed / 256) % groups.len()];
            try {
                switch i % 4 {
                    0 => remove_from_groups(user, group),
                    3 => update_account(user, #{lastname: `L${seed}`}),
                    _ => add_to_groups(user, group),
                }
            } catch (error) { print(error); }
        }
    "#;
    let desk = Desk::new(script);
    desk.start("-q --copy -e 1").run().done();
    for seed in 1..=6 {
        let run = desk.start("-q --live --max-removals 500 job.rhai").arg(seed.to_string()).run();
        assert!([0, 3].contains(&run.code), "{}", run.stderr);
        assert_same(&desk, &format!("seed {seed}"));
    }
}

#[test]
fn what_concerns_people_whom_nobody_named_needs_a_new_listing() {
    for change in [
        r#"update_user_group("Designers", #{name: "Artists"})"#,
        r#"delete_user_group("Designers")"#,
        r#"add_profiles_to_group("Finance", ["All Apps"])"#,
    ] {
        let desk = Desk::new("");
        desk.start("-q --copy -e 1").run().done();
        desk.start("-q --live --max-removals 500 -e").arg(change).run().done();
        let before = full_listings(&desk.server);
        let copy = desk.start("-q --copy -o json -e").arg(EVERYBODY).run().done();
        assert_eq!(full_listings(&desk.server), before + 1, "{change}");
        assert_eq!(sorted(&copy), sorted(&desk.start("-q -o json -e").arg(EVERYBODY).run().done()));
    }
}

#[test]
fn with_the_limits_of_the_service_plans_are_made_applied_and_undone_one_after_the_other() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    std::fs::write(
        folder.path().join("job.rhai"),
        r#"add_to_groups("gus.taylor@example.com", "Stock"); add_federated_id("new@example.com", "new@example.com", "N", "P", "DE");"#,
    )
    .unwrap();
    let server = Sandbox::start(SandboxSettings { throttle: true, ..SandboxSettings::default() }).unwrap();
    let run = |line: &str| Run::in_folder(Arc::clone(&folder), line).against(&server).run();
    run("plan --out a.plan job.rhai").exits(0);
    let applied = run("apply a.plan --live").exits(0);
    let id =
        applied.stderr.split("umapish undo ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let again = run("-o json plan job.rhai");
    assert!(again.stderr.contains("2 people whom umapish has changed since"), "{}", again.stderr);
    let plan: Value = serde_json::from_str(&again.exits(0).stdout).unwrap();
    assert!(plan["commands"].as_array().unwrap().iter().all(|row| row["rests_on"] == ""), "{plan}");
    run(&format!("undo {id} --out back.plan")).exits(0);
    run("apply back.plan --live").exits(0);
    run("plan --exit-code job.rhai").exits(8);
    let listed = |endpoint: &str| server.requests().iter().filter(|seen| seen.endpoint == endpoint).count();
    assert_eq!((listed("Users"), listed("Groups")), (1, 1));
}

#[test]
fn a_group_that_was_made_again_is_found_without_a_listing_of_groups() {
    let desk = Desk::new(r#"add_to_groups("gus.taylor@example.com", "Finance");"#);
    desk.start("plan --out a.plan job.rhai").run().exits(0);
    // Somebody else, whose changes this account does not know.
    let other = |code: &str| {
        Run::new("-q --live --max-removals 500 -e").arg(code).against(&desk.server).run().done();
    };
    other(r#"delete_user_group("Finance"); create_user_group("Finance")"#);
    desk.start("apply a.plan --live").run().exits(7).stderr_has("another one than before");
    other(r#"delete_user_group("Finance")"#);
    desk.start("apply a.plan --live").run().exits(7).stderr_has("is gone");
}

#[test]
fn many_people_are_read_one_by_one_while_nobody_may_list_everybody() {
    let people = r#"
        let changes = queue();
        for user in get_users().filter(|u| u.email != () && u.type != "adobeID").extract(0, 510) {
            changes.update_account(user, #{lastname: "Other"});
        }
        changes.finish();
    "#;
    let desk = Desk::of(900, people);
    let run = |line: &str| desk.start(line).env("UMAPI_PACE", "100ms").run();
    run("-q plan --out a.plan job.rhai").exits(0);
    let before = full_listings(&desk.server);
    let applied = run("apply a.plan --live").exits(0);
    assert!(applied.words().contains("510 people are read one by one"), "{}", applied.stderr);
    assert_eq!(full_listings(&desk.server), before);
}
