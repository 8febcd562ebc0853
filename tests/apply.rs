//! `umapish apply`: the commands of a plan, if the organization is as the plan found it.

use crate::support::Desk;
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

/// A desk with a plan of the script.
fn planned(script: &str, line: &str) -> Desk {
    let desk = Desk::new(script);
    let code = desk.start(&format!("plan --out a.plan {line} job.rhai")).run().code;
    assert!([0, 3].contains(&code), "{code}");
    desk
}

fn value(desk: &Desk, code: &str) -> String {
    desk.start("-o json -e").arg(code).run().done().trim().to_owned()
}

fn groups_of(desk: &Desk, email: &str) -> String {
    value(desk, &format!(r#"get_user("{email}").groups"#))
}

const MOVE: &str = r#"
    update_account("keiko.tanaka@example.com", #{email: "keiko.sato@example.com"});
    add_to_groups("keiko.sato@example.com", "Stock");
    add_to_groups("gus.taylor@example.com", "Photoshop");
    try { add_to_groups("hana.suzuki@example.org", "Nowhere"); } catch { }
"#;

#[test]
fn a_plan_is_applied_as_it_was_shown_and_once() {
    let desk = planned(MOVE, "");
    desk.start("apply a.plan").run().exits(2).stderr_has("needs --live");
    assert_eq!(desk.action_requests(), 0);
    let (code, _, words) = desk.run("apply a.plan --live");
    assert_eq!(code, 3, "{words}");
    assert!(words.contains("would fail") && words.contains("umapish.would_fail"), "{words}");
    assert_eq!(desk.action_requests(), 2, "one list, and one for what depends on the new e-mail");
    assert!(groups_of(&desk, "keiko.sato@example.com").contains("Stock"));
    assert!(groups_of(&desk, "gus.taylor@example.com").contains("Photoshop"));
    let (code, _, words) = desk.run("apply a.plan --live");
    assert_eq!((code, desk.action_requests()), (0, 2), "{words}");
    assert!(words.contains("was applied"), "{words}");
    let plan = std::fs::read_to_string(desk.folder.path().join("a.plan")).unwrap();
    let shown = desk.start("journal show").run().done();
    let sha256 = shown.split("SHA-256 ").nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(plan.contains(sha256), "the run names its plan: {shown}");
}

/// Changes after the plan, and whether they concern it.
const CHANGES: &[(&str, bool)] = &[
    (r#"add_to_groups("gus.taylor@example.com", "Photoshop")"#, true),
    (r#"remove_from_org("gus.taylor@example.com")"#, true),
    (r#"update_account("keiko.tanaka@example.com", #{email: "k@example.com"})"#, true),
    (r#"add_to_groups("gus.taylor@example.com", "Finance")"#, false),
    (r#"update_account("keiko.tanaka@example.com", #{lastname: "Other"})"#, false),
    (r#"add_to_groups("ben.osei@example.com", "Stock")"#, false),
    (r#"create_user_group("Another")"#, false),
];

#[test]
fn changes_since_the_plan_stop_it_only_where_they_concern_it() {
    for (change, concerns) in CHANGES {
        let desk = planned(MOVE, "");
        desk.start("--live -e").arg(change).run().done();
        let before = desk.action_requests();
        let (code, _, words) = desk.run("apply a.plan --live");
        assert_eq!(code, if *concerns { 7 } else { 3 }, "{change}: {words}");
        assert_eq!(desk.action_requests() == before, *concerns, "{change}");
        assert_eq!(words.contains("changed since the plan"), *concerns, "{change}: {words}");
    }
}

#[test]
fn a_group_that_was_made_again_is_another_one() {
    let script = r#"add_to_groups("gus.taylor@example.com", "Interns");"#;
    let desk = planned(script, "");
    let again = r#"delete_user_group("Interns"); create_user_group("Interns");"#;
    desk.start("--live -e").arg(again).run().done();
    let before = desk.action_requests();
    let (code, _, words) = desk.run("apply a.plan --live");
    assert_eq!((code, desk.action_requests()), (7, before), "{words}");
    assert!(words.contains("another one than before"), "{words}");
}

#[test]
fn what_changed_can_be_left_out_with_what_depends_on_it() {
    let desk = planned(MOVE, "");
    let change = r#"update_account("keiko.tanaka@example.com", #{email: "k@example.com"})"#;
    desk.start("--live -e").arg(change).run().done();
    let (code, _, words) = desk.run("apply a.plan --live --skip-changed");
    assert_eq!(code, 3, "{words}");
    assert!(words.contains("umapish.changed_since_plan"), "{words}");
    assert!(groups_of(&desk, "gus.taylor@example.com").contains("Photoshop"));
    assert_eq!(value(&desk, r#"find_user("keiko.sato@example.com") == ()"#), "true");
}

#[test]
fn nothing_follows_a_command_that_failed_although_it_was_planned() {
    let script = r#"
        add_to_groups("gus.taylor@example.com", "Photoshop");
        sleep(0.0);
        remove_from_org("gus.taylor@example.com");
        add_to_groups("ben.osei@example.com", "Stock");
    "#;
    let desk = planned(script, "");
    desk.server.queue(PlannedFault {
        endpoint: Some(EndpointId::Action),
        effect: FaultEffect::CommandError { index: 0, code: "error.internal".into() },
        ..PlannedFault::default()
    });
    let (code, _, words) = desk.run("apply a.plan --live");
    assert_eq!(code, 3, "{words}");
    assert_eq!(value(&desk, r#"find_user("gus.taylor@example.com") != ()"#), "true");
}

#[test]
fn a_plan_never_loosens_the_guards_of_the_run() {
    let delete = r#"delete_account("ben.osei@example.com");"#;
    let desk = planned(delete, "--allow-delete");
    desk.start("apply a.plan --live").run().exits(7).stderr_has("--allow-delete");
    let removals = r#"for user in get_users(#{group: "Designers"}).to_array() { remove_from_groups(user, "Designers"); }"#;
    let desk = planned(removals, "--max-removals 50");
    desk.start("apply a.plan --live --max-removals 2").run().exits(7);
    assert_eq!(desk.action_requests(), 0);
    // Its own limits narrow the run.
    let desk = planned(removals, "--max-removals 6");
    desk.start("apply a.plan --live --max-removals 500").run().exits(0);
    let desk = planned(removals, "");
    desk.start("apply a.plan --live --protect *osei*").run().exits(7).stderr_has("protected");
    desk.start("apply a.plan --live --only nobody@example.com").run().exits(7).stderr_has("--only");
    assert_eq!(desk.action_requests(), 0);
}

#[test]
fn the_names_of_the_plan_and_those_of_the_run_both_limit_it() {
    let both = r#"add_to_groups("gus.taylor@example.com", "Photoshop");"#;
    let desk = planned(both, "--only *taylor* --only Photoshop");
    for (only, code) in [("--only ben.osei@example.com", 7), ("--only Photoshop", 7), ("--only gus*", 0)] {
        let (exit, _, words) = desk.run(&format!("apply a.plan --live {only}"));
        assert_eq!(exit, code, "{only}: {words}");
    }
    assert_eq!(desk.action_requests(), 1);
}

#[test]
fn a_plan_of_another_organization_is_refused_by_both_names() {
    let desk = planned(MOVE, "");
    let other = desk.start("apply a.plan --live").env("UMAPI_ORG_ID", "0123456789ABCDEF@AdobeOrg");
    other
        .run()
        .exits(2)
        .stderr_has("0123456789ABCDEF@AdobeOrg")
        .stderr_has(umapi_shell::sandbox::ORGANIZATION);
}

#[test]
fn two_runs_of_one_plan_do_not_both_send_it() {
    let desk = planned(MOVE, "");
    let mut first = desk.command("apply a.plan --live --wait 1m").spawn().unwrap();
    let mut second = desk.command("apply a.plan --live --wait 1m").spawn().unwrap();
    let codes = [first.wait().unwrap().code(), second.wait().unwrap().code()];
    assert_eq!(desk.action_requests(), 2, "{codes:?}");
    assert!(codes.contains(&Some(3)) && codes.contains(&Some(0)), "{codes:?}");
}

/// A plan that adds everybody of the organization to a group, one command each.
const MANY: &str = r#"
    let all = get_users().to_array();
    multi_action(all.map(|user| command(user).add_to_groups("Interns")), #{skip_invalid: true});
"#;

#[test]
fn a_continued_plan_compares_those_that_are_left() {
    let desk = planned(MANY, "");
    // One request in flight, so that there are people with whom the run has not begun.
    let mut command = desk.command("apply a.plan --live");
    command.env("UMAPI_IN_FLIGHT", "1");
    let killed = desk.kill_command_after(command, 9000);
    assert_eq!(killed, None, "it was killed");
    let done: usize = value(&desk, r#"get_users(#{group: "Interns"}).len()"#).parse().unwrap();
    assert!(done > 0, "nothing was done");
    let all: usize = value(&desk, "get_users().len()").parse().unwrap();
    // Somebody who is left, and somebody who is done: both concern what is left only if they are.
    let other = r#"let done = get_users(#{group: "Interns"}).map(|u| u.email);
        let left = get_users().filter(|u| !(u.email in done) && u.username == u.email);
        remove_from_org(left[0].email);"#;
    desk.start("--live -e").arg(other).run().done();
    let (code, _, words) = desk.run("apply a.plan --live");
    if done < all {
        assert_eq!(code, 7, "{words}");
        assert!(words.contains("nothing was sent"), "{words}");
        let (code, _, words) = desk.run("apply a.plan --live --skip-changed");
        assert!([3, 6].contains(&code), "{code}: {words}");
        assert!(words.contains("umapish.changed_since_plan"), "{words}");
    }
    assert_eq!(value(&desk, r#"get_users(#{group: "Interns"}).len()"#), (all - 1).to_string());
}

#[cfg(unix)]
#[test]
fn a_plan_is_readable_by_the_group_at_most_and_its_page_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    for (umask, mode) in [("022", 0o640), ("027", 0o640), ("077", 0o600)] {
        let desk = Desk::new(MOVE);
        let umapish = desk.command("");
        let line = format!("umask {umask}; exec \"$0\" plan --out a.plan --html a.html job.rhai");
        let mut shell = std::process::Command::new("sh");
        shell.env_clear().current_dir(desk.folder.path()).args(["-c", &line]).arg(umapish.get_program());
        shell.envs(umapish.get_envs().filter_map(|(name, value)| Some((name, value?))));
        assert_eq!(shell.output().unwrap().status.code(), Some(3));
        let mode_of = |name: &str| {
            let path = desk.folder.path().join(name);
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777
        };
        assert_eq!((mode_of("a.plan"), mode_of("a.html")), (mode, 0o600));
        let page = std::fs::read_to_string(desk.folder.path().join("a.html")).unwrap();
        assert!(
            page.contains("prefers-color-scheme") && !page.contains("http-equiv") && !page.contains("src=")
        );
    }
}
