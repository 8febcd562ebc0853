//! Scripts, code and standard input through the binary: what is printed where, and how a run ends.

use crate::support::Run;

#[test]
fn a_command_line_that_names_no_script_ends_with_2() {
    for line in ["nosuch.rhai", "run nosuch.rhai", "docter", "--format xml s.rhai", "doctor extra"] {
        Run::new(line).run().ended(2);
    }
}

#[test]
fn only_the_code_of_e_prints_its_value() {
    assert_eq!(Run::new("-e 1+1").run().done(), "2\n");
    assert_eq!(Run::new("x.rhai").file("x.rhai", "1 + 1").run().done(), "");
    assert_eq!(Run::new("-").stdin("1 + 1").run().done(), "");
    assert_eq!(Run::new("-e ()").run().done(), "");
}

#[test]
fn data_goes_to_standard_output_and_words_for_people_to_standard_error() {
    let run = Run::new("-e").arg("print(1); debug(2);").run();
    assert_eq!((run.stdout.as_str(), run.code), ("1\n", 0));
    assert!(run.stderr.contains('2'), "{}", run.stderr);
}

#[test]
fn a_script_is_read_from_standard_input_when_that_is_no_terminal() {
    assert_eq!(Run::new("").stdin("print(7)").run().done(), "7\n");
}

#[test]
fn a_script_may_begin_with_a_mark_and_a_shebang_line() {
    let script = "\u{feff}#!/usr/bin/env umapish\nprint(1);\nthrow \"no\";";
    let run = Run::new("x.rhai").file("x.rhai", script).run();
    assert_eq!(run.stdout, "1\n");
    run.failed(1, "x.rhai:3");
}

#[test]
fn arguments_of_the_script_are_its_own_even_when_spelled_like_ours() {
    let run = Run::new("x.rhai a --quiet b").file("x.rhai", "for a in args() { print(a) }").run();
    assert_eq!(run.stdout, "a\n--quiet\nb\n");
    assert!(
        run.stderr.contains("`--quiet` comes after the script name, so the script receives it"),
        "{}",
        run.stderr
    );
}

#[test]
fn modules_are_found_beside_the_file_that_imports_them() {
    let run = Run::new("jobs/x.rhai")
        .file("jobs/x.rhai", "import \"lib/y\" as y; print(y::name());")
        .file("jobs/lib/y.rhai", "fn name() { \"y\" }")
        .run();
    assert_eq!(run.done(), "y\n");
}

#[test]
fn a_missing_script_is_named() {
    Run::new("nowhere.rhai").run().failed(2, "nowhere.rhai: ");
}

#[test]
fn wrong_usage_is_reported_by_its_own_code() {
    assert_eq!(Run::new("--nonsense x.rhai").run().code, 2);
    assert_eq!(Run::new("--version").run().code, 0);
}

#[test]
fn missing_credentials_are_reported_only_when_the_service_is_called() {
    assert_eq!(Run::new("-e 1").run().code, 0);
    Run::new("-e get_users()").run().failed(4, "lacks `org_id` (environment UMAPI_ORG_ID)");
}

#[test]
fn a_broken_configuration_is_reported_with_its_line() {
    let run = Run::new("--config c.toml -e 1").file("c.toml", "[default]\norg = \"x\"\n").run();
    run.failed(4, "c.toml:2");
}

#[test]
fn the_engine_giving_up_is_reported_as_a_defect_of_ours() {
    let deep = format!("fn f(n) {{ if n == 0 {{ 0 }} else {{ f(n - 1) }} }} {}", "f(100000)");
    Run::new("-e").arg(deep).run().failed(1, "");
}

#[test]
fn a_refused_command_makes_the_exit_code_3_however_it_was_sent() {
    let commands = "[#{user: \"ben.osei@example.com\", \"do\": [#{add: #{group: [\"Nowhere\"]}}]}]";
    let path = "`/action/${session().organization}`";
    for code in [
        format!("multi_action({commands})"),
        format!("action({commands})"),
        format!("make_call(\"POST\", {path}, {commands})"),
        format!("send(\"POST\", {path}, {commands})"),
    ] {
        assert_eq!(Run::eval(&format!("{code};")).run().code, 3, "{code}");
        assert_eq!(Run::eval(&format!("{code}; exit(0)")).run().code, 0, "{code}");
    }
}

#[test]
fn a_missing_file_is_reported_with_the_folder_it_was_looked_for_in() {
    Run::new("-e").arg("read_csv(\"people.csv\")").run().failed(1, "people.csv: no such file in ");
}

#[test]
fn a_missing_file_is_named_with_the_next_step_in_every_way_to_name_it() {
    for (line, file, code) in [
        ("--sandbox scripts/gone.rhai", "gone.rhai", 2),
        ("--sandbox run gone.rhai", "gone.rhai", 2),
        ("--sandbox plan gone.rhai", "gone.rhai", 2),
        ("--sandbox each gone.csv print(1)", "gone.csv", 1),
        ("--sandbox sync gone.toml", "gone.toml", 1),
        ("--sandbox --protect ./gone.txt -e 1", "gone.txt", 2),
        ("--sandbox -e read_text(`gone.txt`)", "gone.txt", 1),
        ("--sandbox -e read_xlsx(`gone.xlsx`)", "gone.xlsx", 1),
        ("--sandbox -e multi_action(`gone.csv`)", "gone.csv", 1),
        ("translate gone.py", "gone.py", 2),
        ("check gone.py", "gone.py", 2),
        ("check gone.rhai", "gone.rhai", 1),
        ("check gone", "gone", 1),
        ("check -o json gone.rhai", "gone.rhai", 1),
        ("check imports.rhai", "gone.rhai", 1),
        ("--sandbox imports.rhai", "gone.rhai", 1),
        ("apply gone.plan --live", "gone.plan", 1),
        ("approve gone.plan", "gone.plan", 1),
    ] {
        let run = Run::new(line).file("imports.rhai", "import \"gone\" as gone; print(gone::f());").run();
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(shown.contains("hint: ") || shown.contains("\"hint\":\"Check "), "{line}: {shown}");
        assert!(!shown.contains("lists the commands"), "{line}: {shown}");
        assert!(shown.contains(&format!("{file}: no such file")), "{line}: {shown}");
        assert_eq!(run.code, code, "{line}: {shown}");
    }
}

#[test]
fn a_closed_pipe_ends_a_run_in_a_sentence() {
    let run = std::process::Command::new("sh")
        .args(["-c", "\"$0\" -e 'for i in 0..100000 { print(i) }' | head -n 1"])
        .arg(assert_cmd::cargo::cargo_bin("umapish"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&run.stdout), "0\n");
    let reported = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(reported.contains("cannot write to standard output"), "{reported}");
}

#[test]
fn users_that_were_read_stand_where_e_mails_do() {
    let code = r#"
        let designers = get_users_by_group("Designers");
        print(add_users_to_group("Finance", designers).result);
        print(add_users_to_group("Interns", designers.filter(|user| user.country == "SE")).result);
        print(multi_action([group_command("Marketing").add_users(designers)]).result);
        print(add_profiles_to_group("Interns", get_groups(#{name: "Stock"})).result);
        print(get_users_by_group("Interns").map(|user| user.email));
    "#;
    assert_eq!(
        Run::eval(code).run().done(),
        "success\nsuccess\nsuccess\nsuccess\n[\"ada.lind@example.com\"]\n"
    );
}
