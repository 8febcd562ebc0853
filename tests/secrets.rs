//! Secrets are planted and repeated by the service in every spelling, over every path of errors: no artefact of a run
//! contains them.

use crate::support::Run;
use crate::support::run::Finished;
use crate::support::server::{Recorded, Reply, Server};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use umapi_shell::sandbox::{Sandbox, SandboxSettings};

/// The middle of each planted secret: letters that no escape changes.
const CORES: [&str; 4] = ["Pl4ntedCl1entS3cret", "Pl4ntedT0ken", "Pl4ntedArgum3nt", "Pl4ntedPr0xyPassw0rd"];
const CLIENT_SECRET: &str = "p8e-\"/Pl4ntedCl1entS3cret+&<ü>=";
const TOKEN: &str = "tok/\"Pl4ntedT0ken+&=<x>";
const ARGUMENT: &str = "arg é/Pl4ntedArgum3nt&\"";
/// Statuses the service may respond with; each makes another error.
const STATUSES: [u16; 12] = [200, 302, 400, 401, 403, 404, 408, 409, 429, 500, 502, 503];

/// How the service repeats what it got.
type Spelling = fn(&str) -> Vec<u8>;

const SPELLINGS: &[(&str, Spelling)] = &[
    ("plain", |text| text.as_bytes().to_vec()),
    ("Latin-1", |text| text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect()),
    ("UTF-16", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("percent", |text| text.bytes().map(percent).collect::<String>().into_bytes()),
    ("form", |text| {
        text.bytes().map(percent).collect::<String>().replace("%20", "+").to_lowercase().into_bytes()
    }),
    ("JSON", |text| serde_json::Value::from(text).to_string().into_bytes()),
    ("JSON of escapes", |text| {
        text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat().into_bytes()
    }),
    ("JSON in JSON", |text| {
        let once = serde_json::Value::from(text).to_string();
        serde_json::Value::from(once).to_string().into_bytes()
    }),
    ("HTML", |text| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        format!("<!doctype html><title>{text}</title><p>{text}").into_bytes()
    }),
    ("base64", |text| STANDARD.encode(text).into_bytes()),
    ("base64 after a name", |text| STANDARD.encode(format!("id:{text}")).into_bytes()),
    ("a long way into the body", |text| format!("{} {text}", "x ".repeat(86)).into_bytes()),
];

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// The body of a response that repeats a string: JSON where the spelling is text, with the text in every field that may
/// be shown; the bytes themselves otherwise.
fn body(spelling: Spelling, text: &str, is_json: bool) -> Vec<u8> {
    let spelled = spelling(text);
    match String::from_utf8(spelled) {
        Ok(spelled) if is_json => serde_json::json!({
            "result": "partial", "completed": 0, "notCompleted": 1, "completedInTestMode": 0,
            "errorCode": spelled, "errorMessage": spelled, "message": spelled, "error_description": spelled,
            "errors": [{"index": 0, "step": 0, "errorCode": spelled, "message": spelled, "user": spelled}],
            "warnings": [{"index": 0, "warningCode": spelled, "message": spelled}],
            "groups": [], "lastPage": true,
        })
        .to_string()
        .into_bytes(),
        Ok(spelled) => spelled.into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

/// A response that repeats the secrets of a request in its headers and its body.
fn repeating(request: &Recorded, status: u16, spelling: Spelling, is_json: bool) -> Reply {
    let form = if is_sign_in(request) { url_decoded(&request.body) } else { vec![request.body.clone()] };
    let header = request.header("authorization").unwrap_or_default();
    let text =
        format!("{} {header} {ARGUMENT} {}", form.join(" "), request.header("x-api-key").unwrap_or_default());
    let spelled = String::from_utf8(spelling(&text))
        .ok()
        .filter(|text| text.bytes().all(|byte| (b' '..127).contains(&byte)));
    // What cannot be in a header is there percent-encoded, if at all.
    let value = spelled.unwrap_or_else(|| text.bytes().map(percent).collect());
    let challenge = format!("Bearer realm=\"x\", error_description=\"{value}\"");
    let headers = vec![
        ("www-authenticate", challenge),
        ("x-request-id", value.clone()),
        ("location", format!("http://127.0.0.1/{}", value.replace(' ', "%20"))),
        ("content-type", if is_json { "application/json" } else { "text/html" }.to_owned()),
    ];
    Reply::Bytes { status, headers, body: body(spelling, &text, is_json) }
}

fn url_decoded(form: &str) -> Vec<String> {
    form.split('&').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value)).map(decoded).collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The status that a request asks for by a name such as `st404`.
fn wanted(request: &Recorded) -> Option<u16> {
    let text = format!("{} {}", request.target, request.body);
    let (_, rest) = text.split_once("st~")?;
    rest.get(..3)?.parse().ok()
}

fn is_sign_in(request: &Recorded) -> bool {
    request.target.contains("/ims/")
}

fn token() -> Reply {
    Reply::json(
        200,
        &serde_json::json!({"access_token": TOKEN, "token_type": "bearer", "expires_in": 86_399}),
    )
}

/// A script that meets every status at every kind of call, and shows all there is to show.
fn script() -> String {
    let statuses = STATUSES.map(|status| status.to_string()).join(", ");
    format!(
        r#"
fn show(err) {{ print(err); print(to_json(err)); log(`${{err}}`); warn(`${{err.error}} ${{err.hint}}`); }}
print(args());
for status in [{statuses}] {{
    let name = `st~${{status}}`;
    let email = `${{name}}@example.com`;
    try {{ print(get_user(email)); }} catch (err) {{ show(err); }}
    try {{ for user in get_users(#{{group: name}}) {{ print(user); }} }} catch (err) {{ show(err); }}
    try {{ print(make_call("GET", `/organizations/A@AdobeOrg/users/${{email}}`, ())); }} catch (err) {{ show(err); }}
    try {{
        let got = send("GET", `/organizations/A@AdobeOrg/users/${{email}}`, ());
        print(got); print(got.headers); table(got.to_map());
    }} catch (err) {{ show(err); }}
    try {{ print(action([#{{user: email, "do": [#{{add: #{{group: ["G"]}}}}]}}])); }} catch (err) {{ show(err); }}
    try {{ add_to_groups(email, ["G"]); }} catch (err) {{ show(err); }}
    try {{
        let report = multi_action([command(email).add_to_groups(["G", args()[0]])]);
        print(report); table(report.outcomes);
    }} catch (err) {{ show(err); }}
}}
add_to_groups("st~400@example.com", ["G"]);
"#
    )
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The core in every form in which its letters may appear: as they are, in base64 at each alignment, in hex, in UTF-16.
fn forms(core: &str) -> Vec<Vec<u8>> {
    let base64 = (0..3).map(|skipped| {
        let encoded = STANDARD.encode([&vec![0; skipped], core.as_bytes()].concat());
        encoded.as_bytes()[4..encoded.len() - 4].to_vec()
    });
    let hex = core.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let wide = core.encode_utf16().flat_map(u16::to_le_bytes).take(2 * core.len() - 1).collect();
    base64.chain([core.as_bytes().to_vec(), hex.into_bytes(), wide]).collect()
}

/// Nothing that a run left contains a planted secret, but the files in which it was planted.
#[track_caller]
fn assert_clean(case: &str, run: &Finished, cores: &[&str], planted: &[&str]) {
    let left =
        files(&run.file("")).into_iter().filter(|path| !planted.iter().any(|name| path.ends_with(name)));
    let mut artefacts = vec![("stdout".to_owned(), run.stdout.clone().into_bytes())];
    artefacts.push(("stderr".to_owned(), run.stderr.clone().into_bytes()));
    artefacts.extend(left.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())));
    for (name, bytes) in artefacts {
        for core in cores {
            for form in forms(core) {
                let found = bytes.windows(form.len()).position(|window| window == form);
                let text = found.map(|at| {
                    String::from_utf8_lossy(&bytes[at.saturating_sub(200)..(at + 100).min(bytes.len())])
                        .into_owned()
                });
                assert!(text.is_none(), "{case}: {name} contains {core}: ...{}...", text.unwrap_or_default());
            }
        }
    }
}

/// A run with all secrets planted, at the loudest level.
fn run(server: &Server, line: &str) -> Run {
    let config = format!(
        "[default]\norg_id = \"A@AdobeOrg\"\nclient_id = \"id\"\nclient_secret = '{CLIENT_SECRET}'\nurl = \"{0}\"\nims_url = \"{0}\"\n",
        server.url()
    );
    Run::new("-vvv --live --report report.csv --secret-arg")
        .arg(ARGUMENT)
        .file("config.toml", config)
        .file("job.rhai", script())
        .env("UMAPI_CONFIG", "config.toml")
        .env("UMAPI_PACE", "off")
        .env("UMAPI_MAX_ATTEMPTS", "2")
        .env("UMAPI_FIRST_DELAY", "0")
        .env("UMAPI_JITTER", "0")
        .env("UMAPI_MAX_WAIT", "0")
        .arg(line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_artefact_of_a_run_contains_what_the_service_repeats() {
    for (name, spelling) in SPELLINGS {
        for is_json in [true, false] {
            let server = Server::start(move |request, _| match wanted(request) {
                _ if is_sign_in(request) => token(),
                Some(status) => repeating(request, status, *spelling, is_json),
                None => repeating(request, 400, *spelling, is_json),
            })
            .await;
            let run = run(&server, "job.rhai").run();
            assert!(
                run.stdout.lines().count() > STATUSES.len() * 6,
                "{name}: {}\n{}",
                run.stdout,
                run.stderr
            );
            assert!(
                run.file("report.csv").exists() && run.stderr.contains("********"),
                "{name}: {}",
                run.stderr
            );
            assert_clean(name, &run, &CORES, &["config.toml"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_artefact_contains_what_the_sign_in_service_repeats() {
    for (name, spelling) in SPELLINGS {
        for status in [200, 401, 500] {
            let server =
                Server::start(move |request, number| repeating(request, status, *spelling, number % 2 == 0))
                    .await;
            let run = run(&server, "job.rhai").run();
            assert_ne!(run.code, 0, "{}", run.stderr);
            assert_clean(&format!("{name} {status}"), &run, &CORES, &["config.toml"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_signed_assertion_and_the_private_key_are_secrets() {
    let sandbox = Sandbox::start(SandboxSettings::default()).unwrap();
    let key = sandbox.private_key_pem().unwrap();
    let line = key.lines().nth(3).unwrap().to_owned();
    for (name, spelling) in SPELLINGS {
        let sent = Arc::new(Mutex::new(String::new()));
        let (seen, key_line) = (Arc::clone(&sent), line.clone());
        let server = Server::start(move |request, _| {
            if let Some(assertion) = url_decoded(&request.body).last() {
                assertion.clone_into(&mut seen.lock().unwrap());
            }
            let body = format!("{} {key_line}", url_decoded(&request.body).join(" "));
            Reply::Bytes { status: 400, headers: Vec::new(), body: body_of(*spelling, &body) }
        })
        .await;
        let run = run(&server, "-e")
            .arg("get_jwt_token()")
            .file("key.pem", key)
            .env("UMAPI_TECH_ACCOUNT_ID", "t@techacct.adobe.com")
            .env("UMAPI_PRIVATE_KEY_FILE", "key.pem")
            .run();
        let assertion = sent.lock().unwrap().clone();
        assert!(assertion.starts_with("eyJ") && assertion.matches('.').count() == 2, "{}", run.stderr);
        let signature = &assertion[assertion.len() - 40..];
        assert_clean(name, &run, &[signature, &line, CORES[0]], &["config.toml", "key.pem"]);
    }
}

fn body_of(spelling: Spelling, text: &str) -> Vec<u8> {
    body(spelling, text, true)
}

#[test]
fn a_short_secret_is_said_to_be_shown() {
    let run = Run::new("--sandbox --secret-arg short -e").arg("print(args()[0])").run();
    let run = run.stderr_has("secret argument 1 is shorter than 8 characters and is not masked");
    assert_eq!(run.stdout, "short\n");
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    let run = Run::new("-e").arg("get_users()").against(&server).env("UMAPI_CLIENT_SECRET", "short").run();
    run.stderr_has("the client secret or token is shorter than 8 characters and is not masked");
}

#[test]
fn a_script_reads_a_proxy_without_its_password() {
    let run = Run::eval("print(env(\"HTTPS_PROXY\"))")
        .env("HTTPS_PROXY", "http://ada:Pl4ntedPr0xyPassw0rd@127.0.0.1:9");
    assert_eq!(run.run().done(), "http://********@127.0.0.1:9\n");
}
