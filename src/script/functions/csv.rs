//! Reading and writing CSV files.

use crate::error::{Error, Result};
use crate::files::csv::reader::{CsvShape, read};
use crate::files::csv::row_stream::RowStream;
use crate::files::csv::writer::{CsvContent, CsvWritePlan, write};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::tracked_files;
use crate::store::encoding::FileEncoding;
use crate::store::output_file::IfExists;
use crate::values::options::CallOptions;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use std::path::Path;

/// CSV files.
#[export_module]
pub mod functions {
    /// Reads a CSV file into a list of rows.
    ///
    /// Rows read like maps: `row.email`, `row["First name"]`. The first line that is not blank names the columns, in
    /// any order. Cells are strings without the spaces around them; rows whose cells are all blank are left
    /// out. Asking a row for a column that is not there is an error that names the nearest. The file is UTF-8 (or
    /// UTF-16 with a byte order mark), cells in quotes may hold commas and lines, and an apostrophe that `write_csv`
    /// put before a formula is taken away again. The path is relative to the current folder.
    ///
    /// A row has `get(column)` (`()` when there is no such column), `keys()`, `to_map()` and `"column" in row`. All rows
    /// are kept in memory; `stream_csv(path)` goes through a file of any size.
    ///
    /// # Errors
    /// `file` when the file cannot be read or a row is broken, with its line and column.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people.csv", [#{email: "ben.osei@example.com", country: "US"}]);
    /// for row in read_csv("people.csv") {
    ///     print(`${row.email} ${row.country}`);
    /// }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_csv(context: NativeCallContext, path: &str) -> RhaiResultOf<Array> {
        session(&context)
            .and_then(|session| rows(&session, path, &CallOptions::none("read_csv")))
            .at(&context)
    }

    /// Reads a CSV file that must look as the options say.
    ///
    /// # Options
    /// - `columns`: names of columns that must be there; others may be as well
    /// - `lists`: names of columns that must be there and whose cells are lists such as `"Designers, Editors"`; they
    ///   become lists of names without blank ones
    /// - `delimiter`: the character between cells, `","` unless said otherwise; `";"` and `"\t"` are frequent
    /// - `encoding`: `"utf-8"`, `"utf-16"` (Excel's "Unicode text"), `"windows-1252"` (Excel's plain "CSV" in Western
    ///   Europe and the Americas) or `"latin-1"`
    /// - `min_rows`: how many rows must be there, 0 unless said otherwise
    ///
    /// # Errors
    /// `file` as for `read_csv(path)`, and when columns or rows are missing.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("source.csv", [#{mail: "ben.osei@example.com", groups: ["Designers", "Editors"]}]);
    /// for row in read_csv("source.csv", #{columns: ["mail"], lists: ["groups"], min_rows: 1}) {
    ///     print(`${row.mail}: ${row.groups.len()} groups`);
    /// }
    /// ```
    #[rhai_fn(name = "read_csv", volatile, return_raw)]
    pub fn read_csv_of_shape(context: NativeCallContext, path: &str, options: Map) -> RhaiResultOf<Array> {
        let options = CallOptions::new("read_csv", options, SHAPE);
        session(&context).and_then(|session| rows(&session, path, &options?)).at(&context)
    }

    /// Goes through a CSV file row by row without keeping it, for files of any size.
    ///
    /// The rows are those of `read_csv(path)`, and so are its errors: the whole file is looked through before the first
    /// row is given out. What is answered can be gone through by `for`, each time from the beginning, and has a `len()`;
    /// for everything else that a list can do there is `read_csv`.
    ///
    /// # Errors
    /// `file` as for `read_csv(path)`, and when the file changes in the midst of it.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people.csv", [#{email: "ben.osei@example.com"}]);
    /// let changes = queue();
    /// for row in stream_csv("people.csv") { changes.add_to_groups(row.email, "Designers"); }
    /// print(changes.finish().completed);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn stream_csv(context: NativeCallContext, path: &str) -> RhaiResultOf<RowStream> {
        session(&context)
            .and_then(|session| passage(&session, path, &CallOptions::none("stream_csv")))
            .at(&context)
    }

    /// Goes through a CSV file that must look as the options say, row by row without keeping it.
    ///
    /// # Options
    /// - `columns`: names of columns that must be there; others may be as well
    /// - `lists`: names of columns that must be there and whose cells are lists such as `"Designers, Editors"`
    /// - `delimiter`: the character between cells, `","` unless said otherwise
    /// - `encoding`: as for `read_csv(path, options)`; a file in another one than UTF-8 is kept while it is gone through
    /// - `min_rows`: how many rows must be there, 0 unless said otherwise
    ///
    /// # Errors
    /// As `read_csv(path, options)`.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("source.csv", [#{mail: "ben.osei@example.com", groups: ["Designers", "Editors"]}]);
    /// for row in stream_csv("source.csv", #{lists: ["groups"], min_rows: 1}) {
    ///     print(`${row.mail}: ${row.groups.len()} groups`);
    /// }
    /// ```
    #[rhai_fn(name = "stream_csv", volatile, return_raw)]
    pub fn stream_csv_of_shape(
        context: NativeCallContext,
        path: &str,
        options: Map,
    ) -> RhaiResultOf<RowStream> {
        let options = CallOptions::new("stream_csv", options, SHAPE);
        session(&context).and_then(|session| passage(&session, path, &options?)).at(&context)
    }

    /// Writes rows to a CSV file and returns their number.
    ///
    /// Rows are a list of maps, records, rows of another file or plain values (which get a column `value`), or a
    /// listing of users or groups. The columns are all keys of any row, in the order in which they first appear
    /// (those of a map are in alphabetical order). Lists in cells are joined by commas so that `read_csv` reads them
    /// back; cells that a spreadsheet would take for formulas get an apostrophe in front. The file is written aside
    /// and put in place at the end: after an error the old one is untouched. The path is relative to the current
    /// folder.
    ///
    /// # Errors
    /// `file` when the file cannot be written, `usage` for a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// let rows = [#{email: "ben.osei@example.com", groups: ["Designers", "Editors"]}];
    /// print(write_csv("people.csv", rows));
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn write_csv(context: NativeCallContext, path: &str, rows: Dynamic) -> RhaiResultOf<i64> {
        let options = CallOptions::none("write_csv");
        session(&context).and_then(|session| save(&session, path, rows, &options)).at(&context)
    }

    /// Writes rows as a CSV file as the options say, and returns their number.
    ///
    /// # Options
    /// - `columns`: names of the columns to write, in this order; each must be one of some row. With no rows at all
    ///   they make the header
    /// - `if_exists`: what to do if the file exists: `"replace"` it, stop with an `"error"`, `"append"` rows under its
    ///   header, or `"number"`: write `people-2.csv`, `people-3.csv` and so on, and note which. Without this option,
    ///   a script replaces the file and notes it; at the prompt, it is an error
    ///
    /// # Errors
    /// `file` and `usage` as for `write_csv(path, rows)`; `file` when the file is there and must not be, or has no
    /// column for what is appended; `usage` for a column that no row has.
    ///
    /// # Example
    /// ```rhai
    /// let failed = [#{email: "ben.osei@example.com", reason: "no such group"}];
    /// write_csv("failed.csv", failed, #{columns: ["reason", "email"]});
    /// write_csv("failed.csv", failed, #{if_exists: "append"});
    /// print(read_csv("failed.csv").len());
    /// ```
    #[rhai_fn(name = "write_csv", volatile, return_raw)]
    pub fn write_csv_as(
        context: NativeCallContext,
        path: &str,
        rows: Dynamic,
        options: Map,
    ) -> RhaiResultOf<i64> {
        let options = CallOptions::new("write_csv", options, PLAN);
        session(&context).and_then(|session| save(&session, path, rows, &options?)).at(&context)
    }
}

/// The options of reading.
const SHAPE: &[&str] = &["columns", "lists", "delimiter", "encoding", "min_rows"];
/// The options of writing.
const PLAN: &[&str] = &["columns", "if_exists"];

fn rows(session: &Session, path: &str, options: &CallOptions) -> Result<Array> {
    let (rows, digest) = read(Path::new(path), &shape(options)?, session.interrupt())?;
    tracked_files::record_input(session, Path::new(path), &digest, Some(rows.len()))?;
    Ok(rows.into_iter().map(Dynamic::from).collect())
}

fn passage(session: &Session, path: &str, options: &CallOptions) -> Result<RowStream> {
    let passage = RowStream::of(Path::new(path), shape(options)?, session.interrupt())?;
    tracked_files::record_input(session, Path::new(path), passage.digest(), Some(passage.rows()))?;
    Ok(passage)
}

fn shape(options: &CallOptions) -> Result<CsvShape> {
    let encoding = options.choice("encoding", FileEncoding::NAMES)?;
    Ok(CsvShape {
        columns: options.texts("columns")?.unwrap_or_default(),
        lists: options.texts("lists")?.unwrap_or_default(),
        delimiter: delimiter(options)?,
        encoding: encoding.and_then(FileEncoding::parse),
        min_rows: options.count("min_rows")?.unwrap_or_default(),
    })
}

fn delimiter(options: &CallOptions) -> Result<char> {
    let Some(value) = options.value("delimiter") else { return Ok(',') };
    let text = value.to_string();
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some('"' | '\n' | '\r'), None) => {
            Err(Error::usage("a quote or a line end cannot be the `delimiter` of a CSV file"))
        }
        (Some(letter), None) if value.is_string() || value.is_char() => Ok(letter),
        _ => Err(options.wrong("delimiter", "one character", value)),
    }
}

fn save(session: &Session, path: &str, rows: Dynamic, options: &CallOptions) -> Result<i64> {
    let if_exists = options.choice("if_exists", IfExists::NAMES)?;
    let if_exists = if_exists.and_then(IfExists::parse);
    let (columns, content) = (options.texts("columns")?, CsvContent::of(rows)?);
    let (path, rows) =
        tracked_files::write_output(session, Path::new(path), if_exists, |path, if_exists| {
            let plan = CsvWritePlan { columns: columns.clone(), if_exists };
            let written = write(path, &content, &plan, session.interrupt())?;
            Ok((written.path, written.rows))
        })?;
    if if_exists == Some(IfExists::Number) {
        session.console().note(&format!("wrote {}", path.display()));
    }
    Ok(i64::try_from(rows).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use crate::script::testing::Bench;
    use serde_json::json;

    /// Code in which `path` is a file in a folder of its own.
    fn in_folder(code: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv").display().to_string();
        (folder, format!("const PATH = {path:?};\n{code}"))
    }

    fn value(code: &str) -> serde_json::Value {
        let (_folder, code) = in_folder(code);
        Bench::default().value(&code)
    }

    fn error(code: &str, key: &str) -> String {
        let (_folder, code) = in_folder(code);
        Bench::default().thrown(&code, key)
    }

    #[test]
    fn what_was_written_is_read_back() {
        let code = r#"
            write_csv(PATH, [#{name: "=1+1", groups: ["A", "B, C"]}, #{name: "O'Neil \"J\"", groups: []}]);
            read_csv(PATH, #{lists: "groups"})"#;
        let rows = json!([{"groups": ["A", "B, C"], "name": "=1+1"}, {"groups": [], "name": "O'Neil \"J\""}]);
        assert_eq!(value(code), rows);
    }

    #[test]
    fn rows_can_be_written_again_and_printed() {
        let code = r#"
            write_csv(PATH, [#{a: 1, b: 2}], #{columns: ["b", "a"]});
            let rows = read_csv(PATH);
            write_csv(PATH, rows);
            `${rows} ${read_csv(PATH)[0].keys()}`"#;
        assert_eq!(value(code), json!(r#"[{"b":"2","a":"1"}] ["b", "a"]"#));
    }

    #[test]
    fn rows_are_a_list_with_everything_a_list_can_do() {
        let code = r#"
            write_csv(PATH, [#{mail: " a@example.com ", country: "US"}, #{mail: "b@example.com", country: "DE"}]);
            read_csv(PATH).filter(|row| row.country == "DE").map(|row| row.mail)"#;
        assert_eq!(value(code), json!(["b@example.com"]));
    }

    #[test]
    fn a_file_can_be_gone_through_without_being_kept_and_as_often_as_one_likes() {
        let code = r#"
            write_csv(PATH, [#{mail: "a@example.com", groups: ["A", "B"]}, #{mail: "b@example.com", groups: []}]);
            let file = stream_csv(PATH, #{lists: "groups", min_rows: 2}); let seen = [];
            for round in 0..2 { for row in file { seen.push(`${row.mail} ${row.groups.len()}`); } }
            [seen, file.len(), file.to_string().contains("2 rows of ")]"#;
        let seen = ["a@example.com 2", "b@example.com 0"].repeat(2);
        assert_eq!(value(code), json!([seen, 2, true]));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_before_the_first_row_of_a_stream() {
        let (folder, code) = in_folder("let seen = 0; for row in stream_csv(PATH) { seen += 1; } seen");
        std::fs::write(folder.path().join("people.csv"), "a,b\n1,2\n3\n").unwrap();
        let message = Bench::default().thrown(&code, "error");
        assert!(message.contains("people.csv:3: "), "{message}");
        let code = "write_csv(PATH, [1]); let file = stream_csv(PATH); write_csv(PATH, [#{other: 2}]);
            let seen = []; for row in file { seen += row.keys(); } seen";
        assert_eq!(value(code), json!(["other"]));
        assert!(
            error("write_csv(PATH, [1]); stream_csv(PATH, #{min_rows: 2})", "error").contains("too few rows")
        );
    }

    #[test]
    fn in_place_functions_leave_a_row_as_it_is() {
        let code =
            r#"write_csv(PATH, ["A"]); let row = read_csv(PATH)[0]; row.value.make_lower() + row.value"#;
        assert_eq!(value(code), json!("aA"));
    }

    #[test]
    fn the_delimiter_is_one_character() {
        assert_eq!(
            error(r#"read_csv(PATH, #{delimiter: ";;"})"#, "error"),
            "`delimiter` of read_csv must be one character, not a string"
        );
        let (folder, code) = in_folder("read_csv(PATH, #{delimiter: ';', encoding: \"latin-1\"})");
        std::fs::write(folder.path().join("people.csv"), b"x;y\n1,5;Zo\xEB\n").unwrap();
        assert_eq!(Bench::default().value(&code), json!([{"x": "1,5", "y": "Zoë"}]));
    }

    #[test]
    fn errors_have_the_line_of_the_script_and_of_the_file() {
        assert_eq!(error("read_csv(PATH)", "line"), "2");
        let message = error(r#"write_csv(PATH, ["x"]); read_csv(PATH, #{columns: "y"})"#, "error");
        assert!(message.ends_with("people.csv:1: no column `y`; it has only `value`"), "{message}");
    }

    #[test]
    fn a_numbered_file_is_noted() {
        let (_folder, code) = in_folder(r#"for n in 0..2 { write_csv(PATH, [n], #{if_exists: "number"}); }"#);
        let lines = Bench::default().lines(&code);
        assert!(lines[1].starts_with("note: wrote ") && lines[1].ends_with("people-2.csv"), "{lines:?}");
    }
}
