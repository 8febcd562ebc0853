//! The expression of a simple function and its evaluation for an entry.

use crate::values::field_value::FieldValue;
use crate::values::query::list_view::ListView;
use crate::values::query::predicate::field_access::FieldAccess;
use crate::values::query::predicate::text_change::{TextChange, joined};
use crate::values::query::predicate::value::{ComparisonOperator, ConstantList, PredicateValue};
use rhai::{Dynamic, Identifier, ImmutableString, Map};
use std::borrow::Cow;
use std::collections::HashSet;

/// An expression that reads one entry, or two, and changes nothing.
#[derive(Debug)]
pub(crate) enum PredicateExpression {
    Unit,
    Flag(bool),
    Number(i64),
    Text(ImmutableString),
    List(Box<ConstantList>),
    /// A captured map, or a captured array of mixed types.
    Captured(Dynamic),
    /// A list of users or groups that was captured, by their folded names.
    Named(HashSet<String>),
    /// The index of the entry.
    Place,
    /// The entry itself.
    Entry(EntryNumber),
    /// A property of the entry.
    Field(EntryNumber, FieldAccess),
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
    InGroup(EntryNumber, Box<PredicateExpression>),
    /// A changed string.
    Changed(TextChange, Box<PredicateExpression>),
    /// The parts of a string template.
    Template(Vec<PredicateExpression>),
    /// The sum of two numbers, or two strings joined.
    Sum(Box<[PredicateExpression; 2]>),
    Difference(Box<[PredicateExpression; 2]>),
    Negative(Box<PredicateExpression>),
    /// A condition, and the value if it is true and if it is false.
    If(Box<[PredicateExpression; 3]>),
    /// A list with values of the entry.
    Array(Vec<PredicateExpression>),
    /// A map with values of the entry.
    Map(Vec<(Identifier, PredicateExpression)>),
}

/// Which entry is read: a comparison has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryNumber {
    First,
    Second,
}

/// The entries for which an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct ComparedEntries<'l> {
    pub(crate) list: &'l dyn ListView,
    /// The indexes of the first and second entry; the same for a function of one entry.
    pub(crate) places: [usize; 2],
}

impl ComparedEntries<'_> {
    fn place(&self, entry: EntryNumber) -> usize {
        self.places[usize::from(entry == EntryNumber::Second)]
    }
}

impl PredicateExpression {
    /// Its value; `None` if the interpreter must evaluate it.
    pub(crate) fn value<'v>(&'v self, of: ComparedEntries<'v>) -> Option<PredicateValue<'v>> {
        let value = |expression: &'v Self| expression.value(of);
        let both = |pair: &'v [Self; 2]| Some((value(&pair[0])?, value(&pair[1])?));
        Some(match self {
            Self::Unit => PredicateValue::Unit,
            Self::Number(number) => PredicateValue::Number(*number),
            Self::Text(text) => PredicateValue::Text(text),
            Self::List(items) => PredicateValue::List(items),
            Self::Captured(captured) => PredicateValue::Other(Cow::Borrowed(captured)),
            Self::Named(names) => PredicateValue::Named(names),
            Self::Place => PredicateValue::Number(i64::try_from(of.list.first() + of.places[0]).ok()?),
            Self::Entry(entry) => PredicateValue::of_cell(of.list.plain(of.place(*entry))?),
            Self::Field(entry, field) => PredicateValue::of_cell(field.read(of.list, of.place(*entry))?),
            Self::Either(either) => return first_present(either, of),
            Self::Length(one) => PredicateValue::Number(i64::try_from(value(one)?.length()?).ok()?),
            Self::Changed(change, text) => PredicateValue::Shared(change.of(value(text)?.text()?)),
            Self::Template(parts) => PredicateValue::Shared(joined(parts.iter().map(value))?),
            Self::Sum(pair) => {
                let (one, other) = both(pair)?;
                one.plus(&other)?
            }
            Self::Difference(pair) => {
                let (one, other) = both(pair)?;
                PredicateValue::Number(one.number()?.checked_sub(other.number()?)?)
            }
            Self::Negative(one) => PredicateValue::Number(value(one)?.number()?.checked_neg()?),
            Self::If(branches) => return value(chosen(branches, of)?),
            Self::Array(_) | Self::Map(_) => return None,
            condition => PredicateValue::Flag(condition.flag(of)?),
        })
    }

    /// Whether it is true; `None` if the interpreter must evaluate it, or if it is neither true nor false.
    pub(crate) fn flag(&self, of: ComparedEntries) -> Option<bool> {
        Some(match self {
            Self::Flag(flag) => *flag,
            Self::Not(one) => !one.flag(of)?,
            Self::All(all) => !first(all, of, false)?,
            Self::Any(any) => first(any, of, true)?,
            Self::Compare(how, pair) => return compared(*how, pair, of),
            Self::Contains(pair) => return pair[0].value(of)?.contains(&pair[1].value(of)?),
            Self::StartsWith(pair) => pair[0].value(of)?.text()?.starts_with(pair[1].value(of)?.text()?),
            Self::EndsWith(pair) => pair[0].value(of)?.text()?.ends_with(pair[1].value(of)?.text()?),
            Self::IsEmpty(one) => one.value(of)?.length()? == 0,
            Self::InGroup(entry, name) => of.list.user(of.place(*entry))?.is_in(name.value(of)?.text()?),
            Self::If(branches) => return chosen(branches, of)?.flag(of),
            other => match other.value(of)? {
                PredicateValue::Flag(flag) => flag,
                _ => return None,
            },
        })
    }

    /// Its value as a result that a script or a query keeps; `None` if the interpreter must evaluate it.
    pub(crate) fn cell<'l>(&self, of: ComparedEntries<'l>) -> Option<FieldValue<'l>> {
        match self {
            Self::Entry(entry) => Some(FieldValue::value(of.list.value(of.place(*entry)))),
            Self::Field(entry, field) => field.read(of.list, of.place(*entry)),
            Self::Text(text) => Some(FieldValue::Value(text.clone().into())),
            Self::If(branches) => chosen(branches, of)?.cell(of),
            Self::Array(items) => {
                items.iter().map(|item| item.cell(of)).collect::<Option<_>>().map(FieldValue::Items)
            }
            Self::Map(entries) => {
                let entry =
                    |(name, value): &(Identifier, Self)| Some((name.clone(), value.cell(of)?.into_dynamic()));
                entries.iter().map(entry).collect::<Option<Map>>().map(|map| FieldValue::Value(map.into()))
            }
            other => other.value(of)?.into_plain().map(FieldValue::value),
        }
    }
}

/// The result of a comparison. That of a user's string with a constant, the usual case, takes half of the time of others.
fn compared(how: ComparisonOperator, pair: &[PredicateExpression; 2], of: ComparedEntries) -> Option<bool> {
    if let [PredicateExpression::Field(entry, field), PredicateExpression::Text(wanted)] = pair
        && matches!(how, ComparisonOperator::Equal | ComparisonOperator::Unequal)
        && let Some(text) = field.user_text(of.list, of.place(*entry))
    {
        let is_equal = matches!(text, FieldValue::Text(text) if text.as_str() == wanted.as_str());
        return Some(is_equal == (how == ComparisonOperator::Equal));
    }
    pair[0].value(of)?.compare(how, &pair[1].value(of)?)
}

/// The branch that the condition chooses.
fn chosen<'v>(
    branches: &'v [PredicateExpression; 3],
    of: ComparedEntries,
) -> Option<&'v PredicateExpression> {
    let [condition, one, other] = branches;
    Some(if condition.flag(of)? { one } else { other })
}

/// Whether one of the flags is `wanted`; short-circuits, as Rhai does.
fn first(expressions: &[PredicateExpression], of: ComparedEntries, wanted: bool) -> Option<bool> {
    for expression in expressions {
        if expression.flag(of)? == wanted {
            return Some(true);
        }
    }
    Some(false)
}

fn first_present<'v>(
    expressions: &'v [PredicateExpression],
    of: ComparedEntries<'v>,
) -> Option<PredicateValue<'v>> {
    for expression in expressions {
        match expression.value(of)? {
            PredicateValue::Unit => {}
            value => return Some(value),
        }
    }
    Some(PredicateValue::Unit)
}
