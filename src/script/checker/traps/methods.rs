//! Calls of methods: those that change their receiver, those that return a new value, and those whose arguments mean
//! something else in Python.

use super::scan::ScriptScan;
use super::trap;
use super::variable::KnownValue;
use rhai::{Expr, FnCallExpr, FnPtr, Position};

/// Methods that change a list or map in place and return nothing.
const CHANGING: &[&str] =
    &["push", "append", "insert", "clear", "reverse", "sort", "sort_desc", "splice", "mixin", "chop"];
/// Methods that change a list or map in place and return what they removed.
const REMOVING: &[&str] = &["pop", "shift", "remove", "drain", "retain", "truncate", "pad"];
/// Functions of strings alone that return a new string.
const OF_STRINGS: &[&str] = &[
    "trim",
    "trim_start",
    "trim_end",
    "capitalize",
    "make_lower",
    "make_upper",
    "replace",
    "replace_all",
    "crop",
    "to_lower",
    "to_upper",
];
/// Functions of lists that return a new list.
const OF_LISTS: &[&str] = &["filter", "where", "unique", "without", "slice", "extract"];
/// Functions that return a new string, and change a list or map in place.
const OF_STRINGS_AND_LISTS: &[&str] = &["remove", "truncate", "pad"];

/// Whether a call changes its receiver in place.
pub(super) fn changes_receiver(call: &FnCallExpr, is_used: bool) -> bool {
    let name = call.name.as_str();
    CHANGING.contains(&name) || (REMOVING.contains(&name) && !is_used)
}

impl ScriptScan<'_> {
    /// Arguments that mean something else than in Python.
    pub(super) fn check_arguments(
        &mut self,
        call: &FnCallExpr,
        receiver: Option<&Expr>,
        arguments: &[Expr],
        position: Position,
    ) {
        let of = receiver.map_or(KnownValue::Other, |receiver| self.known_value(receiver));
        if call.name == "format" && of == KnownValue::String {
            return self.report(position, trap::formatted_string());
        }
        let [argument] = arguments else { return };
        let kind = self.known_value(argument).kind();
        match call.name.as_str() {
            "append" if of.kind() == Some("a list") && kind.is_some_and(|kind| kind != "a list") => {
                self.report(position, trap::appended_entry());
            }
            "append" if matches!(self.known_value(argument), KnownValue::Numbers | KnownValue::List) => {
                self.report(position, trap::appended_list());
            }
            "sort" if self.parameters_of(argument) == Some(1) => self.report(position, trap::sorted_by_key()),
            _ => {}
        }
    }

    /// A call whose result is not used.
    pub(super) fn discarded(
        &mut self,
        call: &FnCallExpr,
        name: Option<&str>,
        value: KnownValue,
        position: Position,
    ) {
        let is_string = value == KnownValue::String;
        let function = call.name.as_str();
        // A function of two parameters sorts in place.
        let sorts_a_copy =
            function == "sort_by" && call.args.last().is_some_and(|key| self.parameters_of(key) != Some(2));
        if OF_STRINGS.contains(&function) || (is_string && OF_STRINGS_AND_LISTS.contains(&function)) {
            self.report(position, trap::discarded_string(function, name));
        } else if OF_LISTS.contains(&function) || sorts_a_copy {
            self.report(position, trap::discarded_list(function, name));
        } else if function == "remove"
            && value == KnownValue::Numbers
            && matches!(call.args.last(), Some(Expr::IntegerConstant(1.., _)))
        {
            self.report(position, trap::remove_by_index());
        }
    }

    /// The number of parameters of a closure that is written there; 1 for the name of a field.
    fn parameters_of(&self, function: &Expr) -> Option<usize> {
        match function {
            Expr::StringConstant(..) => Some(1),
            Expr::DynamicConstant(value, _) => {
                let function = value.read_lock::<FnPtr>()?;
                self.closures.get(function.fn_name()).copied()
            }
            Expr::FnCall(call, _) if call.name == "curry" => self.parameters_of(call.args.first()?),
            Expr::Stmt(block) => match block.statements().last()? {
                rhai::Stmt::Expr(inner) => self.parameters_of(inner),
                rhai::Stmt::FnCall(call, _) if call.name == "curry" => self.parameters_of(call.args.first()?),
                _ => None,
            },
            _ => None,
        }
    }
}
