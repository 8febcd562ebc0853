//! Text files, and the names of files.

use crate::error::{Error, Result};
use crate::files::{file_pattern, table_file, text};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::tracked_files;
use crate::store::file_door;
use crate::store::output_file::{self, IfExists};
use crate::values::options::CallOptions;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, ImmutableString, Map, NativeCallContext};
use std::fs::File;
use std::io;
use std::path::Path;

/// Text files.
#[export_module]
pub mod functions {
    /// Returns the text of a file.
    ///
    /// The file is UTF-8 or UTF-16. If it is neither, its encoding is guessed and the guess reported; a live run does not
    /// guess, but names the option to give. The path is relative to the current folder; `-` is standard input.
    ///
    /// # Errors
    /// `file` if the file cannot be read or is not text.
    ///
    /// # Example
    /// ```rhai
    /// write_text("note.txt", "Moved to All Apps\n");
    /// print(read_text("note.txt").trim());
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_text(context: NativeCallContext, path: &str) -> RhaiResultOf<String> {
        session(&context)
            .and_then(|session| text(&session, path, &CallOptions::none("read_text")))
            .at(&context)
    }

    /// Returns the text of a file in a given encoding.
    ///
    /// # Options
    /// - `encoding`: as for `read_csv(path, options)`
    ///
    /// # Errors
    /// As `read_text(path)`.
    ///
    /// # Example
    /// ```rhai
    /// write_text("note.txt", "Moved to All Apps\n");
    /// print(read_text("note.txt", #{encoding: "utf-8"}).len());
    /// ```
    #[rhai_fn(name = "read_text", volatile, return_raw)]
    pub fn read_text_in(context: NativeCallContext, path: &str, options: Map) -> RhaiResultOf<String> {
        let options = CallOptions::new("read_text", options, &["encoding"]);
        session(&context).and_then(|session| text(&session, path, &options?)).at(&context)
    }

    /// Returns the lines of a text file, without their line ends.
    ///
    /// # Errors
    /// As `read_text(path)`.
    ///
    /// # Example
    /// ```rhai
    /// write_text("leavers.txt", "ben.osei@example.com\nfemi.adeyemi@example.net\n");
    /// for email in read_lines("leavers.txt") { print(email); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_lines(context: NativeCallContext, path: &str) -> RhaiResultOf<Array> {
        session(&context)
            .and_then(|session| lines(&session, path, &CallOptions::none("read_lines")))
            .at(&context)
    }

    /// Returns the lines of a text file in a given encoding.
    ///
    /// # Options
    /// - `encoding`: as for `read_csv(path, options)`
    ///
    /// # Errors
    /// As `read_text(path)`.
    ///
    /// # Example
    /// ```rhai
    /// write_text("leavers.txt", "ben.osei@example.com\n");
    /// print(read_lines("leavers.txt", #{encoding: "utf-8"}).len());
    /// ```
    #[rhai_fn(name = "read_lines", volatile, return_raw)]
    pub fn read_lines_in(context: NativeCallContext, path: &str, options: Map) -> RhaiResultOf<Array> {
        let options = CallOptions::new("read_lines", options, &["encoding"]);
        session(&context).and_then(|session| lines(&session, path, &options?)).at(&context)
    }

    /// Writes a string to a file, as UTF-8 and as it is: no line end is added.
    ///
    /// # Errors
    /// `file` if the file cannot be written.
    ///
    /// # Example
    /// ```rhai
    /// write_text("summary.txt", "12 people moved\n");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn write_text(context: NativeCallContext, path: &str, text: &str) -> RhaiResultOf<()> {
        let options = CallOptions::none("write_text");
        session(&context).and_then(|session| write(&session, path, text, &options)).at(&context)
    }

    /// Writes a string to a file with options.
    ///
    /// # Options
    /// - `if_exists`: as for `write_csv(path, rows, options)`; `"append"` adds the string at the end
    ///
    /// # Errors
    /// `file` if the file cannot be written, or exists and must not.
    ///
    /// # Example
    /// ```rhai
    /// write_text("log.txt", `${today()}: started` + "\n", #{if_exists: "append"});
    /// ```
    #[rhai_fn(name = "write_text", volatile, return_raw)]
    pub fn write_text_as(
        context: NativeCallContext,
        path: &str,
        text: &str,
        options: Map,
    ) -> RhaiResultOf<()> {
        let options = CallOptions::new("write_text", options, &["if_exists"]);
        session(&context).and_then(|session| write(&session, path, text, &options?)).at(&context)
    }

    /// Returns whether a path leads to a file, not to a folder.
    ///
    /// # Errors
    /// `file` if the script may not touch it.
    ///
    /// # Example
    /// ```rhai
    /// if !file_exists("people.csv") { warn("there is no people.csv"); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn file_exists(context: NativeCallContext, path: &str) -> RhaiResultOf<bool> {
        let path = session(&context).and_then(|session| tracked_files::input(&session, path)).at(&context)?;
        Ok(file_door::exists(&path) && !file_door::is_folder(&path))
    }

    /// Returns the files whose names match a pattern, in the order of their names.
    ///
    /// `*` stands for any characters, `?` for one. Folders, and files whose names begin with a dot, are left out.
    ///
    /// # Errors
    /// `file` if the folder cannot be read; `usage` if the name of a folder has a star or a question mark.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people-1.csv", [#{email: "ben.osei@example.com"}]);
    /// for file in files("people-*.csv") { print(`${file}: ${read_csv(file).len()} rows`); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn files(context: NativeCallContext, pattern: &str) -> RhaiResultOf<Array> {
        let pattern =
            session(&context).and_then(|session| tracked_files::input(&session, pattern)).at(&context)?;
        let found = file_pattern::matching(&pattern).at(&context)?;
        Ok(found.into_iter().map(|path| Dynamic::from(path.display().to_string())).collect())
    }
}

fn text(session: &Session, path: &str, options: &CallOptions) -> Result<String> {
    let path = tracked_files::input(session, path)?;
    let (text, digest) = text::read(session, &path, table_file::encoding(options)?)?;
    tracked_files::record_input(session, &path, &digest, None)?;
    Ok(text)
}

fn lines(session: &Session, path: &str, options: &CallOptions) -> Result<Array> {
    let path = tracked_files::input(session, path)?;
    let (text, digest) = text::read(session, &path, table_file::encoding(options)?)?;
    let lines: Array = text::lines(&text).map(|line| Dynamic::from(ImmutableString::from(line))).collect();
    tracked_files::record_input(session, &path, &digest, Some(lines.len()))?;
    Ok(lines)
}

fn write(session: &Session, path: &str, text: &str, options: &CallOptions) -> Result<()> {
    let if_exists = options.choice("if_exists", IfExists::NAMES)?.and_then(IfExists::parse);
    let (path, ()) = tracked_files::write_output(session, Path::new(path), if_exists, |path, if_exists| {
        let mut before = if if_exists == IfExists::Append { existing(path)? } else { None };
        let written = output_file::write(path, if_exists, &mut |file| {
            if let Some(before) = &mut before {
                io::copy(before, file)?;
            }
            file.write_all(text.as_bytes())
        })?;
        Ok((written, ()))
    })?;
    if if_exists == Some(IfExists::Number) {
        session.console().note(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// The file that is there; `None` if there is none.
fn existing(path: &Path) -> Result<Option<File>> {
    match file_door::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some).map_err(|error| Error::io(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    fn value(code: &str) -> serde_json::Value {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().display().to_string();
        ScriptTest::default().value(&format!("const AT = {folder:?};\n{code}"))
    }

    #[test]
    fn text_is_read_as_it_was_written() {
        let code = r#"
            let file = AT + "/note.txt";
            write_text(file, "Zoë\r\n\r\nb");
            write_text(file, "\nc\n", #{if_exists: "append"});
            [read_text(file), read_lines(file), file_exists(file), file_exists(AT), file_exists(AT + "/x")]"#;
        assert_eq!(value(code), json!(["Zoë\r\n\r\nb\nc\n", ["Zoë", "", "b", "c"], true, false, false]));
    }

    #[test]
    fn files_are_found_by_a_pattern() {
        let code = r#"
            for name in ["b.csv", "a.csv", "c.txt"] { write_text(AT + "/" + name, ""); }
            files(AT + "/*.csv").map(|file| file.sub_string(AT.len + 1))"#;
        assert_eq!(value(code), json!(["a.csv", "b.csv"]));
    }

    #[test]
    fn another_encoding_is_read_when_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.txt");
        std::fs::write(&path, b"Zo\xEB\n").unwrap();
        let code = format!("read_lines({:?}, #{{encoding: \"windows-1252\"}})", path.display().to_string());
        assert_eq!(ScriptTest::default().value(&code), json!(["Zoë"]));
    }
}
