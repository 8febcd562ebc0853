//! What stands in a field of an entry, borrowed where it can be.

use super::key::{Key, Number};
use crate::error::Result;
use arcstr::ArcStr;
use rhai::{Dynamic, ImmutableString};

/// The value of a field.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    /// The entry has no such field.
    Nothing,
    /// A text of a record.
    Text(&'a ArcStr),
    /// A number of a record.
    Number(i64),
    /// A list of names of a record.
    Texts(&'a [ArcStr]),
    /// A value of a script.
    Value(Dynamic),
}

impl<'a> Cell<'a> {
    /// The cell of an optional text.
    pub fn optional(text: Option<&'a ArcStr>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }

    /// The cell of an optional number.
    pub fn number(number: Option<i64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }

    /// The cell of a value; `()` is nothing.
    pub fn value(value: Dynamic) -> Self {
        if value.is_unit() { Self::Nothing } else { Self::Value(value) }
    }

    /// The value as scripts see it.
    pub fn into_dynamic(self) -> Dynamic {
        match self {
            Self::Nothing => Dynamic::UNIT,
            Self::Text(text) => shared_text(text),
            Self::Number(number) => number.into(),
            Self::Texts(texts) => Dynamic::from_array(texts.iter().map(shared_text).collect()),
            Self::Value(value) => value,
        }
    }

    /// The value as a key; a list is one key.
    ///
    /// # Errors
    /// `usage`: it is no data.
    pub fn key(&self, folded: bool) -> Result<Key> {
        Ok(match self {
            Self::Nothing => Key::Absent,
            Self::Text(text) => text_key(text, folded),
            Self::Number(number) => Key::Number(Number::Whole(*number)),
            Self::Texts(texts) => Key::List(texts.iter().map(|text| text_key(text, folded)).collect()),
            Self::Value(value) => return Key::of(value, folded),
        })
    }
}

/// A text of a record as scripts see it.
pub fn shared_text(text: &ArcStr) -> Dynamic {
    ImmutableString::from(&**text).into()
}

/// A text of a record as a key.
pub fn text_key(text: &ArcStr, folded: bool) -> Key {
    if folded { Key::text(text, true) } else { Key::Text(ArcStr::clone(text)) }
}
