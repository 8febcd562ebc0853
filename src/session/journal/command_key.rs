//! Digests by which a resumed run recognizes commands and requests of the interrupted one. Pure.

use crate::client::settings::Mode;
use crate::store::journal::sha256;
use serde_json::Value;
use std::fmt::Write as _;

/// The digest of the content of a command, or of a request, without any `requestID`.
pub(crate) type CommandKey = u128;

/// The length of most texts of commands, in bytes.
const USUAL_LENGTH: usize = 256;

/// A digest that does not depend on the order of keys, nor on any `requestID`.
pub(super) fn command_key(mode: Mode, command: &Value) -> CommandKey {
    let mut text = String::with_capacity(USUAL_LENGTH);
    text.push_str(mode.as_str());
    write_sorted(command, &mut text);
    sha256::short(text.as_bytes())
}

/// The digest of a request sent as the script wrote it.
pub(super) fn request_key<'c>(
    call: &str,
    mode: Mode,
    commands: impl Iterator<Item = &'c Value>,
    body: Option<&Value>,
) -> CommandKey {
    let mut text = String::new();
    write_text(call, &mut text);
    write_text(mode.as_str(), &mut text);
    text.push('[');
    commands.for_each(|command| write_sorted(command, &mut text));
    text.push(']');
    write_sorted(body.unwrap_or(&Value::Null), &mut text);
    sha256::short(text.as_bytes())
}

fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut pairs: Vec<_> = fields.iter().filter(|(key, _)| *key != "requestID").collect();
            pairs.sort_by_key(|(key, _)| key.as_str());
            text.push('{');
            for (key, value) in pairs {
                write_text(key, text);
                write_sorted(value, text);
            }
            text.push('}');
        }
        Value::Array(list) => {
            text.push('[');
            for value in list {
                write_sorted(value, text);
            }
            text.push(']');
        }
        Value::String(content) => write_text(content, text),
        other => write_text(&other.to_string(), text),
    }
}

/// Writes a string after its length, so that different sequences of strings never give the same text.
fn write_text(content: &str, text: &mut String) {
    let _ = write!(text, "{}:{content}", content.len()); // writing to a String cannot fail
}
