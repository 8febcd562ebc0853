//! A stream of commands in, a stream of outcomes out.

use super::outcome::Outcome;
use crate::error::Error;
use futures_util::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The outcomes of a list of commands: exactly one for each, in the order they are decided. Nothing is sent
/// before the first one is asked for.
pub struct Outcomes {
    requests: usize,
    stopped: Option<Error>,
}

impl Outcomes {
    /// Why the run ended before all was sent; complete once the stream has ended.
    pub fn stopped(&self) -> Option<&Error> {
        self.stopped.as_ref()
    }

    /// Action requests answered so far.
    pub fn requests(&self) -> usize {
        self.requests
    }
}

impl Stream for Outcomes {
    type Item = Outcome;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Outcome>> {
        unimplemented!()
    }
}
