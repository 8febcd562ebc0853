//! `umapish check`: checks scripts without running them.

use crate::error::Result;
use crate::output::Output;
use crate::script::checker::check;
use crate::script::checker::finding::CheckFinding;
use crate::script::engine::offline;
use crate::shell::diagnostic;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use rhai::Engine;
use std::path::{Path, PathBuf};

/// Checks each script and prints the findings. With warnings only, the exit is [`RunExit::Done`]; a script that does
/// not exist is a usage error.
pub(crate) fn run(scripts: &[PathBuf], output: &Output) -> RunExit {
    let engine = offline::engine();
    let (mut found, mut refused) = (Vec::new(), RunExit::Done);
    for script in scripts {
        match examine(&engine, script) {
            Ok((program, findings)) => {
                for finding in findings {
                    diagnostic::show_finding(&program, &finding, output);
                    found.push(finding.is_warning);
                }
            }
            Err(error) => {
                show_error(&error, output);
                refused = RunExit::of_refusal(error.kind.name());
                found.push(false);
            }
        }
    }
    output.note(&summary(scripts.len(), &found));
    if refused == RunExit::Usage { refused } else { end(&found) }
}

fn examine(engine: &Engine, script: &Path) -> Result<(ScriptProgram, Vec<CheckFinding>)> {
    let program = ScriptProgram::script(vec![script.as_os_str().to_owned()])?;
    let findings = check(engine, &program.text, program.file.as_deref());
    Ok((program, findings))
}

/// `found` has for each finding whether it is a warning.
fn end(found: &[bool]) -> RunExit {
    if found.contains(&false) { RunExit::Script } else { RunExit::Done }
}

fn summary(scripts: usize, found: &[bool]) -> String {
    let warnings = found.iter().filter(|is_warning| **is_warning).count();
    let counted = |count: usize, name: &str| match count {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    };
    format!(
        "{} checked: {}, {}",
        counted(scripts, "script"),
        counted(found.len() - warnings, "error"),
        counted(warnings, "warning")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_decide_how_it_ends_and_warnings_do_not() {
        assert_eq!(end(&[]), RunExit::Done);
        assert_eq!(end(&[true]), RunExit::Done);
        assert_eq!(end(&[true, false]), RunExit::Script);
    }

    #[test]
    fn a_script_is_read_as_a_run_would_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.rhai");
        std::fs::write(&path, "\u{feff}#!/usr/bin/env umapish\nnope();").unwrap();
        let (_, findings) = examine(&offline::engine(), &path).unwrap();
        assert_eq!((findings.len(), findings[0].place.line), (1, Some(2)));
        assert!(examine(&offline::engine(), &folder.path().join("gone.rhai")).is_err());
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(1, &[]), "1 script checked: 0 errors, 0 warnings");
        assert_eq!(summary(2, &[true, false, false]), "2 scripts checked: 2 errors, 1 warning");
    }
}
