//! Conditions: Python takes any value, Rhai only true and false.

use super::chain::{ChainPart, ExpressionChain, variable_name, written};
use super::scan::ScriptScan;
use super::trap;
use rhai::Expr;

/// Methods that lists, strings and maps have, and true and false do not.
const OF_COLLECTIONS: &[&str] = &["len", "is_empty", "slice", "push", "keys", "join", "split", "trim"];

impl ScriptScan<'_> {
    /// Checks a condition, or a part of one.
    pub(super) fn check_condition(&mut self, condition: &Expr) {
        match condition {
            Expr::And(items, _) | Expr::Or(items, _) => {
                items.iter().for_each(|item| self.check_condition(item));
            }
            Expr::FnCall(call, _) if call.name == "!" && call.args.len() == 1 => {
                call.args.iter().for_each(|inner| self.check_condition(inner));
            }
            _ => {
                let kind = self.known_value(condition).kind();
                let name = written(condition).unwrap_or_else(|| "x".to_owned());
                match kind {
                    Some(kind @ ("a list" | "a map" | "a string" | "a number")) => {
                        self.report(condition.start_position(), trap::value_as_condition(kind, &name));
                    }
                    Some(_) => {}
                    None => self.note_condition(condition),
                }
            }
        }
    }

    /// Notes a variable as a condition: it may turn out to be a list.
    fn note_condition(&mut self, condition: &Expr) {
        let position = condition.start_position();
        if let Some(name) = variable_name(condition)
            && let Some(variable) = self.variable(name)
        {
            variable.tested.get_or_insert(position);
        }
    }

    /// Notes that a variable has a method of lists.
    pub(super) fn note_collection(&mut self, chain: &ExpressionChain) {
        let is_collection = match chain.parts.first() {
            Some(ChainPart::Method(call)) => {
                OF_COLLECTIONS.contains(&call.name.as_str())
                    && !self.own_functions.contains_key(call.name.as_str())
            }
            _ => false,
        };
        if is_collection
            && let Some(name) = chain.variable()
            && let Some(variable) = self.variable(name)
        {
            variable.is_collection = true;
        }
    }
}
