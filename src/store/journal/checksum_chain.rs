//! One line of a journal: a checksum, and a record that carries the checksum of the line before. Pure.

use super::sha256;
use serde_json::{Map, Value};

/// The key of a record under which the checksum of the line before stands.
const PREVIOUS: &str = "previous";
/// Letters in a checksum.
const LENGTH: usize = 64;

/// The end of a journal, to which the next line is chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain(String);

impl Default for Chain {
    fn default() -> Self {
        Self("0".repeat(LENGTH))
    }
}

impl Chain {
    /// The line for a record, its end included; the chain goes on from it.
    pub(crate) fn seal(&mut self, mut record: Map<String, Value>) -> String {
        record.insert(PREVIOUS.to_owned(), Value::from(self.0.as_str()));
        let text = Value::Object(record).to_string();
        self.0 = sha256::of(text.as_bytes());
        format!("{} {text}\n", self.0)
    }

    /// The record of a line without its end; the chain goes on from it.
    ///
    /// # Errors
    /// What is wrong with the line.
    pub(crate) fn open(&mut self, line: &[u8]) -> Result<Map<String, Value>, &'static str> {
        let (sum, record) = whole(line)?;
        if record.get(PREVIOUS).and_then(Value::as_str) != Some(self.0.as_str()) {
            return Err("it does not follow the line before: one was taken out, put in or moved");
        }
        sum.clone_into(&mut self.0);
        Ok(record)
    }
}

/// Whether a line is one by itself, wherever it belongs.
pub(crate) fn is_whole(line: &[u8]) -> bool {
    whole(line).is_ok()
}

fn whole(line: &[u8]) -> Result<(&str, Map<String, Value>), &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "it is no text")?;
    let (sum, text) = line.split_once(' ').ok_or("it has no checksum")?;
    if sha256::of(text.as_bytes()) != sum {
        return Err("its checksum is wrong: it was changed or not written to its end");
    }
    let record = serde_json::from_str(text).map_err(|_| "it is no record")?;
    Ok((sum, record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(number: u64) -> Map<String, Value> {
        json!({ "number": number }).as_object().unwrap().clone()
    }

    #[test]
    fn lines_are_read_back_in_their_order_alone() {
        let mut chain = Chain::default();
        let lines: Vec<_> = (0..3).map(|number| chain.seal(record(number))).collect();
        let mut reading = Chain::default();
        for (number, line) in lines.iter().enumerate() {
            assert_eq!(reading.open(line.trim_end().as_bytes()).unwrap()["number"], json!(number));
        }
        assert_eq!(reading, chain);
        let skipped = Chain::default().open(lines[1].trim_end().as_bytes()).unwrap_err();
        assert!(skipped.contains("follow"), "{skipped}");
    }

    #[test]
    fn a_change_of_any_letter_is_seen() {
        let line = Chain::default().seal(record(7)).replace('7', "8");
        assert!(Chain::default().open(line.trim_end().as_bytes()).is_err());
        assert!(!is_whole(b"") && !is_whole(&[0; 100]));
    }
}
