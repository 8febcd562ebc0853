//! What reads bytes from outside, and what must hold whatever they are.

use super::{fuzz, seeds};
use crate::support::server::{Reply, Server};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::io::{Cursor, Write};
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
use umapi_shell::sandbox::{self, Sandbox, SandboxSettings};
use umapi_shell::script::checker;
use umapi_shell::script::engine::offline;
use umapi_shell::secret::Secret;
use umapi_shell::store::journal::reader;
use umapi_shell::wire::command::Command;

/// Stands for the secret in the seeds of the configuration.
const SECRET: &str = "p8e-hunter2-SECRET";

/// The parts of a small workbook, without its sheet.
const WORKBOOK_PARTS: &[(&str, &str)] = &[
    (
        "_rels/.rels",
        r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

/// A sheet with a header, a row, a hidden row, a number, and an error.
const SHEET: &str = r#"<worksheet><dimension ref="A1:C4"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c><c r="B1" t="str"><v>n</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>a@example.com</t></is></c><c r="B2"><v>4.50</v></c></row><row r="3" hidden="1"><c r="A3" t="str"><v>b@example.com</v></c></row><row r="4" ht="0"><c r="A4" t="b"><v>1</v></c></row></sheetData></worksheet>"#;

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
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    let options = ["", ", #{delimiter: \";\"}", ", #{encoding: \"windows-1252\"}"];
    let calls = options.map(|options| {
        let path = file.display().to_string();
        // Both ways to read: all rows at once, and one after another.
        [
            format!("read_csv({path:?}{options}).len()"),
            format!("let rows = 0; for row in stream_csv({path:?}{options}) {{ rows += 1; }} rows"),
        ]
    });
    fuzz(&seeds("csv"), 1, |text| {
        let engine = offline::engine();
        std::fs::write(&file, text).unwrap();
        for [whole, streamed] in &calls {
            let whole = engine.eval::<i64>(whole).ok();
            assert_eq!(engine.eval::<i64>(streamed).ok(), whole, "{streamed}");
            assert!(whole.is_none_or(|rows| usize::try_from(rows).unwrap() <= text.len()), "{whole:?} rows");
        }
    });
}

/// A workbook that has these bytes as its sheet.
fn workbook(sheet: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in WORKBOOK_PARTS {
        archive.start_file(*name, stored).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.start_file("xl/worksheets/sheet1.xml", stored).unwrap();
    archive.write_all(sheet).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn workbooks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.xlsx");
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/office/staff.xlsx");
    let read = |options: &str| format!("read_xlsx({:?}, #{{{options}}}).len()", file.display().to_string());
    let calls = [read(""), read("hidden: \"read\""), read("hidden: \"skip\", header_row: 2")];
    let is_read = |text: &[u8]| {
        std::fs::write(&file, text).unwrap();
        let engine = offline::engine();
        let rows: Vec<_> = calls.iter().map(|call| engine.eval::<i64>(call).ok()).collect();
        assert!(rows.iter().flatten().all(|rows| usize::try_from(*rows).unwrap() <= text.len()), "{rows:?}");
        rows[1].is_some()
    };
    assert!(is_read(&workbook(SHEET.as_bytes())), "the seed is a workbook");
    // The archive itself, and the sheet in an archive that is whole.
    fuzz(&[std::fs::read(saved).unwrap()], 1, |text| _ = is_read(text));
    fuzz(&[SHEET.as_bytes().to_vec()], 1, |text| _ = is_read(&workbook(text)));
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
