//! The types of ours that scripts hold: each is registered once, with its name, its JSON and its fields, so that code
//! that meets a [`Dynamic`] needs no list of all types.

use crate::error::Result;
use rhai::{Dynamic, Engine};
use serde_json::Value;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// A type of ours that scripts hold.
pub trait ScriptValue: Clone + 'static {
    /// The name scripts see as `type_of`.
    const NAME: &'static str;
    /// Whether messages call it a list.
    const IS_LIST: bool = false;

    /// The value as JSON: what is written to files, sent to the service and printed by `-e`.
    ///
    /// # Errors
    /// `incomplete`: the rest of a listing cannot be read. `usage`: it holds something that is not data.
    fn to_json(&self) -> Result<Value>;

    /// A field, as far as it is known without a request; `None` when there is none.
    fn field(&self, _name: &str) -> Option<Dynamic> {
        None
    }

    /// The names of its fields.
    fn field_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The entry at a 0-based place, of those known without a request.
    fn entry(&self, _place: usize) -> Option<Dynamic> {
        None
    }
}

/// What is known of a registered type.
#[derive(Clone, Copy)]
struct ScriptType {
    name: &'static str,
    is_list: bool,
    to_json: fn(&Dynamic) -> Option<Result<Value>>,
    field: fn(&Dynamic, &str) -> Option<Dynamic>,
    field_names: fn(&Dynamic) -> Option<Vec<String>>,
    entry: fn(&Dynamic, usize) -> Option<Dynamic>,
}

impl ScriptType {
    fn of<T: ScriptValue>() -> Self {
        Self {
            name: T::NAME,
            is_list: T::IS_LIST,
            to_json: |value| value.read_lock::<T>().map(|value| value.to_json()),
            field: |value, name| value.read_lock::<T>()?.field(name),
            field_names: |value| value.read_lock::<T>().map(|value| value.field_names()),
            entry: |value, place| value.read_lock::<T>()?.entry(place),
        }
    }
}

/// The same types in every engine of the process.
static TYPES: RwLock<Option<HashMap<TypeId, ScriptType>>> = RwLock::new(None);

/// Makes a type known to an engine and to the functions of this module.
pub fn register<T: ScriptValue>(engine: &mut Engine) {
    engine.register_type_with_name::<T>(T::NAME);
    let mut types = TYPES.write().unwrap_or_else(PoisonError::into_inner);
    types.get_or_insert_default().insert(TypeId::of::<T>(), ScriptType::of::<T>());
}

fn type_of(value: &Dynamic) -> Option<ScriptType> {
    TYPES.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(&value.type_id()).copied()
}

/// A value of ours as JSON; `None` for one of Rhai's.
pub fn to_json(value: &Dynamic) -> Option<Result<Value>> {
    (type_of(value)?.to_json)(value)
}

/// The name of the type of a value of ours.
pub fn name(value: &Dynamic) -> Option<&'static str> {
    type_of(value).map(|known| known.name)
}

/// Whether a value of ours is a list.
pub fn is_list(value: &Dynamic) -> bool {
    type_of(value).is_some_and(|known| known.is_list)
}

/// A field of a value of ours, as far as it is known without a request.
pub fn field(value: &Dynamic, name: &str) -> Option<Dynamic> {
    (type_of(value)?.field)(value, name)
}

/// The names of the fields of a value of ours.
pub fn field_names(value: &Dynamic) -> Option<Vec<String>> {
    (type_of(value)?.field_names)(value)
}

/// The entry at a 0-based place of a list of ours, of those known without a request.
pub fn entry(value: &Dynamic, place: usize) -> Option<Dynamic> {
    (type_of(value)?.entry)(value, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Sample;

    impl ScriptValue for Sample {
        const NAME: &'static str = "Sample";

        fn to_json(&self) -> Result<Value> {
            Ok(7.into())
        }
    }

    #[test]
    fn a_value_is_known_once_its_type_is_registered_also_where_it_is_shared() {
        register::<Sample>(&mut Engine::new());
        let value = Dynamic::from(Sample);
        assert_eq!(to_json(&value).unwrap().unwrap(), 7);
        assert_eq!(to_json(&value.into_shared()).unwrap().unwrap(), 7);
        assert_eq!(name(&Dynamic::from(Sample)), Some("Sample"));
        assert!(to_json(&"x".into()).is_none() && name(&1_i64.into()).is_none());
    }
}
