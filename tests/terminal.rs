//! What data can do to a terminal: nothing. Its control and direction characters are shown by their codes.

use crate::repl::{PROMPT, sandbox};
use crate::support::{Desk, Run};

/// A name that would erase the line, set the title, ring, turn the text around and begin a C1 sequence.
const NAME: &str = r"A\x1b[2K\x1b]0;x\x07\r\u202e\u009b31mB";
/// The same name as it is shown.
const SHOWN: &str = "A<U+001B>[2K<U+001B>]0;x<U+0007><U+000D><U+202E><U+009B>31mB";

/// What of a name must never reach the terminal: whatever the editor and the colors write, they do not write this.
fn is_obeyed(text: &str) -> bool {
    ["\u{1b}[2K\u{1b}]0;x", "\u{7}", "\u{202e}", "\u{9b}"].iter().any(|part| text.contains(part))
}

fn evaluated(options: &str, code: &str) -> String {
    let mut terminal = Run::at_terminal(&format!("{options} --sandbox -e")).width(300).arg(code).start();
    let shown = terminal.expect("the end");
    assert_eq!(terminal.end(), 0);
    shown
}

#[test]
fn what_a_script_says_and_shows_does_not_drive_the_terminal() {
    for statement in [
        "print(name)",
        "debug(name)",
        "log(name)",
        "warn(name)",
        "table([#{a: name}])",
        "table(#{a: name})",
        "table([name])",
        "print(#{a: name})",
        "print([name])",
        "print(to_json(name))",
        "try { throw name } catch (e) { log(e) }",
        "try { get_user(name) } catch (e) { log(e) }",
    ] {
        for options in ["", "-o json", "-o csv", "--color always"] {
            let code = format!("let name = \"{NAME}\"; {statement}; print(\"the end\");");
            let shown = evaluated(options, &code);
            assert!(!is_obeyed(&shown), "{options} {statement}: {shown:?}");
        }
    }
    let shown = evaluated("", &format!("let name = \"{NAME}\"; print(name); print(\"the end\");"));
    assert!(shown.contains(SHOWN), "{shown:?}");
}

#[test]
fn into_a_file_data_stays_as_it_is() {
    let code = format!("let name = \"{NAME}\"; print(name); log(name)");
    let run = Run::eval(&code).run();
    let name = "A\u{1b}[2K\u{1b}]0;x\u{7}\r\u{202e}\u{9b}31mB\n";
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), (name, name));
}

#[test]
fn a_question_cannot_be_rewritten_by_a_name() {
    for question in ["ask", "confirm"] {
        let code = format!("let name = \"{NAME}\"; {question}(`Remove ${{name}}?`); print(\"the end\");");
        let mut terminal = Run::at_terminal("--sandbox -e").width(300).arg(code).start();
        let shown = terminal.expect("?");
        assert!(!is_obeyed(&shown) && shown.contains(SHOWN), "{question}: {shown:?}");
        terminal.line("yes");
        terminal.expect("the end");
    }
}

#[test]
fn errors_and_values_at_the_prompt_do_not_drive_the_terminal() {
    let mut terminal = sandbox();
    for line in [
        format!("let name = \"{NAME}\"; name"),
        "name".to_owned(),
        "throw name".to_owned(),
        "#{a: name}".to_owned(),
        ":json".to_owned(),
        ":vars".to_owned(),
        "get_user(name)".to_owned(),
        "|x| name".to_owned(),
        "write_text(\"/dev/stdout\", name)".to_owned(),
        "write_csv(\"/dev/fd/1\", [#{a: name}])".to_owned(),
        "write_json(\"/dev/tty\", [name])".to_owned(),
        "write_xlsx(\"/dev/stdout\", [#{a: name}])".to_owned(),
    ] {
        terminal.line(&line);
        let shown = terminal.expect(PROMPT);
        assert!(!is_obeyed(&shown), "{line}: {shown:?}");
    }
}

#[test]
fn no_file_takes_the_standard_input_of_the_prompt_and_questions_still_work() {
    let mut terminal = sandbox();
    for name in ["-", "/dev/stdin", "/dev/fd/0"] {
        terminal.ask(&format!("read_text({name:?})"), "standard input is read by the prompt", PROMPT);
    }
    terminal.line("confirm(\"sure?\")");
    terminal.expect("sure?");
    terminal.line("yes");
    terminal.expect("true");
}

#[test]
fn names_that_are_completed_and_lines_of_the_history_do_not_drive_the_terminal() {
    let folder = "let people = [#{email: \"zz\\x1b[2K\\x1b]0;x\\x07one@example.com\"}, #{email: \"zz\\u202etwo@example.com\"}];";
    let mut terminal = sandbox();
    terminal.ask(folder, "", PROMPT);
    terminal.ask("people", "one@example.com", PROMPT);
    terminal.keys("get_user(\"zz\t\t");
    let listed = terminal.expect("two@example.com");
    assert!(!is_obeyed(&listed) && listed.contains("<U+001B>"), "{listed:?}");
    terminal.interrupt();

    let history = "umapish-history 1\n\"let x = \\\"\\u001b]0;x\\u0007\\u202e\\\"\"\n";
    let mut terminal = Run::at_terminal("--sandbox").file(".local/state/umapish/history", history).start();
    terminal.expect(PROMPT);
    terminal.keys("\u{1b}[A");
    let recalled = terminal.expect("u202E").to_lowercase();
    assert!(!is_obeyed(&recalled), "{recalled:?}");
}

#[test]
fn a_byte_that_is_not_utf_8_keeps_the_session_and_the_line_and_runs_nothing() {
    let mut terminal = sandbox();
    terminal.ask("let keep = 42;", "", PROMPT);
    terminal.bytes(b"print(\"caf\xe9\")\r");
    let shown = terminal.expect("has a byte that is not UTF-8");
    assert!(!shown.contains("\ncaf"), "{shown}");
    // Whatever came after the byte, the line is there to be edited, and it does not run as it is.
    terminal.expect("caf\u{fffd}");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.ask("keep", "42", PROMPT);
    // A pasted line is not run from the byte on, and typing it slowly is no different.
    for byte in [&b"let"[..], b" x = \"", b"\xff", b"\"; keep = 7\r"] {
        terminal.bytes(byte);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    terminal.expect("has a byte that is not UTF-8");
    terminal.expect("The line was not run");
    terminal.expect("keep = 7");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.ask("keep", "42", PROMPT);
}

#[test]
fn the_colors_of_the_journal_are_colors() {
    let desk = Desk::new("");
    let change = r#"add_to_groups("gus.taylor@example.com", "Stock")"#;
    desk.start("-q --live -e").arg(change).run().done();
    for line in ["--color always journal", "--color always journal show"] {
        let mut terminal = desk.start(line).env("TERM", "xterm-256color").width(80).start();
        let shown = terminal.expect("ended");
        assert!(shown.contains('\u{1b}') && !shown.contains("U+001B"), "{line}: {shown:?}");
        assert_eq!(terminal.end(), 0);
    }
}
