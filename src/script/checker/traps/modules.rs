//! The traps of a program that is about to run, with those of the modules that it imports.

use super::find;
use crate::language::place::ScriptPlace;
use crate::language::source_text;
use crate::script::checker::call_index::CallIndex;
use crate::script::checker::finding::CheckFinding;
use crate::script::engine::module_resolver;
use crate::store::file_rules::FileRules;
use rhai::{AST, Engine};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A program that is about to run.
pub(crate) struct StartingProgram<'p> {
    /// Its source code.
    pub(crate) text: &'p str,
    /// Its file, which `import` is relative to.
    pub(crate) file: Option<&'p Path>,
    /// Whether the value of its last statement is used.
    pub(crate) shows_value: bool,
    /// Which files it may import.
    pub(crate) files: &'p FileRules,
}

/// The findings in a program, and in the modules that it and they import.
pub(crate) fn find_with_modules(
    engine: &Engine,
    ast: &AST,
    program: &StartingProgram<'_>,
) -> Vec<CheckFinding> {
    let findings = find(ast, program.text, program.shows_value);
    let mut search = ModuleSearch { engine, files: program.files, visited: BTreeSet::new(), findings };
    search.imports_of(ast, program.file);
    search.findings
}

struct ModuleSearch<'p> {
    engine: &'p Engine,
    files: &'p FileRules,
    visited: BTreeSet<PathBuf>,
    findings: Vec<CheckFinding>,
}

impl ModuleSearch<'_> {
    fn imports_of(&mut self, ast: &AST, importer: Option<&Path>) {
        let importer = importer.map(|file| file.display().to_string());
        for import in CallIndex::read(ast).imports {
            let Some(name) = import.path else { continue };
            let path = module_resolver::place(importer.as_deref(), &name, self.files.library());
            if self.files.check_importing(&path).is_ok() && self.visited.insert(path.clone()) {
                self.module(&path);
            }
        }
    }

    /// A module that cannot be read or compiled has no findings: its import fails.
    fn module(&mut self, path: &Path) {
        let Ok(text) = source_text::read_file(path) else { return };
        let Ok(ast) = self.engine.compile(&text) else { return };
        let source = Some(path.display().to_string());
        self.findings.extend(find(&ast, &text, false).into_iter().map(|finding| CheckFinding {
            place: ScriptPlace { source: source.clone(), ..finding.place },
            ..finding
        }));
        self.imports_of(&ast, Some(path));
    }
}
