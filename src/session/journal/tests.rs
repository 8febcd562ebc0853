//! The format of a journal, held by a golden file.

use super::redaction::Redactor;
use crate::store::journal::FORMAT;
use crate::store::journal::person_record::{AccountPresence, MembershipState, PersonRecord, RecordedFields};
use crate::store::journal::reader;
use crate::store::journal::record::{
    AnswerRecord, CommandRecord, EndRecord, Finding, FoundRecord, GuardRecord, HeadRecord, InputRecord,
    JournalEntry, JournalRecord, RequestRecord, ResumedRecord, ScriptRecord, SettledRecord, TablesRecord,
};
use crate::store::journal::writer::JournalWriter;
use crate::wire::mode::Mode;
use crate::wire::outcome::{CommandOutcome, Evidence, Status};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

const SECRET: &str = "s3cret";
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/journal-2.journal");

/// The statuses that a journal has: a plan keeps none.
fn statuses() -> impl Iterator<Item = &'static Status> {
    Status::ALL.iter().filter(|status| !matches!(status, Status::Planned | Status::WouldFail))
}

fn head() -> HeadRecord {
    HeadRecord {
        format: FORMAT,
        version: "1.2.3".to_owned(),
        script: ScriptRecord {
            name: "job.rhai".to_owned(),
            path: Some("/home/ada/job.rhai".into()),
            sha256: Some("ab".repeat(32)),
            text: None,
            shows_value: false,
            rows: None,
            built_in: false,
        },
        arguments: vec!["people.csv".to_owned(), "(secret)".to_owned()],
        secret_arguments: 1,
        secrets: vec!["00:11".to_owned()],
        profile: "default".to_owned(),
        config: Some("/home/ada/config.toml".into()),
        organization: Some("ABC@AdobeOrg".to_owned()),
        service: Some("https://service.example/v2".to_owned()),
        mode: Mode::Live,
        user: "ada".to_owned(),
        host: "desk".to_owned(),
        folder: Some("/home/ada".into()),
        reason: Some("audit".to_owned()),
        report: Some("/home/ada/report.csv".into()),
        guards: GuardRecord {
            read_only: false,
            max_changes: Some(500),
            max_removals: Some("10%".to_owned()),
            protect: vec!["*@example.org".to_owned()],
            only: Vec::new(),
            allow_empty_source: true,
            allow_delete: false,
            verify: true,
            send_unlisted: true,
        },
        checks: true,
        tables: TablesRecord::default(),
        inputs: vec![InputRecord { path: "people.csv".to_owned(), sha256: "cd".repeat(32), module: false }],
        plan: None,
    }
}

fn command(index: usize, command: Value, earlier: Option<Value>) -> CommandRecord {
    CommandRecord { index, piece: 0, pieces: 1, command, before: Vec::new(), earlier }
}

fn request(number: u64, list: u64, commands: Vec<CommandRecord>) -> RequestRecord {
    RequestRecord {
        number,
        call: "POST /v2/usermanagement/action/ABC@AdobeOrg".to_owned(),
        request_id: format!("00000000-0000-4000-8000-00000000000{number}"),
        mode: Mode::Live,
        list,
        commands,
        body: None,
    }
}

/// A person with every field, and a membership of each state.
fn person() -> PersonRecord {
    let text = |text: &str| Some(text.to_owned());
    let states = [
        MembershipState::Direct,
        MembershipState::Indirect,
        MembershipState::NotDirect,
        MembershipState::Member,
        MembershipState::Absent,
        MembershipState::Unknown,
    ];
    PersonRecord {
        name: "a0@example.com".to_owned(),
        account: AccountPresence::Present,
        fields: RecordedFields {
            id: text("0A1B@example.com"),
            kind: text("federatedID"),
            email: text("a0@example.com"),
            username: text("s3cret"),
            domain: text("example.com"),
            firstname: text("s3cret"),
            lastname: text("Osei"),
            country: text("GH"),
        },
        groups: (0..).zip(states).map(|(number, state)| (format!("X{number}"), state)).collect(),
        all_groups: true,
        read: Some(Timestamp::UNIX_EPOCH),
    }
}

/// Every kind of record, every status and finding, and every field, one of them with a secret in each.
fn records() -> Vec<JournalRecord> {
    let user =
        |index: usize| json!({"user": format!("a{index}@example.com"), "do": [{"remove": {"group": ["X"]}}]});
    let secret = json!({"usergroup": "s3cret", "do": [{"createUserGroup": {"description": "for s3cret"}}]});
    let earlier = json!({"email": "a0@example.com", "firstname": "s3cret"});
    let mut commands: Vec<_> =
        (0..statuses().count()).map(|index| command(index, user(index), None)).collect();
    commands[0] = command(0, secret, Some(earlier));
    commands[0].before = vec![person()];
    commands[1].piece = 1;
    commands[1].pieces = 2;
    let fate = |status: &Status| match status {
        Status::Completed | Status::WouldComplete => CommandOutcome::new(*status),
        Status::Failed => CommandOutcome {
            code: Some("error.group.not_found".to_owned()),
            step: Some(0),
            ..CommandOutcome::with_message(*status, "Group s3cret was not found")
        },
        Status::StillMember => CommandOutcome {
            evidence: Some(Evidence::Verified),
            ..CommandOutcome::with_message(*status, "why")
        },
        _ => CommandOutcome::with_message(*status, "why"),
    };
    let mut raw = request(2, 0, Vec::new());
    raw.call = "POST /v2/usermanagement/other/s3cret".to_owned();
    raw.mode = Mode::Test;
    raw.body = Some(json!({"name": "s3cret", "count": 1.5}));
    let answer = AnswerRecord {
        status: 200,
        headers: vec![("x-note".to_owned(), "s3cret".to_owned())],
        body: json!({"result": "success", "name": "s3cret"}),
    };
    let found = |place: usize, finding: Finding, message: Option<&str>| {
        let message = message.map(str::to_owned);
        JournalRecord::Found(FoundRecord { number: 1, place, finding, message })
    };
    let (version, user, host) = ("1.2.4".to_owned(), "ada".to_owned(), "desk".to_owned());
    vec![
        JournalRecord::Head(Box::new(head())),
        JournalRecord::Input(InputRecord {
            path: "lib/s3cret.rhai".to_owned(),
            sha256: "ef".repeat(32),
            module: true,
        }),
        JournalRecord::Request(request(1, 1, commands)),
        JournalRecord::Settled(SettledRecord {
            number: 1,
            fates: statuses().map(fate).collect(),
            answer: None,
        }),
        JournalRecord::Request(raw),
        JournalRecord::Settled(SettledRecord { number: 2, fates: Vec::new(), answer: Some(answer) }),
        JournalRecord::Resumed(ResumedRecord { version, user, host, reason: None }),
        found(4, Finding::StillMember, Some("still a member of s3cret (through a user group)")),
        found(5, Finding::Done, None),
        found(5, Finding::NotDone, None),
        found(5, Finding::Open, Some("why")),
        JournalRecord::End(EndRecord { exit: 6, done: 2, failed: 3, unknown: 1, not_sent: 1 }),
    ]
}

fn entries() -> Vec<JournalEntry> {
    let begin: Timestamp = "2026-11-28T18:20:44.123Z".parse().unwrap();
    let entry =
        |(index, record): (i64, JournalRecord)| JournalEntry { time: begin + index.seconds(), record };
    (0..).zip(records()).map(entry).collect()
}

/// Which kind of record it is; a new one does not compile before it has a place in the golden file.
fn kind(record: &JournalRecord) -> usize {
    match record {
        JournalRecord::Head(_) => 0,
        JournalRecord::Input(_) => 1,
        JournalRecord::Request(_) => 2,
        JournalRecord::Settled(_) => 3,
        JournalRecord::Found(_) => 4,
        JournalRecord::Resumed(_) => 5,
        JournalRecord::End(_) => 6,
    }
}

/// A change of the format needs a new number and a new file: run the test with `UPDATE_GOLDEN=1`.
#[test]
fn a_journal_is_written_as_the_golden_file_is_and_read_back() {
    let kinds: BTreeSet<_> = records().iter().map(kind).collect();
    assert_eq!(kinds, (0..7).collect());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.journal");
    let redactor = Redactor::new(&[SECRET.to_owned()]);
    let mut journal = JournalWriter::create_with(&path, &entries()[0]).unwrap();
    for mut entry in entries().into_iter().skip(1) {
        redactor.redact(&mut entry.record);
        journal.write(&entry).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    assert!(!written.contains(SECRET), "{written}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(GOLDEN, &written).unwrap();
    }
    let golden = fs::read_to_string(GOLDEN).unwrap();
    for (line, (written, golden)) in (1..).zip(written.lines().zip(golden.lines())) {
        assert_eq!(written, golden, "line {line}: what changes the format changes its number");
    }
    assert_eq!(written.len(), golden.len());
    let mut read_back = Vec::new();
    let apply = |mut entry: JournalEntry| {
        redactor.restore(&mut entry.record);
        read_back.push(entry);
        Ok(())
    };
    reader::read("golden", golden.as_bytes(), apply).unwrap();
    assert_eq!(read_back, entries());
}
