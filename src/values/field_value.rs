//! The value of a field of an entry, borrowed where possible.

use crate::error::Result;
use crate::values::key::{KeyNumber, ValueKey};
use crate::values::pointer_cache::PointerCache;
use crate::wire::identity::{folded_name, looks_like_email};
use arcstr::ArcStr;
use rhai::{Dynamic, ImmutableString};
use std::borrow::Cow;
use std::cell::RefCell;

/// The value of a field.
#[derive(Debug, Clone)]
pub enum FieldValue<'a> {
    /// The entry has no such field.
    Nothing,
    /// A string of a record.
    Text(&'a ArcStr),
    /// A number of a record.
    Number(i64),
    /// A list of names of a record.
    Texts(&'a [ArcStr]),
    /// A list that a function made of the entry.
    Items(Vec<FieldValue<'a>>),
    /// A value of a script.
    Value(Dynamic),
}

impl<'a> FieldValue<'a> {
    /// The value of an optional string.
    pub fn optional(text: Option<&'a ArcStr>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }

    /// The value of an optional number.
    pub fn number(number: Option<i64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }

    /// A value of a script; `()` counts as absent.
    pub fn value(value: Dynamic) -> Self {
        if value.is_unit() { Self::Nothing } else { Self::Value(value) }
    }

    /// The value as scripts see it.
    pub fn into_dynamic(self) -> Dynamic {
        match self {
            Self::Nothing => Dynamic::UNIT,
            Self::Text(text) => shared_text(text),
            Self::Number(number) => number.into(),
            Self::Texts(texts) => shared_names(texts),
            Self::Items(items) => Dynamic::from_array(items.into_iter().map(Self::into_dynamic).collect()),
            Self::Value(value) => value,
        }
    }

    /// The value as a key; a list is one key.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    pub fn key(&self, folded: bool) -> Result<ValueKey> {
        Ok(match self {
            Self::Nothing => ValueKey::Absent,
            Self::Text(text) => text_key(text, folded),
            Self::Number(number) => ValueKey::Number(KeyNumber::Whole(*number)),
            Self::Texts(texts) => ValueKey::List(texts.iter().map(|text| text_key(text, folded)).collect()),
            Self::Items(items) => {
                let keys = items.iter().map(|item| item.key(folded));
                ValueKey::List(keys.collect::<Result<_>>()?)
            }
            Self::Value(value) => return ValueKey::of(value, folded),
        })
    }
}

/// The number of converted strings that are cached.
const CACHED: usize = 1024;

// Without it, `question_loop.rhai` of the bench with seven groups a user takes 20 % more instructions:
// `valgrind --tool=callgrind umapish --live tests/bench/question_loop.rhai`, 3,000 users, 8 rounds. A second cache, of
// whole lists, saved 1.2 % and is gone.
thread_local! {
    static TEXTS: RefCell<PointerCache<ImmutableString>> = RefCell::new(PointerCache::new(CACHED));
}

/// A string of a record as scripts see it.
pub(super) fn shared_text(text: &ArcStr) -> Dynamic {
    if ArcStr::strong_count(text) == Some(1) {
        return ImmutableString::from(&**text).into(); // not shared with another record, so it is not used again
    }
    TEXTS.with_borrow_mut(|texts| texts.get_or_insert_with(text, || ImmutableString::from(&**text))).into()
}

/// A list of names of a record as scripts see it: an array of its own, which a script may change.
pub(super) fn shared_names(names: &[ArcStr]) -> Dynamic {
    Dynamic::from_array(names.iter().map(shared_text).collect())
}

/// A string of a record as a key.
pub(super) fn text_key(text: &ArcStr, folded: bool) -> ValueKey {
    ValueKey::Text(folded_text(text, folded))
}

/// A string of a record in the form in which it is compared: itself, if it has that form already.
pub(super) fn folded_text(text: &ArcStr, folded: bool) -> ArcStr {
    let other = (folded || looks_like_email(text)).then(|| folded_name(text));
    match other {
        Some(Cow::Owned(other)) => other.into(),
        Some(Cow::Borrowed(_)) | None => ArcStr::clone(text),
    }
}
