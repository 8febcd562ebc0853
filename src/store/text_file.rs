//! Reads small text files that the operator wrote or saved: settings, secrets, keys, certificates, protected names. Tools of
//! Windows put a byte order mark first, end lines with CRLF, or write UTF-16.

use super::file_door;
use super::text_reader::decode;
use super::trust::{self, FileRole};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The longest file of this kind, in bytes; a device that never ends must not fill the memory.
const LONGEST: u64 = 16 << 20;

/// The lines of a file, with their 1-based numbers.
///
/// # Errors
/// `file`: it cannot be read, or it is not text; names the place.
pub(crate) fn lines(path: &Path) -> Result<Vec<(usize, String)>> {
    let text = read(path)?;
    Ok(text.split('\n').enumerate().map(|(index, line)| (index + 1, line.to_owned())).collect())
}

/// The text of a file, each line of which ends with a line feed alone.
///
/// # Errors
/// `file`: it cannot be read, or it is not text; names the place.
pub(crate) fn read(path: &Path) -> Result<String> {
    let file = file_door::open(path).map_err(|error| Error::io(path, error))?;
    read_open(path, file)
}

/// The same for a file that must not be in the hands of others, with a warning if it should be better protected.
///
/// # Errors
/// `config`: others own it, or may change or read it. `file`: as [`read`].
pub(crate) fn read_trusted(path: &Path, role: FileRole) -> Result<(String, Option<String>)> {
    let (file, warning) = trust::open(path, role).map_err(|error| Error::io(path, error))??;
    Ok((read_open(path, file)?, warning))
}

fn read_open(path: &Path, file: File) -> Result<String> {
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| Error::io(path, error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::file(
            path.display().to_string(),
            format!("the file is longer than {} MiB", LONGEST >> 20),
        ));
    }
    text_of(path, &bytes)
}

/// The text of bytes; `path` is for messages.
///
/// # Errors
/// `file`: they are not text; names the place.
pub(crate) fn text_of(path: &Path, bytes: &[u8]) -> Result<String> {
    let text = decode(bytes, None).map_err(|error| {
        let (line, column) = error.place();
        let message = format!("{}; save the file as UTF-8", error.message);
        Error::file(format!("{}:{line}:{column}", path.display()), message)
    })?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Result<String> {
        text_of(Path::new("a.txt"), bytes)
    }

    #[test]
    fn what_tools_of_windows_save_is_read_as_what_was_typed() {
        let typed = "org \u{e9}\nsecret\n";
        let windows = typed.replace('\n', "\r\n");
        let wide = |unit: fn(u16) -> [u8; 2]| windows.encode_utf16().flat_map(unit).collect::<Vec<_>>();
        for bytes in [
            typed.as_bytes().to_vec(),
            windows.as_bytes().to_vec(),
            ["\u{feff}".as_bytes(), windows.as_bytes()].concat(),
            [vec![0xFF, 0xFE], wide(u16::to_le_bytes)].concat(),
            [vec![0xFE, 0xFF], wide(u16::to_be_bytes)].concat(),
            wide(u16::to_le_bytes),
            typed.replace('\n', "\r").into_bytes(),
        ] {
            assert_eq!(text(&bytes).unwrap(), typed, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_an_error_with_its_place() {
        for (bytes, place) in
            [(&b"one\ntw\xE9"[..], "a.txt:2:3: "), (b"one\n\0\0\0", "a.txt:2:1: "), (&[0; 64], "a.txt:1:1: ")]
        {
            let error = text(bytes).unwrap_err().to_string();
            assert!(error.starts_with(place) && error.ends_with("save the file as UTF-8"), "{error}");
        }
    }
}
