//! Writes values as JSON and reads them back, entry by entry, so that Ctrl-C ends long ones.

use super::json::json_of;
use super::record::Record;
use crate::error::{Error, Result};
use crate::host::interrupt::Interrupt;
use crate::values::dynamic::digits_or_number;
use crate::values::record::ListItem;
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic, Map};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::ser::PrettyFormatter;
use std::cell::RefCell;
use std::fmt;

/// Writes a value, indented by this many spaces a level; 0 is one line.
///
/// # Errors
/// `usage`: it holds something that is not data, such as a function. `interrupted`.
pub fn write(value: &Dynamic, indent: usize, interrupt: &Interrupt) -> Result<String> {
    let pen = JsonWriter { interrupt, failed: RefCell::default() };
    let written = JsonValue { value, pen: &pen };
    let mut text = Vec::new();
    let result = if indent == 0 {
        serde_json::to_writer(&mut text, &written)
    } else {
        let spaces = " ".repeat(indent);
        let formatter = PrettyFormatter::with_indent(spaces.as_bytes());
        written.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))
    };
    let unwritable =
        |error: &dyn fmt::Display| Error::usage(format!("the value cannot be written as JSON: {error}"));
    result.map_err(|error| pen.failed.take().unwrap_or_else(|| unwritable(&error)))?;
    String::from_utf8(text).map_err(|error| unwritable(&error))
}

/// Reads JSON: objects are maps, `null` is `()`, a whole number too large for a script is a string of its digits.
///
/// # Errors
/// Those of [`Interrupt::check`]. The inner error: the text is not valid JSON.
pub fn read(text: &str, interrupt: &Interrupt) -> Result<serde_json::Result<Dynamic>> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let stopped = RefCell::default();
    let value = JsonReader { interrupt, stopped: &stopped }.deserialize(&mut parser);
    match stopped.take() {
        Some(error) => Err(error),
        None => Ok(value.and_then(|value| parser.end().map(|()| value))),
    }
}

/// Serializes a value. Serde's errors are only strings, so ours is kept here.
struct JsonWriter<'i> {
    interrupt: &'i Interrupt,
    failed: RefCell<Option<Error>>,
}

impl JsonWriter<'_> {
    fn fail<E: serde::ser::Error>(&self, error: Error) -> E {
        let message = E::custom(&error);
        self.failed.replace(Some(error));
        message
    }
}

struct JsonValue<'v> {
    value: &'v Dynamic,
    pen: &'v JsonWriter<'v>,
}

impl Serialize for JsonValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Self { value, pen } = *self;
        pen.interrupt.check().map_err(|error| pen.fail::<S::Error>(error))?;
        if let Some(list) = value.read_lock::<Array>() {
            let mut entries = serializer.serialize_seq(Some(list.len()))?;
            list.iter().try_for_each(|value| entries.serialize_element(&JsonValue { value, pen }))?;
            return entries.end();
        }
        if let Some(map) = value.read_lock::<Map>() {
            let mut entries = serializer.serialize_map(Some(map.len()))?;
            map.iter().try_for_each(|(key, value)| {
                entries.serialize_entry(key.as_str(), &JsonValue { value, pen })
            })?;
            return entries.end();
        }
        if let Some(users) = value.read_lock::<RecordList<User>>() {
            return records(&users, pen, serializer);
        }
        if let Some(groups) = value.read_lock::<RecordList<Group>>() {
            return records(&groups, pen, serializer);
        }
        json_of(value).map_err(|error| pen.fail::<S::Error>(error))?.serialize(serializer)
    }
}

fn records<T: ListItem, S: Serializer>(
    records: &RecordList<T>,
    pen: &JsonWriter<'_>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let entries = records.all().map_err(|error| pen.fail::<S::Error>(error))?;
    let mut written = serializer.serialize_seq(Some(entries.len()))?;
    for entry in entries.iter() {
        let record = pen.interrupt.check().and_then(|()| records.record(entry).to_json());
        written.serialize_element(&record.map_err(|error| pen.fail::<S::Error>(error))?)?;
    }
    written.end()
}

/// Reads one value.
#[derive(Clone, Copy)]
struct JsonReader<'i> {
    interrupt: &'i Interrupt,
    /// Why reading was stopped. Serde's errors are only strings, so ours is kept here.
    stopped: &'i RefCell<Option<Error>>,
}

impl<'de> DeserializeSeed<'de> for JsonReader<'_> {
    type Value = Dynamic;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Dynamic, D::Error> {
        if let Err(error) = self.interrupt.check() {
            let message = serde::de::Error::custom(&error);
            self.stopped.replace(Some(error));
            return Err(message);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonReader<'_> {
    type Value = Dynamic;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Dynamic, E> {
        Ok(Dynamic::UNIT)
    }

    fn visit_bool<E>(self, flag: bool) -> std::result::Result<Dynamic, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> std::result::Result<Dynamic, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> std::result::Result<Dynamic, E> {
        Ok(digits_or_number(number))
    }

    fn visit_f64<E>(self, number: f64) -> std::result::Result<Dynamic, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Dynamic, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> std::result::Result<Dynamic, A::Error> {
        let mut list = Array::new();
        while let Some(entry) = entries.next_element_seed(self)? {
            list.push(entry);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Dynamic, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            map.insert(key.into(), entries.next_value_seed(self)?);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::dynamic::dynamic_of;
    use serde_json::{Value, json};

    fn idle() -> Interrupt {
        Interrupt::default()
    }

    #[test]
    fn written_json_reads_back() {
        let sent = json!({"a": [1, 2.5, "x", true, null], "b": {"c": "é\n\"q\""}, "n": -7, "u": [], "v": {}});
        for indent in [0, 2] {
            let text = write(&dynamic_of(&sent), indent, &idle()).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), sent);
            assert_eq!(json_of(&read(&text, &idle()).unwrap().unwrap()).unwrap(), sent);
        }
    }

    #[test]
    fn no_digit_of_a_large_number_is_lost() {
        let read = read("[9223372036854775807, 18446744073709551615, 1e3]", &idle()).unwrap().unwrap();
        assert_eq!(read.to_string(), r#"[9223372036854775807, "18446744073709551615", 1000.0]"#);
    }

    #[test]
    fn values_that_are_not_data_have_the_same_error() {
        let function: Dynamic = rhai::Engine::new().eval("[#{f: |x| x}]").unwrap();
        let error = write(&function, 0, &idle()).unwrap_err();
        assert_eq!(error.to_string(), "a function cannot be written: it is not data");
        assert!(read("[1] 2", &idle()).unwrap().is_err() && read("[1,", &idle()).unwrap().is_err());
    }

    #[test]
    fn an_interrupt_stops_reading_and_writing() {
        let interrupt = idle();
        interrupt.request();
        let error = write(&dynamic_of(&json!([1, 2])), 0, &interrupt).unwrap_err();
        assert_eq!(error.kind.name(), "interrupted");
        assert_eq!(read("[1, 2]", &interrupt).unwrap_err().kind.name(), "interrupted");
    }
}
