//! Keys for counting, grouping and sorting: values of any type that can be compared and hashed.

use crate::error::Result;
use crate::values::json::json_of;
use crate::wire::identity::{folded_name, looks_like_email};
use arcstr::ArcStr;
use rhai::{Array, Dynamic};
use serde_json::Value;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// Fields that the service compares without regard to case (contract 7.3, 7.4).
const FOLDED: &[&str] = &[
    "email",
    "username",
    "domain",
    "groups",
    "groupName",
    "adminGroupName",
    "userGroupName",
    "productProfileName",
    "group",
    "profile",
    "usergroup",
    "user_group",
];

/// The Rhai tag of a key that a query returned for names that ignore case, so that the next query folds it too. Scripts
/// cannot set tags.
const FOLDED_TAG: i32 = 1;

/// Marks a string as one that ignores case.
pub(super) fn mark_folded(key: &mut Dynamic) {
    if key.is_string() {
        key.set_tag(FOLDED_TAG);
    }
}

/// Whether a value was marked by [`mark_folded`].
pub(super) fn is_marked_folded(value: &Dynamic) -> bool {
    value.tag() == FOLDED_TAG
}

/// Whether values of this field identify a person or group, so that their case does not matter.
pub(super) fn is_folded(field: &str) -> bool {
    FOLDED.iter().any(|known| known.eq_ignore_ascii_case(field))
}

/// A comparable value. The order of the variants is the sort order: absent values come last.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueKey {
    /// True or false.
    Flag(bool),
    /// A number, whole or not.
    Number(KeyNumber),
    /// A string.
    Text(ArcStr),
    /// A list, compared entry by entry.
    List(Vec<ValueKey>),
    /// A map, as JSON with its keys in order.
    Map(String),
    /// An absent value.
    Absent,
}

impl ValueKey {
    /// The key of a script value; with `folded`, strings that differ only in case are the same key. E-mails always are.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    pub fn of(value: &Dynamic, folded: bool) -> Result<Self> {
        if value.is_unit() {
            Ok(Self::Absent)
        } else if let Some(text) = value.read_lock::<rhai::ImmutableString>() {
            Ok(Self::text(&text, folded || is_marked_folded(value)))
        } else if let Ok(number) = value.as_int() {
            Ok(Self::Number(KeyNumber::Whole(number)))
        } else if let Some(list) = value.read_lock::<Array>() {
            list.iter().map(|item| Self::of(item, folded)).collect::<Result<_>>().map(Self::List)
        } else {
            json_of(value).map(|value| Self::of_json(&value, folded))
        }
    }

    /// The key of a string. An e-mail ignores case in every column.
    pub fn text(text: &str, folded: bool) -> Self {
        let folds = folded || looks_like_email(text);
        Self::Text(if folds { ArcStr::from(&*folded_name(text)) } else { text.into() })
    }

    fn of_json(value: &Value, folded: bool) -> Self {
        match value {
            Value::Null => Self::Absent,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(match number.as_i64() {
                Some(whole) => KeyNumber::Whole(whole),
                None => KeyNumber::of(number.as_f64().unwrap_or_default()),
            }),
            Value::String(text) => Self::text(text, folded),
            Value::Array(items) => Self::List(items.iter().map(|item| Self::of_json(item, folded)).collect()),
            Value::Object(_) => Self::Map(value.to_string()),
        }
    }
}

/// A number; one without a fraction is whole, so that 1 and 1.0 are the same.
#[derive(Debug, Clone, Copy)]
pub enum KeyNumber {
    /// Without a fraction.
    Whole(i64),
    /// Any other.
    Real(f64),
}

impl KeyNumber {
    /// The largest float below which every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;

    fn of(number: f64) -> Self {
        if number.fract() == 0.0 && number.abs() < Self::EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and within range")]
            Self::Whole(number as i64)
        } else {
            Self::Real(number)
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "compared with a float, as Rhai itself compares them")]
    fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

impl Ord for KeyNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => one.cmp(other),
            _ => self.real().total_cmp(&other.real()),
        }
    }
}

impl PartialOrd for KeyNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for KeyNumber {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for KeyNumber {}

impl Hash for KeyNumber {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Whole(number) => number.hash(state),
            Self::Real(number) => number.to_bits().hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;

    fn key(code: &str) -> ValueKey {
        ValueKey::of(&Engine::new().eval(code).unwrap(), false).unwrap()
    }

    #[test]
    fn equal_values_are_one_key() {
        assert_eq!(key("1"), key("1.0"));
        assert_eq!(key(r#"#{a: 1, b: "x"}"#), key(r#"#{b: "x", a: 1}"#));
        assert_eq!(key(r#""x""#), key("'x'"));
        assert_ne!(key(r#""1""#), key("1"));
        assert_ne!(key(r#""X""#), key(r#""x""#));
    }

    #[test]
    fn absent_values_come_last_and_numbers_in_their_order() {
        let mut keys = vec![key("()"), key(r#""b""#), key("10"), key("2.5"), key(r#""a""#), key("-1")];
        keys.sort();
        let sorted = vec![key("-1"), key("2.5"), key("10"), key(r#""a""#), key(r#""b""#), key("()")];
        assert_eq!(keys, sorted);
    }

    #[test]
    fn a_list_is_compared_entry_by_entry() {
        assert!(key(r#"["a", 2]"#) < key(r#"["a", 10]"#));
        assert!(key(r#"["a", 10]"#) < key(r#"["b", 1]"#));
    }

    #[test]
    fn folded_keys_ignore_case() {
        let folded = |text: &str| ValueKey::of(&text.into(), true).unwrap();
        assert_eq!(folded(" Kim.Lee@Example.com"), folded("kim.lee@example.com"));
        assert!(is_folded("email") && is_folded("Email") && is_folded("groups"));
        assert!(!is_folded("type") && !is_folded("lastname"));
    }

    #[test]
    fn a_function_is_not_a_key() {
        let function: Dynamic = Engine::new().eval("|x| x").unwrap();
        assert_eq!(ValueKey::of(&function, false).unwrap_err().kind.name(), "usage");
    }
}
