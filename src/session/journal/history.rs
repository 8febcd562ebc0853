//! The commands of a run, as its journal tells them: each with the people before it and what happened to it.

use crate::client::sent_command::CommandContent;
use crate::error::Result;
use crate::store::journal::person_record::PersonRecord;
use crate::store::journal::reader;
use crate::store::journal::record::{
    Finding, FoundRecord, HeadRecord, JournalEntry, JournalRecord, RequestRecord, ResumedRecord,
    SettledRecord,
};
use crate::wire::mode::Mode;
use crate::wire::outcome::{CommandOutcome, Evidence, Status};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;

/// A command of a run with what happened to it.
#[derive(Debug)]
pub(crate) struct JournaledChange {
    /// When it was sent.
    pub(crate) time: Timestamp,
    /// The number of its request in the run.
    pub(crate) number: u64,
    /// The request's `X-Request-Id`.
    pub(crate) request_id: String,
    /// Whether it was real.
    pub(crate) mode: Mode,
    /// Method and path.
    pub(crate) call: String,
    /// The command; for a write that is not a list of commands its body.
    pub(crate) command: CommandContent,
    /// The people before it.
    pub(crate) before: Vec<PersonRecord>,
    /// What happened to it, as last found out.
    pub(crate) outcome: CommandOutcome,
}

/// What a journal tells, in its order. A command comes when its outcome is known, at the latest at the end.
#[derive(Debug)]
pub(crate) enum HistoryEvent {
    /// The run began.
    Begun(Timestamp, Box<HeadRecord>),
    /// A later run continued it.
    Resumed(Timestamp, ResumedRecord),
    /// A command and what happened to it.
    Change(Box<JournaledChange>),
    /// The run finished, with this exit code.
    Ended(Timestamp, u8),
}

/// Reads a journal; `apply` gets every event.
///
/// # Errors
/// Those of [`reader::read`] and of `apply`; `file`: it is empty.
pub(crate) fn read(
    name: &str,
    file: impl Read,
    mut apply: impl FnMut(HistoryEvent) -> Result<()>,
) -> Result<()> {
    let mut history = RunHistory::default();
    let extent =
        reader::read(name, file, |entry| history.events(entry).into_iter().try_for_each(&mut apply))?;
    if extent.lines == 0 {
        return Err(reader::headless(name));
    }
    history.rest().try_for_each(apply)
}

/// The commands whose outcome is not known so far, by request and place.
#[derive(Default)]
struct RunHistory {
    open: BTreeMap<(u64, usize), JournaledChange>,
}

impl RunHistory {
    fn events(&mut self, JournalEntry { time, record }: JournalEntry) -> Vec<HistoryEvent> {
        match record {
            JournalRecord::Head(head) => vec![HistoryEvent::Begun(time, head)],
            JournalRecord::Resumed(resumed) => vec![HistoryEvent::Resumed(time, resumed)],
            JournalRecord::End(end) => {
                let rest = std::mem::take(&mut self.open).into_values();
                let changes = rest.map(|change| HistoryEvent::Change(Box::new(change)));
                changes.chain([HistoryEvent::Ended(time, end.exit)]).collect()
            }
            JournalRecord::Request(request) => {
                self.add(time, request);
                Vec::new()
            }
            JournalRecord::Settled(settled) => self.settle(settled),
            JournalRecord::Found(found) => self.find(found).into_iter().collect(),
            JournalRecord::Input(_) => Vec::new(),
        }
    }

    fn add(&mut self, time: Timestamp, request: RequestRecord) {
        let RequestRecord { number, call, request_id, mode, list: _, commands, body } = request;
        let bodies = body.map(|body| (body, Vec::new()));
        let commands = commands.into_iter().map(|sent| (sent.command, sent.before));
        for (place, (command, before)) in commands.chain(bodies).enumerate() {
            let outcome =
                CommandOutcome::with_message(Status::Unknown, "the run ended before the response arrived");
            let change = JournaledChange {
                time,
                number,
                request_id: request_id.clone(),
                mode,
                call: call.clone(),
                command: CommandContent::raw(command),
                before,
                outcome,
            };
            self.open.insert((number, place), change);
        }
    }

    fn settle(&mut self, settled: SettledRecord) -> Vec<HistoryEvent> {
        let SettledRecord { number, fates, answer } = settled;
        let status = answer.map(|answer| answer.status);
        let places: Vec<_> =
            self.open.range((number, 0)..=(number, usize::MAX)).map(|(place, _)| *place).collect();
        let mut fates = fates.into_iter();
        let mut events = Vec::new();
        for place in places {
            let Some(change) = self.open.get_mut(&place) else { continue };
            match (fates.next(), status) {
                (Some(fate), _) => change.outcome = fate,
                // A write that is not a list of commands has a response alone.
                (None, Some(200..300)) => change.outcome = CommandOutcome::new(Status::Completed),
                (None, Some(status)) => {
                    change.outcome = CommandOutcome::with_message(Status::Failed, format!("HTTP {status}"));
                }
                (None, None) => {
                    change.outcome = CommandOutcome::with_message(Status::Unknown, "its response was lost");
                }
            }
            if !matches!(change.outcome.status, Status::Unknown | Status::Unverified) {
                events.extend(self.take(place));
            }
        }
        events
    }

    fn find(&mut self, found: FoundRecord) -> Option<HistoryEvent> {
        let FoundRecord { number, place, finding, message } = found;
        let change = self.open.get_mut(&(number, place))?;
        let (status, evidence) = match finding {
            Finding::Done => (Status::Completed, Some(Evidence::Verified)),
            Finding::NotDone => (Status::NotSent, None),
            Finding::Open => (Status::Unknown, None),
            Finding::StillMember => (Status::StillMember, Some(Evidence::Verified)),
        };
        let message =
            message.or_else(|| (finding == Finding::NotDone).then(|| "read back as not done".to_owned()));
        change.outcome = CommandOutcome { message, evidence, ..CommandOutcome::new(status) };
        if finding == Finding::Open { None } else { self.take((number, place)) }
    }

    fn take(&mut self, place: (u64, usize)) -> Option<HistoryEvent> {
        self.open.remove(&place).map(|change| HistoryEvent::Change(Box::new(change)))
    }

    /// The commands whose outcome nobody found out.
    fn rest(self) -> impl Iterator<Item = HistoryEvent> {
        self.open.into_values().map(|change| HistoryEvent::Change(Box::new(change)))
    }
}

impl JournaledChange {
    /// Whether it is, or was found to be, carried out.
    pub(crate) fn is_done(&self) -> bool {
        self.mode == Mode::Live && self.outcome.status == Status::Completed
    }

    /// Everybody whom it names: its user, and the people in the lists of a command about a group.
    pub(crate) fn people(&self) -> Vec<&str> {
        let listed = self.command.steps().filter(|_| self.command.user().is_none());
        let listed = listed.filter_map(|(_, value)| value.get("user")?.as_array()).flatten();
        self.command.user().into_iter().chain(listed.filter_map(Value::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::testing::{end, entry, request, settled};

    /// The outcomes of the commands, in the order in which they are told; each request has commands for two people.
    fn statuses(records: Vec<JournalRecord>) -> Vec<(String, Status)> {
        let mut history = RunHistory::default();
        let mut events: Vec<_> =
            records.into_iter().flat_map(|record| history.events(entry(record))).collect();
        events.extend(history.rest());
        let changes = events.into_iter().filter_map(|event| match event {
            HistoryEvent::Change(change) => Some((change.request_id.clone(), change.outcome.status)),
            _ => None,
        });
        changes.collect()
    }

    fn numbered(number: u64) -> JournalRecord {
        match request(number) {
            JournalRecord::Request(request) => {
                JournalRecord::Request(RequestRecord { request_id: format!("r{number}"), ..request })
            }
            other => other,
        }
    }

    fn found(number: u64, place: usize, finding: Finding) -> JournalRecord {
        JournalRecord::Found(FoundRecord { number, place, finding, message: None })
    }

    #[test]
    fn each_command_comes_once_with_what_was_last_found_out() {
        use Status::{Completed, Failed, NotSent, StillMember, Unknown, Unverified};
        let records = vec![
            numbered(1),
            settled(1, &[Completed, Unverified]),
            numbered(2),
            settled(2, &[Failed, Unknown]),
            found(1, 1, Finding::StillMember),
            numbered(3),
            settled(3, &[Unknown, Unknown]),
            found(3, 0, Finding::NotDone),
            end(6, [1, 1, 2, 0]),
            numbered(4),
        ];
        let expected = [
            ("r1", Completed),
            ("r2", Failed),
            ("r1", StillMember),
            ("r3", NotSent),
            ("r2", Unknown),
            ("r3", Unknown),
            ("r4", Unknown),
            ("r4", Unknown),
        ];
        assert_eq!(statuses(records), expected.map(|(request, status)| (request.to_owned(), status)));
    }
}
