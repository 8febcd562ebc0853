//! The outcome of one command.

use super::settings::Mode;
use crate::error::CommandFailure;
use crate::wire::error_code;
pub use crate::wire::outcome::{CommandOutcome, Evidence, Status};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The outcome of one command of the caller's list.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// 0-based index in the caller's list.
    pub index: usize,
    /// The user or group, as the caller wrote it.
    pub target: String,
    /// The names of its steps, in order.
    pub action: String,
    /// Whether it takes every membership or the account from its person.
    pub removes_everything: bool,
    /// How it ended.
    pub status: Status,
    /// What the outcome rests on; `None` for a command that was not sent.
    pub evidence: Option<Evidence>,
    /// 0-based index of the caller's step that failed.
    pub step: Option<usize>,
    /// The service's or the local check's code.
    pub code: Option<String>,
    /// The service's message, or ours.
    pub message: Option<String>,
    /// Every error that the service reported for it, in the order of the steps; the first is also in `step`, `code`
    /// and `message`.
    pub errors: Vec<StepError>,
    /// The `X-Request-Id` of the last request that contained it.
    pub request_id: Option<String>,
    /// Exchanges that contained it; 0 if it was never sent.
    pub attempts: u32,
    /// The mode in which it was sent.
    pub mode: Mode,
    /// The service's warnings.
    pub warnings: Vec<Warning>,
    /// Whether an earlier run had done all of it, so that nothing was sent.
    pub resumed: bool,
    /// The file and the line that the command comes from, such as `people.csv:14`.
    pub source: Option<String>,
}

/// An error of the service for one step of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepError {
    /// 0-based step that failed, if the service said which.
    pub step: Option<usize>,
    /// The service's code; empty if there is none.
    pub code: String,
    /// The service's message.
    pub message: String,
}

/// A warning of the service; never makes a command fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// 0-based index of the caller's step.
    pub step: Option<usize>,
    /// The service's code.
    pub code: String,
    /// The service's message.
    pub message: String,
}

impl Outcome {
    /// Its documented fields, with the names and order of scripts and reports.
    pub fn fields(&self) -> Map<String, Value> {
        let fields = [
            ("index", json!(self.index)),
            ("target", json!(self.target)),
            ("action", json!(self.action)),
            ("status", json!(self.status.as_str())),
            ("evidence", json!(self.evidence.map(Evidence::as_str))),
            ("step", json!(self.step)),
            ("code", json!(self.code)),
            ("message", json!(self.message)),
            ("errors", json!(self.errors)),
            ("hint", json!(self.hint())),
            ("request_id", json!(self.request_id)),
            ("attempts", json!(self.attempts)),
            ("mode", json!(self.mode.as_str())),
            ("resumed", json!(self.resumed)),
            ("source", json!(self.source)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What to do about it, according to its code.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        error_code::hint(self.code.as_deref()?, self.message.as_deref().unwrap_or_default())
    }

    /// The failure to report for it; `None` unless it failed.
    pub fn failure(&self) -> Option<CommandFailure> {
        self.status.is_failed().then(|| self.to_failure())
    }

    /// Its code and message as a failure, whatever its status.
    pub fn to_failure(&self) -> CommandFailure {
        CommandFailure {
            index: self.index,
            target: self.target.clone(),
            step: self.step,
            code: self.code.clone().unwrap_or_default(),
            message: self.message.clone().unwrap_or_default(),
            source: self.source.clone(),
        }
    }
}
