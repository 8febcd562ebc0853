//! Operators that bind in another order than in Python: `-x ** 2`, `a < b < c`, `1 << 2 + 1`. The syntax tree does not say
//! where a script has parentheses, so the tokens are read.

use super::trap;
use super::written::finding;
use crate::language::tokens::{ScriptToken, ScriptTokenKind, code_tokens};
use crate::script::checker::finding::CheckFinding;

const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const SHIFTS: [&str; 2] = ["<<", ">>"];
const ARITHMETIC: [&str; 6] = ["+", "-", "*", "/", "%", "**"];

/// The operators since the start of an expression at one depth of brackets.
#[expect(clippy::struct_excessive_bools, reason = "each is something that was seen so far")]
#[derive(Default)]
struct OpenExpression {
    is_compared: bool,
    is_header: bool,
    has_shift: bool,
    has_arithmetic: bool,
    is_reported: bool,
}

/// The findings in a script.
pub(super) fn find(text: &str) -> Vec<CheckFinding> {
    let tokens = code_tokens(text);
    let mut found = Vec::new();
    let mut open = vec![OpenExpression::default()];
    for (place, token) in tokens.iter().enumerate() {
        match token.bracket() {
            Some('(' | '[' | '{') => {
                open.push(OpenExpression::default());
                continue;
            }
            Some(bracket) => {
                open.pop();
                if open.is_empty() {
                    open.push(OpenExpression::default());
                }
                if let Some(expression) = open.last_mut().filter(|_| bracket == '}') {
                    *expression = OpenExpression::default();
                }
                continue;
            }
            None => {}
        }
        let Some(expression) = open.last_mut() else { continue };
        if let Some(words) = expression.read(token, ends_operand(&tokens, place)) {
            found.push(finding(text, token.span.start, words));
        }
        if token.is_symbol("**") && has_minus(&tokens, place) && !is_odd(tokens.get(place + 1)) {
            found.push(finding(text, token.span.start, trap::power_of_negative()));
        }
    }
    found
}

impl OpenExpression {
    /// Reads a token that is not a bracket.
    fn read(&mut self, token: &ScriptToken, is_after_operand: bool) -> Option<trap::TrapWords> {
        let is = |symbols: &[&str]| symbols.iter().any(|symbol| token.is_symbol(symbol));
        if token.is_keyword("in") && std::mem::take(&mut self.is_header) {
            return None;
        }
        if is(&COMPARISONS) || token.is_keyword("in") {
            return std::mem::replace(&mut self.is_compared, true).then(trap::chained_comparison);
        }
        self.has_shift |= is(&SHIFTS);
        self.has_arithmetic |= is(&ARITHMETIC) && is_after_operand;
        if self.has_shift && self.has_arithmetic && !std::mem::replace(&mut self.is_reported, true) {
            return Some(trap::shift_before_sum());
        }
        let ends = match token.kind {
            ScriptTokenKind::Keyword => !["true", "false", "this", "global"].contains(&token.text),
            ScriptTokenKind::Symbol => {
                !is(&SHIFTS) && !is(&ARITHMETIC) && !is(&[".", "?.", "::", "!", "&", "^", "..", "..="])
            }
            _ => false,
        };
        if ends {
            *self = Self { is_header: token.is_keyword("for"), ..Self::default() };
        }
        None
    }
}

/// Whether the token before ends an operand, so that `-` subtracts.
fn ends_operand(tokens: &[ScriptToken], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|before| {
        matches!(before.kind, ScriptTokenKind::Name | ScriptTokenKind::Number | ScriptTokenKind::Text { .. })
            || ["true", "false", "this"].contains(&before.text)
            || matches!(before.bracket(), Some(')' | ']' | '}'))
    })
}

/// Whether the base of the `**` at `place` begins with a minus.
fn has_minus(tokens: &[ScriptToken], place: usize) -> bool {
    let mut start = place;
    let mut depth = 0_usize;
    // The base is a chain of names, numbers, brackets and dots.
    while let Some(before) = start.checked_sub(1).and_then(|before| tokens.get(before)) {
        match before.bracket() {
            Some(')' | ']') => depth += 1,
            Some('(' | '[') if depth > 0 => depth -= 1,
            Some(_) if depth == 0 => break,
            _ if depth > 0 => {}
            _ if before.is_symbol(".") || before.is_symbol("?.") || before.is_symbol("::") => {}
            _ if matches!(before.kind, ScriptTokenKind::Name | ScriptTokenKind::Number)
                || before.is_keyword("this") =>
            {
                if before.text.starts_with('-') {
                    return true;
                }
                let earlier = start.checked_sub(2).and_then(|earlier| tokens.get(earlier));
                let continues = earlier.is_some_and(|earlier| {
                    earlier.is_symbol(".") || earlier.is_symbol("?.") || earlier.is_symbol("::")
                });
                if !continues {
                    start -= 1;
                    break;
                }
            }
            _ => break,
        }
        start -= 1;
    }
    let minus = start.checked_sub(1).filter(|minus| tokens[*minus].is_symbol("-"));
    minus.is_some_and(|minus| !ends_operand(tokens, minus))
}

/// An odd power of a negative number is the same in both orders.
fn is_odd(exponent: Option<&ScriptToken>) -> bool {
    exponent.is_some_and(|exponent| exponent.text.parse().is_ok_and(|number: i64| number % 2 != 0))
}
