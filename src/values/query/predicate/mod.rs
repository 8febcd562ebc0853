//! Evaluates simple script functions without the interpreter.
//!
//! `|user| user.type == "federatedID" && "Photoshop" in user.groups` only reads one entry and changes nothing, so
//! it is compiled once and then costs a comparison per entry. Any uncertain case (a value of another type, an absent
//! list, anything that the interpreter would reject) is left to the interpreter, which alone throws errors. So the
//! results here only have to equal Rhai's; a test compares both on generated functions and entries.

mod compile;
mod expression;
#[cfg(test)]
mod tests;
mod value;

use crate::values::field_value::FieldValue;
use crate::values::query::list_view::ListView;
use crate::values::query::predicate::expression::PredicateExpression;
use crate::values::query::predicate::value::PredicateValue;
use rhai::{FnPtr, NativeCallContext};

/// A recognized function of one entry.
#[derive(Debug)]
pub struct Simple(PredicateExpression);

impl Simple {
    /// Recognizes a function; `None` if it is not simple.
    pub fn of(context: &NativeCallContext, function: &FnPtr, parameters: usize) -> Option<Self> {
        compile::read(context, function, parameters).map(Self)
    }

    /// Whether it returns true for an entry; `None` if the interpreter must evaluate it.
    pub fn holds(&self, list: &dyn ListView, place: usize) -> Option<bool> {
        match self.0.value(list, place)? {
            PredicateValue::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// Its result for an entry, if that is a field of the entry; `None` if the interpreter must evaluate it.
    pub fn cell<'e>(&self, list: &'e dyn ListView, place: usize) -> Option<FieldValue<'e>> {
        match &self.0 {
            PredicateExpression::Field(field) => list.property(place, field),
            _ => None,
        }
    }
}
