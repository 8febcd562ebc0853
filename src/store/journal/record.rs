//! What the lines of a journal hold, in format 2. Every key of the format is declared here and nowhere else.
//!
//! A record that this version does not know in every part is an error: a command must not be taken for done, or for
//! undone, because a field was skipped. JSON values are kept only where a line repeats what was sent or received.

pub(crate) use super::moment;
use super::person_record::PersonRecord;
use super::record_text::RecordText;
use crate::wire::mode::Mode;
use crate::wire::outcome::CommandOutcome;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// One line of a journal, without what chains it to the line before. `S` holds its strings and `V` the JSON that went over
/// the wire, so that readers that need neither read a long journal without copying it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "S: RecordText<'de>, V: Deserialize<'de>"))]
pub struct JournalEntry<S = String, V = Value> {
    /// When it was written.
    #[serde(with = "moment")]
    pub time: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub record: JournalRecord<S, V>,
}

/// What a line of a journal says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[serde(bound(deserialize = "S: RecordText<'de>, V: Deserialize<'de>"))]
pub enum JournalRecord<S = String, V = Value> {
    /// The first line: what was run, by whom, and how to run it again.
    Head(Box<HeadRecord>),
    /// The run read a file after its first change.
    Input(InputRecord),
    /// A request is about to be sent.
    Request(RequestRecord<S, V>),
    /// A request ended.
    Settled(SettledRecord<S, V>),
    /// A resumed run found out the outcome of a command.
    Found(FoundRecord),
    /// A later run continues this one.
    Resumed(ResumedRecord),
    /// The run ended.
    End(EndRecord),
}

/// What was run, by whom, and how to run it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadRecord {
    /// The version of the format.
    pub format: u64,
    /// The version of this program.
    pub version: String,
    /// The script.
    pub script: ScriptRecord,
    /// The script's arguments, secret ones masked.
    pub arguments: Vec<String>,
    /// How many of the last arguments are secret.
    pub secret_arguments: usize,
    /// The secret arguments as they may be kept: enough to recognize the same ones.
    pub secrets: Vec<String>,
    /// The profile's name.
    pub profile: String,
    /// The configuration file, where one was named.
    pub config: Option<PathBuf>,
    /// The organization's id.
    pub organization: Option<String>,
    /// The address of the service; a journal of an earlier version does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Whether changes are real.
    pub mode: Mode,
    /// The system's user.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The folder the run was started in.
    pub folder: Option<PathBuf>,
    /// What the operator gave as the reason.
    pub reason: Option<String>,
    /// The report file, where one was named.
    pub report: Option<PathBuf>,
    /// The operator's guards.
    pub guards: GuardRecord,
    /// Whether commands are checked locally.
    pub checks: bool,
    /// What the operator said about the files that the script reads.
    #[serde(default, skip_serializing_if = "TablesRecord::is_empty")]
    pub tables: TablesRecord,
    /// The files read before the first change.
    pub inputs: Vec<InputRecord>,
    /// The hash of the plan that the run applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
}

/// The script of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptRecord {
    /// Its name in messages.
    pub name: String,
    /// Its file; `None` where it came from `-e`, standard input or the prompt.
    pub path: Option<PathBuf>,
    /// The SHA-256 of its text; `None` at the prompt.
    pub sha256: Option<String>,
    /// Its text, where no file holds it.
    pub text: Option<String>,
    /// Whether the value of its last expression is shown.
    pub shows_value: bool,
    /// The rows that it ran for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowsRecord>,
    /// Whether it is part of this program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub built_in: bool,
}

/// The rows of a file for which a script ran, one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsRecord {
    /// The file.
    pub file: String,
    /// Which of its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

/// What the operator said about the files that the script reads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TablesRecord {
    /// `--column`, as pairs of the new and the old name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<(String, String)>,
    /// `--encoding`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// `--delimiter`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// `--sheet`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// `--header-row`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u16>,
    /// `--hidden`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
}

impl TablesRecord {
    /// Whether the operator said nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ScriptRecord {
    /// Whether it is a session at the prompt, which no text can repeat.
    pub fn is_prompt(&self) -> bool {
        self.path.is_none() && self.text.is_none()
    }
}

/// The operator's guards, as the options that set them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct GuardRecord {
    /// `--read-only`
    pub read_only: bool,
    /// `--max-changes`
    pub max_changes: Option<usize>,
    /// `--max-removals`: a number or a share.
    pub max_removals: Option<String>,
    /// `--protect`, with the lines of its files.
    pub protect: Vec<String>,
    /// `--only`, with the lines of its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// `--allow-empty-source`
    pub allow_empty_source: bool,
    /// `--allow-delete`
    pub allow_delete: bool,
    /// `--verify`
    pub verify: bool,
    /// `--unlisted=send`
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub send_unlisted: bool,
}

/// A file the run read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputRecord {
    /// Where it is.
    pub path: String,
    /// The SHA-256 of what it held.
    pub sha256: String,
    /// Whether the script imported it.
    pub module: bool,
}

/// A request that is about to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "S: RecordText<'de>, V: Deserialize<'de>"))]
pub struct RequestRecord<S = String, V = Value> {
    /// 1 for the first request in the journal.
    pub number: u64,
    /// Method and path.
    pub call: S,
    /// Its `X-Request-Id`.
    pub request_id: S,
    /// Whether it makes changes.
    pub mode: Mode,
    /// Which list of commands it belongs to, from 1; 0 for a request sent as its caller wrote it.
    pub list: u64,
    /// Its commands.
    pub commands: Vec<CommandRecord<S, V>>,
    /// The body of a write that is not a list of commands, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<V>,
}

/// A command of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "S: RecordText<'de>, V: Deserialize<'de>"))]
pub struct CommandRecord<S = String, V = Value> {
    /// 0-based place in the caller's list.
    pub index: usize,
    /// 0-based piece of a command that was split.
    pub piece: usize,
    /// How many pieces the command has.
    pub pieces: usize,
    /// The command as sent.
    pub command: V,
    /// The people whom a live command changes, as they were before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<PersonRecord<S>>,
    /// The user before, as a journal of an earlier version has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<V>,
}

/// The outcome of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "S: RecordText<'de>, V: Deserialize<'de>"))]
pub struct SettledRecord<S = String, V = Value> {
    /// Which request.
    pub number: u64,
    /// The outcome of each command, in the order of the request.
    pub fates: Vec<CommandOutcome>,
    /// The response to a request sent as its caller wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerRecord<S, V>>,
}

/// A response of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[serde(bound(deserialize = "S: RecordText<'de>, V: Deserialize<'de>"))]
pub struct AnswerRecord<S = String, V = Value> {
    /// HTTP status.
    pub status: u16,
    /// The headers, in the order they came.
    pub headers: Vec<(S, S)>,
    /// The body as it came.
    pub body: V,
}

/// What a resumed run found out about a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundRecord {
    /// Which request carried it.
    pub number: u64,
    /// 0-based place in the request.
    pub place: usize,
    /// What was found.
    pub finding: Finding,
    /// Why, where the finding needs a reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// The result of reading a command back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It is done.
    Done,
    /// It is not done, or may be repeated: it is sent when the script asks for it.
    NotDone,
    /// It can be neither confirmed nor safely repeated.
    Open,
    /// Someone is still a member after a removal that the service calls done: it is not sent again.
    StillMember,
}

/// A later run that continues this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumedRecord {
    /// The version of this program.
    pub version: String,
    /// The system's user.
    pub user: String,
    /// The machine.
    pub host: String,
    /// What the operator gave as the reason.
    pub reason: Option<String>,
}

/// The end of a run, with what happened to all its commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRecord {
    /// The exit code.
    pub exit: u8,
    /// Done, or would be.
    pub done: usize,
    /// Failed, wholly or partly.
    pub failed: usize,
    /// Of unknown outcome.
    pub unknown: usize,
    /// Never sent, without those that no later run sends either.
    pub not_sent: usize,
}

impl<'de, S: RecordText<'de>, V: Deserialize<'de>> JournalRecord<S, V> {
    /// Reads a record of a kind from its fields; `None` if there is no such kind.
    pub(super) fn of_kind<D: Deserializer<'de>>(kind: &str, fields: D) -> Option<Result<Self, D::Error>> {
        Some(match kind {
            "head" => Deserialize::deserialize(fields).map(Self::Head),
            "input" => Deserialize::deserialize(fields).map(Self::Input),
            "request" => Deserialize::deserialize(fields).map(Self::Request),
            "settled" => Deserialize::deserialize(fields).map(Self::Settled),
            "found" => Deserialize::deserialize(fields).map(Self::Found),
            "resumed" => Deserialize::deserialize(fields).map(Self::Resumed),
            "end" => Deserialize::deserialize(fields).map(Self::End),
            _ => return None,
        })
    }
}

/// A string of a record that may come from a script or the service.
pub enum Written<'r> {
    /// Plain text.
    Text(&'r mut String),
    /// JSON as it went over the wire, with strings anywhere in it.
    Json(&'r mut Value),
}

impl JournalRecord {
    /// Calls `visit` with everything in it that a script or the service wrote, which may hold a secret. The head and
    /// the record of a later run are written by us, with their secrets already masked.
    pub fn visit_written(&mut self, mut visit: impl FnMut(Written<'_>)) {
        // Each field is named, so that a new one does not compile before somebody decides.
        match self {
            Self::Head(_)
            | Self::Resumed(_)
            | Self::End(EndRecord { exit: _, done: _, failed: _, unknown: _, not_sent: _ }) => {}
            Self::Input(InputRecord { path, sha256: _, module: _ }) => visit(Written::Text(path)),
            Self::Request(RequestRecord {
                number: _,
                call,
                request_id: _,
                mode: _,
                list: _,
                commands,
                body,
            }) => {
                visit(Written::Text(call));
                for CommandRecord { index: _, piece: _, pieces: _, command, before, earlier } in commands {
                    visit(Written::Json(command));
                    for person in before {
                        person.visit_texts(|text| visit(Written::Text(text)));
                    }
                    if let Some(user) = earlier {
                        visit(Written::Json(user));
                    }
                }
                if let Some(body) = body {
                    visit(Written::Json(body));
                }
            }
            Self::Settled(SettledRecord { number: _, fates, answer }) => {
                for CommandOutcome { status: _, code, message, step: _, evidence: _ } in fates {
                    code.iter_mut().chain(message).for_each(|text| visit(Written::Text(text)));
                }
                if let Some(AnswerRecord { status: _, headers, body }) = answer {
                    for (_, value) in headers {
                        visit(Written::Text(value));
                    }
                    visit(Written::Json(body));
                }
            }
            Self::Found(FoundRecord { number: _, place: _, finding: _, message }) => {
                if let Some(text) = message {
                    visit(Written::Text(text));
                }
            }
        }
    }
}
