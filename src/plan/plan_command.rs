//! A command of a plan: what is sent, what was predicted for it, and what it found before.

use crate::store::journal::sha256;
use crate::wire::command::{steps_of, subject_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A command of a plan, in the order in which it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanCommand {
    /// 1 for the first command of the plan.
    pub number: usize,
    /// The command as it is sent.
    pub command: Value,
    /// The numbers of earlier commands that must be done before it: they change the same account, or make, rename or
    /// delete a group it names. A command is not sent after one of these failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<usize>,
    /// What was predicted.
    pub prediction: Prediction,
    /// The accounts and groups it touches, as they were before the first command of the plan.
    pub before: StateBefore,
    /// [`StateBefore::digest`] of `before`.
    pub digest: String,
    /// Why it cannot be undone, for a command that cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irreversible: Option<String>,
    /// The file and the line that it comes from, such as `people.csv:14`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// What was predicted for a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Whether it is sent.
    pub status: PredictedStatus,
    /// The service's code, for a command that would fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's message, for a command that would fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What the prediction rests on; empty for a certain one.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rests_on: BTreeSet<String>,
}

/// Whether a command of a plan would be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictedStatus {
    /// It would be done.
    Planned,
    /// The service would refuse it, so `apply` does not send it.
    WouldFail,
}

impl PredictedStatus {
    /// The name in files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::WouldFail => "would_fail",
        }
    }
}

/// The accounts and groups that a command touches, as they were before the first command of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateBefore {
    /// The accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountBefore>,
    /// The groups that it names, by name, with the service's number. A group without a number was not there; a group that was
    /// deleted and made again has another number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Option<i64>>,
}

impl StateBefore {
    /// A SHA-256 of all of it.
    pub fn digest(&self) -> String {
        sha256::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// An account as it was before the first command of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountBefore {
    /// The name with which it is read again: an e-mail, or a username.
    pub name: String,
    /// The domain with which it is read again: `AdobeID` for an Adobe ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The service's id; `None` if there was no active account of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The fields that the command changes, as they were: `email`, `username`, `firstname`, `lastname`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Option<String>>,
    /// The memberships that the command changes, by the name of the group.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub memberships: BTreeMap<String, MembershipBefore>,
}

/// A membership as it was before the first command of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MembershipBefore {
    /// A member of the group itself.
    Direct,
    /// A member through a user group.
    Indirect,
    /// A member, directly or through a user group.
    Member,
    /// No member.
    Absent,
    /// Not known; it is not compared.
    Unknown,
}

impl MembershipBefore {
    /// The name in files and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Indirect => "indirect",
            Self::Member => "member",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
        }
    }
}

impl PlanCommand {
    /// A command that would be done, with nothing known of what it rests on.
    pub fn new(number: usize, command: Value, before: StateBefore) -> Self {
        let digest = before.digest();
        let prediction = Prediction {
            status: PredictedStatus::Planned,
            code: None,
            message: None,
            rests_on: BTreeSet::new(),
        };
        Self {
            number,
            command,
            after: Vec::new(),
            prediction,
            before,
            digest,
            irreversible: None,
            source: None,
        }
    }

    /// The user or group that it changes.
    pub fn target(&self) -> &str {
        subject_of(&self.command).unwrap_or("(no user)")
    }

    /// The names of its steps.
    pub fn action(&self) -> String {
        steps_of(&self.command).join(", ")
    }

    /// Whether it is sent.
    pub fn is_planned(&self) -> bool {
        self.prediction.status == PredictedStatus::Planned
    }

    /// The word of tables and reports: `planned`, `irreversible` for one that cannot be undone, `would_fail`.
    pub fn status(&self) -> &'static str {
        match (self.prediction.status, &self.irreversible) {
            (PredictedStatus::Planned, Some(_)) => "irreversible",
            (status, _) => status.as_str(),
        }
    }
}
