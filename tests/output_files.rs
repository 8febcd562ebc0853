//! One rule for every file the operator is given: nothing is replaced, appended to or renamed without a word.

use crate::repl::PROMPT;
#[cfg(unix)]
use crate::support::run::code_after_a_signal;
use crate::support::{Desk, Run};

/// Each function that writes a file, with the end of its name and a call that writes it.
const WRITERS: [(&str, &str); 2] =
    [("csv", r#"write_csv("out.csv", [#{a: 1}]"#), ("json", r#"write_json("out.json", [1]"#)];

#[test]
fn a_script_replaces_a_file_of_another_with_a_note_and_its_own_without() {
    for (ending, call) in WRITERS {
        let file = format!("out.{ending}");
        let run = Run::new("--sandbox -e").arg(format!("{call}); {call}); 1")).file(&file, "precious").run();
        assert_eq!(run.stderr, format!("note: replaced {file}\n"), "{ending}");
        let run = Run::new("--sandbox -e").arg(format!("{call}, #{{if_exists: \"replace\"}}); 1"));
        assert_eq!(run.file(&file, "precious").run().stderr, "", "{ending}");
    }
}

#[test]
fn a_file_that_must_not_exist_is_left_alone_and_a_number_is_added_where_that_was_asked_for() {
    for (ending, call) in WRITERS {
        let file = format!("out.{ending}");
        let run = Run::new("--sandbox -e").arg(format!("{call}, #{{if_exists: \"error\"}})"));
        let run = run.file(&file, "precious").run().exits(1).stderr_has("the file already exists");
        assert_eq!(std::fs::read_to_string(run.file(&file)).unwrap(), "precious");
        let run = Run::new("--sandbox -e").arg(format!("{call}, #{{if_exists: \"number\"}}); 1"));
        let run = run.file(&file, "precious").run().exits(0).stderr_has(&format!("wrote out-2.{ending}"));
        assert_eq!(std::fs::read_to_string(run.file(&file)).unwrap(), "precious");
    }
}

#[cfg(unix)]
#[test]
fn at_the_prompt_each_writer_refuses_a_file_that_exists() {
    let writers = WRITERS.map(|(ending, call)| (ending, format!("{call})")));
    for (ending, line) in writers.into_iter().chain([("csv", ":csv out.csv".to_owned())]) {
        let file = format!("out.{ending}");
        let mut terminal = Run::at_terminal("--sandbox").file(&file, "precious").start();
        terminal.expect(PROMPT);
        terminal.line("[#{a: 1}]");
        terminal.expect(PROMPT);
        terminal.line(&line);
        terminal.expect("already exists");
        assert_eq!(std::fs::read_to_string(terminal.path().join(&file)).unwrap(), "precious", "{line}");
    }
}

#[cfg(unix)]
#[test]
fn the_prompt_is_reported_to_replace_or_number_a_csv_file() {
    let mut terminal = Run::at_terminal("--sandbox").file("out.csv", "precious").start();
    terminal.expect(PROMPT);
    terminal.line("[#{a: 1}]");
    terminal.expect(PROMPT);
    terminal.line(":csv out.csv number");
    terminal.expect("out-2.csv written, 1 row");
    assert_eq!(std::fs::read_to_string(terminal.path().join("out.csv")).unwrap(), "precious");
    terminal.line(":csv out.csv replace");
    terminal.expect("out.csv written, 1 row");
    assert_eq!(std::fs::read_to_string(terminal.path().join("out.csv")).unwrap(), "a\n1\n");
}

#[test]
fn a_report_takes_the_place_of_a_report_only() {
    for (file, content) in [("r.csv", "email,note\n"), ("r.json", "[{\"email\": 1}]"), ("r.json", "{}")] {
        let run = Run::new(&format!("--sandbox --report {file} -e 1")).file(file, content).run();
        let run = run.exits(2).stderr_has(&format!("{file} exists and is not a report"));
        assert_eq!(std::fs::read_to_string(run.file(file)).unwrap(), content);
    }
    for file in ["r.csv", "r.json"] {
        let desk = Desk::new("add_to_groups(\"ben.osei@example.com\", \"Designers\")");
        desk.start(&format!("--live --report {file} job.rhai")).run().exits(0);
        let line = format!("--live --report {file} job.rhai");
        desk.start(&line).run().exits(0).stderr_has("the report of an earlier run was renamed to r-2.");
    }
}

#[test]
fn a_report_is_never_an_input_of_its_run_nor_a_file_the_script_writes() {
    let desk = Desk::new("read_csv(args()[0]); write_csv(\"r.csv\", [1])");
    desk.start("--test --report r.csv job.rhai people.csv").run();
    for argument in ["r.csv", "./r.csv", "--file=r.csv"] {
        let run = desk.start(&format!("--test --report r.csv job.rhai {argument}")).run();
        run.exits(2).stderr_has("the report r.csv is an input of this run");
    }
    let desk = Desk::new("write_csv(\"r.csv\", [1])");
    desk.start("--test --report r.csv job.rhai").run().exits(1).stderr_has("r.csv is the report of this run");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_after_live_changes_is_kept_in_the_state_folder() {
    for (ending, call) in WRITERS {
        let call = call.replace("out.", "gone/out.");
        let desk = Desk::new(&format!("add_to_groups(\"ben.osei@example.com\", \"Designers\"); {call});"));
        let run = desk.start("--live job.rhai").run().exits(1).stderr_has("Its content was kept as");
        let kept = desk.folder.path().join(format!(".local/state/umapish/outputs/out.{ending}"));
        assert!(kept.is_file(), "{}", run.stderr);
        let run = desk.start("--test job.rhai").run().exits(1);
        assert!(!run.stderr.contains("was kept as"), "{}", run.stderr);
    }
}

/// Every function that writes a file, as a call with `FILE` and `OPTIONS` to be filled in.
fn calls() -> Vec<String> {
    use umapi_shell::script::functions;
    let catalog = functions::catalog();
    let entries = catalog.functions().filter(|entry| entry.name.starts_with("write_"));
    let entries = entries.filter(|entry| entry.parameters.iter().any(|given| given.name == "options"));
    let calls = entries.map(|entry| {
        let content = match entry.name.as_str() {
            "write_text" => "\"text\\n\"",
            _ => "[#{email: \"ben.osei@example.com\"}]",
        };
        format!("{}(FILE, {content}, #{{OPTIONS}})", entry.name)
    });
    let calls: Vec<_> = calls.collect();
    assert!(calls.len() >= 5, "{calls:?}");
    calls
}

#[cfg(unix)]
#[test]
fn every_writer_adds_to_standard_output_and_replaces_or_renames_no_stream() {
    use std::fs::File;
    for call in calls() {
        for (file, choice) in [
            ("/dev/stdout", ""),
            ("/dev/stdout", "if_exists: \"number\""),
            ("/dev/fd/1", "if_exists: \"keep\""),
            ("/dev/stdout", "if_exists: \"error\""),
            ("/dev/fd/1", "if_exists: \"replace\""),
        ] {
            let written = call.replace("FILE", &format!("{file:?}")).replace("OPTIONS", choice);
            let code = format!("print(\"before\"); {written}; print(\"after\");");
            let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
            let run = Run::in_folder(folder.clone(), "--sandbox -e").arg(code).file("out.txt", "first\n");
            let path = folder.path().join("out.txt");
            let target = File::options().append(true).open(&path).unwrap();
            let mut command = run.into_command();
            let done = command.stdout(target).output().unwrap();
            let errors = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success() && !errors.contains("replaced"), "{written}: {errors}");
            let content = std::fs::read(&path).unwrap();
            assert!(content.starts_with(b"first\nbefore\n") && content.len() > 23, "{written}: {content:?}");
            assert!(content.windows(6).any(|part| part == b"after\n"), "{written}: {content:?}");
            assert!(!std::path::Path::new("/dev/stdout-2").exists(), "{written}");
        }
        Run::new("--sandbox -e")
            .arg(call.replace("FILE", "\"-\"").replace("OPTIONS", ""))
            .run()
            .failed(1, "`-` is standard input, which cannot be written");
    }
}

#[cfg(unix)]
#[test]
fn every_writer_waits_for_the_reader_of_a_pipe_until_a_signal() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    for call in calls() {
        for choice in ["", "if_exists: \"append\""] {
            if !choice.is_empty() && !["write_csv", "write_text"].iter().any(|name| call.starts_with(name)) {
                continue;
            }
            let code = call.replace("FILE", "\"pipe\"").replace("OPTIONS", choice);
            let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
            let pipe = folder.path().join("pipe");
            assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let start = || {
                let mut command = Run::in_folder(folder.clone(), "--sandbox -e").arg(&code).into_command();
                command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
            };
            assert_eq!(code_after_a_signal(&mut start()), Some(130), "{code}");
            let mut child = start();
            std::thread::sleep(Duration::from_millis(200));
            assert!(!std::fs::read(&pipe).unwrap().is_empty(), "{code}");
            assert!(child.wait().unwrap().success(), "{code}");
        }
    }
}
