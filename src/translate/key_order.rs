//! Lines that show the order of a map's keys, which is that of the alphabet here and that of their arrival in Python.

use super::report::KEY_ORDER;
use super::syntax::{PyExpression, PyFormatPart, PyNode, PyStatement, PyStatementKind};
use super::translator::Translator;
use super::value_kind::ValueKind;

/// Functions whose result does not depend on the order.
const ORDERLESS: [&str; 9] = ["sorted", "set", "frozenset", "len", "sum", "any", "all", "min", "max"];
/// Functions that list the keys of a map.
const LISTING: [&str; 6] = ["list", "tuple", "enumerate", "reversed", "zip", "map"];
/// Functions that write a map.
const WRITING: [&str; 6] = ["print", "str", "repr", "json.dumps", "json.dump", "logging.info"];

impl Translator<'_> {
    /// Remarks on a statement that shows the order of a map's keys.
    pub(super) fn remark_on_order(&mut self, statement: &PyStatement) {
        let is_loop =
            matches!(&statement.kind, PyStatementKind::For { iterated, .. } if self.is_map(iterated));
        if is_loop || statement.expressions().iter().any(|expression| self.shows_order(expression)) {
            self.writer.remark(statement.first, statement.head, KEY_ORDER);
        }
    }

    fn is_map(&self, node: &PyNode) -> bool {
        self.kind_of(node).is_map()
    }

    fn shows_order(&self, node: &PyNode) -> bool {
        let shows_itself = match &node.kind {
            PyExpression::Call(call) => {
                let path = self.path_of(&call.function).unwrap_or_default();
                if ORDERLESS.contains(&path.as_str()) {
                    return call.arguments.iter().any(|argument| self.shows_order_within(argument));
                }
                let has_map = || call.arguments.iter().any(|argument| self.is_map(argument));
                match &call.function.kind {
                    PyExpression::Attribute(of, method)
                        if ["items", "keys", "values"].contains(&method.as_str()) =>
                    {
                        matches!(self.kind_of(of), ValueKind::Unknown) || self.is_map(of)
                    }
                    PyExpression::Attribute(_, method) if method == "most_common" => true,
                    PyExpression::Attribute(_, method) if method == "join" => has_map(),
                    _ => (LISTING.contains(&path.as_str()) || WRITING.contains(&path.as_str())) && has_map(),
                }
            }
            PyExpression::Comprehension { loops, .. } => loops.iter().any(|part| self.is_map(&part.iterated)),
            PyExpression::Format(parts) => parts
                .iter()
                .any(|part| matches!(part, PyFormatPart::Value { value, .. } if self.is_map(value))),
            _ => false,
        };
        shows_itself || node.children().into_iter().any(|child| self.shows_order(child))
    }

    /// Whether something within an argument shows the order, where the argument itself may list a map.
    fn shows_order_within(&self, argument: &PyNode) -> bool {
        let is_listing = match argument.call().map(|call| &call.function.kind) {
            Some(PyExpression::Attribute(_, method)) => {
                ["items", "keys", "values"].contains(&method.as_str())
            }
            _ => matches!(argument.kind, PyExpression::Comprehension { .. }),
        };
        if is_listing {
            return argument.children().into_iter().any(|child| self.shows_order_within(child));
        }
        self.shows_order(argument)
    }
}
