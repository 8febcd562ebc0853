//! SHA-256, as hex.

use crate::error::{Error, Result};
use aws_lc_rs::digest::{Context, SHA256, digest};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The digest of some bytes.
pub fn of(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// The first 16 bytes of a digest: wide enough that two never meet.
pub fn short(bytes: &[u8]) -> u128 {
    digest(&SHA256, bytes).as_ref().iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// The digest of a file, read piece by piece.
///
/// # Errors
/// `file`: it cannot be read.
pub fn of_file(path: &Path) -> Result<String> {
    let failed = |error: std::io::Error| Error::file(path.display().to_string(), error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut context, mut buffer) = (Context::new(&SHA256), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(hex(context.finish().as_ref())),
            count => context.update(&buffer[..count]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes everything
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_known_digest_in_any_number_of_pieces() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, "abc"
        assert_eq!(of(b"abc"), known);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "abc").unwrap();
        assert_eq!(of_file(&folder.path().join("x")).unwrap(), known);
        assert_eq!(format!("{:032x}", short(b"abc")), known[..32]);
    }
}
