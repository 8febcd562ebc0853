//! Calls a script's function for each entry of a list, by the conventions of Rhai's arrays.

use super::predicate::{Simple, SimpleComparison, reads_groups};
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use crate::values::field_value::FieldValue;
use crate::values::query::list_view::ListView;
use rhai::{Dynamic, EvalAltResult, FnPtr, NativeCallContext};
use std::cmp::Ordering;

/// A function of a script that takes the entry, or the entry and its index, or reads the entry from `this`.
pub struct ListCallback<'l> {
    context: &'l NativeCallContext<'l>,
    function: FnPtr,
    caller: &'static str,
    form: CallbackForm,
    simple: Option<Box<Simple>>,
}

/// The parameters of the function. Looked up once, since a lookup for each entry would cost more than the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallbackForm {
    This,
    Entry,
    EntryAndPlace,
    /// It is not defined in this script, but native or in another module.
    Unknown,
}

impl<'l> ListCallback<'l> {
    /// The function given to `caller`.
    pub fn new(context: &'l NativeCallContext<'l>, function: FnPtr, caller: &'static str) -> Self {
        let count = parameters(context, &function);
        let simple = count.and_then(|count| Simple::of(context, &function, count)).map(Box::new);
        let form = match count {
            Some(0) => CallbackForm::This,
            Some(1) => CallbackForm::Entry,
            Some(2) => CallbackForm::EntryAndPlace,
            _ => CallbackForm::Unknown,
        };
        Self { context, function, caller, form, simple }
    }

    /// Whether it reads the groups of an entry.
    pub fn reads_groups(&self) -> bool {
        let count = match self.form {
            CallbackForm::This => 0,
            CallbackForm::Entry => 1,
            CallbackForm::EntryAndPlace => 2,
            CallbackForm::Unknown => return false,
        };
        reads_groups(self.context, &self.function, count)
    }

    /// Its result for an entry.
    ///
    /// # Errors
    /// Whatever it throws.
    pub fn call(&self, mut entry: Dynamic, place: usize) -> RhaiResultOf<Dynamic> {
        let index = || Dynamic::from_int(i64::try_from(place).unwrap_or(i64::MAX));
        let result = match self.form {
            CallbackForm::Entry => self.function.call_raw(self.context, None, [entry]),
            CallbackForm::EntryAndPlace => self.function.call_raw(self.context, None, [entry, index()]),
            CallbackForm::This => self.function.call_raw(self.context, Some(&mut entry), []),
            CallbackForm::Unknown => {
                let function = &self.function;
                let this = Some(&mut entry);
                return function.call_raw_with_extra_args(
                    self.caller,
                    self.context,
                    this,
                    [],
                    [index()],
                    Some(0),
                );
            }
        };
        called_by(self.caller, self.context, result)
    }

    /// Its result for an entry of a list.
    ///
    /// # Errors
    /// Whatever it throws.
    pub fn cell<'e>(&self, list: &'e dyn ListView, place: usize) -> RhaiResultOf<FieldValue<'e>> {
        let known = self.simple.as_ref().and_then(|simple| simple.cell(list, place));
        known.map_or_else(|| self.call(list.value(place), list.first() + place).map(FieldValue::value), Ok)
    }

    /// Whether it returns true for an entry of a list.
    ///
    /// # Errors
    /// Whatever it throws; `usage` if it returns neither true nor false.
    pub fn is_true_for(&self, list: &dyn ListView, place: usize) -> RhaiResultOf<bool> {
        let known = self.simple.as_ref().and_then(|simple| simple.holds(list, place));
        known.map_or_else(|| self.holds(list.value(place), list.first() + place), Ok)
    }

    fn holds(&self, entry: Dynamic, place: usize) -> RhaiResultOf<bool> {
        let answer = self.call(entry, place)?;
        answer.as_bool().map_err(|_| self.undecided(&answer)).at(self.context)
    }

    fn undecided(&self, answer: &Dynamic) -> Error {
        let message = format!("the function passed to `{}` returned {}", self.caller, kind_of(answer));
        Error::usage_with_hint(message, "It must return true or false, as a comparison does.")
    }
}

/// The result of a function that was passed to `caller`; an error names the call as Rhai's own functions for arrays do.
fn called_by<R>(caller: &str, context: &NativeCallContext, result: RhaiResultOf<R>) -> RhaiResultOf<R> {
    result.map_err(|error| {
        let source = context.call_source().unwrap_or_default().to_owned();
        EvalAltResult::ErrorInFunctionCall(caller.to_owned(), source, error, context.call_position()).into()
    })
}

/// The number of parameters of a script's function, without captured ones.
pub fn parameters(context: &NativeCallContext, function: &FnPtr) -> Option<usize> {
    let captured = function.curry().len();
    let known = |count: &usize| {
        let mut modules = context.iter_namespaces();
        modules.any(|module| module.get_script_fn(function.fn_name(), count + captured).is_some())
    };
    (0..=2).find(known)
}

/// A function of a script that compares two entries: it returns a number as Rhai's `sort_by` takes it, or true when the
/// first may come before the second.
pub struct ListComparison<'l> {
    context: &'l NativeCallContext<'l>,
    function: FnPtr,
    simple: Option<SimpleComparison>,
}

impl<'l> ListComparison<'l> {
    /// A function of two parameters.
    pub fn new(context: &'l NativeCallContext<'l>, function: FnPtr) -> Self {
        let simple = SimpleComparison::of(context, &function);
        Self { context, function, simple }
    }

    /// The order of two entries of a list.
    ///
    /// # Errors
    /// What it throws; `usage` when it returns something else.
    pub fn order(&self, list: &dyn ListView, one: usize, other: usize) -> RhaiResultOf<Ordering> {
        let known = self.simple.as_ref().and_then(|simple| simple.order(list, [one, other]));
        known.map_or_else(|| self.call(list.value(one), list.value(other)), Ok)
    }

    fn call(&self, one: Dynamic, other: Dynamic) -> RhaiResultOf<Ordering> {
        let answer = self.function.call_raw(self.context, None, [one, other]);
        let answer = called_by("sort_by", self.context, answer)?;
        order(&answer).at(self.context)
    }
}

fn order(answer: &Dynamic) -> Result<Ordering> {
    if let Ok(number) = answer.as_int() {
        return Ok(number.cmp(&0));
    }
    let first = answer.as_bool().map_err(|_| {
        let message = format!("the function passed to `sort_by` returned {}", kind_of(answer));
        Error::usage_with_hint(
            message,
            "A function that compares two entries must return a whole number: -1, 0 or 1.",
        )
    })?;
    Ok(if first { Ordering::Less } else { Ordering::Greater })
}
