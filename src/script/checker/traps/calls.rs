//! Calls whose arguments mean something else in Python, and calls whose results are lost.

use super::methods::{OF_LISTS, OF_STRINGS, OF_STRINGS_AND_LISTS};
use super::scan::ScriptScan;
use super::trap;
use super::variable::KnownValue;
use rhai::{Expr, FnCallExpr, FnPtr, Position};

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
        if call.name == "join" && of == KnownValue::String {
            return self.report(position, trap::joined_string());
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
