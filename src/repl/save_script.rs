//! Saves a session as a script that can be run again. Pure, except for the check of the target file.

use super::workspace::LAST;
use crate::error::{Error, Result};
use crate::language::tokens::{code_tokens, tokens};
use crate::repl::workspace::SavedInput;
use crate::store::file_door;
use std::path::Path;

/// The first line of a saved session; only such a file is replaced.
const HEADER: &str = "// A session of umapish, saved with :save.";

/// The inputs as a script, and how many of them `is_allowed` rejected.
pub(super) fn to_script(inputs: &[SavedInput], is_allowed: impl Fn(&str) -> bool) -> (String, usize) {
    let allowed: Vec<_> = inputs.iter().filter(|saved| is_allowed(&saved.input.text)).collect();
    let uses_last = allowed.iter().any(|saved| mentions(&saved.input.text, LAST));
    let mut text = format!("{HEADER}\n");
    if uses_last {
        text += format!("let {LAST} = ();\n").as_str();
    }
    for saved in &allowed {
        if let Some(file) = &saved.input.file {
            text += format!("// from {}\n", file.display()).as_str();
        }
        let code = saved.input.text.trim();
        let bare = code.trim_end_matches(';');
        if uses_last && saved.is_expression {
            text += format!("{LAST} = {bare};\n").as_str();
        } else {
            text.push_str(&terminated(code));
        }
    }
    (text, inputs.len() - allowed.len())
}

/// The statement with a `;` at its end, so that another can follow.
fn terminated(code: &str) -> String {
    match tokens(code).last() {
        Some(last) if last.is_symbol(";") => format!("{code}\n"),
        Some(last) if last.is_comment() => format!("{code}\n;\n"),
        Some(_) => format!("{code};\n"),
        None => String::new(),
    }
}

fn mentions(text: &str, name: &str) -> bool {
    code_tokens(text).iter().any(|token| token.is_name() && token.text == name)
}

/// Checks that the target does not exist or is a saved session.
///
/// # Errors
/// `file`: it is another file.
pub(super) fn check_target(path: &Path) -> Result<()> {
    match file_door::read_to_string(path) {
        Ok(text) if text.starts_with(HEADER) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(Error::file(
            path.display().to_string(),
            "already exists and was not written by :save; choose another name",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::transcript::Transcript;

    fn saved(lines: &[(&str, bool)]) -> Vec<SavedInput> {
        let mut transcript = Transcript::default();
        let saved = |(text, is_expression): &(&str, bool)| SavedInput {
            input: transcript.add_input(text),
            is_expression: *is_expression,
        };
        lines.iter().map(saved).collect()
    }

    #[test]
    fn saved_lines_are_terminated_statements() {
        let lines = saved(&[
            ("let x = 1", false),
            ("fn f() { 1 }", false),
            ("f(); // done", false),
            ("x + f()", true),
        ]);
        let (text, left_out) = to_script(&lines, |_| true);
        assert_eq!(text, format!("{HEADER}\nlet x = 1;\nfn f() {{ 1 }};\nf(); // done\n;\nx + f();\n"));
        assert_eq!(left_out, 0);
        assert!(rhai::Engine::new().run(&text).is_ok());
    }

    #[test]
    fn the_last_value_stays_what_it_was() {
        let lines = saved(&[("2 + 1", true), ("let y = last * 2", false), ("y", true)]);
        let (text, _) = to_script(&lines, |_| true);
        assert_eq!(rhai::Engine::new().eval::<i64>(&format!("{text} last")).unwrap(), 6);
    }

    #[test]
    fn lines_with_a_secret_are_left_out() {
        let lines = saved(&[("let s = \"hunter2\"", false), ("1", true)]);
        let (text, left_out) = to_script(&lines, |line| !line.contains("hunter2"));
        assert!(!text.contains("hunter2"));
        assert_eq!(left_out, 1);
    }

    #[test]
    fn only_a_saved_session_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.rhai");
        assert!(check_target(&path).is_ok());
        std::fs::write(&path, format!("{HEADER}\n")).unwrap();
        assert!(check_target(&path).is_ok());
        std::fs::write(&path, "print(1)").unwrap();
        assert!(check_target(&path).is_err());
    }
}
