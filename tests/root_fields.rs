//! What decides who is meant arrives at the service whoever sends the command, or the command is refused.

use crate::support::{Desk, Run};

/// The ways to send a command that is in `change` as the service defines it.
const WAYS: [&str; 6] = [
    "multi_action([change])",
    "{ let changes = queue(); changes.add_command(change); changes.finish() }",
    "action([change])",
    "make_call(\"POST\", path, [change])",
    "make_call(\"POST\", path, to_json([change]))",
    "send(\"POST\", path, [change])",
];

/// The types of the accounts of an address with two accounts that are in a group afterwards.
fn members(change: &str, way: &str) -> (i32, String, String) {
    let code = format!(
        "let path = `/action/${{session().organization}}`; let change = {change}; {way};
        let found = get_users(#{{group: \"Interns\", direct_only: true}}).filter(|user| user.email == \"both@example.com\");
        print(found.map(|user| user.type).to_array());"
    );
    let run = Run::new("--sandbox -e").arg(code).run();
    let words = run.words();
    (run.code, run.stdout, words)
}

#[test]
fn the_account_that_the_root_selects_is_changed_in_every_way_to_send_it() {
    let user = "user: \"both@example.com\"";
    let group = "usergroup: \"Interns\"";
    let add_group = "\"do\": [#{add: #{group: [\"Interns\"]}}]";
    let add_user = "\"do\": [#{add: #{user: [\"both@example.com\"]}}]";
    for way in WAYS {
        for (root, steps) in [(user, add_group), (group, add_user)] {
            for (flag, expected) in [
                ("useAdobeID: true, ", "[\"adobeID\"]\n"),
                ("useAdobeID: false, ", "[\"federatedID\"]\n"),
                ("", "[\"federatedID\"]\n"),
            ] {
                let change = format!("#{{{root}, requestID: \"r\", {flag}{steps}}}");
                let (code, out, reported) = members(&change, way);
                assert_eq!((code, out.as_str()), (0, expected), "{way} {change}: {reported}");
            }
        }
    }
}

#[test]
fn a_field_that_the_service_would_not_read_is_refused_in_every_way_to_send_it() {
    let user = "user: \"both@example.com\", \"do\": [#{add: #{group: [\"Interns\"]}}]";
    let group = "usergroup: \"Interns\", \"do\": [#{add: #{user: [\"both@example.com\"]}}]";
    for way in WAYS {
        for (change, reason) in [
            (format!("#{{useAdobeId: true, {user}}}"), "useAdobeI"),
            (format!("#{{use_adobe_id: true, {user}}}"), "useAdobeI"),
            (format!("#{{useAdobeId: true, {group}}}"), "useAdobeI"),
            (format!("#{{Domain: \"sso.example.com\", {user}}}"), "`domain`"),
            (format!("#{{domain: \"sso.example.com\", {group}}}"), "takes no `domain`"),
            (format!("#{{useAdobeID: \"true\", {group}}}"), "`useAdobeID` must be true or false"),
        ] {
            for checks in ["on", "off"] {
                let desk = Desk::new(&format!(
                    "let path = `/action/${{session().organization}}`; let change = {change}; {way};"
                ));
                let run = desk.start("--live job.rhai").env("UMAPI_CHECKS", checks).run();
                assert!(run.code != 0 && run.words().contains(reason), "{way} {change}: {}", run.stderr);
                assert_eq!(desk.action_requests(), 0, "{way} {change}");
            }
        }
    }
}

#[test]
fn users_that_were_read_select_their_account_in_a_list_of_a_group() {
    let read = "let all = get_users(); let adobe = all.find(|user| user.email == \"both@example.com\" && user.type == \"adobeID\");
        let managed = all.find(|user| user.email == \"both@example.com\" && user.type != \"adobeID\");
        let other = all.find(|user| user.email == \"ben.osei@example.com\");";
    let show = "print(get_users(#{group: \"Interns\", direct_only: true}).filter(|user| user.email == \"both@example.com\")
        .map(|user| user.type).to_array());";
    for way in [
        "add_users_to_group(\"Interns\", LIST)",
        "multi_action([group_command(\"Interns\").add_users(LIST)])",
        "{ let changes = queue(); changes.add_users_to_group(\"Interns\", LIST); changes.finish() }",
        "multi_action(LIST.map(|user| command(user).add_to_groups(\"Interns\")))",
    ] {
        let is_list = way.contains("add_users");
        for (list, expected) in [
            ("[adobe]", Some("[\"adobeID\"]\n")),
            ("[managed]", Some("[\"federatedID\"]\n")),
            ("[managed, other]", Some("[\"federatedID\"]\n")),
            // One list cannot mean the Adobe ID of one e-mail and the managed account of another.
            ("[adobe, other]", (!is_list).then_some("[\"adobeID\"]\n")),
        ] {
            let run =
                Run::new("--sandbox -e").arg(format!("{read} {}; {show}", way.replace("LIST", list))).run();
            match expected {
                Some(expected) => assert_eq!(run.stdout, expected, "{way} {list}: {}", run.stderr),
                None => drop(run.exits(3).stderr_has("umapish.ambiguous_identity")),
            }
        }
    }
}

#[test]
fn the_groups_of_a_new_adobe_id_are_those_of_the_adobe_id() {
    let file =
        "type,email,firstname,lastname,country,groups\nadobeID,mona.lee@example.com,Mona,Lee,US,Interns\n";
    let make =
        "add_federated_id(\"mona.lee@example.com\", \"mona.lee@example.com\", \"Mona\", \"Lee\", \"US\");";
    let show = "print(get_users(#{group: \"Interns\", direct_only: true}).filter(|user| user.email == \"mona.lee@example.com\")
        .map(|user| user.type).to_array());";
    for way in [
        "multi_action(`people.csv`)",
        "multi_action([command(\"mona.lee@example.com\").add_adobe_id(#{firstname: \"Mona\"}).add_to_groups(\"Interns\")])",
        "multi_action([command(\"mona.lee@example.com\").then(|c| c.add_to_groups(\"Interns\")).add_adobe_id(#{})])",
    ] {
        let run =
            Run::new("--sandbox -e").arg(format!("{make} {way}; {show}")).file("people.csv", file).run();
        assert_eq!(run.stdout, "[\"adobeID\"]\n", "{way}: {}", run.stderr);
    }
}
