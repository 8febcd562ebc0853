//! Translates Python scripts to Rhai: a draft in which every place that needs a person is marked.
//!
//! One line of Python becomes one line of Rhai; comments, blank lines and order stay. What umapish does itself (sign-in,
//! headers, retries) becomes a comment. The result never claims to do the same: what is not certain is a `TODO`.

mod absorbed;
mod arguments;
mod assignments;
#[expect(
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "one arm for each function of Python reads as a table"
)]
mod calls;
mod classes;
mod comprehensions;
mod contexts;
mod control;
mod csv_files;
mod decorators;
mod defects;
mod draft_helper;
mod expressions;
mod file;
mod functions;
mod helpers;
mod iterables;
mod json_texts;
mod key_order;
mod keywords;
#[expect(
    clippy::match_same_arms,
    clippy::too_many_lines,
    reason = "one arm for each function of Python reads as a table"
)]
mod kinds;
mod left_over;
#[expect(clippy::match_same_arms, reason = "one arm for each function of Python reads as a table")]
mod libraries;
mod loops;
mod map_entries;
#[expect(clippy::too_many_lines, reason = "one arm for each function of Python reads as a table")]
mod methods;
mod modules;
mod names;
mod objects;
mod operators;
mod order;
mod parser;
mod paths;
mod patterns;
mod printing;
mod random_strings;
mod refusal;
mod report;
mod service;
mod shared_values;
#[expect(clippy::match_same_arms, reason = "one arm for each kind of statement")]
mod statements;
mod strings;
mod survey;
mod syntax;
mod text_helpers;
mod times;
mod translator;
mod type_checks;
mod umapi_client;
mod value_kind;
mod writer;

pub(crate) use refusal::TranslationRefusal;
pub(crate) use report::{KEY_ORDER, TranslatedLine, Translation};

use std::collections::BTreeSet;

/// Translates a Python file. `left` are lines of the source that must be left to a person, `built_in` the names of the
/// functions of umapish.
///
/// # Errors
/// The text is not Python 3.
pub(crate) fn translate(
    text: &str,
    left: &BTreeSet<usize>,
    built_in: &BTreeSet<String>,
) -> Result<Translation, TranslationRefusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{c}'], "\n");
    if let Some(refusal) = refusal::before_parsing(&text) {
        return Err(refusal);
    }
    let parse = |changing: &BTreeSet<String>| {
        parser::parse(&text, changing)
            .map_err(|fault| refusal::after_parsing(&text, fault.line, &fault.message))
    };
    let mut file = parse(&BTreeSet::new())?;
    let changing = objects::changing_methods(&file);
    if !changing.is_empty() {
        file = parse(&changing)?;
    }
    Ok(file::translate(&file, left, built_in))
}
