//! Sources that are read in the smallest pieces, for the tests of what is read piece by piece.

use std::io::{self, Read};

/// Gives out one byte at a time.
pub(crate) struct OneByte<'a>(pub(crate) &'a [u8]);

impl Read for OneByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}
