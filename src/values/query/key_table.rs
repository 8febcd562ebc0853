//! Distinct keys, numbered in the order of their first appearance: what counting and grouping stand on.

use crate::error::Result;
use crate::values::field_value::{FieldValue, shared_text, text_key};
use crate::values::key::ValueKey;
use arcstr::ArcStr;
use rhai::{Array, Dynamic};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Gives each distinct key a number.
///
/// Texts that repeat are shared by the records of a listing, so most are found by where they lie, without a look at
/// their content.
pub struct KeyTable {
    folded: bool,
    /// By the address of a text, which is held so that nothing else comes to lie there.
    lying: HashMap<usize, (usize, ArcStr), BuildHasherDefault<AddressHash>>,
    known: HashMap<ValueKey, usize>,
    keys: Vec<(ValueKey, Dynamic)>,
}

impl KeyTable {
    /// No keys yet; `folded` makes texts the same whatever their case.
    pub fn new(folded: bool) -> Self {
        Self { folded, lying: HashMap::default(), known: HashMap::new(), keys: Vec::new() }
    }

    /// Tells `found` the number of every key in a cell: each entry of a list is one.
    ///
    /// # Errors
    /// `usage`: it is no data.
    pub fn number(&mut self, cell: FieldValue<'_>, mut found: impl FnMut(usize)) -> Result<()> {
        match cell {
            FieldValue::Text(text) => found(self.text(text)),
            FieldValue::Texts(texts) => texts.iter().for_each(|text| found(self.text(text))),
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
        let address = text.as_ptr().addr();
        if let Some((number, _)) = self.lying.get(&address) {
            return *number;
        }
        let number = self.slot(text_key(text, self.folded), || shared_text(text));
        self.lying.insert(address, (number, ArcStr::clone(text)));
        number
    }

    fn value(&mut self, value: &Dynamic) -> Result<usize> {
        let key = ValueKey::of(value, self.folded)?;
        Ok(self.slot(key, || value.clone()))
    }

    fn slot(&mut self, key: ValueKey, shown: impl FnOnce() -> Dynamic) -> usize {
        if let Some(number) = self.known.get(&key) {
            return *number;
        }
        let number = self.keys.len();
        self.known.insert(key.clone(), number);
        self.keys.push((key, shown()));
        number
    }
}

/// Spreads addresses, which nobody chooses in order to collide, over a table: a multiplication instead of SipHash.
#[derive(Default)]
struct AddressHash(u64);

impl Hasher for AddressHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(slots: &mut KeyTable, cell: FieldValue) -> Vec<usize> {
        let mut numbers = Vec::new();
        slots.number(cell, |number| numbers.push(number)).unwrap();
        numbers
    }

    #[test]
    fn equal_texts_have_one_number_wherever_they_lie() {
        let (one, other, third) = (ArcStr::from("A"), ArcStr::from("A"), ArcStr::from("B"));
        let mut slots = KeyTable::new(false);
        let numbers: Vec<_> = [&one, &other, &third, &one].map(|text| slots.text(text)).to_vec();
        assert_eq!(numbers, [0, 0, 1, 0]);
    }

    #[test]
    fn folded_texts_keep_the_spelling_that_came_first() {
        let mut slots = KeyTable::new(true);
        let list = Dynamic::from_array(vec!["Photo".into(), "PHOTO".into(), "Video".into()]);
        assert_eq!(numbers(&mut slots, FieldValue::Value(list)), [0, 0, 1]);
        let keys = slots.into_keys();
        assert_eq!(keys[0].1.to_string(), "Photo");
        assert_eq!(keys[0].0, ValueKey::text("photo", false));
    }

    #[test]
    fn nothing_is_a_key_and_an_empty_list_has_none() {
        let mut slots = KeyTable::new(false);
        assert_eq!(numbers(&mut slots, FieldValue::Nothing), [0]);
        assert!(numbers(&mut slots, FieldValue::Texts(&[])).is_empty());
        assert_eq!(numbers(&mut slots, FieldValue::Number(7)), [1]);
    }
}
