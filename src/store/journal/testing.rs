//! Records for the tests of this folder.

use super::FORMAT;
use super::record::{
    CommandRecord, EndRecord, GuardRecord, HeadRecord, JournalEntry, JournalRecord, RequestRecord,
    ScriptRecord, SettledRecord, TablesRecord,
};
use crate::wire::mode::Mode;
use crate::wire::outcome::{CommandOutcome, Status};
use jiff::Timestamp;
use serde_json::json;

/// A record as it is written at a fixed time.
pub(crate) fn entry(record: JournalRecord) -> JournalEntry {
    JournalEntry { time: Timestamp::UNIX_EPOCH, record }
}

pub(crate) fn head() -> HeadRecord {
    HeadRecord {
        format: FORMAT,
        version: "1".to_owned(),
        script: ScriptRecord {
            name: "job.rhai".to_owned(),
            path: Some("job.rhai".into()),
            sha256: None,
            text: None,
            shows_value: false,
            rows: None,
            built_in: false,
        },
        arguments: Vec::new(),
        secret_arguments: 0,
        secrets: Vec::new(),
        profile: "default".to_owned(),
        config: None,
        organization: None,
        service: None,
        mode: Mode::Live,
        user: "u".to_owned(),
        host: "h".to_owned(),
        folder: None,
        reason: None,
        report: None,
        guards: GuardRecord::default(),
        checks: true,
        tables: TablesRecord::default(),
        inputs: Vec::new(),
        plan: None,
    }
}

/// A request with two commands.
pub(crate) fn request(number: u64) -> JournalRecord {
    let command = |index: usize| CommandRecord {
        index,
        piece: 0,
        pieces: 1,
        command: json!({"user": "a@example.com", "do": []}),
        before: Vec::new(),
        earlier: None,
    };
    JournalRecord::Request(RequestRecord {
        number,
        call: "POST action".to_owned(),
        request_id: "r".to_owned(),
        mode: Mode::Live,
        list: 1,
        commands: vec![command(0), command(1)],
        body: None,
    })
}

pub(crate) fn settled(number: u64, statuses: &[Status]) -> JournalRecord {
    let fates = statuses.iter().map(|status| CommandOutcome::new(*status)).collect();
    JournalRecord::Settled(SettledRecord { number, fates, answer: None })
}

pub(crate) fn end(exit: u8, [done, failed, unknown, not_sent]: [usize; 4]) -> JournalRecord {
    JournalRecord::End(EndRecord { exit, done, failed, unknown, not_sent })
}
