//! Reads a journal, and distinguishes a last line that a power loss cut off from one that somebody changed.

use super::FORMAT;
use super::checksum_chain;
use super::checksum_chain::{LineFault, is_whole};
use super::record::{HeadRecord, InputRecord, JournalEntry, JournalRecord};
use super::record_text::LineText;
use crate::error::{Error, Result};
use crate::store::journal::checksum_chain::ChecksumChain;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, Read};

/// The bytes that are read from a journal at once.
const BUFFER: usize = 1 << 17;

/// What was found while reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalExtent {
    /// Whole lines.
    pub lines: usize,
    /// Their bytes.
    pub length: u64,
    /// Bytes of incomplete lines at the end.
    pub torn: u64,
    pub(crate) chain: ChecksumChain,
}

/// Reads a journal; `apply` gets every entry. What a crash left of the last lines is not counted.
///
/// # Errors
/// `file`: it cannot be read, has no head, or a line is broken that others follow or that was written to the end.
/// `usage`: another version wrote it, in another format or with something this version does not know. Those of
/// `apply`.
pub fn read(
    name: &str,
    file: impl Read,
    mut apply: impl FnMut(JournalEntry) -> Result<()>,
) -> Result<JournalExtent> {
    read_lines(name, file, |chain, line, is_first| {
        let entry: JournalEntry = chain.open(line)?;
        Ok(if is_first && !is_head(&entry) { Err(headless(name)) } else { apply(entry) })
    })
}

/// The entry of a line without a copy of its strings. `V` is what went over the wire: [`Value`], or
/// [`IgnoredAny`](serde::de::IgnoredAny) where nobody looks at it.
pub type BorrowedEntry<'l, V> = JournalEntry<LineText<'l>, V>;

/// Reads a journal with entries that hold no copy of its text: a long one in a third of the time.
///
/// # Errors
/// Those of [`read`].
pub fn scan<V: DeserializeOwned>(
    name: &str,
    file: impl Read,
    mut apply: impl FnMut(BorrowedEntry<'_, V>) -> Result<()>,
) -> Result<JournalExtent> {
    read_lines(name, file, |chain, line, is_first| {
        let entry: BorrowedEntry<'_, V> = chain.open(line)?;
        Ok(if is_first && !is_head(&entry) { Err(headless(name)) } else { apply(entry) })
    })
}

fn is_head<S, V>(entry: &JournalEntry<S, V>) -> bool {
    matches!(entry.record, JournalRecord::Head(_))
}

/// Reads the lines of a journal; `open` gets each one, and whether it is the first.
fn read_lines(
    name: &str,
    file: impl Read,
    mut open: impl FnMut(&mut ChecksumChain, &[u8], bool) -> Result<Result<()>, LineFault>,
) -> Result<JournalExtent> {
    let mut file = BufReader::with_capacity(BUFFER, file);
    let mut found = JournalExtent { lines: 0, length: 0, torn: 0, chain: ChecksumChain::default() };
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = file.read_until(b'\n', &mut line).map_err(|error| Error::file(name, error))?;
        if count == 0 {
            return Ok(found);
        }
        if found.lines == 0 {
            check_format(name, &line)?;
        }
        let opened = match line.strip_suffix(b"\n") {
            Some(text) => open(&mut found.chain, text, found.lines == 0),
            None => Err(LineFault::Broken("it is incomplete")),
        };
        let place = || format!("{name}:{}", found.lines + 1);
        match opened {
            Ok(applied) => applied?,
            Err(LineFault::Unreadable(fault)) => return Err(unreadable(&place(), &fault)),
            Err(LineFault::Broken(fault)) => {
                // A crash leaves a line without its end, or zeros where a piece of it did not reach the disk.
                let is_changed = found.lines > 0 && !line.contains(&0);
                found.torn = torn(&place(), fault, (&line, is_changed), file)?;
                return Ok(found);
            }
        }
        found.lines += 1;
        found.length += count as u64;
    }
}

/// Reads the head of a journal alone, to see whether this version reads the rest.
///
/// # Errors
/// `file`: it cannot be read. `usage`: it has another format.
pub(crate) fn read_format(name: &str, file: impl Read) -> Result<()> {
    let mut line = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut line).map_err(|error| Error::file(name, error))?;
    check_format(name, &line)
}

/// The head of a journal alone, with when it was written.
///
/// # Errors
/// Those of [`read`].
pub(crate) fn read_head(name: &str, file: impl Read) -> Result<JournalEntry> {
    let mut line = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut line).map_err(|error| Error::file(name, error))?;
    head_entry(name, &line)
}

/// The entry of the first line of a journal.
fn head_entry(name: &str, line: &[u8]) -> Result<JournalEntry> {
    check_format(name, line)?;
    let entry = checksum_chain::entry_of(line.strip_suffix(b"\n").unwrap_or(line));
    entry.filter(|entry| matches!(entry.record, JournalRecord::Head(_))).ok_or_else(|| headless(name))
}

/// The head of a journal, when it was written, and every file that the run read. Other lines are not checked: that is for
/// the reading that continues the run.
///
/// # Errors
/// Those of [`read`], for the lines that are read.
pub(crate) fn read_inputs(
    name: &str,
    file: impl Read,
) -> Result<(Timestamp, Box<HeadRecord>, Vec<InputRecord>)> {
    let mut file = BufReader::with_capacity(BUFFER, file);
    let mut line = Vec::new();
    file.read_until(b'\n', &mut line).map_err(|error| Error::file(name, error))?;
    let JournalEntry { time, record } = head_entry(name, &line)?;
    let JournalRecord::Head(mut head) = record else { return Err(headless(name)) };
    let mut inputs = std::mem::take(&mut head.inputs);
    loop {
        line.clear();
        if file.read_until(b'\n', &mut line).map_err(|error| Error::file(name, error))? == 0 {
            return Ok((time, head, inputs));
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        if checksum_chain::may_be_input(line)
            && let Some(JournalEntry { record: JournalRecord::Input(input), .. }) =
                checksum_chain::entry_of(line)
        {
            inputs.push(input);
        }
    }
}

/// A line that is not whole, or not a head, has no format to be checked.
fn check_format(name: &str, line: &[u8]) -> Result<()> {
    match checksum_chain::format_of(line.strip_suffix(b"\n").unwrap_or(line)) {
        None | Some(FORMAT) => Ok(()),
        Some(format) => Err(other_format(name, format)),
    }
}

fn other_format(name: &str, format: u64) -> Error {
    let (version, hint) = if format < FORMAT {
        (
            "an earlier",
            "Finish the run with the version that wrote it, or run the script again from the start.",
        )
    } else {
        ("a later", "Use the version that wrote it.")
    };
    let message = format!(
        "the journal {name} was written by {version} version (format {format}); this version reads format {FORMAT}"
    );
    Error::usage_with_hint(message, hint)
}

fn unreadable(place: &str, fault: &str) -> Error {
    let message = format!("{place}: this version cannot read the journal: {fault}");
    Error::usage_with_hint(message, "Use the version that wrote it.")
}

/// The error for a file that does not begin like a journal.
pub fn headless(name: &str) -> Error {
    Error::file(name, "not a journal: the first line is not a head record")
}

/// The bytes of a torn end, which contains no complete line.
fn torn(place: &str, fault: &str, (first, is_changed): (&[u8], bool), mut rest: impl BufRead) -> Result<u64> {
    let broken = || {
        let rest = "umapish journal show prints the lines before it; the run cannot be resumed from here";
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
