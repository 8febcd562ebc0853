//! Opens the files that scripts read.

use crate::error::{Error, Result};
use crate::host::input_defaults::InputDefaults;
use crate::host::session::Session;
use crate::store::encoding::FileEncoding;
use crate::store::input_file::{InputFile, STANDARD_INPUT};
use crate::store::standard_input::{self, InputReader};
use crate::store::streams;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Paths of pipes that the shell opened for this process; what was read from one does not come again.
const OPENED_BEFORE: [&str; 4] = ["/dev/stdin", "/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"];

/// The copies of standard input and of pipes that a run has read.
#[derive(Default)]
struct CopiedInputs(RefCell<HashMap<PathBuf, InputFile>>);

/// The encoding that the operator names for files that show none.
pub(crate) fn likely_encoding(session: &Session) -> Option<FileEncoding> {
    session.extension::<InputDefaults>().encoding.as_deref().and_then(FileEncoding::parse)
}

/// Opens a file, a pipe or standard input (`-`). The same pipe can be opened again.
///
/// # Errors
/// `file`: it cannot be read. `interrupted`.
pub(crate) fn open(session: &Session, path: &Path) -> Result<InputFile> {
    let is_standard = streams::is_standard_input(path);
    // Its names share one copy: what was read under one does not come again under another.
    let key = if is_standard { Path::new(STANDARD_INPUT) } else { path };
    let comes_once =
        is_standard || OPENED_BEFORE.iter().any(|start| path.display().to_string().starts_with(start));
    if !comes_once {
        return open_once(session, path);
    }
    let copies = session.extension::<CopiedInputs>();
    let known = copies.0.borrow().get(key).cloned();
    if let Some(copy) = known {
        return Ok(copy);
    }
    if is_standard {
        standard_input::claim(InputReader::Data)?;
    }
    let copy = open_once(session, path)?;
    copies.0.borrow_mut().insert(key.to_owned(), copy.clone());
    Ok(copy)
}

fn open_once(session: &Session, path: &Path) -> Result<InputFile> {
    let interrupt = session.interrupt();
    let opened = InputFile::open(path, &|| interrupt.is_requested());
    interrupt.check()?;
    opened.map_err(|error| match error.kind() {
        std::io::ErrorKind::FileTooLarge => Error::file(path.display().to_string(), error.to_string()),
        _ => Error::io(path, error),
    })
}

/// The bytes that are read between two looks at the interrupt and the limit of memory.
const PIECE: u64 = 1 << 20;

/// All bytes of a file.
///
/// # Errors
/// `file`: it cannot be read. `interrupted`; `memory` beyond the limit of the run.
pub(crate) fn bytes(session: &Session, file: &InputFile) -> Result<Vec<u8>> {
    let (mut bytes, mut pass) = (Vec::new(), file.pass());
    loop {
        session.interrupt().check()?;
        let read = pass.by_ref().take(PIECE).read_to_end(&mut bytes);
        if read.map_err(|error| Error::io(file.path(), error))? == 0 {
            return Ok(bytes);
        }
    }
}
