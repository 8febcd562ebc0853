//! Reads the options of a script from its source, without running it.

use crate::language::script_options::ScriptOptions;
use crate::language::script_options::declaration::OptionDeclaration;
use rhai::{ASTNode, Dynamic, Engine, Expr, FnCallExpr, OptimizationLevel, Position, Stmt};
use std::collections::BTreeSet;

/// The function that declares options.
pub(crate) const FUNCTION: &str = "options";

/// Why the options of a script cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeclarationProblem {
    pub(crate) message: String,
    /// Where in the script.
    pub(crate) position: Position,
}

/// What follows the name of an option that another one has.
const TAKEN: &str = "has the letter of another option as `short`";

/// What a script says of itself and its options. A script that cannot be parsed has none: the error appears when it runs.
///
/// # Errors
/// Its options are not written out, or are not valid.
pub(crate) fn read(text: &str) -> Result<ScriptOptions, DeclarationProblem> {
    let description = description(text);
    let mut calls = Vec::new();
    // Most scripts declare none; they are not parsed twice.
    if text.contains(FUNCTION)
        && let Ok(ast) = parser().compile(text)
    {
        ast.walk(&mut |path: &[ASTNode]| {
            calls.extend(path.last().and_then(argument));
            true
        });
    }
    if let [_, (_, second), ..] = calls.as_slice() {
        return Err(problem("a script can declare its options only once".to_owned(), *second));
    }
    let declared = calls.pop().map(|(map, position)| declarations(&map, position)).transpose()?;
    Ok(ScriptOptions { description, declared })
}

/// Parses like the engine of a run, and knows no functions.
fn parser() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_max_expr_depths(0, 0);
    // Optimized maps are constants, which have lost the order of their keys.
    engine.set_optimization_level(OptimizationLevel::None);
    engine
}

/// The lines at the start that begin with `//!`, without that.
fn description(text: &str) -> String {
    let lines = text.trim_start_matches('\u{feff}').lines();
    let start = lines.skip_while(|line| is_no_description(line));
    let lines: Vec<_> = start
        .map_while(|line| line.trim_start().strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Whether the description may follow: after blank lines, the first line for the system, and ordinary comments.
fn is_no_description(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with("#!") || line.starts_with("//") && !line.starts_with("//!")
}

/// The argument of a call of the function, and where it is.
fn argument(node: &ASTNode) -> Option<(Expr, Position)> {
    let (call, position) = match node {
        ASTNode::Stmt(Stmt::FnCall(call, position)) | ASTNode::Expr(Expr::FnCall(call, position)) => {
            (call, *position)
        }
        _ => return None,
    };
    Some((only_argument(call)?.clone(), position))
}

fn only_argument(call: &FnCallExpr) -> Option<&Expr> {
    let is_ours = call.namespace.path.iter().all(|part| part.name == "umapi");
    match call.args.as_slice() {
        [map] if call.name == FUNCTION && is_ours => Some(map),
        _ => None,
    }
}

fn declarations(map: &Expr, position: Position) -> Result<Vec<OptionDeclaration>, DeclarationProblem> {
    let Expr::Map(entries, _) = map else {
        let message = "the options of a script must be written out: options(#{file: #{kind: \"file\"}})";
        return Err(problem(message.to_owned(), position));
    };
    let mut declared = Vec::new();
    for (name, value) in &entries.0 {
        let option = match value.get_literal_value(None) {
            Some(value) => OptionDeclaration::read(&name.name, &value),
            None => {
                Err(format!("the option `{}` must be written out, without variables or calls", name.name))
            }
        };
        declared.push(option.map_err(|message| problem(message, name.pos))?);
    }
    check_letters(&declared).map_err(|message| problem(message, position))?;
    Ok(declared)
}

fn check_letters(declared: &[OptionDeclaration]) -> Result<(), String> {
    let mut letters = BTreeSet::new();
    for option in declared {
        if option.name == "help" {
            return Err("the option `help` is the help page itself; choose another name".to_owned());
        }
        let Some(letter) = option.short else { continue };
        if letter == 'h' || !letters.insert(letter) {
            return Err(format!("the option `{}` {TAKEN}", option.name));
        }
    }
    Ok(())
}

/// The options of a map, in the order of their names: where there is no source, as at the prompt.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn of_map(map: &rhai::Map) -> Result<ScriptOptions, String> {
    let read = |(name, value): (&rhai::Identifier, &Dynamic)| OptionDeclaration::read(name, value);
    let declared: Vec<_> = map.iter().map(read).collect::<Result<_, _>>()?;
    check_letters(&declared)?;
    Ok(ScriptOptions { description: String::new(), declared: Some(declared) })
}

fn problem(message: String, position: Position) -> DeclarationProblem {
    DeclarationProblem { message, position }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_and_the_options_are_read_in_the_order_of_the_source() {
        let text = "#!/usr/bin/env umapish\n\n//! Moves people.\n//!\n//!   umapish move.rhai\n\n// more\nfn f(x) { x }\n\
            let o = options(#{\n  to: #{help: \"the new group\"},\n  from: #{help: \"the old one\"},\n  few: #{fallback: 3, short: \"f\"},\n});";
        let options = read(&crate::language::source_text::prepare(text.to_owned())).unwrap();
        assert_eq!(options.description, "Moves people.\n\n  umapish move.rhai");
        let names: Vec<_> = options.list().iter().map(OptionDeclaration::shown).collect();
        assert_eq!(names, ["TO", "FROM", "--few"]);
        assert!(read("print(1)").unwrap().declared.is_none());
        assert!(read("options(").unwrap().declared.is_none(), "a syntax error appears when it runs");
        assert_eq!(read("options(#{})").unwrap().declared.map(|list| list.len()), Some(0));
    }

    #[test]
    fn what_is_wrong_with_a_declaration_has_its_place() {
        for (code, message) in [
            ("options(x)", "must be written out: options("),
            ("options(#{a: #{fallback: today()}})", "the option `a` must be written out"),
            ("options(#{a: 1})", "the option `a` must be a map"),
            ("options(#{a: #{kid: \"file\"}})", "has an unknown key `kid`; did you mean `kind`?"),
            ("options(#{a: #{kind: \"fil\"}})", "must have one of these as `kind`: string, number"),
            ("options(#{a: #{kind: \"number\", fallback: \"x\"}})", "has a `fallback` that is not a number"),
            ("options(#{a: #{kind: \"date\", fallback: \"x\"}})", "has a `fallback` that is not a date"),
            ("options(#{a: #{one_of: [\"x\"], fallback: \"y\"}})", "has a `fallback` that must be one of x"),
            ("options(#{a: #{kind: \"secret\", fallback: \"x\"}})", "is secret"),
            ("options(#{a: #{short: \"xy\"}})", "must have one letter as `short`"),
            (
                "options(#{a: #{short: \"x\"}, b: #{short: \"x\"}})",
                "the option `b` has the letter of another",
            ),
            ("options(#{help: #{}})", "is the help page itself"),
            ("options(#{a: #{}});\noptions(#{})", "only once"),
        ] {
            let problem = read(code).unwrap_err();
            assert!(problem.message.contains(message), "{code}: {}", problem.message);
            assert!(problem.position.line().is_some(), "{code}");
        }
    }
}
