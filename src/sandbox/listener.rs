//! Trouble of the server itself, which no request is told of: whoever started it hears of it.

use std::fmt;
use std::sync::Arc;

type TroubleListener = dyn Fn(&str) + Send + Sync;

/// Hears of trouble; by default nobody does.
#[derive(Clone, Default)]
pub struct Listener(Option<Arc<TroubleListener>>);

impl Listener {
    /// Trouble is told to `hear`, a sentence at a time, on the server's threads.
    pub fn new(hear: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(hear)))
    }

    pub(super) fn tell(&self, sentence: &str) {
        if let Some(hear) = &self.0 {
            hear(sentence);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Listener" } else { "nobody" })
    }
}
