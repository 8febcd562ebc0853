//! The expression of a simple function and its evaluation for an entry.

use crate::values::query::list_view::ListView;
use crate::values::query::predicate::value::{ComparisonOperator, ConstantList, PredicateValue};
use rhai::{Dynamic, ImmutableString};
use std::borrow::Cow;
use std::collections::HashSet;

/// An expression that reads one entry and changes nothing.
#[derive(Debug)]
pub(crate) enum PredicateExpression {
    Unit,
    Flag(bool),
    Number(i64),
    Text(ImmutableString),
    List(ConstantList),
    /// A captured map, or a captured array of mixed types.
    Captured(Dynamic),
    /// A list of users or groups that was captured, by their folded names.
    Named(HashSet<String>),
    /// The index of the entry.
    Place,
    /// A property of the entry.
    Field(ImmutableString),
    Not(Box<PredicateExpression>),
    All(Vec<PredicateExpression>),
    Any(Vec<PredicateExpression>),
    /// The first value that is not `()`.
    Either(Vec<PredicateExpression>),
    Compare(ComparisonOperator, Box<[PredicateExpression; 2]>),
    /// Whether the first contains the second.
    Contains(Box<[PredicateExpression; 2]>),
    StartsWith(Box<[PredicateExpression; 2]>),
    EndsWith(Box<[PredicateExpression; 2]>),
    Length(Box<PredicateExpression>),
    IsEmpty(Box<PredicateExpression>),
    /// Whether the entry is a user in this group.
    InGroup(Box<PredicateExpression>),
}

impl PredicateExpression {
    /// Its value for an entry; `None` if the interpreter must evaluate it.
    pub(crate) fn value<'v>(&'v self, list: &'v dyn ListView, place: usize) -> Option<PredicateValue<'v>> {
        let value = |expression: &'v Self| expression.value(list, place);
        let both = |pair: &'v [Self; 2]| Some((value(&pair[0])?, value(&pair[1])?));
        Some(match self {
            Self::Unit => PredicateValue::Unit,
            Self::Flag(flag) => PredicateValue::Flag(*flag),
            Self::Number(number) => PredicateValue::Number(*number),
            Self::Text(text) => PredicateValue::Text(text),
            Self::List(items) => PredicateValue::List(items),
            Self::Captured(captured) => PredicateValue::Other(Cow::Borrowed(captured)),
            Self::Named(names) => PredicateValue::Named(names),
            Self::Place => PredicateValue::Number(i64::try_from(list.first() + place).ok()?),
            Self::Field(field) => PredicateValue::of_cell(list.property(place, field)?),
            Self::Not(one) => PredicateValue::Flag(!one.flag(list, place)?),
            Self::All(all) => PredicateValue::Flag(!first(all, list, place, false)?),
            Self::Any(any) => PredicateValue::Flag(first(any, list, place, true)?),
            Self::Either(either) => return first_present(either, list, place),
            Self::Compare(how, pair) => {
                let (one, other) = both(pair)?;
                PredicateValue::Flag(one.compare(*how, &other)?)
            }
            Self::Contains(pair) => {
                let (container, item) = both(pair)?;
                PredicateValue::Flag(container.contains(&item)?)
            }
            Self::StartsWith(pair) => {
                let (text, start) = both(pair)?;
                PredicateValue::Flag(text.text()?.starts_with(start.text()?))
            }
            Self::EndsWith(pair) => {
                let (text, end) = both(pair)?;
                PredicateValue::Flag(text.text()?.ends_with(end.text()?))
            }
            Self::Length(one) => PredicateValue::Number(i64::try_from(value(one)?.length()?).ok()?),
            Self::IsEmpty(one) => PredicateValue::Flag(value(one)?.length()? == 0),
            Self::InGroup(name) => PredicateValue::Flag(list.user(place)?.is_in(value(name)?.text()?)),
        })
    }

    fn flag(&self, list: &dyn ListView, place: usize) -> Option<bool> {
        match self.value(list, place)? {
            PredicateValue::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}

/// Whether one of the flags is `wanted`; short-circuits, as Rhai does.
fn first(
    expressions: &[PredicateExpression],
    list: &dyn ListView,
    place: usize,
    wanted: bool,
) -> Option<bool> {
    for expression in expressions {
        if expression.flag(list, place)? == wanted {
            return Some(true);
        }
    }
    Some(false)
}

fn first_present<'v>(
    expressions: &'v [PredicateExpression],
    list: &'v dyn ListView,
    place: usize,
) -> Option<PredicateValue<'v>> {
    for expression in expressions {
        match expression.value(list, place)? {
            PredicateValue::Unit => {}
            value => return Some(value),
        }
    }
    Some(PredicateValue::Unit)
}
