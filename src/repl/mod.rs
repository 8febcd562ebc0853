//! The prompt: reads lines and shows their values until the operator exits.

mod banner;
mod command_actions;
pub mod command_table;
mod completion;
mod completion_context;
mod editor_helper;
mod highlighter;
mod history_filter;
mod input_completeness;
mod inspect;
mod key_bindings;
mod known_names;
mod list_window;
mod live_confirmation;
mod paged_view;
pub(crate) mod profile_opener;
mod prompt_session;
mod save_script;
mod signature_hint;
mod symbol_index;
mod transcript;
mod workspace;

use crate::error::Result;
use crate::output::Output;
use crate::repl::editor_helper::EditorHelper;
use crate::repl::profile_opener::{ProfileOpener, RequestSpan};
use crate::repl::prompt_session::NextStep;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::shell::progress::ProgressReporter;
use crate::shell::{console, panics, runner};
use crate::wire::invisible::escaped;
use key_bindings::{EditorState, TypedLine};
use prompt_session::Repl;
use rustyline::config::Configurer;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{ColorMode, CompletionType, Editor};
use std::rc::Rc;
use std::sync::Arc;

/// Reads and evaluates lines until the operator exits.
pub fn run(
    opener: Box<dyn ProfileOpener>,
    output: &Arc<Output>,
    progress: &Arc<ProgressReporter>,
) -> RunExit {
    let first = match opener.open(None) {
        Ok(first) => first,
        Err(error) => {
            show_error(&error, output);
            return RunExit::of_kind(error.kind.name());
        }
    };
    let mut repl = Repl::new(first, opener, Arc::clone(output), Arc::clone(progress));
    let state = EditorState::default();
    let mut editor = match repl.editor(&state) {
        Ok(editor) => editor,
        Err(error) => {
            output.error(&format!("cannot use the terminal: {error}"), None);
            return RunExit::Script;
        }
    };
    if let Some(exit) = repl.start() {
        return exit;
    }
    let _waker = console::waker(&mut editor);
    let exit = repl.read_lines(&mut editor, &state);
    runner::leave(&repl.session, exit, output)
}

/// Shown for a byte that is not UTF-8.
const REPLACEMENT: char = '\u{fffd}';
/// What happened to a line with such a byte, and what to do.
const NOT_UNICODE: &str = "The line was not run: it has a byte that is not UTF-8, shown as \u{fffd}. Replace it, and set the \
                           terminal to UTF-8.";

type LineEditor = Editor<EditorHelper, MemHistory>;

impl Repl {
    fn editor(&mut self, state: &EditorState) -> rustyline::Result<LineEditor> {
        let config = rustyline::Config::builder()
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .completion_prompt_limit(completion::MAX_CANDIDATES) // a long list is paged without asking first
            .build();
        let mut editor = Editor::with_history(config, MemHistory::new())?;
        editor.set_max_history_size(crate::store::history::KEPT)?;
        editor.set_color_mode(ColorMode::Forced); // the helper knows when to draw without color
        let helper =
            EditorHelper::new(Rc::clone(&self.editor_context), self.output.data_palette(), state.clone());
        editor.set_helper(Some(helper));
        for (key, handler) in key_bindings::bindings(state) {
            editor.bind_sequence(key, handler);
        }
        match self.history_filter.load() {
            Ok(lines) => {
                for line in &lines {
                    editor.add_history_entry(escaped(line))?;
                }
                self.typed = lines;
            }
            Err(error) => self.output.warning(&format!("cannot read the history: {error}")),
        }
        Ok(editor)
    }

    /// Shows the banner and runs the operator's startup script.
    fn start(&mut self) -> Option<RunExit> {
        for line in self.prompt_context().banner(self.output.palette()) {
            self.output.message(&line);
        }
        self.report_problem();
        let path = match self.opener.startup_script() {
            Ok(path) => path?,
            Err(error) => {
                self.report_error(&error);
                return None;
            }
        };
        let text = crate::language::source_text::read_file(&path);
        match text {
            Ok(text) => match self.load(path, &text) {
                NextStep::Leave(exit) => return Some(exit),
                NextStep::Continue | NextStep::Prefill(_) => {}
            },
            Err(error) => self.report_error(&error),
        }
        None
    }

    fn read_lines(&mut self, editor: &mut LineEditor, state: &EditorState) -> RunExit {
        let (mut warned, mut prefill) = (false, TypedLine::default());
        // Whether a byte that is not UTF-8 was typed, which the line shows by a mark.
        let mut damaged = false;
        loop {
            let Some(line) = self.read(editor, &std::mem::take(&mut prefill), state) else {
                return RunExit::Interrupted;
            };
            match line {
                Ok(line) if damaged && line.contains(REPLACEMENT) => {
                    self.output.message(NOT_UNICODE);
                    prefill = TypedLine::ending(line);
                }
                Ok(line) => {
                    damaged = false;
                    warned = false;
                    self.save_to_history(&line, editor);
                    match self.run_line(&line) {
                        NextStep::Continue => {}
                        NextStep::Prefill(text) => prefill = TypedLine::ending(text),
                        NextStep::Leave(exit) => return exit,
                    }
                }
                Err(ReadlineError::Interrupted) if state.was_empty() => {
                    if warned {
                        return RunExit::Done;
                    }
                    warned = true;
                    self.output.message("Press Ctrl-C again or Ctrl-D to exit.");
                }
                Err(ReadlineError::Interrupted) => (warned, damaged) = (false, false),
                Err(ReadlineError::Eof) => return RunExit::Done,
                Err(ReadlineError::Signal(_)) => {}
                // The line is kept, so that what follows the byte in a paste belongs to it and is not run by itself.
                Err(error) if console::is_not_unicode(&error) => {
                    self.output.message(NOT_UNICODE);
                    prefill = state.typed();
                    prefill.before.push(REPLACEMENT);
                    damaged = true;
                }
                Err(error) => {
                    self.output.error(&format!("cannot read from the terminal: {error}"), None);
                    return RunExit::Script;
                }
            }
        }
    }

    /// Reads a line, prefilled with `prefill`; `None` when the session is to end.
    fn read(
        &self,
        editor: &mut LineEditor,
        prefill: &TypedLine,
        state: &EditorState,
    ) -> Option<rustyline::Result<String>> {
        let TypedLine { before, after } = prefill;
        state.record(&format!("{before}{after}"), before.len());
        let prompt = self.prompt_context().prompt(self.output.data_palette());
        let interrupt = self.session.interrupt();
        interrupt.set_idle(true);
        if interrupt.is_ended() {
            return None;
        }
        let line = if before.is_empty() && after.is_empty() {
            editor.readline(&prompt)
        } else {
            editor.readline_with_initial(&prompt, (before, after))
        };
        interrupt.set_idle(false);
        (!interrupt.is_ended()).then_some(line)
    }

    fn save_to_history(&mut self, line: &str, editor: &mut LineEditor) {
        let line = line.trim_end();
        if line.trim().is_empty() || !self.history_filter.may_save(line) || self.session.holds_secret(line) {
            return;
        }
        drop(editor.add_history_entry(escaped(line))); // it is in memory only and never fails
        self.typed.push(line.to_owned());
        if let Err(error) = self.history_filter.save(line) {
            self.output.warning(&format!("cannot save lines for the next session: {error}"));
            self.history_filter.disable();
        }
    }

    /// Runs a line. Whatever goes wrong, the session continues.
    fn run_line(&mut self, line: &str) -> NextStep {
        self.session.interrupt().reset();
        let (session, after) = (Rc::clone(&self.session), self.requests());
        let step = panics::guard(|| self.dispatch(line));
        self.progress.rest();
        let until = self.requests();
        let is_undo = command_table::find(line.trim())
            .is_ok_and(|(command, _)| command.action == command_table::CommandAction::Undo);
        if until > after && !is_undo && Rc::ptr_eq(&session, &self.session) {
            self.changed.push((line.trim().to_owned(), RequestSpan { after, until }));
        }
        step.unwrap_or_else(|message| {
            self.output.error(&message, None);
            NextStep::Continue
        })
    }

    fn dispatch(&mut self, line: &str) -> NextStep {
        let line = line.trim_end();
        if line.trim().is_empty() {
            return NextStep::Continue;
        }
        let Some(result) = self.run_command(line.trim()) else {
            line.clone_into(&mut self.typed_last);
            return self.evaluate(line);
        };
        result.unwrap_or_else(|error| {
            self.report_error(&error);
            NextStep::Continue
        })
    }

    /// Runs a command of the prompt, or a word such as `help` that only the prompt understands.
    fn run_command(&mut self, line: &str) -> Option<Result<NextStep>> {
        if line.starts_with(':') {
            return Some(
                command_table::find(line)
                    .and_then(|(command, arguments)| command_actions::run(self, command.action, arguments)),
            );
        }
        if ["help", "quit", "exit"].contains(&line) && !self.workspace.scope().contains(line) {
            return Some(if line == "help" {
                command_actions::help(self, "")
            } else {
                command_actions::quit(self, "")
            });
        }
        let name = help_argument(line)?;
        let is_variable = self.workspace.scope().contains(&name);
        (!is_variable).then(|| command_actions::of_function(self, &name))
    }
}

/// The name in `help(name)`. Rhai cannot evaluate it, since the name of a built-in function is not a value.
fn help_argument(line: &str) -> Option<String> {
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
        assert_eq!(help_argument("help(get_users)").as_deref(), Some("get_users"));
        assert_eq!(help_argument("help( umapi::get_users );").as_deref(), Some("get_users"));
        for line in ["help(\"get_users\")", "help()", "help_argument(x)", "help(1)", "help(a) + 1"] {
            assert_eq!(help_argument(line), None, "{line}");
        }
    }
}
