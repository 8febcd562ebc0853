//! Calls that several processes count together: the service limits a client id, not a process.

use crate::wire::endpoint::EndpointId;
use std::fmt;
use std::time::Duration;

/// Whether a call may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotGrant {
    /// It may, and is counted.
    Taken,
    /// Not before this time has passed.
    Wait(Duration),
    /// Another process is taking a slot at this moment.
    Busy,
}

/// A record of the calls of all processes with the same service and client id.
pub trait CallLedger: Send + Sync + fmt::Debug {
    /// Takes one of the `limit` slots that an endpoint has in each `window`. A record that cannot be kept limits
    /// nothing: every process still keeps to the limits by itself.
    fn take(&self, endpoint: EndpointId, limit: usize, window: Duration) -> SlotGrant;
}
