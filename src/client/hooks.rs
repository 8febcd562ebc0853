//! Where others may step in: what a hook is shown of every change, and what it can say about it.

use super::settings::Mode;
use crate::client::outcome::CommandOutcome;
use crate::client::request::ApiResponse;
use crate::client::sent_command::{RenderedCommand, SentCommand};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::command::Command;
use crate::wire::outcome::Evidence;
use crate::wire::user::User;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A change about to leave, or just answered: an action request, or another write made by `call` or `send`.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRequest {
    /// Method and path.
    pub call: String,
    /// Its `X-Request-Id`.
    pub request_id: String,
    /// Whether it makes changes.
    pub mode: Mode,
    /// Which list of commands of this client it belongs to, from 1; 0 for a request sent as its caller wrote it.
    pub list: u64,
    /// The commands in it; empty for a write that is not a list of commands.
    pub commands: Vec<SentCommand>,
    /// What a write that is not a list of commands sends.
    pub body: Option<Value>,
}

/// What an earlier run knows of a command that this run is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecalledOutcome {
    /// It is done: it is not sent again.
    Done {
        /// The `X-Request-Id` of the request that carried it.
        request_id: String,
        /// What that rests on.
        evidence: Option<Evidence>,
    },
    /// The service called it done and someone was still a member, and is now: it is not sent again.
    StillMember {
        /// The `X-Request-Id` of the request that carried it.
        request_id: String,
        /// Of what.
        message: String,
    },
    /// It may have been done, and can be neither confirmed nor safely repeated: it is not sent.
    Open {
        /// Why.
        message: String,
    },
}

/// What an earlier run knows of a request that is sent as its caller wrote it.
#[derive(Debug)]
pub struct RecalledResponse {
    /// The answer it got; an error where it may have been carried out and can be neither confirmed nor safely
    /// repeated.
    pub response: Result<ApiResponse>,
    /// Commands, by their places, after which someone is still a member, and of what.
    pub still_members: BTreeMap<usize, String>,
}

impl RecalledResponse {
    /// It can be neither confirmed nor safely repeated.
    pub fn open(message: String) -> Self {
        Self { response: Err(ErrorKind::Unknown { message }.into()), still_members: BTreeMap::new() }
    }
}

/// What the run knows about the person of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// The command may be sent; its outcome rests on this.
    Send(Evidence),
    /// The command must not be sent and counts as failed.
    Refuse {
        /// The code of the outcome.
        code: &'static str,
        /// Why, with the person's name.
        message: String,
    },
    /// The command is not sent, since something has to be done first.
    HoldBack {
        /// The code of the outcome.
        code: &'static str,
        /// Why, with the person's name.
        message: String,
    },
}

/// Stands at the gate that every change passes: a journal, a guard, a budget.
pub trait GateHook: Send + Sync {
    /// Before the request leaves, and before it waits for its turn.
    ///
    /// # Errors
    /// Whatever should keep it from leaving; the rest of its list is then not sent either. Hooks that were
    /// asked before are told of it by [`GateHook::after`].
    fn before(&self, request: &ActionRequest) -> Result<()>;

    /// Its turn has come: right before its first byte leaves, once, however often it is repeated.
    ///
    /// # Errors
    /// What keeps it from leaving after all; [`GateHook::after`] is told.
    fn sending(&self, _request: &ActionRequest) -> Result<()> {
        Ok(())
    }

    /// After its answer, or after the attempts to get one failed: with `unknown` when the change may have been
    /// made all the same.
    fn after(&self, request: &ActionRequest, response: std::result::Result<&ApiResponse, &Error>);

    /// What became of each command of the request, in their order; after `after`.
    fn settled(&self, _request: &ActionRequest, _fates: &[CommandOutcome]) {}

    /// Whether this hook remembers an earlier run.
    fn can_recall(&self) -> bool {
        false
    }

    /// What an earlier run did of this command, or of one piece of it; each of its deeds is answered once.
    fn recall(&self, _mode: Mode, _command: &RenderedCommand) -> Option<RecalledOutcome> {
        None
    }

    /// The answer that an earlier run got to this request, sent as its caller wrote it; each is recalled once.
    fn recall_response(&self, _request: &ActionRequest) -> Option<RecalledResponse> {
        None
    }

    /// What the run knows about the person of a command, before it is sent; `is_unknown` says that the service was
    /// asked and does not know the person. Nothing for a hook that knows no people.
    fn resolve(&self, _command: &Command, _is_unknown: bool) -> Option<Resolution> {
        None
    }

    /// Users were read.
    fn users_read(&self, _users: &[Arc<User>]) {}

    /// A listing was read to its end, or failed; with the number of its entries.
    fn listing_ended(&self, _listing: &str, _entries: std::result::Result<usize, &Error>) {}
}

impl ApiResponse {
    /// Stands in for the answer to an action request that was lost or came in an earlier run, when all its commands
    /// were seen to be done; `mark` is a field that says so.
    pub fn confirmed(change: &ActionRequest, request_id: String, mark: &str) -> Self {
        let count = change.commands.len();
        let (live, test) = if change.mode == Mode::Live { (count, 0) } else { (0, count) };
        let mut body =
            json!({"result": "success", "completed": live, "notCompleted": 0, "completedInTestMode": test});
        body[mark] = Value::Bool(true);
        Self { status: 200, headers: Vec::new(), body, request_id }
    }
}
