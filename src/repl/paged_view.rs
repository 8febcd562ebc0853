//! Shows values at the prompt: a page of a long list, and the chosen columns. Pure, except that it reads the pages of a
//! listing that it shows.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::output::columns::{TableLayout, keys, records};
use crate::output::frame::TableFrame;
use crate::output::pretty;
use crate::repl::list_window::ListWindow;
use crate::values::json;
use crate::values::record::{Record, UserRecord};
use crate::values::record_list::ListSize;
use rhai::Dynamic;
use serde_json::{Map, Value};

/// Rows shown at once.
pub(super) const PAGE: usize = 20;
/// Rows that decide columns and widths, as far as they are already in memory.
const SAMPLE: usize = 10 * PAGE;

/// A list that is shown page by page; every page has the columns of the first.
#[derive(Clone)]
pub(super) struct ShownList {
    list: ListWindow,
    layout: Option<TableLayout>,
    next: usize,
}

/// The value as text, and the rest of a list that was not shown completely. `()` is an empty string.
///
/// # Errors
/// `incomplete` for a listing that cannot be read far enough.
pub(super) fn show(value: &Dynamic, frame: TableFrame) -> Result<(String, Option<ShownList>)> {
    if let Some(list) = ListWindow::of(value) {
        let layout = TableLayout::of(&sample(&list)?);
        let mut shown = ShownList { list, layout, next: 0 };
        let text = shown.more(frame)?;
        return Ok((text, Some(shown)));
    }
    let text = match json::json_of(value) {
        Ok(value) => pretty::value(&value, frame),
        Err(_) if value.is_fnptr() => "a function; call it with .call()".to_owned(),
        Err(_) => pretty::value(&value.to_string().into(), frame),
    };
    Ok((text, None))
}

/// A list or a record with the given columns.
///
/// # Errors
/// `usage`: the value is neither, or no row has one of the columns.
pub(super) fn table(value: &Dynamic, columns: Vec<String>, frame: TableFrame) -> Result<(String, ShownList)> {
    let list = ListWindow::of(value).or_else(|| single_entry(value));
    let no_records =
        || Error::usage_with_hint("the last value is not a list of records", "`:json` shows any value.");
    let list = list.ok_or_else(no_records)?;
    let sample = sample(&list)?;
    let layout = select_columns(columns, &records(&sample).ok_or_else(no_records)?)?;
    let mut shown = ShownList { list, layout: Some(layout), next: 0 };
    let text = shown.more(frame)?;
    Ok((text, shown))
}

/// The first entries: one page, and more if they are already in memory.
fn sample(list: &ListWindow) -> Result<Vec<Value>> {
    list.page(0, list.loaded_count().clamp(PAGE, SAMPLE))
}

fn single_entry(value: &Dynamic) -> Option<ListWindow> {
    matches!(json::json_of(value), Ok(Value::Object(_))).then(|| ListWindow::Plain(vec![value.clone()]))
}

impl ShownList {
    /// The next rows, with a count below.
    ///
    /// # Errors
    /// `incomplete` for a listing that cannot be read far enough.
    pub(super) fn more(&mut self, frame: TableFrame) -> Result<String> {
        let from = self.next;
        let entries = self.list.page(from, PAGE)?;
        let mut text = match (&self.layout, records(&entries)) {
            (Some(layout), Some(records)) if !records.is_empty() => layout.table(&records, frame),
            _ => pretty::lines(&entries),
        };
        self.next += entries.len();
        let count = self.count(from, self.next);
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&frame.palette.dim(&count));
        Ok(text)
    }

    /// Whether there may be more.
    pub(super) fn has_more(&self) -> bool {
        match self.list.size() {
            ListSize::Exactly(size) => self.next < size,
            ListSize::About(_) | ListSize::AtLeast(_) => true,
        }
    }

    fn count(&self, from: usize, to: usize) -> String {
        let noun = self.list.noun();
        let rows = if from == 0 { format!("{to}") } else { format!("{} to {to}", from + 1) };
        match self.list.size() {
            ListSize::Exactly(0) => format!("no {noun}"),
            ListSize::Exactly(1) => format!("1 {}", singular(noun)),
            ListSize::Exactly(size) if from == 0 && to == size => format!("{size} {noun}"),
            ListSize::Exactly(size) if to == size => format!("{rows} of {size} {noun}"),
            ListSize::Exactly(size) => format!("{rows} of {size} {noun}; :more shows the next"),
            ListSize::About(size) => format!("{rows} of about {size} {noun}; :more shows the next"),
            ListSize::AtLeast(_) => format!("{rows} of the {noun}; :more shows the next"),
        }
    }
}

fn singular(noun: &str) -> &str {
    match noun {
        "entries" => "entry",
        other => other.trim_end_matches('s'),
    }
}

fn select_columns(columns: Vec<String>, sample: &[&Map<String, Value>]) -> Result<TableLayout> {
    let known = keys(sample);
    let is_known = |column: &String| {
        sample.is_empty()
            || known.contains(column)
            || <UserRecord as Record>::FIELDS.contains(&column.as_str())
    };
    let Some(wrong) = columns.iter().find(|column| !is_known(column)) else {
        return Ok(TableLayout::of_keys(columns, sample));
    };
    let near = nearest(wrong, known.iter().map(String::as_str));
    let near = near.map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
    let message = format!("there is no column `{wrong}`");
    Err(Error::usage_with_hint(message, format!("{near}There are {}.", known.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::palette::ColorPalette;
    use serde_json::json;

    const FRAME: TableFrame = TableFrame { width: Some(80), palette: ColorPalette::PLAIN };

    fn shown(value: &Dynamic) -> String {
        show(value, FRAME).unwrap().0
    }

    fn of_json(value: &Value) -> Dynamic {
        crate::values::dynamic::dynamic_of(value)
    }

    fn people() -> Dynamic {
        let user = |email: &str| json!({"id": "1", "email": email, "firstname": "Kim", "lastname": "Lee", "type": "federatedID"});
        of_json(&json!([user("a@example.com"), user("b@example.com")]))
    }

    #[test]
    fn people_are_shown_by_e_mail_name_type_and_groups() {
        let text = shown(&people());
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>(), ["email", "name", "type"]);
        assert_eq!(lines[2], "a@example.com  Kim Lee  federatedID");
        assert_eq!(lines[4], "2 entries");
    }

    #[test]
    fn a_long_list_is_shown_in_pages() {
        let numbers: Vec<_> = (0..45).collect();
        let (text, rest) = show(&of_json(&json!(numbers)), FRAME).unwrap();
        assert!(text.ends_with("19\n20 of 45 entries; :more shows the next"), "{text}");
        let mut rest = rest.unwrap();
        rest.more(FRAME).unwrap();
        let last = rest.more(FRAME).unwrap();
        assert_eq!(last, "40\n41\n42\n43\n44\n41 to 45 of 45 entries");
        assert!(!rest.has_more());
    }

    #[test]
    fn every_part_of_a_list_has_the_columns_and_widths_of_the_first() {
        let row = |number: usize| match number {
            300 => json!({"name": "the one with the longest name", "late": 1}),
            number => json!({"name": format!("n{number}")}),
        };
        let rows: Vec<_> = (0..310).map(row).collect();
        let (first, rest) = show(&of_json(&json!(rows)), FRAME).unwrap();
        let mut rest = rest.unwrap();
        let header = |text: &str| text.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
        for _ in 1..16 {
            assert_eq!(header(&rest.more(FRAME).unwrap()), header(&first));
        }
        assert!(!rest.has_more());
    }

    #[test]
    fn a_list_of_the_script_s_own_has_every_key_as_a_column() {
        let text = shown(&of_json(&json!([{"b": 1}, {"a": 2, "b": 3}])));
        assert_eq!(
            text.lines().filter(|line| !line.contains('─')).collect::<Vec<_>>(),
            ["b  a", "1", "3  2", "2 entries"]
        );
    }

    #[test]
    fn counts_are_shown_after_their_keys() {
        let text = shown(&of_json(&json!([{"key": "X", "count": 2}, {"key": "Y", "count": 1}])));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines[0], lines[2]), ("key  count", "X    2"));
    }

    #[test]
    fn plain_lists_show_one_entry_per_line() {
        assert_eq!(shown(&of_json(&json!(["x", "y"]))), "x\ny\n2 entries");
        assert_eq!(shown(&of_json(&json!([]))), "no entries");
        assert_eq!(shown(&Dynamic::UNIT), "");
        assert_eq!(shown(&"x".into()), "x");
        let closure = rhai::Engine::new().eval("|x| x").unwrap();
        assert_eq!(shown(&closure), "a function; call it with .call()");
    }

    #[test]
    fn a_record_is_aligned_pairs() {
        assert_eq!(shown(&of_json(&json!({"a": 1, "long": ["x", "y"]}))), "a     1\nlong  x, y");
    }

    #[test]
    fn columns_can_be_chosen_and_a_wrong_one_is_named() {
        let users = people();
        let (text, _) = table(&users, vec!["lastname".into(), "email".into()], FRAME).unwrap();
        assert_eq!(text.lines().nth(2), Some("Lee       a@example.com"));
        let error = table(&users, vec!["emial".into()], FRAME).err().unwrap();
        assert_eq!(error.to_string(), "there is no column `emial`");
        assert!(error.hint().unwrap_or_default().starts_with("Did you mean `email`?"));
        assert!(table(&Dynamic::from_int(1), vec!["email".into()], FRAME).is_err());
    }
}
