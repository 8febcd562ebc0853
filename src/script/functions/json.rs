//! JSON in strings and files.

use crate::error::{Error, Result};
use crate::files::input;
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::tracked_files::{self, ReadablePath};
use crate::store::journal::sha256;
use crate::store::output_file::{self, IfExists};
use crate::store::text_reader::decode;
use crate::values::json_text;
use crate::values::json_text::write as write_text;
use crate::values::options::CallOptions;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use std::path::Path;

/// JSON.
#[export_module]
pub mod functions {
    /// Parses a JSON string: objects become maps, `null` becomes `()`.
    ///
    /// A whole number that is too large for a script becomes a string, so that no digit is lost.
    ///
    /// # Errors
    /// `usage` if the string is not valid JSON, with the line and column.
    ///
    /// # Example
    /// ```rhai
    /// let settings = parse_json(`{"group": "Designers", "limit": 5}`);
    /// print(settings.group);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse_json(context: NativeCallContext, text: &str) -> RhaiResultOf<Dynamic> {
        session(&context).and_then(|session| parse(text, session.interrupt())).at(&context)
    }

    /// Returns a value as a JSON string on one line.
    ///
    /// # Errors
    /// `usage` for a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// print(to_json(#{user: "ben.osei@example.com", groups: ["Designers"]}));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn to_json(context: NativeCallContext, value: Dynamic) -> RhaiResultOf<String> {
        session(&context).and_then(|session| write_text(&value, 0, session.interrupt())).at(&context)
    }

    /// Returns a map as a JSON string on one line.
    ///
    /// # Errors
    /// `usage` for a map that contains a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// print(to_json(#{limit: 5}));
    /// ```
    #[rhai_fn(name = "to_json", return_raw)]
    pub fn map_to_json(context: NativeCallContext, map: Map) -> RhaiResultOf<String> {
        to_json(context, map.into())
    }

    /// Returns a value as a JSON string, formatted by the options.
    ///
    /// # Options
    /// - `indent`: the number of spaces for each level, with each entry on its own line; 0 for a single line
    ///
    /// # Errors
    /// `usage` for a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// print(to_json(#{groups: ["Designers", "Editors"]}, #{indent: 2}));
    /// ```
    #[rhai_fn(name = "to_json", return_raw)]
    pub fn to_json_as(context: NativeCallContext, value: Dynamic, options: Map) -> RhaiResultOf<String> {
        let session = session(&context).at(&context)?;
        let indent = CallOptions::new("to_json", options, &["indent"]).and_then(|options| indent(&options));
        indent.and_then(|indent| write_text(&value, indent, session.interrupt())).at(&context)
    }

    /// Reads a JSON file: objects become maps, `null` becomes `()`.
    ///
    /// The file is UTF-8, with or without a byte order mark. Its path is relative to the current folder.
    ///
    /// # Errors
    /// `file` if it cannot be read or is not valid JSON, with the line and column.
    ///
    /// # Example
    /// ```rhai
    /// write_json("settings.json", #{group: "Designers"});
    /// print(read_json("settings.json").group);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_json(context: NativeCallContext, path: &str) -> RhaiResultOf<Dynamic> {
        session(&context).and_then(|session| read_noted(&session, path)).at(&context)
    }

    /// Writes a value to a JSON file, indented.
    ///
    /// After an error the existing file is unchanged. The path is relative to the current folder.
    ///
    /// # Errors
    /// `file` if it cannot be written, `usage` for a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// write_json("kim.json", get_user("ben.osei@example.com"));
    /// print(read_json("kim.json").email);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn write_json(context: NativeCallContext, path: &str, value: Dynamic) -> RhaiResultOf<()> {
        let options = CallOptions::none("write_json");
        session(&context).and_then(|session| write(&session, path, &value, &options)).at(&context)
    }

    /// Writes a value to a JSON file, indented, with options.
    ///
    /// # Options
    /// - `if_exists`: what to do if the file exists: `"replace"` it, stop with an `"error"`, `"number"`: write
    ///   `kim-2.json`, `kim-3.json` and so on, and note the name, or `"keep"`: rename the old file to a name with its
    ///   date. By default a script replaces the file and notes it;
    ///   at the prompt, it is an error
    ///
    /// # Errors
    /// As `write_json(path, value)`, and `file` if the file exists and must not.
    ///
    /// # Example
    /// ```rhai
    /// write_json("kim.json", #{limit: 5});
    /// write_json("kim.json", #{limit: 6}, #{if_exists: "number"});
    /// print(read_json("kim-2.json").limit);
    /// ```
    #[rhai_fn(name = "write_json", volatile, return_raw)]
    pub fn write_json_as(
        context: NativeCallContext,
        path: &str,
        value: Dynamic,
        options: Map,
    ) -> RhaiResultOf<()> {
        let options = CallOptions::new("write_json", options, &["if_exists"]);
        session(&context).and_then(|session| write(&session, path, &value, &options?)).at(&context)
    }
}

/// The values of `if_exists` in `write_json`.
const WRITE_JSON_CHOICES: &[&str] = &["replace", "error", "number", "keep"];
/// The largest indent that is accepted; a larger one is probably a mistake.
const DEEPEST_INDENT: usize = 16;

fn parse(text: &str, interrupt: &Interrupt) -> Result<Dynamic> {
    let read = json_text::read(text, interrupt)?;
    read.map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::usage(format!("the string is not valid JSON: {} ({place})", cause(&error)))
    })
}

/// The message of the parser, without the position at its end.
fn cause(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

fn indent(options: &CallOptions) -> Result<usize> {
    match options.count("indent")?.unwrap_or_default() {
        indent @ 0..=DEEPEST_INDENT => Ok(indent),
        _ => Err(Error::usage(format!("`indent` of to_json must be at most {DEEPEST_INDENT}"))),
    }
}

fn read_noted(session: &Session, path: &str) -> Result<Dynamic> {
    let file = tracked_files::input(session, path)?;
    let (value, digest) = read(session, &file)?;
    let rows = value.read_lock::<Array>().map(|list| list.len());
    tracked_files::record_input(session, &file, &digest, rows)?;
    Ok(value)
}

fn read(session: &Session, path: &ReadablePath) -> Result<(Dynamic, String)> {
    let interrupt = session.interrupt();
    let file = input::open(session, path)?;
    let bytes = input::bytes(session, &file)?;
    let text = decode(&bytes, None).map_err(|wrong| {
        let (line, column) = wrong.place();
        Error::file(format!("{}:{line}:{column}", path.display()), wrong.message)
    })?;
    let read = json_text::read(&text, interrupt)?;
    let value = read.map_err(|error| {
        let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
        Error::file(place, format!("it is not valid JSON: {}", cause(&error))).caused_by(error)
    })?;
    Ok((value, sha256::of(&bytes)))
}

fn write(session: &Session, path: &str, value: &Dynamic, options: &CallOptions) -> Result<()> {
    let if_exists = options.choice("if_exists", WRITE_JSON_CHOICES)?.and_then(IfExists::parse);
    let text = write_text(value, 2, session.interrupt())?;
    let (path, ()) = tracked_files::write_output(session, Path::new(path), if_exists, |path, if_exists| {
        let written = output_file::write(path, if_exists, &mut |file| writeln!(file, "{text}"))?;
        Ok((written, ()))
    })?;
    if if_exists == Some(IfExists::Number) {
        session.console().note(&format!("wrote {}", path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;
    use crate::script::testing::ScriptTest;
    use serde_json::json;
    use std::rc::Rc;

    #[test]
    fn json_round_trips_through_a_script() {
        let code = r#"to_json(parse_json(`{"a": [1, 2.5, null, "é"], "n": 9007199254740993}`))"#;
        assert_eq!(
            ScriptTest::default().value(code),
            json!(r#"{"a":[1,2.5,null,"é"],"n":9007199254740993}"#)
        );
    }

    #[test]
    fn every_kind_of_value_is_written() {
        let code = r#"to_json([#{day: date("2026-11-23")}, "x", 'y', ()])"#;
        assert_eq!(ScriptTest::default().value(code), json!(r#"[{"day":"2026-11-23"},"x","y",null]"#));
        assert_eq!(
            ScriptTest::default().value(r#"#{day: date("2026-11-23")}.to_json()"#),
            json!(r#"{"day":"2026-11-23"}"#)
        );
    }

    #[test]
    fn an_indent_writes_several_lines() {
        let test = ScriptTest::default();
        assert_eq!(test.value("to_json([1], #{indent: 2})"), json!("[\n  1\n]"));
        assert_eq!(test.value("to_json([1], #{indent: 0})"), json!("[1]"));
        assert_eq!(test.error("to_json([1], #{indent: 99})"), "`indent` of to_json must be at most 16");
    }

    #[test]
    fn invalid_json_has_its_position() {
        let error = ScriptTest::default().error("parse_json(\"[1,\\n x]\")");
        assert_eq!(error, "the string is not valid JSON: expected value (line 2, column 2)");
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json").display().to_string();
        let code = format!("write_json({path:?}, #{{a: [1]}}); read_json({path:?})");
        assert_eq!(ScriptTest::default().value(&code), json!({"a": [1]}));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\n  \"a\": [\n    1\n  ]\n}\n");
    }

    #[test]
    fn a_broken_file_is_named_with_line_and_column() {
        let session = offline::session(Rc::new(offline::RecordingConsole::default()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json").display().to_string();
        std::fs::write(&path, "\u{feff}{\n \"a\": }").unwrap();
        assert_eq!(
            read_noted(&session, &path).unwrap_err().to_string(),
            format!("{path}:2:7: it is not valid JSON: expected value")
        );
        std::fs::write(&path, b"{\n\"\xE4\"").unwrap();
        assert_eq!(
            read_noted(&session, &path).unwrap_err().to_string(),
            format!("{path}:2:2: this is not valid UTF-8 text")
        );
    }
}
