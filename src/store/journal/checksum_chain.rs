//! One line of a journal: a checksum, and a record that carries the checksum of the line before. Pure.

use super::record::JournalEntry;
use super::record_text::RecordText;
use super::sha256;
use super::written_line::WrittenLine;
use serde::{Deserialize, Serialize};

/// Letters in a checksum.
const LENGTH: usize = 64;
/// The bytes of a line, as it is written, within which its kind is.
const KIND_WITHIN: usize = 2 * LENGTH;

/// The end of a journal, to which the next line is chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChecksumChain(String);

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LineFault {
    /// It is torn, was changed, or is not where it was written.
    Broken(&'static str),
    /// It is whole and in its place, and this version does not know a part of it.
    Unreadable(String),
}

#[derive(Serialize)]
struct ChainedLine<'l> {
    #[serde(flatten)]
    entry: &'l JournalEntry,
    previous: &'l str,
}

/// A line with its keys in any order, which takes a copy of all of it.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'l, S: RecordText<'de>, V: Deserialize<'de>"))]
struct OpenedLine<'l, S, V> {
    previous: &'l str,
    #[serde(flatten)]
    entry: JournalEntry<S, V>,
}

/// What every line of every format has.
#[derive(Deserialize)]
struct AnyLine<'l> {
    previous: &'l str,
}

/// What the head of every format has.
#[derive(Deserialize)]
struct AnyHead {
    format: u64,
}

impl Default for ChecksumChain {
    fn default() -> Self {
        Self("0".repeat(LENGTH))
    }
}

impl ChecksumChain {
    /// The line for an entry, its end included; the next line is chained to it.
    ///
    /// # Errors
    /// The entry has a path that is not Unicode.
    pub(crate) fn seal(&mut self, entry: &JournalEntry) -> serde_json::Result<Vec<u8>> {
        let mut line = vec![b' '; LENGTH + 1];
        serde_json::to_writer(&mut line, &ChainedLine { entry, previous: &self.0 })?;
        self.0 = sha256::of(&line[LENGTH + 1..]);
        line[..LENGTH].copy_from_slice(self.0.as_bytes());
        line.push(b'\n');
        Ok(line)
    }

    /// The entry of a line without its end; the next line has to follow it.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub(crate) fn open<'l, S: RecordText<'l>, V: Deserialize<'l>>(
        &mut self,
        line: &'l [u8],
    ) -> Result<JournalEntry<S, V>, LineFault> {
        let (sum, text) = checked(line)?;
        let entry = match opened(text) {
            Ok((previous, entry)) => self.follows(previous).map(|()| entry)?,
            Err(error) => {
                let line = serde_json::from_str::<AnyLine<'_>>(text);
                self.follows(line.map_err(|_| LineFault::Broken("it is not a record"))?.previous)?;
                return Err(LineFault::Unreadable(without_place(&error)));
            }
        };
        sum.clone_into(&mut self.0);
        Ok(entry)
    }

    fn follows(&self, previous: &str) -> Result<(), LineFault> {
        if previous == self.0 {
            return Ok(());
        }
        Err(LineFault::Broken("it does not follow the previous line: a line was removed, added or moved"))
    }
}

/// Whether a line is one by itself, wherever it belongs.
pub(crate) fn is_whole(line: &[u8]) -> bool {
    checked(line).is_ok()
}

/// Whether a line may be about a file that the run read: the others are known by their kind, which is near their start.
pub(crate) fn may_be_input(line: &[u8]) -> bool {
    let start = &line[..line.len().min(KIND_WITHIN)];
    let has = |part: &[u8]| memchr::memmem::find(start, part).is_some();
    has(br#""kind":"input""#) || !has(br#","kind":""#)
}

/// The entry of a whole line, wherever it belongs; `None` where it is not whole or this version does not know it.
pub(crate) fn entry_of(line: &[u8]) -> Option<JournalEntry> {
    let (_, text) = checked(line).ok()?;
    opened(text).ok().map(|(_, entry)| entry)
}

/// The checksum of the line before, and the entry. A line that is not as it is written is read the slower way, which
/// decides whether it is right in every part.
fn opened<'l, S: RecordText<'l>, V: Deserialize<'l>>(
    text: &'l str,
) -> serde_json::Result<(&'l str, JournalEntry<S, V>)> {
    if let Ok(WrittenLine { previous, entry }) = serde_json::from_str(text) {
        return Ok((previous, entry));
    }
    serde_json::from_str(text).map(|OpenedLine { previous, entry }| (previous, entry))
}

/// The format of the journal that begins with this line; `None` where it is not the head of any.
pub(crate) fn format_of(line: &[u8]) -> Option<u64> {
    let (_, text) = checked(line).ok()?;
    serde_json::from_str::<AnyHead>(text).ok().map(|head| head.format)
}

/// The checksum of a line and the text it is of.
fn checked(line: &[u8]) -> Result<(&str, &str), LineFault> {
    let line = std::str::from_utf8(line).map_err(|_| LineFault::Broken("it is not text"))?;
    let (sum, text) = line.split_once(' ').ok_or(LineFault::Broken("it has no checksum"))?;
    if !sha256::is_of(text.as_bytes(), sum) {
        return Err(LineFault::Broken("its checksum is wrong: the line was changed or is incomplete"));
    }
    Ok((sum, text))
}

/// An error without its place, which counts from the beginning of the line's own text.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or_else(|| text.clone(), |(message, _)| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::testing;
    use serde_json::{Value, json};

    fn trimmed(line: &[u8]) -> &[u8] {
        line.strip_suffix(b"\n").unwrap()
    }

    /// A line with a right checksum, whatever its record.
    fn line_of(chain: &ChecksumChain, record: &serde_json::Value) -> Vec<u8> {
        let mut record = record.clone();
        record["previous"] = chain.0.as_str().into();
        let text = record.to_string();
        format!("{} {text}", sha256::of(text.as_bytes())).into_bytes()
    }

    #[test]
    fn lines_are_read_back_in_their_order_alone() {
        let mut chain = ChecksumChain::default();
        let entries: Vec<_> = (0..3).map(testing::request).map(testing::entry).collect();
        let lines: Vec<_> = entries.iter().map(|entry| chain.seal(entry).unwrap()).collect();
        let mut reading = ChecksumChain::default();
        for (entry, line) in entries.iter().zip(&lines) {
            assert_eq!(reading.open::<String, Value>(trimmed(line)).unwrap(), *entry);
        }
        assert_eq!(reading, chain);
        let skipped = ChecksumChain::default().open::<String, Value>(trimmed(&lines[1])).unwrap_err();
        assert!(matches!(skipped, LineFault::Broken(why) if why.contains("follow")), "{skipped:?}");
    }

    #[test]
    fn a_change_of_any_letter_is_seen() {
        let line = ChecksumChain::default().seal(&testing::entry(testing::request(7))).unwrap();
        let line = String::from_utf8(line).unwrap().replace('7', "8");
        assert!(ChecksumChain::default().open::<String, Value>(line.trim_end().as_bytes()).is_err());
        assert!(!is_whole(b"") && !is_whole(&[0; 100]));
    }

    #[test]
    fn what_this_version_does_not_know_is_an_error_and_never_skipped() {
        let good = json!({"time": "2026-11-28T18:20:44Z", "kind": "settled", "number": 1, "fates": [{"status": "failed"}]});
        assert!(
            ChecksumChain::default()
                .open::<String, Value>(&line_of(&ChecksumChain::default(), &good))
                .is_ok()
        );
        let changed = |pointer: &str, value: serde_json::Value| {
            let mut record = good.clone();
            match record.pointer_mut(pointer) {
                Some(place) => *place = value,
                None => record[pointer.trim_start_matches('/')] = value,
            }
            record
        };
        let cases = [
            (changed("/kind", json!("paused")), "unknown variant `paused`"),
            (changed("/fates/0/status", json!("revoked")), "unknown status `revoked`"),
            (changed("/fates/0", json!({"status": "failed", "blame": 1})), "unknown field `blame`"),
            (changed("/extra", json!(1)), "unknown field `extra`"),
            (changed("/number", json!("1")), "invalid type: string \"1\""),
            (changed("/time", json!("noon")), "`noon` is not a time"),
        ];
        for (record, message) in cases {
            let fault = ChecksumChain::default()
                .open::<String, Value>(&line_of(&ChecksumChain::default(), &record))
                .unwrap_err();
            assert!(matches!(&fault, LineFault::Unreadable(why) if why.contains(message)), "{fault:?}");
        }
    }
}
