//! Counting in a loop of a script's own, without a map that is looked into and written to by the interpreter.

use super::key::Key;
use super::keyed::ranked;
use crate::error::Result;
use crate::script::convert::json_of;
use crate::wire::intern::Seed;
use rhai::{Array, Dynamic, Engine, ImmutableString};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How often values were seen. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Counter(Rc<RefCell<Counts>>);

/// Texts, which are most of what is counted, are kept as they come.
#[derive(Debug, Default)]
struct Counts {
    /// The place of each text in `numbers`.
    texts: HashMap<ImmutableString, usize, Seed>,
    numbers: Vec<usize>,
    recent: Recent,
    others: HashMap<Key, (Dynamic, usize)>,
}

/// Texts that were counted lately, and their places: records share what repeats, so most are known by where they
/// lie, without a look at what they say.
#[derive(Debug)]
struct Recent([Option<(ImmutableString, usize)>; Self::SLOTS]);

impl Recent {
    /// A power of two.
    const SLOTS: usize = 128;

    fn slot(&mut self, text: &ImmutableString) -> &mut Option<(ImmutableString, usize)> {
        &mut self.0[(text.as_ptr().addr() >> 4) % Self::SLOTS]
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self(std::array::from_fn(|_| None))
    }
}

impl Counter {
    /// Counts a value.
    ///
    /// # Errors
    /// `usage`: it is no data.
    pub fn add(&self, value: &Dynamic) -> Result<()> {
        self.0.borrow_mut().add(value)
    }

    /// Counts every entry of a list; one that stands there twice counts twice.
    ///
    /// # Errors
    /// `usage`: one is no data.
    pub fn add_all(&self, list: &[Dynamic]) -> Result<()> {
        let mut counts = self.0.borrow_mut();
        list.iter().try_for_each(|value| counts.add(value))
    }

    /// How often a value was counted.
    ///
    /// # Errors
    /// `usage`: it is no data.
    pub fn count(&self, value: &Dynamic) -> Result<usize> {
        let counts = self.0.borrow();
        if let Some(text) = value.read_lock::<ImmutableString>() {
            return Ok(counts.texts.get(&*text).map_or(0, |place| counts.numbers[*place]));
        }
        let found = counts.others.get(&Key::of(value, false)?).map(|(_, count)| *count);
        Ok(found.unwrap_or_default())
    }

    /// Rows `#{key, count}`, the highest count first, equal counts by key.
    pub fn rows(&self) -> Array {
        let counts = self.0.borrow();
        let texts = counts
            .texts
            .iter()
            .map(|(text, place)| (Key::text(text, false), text.into(), counts.numbers[*place], None));
        let others =
            counts.others.iter().map(|(key, (shown, count))| (key.clone(), shown.clone(), *count, None));
        ranked(texts.chain(others).collect())
    }

    /// The rows as JSON.
    ///
    /// # Errors
    /// None in practice: rows are data.
    pub fn to_json(&self) -> Result<Value> {
        json_of(&self.rows().into())
    }
}

impl Counts {
    fn add(&mut self, value: &Dynamic) -> Result<()> {
        let Some(text) = value.read_lock::<ImmutableString>() else {
            let key = Key::of(value, false)?;
            self.others.entry(key).or_insert_with(|| (value.clone(), 0)).1 += 1;
            return Ok(());
        };
        let place = self.place(&text);
        self.numbers[place] += 1;
        Ok(())
    }

    fn place(&mut self, text: &ImmutableString) -> usize {
        let slot = self.recent.slot(text);
        if let Some((_, place)) = slot.as_ref().filter(|(known, _)| known.ptr_eq(text)) {
            return *place;
        }
        let known = self.texts.get(text).copied();
        let place = known.unwrap_or_else(|| {
            self.numbers.push(0);
            self.texts.insert(text.clone(), self.numbers.len() - 1);
            self.numbers.len() - 1
        });
        *slot = Some((text.clone(), place));
        place
    }
}

/// Makes counters known to an engine.
pub fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Counter>("Counter");
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |counter: &mut Counter| {
            counter.to_json().map(|rows| rows.to_string()).unwrap_or_default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_count_by_what_they_say_wherever_they_lie() {
        let counter = Counter::default();
        let shared: Vec<Dynamic> =
            (0..500).map(|number| format!("a rather long group {number}").into()).collect();
        for _ in 0..3 {
            counter.add_all(&shared).unwrap();
            let fresh: Vec<Dynamic> = shared.iter().map(|text| text.to_string().into()).collect();
            counter.add_all(&fresh).unwrap();
        }
        assert_eq!(counter.rows().len(), 500);
        assert!(shared.iter().all(|text| counter.count(text).unwrap() == 6));
        assert_eq!(counter.count(&"never".into()).unwrap(), 0);
    }
}
