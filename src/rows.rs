//! Values as rows and columns: what tables, CSV output and CSV files have in common. Pure.

use serde_json::{Map, Value};
use std::borrow::Cow;

/// What joins the entries of a list in a cell, as in Adobe's sample `source.csv`.
pub const LIST_SEPARATOR: &str = ",";

/// The characters with which a spreadsheet takes a cell for a formula.
const FORMULA_STARTS: &[char] = &['=', '+', '-', '@', '\t', '\r'];

/// A header and its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The columns: every key of any record, in the order of first appearance.
    pub columns: Vec<String>,
    /// One row a record, one cell a column.
    pub cells: Vec<Vec<String>>,
}

impl Rows {
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
        for key in records.iter().flat_map(|record| record.keys()) {
            if known.insert(key) {
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
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        let defused =
            |row: &Vec<String>| row.iter().map(|cell| defuse(cell).into_owned()).collect::<Vec<_>>();
        let rows = std::iter::once(&self.columns).chain(&self.cells).map(defused);
        rows.map(|row| writer.write_record(row)).take_while(Result::is_ok).for_each(drop);
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// A value as the text of a cell: nothing for null, lists joined, records as JSON.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(LIST_SEPARATOR)
        }
        other => other.to_string(),
    }
}

/// A cell that no spreadsheet takes for a formula: an apostrophe stands before one that looks so. Numbers stay.
pub fn defuse(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA_STARTS) && cell.parse::<f64>().is_err() {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_all_keys_in_the_order_of_their_first_appearance() {
        let rows =
            Rows::of(&json!([{"email": "a@example.com"}, {"country": "US", "email": "b@example.com"}]));
        assert_eq!(rows.columns, ["email", "country"]);
        assert_eq!(rows.cells, [["a@example.com", ""], ["b@example.com", "US"]]);
    }

    #[test]
    fn plain_values_are_a_column_of_their_own() {
        assert_eq!(Rows::of(&json!(["x", 2])), Rows::of(&json!(["x", "2"])));
        assert_eq!(Rows::of(&json!(7)).cells, [["7"]]);
    }

    #[test]
    fn lists_are_joined_and_records_become_json() {
        assert_eq!(cell(&json!(["A", "B"])), "A,B");
        assert_eq!(cell(&json!({"a": 1})), r#"{"a":1}"#);
        assert_eq!(cell(&json!([{"a": 1}])), r#"[{"a":1}]"#);
        assert_eq!(cell(&json!(null)), "");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let rows = Rows::of(&json!([{"name": "Doe, \"J\"", "groups": ["A", "B"]}]));
        assert_eq!(rows.to_csv(), "name,groups\n\"Doe, \"\"J\"\"\",\"A,B\"\n");
    }

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        assert_eq!(defuse("=cmd()"), "'=cmd()");
        assert_eq!(defuse("@x"), "'@x");
        assert_eq!(defuse("-5"), "-5");
        assert_eq!(defuse("a=b"), "a=b");
    }
}
