//! What became of one command.

use super::settings::Mode;
use crate::error::Failure;
use crate::wire::error_code;
use serde_json::{Map, Value, json};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is done.
    Completed,
    /// In test mode: it would be done.
    WouldComplete,
    /// It failed, but an earlier step of it stands.
    PartlyDone,
    /// It failed, and nothing of it was done.
    Failed,
    /// In a live run with removals read back: the service says that it is done, and someone is a member still.
    StillMember,
    /// It left and its answer was lost: it may have been done or not.
    Unknown,
    /// It never left.
    NotSent,
}

impl Status {
    /// The name scripts and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::WouldComplete => "would_complete",
            Self::PartlyDone => "partly_done",
            Self::Failed => "failed",
            Self::StillMember => "still_member",
            Self::Unknown => "unknown",
            Self::NotSent => "not_sent",
        }
    }

    /// Whether the command is done, or would be.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Completed | Self::WouldComplete)
    }

    /// Whether the service refused the command or a part of it.
    pub fn is_failed(self) -> bool {
        matches!(self, Self::Failed | Self::PartlyDone | Self::StillMember)
    }
}

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

/// What became of one command of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// How it ended, as far as this request goes.
    pub status: Status,
    /// 0-based step of the command as it was sent that failed.
    pub step: Option<usize>,
    /// The service's code.
    pub code: Option<String>,
    /// The service's message, or ours.
    pub message: Option<String>,
}

impl Fate {
    /// One that needs no more words.
    pub fn plain(status: Status) -> Self {
        Self { status, step: None, code: None, message: None }
    }

    /// One with a message of ours.
    pub fn told(status: Status, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::plain(status) }
    }
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
    pub fn failure(&self) -> Option<Failure> {
        self.status.is_failed().then(|| Failure {
            index: self.index,
            target: self.target.clone(),
            step: self.step,
            code: self.code.clone().unwrap_or_default(),
            message: self.message.clone().unwrap_or_default(),
        })
    }
}
