//! JSON as it was written: keys in their order, and each as often as it appears.
//!
//! Other JSON types keep one of two equal keys. The service refuses such a step (contract 4.4) and carries out the keys
//! of a step in the order written (contract 7.22).

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A JSON value. What a number is does not matter: no field of a command is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonNode {
    Object(Vec<(String, JsonNode)>),
    List(Vec<JsonNode>),
    String(String),
    Bool(bool),
    Number,
    Null,
}

impl JsonNode {
    /// The entries of an object.
    pub(super) fn as_object(&self) -> Option<&[(String, Self)]> {
        if let Self::Object(entries) = self { Some(entries) } else { None }
    }

    /// The entries of a list.
    pub(super) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(entries) = self { Some(entries) } else { None }
    }

    /// The value of a string.
    pub(super) fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The value of a key; of two equal keys the last one.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        last_value(self.as_object()?, key)
    }
}

/// The value of a key in the entries of an object; of two equal keys the last one.
pub(super) fn last_value<'n>(entries: &'n [(String, JsonNode)], key: &str) -> Option<&'n JsonNode> {
    entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
}

impl<'de> Deserialize<'de> for JsonNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = JsonNode;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }
    fn visit_bool<E>(self, value: bool) -> Result<JsonNode, E> {
        Ok(JsonNode::Bool(value))
    }
    fn visit_i64<E>(self, _: i64) -> Result<JsonNode, E> {
        Ok(JsonNode::Number)
    }
    fn visit_u64<E>(self, _: u64) -> Result<JsonNode, E> {
        Ok(JsonNode::Number)
    }
    fn visit_f64<E>(self, _: f64) -> Result<JsonNode, E> {
        Ok(JsonNode::Number)
    }
    fn visit_str<E>(self, value: &str) -> Result<JsonNode, E> {
        Ok(JsonNode::String(value.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<JsonNode, E> {
        Ok(JsonNode::Null)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JsonNode, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element()? {
            entries.push(entry);
        }
        Ok(JsonNode::List(entries))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonNode, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            entries.push((key, map.next_value()?));
        }
        Ok(JsonNode::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> JsonNode {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn keys_keep_their_order_and_their_number() {
        let node = parse(r#"{"b": 1, "a": [null, -1, 2.5, true, "x"], "b": "last"}"#);
        let keys: Vec<_> = node.as_object().expect("an object").iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["b", "a", "b"]);
        assert_eq!(node.get("b").and_then(JsonNode::as_str), Some("last"));
        let list = node.get("a").and_then(JsonNode::as_list).expect("a list");
        let number = || JsonNode::Number;
        assert_eq!(
            list,
            [JsonNode::Null, number(), number(), JsonNode::Bool(true), JsonNode::String("x".into())]
        );
    }

    #[test]
    fn what_is_not_of_the_wanted_kind_has_no_value() {
        let node = parse("[7]");
        assert!(node.as_object().is_none() && node.as_str().is_none() && node.get("x").is_none());
        assert!(parse("{}").as_list().is_none());
    }
}
