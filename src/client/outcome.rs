//! What became of one command.

use super::settings::Mode;
use crate::error::CommandFailure;
use crate::wire::error_code;
pub use crate::wire::outcome::{CommandOutcome, Evidence, Status};
use serde_json::{Map, Value, json};

/// What became of one command of the caller's list.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// 0-based place in the caller's list.
    pub index: usize,
    /// The user or group, as the caller wrote it.
    pub target: String,
    /// The names of its steps, in order.
    pub action: String,
    /// How it ended.
    pub status: Status,
    /// What the outcome rests on; `None` for a command that was not sent.
    pub evidence: Option<Evidence>,
    /// 0-based step that failed, as the caller numbered the steps.
    pub step: Option<usize>,
    /// The service's or the local check's code.
    pub code: Option<String>,
    /// The service's message, or ours.
    pub message: Option<String>,
    /// The `X-Request-Id` of the last request that carried it.
    pub request_id: Option<String>,
    /// Exchanges that carried it; 0 when it never left.
    pub attempts: u32,
    /// Whether it was real.
    pub mode: Mode,
    /// What the service warned of.
    pub warnings: Vec<Warning>,
    /// Whether an earlier run had done it all, so that nothing was sent.
    pub resumed: bool,
}

/// Something the service warned of; never makes a command fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// 0-based step, as the caller numbered the steps.
    pub step: Option<usize>,
    /// The service's code.
    pub code: String,
    /// The service's message.
    pub message: String,
}

impl Outcome {
    /// Its documented fields, by the names of scripts and reports, in their order.
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
            ("hint", json!(self.hint())),
            ("request_id", json!(self.request_id)),
            ("attempts", json!(self.attempts)),
            ("mode", json!(self.mode.as_str())),
            ("resumed", json!(self.resumed)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What to do about it, by its code.
    pub fn hint(&self) -> Option<&'static str> {
        self.code.as_deref().and_then(error_code::find).map(|code| code.hint)
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
        }
    }
}
