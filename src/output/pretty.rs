//! Values for people: lists as tables, records as pairs, reports as counts and failures. Pure.

use super::cell::cell;
use super::columns::records;
use super::table::pairs;
use crate::output::columns::TableLayout;
use crate::output::frame::TableFrame;
use crate::wire::invisible::defused;
use serde_json::{Map, Value};

/// Rows of a report that are shown.
const ROWS: usize = 20;

/// A value as text; empty for null.
pub(crate) fn value(value: &Value, frame: TableFrame) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(record) if is_report(record) => report_text(value, frame),
        Value::Object(record) => pairs(&pairs_of(record), frame.width, frame.palette),
        Value::Array(entries) => rows(entries, frame),
        plain => printable(&cell(plain)),
    }
}

/// A list: records as a table, anything else one per line.
pub(crate) fn rows(entries: &[Value], frame: TableFrame) -> String {
    match records(entries) {
        Some(records) => TableLayout::of_records(&records).table(&records, frame),
        None => lines(entries),
    }
}

/// Entries, one per line.
pub(crate) fn lines(entries: &[Value]) -> String {
    entries.iter().map(|entry| printable(&cell(entry))).collect::<Vec<_>>().join("\n")
}

/// Whether a record is a report of commands, by the keys that it alone has.
fn is_report(record: &Map<String, Value>) -> bool {
    ["outcomes", "requests", "result", "notCompleted"].iter().all(|key| record.contains_key(*key))
}

fn pairs_of(record: &Map<String, Value>) -> Vec<(String, String)> {
    record.iter().map(|(key, value)| (key.clone(), cell(value))).collect()
}

/// A string with what could drive the terminal shown by its code; its lines stay.
fn printable(text: &str) -> String {
    defused(text).into_owned()
}

/// Counts, and failures with codes and hints.
fn report_text(report: &Value, frame: TableFrame) -> String {
    let outcomes: Vec<_> =
        report["outcomes"].as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    let mut lines = vec![summary(report, &outcomes)];
    let wrong: Vec<_> = outcomes.into_iter().filter(|outcome| !is_done(outcome)).collect();
    if !wrong.is_empty() {
        let first = &wrong[..wrong.len().min(ROWS)];
        lines.push(TableLayout::of_records(first).table(first, frame));
    }
    if wrong.len() > ROWS {
        lines.push(frame.palette.dim(&format!("{ROWS} of {} shown; last.failed holds them", wrong.len())));
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

pub(crate) fn plural(count: usize, noun: &str) -> String {
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
    use crate::output::palette::ColorPalette;
    use serde_json::json;

    const FRAME: TableFrame = TableFrame { width: Some(80), palette: ColorPalette::PLAIN };

    #[test]
    fn a_report_is_counts_and_what_failed_with_each_hint_once() {
        let failed = |index: usize| {
            json!({"index": index, "target": format!("p{index}@example.com"), "action": "add", "status": "failed",
                "code": "error.group.not_found", "message": "Group X", "hint": "Check the name.", "attempts": 1})
        };
        let done = json!({"index": 0, "target": "a@example.com", "action": "add", "status": "completed", "attempts": 1});
        let report = json!({"outcomes": [done, failed(1), failed(2)], "result": "partial", "notCompleted": 2, "requests": 1,
                "mode": "live", "warnings": []});
        let text = value(&report, FRAME);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "3 commands in 1 request, live: 1 done, 2 failed");
        assert!(lines[3].starts_with("p1@example.com  failed  error.group.not_found"), "{text}");
        assert_eq!((lines.len(), lines[5]), (6, "hint:  Check the name."));
    }
}
