//! How a command ended, as scripts, reports and journals name it.

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Declares the statuses with their names, so that none can be left out of the list of all.
macro_rules! statuses {
    ($($(#[$doc:meta])* $status:ident = $name:literal,)*) => {
        /// How a command ended.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Status {
            $($(#[$doc])* $status,)*
        }

        impl Status {
            /// Every status.
            pub const ALL: &[Self] = &[$(Self::$status,)*];

            /// The name scripts, reports and journals use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$status => $name,)*
                }
            }
        }
    };
}

statuses! {
    /// It was carried out.
    Completed = "completed",
    /// In test mode: it would be carried out.
    WouldComplete = "would_complete",
    /// It failed, but an earlier step of it was carried out.
    PartlyDone = "partly_done",
    /// It failed, and none of its steps was carried out.
    Failed = "failed",
    /// In a live run that reads removals back: the service reported success, but someone is still a member.
    StillMember = "still_member",
    /// In a live run that reads removals back: the service reported success, but it could not be read back.
    Unverified = "unverified",
    /// It was sent and its response was lost: it may or may not have been carried out.
    Unknown = "unknown",
    /// It was never sent.
    NotSent = "not_sent",
    /// In a plan: it would be carried out.
    Planned = "planned",
    /// In a plan: it would fail, wholly or in part.
    WouldFail = "would_fail",
}

impl Status {
    /// Whether the command was carried out, or would be.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Completed | Self::WouldComplete | Self::Planned)
    }

    /// Whether the service refused the command or a part of it.
    pub fn is_failed(self) -> bool {
        matches!(self, Self::Failed | Self::PartlyDone | Self::StillMember | Self::WouldFail)
    }

    /// The same in a plan, where nothing is carried out.
    #[must_use]
    pub fn as_planned(self) -> Self {
        match self {
            Self::Completed => Self::Planned,
            Self::Failed | Self::PartlyDone | Self::StillMember => Self::WouldFail,
            other => other,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// What an outcome rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The run read the account before, under the identity that the command names.
    Read,
    /// The run read the account back after the change.
    Verified,
    /// The word of the service alone, which reports success even for removing people it does not know.
    Service,
}

impl Evidence {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Read, Self::Verified, Self::Service];

    /// The name scripts, reports and journals use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Verified => "verified",
            Self::Service => "service",
        }
    }
}

/// A name that is not the name of a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown status `{0}`")]
pub struct UnknownStatus(String);

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(name: &str) -> Result<Self, UnknownStatus> {
        let found = Self::ALL.iter().find(|status| status.as_str() == name);
        found.copied().ok_or_else(|| UnknownStatus(name.to_owned()))
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StatusVisitor;

        impl Visitor<'_> for StatusVisitor {
            type Value = Status;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the name of a status")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Status, E> {
                name.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(StatusVisitor)
    }
}

/// The outcome of one command of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandOutcome {
    /// How it ended in this request.
    pub status: Status,
    /// The service's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The message of the service, or of this program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// 0-based step of the command as it was sent that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What the outcome rests on; `None` for a command that was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl CommandOutcome {
    /// An outcome without a message.
    pub fn new(status: Status) -> Self {
        Self { status, step: None, code: None, message: None, evidence: None }
    }

    /// An outcome with a message.
    pub fn with_message(status: Status, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::new(status) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_back_from_its_name() {
        for status in Status::ALL {
            assert_eq!(status.to_string().parse(), Ok(*status));
            let text = serde_json::to_string(status).unwrap();
            assert_eq!(text, format!("\"{status}\""));
            assert_eq!(serde_json::from_str::<Status>(&text).unwrap(), *status);
        }
    }

    #[test]
    fn an_unknown_status_is_an_error_that_names_it() {
        let error = serde_json::from_str::<Status>("\"revoked\"").unwrap_err();
        assert!(error.to_string().starts_with("unknown status `revoked`"), "{error}");
        assert!("".parse::<Status>().is_err() && "Completed".parse::<Status>().is_err());
    }
}
