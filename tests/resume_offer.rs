//! The offer to resume at the end of a run: only where a later run has something left to do.

use crate::support::Desk;
use umapi_shell::sandbox::{FaultEffect, PlannedFault};
use umapi_shell::wire::endpoint::EndpointId;

/// A change that is carried out, so that the run has a journal.
const DONE: &str = "add_to_groups(\"ben.osei@example.com\", \"Stock\");";

/// Runs that leave nothing to a later one: arguments, and what follows the change that is done.
const NOTHING_LEFT: [(&str, &str); 11] = [
    ("", ""),
    ("", "exit(0);"),
    ("", "throw `stop`;"),
    ("", "multi_action([command(`no mail`).add_to_groups(`Stock`)], #{skip_invalid: true});"),
    ("", "multi_action([command(``).add_to_groups(`Stock`)], #{skip_invalid: true});"),
    ("", "multi_action([command(`no mail`).add_to_groups(`Stock`)]);"),
    ("", "multi_action(`people.csv`, #{skip_invalid: true});"),
    ("", "action([#{user: `no mail`, do: [#{add: #{group: [`Stock`]}}]}]);"),
    ("", "update_account(`ada.lind@example.com`, #{lastname: ``});"),
    ("", "let changes = queue(); changes.update_account(`ada.lind@example.com`, #{lastname: ``});"),
    ("", "add_to_groups(`ada.lind@example.com`, `No such group`);"),
];

/// Runs that a later one continues.
const SOMETHING_LEFT: [(&str, &str); 6] = [
    ("--max-changes 1", "add_to_groups(`ada.lind@example.com`, `Stock`);"),
    ("", "remove_from_all_groups(`ada.lind@example.com`);"),
    ("", "let changes = queue(); changes.add_to_groups(`ada.lind@example.com`, `Stock`); throw `stop`;"),
    (
        "",
        "multi_action([command(`ada.lind@example.com`).add_to_groups(`Nowhere`).then(|c| c.remove_from_groups(`Designers`))]);",
    ),
    (
        "",
        "remove_from_all_groups(`ada.lind@example.com`); multi_action([command(`no mail`).add_to_groups(`Stock`)], \
         #{skip_invalid: true});",
    ),
    ("--verify", "get_users().len(); remove_from_org(`femi.adeyemi@example.net`);"),
];

fn ended(options: &str, rest: &str) -> (String, String) {
    let desk = Desk::new(&format!("{DONE} {}", rest.replace("do:", "\"do\":")));
    std::fs::write(desk.folder.path().join("people.csv"), "email,groups\nno mail,Stock\n").unwrap();
    if options == "--verify" {
        let refusal = FaultEffect::Status { status: 403, body: None, retry_after: None };
        desk.server.queue(PlannedFault::at(EndpointId::User, refusal).times(9));
    }
    let (_, _, reported) = desk.run(&format!("--live {options} job.rhai"));
    assert_eq!(desk.journals().len(), 1, "{rest}: {reported}");
    let (_, _, listed) = desk.run("--live resume");
    (reported, listed)
}

#[test]
fn a_run_that_leaves_nothing_to_do_is_not_offered() {
    for (options, rest) in NOTHING_LEFT {
        let (reported, listed) = ended(options, rest);
        assert!(!reported.contains("umapish resume"), "{rest}: {reported}");
        assert!(listed.contains("there is no interrupted run"), "{rest}: {listed}");
    }
}

#[test]
fn a_run_that_leaves_something_to_do_is_offered() {
    for (options, rest) in SOMETHING_LEFT {
        let (reported, listed) = ended(options, rest);
        assert!(reported.contains("to continue this run: umapish resume"), "{rest}: {reported}");
        assert!(listed.contains("needs the name of the journal"), "{rest}: {listed}");
    }
}
