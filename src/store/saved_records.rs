//! The records of a saved listing: lines of JSON, unpacked and parsed a block at a time.

use crate::wire::interner::StringInterner;
use crate::wire::response::ListedEntry;
use lz4_flex::frame::FrameDecoder;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::sync::Arc;

/// Bytes of the records that are parsed at a time: about as many as a page of the service has.
const BLOCK_BYTES: usize = 512 << 10;

/// Reads the records of a file. Records are returned only once it is known that the file has as many as it should, for
/// the last ones.
pub(super) struct SavedRecords<R: Read, T> {
    unpacked: FrameDecoder<R>,
    /// Bytes that were unpacked and not parsed yet.
    text: Vec<u8>,
    is_at_end: bool,
    left: usize,
    interner: StringInterner,
    records: PhantomData<fn() -> T>,
}

impl<R: Read, T: ListedEntry> SavedRecords<R, T> {
    /// The records of a file, of which there must be `count`.
    pub(super) fn new(file: R, count: usize) -> Self {
        Self {
            unpacked: FrameDecoder::new(file),
            text: Vec::new(),
            is_at_end: false,
            left: count,
            interner: StringInterner::default(),
            records: PhantomData,
        }
    }

    /// The records of the next block; `None` when there are no more.
    ///
    /// # Errors
    /// The file is damaged, or has more or fewer records than it should.
    pub(super) fn next_page(&mut self) -> io::Result<Option<Vec<Arc<T>>>> {
        let end = self.fill()?;
        // Validated as a whole, which takes less time than string by string.
        let lines = std::str::from_utf8(&self.text[..end]).map_err(io::Error::other)?;
        let mut page = Vec::new();
        for line in lines.lines() {
            let mut reader = serde_json::Deserializer::from_str(line);
            page.push(T::read(&mut reader, &mut self.interner)?);
            reader.end()?;
        }
        self.text.drain(..end);
        let more = || io::Error::other("it has more records than its first line says");
        self.left = self.left.checked_sub(page.len()).ok_or_else(more)?;
        if self.left == 0 && !self.is_at_end && self.fill()? > 0 {
            return Err(more());
        }
        if self.left > 0 && self.is_at_end {
            return Err(io::Error::other("it has fewer records than its first line says"));
        }
        Ok((!page.is_empty()).then_some(page))
    }

    /// Unpacks a block or all that is left; returns the length of its whole lines. Only the end of the file has the
    /// checksum of all.
    fn fill(&mut self) -> io::Result<usize> {
        loop {
            if self.is_at_end {
                return Ok(self.text.len());
            }
            let wanted = (BLOCK_BYTES as u64).saturating_sub(self.text.len() as u64).max(1 << 16);
            self.is_at_end = (&mut self.unpacked).take(wanted).read_to_end(&mut self.text)? == 0;
            if let Some(newline) = self.text.iter().rposition(|byte| *byte == b'\n')
                && self.text.len() >= BLOCK_BYTES
            {
                return Ok(newline + 1);
            }
        }
    }
}
