//! A change as a row of the history.

use crate::client::sent_command::CommandContent;
use crate::output::Output;
use crate::session::journal::history::JournaledChange;
use crate::shell::change_description::steps_in_words;
use crate::shell::humanize::local_time;
use serde_json::{Value, json};

/// A change in one line.
pub(super) fn line(change: &JournaledChange) -> String {
    let outcome = &change.outcome;
    let why = [&outcome.code, &outcome.message].into_iter().flatten().map(String::as_str);
    let why: Vec<_> = why.filter(|text| !text.is_empty()).collect();
    let why = if why.is_empty() { String::new() } else { format!("; {}", why.join(": ")) };
    format!(
        "{}  {:<14}  {}: {}{why}",
        local_time(change.time),
        outcome.status.as_str(),
        target(change),
        what(change)
    )
}

/// A change with the fields of the history.
pub(super) fn row(run: &str, change: &JournaledChange) -> Value {
    let outcome = &change.outcome;
    json!({
        "run": run,
        "time": change.time.to_string(),
        "mode": change.mode.as_str(),
        "target": target(change),
        "change": what(change),
        "status": outcome.status.as_str(),
        "evidence": outcome.evidence,
        "code": outcome.code,
        "message": outcome.message,
        "request_id": change.request_id,
        "command": change.command.to_json(),
        "before": change.before,
    })
}

/// Prints rows in the form that the operator chose.
pub(super) fn print(rows: Vec<Value>, output: &Output) {
    output.value(&Value::Array(rows));
}

fn target(change: &JournaledChange) -> String {
    let name = change.command.subject_name().unwrap_or(&change.call);
    if is_adobe_id(&change.command) { format!("{name} (Adobe ID)") } else { name.to_owned() }
}

/// Whether the command names the Adobe ID of an address that may have two accounts.
fn is_adobe_id(command: &CommandContent) -> bool {
    command.use_adobe_id() == Some(true)
}

fn what(change: &JournaledChange) -> String {
    let words = steps_in_words(&change.command);
    if words.is_empty() { "another write".to_owned() } else { words }
}
