//! A line with its keys in the order in which they are written. It is read in one pass: where keys may come in any order,
//! `serde` keeps a copy of the whole line until it knows the kind of the record.

use super::record::{JournalEntry, JournalRecord};
use super::record_text::{LineText, RecordText};
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A line: the moment, the kind, the fields of the record, and the checksum of the line before.
pub(super) struct WrittenLine<'l, S, V> {
    pub(super) previous: &'l str,
    pub(super) entry: JournalEntry<S, V>,
}

impl<'l, S: RecordText<'l>, V: Deserialize<'l>> Deserialize<'l> for WrittenLine<'l, S, V> {
    fn deserialize<D: Deserializer<'l>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor(PhantomData))
    }
}

struct LineVisitor<S, V>(PhantomData<(S, V)>);

impl<'l, S: RecordText<'l>, V: Deserialize<'l>> Visitor<'l> for LineVisitor<S, V> {
    type Value = WrittenLine<'l, S, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a line of a journal")
    }

    fn visit_map<M: MapAccess<'l>>(self, mut line: M) -> Result<Self::Value, M::Error> {
        let time = value_of::<LineText<'l>, M>(&mut line, "time")?;
        let time = time.as_ref().parse().map_err(M::Error::custom)?;
        let kind = value_of::<&str, M>(&mut line, "kind")?;
        let mut previous = None;
        let fields = MapAccessDeserializer::new(RecordFields { line, previous: &mut previous });
        let record = JournalRecord::of_kind(kind, fields);
        let record = record.unwrap_or_else(|| Err(M::Error::custom("unknown kind")))?;
        let previous = previous.ok_or_else(|| M::Error::missing_field("previous"))?;
        Ok(WrittenLine { previous, entry: JournalEntry { time, record } })
    }
}

/// The value of the next key, which must be this one.
fn value_of<'l, T: Deserialize<'l>, M: MapAccess<'l>>(
    line: &mut M,
    key: &'static str,
) -> Result<T, M::Error> {
    if line.next_key::<&str>()? == Some(key) {
        return line.next_value();
    }
    Err(M::Error::missing_field(key))
}

/// The fields of a record; what chains the line to the one before is taken out of them.
struct RecordFields<'p, 'l, M> {
    line: M,
    previous: &'p mut Option<&'l str>,
}

impl<'l, M: MapAccess<'l>> MapAccess<'l> for RecordFields<'_, 'l, M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'l>>(&mut self, seed: K) -> Result<Option<K::Value>, M::Error> {
        loop {
            match self.line.next_key::<&str>()? {
                None => return Ok(None),
                Some("previous") if self.previous.is_some() => {
                    return Err(M::Error::duplicate_field("previous"));
                }
                Some("previous") => *self.previous = Some(self.line.next_value()?),
                Some(key) => return seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            }
        }
    }

    fn next_value_seed<T: DeserializeSeed<'l>>(&mut self, seed: T) -> Result<T::Value, M::Error> {
        self.line.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::checksum_chain::ChecksumChain;
    use serde::de::IgnoredAny;
    use serde_json::Value;

    /// Every kind of record, as a run wrote them.
    const JOURNAL: &str = include_str!("../../../tests/data/journal-2.journal");

    #[test]
    fn each_kind_of_line_is_read_in_one_pass_with_and_without_copies() {
        let mut kinds = std::collections::BTreeSet::new();
        let mut chain = ChecksumChain::default();
        for line in JOURNAL.lines() {
            let (_, text) = line.split_once(' ').unwrap();
            let written: WrittenLine<'_, String, Value> = serde_json::from_str(text).unwrap();
            let entry = chain.open::<String, Value>(line.as_bytes()).unwrap();
            assert_eq!(written.entry, entry);
            let borrowed: WrittenLine<'_, LineText<'_>, IgnoredAny> = serde_json::from_str(text).unwrap();
            assert_eq!((borrowed.previous, borrowed.entry.time), (written.previous, entry.time));
            let value: Value = serde_json::from_str(text).unwrap();
            kinds.insert(value["kind"].as_str().unwrap().to_owned());
            // Keys in another order are read too, by the slower way alone.
            let mut turned: Vec<_> = value.as_object().unwrap().clone().into_iter().collect();
            turned.reverse();
            let turned = Value::Object(turned.into_iter().collect()).to_string();
            assert!(serde_json::from_str::<WrittenLine<'_, String, Value>>(&turned).is_err());
        }
        assert_eq!(kinds.len(), 7, "{kinds:?}");
    }
}
