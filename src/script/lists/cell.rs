//! What stands in a field of an entry, borrowed where it can be.

use super::key::{Key, Number};
use crate::error::Result;
use arcstr::ArcStr;
use rhai::{Dynamic, ImmutableString};
use std::cell::RefCell;

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

/// Texts of records that are remembered as scripts' texts; a power of two.
const REMEMBERED: usize = 1024;

/// A text of records, held so that nothing else comes to lie in its place, and the same as a script's.
type Remembered = Option<(ArcStr, ImmutableString)>;

thread_local! {
    /// By where the texts lie: a loop over users reads the same few types, domains and groups again and again.
    static TEXTS: RefCell<Vec<Remembered>> = RefCell::new(vec![None; REMEMBERED]);
}

/// A text of a record as scripts see it.
pub fn shared_text(text: &ArcStr) -> Dynamic {
    if ArcStr::strong_count(text) == Some(1) {
        return ImmutableString::from(&**text).into(); // nobody else has it: it does not come again
    }
    TEXTS.with_borrow_mut(|texts| {
        let slot = &mut texts[(text.as_ptr().addr() >> 4) % REMEMBERED];
        match slot {
            Some((known, shown)) if ArcStr::ptr_eq(known, text) => shown.clone().into(),
            _ => {
                let shown = ImmutableString::from(&**text);
                *slot = Some((text.clone(), shown.clone()));
                shown.into()
            }
        }
    })
}

/// A text of a record as a key.
pub fn text_key(text: &ArcStr, folded: bool) -> Key {
    if folded { Key::text(text, true) } else { Key::Text(ArcStr::clone(text)) }
}
