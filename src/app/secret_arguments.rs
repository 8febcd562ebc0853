//! `--secret-arg`: a literal, which other users may see in the list of processes, or where to read it.

use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::secret::{SHORTEST_MASKED, Secret, is_masked};
use crate::store::standard_input::{self, InputReader};
use crate::store::text_file;
use crate::store::trust::FileRole;
use std::io::{Read, stdin};
use std::path::Path;

/// The name of standard input.
const STANDARD_INPUT: &str = "-";
/// The longest secret that is read from standard input, in bytes.
const LONGEST: u64 = 1 << 20;

/// The values of secret arguments, which are masked from here on; the operator hears which cannot be.
///
/// # Errors
/// `usage`: a variable is not set, or standard input is read by somebody else. `file`, `config`: a file cannot be read or
/// is in the hands of others.
pub(super) fn read(arguments: &[String], output: &Output) -> Result<Vec<String>> {
    let values: Vec<_> = arguments.iter().map(|argument| value(argument)).collect::<Result<_>>()?;
    for (index, value) in values.iter().enumerate() {
        let secret = Secret::from(value.as_str());
        if !is_masked(secret.expose()) {
            output.warning(&format!(
                "secret argument {} is shorter than {SHORTEST_MASKED} characters and is not masked in output",
                index + 1
            ));
        }
    }
    Ok(values)
}

fn value(argument: &str) -> Result<String> {
    if argument == STANDARD_INPUT {
        standard_input::claim(InputReader::SecretArgument)?;
        let mut bytes = Vec::new();
        let read = stdin().take(LONGEST).read_to_end(&mut bytes);
        read.map_err(|error| Error::file("standard input", error))?;
        return text_file::text_of(Path::new("standard input"), &bytes).map(|text| without_end(&text));
    }
    match argument.split_once(':') {
        Some(("env", name)) => of_variable(name),
        Some(("file", path)) => {
            let text = text_file::read_trusted(Path::new(path), FileRole::Secret).map_err(named);
            text.map(|(text, _)| without_end(&text))
        }
        _ => Ok(argument.to_owned()),
    }
}

fn of_variable(name: &str) -> Result<String> {
    std::env::var(name).map_err(|_| {
        Error::usage_with_hint(
            format!("--secret-arg env:{name}: there is no environment variable of that name"),
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
        ErrorKind::File { ref place, ref message, .. } => {
            Error::usage(format!("--secret-arg: {place}: {message}"))
        }
        _ => error,
    }
}
