//! Comments that say which built-in functions a script hides on purpose: `// umapish: own make_call`.

use super::call_index::FunctionForms;
use super::finding::CheckFinding;
use crate::language::catalog::Catalog;
use crate::language::declarations::DeclaredNames;
use crate::language::place::ScriptPlace;
use crate::language::tokens::{ScriptToken, tokens};
use crate::language::tokens::{code_tokens, line_and_column};

/// The names in such comments.
fn read(text: &str) -> Vec<&str> {
    let comments = tokens(text).into_iter().filter(ScriptToken::is_comment);
    let lists = comments.filter_map(|token| {
        let words = token.text.trim_start_matches('/').trim();
        words.strip_prefix("umapish: own ")
    });
    lists.flat_map(|list| list.split([',', ' '])).filter(|name| !name.is_empty()).collect()
}

/// The functions of a script that does not parse.
pub(super) fn declared(text: &str) -> FunctionForms {
    let mut forms = FunctionForms::new();
    for (name, parameters) in DeclaredNames::read(text).functions {
        forms.entry(name).or_default().insert(parameters.len());
    }
    forms
}

/// Functions of a script that hide a built-in one of the same name and number of values.
pub(super) fn hiding(
    catalog: &Catalog,
    text: &str,
    own: &FunctionForms,
    source: Option<&String>,
) -> Vec<CheckFinding> {
    let mut ours: Vec<_> = catalog
        .functions()
        .filter(|function| !function.method)
        .map(|function| (function.name.as_str(), function.parameters.len()))
        .collect();
    ours.dedup();
    let hidden =
        ours.into_iter().filter(|(name, values)| own.get(*name).is_some_and(|taken| taken.contains(values)));
    let meant = read(text);
    let hidden = hidden.filter(|(name, _)| !meant.contains(name));
    hidden
        .map(|(name, values)| {
            let place = definition(text, name);
            hidden_function(name, values, ScriptPlace { source: source.cloned(), ..place })
        })
        .collect()
}

fn hidden_function(name: &str, values: usize, place: ScriptPlace) -> CheckFinding {
    let plural = if values == 1 { "" } else { "s" };
    CheckFinding {
        is_warning: true,
        message: format!(
            "this {name}() hides the built-in function of the same name, which also takes {values} value{plural}"
        ),
        hint: Some(format!(
            "Call the built-in one as `umapi::{name}`. If this is intended, say so in a comment: `// umapish: own {name}`."
        )),
        place,
    }
}

fn definition(text: &str, name: &str) -> ScriptPlace {
    let tokens = code_tokens(text);
    let mut pairs = tokens.windows(2);
    let found = pairs.find(|pair| pair[0].is_keyword("fn") && pair[1].is_name() && pair[1].text == name);
    let (line, column) = found.map_or((1, 1), |pair| line_and_column(text, pair[1].span.start));
    ScriptPlace { source: None, line: Some(line), column: Some(column) }
}
