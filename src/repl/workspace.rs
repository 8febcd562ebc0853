//! The state of a session between lines: variables, functions, constants, imported modules and the last value.

use super::transcript::Transcript;
use crate::did_you_mean::nearest;
use crate::host::session::Session;
use crate::host::temporary_calls;
use crate::host::thrown::ScriptEnd;
use crate::language::message::ErrorTopic;
use crate::language::script_error::{ScriptEnding, ScriptError};
use crate::language::tokens::KEYWORDS;
use crate::repl::transcript::TranscriptInput;
use crate::script::checker::finding::CheckFinding;
use crate::script::checker::traps::modules::{StartingProgram, find_with_modules};
use crate::script::engine;
use crate::session::run_state::RunState;
use crate::shell::runner;
use rhai::{AST, ASTNode, Dynamic, Engine, EvalAltResult, Expr, Scope, Stmt};
use std::cell::{Ref, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The variable that holds the last value.
pub(super) const LAST: &str = "last";

/// The variables of a session, shared with completion.
pub(super) type SessionVariables = Rc<RefCell<Scope<'static>>>;

/// The state of a session between lines.
pub(super) struct Workspace {
    engine: Engine,
    session: Rc<Session>,
    variables: SessionVariables,
    /// Functions of earlier inputs.
    functions: AST,
    imports: Vec<ImportedModule>,
    transcript: Transcript,
    /// Inputs that succeeded, for `:save`.
    saved: Vec<SavedInput>,
}

/// An input that succeeded.
#[derive(Debug, Clone)]
pub(super) struct SavedInput {
    /// The input.
    pub input: TranscriptInput,
    /// Whether it is an expression, whose value `last` holds.
    pub is_expression: bool,
}

/// A module that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ImportedModule {
    path: String,
    alias: String,
}

/// Why an input has no value.
pub(super) enum InputFailure {
    /// The script ended early without an error.
    Ended(ScriptEnd),
    /// It failed, in this input.
    Failed(Box<ScriptError>, TranscriptInput),
}

impl Workspace {
    /// An empty workspace.
    pub(super) fn new(session: Rc<Session>) -> Self {
        let mut scope = Scope::new();
        scope.push_dynamic(LAST, Dynamic::UNIT);
        Self {
            engine: engine::build(&session),
            session,
            variables: Rc::new(RefCell::new(scope)),
            functions: AST::empty(),
            imports: Vec::new(),
            transcript: Transcript::default(),
            saved: Vec::new(),
        }
    }

    /// Removes everything except the transcript.
    pub(super) fn reset(&mut self) {
        let mut scope = Scope::new();
        scope.push_dynamic(LAST, Dynamic::UNIT);
        self.variables.replace(scope);
        self.engine = engine::build(&self.session);
        self.functions = AST::empty();
        self.imports.clear();
        self.saved.clear();
    }

    /// Continues in another session; variables and functions are kept.
    pub(super) fn switch_session(&mut self, session: &Rc<Session>) {
        self.engine = engine::build(session);
        self.session = Rc::clone(session);
    }

    /// Evaluates an input.
    ///
    /// # Errors
    /// The error or early end of the input.
    pub(super) fn evaluate_input(&mut self, text: &str) -> Result<Dynamic, InputFailure> {
        let input = self.transcript.add_input(text);
        self.evaluate(&input)
    }

    /// Evaluates a file; its functions and variables are kept.
    ///
    /// # Errors
    /// The error or early end of the input.
    pub(super) fn load(&mut self, file: PathBuf, text: &str) -> Result<Dynamic, InputFailure> {
        let input = self.transcript.add_file(file, text);
        self.evaluate(&input)
    }

    /// The traps in what is about to be evaluated: a file, or an input whose value is shown. None in what does not
    /// compile, since its evaluation says why.
    pub(super) fn traps(&self, file: Option<&Path>, text: &str) -> Vec<CheckFinding> {
        let Ok(ast) = self.engine.compile_with_scope(&self.variables.borrow(), text) else {
            return Vec::new();
        };
        let files = &RunState::of(&self.session).settings.files;
        let program = StartingProgram { text, file, shows_value: file.is_none(), files };
        find_with_modules(&self.engine, &ast, &program)
    }

    /// The name that the next input gets.
    pub(super) fn next_name(&self) -> String {
        self.transcript.next_name()
    }

    fn evaluate(&mut self, input: &TranscriptInput) -> Result<Dynamic, InputFailure> {
        let result = self.run(input);
        if let Some(ended) = runner::ended(&self.session) {
            return Err(InputFailure::Ended(ended));
        }
        match result {
            Ok(value) => {
                let is_expression = !value.is_unit()
                    && self.engine.compile_expression(input.text.trim_end_matches(';')).is_ok();
                self.saved.push(SavedInput { input: input.clone(), is_expression });
                Ok(value)
            }
            Err(error) => Err(self.explain(*error, input)),
        }
    }

    fn run(&mut self, input: &TranscriptInput) -> Result<Dynamic, Box<EvalAltResult>> {
        let text = input.with_line_offset(&self.prelude());
        let mut scope = self.variables.borrow_mut();
        let ast = self.engine.compile_with_scope(&scope, text)?;
        let imports = imports(&ast, input.file.as_deref());
        let mut program = self.functions.merge(&ast);
        if let Some(file) = &input.file {
            program.set_source(file.display().to_string());
        } else {
            program.clear_source();
        }
        self.session.temporaries().borrow_mut().clear();
        temporary_calls::record(&self.engine, &program);
        let value = runner::evaluate(&self.engine, &mut scope, &program);
        drop_shadowed(&mut scope);
        program.clear_statements();
        program.clear_source();
        self.functions = program;
        let value = value?;
        for import in imports {
            self.imports.retain(|known| known.alias != import.alias);
            self.imports.push(import);
        }
        Ok(value)
    }

    /// The text before every input: imports and constants of earlier inputs. Functions see a constant as `global::NAME`
    /// only if statements of the same script declare it.
    fn prelude(&self) -> String {
        let scope = self.variables.borrow();
        let constants = scope.iter_raw().filter(|(_, is_constant, _)| *is_constant);
        let constants = constants.map(|(name, ..)| format!("const {name} = {name};"));
        self.imports.iter().map(ImportedModule::statement).chain(constants).collect()
    }

    fn explain(&self, error: EvalAltResult, input: &TranscriptInput) -> InputFailure {
        match ScriptEnding::of(error) {
            ScriptEnding::Ended(ended) => InputFailure::Ended(ended),
            ScriptEnding::Failed(mut failure) => {
                self.explain_variable(&mut failure);
                let input = self.transcript.locate(&mut failure).unwrap_or_else(|| input.clone());
                InputFailure::Failed(failure, input)
            }
        }
    }

    /// Adds a hint to an unknown variable: functions cannot see variables of the session; otherwise the nearest name.
    fn explain_variable(&self, failure: &mut ScriptError) {
        let ErrorTopic::Variable(name) = &failure.topic else { return };
        let scope = self.variables.borrow();
        let Some(is_constant) = scope.is_constant(name) else {
            let near = nearest(name, scope.iter_raw().map(|(name, ..)| name));
            failure.hint = near.map(|near| format!("Did you mean `{near}`?")).or(failure.hint.take());
            return;
        };
        failure.hint = Some(if is_constant {
            format!("A function sees the constants of the session as `global::{name}`.")
        } else {
            format!(
                "A function does not see the variables of the session: pass `{name}` to it, or use a closure: \
                 let f = |x| x + {name};"
            )
        });
        failure.topic = ErrorTopic::Other;
    }

    /// Stores a value in `last`.
    pub(super) fn set_last(&self, value: &Dynamic) {
        self.variables.borrow_mut().set_or_push(LAST, value.clone());
    }

    /// The last value.
    pub(super) fn last(&self) -> Dynamic {
        self.variables.borrow().get(LAST).cloned().unwrap_or_default()
    }

    /// The variables.
    pub(super) fn scope(&self) -> Ref<'_, Scope<'static>> {
        self.variables.borrow()
    }

    /// The variables, shared with completion.
    pub(super) fn variables(&self) -> SessionVariables {
        Rc::clone(&self.variables)
    }

    /// The functions that were declared, with their parameters.
    pub(super) fn functions(&self) -> Vec<(String, Vec<String>)> {
        let named = self.functions.iter_functions().filter(|function| !function.name.starts_with("anon$"));
        let mut functions: Vec<_> = named
            .map(|function| {
                (function.name.to_owned(), function.params.iter().map(|name| (*name).to_owned()).collect())
            })
            .collect();
        functions.sort();
        functions
    }

    /// Names of imported modules.
    pub(super) fn modules(&self) -> Vec<String> {
        self.imports.iter().map(|import| import.alias.clone()).collect()
    }

    /// The inputs that succeeded so far.
    pub(super) fn saved(&self) -> &[SavedInput] {
        &self.saved
    }
}

impl ImportedModule {
    fn statement(&self) -> String {
        format!("import {:?} as {};", self.path, self.alias)
    }
}

/// The modules that a program imports outside of blocks; paths are made relative to the current folder.
fn imports(ast: &AST, file: Option<&Path>) -> Vec<ImportedModule> {
    let mut imports = Vec::new();
    ast.walk(&mut |path| {
        if let [ASTNode::Stmt(Stmt::Import(import, _))] = path
            && let (Expr::StringConstant(path, _), alias) = &**import
            && !alias.name.is_empty()
        {
            imports.push(ImportedModule { path: resolve_import(file, path), alias: alias.name.to_string() });
        }
        true
    });
    imports
}

fn resolve_import(file: Option<&Path>, path: &str) -> String {
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    folder.join(path).display().to_string()
}

/// Drops variables that a newer one of the same name hides, so that a session does not grow with every line. Does
/// nothing if no name repeats, since Rhai walks a whole list when it is put into a scope.
fn drop_shadowed(scope: &mut Scope<'static>) {
    let mut names = HashSet::new();
    if scope.iter_raw().all(|(name, ..)| names.insert(name)) {
        return;
    }
    let entries: Vec<_> = std::mem::take(scope).into_iter().collect();
    let newest: HashMap<_, _> =
        entries.iter().enumerate().map(|(place, (name, ..))| (name.clone(), place)).collect();
    for (place, (name, value, _)) in entries.into_iter().enumerate() {
        if newest.get(&name) != Some(&place) {
            continue;
        }
        if value.is_read_only() {
            scope.push_constant_dynamic(name, value);
        } else {
            scope.push_dynamic(name, value);
        }
    }
}

/// Whether a string is a name that a script can use.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        && !KEYWORDS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;

    fn workspace() -> Workspace {
        Workspace::new(offline::session(Rc::new(offline::RecordingConsole::default())))
    }

    fn number(workspace: &mut Workspace, text: &str) -> i64 {
        match workspace.evaluate_input(text) {
            Ok(value) => value.as_int().unwrap(),
            Err(InputFailure::Failed(failure, input)) => panic!("{}: {}", input.name, failure.message),
            Err(InputFailure::Ended(ended)) => panic!("{ended:?}"),
        }
    }

    fn fail(workspace: &mut Workspace, text: &str) -> (ScriptError, TranscriptInput) {
        match workspace.evaluate_input(text) {
            Err(InputFailure::Failed(failure, input)) => (*failure, input),
            _ => panic!("{text} did not fail"),
        }
    }

    #[test]
    fn declarations_are_kept_between_inputs() {
        let mut workspace = workspace();
        for line in
            ["const LIMIT = 5", "fn limit() { global::LIMIT }", "let add = |x| x + limit()", "let x = 1"]
        {
            assert!(workspace.evaluate_input(line).is_ok(), "{line}");
        }
        assert_eq!(number(&mut workspace, "add.call(x)"), 6);
        assert!(workspace.evaluate_input("const LIMIT = 7").is_ok());
        assert_eq!(number(&mut workspace, "limit()"), 7);
        assert_eq!(number(&mut workspace, "const OWN = 3; fn own() { global::OWN } own()"), 3);
    }

    #[test]
    fn a_variable_declared_again_takes_the_place_of_the_first() {
        let mut workspace = workspace();
        for line in ["let x = 1", "const C = 1", "let x = 2", "x += 1"] {
            assert!(workspace.evaluate_input(line).is_ok(), "{line}");
        }
        assert_eq!(number(&mut workspace, "x"), 3);
        assert_eq!(workspace.scope().len(), 3); // and `last`
    }

    #[test]
    fn a_module_of_a_loaded_file_is_found_beside_that_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("lib.rhai"), "fn two() { 2 }").unwrap();
        let mut workspace = workspace();
        let loaded = workspace
            .load(folder.path().join("main.rhai"), "import \"lib\" as lib;\nfn four() { lib::two() * 2 }");
        assert!(loaded.is_ok());
        assert_eq!(number(&mut workspace, "lib::two() + four()"), 6);
        workspace.reset();
        assert_eq!(fail(&mut workspace, "lib::two()").0.kind, "script");
    }

    #[test]
    fn an_error_explains_what_a_function_cannot_see() {
        let mut workspace = workspace();
        for line in ["let limit = 1; const LIMIT = 2;", "fn f() { limit } fn g() { LIMIT }"] {
            assert!(workspace.evaluate_input(line).is_ok(), "{line}");
        }
        let (failure, _) = fail(&mut workspace, "f()");
        assert!(failure.hint.unwrap_or_default().contains("pass `limit` to it, or use a closure"));
        let (failure, _) = fail(&mut workspace, "limmit");
        assert_eq!(failure.hint.as_deref(), Some("Did you mean `limit`?"));
        let (failure, _) = fail(&mut workspace, "g()");
        assert!(failure.hint.unwrap_or_default().contains("`global::LIMIT`"));
    }

    #[test]
    fn a_failed_input_keeps_the_others_and_has_its_position() {
        let mut workspace = workspace();
        assert!(workspace.evaluate_input("fn broken(x) {\n  x.nothing\n}").is_ok());
        let (failure, input) = fail(&mut workspace, "let kept = 1; broken(2)");
        assert_eq!((input.name.as_str(), failure.place.line), ("input 1", Some(2)));
        let (failure, input) = fail(&mut workspace, "let y = = 1");
        assert_eq!((input.name.as_str(), failure.place.line), ("input 3", Some(1)));
        assert_eq!(number(&mut workspace, "kept"), 1);
        assert_eq!(workspace.saved().len(), 2);
    }
}
