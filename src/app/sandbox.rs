//! `umapish sandbox`: the sandbox organization for any other client.

use crate::cli;
use crate::host::interrupt::Interrupt;
use crate::output::Output;
use crate::sandbox::{self, Listener, Sandbox};
use crate::shell::exit_code::RunExit;
use crate::shell::signals;
use std::sync::Arc;
use std::time::Duration;

/// Serves until the operator interrupts.
pub(crate) fn serve(options: cli::SandboxOptions, output: &Arc<Output>) -> RunExit {
    let cli::SandboxOptions { port, users, state, throttle, minute } = options;
    let warnings = Arc::clone(output);
    let listener = Listener::new(move |problem| warnings.warning(problem));
    let options = sandbox::SandboxSettings {
        port,
        users,
        state,
        throttle,
        minute,
        listener,
        ..sandbox::SandboxSettings::default()
    };
    let interrupt = Interrupt::default();
    if let Err(error) = signals::listen(interrupt.clone(), Duration::ZERO) {
        output.error(&format!("cannot listen for signals: {error}"), None);
        return RunExit::Script;
    }
    match Sandbox::start(options) {
        Ok(server) => {
            output.value(&describe(&server));
            output.note("serving; press Ctrl-C to stop");
            wait_for(&interrupt);
            RunExit::Done
        }
        Err(error) => {
            output.error(&error.to_string(), Some("Try another --port or --state."));
            RunExit::Script
        }
    }
}

/// The settings for a client, by name.
fn describe(server: &Sandbox) -> serde_json::Value {
    serde_json::json!({
        "UMAPI_URL": server.service_url(),
        "UMAPI_IMS_URL": server.sign_in_url(),
        "UMAPI_ORG_ID": sandbox::ORGANIZATION,
        "UMAPI_CLIENT_ID": sandbox::CLIENT_ID,
        "UMAPI_CLIENT_SECRET": sandbox::CLIENT_SECRET,
    })
}

fn wait_for(interrupt: &Interrupt) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    if let Ok(runtime) = runtime {
        runtime.block_on(interrupt.token().cancelled());
    }
}
