//! Script values as JSON.

use super::dynamic::kind_of;
use super::script_value;
use crate::error::{Error, Result};
use rhai::{Array, Dynamic, Map};
use serde_json::{Number, Value};

/// A value as JSON, for files, requests and the output of `-e`.
///
/// # Errors
/// `usage`: it holds something that is not data, such as a function.
pub fn json_of(value: &Dynamic) -> Result<Value> {
    if let Some(json) = script_value::to_json(value) {
        return json;
    }
    if value.is_unit() {
        Ok(Value::Null)
    } else if let Ok(flag) = value.as_bool() {
        Ok(Value::Bool(flag))
    } else if let Ok(number) = value.as_int() {
        Ok(number.into())
    } else if let Ok(number) = value.as_float() {
        finite(number)
    } else if let Some(list) = value.read_lock::<Array>() {
        list.iter().map(json_of).collect::<Result<Vec<_>>>().map(Value::Array)
    } else if let Some(map) = value.read_lock::<Map>() {
        let entries = map.iter().map(|(key, value)| Ok((key.to_string(), json_of(value)?)));
        entries.collect::<Result<_>>().map(Value::Object)
    } else if value.is_string() || value.is_char() {
        Ok(Value::String(value.to_string()))
    } else {
        Err(Error::usage(format!("{} cannot be written: it is not data", kind_of(value))))
    }
}

fn finite(number: f64) -> Result<Value> {
    let number = Number::from_f64(number).map(Value::Number);
    number.ok_or_else(|| Error::usage("a number that is infinite or not a number cannot be written as JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::dynamic::dynamic_of;
    use rhai::Engine;
    use serde_json::json;

    #[test]
    fn json_round_trips() {
        let sent = json!({"a": [1, 2.5, "x", true, null], "b": {"c": "é"}, "n": -7});
        assert_eq!(json_of(&dynamic_of(&sent)).unwrap(), sent);
    }

    #[test]
    fn no_digit_of_a_large_number_is_lost() {
        let largest = dynamic_of(&json!([i64::MAX, u64::MAX])).to_string();
        assert_eq!(largest, r#"[9223372036854775807, "18446744073709551615"]"#);
    }

    #[test]
    fn values_that_are_not_data_are_refused() {
        let function: Dynamic = Engine::new().eval("|x| x").unwrap();
        assert_eq!(
            json_of(&function).unwrap_err().to_string(),
            "a function cannot be written: it is not data"
        );
        assert!(json_of(&f64::NAN.into()).is_err());
    }
}
