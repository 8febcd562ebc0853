//! Values as rows and columns: what tables, CSV output and CSV files have in common. Pure.

pub(crate) mod workbook;

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::io::{self, Write};

/// What joins the entries of a list in a cell, as in Adobe's sample `source.csv`.
pub const LIST_SEPARATOR: &str = ",";

/// The characters that start a formula in a spreadsheet.
const FORMULA_STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r'];

/// The documented fields of a user, in the service's order. They are columns whoever is in the list: a list in which
/// nobody has groups has the column `groups` too.
pub(crate) const USER_COLUMNS: &[&str] =
    &["email", "status", "groups", "username", "domain", "firstname", "lastname", "country", "type", "id"];

/// Whether the records are users, recognized by the fields that every user has.
fn are_users(records: &[&Map<String, Value>]) -> bool {
    let is_user = |record: &&Map<String, Value>| {
        ["type", "id", "status"].iter().all(|key| record.contains_key(*key))
            && (record.contains_key("email") || record.contains_key("username"))
    };
    !records.is_empty() && records.iter().all(is_user)
}

/// A header and its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TabularRows {
    /// The columns: every key of any record, in the order of first appearance.
    pub columns: Vec<String>,
    /// One row a record, one cell a column.
    pub cells: Vec<Vec<String>>,
}

impl TabularRows {
    /// A list of records, one record, a list of plain values or a plain value; the last two have one column `value`.
    pub fn of(value: &Value) -> Self {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        match items.iter().map(Value::as_object).collect::<Option<Vec<_>>>() {
            Some(records) => Self::of_records(&records),
            None => Self {
                columns: vec!["value".to_owned()],
                cells: items.iter().map(|item| vec![cell(item)]).collect(),
            },
        }
    }

    fn of_records(records: &[&Map<String, Value>]) -> Self {
        let mut columns: Vec<String> = Vec::new();
        let mut known = std::collections::HashSet::new();
        let documented = if are_users(records) { USER_COLUMNS } else { &[] };
        for column in documented {
            known.insert(*column);
            columns.push((*column).to_owned());
        }
        for key in records.iter().flat_map(|record| record.keys()) {
            if known.insert(key.as_str()) {
                columns.push(key.clone());
            }
        }
        let row = |record: &&Map<String, Value>| {
            columns.iter().map(|column| record.get(column).map(cell).unwrap_or_default()).collect()
        };
        Self { cells: records.iter().map(row).collect(), columns }
    }

    /// The rows as CSV (RFC 4180) with formula cells defused.
    pub fn to_csv(&self) -> String {
        if self.columns.is_empty() {
            return String::new(); // a row without cells would be read as one empty cell
        }
        let mut writer = CsvWriter::new(Vec::new());
        let rows = std::iter::once(&self.columns).chain(&self.cells);
        rows.map(|row| writer.row(row)).take_while(Result::is_ok).for_each(drop);
        String::from_utf8(writer.into_inner()).unwrap_or_default()
    }
}

/// What ends the lines of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// `\n`.
    #[default]
    Feed,
    /// `\r\n`.
    ReturnFeed,
    /// `\r`.
    Return,
}

impl LineEnd {
    /// What ends the first line of a string.
    pub fn of(text: &str) -> Self {
        match text.find(['\n', '\r']).map(|place| &text[place..]) {
            Some(end) if end.starts_with("\r\n") => Self::ReturnFeed,
            Some(end) if end.starts_with('\r') => Self::Return,
            _ => Self::Feed,
        }
    }

    /// Its characters.
    pub fn text(self) -> &'static str {
        match self {
            Self::Feed => "\n",
            Self::ReturnFeed => "\r\n",
            Self::Return => "\r",
        }
    }
}

/// What stands between cells and rows.
#[derive(Debug, Clone, Copy)]
pub struct CsvStyle {
    /// The character between cells.
    pub delimiter: u8,
    /// What ends rows.
    pub line_end: LineEnd,
    /// Whether cells that look like formulas stay as they are.
    pub keeps_formulas: bool,
}

impl Default for CsvStyle {
    fn default() -> Self {
        Self { delimiter: b',', line_end: LineEnd::Feed, keeps_formulas: false }
    }
}

/// Writes rows as CSV (RFC 4180), one after the other, with formula cells defused.
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
    keeps_formulas: bool,
}

impl<W: Write> CsvWriter<W> {
    /// Writes to `target`; nothing yet, not even a header.
    pub fn new(target: W) -> Self {
        Self::with(target, CsvStyle::default())
    }

    /// Writes to `target` in another style.
    pub fn with(target: W, style: CsvStyle) -> Self {
        let terminator = match style.line_end {
            LineEnd::Feed => csv::Terminator::Any(b'\n'),
            LineEnd::ReturnFeed => csv::Terminator::CRLF,
            LineEnd::Return => csv::Terminator::Any(b'\r'),
        };
        let writer =
            csv::WriterBuilder::new().terminator(terminator).delimiter(style.delimiter).from_writer(target);
        Self { writer, keeps_formulas: style.keeps_formulas }
    }

    /// Writes one row; the header is a row as well.
    ///
    /// # Errors
    /// The target's; and rows that differ in length.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> io::Result<()> {
        for cell in cells {
            if self.keeps_formulas {
                self.writer.write_field(cell.as_ref())?;
            } else {
                self.writer.write_field(&*defuse(cell.as_ref()))?;
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes everything to the target.
    ///
    /// # Errors
    /// The target's.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl CsvWriter<Vec<u8>> {
    fn into_inner(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}

/// A value as the text of a cell: empty for null, lists joined, records as JSON. [`list`] parses a list back.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(entry).collect::<Vec<_>>().join(LIST_SEPARATOR)
        }
        other => other.to_string(),
    }
}

/// An entry of a list; quoted if it would otherwise be parsed as several, or as a quoted one.
fn entry(value: &Value) -> String {
    let text = cell(value);
    if text.contains([',', '\n', '\r']) || text.starts_with('"') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The entries of a list in a cell, trimmed; empty ones are skipped. An entry in quotes may contain a comma.
pub fn list(cell: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(cell.as_bytes());
    let lines = reader.records().filter_map(Result::ok);
    let entries = lines.flat_map(|line| line.iter().map(str::to_owned).collect::<Vec<_>>());
    entries.filter(|entry| !entry.is_empty()).collect()
}

/// A cell that a spreadsheet does not take for a formula: one that looks like a formula gets an apostrophe in front.
/// Numbers stay as they are. [`restore`] removes the apostrophe.
pub fn defuse(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) && cell.parse::<f64>().is_err() || is_defused(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A cell as it was before [`defuse`].
pub fn restore(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_defused(cell)).unwrap_or(cell)
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(FORMULA_STARTS)
}

fn is_defused(cell: &str) -> bool {
    cell.starts_with('\'') && is_formula(cell.trim_start_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_all_keys_in_the_order_of_their_first_appearance() {
        let rows = TabularRows::of(
            &json!([{"email": "a@example.com"}, {"country": "US", "email": "b@example.com"}]),
        );
        assert_eq!(rows.columns, ["email", "country"]);
        assert_eq!(rows.cells, [["a@example.com", ""], ["b@example.com", "US"]]);
    }

    #[test]
    fn plain_values_are_a_column_of_their_own() {
        assert_eq!(TabularRows::of(&json!(["x", 2])), TabularRows::of(&json!(["x", "2"])));
        assert_eq!(TabularRows::of(&json!(7)).cells, [["7"]]);
    }

    #[test]
    fn lists_are_joined_and_records_become_json() {
        assert_eq!(cell(&json!(["A", "B"])), "A,B");
        assert_eq!(cell(&json!({"a": 1})), r#"{"a":1}"#);
        assert_eq!(cell(&json!([{"a": 1}])), r#"[{"a":1}]"#);
        assert_eq!(cell(&json!(null)), "");
    }

    #[test]
    fn no_records_are_no_text() {
        assert_eq!(TabularRows::of(&json!([])).to_csv(), "");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let rows = TabularRows::of(&json!([{"name": "Doe, \"J\"", "groups": ["A", "B"]}]));
        assert_eq!(rows.to_csv(), "name,groups\n\"Doe, \"\"J\"\"\",\"A,B\"\n");
    }

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        assert_eq!(defuse("=cmd()"), "'=cmd()");
        assert_eq!(defuse("@x"), "'@x");
        assert_eq!(defuse("-5"), "-5");
        assert_eq!(defuse("a=b"), "a=b");
    }

    #[test]
    fn a_defused_cell_is_restored_exactly() {
        for cell in ["=1+1", "-x", "-5", "'=x", "''@y", "O'Neil", "'quoted'", "+49 30", ""] {
            assert_eq!(restore(&defuse(cell)), cell);
        }
    }

    #[test]
    fn a_list_is_read_back_from_its_cell() {
        for names in [json!(["A", "B"]), json!(["Design, Print", "\"The\" best", "5\" disk"]), json!([])] {
            assert_eq!(json!(list(&cell(&names))), names);
        }
    }

    #[test]
    fn entries_of_a_list_are_trimmed_and_empty_ones_are_skipped() {
        assert_eq!(list(" A , ,B\n C,"), ["A", "B", "C"]);
        assert!(list(" ").is_empty());
    }
}
