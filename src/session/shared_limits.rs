//! The limits that processes share: the service counts the calls of a client id, whoever makes them.

use crate::client::call_ledger::{CallLedger, SlotGrant};
use crate::client::settings::{ClientSettings, Pace};
use crate::store::call_window::{CallWindow, WindowSlot};
use crate::wire::endpoint::EndpointId;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

impl CallLedger for CallWindow {
    fn take(&self, endpoint: EndpointId, limit: usize, window: Duration) -> SlotGrant {
        match self.take(&format!("{endpoint:?}"), limit, window) {
            Ok(WindowSlot::FreeIn(wait)) => SlotGrant::Wait(wait),
            Ok(WindowSlot::Locked) => SlotGrant::Busy,
            // A state folder that cannot be written must not stop a run; its own calls stay limited.
            Ok(WindowSlot::Taken) | Err(_) => SlotGrant::Taken,
        }
    }
}

/// The same settings with the calls counted together with those of this user's other processes, where calls are
/// limited at all.
pub(crate) fn shared(settings: ClientSettings, state: Option<&Path>) -> ClientSettings {
    let Some(state) = state.filter(|_| settings.pace != Pace::Off) else { return settings };
    let window = CallWindow::of(state, &settings.service_url, settings.credentials.client_id());
    ClientSettings { ledger: Some(Arc::new(window)), ..settings }
}
