//! `import "x"`: a file in the folder of the importing file, read like any script.

use crate::error::Result;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::temporary_calls;
use crate::language::source_text;
use crate::session::tracked_files;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Finds modules; each file is read and run once.
#[derive(Default)]
pub struct ScriptModules {
    loaded: RefCell<HashMap<PathBuf, Shared<Module>>>,
    /// The run whose journal records them.
    session: Option<Rc<Session>>,
}

impl ScriptModules {
    /// The modules of a run.
    pub fn of(session: &Rc<Session>) -> Self {
        Self { session: Some(Rc::clone(session)), ..Self::default() }
    }

    fn read(&self, path: &Path) -> Result<String> {
        let text = source_text::read_file(path)?;
        self.session.as_ref().map_or(Ok(()), |session| tracked_files::record_module(session, path))?;
        Ok(text)
    }
}

impl ModuleResolver for ScriptModules {
    fn resolve(
        &self,
        engine: &Engine,
        importer: Option<&str>,
        name: &str,
        position: Position,
    ) -> RhaiResultOf<Shared<Module>> {
        let path = place(importer, name);
        if let Some(known) = self.loaded.borrow().get(&path) {
            return Ok(known.clone());
        }
        let text = self.read(&path).map_err(|error| crate::host::thrown::thrown(&error, position))?;
        let module = load(engine, &path, text).map_err(|error| {
            Box::new(EvalAltResult::ErrorInModule(path.display().to_string(), error, position))
        })?;
        self.loaded.borrow_mut().insert(path, module.clone());
        Ok(module)
    }
}

/// The file that `name` means in `importer`.
pub fn place(importer: Option<&str>, name: &str) -> PathBuf {
    let folder = importer.and_then(|importer| Path::new(importer).parent()).unwrap_or(Path::new(""));
    let path = folder.join(name);
    if path.extension().is_some() { path } else { path.with_extension("rhai") }
}

fn load(engine: &Engine, path: &Path, text: String) -> RhaiResultOf<Shared<Module>> {
    let mut ast = engine.compile(text)?;
    ast.set_source(path.display().to_string());
    temporary_calls::record(engine, &ast);
    Ok(Module::eval_ast_as_new(Scope::new(), &ast, engine)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_stands_beside_the_file_that_imports_it() {
        assert_eq!(place(Some("jobs/main.rhai"), "people"), Path::new("jobs/people.rhai"));
        assert_eq!(place(Some("jobs/main.rhai"), "../lib/x.rhai"), Path::new("jobs/../lib/x.rhai"));
        assert_eq!(place(None, "people"), Path::new("people.rhai"));
    }

    #[test]
    fn a_module_may_begin_with_a_mark_and_import_others_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write(
            "one.rhai",
            "\u{feff}#!/usr/bin/env umapish\nimport \"two\" as two;\nfn f() { 1 }\nexport const N = two::N;",
        );
        write("two.rhai", "export const N = 2;");
        let mut engine = Engine::new();
        engine.set_module_resolver(ScriptModules::default());
        let mut ast = engine.compile("import \"one\" as one; one::f() + one::N").unwrap();
        ast.set_source(folder.path().join("main.rhai").display().to_string());
        assert_eq!(engine.eval_ast::<i64>(&ast).unwrap(), 3);
    }

    #[test]
    fn a_module_that_is_not_there_is_named() {
        let mut engine = Engine::new();
        engine.set_module_resolver(ScriptModules::default());
        let error = engine.run("import \"nowhere/x\" as x;").unwrap_err();
        assert!(error.to_string().contains("nowhere/x.rhai"), "{error}");
    }
}
