//! Code that means something else than in Python: shown wherever it is checked or about to run, also in modules.

use crate::support::Run;

/// A module with a trap, what is said about it, and whether it still runs.
const TRAPS: [(&str, &str, bool); 2] = [
    ("fn half(list) { list.len() / 10 }", "drops the remainder", true),
    ("fn first(name) { name.split(\"@\", 1) }", "`split` with 1 returns the whole string", false),
];

/// A script of three files: each imports the next, and the last has the trap.
fn three_files(run: Run, code: &str) -> Run {
    run.file("main.rhai", "import \"lib/one\" as one;\nprint(\"ran\");")
        .file("lib/one.rhai", "import \"two\" as two;\nfn one() { 1 }")
        .file("lib/two.rhai", code)
}

#[test]
fn a_trap_in_a_module_is_found_by_a_check_and_before_a_run() {
    for (code, said, runs) in TRAPS {
        let check = three_files(Run::new("check main.rhai"), code).run();
        assert!(check.words().contains(said) && check.stderr.contains("two.rhai:1:"), "{}", check.stderr);
        assert_eq!(check.code, i32::from(!runs), "{}", check.stderr);
        for options in ["--sandbox main.rhai", "--sandbox -e"] {
            let run = three_files(Run::new(options), code);
            let run = if options.ends_with("-e") {
                run.arg("import \"lib/one\" as one; print(\"ran\")").run()
            } else {
                run.run()
            };
            assert!(run.words().contains(said) && run.stderr.contains("two.rhai:1:"), "{}", run.stderr);
            assert_eq!(run.words().matches(said).count(), 1, "{}", run.stderr);
            assert_eq!(run.stdout.contains("ran"), runs, "{options} {code}: {}", run.stderr);
            run.ended(i32::from(!runs));
        }
    }
}

#[test]
fn a_module_that_imports_itself_is_looked_at_once() {
    let run = Run::new("--sandbox main.rhai")
        .file("main.rhai", "if false { import \"a\" as a; }\nprint(\"ran\");")
        .file("a.rhai", "if false { import \"a\" as a; }\nfn half(list) { list.len() / 10 }")
        .run();
    assert_eq!(run.words().matches("drops the remainder").count(), 1, "{}", run.stderr);
    assert_eq!(run.ended(0), "ran\n");
}

#[cfg(unix)]
#[test]
fn the_prompt_shows_a_trap_of_the_line_before_it_runs() {
    for (code, said, runs) in [
        ("let batches = [1, 2, 3].len() / 2; print(\"ran\")", "drops the remainder", true),
        ("let part = \"a@b\".split(\"@\", 1); print(\"ran\")", "returns the whole string", false),
    ] {
        let mut terminal = Run::at_terminal("--sandbox").file("x.rhai", code).start();
        terminal.expect("sandbox live> ");
        for line in [code, ":load x.rhai"] {
            terminal.line(line);
            let shown = terminal.expect(said);
            assert!(shown.contains(if runs { "warning" } else { "error" }), "{shown}");
            let rest = terminal.expect("sandbox live> ");
            assert_eq!(rest.lines().any(|line| line.trim() == "ran"), runs, "{line}: {rest}");
        }
    }
}
