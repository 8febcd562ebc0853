//! Strings that a simple function makes.

use crate::values::query::predicate::value::PredicateValue;
use rhai::ImmutableString;
use std::fmt::Write as _;

/// The bytes that most templates need at most.
const USUAL_LENGTH: usize = 128;

/// A method that returns a changed string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextChange {
    Lower,
    Upper,
    Trim,
}

impl TextChange {
    /// The change by a method of this name.
    pub(crate) fn named(method: &str) -> Option<Self> {
        Some(match method {
            "to_lower" | "make_lower" => Self::Lower,
            "to_upper" | "make_upper" => Self::Upper,
            "trim" => Self::Trim,
            _ => return None,
        })
    }

    /// The changed string.
    pub(crate) fn of(self, text: &str) -> ImmutableString {
        match self {
            Self::Lower => text.to_lowercase().into(),
            Self::Upper => text.to_uppercase().into(),
            Self::Trim => text.trim().into(),
        }
    }
}

/// The string of a template; `None` if a part is not a string, a whole number or a boolean.
pub(crate) fn joined<'v>(parts: impl Iterator<Item = Option<PredicateValue<'v>>>) -> Option<ImmutableString> {
    // Room for the usual line, so that it does not grow with each part; the result is copied to its exact length.
    let mut text = String::with_capacity(USUAL_LENGTH);
    for part in parts {
        match part? {
            PredicateValue::Number(number) => write!(text, "{number}").ok()?,
            PredicateValue::Flag(flag) => write!(text, "{flag}").ok()?,
            part => text.push_str(part.text()?),
        }
    }
    Some(text.as_str().into())
}
