//! Ctrl-C, as everything that runs or waits sees it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Asked for by a signal, seen by the script's own loops through [`Interrupt::is_requested`] and by waits through
/// [`Interrupt::token`]. Clones are the same interrupt.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Read at every operation of a script, so it must cost nothing.
    requested: AtomicBool,
    token: Mutex<CancellationToken>,
}

impl Interrupt {
    /// Ends what runs and what waits. Answers whether it had been asked for before.
    pub fn request(&self) -> bool {
        let again = self.0.requested.swap(true, Ordering::Relaxed);
        self.token().cancel();
        again
    }

    /// Whether it was asked for.
    pub fn is_requested(&self) -> bool {
        self.0.requested.load(Ordering::Relaxed)
    }

    /// What waits can be ended by; good until the next [`Interrupt::reset`].
    pub fn token(&self) -> CancellationToken {
        self.0.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes ready for the next run.
    pub fn reset(&self) {
        *self.0.token.lock().unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
        self.0.requested.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_reaches_loops_and_waits_and_a_reset_forgets_it() {
        let interrupt = Interrupt::default();
        let token = interrupt.token();
        assert!(!interrupt.clone().request());
        assert!(interrupt.is_requested() && token.is_cancelled());
        assert!(interrupt.request());
        interrupt.reset();
        assert!(!interrupt.is_requested() && !interrupt.token().is_cancelled());
    }
}
