//! The client against a scripted server.

mod auth;
mod calls;
mod execute;
mod feed;
mod gate;
mod listings;
mod prefetch;

use crate::support::server::Server;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::event::{ClientEvent, ClientObserver};
use umapi_shell::client::settings::{ClientSettings, Credentials, Mode, Pace};
use umapi_shell::secret::Secret;

const ORGANIZATION: &str = "0123ABC@AdobeOrg";

/// Live, without waits and limits, with an access token.
fn settings(server: &Server) -> ClientSettings {
    let credentials =
        Credentials::Token { client_id: "client-id".into(), token: Secret::from("ready-token") };
    ClientSettings {
        service_url: format!("{}/v2/usermanagement", server.url()),
        sign_in_url: server.url(),
        mode: Mode::Live,
        pace: Pace::Off,
        max_attempts: 3,
        first_delay: Duration::ZERO,
        jitter: Duration::ZERO,
        timeout: Duration::from_secs(20),
        ..ClientSettings::new(ORGANIZATION, credentials)
    }
}

fn client(settings: ClientSettings) -> Client {
    Client::new(settings, Arc::new(()), CancellationToken::new())
}

fn client_of(server: &Server) -> Client {
    client(settings(server))
}

/// Keeps every event; may stop the client at the first wait.
#[derive(Default)]
struct Listener {
    events: Mutex<Vec<ClientEvent>>,
    stop_at_wait: Option<CancellationToken>,
}

impl Listener {
    fn events(&self) -> Vec<ClientEvent> {
        self.events.lock().unwrap().clone()
    }
}

impl ClientObserver for Listener {
    fn notice(&self, event: &ClientEvent) {
        self.events.lock().unwrap().push(event.clone());
        if let (ClientEvent::Waiting { .. }, Some(stop)) = (event, &self.stop_at_wait) {
            stop.cancel();
        }
    }
}
