//! What stands in the lines of a journal.

use crate::client::hooks::ActionRequest;
use crate::client::outcome::Fate;
use crate::client::request::Answer;
use crate::session::totals::Totals;
use crate::store::journal::reader::Record;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The fields that hold texts of scripts and of the service.
pub(crate) const WRITTEN: [&str; 4] = ["commands", "body", "fates", "answer"];

/// A record of a kind, with the moment.
pub fn of(kind: &str, fields: Value) -> Record {
    let moment = Timestamp::now().round(jiff::Unit::Millisecond).unwrap_or(Timestamp::MAX);
    let mut record =
        Map::from_iter([("kind".to_owned(), kind.into()), ("time".to_owned(), moment.to_string().into())]);
    if let Value::Object(fields) = fields {
        record.extend(fields);
    }
    record
}

/// A request that is about to leave, with what is known of its subjects.
pub(crate) fn request(
    number: u64,
    request: &ActionRequest,
    mut earlier: impl FnMut(&Value) -> Option<Value>,
) -> Record {
    let commands: Vec<_> = request
        .commands
        .iter()
        .map(|sent| {
            let mut entry = json!({"index": sent.index, "piece": sent.piece, "pieces": sent.pieces, "command": sent.command});
            if let Some(earlier) = earlier(&sent.command) {
                entry["earlier"] = earlier;
            }
            entry
        })
        .collect();
    let mut fields = json!({
        "number": number,
        "call": request.call,
        "request_id": request.request_id,
        "mode": request.mode.as_str(),
        "list": request.list,
        "commands": commands,
    });
    if let Some(body) = &request.body {
        fields["body"] = body.clone();
    }
    of("request", fields)
}

/// What became of the commands of a request; `answer` for one sent as its caller wrote it.
pub(crate) fn settled(number: u64, fates: &[Fate], answer: Option<Value>) -> Record {
    let mut fields = json!({"number": number, "fates": fates.iter().map(fate).collect::<Vec<_>>()});
    if let Some(answer) = answer {
        fields["answer"] = answer;
    }
    of("settled", fields)
}

/// How the run ended, and what became of all its commands.
pub(crate) fn end(exit: u8, totals: Totals) -> Record {
    let Totals { done, failed, unknown, not_sent, .. } = totals;
    let fields =
        json!({"exit": exit, "done": done, "failed": failed, "unknown": unknown, "not_sent": not_sent});
    of("end", fields)
}

/// What is not known is left out: most commands are done and need one word.
fn fate(fate: &Fate) -> Value {
    let mut entry = json!({"status": fate.status.as_str()});
    let texts = [("code", &fate.code), ("message", &fate.message)];
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
        entry[key] = text.as_str().into();
    }
    if let Some(step) = fate.step {
        entry["step"] = step.into();
    }
    entry
}

/// An answer, to be given again on resume.
pub(crate) fn answer(answer: &Answer) -> Value {
    json!({"status": answer.status, "headers": answer.headers, "body": answer.body})
}

/// What makes a request sent as its caller wrote it the one it is.
pub(crate) fn content_of(request: &ActionRequest) -> Value {
    let commands: Vec<_> = request.commands.iter().map(|sent| &sent.command).collect();
    json!({"call": request.call, "mode": request.mode.as_str(), "commands": commands, "body": request.body})
}
