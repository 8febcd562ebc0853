//! Reads a journal, and tells a last line that power loss tore from one that somebody changed.

use super::checksum_chain::{Chain, is_whole};
use crate::error::{Error, Result};
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Read};

/// A record of a journal.
pub type Record = Map<String, Value>;

/// What was found while reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whole lines.
    pub lines: usize,
    /// Their bytes.
    pub length: u64,
    /// What is left of lines that were not written to their end.
    pub torn: u64,
    pub(crate) chain: Chain,
}

/// Goes through a journal; `hear` gets every record. What a crash left of the last lines is not counted.
///
/// # Errors
/// `file`: it cannot be read, or a line is broken that others follow or that was written to its end. Those of
/// `hear`.
pub fn read(name: &str, file: impl Read, mut hear: impl FnMut(Record) -> Result<()>) -> Result<Found> {
    let mut file = BufReader::new(file);
    let mut found = Found { lines: 0, length: 0, torn: 0, chain: Chain::default() };
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = file.read_until(b'\n', &mut line).map_err(|error| Error::file(name, error))?;
        if count == 0 {
            return Ok(found);
        }
        let opened = match line.strip_suffix(b"\n") {
            Some(text) => found.chain.open(text),
            None => Err("it was not written to its end"),
        };
        match opened {
            Ok(record) => hear(record)?,
            Err(fault) => {
                let place = format!("{name}:{}", found.lines + 1);
                // A crash leaves a line without its end, or zeros where a piece of it did not reach the disk.
                let is_changed = found.lines > 0 && !line.contains(&0);
                found.torn = torn(&place, fault, (&line, is_changed), file)?;
                return Ok(found);
            }
        }
        found.lines += 1;
        found.length += count as u64;
    }
}

/// The bytes of a torn end: nothing in it is a line.
fn torn(place: &str, fault: &str, (first, is_changed): (&[u8], bool), mut rest: impl BufRead) -> Result<u64> {
    let broken = || {
        let rest = "umapish journal show tells what stands before, and nothing goes on from here";
        Error::file(place, format!("the journal is broken: {fault}; {rest}"))
    };
    let mut bytes = first.len() as u64;
    if first.ends_with(b"\n") && (is_changed || is_whole(first.strip_suffix(b"\n").unwrap_or(first))) {
        return Err(broken());
    }
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = rest.read_until(b'\n', &mut line).map_err(|error| Error::file(place, error))?;
        if count == 0 {
            return Ok(bytes);
        }
        if is_whole(line.strip_suffix(b"\n").unwrap_or(&line)) {
            return Err(broken());
        }
        bytes += count as u64;
    }
}
