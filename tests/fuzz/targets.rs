//! What reads bytes from outside, and what must hold whatever they are.

use super::{fuzz, seeds};
use crate::support::server::{Reply, Server};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::listing::query::UserQuery;
use umapi_shell::client::outcome::Status;
use umapi_shell::client::settings::{ClientSettings, Credentials, Mode, Pace};
use umapi_shell::config::file::ConfigFile;
use umapi_shell::files::csv::reader::{CsvReader, CsvShape};
use umapi_shell::sandbox::{self, Sandbox, SandboxSettings};
use umapi_shell::script::checker;
use umapi_shell::script::engine::offline;
use umapi_shell::secret::Secret;
use umapi_shell::store::journal::reader;
use umapi_shell::wire::command::Command;

/// Stands for the secret in the seeds of the configuration.
const SECRET: &str = "p8e-hunter2-SECRET";

fn client(service_url: String, sign_in_url: String) -> Client {
    let credentials = Credentials::Token { client_id: "id".to_owned(), token: Secret::from("token") };
    let settings = ClientSettings {
        service_url,
        sign_in_url,
        mode: Mode::Live,
        pace: Pace::Off,
        max_attempts: 2,
        first_delay: Duration::ZERO,
        jitter: Duration::ZERO,
        ..ClientSettings::new(sandbox::ORGANIZATION, credentials)
    };
    Client::new(settings, Arc::new(()), CancellationToken::new())
}

/// A client of a server that sends this body whatever is asked.
async fn answered(body: &[u8]) -> (Server, Client) {
    let body = String::from_utf8_lossy(body).into_owned();
    let reply = Reply::Answer { status: 200, headers: Vec::new(), body };
    let server = Server::replies(vec![reply]).await;
    let client = client(format!("{}/v2/usermanagement", server.url()), server.url());
    (server, client)
}

#[test]
fn pages_of_listings() {
    let runtime = Runtime::new().unwrap();
    fuzz(&seeds("answers"), 1, |text| {
        runtime.block_on(async {
            let (server, client) = answered(text).await;
            let mut users = client.users(UserQuery::default());
            let is_read = users.next_page().await.is_ok();
            let mut groups = client.groups();
            let are_read = groups.next_page().await.is_ok();
            let says_so = String::from_utf8_lossy(text).contains("success");
            assert!(says_so || !(is_read || are_read), "a page that does not say `success` was read");
            drop(server);
        });
    });
}

#[test]
fn responses_to_changes() {
    let runtime = Runtime::new().unwrap();
    fuzz(&seeds("actions"), 1, |text| {
        runtime.block_on(async {
            let (server, client) = answered(text).await;
            let commands = ["a@example.com", "b@example.com"].map(|person| {
                let mut command = Command::user(person, None, None);
                command.add_to_groups(&["Designers".to_owned()]);
                command
            });
            let outcomes: Vec<_> = client.execute(stream::iter(commands)).collect().await;
            assert_eq!(outcomes.len(), 2);
            let done = outcomes.iter().filter(|outcome| outcome.status == Status::Completed).count();
            let body: Value =
                serde_json::from_slice(String::from_utf8_lossy(text).as_bytes()).unwrap_or_default();
            let said = body["completed"].as_u64().or_else(|| body["completed"].as_str()?.trim().parse().ok());
            let is_said = said == u64::try_from(done).ok();
            assert!(done == 0 || is_said, "{done} are completed, but the service said {said:?}");
            drop(server);
        });
    });
}

#[test]
fn csv_files() {
    let shapes = [',', ';', '\t'].map(|delimiter| CsvShape { delimiter, ..CsvShape::default() });
    fuzz(&seeds("csv"), 1, |text| {
        for shape in &shapes {
            let Ok(mut reader) = CsvReader::new(Path::new("people.csv"), Cursor::new(text), shape) else {
                continue;
            };
            let rows = reader.by_ref().take_while(Result::is_ok).count();
            assert!(rows <= text.len(), "{rows} rows in {} bytes", text.len());
            assert!(reader.next().is_none_or(|row| row.is_err()) || rows == 0, "it goes on after an error");
        }
    });
}

#[test]
fn configurations() {
    fuzz(&seeds("config"), 1, |text| {
        let text = String::from_utf8_lossy(text);
        match ConfigFile::parse(&text, Path::new("config.toml")) {
            Ok(file) => assert!(file.profiles.iter().all(|profile| file.profile(&profile.name).is_some())),
            Err(error) => {
                let told = format!("{error} {:?} {:?}", error.hint(), error.causes());
                assert!(!told.contains(SECRET), "{told}");
            }
        }
    });
}

/// The entries of a journal up to its first fault.
fn entries(text: &[u8]) -> Vec<String> {
    let mut entries = Vec::new();
    // An error ends the entries; those before it have been checked.
    drop(reader::read("x.journal", text, |entry| {
        entries.push(serde_json::to_string(&entry).unwrap());
        Ok(())
    }));
    entries
}

#[test]
fn journals() {
    let journal =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/journal-2.journal")).unwrap();
    let whole = entries(&journal);
    assert!(whole.len() > 5);
    fuzz(&[journal], 1, |text| {
        let found = entries(text);
        assert!(whole.starts_with(&found), "an entry that nobody wrote was read: {:?}", found.last());
    });
}

#[test]
fn script_sources() {
    fuzz(&seeds("scripts"), 1, |text| {
        let text = String::from_utf8_lossy(text);
        // An engine cannot be shared between threads, so each case has its own.
        let findings = checker::check(&offline::engine(), &text, None);
        let lines = text.lines().count() + 1;
        assert!(
            findings.iter().all(|finding| finding.place.line.is_none_or(|line| line <= lines)),
            "{findings:?}"
        );
    });
}

/// A state file as the sandbox writes it.
fn state(folder: &Path) -> Vec<u8> {
    let path = folder.join("state.json");
    let settings = || SandboxSettings { state: Some(path.clone()), ..SandboxSettings::default() };
    let server = Sandbox::start(settings()).unwrap();
    let runtime = Runtime::new().unwrap();
    let mut command = Command::user("ben.osei@example.com", None, None);
    command.add_to_groups(&["Finance".to_owned()]);
    let outcomes: Vec<_> = runtime.block_on(calls_to(&server).execute(stream::iter([command])).collect());
    assert_eq!(outcomes[0].status, Status::Completed);
    drop(server);
    std::fs::read(path).unwrap()
}

fn calls_to(server: &Sandbox) -> Client {
    let credentials = Credentials::OAuth {
        client_id: sandbox::CLIENT_ID.to_owned(),
        client_secret: Secret::from(sandbox::CLIENT_SECRET),
    };
    let calls = client(server.service_url(), server.sign_in_url());
    let settings = ClientSettings { credentials, ..calls.settings().clone() };
    Client::new(settings, Arc::new(()), CancellationToken::new())
}

#[test]
fn states_of_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let all = [seeds("states"), vec![state(folder.path())]].concat();
    fuzz(&all, 1, |text| {
        let path = folder.path().join("edited.json");
        std::fs::write(&path, text).unwrap();
        let settings = SandboxSettings { state: Some(path), ..SandboxSettings::default() };
        let Ok(server) = Sandbox::start(settings) else { return };
        runtime.block_on(use_all(&calls_to(&server)));
    });
}

/// Reads and changes an organization that was accepted: a server that panics breaks the connection.
async fn use_all(client: &Client) {
    client.users(UserQuery::default()).next_page().await.map(drop).expect("the sandbox lists people");
    client.groups().next_page().await.map(drop).expect("the sandbox lists groups");
    let mut group = Command::group("New");
    group.push("createUserGroup", serde_json::json!({}));
    let mut person = Command::user("new@example.net", None, None);
    person.push("addAdobeID", serde_json::json!({ "email": "new@example.net", "country": "US" }));
    person.add_to_groups(&["New".to_owned(), "All Apps".to_owned()]);
    let mut removal = Command::user("a@example.com", None, None);
    removal.push("removeFromOrg", serde_json::json!({ "deleteAccount": true }));
    let changed: Vec<_> = client.execute(stream::iter([group, person, removal])).collect().await;
    let is_open = |status| [Status::Unknown, Status::NotSent].contains(&status);
    assert!(!changed.iter().any(|outcome| is_open(outcome.status)), "{changed:?}");
}
