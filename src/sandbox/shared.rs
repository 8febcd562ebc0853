//! The service as its requests and its owner share it.

use crate::sandbox::service::SandboxService;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the server's requests and its owner share.
#[derive(Default)]
pub(super) struct ServerState(Mutex<SandboxService>);

impl ServerState {
    pub(super) fn new(world: SandboxService) -> Self {
        Self(Mutex::new(world))
    }

    /// Reports a problem of the server itself.
    pub(super) fn report(&self, sentence: &str) {
        let trouble = self.world().trouble.clone();
        trouble.report(sentence);
    }

    /// The world, also after a request panicked over it: each change of it is complete in itself.
    pub(super) fn world(&self) -> MutexGuard<'_, SandboxService> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
