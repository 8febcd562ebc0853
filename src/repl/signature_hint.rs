//! The gray text after the cursor: the signature of the function that is being typed. Pure.

use crate::language::catalog::{FunctionEntry, FunctionParameter};
use crate::repl::completion_context::{CompletionContext, CompletionPlace, OpenCall};
use crate::repl::symbol_index::SymbolIndex;

/// The shortest prefix that gets a hint; shorter ones match too many names.
const MIN_PREFIX: usize = 3;

/// The gray text, and the part of it that the right arrow key inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignatureHint {
    /// What is shown.
    pub shown: String,
    /// What is inserted.
    pub inserted: Option<String>,
}

/// The hint for an input whose cursor is at its end.
pub(super) fn hint(text: &str, reference: &SymbolIndex) -> Option<SignatureHint> {
    if text.starts_with(':') || text.contains('\n') && text.lines().last()?.trim().is_empty() {
        return None;
    }
    let cursor = CompletionContext::of(text, text.len());
    let named = match &cursor.place {
        CompletionPlace::Name if cursor.typed.len() >= MIN_PREFIX => name_hint(&cursor.typed, reference),
        _ => None,
    };
    named.or_else(|| call_hint(cursor.call.as_ref()?, reference))
}

/// The rest of the only function name with this prefix, with its parameters.
fn name_hint(typed: &str, reference: &SymbolIndex) -> Option<SignatureHint> {
    let fits = |function: &&FunctionEntry| !function.method && function.name.starts_with(typed);
    let exact = reference.catalog.functions().find(|function| !function.method && function.name == typed);
    let first = exact.or_else(|| reference.catalog.functions().find(fits))?;
    let alone = reference.catalog.functions().filter(fits).all(|function| function.name == first.name);
    if exact.is_none() && !alone {
        return None;
    }
    let rest = &first.name[typed.len()..];
    let shown = first.signature().get(typed.len()..)?.to_owned();
    Some(SignatureHint { shown, inserted: Some(format!("{rest}(")) })
}

/// The parameters that follow; the whole signature while an argument is being typed.
fn call_hint(call: &OpenCall, reference: &SymbolIndex) -> Option<SignatureHint> {
    let place = call.argument + usize::from(call.is_method);
    let forms = reference.forms(&call.name);
    let form = forms
        .iter()
        .filter(|form| form.method == call.is_method)
        .find(|form| form.parameters.len() > place)?;
    let shown = if call.is_argument_empty { rest(form, place) } else { format!("  {}", form.signature()) };
    Some(SignatureHint { shown, inserted: None })
}

fn rest(form: &FunctionEntry, from: usize) -> String {
    let typed = |parameter: &FunctionParameter| format!("{}: {}", parameter.name, parameter.kind);
    let parameters: Vec<_> = form.parameters.iter().skip(from).map(typed).collect();
    let return_type =
        form.return_type.as_ref().map(|return_type| format!(" -> {return_type}")).unwrap_or_default();
    format!("{}){return_type}", parameters.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::type_names::display_name;

    fn shown(text: &str) -> String {
        hint(text, &SymbolIndex::read()).map(|hint| hint.shown).unwrap_or_default()
    }

    #[test]
    fn the_only_name_that_fits_is_shown_to_its_end() {
        let hint = hint("get_user_i", &SymbolIndex::read()).unwrap();
        assert_eq!(hint.shown, format!("nfo(email: {}) -> User", display_name("string")));
        assert_eq!(hint.inserted.as_deref(), Some("nfo("));
        assert_eq!(shown("get_"), "");
        assert_eq!(shown("get_user"), format!("(email: {}) -> User", display_name("string")));
    }

    #[test]
    fn in_a_call_the_parameters_to_come_are_shown() {
        let string = display_name("string");
        assert_eq!(shown("get_user("), format!("email: {string}) -> User"));
        assert_eq!(shown("get_user(\"a@example.com\", "), "options: map) -> User");
        assert_eq!(shown("get_user(\"a@"), format!("  get_user(email: {string}) -> User"));
        assert_eq!(shown("get_user(1, 2, 3, "), "");
        assert_eq!(shown("1 + 2"), "");
    }
}
