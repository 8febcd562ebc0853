//! The form of a simple function, and what it comes to for an entry.

use super::value::{Comparison, List, Value};
use crate::values::query::list_view::Entries;
use rhai::{Dynamic, ImmutableString};
use std::borrow::Cow;
use std::collections::HashSet;

/// An expression that looks at one entry and changes nothing.
#[derive(Debug)]
pub(crate) enum Expression {
    Unit,
    Flag(bool),
    Number(i64),
    Text(ImmutableString),
    List(List),
    /// A map that was captured, or an array of all sorts.
    Captured(Dynamic),
    /// A list of users or groups that was captured, by the folded names they go by.
    Named(HashSet<String>),
    /// The place of the entry.
    Place,
    /// A property of the entry.
    Field(ImmutableString),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    /// The first that is not `()`.
    Either(Vec<Expression>),
    Compare(Comparison, Box<[Expression; 2]>),
    /// Whether the first has the second in it.
    Contains(Box<[Expression; 2]>),
    StartsWith(Box<[Expression; 2]>),
    EndsWith(Box<[Expression; 2]>),
    Length(Box<Expression>),
    IsEmpty(Box<Expression>),
    /// Whether the entry is a user in this group.
    InGroup(Box<Expression>),
}

impl Expression {
    /// Its value for an entry; `None` when the interpreter has to be asked.
    pub(crate) fn value<'v>(&'v self, list: &'v dyn Entries, place: usize) -> Option<Value<'v>> {
        let value = |expression: &'v Self| expression.value(list, place);
        let both = |pair: &'v [Self; 2]| Some((value(&pair[0])?, value(&pair[1])?));
        Some(match self {
            Self::Unit => Value::Unit,
            Self::Flag(flag) => Value::Flag(*flag),
            Self::Number(number) => Value::Number(*number),
            Self::Text(text) => Value::Text(text),
            Self::List(items) => Value::List(items),
            Self::Captured(captured) => Value::Other(Cow::Borrowed(captured)),
            Self::Named(names) => Value::Named(names),
            Self::Place => Value::Number(i64::try_from(list.first() + place).ok()?),
            Self::Field(field) => Value::of_cell(list.property(place, field)?),
            Self::Not(one) => Value::Flag(!one.flag(list, place)?),
            Self::All(all) => Value::Flag(!first(all, list, place, false)?),
            Self::Any(any) => Value::Flag(first(any, list, place, true)?),
            Self::Either(either) => return first_that_is_there(either, list, place),
            Self::Compare(how, pair) => {
                let (one, other) = both(pair)?;
                Value::Flag(one.compare(*how, &other)?)
            }
            Self::Contains(pair) => {
                let (container, item) = both(pair)?;
                Value::Flag(container.contains(&item)?)
            }
            Self::StartsWith(pair) => {
                let (text, start) = both(pair)?;
                Value::Flag(text.text()?.starts_with(start.text()?))
            }
            Self::EndsWith(pair) => {
                let (text, end) = both(pair)?;
                Value::Flag(text.text()?.ends_with(end.text()?))
            }
            Self::Length(one) => Value::Number(i64::try_from(value(one)?.length()?).ok()?),
            Self::IsEmpty(one) => Value::Flag(value(one)?.length()? == 0),
            Self::InGroup(name) => Value::Flag(list.user(place)?.is_in(value(name)?.text()?)),
        })
    }

    fn flag(&self, list: &dyn Entries, place: usize) -> Option<bool> {
        match self.value(list, place)? {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}

/// Whether one of the flags is the wanted one; those behind it are not looked at, as Rhai does not.
fn first(expressions: &[Expression], list: &dyn Entries, place: usize, wanted: bool) -> Option<bool> {
    for expression in expressions {
        if expression.flag(list, place)? == wanted {
            return Some(true);
        }
    }
    Some(false)
}

fn first_that_is_there<'v>(
    expressions: &'v [Expression],
    list: &'v dyn Entries,
    place: usize,
) -> Option<Value<'v>> {
    for expression in expressions {
        match expression.value(list, place)? {
            Value::Unit => {}
            value => return Some(value),
        }
    }
    Some(Value::Unit)
}
