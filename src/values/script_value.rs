//! Our types that scripts can hold. Each is registered once with its name, JSON and fields, so that code that handles a
//! [`Dynamic`] needs no list of all types.

use crate::error::Result;
use ahash::AHashMap;
use rhai::{Dynamic, Engine};
use serde_json::Value;
use std::any::TypeId;
use std::sync::{PoisonError, RwLock};

/// One of our types that scripts can hold.
pub trait ScriptValue: Clone + 'static {
    /// The name scripts see as `type_of`.
    const NAME: &'static str;
    /// Whether messages call it a list.
    const IS_LIST: bool = false;

    /// Whether `value.name` in a script is what [`ScriptValue::field`] returns, if that is not `None`.
    const IS_RECORD: bool = false;

    /// The value as JSON, for files, requests and the output of `-e`.
    ///
    /// # Errors
    /// `incomplete`: the rest of a listing cannot be read. `usage`: it holds something that is not data.
    fn to_json(&self) -> Result<Value>;

    /// The value of a field, if it is known without a request.
    fn field(&self, _name: &str) -> Option<Dynamic> {
        None
    }

    /// The names of its fields.
    fn field_names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The entry at a 0-based index, if it is known without a request.
    fn entry(&self, _place: usize) -> Option<Dynamic> {
        None
    }
}

/// The functions of a registered type.
#[derive(Clone, Copy)]
struct ScriptType {
    name: &'static str,
    is_list: bool,
    is_record: bool,
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
            is_record: T::IS_RECORD,
            to_json: |value| value.read_lock::<T>().map(|value| value.to_json()),
            field: |value, name| value.read_lock::<T>()?.field(name),
            field_names: |value| value.read_lock::<T>().map(|value| value.field_names()),
            entry: |value, place| value.read_lock::<T>()?.entry(place),
        }
    }
}

/// The registered types, shared by all engines of the process.
static TYPES: RwLock<Option<AHashMap<TypeId, ScriptType>>> = RwLock::new(None);

/// Registers a type with an engine and with this module.
pub fn register<T: ScriptValue>(engine: &mut Engine) {
    engine.register_type_with_name::<T>(T::NAME);
    let mut types = TYPES.write().unwrap_or_else(PoisonError::into_inner);
    types.get_or_insert_default().insert(TypeId::of::<T>(), ScriptType::of::<T>());
}

fn type_of(value: &Dynamic) -> Option<ScriptType> {
    TYPES.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(&value.type_id()).copied()
}

/// One of our values as JSON; `None` for one of Rhai's.
pub fn to_json(value: &Dynamic) -> Option<Result<Value>> {
    (type_of(value)?.to_json)(value)
}

/// The type name of one of our values.
pub fn name(value: &Dynamic) -> Option<&'static str> {
    type_of(value).map(|known| known.name)
}

/// Whether one of our values is a list.
pub fn is_list(value: &Dynamic) -> bool {
    type_of(value).is_some_and(|known| known.is_list)
}

/// A field of one of our values, if it is known without a request.
pub fn field(value: &Dynamic, name: &str) -> Option<Dynamic> {
    (type_of(value)?.field)(value, name)
}

/// The same of a user, a group or a row, whose fields a script reads as they are.
pub fn record_field(value: &Dynamic, name: &str) -> Option<Dynamic> {
    let known = type_of(value).filter(|known| known.is_record)?;
    (known.field)(value, name)
}

/// The field names of one of our values.
pub fn field_names(value: &Dynamic) -> Option<Vec<String>> {
    (type_of(value)?.field_names)(value)
}

/// The entry at a 0-based index of one of our lists, if it is known without a request.
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
