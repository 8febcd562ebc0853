//! The function reference against what runs: every example on a fresh sandbox, every endpoint reached by some.

use crate::support::Shell;
use std::collections::HashSet;
use umapi_shell::sandbox::{self, Sandbox};
use umapi_shell::wire::endpoint::{ENDPOINTS, EndpointId};

#[test]
fn every_example_runs_on_a_fresh_sandbox() {
    let catalog = umapi_shell::script::functions::catalog();
    let failed: Vec<_> =
        catalog.examples().filter_map(|(function, code)| failure(&function.call(), code)).collect();
    assert!(catalog.examples().count() > 100);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What went wrong with an example, if it did.
fn failure(call: &str, code: &str) -> Option<String> {
    let run = Shell::eval(code).run();
    (run.code != 0).then(|| format!("{call} ended with {}:\n{code}\n{}", run.code, run.stderr))
}

/// `/status` needs no sign-in and says nothing of the organization, so no function of scripts is about it.
#[test]
fn every_endpoint_is_reached_by_an_example() {
    let server = Sandbox::start(sandbox::Options::default()).unwrap();
    let catalog = umapi_shell::script::functions::catalog();
    for (_, code) in catalog.examples() {
        against(&server, code).run();
    }
    let seen: HashSet<String> = server.requests().into_iter().map(|request| request.endpoint).collect();
    let wanted = ENDPOINTS.iter().map(|endpoint| endpoint.id).filter(|id| *id != EndpointId::Status);
    let missing: Vec<_> = wanted.filter(|id| !seen.contains(&format!("{id:?}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The code of `-e` against a served sandbox, signed in by a JWT unless it asks for OAuth itself.
fn against(server: &Sandbox, code: &str) -> Shell {
    Shell::new("--live -e")
        .arg(code)
        .file("private.key", server.private_key_pem().unwrap())
        .against(server)
        .env("UMAPI_TECH_ACCOUNT_ID", sandbox::TECHNICAL_ACCOUNT_ID)
        .env("UMAPI_PRIVATE_KEY_FILE", "private.key")
}
