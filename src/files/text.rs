//! Text files: read whole, in any encoding.

use crate::error::{Error, Result};
use crate::files::{encoding_guess, input};
use crate::host::session::Session;
use crate::store::encoding::FileEncoding;
use crate::store::journal::sha256;
use crate::store::text_reader::decode;
use std::path::Path;

/// The text of a file, and the SHA-256 of its bytes. A guess of its encoding is reported, and refused in a live run.
///
/// # Errors
/// `file`: it cannot be read, or it is not text; names the place. `interrupted`.
pub(crate) fn read(session: &Session, path: &Path, given: Option<FileEncoding>) -> Result<(String, String)> {
    let file = input::open(session, path)?;
    let bytes = input::bytes(session, &file)?;
    let found =
        encoding_guess::encoding_of(&file, (given, input::likely_encoding(session)), &bytes, &|| {
            session.interrupt().check()
        })?;
    encoding_guess::report(session, &file, &found)?;
    let text = decode(&bytes, Some(found.encoding)).map_err(|error| {
        let (line, column) = error.place();
        Error::file(format!("{}:{line}:{column}", path.display()), error.message)
    })?;
    Ok((text, sha256::of(&bytes)))
}

/// The lines of a string, without what ends them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').or_else(|| text.strip_suffix('\r')).unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let is_blank = text.is_empty();
    let lines = text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    lines.filter(move |_| !is_blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_ends_a_line() {
        for text in ["a\n\nb\n", "a\r\n\r\nb\r\n", "a\r\rb\r", "a\n\nb"] {
            assert_eq!(lines(text).collect::<Vec<_>>(), ["a", "", "b"], "{text:?}");
        }
        assert_eq!(lines("").count(), 0);
    }
}
