//! Queues of scripts: full requests, the rest at the end, and what an error leaves.

use crate::support::Shell;

const LOOP: &str = "let changes = queue();
for number in 0..23 { changes.add_adobe_id(`new${number}@example.net`, \"A\", \"B\", \"US\"); }";

#[test]
fn a_queue_sends_full_requests_and_finish_answers_the_report() {
    let code = format!(
        "{LOOP} let before = session().calls.requests; let report = changes.finish(); \
         [before, report.requests, report.completed, report.outcomes[22].target, report.outcomes[22].index]"
    );
    let out = Shell::eval(&code).run().done();
    assert_eq!(out.replace(char::is_whitespace, ""), r#"[3,3,23,"new22@example.net",22]"#);
}

#[test]
fn the_normal_end_of_the_script_sends_the_rest() {
    let run = Shell::new("--sandbox -v -e").arg(format!("{LOOP} ()")).run();
    assert_eq!(run.stderr.matches("POST /action/").count(), 3, "{}", run.stderr);
    run.done();
}

#[test]
fn an_error_that_is_not_caught_leaves_the_rest_unsent() {
    let run = Shell::new("--sandbox -v -e").arg(format!("{LOOP} throw \"stop\"")).run();
    assert_eq!(run.stderr.matches("POST /action/").count(), 2, "{}", run.stderr);
    run.failed(1, "stop");
}

#[test]
fn failures_of_a_queue_count_for_the_exit_code_also_without_finish() {
    let code = "let changes = queue(); changes.add_to_groups(\"ben.osei@example.com\", \"Nowhere\");";
    Shell::eval(code).run().ended(3);
}

#[test]
fn a_command_that_a_check_refuses_is_an_error_of_its_line_and_the_queue_goes_on() {
    let code = "let changes = queue(); let said;
        try { changes.add_to_groups(\"nobody\", \"X\") } catch (error) { said = error.kind }
        changes.remove_from_groups(\"ben.osei@example.com\", \"Designers\");
        [said, changes.finish().completed]";
    let out = Shell::eval(code).run().done();
    assert_eq!(out.replace(char::is_whitespace, ""), r#"["invalid",1]"#);
}

#[test]
fn a_queue_is_finished_once() {
    Shell::eval("let q = queue(); q.finish(); q.delete_account(\"a@example.com\")")
        .run()
        .failed(1, "the queue is finished");
}

#[test]
fn a_file_of_people_streams_with_its_rows_as_tags() {
    let row = |n| format!("n{n}@fed.example.com,n{n}@fed.example.com,A,B,US,Designers\n");
    let rows = (0..25).map(row).collect::<Vec<_>>().concat();
    let out =
        Shell::eval("let r = multi_action(\"p.csv\"); [r.requests, r.completed, r.outcomes[24].tag.upn]")
            .file("p.csv", format!("upn,mail,firstname,lastname,country_code,groups\n{rows}"))
            .run()
            .done();
    assert_eq!(out.replace(char::is_whitespace, ""), r#"[3,25,"n24@fed.example.com"]"#);
}
