//! Problems of the server itself, which belong to no request: they are reported to whoever started it.

use std::fmt;
use std::sync::Arc;

type ProblemHandler = dyn Fn(&str) + Send + Sync;

/// Receives reports of problems; by default nobody does.
#[derive(Clone, Default)]
pub struct Listener(Option<Arc<ProblemHandler>>);

impl Listener {
    /// Calls `handle` with one sentence per problem, on the threads of the server.
    pub fn new(handle: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(handle)))
    }

    pub(super) fn report(&self, sentence: &str) {
        if let Some(handle) = &self.0 {
            handle(sentence);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Listener" } else { "Listener(none)" })
    }
}
