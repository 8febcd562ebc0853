//! What the client reports while it works. Nothing is printed here.

use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

/// Receives the client's events. It is called on the client's own tasks and must not block.
pub trait ClientObserver: Send + Sync {
    /// Something happened.
    fn notice(&self, event: &ClientEvent);
}

/// Ignores all events.
impl ClientObserver for () {
    fn notice(&self, _: &ClientEvent) {}
}

/// An event of the client.
#[derive(Debug, Clone)]
pub enum ClientEvent {
    /// An exchange starts.
    Sending {
        /// Method and path.
        call: String,
        /// The call's `X-Request-Id`.
        request_id: String,
        /// 1 for the first exchange of the call.
        attempt: u32,
    },
    /// An exchange got a response, with any status.
    Answered {
        /// Method and path.
        call: String,
        /// The same without what names people, groups or the organization.
        endpoint: String,
        /// The call's `X-Request-Id`.
        request_id: String,
        /// HTTP status.
        status: u16,
        /// From the first byte sent to the last one read.
        elapsed: Duration,
    },
    /// A call waits for its slot or for its next attempt.
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
        /// The total number of pages, if the service sent it.
        pages: Option<usize>,
        /// Entries read so far, without duplicates.
        entries: usize,
        /// The total number of entries, if the service sent it.
        total: Option<usize>,
        /// The least time that the remaining pages take under the documented limits.
        left: Option<Duration>,
    },
    /// An action request of a list of commands is complete.
    Progress(SubmitProgress),
    /// People are looked up one by one before their removal.
    LookUps {
        /// At most how many.
        people: usize,
        /// The least time that this takes under the documented limits.
        left: Duration,
    },
    /// A note for the operator.
    Note(String),
}

/// Why a call waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitReason {
    /// The service returned 429.
    Throttled,
    /// The last attempt failed, with what happened.
    Backoff(String),
    /// The documented limit of calls per minute is used up.
    Pacing,
}

impl fmt::Display for WaitReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throttled => formatter.write_str("the service asked to wait (HTTP 429)"),
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
    /// Commands with an unknown outcome.
    pub unknown: usize,
    /// Commands that were not sent.
    pub not_sent: usize,
    /// Action requests with a response.
    pub requests: usize,
    /// The total number of commands, if it was known from the start.
    pub total: Option<usize>,
    /// The least time that the remaining commands take under the documented limits.
    pub left: Option<Duration>,
}
