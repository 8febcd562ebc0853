//! JSON values of fields that the documentation does not name. A value of the service's may be anything, but not any
//! number of things: sixty megabytes of `{}` in one field would take more than a gigabyte.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// The most values in one field, those in lists and objects included.
pub(super) const MOST_VALUES: usize = 100_000;

/// Reads a value of at most [`MOST_VALUES`] values.
///
/// # Errors
/// Those of the JSON, and one for a larger value.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    BoundedValue(&Cell::new(MOST_VALUES)).deserialize(deserializer)
}

/// A seed of [`read`] for the value of a field.
pub(super) struct UnknownField;

impl<'de> DeserializeSeed<'de> for UnknownField {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        read(deserializer)
    }
}

/// How many values may still follow.
#[derive(Clone, Copy)]
struct BoundedValue<'b>(&'b Cell<usize>);

impl<'de> DeserializeSeed<'de> for BoundedValue<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let too_many = || D::Error::custom(format!("a field has more than {MOST_VALUES} values"));
        self.0.set(self.0.get().checked_sub(1).ok_or_else(too_many)?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BoundedValue<'_> {
    type Value = Value;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(self)? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            fields.insert(name, entries.next_value_seed(self)?);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(text: &str) -> serde_json::Result<Value> {
        read(&mut serde_json::Deserializer::from_str(text))
    }

    #[test]
    fn values_are_those_of_the_json_and_not_too_many() {
        let value =
            json!({"a": [1, -2, 2.5, null, true, "x"], "b": {"c": []}, "n": 18_446_744_073_709_551_615_u64});
        assert_eq!(parsed(&value.to_string()).unwrap(), value);
        let list = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(parsed(&list(MOST_VALUES - 1)).is_ok());
        let error = parsed(&list(MOST_VALUES)).unwrap_err();
        assert!(error.to_string().contains("more than 100000 values"), "{error}");
        assert!(parsed(&"[".repeat(1_000)).is_err());
    }
}
