//! Keys that appear twice in an `add` or `remove` object; JSON parsers silently keep one of them, the service
//! refuses the step (contract 4.4).

use super::refusal::Refusal;
use crate::wire::error_code;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// By command: the first step that holds a key twice.
pub(super) fn faults(body: &[u8]) -> HashMap<usize, (usize, Refusal)> {
    let Ok(JsonKeys::List(commands)) = serde_json::from_slice(body) else {
        return HashMap::new();
    };
    let found =
        commands.iter().enumerate().filter_map(|(index, command)| Some((index, in_command(command)?)));
    found.collect()
}

fn in_command(command: &JsonKeys) -> Option<(usize, Refusal)> {
    let (_, JsonKeys::List(steps)) = command.entries().find(|(key, _)| key == "do")? else {
        return None;
    };
    steps.iter().enumerate().find_map(|(index, step)| {
        let memberships = step.entries().filter(|(name, _)| name == "add" || name == "remove");
        memberships.filter_map(|(_, value)| doubled_key(value)).map(|refusal| (index, refusal)).next()
    })
}

fn doubled_key(value: &JsonKeys) -> Option<Refusal> {
    let mut seen = HashSet::new();
    let (key, _) = value.entries().find(|(key, _)| !seen.insert(key.as_str()))?;
    let code = match key.as_str() {
        "group" => error_code::DUPLICATE_GROUP_LIST,
        "user" => error_code::DUPLICATE_USER_LIST,
        "product" | "productConfiguration" => error_code::DUPLICATE_PRODUCT_LIST,
        _ => return None,
    };
    Some(Refusal { code, message: format!("The key {key} appears twice") })
}

/// JSON with every key of an object, and without the values that have no keys.
#[derive(Debug)]
enum JsonKeys {
    Object(Vec<(String, JsonKeys)>),
    List(Vec<JsonKeys>),
    Plain,
}

impl JsonKeys {
    fn entries(&self) -> impl Iterator<Item = &(String, JsonKeys)> {
        let entries = if let Self::Object(entries) = self { entries.as_slice() } else { &[] };
        entries.iter()
    }
}

impl<'de> Deserialize<'de> for JsonKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

struct ShapeVisitor;

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = JsonKeys;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_bool<E>(self, _: bool) -> Result<JsonKeys, E> {
        Ok(JsonKeys::Plain)
    }
    fn visit_i64<E>(self, _: i64) -> Result<JsonKeys, E> {
        Ok(JsonKeys::Plain)
    }
    fn visit_u64<E>(self, _: u64) -> Result<JsonKeys, E> {
        Ok(JsonKeys::Plain)
    }
    fn visit_f64<E>(self, _: f64) -> Result<JsonKeys, E> {
        Ok(JsonKeys::Plain)
    }
    fn visit_str<E>(self, _: &str) -> Result<JsonKeys, E> {
        Ok(JsonKeys::Plain)
    }
    fn visit_unit<E>(self) -> Result<JsonKeys, E> {
        Ok(JsonKeys::Plain)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JsonKeys, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element()? {
            entries.push(entry);
        }
        Ok(JsonKeys::List(entries))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonKeys, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            entries.push((key, map.next_value()?));
        }
        Ok(JsonKeys::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named_with_its_command_and_step() {
        let body = br#"[{"user":"a@example.com","do":[{"add":{"group":["X"]}}]},
            {"user":"b@example.com","do":[{"remove":"all"},{"add":{"group":["X"],"group":["Y"]}}]},
            {"usergroup":"G","do":[{"add":{"product":["X"],"product":["Y"]}}]},
            {"usergroup":"G","do":[{"remove":{"user":["a@b.c"],"user":[null,1,2.5,-1,true]}}]}]"#;
        let mut codes: Vec<_> =
            faults(body).into_iter().map(|(index, (step, refusal))| (index, step, refusal.code)).collect();
        codes.sort_unstable();
        assert_eq!(
            codes,
            [
                (1, 1, error_code::DUPLICATE_GROUP_LIST),
                (2, 0, error_code::DUPLICATE_PRODUCT_LIST),
                (3, 0, error_code::DUPLICATE_USER_LIST)
            ]
        );
    }

    #[test]
    fn what_is_no_list_of_commands_has_no_fault_here() {
        for body in ["", "7", "[7]", r#"[{"do":7}]"#, r#"[{"do":[7]}]"#] {
            assert!(faults(body.as_bytes()).is_empty(), "{body}");
        }
    }
}
