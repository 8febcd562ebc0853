//! A value as text in the form the operator chose. Pure.

use super::pretty;
use crate::output::frame::TableFrame;
use crate::output::palette::ColorPalette;
use crate::tabular::TabularRows;
use crate::wire::invisible::{defused, escaped};
use serde_json::Value;

/// A form of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// Columns for people.
    Table,
    /// JSON: indented on a terminal, one line otherwise.
    Json,
    /// JSON, with one line for each entry of a list.
    JsonLines,
    /// CSV (RFC 4180) with a header.
    Csv,
    /// An Excel workbook, which is not text.
    Xlsx,
}

/// Where a value is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Canvas {
    /// Whether it is a terminal.
    pub terminal: bool,
    /// Columns of the terminal; `None` for no limit.
    pub width: Option<u16>,
    /// Colors.
    pub palette: ColorPalette,
}

/// The value in that format, without a line end; empty for null.
pub(crate) fn render(value: &Value, form: OutputForm, canvas: Canvas) -> String {
    match (form, value) {
        (_, Value::Null) | (OutputForm::Xlsx, _) => String::new(),
        (OutputForm::Json, _) if canvas.terminal => escaped(&format!("{value:#}")).into_owned(),
        (OutputForm::Json, _) => value.to_string(),
        (OutputForm::JsonLines, value) => {
            let entries = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let lines: Vec<_> = entries.iter().map(Value::to_string).collect();
            if canvas.terminal { escaped(&lines.join("\n")).into_owned() } else { lines.join("\n") }
        }
        (OutputForm::Csv, _) => {
            let text = TabularRows::of(value).to_csv();
            let text = text.trim_end_matches('\n');
            if canvas.terminal { defused(text).into_owned() } else { text.to_owned() }
        }
        (OutputForm::Table, _) => {
            pretty::value(value, TableFrame { width: canvas.width.map(usize::from), palette: canvas.palette })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FILE: Canvas = Canvas { terminal: false, width: None, palette: ColorPalette::PLAIN };

    #[test]
    fn a_list_of_records_is_a_table_with_a_header() {
        let users = json!([{"email": "a@example.com", "groups": ["X", "Y"]}, {"email": "b@example.com"}]);
        let lines: Vec<_> = render(&users, OutputForm::Table, FILE).lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "email          groups");
        assert!(lines[1].starts_with("────"));
        assert_eq!(lines[2], "a@example.com  X, Y");
        assert_eq!(lines[3], "b@example.com");
    }

    #[test]
    fn a_table_fits_the_width_of_the_terminal() {
        let value = json!([{"name": "word ".repeat(40)}]);
        let text = render(&value, OutputForm::Table, Canvas { width: Some(40), ..FILE });
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(text.ends_with('…'), "{text}");
    }

    #[test]
    fn json_lines_have_a_line_for_each_entry() {
        let list = json!([{"a": 1}, {"a": "x\ny"}]);
        assert_eq!(render(&list, OutputForm::JsonLines, FILE), "{\"a\":1}\n{\"a\":\"x\\ny\"}");
        assert_eq!(render(&json!({"a": 1}), OutputForm::JsonLines, FILE), "{\"a\":1}");
        assert_eq!(render(&json!([]), OutputForm::JsonLines, FILE), "");
    }

    #[test]
    fn one_record_is_shown_key_by_key() {
        assert_eq!(render(&json!({"a": 1, "long": "x"}), OutputForm::Table, FILE), "a     1\nlong  x");
    }

    #[test]
    fn json_is_one_line_for_programs_and_indented_for_people() {
        let value = json!({"a": [1]});
        assert_eq!(render(&value, OutputForm::Json, FILE), r#"{"a":[1]}"#);
        let terminal = Canvas { terminal: true, ..FILE };
        assert_eq!(render(&value, OutputForm::Json, terminal).lines().count(), 5);
    }

    #[test]
    fn plain_values_stand_alone() {
        assert_eq!(render(&json!("x"), OutputForm::Table, FILE), "x");
        assert_eq!(render(&json!(["x", "y"]), OutputForm::Table, FILE), "x\ny");
        assert_eq!(render(&json!("x"), OutputForm::Json, FILE), "\"x\"");
        assert_eq!(render(&json!(null), OutputForm::Json, FILE), "");
        assert_eq!(render(&json!([{"a": 1}]), OutputForm::Csv, FILE), "a\n1");
    }

    #[test]
    fn no_value_drives_the_terminal() {
        let name = "\u{1b}[31mred\u{7}\u{9b}2J\u{202e}";
        let shown = "<U+001B>[31mred<U+0007><U+009B>2J<U+202E>";
        assert_eq!(render(&json!(name), OutputForm::Table, FILE), shown);
        let terminal = Canvas { terminal: true, ..FILE };
        for value in
            [json!(name), json!([name]), json!({name: name}), json!([{"a": name}]), json!([{name: 1}])]
        {
            for form in [OutputForm::Table, OutputForm::Json, OutputForm::JsonLines, OutputForm::Csv] {
                let text = render(&value, form, terminal);
                assert!(!text.contains(crate::wire::invisible::drives_terminal), "{form:?}: {text:?}");
            }
            let text = render(&value, OutputForm::Json, terminal);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        assert_eq!(render(&json!([{"a": name}]), OutputForm::Csv, FILE), format!("a\n{name}"));
    }
}
