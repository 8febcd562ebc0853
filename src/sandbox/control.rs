//! The control endpoint: faults, the log of requests and settings, over HTTP for clients in other processes.

use super::credentials::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, TECHNICAL_ACCOUNT_ID};
use crate::sandbox::faults::PlannedFault;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::service::ServiceRequest;
use crate::sandbox::settings::SettingsChange;
use crate::sandbox::shared::ServerState;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Where the control endpoint is.
pub(super) const CONTROL_PATH: &str = "/sandbox";

/// The response to a request to the control endpoint; `None` for others.
pub(super) async fn respond(shared: &ServerState, request: &ServiceRequest) -> Option<SandboxResponse> {
    let path = request.path.strip_prefix(CONTROL_PATH)?.trim_end_matches('/');
    Some(match (request.method.as_str(), path) {
        ("GET", "") => about(),
        ("GET", "/private-key") => private_key(shared).await,
        ("GET", "/faults") => SandboxResponse::json(200, &shared.service().faults.pending()),
        ("POST", "/faults") => {
            parsed(request, |faults: Vec<PlannedFault>| shared.service().faults.queue(faults))
        }
        ("DELETE", "/faults" | "/requests") => {
            reset(shared);
            SandboxResponse::empty(204)
        }
        ("GET", "/requests") => SandboxResponse::json(200, &shared.service().log.all()),
        ("POST", "/settings") => {
            parsed(request, |settings: SettingsChange| shared.service().rules.change(&settings))
        }
        _ => SandboxResponse::empty(404),
    })
}

/// Clears the pending faults and the request log.
pub(super) fn reset(shared: &ServerState) {
    let mut service = shared.service();
    service.faults.clear();
    service.log.clear();
}

fn about() -> SandboxResponse {
    SandboxResponse::json(
        200,
        &json!({
            "organization": ORGANIZATION,
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "technicalAccountId": TECHNICAL_ACCOUNT_ID,
        }),
    )
}

async fn private_key(shared: &ServerState) -> SandboxResponse {
    let key = std::sync::Arc::clone(&shared.service().key);
    let made = tokio::task::spawn_blocking(move || key.pair().map(|pair| pair.private_pem.clone())).await;
    match made {
        Ok(Ok(pem)) => SandboxResponse { body: pem.into_bytes(), ..SandboxResponse::empty(200) }
            .with("content-type", "application/x-pem-file"),
        _ => SandboxResponse::empty(500),
    }
}

fn parsed<T: DeserializeOwned>(request: &ServiceRequest, apply: impl FnOnce(T)) -> SandboxResponse {
    match serde_json::from_slice(&request.body) {
        Ok(value) => {
            apply(value);
            SandboxResponse::empty(204)
        }
        Err(error) => SandboxResponse::json(400, &json!({ "message": error.to_string() })),
    }
}
