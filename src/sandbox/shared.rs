//! The service as its requests and its owner share it.

use super::service::World;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the server's requests and its owner share.
#[derive(Default)]
pub(super) struct Shared(Mutex<World>);

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self(Mutex::new(world))
    }

    /// Tells of trouble of the server itself.
    pub(super) fn tell(&self, sentence: &str) {
        let trouble = self.world().trouble.clone();
        trouble.tell(sentence);
    }

    /// The world, also after a request panicked over it: each change of it is complete in itself.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
