//! What the client reports while it works. Nothing is printed here.

use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

/// Hears what happens. Called on the client's own tasks: it must not block.
pub trait ClientObserver: Send + Sync {
    /// Something happened.
    fn notice(&self, event: &ClientEvent);
}

/// Hears nothing.
impl ClientObserver for () {
    fn notice(&self, _: &ClientEvent) {}
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum ClientEvent {
    /// An exchange begins.
    Sending {
        /// Method and path.
        call: String,
        /// The call's `X-Request-Id`.
        request_id: String,
        /// 1 for the first exchange of the call.
        attempt: u32,
    },
    /// An exchange was answered, with whatever status.
    Answered {
        /// Method and path.
        call: String,
        /// The call's `X-Request-Id`.
        request_id: String,
        /// HTTP status.
        status: u16,
        /// From the first byte sent to the last one read.
        elapsed: Duration,
    },
    /// A call waits, until it is its turn or may be tried again.
    Waiting {
        /// Method and path.
        call: String,
        /// The call's `X-Request-Id`.
        request_id: String,
        /// Why.
        reason: WaitReason,
        /// How long.
        duration: Duration,
        /// Until when.
        until: Timestamp,
    },
    /// A page of a listing was read.
    PageRead {
        /// Which listing.
        listing: String,
        /// 0-based page.
        page: usize,
        /// Pages in all, when the service said so.
        pages: Option<usize>,
        /// Entries read so far, each person counted once.
        entries: usize,
        /// Entries in all, when the service said so.
        total: Option<usize>,
        /// How long the pages that are left take under the documented limits.
        left: Option<Duration>,
    },
    /// An action request of a list of commands was settled.
    Progress(SubmitProgress),
    /// Something worth knowing that is not an error.
    Note(String),
}

/// Why a call waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitReason {
    /// The service answered 429.
    Throttled,
    /// The last attempt failed; what it met.
    Backoff(String),
    /// The documented limit of calls per minute is used up.
    Pacing,
}

impl fmt::Display for WaitReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled => formatter.write_str("the service asks to wait (HTTP 429)"),
            Self::Backoff(met) => formatter.write_str(met),
            Self::Pacing => formatter.write_str("the limit of calls per minute is used up"),
        }
    }
}

/// Counts of one list of commands so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SubmitProgress {
    /// Commands that are done, or would be.
    pub done: usize,
    /// Commands that failed, wholly or partly.
    pub failed: usize,
    /// Commands of unknown outcome.
    pub unknown: usize,
    /// Commands that were not sent.
    pub not_sent: usize,
    /// Action requests answered.
    pub requests: usize,
    /// Commands in all, when that was known from the start.
    pub total: Option<usize>,
    /// How long the commands that are left take under the documented limits.
    pub left: Option<Duration>,
}
