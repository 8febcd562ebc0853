//! Evaluates simple script functions without the interpreter.
//!
//! `|user| user.type == "federatedID" && "Photoshop" in user.groups` only reads one entry and changes nothing, so
//! it is compiled once and then costs a comparison per entry. Every case that is not certain (a value of another type,
//! an absent list, anything that the interpreter would refuse) is left to the interpreter, entry by entry, which alone
//! throws. So only the results returned here must equal Rhai's; a test compares both on generated functions and
//! entries.

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

/// A function of one entry that was recognised.
#[derive(Debug)]
pub struct Simple(PredicateExpression);

impl Simple {
    /// The function, when it is one.
    pub fn of(context: &NativeCallContext, function: &FnPtr, parameters: usize) -> Option<Self> {
        compile::read(context, function, parameters).map(Self)
    }

    /// Whether it returns true for an entry; `None` when the interpreter has to evaluate it.
    pub fn holds(&self, list: &dyn ListView, place: usize) -> Option<bool> {
        match self.0.value(list, place)? {
            PredicateValue::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// What it returns for an entry, if that is a field of it; `None` when the interpreter has to evaluate it.
    pub fn cell<'e>(&self, list: &'e dyn ListView, place: usize) -> Option<FieldValue<'e>> {
        match &self.0 {
            PredicateExpression::Field(field) => list.property(place, field),
            _ => None,
        }
    }
}
