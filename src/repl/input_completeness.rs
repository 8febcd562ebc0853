//! Whether an input is complete; Rhai's own parser decides.

use crate::language::tokens::{ScriptTokenKind, tokens};
use crate::script::engine::EXPRESSION_DEPTH;
use rhai::{Engine, LexError, ParseError, ParseErrorType};

/// An engine that parses and has no functions; cheap to create.
pub(super) fn parser() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH);
    engine
}

/// Whether an input is complete. Commands of the prompt always are, except `:time`, which takes code.
pub(super) fn is_complete_input(parser: &Engine, input: &str) -> bool {
    match input.strip_prefix(":time") {
        Some(rest) => is_complete(parser, rest),
        None => input.starts_with(':') || is_complete(parser, input),
    }
}

/// Whether to evaluate `text` now rather than wait for another line. Input that is wrong before its end is complete:
/// more lines would not fix it. Two empty lines at its end complete any input.
pub(super) fn is_complete(engine: &Engine, text: &str) -> bool {
    if ends_in_two_blank_lines(text) {
        return true;
    }
    match engine.compile(text) {
        Ok(_) => !ends_in_comment(text),
        Err(error) => !wants_more(&error, text),
    }
}

/// Two empty lines end the input; indentation does not count.
fn ends_in_two_blank_lines(text: &str) -> bool {
    let mut lines = text.rsplit('\n');
    let blank = lines.by_ref().take(2).filter(|line| line.trim().is_empty()).count();
    blank == 2 && lines.next().is_some()
}

fn wants_more(error: &ParseError, text: &str) -> bool {
    match error.err_type() {
        ParseErrorType::UnexpectedEOF => true,
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            is_at_end(error, text) || ends_in_backticks(text)
        }
        ParseErrorType::MissingToken(..)
        | ParseErrorType::ExprExpected(_)
        | ParseErrorType::FnMissingBody(_) => is_at_end(error, text),
        _ => false,
    }
}

/// Whether the error is after everything that was typed.
fn is_at_end(error: &ParseError, text: &str) -> bool {
    let typed = text.trim_end();
    let (lines, last) = (typed.lines().count(), typed.lines().last().unwrap_or_default().chars().count());
    match (error.position().line(), error.position().position()) {
        (Some(line), Some(column)) => line > lines || (line == lines && column >= last),
        _ => true,
    }
}

/// A string in backticks may span lines, any other must end where it began.
fn ends_in_backticks(text: &str) -> bool {
    let last = tokens(text).pop();
    last.is_some_and(|last| match last.kind {
        ScriptTokenKind::Text { opened, closed: false } => !opened || last.text.starts_with('`'),
        _ => false,
    })
}

/// Rhai treats a script that ends in an open comment as complete.
fn ends_in_comment(text: &str) -> bool {
    let last = tokens(text).pop();
    last.is_some_and(|last| {
        last.kind == ScriptTokenKind::Comment { closed: false } && last.text.starts_with("/*")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_input_is_evaluated() {
        let engine = Engine::new();
        for text in [
            "1 + 1",
            "let x = 1;",
            "fn f() { 1 }",
            "if true { 1 }",
            "",
            "x = = 1",
            "let s = \"a // b\";",
            "print(\"a/*b\")",
            "// a /* b",
            "print(\"a`b",
            "`a/*b`",
            "/* /* a */ */ 1",
        ] {
            assert!(is_complete(&engine, text), "{text}");
        }
        assert!(is_complete(&engine, "fn f() {\n\n"));
        assert!(is_complete(&engine, "fn f() {\n    \n    "));
    }

    #[test]
    fn input_that_stops_in_the_middle_waits_for_more() {
        let engine = Engine::new();
        for text in [
            "fn f() {",
            "let x = [1,",
            "print(",
            "if x {",
            "let m = #{",
            "let t = `one",
            "/* open",
            "1 +",
            "/* /* a */",
            "1 /* a",
            "`a ${f(`b",
            "`a ${b} c",
            "`a ${f(",
        ] {
            assert!(!is_complete(&engine, text), "{text}");
        }
    }
}
