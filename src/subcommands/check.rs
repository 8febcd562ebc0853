//! `umapish check`: checks scripts without running them.

use crate::error::{Error, Result};
use crate::output::Output;
use crate::script::checker::check;
use crate::script::checker::finding::CheckFinding;
use crate::script::engine::offline;
use crate::shell::diagnostic;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::shell::program::{ScriptProgram, is_python};
use crate::store::file_door;
use crate::subcommands::draft_view::DraftView;
use crate::subcommands::translate;
use rhai::Engine;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What was found in all files.
#[derive(Default)]
struct CheckedFiles {
    /// The number of scripts.
    scripts: usize,
    /// For each finding whether it is a warning.
    found: Vec<bool>,
    /// The findings for `-o json`.
    rows: Vec<Value>,
}

/// Checks each script, and those in each folder, and prints the findings. With errors, the exit is [`RunExit::Script`],
/// also if a file cannot be read; with warnings only it is [`RunExit::Done`].
pub(crate) fn run(paths: &[PathBuf], as_json: bool, output: &Output) -> RunExit {
    if let [only] = paths
        && is_python(only)
    {
        let view = if as_json { DraftView::Json } else { DraftView::Lines };
        return translate::run(only, None, view, output);
    }
    let engine = offline::engine();
    let mut files = CheckedFiles::default();
    for path in paths {
        match scripts_of(path) {
            Ok(scripts) => scripts.iter().for_each(|script| files.script(&engine, script, as_json, output)),
            Err(error) => files.refused(path, &error, as_json, output),
        }
    }
    if as_json {
        output.json(&Value::Array(files.rows).to_string());
    }
    output.note(&summary(files.scripts, &files.found));
    end(&files.found)
}

impl CheckedFiles {
    fn script(&mut self, engine: &Engine, script: &Path, as_json: bool, output: &Output) {
        self.scripts += 1;
        match examine(engine, script) {
            Ok((program, findings)) => {
                for finding in findings {
                    self.found.push(finding.is_warning);
                    if as_json {
                        self.rows.push(row(&program.name, &finding));
                    } else {
                        diagnostic::show_finding(&program, &finding, output);
                    }
                }
            }
            Err(error) => self.refused(script, &error, as_json, output),
        }
    }

    /// A file that cannot be checked.
    fn refused(&mut self, path: &Path, error: &Error, as_json: bool, output: &Output) {
        self.found.push(false);
        if as_json {
            let file = path.display().to_string();
            self.rows.push(json!({
                "file": file, "line": null, "column": null, "severity": "error",
                "message": error.to_string(), "hint": error.hint(),
            }));
        } else {
            show_error(error, output);
        }
    }
}

/// The script itself, or the scripts in a folder and the folders in it, by name.
fn scripts_of(path: &Path) -> Result<Vec<PathBuf>> {
    if !file_door::is_folder(path) {
        return Ok(vec![path.to_owned()]);
    }
    let mut scripts = Vec::new();
    collect(path, &mut scripts)?;
    if scripts.is_empty() {
        let message = format!("{}: this folder has no scripts", path.display());
        return Err(Error::usage_with_hint(message, "Names of scripts end with .rhai."));
    }
    scripts.sort();
    Ok(scripts)
}

fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) -> Result<()> {
    let entries = file_door::list(folder).map_err(|error| Error::io(folder, error))?;
    for entry in entries {
        let path = entry.map_err(|error| Error::io(folder, error))?.path();
        if file_door::is_folder(&path) {
            if !file_door::is_link(&path) {
                collect(&path, scripts)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rhai") {
            scripts.push(path);
        }
    }
    Ok(())
}

fn examine(engine: &Engine, script: &Path) -> Result<(ScriptProgram, Vec<CheckFinding>)> {
    // What is checked is a file, never a mistyped command.
    if script.as_os_str() != "-" && !file_door::exists(script) {
        let problem = file_door::open(script).err().unwrap_or_else(|| ErrorKind::NotFound.into());
        return Err(Error::io(script, problem));
    }
    let program = ScriptProgram::script(vec![script.as_os_str().to_owned()])?;
    let findings = check(engine, &program.text, program.file.as_deref());
    Ok((program, findings))
}

fn row(file: &str, finding: &CheckFinding) -> Value {
    json!({
        "file": finding.place.source.as_deref().unwrap_or(file),
        "line": finding.place.line,
        "column": finding.place.column,
        "severity": if finding.is_warning { "warning" } else { "error" },
        "message": finding.message,
        "hint": finding.hint,
    })
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
    fn a_folder_is_read_with_the_folders_in_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(scripts_of(folder.path()).is_err());
        std::fs::create_dir(folder.path().join("lib")).unwrap();
        for name in ["b.rhai", "a.rhai", "lib/c.rhai", "people.csv"] {
            std::fs::write(folder.path().join(name), "1").unwrap();
        }
        let names: Vec<_> = scripts_of(folder.path()).unwrap();
        let names: Vec<_> = names.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("a.rhai"), Path::new("b.rhai"), Path::new("lib/c.rhai")]);
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(1, &[]), "1 script checked: 0 errors, 0 warnings");
        assert_eq!(summary(2, &[true, false, false]), "2 scripts checked: 2 errors, 1 warning");
    }
}
