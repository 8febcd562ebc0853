//! `:undo` at the prompt: it shows what undoes the last change, and does it after a yes.

use crate::repl::{PROMPT, real, sandbox, server};
use crate::support::terminal::Running;

const LIVE: &str = "LIVE, changes are real> ";

/// Asks for the groups of somebody.
fn groups(terminal: &mut Running, email: &str, prompt: &str) -> String {
    let code = format!("print(`is in ${{find_user(\"{email}\")?.groups ?? \"nothing\"}}.`)");
    terminal.line(&code);
    terminal.expect("is in [");
    let found = terminal.expect("].");
    terminal.expect(prompt);
    found
}

/// Types `:undo` and says yes; returns what it showed.
fn undo(terminal: &mut Running, prompt: &str) -> String {
    terminal.line(":undo");
    let shown = terminal.expect("Undo this? [yes/no] ");
    terminal.line("yes");
    let after = terminal.expect(prompt);
    format!("{shown}{after}")
}

#[test]
fn the_last_changes_are_undone_one_input_at_a_time() {
    let mut terminal = sandbox();
    let gus = "gus.taylor@example.com";
    let at_first = groups(&mut terminal, gus, PROMPT);
    terminal.ask(&format!("add_to_groups(\"{gus}\", \"Finance\")"), "1 done", PROMPT);
    let finance = groups(&mut terminal, gus, PROMPT);
    // The second input changes what the first one did.
    terminal.ask(&format!("remove_from_groups(\"{gus}\", \"Finance\")"), "1 done", PROMPT);
    let shown = undo(&mut terminal, PROMPT);
    assert!(shown.contains("+Finance") && shown.contains("undone: 1 of 1 command"), "{shown}");
    assert_eq!(groups(&mut terminal, gus, PROMPT), finance);
    let shown = undo(&mut terminal, PROMPT);
    assert!(shown.contains("-Finance"), "{shown}");
    assert_eq!(groups(&mut terminal, gus, PROMPT), at_first);
    terminal.ask(":undo", "has not changed anything that could be undone", PROMPT);
}

#[test]
fn accounts_names_and_lists_of_members_are_undone() {
    let mut terminal = sandbox();
    let add = "add_federated_id(\"new@example.com\", \"new@example.com\", \"N\", \"E\", \"US\")";
    terminal.ask(add, "1 done", PROMPT);
    let add = "add_users_to_group(\"Finance\", [\"new@example.com\", \"gus.taylor@example.com\"])";
    terminal.ask(add, "1 done", PROMPT);
    terminal.ask("update_account(\"new@example.com\", #{lastname: \"Other\"})", "1 done", PROMPT);
    terminal.ask("remove_from_org(\"new@example.com\")", "1 done", PROMPT);
    undo(&mut terminal, PROMPT);
    assert_eq!(groups(&mut terminal, "new@example.com", PROMPT), "\"Finance\"");
    terminal.ask("get_user(\"new@example.com\").lastname", "Other", PROMPT);
    undo(&mut terminal, PROMPT);
    terminal.ask("get_user(\"new@example.com\").lastname == \"E\"", "true", PROMPT);
    undo(&mut terminal, PROMPT);
    assert_eq!(groups(&mut terminal, "new@example.com", PROMPT), "");
    undo(&mut terminal, PROMPT);
    terminal.ask("find_user(\"new@example.com\") == ()", "true", PROMPT);
}

#[test]
fn without_a_yes_nothing_is_sent() {
    let mut terminal = sandbox();
    terminal.ask("add_to_groups(\"gus.taylor@example.com\", \"Finance\")", "1 done", PROMPT);
    let before = groups(&mut terminal, "gus.taylor@example.com", PROMPT);
    for answer in ["no", "y", ""] {
        terminal.line(":undo");
        terminal.expect("Undo this? [yes/no] ");
        terminal.line(answer);
        terminal.expect("nothing was undone");
        terminal.expect(PROMPT);
    }
    assert_eq!(groups(&mut terminal, "gus.taylor@example.com", PROMPT), before);
    undo(&mut terminal, PROMPT);
    assert_ne!(groups(&mut terminal, "gus.taylor@example.com", PROMPT), before);
}

#[test]
fn inputs_that_changed_nothing_are_passed_over() {
    let mut terminal = sandbox();
    terminal.ask("add_to_groups(\"gus.taylor@example.com\", \"Finance\")", "1 done", PROMPT);
    terminal.ask("add_to_groups(\"gus.taylor@example.com\", \"Nowhere\")", "group.not_found", PROMPT);
    terminal.ask("get_groups().len()", "\n", PROMPT);
    let shown = undo(&mut terminal, PROMPT);
    assert!(shown.contains("-Finance"), "{shown}");
}

#[test]
fn what_was_not_seen_is_said_and_left() {
    let mut terminal = sandbox();
    // Of a profile, a look-up does not tell a direct member from one through a user group.
    terminal.ask("remove_from_groups(\"ben.osei@example.com\", \"Photoshop\")", "1 done", PROMPT);
    terminal.ask(":undo", "directly or through a user group", PROMPT);
    terminal.ask(":undo", "has not changed anything", PROMPT);
    // After a listing it is known.
    terminal.ask("let all = get_users(); all.len()", "\n", PROMPT);
    terminal.ask("remove_from_groups(\"carla.ruiz@example.com\", \"Photoshop\")", "1 done", PROMPT);
    let shown = undo(&mut terminal, PROMPT);
    assert!(shown.contains("+Photoshop"), "{shown}");
}

#[test]
fn in_a_real_organization_the_change_of_another_stops_it() {
    let server = server();
    let mut terminal = real(&server, "--live").start();
    terminal.expect(LIVE);
    terminal.line("add_to_groups(\"gus.taylor@example.com\", \"Finance\")");
    terminal.expect("[yes/no]");
    terminal.line("yes");
    terminal.expect("1 done");
    terminal.expect(LIVE);
    let other = |code: &str| crate::support::Run::new("--live -e").arg(code).against(&server).run().done();
    other("remove_from_groups(\"gus.taylor@example.com\", \"Finance\")");
    terminal.line(":undo");
    terminal.expect("[yes/no]");
    terminal.line("yes");
    terminal.expect("somebody has changed the same people or groups since; nothing was sent");
    terminal.expect(LIVE);
    other("add_to_groups(\"gus.taylor@example.com\", \"Finance\")");
    undo(&mut terminal, LIVE);
    assert!(!groups(&mut terminal, "gus.taylor@example.com", LIVE).contains("Finance"));
    terminal.ask(":mode test", "does not make them", "test> ");
    terminal.ask(":undo", "mode test changes nothing", "test> ");
}

#[test]
fn on_a_copy_changes_are_made_and_undone_there() {
    let server = server();
    let mut terminal = real(&server, "--copy").start();
    let banner = terminal.expect("> ");
    assert!(banner.contains("copy of "), "{banner}");
    let prompt = "> ";
    terminal.ask("add_to_groups(\"gus.taylor@example.com\", \"Finance\")", "1 done", prompt);
    assert!(groups(&mut terminal, "gus.taylor@example.com", prompt).contains("Finance"));
    undo(&mut terminal, prompt);
    assert!(!groups(&mut terminal, "gus.taylor@example.com", prompt).contains("Finance"));
    assert!(server.requests().iter().all(|seen| seen.endpoint != "Action"));
}
