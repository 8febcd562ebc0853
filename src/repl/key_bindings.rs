//! Key bindings: Enter keeps the indentation, Tab indents an empty line, Ctrl-C records whether the line was empty and
//! closes a list of completions.

use super::input_completeness::{is_complete_input, parser};
use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers,
    RepeatCount,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One step of indentation.
const INDENT: &str = "    ";
/// The key that closes a list of completions in the line editor.
const LEAVE_LIST: char = 'q';

/// State of the line editor that rustyline does not expose. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct EditorState(Arc<EditorFlags>);

#[derive(Debug, Default)]
struct EditorFlags {
    was_empty: AtomicBool,
    lists: AtomicBool,
    typed: Mutex<TypedLine>,
}

/// A line on both sides of the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedLine {
    /// What is before the cursor.
    pub(super) before: String,
    /// What is after it.
    pub(super) after: String,
}

impl TypedLine {
    /// A line with the cursor at its end.
    pub(super) fn ending(text: impl Into<String>) -> Self {
        Self { before: text.into(), after: String::new() }
    }
}

impl EditorState {
    /// Whether the line was empty when Ctrl-C was pressed last.
    pub(super) fn was_empty(&self) -> bool {
        self.0.was_empty.load(Ordering::Relaxed)
    }

    /// Records the line and the cursor, whenever the editor looks at them.
    pub(super) fn record(&self, line: &str, cursor: usize) {
        let (before, after) = line.split_at_checked(cursor).unwrap_or((line, ""));
        let line = TypedLine { before: before.to_owned(), after: after.to_owned() };
        *self.0.typed.lock().unwrap_or_else(PoisonError::into_inner) = line;
    }

    /// The line as the editor saw it last.
    pub(super) fn typed(&self) -> TypedLine {
        self.0.typed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether completions are being listed: between two pages the editor understands few keys.
    pub(super) fn set_listing(&self, lists: bool) {
        self.0.lists.store(lists, Ordering::Relaxed);
    }
}

/// The keys and what they do.
pub(super) fn bindings(state: &EditorState) -> [(KeyEvent, EventHandler); 3] {
    let handler = |handler: Box<dyn ConditionalEventHandler>| EventHandler::Conditional(handler);
    [
        (KeyEvent(KeyCode::Enter, Modifiers::NONE), handler(Box::new(EnterKey))),
        (KeyEvent(KeyCode::Tab, Modifiers::NONE), handler(Box::new(TabKey))),
        (KeyEvent(KeyCode::Char('C'), Modifiers::CTRL), handler(Box::new(ClearKey(state.clone())))),
    ]
}

struct EnterKey;

impl ConditionalEventHandler for EnterKey {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        next_line(context.line(), context.pos()).map(|text| Cmd::Insert(1, text))
    }
}

struct TabKey;

impl ConditionalEventHandler for TabKey {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        indents(context.line(), context.pos()).then(|| Cmd::Insert(1, INDENT.to_owned()))
    }
}

struct ClearKey(EditorState);

impl ConditionalEventHandler for ClearKey {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let flags = &self.0.0;
        if flags.lists.load(Ordering::Relaxed) {
            return Some(Cmd::SelfInsert(1, LEAVE_LIST));
        }
        flags.was_empty.store(context.line().is_empty(), Ordering::Relaxed);
        Some(Cmd::Interrupt)
    }
}

/// What Enter inserts when the input continues: a line end and the indentation of the line, one step deeper after an
/// open bracket. `None` when the input is evaluated.
fn next_line(text: &str, cursor: usize) -> Option<String> {
    let before = text.get(..cursor)?;
    if cursor == text.len() && is_complete_input(&parser(), text) {
        return None;
    }
    if !text.contains('\n') && cursor < text.len() && is_complete_input(&parser(), text) {
        return None;
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    let kept: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
    let deeper = if line.trim_end().ends_with(['{', '[', '(']) { INDENT } else { "" };
    Some(format!("\n{kept}{deeper}"))
}

/// Whether Tab indents: only on a continuation line, with nothing but spaces before the cursor.
fn indents(text: &str, cursor: usize) -> bool {
    let line = text.get(..cursor).and_then(|before| before.rsplit_once('\n'));
    line.is_some_and(|(_, line)| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(text: &str) -> Option<String> {
        next_line(text, text.len())
    }

    #[test]
    fn enter_keeps_the_indentation_and_indents_after_an_open_bracket() {
        assert_eq!(at_end("fn f() {").as_deref(), Some("\n    "));
        assert_eq!(at_end("fn f() {\n    let x = 1;").as_deref(), Some("\n    "));
        assert_eq!(at_end("fn f() {\n    if x {").as_deref(), Some("\n        "));
        assert_eq!(at_end("1 + 1"), None);
        assert_eq!(at_end("fn f() { 1 }"), None);
    }

    #[test]
    fn two_blank_lines_are_evaluated_whatever_is_open() {
        assert!(at_end("fn f() {\n    ").is_some());
        assert_eq!(at_end("fn f() {\n    \n    "), None);
    }

    #[test]
    fn enter_evaluates_a_complete_line_from_any_position() {
        assert_eq!(next_line("1 + 1", 2), None);
    }

    #[test]
    fn tab_indents_only_at_the_beginning_of_a_further_line() {
        assert!(indents("fn f() {\n  ", 11));
        assert!(!indents("get", 3) && !indents("", 0) && !indents("f(\n  x", 6));
    }
}
