//! `--secret-arg`: a literal, which other users may see in the list of processes, or where to read it.

use crate::error::{Error, ErrorKind, Result};
use crate::output::Output;
use crate::secret::{SHORTEST_MASKED, Secret, is_masked};
use crate::store::secret_source;

/// The values of secret arguments, which are masked from here on; the operator hears which cannot be.
///
/// # Errors
/// `usage`: a variable is not set, or standard input is read by somebody else. `file`, `config`: a file cannot be read or
/// is in the hands of others.
pub(super) fn read(arguments: &[String], output: &Output) -> Result<Vec<String>> {
    let value = |argument: &String| secret_source::read(argument).map_err(named);
    let values: Vec<_> = arguments.iter().map(value).collect::<Result<_>>()?;
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

fn named(error: Error) -> Error {
    match &*error.kind {
        ErrorKind::Usage { message, hint, .. } if !message.starts_with("standard input") => {
            let message = format!("--secret-arg {message}");
            match hint {
                Some(hint) => Error::usage_with_hint(message, hint.clone()),
                None => Error::usage(message),
            }
        }
        _ => error,
    }
}
