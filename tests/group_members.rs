//! People inside commands about user groups are resolved as the people of other commands are.

use crate::support::Desk;
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

/// The ways to change members. `STEP` is `add` or `remove`, and `people` holds their e-mails.
const WAYS: [&str; 9] = [
    "STEP_users_WORD_group(group, people)",
    "multi_action([group_command(group).STEP_users(people)])",
    "multi_action([change])",
    "let changes = queue(); changes.STEP_users_WORD_group(group, people); changes.finish()",
    "let changes = queue(); changes.add_command(group_command(group).STEP_users(people)); changes.finish()",
    "let changes = queue(); changes.add_command(change); changes.finish()",
    "action([change])",
    "make_call(\"POST\", path, [change])",
    "send(\"POST\", path, [change])",
];

/// Both accounts of the address are listed.
const ALL: &str = "get_users().len();";

fn script(read: &str, people: &[&str], step: &str, way: &str) -> String {
    let word = if step == "add" { "to" } else { "from" };
    let way = way.replace("STEP", step).replace("WORD", word);
    format!(
        "let path = `/action/${{session().organization}}`; let people = {people:?}; let group = \"Designers\";
        let change = #{{usergroup: group, \"do\": [#{{{step}: #{{user: people}}}}]}};
        {read} {way};"
    )
}

/// The report of a run, and how many requests it sent for its changes.
fn ended(script: &str, options: &str, code: i32) -> (String, usize) {
    let desk = Desk::new(script);
    let (ended, _, reported) = desk.run(&format!("--live {options} --report r.csv job.rhai"));
    assert_eq!(ended, code, "{script}: {reported}");
    (std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap(), desk.action_requests())
}

#[test]
fn someone_who_is_not_in_a_complete_listing_is_refused_by_name_in_any_way() {
    for way in WAYS {
        for step in ["add", "remove"] {
            let people = ["ben.osei@example.com", "benn.osei@example.com", "nobody@example.com"];
            let (report, requests) = ended(&script(ALL, &people, step, way), "", 3);
            assert_eq!(requests, 0, "{step} {way}: {report}");
            assert!(
                report.contains(",failed,read,") && report.contains("umapish.not_present"),
                "{way}: {report}"
            );
            assert!(
                report.contains("not among the active users: `benn.osei@example.com`, `nobody@example.com`"),
                "{step} {way}: {report}"
            );
        }
    }
}

#[test]
fn someone_who_is_not_listed_is_sent_where_the_operator_says_so() {
    for way in WAYS {
        let people = ["ben.osei@example.com", "benn.osei@example.com"];
        let (report, requests) = ended(&script(ALL, &people, "remove", way), "--unlisted=send", 3);
        assert_eq!(requests, 1, "{way}: {report}");
        assert!(
            report.contains(",failed,service,") && report.contains("error.user.not_found"),
            "{way}: {report}"
        );
    }
}

#[test]
fn an_e_mail_with_two_accounts_is_not_removed_from_a_group() {
    for way in WAYS {
        let (report, requests) = ended(&script(ALL, &["both@example.com"], "remove", way), "", 3);
        assert_eq!(requests, 0, "{way}: {report}");
        assert!(report.contains("umapish.ambiguous_identity"), "{way}: {report}");
        assert!(report.contains("both@example.com"), "{way}: {report}");
    }
}

#[test]
fn the_evidence_says_whether_everybody_was_read() {
    for way in WAYS {
        for (read, people, evidence) in [
            (ALL, &["ben.osei@example.com"][..], "read"),
            ("get_users(#{group: \"Designers\"}).len();", &["ben.osei@example.com"], "read"),
            (
                "get_user(\"ben.osei@example.com\");",
                &["ben.osei@example.com", "ada.lind@example.com"],
                "service",
            ),
            ("", &["ben.osei@example.com"], "service"),
        ] {
            let (report, requests) = ended(&script(read, people, "remove", way), "", 0);
            assert_eq!(requests, 1, "{way}: {report}");
            assert!(report.contains(&format!(",completed,{evidence},")), "{read} {way}: {report}");
        }
    }
}

#[test]
fn whom_the_run_created_is_present() {
    let create = "get_users().len(); add_adobe_id(\"new@example.net\", \"N\", \"P\", \"US\");";
    let script = script(create, &["new@example.net"], "add", WAYS[0]);
    let (report, requests) = ended(&script, "", 0);
    assert_eq!(requests, 2, "{report}");
}

#[test]
fn a_username_is_judged_as_an_e_mail_is_in_any_way() {
    let create = "get_users().len();
        add_federated_id(\"q9\", \"q9@example.com\", \"Q\", \"N\", \"US\", #{domain: \"sso.example.com\"});";
    for way in WAYS {
        for step in ["add", "remove"] {
            for (read, name, options, code, requests, expected) in [
                (ALL, "tara.sing", "", 3, 0, "umapish.not_present"),
                (ALL, "Tara.Singh", "", 0, 1, ",completed,read,"),
                ("get_user(\"tara.singh@example.com\");", "tara.singh", "", 0, 1, ",completed,read,"),
                ("", "tara.singh", "", 0, 1, ",completed,service,"),
                // Two people have it, in two domains, and a list of a group gives no domain.
                (ALL, "twin", "", 3, 0, "umapish.ambiguous_identity"),
                (ALL, "twin", "--unlisted=send", 3, 0, "umapish.ambiguous_identity"),
                (ALL, "tara.sing", "--unlisted=send", 3, 1, "error.user.not_found"),
                (create, "q9", "", 0, 2, ",completed,service,"),
            ] {
                let script = script(read, &[name], step, way).replace("Designers", "Engineering");
                let (report, sent) = ended(&script, options, code);
                assert!(report.contains(expected), "{step} {name} {way}: {report}");
                assert_eq!(sent, requests, "{step} {name} {way}: {report}");
            }
        }
    }
}

#[test]
fn with_verify_people_who_leave_a_group_are_read_back_in_any_way() {
    let said_only =
        "{\"result\": \"success\", \"completed\": 1, \"notCompleted\": 0, \"completedInTestMode\": 0}";
    for way in WAYS {
        for (read, people, lies, code, expected) in [
            (ALL, &["ben.osei@example.com", "ada.lind@example.com"][..], false, 0, ",completed,verified,"),
            ("", &["ben.osei@example.com", "ada.lind@example.com"], false, 0, ",completed,verified,"),
            (ALL, &["ben.osei@example.com", "gus.taylor@example.com"], true, 3, ",still_member,verified,"),
            ("", &["gone@example.com"], true, 6, ",unverified,"),
        ] {
            let desk = Desk::new(&script(read, people, "remove", way));
            if lies {
                let effect =
                    FaultEffect::Status { status: 200, body: Some(said_only.into()), retry_after: None };
                desk.server.queue(PlannedFault::at(EndpointId::Action, effect));
            }
            let (ended, _, reported) = desk.run("--live --verify --report r.csv job.rhai");
            let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
            assert_eq!(ended, code, "{people:?} {way}: {reported} {report}");
            assert!(report.contains(expected), "{people:?} {way}: {report}");
            let named = report.contains("ben.osei@example.com: still a member of Designers");
            assert_eq!(named, code == 3, "{way}: {report}");
            assert!(!report.contains("gus.taylor@example.com: still"), "{way}: {report}");
        }
    }
}

#[test]
fn the_other_account_of_an_e_mail_does_not_stand_for_the_one_that_left() {
    for (flag, left) in [("true", "adobeID"), ("false", "federatedID")] {
        let code = format!(
            "for user in get_users().filter(|user| user.email == \"both@example.com\") {{ add_to_groups(user, \"Designers\"); }}
            let step = #{{remove: #{{user: [\"both@example.com\"]}}}};
            let report = multi_action([#{{usergroup: \"Designers\", useAdobeID: {flag}, \"do\": [step]}}]);
            print(report.outcomes.map(|one| `${{one.status}} ${{one.evidence}}`));
            print(get_users(#{{group: \"Designers\"}}).filter(|user| user.email == \"both@example.com\").map(|user| user.type).to_array());"
        );
        let desk = Desk::new(&code);
        let (code, out, reported) = desk.run("--live --verify job.rhai");
        let stays = if left == "adobeID" { "federatedID" } else { "adobeID" };
        assert_eq!((code, out), (0, format!("[\"completed verified\"]\n[\"{stays}\"]\n")), "{reported}");
    }
}

#[test]
fn a_failed_command_holds_back_later_ones_for_everybody_whom_it_names() {
    let list = |step: &str, people: &str| format!("group_command(\"Designers\").{step}_users([{people}])");
    let user = |name: &str, group: &str| format!("command(\"{name}\").add_to_groups(\"{group}\")");
    let (ben, ada) = ("ben.osei@example.com", "ada.lind@example.com");
    let failed_list = list("add", "\"ben.osei@example.com\", \"nobody@example.com\"");
    for (commands, expected) in [
        (vec![failed_list.clone(), user(ben, "Stock"), user(ada, "Stock")], "failed not_sent completed"),
        (
            vec![
                failed_list,
                list("remove", "\"Ben.Osei@example.com\""),
                list("remove", "\"ada.lind@example.com\""),
            ],
            "failed not_sent completed",
        ),
        (
            vec![
                user(ben, "No such profile"),
                list("remove", "\"ben.osei@example.com\", \"ada.lind@example.com\""),
                user(ada, "Stock"),
            ],
            "failed not_sent not_sent",
        ),
    ] {
        let list = commands.join(", ");
        let queue = format!(
            "{{ let changes = queue(); for one in [{list}] {{ changes.add_command(one); }} changes.finish() }}"
        );
        for way in [format!("multi_action([{list}])"), queue] {
            let desk = Desk::new(&format!("print({way}.outcomes.map(|one| one.status).join(\" \"));"));
            let (code, out, reported) = desk.run("--live job.rhai");
            assert_eq!((code, out.trim()), (3, expected), "{way}: {reported}");
        }
    }
}
