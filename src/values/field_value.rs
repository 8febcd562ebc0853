//! What stands in a field of an entry, borrowed where it can be.

use crate::error::Result;
use crate::values::key::{KeyNumber, ValueKey};
use crate::values::pointer_cache::PointerCache;
use crate::wire::shared_names::SharedNames;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, ImmutableString};
use std::cell::RefCell;

/// The value of a field.
#[derive(Debug, Clone)]
pub enum FieldValue<'a> {
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

impl<'a> FieldValue<'a> {
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
    pub fn key(&self, folded: bool) -> Result<ValueKey> {
        Ok(match self {
            Self::Nothing => ValueKey::Absent,
            Self::Text(text) => text_key(text, folded),
            Self::Number(number) => ValueKey::Number(KeyNumber::Whole(*number)),
            Self::Texts(texts) => ValueKey::List(texts.iter().map(|text| text_key(text, folded)).collect()),
            Self::Value(value) => return ValueKey::of(value, folded),
        })
    }
}

/// Texts of records that are remembered as scripts' texts, and lists of them as scripts' lists.
const REMEMBERED: usize = 1024;

thread_local! {
    static TEXTS: RefCell<PointerCache<ArcStr, ImmutableString>> = RefCell::new(PointerCache::new(REMEMBERED));
    static LISTS: RefCell<PointerCache<SharedNames, Array>> = RefCell::new(PointerCache::new(REMEMBERED));
}

/// A text of a record as scripts see it.
pub fn shared_text(text: &ArcStr) -> Dynamic {
    if ArcStr::strong_count(text) == Some(1) {
        return ImmutableString::from(&**text).into(); // nobody else has it: it does not come again
    }
    TEXTS.with_borrow_mut(|texts| texts.answer(text, || ImmutableString::from(&**text))).into()
}

/// A list of names of a record as scripts see it: an array of their own, to change as they like.
pub fn shared_names(names: &SharedNames) -> Dynamic {
    let list = || names.iter().map(shared_text).collect();
    if names.holders() == 1 {
        return Dynamic::from_array(list());
    }
    Dynamic::from_array(LISTS.with_borrow_mut(|lists| lists.answer(names, list)))
}

/// A text of a record as a key.
pub fn text_key(text: &ArcStr, folded: bool) -> ValueKey {
    if folded { ValueKey::text(text, true) } else { ValueKey::Text(ArcStr::clone(text)) }
}
