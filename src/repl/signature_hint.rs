//! The gray text after the cursor: the signature of the function that is being typed. Pure.

use crate::language::catalog::{FunctionEntry, FunctionParameter};
use crate::repl::completion_context::{CompletionContext, CompletionPlace, OpenCall};
use crate::repl::symbol_index::SymbolIndex;

/// Fewer letters match too many names.
const SHORTEST: usize = 3;

/// Gray text, and the part that the right arrow key inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHint {
    /// What is shown.
    pub shown: String,
    /// What is inserted.
    pub taken: Option<String>,
}

/// The hint for an input whose cursor is at its end.
pub fn hint(text: &str, reference: &SymbolIndex) -> Option<SignatureHint> {
    if text.starts_with(':') || text.contains('\n') && text.lines().last()?.trim().is_empty() {
        return None;
    }
    let cursor = CompletionContext::of(text, text.len());
    let named = match &cursor.place {
        CompletionPlace::Name if cursor.typed.len() >= SHORTEST => of_name(&cursor.typed, reference),
        _ => None,
    };
    named.or_else(|| of_call(cursor.call.as_ref()?, reference))
}

/// The rest of the only name with this beginning, with its parameters.
fn of_name(typed: &str, reference: &SymbolIndex) -> Option<SignatureHint> {
    let fits = |function: &&FunctionEntry| !function.method && function.name.starts_with(typed);
    let exact = reference.catalog.functions().find(|function| !function.method && function.name == typed);
    let first = exact.or_else(|| reference.catalog.functions().find(fits))?;
    let alone = reference.catalog.functions().filter(fits).all(|function| function.name == first.name);
    if exact.is_none() && !alone {
        return None;
    }
    let rest = &first.name[typed.len()..];
    let shown = first.signature().get(typed.len()..)?.to_owned();
    Some(SignatureHint { shown, taken: Some(format!("{rest}(")) })
}

/// The parameters that are still to come; the whole call while one of them is being typed.
fn of_call(call: &OpenCall, reference: &SymbolIndex) -> Option<SignatureHint> {
    let place = call.argument + usize::from(call.method);
    let forms = reference.forms(&call.name);
    let form =
        forms.iter().filter(|form| form.method == call.method).find(|form| form.parameters.len() > place)?;
    let shown = if call.fresh { rest(form, place) } else { format!("  {}", form.signature()) };
    Some(SignatureHint { shown, taken: None })
}

fn rest(form: &FunctionEntry, from: usize) -> String {
    let typed = |parameter: &FunctionParameter| format!("{}: {}", parameter.name, parameter.kind);
    let parameters: Vec<_> = form.parameters.iter().skip(from).map(typed).collect();
    let answer = form.answer.as_ref().map(|answer| format!(" -> {answer}")).unwrap_or_default();
    format!("{}){answer}", parameters.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::type_names::word;

    fn shown(text: &str) -> String {
        hint(text, &SymbolIndex::read()).map(|hint| hint.shown).unwrap_or_default()
    }

    #[test]
    fn the_only_name_that_fits_is_shown_to_its_end() {
        let hint = hint("get_user_i", &SymbolIndex::read()).unwrap();
        assert_eq!(hint.shown, format!("nfo(email: {}) -> User", word("string")));
        assert_eq!(hint.taken.as_deref(), Some("nfo("));
        assert_eq!(shown("get_"), "");
        assert_eq!(shown("get_user"), format!("(email: {}) -> User", word("string")));
    }

    #[test]
    fn in_a_call_the_parameters_to_come_are_shown() {
        let string = word("string");
        assert_eq!(shown("get_user("), format!("email: {string}) -> User"));
        assert_eq!(shown("get_user(\"a@example.com\", "), "options: map) -> User");
        assert_eq!(shown("get_user(\"a@"), format!("  get_user(email: {string}) -> User"));
        assert_eq!(shown("get_user(1, 2, 3, "), "");
        assert_eq!(shown("1 + 2"), "");
    }
}
