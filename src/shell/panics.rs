//! A panic becomes an error instead of a stack trace.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

/// Where the last panic happened and what it said.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from being printed; to be called once, at the start.
pub(crate) fn silence() {
    panic::set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(format!("{text}{}", place.unwrap_or_default()));
    }));
}

/// Runs `work`; returns the message of a panic in it as an error.
///
/// # Errors
/// It panicked.
pub(crate) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| last())
}

/// The message of the last panic.
pub(crate) fn last() -> String {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
    format!("internal error ({last}); this is a bug in umapish, not in the script or the service")
}
