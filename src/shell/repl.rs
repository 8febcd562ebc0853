//! The prompt: lines in, values out, until Ctrl-D.

use super::exit::Exit;
use super::program::Program;
use super::{report, runner};
use crate::output::Output;
use crate::script::complete::is_complete;
use crate::script::engine;
use crate::script::error::Ended;
use crate::script::failure::Ending;
use crate::script::session::{Session, Setup};
use crate::state::place;
use rhai::{AST, Engine, Scope};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Completer, Editor, Helper, Highlighter, Hinter};
use std::rc::Rc;

/// Reads and evaluates lines in one session.
pub fn run(setup: Setup, output: &Output) -> Exit {
    let session = Rc::new(Session::new(setup));
    let engine = Rc::new(engine::build(&session));
    let mut editor = match editor(&engine) {
        Ok(editor) => editor,
        Err(error) => {
            output.error(&format!("the terminal cannot be used: {error}"), None);
            return Exit::Script;
        }
    };
    output.message(&greeting(&session));
    let mut prompt = Prompt { engine, session, scope: Scope::new(), kept: AST::empty() };
    let exit = prompt.converse(&mut editor, output);
    if let Ok(path) = place::history() {
        drop(editor.save_history(&path)); // a history that cannot be kept is no failure of the session
    }
    exit
}

type LineEditor = Editor<Asker, DefaultHistory>;

/// Asks Rhai whether a line ends the input.
#[derive(Completer, Helper, Highlighter, Hinter)]
struct Asker {
    engine: Rc<Engine>,
}

impl Validator for Asker {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let whole = is_complete(&self.engine, context.input());
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

fn editor(engine: &Rc<Engine>) -> rustyline::Result<LineEditor> {
    let mut editor = Editor::new()?;
    editor.set_helper(Some(Asker { engine: Rc::clone(engine) }));
    if let Ok(path) = place::history() {
        drop(editor.load_history(&path)); // there is none before the first session
    }
    Ok(editor)
}

fn greeting(session: &Session) -> String {
    let setup = session.setup();
    let organization = setup.organization.as_deref().unwrap_or("no organization");
    let version = env!("CARGO_PKG_VERSION");
    let mode = session.mode().as_str();
    format!("umapi {version}: {} ({organization}), mode {mode}. Ctrl-D leaves.", setup.profile)
}

struct Prompt {
    engine: Rc<Engine>,
    session: Rc<Session>,
    scope: Scope<'static>,
    /// Functions of earlier lines.
    kept: AST,
}

impl Prompt {
    fn converse(&mut self, editor: &mut LineEditor, output: &Output) -> Exit {
        loop {
            let mark = format!("{} {}> ", self.session.setup().profile, self.session.mode().as_str());
            match editor.readline(&mark) {
                Ok(line) => {
                    drop(editor.add_history_entry(line.trim_end())); // a line that cannot be kept is no failure
                    if let Some(exit) = self.line(line, output) {
                        return exit;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(_) => return Exit::Done,
            }
        }
    }

    /// Evaluates one line; an end of the session, if it asks for one.
    fn line(&mut self, line: String, output: &Output) -> Option<Exit> {
        self.session.interrupt().reset();
        let program = Program::typed(line);
        let result = self.evaluate(&program);
        match result {
            Ok(value) => runner::show_value(&value, output),
            Err(error) => match Ending::of(*error) {
                Ending::Ended(Ended::Exit(code)) => return Some(Exit::Asked(code)),
                Ending::Ended(Ended::Interrupted) => output.error("interrupted", None),
                Ending::Ended(Ended::OutputLost) => return Some(runner::lost(output)),
                Ending::Failed(failure) => report::show(&program, &failure, output),
            },
        }
        None
    }

    fn evaluate(&mut self, program: &Program) -> Result<rhai::Dynamic, Box<rhai::EvalAltResult>> {
        let ast = self.engine.compile_with_scope(&self.scope, &program.text)?;
        self.kept = self.kept.merge(&ast);
        let value = runner::evaluate(&self.engine, &mut self.scope, &self.kept);
        self.kept.clear_statements();
        value
    }
}
