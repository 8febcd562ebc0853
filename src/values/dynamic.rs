//! Converts JSON to script values, and names types in messages.

use super::script_value;
use crate::quantity;
use rhai::{Array, Dynamic, Map};
use serde_json::Value;

/// Converts JSON to a script value: objects become maps, `null` becomes `()`, and a whole number too large for a script
/// becomes a string of its digits.
pub fn dynamic_of(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(large)) => digits_or_number(large),
            (None, None) => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(dynamic_of).collect::<Array>().into(),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.as_str().into(), dynamic_of(value)));
            entries.collect::<Map>().into()
        }
    }
}

/// A whole number, or a string of its digits if it is too large for a script.
pub fn digits_or_number(number: u64) -> Dynamic {
    i64::try_from(number).map_or_else(|_| number.to_string().into(), Dynamic::from)
}

/// The type of a value in messages: "a string", "a list".
pub fn kind_of(value: &Dynamic) -> String {
    match value.type_name() {
        "()" => "nothing, `()`".to_owned(),
        "bool" => "a boolean".to_owned(),
        "i64" => "a whole number".to_owned(),
        "f64" => "a number".to_owned(),
        "char" => "a character".to_owned(),
        "array" => "a list".to_owned(),
        "map" => "a map".to_owned(),
        "string" => "a string".to_owned(),
        "Fn" => "a function".to_owned(),
        _ if script_value::is_list(value) => "a list".to_owned(),
        other => quantity::indefinite(script_value::name(value).unwrap_or_else(|| last_segment(other))),
    }
}

/// The name of a type that is not registered, without its modules.
fn last_segment(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}
