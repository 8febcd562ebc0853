//! `umapish translate` and what else meets Python files: exit codes, the report, messages.

use crate::support::Run;

const SCRIPT: &str = "#!/usr/bin/env python3\nimport requests\n\nTOKEN = 'x'\nheaders = {'Authorization': TOKEN}\n\
                      for page in range(2):\n    r = requests.get(f'/users/org/{page}', headers=headers)\n    print(r.status_code)  # status\n";

#[test]
fn a_draft_goes_to_standard_output_or_to_a_file() {
    let run = Run::new("translate x.py").file("x.py", SCRIPT).run();
    assert!(run.words().contains("100 % carried over"), "{}", run.stderr);
    let draft = run.ended(0);
    assert!(
        draft.contains("    let r = send(\"GET\", `/users/org/${page}`);\n    print(r.status); // status\n"),
        "{draft}"
    );
    let run = Run::new("translate x.py --out x.rhai").file("x.py", SCRIPT).run();
    assert_eq!(std::fs::read_to_string(run.file("x.rhai")).unwrap(), draft);
    assert_eq!(run.ended(0), "");
}

#[test]
fn the_report_has_every_line_that_is_not_blank_once() {
    for line in ["check x.py", "translate --lines x.py"] {
        let report = Run::new(line).file("x.py", SCRIPT).run().ended(0);
        let numbers: Vec<_> =
            report.lines().skip(1).filter_map(|row| row.split_whitespace().next()).collect();
        assert_eq!(numbers, ["1", "2", "4", "5", "6", "7", "8"], "{report}");
        assert!(report.contains("   5  built in  headers"), "{report}");
    }
}

#[test]
fn what_cannot_be_done_is_marked_and_ends_with_10() {
    let script = "import subprocess\nout = subprocess.run(['ls'])\nprint(out)\n";
    let run = Run::new("translate x.py").file("x.py", script).run();
    assert_eq!(run.code, 10);
    assert!(run.words().contains("left"), "{}", run.stderr);
    assert!(run.stdout.contains("// TODO line 2: out = subprocess.run(['ls'])"), "{}", run.stdout);
    assert!(run.stdout.contains("let out = ();\nprint(out);"), "{}", run.stdout);
}

#[test]
fn files_that_are_not_python_3_end_with_2() {
    for (text, words) in [
        (&b""[..], "is empty"),
        (b"a\0b", "not a text file"),
        (b"\xff\xfe\xfa", "not a text file"),
        (b"print 'hello'\n", "x.py:1: the file is Python 2"),
        (b"email,name\na@b.c,Kim Lee\nd@e.f,Ben Osei\n", "a CSV file"),
        (b"let x = #{a: 1};\nprint(x);\n", "a Rhai script already"),
        (b"x = (\n", "not valid Python 3"),
    ] {
        let run = Run::new("translate x.py").file("x.py", text).run();
        assert!(run.words().contains(words), "{}", run.stderr);
        run.ended(2);
    }
    Run::new("translate gone.py").run().ended(2);
}

#[test]
fn a_python_script_is_not_run_but_pointed_to_the_translation() {
    for line in ["x.py", "run x.py", "--sandbox x.py"] {
        let run = Run::new(line).file("x.py", SCRIPT).run();
        assert!(run.words().contains("`umapish translate x.py --out x.rhai`"), "{}", run.stderr);
        run.ended(2);
    }
}
