//! The options that a script declares: help, wrong arguments, resume, secrets and the completion of a shell.

use crate::support::Run;
use crate::support::desk::{Desk, journal_lines};

const SCRIPT: &str = r#"//! Adds people to a group.
let o = options(#{
    file: #{ help: "the people", kind: "file" },
    to: #{ help: "the group", fallback: "Designers" },
    mode: #{ one_of: ["add", "look"], fallback: "look" },
    most: #{ fallback: 3, short: "m" },
    dry: #{ kind: "flag" },
});
print(`${o.file} ${o.to} ${o.mode} ${o.most} ${o.dry}`);
"#;

fn job(line: &str) -> Run {
    Run::new(line).file("job.rhai", SCRIPT).file("people.csv", "email\n")
}

#[test]
fn a_script_reads_its_options_and_shows_its_help_without_running() {
    let output = job("--sandbox job.rhai people.csv --mode=add -m5 --dry").run().done();
    assert_eq!(output, "people.csv Designers add 5 true\n");
    for line in ["job.rhai --help", "run job.rhai -h", "-p none job.rhai x --help --mode y"] {
        let help = job(line).run().done();
        assert!(
            help.starts_with("Adds people to a group.\n\nUsage: umapish job.rhai FILE [OPTION]...\n"),
            "{help}"
        );
        assert!(help.contains("-m, --most N"), "{help}");
    }
    let described = Run::new("--sandbox job.rhai --help").file("job.rhai", "//! Says hello.\nprint(1)");
    assert_eq!(described.run().done(), "Says hello.\n");
    let plain = Run::new("--sandbox job.rhai --help").file("job.rhai", "print(args())");
    assert_eq!(plain.run().done(), "[\"--help\"]\n", "a script without either reads it itself");
}

/// Nothing is set up, so these need neither a profile nor a network.
#[test]
fn wrong_arguments_exit_with_2_before_anything_runs() {
    for (line, problem) in [
        ("job.rhai", "FILE is missing: the people"),
        ("job.rhai none.csv", "FILE must be a file; there is no `none.csv`"),
        ("job.rhai people.csv --most many", "--most must be a number, not `many`"),
        ("job.rhai people.csv --mode both", "--mode must be one of add, look, not `both`"),
        ("job.rhai people.csv more", "`more` is one argument too many"),
        ("job.rhai people.csv --live", "Options of umapish go before the script."),
        ("job.rhai people.csv --modes add", "did you mean `--mode`?"),
    ] {
        let run = job(line).run().failed(2, problem);
        assert!(run.words().contains("Usage: umapish job.rhai FILE [OPTION]..."), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let code = "options(#{a: #{kind: \"number\"}})";
    Run::eval(code).arg("x").run().failed(2, "A must be a number, not `x`");
    assert_eq!(Run::eval(code).arg("7").run().done(), "{\"a\":7}\n");
}

#[test]
fn a_declaration_that_is_not_valid_is_an_error_of_the_script() {
    let script = "let x = 1;\noptions(#{ file: #{ knd: \"file\" } });";
    let run = Run::new("--sandbox job.rhai --help").file("job.rhai", script).run();
    run.failed(1, "the option `file` has an unknown key `knd`; did you mean `kind`?")
        .stderr_has("job.rhai:2:");
    let run = Run::new("check job.rhai").file("job.rhai", script).run();
    run.failed(1, "has an unknown key `knd`");
    let unknown = Run::new("--sandbox job.rhai").file("job.rhai", "options(#{ few: #{ fallback: 3 } }).fev");
    unknown.run().failed(1, "the script declares no option `fev`");
}

#[test]
fn a_run_resumes_with_its_options_and_a_secret_is_kept_nowhere() {
    let desk = Desk::new(
        r#"let o = options(#{ who: #{ kind: "email" }, token: #{ kind: "secret", fallback: () } });
        print(o.token); if o.token != "a s3cret of ours" { throw "other" }
        add_to_groups(o.who, "Engineering"); throw "late";"#,
    );
    let line = "--live job.rhai ben.osei@example.com --token env:TICKET";
    let start = |line: &str| desk.start(line).env("TICKET", "a s3cret of ours").run();
    let run = start(line).failed(1, "late");
    assert_eq!(run.stdout, "********\n");
    let journal = desk.only_journal();
    assert!(!std::fs::read_to_string(&journal).unwrap().contains("s3cret"));
    assert_eq!(
        journal_lines(&journal)[0]["arguments"],
        serde_json::json!(["ben.osei@example.com", "--token", "env:TICKET"])
    );
    start(&desk.resume_line()).failed(1, "late");
    assert_eq!(desk.action_requests(), 1, "the change was recalled");
    desk.start("job.rhai ben.osei@example.com --token letters")
        .run()
        .failed(2, "must say where the secret is");
    desk.start("--secret-arg")
        .arg("a s3cret of ours")
        .arg("job.rhai")
        .arg("a@example.com")
        .run()
        .failed(1, "late");
}

fn offered(words: &[&str]) -> String {
    let start = job("__complete job.rhai");
    words.iter().fold(start, Run::arg).run().done()
}

#[test]
fn a_shell_is_offered_the_options_of_the_script() {
    assert_eq!(offered(&[""]), ":files\n");
    assert_eq!(offered(&["people.csv", "--m"]), "--mode\n--most\n");
    assert_eq!(offered(&["--mode", ""]), "add\nlook\n");
    assert_eq!(offered(&["--to"]), "--to\tthe group\n");
    assert_eq!(Run::new("__complete none.rhai --").run().done(), ":files\n");
    assert_eq!(Run::new("__complete job.rhai --").file("job.rhai", "oops(").run().done(), ":files\n");
}

/// The script that `umapish completions bash` prints, with a line as bash splits it.
#[cfg(unix)]
#[test]
fn bash_completes_the_options_of_the_script() {
    let script = Run::new("completions bash").run().done();
    let program = assert_cmd::cargo::cargo_bin!("umapish").display().to_string();
    for (words, expected) in [
        (&["--sandbox", "job.rhai", "people.csv", "--m"][..], "--mode --most"),
        (&["job.rhai", "--mode", "=", "l"], "look"),
        (&["job.rhai", "--mode", "="], "add look"),
        (&["job.rhai", "peo"], "people.csv"),
        (&["job.rhai", "people.csv", "--most", ""], ""),
        (&["che"], "check"),
    ] {
        let line = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let (last, before) =
            (words[words.len() - 1], words.get(words.len().wrapping_sub(2)).unwrap_or(&"umapish"));
        let code = format!(
            "{script}\nCOMP_WORDS=('{program}' {line}); COMP_CWORD={}; _umapish_script '{program}' '{last}' '{before}'; \
             echo \"${{COMPREPLY[*]}}\"",
            words.len()
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("job.rhai"), SCRIPT).unwrap();
        std::fs::write(folder.path().join("people.csv"), "email\n").unwrap();
        let found = std::process::Command::new("bash")
            .args(["-c", &code])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout).trim(), expected, "{words:?}");
    }
}
