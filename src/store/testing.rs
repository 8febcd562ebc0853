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

/// Writes a file that nobody else can read or change, as files that are obeyed have to be.
pub(crate) fn write_private(path: &std::path::Path, content: impl AsRef<[u8]>) {
    std::fs::write(path, content).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}
