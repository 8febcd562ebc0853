//! Reading and writing Excel workbooks.

use crate::error::Result;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::files::xlsx::writer::{WorkbookContent, write};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::tracked_files;
use crate::store::output_file::IfExists;
use crate::values::options::CallOptions;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use std::path::Path;

/// Excel workbooks.
#[export_module]
pub mod functions {
    /// Reads the sheet of an Excel workbook (`.xlsx`) into a list of rows.
    ///
    /// Rows read like those of `read_csv`: the first row that is not blank is the header, cells are strings, blank rows
    /// are skipped. Dates are strings such as `2026-11-28`, whole numbers have no decimals. Formulas have the value
    /// that Excel saved with them.
    ///
    /// # Errors
    /// `file` if the file is not a workbook, or if a cell has an error such as #N/A, with its address. Hidden rows, also
    /// those that a filter hides, and several sheets with rows are errors unless the options say what to do.
    ///
    /// # Example
    /// ```rhai
    /// write_xlsx("people.xlsx", [#{email: "ben.osei@example.com", country: "US"}]);
    /// for row in read_xlsx("people.xlsx") {
    ///     print(`${row.email} ${row.country}`);
    /// }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_xlsx(context: NativeCallContext, path: &str) -> RhaiResultOf<Array> {
        session(&context)
            .and_then(|session| rows(&session, path, &CallOptions::none("read_xlsx")))
            .at(&context)
    }

    /// Reads the sheet of an Excel workbook that must have the given shape.
    ///
    /// # Options
    /// - `sheet`: the name of the sheet; needed if several have rows
    /// - `hidden`: `"skip"` leaves hidden rows out, `"read"` reads them; otherwise they are an error
    /// - `header_row`: the number of the row with the header, by default the first that is not blank
    /// - `columns`: as for `read_csv(path, options)`
    /// - `lists`: as for `read_csv(path, options)`
    /// - `rename`: as for `read_csv(path, options)`
    /// - `min_rows`: as for `read_csv(path, options)`
    ///
    /// # Errors
    /// `file` as for `read_xlsx(path)`, and if the sheet, columns or rows are missing.
    ///
    /// # Example
    /// ```rhai
    /// write_xlsx("people.xlsx", #{
    ///     Staff: [#{mail: "ben.osei@example.com", groups: ["Designers", "Editors"]}],
    ///     Guests: [#{mail: "femi.adeyemi@example.net"}],
    /// });
    /// for row in read_xlsx("people.xlsx", #{sheet: "Staff", lists: "groups", hidden: "skip"}) {
    ///     print(`${row.mail}: ${row.groups.len()} groups`);
    /// }
    /// ```
    #[rhai_fn(name = "read_xlsx", volatile, return_raw)]
    pub fn read_xlsx_of_shape(context: NativeCallContext, path: &str, options: Map) -> RhaiResultOf<Array> {
        let options = CallOptions::new("read_xlsx", options, &TableOptions::FOR_WORKBOOK);
        session(&context).and_then(|session| rows(&session, path, &options?)).at(&context)
    }

    /// Writes rows to an Excel workbook and returns their number.
    ///
    /// Rows and columns are as in `write_csv`. The header is bold, stays in view and has a filter; columns are as wide as
    /// their cells. Numbers are numbers; strings are never formulas, whatever they begin with. A map of lists makes a
    /// workbook with a sheet for each. After an error the existing file is unchanged.
    ///
    /// # Errors
    /// `file` if the file cannot be written, or if Excel does not allow the name of a sheet or the length of a string;
    /// `usage` for a value that is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// let rows = [#{email: "ben.osei@example.com", groups: ["Designers", "Editors"]}];
    /// print(write_xlsx("people.xlsx", rows));
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn write_xlsx(context: NativeCallContext, path: &str, rows: Dynamic) -> RhaiResultOf<i64> {
        let options = CallOptions::none("write_xlsx");
        session(&context).and_then(|session| save(&session, path, rows, &options)).at(&context)
    }

    /// Writes rows to an Excel workbook with options and returns their number.
    ///
    /// # Options
    /// - `columns`: names of the columns to write, in this order; each must be in some row of every sheet
    /// - `if_exists`: as for `write_csv(path, rows, options)`, but rows cannot be appended
    ///
    /// # Errors
    /// As `write_xlsx(path, rows)`; `file` if the file exists and must not; `usage` for a column that no row has.
    ///
    /// # Example
    /// ```rhai
    /// let failed = [#{email: "ben.osei@example.com", reason: "no such group"}];
    /// write_xlsx("failed.xlsx", failed, #{columns: ["reason", "email"], if_exists: "number"});
    /// ```
    #[rhai_fn(name = "write_xlsx", volatile, return_raw)]
    pub fn write_xlsx_as(
        context: NativeCallContext,
        path: &str,
        rows: Dynamic,
        options: Map,
    ) -> RhaiResultOf<i64> {
        let options = CallOptions::new("write_xlsx", options, &["columns", "if_exists"]);
        session(&context).and_then(|session| save(&session, path, rows, &options?)).at(&context)
    }
}

fn rows(session: &Session, path: &str, options: &CallOptions) -> Result<Array> {
    let path = tracked_files::input(session, path)?;
    let file = TableFile::open(session, &path, &TableOptions::of(options)?, AcceptedFormat::Workbook)?;
    let (rows, digest) = file.read(session.interrupt())?;
    tracked_files::record_input(session, &path, &digest, Some(rows.len()))?;
    Ok(rows.into_iter().map(Dynamic::from).collect())
}

fn save(session: &Session, path: &str, rows: Dynamic, options: &CallOptions) -> Result<i64> {
    let if_exists = options.choice("if_exists", WRITE_CHOICES)?.and_then(IfExists::parse);
    let (columns, content) = (options.texts("columns")?, WorkbookContent::of(rows)?);
    let (path, rows) =
        tracked_files::write_output(session, Path::new(path), if_exists, |path, if_exists| {
            write(path, &content, columns.as_deref(), if_exists, session.interrupt())
        })?;
    if if_exists == Some(IfExists::Number) {
        session.console().note(&format!("wrote {}", path.display()));
    }
    Ok(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// The choices of `if_exists`.
const WRITE_CHOICES: &[&str] = &["replace", "error", "number", "keep"];

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use serde_json::json;
    use std::path::{Path, PathBuf};

    fn value(path: &Path, code: &str) -> serde_json::Value {
        ScriptTest::default().value(&format!("const PATH = {:?};\n{code}", path.display().to_string()))
    }

    fn error(path: &Path, code: &str) -> String {
        let code = format!("const PATH = {:?};\n{code}", path.display().to_string());
        let message = ScriptTest::default().thrown(&code, "error");
        message.replace(&path.display().to_string(), "people.xlsx")
    }

    /// A workbook as people make them.
    fn workbook(fill: impl FnOnce(&mut Workbook)) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.xlsx");
        let mut workbook = Workbook::new();
        fill(&mut workbook);
        workbook.save(&path).unwrap();
        (folder, path)
    }

    #[test]
    fn written_rows_read_back_and_are_no_formulas() {
        let (_folder, path) = workbook(|workbook| _ = workbook.add_worksheet());
        let code = r#"
            let rows = [#{name: "=1+1", groups: ["A", "B, C"], n: 2}, #{name: "https://example.com", groups: [], n: 2.5}];
            write_xlsx(PATH, rows);
            read_xlsx(PATH, #{lists: "groups"})"#;
        let expected = json!([
            {"groups": ["A", "B, C"], "n": "2", "name": "=1+1"},
            {"groups": [], "n": "2.5", "name": "https://example.com"}
        ]);
        assert_eq!(value(&path, code), expected);
    }

    #[test]
    fn dates_numbers_and_formulas_are_read_as_excel_shows_them() {
        let (_folder, path) = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write_row(2, 1, ["start", "", "id", "when", "sum"]).unwrap();
            let date = ExcelDateTime::from_ymd(2026, 11, 28).unwrap();
            sheet.write_with_format(3, 1, &date, &Format::new().set_num_format("dd.mm.yyyy")).unwrap();
            sheet.write(3, 3, 4711).unwrap();
            let time = date.and_hms(18, 20, 44).unwrap();
            sheet
                .write_with_format(3, 4, &time, &Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"))
                .unwrap();
            sheet.write_formula(3, 5, rust_xlsxwriter::Formula::new("=1+2").set_result("3")).unwrap();
        });
        let row = json!({"start": "2026-11-28", "id": "4711", "when": "2026-11-28T18:20:44", "sum": "3"});
        assert_eq!(value(&path, "read_xlsx(PATH)"), json!([row]));
    }

    #[test]
    fn hidden_rows_are_never_read_silently() {
        let (_folder, path) = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet
                .write_column(0, 0, ["email", "a@example.com", "b@example.com", "", "c@example.com"])
                .unwrap();
            sheet.set_row_hidden(2).unwrap();
            sheet.set_row_hidden(3).unwrap();
            sheet.set_row_height(4, 0).unwrap();
        });
        let message = "people.xlsx:Sheet1: the sheet has hidden rows, perhaps through a filter: 3, 5";
        assert_eq!(error(&path, "read_xlsx(PATH)"), message);
        let mails = |hidden: &str| {
            value(&path, &format!("read_xlsx(PATH, #{{hidden: {hidden:?}}}).map(|row| row.email)"))
        };
        assert_eq!(mails("skip"), json!(["a@example.com"]));
        assert_eq!(mails("read"), json!(["a@example.com", "b@example.com", "c@example.com"]));
        assert_eq!(error(&path, "multi_action(PATH)"), message);
    }

    #[test]
    fn several_sheets_need_a_choice_and_blank_or_hidden_ones_do_not_count() {
        let (_folder, path) = workbook(|workbook| {
            for (name, mail) in [("Staff", "a@example.com"), ("Guests", "b@example.com")] {
                workbook.add_worksheet().set_name(name).unwrap().write_column(0, 0, ["mail", mail]).unwrap();
            }
            let blank = workbook.add_worksheet().set_name("Blank").unwrap();
            blank.write_blank(0, 0, &Format::new().set_bold()).unwrap();
            workbook.add_worksheet().set_name("Old").unwrap().set_hidden(true).write(0, 0, "mail").unwrap();
        });
        assert_eq!(
            error(&path, "read_xlsx(PATH)"),
            "people.xlsx: the workbook has 2 sheets with rows: `Staff`, `Guests`"
        );
        assert_eq!(value(&path, "read_xlsx(PATH, #{sheet: \"guests\"})"), json!([{"mail": "b@example.com"}]));
        assert_eq!(value(&path, "read_xlsx(PATH, #{sheet: \"Old\"})"), json!([]));
        assert_eq!(
            error(&path, "read_xlsx(PATH, #{sheet: \"Stuff\"})"),
            "people.xlsx: the workbook has no sheet `Stuff`"
        );
    }

    #[test]
    fn all_cells_with_errors_are_named_at_once() {
        let (_folder, path) = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write_row(0, 0, ["mail", "manager"]).unwrap();
            for row in 1..3 {
                sheet.write(row, 0, "a@example.com").unwrap();
                sheet
                    .write_formula(row, 1, rust_xlsxwriter::Formula::new("=NA()").set_result("#N/A"))
                    .unwrap();
            }
        });
        let message = error(&path, "read_xlsx(PATH)");
        assert!(message.contains("the cell B2 has the error #N/A"), "{message}");
        assert!(message.contains("the cell B3 has the error #N/A"), "{message}");
    }

    #[test]
    fn a_file_of_another_kind_names_the_function_that_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.xlsx");
        std::fs::write(&path, "mail\n").unwrap();
        assert_eq!(error(&path, "read_xlsx(PATH)"), "people.xlsx: this is not an Excel workbook");
        std::fs::write(&path, b"PK\x03\x04 xl/ but broken").unwrap();
        assert!(
            error(&path, "read_xlsx(PATH)")
                .starts_with("people.xlsx: the workbook is damaged or not complete: ")
        );
        let (_folder, path) = workbook(|workbook| _ = workbook.add_worksheet());
        assert_eq!(error(&path, "read_csv(PATH)"), "people.xlsx: this is an Excel workbook, not a CSV file");
        assert_eq!(
            error(&path, "read_xlsx(PATH)"),
            "people.xlsx: the workbook has no rows in a visible sheet"
        );
    }

    #[test]
    fn what_excel_does_not_allow_is_refused_and_leaves_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.xlsx");
        std::fs::write(&path, "old").unwrap();
        for (code, message) in [
            (r#"write_xlsx(PATH, #{"a/b": [1]})"#, "people.xlsx: `a/b` is not a valid name of a sheet"),
            (
                r#"let long = "x"; for doubling in 0..16 { long += long; } write_xlsx(PATH, [1, long])"#,
                "people.xlsx: a string in row 3, column 1 is longer than the 32,767 characters",
            ),
            (r#"write_xlsx(PATH, [1], #{if_exists: "error"})"#, "people.xlsx: the file already exists"),
            ("write_xlsx(PATH, 1)", "the rows must be a list of records"),
        ] {
            assert!(error(&path, code).starts_with(message), "{code}: {}", error(&path, code));
            assert_eq!(std::fs::read(&path).unwrap(), b"old");
        }
    }

    #[test]
    fn a_header_row_can_be_named() {
        let (_folder, path) = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            sheet.write_column(0, 0, ["Staff of November", "", "mail", "a@example.com"]).unwrap();
        });
        assert_eq!(value(&path, "read_xlsx(PATH, #{header_row: 3})"), json!([{"mail": "a@example.com"}]));
        assert_eq!(
            error(&path, "read_xlsx(PATH, #{header_row: 2})"),
            "people.xlsx:Sheet1:2: there is no header"
        );
    }
}
