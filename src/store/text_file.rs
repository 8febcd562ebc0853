//! Reads small text files that the operator names: UTF-8, or UTF-16 with a byte order mark, with any line ends.

use super::file_door;
use super::text_reader::decode;
use crate::error::{Error, Result};
use std::path::Path;

/// The lines of a file, with their 1-based numbers.
///
/// # Errors
/// `file`: it cannot be read, or it is not text; names the place.
pub(crate) fn lines(path: &Path) -> Result<Vec<(usize, String)>> {
    let bytes = file_door::read(path).map_err(|error| Error::io(path, error))?;
    let text = decode(&bytes, None).map_err(|error| {
        let (line, column) = error.place();
        let message = format!("{}; save the file as UTF-8", error.message);
        Error::file(format!("{}:{line}:{column}", path.display()), message)
    })?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Ok(text.split('\n').enumerate().map(|(index, line)| (index + 1, line.to_owned())).collect())
}
