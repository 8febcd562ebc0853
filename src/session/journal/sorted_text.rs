//! JSON as text in which keys are sorted and `requestID` is left out: the text whose digest recognizes a command. Pure.

use crate::client::sent_command::CommandContent;
use crate::wire::command::{Command, CommandStep};
use crate::wire::subject::CommandSubject;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use std::fmt;
use std::ops::Range;

/// The key that is left out.
const LEFT_OUT: &str = "requestID";

/// Writes a string after its length, so that different sequences of strings never give the same text.
pub(super) fn write_string(content: &str, text: &mut String) {
    let mut digits = [0; 20];
    let (mut rest, mut first) = (content.len(), digits.len());
    loop {
        first -= 1;
        digits[first] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    digits[first..].iter().for_each(|digit| text.push(char::from(*digit)));
    text.push(':');
    text.push_str(content);
}

/// Writes a command: the same text as its JSON gives.
pub(super) fn write_command(command: &CommandContent, text: &mut String) {
    match (command.as_written(), command.command()) {
        (None, Some(command)) => write_built(command, text),
        (written, _) => write_value(written.unwrap_or(&Value::Null), text),
    }
}

/// Writes a command that was built. Its keys are sorted here.
fn write_built(command: &Command, text: &mut String) {
    text.push('{');
    write_string("do", text);
    text.push('[');
    for CommandStep { name, value } in &command.steps {
        text.push('{');
        if name != LEFT_OUT {
            write_string(name, text);
            write_value(value, text);
        }
        text.push('}');
    }
    text.push(']');
    let (key, domain) = match &command.subject {
        CommandSubject::User { domain, .. } => ("user", domain.as_deref()),
        CommandSubject::Group { .. } => ("usergroup", None),
    };
    if let Some(domain) = domain {
        write_string("domain", text);
        write_string(domain, text);
    }
    if let Some(flag) = command.subject.use_adobe_id() {
        write_string("useAdobeID", text);
        write_flag(flag, text);
    }
    write_string(key, text);
    write_string(command.subject.name(), text);
    text.push('}');
}

fn write_flag(flag: bool, text: &mut String) {
    write_string(if flag { "true" } else { "false" }, text);
}

/// Writes a value.
pub(super) fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields_text = SortedFields::begin(text);
            for (key, value) in fields.iter().filter(|(key, _)| *key != LEFT_OUT) {
                fields_text.add(key, text);
                write_value(value, text);
            }
            fields_text.end(text);
        }
        Value::Array(list) => {
            text.push('[');
            for value in list {
                write_value(value, text);
            }
            text.push(']');
        }
        Value::String(content) => write_string(content, text),
        Value::Bool(flag) => write_flag(*flag, text),
        Value::Number(number) => write_string(&number.to_string(), text),
        Value::Null => write_string("null", text),
    }
}

/// Writes the value of JSON text, without making it a [`Value`].
///
/// # Errors
/// It is not JSON.
pub(super) fn write_json(json: &str, text: &mut String) -> serde_json::Result<()> {
    SortedSeed(text).deserialize(&mut serde_json::Deserializer::from_str(json))
}

/// The fields of an object, sorted when all of them are written.
struct SortedFields {
    start: usize,
    is_sorted: bool,
    /// Where each field begins, and its key.
    places: Vec<(usize, Range<usize>)>,
}

impl SortedFields {
    fn begin(text: &mut String) -> Self {
        text.push('{');
        Self { start: text.len(), is_sorted: true, places: Vec::new() }
    }

    /// Writes a key; its value has to follow.
    fn add(&mut self, key: &str, text: &mut String) {
        let begin = text.len();
        write_string(key, text);
        let place = text.len() - key.len()..text.len();
        self.is_sorted &= self.places.last().is_none_or(|(_, last)| text[last.clone()] < *key);
        self.places.push((begin, place));
    }

    /// Sorts the fields. Of two with the same key the last one counts, as in a [`Value`].
    fn end(mut self, text: &mut String) {
        if !self.is_sorted {
            let ends: Vec<_> =
                self.places.iter().skip(1).map(|(begin, _)| *begin).chain([text.len()]).collect();
            let mut fields: Vec<_> = self.places.drain(..).zip(ends).collect();
            fields.sort_by(|((_, one), _), ((_, two), _)| text[one.clone()].cmp(&text[two.clone()]));
            let mut sorted = String::with_capacity(text.len() - self.start);
            for (index, ((begin, key), end)) in fields.iter().enumerate() {
                let is_again =
                    |((_, next), _): &((usize, Range<usize>), usize)| text[next.clone()] == text[key.clone()];
                if !fields.get(index + 1).is_some_and(is_again) {
                    sorted.push_str(&text[*begin..*end]);
                }
            }
            text.truncate(self.start);
            text.push_str(&sorted);
        }
        text.push('}');
    }
}

/// Writes what is deserialized.
struct SortedSeed<'t>(&'t mut String);

impl<'de> DeserializeSeed<'de> for SortedSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for SortedSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        write_string("null", self.0);
        Ok(())
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<(), E> {
        write_flag(flag, self.0);
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        write_string(&number.to_string(), self.0);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        write_string(&number.to_string(), self.0);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        let number = Number::from_f64(number).map_or(Value::Null, Value::Number);
        write_string(&number.to_string(), self.0);
        Ok(())
    }

    fn visit_str<E: Error>(self, content: &str) -> Result<(), E> {
        write_string(content, self.0);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.push('[');
        while list.next_element_seed(SortedSeed(self.0))?.is_some() {}
        self.0.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut sorted = SortedFields::begin(self.0);
        while let Some(key) = fields.next_key::<crate::store::journal::record_text::LineText<'de>>()? {
            if key.as_ref() == LEFT_OUT {
                fields.next_value::<IgnoredAny>()?;
            } else {
                sorted.add(key.as_ref(), self.0);
                fields.next_value_seed(SortedSeed(self.0))?;
            }
        }
        sorted.end(self.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn of_value(value: &Value) -> String {
        let mut text = String::new();
        write_value(value, &mut text);
        text
    }

    fn of_json(json: &str) -> String {
        let mut text = String::new();
        write_json(json, &mut text).unwrap();
        text
    }

    #[test]
    fn keys_are_sorted_and_the_request_id_is_left_out() {
        let json = r#"{"user":"a","requestID":{"x":1},"do":[{"b":[true,null,1,-2,1.5],"a":""}]}"#;
        let text = "{2:do[{1:a0:1:b[4:true4:null1:12:-23:1.5]}]4:user1:a}";
        assert_eq!(
            (of_json(json).as_str(), of_value(&serde_json::from_str(json).unwrap()).as_str()),
            (text, text)
        );
        assert_eq!(of_json(r#"{"b":1,"a":2,"b":3}"#), of_value(&json!({"b": 3, "a": 2})));
        let long = "x".repeat(1_234);
        assert_eq!(of_value(&json!(long)), format!("1234:{long}"));
    }

    #[test]
    fn a_command_that_was_built_gives_the_text_of_its_json() {
        let requests = json!({"updateUserGroup": {"name": "b", "description": "a", "requestID": "x"}});
        let steps = json!([{"add": {"group": ["X", "é"]}}, {"remove": "all"}, {"removeFromOrg": {}}, requests, {"requestID": {}}]);
        for subject in [
            json!({"user": "a@example.com"}),
            json!({"user": "a", "domain": "example.com"}),
            json!({"user": "a", "domain": "", "useAdobeID": false, "requestID": "7"}),
            json!({"user": "a@example.com", "useAdobeID": true}),
            json!({"usergroup": "G"}),
            json!({"usergroup": "G", "useAdobeID": true, "requestID": "7"}),
        ] {
            let mut json = subject;
            json["do"] = steps.clone();
            let built = CommandContent::new(Command::read(&json).unwrap());
            for command in [built, CommandContent::raw(json.clone())] {
                let mut text = String::new();
                write_command(&command, &mut text);
                assert_eq!(text, of_value(&json));
            }
        }
    }

    /// Any JSON, not deep.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 5, |inner| {
            let key = prop_oneof!["[a-d]", "requestID", ".{0,4}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((key, inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn text_and_value_of_the_same_json_are_the_same(value in any_json()) {
            let json = value.to_string();
            prop_assert_eq!(of_json(&json), of_value(&serde_json::from_str(&json).unwrap()));
        }
    }
}
