//! What a lower layer reported: shown below the message with `-vv`, with secrets masked, and left out otherwise.

use crate::support::Run;
use umapi_shell::sandbox::{CLIENT_SECRET, FaultEffect, PlannedFault, Sandbox, SandboxSettings};
use umapi_shell::wire::endpoint::EndpointId;

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.e30.abc";
const LIST: &str = "get_users().len()";

/// Starts a run that fails; the first argument is what its command line begins with.
type Start = fn(&str, &Sandbox) -> Run;

/// Each failure: its name, how to run into it, and part of its cause.
const FAILURES: &[(&str, Start, &str)] = &[
    (
        "a missing file",
        |options, _| Run::new(&format!("{options} --sandbox -e")).arg("read_csv(\"none.csv\")"),
        "No such file",
    ),
    ("a missing script", |options, _| Run::new(&format!("{options} none.rhai")), "No such file"),
    (
        "a refused connection",
        |options, server| listing(options, server).env("UMAPI_IMS_URL", "http://127.0.0.1:1"),
        "Connection refused",
    ),
    (
        "invalid TOML",
        |options, server| {
            let run = listing(options, server).env("UMAPI_CONFIG", "c.toml");
            run.file("c.toml", "[default]\nclient_secret = \"p8e-hidden\\q\"\n")
        },
        "TOML syntax error in line 2",
    ),
    ("invalid JSON from the service", with_broken_answer, "expected value at line 1 column 11"),
    (
        "an unreadable secret",
        |options, server| {
            let run = listing(options, server).without("UMAPI_CLIENT_SECRET");
            run.env("UMAPI_CONFIG", "c.toml").file("c.toml", "[default]\nclient_secret_file = \"none\"\n")
        },
        "No such file",
    ),
    (
        "an unreadable key",
        |options, server| {
            let run = listing(options, server).file("key.pem", "no key");
            run.env("UMAPI_TECH_ACCOUNT_ID", "t@techacct.adobe.com").env("UMAPI_PRIVATE_KEY_FILE", "key.pem")
        },
        "InvalidKeyFormat",
    ),
];

fn listing(options: &str, server: &Sandbox) -> Run {
    let run = Run::new(&format!("{options} -e")).arg(LIST).against(server);
    run.env("UMAPI_MAX_ATTEMPTS", "1")
}

fn with_broken_answer(options: &str, server: &Sandbox) -> Run {
    let body = Some(format!("{{\"users\": {TOKEN}"));
    let effect = FaultEffect::Status { status: 200, body, retry_after: None };
    server.queue(PlannedFault::at(EndpointId::Users, effect));
    listing(options, server)
}

#[test]
fn the_cause_is_shown_with_vv_only_and_without_secrets() {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    for (name, start, cause) in FAILURES {
        let plain = start("", &server).run();
        assert_ne!(plain.code, 0, "{name}");
        assert!(!plain.stderr.contains("caused by"), "{name}: {}", plain.stderr);
        let verbose = start("-vv", &server).run();
        assert_eq!(verbose.code, plain.code, "{name}: {}", verbose.stderr);
        let words = verbose.words();
        let causes = words.split_once("caused by: ").unwrap_or_else(|| panic!("{name}: {words}")).1;
        assert!(causes.contains(cause), "{name}: {words}");
        for secret in [CLIENT_SECRET, TOKEN, "p8e-hidden"] {
            assert!(!words.contains(secret), "{name}: {words}");
        }
    }
}
