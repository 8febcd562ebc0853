//! The order in which the parts of a statement are computed: from left to right, as in Python.

use super::expressions::is_repeatable;
use super::names;
use super::syntax::{PyExpression, PyNode};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// A part of a statement that is translated.
pub(super) struct OrderedPart {
    pub(super) code: String,
    /// Computing it may change something, or depend on what others change.
    has_effects: bool,
}

impl Translator<'_> {
    /// Notes a part. If it needs lines before the statement, the parts before it are computed before these lines.
    pub(super) fn in_order(
        &mut self,
        earlier: &mut Vec<OrderedPart>,
        node: &PyNode,
        part: impl FnOnce(&mut Self) -> Translated<String>,
    ) -> Translated<()> {
        let mark = self.before.len();
        let code = part(self)?;
        if self.before.len() > mark && self.closure_is_open() && earlier.iter().any(|part| part.has_effects) {
            return left("values that are computed in an order");
        }
        if self.before.len() > mark {
            let lines = self.before.split_off(mark);
            for part in earlier.iter_mut().filter(|part| part.has_effects) {
                let name = self.fresh("part");
                self.before.push(format!("let {name} = {};", part.code));
                *part = OrderedPart { code: name, has_effects: false };
            }
            self.before.extend(lines);
        }
        earlier.push(OrderedPart { code, has_effects: has_effects(node) });
        Ok(())
    }

    fn closure_is_open(&self) -> bool {
        self.scope.closure_depth > 0
    }

    /// Translates a part that is not always computed, so that it can have no lines before the statement.
    pub(super) fn at_times<T>(&mut self, part: impl FnOnce(&mut Self) -> Translated<T>) -> Translated<T> {
        let mark = self.before.len();
        let translated = part(self)?;
        if self.before.len() > mark {
            return left("a value that needs lines before it, where it is not always computed");
        }
        Ok(translated)
    }

    /// Which of several printed values are computed before the line: all calls, if one of them changes a list or map
    /// that is printed as well, since Python prints it as it is at the end.
    pub(super) fn is_printed_at_end(&self, parts: &[PyNode]) -> Translated<bool> {
        let mut is_changed = false;
        for (place, part) in parts.iter().enumerate() {
            let Some(root) = part.root().filter(|_| part.call().is_none()) else { continue };
            let others = parts.iter().enumerate().filter(|(other, _)| *other != place);
            if !others.into_iter().any(|(_, other)| changes(other, root)) {
                continue;
            }
            match self.kind_of(part) {
                ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Set => is_changed = true,
                kind if kind.is_number() || matches!(kind, ValueKind::Text | ValueKind::Bool) => {}
                _ => return left("a value that the same line changes"),
            }
        }
        Ok(is_changed)
    }
}

/// Whether an expression changes a variable in place.
fn changes(node: &PyNode, root: &str) -> bool {
    let mut found = false;
    node.walk(&mut |inner| {
        if let Some(call) = inner.call()
            && let PyExpression::Attribute(of, method) = &call.function.kind
        {
            found |= of.root() == Some(root) && names::is_changing_method(method);
        }
    });
    found
}

/// Whether an expression has a call that may change something.
pub(super) fn has_effects(node: &PyNode) -> bool {
    let mut found = false;
    node.walk(&mut |inner| found |= inner.call().is_some() && !is_repeatable(inner));
    found
}
