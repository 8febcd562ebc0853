//! What a value looks like at the prompt: which columns for which type, how much of a long list. Pure but for the
//! pages of a listing that are still to be read.

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::output::fit::{Grid, pairs};
use crate::output::palette::Palette;
use crate::output::render::cell;
use crate::script::convert;
use crate::script::list::List;
use crate::script::record::{Record, UserRecord};
use crate::script::records::Size;
use crate::script::report::Report;
use rhai::Dynamic;
use serde_json::{Map, Value};

/// Rows of a list that are shown at once.
pub const PAGE: usize = 20;

/// Where a value is shown.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Columns of the terminal; `None` for no limit.
    pub width: Option<usize>,
    /// Colours.
    pub palette: Palette,
}

/// A list that was shown in part.
#[derive(Clone)]
pub struct Shown {
    list: List,
    columns: Option<Vec<String>>,
    next: usize,
}

/// The value as text; what is left of a list that was cut. Nothing is the text of nothing.
///
/// # Errors
/// `incomplete` for a listing that cannot be read far enough.
pub fn show(value: &Dynamic, frame: Frame) -> Result<(String, Option<Shown>)> {
    if let Some(list) = List::of(value) {
        let mut shown = Shown { list, columns: None, next: 0 };
        let text = shown.more(frame)?;
        return Ok((text, Some(shown)));
    }
    if let Some(report) = value.read_lock::<Report>() {
        return Ok((report_text(&report.to_json(), frame), None));
    }
    let text = match convert::json_of(value) {
        Ok(Value::Null) => String::new(),
        Ok(Value::Object(record)) => pairs(&pairs_of(&record), frame.width, frame.palette),
        Ok(value) => printable(&cell(&value)),
        Err(_) if value.is_fnptr() => "a function; it is called with .call()".to_owned(),
        Err(_) => printable(&value.to_string()),
    };
    Ok((text, None))
}

/// A list or a record with the given columns.
///
/// # Errors
/// `usage`: it is neither, or a column that no row has.
pub fn table(value: &Dynamic, columns: Vec<String>, frame: Frame) -> Result<(String, Shown)> {
    let list = List::of(value).or_else(|| single(value));
    let list = list.ok_or_else(|| {
        Error::usage_with_hint("the last value is no list of records", "`:json` shows any value.")
    })?;
    let mut shown = Shown { list, columns: Some(columns), next: 0 };
    let text = shown.more(frame)?;
    Ok((text, shown))
}

fn single(value: &Dynamic) -> Option<List> {
    matches!(convert::json_of(value), Ok(Value::Object(_))).then(|| List::Plain(vec![value.clone()]))
}

impl Shown {
    /// The next rows, with a count below.
    ///
    /// # Errors
    /// `incomplete` for a listing that cannot be read far enough. `usage` for a column that no row has.
    pub fn more(&mut self, frame: Frame) -> Result<String> {
        let from = self.next;
        let entries = self.list.page(from, PAGE)?;
        let mut text = match (&self.columns, entries.is_empty()) {
            (_, true) => String::new(),
            (Some(columns), _) => chosen(&entries, columns)?.render(frame.width, frame.palette),
            (None, _) => rows_text(&entries, frame),
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
    pub fn has_more(&self) -> bool {
        match self.list.size() {
            Size::Exactly(size) => self.next < size,
            Size::About(_) | Size::AtLeast(_) => true,
        }
    }

    fn count(&self, from: usize, to: usize) -> String {
        let noun = self.list.noun();
        let rows = if from == 0 { format!("{to}") } else { format!("{} to {to}", from + 1) };
        match self.list.size() {
            Size::Exactly(0) => format!("no {noun}"),
            Size::Exactly(1) => format!("1 {}", singular(noun)),
            Size::Exactly(size) if from == 0 && to == size => format!("{size} {noun}"),
            Size::Exactly(size) if to == size => format!("{rows} of {size} {noun}"),
            Size::Exactly(size) => format!("{rows} of {size} {noun}; :more shows the next"),
            Size::About(size) => format!("{rows} of about {size} {noun}; :more shows the next"),
            Size::AtLeast(_) => format!("{rows} of more {noun}; :more shows the next"),
        }
    }
}

fn singular(noun: &str) -> &str {
    match noun {
        "entries" => "entry",
        other => other.trim_end_matches('s'),
    }
}

fn rows_text(entries: &[Value], frame: Frame) -> String {
    let records: Option<Vec<_>> = entries.iter().map(Value::as_object).collect();
    match records {
        Some(records) => grid(&records).render(frame.width, frame.palette),
        None => entries.iter().map(|entry| printable(&cell(entry))).collect::<Vec<_>>().join("\n"),
    }
}

/// The columns of well-known records, recognized by keys that they alone have: heading, and how to fill it.
type Column = (&'static str, fn(&Map<String, Value>) -> String);

const PEOPLE: &[Column] = &[
    ("email", |user| first_of(user, &["email", "username"])),
    ("name", |user| [text(user, "firstname"), text(user, "lastname")].join(" ").trim().to_owned()),
    ("type", |user| text(user, "type")),
    ("groups", |user| text(user, "groups")),
];

const GROUPS: &[Column] = &[
    ("groupName", |group| text(group, "groupName")),
    ("type", |group| text(group, "type")),
    ("memberCount", |group| text(group, "memberCount")),
    ("licenseQuota", |group| text(group, "licenseQuota")),
];

const OUTCOMES: &[Column] = &[
    ("target", |outcome| text(outcome, "target")),
    ("status", |outcome| text(outcome, "status")),
    ("code", |outcome| text(outcome, "code")),
    ("message", |outcome| text(outcome, "message")),
];

const COUNTS: &[Column] = &[("key", |row| text(row, "key")), ("count", |row| text(row, "count"))];

fn known(records: &[&Map<String, Value>]) -> Option<&'static [Column]> {
    let all = |keys: &[&str]| records.iter().all(|record| keys.iter().all(|key| record.contains_key(*key)));
    if records.is_empty() {
        None
    } else if all(&["groupName", "groupId"]) {
        Some(GROUPS)
    } else if all(&["target", "action", "status", "attempts"]) {
        Some(OUTCOMES)
    } else if all(&["key", "count"]) && records.iter().all(|record| record.len() == 2) {
        Some(COUNTS)
    } else if all(&["type", "id"])
        && records.iter().all(|record| record.contains_key("email") || record.contains_key("username"))
    {
        Some(PEOPLE)
    } else {
        None
    }
}

fn grid(records: &[&Map<String, Value>]) -> Grid {
    let Some(columns) = known(records) else { return any(records) };
    let filled: Vec<_> =
        columns.iter().filter(|(_, fill)| records.iter().any(|record| !fill(record).is_empty())).collect();
    Grid {
        header: filled.iter().map(|(name, _)| (*name).to_owned()).collect(),
        rows: records.iter().map(|record| filled.iter().map(|(_, fill)| fill(record)).collect()).collect(),
    }
}

/// Every key of any record, in the order of first appearance.
fn any(records: &[&Map<String, Value>]) -> Grid {
    let header = keys(records);
    let row = |record: &&Map<String, Value>| header.iter().map(|key| text(record, key)).collect();
    Grid { rows: records.iter().map(row).collect(), header }
}

fn keys(records: &[&Map<String, Value>]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in records.iter().flat_map(|record| record.keys()) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

fn chosen(entries: &[Value], columns: &[String]) -> Result<Grid> {
    let records: Option<Vec<_>> = entries.iter().map(Value::as_object).collect();
    let records = records.ok_or_else(|| Error::usage("the last value is no list of records"))?;
    let known = keys(&records);
    for column in columns {
        let is_field = <UserRecord as Record>::FIELDS.contains(&column.as_str());
        if !known.contains(column) && !is_field {
            let near = nearest(column, known.iter().map(String::as_str));
            let near = near.map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
            let message = format!("there is no column `{column}`");
            return Err(Error::usage_with_hint(message, format!("{near}There are {}.", known.join(", "))));
        }
    }
    let row = |record: &&Map<String, Value>| columns.iter().map(|column| text(record, column)).collect();
    Ok(Grid { header: columns.to_vec(), rows: records.iter().map(row).collect() })
}

fn first_of(record: &Map<String, Value>, keys: &[&str]) -> String {
    keys.iter().map(|key| text(record, key)).find(|text| !text.is_empty()).unwrap_or_default()
}

fn text(record: &Map<String, Value>, key: &str) -> String {
    record.get(key).map(cell).unwrap_or_default()
}

fn pairs_of(record: &Map<String, Value>) -> Vec<(String, String)> {
    record.iter().map(|(key, value)| (key.clone(), cell(value))).collect()
}

/// Text without what could drive the terminal; its lines stay.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control()).collect()
}

/// Counts, and what went wrong with codes and hints.
fn report_text(report: &Value, frame: Frame) -> String {
    let outcomes: Vec<_> =
        report["outcomes"].as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    let mut lines = vec![summary(report, &outcomes)];
    let wrong: Vec<_> = outcomes.into_iter().filter(|outcome| !is_done(outcome)).collect();
    if !wrong.is_empty() {
        lines.push(grid(&wrong[..wrong.len().min(PAGE)]).render(frame.width, frame.palette));
    }
    if wrong.len() > PAGE {
        lines.push(frame.palette.dim(&format!("{PAGE} of {} shown; last.failed holds them", wrong.len())));
    }
    let hints: Vec<_> = hints(&wrong).into_iter().map(|hint| ("hint:".to_owned(), hint)).collect();
    lines.extend((!hints.is_empty()).then(|| pairs(&hints, frame.width, frame.palette)));
    let warnings =
        report["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning["message"].as_str());
    lines.extend(
        warnings.map(|warning| format!("{}: {}", frame.palette.warning("warning"), printable(warning))),
    );
    let stopped = report["stopped"]["error"].as_str();
    lines
        .extend(stopped.map(|stopped| format!("{}: {}", frame.palette.error("stopped"), printable(stopped))));
    lines.join("\n")
}

fn is_done(outcome: &Map<String, Value>) -> bool {
    matches!(outcome.get("status").and_then(Value::as_str), Some("completed" | "would_complete"))
}

fn summary(report: &Value, outcomes: &[&Map<String, Value>]) -> String {
    let count = |status: &str| {
        outcomes
            .iter()
            .filter(|outcome| outcome.get("status").and_then(Value::as_str) == Some(status))
            .count()
    };
    let counts = [
        (count("completed"), "done"),
        (count("would_complete"), "would be done"),
        (count("partly_done"), "partly done"),
        (count("failed"), "failed"),
        (count("unknown"), "unknown"),
        (count("not_sent"), "not sent"),
    ];
    let counts: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let commands = plural(outcomes.len(), "command");
    let requests = plural(
        report["requests"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default(),
        "request",
    );
    let mode = report["mode"].as_str().unwrap_or_default();
    format!(
        "{commands} in {requests}, {mode}: {}",
        if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") }
    )
}

/// A count with its noun.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Each hint once.
fn hints(outcomes: &[&Map<String, Value>]) -> Vec<String> {
    let mut hints: Vec<String> = Vec::new();
    for hint in outcomes.iter().filter_map(|outcome| outcome.get("hint")?.as_str()) {
        if !hints.iter().any(|known| known == hint) {
            hints.push(hint.to_owned());
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FRAME: Frame = Frame { width: Some(80), palette: Palette::PLAIN };

    fn shown(value: &Dynamic) -> String {
        show(value, FRAME).unwrap().0
    }

    fn of_json(value: &Value) -> Dynamic {
        convert::dynamic_of(value)
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
    fn a_long_list_is_cut_and_goes_on_where_it_was_cut() {
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
    fn a_list_of_the_script_s_own_has_every_key_as_a_column() {
        let text = shown(&of_json(&json!([{"b": 1}, {"a": 2, "b": 3}])));
        assert_eq!(
            text.lines().filter(|line| !line.contains('─')).collect::<Vec<_>>(),
            ["b  a", "1", "3  2", "2 entries"]
        );
    }

    #[test]
    fn counts_stand_behind_what_was_counted() {
        let text = shown(&of_json(&json!([{"key": "X", "count": 2}, {"key": "Y", "count": 1}])));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines[0], lines[2]), ("key  count", "X    2"));
    }

    #[test]
    fn plain_lists_stand_one_a_line_and_nothing_shows_nothing() {
        assert_eq!(shown(&of_json(&json!(["x", "y"]))), "x\ny\n2 entries");
        assert_eq!(shown(&of_json(&json!([]))), "no entries");
        assert_eq!(shown(&Dynamic::UNIT), "");
        assert_eq!(shown(&"x".into()), "x");
        let closure = rhai::Engine::new().eval("|x| x").unwrap();
        assert_eq!(shown(&closure), "a function; it is called with .call()");
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

    #[test]
    fn a_report_is_counts_and_what_failed_with_each_hint_once() {
        let failed = |index: usize| {
            json!({"index": index, "target": format!("p{index}@example.com"), "action": "add", "status": "failed",
                "code": "error.group.not_found", "message": "Group X", "hint": "Check the name.", "attempts": 1})
        };
        let done = json!({"index": 0, "target": "a@example.com", "action": "add", "status": "completed", "attempts": 1});
        let report =
            json!({"outcomes": [done, failed(1), failed(2)], "requests": 1, "mode": "live", "warnings": []});
        let text = report_text(&report, FRAME);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "3 commands in 1 request, live: 1 done, 2 failed");
        assert!(lines[3].starts_with("p1@example.com  failed  error.group.not_found"), "{text}");
        assert_eq!((lines.len(), lines[5]), (6, "hint:  Check the name."));
    }
}
