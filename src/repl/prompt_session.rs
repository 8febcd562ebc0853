//! A session at the prompt: its state between lines, and how evaluating and showing change it.

use super::known_names::is_email;
use super::paged_view;
use super::workspace::Workspace;
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::host::thrown::ScriptEnd;
use crate::language::script_error::ScriptError;
use crate::language::tokens::{ScriptTokenKind, tokens};
use crate::output::Output;
use crate::output::format::OutputForm;
use crate::output::frame::TableFrame;
use crate::repl::banner::PromptContext;
use crate::repl::editor_helper::EditorContext;
use crate::repl::history_filter::HistoryFilter;
use crate::repl::list_window::ListWindow;
use crate::repl::live_confirmation::LiveConfirmation;
use crate::repl::paged_view::ShownList;
use crate::repl::profile_opener::{OpenedProfile, ProfileOpener, RequestSpan};
use crate::repl::symbol_index::SharedSymbols;
use crate::repl::transcript::TranscriptInput;
use crate::repl::workspace::InputFailure;
use crate::session::run_setup::RunSetup;
use crate::session::run_state::RunState;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use crate::shell::progress::ProgressReporter;
use crate::shell::shebang::ScriptLimits;
use crate::shell::{diagnostic, runner};
use rhai::Dynamic;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
/// What happens after a line.
#[derive(Debug)]
pub(super) enum NextStep {
    /// The next line.
    Continue,
    /// The next line, prefilled with this text.
    Prefill(String),
    /// The end.
    Leave(RunExit),
}

/// A session at the prompt.
pub(super) struct Repl {
    pub(super) workspace: Workspace,
    pub(super) session: Rc<Session>,
    pub(super) is_real: bool,
    pub(super) problem: Option<Error>,
    pub(super) opener: Box<dyn ProfileOpener>,
    pub(super) output: Arc<Output>,
    pub(super) progress: Arc<ProgressReporter>,
    pub(super) editor_context: Rc<EditorContext>,
    pub(super) history_filter: HistoryFilter,
    /// The lines of this session, and the saved lines of earlier ones.
    pub(super) typed: Vec<String>,
    /// The last input that was not a command of the prompt.
    pub(super) typed_last: String,
    pub(super) shown: Option<ShownList>,
    /// The inputs that may have changed something, with their requests; those that were undone are gone.
    pub(super) changed: Vec<(String, RequestSpan)>,
}

impl Repl {
    pub(super) fn new(
        first: OpenedProfile,
        opener: Box<dyn ProfileOpener>,
        output: Arc<Output>,
        progress: Arc<ProgressReporter>,
    ) -> Self {
        let OpenedProfile { setup, is_real, problem, is_secret } = first;
        let session = new_session(setup, is_real, &output);
        let workspace = Workspace::new(Rc::clone(&session));
        let editor_context = Rc::new(EditorContext {
            symbols: SharedSymbols::begin(),
            variables: workspace.variables(),
            functions: Vec::new().into(),
            modules: Vec::new().into(),
            profiles: opener.profiles(),
            known_names: RefCell::default(),
        });
        let history_filter = HistoryFilter::of_operator(is_secret);
        let (typed, typed_last, shown) = (Vec::new(), String::new(), None);
        Self {
            workspace,
            session,
            is_real,
            problem,
            opener,
            output,
            progress,
            editor_context,
            history_filter,
            typed,
            typed_last,
            shown,
            changed: Vec::new(),
        }
    }

    /// The number of requests in the journal of the session.
    pub(super) fn requests(&self) -> u64 {
        let state = RunState::of(&self.session);
        state.settings.recorder.as_ref().map(|recorder| recorder.written().1).unwrap_or_default()
    }

    pub(super) fn report_problem(&self) {
        if let Some(problem) = &self.problem {
            let message = format!("cannot connect to the service: {problem}");
            self.output.error(&message, problem.hint().as_deref());
            self.output.message(
                "  Run `umapish init` to create a profile or `umapish doctor` to check one. Local functions work without it.",
            );
        }
    }

    pub(super) fn evaluate(&mut self, text: &str) -> NextStep {
        self.record_people(text);
        if self.shows_trap(None, text) {
            return NextStep::Continue;
        }
        let result = self.workspace.evaluate_input(text);
        self.finish(result)
    }

    pub(super) fn load(&mut self, path: PathBuf, text: &str) -> NextStep {
        if self.shows_trap(Some(&path), text) {
            return NextStep::Continue;
        }
        let result = self.workspace.load(path, text);
        let result = result.map(|_| Dynamic::UNIT); // the last value of a file is not shown
        self.finish(result)
    }

    /// Shows the traps in what is about to run; returns whether one of them is an error, so that it must not run.
    fn shows_trap(&self, file: Option<&Path>, text: &str) -> bool {
        let findings = self.workspace.traps(file, text);
        let name = file.map_or_else(|| self.workspace.next_name(), |file| file.display().to_string());
        runner::show_traps(&typed_program(name, text.to_owned()), &findings, &self.output)
    }

    pub(super) fn finish(&mut self, result: std::result::Result<Dynamic, InputFailure>) -> NextStep {
        self.share_names();
        if let Some(live) = &RunState::of(&self.session).settings.live_run {
            live.release();
        }
        match result {
            Ok(value) => self.show(&value),
            Err(InputFailure::Ended(ScriptEnd::Exit(code))) => return NextStep::Leave(RunExit::Asked(code)),
            Err(InputFailure::Ended(ScriptEnd::Interrupted)) => self.interrupted(),
            Err(InputFailure::Ended(ScriptEnd::OutputLost)) => {
                return NextStep::Leave(runner::lost(&self.output));
            }
            Err(InputFailure::Failed(failure, input)) => self.report_failure(&failure, input),
        }
        if self.output.lost().is_some() {
            NextStep::Leave(runner::lost(&self.output))
        } else {
            NextStep::Continue
        }
    }

    /// Updates the names that the line editor completes.
    pub(super) fn share_names(&self) {
        *self.editor_context.functions.borrow_mut() = self.workspace.functions();
        *self.editor_context.modules.borrow_mut() = self.workspace.modules();
    }

    /// Returns to the prompt after Ctrl-C and shows the partial report of an interrupted call.
    pub(super) fn interrupted(&mut self) {
        self.output.message("interrupted");
        if let Some(report) = RunState::of(&self.session).take_interrupted_report() {
            self.show(&report);
        }
    }

    pub(super) fn show(&mut self, value: &Dynamic) {
        if value.is_unit() {
            return;
        }
        self.shown = None;
        self.workspace.set_last(&Dynamic::UNIT);
        ListWindow::mark_shown(value);
        self.workspace.set_last(value);
        if self.output.form() != OutputForm::Table {
            runner::show_value(value, &self.output);
            return;
        }
        match paged_view::show(value, self.frame()) {
            Ok((text, shown)) => {
                self.output.data(&text);
                self.shown = shown.filter(ShownList::has_more);
            }
            Err(error) => self.report_error(&error),
        }
        self.editor_context.known_names.borrow_mut().collect(value);
    }

    pub(super) fn frame(&self) -> TableFrame {
        TableFrame { width: self.output.width(), palette: self.output.data_palette() }
    }

    pub(super) fn report_error(&self, error: &Error) {
        if matches!(*error.kind, ErrorKind::Interrupted) {
            return self.output.message("interrupted");
        }
        show_error(error, &self.output);
    }

    pub(super) fn report_failure(&self, failure: &ScriptError, input: TranscriptInput) {
        let program = typed_program(input.name, input.text);
        diagnostic::show(&program, failure, &self.output);
    }

    /// Records the e-mails in a line.
    pub(super) fn record_people(&self, text: &str) {
        let mut known_names = self.editor_context.known_names.borrow_mut();
        let complete = ScriptTokenKind::Text { opened: true, closed: true };
        for token in tokens(text).iter().filter(|token| token.kind == complete) {
            let word = token.text.trim_matches(['"', '`']);
            if is_email(word) {
                known_names.record_person(word);
            }
        }
    }

    /// Switches to another profile; variables and functions stay.
    pub(super) fn switch_to(&mut self, profile: &str) -> Result<()> {
        let OpenedProfile { setup, is_real, problem, is_secret } = self.opener.open(Some(profile))?;
        self.session = new_session(setup, is_real, &self.output);
        self.workspace.switch_session(&self.session);
        self.changed.clear();
        self.history_filter = HistoryFilter::of_operator(is_secret);
        (self.is_real, self.problem) = (is_real, problem);
        let place = self.prompt_context();
        self.output.message(&format!("{}. {}", place.place(), place.meaning(self.output.palette())));
        self.report_problem();
        Ok(())
    }

    pub(super) fn prompt_context(&self) -> PromptContext {
        let setup = self.session.setup();
        PromptContext {
            profile: setup.profile.clone(),
            organization: setup.organization.clone(),
            mode: self.session.mode(),
            is_real: self.is_real,
        }
    }
}

/// An input, as messages about it need it.
fn typed_program(name: String, text: String) -> ScriptProgram {
    ScriptProgram {
        name,
        file: None,
        text,
        arguments: Vec::new(),
        secret_arguments: 0,
        shows_value: true,
        limits: ScriptLimits::default(),
        rows: None,
        is_built_in: false,
    }
}

/// A session that asks before its first real change.
fn new_session(setup: RunSetup, is_real: bool, output: &Arc<Output>) -> Rc<Session> {
    let session = setup.start();
    // Where each change is refused, there is nothing to confirm.
    let is_refused = RunState::of(&session).settings.guard.needs_approval();
    if is_real && session.setup().mode == Mode::Live && !is_refused {
        let setup = session.setup();
        let organization = setup.organization.clone().unwrap_or_else(|| "an unnamed organization".to_owned());
        session.add_hook(Arc::new(LiveConfirmation::new(&organization, &setup.profile, Arc::clone(output))));
    }
    session
}
