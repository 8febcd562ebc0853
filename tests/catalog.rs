//! The function reference against what runs: every example on a fresh sandbox, every endpoint reached by some.

use crate::support::Run;
use std::collections::HashSet;
use umapi_shell::language::catalog::Catalog;
use umapi_shell::sandbox::{self, Sandbox};
use umapi_shell::wire::endpoint::{ENDPOINTS, EndpointId};

#[test]
fn every_example_runs_on_a_fresh_sandbox() {
    let catalog = Catalog::read();
    let examples: Vec<_> = catalog.examples().map(|(function, code)| (function.call(), code)).collect();
    let failed = std::thread::scope(|scope| {
        let halves = examples.chunks(examples.len().div_ceil(2));
        let workers: Vec<_> = halves.map(|half| scope.spawn(|| failures(half))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(catalog.examples().count() > 100);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn failures(examples: &[(String, &str)]) -> Vec<String> {
    examples.iter().filter_map(|(call, code)| failure(call, code)).collect()
}

/// What went wrong with an example, if it did.
fn failure(call: &str, code: &str) -> Option<String> {
    let run = Run::eval(code).run();
    (run.code != 0).then(|| format!("{call} ended with {}:\n{code}\n{}", run.code, run.stderr))
}

/// `/status` needs no sign-in and says nothing of the organization, so no function of scripts is about it.
#[test]
fn every_endpoint_is_reached_by_an_example() {
    let server = Sandbox::start(sandbox::Options::default()).unwrap();
    let catalog = Catalog::read();
    for (_, code) in catalog.examples() {
        against(&server, code).run();
    }
    let seen: HashSet<String> = server.requests().into_iter().map(|request| request.endpoint).collect();
    let wanted = ENDPOINTS.iter().map(|endpoint| endpoint.id).filter(|id| *id != EndpointId::Status);
    let missing: Vec<_> = wanted.filter(|id| !seen.contains(&format!("{id:?}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The code of `-e` against a served sandbox. Only code that asks for a JWT can make one: with these settings every
/// run would sign in by it, and a signature seeds a random generator for some 30 ms of processor time, once a process.
fn against(server: &Sandbox, code: &str) -> Run {
    let run = Run::new("--live -e").arg(code).against(server);
    if !code.contains("jwt") {
        return run;
    }
    run.file("private.key", server.private_key_pem().unwrap())
        .env("UMAPI_TECH_ACCOUNT_ID", sandbox::TECHNICAL_ACCOUNT_ID)
        .env("UMAPI_PRIVATE_KEY_FILE", "private.key")
}
