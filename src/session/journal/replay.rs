//! What an earlier run left: what is done, what is not known, what was begun. Pure; read from its journal.

use super::completed::{Deeds, Key};
use crate::client::hooks::Recalled;
use crate::client::request::Answer;
use crate::session::guard::Weight;
use crate::store::journal::reader::Record;
use crate::store::journal::sha256;
use crate::wire::command::{steps_of, subject_of};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// A command of a request: its number and the place in it.
pub type Place = (u64, usize);

/// What is known of an earlier run.
#[derive(Debug, Default)]
pub struct Memory {
    done: Deeds,
    answers: HashMap<Key, VecDeque<Answer>>,
    open: HashMap<Key, VecDeque<String>>,
    /// Commands of which something may stand, by their first piece; for the operator where nobody asks for them.
    begun: HashMap<Key, VecDeque<String>>,
    unknown: BTreeMap<Place, Sent>,
    requests: BTreeMap<u64, Request>,
    split: HashMap<(u64, u64, u64), Split>,
    run: u64,
    last_number: u64,
    /// What is done weighs so much, against the guards.
    weight: Weight,
    /// Whether there is anything to be answered from it.
    resumes: bool,
}

/// A command whose outcome is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// The command as it went over the wire.
    pub command: Value,
    /// Whether it was real.
    pub mode: String,
    /// Why it is not known.
    pub why: String,
    request_id: Arc<str>,
    place: (u64, u64, u64, u64),
}

/// A request without an outcome.
#[derive(Debug)]
struct Request {
    list: u64,
    content: Value,
    commands: Vec<Sent>,
    pieces: Vec<u64>,
}

/// A command that was sent in pieces.
#[derive(Debug, Default)]
struct Split {
    first: Key,
    label: String,
    done: u64,
    pieces: u64,
}

impl Memory {
    /// Takes a record of the journal in.
    pub(crate) fn hear(&mut self, record: &Record) {
        match record.get("kind").and_then(Value::as_str) {
            Some("request") => self.hear_request(record),
            Some("settled") => self.hear_settled(record),
            Some("found") => self.hear_found(record),
            Some("resumed") => self.run += 1,
            _ => {}
        }
    }

    /// The journal has been read: what was under way is unknown.
    pub(crate) fn begin_again(&mut self) {
        self.run += 1;
        self.resumes = true;
        for (number, request) in std::mem::take(&mut self.requests) {
            for (index, sent) in request.commands.into_iter().enumerate() {
                self.unknown.insert((number, index), sent);
            }
        }
        for split in std::mem::take(&mut self.split).into_values() {
            if split.done > 0 && split.done < split.pieces {
                self.begun.entry(split.first).or_default().push_back(split.label);
            }
        }
    }

    /// Whether there is nothing to be answered from it.
    pub(crate) fn is_empty(&self) -> bool {
        !self.resumes
    }

    pub(crate) fn last_number(&self) -> u64 {
        self.last_number
    }

    /// What is to be settled before anything else.
    pub(crate) fn take_unknown(&mut self) -> BTreeMap<Place, Sent> {
        std::mem::take(&mut self.unknown)
    }

    /// What is done weighs so much.
    pub(crate) fn weight(&self) -> Weight {
        self.weight
    }

    /// Whether an earlier run did a command of this content that nobody asked for again yet.
    pub(crate) fn has_done(&self, mode: &str, command: &Value) -> bool {
        self.done.has(key_of(mode, command))
    }

    fn weigh(&mut self, sent: &Sent) {
        let whole = Weight::of(&sent.command);
        let is_first = sent.place.3 == 0;
        self.weight.add(&Weight { changes: if is_first { whole.changes } else { 0 }, ..whole });
    }

    /// A command of unknown outcome turned out to be done.
    pub(crate) fn found_done(&mut self, sent: &Sent) {
        self.weigh(sent);
        self.done.add(key_of(&sent.mode, &sent.command), &sent.request_id);
    }

    /// It turned out not to be done, or may be repeated: it is sent when it is asked for again.
    pub(crate) fn found_undone(&mut self, sent: &Sent) {
        let key = key_of(&sent.mode, &sent.command);
        self.begun.entry(key).or_default().push_back(label(&sent.command));
    }

    /// It can be neither confirmed nor repeated.
    pub(crate) fn found_open(&mut self, sent: &Sent, why: &str) {
        let key = key_of(&sent.mode, &sent.command);
        self.open.entry(key).or_default().push_back(why.to_owned());
    }

    /// What an earlier run did of a command; each of its deeds is answered once.
    pub(crate) fn recall(&mut self, mode: &str, command: &Value) -> Option<Recalled> {
        let key = key_of(mode, command);
        if let Some(request_id) = self.done.take(key) {
            take(&mut self.begun, key);
            return Some(Recalled::Done { request_id: request_id.to_string() });
        }
        if let Some(message) = take(&mut self.open, key) {
            return Some(Recalled::Open { message });
        }
        take(&mut self.begun, key);
        None
    }

    pub(crate) fn recall_answer(&mut self, content: &Value) -> Option<Answer> {
        self.answers.get_mut(&digest_of(content)).and_then(VecDeque::pop_front)
    }

    /// What became of commands that go in one request as they were written: open when one of them is, done when all
    /// are.
    pub(crate) fn recall_together(&mut self, mode: &str, commands: &[&Value]) -> Option<Recalled> {
        let keys: Vec<_> = commands.iter().map(|command| key_of(mode, command)).collect();
        for key in &keys {
            take(&mut self.begun, *key);
        }
        if let Some(message) = keys.iter().find_map(|key| take(&mut self.open, *key)) {
            return Some(Recalled::Open { message });
        }
        let known = |key: &Key| self.done.has(*key);
        if keys.is_empty() || !keys.iter().all(known) {
            return None;
        }
        let ids: Vec<_> = keys.iter().filter_map(|key| self.done.take(*key)).collect();
        Some(Recalled::Done { request_id: ids.first().map(ToString::to_string).unwrap_or_default() })
    }

    /// What was begun and nobody asked for again, in words.
    pub fn left(&self) -> Vec<String> {
        let mut left: Vec<_> = self.begun.values().flatten().cloned().collect();
        left.sort();
        left
    }

    fn hear_request(&mut self, record: &Record) {
        let number = number(record, "number");
        let list = number_or(record.get("list"), 0);
        self.last_number = self.last_number.max(number);
        let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
        let request_id: Arc<str> = text("request_id").into();
        let entries: Vec<_> =
            record.get("commands").and_then(Value::as_array).into_iter().flatten().collect();
        let command = |entry: &&Value| entry.get("command").cloned().unwrap_or_default();
        let commands: Vec<_> = entries.iter().map(command).collect();
        let body = record.get("body").cloned().unwrap_or_default();
        let content = json!({"call": text("call"), "mode": text("mode"), "commands": commands, "body": body});
        let sent = entries.iter().zip(commands).map(|(entry, command)| {
            let place = (self.run, list, number_or(entry.get("index"), 0), number_or(entry.get("piece"), 0));
            let why = "the run ended before its answer came".to_owned();
            Sent { command, mode: text("mode").to_owned(), why, request_id: Arc::clone(&request_id), place }
        });
        let commands: Vec<_> = sent.collect();
        // It was asked for again, as `recall` notes while a run goes on.
        for sent in &commands {
            take(&mut self.begun, key_of(&sent.mode, &sent.command));
        }
        // It was sent again: what became of it before does not count.
        let is_again = |known: &Sent| match list {
            0 => known.request_id == request_id,
            _ => commands.iter().any(|sent| sent.place == known.place),
        };
        self.unknown.retain(|_, known| !is_again(known));
        let pieces = entries.iter().map(|entry| number_or(entry.get("pieces"), 1)).collect();
        self.requests.insert(number, Request { list, content, commands, pieces });
    }

    fn hear_settled(&mut self, record: &Record) {
        let number = number(record, "number");
        let Some(request) = self.requests.remove(&number) else { return };
        let fates: Vec<_> = record.get("fates").and_then(Value::as_array).into_iter().flatten().collect();
        let statuses: Vec<_> =
            fates.iter().map(|fate| fate.get("status").and_then(Value::as_str).unwrap_or_default()).collect();
        let answered = request.list == 0 && self.keep_answer(&request, record.get("answer"), &statuses);
        for (index, sent) in request.commands.into_iter().enumerate() {
            let pieces = request.pieces.get(index).copied().unwrap_or(1);
            match statuses.get(index).copied().unwrap_or("unknown") {
                "completed" | "would_complete" if request.list > 0 => self.piece_done(&sent, pieces),
                "completed" | "would_complete" if answered => self.weigh(&sent),
                // Its answer was lost, and it was seen to be done.
                "completed" if !answered && record.get("answer").is_none() => self.found_done(&sent),
                "completed" | "would_complete" | "failed" | "not_sent" => {}
                "partly_done" => self.found_undone(&sent),
                _ => {
                    let why = fates.get(index).and_then(|fate| fate.get("message")?.as_str());
                    let why = why.unwrap_or("its answer was lost").to_owned();
                    self.unknown.insert((number, index), Sent { why, ..sent });
                }
            }
        }
    }

    /// Keeps the answer to a request sent as its caller wrote it, if all of it was done; whether it did.
    fn keep_answer(&mut self, request: &Request, answer: Option<&Value>, statuses: &[&str]) -> bool {
        let done = |status: &&str| ["completed", "would_complete"].contains(status);
        let Some(answer) = answer.filter(|_| statuses.iter().all(done)) else { return false };
        let status =
            answer.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        let Some(status) = status.filter(|status| (200..300).contains(status)) else { return false };
        let headers = answer.get("headers").and_then(|list| serde_json::from_value(list.clone()).ok());
        let mut body = answer.get("body").cloned().unwrap_or_default();
        if let Value::Object(fields) = &mut body {
            fields.insert("resumed".to_owned(), Value::Bool(true));
        }
        let request_id = request.commands.first().map(|sent| sent.request_id.to_string()).unwrap_or_default();
        let answer = Answer { status, headers: headers.unwrap_or_default(), body, request_id };
        self.answers.entry(digest_of(&request.content)).or_default().push_back(answer);
        true
    }

    fn piece_done(&mut self, sent: &Sent, pieces: u64) {
        self.found_done(sent);
        if pieces < 2 {
            return;
        }
        let (run, list, index, piece) = sent.place;
        let split = self.split.entry((run, list, index)).or_default();
        if piece == 0 {
            split.first = key_of(&sent.mode, &sent.command);
            split.label = label(&sent.command);
        }
        split.pieces = pieces;
        split.done += 1;
    }

    /// What a resumed run found out about a command of unknown outcome.
    fn hear_found(&mut self, record: &Record) {
        let index = usize::try_from(number_or(record.get("place"), 0)).unwrap_or(usize::MAX);
        let place = (number(record, "number"), index);
        self.settle_requests_before(place.0);
        let Some(sent) = self.unknown.remove(&place) else { return };
        match record.get("sight").and_then(Value::as_str) {
            Some("done") => self.found_done(&sent),
            Some("open") => {
                self.unknown.insert(place, sent);
            }
            _ => self.found_undone(&sent),
        }
    }

    /// Requests that a crash left without an outcome are unknown once a later run tells of them.
    fn settle_requests_before(&mut self, number: u64) {
        if let Some(request) = self.requests.remove(&number) {
            for (index, sent) in request.commands.into_iter().enumerate() {
                self.unknown.insert((number, index), sent);
            }
        }
    }
}

fn take(map: &mut HashMap<Key, VecDeque<String>>, key: Key) -> Option<String> {
    let texts = map.get_mut(&key)?;
    let text = texts.pop_front();
    if texts.is_empty() {
        map.remove(&key);
    }
    text
}

fn number(record: &Map<String, Value>, key: &str) -> u64 {
    number_or(record.get(key), 0)
}

fn number_or(value: Option<&Value>, other: u64) -> u64 {
    value.and_then(Value::as_u64).unwrap_or(other)
}

/// Whom a command is about and what it does, in a few words.
pub(crate) fn label(command: &Value) -> String {
    format!("{} ({})", subject_of(command).unwrap_or("(no user)"), steps_of(command).join(", "))
}

fn key_of(mode: &str, command: &Value) -> Key {
    let mut text = mode.to_owned();
    write_sorted(command, &mut text);
    sha256::short(text.as_bytes())
}

/// A digest that does not depend on the order of keys, nor on any `requestID`.
fn digest_of(value: &Value) -> Key {
    key_of("", value)
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

/// A text with its length before it, so that two of them never read as another two.
fn write_text(content: &str, text: &mut String) {
    text.push_str(&content.len().to_string());
    text.push(':');
    text.push_str(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(number: u64, users: &[&str]) -> Record {
        let commands: Vec<_> = users
            .iter()
            .enumerate()
            .map(|(index, user)| json!({"index": index, "piece": 0, "pieces": 1, "command": add(user)}))
            .collect();
        let fields = json!({"kind": "request", "number": number, "list": number, "mode": "live", "request_id": "r", "commands": commands});
        fields.as_object().unwrap().clone()
    }

    fn settled(number: u64, statuses: &[&str]) -> Record {
        let fates: Vec<_> = statuses.iter().map(|status| json!({ "status": status })).collect();
        json!({"kind": "settled", "number": number, "fates": fates}).as_object().unwrap().clone()
    }

    fn add(user: &str) -> Value {
        json!({"user": user, "do": [{"add": {"group": ["X"]}}]})
    }

    fn memory(records: &[Record]) -> Memory {
        let mut memory = Memory::default();
        for record in records {
            memory.hear(record);
        }
        memory.begin_again();
        memory
    }

    fn is_done(memory: &mut Memory, command: &Value) -> bool {
        matches!(memory.recall("live", command), Some(Recalled::Done { .. }))
    }

    #[test]
    fn what_was_completed_is_answered_as_often_as_it_was_whatever_its_request_id_and_order_of_keys() {
        let mut memory =
            memory(&[request(1, &["a", "a", "b"]), settled(1, &["completed", "completed", "failed"])]);
        let other = json!({"do": [{"add": {"group": ["X"]}}], "requestID": "7", "user": "a"});
        assert!(is_done(&mut memory, &add("a")) && is_done(&mut memory, &other));
        assert!(!is_done(&mut memory, &add("a")) && !is_done(&mut memory, &add("b")));
        assert_eq!(memory.last_number(), 1);
    }

    #[test]
    fn a_request_that_was_sent_again_as_it_was_written_counts_by_its_last_outcome() {
        let raw = |number: u64, request_id: &str| {
            let mut record = request(number, &["a"]);
            record.insert("list".to_owned(), json!(0));
            record.insert("request_id".to_owned(), json!(request_id));
            record
        };
        let lost = |number| settled(number, &["unknown"]);
        let mut memory =
            memory(&[raw(1, "r1"), lost(1), raw(2, "r1"), settled(2, &["failed"]), raw(3, "r2"), lost(3)]);
        let unknown: Vec<_> = memory.take_unknown().into_keys().collect();
        assert_eq!(unknown, [(3, 0)]);
    }

    #[test]
    fn a_rehearsal_does_not_answer_for_a_change() {
        let mut memory = memory(&[request(1, &["a"]), settled(1, &["completed"])]);
        assert_eq!(memory.recall("test", &add("a")), None);
    }

    #[test]
    fn a_request_without_an_outcome_is_unknown_until_it_is_found_out() {
        let mut memory = memory(&[request(1, &["a", "b", "c"])]);
        let unknown: Vec<_> = memory.take_unknown().into_values().collect();
        assert_eq!(unknown.len(), 3);
        memory.found_done(&unknown[0]);
        memory.found_undone(&unknown[1]);
        memory.found_open(&unknown[2], "why");
        assert!(is_done(&mut memory, &add("a")));
        assert_eq!(memory.left(), ["b (add)"]);
        assert_eq!(memory.recall("live", &add("b")), None);
        assert!(memory.left().is_empty());
        assert_eq!(memory.recall("live", &add("c")), Some(Recalled::Open { message: "why".into() }));
    }

    #[test]
    fn what_was_sent_again_in_the_same_run_is_no_longer_unknown() {
        let mut again = request(2, &["a"]);
        again.insert("list".to_owned(), json!(1));
        let mut memory =
            memory(&[request(1, &["a"]), settled(1, &["unknown"]), again, settled(2, &["completed"])]);
        assert!(memory.take_unknown().is_empty());
        assert!(is_done(&mut memory, &add("a")));
    }

    #[test]
    fn what_was_found_undone_and_sent_again_is_not_left() {
        let found = json!({"kind": "found", "number": 1, "place": 0, "sight": "not_done"});
        let found = found.as_object().unwrap().clone();
        let mut memory = memory(&[request(1, &["a"]), found, request(2, &["a"]), settled(2, &["completed"])]);
        assert!(memory.left().is_empty());
        assert!(is_done(&mut memory, &add("a")));
    }

    #[test]
    fn a_command_of_which_some_pieces_are_done_is_begun() {
        let mut record = request(1, &["a"]);
        record["commands"][0]["pieces"] = json!(2);
        let memory = memory(&[record, settled(1, &["completed"])]);
        assert_eq!(memory.left(), ["a (add)"]);
    }
}
