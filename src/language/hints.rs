//! Hints for an error that need the text of the script.

use super::catalog::{Catalog, names_of_rhai};
use super::foreign_habits::{habit_hint, has_empty_block_as_value, is_assignment};
use super::python_names::{foreign_member, foreign_name};
use super::suggestions::did_you_mean;
use crate::did_you_mean::nearest;
use crate::language::declarations::DeclaredNames;
use crate::language::message::ErrorTopic;
use crate::language::place::ScriptPlace;

/// The hint for an error about `topic` at `place` of `text`; `None` if the text adds nothing.
pub fn hint_for(topic: &ErrorTopic, place: &ScriptPlace, text: &str) -> Option<String> {
    let line = place.line.and_then(|line| text.lines().nth(line.checked_sub(1)?)).unwrap_or_default();
    let column = place.column.unwrap_or_default();
    let habit = || habit_hint(line, column).map(str::to_owned);
    match topic {
        ErrorTopic::Syntax => habit(),
        ErrorTopic::Variable(name) => {
            let declared = DeclaredNames::read(text);
            let hidden = || hidden(name, &declared);
            let member = || foreign_member(name, member_after(line, column, name));
            habit()
                .or_else(hidden)
                .or_else(member)
                .or_else(|| undeclared(line, column))
                .or_else(|| variable(name, &declared))
        }
        ErrorTopic::Function(name) => unknown_function(name, &DeclaredNames::read(text)),
        ErrorTopic::Arguments(name) => script_forms(name, &DeclaredNames::read(text)),
        ErrorTopic::Nothing => has_empty_block_as_value(text)
            .then(|| "`{}` is an empty block, which has no value. An empty map is `#{}`.".to_owned()),
        ErrorTopic::Other => None,
    }
}

/// The hint for a name that is declared but not visible where it is used.
fn hidden(name: &str, declared: &DeclaredNames) -> Option<String> {
    let has = |names: &[String]| names.iter().any(|known| known == name);
    if has(&declared.constants) {
        Some(format!("Inside a function, write `global::{name}` for a constant of the script."))
    } else if has(&declared.variables) {
        Some(format!(
            "`{name}` is not visible here: a function sees its own parameters and variables, not the script's. \
             Pass it as an argument, or use a closure."
        ))
    } else {
        None
    }
}

/// The name after the dot: `loads` of `json.loads(text)`.
fn member_after<'l>(line: &'l str, column: usize, name: &str) -> &'l str {
    let start = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(place, _)| place);
    let rest = line[start..].strip_prefix(name).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
    rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

fn undeclared(line: &str, column: usize) -> Option<String> {
    is_assignment(line, column).then(|| "Declare a new variable with `let`: `let x = 1;`.".to_owned())
}

fn variable(name: &str, declared: &DeclaredNames) -> Option<String> {
    let known = declared.variables.iter().chain(&declared.constants).map(String::as_str);
    if Catalog::read().names().any(|known| known == name) || names_of_rhai().iter().any(|known| known == name)
    {
        return Some(format!("`{name}` is a function; call it as `{name}(...)`."));
    }
    if ["str", "int", "float", "bool", "list", "dict", "tuple", "set"].contains(&name) {
        return Some("The name of a type is a string: `type_of(x) == \"string\"`.".to_owned());
    }
    nearest(name, known).map(|near| format!("Did you mean `{near}`?"))
}

/// The hint for a call of a function that does not exist; the same for `check` and for a run.
pub(crate) fn unknown_function(name: &str, declared: &DeclaredNames) -> Option<String> {
    if declared.has(name) {
        return Some(format!("`{name}` is a variable; call the function in it with `{name}.call(...)`."));
    }
    let own = declared.functions.iter().map(|(known, _)| known.as_str());
    script_forms(name, declared).or_else(|| foreign_name(name)).or_else(|| did_you_mean(name, own))
}

/// The hint that lists how the script defines a function.
pub(crate) fn script_forms(name: &str, declared: &DeclaredNames) -> Option<String> {
    let forms = declared.functions.iter().filter(|(known, _)| known == name);
    let forms: Vec<_> =
        forms.map(|(name, parameters)| format!("`{name}({})`", parameters.join(", "))).collect();
    (!forms.is_empty()).then(|| format!("The script defines {}.", forms.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint_at(topic: &ErrorTopic, text: &str, line: usize, column: usize) -> Option<String> {
        let place = ScriptPlace { source: None, line: Some(line), column: Some(column) };
        hint_for(topic, &place, text)
    }

    fn of_variable(name: &str, text: &str) -> String {
        hint_at(&ErrorTopic::Variable(name.into()), text, 1, 1).unwrap_or_default()
    }

    fn of_function(name: &str, text: &str) -> Option<String> {
        hint_at(&ErrorTopic::Function(name.into()), text, 1, 1)
    }

    #[test]
    fn a_variable_that_a_function_cannot_see_is_explained() {
        let constant = of_variable("LIMIT", "const LIMIT = 1; fn f() { LIMIT }");
        assert_eq!(constant, "Inside a function, write `global::LIMIT` for a constant of the script.");
        assert!(of_variable("users", "let users = []; fn f() { users }").contains("Pass it as an argument"));
    }

    #[test]
    fn a_mistyped_variable_suggests_one_of_the_script() {
        assert_eq!(of_variable("usres", "print(usres); let users = [];"), "Did you mean `users`?");
    }

    #[test]
    fn a_variable_that_is_assigned_before_it_is_declared_is_explained() {
        assert!(of_variable("count", "count = 1;").contains("`let`"));
        assert!(!of_variable("count", "count == 1;").contains("`let`"));
    }

    #[test]
    fn the_bare_name_of_a_function_of_ours_is_explained() {
        assert!(of_variable("get_users", "help(get_users)").contains("is a function"));
    }

    #[test]
    fn foreign_syntax_comes_before_similar_names() {
        assert!(of_variable("None", "None; let nine = 1;").contains("`()`"));
    }

    #[test]
    fn a_function_of_the_script_is_shown_with_its_parameters() {
        assert_eq!(
            of_function("add", "fn add(one, two) { }").as_deref(),
            Some("The script defines `add(one, two)`.")
        );
        assert_eq!(of_function("ad_user", "fn add_user(x) { }").as_deref(), Some("Did you mean `add_user`?"));
    }

    #[test]
    fn a_function_in_a_variable_is_called_by_call() {
        assert!(of_function("f", "let f = |x| x; f(1)").unwrap_or_default().contains("`f.call(...)`"));
    }

    #[test]
    fn the_nearest_name_is_suggested_whoever_defines_it() {
        crate::script::functions::catalog(); // declares the families that `Catalog::read` reads
        let near = of_function("get_usres", "fn get_it() { }");
        assert_eq!(near.as_deref(), Some("Did you mean `get_users`?"));
    }

    #[test]
    fn an_empty_block_explains_a_missing_value() {
        assert!(hint_at(&ErrorTopic::Nothing, "let x = {}; x.a = 1;", 1, 1).is_some());
        assert!(hint_at(&ErrorTopic::Nothing, "let x = (); x.a = 1;", 1, 1).is_none());
    }
}
