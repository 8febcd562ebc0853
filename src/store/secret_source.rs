//! Where a secret is: a variable, a file or standard input. A literal would be in the list of processes.

use crate::error::{Error, ErrorKind, Result};
use crate::store::standard_input::{self, InputReader};
use crate::store::text_file;
use crate::store::trust::FileRole;
use std::io::{Read, stdin};
use std::path::Path;

/// The name of standard input.
const STANDARD_INPUT: &str = "-";
/// The longest secret that is read from standard input, in bytes.
const LONGEST: u64 = 1 << 20;

/// Reads the secret at `env:NAME`, `file:PATH` or `-`; anything else is the secret itself.
///
/// # Errors
/// `usage`: a variable is not set, a file cannot be read, or standard input is read by somebody else. `config`: a file is
/// in the hands of others.
pub(crate) fn read(source: &str) -> Result<String> {
    if source == STANDARD_INPUT {
        return of_standard_input();
    }
    match source.split_once(':') {
        Some(("env", name)) => of_variable(name),
        Some(("file", path)) => {
            let text = text_file::read_trusted(Path::new(path), FileRole::Secret).map_err(named);
            text.map(|(text, _)| without_end(&text))
        }
        _ => Ok(source.to_owned()),
    }
}

fn of_standard_input() -> Result<String> {
    standard_input::claim(InputReader::SecretArgument)?;
    let mut bytes = Vec::new();
    let read = stdin().take(LONGEST).read_to_end(&mut bytes);
    read.map_err(|error| Error::file("standard input", error))?;
    text_file::text_of(Path::new("standard input"), &bytes).map(|text| without_end(&text))
}

fn of_variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| {
        Error::usage_with_hint(
            format!("env:{name}: there is no environment variable of that name"),
            "Set and export it, or use file:PATH or -.",
        )
    })
}

/// The last line end belongs to the file, not to the secret.
fn without_end(text: &str) -> String {
    text.strip_suffix('\n').unwrap_or(text).to_owned()
}

fn named(error: Error) -> Error {
    match *error.kind {
        ErrorKind::File { ref place, ref message, .. } => Error::usage(format!("{place}: {message}")),
        _ => error,
    }
}
