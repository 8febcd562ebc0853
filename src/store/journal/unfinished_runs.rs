//! Runs that left something to be done, by their journals.

use super::directory;
use super::reader;
use super::reader::Record;
use crate::error::Result;
use crate::store::atomic_file::is_held;
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Exit codes of runs that left something whatever their counts say: a request is unknown, or credentials, the service,
/// a guard or the operator stopped the script before it had asked for everything.
const OPEN_EXITS: [u8; 5] = [4, 5, 6, 7, 130];

/// Whether a run with this exit code left something whatever its counts say.
pub fn leaves_open(exit: u8) -> bool {
    OPEN_EXITS.contains(&exit)
}

/// Bytes at the end of a journal in which the record of an end stands.
const TAIL: u64 = 4096;

/// A run with something left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Its journal.
    pub path: PathBuf,
    /// When it began.
    pub time: String,
    /// The name of its script.
    pub script: String,
    /// Commands that are done, as far as its journal tells.
    pub done: u64,
    /// Commands that are not known to be done and were asked for.
    pub open: u64,
}

/// The runs with something left to do, the newest first: those that did not come to their end, and those that
/// ended with commands unknown or not sent. Broken journals are left out, and those of runs that are under way.
///
/// # Errors
/// `file`: the folder cannot be read.
pub fn all() -> Result<Vec<Unfinished>> {
    Ok(directory::all()?.iter().rev().filter_map(|path| of(path)).collect())
}

fn of(path: &Path) -> Option<Unfinished> {
    let mut story = Story::default();
    let mut file = File::open(path).ok()?;
    // Most runs came to their end, and some journals are long.
    if last_record(&mut file).is_some_and(|last| kind(&last) == Some("end") && !is_open(&last)) {
        return None;
    }
    file.rewind().ok()?;
    let hear = |record| {
        story.hear(record);
        Ok(())
    };
    reader::read("", &file, hear).ok()?;
    // A run that is under way holds its journal. Whoever has a head was held before that was written.
    let unfinished = story.unfinished(path)?;
    (!is_held(&file)).then_some(unfinished)
}

/// What the last line of a journal says, whether it follows the others or not; `None` where it is not whole or a long
/// one, which no end is.
fn last_record(file: &mut File) -> Option<Record> {
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let text = tail.strip_suffix(b"\n")?;
    let line = text.rsplit(|byte| *byte == b'\n').next()?;
    let place = line.iter().position(|byte| *byte == b' ')?;
    serde_json::from_slice(&line[place..]).ok()
}

fn kind(record: &Record) -> Option<&str> {
    record.get("kind").and_then(Value::as_str)
}

/// What a journal has told so far.
#[derive(Default)]
struct Story {
    head: Record,
    end: Option<Record>,
    under_way: HashMap<u64, u64>,
    done: u64,
    open: u64,
}

impl Story {
    fn hear(&mut self, record: Record) {
        self.end = None;
        match kind(&record) {
            Some("head") => self.head = record,
            Some("end") => self.end = Some(record),
            Some("request") => {
                let commands = record.get("commands").and_then(Value::as_array).map_or(0, Vec::len);
                self.under_way.insert(count(&record, "number"), commands as u64);
            }
            Some("settled") => self.settle(&record),
            _ => {}
        }
    }

    fn settle(&mut self, record: &Record) {
        self.under_way.remove(&count(record, "number"));
        for fate in record.get("fates").and_then(Value::as_array).into_iter().flatten() {
            match fate.get("status").and_then(Value::as_str) {
                Some("completed" | "would_complete") => self.done += 1,
                Some("unknown" | "not_sent") => self.open += 1,
                _ => {}
            }
        }
    }

    fn unfinished(self, path: &Path) -> Option<Unfinished> {
        let script = self.head.get("script")?.get("name").and_then(Value::as_str).unwrap_or_default();
        let time = self.head.get("time").and_then(Value::as_str).unwrap_or_default();
        let (done, open) = match &self.end {
            Some(end) if !is_open(end) => return None,
            Some(end) if end.contains_key("done") => (count(end, "done"), left(end)),
            _ => (self.done, self.open + self.under_way.values().sum::<u64>()),
        };
        Some(Unfinished {
            path: path.to_owned(),
            time: time.to_owned(),
            script: script.to_owned(),
            done,
            open,
        })
    }
}

/// Whether an end leaves something to do. Ends without counts were written by older versions.
fn is_open(end: &Record) -> bool {
    match count(end, "exit") {
        0 if !end.contains_key("done") => false,
        exit => !end.contains_key("done") || u8::try_from(exit).is_ok_and(leaves_open) || left(end) > 0,
    }
}

fn left(end: &Record) -> u64 {
    count(end, "unknown") + count(end, "not_sent")
}

fn count(record: &Record, key: &str) -> u64 {
    record.get(key).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(records: &[Value]) -> Option<(u64, u64)> {
        let mut story = Story::default();
        for record in records {
            story.hear(record.as_object().unwrap().clone());
        }
        story.unfinished(Path::new("x")).map(|run| (run.done, run.open))
    }

    fn head() -> Value {
        json!({"kind": "head", "time": "t", "script": {"name": "job.rhai"}})
    }

    fn end(exit: u8, failed: u64, unknown: u64, not_sent: u64) -> Value {
        json!({"kind": "end", "exit": exit, "done": 7, "failed": failed, "unknown": unknown, "not_sent": not_sent})
    }

    #[test]
    fn a_run_is_unfinished_without_an_end_or_with_commands_that_are_open() {
        assert_eq!(told(&[head(), end(0, 0, 0, 0)]), None);
        assert_eq!(told(&[head(), end(3, 5, 0, 0)]), None);
        assert_eq!(told(&[head(), end(6, 0, 1, 2)]), Some((7, 3)));
        for exit in [4, 5, 7, 130] {
            assert_eq!(told(&[head(), end(exit, 0, 0, 0)]), Some((7, 0)), "{exit}");
        }
        assert_eq!(told(&[head(), end(6, 0, 1, 0), json!({"kind": "resumed"}), end(0, 0, 0, 0)]), None);
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn without_an_end_the_requests_tell_what_is_done_and_open() {
        let request = |number: u64| json!({"kind": "request", "number": number, "commands": [1, 2]});
        let settled = json!({"kind": "settled", "number": 1, "fates": [{"status": "completed"}, {"status": "unknown"}]});
        assert_eq!(told(&[head(), request(1), settled, request(2)]), Some((1, 3)));
    }

    #[test]
    fn the_last_record_is_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.journal");
        let last = |text: &str| {
            std::fs::write(&path, text).unwrap();
            last_record(&mut File::open(&path).unwrap()).map(|record| count(&record, "exit"))
        };
        let long = format!("sum {{\"kind\":\"{}\"}}\n", "x".repeat(9_000));
        assert_eq!(last(&format!("{long}sum {{\"kind\":\"end\",\"exit\":3}}\n")), Some(3));
        assert_eq!(last(&long), None);
        assert_eq!(last("sum {\"kind\":\"end\",\"exit\":3}"), None);
        assert_eq!(last(""), None);
    }

    #[test]
    fn the_end_of_an_older_version_tells_by_its_exit_code_alone() {
        assert_eq!(told(&[head(), json!({"kind": "end", "exit": 0})]), None);
        assert_eq!(told(&[head(), json!({"kind": "end", "exit": 4})]), Some((0, 0)));
    }
}
