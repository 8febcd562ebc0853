//! Traps that only the text of a script shows: `//` for a division, escapes in backticks, names in braces.

use super::trap::{self, TrapWords};
use crate::language::declarations::DeclaredNames;
use crate::language::place::ScriptPlace;
use crate::language::tokens::{ScriptToken, ScriptTokenKind, line_and_column, tokens};
use crate::script::checker::finding::CheckFinding;

/// The findings in a script.
pub(super) fn find(text: &str) -> Vec<CheckFinding> {
    let tokens = tokens(text);
    // Only variables that are declared before a string can be meant by it; a template may name later ones.
    let declared = |place: usize| DeclaredNames::read(&text[..place]);
    // A script that replaces `{name}` by itself has it as a string of its own.
    let is_replaced = |name: &str| {
        ["\"{NAME}\"", "`{NAME}`", "\"${NAME}\""]
            .iter()
            .any(|form| text.contains(&form.replace("NAME", name)))
    };
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        if token.is_comment() && before.is_some_and(|before| is_division(text, before, token)) {
            found.push(finding(text, token.span.start, trap::comment_as_division()));
        }
        if let Some(offset) = escape(text, token) {
            found.push(finding(text, token.span.start + offset, trap::escape_in_backticks()));
        }
        if let Some((offset, name)) = placeholder(token, &declared)
            && !is_replaced(name)
        {
            let is_in_backticks = in_backticks(text, token);
            found.push(finding(
                text,
                token.span.start + offset,
                trap::plain_placeholder(name, is_in_backticks),
            ));
        }
    }
    found
}

/// `total // 10;`: a value, and a comment that is one number or name with nothing but the end of a statement.
fn is_division(text: &str, before: &ScriptToken, comment: &ScriptToken) -> bool {
    let is_value = matches!(before.kind, ScriptTokenKind::Name | ScriptTokenKind::Number)
        || matches!(before.bracket(), Some(')' | ']'));
    let same_line = !text[before.span.end..comment.span.start].contains('\n');
    let Some(rest) = comment.text.strip_prefix("//") else { return false };
    let ends = rest.trim_end().ends_with([';', ')', ',']);
    let divisor = rest.trim().trim_end_matches([';', ')', ',']);
    let is_number = !divisor.is_empty() && divisor.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = divisor.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_value && same_line && (is_number || (is_word && ends && !divisor.is_empty()))
}

/// The offset of `\n` or `\t` in a string in backticks, where nothing is escaped. A path may hold these letters, so only
/// those at an end or before a space or an interpolation count.
fn escape(text: &str, token: &ScriptToken) -> Option<usize> {
    if !matches!(token.kind, ScriptTokenKind::Text { .. }) || !in_backticks(text, token) {
        return None;
    }
    ["\\n", "\\t"].iter().find_map(|mark| {
        let place = token.text.find(mark)?;
        let after = token.text[place + mark.len()..].chars().next();
        let is_first = token.text[..place].trim_start_matches('`').is_empty();
        let ends = matches!(after, None | Some('`' | ' ' | '\\'));
        (ends || is_first).then_some(place)
    })
}

/// The offset of `{name}` or `${name` in a string that does not insert it, and the name of the variable.
fn placeholder<'t>(
    token: &ScriptToken<'t>,
    declared: &dyn Fn(usize) -> DeclaredNames,
) -> Option<(usize, &'t str)> {
    if !matches!(token.kind, ScriptTokenKind::Text { .. }) {
        return None;
    }
    token.text.match_indices('{').find_map(|(place, _)| {
        let rest = &token.text[place + 1..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        let name = &rest[..end];
        let follows = rest[end..].starts_with(['}', '.', '[', ':']) && rest[end..].contains('}');
        let is_quoted = rest[end..].starts_with(':') && rest[end + 1..].starts_with([' ', '"']);
        (follows && !is_quoted && declared(token.span.start).has(name)).then_some((place, name))
    })
}

fn in_backticks(text: &str, token: &ScriptToken) -> bool {
    match token.kind {
        ScriptTokenKind::Text { opened: true, .. } => token.text.starts_with('`'),
        // The part after an interpolation.
        ScriptTokenKind::Text { opened: false, .. } => text[..token.span.start].ends_with('}'),
        _ => false,
    }
}

pub(super) fn finding(text: &str, place: usize, words: TrapWords) -> CheckFinding {
    let (line, column) = line_and_column(text, place);
    let place = ScriptPlace { source: None, line: Some(line), column: Some(column) };
    let TrapWords { message, hint, is_warning } = words;
    CheckFinding { is_warning, message, hint: Some(hint), place }
}
