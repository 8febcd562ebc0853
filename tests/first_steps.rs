//! A first profile, the doctor, and what editors and shells are given.

use crate::support::Run;
use umapi_shell::sandbox::{self, Sandbox};

fn server() -> Sandbox {
    Sandbox::start(sandbox::SandboxSettings::default()).unwrap()
}

/// A run against a server of the sandbox, which counts as a real organization.
fn near(server: &Sandbox, arguments: &str) -> Run {
    Run::new(arguments).env("UMAPI_URL", &server.service_url()).env("UMAPI_IMS_URL", &server.sign_in_url())
}

fn configured(server: &Sandbox, arguments: &str) -> Run {
    near(server, arguments)
        .env("UMAPI_ORG_ID", sandbox::ORGANIZATION)
        .env("UMAPI_CLIENT_ID", sandbox::CLIENT_ID)
        .env("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET)
}

#[test]
fn init_writes_a_private_profile_and_tests_it() {
    let server = server();
    let options = format!("init --org-id {} --client-id {}", sandbox::ORGANIZATION, sandbox::CLIENT_ID);
    let run = near(&server, &options).stdin(&format!("{}\n", sandbox::CLIENT_SECRET)).run();
    assert!(run.stdout.contains("ok    token"), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.code, 0);
    let text = |name: &str| std::fs::read_to_string(run.file(&format!(".config/umapish/{name}"))).unwrap();
    assert!(text("config.toml").contains("client_secret_file = \"default.secret\""));
    assert!(
        !text("config.toml").contains(sandbox::CLIENT_SECRET) && !run.stderr.contains(sandbox::CLIENT_SECRET)
    );
    assert_eq!(text("default.secret").trim(), sandbox::CLIENT_SECRET);
    #[cfg(unix)]
    for name in ["config.toml", "default.secret"] {
        use std::os::unix::fs::PermissionsExt;
        let data = std::fs::metadata(run.file(&format!(".config/umapish/{name}"))).unwrap();
        assert_eq!(data.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn init_leaves_a_profile_that_is_there_alone() {
    let run =
        Run::new("init -p acme --org-id A@AdobeOrg --client-id x --client-secret-command true --no-test")
            .file(".config/umapish/config.toml", "[acme]\n")
            .run();
    run.failed(4, "profile `acme` already exists");
}

#[test]
fn no_profile_has_the_name_of_the_simulated_organization() {
    let message = "which is the simulated organization";
    for name in ["sandbox", "SandBox"] {
        let options = "--org-id A@AdobeOrg --client-id x --client-secret-command true --no-test";
        Run::new(&format!("init -p {name} {options}")).run().failed(4, message);
        let lines: [&str; 3] = ["-e 1", "doctor", "-p acme -e 1"];
        for line in lines {
            let content = format!("[acme]\n\n[{name}]\norg_id = \"A@AdobeOrg\"\n");
            let run = Run::new(line).file(".config/umapish/config.toml", content).run();
            let said = format!("{}{}", run.stdout, run.words());
            assert!(said.contains(message), "{line}: {said}");
            assert_eq!(run.code, 4, "{line}");
        }
        let run = Run::new(&format!("-p {name} -e 1")).run();
        run.failed(4, "there is no profile").stderr_has("--sandbox starts the simulated organization");
    }
}

#[test]
fn init_without_a_terminal_says_what_to_give() {
    let refused = Run::new("init").run().failed(2, "umapish init needs --org-id and --client-id");
    assert!(refused.stderr.contains("--client-secret-command"), "{}", refused.stderr);
    Run::new("init --org-id A@AdobeOrg").run().failed(2, "standard input is not a terminal");
    Run::new("init --org-id A").run().failed(2, "`A` is not a valid organization id");
}

#[cfg(unix)]
#[test]
fn init_asks_and_hides_the_secret() {
    let mut terminal = Run::at_terminal("init -p acme --no-test").start();
    terminal.expect("Organization id");
    terminal.line("not an id");
    terminal.expect("Organization id");
    terminal.line("ACME@AdobeOrg");
    terminal.expect("Client id");
    terminal.line("abc");
    terminal.expect("Client secret");
    terminal.line("geheim99");
    let shown = terminal.expect("Profile `acme` is in");
    assert!(!shown.contains("geheim"), "{shown}");
    let secret = std::fs::read_to_string(terminal.path().join(".config/umapish/acme.secret")).unwrap();
    assert_eq!(secret.trim(), "geheim99");
}

#[test]
fn the_doctor_finds_every_hop_well() {
    let server = server();
    let reported = configured(&server, "doctor").run().done();
    for hop in [
        "file",
        "settings",
        "proxy",
        "name",
        "connection",
        "clock",
        "token",
        "API key",
        "organization",
        "call",
    ] {
        assert!(reported.contains(&format!("ok    {hop}")), "{hop}: {reported}");
    }
    assert!(Run::new("--sandbox doctor").run().done().contains("ok    call"));
}

#[test]
fn the_doctor_names_what_is_at_fault() {
    let server = server();
    let reported = |shell: Run, code: i32| {
        let run = shell.run();
        assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
        run.stdout
    };
    let secret = reported(configured(&server, "doctor").env("UMAPI_CLIENT_SECRET", "wrong"), 4);
    assert!(secret.contains("FAIL  token") && secret.contains("client secret"), "{secret}");
    let organization = reported(configured(&server, "doctor").env("UMAPI_ORG_ID", "OTHER@AdobeOrg"), 4);
    assert!(organization.contains("FAIL  organization"), "{organization}");
    let nobody = reported(configured(&server, "doctor").env("UMAPI_URL", "http://127.0.0.1:1/v2"), 5);
    assert!(nobody.contains("FAIL  connection") && nobody.contains("remedy"), "{nobody}");
    let missing = reported(Run::new("doctor"), 4);
    assert!(missing.contains("FAIL  settings") && missing.contains("org_id"), "{missing}");
    let broken = Run::new("doctor").file(".config/umapish/config.toml", "[default]\nnonsense = 1\n");
    let reported = reported(broken, 4);
    assert!(
        reported.contains("FAIL  file") && reported.contains("config.toml:2") && reported.contains("remedy"),
        "{reported}"
    );
    assert!(!reported.contains("settings"), "{reported}");
}

#[test]
fn shells_and_editors_are_given_what_they_need() {
    for shell in ["bash", "zsh", "fish"] {
        let text = Run::new(&format!("completions {shell}")).run().done();
        assert!(text.contains("doctor") && text.contains("sandbox"), "{shell}");
    }
    let run = Run::new("definitions editor").run();
    let text = std::fs::read_to_string(run.file("editor/__static__.d.rhai")).unwrap();
    assert!(text.contains("fn get_users(") && text.contains("-> Users"), "{}", run.stderr);
}
