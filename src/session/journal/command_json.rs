//! A command of a journal that is replayed: its JSON, parsed only where somebody needs what is in it. Pure.

use super::sorted_text::{write_json, write_value};
use crate::client::sent_command::CommandContent;
use crate::session::guard::CommandImpact;
use memchr::memmem::Finder;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use std::sync::LazyLock;

/// JSON of a journal, parsed or as it is written there.
pub(crate) trait JournalJson: DeserializeOwned {
    /// Writes the text that is the same for equal commands.
    fn write_sorted(&self, text: &mut String);

    /// The parsed value.
    fn into_value(self) -> Value;

    /// The command that it is.
    fn into_command(self) -> CommandJson;
}

/// The JSON of a command.
#[derive(Debug)]
pub(crate) enum CommandJson {
    Parsed(Value),
    Text(Box<RawValue>),
}

impl JournalJson for Value {
    fn write_sorted(&self, text: &mut String) {
        write_value(self, text);
    }

    fn into_value(self) -> Value {
        self
    }

    fn into_command(self) -> CommandJson {
        CommandJson::Parsed(self)
    }
}

impl JournalJson for Box<RawValue> {
    fn write_sorted(&self, text: &mut String) {
        // What was deserialized is JSON.
        if write_json(self.get(), text).is_err() {
            text.push_str(self.get());
        }
    }

    fn into_value(self) -> Value {
        serde_json::from_str(self.get()).unwrap_or_default()
    }

    fn into_command(self) -> CommandJson {
        CommandJson::Text(self)
    }
}

impl CommandJson {
    /// The command.
    pub(crate) fn rendered(&self) -> CommandContent {
        CommandContent::raw(match self {
            Self::Parsed(value) => value.clone(),
            Self::Text(text) => serde_json::from_str(text.get()).unwrap_or_default(),
        })
    }

    /// Its impact, as that of the first piece of a command or of a later one.
    pub(crate) fn impact(&self, is_first: bool) -> CommandImpact {
        match self {
            Self::Text(text) if adds_only_one_person(text.get()) => {
                CommandImpact { changes: usize::from(is_first), removals: 0 }
            }
            _ if is_first => CommandImpact::of(&self.rendered()),
            _ => CommandImpact::of_later_piece(&self.rendered()),
        }
    }
}

/// What steps have that remove something, or list people.
static OTHER_STEPS: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("remove"), Finder::new(r#""user":["#)]);

/// Whether a command is certainly about one person, who loses nothing. Nearly all commands are; the others are parsed.
fn adds_only_one_person(json: &str) -> bool {
    let is_about_person =
        json.starts_with(r#"{"user":""#) && memchr::memchr(b'\\', json.as_bytes()).is_none();
    is_about_person && OTHER_STEPS.iter().all(|step| step.find(json.as_bytes()).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parsed_and_as_text_a_command_has_the_same_impact() {
        let add = json!({"add": {"group": ["X"]}});
        for command in [
            json!({"user": "a@example.com", "do": [add]}),
            json!({"user": "remove@example.com", "do": [add]}),
            json!({"user": "a@example.com", "domain": "b", "do": [{"createFederatedID": {"email": "a"}}, add]}),
            json!({"user": "a@example.com", "do": [{"remove": {"group": ["X"]}}]}),
            json!({"user": "a@example.com", "do": [{"removeFromOrg": {}}]}),
            json!({"user": "a@example.com", "do": [{"add": {"user": ["b", "c"]}}]}),
            json!({"usergroup": "X", "do": [{"add": {"user": ["a", "b"]}}]}),
            json!({"usergroup": "X", "do": [{"deleteUserGroup": {}}]}),
            json!({"user": "a", "usergroup": "X", "do": [add]}),
            json!({"user": 7}),
        ] {
            let raw: Box<RawValue> = serde_json::from_str(&command.to_string()).unwrap();
            let escaped: Box<RawValue> =
                serde_json::from_str(&command.to_string().replace("remove", "rem\\u006fve")).unwrap();
            for is_first in [true, false] {
                let impact = command.clone().into_command().impact(is_first);
                assert_eq!(raw.clone().into_command().impact(is_first), impact, "{command}");
                assert_eq!(escaped.clone().into_command().impact(is_first), impact, "{command}");
            }
            assert_eq!(raw.into_command().rendered(), CommandContent::raw(command));
        }
    }
}
