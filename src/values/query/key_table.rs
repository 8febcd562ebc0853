//! Distinct keys, numbered in the order of their first appearance, for counting and grouping.

use crate::error::Result;
use crate::values::field_value::{FieldValue, shared_text, text_key};
use crate::values::key::ValueKey;
use crate::values::pointer_cache::PointerCache;
use ahash::RandomState;
use arcstr::ArcStr;
use rhai::{Array, Dynamic};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The number of strings that are found by their address: more than most organizations have groups.
const CACHED: usize = 4096;

/// Gives each distinct key a number.
///
/// The records of a listing share strings that repeat, so most are found by their address, without hashing them.
pub struct KeyTable {
    folded: bool,
    /// By the address of a string.
    // Without it, `question.rhai` of the bench with seven groups a user takes 2.5 times the instructions:
    // `valgrind --tool=callgrind umapish --live tests/bench/question.rhai`, 5,000 users, 8 rounds.
    by_address: PointerCache<usize>,
    known: HashMap<ValueKey, usize, RandomState>,
    keys: Vec<(ValueKey, Dynamic)>,
}

impl KeyTable {
    /// No keys yet; with `folded`, strings that differ only in case are the same key.
    pub fn new(folded: bool) -> Self {
        Self { folded, by_address: PointerCache::new(CACHED), known: HashMap::default(), keys: Vec::new() }
    }

    /// Calls `found` with the number of every key in a cell: each entry of a list is one.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    pub fn number(&mut self, cell: FieldValue<'_>, mut found: impl FnMut(usize)) -> Result<()> {
        match cell {
            FieldValue::Text(text) => found(self.text(text)),
            FieldValue::Texts(texts) => texts.iter().for_each(|text| found(self.text(text))),
            FieldValue::Items(items) => {
                items.into_iter().try_for_each(|item| self.value(&item.into_dynamic()).map(&mut found))?;
            }
            FieldValue::Value(value) => match value.read_lock::<Array>() {
                Some(items) => items.iter().try_for_each(|item| self.value(item).map(&mut found))?,
                None => found(self.value(&value)?),
            },
            plain => found(self.value(&plain.into_dynamic())?),
        }
        Ok(())
    }

    /// The keys by their numbers, each with the value in which it first appeared.
    pub fn into_keys(self) -> Vec<(ValueKey, Dynamic)> {
        self.keys
    }

    fn text(&mut self, text: &ArcStr) -> usize {
        let Self { folded, by_address, known, keys } = self;
        by_address
            .get_or_insert_with(text, || slot(known, keys, text_key(text, *folded), || shared_text(text)))
    }

    fn value(&mut self, value: &Dynamic) -> Result<usize> {
        let key = ValueKey::of(value, self.folded)?;
        Ok(slot(&mut self.known, &mut self.keys, key, || value.clone()))
    }
}

fn slot(
    known: &mut HashMap<ValueKey, usize, RandomState>,
    keys: &mut Vec<(ValueKey, Dynamic)>,
    key: ValueKey,
    shown: impl FnOnce() -> Dynamic,
) -> usize {
    match known.entry(key) {
        Entry::Occupied(known) => *known.get(),
        Entry::Vacant(place) => {
            let number = keys.len();
            keys.push((place.key().clone(), shown()));
            *place.insert(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(table: &mut KeyTable, cell: FieldValue) -> Vec<usize> {
        let mut numbers = Vec::new();
        table.number(cell, |number| numbers.push(number)).unwrap();
        numbers
    }

    #[test]
    fn equal_strings_have_one_number_at_any_address() {
        let (one, other, third) = (ArcStr::from("A"), ArcStr::from("A"), ArcStr::from("B"));
        let mut table = KeyTable::new(false);
        let numbers: Vec<_> = [&one, &other, &third, &one].map(|text| table.text(text)).to_vec();
        assert_eq!(numbers, [0, 0, 1, 0]);
    }

    #[test]
    fn folded_texts_keep_the_spelling_that_came_first() {
        let mut table = KeyTable::new(true);
        let list = Dynamic::from_array(vec!["Photo".into(), "PHOTO".into(), "Video".into()]);
        assert_eq!(numbers(&mut table, FieldValue::Value(list)), [0, 0, 1]);
        let keys = table.into_keys();
        assert_eq!(keys[0].1.to_string(), "Photo");
        assert_eq!(keys[0].0, ValueKey::text("photo", false));
    }

    #[test]
    fn nothing_is_a_key_and_an_empty_list_has_none() {
        let mut table = KeyTable::new(false);
        assert_eq!(numbers(&mut table, FieldValue::Nothing), [0]);
        assert!(numbers(&mut table, FieldValue::Texts(&[])).is_empty());
        assert_eq!(numbers(&mut table, FieldValue::Number(7)), [1]);
    }
}
