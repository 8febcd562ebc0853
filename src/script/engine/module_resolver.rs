//! `import "x"`: a file in the folder of the importing file or in the folder of shared modules, read like any script.

use crate::error::Result;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::temporary_calls;
use crate::language::source_text;
use crate::session::run_state::RunState;
use crate::session::tracked_files;
use crate::store::file_door;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};
use std::borrow::Cow;
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

    fn place(&self, importer: Option<&str>, name: &str) -> PathBuf {
        let run = self.session.as_ref().map(|session| RunState::of(session));
        place(importer, name, run.as_ref().and_then(|run| run.settings.files.library()))
    }

    fn read(&self, path: &Path) -> Result<String> {
        self.session.as_ref().map_or(Ok(()), |session| tracked_files::check_module(session, path))?;
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
        let path = self.place(importer, name);
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

/// The file that `name` means in `importer`: one beside it, or else one in the folder of shared modules.
pub fn place(importer: Option<&str>, name: &str, library: Option<&Path>) -> PathBuf {
    let file = importer.map(|importer| without_link(Path::new(importer)));
    let folder = file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let beside = module_file(folder, name);
    let shared = library.map(|folder| module_file(folder, name)).filter(|_| !file_door::exists(&beside));
    shared.filter(|path| file_door::is_file(path)).unwrap_or(beside)
}

/// The file itself if the path is a link to it: the modules of a script are beside the script, not beside the link.
fn without_link(path: &Path) -> Cow<'_, Path> {
    if file_door::is_link(path) { Cow::Owned(file_door::real(path)) } else { Cow::Borrowed(path) }
}

fn module_file(folder: &Path, name: &str) -> PathBuf {
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
        assert_eq!(place(Some("jobs/main.rhai"), "people", None), Path::new("jobs/people.rhai"));
        assert_eq!(place(Some("jobs/main.rhai"), "../lib/x.rhai", None), Path::new("jobs/../lib/x.rhai"));
        assert_eq!(place(None, "people", None), Path::new("people.rhai"));
    }

    #[test]
    fn a_module_that_is_not_beside_the_script_is_one_of_the_shared_folder() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("lib");
        std::fs::create_dir(&library).unwrap();
        let main = folder.path().join("main.rhai").display().to_string();
        let found = || place(Some(&main), "people", Some(&library));
        assert_eq!(found(), folder.path().join("people.rhai"));
        std::fs::write(library.join("people.rhai"), "").unwrap();
        assert_eq!(found(), library.join("people.rhai"));
        std::fs::write(folder.path().join("people.rhai"), "").unwrap();
        assert_eq!(found(), folder.path().join("people.rhai"));
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
