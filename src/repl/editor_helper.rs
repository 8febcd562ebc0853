//! The line editor's view of the session: completion, completeness, hints and colors.

use super::completion::complete;
use super::highlighter::highlight;
use super::input_completeness::{is_complete_input, parser};
use super::key_bindings::EditorState;
use super::signature_hint::hint;
use crate::output::palette::ColorPalette;
use crate::repl::completion::{CompletionCandidate, CompletionSources};
use crate::repl::known_names::KnownNames;
use crate::repl::signature_hint::SignatureHint;
use crate::repl::symbol_index::SharedSymbols;
use crate::repl::workspace::SessionVariables;
use rhai::Engine;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Context, Helper};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// State shared with the line editor: the session changes it between lines, the editor reads it while a line is typed.
pub(super) struct EditorContext {
    /// The functions.
    pub symbols: SharedSymbols,
    /// The variables.
    pub variables: SessionVariables,
    /// Functions declared in the session, with their parameters.
    pub functions: RefCell<Vec<(String, Vec<String>)>>,
    /// Modules imported in the session.
    pub modules: RefCell<Vec<String>>,
    /// Profiles of the configuration.
    pub profiles: Vec<String>,
    /// People and groups the session has read.
    pub known_names: RefCell<KnownNames>,
}

/// Completion, hints, colors and validation for the line editor.
pub(super) struct EditorHelper {
    context: Rc<EditorContext>,
    parser: Engine,
    palette: ColorPalette,
    state: EditorState,
}

impl EditorHelper {
    /// A helper that reads `context`.
    pub(super) fn new(context: Rc<EditorContext>, palette: ColorPalette, state: EditorState) -> Self {
        Self { context, parser: parser(), palette, state }
    }
}

impl Helper for EditorHelper {}

impl Validator for EditorHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let complete = is_complete_input(&self.parser, context.input());
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl rustyline::completion::Candidate for CompletionCandidate {
    fn display(&self) -> &str {
        &self.label
    }

    fn replacement(&self) -> &str {
        &self.replacement
    }
}

impl Completer for EditorHelper {
    type Candidate = CompletionCandidate;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<CompletionCandidate>)> {
        let sources = CompletionSources {
            symbols: self.context.symbols.get(),
            scope: &self.context.variables.borrow(),
            functions: &self.context.functions.borrow(),
            modules: &self.context.modules.borrow(),
            profiles: &self.context.profiles,
            known_names: &self.context.known_names.borrow(),
        };
        Ok(complete(line, pos, &sources))
    }
}

impl rustyline::hint::Hint for SignatureHint {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.inserted.as_deref()
    }
}

impl Hinter for EditorHelper {
    type Hint = SignatureHint;

    /// Shown only in color, where it cannot be mistaken for input.
    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<SignatureHint> {
        self.state.record(line, pos);
        if pos < line.len() || !self.palette.colored {
            return None;
        }
        hint(line, self.context.symbols.get())
    }
}

impl Highlighter for EditorHelper {
    /// Without color the line is drawn as it is. Whenever it is drawn, the list of candidates is closed.
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        self.state.set_listing(false);
        self.state.record(line, pos);
        if self.palette.colored {
            Cow::Owned(highlight(line, Some(pos), |name| self.context.symbols.is_ours(name), self.palette))
        } else {
            Cow::Borrowed(line)
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.palette.dim(hint))
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        self.state.set_listing(true);
        Cow::Borrowed(candidate)
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.palette.colored && kind != CmdKind::ForcedRefresh
    }
}
