//! An index of a list: its entries by a key, found as the keys were compared.

use crate::error::{Error, Result};
use crate::host::binding::{INDEXER, getter};
use crate::values::field_value::{FieldValue, folded_text};
use crate::values::json::json_of;
use crate::values::key::{ValueKey, is_marked_folded};
use crate::values::record::ListItem;
use crate::values::record_list::RecordList;
use crate::values::script_value::{self, ScriptValue};
use crate::wire::group::Group;
use crate::wire::identity::{fold_name, looks_like_email};
use crate::wire::user::User;
use ahash::RandomState;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, Engine, Map};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The entries of a list by a key. An e-mail is found in any case, and so is a username, a domain or the name of a group
/// in an index by such a field. Clones share the entries.
#[derive(Clone)]
pub struct Index(Rc<IndexContent>);

struct IndexContent {
    entries: IndexedEntries,
    keys: IndexKeys,
    /// The keys in their order, sorted when somebody asks.
    sorted: OnceCell<Vec<ArcStr>>,
}

/// The keys of an index and the places of their entries.
#[derive(Debug, Default)]
pub(super) struct IndexKeys {
    by_name: HashMap<ArcStr, KeyPlaces, RandomState>,
    /// Places after the first one of a key. Most keys have one only, and a list for each would take most of the time.
    later: Vec<LaterPlace>,
    /// Whether all keys ignore case.
    is_folded: bool,
}

/// The places of the entries of a key.
#[derive(Debug, Clone, Copy)]
struct KeyPlaces {
    first: usize,
    /// The numbers of its first and its last later place.
    later: Option<(usize, usize)>,
}

/// A place, and the number of the next one of the same key.
#[derive(Debug, Clone, Copy)]
struct LaterPlace {
    place: usize,
    next: Option<usize>,
}

/// All entries of the list.
enum IndexedEntries {
    Users(RecordList<User>, Rc<Vec<Arc<User>>>),
    Groups(RecordList<Group>, Rc<Vec<Arc<Group>>>),
    Array(Array),
}

impl IndexKeys {
    /// No keys yet; with `is_folded`, all of them ignore case.
    pub(super) fn new(is_folded: bool) -> Self {
        Self { is_folded, ..Self::default() }
    }

    /// Adds the place of an entry to those of its key. Places come in ascending order.
    fn add(&mut self, name: ArcStr, place: usize) {
        let next = self.later.len();
        let mut is_new = false;
        let places = self.by_name.entry(name).or_insert_with(|| {
            is_new = true;
            KeyPlaces { first: place, later: None }
        });
        let last = places.later.map_or(places.first, |(_, last)| self.later[last].place);
        if is_new || last == place {
            return;
        }
        if let Some((_, last)) = places.later {
            self.later[last].next = Some(next);
        }
        places.later = Some((places.later.map_or(next, |(first, _)| first), next));
        self.later.push(LaterPlace { place, next: None });
    }

    /// Adds an entry under every key in a cell: each entry of a list is one. A cell without a value has none.
    ///
    /// # Errors
    /// `usage`: a key is neither a string nor a number.
    pub(super) fn add_cell(&mut self, cell: FieldValue<'_>, place: usize) -> Result<()> {
        match cell {
            FieldValue::Nothing => {}
            FieldValue::Text(text) => self.add_text(text, place),
            FieldValue::Texts(texts) => texts.iter().for_each(|text| self.add_text(text, place)),
            FieldValue::Number(number) => self.add(number.to_string().into(), place),
            FieldValue::Items(items) => {
                items.into_iter().try_for_each(|item| self.add_value(&item.into_dynamic(), place))?;
            }
            FieldValue::Value(value) => match value.read_lock::<Array>() {
                Some(items) => items.iter().try_for_each(|item| self.add_value(item, place))?,
                None => self.add_value(&value, place)?,
            },
        }
        Ok(())
    }

    fn add_text(&mut self, text: &ArcStr, place: usize) {
        self.add(folded_text(text, self.is_folded), place);
    }

    fn add_value(&mut self, value: &Dynamic, place: usize) -> Result<()> {
        self.is_folded |= is_marked_folded(value);
        match ValueKey::of(value, self.is_folded)? {
            ValueKey::Absent => {}
            ValueKey::Text(text) => self.add(text, place),
            ValueKey::Number(_) | ValueKey::Flag(_) => self.add(value.to_string().into(), place),
            ValueKey::List(_) | ValueKey::Map(_) => {
                return Err(Error::usage(
                    "`index_by` needs keys that are strings or numbers, not lists or maps",
                ));
            }
        }
        Ok(())
    }

    fn places(&self, key: &KeyPlaces) -> impl Iterator<Item = usize> {
        let first = key.later.map(|(first, _)| self.later[first]);
        let later = std::iter::successors(first, |later| later.next.map(|next| self.later[next]));
        std::iter::once(key.first).chain(later.map(|later| later.place))
    }
}

impl IndexedEntries {
    /// The entries of a list.
    fn of(list: Dynamic) -> Result<Self> {
        let list = match list.try_cast_result::<RecordList<User>>() {
            Ok(users) => return users.all().map(|entries| Self::Users(users.clone(), entries)),
            Err(list) => list,
        };
        match list.try_cast_result::<RecordList<Group>>() {
            Ok(groups) => groups.all().map(|entries| Self::Groups(groups.clone(), entries)),
            Err(list) => Ok(Self::Array(list.try_cast().unwrap_or_default())),
        }
    }

    /// A list of the same type with some of the entries.
    fn picked(&self, places: impl Iterator<Item = usize>) -> Dynamic {
        match self {
            Self::Users(list, entries) => Dynamic::from(picked_records(list, entries, places)),
            Self::Groups(list, entries) => Dynamic::from(picked_records(list, entries, places)),
            Self::Array(entries) => {
                Dynamic::from_array(places.filter_map(|place| entries.get(place).cloned()).collect())
            }
        }
    }
}

fn picked_records<T: ListItem>(
    list: &RecordList<T>,
    entries: &[Arc<T>],
    places: impl Iterator<Item = usize>,
) -> RecordList<T> {
    list.of(places.filter_map(|place| entries.get(place).map(Arc::clone)).collect())
}

impl Index {
    /// An index of a list by these keys.
    ///
    /// # Errors
    /// `incomplete`: the rest of the list cannot be read.
    pub(super) fn new(list: Dynamic, keys: IndexKeys) -> Result<Self> {
        let entries = IndexedEntries::of(list)?;
        Ok(Self(Rc::new(IndexContent { entries, keys, sorted: OnceCell::new() })))
    }

    /// The entries with a key.
    pub fn get(&self, key: &str) -> Option<Dynamic> {
        self.find(key).map(|places| self.entries(places))
    }

    /// Whether there are entries with a key.
    pub fn contains(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.keys.by_name.len()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys in their order.
    pub fn keys(&self) -> Array {
        self.sorted().iter().map(|key| key.as_str().into()).collect()
    }

    /// The lists of entries, in the order of their keys.
    pub fn values(&self) -> Array {
        self.sorted()
            .iter()
            .filter_map(|key| self.0.keys.by_name.get(key))
            .map(|key| self.entries(key))
            .collect()
    }

    /// The key at a 0-based place in their order, and its entries.
    pub fn at(&self, place: usize) -> Option<(&str, Dynamic)> {
        let key = self.sorted().get(place)?;
        Some((key.as_str(), self.entries(self.0.keys.by_name.get(key)?)))
    }

    /// A map with the same keys, in which a key is found only as it is written.
    pub fn to_map(&self) -> Map {
        let entries = self.sorted().iter().filter_map(|key| Some((key, self.0.keys.by_name.get(key)?)));
        entries.map(|(key, places)| (key.as_str().into(), self.entries(places))).collect()
    }

    fn find(&self, key: &str) -> Option<&KeyPlaces> {
        let IndexKeys { by_name, is_folded, .. } = &self.0.keys;
        by_name.get(key).or_else(|| {
            let ignores_case = *is_folded || looks_like_email(key.trim());
            ignores_case.then(|| by_name.get(fold_name(key).as_str())).flatten()
        })
    }

    fn entries(&self, key: &KeyPlaces) -> Dynamic {
        self.0.entries.picked(self.0.keys.places(key))
    }

    fn sorted(&self) -> &[ArcStr] {
        self.0.sorted.get_or_init(|| {
            let mut keys: Vec<_> = self.0.keys.by_name.keys().cloned().collect();
            keys.sort_unstable();
            keys
        })
    }
}

impl ScriptValue for Index {
    const NAME: &'static str = "Index";

    fn to_json(&self) -> Result<Value> {
        json_of(&self.to_map().into())
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        self.get(name)
    }

    fn field_names(&self) -> Vec<String> {
        self.sorted().iter().map(ToString::to_string).collect()
    }
}

/// Registers indexes with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<Index>(engine);
    let entries = |index: &mut Index, key: &str| index.get(key).unwrap_or_default();
    // Rhai reads `index.name` by the indexer, too.
    engine.register_indexer_get(entries);
    engine.register_fn("get", entries);
    engine
        .register_fn(INDEXER, |index: &mut Index, key: i64| index.get(&key.to_string()).unwrap_or_default());
    engine.register_fn("contains", |index: &mut Index, key: &str| index.contains(key));
    engine.register_fn("contains", |index: &mut Index, key: i64| index.contains(&key.to_string()));
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
