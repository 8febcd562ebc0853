//! The value of a simple expression, borrowed if possible, and its comparison by Rhai's rules.

use crate::values::field_value::{FieldValue, shared_names};
use crate::wire::identity::{SoughtName, fold_name, looks_like_email};
use ahash::RandomState;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, ImmutableString, Map};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum PredicateValue<'v> {
    Unit,
    Flag(bool),
    Number(i64),
    Text(&'v str),
    /// A string of a map.
    Shared(ImmutableString),
    /// A list of names of a record.
    Names(&'v [ArcStr]),
    /// A list that the function holds.
    List(&'v ConstantList),
    /// A list of users or groups that the function holds, by their folded names.
    Named(&'v HashSet<String>),
    /// Any other value of a script.
    Other(Cow<'v, Dynamic>),
}

/// An operator that compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComparisonOperator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// An array of plain values that a function captured, prepared for lookups.
#[derive(Debug, Default)]
pub(crate) struct ConstantList {
    texts: HashSet<ImmutableString, RandomState>,
    /// The e-mails among the strings, folded.
    emails: HashSet<String, RandomState>,
    numbers: HashSet<i64>,
    flags: HashSet<bool>,
    has_unit: bool,
    count: usize,
}

impl ComparisonOperator {
    /// The operator of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "==" => Self::Equal,
            "!=" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl ConstantList {
    /// The list of an array whose items are all strings, whole numbers, booleans or `()`.
    pub(crate) fn of<'v>(items: impl IntoIterator<Item = PredicateValue<'v>>) -> Option<Self> {
        let mut list = Self::default();
        for item in items {
            match &item {
                PredicateValue::Unit => list.has_unit = true,
                PredicateValue::Flag(flag) => drop(list.flags.insert(*flag)),
                PredicateValue::Number(number) => drop(list.numbers.insert(*number)),
                PredicateValue::Names(_)
                | PredicateValue::List(_)
                | PredicateValue::Named(_)
                | PredicateValue::Other(_) => return None,
                text => {
                    let text = text.text()?;
                    if looks_like_email(text) {
                        list.emails.insert(fold_name(text));
                    }
                    list.texts.insert(text.into());
                }
            }
            list.count += 1;
        }
        Some(list)
    }

    fn contains(&self, item: &PredicateValue) -> Option<bool> {
        match item {
            PredicateValue::Flag(flag) => Some(self.flags.contains(flag)),
            PredicateValue::Number(number) => Some(self.numbers.contains(number)),
            // The comparison of two `()` in a list is left to Rhai.
            PredicateValue::Unit => (!self.has_unit).then_some(false),
            item => item.text().map(|text| {
                self.texts.contains(text)
                    || (!self.emails.is_empty()
                        && looks_like_email(text)
                        && self.emails.contains(&fold_name(text)))
            }),
        }
    }
}

impl<'v> PredicateValue<'v> {
    /// The value of a field.
    pub(crate) fn of_cell(cell: FieldValue<'v>) -> Self {
        match cell {
            FieldValue::Nothing => Self::Unit,
            FieldValue::Text(text) => Self::Text(text),
            FieldValue::Number(number) => Self::Number(number),
            FieldValue::Texts(names) => Self::Names(names),
            FieldValue::Value(value) => Self::of(value),
            items @ FieldValue::Items(_) => Self::Other(Cow::Owned(items.into_dynamic())),
        }
    }

    /// A value of a script.
    pub(crate) fn of(value: Dynamic) -> Self {
        if value.is_unit() {
            return Self::Unit;
        }
        if let Ok(flag) = value.as_bool() {
            return Self::Flag(flag);
        }
        if let Ok(number) = value.as_int() {
            return Self::Number(number);
        }
        let text = value.read_lock::<ImmutableString>().map(|text| text.clone());
        text.map_or_else(|| Self::Other(Cow::Owned(value)), Self::Shared)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Shared(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The result of `self + other` for two numbers or two strings.
    pub(crate) fn plus(&self, other: &Self) -> Option<PredicateValue<'static>> {
        if let (Some(one), Some(other)) = (self.number(), other.number()) {
            return one.checked_add(other).map(PredicateValue::Number);
        }
        let (one, other) = (self.text()?, other.text()?);
        Some(PredicateValue::Shared([one, other].concat().into()))
    }

    /// The value for a script; `None` for one that holds what it no longer has in order.
    pub(crate) fn into_plain(self) -> Option<Dynamic> {
        Some(match self {
            Self::Unit => Dynamic::UNIT,
            Self::Flag(flag) => flag.into(),
            Self::Number(number) => number.into(),
            Self::Text(text) => ImmutableString::from(text).into(),
            Self::Shared(text) => text.into(),
            Self::Names(names) => shared_names(names),
            Self::List(_) | Self::Named(_) | Self::Other(_) => return None,
        })
    }

    /// The result of Rhai's operator. Values of different types are unequal and have no order; `None` for types with
    /// special rules (floats, characters, lists).
    pub(crate) fn compare(&self, how: ComparisonOperator, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Unit, Self::Unit) => Some(how == ComparisonOperator::Equal),
            (Self::Flag(one), Self::Flag(other)) => Some(how.holds(one.cmp(other))),
            (Self::Number(one), Self::Number(other)) => Some(how.holds(one.cmp(other))),
            _ => match (self.text(), other.text()) {
                (Some(one), Some(other)) => Some(how.holds(one.cmp(other))),
                _ => (self.kind()? != other.kind()?).then_some(how == ComparisonOperator::Unequal),
            },
        }
    }

    /// A number for each supported type.
    fn kind(&self) -> Option<u8> {
        Some(match self {
            Self::Unit => 0,
            Self::Flag(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) | Self::Shared(_) => 3,
            Self::Names(_) | Self::List(_) => 4,
            Self::Other(value) if value.is_array() => 4,
            Self::Named(_) | Self::Other(_) => return None,
        })
    }

    /// The result of `item in self`.
    pub(crate) fn contains(&self, item: &PredicateValue) -> Option<bool> {
        match self {
            Self::Names(names) => match item {
                PredicateValue::Unit | PredicateValue::Flag(_) | PredicateValue::Number(_) => Some(false),
                item => {
                    let sought = SoughtName::of(item.text()?);
                    Some(names.iter().any(|name| sought.is(name)))
                }
            },
            Self::List(list) => list.contains(item),
            Self::Named(names) => Some(names.contains(&fold_name(item.text()?))),
            Self::Other(value) => contained(value, item.text()?),
            text => Some(text.text()?.contains(item.text()?)),
        }
    }

    /// The number of entries or characters.
    pub(crate) fn length(&self) -> Option<usize> {
        match self {
            Self::Names(names) => Some(names.len()),
            Self::List(list) => Some(list.count),
            Self::Other(value) => value.read_lock::<Array>().map(|items| items.len()),
            text => text.text().map(|text| text.chars().count()),
        }
    }
}

/// Whether a map has a key, or an array a string.
fn contained(value: &Dynamic, text: &str) -> Option<bool> {
    if let Some(map) = value.read_lock::<Map>() {
        return Some(map.contains_key(text));
    }
    let items = value.read_lock::<Array>()?;
    let plain = |item: &Dynamic| item.is_string() || item.is_int() || item.is_bool() || item.is_unit();
    let sought = SoughtName::of(text);
    let is_text = |item: &Dynamic| item.read_lock::<ImmutableString>().is_some_and(|item| sought.is(&item));
    items.iter().all(plain).then(|| items.iter().any(is_text))
}
