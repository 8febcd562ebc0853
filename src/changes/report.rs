//! The report of a call that makes changes, as scripts read it.

use crate::changes::outcome_buffer::{OutcomeBuffer, TaggedOutcome};
use crate::client::outcome::{Outcome, Status, Warning};
use crate::client::settings::Mode;
use crate::did_you_mean::nearest;
use crate::error::{CommandFailure, Error, ErrorKind, Result};
use crate::host::binding::{INDEXER, getter};
use crate::host::thrown::{ThrowAt, map_of};
use crate::quantity::counted;
use crate::values::json;
use crate::values::script_value::{self, ScriptValue};
use rhai::{Array, Dynamic, Engine, Map, NativeCallContext, Position};
use serde_json::{Value, json};
use std::rc::Rc;

/// The report of a call that makes changes. Scripts read it like a map; its lists are built on access.
#[derive(Debug, Clone)]
pub struct Report(Rc<ReportContent>);

/// The content of a report.
#[derive(Debug)]
pub struct ReportContent {
    /// The outcomes of the commands, in the caller's order.
    pub buffer: OutcomeBuffer,
    /// The number of action requests that got a response.
    pub requests: usize,
    /// Whether the changes were real.
    pub mode: Mode,
    /// Why not everything was sent.
    pub stopped: Option<Error>,
}

impl Report {
    /// The names of the fields.
    pub const FIELDS: &'static [&'static str] = &[
        "result",
        "completed",
        "notCompleted",
        "completedInTestMode",
        "errors",
        "warnings",
        "requests",
        "mode",
        "outcomes",
        "done",
        "failed",
        "unknown",
        "not_sent",
        "stopped",
        "resumed",
    ];

    /// What is in it.
    pub(crate) fn content(&self) -> &ReportContent {
        &self.0
    }

    /// A report with this content.
    pub fn new(content: ReportContent) -> Self {
        Self(Rc::new(content))
    }

    fn count(&self, of: impl Fn(Status) -> bool) -> usize {
        self.0.buffer.count(of)
    }

    fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.0.buffer.entries().iter().map(|entry| &entry.outcome)
    }

    fn select(&self, of: impl Fn(Status) -> bool) -> Value {
        let chosen = self.0.buffer.entries().iter().filter(|entry| of(entry.outcome.status));
        chosen.map(|TaggedOutcome { outcome, tag }| outcome_json(outcome, tag)).collect()
    }

    /// The error for reading outcomes that were not kept.
    fn dropped(&self, field: &str) -> Option<Error> {
        let dropped = match field {
            "outcomes" | "done" => self.0.buffer.dropped(),
            "errors" | "warnings" | "failed" | "unknown" | "not_sent" => self.0.buffer.others_dropped(),
            _ => 0,
        };
        (dropped > 0).then(|| {
            let message = format!("the report no longer has {}, so `{field}` cannot be read", counted(dropped, "outcome"));
            let hint = "Read the counts, such as `completed` and `notCompleted`, or run with --report FILE, which has a row \
                        for each command.";
            Error::usage_with_hint(message, hint)
        })
    }

    /// Whether an earlier run had completed all of it, as far as outcomes were kept.
    fn is_resumed(&self) -> bool {
        let mut outcomes = self.outcomes().peekable();
        outcomes.peek().is_some() && outcomes.all(|outcome| outcome.resumed)
    }

    /// The service's word for a request: all done, none done, or some.
    fn result(&self) -> &'static str {
        match self.count(Status::is_done) {
            done if done == self.count(|_| true) => "success",
            0 => "error",
            _ => "partial",
        }
    }

    fn value(&self, field: &str) -> Option<Value> {
        Some(match field {
            "result" => json!(self.result()),
            "completed" => json!(self.count(|status| matches!(status, Status::Completed | Status::Planned))),
            "notCompleted" => json!(self.count(|status| !status.is_done())),
            "completedInTestMode" => json!(self.count(|status| status == Status::WouldComplete)),
            "errors" => {
                self.outcomes().filter(|outcome| outcome.status.is_failed()).flat_map(errors_json).collect()
            }
            "warnings" => self.outcomes().flat_map(warnings_json).collect(),
            "requests" => json!(self.0.requests),
            "mode" => json!(self.0.mode.as_str()),
            "outcomes" => self.select(|_| true),
            "done" => self.select(Status::is_done),
            "failed" => self.select(Status::is_failed),
            "unknown" => self.select(|status| status == Status::Unknown),
            "not_sent" => self.select(|status| status == Status::NotSent),
            "resumed" => json!(self.is_resumed()),
            "stopped" => self.0.stopped.as_ref().map_or(Value::Null, stopped_json),
            _ => return None,
        })
    }

    fn read(&self, field: &str) -> Result<Dynamic> {
        if let Some(error) = self.dropped(field) {
            return Err(error);
        }
        if let Some(value) = self.value(field) {
            return Ok(crate::values::dynamic::dynamic_of(&value));
        }
        let message = format!("a report has no field `{field}`");
        Err(match nearest(field, Self::FIELDS.iter().copied()) {
            Some(near) => Error::usage_with_hint(message, format!("Did you mean `{near}`?")),
            None => Error::usage_with_hint(message, format!("It has {}.", Self::FIELDS.join(", "))),
        })
    }

    /// The report as JSON, without the lists that repeat `outcomes`.
    pub fn to_json(&self) -> Value {
        let repeated = ["done", "failed", "unknown", "not_sent"];
        let whole = |field: &str| self.dropped(field).is_none();
        let fields = Self::FIELDS.iter().filter(|field| !repeated.contains(*field) && whole(field));
        fields.filter_map(|field| Some(((*field).to_owned(), self.value(field)?))).collect()
    }

    /// The commands that failed or are partly done.
    pub fn failures(&self) -> impl Iterator<Item = CommandFailure> {
        self.outcomes().filter_map(Outcome::failure)
    }

    /// The error that a verb throws when its command is not done.
    pub fn failure(&self) -> Option<Error> {
        let failures: Vec<CommandFailure> = self.failures().collect();
        let undecided = || self.outcomes().find(|outcome| !outcome.status.is_done());
        let kind = if !failures.is_empty() {
            ErrorKind::Commands(failures)
        } else if let Some(doubt) =
            self.outcomes().find(|outcome| matches!(outcome.status, Status::Unknown | Status::Unverified))
        {
            // It comes before the reason why the run stopped, since the change may have been made.
            ErrorKind::Unknown { message: doubt.message.clone().unwrap_or_default() }
        } else if let Some(held_back) =
            self.outcomes().find(|outcome| outcome.code.is_some() && !outcome.status.is_done())
        {
            ErrorKind::Invalid(vec![held_back.to_failure()])
        } else if let Some(stopped) = &self.0.stopped {
            return Some(stopped.clone());
        } else {
            ErrorKind::Unavailable {
                status: None,
                code: None,
                message: undecided()?.message.clone().unwrap_or_default(),
            }
        };
        let mut error = Error::from(kind);
        let outcome = undecided()?;
        error.request_id.clone_from(&outcome.request_id);
        error.attempts = outcome.attempts;
        Some(error)
    }
}

fn outcome_json(outcome: &Outcome, tag: &Dynamic) -> Value {
    let mut fields = outcome.fields();
    fields.insert("tag".to_owned(), json::json_of(tag).unwrap_or(Value::Null));
    Value::Object(fields)
}

/// The errors with the service's field names (contract 3.5).
fn errors_json(outcome: &Outcome) -> Vec<Value> {
    let entry = |step: Option<usize>, code: Option<&str>, message: Option<&str>| {
        let (target, source) = (&outcome.target, &outcome.source);
        json!({"index": outcome.index, "step": step, "errorCode": code, "message": message, "user": target,
            "source": source})
    };
    if outcome.errors.is_empty() {
        return vec![entry(outcome.step, outcome.code.as_deref(), outcome.message.as_deref())];
    }
    let errors = outcome.errors.iter();
    errors.map(|error| entry(error.step, Some(&error.code), Some(&error.message))).collect()
}

fn warnings_json(outcome: &Outcome) -> impl Iterator<Item = Value> {
    outcome.warnings.iter().map(|Warning { step, code, message }| {
        json!({"index": outcome.index, "step": step, "warningCode": code, "message": message, "user": outcome.target})
    })
}

fn stopped_json(error: &Error) -> Value {
    json::json_of(&map_of(error, Position::NONE).into()).unwrap_or(Value::Null)
}

impl ScriptValue for Report {
    const NAME: &'static str = "Report";

    fn to_json(&self) -> Result<Value> {
        Ok(Report::to_json(self))
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        Report::to_json(self).get(name).map(crate::values::dynamic::dynamic_of)
    }

    fn field_names(&self) -> Vec<String> {
        Self::FIELDS.iter().map(|name| (*name).to_owned()).collect()
    }
}

/// Registers the type `Report` with an engine.
pub(crate) fn register(engine: &mut Engine) {
    script_value::register::<Report>(engine);
    engine.register_fn(INDEXER, |context: NativeCallContext, report: &mut Report, field: &str| {
        report.read(field).at(&context)
    });
    for field in Report::FIELDS {
        engine.register_fn(getter(field), move |context: NativeCallContext, report: &mut Report| {
            report.read(field).at(&context)
        });
    }
    engine.register_fn("contains", |_: &mut Report, field: &str| Report::FIELDS.contains(&field));
    engine.register_fn("keys", |_: &mut Report| -> Array {
        Report::FIELDS.iter().map(|field| (*field).into()).collect()
    });
    engine.register_fn("to_map", |report: &mut Report| {
        crate::values::dynamic::dynamic_of(&report.to_json()).try_cast::<Map>().unwrap_or_default()
    });
    engine.register_fn("to_string", |report: &mut Report| report.to_json().to_string());
    engine.register_fn("to_debug", |report: &mut Report| report.to_json().to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::outcome::Evidence;

    fn outcome(index: usize, status: Status) -> Outcome {
        let failed = status.is_failed();
        Outcome {
            index,
            target: "a@example.com".into(),
            action: "add".into(),
            removes_everything: false,
            status,
            evidence: Some(Evidence::Read),
            step: failed.then_some(0),
            code: failed.then(|| "error.group.not_found".into()),
            message: failed.then(|| "Group X was not found".into()),
            errors: Vec::new(),
            request_id: Some("r-1".into()),
            attempts: 1,
            mode: Mode::Live,
            warnings: Vec::new(),
            resumed: false,
            source: None,
        }
    }

    fn report(statuses: &[Status]) -> Report {
        report_of(OutcomeBuffer::default(), statuses)
    }

    fn report_of(mut buffer: OutcomeBuffer, statuses: &[Status]) -> Report {
        for (index, status) in statuses.iter().enumerate() {
            buffer.add(TaggedOutcome { outcome: outcome(index, *status), tag: Dynamic::UNIT });
        }
        Report::new(ReportContent { buffer, requests: 1, mode: Mode::Live, stopped: None })
    }

    fn ask(report: &Report, code: &str) -> Value {
        let mut engine = Engine::new();
        register(&mut engine);
        let mut scope = rhai::Scope::new();
        scope.push("report", report.clone());
        json::json_of(&engine.eval_with_scope(&mut scope, code).unwrap()).unwrap()
    }

    #[test]
    fn counts_and_lists_agree_with_the_outcomes() {
        use Status::{Completed, Failed, NotSent, PartlyDone, Unknown};
        let report = report(&[Completed, Failed, PartlyDone, Unknown, NotSent]);
        let code = "[report.result, report.completed, report.notCompleted, report.done.len(), report.failed.len(), \
                    report.unknown[0].index, report.not_sent[0].status]";
        assert_eq!(ask(&report, code), json!(["partial", 1, 4, 1, 2, 3, "not_sent"]));
        assert_eq!(ask(&report, "report.errors[0].errorCode"), json!("error.group.not_found"));
    }

    #[test]
    fn a_rehearsal_is_never_reported_as_completed() {
        let report = report(&[Status::WouldComplete]);
        let code = "[report.result, report.completed, report.completedInTestMode, report.outcomes[0].status]";
        assert_eq!(ask(&report, code), json!(["success", 0, 1, "would_complete"]));
    }

    #[test]
    fn a_verb_throws_the_failure_or_that_the_outcome_is_unknown() {
        assert!(report(&[Status::Completed]).failure().is_none());
        let error = report(&[Status::Failed]).failure().unwrap();
        assert_eq!((error.kind.name(), error.request_id.as_deref()), ("commands", Some("r-1")));
        assert_eq!(report(&[Status::Unknown]).failure().unwrap().kind.name(), "unknown");
    }

    #[test]
    fn counts_and_failures_stay_when_outcomes_are_dropped() {
        use Status::{Completed, Failed, Unknown};
        let report = report_of(
            OutcomeBuffer::with_limits(2, 10),
            &[Completed, Completed, Failed, Completed, Unknown, Completed],
        );
        let code = "[report.completed, report.failed.len(), report.unknown[0].index, report.result]";
        assert_eq!(ask(&report, code), json!([4, 1, 4, "partial"]));
        let error = report.read("outcomes").unwrap_err();
        assert_eq!(error.to_string(), "the report no longer has 2 outcomes, so `outcomes` cannot be read");
        assert!(report.to_json().get("outcomes").is_none());
    }

    #[test]
    fn failures_are_bounded_too_and_a_partial_list_is_never_returned() {
        use Status::{Completed, Failed, NotSent};
        let report = report_of(OutcomeBuffer::with_limits(2, 2), &[Failed, NotSent, Failed, Completed]);
        assert_eq!(
            ask(&report, "[report.notCompleted, report.completed, report.requests]"),
            json!([3, 1, 1])
        );
        let error = report.read("failed").unwrap_err();
        assert_eq!(error.to_string(), "the report no longer has 1 outcome, so `failed` cannot be read");
        assert!(report.failure().is_some());
    }

    #[test]
    fn an_unknown_field_names_the_nearest() {
        let error = report(&[]).read("fialed").unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("Did you mean `failed`?"));
    }
}
