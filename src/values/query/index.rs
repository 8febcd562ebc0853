//! An index of a list: its entries by a key, found as the keys were compared.

use crate::error::Result;
use crate::host::binding::{INDEXER, getter};
use crate::values::json::json_of;
use crate::values::script_value::{self, ScriptValue};
use crate::wire::identity::{fold_name, looks_like_email};
use rhai::{Array, Dynamic, Engine, Map};
use serde_json::Value;
use std::rc::Rc;

/// The entries of a list by a key. An e-mail is found in any case, and so is a username, a domain or the name of a group
/// in an index by such a field. Clones share the entries.
#[derive(Debug, Clone)]
pub struct Index {
    entries: Rc<Map>,
    /// Whether all keys ignore case.
    is_folded: bool,
}

impl Index {
    /// An index with these entries; with `is_folded`, their keys are in lower case.
    pub fn new(entries: Map, is_folded: bool) -> Self {
        Self { entries: Rc::new(entries), is_folded }
    }

    /// The entries with a key.
    pub fn get(&self, key: &str) -> Option<&Dynamic> {
        self.entries.get(key).or_else(|| {
            let ignores_case = self.is_folded || looks_like_email(key.trim());
            ignores_case.then(|| self.entries.get(fold_name(key).as_str())).flatten()
        })
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The keys in their order.
    pub fn keys(&self) -> Array {
        self.entries.keys().map(|key| key.as_str().into()).collect()
    }

    /// The lists of entries, in the order of their keys.
    pub fn values(&self) -> Array {
        self.entries.values().cloned().collect()
    }

    /// A map with the same keys, in which a key is found only as it is written.
    pub fn to_map(&self) -> Map {
        (*self.entries).clone()
    }
}

impl ScriptValue for Index {
    const NAME: &'static str = "Index";

    fn to_json(&self) -> Result<Value> {
        json_of(&self.to_map().into())
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        self.get(name).cloned()
    }

    fn field_names(&self) -> Vec<String> {
        self.entries.keys().map(ToString::to_string).collect()
    }
}

/// Registers indexes with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<Index>(engine);
    let entries = |index: &mut Index, key: &str| index.get(key).cloned().unwrap_or_default();
    // Rhai reads `index.name` by the indexer, too.
    engine.register_indexer_get(entries);
    engine.register_fn("get", entries);
    engine.register_fn(INDEXER, |index: &mut Index, key: i64| {
        index.get(&key.to_string()).cloned().unwrap_or_default()
    });
    engine.register_fn("contains", |index: &mut Index, key: &str| index.get(key).is_some());
    engine.register_fn("contains", |index: &mut Index, key: i64| index.get(&key.to_string()).is_some());
    // Someone without an e-mail has no entry.
    engine.register_fn("contains", |_: &mut Index, (): ()| false);
    engine.register_fn("keys", |index: &mut Index| index.keys());
    engine.register_fn("values", |index: &mut Index| index.values());
    for name in ["len".to_owned(), getter("len")] {
        engine.register_fn(name, |index: &mut Index| i64::try_from(index.len()).unwrap_or(i64::MAX));
    }
    for name in ["is_empty".to_owned(), getter("is_empty")] {
        engine.register_fn(name, |index: &mut Index| index.is_empty());
    }
    engine.register_fn("to_map", |index: &mut Index| index.to_map());
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |index: &mut Index| {
            index.to_json().map(|entries| entries.to_string()).unwrap_or_default()
        });
    }
}
