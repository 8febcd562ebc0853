//! People inside commands about user groups are resolved as the people of other commands are.

use crate::support::Desk;

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
