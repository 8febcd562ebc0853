//! The prompt: lines in, values out, until the operator leaves.

pub mod banner;
mod command_actions;
pub mod command_table;
pub mod completion;
pub mod completion_context;
pub mod editor_helper;
pub mod highlighter;
pub mod history_filter;
pub mod input_completeness;
pub mod inspect;
pub mod key_bindings;
pub mod known_names;
pub mod lexer;
pub mod list_window;
pub mod live_confirmation;
pub mod paged_view;
pub mod save_script;
pub mod signature_hint;
pub mod symbol_index;
pub mod transcript;
pub mod workspace;

use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::host::thrown::Ended;
use crate::language::script_error::Failure;
use crate::output::Output;
use crate::output::format::Form;
use crate::output::frame::Frame;
use crate::session::run_setup::RunSetup;
use crate::session::run_state::RunState;
use crate::shell::exit_code::Exit;
use crate::shell::program::Program;
use crate::shell::progress::Progress;
use crate::shell::{console, diagnostic, panics, runner};
use banner::Whereabouts;
use editor_helper::{Assistant, Desk};
use history_filter::Keeper;
use key_bindings::EditorState;
use known_names::is_email;
use lexer::{Kind, pieces};
use list_window::List;
use live_confirmation::Consent;
use paged_view::Shown;
use rhai::Dynamic;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{ColorMode, CompletionType, Editor};
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use symbol_index::Names;
use transcript::Input;
use workspace::{Unfinished, Workspace};

/// An organization to work on.
pub struct Opened {
    /// What a session needs.
    pub setup: RunSetup,
    /// Whether it is one of Adobe's customers, not the sandbox.
    pub is_real: bool,
    /// What keeps the session from reaching it, as far as that is known without trying.
    pub problem: Option<Error>,
    /// Whether a line holds one of its configured secrets.
    pub is_secret: Rc<dyn Fn(&str) -> bool>,
}

/// Opens organizations.
pub trait Opener {
    /// The one of the command line, or the one of a profile.
    ///
    /// # Errors
    /// `config`: there is no such profile, or its settings are broken.
    fn open(&self, profile: Option<&str>) -> Result<Opened>;

    /// The profiles there are.
    fn profiles(&self) -> Vec<String>;

    /// The script that is run at the start, when there is one.
    fn first_script(&self) -> Option<PathBuf>;
}

/// What follows a line.
#[derive(Debug)]
pub enum Step {
    /// The next line.
    Go,
    /// The next line, begun with this text.
    Prefill(String),
    /// The end.
    Leave(Exit),
}

/// Reads and evaluates lines until the operator leaves.
pub fn run(opener: Box<dyn Opener>, output: &Arc<Output>, progress: &Arc<Progress>) -> Exit {
    let first = match opener.open(None) {
        Ok(first) => first,
        Err(error) => {
            output.error(&error.to_string(), error.hint().as_deref());
            return Exit::of_kind(error.kind.name());
        }
    };
    let mut repl = Repl::new(first, opener, Arc::clone(output), Arc::clone(progress));
    let state = EditorState::default();
    let mut editor = match repl.editor(&state) {
        Ok(editor) => editor,
        Err(error) => {
            output.error(&format!("the terminal cannot be used: {error}"), None);
            return Exit::Script;
        }
    };
    if let Some(exit) = repl.greet() {
        return exit;
    }
    let _waker = console::waker(&mut editor);
    let exit = repl.converse(&mut editor, &state);
    runner::leave(&repl.session, exit, output)
}

type LineEditor = Editor<Assistant, MemHistory>;

/// A session at the prompt.
pub struct Repl {
    workspace: Workspace,
    session: Rc<Session>,
    is_real: bool,
    problem: Option<Error>,
    opener: Box<dyn Opener>,
    output: Arc<Output>,
    progress: Arc<Progress>,
    desk: Rc<Desk>,
    keeper: Keeper,
    /// What was typed, this session's and earlier ones' that were kept.
    typed: Vec<String>,
    /// The last input that was no command of the prompt.
    typed_last: String,
    shown: Option<Shown>,
}

impl Repl {
    fn new(first: Opened, opener: Box<dyn Opener>, output: Arc<Output>, progress: Arc<Progress>) -> Self {
        let Opened { setup, is_real, problem, is_secret } = first;
        let session = new_session(setup, is_real, &output);
        let workspace = Workspace::new(Rc::clone(&session));
        let desk = Rc::new(Desk {
            names: Names::begin(),
            variables: workspace.variables(),
            functions: Vec::new().into(),
            modules: Vec::new().into(),
            profiles: opener.profiles(),
            seen: RefCell::default(),
        });
        let keeper = Keeper::of_operator(is_secret);
        let (typed, typed_last, shown) = (Vec::new(), String::new(), None);
        Self {
            workspace,
            session,
            is_real,
            problem,
            opener,
            output,
            progress,
            desk,
            keeper,
            typed,
            typed_last,
            shown,
        }
    }

    fn editor(&mut self, state: &EditorState) -> rustyline::Result<LineEditor> {
        let config = rustyline::Config::builder()
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .completion_prompt_limit(completion::MOST) // a list of pages needs no question before it
            .build();
        let mut editor = Editor::with_history(config, MemHistory::new())?;
        editor.set_max_history_size(crate::store::history::KEPT)?;
        editor.set_color_mode(ColorMode::Forced); // the assistant knows when to draw without colour
        let assistant = Assistant::new(Rc::clone(&self.desk), self.output.data_palette(), state.clone());
        editor.set_helper(Some(assistant));
        for (key, handler) in key_bindings::bindings(state) {
            editor.bind_sequence(key, handler);
        }
        match self.keeper.earlier() {
            Ok(lines) => {
                for line in &lines {
                    editor.add_history_entry(line.as_str())?;
                }
                self.typed = lines;
            }
            Err(error) => self.output.warning(&format!("earlier lines are lost: {error}")),
        }
        Ok(editor)
    }

    /// The lines at the start, and the operator's own script.
    fn greet(&mut self) -> Option<Exit> {
        for line in self.whereabouts().banner(self.output.palette()) {
            self.output.message(&line);
        }
        self.tell_problem();
        let path = self.opener.first_script()?;
        let text = crate::language::source_text::read_file(&path);
        match text {
            Ok(text) => match self.load(path, &text) {
                Step::Leave(exit) => return Some(exit),
                Step::Go | Step::Prefill(_) => {}
            },
            Err(error) => self.tell(&error),
        }
        None
    }

    fn tell_problem(&self) {
        if let Some(problem) = &self.problem {
            let message = format!("the service cannot be reached yet: {problem}");
            self.output.error(&message, problem.hint().as_deref());
            self.output.message(
                "  `umapish init` makes a profile, `umapish doctor` checks one; local functions work.",
            );
        }
    }

    fn converse(&mut self, editor: &mut LineEditor, state: &EditorState) -> Exit {
        let (mut warned, mut begun) = (false, String::new());
        loop {
            let Some(line) = self.read(editor, &std::mem::take(&mut begun)) else { return Exit::Interrupted };
            match line {
                Ok(line) => {
                    warned = false;
                    self.keep(&line, editor);
                    match self.line(&line) {
                        Step::Go => {}
                        Step::Prefill(text) => begun = text,
                        Step::Leave(exit) => return exit,
                    }
                }
                Err(ReadlineError::Interrupted) if state.was_empty() => {
                    if warned {
                        return Exit::Done;
                    }
                    warned = true;
                    self.output.message("Ctrl-C once more leaves, and so does Ctrl-D.");
                }
                Err(ReadlineError::Interrupted) => warned = false,
                Err(ReadlineError::Eof) => return Exit::Done,
                Err(ReadlineError::Signal(_)) => {}
                Err(error) => {
                    self.output.error(&format!("the terminal cannot be read: {error}"), None);
                    return Exit::Script;
                }
            }
        }
    }

    /// A line of the operator's, begun with a text; `None` when the session was told to end.
    fn read(&self, editor: &mut LineEditor, begun: &str) -> Option<rustyline::Result<String>> {
        let prompt = self.whereabouts().prompt(self.output.data_palette());
        let interrupt = self.session.interrupt();
        interrupt.set_idle(true);
        if interrupt.is_ended() {
            return None;
        }
        let line = match begun {
            "" => editor.readline(&prompt),
            begun => editor.readline_with_initial(&prompt, (begun, "")),
        };
        interrupt.set_idle(false);
        (!interrupt.is_ended()).then_some(line)
    }

    fn keep(&mut self, line: &str, editor: &mut LineEditor) {
        let line = line.trim_end();
        if line.trim().is_empty() || !self.keeper.may_keep(line) || self.session.holds_secret(line) {
            return;
        }
        drop(editor.add_history_entry(line)); // it is in memory only and refuses nothing
        self.typed.push(line.to_owned());
        if let Err(error) = self.keeper.keep(line) {
            self.output.warning(&format!("lines are not kept for the next session: {error}"));
            self.keeper.give_up();
        }
    }

    /// Does what a line asks for. Whatever goes wrong, the session goes on.
    fn line(&mut self, line: &str) -> Step {
        self.session.interrupt().reset();
        let step = panics::guard(|| self.act(line));
        self.progress.rest();
        step.unwrap_or_else(|message| {
            self.output.error(&message, None);
            Step::Go
        })
    }

    fn act(&mut self, line: &str) -> Step {
        let line = line.trim_end();
        if line.trim().is_empty() {
            return Step::Go;
        }
        let Some(result) = self.request(line.trim()) else {
            line.clone_into(&mut self.typed_last);
            return self.evaluate(line);
        };
        result.unwrap_or_else(|error| {
            self.tell(&error);
            Step::Go
        })
    }

    /// A command of the prompt, or what only a prompt understands.
    fn request(&mut self, line: &str) -> Option<Result<Step>> {
        if line.starts_with(':') {
            return Some(command_table::find(line).and_then(|(meta, arguments)| (meta.run)(self, arguments)));
        }
        if ["help", "quit", "exit"].contains(&line) && !self.workspace.scope().contains(line) {
            return Some(if line == "help" {
                command_actions::help(self, "")
            } else {
                command_actions::quit(self, "")
            });
        }
        let name = helped(line)?;
        let is_variable = self.workspace.scope().contains(&name);
        (!is_variable).then(|| command_actions::of_function(self, &name))
    }

    fn evaluate(&mut self, text: &str) -> Step {
        let result = self.workspace.type_in(text);
        self.note_people(text);
        self.finish(result)
    }

    fn load(&mut self, path: PathBuf, text: &str) -> Step {
        let result = self.workspace.load(path, text);
        let result = result.map(|_| Dynamic::UNIT); // a file's last value is not an answer
        self.finish(result)
    }

    fn finish(&mut self, result: std::result::Result<Dynamic, Unfinished>) -> Step {
        self.share_names();
        match result {
            Ok(value) => self.show(&value),
            Err(Unfinished::Ended(Ended::Exit(code))) => return Step::Leave(Exit::Asked(code)),
            Err(Unfinished::Ended(Ended::Interrupted)) => self.interrupted(),
            Err(Unfinished::Ended(Ended::OutputLost)) => return Step::Leave(runner::lost(&self.output)),
            Err(Unfinished::Failed(failure, input)) => self.tell_failure(&failure, input),
        }
        if self.output.lost().is_some() { Step::Leave(runner::lost(&self.output)) } else { Step::Go }
    }

    /// Lets the line editor know what there is by now.
    fn share_names(&self) {
        *self.desk.functions.borrow_mut() = self.workspace.functions();
        *self.desk.modules.borrow_mut() = self.workspace.modules();
    }

    /// Back at the prompt; what a call with many commands had done by then is told.
    fn interrupted(&mut self) {
        self.output.message("interrupted");
        if let Some(report) = RunState::of(&self.session).take_left_behind() {
            self.show(&report);
        }
    }

    fn show(&mut self, value: &Dynamic) {
        if value.is_unit() {
            return;
        }
        self.shown = None;
        self.workspace.remember(&Dynamic::UNIT);
        List::mark_shown(value);
        self.workspace.remember(value);
        if self.output.form() != Form::Table {
            runner::show_value(value, &self.output);
            return;
        }
        match paged_view::show(value, self.frame()) {
            Ok((text, shown)) => {
                self.output.data(&text);
                self.shown = shown.filter(Shown::has_more);
            }
            Err(error) => self.tell(&error),
        }
        self.desk.seen.borrow_mut().note(value);
    }

    fn frame(&self) -> Frame {
        Frame { width: self.output.width(), palette: self.output.data_palette() }
    }

    fn tell(&self, error: &Error) {
        if matches!(*error.kind, ErrorKind::Interrupted) {
            return self.output.message("interrupted");
        }
        self.output.error(&error.to_string(), error.hint().as_deref());
    }

    fn tell_failure(&self, failure: &Failure, input: Input) {
        let program = Program {
            name: input.name,
            file: None,
            text: input.text,
            arguments: Vec::new(),
            secret_arguments: 0,
            shows_value: true,
        };
        diagnostic::show(&program, failure, &self.output);
    }

    /// Remembers the addresses that stand in a line.
    fn note_people(&self, text: &str) {
        let mut seen = self.desk.seen.borrow_mut();
        for piece in pieces(text).iter().filter(|piece| matches!(piece.kind, Kind::Text { closed: true })) {
            let word = text[piece.span.clone()].trim_matches(['"', '`']);
            if is_email(word) {
                seen.note_person(word);
            }
        }
    }

    /// Goes to another profile; variables and functions stay.
    fn go_to(&mut self, profile: &str) -> Result<()> {
        let Opened { setup, is_real, problem, is_secret } = self.opener.open(Some(profile))?;
        self.session = new_session(setup, is_real, &self.output);
        self.workspace.move_to(&self.session);
        self.keeper = Keeper::of_operator(is_secret);
        (self.is_real, self.problem) = (is_real, problem);
        let place = self.whereabouts();
        self.output.message(&format!("{}. {}", place.place(), place.meaning(self.output.palette())));
        self.tell_problem();
        Ok(())
    }

    fn whereabouts(&self) -> Whereabouts {
        let setup = self.session.setup();
        Whereabouts {
            profile: setup.profile.clone(),
            organization: setup.organization.clone(),
            mode: self.session.mode(),
            is_real: self.is_real,
        }
    }
}

/// A session with the question before its first real change at the gate.
fn new_session(setup: RunSetup, is_real: bool, output: &Arc<Output>) -> Rc<Session> {
    let session = setup.start();
    if is_real && session.setup().mode == Mode::Live {
        let setup = session.setup();
        let organization = setup.organization.clone().unwrap_or_else(|| "an unnamed organization".to_owned());
        session.add_hook(Arc::new(Consent::new(&organization, &setup.profile, Arc::clone(output))));
    }
    session
}

/// The name in `help(name)`, which is no expression: a function of ours is no value.
fn helped(line: &str) -> Option<String> {
    let inner = line.trim_end_matches(';').trim_end().strip_prefix("help")?.trim_start();
    let name = inner.strip_prefix('(')?.strip_suffix(')')?.trim();
    let plain = name.trim_start_matches("umapi::");
    workspace::is_name(plain).then(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_takes_a_function_for_its_name() {
        assert_eq!(helped("help(get_users)").as_deref(), Some("get_users"));
        assert_eq!(helped("help( umapi::get_users );").as_deref(), Some("get_users"));
        for line in ["help(\"get_users\")", "help()", "helped(x)", "help(1)", "help(a) + 1"] {
            assert_eq!(helped(line), None, "{line}");
        }
    }
}
