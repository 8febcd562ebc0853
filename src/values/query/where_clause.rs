//! The conditions of `where(#{field: value})`.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::host::thrown::ThrowAt;
use crate::values::field_value::FieldValue;
use crate::values::key::{KeyNumber, ValueKey, is_folded, is_marked_folded};
use crate::values::options::one_of;
use crate::values::query::list_source::ListParts;
use crate::values::query::list_view::ListView;
use crate::wire::identity::{fold_name, folds_to, looks_like_email};
use crate::wire::wildcard;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, Map, NativeCallContext};

/// The condition for one field.
#[derive(Debug)]
struct WhereCondition {
    field: String,
    folded: bool,
    /// A single value must be one of these; a list must contain all of them, or be empty if there are none.
    wanted: Vec<ValueKey>,
}

/// The entries that meet every condition of a map.
///
/// # Errors
/// `usage`: a field that the entries do not have, or a value that cannot be compared with it.
pub fn select(
    mut list: ListParts,
    map: &Map,
    interrupt: &Interrupt,
    context: &NativeCallContext,
) -> RhaiResultOf<Dynamic> {
    let mut selected = None;
    let mut unseen: Option<Vec<UnseenValue>> = None;
    while let Some(part) = list.next_part().at(context)? {
        let unseen = unseen.get_or_insert_with(|| unseen_values(map, &*part));
        let conditions = map.iter().map(|(field, value)| WhereCondition::of(field, value, &*part));
        let conditions = conditions.collect::<Result<Vec<_>>>().at(context)?;
        let mut places = Vec::new();
        for place in part.places(interrupt) {
            let place = place.at(context)?;
            unseen.retain(|value| !value.is_value_of(&*part, place));
            if all_hold(&conditions, &*part, place, context)? {
                places.push(place);
            }
        }
        selected = Some(part.pick(&places, selected));
    }
    if let Some(wrong) = unseen.into_iter().flatten().next() {
        return Err(wrong.error()).at(context);
    }
    Ok(selected.unwrap_or_default())
}

/// A wanted value that is not documented for its field. The service may send it all the same, so it is an error only if
/// no entry has it.
struct UnseenValue {
    field: String,
    value: String,
    documented: &'static [&'static str],
}

fn unseen_values(map: &Map, list: &dyn ListView) -> Vec<UnseenValue> {
    let mut unseen = Vec::new();
    for (field, wanted) in map {
        let documented = list.documented_values(field);
        let is_country = field == "country" && list.user(0).is_some();
        let values = match wanted.read_lock::<Array>() {
            Some(values) => values.iter().filter_map(|value| value.clone().into_string().ok()).collect(),
            None => wanted.clone().into_string().into_iter().collect::<Vec<_>>(),
        };
        for value in values.into_iter().filter(|value| !value.contains('*')) {
            let is_unknown = !documented.is_empty() && !documented.contains(&value.as_str());
            let is_no_code =
                is_country && !(value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()));
            if is_unknown || is_no_code {
                unseen.push(UnseenValue { field: field.to_string(), value, documented });
            }
        }
    }
    unseen
}

impl UnseenValue {
    fn is_value_of(&self, list: &dyn ListView, place: usize) -> bool {
        match list.property(place, &self.field) {
            Some(FieldValue::Text(text)) => **text == *self.value,
            Some(FieldValue::Value(value)) => value.is_string() && value.to_string() == self.value,
            _ => false,
        }
    }

    fn error(&self) -> Error {
        let message =
            format!("`{}` is not a valid value of `{}`, and no entry has it", self.value, self.field);
        if self.documented.is_empty() {
            return Error::usage_with_hint(
                message,
                "A country is a code of two capital letters, such as `DE`.",
            );
        }
        Error::usage_with_hint(message, one_of(&self.value, self.documented))
    }
}

fn all_hold(
    conditions: &[WhereCondition],
    list: &dyn ListView,
    place: usize,
    context: &NativeCallContext,
) -> RhaiResultOf<bool> {
    for condition in conditions {
        let cell = list.cell(place, &condition.field)?;
        if !condition.holds(&cell).at(context)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl WhereCondition {
    fn of(field: &str, value: &Dynamic, list: &dyn ListView) -> Result<Self> {
        let asks_for_nothing = value.is_unit() && list.has_any_field();
        if !asks_for_nothing {
            list.check(field)?;
        }
        let folded = is_folded(field);
        let wanted = match value.read_lock::<Array>() {
            Some(values) => values.iter().map(|value| ValueKey::of(value, folded)).collect::<Result<_>>(),
            None => ValueKey::of(value, folded).map(|key| vec![key]),
        };
        Ok(Self {
            field: field.to_owned(),
            folded,
            wanted: wanted.map_err(|error| incomparable(field, &error))?,
        })
    }

    fn holds(&self, cell: &FieldValue) -> Result<bool> {
        match cell {
            FieldValue::Nothing => Ok(self.wanted.contains(&ValueKey::Absent)),
            FieldValue::Text(text) => {
                self.any(|key| self.is_text(key, text), |key| matches!(key, ValueKey::Text(_)), "a string")
            }
            FieldValue::Number(number) => {
                let number = ValueKey::Number(KeyNumber::Whole(*number));
                self.any(|key| *key == number, |key| matches!(key, ValueKey::Number(_)), "a number")
            }
            FieldValue::Texts(texts) => {
                let has = |key: &ValueKey| texts.iter().any(|text| self.is_text(key, text));
                Ok(self.all(has, texts.is_empty()))
            }
            FieldValue::Value(value) => self.holds_value(value),
            items @ FieldValue::Items(_) => self.holds_value(&items.clone().into_dynamic()),
        }
    }

    /// Fields of records have values of one type; comparing one with another type is an error.
    fn any(
        &self,
        is: impl Fn(&ValueKey) -> bool,
        fits: impl Fn(&ValueKey) -> bool,
        kind: &str,
    ) -> Result<bool> {
        if self.wanted.iter().any(is) {
            return Ok(true);
        }
        if self.wanted.iter().all(|key| fits(key) || *key == ValueKey::Absent) {
            return Ok(false);
        }
        Err(Error::usage(format!("`{}` is {kind} and cannot be compared with anything else", self.field)))
    }

    fn all(&self, has: impl Fn(&ValueKey) -> bool, is_empty: bool) -> bool {
        if self.wanted.is_empty() {
            return is_empty;
        }
        self.wanted.iter().all(|key| if *key == ValueKey::Absent { is_empty } else { has(key) })
    }

    fn holds_value(&self, value: &Dynamic) -> Result<bool> {
        let is_marked = is_marked_folded(value);
        let is = |wanted: &ValueKey, key: &ValueKey| match (wanted, key) {
            (ValueKey::Text(wanted), ValueKey::Text(text)) if wanted.contains('*') => {
                self.matches_pattern(wanted, text)
            }
            (ValueKey::Text(wanted), ValueKey::Text(text)) if is_marked => folds_to(wanted, text),
            (wanted, key) => wanted == key,
        };
        match ValueKey::of(value, self.folded)? {
            ValueKey::List(keys) => {
                Ok(self.all(|wanted| keys.iter().any(|key| is(wanted, key)), keys.is_empty()))
            }
            key => Ok(self.wanted.iter().any(|wanted| is(wanted, &key))),
        }
    }

    fn is_text(&self, key: &ValueKey, text: &ArcStr) -> bool {
        match key {
            ValueKey::Text(pattern) if pattern.contains('*') => self.matches_pattern(pattern, text),
            ValueKey::Text(wanted) if self.folded || looks_like_email(wanted) => folds_to(text, wanted),
            ValueKey::Text(wanted) => wanted == text,
            _ => false,
        }
    }

    /// E-mails and fields of names ignore case.
    fn matches_pattern(&self, pattern: &str, text: &str) -> bool {
        if self.folded || looks_like_email(text) {
            wildcard::matches(&fold_name(pattern), &fold_name(text))
        } else {
            wildcard::matches(pattern, text)
        }
    }
}

fn incomparable(field: &str, error: &Error) -> Error {
    let hint = "Give a value, a list of values or `()`; use `filter` for a condition that needs a function.";
    Error::usage_with_hint(format!("`{field}` cannot be compared: {error}"), hint)
}
