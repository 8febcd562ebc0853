//! `umapish functions`: the reference of the script functions.

use crate::cli::OutputFormat;
use crate::language::help_text;
use crate::language::python_names::{equivalent, meant};
use crate::language::type_help::TypeHelp;
use crate::output::Output;
use crate::shell::exit_code::RunExit;
use crate::shell::function_reference::{colored, of_type, render};

/// Shows the functions that match, or all in short without a pattern. `umapish functions ''` shows all at length.
///
/// Without a match it is a wrong argument: [`RunExit::Usage`].
pub(crate) fn run(pattern: Option<&str>, format: Option<OutputFormat>, output: &Output) -> RunExit {
    let all = crate::script::functions::catalog();
    if let Some(known) = pattern.and_then(TypeHelp::named) {
        output.data(of_type(known, &all, format, output.data_palette()).trim_end());
        return RunExit::Done;
    }
    let meant = pattern.map_or(&[][..], meant);
    let shown = match pattern {
        None => all.clone(),
        Some(_) if !meant.is_empty() => all.named(meant),
        Some(pattern) => all.matching(&american(pattern)),
    };
    let equivalent = pattern.filter(|_| meant.is_empty()).and_then(equivalent);
    if let (Some(pattern), Some(equivalent)) = (pattern, equivalent)
        && all.find(pattern).is_empty()
    {
        output.note(&format!("Python's `{pattern}`: {}", lower_first(&equivalent)));
        if shown.families.is_empty() {
            return RunExit::Done;
        }
    }
    if shown.families.is_empty() {
        let hint = pattern.and_then(|pattern| all.nearest(pattern)).map_or_else(
            || "`umapish functions` lists all.".to_owned(),
            |near| format!("Did you mean `{near}`? `umapish functions` lists all."),
        );
        output.error(&format!("no function matches `{}`", pattern.unwrap_or_default()), Some(&hint));
        return RunExit::Usage;
    }
    let text = render(&shown, pattern.is_some(), format.unwrap_or(OutputFormat::Text), output.data_palette());
    output.data(text.trim_end());
    if pattern.is_none() && matches!(format, None | Some(OutputFormat::Text)) {
        output.data(colored(&help_text::overview_of_types(), output.data_palette()).trim_end());
    }
    RunExit::Done
}

/// A hint after a colon.
fn lower_first(hint: &str) -> String {
    let mut letters = hint.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// British spelling is found as well.
fn american(word: &str) -> String {
    word.to_lowercase().replace("licenc", "licens")
}
