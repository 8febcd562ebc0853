//! What is known of values, names and keys at a position of a script.

use super::chain::{ChainPart, ExpressionChain, variable_name, written};
use super::scan::ScriptScan;
use super::variable::{KnownValue, VariableOrigin};
use rhai::{Expr, Position};

impl ScriptScan<'_> {
    /// Whether the key at a position is in quotes.
    pub(super) fn is_quoted(&self, position: Position) -> bool {
        let column = position.position().unwrap_or(1).saturating_sub(1);
        let line = position.line().and_then(|line| self.lines.get(line.saturating_sub(1)));
        line.and_then(|line| line.chars().nth(column))
            .is_none_or(|letter| !(letter.is_alphabetic() || letter == '_'))
    }

    /// Whether the script, the service or an option of a function uses the name as that of a field.
    pub(super) fn is_field(&self, name: &str) -> bool {
        let is_read = self
            .lines
            .iter()
            .any(|line| line.contains(&format!(".{name}")) || line.contains(&format!("\"{name}\"")));
        is_read
            || !self.mentioned.contains(name)
            || crate::wire::user::FIELDS.contains(&name)
            || crate::wire::group::FIELDS.contains(&name)
            || crate::script::functions::catalog()
                .functions()
                .any(|function| function.options.iter().any(|option| option.name == name))
    }

    pub(super) fn origin(&self, value: &Expr) -> VariableOrigin {
        if let Some(name) = variable_name(value).filter(|name| self.is_own_data(name)) {
            return VariableOrigin::CopyOf(name.to_owned());
        }
        let Some(chain) = ExpressionChain::of(value) else { return VariableOrigin::New };
        let is_part = !chain.has_call() && chain.variable().is_some_and(|name| self.is_own_data(name));
        match written(value) {
            Some(text) if is_part => VariableOrigin::CopyOf(text),
            _ => VariableOrigin::New,
        }
    }

    /// Whether it is a variable that the script declared.
    pub(super) fn is_own_data(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.name == name)
    }

    /// An entry of rows, or a cell of a row.
    fn known_part(&self, value: &Expr) -> Option<KnownValue> {
        let chain = ExpressionChain::of(value)?;
        let mut known = self.known_value(chain.root);
        for part in &chain.parts {
            known = match (known, part) {
                (KnownValue::Row, ChainPart::Field(_) | ChainPart::Index(_)) => KnownValue::Cell,
                (KnownValue::Rows, ChainPart::Index(_)) => KnownValue::Row,
                _ => return None,
            };
        }
        Some(known)
    }

    pub(super) fn known_value(&self, value: &Expr) -> KnownValue {
        if let Some(name) = variable_name(value) {
            let variable = self.variables.iter().rev().find(|variable| variable.name == name);
            return variable
                .filter(|variable| !variable.is_untracked)
                .map_or(KnownValue::Other, |variable| variable.value);
        }
        if let Some(part) = self.known_part(value) {
            return part;
        }
        let called = match value {
            Expr::FnCall(call, _) if call.namespace.path.is_empty() => Some(call.name.as_str()),
            _ => None,
        };
        let last = ExpressionChain::of(value).and_then(|chain| match chain.parts.last() {
            Some(ChainPart::Method(call)) => Some(call.name.to_string()),
            Some(ChainPart::Field(name)) => Some((*name).to_owned()),
            _ => None,
        });
        match called.or(last.as_deref()) {
            Some("len" | "parse_int") => KnownValue::Whole(None),
            Some("sum") if self.is_sum_of_numbers(value) => KnownValue::Whole(None),
            Some("now") => KnownValue::Time,
            Some("send") if called.is_some() => KnownValue::Response,
            Some("read_csv") if is_plain_call(value) => KnownValue::Rows,
            Some("trim" | "to_string" | "to_upper" | "to_lower" | "replace" | "join" | "sub_string") => {
                KnownValue::String
            }
            _ => KnownValue::of(value),
        }
    }
}

impl ScriptScan<'_> {
    /// `[1, 2].sum()`.
    fn is_sum_of_numbers(&self, value: &Expr) -> bool {
        let chain = ExpressionChain::of(value);
        chain.is_some_and(|chain| {
            chain.parts.len() == 1 && self.known_value(chain.root) == KnownValue::Numbers
        })
    }

    /// A list or map as it is written, or a variable with one.
    pub(super) fn is_collection(&self, value: &Expr) -> bool {
        matches!(self.known_value(value), KnownValue::Numbers | KnownValue::List | KnownValue::Map)
    }
}

/// Whether it is a call with one argument.
fn is_plain_call(value: &Expr) -> bool {
    matches!(value, Expr::FnCall(call, _) if call.args.len() == 1)
}
