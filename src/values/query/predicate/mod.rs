//! Evaluates simple script functions without the interpreter.
//!
//! `|user| user.type == "federatedID" && "Photoshop" in user.groups` only reads one entry and changes nothing, so
//! it is compiled once and then costs a comparison per entry. Any uncertain case (a value of another type, an absent
//! list, anything that the interpreter would reject) is left to the interpreter, which alone throws errors. So the
//! results here only have to equal Rhai's; a test compares both on generated functions and entries.

mod compile;
mod expression;
mod field_access;
mod field_use;
#[cfg(test)]
mod tests;
mod text_change;
mod value;

pub(crate) use field_use::reads_groups;

use crate::values::field_value::FieldValue;
use crate::values::query::list_view::ListView;
use crate::values::query::predicate::compile::FunctionParameters;
use crate::values::query::predicate::expression::{ComparedEntries, PredicateExpression};
use crate::values::query::predicate::value::PredicateValue;
use rhai::{FnPtr, NativeCallContext};
use std::cmp::Ordering;

/// A recognized function of one entry.
#[derive(Debug)]
pub struct Simple(PredicateExpression);

impl Simple {
    /// Recognizes a function; `None` if it is not simple.
    pub fn of(context: &NativeCallContext, function: &FnPtr, parameters: usize) -> Option<Self> {
        let parameters = match parameters {
            0 => FunctionParameters::This,
            1 => FunctionParameters::Entry,
            _ => FunctionParameters::EntryAndPlace,
        };
        compile::read(context, function, parameters).map(Self)
    }

    /// Whether it returns true for an entry; `None` if the interpreter must evaluate it.
    pub fn holds(&self, list: &dyn ListView, place: usize) -> Option<bool> {
        self.0.flag(ComparedEntries { list, places: [place; 2] })
    }

    /// Its result for an entry; `None` if the interpreter must evaluate it.
    pub fn cell<'e>(&self, list: &'e dyn ListView, place: usize) -> Option<FieldValue<'e>> {
        self.0.cell(ComparedEntries { list, places: [place; 2] })
    }
}

/// A recognized function that compares two entries.
#[derive(Debug)]
pub struct SimpleComparison(PredicateExpression);

impl SimpleComparison {
    /// Recognizes a function of two entries; `None` if it is not simple.
    pub fn of(context: &NativeCallContext, function: &FnPtr) -> Option<Self> {
        compile::read(context, function, FunctionParameters::TwoEntries).map(Self)
    }

    /// The order of two entries: by the sign of the number that it returns, or whether the first may come before the
    /// second. `None` if the interpreter must evaluate it.
    pub fn order(&self, list: &dyn ListView, places: [usize; 2]) -> Option<Ordering> {
        match self.0.value(ComparedEntries { list, places })? {
            PredicateValue::Number(number) => Some(number.cmp(&0)),
            PredicateValue::Flag(true) => Some(Ordering::Less),
            PredicateValue::Flag(false) => Some(Ordering::Greater),
            _ => None,
        }
    }
}
