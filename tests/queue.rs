//! Queues of scripts: full requests, the rest at the end, and what an error leaves.

use crate::support::{Desk, Run};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const LOOP: &str = "let changes = queue();
for number in 0..23 { changes.add_adobe_id(`new${number}@example.net`, \"A\", \"B\", \"US\"); }";

#[test]
fn a_queue_sends_full_requests_and_finish_answers_the_report() {
    let code = format!(
        "{LOOP} let before = session().calls.requests; let report = changes.finish(); \
         [before, report.requests, report.completed, report.outcomes[22].target, report.outcomes[22].index]"
    );
    let out = Run::eval(&code).run().done();
    assert_eq!(out.replace(char::is_whitespace, ""), r#"[3,3,23,"new22@example.net",22]"#);
}

#[test]
fn the_normal_end_of_the_script_sends_the_rest() {
    let run = Run::new("--sandbox -v -e").arg(format!("{LOOP} ()")).run();
    assert_eq!(run.stderr.matches("POST /action/").count(), 3, "{}", run.stderr);
    run.done();
}

#[test]
fn an_error_that_is_not_caught_leaves_the_rest_unsent() {
    let run = Run::new("--sandbox -v -e").arg(format!("{LOOP} throw \"stop\"")).run();
    assert_eq!(run.stderr.matches("POST /action/").count(), 2, "{}", run.stderr);
    run.failed(1, "stop");
}

#[test]
fn failures_of_a_queue_count_for_the_exit_code_also_without_finish() {
    let code = "let changes = queue(); changes.add_to_groups(\"ben.osei@example.com\", \"Nowhere\");";
    Run::eval(code).run().ended(3);
}

#[test]
fn a_command_that_a_check_refuses_is_an_error_of_its_line_and_the_queue_goes_on() {
    let code = "let changes = queue(); let said;
        try { changes.add_to_groups(\"nobody\", \"X\") } catch (error) { said = error.kind }
        changes.remove_from_groups(\"ben.osei@example.com\", \"Designers\");
        [said, changes.finish().completed]";
    let out = Run::eval(code).run().done();
    assert_eq!(out.replace(char::is_whitespace, ""), r#"["invalid",1]"#);
}

#[test]
fn a_queue_is_finished_once() {
    Run::eval("let q = queue(); q.finish(); q.delete_account(\"a@example.com\")")
        .run()
        .failed(1, "the queue is finished");
}

#[test]
fn a_file_of_people_streams_with_its_rows_as_tags() {
    let row = |n| format!("n{n}@fed.example.com,n{n}@fed.example.com,A,B,US,Designers\n");
    let rows = (0..25).map(row).collect::<Vec<_>>().concat();
    let out = Run::eval("let r = multi_action(\"p.csv\"); [r.requests, r.completed, r.outcomes[24].tag.upn]")
        .file("p.csv", format!("upn,mail,firstname,lastname,country_code,groups\n{rows}"))
        .run()
        .done();
    assert_eq!(out.replace(char::is_whitespace, ""), r#"[3,25,"n24@fed.example.com"]"#);
}

/// Rows that are longer in all than what is read of a file at once.
fn people(count: usize) -> String {
    let long = "A".repeat(200);
    let row = |n: usize| format!("n{n:03}@fed.example.com,n{n:03}@fed.example.com,{long},B,US,Designers\n");
    let header = "upn,mail,firstname,lastname,country_code,groups\n";
    std::iter::once(header.to_owned()).chain((0..count).map(row)).collect()
}

#[test]
fn a_file_that_gets_shorter_while_it_is_carried_out_is_an_error_and_every_command_has_an_outcome() {
    let desk = Desk::new("multi_action(\"p.csv\");");
    let path = desk.folder.path().join("p.csv");
    std::fs::write(&path, people(600)).unwrap();
    let mut paced = desk.command("--verbose --live --report r.csv job.rhai");
    let mut child = paced.env("UMAPI_PACE", "2s").stderr(Stdio::piped()).spawn().unwrap();
    let mut reported = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(reported.by_ref().any(|line| line.contains("waiting")));
    let kept = people(305).len() as u64;
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(kept).unwrap();
    let rest = reported.collect::<Vec<_>>().join(" ");
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest}");
    assert!(rest.contains("the list changed while it was sent"), "{rest}");
    let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
    let counted = |status: &str| report.matches(&format!(",{status},")).count();
    // A request that still waits for its turn when the list ends is not sent.
    let (completed, not_sent) = (counted("completed"), counted("not_sent"));
    assert!(completed >= 200 && completed % 10 == 0, "{report}");
    assert_eq!(completed + not_sent, 305, "{report}");
}

#[test]
fn commands_that_were_built_and_never_sent_are_named_wherever_the_script_kept_them() {
    let module = "let kept = command(\"a@example.com\").add_to_groups(\"Finance\");\nexport kept;";
    let script = "import \"parts\" as parts;\nlet own = command(\"b@example.com\").add_to_groups(\"Finance\");\n\
                  let list = [command(\"c@example.com\").add_to_groups(\"Finance\")];";
    let run = Run::new("--sandbox job.rhai").file("job.rhai", script).file("parts.rhai", module).run();
    let warned = "commands on lines 1, 2 and 3 were built but never sent; pass them to multi_action([...])";
    assert!(run.stderr.contains(warned), "{}", run.stderr);
    run.done();
}
