//! Counting in a loop of a script's own, without a map that is looked into and written to by the interpreter.

use super::key::Key;
use super::keyed::ranked;
use crate::error::Result;
use crate::script::convert::json_of;
use crate::script::interrupt::Interrupt;
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
    texts: HashMap<ImmutableString, usize, Seed>,
    others: HashMap<Key, (Dynamic, usize)>,
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
    /// `interrupted`: some entries are counted then.
    pub fn add_all(&self, list: &[Dynamic], interrupt: &Interrupt) -> Result<()> {
        let mut counts = self.0.borrow_mut();
        list.iter().try_for_each(|value| interrupt.check().and_then(|()| counts.add(value)))
    }

    /// How often a value was counted.
    ///
    /// # Errors
    /// `usage`: it is no data.
    pub fn count(&self, value: &Dynamic) -> Result<usize> {
        let counts = self.0.borrow();
        if let Some(text) = value.read_lock::<ImmutableString>() {
            return Ok(counts.texts.get(&*text).copied().unwrap_or_default());
        }
        let found = counts.others.get(&Key::of(value, false)?).map(|(_, count)| *count);
        Ok(found.unwrap_or_default())
    }

    /// Rows `#{key, count}`, the highest count first, equal counts by key.
    ///
    /// # Errors
    /// `interrupted`.
    pub fn rows(&self, interrupt: &Interrupt) -> Result<Array> {
        let counts = self.0.borrow();
        let texts =
            counts.texts.iter().map(|(text, count)| (Key::text(text, false), text.into(), *count, None));
        let others =
            counts.others.iter().map(|(key, (shown, count))| (key.clone(), shown.clone(), *count, None));
        ranked(texts.chain(others).collect(), interrupt)
    }

    /// The rows as JSON.
    ///
    /// # Errors
    /// None in practice: rows are data.
    pub fn to_json(&self) -> Result<Value> {
        json_of(&self.rows(&Interrupt::default())?.into())
    }
}

impl Counts {
    fn add(&mut self, value: &Dynamic) -> Result<()> {
        let Some(text) = value.read_lock::<ImmutableString>() else {
            let key = Key::of(value, false)?;
            self.others.entry(key).or_insert_with(|| (value.clone(), 0)).1 += 1;
            return Ok(());
        };
        match self.texts.get_mut(&*text) {
            Some(count) => *count += 1,
            None => drop(self.texts.insert(text.clone(), 1)),
        }
        Ok(())
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
