//! Digests by which a resumed run recognizes commands and requests of the interrupted one. Pure.

use super::sorted_text::{write_command, write_string, write_value};
use crate::client::sent_command::CommandContent;
use crate::client::settings::Mode;
use crate::store::journal::sha256;
use serde_json::Value;

/// The digest of the content of a command, or of a request, without any `requestID`.
pub(crate) type CommandKey = u128;

/// The length of most texts of commands, in bytes.
const USUAL_LENGTH: usize = 256;

/// A digest that does not depend on the order of keys, nor on any `requestID`.
pub(super) fn command_key(mode: Mode, command: &CommandContent) -> CommandKey {
    key_of_command(mode, |text| write_command(command, text))
}

/// As [`command_key`]; `write` writes the command.
pub(super) fn key_of_command(mode: Mode, write: impl FnOnce(&mut String)) -> CommandKey {
    let mut text = String::with_capacity(USUAL_LENGTH);
    text.push_str(mode.as_str());
    write(&mut text);
    sha256::short(text.as_bytes())
}

/// The digest of a request sent as the script wrote it.
pub(super) fn request_key<'c>(
    call: &str,
    mode: Mode,
    commands: impl Iterator<Item = &'c CommandContent>,
    body: Option<&Value>,
) -> CommandKey {
    key_of_request(
        call,
        mode,
        |text| commands.for_each(|command| write_command(command, text)),
        |text| write_value(body.unwrap_or(&Value::Null), text),
    )
}

/// As [`request_key`]; `write_commands` and `write_body` write its commands and its body.
pub(super) fn key_of_request(
    call: &str,
    mode: Mode,
    write_commands: impl FnOnce(&mut String),
    write_body: impl FnOnce(&mut String),
) -> CommandKey {
    let mut text = String::new();
    write_string(call, &mut text);
    write_string(mode.as_str(), &mut text);
    text.push('[');
    write_commands(&mut text);
    text.push(']');
    write_body(&mut text);
    sha256::short(text.as_bytes())
}
