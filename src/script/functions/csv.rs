//! Reading and writing CSV files.

use crate::error::Result;
use crate::files::csv::csv_format::CsvFormat;
use crate::files::csv::writer::{CsvWritePlan, refuse_workbook, write};
use crate::files::table::content::TableContent;
use crate::files::table::row_stream::RowStream;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::tracked_files::{self, ReadablePath};
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
    /// Rows read like maps: `row.email`, `row["First name"]`. The first line that is not blank is the header, with the
    /// columns in any order. Cells are strings, trimmed of spaces; blank rows are skipped, blank cells at the end of a row
    /// may be missing. A column that does not exist is an error that names the nearest one. The character between cells
    /// (comma, semicolon or tab) is that of the header, or of a line `sep=;` before it. Quoted cells may contain it, and
    /// line breaks. An apostrophe that `write_csv` put before a formula is removed. The path is relative to the current
    /// folder; `-` is standard input.
    ///
    /// The file is UTF-8 or UTF-16. If it is neither, its encoding is guessed and the guess reported; a live run does not
    /// guess, but names the option to give.
    ///
    /// A row has `get(column)` (`()` if there is no such column), `keys()`, `to_map()`, `"column" in row`, and `source()`,
    /// the file and the line. All rows are kept in memory; `stream_csv(path)` iterates over a file of any size.
    ///
    /// # Errors
    /// `file` if the file cannot be read, or if rows are not valid, with their lines.
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

    /// Reads a CSV file that must have the given shape.
    ///
    /// # Options
    /// - `columns`: names of required columns; others are allowed
    /// - `lists`: names of required columns whose cells are lists such as `"Designers, Editors"`; blank names are
    ///   dropped
    /// - `delimiter`: the character between cells, or `"tab"`; by default `"auto"`
    /// - `encoding`: a label of the WHATWG's list, such as `"windows-1252"` (Excel's plain "CSV" in Western Europe and the
    ///   Americas), `"windows-1250"` (in Central Europe), `"shift_jis"` (in Japan) or `"utf-16"`; by default `"auto"`
    /// - `rename`: names of the header and the names by which the columns are read, such as `#{"Adres e-mail": "email"}`
    /// - `min_rows`: the least number of rows, by default 0
    /// - `header_row`: the number of the line or row with the header, by default the first that is not blank
    ///
    /// # Errors
    /// `file` as for `read_csv(path)`, and if columns or rows are missing.
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
        let options = CallOptions::new("read_csv", options, &TableOptions::FOR_CSV);
        session(&context).and_then(|session| rows(&session, path, &options?)).at(&context)
    }

    /// Opens a CSV file of any size for iteration, row by row, without loading it into memory.
    ///
    /// Rows and errors are as in `read_csv(path)`: the whole file is checked before the first row is returned. The
    /// result works with `for`, each time from the beginning, and has `len()`; use `read_csv` for the other functions
    /// of lists.
    ///
    /// # Errors
    /// `file` as for `read_csv(path)`, and if the file changes while it is read.
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
            .and_then(|session| open_stream(&session, path, &CallOptions::none("stream_csv")))
            .at(&context)
    }

    /// Opens a CSV file that must have the given shape for iteration, row by row.
    ///
    /// # Options
    /// - `columns`: names of required columns; others are allowed
    /// - `lists`: names of required columns whose cells are lists such as `"Designers, Editors"`
    /// - `delimiter`: as for `read_csv(path, options)`
    /// - `encoding`: as for `read_csv(path, options)`
    /// - `rename`: as for `read_csv(path, options)`
    /// - `min_rows`: the least number of rows, by default 0
    /// - `header_row`: as for `read_csv(path, options)`
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
        let options = CallOptions::new("stream_csv", options, &TableOptions::FOR_CSV);
        session(&context).and_then(|session| open_stream(&session, path, &options?)).at(&context)
    }

    /// Writes rows to a CSV file and returns their number.
    ///
    /// Rows are a list of maps, records, rows of another file or plain values (which get a column `value`), or a
    /// listing of users or groups. The columns are the keys of all rows, in the order of first appearance (the keys of
    /// a map are in alphabetical order). Lists in cells are joined by commas, so that `read_csv` can read them back.
    /// Cells that a spreadsheet would treat as formulas get an apostrophe in front. After an error the existing file is
    /// unchanged. The path is relative to the current folder.
    ///
    /// # Errors
    /// `file` if the file cannot be written, `usage` for a value that is not data, such as a function.
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

    /// Writes rows to a CSV file with options and returns their number.
    ///
    /// # Options
    /// - `columns`: names of the columns to write, in this order; each must be in some row. Without rows they are the
    ///   header
    /// - `if_exists`: what to do if the file exists: `"replace"` it, stop with an `"error"`, `"append"` rows under its
    ///   header, `"number"`: write to `people-2.csv`, `people-3.csv` and so on, and note the name, or `"keep"`: rename
    ///   the old file to a name with its date, such as `people-2026-11-28.csv`. By default a script replaces the file and
    ///   notes it; at the prompt, it is an error
    /// - `excel`: true writes what Excel opens with a double click: a byte order mark, line ends of Windows, and a
    ///   semicolon between cells where the language of the system (`LANG`) has a decimal comma
    /// - `delimiter`: the character between cells, by default `","`
    /// - `bom`: true begins the file with a byte order mark
    /// - `newline`: `"\n"` (by default) or `"\r\n"`
    /// - `encoding`: as for `read_csv(path, options)`, by default `"utf-8"`
    /// - `formulas`: `"keep"` adds no apostrophe to cells that look like formulas, for files that go to another program
    ///
    /// Rows that are appended follow the file that is there: its encoding, delimiter and line ends.
    ///
    /// # Errors
    /// `file` and `usage` as for `write_csv(path, rows)`; `file` if the file exists and must not, or lacks a column
    /// that is appended; `usage` for a column that no row has.
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
        let options = CallOptions::new("write_csv", options, &PLAN);
        session(&context).and_then(|session| save(&session, path, rows, &options?)).at(&context)
    }
}

/// The options of writing.
const PLAN: [&str; 8] =
    ["columns", "if_exists", "excel", "delimiter", "bom", "newline", "encoding", "formulas"];

fn open(session: &Session, path: &ReadablePath, options: &CallOptions) -> Result<TableFile> {
    TableFile::open(session, path, &TableOptions::of(options)?, AcceptedFormat::Csv)
}

fn rows(session: &Session, path: &str, options: &CallOptions) -> Result<Array> {
    let file = tracked_files::input(session, path)?;
    let (rows, digest) = open(session, &file, options)?.read(session.interrupt())?;
    tracked_files::record_input(session, &file, &digest, Some(rows.len()))?;
    Ok(rows.into_iter().map(Dynamic::from).collect())
}

fn open_stream(session: &Session, path: &str, options: &CallOptions) -> Result<RowStream> {
    let file = tracked_files::input(session, path)?;
    let stream = RowStream::of(open(session, &file, options)?, session.interrupt())?;
    tracked_files::record_input(session, &file, stream.digest(), Some(stream.rows()))?;
    Ok(stream)
}

fn save(session: &Session, path: &str, rows: Dynamic, options: &CallOptions) -> Result<i64> {
    let if_exists = options.choice("if_exists", IfExists::NAMES)?;
    let if_exists = if_exists.and_then(IfExists::parse);
    let (columns, format) = (options.texts("columns")?, CsvFormat::of(options)?);
    let content = TableContent::of(rows)?;
    refuse_workbook(Path::new(path))?;
    let (path, rows) =
        tracked_files::write_output(session, Path::new(path), if_exists, |path, if_exists| {
            let plan = CsvWritePlan { columns: columns.clone(), if_exists, format };
            let written = write(session, path, &content, &plan)?;
            Ok((written.path, written.rows))
        })?;
    if if_exists == Some(IfExists::Number) {
        session.console().note(&format!("wrote {}", path.display()));
    }
    Ok(i64::try_from(rows).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    /// Code in which `path` is a file in a folder of its own.
    fn in_folder(code: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv").display().to_string();
        (folder, format!("const PATH = {path:?};\n{code}"))
    }

    fn value(code: &str) -> serde_json::Value {
        let (_folder, code) = in_folder(code);
        ScriptTest::default().value(&code)
    }

    fn error(code: &str, key: &str) -> String {
        let (_folder, code) = in_folder(code);
        ScriptTest::default().thrown(&code, key)
    }

    #[test]
    fn written_rows_read_back() {
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
    fn rows_are_a_list() {
        let code = r#"
            write_csv(PATH, [#{mail: " a@example.com ", country: "US"}, #{mail: "b@example.com", country: "DE"}]);
            read_csv(PATH).filter(|row| row.country == "DE").map(|row| row.mail)"#;
        assert_eq!(value(code), json!(["b@example.com"]));
    }

    #[test]
    fn a_stream_can_be_iterated_repeatedly() {
        let code = r#"
            write_csv(PATH, [#{mail: "a@example.com", groups: ["A", "B"]}, #{mail: "b@example.com", groups: []}]);
            let file = stream_csv(PATH, #{lists: "groups", min_rows: 2}); let rows = [];
            for round in 0..2 { for row in file { rows.push(`${row.mail} ${row.groups.len()}`); } }
            [rows, file.len(), file.to_string().contains("2 rows of ")]"#;
        let rows = ["a@example.com 2", "b@example.com 0"].repeat(2);
        assert_eq!(value(code), json!([rows, 2, true]));
    }

    #[test]
    fn a_stream_reports_errors_before_its_first_row() {
        let (folder, code) = in_folder("let rows = 0; for row in stream_csv(PATH) { rows += 1; } rows");
        std::fs::write(folder.path().join("people.csv"), "a,b\n1,2\n3,4,5\n").unwrap();
        let message = ScriptTest::default().thrown(&code, "error");
        assert!(message.contains("people.csv:3: "), "{message}");
        let code = "write_csv(PATH, [1]); let file = stream_csv(PATH); write_csv(PATH, [#{other: 2}]);
            let rows = []; for row in file { rows += row.keys(); } rows";
        assert_eq!(value(code), json!(["value"]), "the rows that were checked");
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
        assert_eq!(ScriptTest::default().value(&code), json!([{"x": "1,5", "y": "Zoë"}]));
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
        let lines = ScriptTest::default().lines(&code);
        assert!(lines[1].starts_with("note: wrote ") && lines[1].ends_with("people-2.csv"), "{lines:?}");
    }
}
