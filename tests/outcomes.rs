//! What outcomes rest on: people are resolved against what the run has read, whoever sends the command.

use crate::support::{Desk, Run};
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

/// The ways to send a command. Each stands for a script, with the command's map in `change` and its user in `user`.
const WAYS: [&str; 9] = [
    "remove_from_org(user)",
    "multi_action([command(user).remove_from_org()])",
    "multi_action([change])",
    "let changes = queue(); changes.remove_from_org(user); changes.finish()",
    "let changes = queue(); changes.add_command(command(user).remove_from_org()); changes.finish()",
    "let changes = queue(); changes.add_command(change); changes.finish()",
    "action([change])",
    "make_call(\"POST\", path, [change])",
    "send(\"POST\", path, [change])",
];

/// A script that reads people and then removes `user` in one of the ways.
fn script(read: &str, user: &str, way: &str) -> String {
    format!(
        "let path = `/action/${{session().organization}}`; let user = \"{user}\";
        let change = #{{user: user, \"do\": [#{{removeFromOrg: #{{}}}}]}};
        {read} {way};"
    )
}

/// The rows of the report: status, evidence and code.
fn rows(desk: &Desk) -> Vec<String> {
    let text = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let places = ["status", "evidence", "code"].map(place);
    let row = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        places.map(|place| cells[place]).join(" ").trim_end().to_owned()
    };
    lines.map(row).collect()
}

#[test]
fn someone_who_is_not_in_a_complete_listing_is_not_removed_in_any_way() {
    for way in WAYS {
        for mode in ["--live", "--test"] {
            let desk = Desk::new(&script("get_users().len();", "benn.osei@example.com", way));
            let (code, _, reported) = desk.run(&format!("{mode} --report r.csv job.rhai"));
            assert_eq!(code, 3, "{mode} {way}: {reported}");
            assert_eq!(rows(&desk), ["failed read umapish.not_present"], "{mode} {way}: {reported}");
            let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
            assert!(
                report.contains("`benn.osei@example.com` is not among the active users"),
                "{way}: {report}"
            );
            assert_eq!(desk.action_requests(), 0, "{way}");
        }
    }
}

#[test]
fn the_evidence_says_what_the_run_has_read() {
    for (read, evidence) in [
        ("get_user(user);", "read"),
        ("get_users().len();", "read"),
        ("get_users(#{group: \"Designers\"}).len();", "read"),
        ("", "service"),
    ] {
        for way in WAYS {
            let desk = Desk::new(&script(read, "ben.osei@example.com", way));
            let (code, _, reported) = desk.run("--live --verify=never --report r.csv job.rhai");
            assert_eq!(
                (code, rows(&desk)),
                (0, vec![format!("completed {evidence}")]),
                "{read} {way}: {reported}"
            );
        }
    }
}

#[test]
fn who_is_not_listed_is_sent_where_the_script_or_the_operator_says_so() {
    let user = "benn.osei@example.com";
    for (options, way) in [
        ("--unlisted=send", WAYS[0]),
        ("--unlisted=send", WAYS[2]),
        ("--unlisted=send", WAYS[8]),
        ("", "remove_from_org(user, false, #{unlisted: \"send\"})"),
        ("", "multi_action([command(user, #{unlisted: \"send\"}).remove_from_org()])"),
        (
            "",
            "let changes = queue(); changes.remove_from_org(user, false, #{unlisted: \"send\"}); changes.finish()",
        ),
        // People who left the organization are in no listing.
        ("--allow-delete", "delete_account(user)"),
    ] {
        let desk = Desk::new(&script("get_users().len();", user, way));
        let (code, _, reported) =
            desk.run(&format!("--live --verify=never {options} --report r.csv job.rhai"));
        assert_eq!((code, rows(&desk)), (0, vec!["completed service".to_owned()]), "{way}: {reported}");
    }
}

#[test]
fn a_question_about_groups_of_a_direct_listing_gets_a_note_once_in_every_way_to_ask() {
    let note = "`groups` has direct memberships only";
    for question in [
        "filter(|user| !user.groups.some(|name| name in profiles))",
        "filter(|user| !(\"Photoshop\" in user.groups)).filter(|user| user.groups.is_empty())",
        "filter(|user| { let all = user.groups; all.is_empty() })",
        "filter(|user| user.in_group(\"Photoshop\"))",
        "find(|user| \"Photoshop\" in user.groups)",
        "some(|user| user.groups.contains(\"Photoshop\"))",
        "all(|user| user.groups.len() > 0)",
        "where(#{groups: \"Photoshop\"})",
        "count_by(\"groups\")",
        "index_by(\"groups\")",
        "map(|user| user.groups)",
        "map(|user| user.groups.len())",
        "sort_by(|user| user.groups.len())",
        "filter(|user| true)[0].groups",
        "LOOP if user.groups.is_empty() { print(user.email); }",
        "LOOP print(user[\"groups\"]);",
        "LOOP if user.in_group(\"Photoshop\") { print(user.email); }",
    ] {
        let said = |listing: &str| {
            let asked = match question.strip_prefix("LOOP ") {
                Some(body) => format!("for user in {listing} {{ {body} }}"),
                None => format!("{listing}.{question};"),
            };
            let code = format!(
                "let profiles = get_groups(#{{type: \"PRODUCT_PROFILE\"}}).map(|group| group.groupName); {asked}"
            );
            let run = Run::new("--sandbox -e").arg(code).run();
            let words = run.words();
            run.exits(0);
            words.matches(note).count()
        };
        assert_eq!((said("get_users()"), said("get_users(#{direct_only: false})")), (1, 0), "{question}");
    }
    for other in [
        "get_users().filter(|user| user.country == \"US\" && user.email != ());",
        "for user in get_users() { print(user.email); }",
        "print(get_user(get_users()[0].email).groups);",
    ] {
        assert!(!Run::new("--sandbox -e").arg(other).run().words().contains(note), "{other}");
    }
}

#[test]
fn a_saved_listing_proves_nothing() {
    let read = "get_users(#{max_age: \"2h\"}).len();";
    let desk = Desk::new(&script(read, "benn.osei@example.com", WAYS[1]));
    std::fs::write(desk.folder.path().join("list.rhai"), read).unwrap();
    desk.start("--live list.rhai").run().exits(0);
    let listings = || desk.server.requests().iter().filter(|seen| seen.endpoint == "Users").count();
    let before = listings();
    let (_, _, reported) = desk.run("--live --verify=never --report r.csv job.rhai");
    assert_eq!((listings(), rows(&desk)), (before, vec!["completed service".to_owned()]), "{reported}");
}

#[test]
fn a_partial_listing_proves_nothing_and_what_the_run_made_is_known() {
    for (read, user) in [
        ("get_users(#{group: \"Designers\"}).len();", "benn.osei@example.com"),
        ("get_users(#{domain: \"example.com\"}).len();", "benn.osei@example.com"),
        ("get_users().len(); add_adobe_id(\"new@example.net\", \"N\", \"P\", \"US\");", "new@example.net"),
        (
            "get_users().len(); update_account(\"ben.osei@example.com\", #{email: \"b.osei@example.com\"});",
            "b.osei@example.com",
        ),
    ] {
        for options in ["--live", "--test"] {
            let desk = Desk::new(&script(read, user, WAYS[1]));
            let (_, _, reported) = desk.run(&format!("{options} --verify=never --report r.csv job.rhai"));
            assert!(!rows(&desk).iter().any(|row| row.contains("not_present")), "{read}: {reported}");
            assert_eq!(desk.action_requests(), rows(&desk).len(), "{read}: {reported}");
        }
    }
}

#[test]
fn a_sign_in_name_that_looks_like_an_e_mail_is_refused_with_the_e_mail() {
    let code =
        "let email = \"sol.ito@example.com\"; add_federated_id(email, email, \"Sol\", \"Ito\", \"JP\");
        update_account(email, #{username: \"f9992@emea.example.com\"});
        let everybody = get_users(); everybody.len();
        let report = multi_action([command(\"f9992@emea.example.com\").remove_from_org()]);
        print(report.outcomes[0].message); print(find_user(email) != ());";
    let run = Run::eval(code).run();
    let expected = "`f9992@emea.example.com` is not among the active users; Sol Ito signs in with that name; \
                    the e-mail is sol.ito@example.com\ntrue\n";
    assert_eq!(run.ended(3), expected);
}

/// Both accounts of an address are listed.
const TWO_ACCOUNTS: &str = "let two = get_users().filter(|person| person.email == user);";

#[test]
fn a_removal_by_an_e_mail_with_two_accounts_is_refused_until_one_is_named() {
    for way in WAYS {
        let desk = Desk::new(&script(TWO_ACCOUNTS, "both@example.com", way));
        let (code, _, reported) = desk.run("--live --report r.csv job.rhai");
        assert_eq!((code, desk.action_requests()), (3, 0), "{way}: {reported}");
        assert_eq!(rows(&desk), ["failed read umapish.ambiguous_identity"], "{way}");
        let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
        assert!(report.contains("more than one account: an Adobe ID and a Federated ID"), "{way}: {report}");
    }
    for way in [
        "remove_from_org(two[0])",
        "remove_from_org(two[1])",
        "remove_from_org(user, false, #{use_adobe_id: true})",
        "remove_from_org(user, false, #{use_adobe_id: false})",
        "change.useAdobeID = true; action([change])",
    ] {
        for verify in ["never", "auto", "always"] {
            let desk = Desk::new(&script(TWO_ACCOUNTS, "both@example.com", way));
            let (code, _, reported) = desk.run(&format!("--live --verify={verify} --report r.csv job.rhai"));
            let evidence = if verify == "always" { "verified" } else { "read" };
            assert_eq!(
                (code, rows(&desk)),
                (0, vec![format!("completed {evidence}")]),
                "{verify} {way}: {reported}"
            );
        }
    }
}

#[test]
fn someone_who_was_not_read_is_looked_up_before_everything_is_taken() {
    for way in WAYS {
        let unknown = Desk::new(&script("", "benn.osei@example.com", way));
        let (code, _, reported) = unknown.run("--live --report r.csv job.rhai");
        assert_eq!((code, unknown.action_requests()), (3, 0), "{way}: {reported}");
        assert_eq!(rows(&unknown), ["failed read umapish.not_present"], "{way}");
        let known = Desk::new(&script("", "ben.osei@example.com", way));
        let (code, _, reported) = known.run("--live --report r.csv job.rhai");
        assert_eq!((code, rows(&known)), (0, vec!["completed read".to_owned()]), "{way}: {reported}");
        let always = Desk::new(&script("", "ben.osei@example.com", way));
        let (code, _, reported) = always.run("--live --verify --report r.csv job.rhai");
        assert_eq!((code, rows(&always)), (0, vec!["completed verified".to_owned()]), "{way}: {reported}");
    }
}

#[test]
fn who_is_not_found_by_name_is_looked_for_in_the_groups() {
    let inactive = "let people = get_users_by_group(\"Contractors\").filter(|user| user.email == \"disabled@example.com\");
        multi_action(people.map(|user| command(user).remove_from_groups(\"Contractors\")));";
    let renamed = "multi_action([command(\"ben.osei@example.com\").remove_from_groups(\"Stock\")
        .update_account(#{email: \"benjamin.osei@example.com\"})]);";
    for (script, code, row) in [(inactive, 0, "completed verified"), (renamed, 3, "still_member")] {
        let desk = Desk::new(script);
        let (ended, _, reported) = desk.run("--live --report r.csv --verify=always job.rhai");
        assert_eq!(ended, code, "{reported}");
        assert!(rows(&desk)[0].contains(row), "{:?}: {reported}", rows(&desk));
    }
}

#[test]
fn every_removal_that_nobody_read_is_counted() {
    let ways = [
        "remove_from_org(\"ben.osei@example.com\");",
        "remove_from_all_groups(\"ben.osei@example.com\");",
        "multi_action([command(\"ben.osei@example.com\").remove_from_all_groups()]);",
        "let changes = queue(); changes.remove_from_org(\"ben.osei@example.com\");",
        "action([#{user: \"ben.osei@example.com\", \"do\": [#{remove: \"all\"}]}]);",
    ];
    for way in ways {
        let desk = Desk::new(way);
        let run = desk.start("--live --verify=never job.rhai").run().exits(0);
        assert!(run.words().contains("1 removal rests on the service's word"), "{way}: {}", run.stderr);
        let run = Desk::new(way).start("--live --verify=auto job.rhai").run().exits(0);
        assert!(!run.words().contains("service's word"), "{way}: {}", run.stderr);
    }
}

#[test]
fn the_first_people_are_looked_up_and_the_others_are_counted() {
    let list = "let list = []; for number in 0..260 { list.push(command(`u${number}@example.com`).remove_from_org()); }";
    let desk = Desk::new(&format!("{list} multi_action(list);"));
    let (code, _, reported) = desk.run("--live --max-removals 300 job.rhai");
    assert_eq!(code, 3, "{reported}");
    let looked_up = desk.server.requests().iter().filter(|seen| seen.endpoint == "User").count();
    assert_eq!(looked_up, 250);
    assert!(reported.contains("10 removals rest on the service's word"), "{reported}");
}

#[test]
fn a_removal_that_cannot_be_read_back_is_unverified() {
    for way in WAYS {
        let desk = Desk::new(&script("get_users().len();", "ben.osei@example.com", way));
        let refusal = FaultEffect::Status { status: 403, body: None, retry_after: None };
        desk.server.queue(PlannedFault::at(EndpointId::User, refusal).times(9));
        let (code, _, reported) = desk.run("--live --verify --report r.csv job.rhai");
        let row = rows(&desk);
        assert!(row[0].starts_with("unverified"), "{way}: {row:?} {reported}");
        assert_eq!(code, 6, "{way}: {reported}");
    }
}

#[test]
fn a_system_administrator_is_held_back_before_losing_everything() {
    let clear = WAYS.map(|way| way.replace("remove_from_org(", "remove_from_all_groups("));
    for way in WAYS.iter().map(|way| (*way).to_owned()).chain(clear) {
        for read in ["", "get_users().len();"] {
            let desk = Desk::new(&script(read, "ada.lind@example.com", &way));
            let (code, _, reported) = desk.run("--live --report r.csv job.rhai");
            assert_eq!(
                rows(&desk),
                ["not_sent read umapish.system_administrator"],
                "{read} {way}: {reported}"
            );
            assert_eq!(desk.action_requests(), 0, "{way}");
            assert_ne!(code, 0, "{way}: {reported}");
            let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
            assert!(report.contains("is a system administrator"), "{way}: {report}");
        }
    }
}

#[test]
fn a_second_part_is_sent_later_and_only_where_the_first_is_done() {
    let build = "command(user).add_to_groups(target).then(|c| c.remove_from_groups(\"Designers\"))";
    for way in [
        format!("multi_action([{build}])"),
        format!("let changes = queue(); changes.add_command({build}); changes.finish()"),
    ] {
        for (target, first, second) in
            [("Stock", "completed", "completed"), ("No such profile", "failed", "not_sent")]
        {
            let desk = Desk::new(&format!(
                "let user = get_users(#{{group: \"Designers\"}}).find(|person| person.email != ()).email;
                let target = \"{target}\"; let report = {{ {way} }}; print(report.outcomes.map(|outcome| outcome.action));
                print(get_user(user).groups.contains(\"Designers\"));"
            ));
            let way = way.as_str();
            let (_, out, reported) = desk.run("--live --report r.csv job.rhai");
            let statuses: Vec<_> =
                rows(&desk).iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect();
            assert_eq!(statuses, [first, second], "{way}: {reported}");
            assert!(out.contains("[\"add\", \"remove\"]"), "{way}: {out}");
            let keeps = first == "failed";
            assert!(out.ends_with(&format!("{keeps}\n")), "{way} {target}: {out}");
            assert_eq!(desk.action_requests(), if keeps { 1 } else { 2 }, "{way}");
        }
    }
}
