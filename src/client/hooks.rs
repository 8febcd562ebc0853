//! Hooks of the gate: they see every change before and after it is sent, and can refuse it.

use super::settings::Mode;
use crate::client::outcome::CommandOutcome;
use crate::client::request::ApiResponse;
use crate::client::sent_command::{CommandContent, SentCommand};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::command::Command;
use crate::wire::outcome::Evidence;
use crate::wire::person_fingerprint::PersonFingerprints;
use crate::wire::user::User;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A change that is about to be sent, or was sent: an action request, or another write by `call` or `send`.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRequest {
    /// Method and path.
    pub call: String,
    /// Its `X-Request-Id`.
    pub request_id: String,
    /// Whether it makes changes.
    pub mode: Mode,
    /// The number of the list of commands it belongs to, from 1; 0 for a request sent as its caller wrote it.
    pub list: u64,
    /// The commands in it; empty for a write that is not a list of commands.
    pub commands: Vec<SentCommand>,
    /// The body of a write that is not a list of commands.
    pub body: Option<Value>,
}

/// What an earlier run knows about a command that this run requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecalledOutcome {
    /// It was done, so it is not sent again.
    Done {
        /// The `X-Request-Id` of the request that carried it.
        request_id: String,
        /// What that rests on.
        evidence: Option<Evidence>,
    },
    /// The service reported success, but the user was and is still a member; it is not sent again.
    StillMember {
        /// The `X-Request-Id` of the request that carried it.
        request_id: String,
        /// The memberships that remain.
        message: String,
    },
    /// It may have been done, and can neither be confirmed nor safely repeated, so it is not sent.
    Open {
        /// Why.
        message: String,
    },
}

/// What an earlier run knows about a request that is sent as its caller wrote it.
#[derive(Debug)]
pub struct RecalledResponse {
    /// The response it got; an error if it may have been carried out and can neither be confirmed nor safely
    /// repeated.
    pub response: Result<ApiResponse>,
    /// The memberships that remained after a command, by the index of the command.
    pub still_members: BTreeMap<usize, String>,
}

impl RecalledResponse {
    /// A request that can neither be confirmed nor safely repeated.
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

/// What users were asked for.
#[derive(Debug, Clone, Copy)]
pub enum UserReading<'q> {
    /// One user.
    Single,
    /// A page of a listing.
    Listing(UserListing<'q>),
}

/// A listing of users, as hooks see it.
#[derive(Debug, Clone, Copy)]
pub struct UserListing<'q> {
    /// Its number, which no other listing of the process has.
    pub number: u64,
    /// The group whose members are listed.
    pub group: Option<&'q str>,
    /// Whether it has all members of the group, whatever their license.
    pub has_all_members: bool,
    /// Whether profiles that come through a user group count.
    pub counts_indirect: bool,
    /// Whether each user has the groups.
    pub shows_groups: bool,
}

/// A hook of the gate that every change passes: a journal, a guard, a budget.
pub trait GateHook: Send + Sync {
    /// Called before the request waits for its slot.
    ///
    /// # Errors
    /// Why it must not be sent; the rest of its list is then not sent either. For hooks that were asked before,
    /// [`GateHook::after`] is called with the error.
    fn before(&self, request: &ActionRequest) -> Result<()>;

    /// Called directly before its first byte is sent, once, however often it is repeated.
    ///
    /// # Errors
    /// Why it must not be sent after all; [`GateHook::after`] is called with the error.
    fn sending(&self, _request: &ActionRequest) -> Result<()> {
        Ok(())
    }

    /// Called after its response, or after all attempts failed: with an `unknown` error if the change may still
    /// have been made.
    fn after(&self, request: &ActionRequest, response: std::result::Result<&ApiResponse, &Error>);

    /// Called after `after` with the outcome of each command of the request, in their order.
    fn settled(&self, _request: &ActionRequest, _outcomes: &[CommandOutcome]) {}

    /// Called after `settled` with the outcome of a command that was `unverified` there, once it was read back.
    fn verified(&self, _request: &ActionRequest, _place: usize, _outcome: &CommandOutcome) {}

    /// Whether this hook has the record of an earlier run.
    fn can_recall(&self) -> bool {
        false
    }

    /// What an earlier run did for this command, or for one piece of it; each record is returned once.
    fn recall(&self, _mode: Mode, _command: &CommandContent) -> Option<RecalledOutcome> {
        None
    }

    /// The response that an earlier run got to this request, sent as its caller wrote it; each is returned once.
    fn recall_response(&self, _request: &ActionRequest) -> Option<RecalledResponse> {
        None
    }

    /// What the run knows about the person of a command, before it is sent; `is_unknown` says that the service was
    /// asked and does not know the person. Nothing for a hook that knows no people.
    fn resolve(&self, _command: &Command, _is_unknown: bool) -> Option<Resolution> {
        None
    }

    /// Whether the run knows that the e-mail of a command's person belongs to one account only, which is the one that is
    /// meant. Lists of a group cannot say which of several accounts they mean.
    fn is_only_account(&self, _command: &Command) -> bool {
        false
    }

    /// Called when users were read, with their fingerprints, which are computed where a page is parsed.
    fn people_read(&self, _people: &[PersonFingerprints]) {}

    /// Called after `people_read` with the records themselves.
    fn users_read(&self, _users: &[Arc<User>]) {}

    /// Called after `users_read` with what was asked for, which decides what the records show.
    fn users_found(&self, _users: &[Arc<User>], _reading: UserReading<'_>) {}

    /// Called when a listing of users was read to the end.
    fn users_listed(&self, _reading: UserReading<'_>) {}

    /// Called when the service was asked for a user and knows nobody of that name.
    fn user_missing(&self, _name: &str, _domain: Option<&str>) {}

    /// Called when a command was accepted, before it waits for its request.
    fn accepted(&self, _command: &Command) {}

    /// Called when a listing was read to the end, with the number of its entries, or failed.
    fn listing_ended(&self, _listing: &str, _entries: std::result::Result<usize, &Error>) {}
}

impl ApiResponse {
    /// A substitute for a response that was lost or came in an earlier run, after all commands of the request were
    /// confirmed as done; the field `mark` says so.
    pub fn confirmed(change: &ActionRequest, request_id: String, mark: &str) -> Self {
        let count = change.commands.len();
        let (live, test) = if change.mode == Mode::Live { (count, 0) } else { (0, count) };
        let mut body =
            json!({"result": "success", "completed": live, "notCompleted": 0, "completedInTestMode": test});
        body[mark] = Value::Bool(true);
        Self { status: 200, headers: Vec::new(), body, request_id }
    }
}
