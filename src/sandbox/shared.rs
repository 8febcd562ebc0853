//! The service as its requests and its owner share it.

use crate::sandbox::service::SandboxService;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the server's requests and its owner share.
#[derive(Default)]
pub(super) struct ServerState(Mutex<SandboxService>);

impl ServerState {
    pub(super) fn new(service: SandboxService) -> Self {
        Self(Mutex::new(service))
    }

    /// Reports a problem of the server itself.
    pub(super) fn report(&self, sentence: &str) {
        let listener = self.service().listener.clone();
        listener.report(sentence);
    }

    /// The service, also after a request panicked over it: each change of it is complete in itself.
    pub(super) fn service(&self) -> MutexGuard<'_, SandboxService> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
