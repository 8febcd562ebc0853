//! A counter for loops in scripts, faster than a map that the interpreter updates.

use super::grouping::ranked;
use crate::error::Result;
use crate::host::interrupt::Interrupt;
use crate::values::json::json_of;
use crate::values::key::ValueKey;
use crate::values::script_value::{self, ScriptValue};
use crate::wire::identity::looks_like_email;
use ahash::RandomState;
use rhai::{Array, Dynamic, Engine, ImmutableString};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

/// The number of times each value was added. Clones share the counts.
#[derive(Debug, Clone, Default)]
pub struct Counter(Rc<RefCell<ValueCounts>>);

/// Strings, which are most of what is counted, are stored without conversion.
#[derive(Debug, Default)]
struct ValueCounts {
    strings: HashMap<ImmutableString, usize, RandomState>,
    others: HashMap<ValueKey, (Dynamic, usize)>,
}

impl Counter {
    /// Counts a value.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    pub fn add(&self, value: &Dynamic) -> Result<()> {
        self.0.borrow_mut().add(value)
    }

    /// Counts every entry of a list; an entry that appears twice counts twice.
    ///
    /// # Errors
    /// `usage`: one is not data, such as a function.
    /// `interrupted`; some entries are then counted.
    pub fn add_all(&self, list: &[Dynamic], interrupt: &Interrupt) -> Result<()> {
        let mut counts = self.0.borrow_mut();
        list.iter().try_for_each(|value| interrupt.check().and_then(|()| counts.add(value)))
    }

    /// The number of times a value was counted.
    ///
    /// # Errors
    /// `usage`: it is not data, such as a function.
    pub fn count(&self, value: &Dynamic) -> Result<usize> {
        let counts = self.0.borrow();
        if let Some(text) = plain_string(value) {
            return Ok(counts.strings.get(&*text).copied().unwrap_or_default());
        }
        let found = counts.others.get(&ValueKey::of(value, false)?).map(|(_, count)| *count);
        Ok(found.unwrap_or_default())
    }

    /// Rows `#{key, count}`, the highest count first, equal counts by key.
    ///
    /// # Errors
    /// `interrupted`.
    pub fn rows(&self, interrupt: &Interrupt) -> Result<Array> {
        let counts = self.0.borrow();
        let strings = counts
            .strings
            .iter()
            .map(|(text, count)| (ValueKey::text(text, false), text.into(), *count, None));
        let others =
            counts.others.iter().map(|(key, (shown, count))| (key.clone(), shown.clone(), *count, None));
        ranked(strings.chain(others).collect(), interrupt)
    }

    /// The rows as JSON.
    ///
    /// # Errors
    /// None in practice: rows are data.
    pub fn to_json(&self) -> Result<Value> {
        json_of(&self.rows(&Interrupt::default())?.into())
    }
}

/// A string that is compared as it is; an e-mail is not one.
fn plain_string(value: &Dynamic) -> Option<impl Deref<Target = ImmutableString>> {
    value.read_lock::<ImmutableString>().filter(|text| !looks_like_email(text))
}

impl ValueCounts {
    fn add(&mut self, value: &Dynamic) -> Result<()> {
        let Some(text) = plain_string(value) else {
            let key = ValueKey::of(value, false)?;
            self.others.entry(key).or_insert_with(|| (value.clone(), 0)).1 += 1;
            return Ok(());
        };
        match self.strings.get_mut(&*text) {
            Some(count) => *count += 1,
            None => drop(self.strings.insert(text.clone(), 1)),
        }
        Ok(())
    }
}

impl ScriptValue for Counter {
    const NAME: &'static str = "Counter";

    fn to_json(&self) -> Result<Value> {
        Counter::to_json(self)
    }
}

/// Registers counters with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<Counter>(engine);
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
    fn equal_strings_at_different_addresses_count_as_one() {
        let counter = Counter::default();
        let interrupt = Interrupt::default();
        let shared: Vec<Dynamic> =
            (0..500).map(|number| format!("a rather long group {number}").into()).collect();
        for _ in 0..3 {
            let fresh: Vec<Dynamic> = shared.iter().map(|text| text.to_string().into()).collect();
            counter.add_all(&shared, &interrupt).unwrap();
            counter.add_all(&fresh, &interrupt).unwrap();
        }
        assert_eq!(counter.rows(&interrupt).unwrap().len(), 500);
        assert!(shared.iter().all(|text| counter.count(text).unwrap() == 6));
        assert_eq!(counter.count(&"never".into()).unwrap(), 0);
    }
}
