//! The line editor's view of the session: it asks here what completes, what is whole and what colour is what.

use super::completion::{Candidate, World, complete};
use super::highlighter::highlight;
use super::input_completeness::{is_whole, parser};
use super::key_bindings::EditorState;
use super::signature_hint::{Hint, hint};
use super::symbol_index::Names;
use super::workspace::Variables;
use crate::output::palette::Palette;
use crate::repl::known_names::Seen;
use rhai::Engine;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Context, Helper};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// What session and line editor share: the one changes it between lines, the other looks at it while one is typed.
pub struct Desk {
    /// The functions.
    pub names: Names,
    /// The variables.
    pub variables: Variables,
    /// Functions declared in the session, with their parameters.
    pub functions: RefCell<Vec<(String, Vec<String>)>>,
    /// Modules imported in the session.
    pub modules: RefCell<Vec<String>>,
    /// Profiles of the configuration.
    pub profiles: Vec<String>,
    /// People and groups met so far.
    pub seen: RefCell<Seen>,
}

/// Answers the line editor.
pub struct Assistant {
    desk: Rc<Desk>,
    parser: Engine,
    palette: Palette,
    state: EditorState,
}

impl Assistant {
    /// Looks at `desk`.
    pub fn new(desk: Rc<Desk>, palette: Palette, state: EditorState) -> Self {
        Self { desk, parser: parser(), palette, state }
    }
}

impl Helper for Assistant {}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let whole = is_whole(&self.parser, context.input());
        Ok(if whole { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl rustyline::completion::Candidate for Candidate {
    fn display(&self) -> &str {
        &self.shown
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

impl Completer for Assistant {
    type Candidate = Candidate;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Candidate>)> {
        let world = World {
            reference: self.desk.names.get(),
            scope: &self.desk.variables.borrow(),
            functions: &self.desk.functions.borrow(),
            modules: &self.desk.modules.borrow(),
            profiles: &self.desk.profiles,
            seen: &self.desk.seen.borrow(),
        };
        Ok(complete(line, pos, &world))
    }
}

impl rustyline::hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.taken.as_deref()
    }
}

impl Hinter for Assistant {
    type Hint = Hint;

    /// Only in colour, where it cannot be taken for input.
    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Hint> {
        if pos < line.len() || !self.palette.colored {
            return None;
        }
        hint(line, self.desk.names.get())
    }
}

impl Highlighter for Assistant {
    /// Without colour the line is drawn as it is. Whenever it is drawn, no list is open any more.
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        self.state.set_listing(false);
        if self.palette.colored {
            Cow::Owned(highlight(line, Some(pos), |name| self.desk.names.is_ours(name), self.palette))
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
