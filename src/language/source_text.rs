//! Reads the text of a script from a file or a stream and prepares it for Rhai.

use crate::error::{Error, Result};
use crate::store::file_door;
use std::io::Read;
use std::path::Path;

/// The longest script, in bytes: a device that never ends must not fill the memory.
const LONGEST: u64 = 16 << 20;

/// Reads a script from a file.
///
/// # Errors
/// `file`: it cannot be read or is not UTF-8.
pub fn read_file(path: &Path) -> Result<String> {
    text_of(bytes_of(path)?, &path.display().to_string())
}

/// Reads a script from a stream; `name` is for messages.
///
/// # Errors
/// `file`: it cannot be read or is not UTF-8.
pub fn read_stream(stream: &mut dyn Read, name: &str) -> Result<String> {
    text_of(limited(stream, name)?, name)
}

/// Reads a script from a file, with its `#!` line as it is there, without `#!`.
///
/// # Errors
/// As [`read_file`].
pub fn read_with_shebang(path: &Path) -> Result<(String, Option<String>)> {
    let text = unicode(bytes_of(path)?, &path.display().to_string())?;
    let first = text.trim_start_matches('\u{feff}').lines().next().and_then(|line| line.strip_prefix("#!"));
    let shebang = first.map(str::to_owned);
    Ok((prepare(text), shebang))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    let mut file = file_door::open(path).map_err(|error| Error::io(path, error))?;
    limited(&mut file, &path.display().to_string())
}

fn limited(stream: &mut dyn Read, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = stream.take(LONGEST + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::io(Path::new(name), error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::file(name, format!("a script may have {} MiB", LONGEST >> 20)));
    }
    Ok(bytes)
}

fn text_of(bytes: Vec<u8>, name: &str) -> Result<String> {
    unicode(bytes, name).map(prepare)
}

fn unicode(bytes: Vec<u8>, name: &str) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let start = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = start.split(|byte| *byte == b'\n').count();
        Error::file(format!("{name}:{line}"), "the script is not UTF-8; save it as UTF-8")
    })
}

/// Removes a byte order mark and turns a `#!` line into a comment, so that line numbers stay right.
pub fn prepare(text: String) -> String {
    let plain = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    match plain.strip_prefix("#!") {
        Some(rest) => format!("// {rest}"), // three slashes would be a comment for a function
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_and_a_shebang_line_leave_the_line_numbers() {
        assert_eq!(
            prepare("\u{feff}#!/usr/bin/env umapish\nprint(1)".into()),
            "// /usr/bin/env umapish\nprint(1)"
        );
        assert_eq!(prepare("print(1)".into()), "print(1)");
    }

    #[test]
    fn text_that_is_not_utf_8_names_its_line() {
        let error = read_stream(&mut &b"print(1);\nprint(\"\xe4\");"[..], "standard input").unwrap_err();
        assert_eq!(error.to_string(), "standard input:2: the script is not UTF-8; save it as UTF-8");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_file(Path::new("/nowhere/x.rhai")).unwrap_err();
        assert!(error.to_string().starts_with("/nowhere/x.rhai: "), "{error}");
    }

    #[test]
    fn a_source_that_never_ends_is_refused() {
        let error = read_stream(&mut std::io::repeat(b' '), "standard input").unwrap_err();
        assert_eq!(error.to_string(), "standard input: a script may have 16 MiB");
        #[cfg(unix)]
        for read in [read_file, |path: &Path| read_with_shebang(path).map(|(text, _)| text)] {
            let error = read(Path::new("/dev/zero")).unwrap_err();
            assert_eq!(error.to_string(), "/dev/zero: a script may have 16 MiB");
        }
    }
}
