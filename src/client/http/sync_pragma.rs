//! The `Pragma` that tells the service where a full listing begins and ends (contract 1.4).

use std::sync::{Mutex, MutexGuard, PoisonError};

const START: &str = "umapi-sync-start";
const END: &str = "umapi-sync-end";

/// The marks that are still to be sent. Each is sent once; if both are due, the start is sent first and the end
/// with the following call.
#[derive(Debug, Default)]
pub(crate) struct SyncPragma(Mutex<DuePragma>);

#[derive(Debug, Default)]
struct DuePragma {
    open: bool,
    end: bool,
}

impl SyncPragma {
    /// Makes the end mark due, unless it was sent.
    pub(crate) fn end(&self) {
        let mut due = self.due();
        due.end = due.open;
    }

    /// The mark for a later page of a listing; `ends` is set for the last page of a full listing.
    pub(crate) fn mark(&self, ends: bool) -> Option<&'static str> {
        if ends {
            self.end();
        }
        self.take(false)
    }

    /// The mark for the next call.
    pub(crate) fn take(&self, starts: bool) -> Option<&'static str> {
        let mut due = self.due();
        if starts {
            due.open = true;
            return Some(START);
        }
        if due.end {
            *due = DuePragma::default();
            return Some(END);
        }
        None
    }

    fn due(&self) -> MutexGuard<'_, DuePragma> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_is_sent_once_and_the_start_goes_first() {
        let sync = SyncPragma::default();
        assert_eq!(sync.take(false), None);
        assert_eq!(sync.take(true), Some(START));
        sync.end();
        assert_eq!(sync.take(false), Some(END));
        assert_eq!(sync.take(false), None);
        sync.end();
        assert_eq!(sync.take(false), None);
    }

    #[test]
    fn an_end_that_is_due_waits_for_a_new_start() {
        let sync = SyncPragma::default();
        sync.take(true);
        sync.end();
        assert_eq!(sync.take(true), Some(START));
        assert_eq!(sync.take(false), Some(END));
    }
}
