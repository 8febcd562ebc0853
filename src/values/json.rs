//! Between script values and plain data.

use super::date::Date;
use super::query::counter::Counter;
use super::record::{GroupRecord, Record, UserRecord};
use super::record_list::Records;
use super::secret_text::SecretText;
use crate::changes::command_builder::Builder;
use crate::changes::report::Report;
use crate::error::{Error, Result};
use crate::files::csv::row::Row;
use crate::secret::MASK;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic, Map};
use serde_json::{Number, Value};

/// A value as JSON: what is written to files, sent to the service and printed by `-e`.
///
/// # Errors
/// `usage`: it holds something that is no data, such as a function.
pub fn json_of(value: &Dynamic) -> Result<Value> {
    if let Some(record) = record_json(value) {
        return record;
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
        Err(Error::usage(format!("{} is no data, so it cannot be written", kind_of(value))))
    }
}

/// Our own types as JSON; `None` for a value of Rhai's.
fn record_json(value: &Dynamic) -> Option<Result<Value>> {
    let user = value.read_lock::<UserRecord>().map(|user| user.to_json());
    user.or_else(|| value.read_lock::<GroupRecord>().map(|group| group.to_json()))
        .or_else(|| value.read_lock::<Records<User>>().map(|users| users.to_json()))
        .or_else(|| value.read_lock::<Records<Group>>().map(|groups| groups.to_json()))
        .or_else(|| value.read_lock::<Counter>().map(|counter| counter.to_json()))
        .or_else(|| value.read_lock::<Row>().map(|row| Ok(row.to_json())))
        .or_else(|| value.read_lock::<Report>().map(|report| Ok(report.to_json())))
        .or_else(|| value.read_lock::<Builder>().map(|command| Ok(command.to_json())))
        .or_else(|| value.read_lock::<Date>().map(|date| Ok(Value::String(date.to_string()))))
        .or_else(|| value.is::<SecretText>().then(|| Ok(Value::String(MASK.to_owned()))))
}

fn finite(number: f64) -> Result<Value> {
    let number = Number::from_f64(number).map(Value::Number);
    number.ok_or_else(|| Error::usage("a number that is infinite or not a number cannot be written as JSON"))
}

/// JSON as a value: objects are maps, `null` is `()`, a whole number too large for a script is its digits as text.
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

/// A whole number; one that is too large for a script is its digits as text.
pub fn digits_or_number(number: u64) -> Dynamic {
    i64::try_from(number).map_or_else(|_| number.to_string().into(), Dynamic::from)
}

/// A list of texts; one text is a list of one. Users stand for their e-mails and groups for their names.
///
/// # Errors
/// `usage`: it is something else.
pub fn texts(value: &Dynamic) -> Result<Vec<String>> {
    let wrong =
        |value: &Dynamic| Error::usage(format!("expected a text or a list of texts, not {}", kind_of(value)));
    if let Some(text) = text_of(value) {
        return Ok(vec![text]);
    }
    if let Some(users) = value.read_lock::<Records<User>>() {
        return Ok(users.all()?.iter().map(|user| user.label().to_owned()).collect());
    }
    if let Some(groups) = value.read_lock::<Records<Group>>() {
        return Ok(groups.all()?.iter().map(|group| group.group_name.to_string()).collect());
    }
    let Some(list) = value.read_lock::<Array>() else { return Err(wrong(value)) };
    list.iter().map(|item| text_of(item).ok_or_else(|| wrong(item))).collect()
}

/// A text, a user's e-mail or a group's name.
fn text_of(value: &Dynamic) -> Option<String> {
    let user = value.read_lock::<UserRecord>().map(|user| user.label().to_owned());
    user.or_else(|| value.read_lock::<GroupRecord>().map(|group| group.label().to_owned()))
        .or_else(|| value.clone().into_string().ok())
}

/// What a value is, for messages: "a text", "a list".
pub fn kind_of(value: &Dynamic) -> String {
    match value.type_name() {
        "()" => "nothing, `()`".to_owned(),
        "bool" => "true or false".to_owned(),
        "i64" => "a whole number".to_owned(),
        "f64" => "a number".to_owned(),
        "char" => "a character".to_owned(),
        "array" => "a list".to_owned(),
        "map" => "a map".to_owned(),
        "string" => "a text".to_owned(),
        "Fn" => "a function".to_owned(),
        other if other.contains("::Records<") => "a list".to_owned(),
        other => format!("a {}", other.rsplit("::").next().unwrap_or(other).trim_end_matches("Record")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;
    use serde_json::json;

    #[test]
    fn data_survives_the_way_to_a_script_and_back() {
        let sent = json!({"a": [1, 2.5, "x", true, null], "b": {"c": "é"}, "n": -7});
        assert_eq!(json_of(&dynamic_of(&sent)).unwrap(), sent);
    }

    #[test]
    fn no_digit_of_a_large_number_is_lost() {
        let largest = dynamic_of(&json!([i64::MAX, u64::MAX])).to_string();
        assert_eq!(largest, r#"[9223372036854775807, "18446744073709551615"]"#);
    }

    #[test]
    fn what_is_no_data_is_refused_by_name() {
        let function: Dynamic = Engine::new().eval("|x| x").unwrap();
        assert_eq!(
            json_of(&function).unwrap_err().to_string(),
            "a function is no data, so it cannot be written"
        );
        assert!(json_of(&f64::NAN.into()).is_err());
    }

    #[test]
    fn one_text_is_a_list_of_one_and_a_number_is_none() {
        assert_eq!(texts(&"x".into()).unwrap(), ["x"]);
        let mixed = Dynamic::from_array(vec!["x".into(), Dynamic::from_int(1)]);
        let error = texts(&mixed).unwrap_err();
        assert_eq!(error.to_string(), "expected a text or a list of texts, not a whole number");
    }
}
