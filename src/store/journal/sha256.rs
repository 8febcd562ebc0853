//! SHA-256, as hex, and secrets that can be recognized without being stored.

use crate::error::{Error, Result};
use crate::store::file_door;
use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::pbkdf2;
use std::io::{self, Read};
use std::num::NonZeroU32;
use std::path::Path;

/// The digest of some bytes.
pub fn of(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// Whether some bytes have this digest, written as [`of`] does.
pub(super) fn is_of(bytes: &[u8], sum: &str) -> bool {
    let digest = digest(&SHA256, bytes);
    let digits = digest.as_ref().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
    digits.eq(sum.chars())
}

/// The first 16 bytes of a digest: wide enough that two never collide.
pub fn short(bytes: &[u8]) -> u128 {
    digest(&SHA256, bytes).as_ref().iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// The digest of a file, read piece by piece. A pipe or a terminal has none: reading it could wait forever.
///
/// # Errors
/// `file`: it cannot be read.
pub fn of_file(path: &Path) -> Result<String> {
    let file = file_door::open_without_waiting(path).and_then(|file| {
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::Error::other("this is not a regular file"))
        }
    });
    let digest = file.and_then(|file| DigestReader::new(file).finish());
    digest.map_err(|error| Error::file(path.display().to_string(), error))
}

/// Computes the digest of what is read through it.
pub struct DigestReader<R> {
    source: R,
    context: Context,
}

impl<R: Read> DigestReader<R> {
    /// Reads from `source`, which is at its start.
    pub fn new(source: R) -> Self {
        Self { source, context: Context::new(&SHA256) }
    }

    /// The digest of the whole source; reads what is not read yet.
    ///
    /// # Errors
    /// The source's.
    pub fn finish(mut self) -> io::Result<String> {
        let mut buffer = vec![0; 1 << 16];
        while self.read(&mut buffer)? > 0 {}
        Ok(hex(self.context.finish().as_ref()))
    }
}

impl<R: Read> Read for DigestReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.context.update(&buffer[..count]);
        Ok(count)
    }
}

/// A secret as a journal may store it: enough to recognize it later, far too slow to guess others.
pub fn sealed(secret: &str) -> String {
    let salt: [u8; 16] = rand::random();
    format!("{}:{}", hex(&salt), hex(&derived(&salt, secret)))
}

/// Whether a secret is the one that was sealed.
pub fn unseals(sealed: &str, secret: &str) -> bool {
    let parts = sealed.split_once(':').and_then(|(salt, sum)| Some((bytes(salt)?, bytes(sum)?)));
    parts.is_some_and(|(salt, sum)| {
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, secret.as_bytes(), &sum).is_ok()
    })
}

/// What OWASP advises for PBKDF2 with SHA-256.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(599_999);

fn derived(salt: &[u8], secret: &str) -> [u8; 32] {
    let mut sum = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, secret.as_bytes(), &mut sum);
    sum
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let byte = |place| u8::from_str_radix(hex.get(place..place + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0xf));
    }
    text
}

/// The hexadecimal digit of a number below 16.
fn digit(number: u8) -> char {
    char::from(if number < 10 { b'0' + number } else { b'a' + number - 10 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_is_reported_from_others_and_reads_otherwise_each_time() {
        let one = sealed("s3cret");
        assert!(
            unseals(&one, "s3cret") && !unseals(&one, "s3cre") && !unseals("", "") && !unseals("x:é", "x")
        );
        assert!(one != sealed("s3cret") && !one.contains("s3cret"));
    }

    #[test]
    fn it_is_the_known_digest_in_any_number_of_pieces() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, "abc"
        assert_eq!(of(b"abc"), known);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "abc").unwrap();
        assert_eq!(of_file(&folder.path().join("x")).unwrap(), known);
        let mut reader = DigestReader::new(b"abc".as_slice());
        reader.read_exact(&mut [0]).unwrap();
        assert_eq!(reader.finish().unwrap(), known);
        assert_eq!(format!("{:032x}", short(b"abc")), known[..32]);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_has_no_digest() {
        let error = of_file(Path::new("/dev/zero")).unwrap_err().to_string();
        assert!(error.ends_with("this is not a regular file"), "{error}");
    }
}
