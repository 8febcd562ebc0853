//! `umapish each`: code for every row of a file, its changes in one queue.

use crate::support::Run;
use crate::support::desk::Desk;

const PEOPLE: &str = "email,team\nben.osei@example.com,Design\nchen.wei@example.net,Sales\n\
    nobody.here@example.com,Design\nines.costa@example.net,Design\n";

fn each(line: &str, code: &str) -> Run {
    Run::new(line).arg(code).file("people.csv", PEOPLE)
}

#[test]
fn changes_of_all_rows_share_requests_and_a_condition_chooses_rows() {
    let desk = Desk::new("");
    let run = |where_: &str| {
        let run = desk.start("--live each people.csv").arg("add_to_groups(row.email, args()[0])");
        run.arg("--where").arg(where_).arg("Engineering").file("people.csv", PEOPLE).run()
    };
    run("row.team == \"Design\"").failed(3, "people.csv:4: nobody.here@example.com:");
    assert_eq!(desk.action_requests(), 1);
    let members = "get_users(#{group: \"Engineering\"}).map(|user| user.email)";
    let members = desk.start("-e").arg(members).run().done();
    assert!(members.contains("ines.costa") && !members.contains("chen.wei"), "{members}");
    run("row.team").failed(1, "--where must be true or false, not a string");
    run("row.dept == 1").failed(1, "people.csv has no column `dept`");
    run("row.team ==").failed(1, "--where row.team ==");
}

/// Rows that are refused, by their content or by their number of cells, are named in one run, and the others are sent.
#[test]
fn refused_rows_are_told_together_and_stop_no_other() {
    let file = "email,team\nnot an address,Design\nada.lind@example.com,Design,surplus\nben.osei@example.com,Design\n";
    let code = "add_to_groups(row.email, \"Engineering\")";
    let run = Run::new("--sandbox --report r.csv each people.csv").arg(code).file("people.csv", file).run();
    let run = run.failed(3, "people.csv:2: not an address");
    for text in ["people.csv:3: ada.lind@example.com: the row has more cells", "1 done, 2 not sent"] {
        assert!(run.words().contains(text), "{text}: {}", run.stderr);
    }
    let report = std::fs::read_to_string(run.file("r.csv")).unwrap();
    assert!(report.contains("umapish.row_invalid") && report.contains("people.csv:3"), "{report}");
}

#[test]
fn an_error_names_the_row_and_the_place_in_the_code() {
    let run = each("--sandbox each people.csv", "\nprint(row.emial)").run();
    let run = run.failed(1, "people.csv has no column `emial`").stderr_has("stopped at people.csv:2;");
    assert!(run.stderr.contains("each:2:"), "{}", run.stderr);
    let run =
        each("--sandbox each people.csv", "if row.team == \"Sales\" { throw \"no\" } print(row.email)").run();
    assert_eq!(run.failed(1, "stopped at people.csv:3;").stdout, "ben.osei@example.com\n");
    each("--sandbox each people.csv", "print(rwo)").run().failed(1, "rwo");
    each("--sandbox each none.csv", "1").run().failed(1, "none.csv");
}

#[test]
fn every_kind_of_table_is_read_with_the_options_of_the_operator() {
    let polish = "imię;adres\nŁucja;a@example.com\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1250.encode(polish);
    let line = "--sandbox --encoding windows-1250 --column email=adres each people.csv";
    let run = Run::new(line).arg("print(`${row.email} ${row[\"imię\"]}`)").file("people.csv", bytes);
    assert_eq!(run.run().done(), "a@example.com Łucja\n");
    let write = "write_xlsx(\"people.xlsx\", [#{email: \"a@example.com\"}])";
    let folder = Run::eval(write).run();
    let book = std::fs::read(folder.file("people.xlsx")).unwrap();
    let run = Run::new("--sandbox each people.xlsx").arg("print(row.email)").file("people.xlsx", book);
    assert_eq!(run.run().done(), "a@example.com\n");
    let piped = Run::new("--sandbox each -").arg("print(row.email)").stdin(PEOPLE);
    assert_eq!(piped.run().done().lines().count(), 4);
}

/// The journal has the file, the condition, the arguments and what was said about the file.
#[test]
fn a_run_that_was_cut_short_resumes_with_its_rows() {
    let desk = Desk::new("");
    let code = "add_adobe_id(row.mail, args()[0], `B`, `US`); if row.team == `late` { throw `late` }";
    let new = |number| format!("new{number}@example.net;Sales\n");
    let file = format!(
        "email;team\n{}last@example.net;late\nx@example.net;x\n",
        (1..=11).map(new).collect::<String>()
    );
    let start = desk.start("--live --delimiter ; --column mail=email each people.csv").arg(code);
    let run = start.arg("--where").arg("row.team != `x`").arg("Ada").file("people.csv", file).run();
    run.failed(1, "stopped at people.csv:13;");
    let (code, _, reported) = desk.resume();
    assert!(code == 1 && reported.contains("stopped at people.csv:13;"), "{reported}");
    assert_eq!(desk.action_requests(), 1, "the first ten were recalled");
}

/// In a file of 5,000 people somebody always lacks an address: that row is refused, and the others are carried out.
#[test]
fn a_row_whose_name_nobody_can_have_does_not_stop_the_others() {
    let people = "email,group\nben.osei@example.com,Stock\n,Stock\nmistyped,Stock\nz\u{200b}oe@example.com,Stock\n\
                  carla.ruiz@example.com,Stock\nada.lind@example.com,\n";
    for code in [
        "add_to_groups(row.email, row.group)",
        "update_account(row.email, #{lastname: row.group})",
        "add_federated_id(row.email, row.email, `A`, row.group, `US`)",
        "get_user(row.email); add_to_groups(row.email, row.group)",
        "if find_user(row.email) != () { add_to_groups(row.email, row.group) }",
    ] {
        let run = Run::new("--sandbox each people.csv").arg(code).file("people.csv", people).run();
        let said = run.words();
        for line in ["people.csv:3: ", "people.csv:4: mistyped", "people.csv:5: "] {
            assert!(said.contains(line), "{code}: {said}");
        }
        assert!(said.contains("2 done, 4 not sent"), "{code}: {said}");
        run.exits(3);
    }
}
