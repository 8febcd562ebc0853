//! The journal of an earlier run, replayed: what is done, what is unknown, what was started. Pure.

use super::command_json::{CommandJson, JournalJson};
use super::command_key::{CommandKey, command_key, key_of_command, key_of_request, request_key};
use super::completed::CompletedCommands;
use crate::client::hooks::{ActionRequest, RecalledOutcome, RecalledResponse};
use crate::client::request::ApiResponse;
use crate::client::sent_command::CommandContent;
use crate::client::settings::Mode;
use crate::session::guard::CommandImpact;
use crate::store::journal::record::{
    AnswerRecord, CommandRecord, Finding, FoundRecord, JournalRecord, RequestRecord, SettledRecord,
};
use crate::wire::outcome::{CommandOutcome, Evidence, Status};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// A command of a request: the number of the request and the index in it.
pub(crate) type CommandPlace = (u64, usize);

/// The state of an earlier run.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    completed: CompletedCommands,
    /// Removals after which someone was still a member when they were read back.
    still_members: HashMap<CommandKey, VecDeque<StillMember>>,
    answers: HashMap<CommandKey, VecDeque<RecordedAnswer>>,
    open: HashMap<CommandKey, VecDeque<String>>,
    /// Commands that may be partly done, by their first piece; reported if the script does not request them.
    started: HashMap<CommandKey, VecDeque<String>>,
    unknown: BTreeMap<CommandPlace, JournaledCommand>,
    /// Removals that the service reported as done and `--verify` found undone, until they are read back.
    unverified: BTreeMap<CommandPlace, JournaledCommand>,
    requests: BTreeMap<u64, JournaledRequest>,
    split: HashMap<(u64, u64, usize), SplitCommand>,
    run: u64,
    last_number: u64,
    /// The impact of what is done, for the guards.
    impact: CommandImpact,
    /// Whether a journal was replayed.
    has_journal: bool,
}

/// The commands that have to be read back first, and why, in the order they were sent.
pub(crate) type DoubtfulCommands = BTreeMap<CommandPlace, (Doubt, JournaledCommand)>;

/// Why a command has to be read back before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Its outcome is unknown.
    Unknown,
    /// Someone was still a member after it.
    StillMember,
}

/// A command that was sent, as the journal has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JournaledCommand {
    /// The command as it was sent.
    pub(crate) command: Arc<CommandContent>,
    /// Whether it was real.
    pub(crate) mode: Mode,
    /// Why it has to be read back.
    pub(crate) why: Cow<'static, str>,
    key: CommandKey,
    request_id: Arc<str>,
    place: PiecePlace,
}

/// The run, the list, the command in it, and the piece of the command.
type PiecePlace = (u64, u64, usize, usize);

/// A request without an outcome so far.
#[derive(Debug)]
struct JournaledRequest {
    /// The key of a request sent as the script wrote it; `None` for one of a list.
    content: Option<CommandKey>,
    request_id: Arc<str>,
    mode: Mode,
    commands: Vec<OpenCommand>,
}

/// A command of a request without an outcome so far.
#[derive(Debug)]
struct OpenCommand {
    key: CommandKey,
    json: CommandJson,
    place: PiecePlace,
    pieces: usize,
}

impl JournaledRequest {
    /// One of its commands, which has to be read back.
    fn doubtful(&self, open: OpenCommand, why: Cow<'static, str>) -> JournaledCommand {
        let OpenCommand { key, json, place, .. } = open;
        let (command, request_id) = (Arc::new(json.rendered()), Arc::clone(&self.request_id));
        JournaledCommand { command, mode: self.mode, why, key, request_id, place }
    }

    /// All its commands, if its response never arrived.
    fn into_unanswered(mut self) -> impl Iterator<Item = JournaledCommand> {
        let commands = std::mem::take(&mut self.commands);
        let why = Cow::Borrowed("the run ended before the response arrived");
        commands.into_iter().map(move |open| self.doubtful(open, why.clone()))
    }
}

/// The response to a request sent as the script wrote it.
#[derive(Debug)]
struct RecordedAnswer {
    answer: ApiResponse,
    /// The statuses of its commands; empty if all are done.
    statuses: Vec<Status>,
}

/// A removal after which someone is still a member.
#[derive(Debug)]
struct StillMember {
    label: String,
    message: String,
    request_id: Arc<str>,
}

/// A command that was sent in pieces.
#[derive(Debug, Default)]
struct SplitCommand {
    first: CommandKey,
    label: String,
    done: usize,
    pieces: usize,
}

impl Replay {
    /// Applies a record of the journal.
    pub(crate) fn apply<S: AsRef<str>, V: JournalJson>(&mut self, record: JournalRecord<S, V>) {
        match record {
            JournalRecord::Request(request) => self.apply_request(request),
            JournalRecord::Settled(settled) => self.apply_settled(settled),
            JournalRecord::Found(found) => self.apply_found(found),
            JournalRecord::Resumed(_) => self.run += 1,
            JournalRecord::Head(_) | JournalRecord::Input(_) | JournalRecord::End(_) => {}
        }
    }

    /// Called after the journal was read: pending requests become unknown.
    pub(crate) fn start_resume(&mut self) {
        self.run += 1;
        self.has_journal = true;
        for (number, request) in std::mem::take(&mut self.requests) {
            self.add_unanswered(number, request);
        }
        for split in std::mem::take(&mut self.split).into_values() {
            if split.done > 0 && split.done < split.pieces {
                self.started.entry(split.first).or_default().push_back(split.label);
            }
        }
    }

    /// Whether no journal was replayed.
    pub(crate) fn is_empty(&self) -> bool {
        !self.has_journal
    }

    pub(crate) fn last_number(&self) -> u64 {
        self.last_number
    }

    /// Takes the commands that have to be read back first, in the order they were sent.
    pub(crate) fn take_doubtful(&mut self) -> DoubtfulCommands {
        let with = |doubt| move |(place, journaled)| (place, (doubt, journaled));
        let unknown = std::mem::take(&mut self.unknown).into_iter().map(with(Doubt::Unknown));
        let unverified = std::mem::take(&mut self.unverified).into_iter().map(with(Doubt::StillMember));
        unknown.chain(unverified).collect()
    }

    /// The impact of what is done.
    pub(crate) fn impact(&self) -> CommandImpact {
        self.impact
    }

    /// Whether a command is recalled instead of sent, because an earlier run settled it.
    pub(crate) fn has_settled(&self, mode: Mode, command: &CommandContent) -> bool {
        let key = command_key(mode, command);
        self.completed.contains(key) || self.still_members.contains_key(&key)
    }

    fn add_unanswered(&mut self, number: u64, request: JournaledRequest) {
        for (index, journaled) in request.into_unanswered().enumerate() {
            self.unknown.insert((number, index), journaled);
        }
    }

    fn add_impact(&mut self, journaled: &JournaledCommand) {
        let is_first = journaled.place.3 == 0;
        let impact = if is_first { CommandImpact::of } else { CommandImpact::of_later_piece };
        self.impact.add(&impact(&journaled.command));
    }

    /// Applies the result of reading a command back.
    pub(crate) fn apply_finding(
        &mut self,
        journaled: &JournaledCommand,
        finding: Finding,
        message: Option<&str>,
    ) {
        let why = || message.unwrap_or(&journaled.why).to_owned();
        match finding {
            Finding::Done => self.mark_done(journaled, Some(Evidence::Verified)),
            Finding::NotDone => self.mark_undone(journaled),
            Finding::Open => self.open.entry(journaled.key).or_default().push_back(why()),
            Finding::StillMember => {
                self.add_impact(journaled);
                let (label, request_id) = (label(&journaled.command), Arc::clone(&journaled.request_id));
                let still_member = StillMember { label, message: why(), request_id };
                self.still_members.entry(journaled.key).or_default().push_back(still_member);
            }
        }
    }

    fn mark_done(&mut self, journaled: &JournaledCommand, evidence: Option<Evidence>) {
        self.add_impact(journaled);
        self.completed.add(journaled.key, &journaled.request_id, evidence);
    }

    /// It is not done or may be repeated: it is sent when the script reaches it.
    fn mark_undone(&mut self, journaled: &JournaledCommand) {
        self.started.entry(journaled.key).or_default().push_back(label(&journaled.command));
    }

    /// The outcome of a command in an earlier run; each is recalled once.
    pub(crate) fn recall(&mut self, mode: Mode, command: &CommandContent) -> Option<RecalledOutcome> {
        let key = command_key(mode, command);
        if let Some((request_id, evidence)) = self.completed.pop(key) {
            pop(&mut self.started, key);
            return Some(RecalledOutcome::Done { request_id: request_id.to_string(), evidence });
        }
        if let Some(StillMember { message, request_id, .. }) = pop(&mut self.still_members, key) {
            return Some(RecalledOutcome::StillMember { request_id: request_id.to_string(), message });
        }
        if let Some(message) = pop(&mut self.open, key) {
            return Some(RecalledOutcome::Open { message });
        }
        pop(&mut self.started, key);
        None
    }

    /// The response that an earlier run got to a request sent as the script wrote it. `None` if it has to be sent.
    pub(crate) fn recall_response(&mut self, request: &ActionRequest) -> Option<RecalledResponse> {
        let commands = || request.commands.iter().map(|sent| &*sent.content);
        let keys: Vec<_> = commands().map(|command| command_key(request.mode, command)).collect();
        for key in &keys {
            pop(&mut self.started, *key);
        }
        let content = request_key(&request.call, request.mode, commands(), request.body.as_ref());
        let recorded = pop(&mut self.answers, content);
        recorded
            .and_then(|recorded| self.recall_recorded(recorded, &keys))
            .or_else(|| self.recall_by_command(request, &keys))
    }

    /// Recalls a recorded response; `None` if nobody is a member any more and the request is sent again because another
    /// of its commands failed.
    fn recall_recorded(&mut self, recorded: RecordedAnswer, keys: &[CommandKey]) -> Option<RecalledResponse> {
        let RecordedAnswer { answer, statuses } = recorded;
        let (mut still_members, mut all_done) = (BTreeMap::new(), true);
        for (index, (status, key)) in statuses.iter().zip(keys).enumerate() {
            if *status != Status::StillMember {
                all_done &= status.is_done();
            } else if let Some(still_member) = pop(&mut self.still_members, *key) {
                still_members.insert(index, still_member.message);
            } else {
                self.completed.pop(*key);
            }
        }
        let is_recalled = all_done || !still_members.is_empty();
        is_recalled.then(|| RecalledResponse { response: Ok(answer), still_members })
    }

    /// Recalls a request whose own response was lost: open if one of its commands is, settled if all are.
    fn recall_by_command(
        &mut self,
        request: &ActionRequest,
        keys: &[CommandKey],
    ) -> Option<RecalledResponse> {
        if let Some(message) = keys.iter().find_map(|key| pop(&mut self.open, *key)) {
            return Some(RecalledResponse::open(message));
        }
        let settled =
            |key: &CommandKey| self.completed.contains(*key) || self.still_members.contains_key(key);
        let all_settled = !keys.is_empty() && keys.iter().all(settled);
        let mut still_members = BTreeMap::new();
        for (index, key) in keys.iter().enumerate() {
            if let Some(still_member) = pop(&mut self.still_members, *key) {
                still_members.insert(index, still_member.message);
            }
        }
        if let Some(message) = still_members.values().next().filter(|_| !all_settled) {
            return Some(RecalledResponse::open(format!(
                "{message}; the rest of the request cannot be sent alone"
            )));
        }
        if !all_settled {
            return None;
        }
        let ids: Vec<_> = keys.iter().filter_map(|key| self.completed.pop(*key)).collect();
        let request_id = ids.first().map(|(id, _)| id.to_string()).unwrap_or_default();
        Some(RecalledResponse {
            response: Ok(ApiResponse::confirmed(request, request_id, "resumed")),
            still_members,
        })
    }

    /// Commands that were started and not requested again, in words.
    pub(crate) fn unrequested(&self) -> Vec<String> {
        let mut unrequested: Vec<_> = self.started.values().flatten().cloned().collect();
        unrequested.sort();
        unrequested
    }

    /// Removals after which someone is still a member and that were not requested again, in words.
    pub(crate) fn unrequested_still_members(&self) -> Vec<String> {
        let still_members = self.still_members.values().flatten();
        let mut unrequested: Vec<_> =
            still_members.map(|StillMember { label, message, .. }| format!("{label}: {message}")).collect();
        unrequested.sort();
        unrequested
    }

    fn apply_request<S: AsRef<str>, V: JournalJson>(&mut self, record: RequestRecord<S, V>) {
        let RequestRecord { number, call, request_id, mode, list, commands, body } = record;
        self.last_number = self.last_number.max(number);
        let content = (list == 0).then(|| {
            key_of_request(
                call.as_ref(),
                mode,
                |text| commands.iter().for_each(|sent| sent.command.write_sorted(text)),
                |text| match &body {
                    Some(body) => body.write_sorted(text),
                    None => Value::Null.write_sorted(text),
                },
            )
        });
        let open = |sent: CommandRecord<S, V>| OpenCommand {
            key: key_of_command(mode, |text| sent.command.write_sorted(text)),
            json: sent.command.into_command(),
            place: (self.run, list, sent.index, sent.piece),
            pieces: sent.pieces,
        };
        let commands: Vec<_> = commands.into_iter().map(open).collect();
        // It was requested again, as `recall` records during a run.
        for open in &commands {
            pop(&mut self.started, open.key);
        }
        // It was sent again: its earlier outcome does not count.
        let is_again = |known: &JournaledCommand| match list {
            0 => *known.request_id == *request_id.as_ref(),
            _ => commands.iter().any(|open| open.place == known.place),
        };
        self.unknown.retain(|_, known| !is_again(known));
        let request_id = request_id.as_ref().into();
        self.requests.insert(number, JournaledRequest { content, request_id, mode, commands });
    }

    fn apply_settled<S: AsRef<str>, V: JournalJson>(&mut self, record: SettledRecord<S, V>) {
        let SettledRecord { number, fates, answer } = record;
        let Some(mut request) = self.requests.remove(&number) else { return };
        let is_raw = request.content.is_some();
        let is_answered = answer.is_some();
        let is_kept = self.record_answer(&request, answer, &fates);
        let mut fates = fates.into_iter();
        for (index, open) in std::mem::take(&mut request.commands).into_iter().enumerate() {
            let lost = || CommandOutcome::with_message(Status::Unknown, "its response was lost");
            let CommandOutcome { status, message, evidence, .. } = fates.next().unwrap_or_else(lost);
            match status {
                Status::Completed | Status::WouldComplete if !is_raw => {
                    self.add_done(&request, &open, evidence);
                    self.piece_done(&open);
                }
                Status::Completed | Status::WouldComplete if is_kept => {
                    self.impact.add(&open.json.impact(open.place.3 == 0));
                }
                // Its response was lost, and reading it back showed that it is done.
                Status::Completed if !is_answered => self.add_done(&request, &open, evidence),
                // It is sent again when the script reaches it; also a completed one, if other commands of a request sent
                // as the script wrote it were not done.
                // A plan keeps no journal.
                Status::Completed
                | Status::WouldComplete
                | Status::Failed
                | Status::NotSent
                | Status::Planned
                | Status::WouldFail => {}
                Status::PartlyDone => {
                    self.started.entry(open.key).or_default().push_back(label(&open.json.rendered()));
                }
                Status::Unknown | Status::Unverified => {
                    let why = message.map_or(Cow::Borrowed("its response was lost"), Cow::Owned);
                    self.unknown.insert((number, index), request.doubtful(open, why));
                }
                Status::StillMember => {
                    let why = message.map_or(Cow::Borrowed("someone is still a member"), Cow::Owned);
                    self.unverified.insert((number, index), request.doubtful(open, why));
                }
            }
        }
    }

    fn add_done(&mut self, request: &JournaledRequest, open: &OpenCommand, evidence: Option<Evidence>) {
        self.impact.add(&open.json.impact(open.place.3 == 0));
        self.completed.add(open.key, &request.request_id, evidence);
    }

    /// Records the response to a request sent as the script wrote it if it will be recalled: all of it is done, or a
    /// part of it must not be sent again. Returns whether it was recorded.
    fn record_answer<S: AsRef<str>, V: JournalJson>(
        &mut self,
        request: &JournaledRequest,
        answer: Option<AnswerRecord<S, V>>,
        fates: &[CommandOutcome],
    ) -> bool {
        let has = |status: Status| fates.iter().any(|fate| fate.status == status);
        let all_done = fates.iter().all(|fate| fate.status.is_done());
        let is_recalled =
            all_done || (has(Status::StillMember) && !has(Status::Unknown) && !has(Status::Unverified));
        let answer = answer.filter(|answer| is_recalled && (200..300).contains(&answer.status));
        let (Some(AnswerRecord { status, headers, body }), Some(content)) = (answer, request.content) else {
            return false;
        };
        let mut body = body.into_value();
        if let Value::Object(fields) = &mut body {
            fields.insert("resumed".to_owned(), Value::Bool(true));
        }
        let request_id = match request.commands.as_slice() {
            [] => String::new(),
            _ => request.request_id.to_string(),
        };
        let statuses = if all_done { Vec::new() } else { fates.iter().map(|fate| fate.status).collect() };
        let owned = |(name, value): (S, S)| (name.as_ref().to_owned(), value.as_ref().to_owned());
        let headers = headers.into_iter().map(owned).collect();
        let answer = ApiResponse { status, headers, body, request_id };
        self.answers.entry(content).or_default().push_back(RecordedAnswer { answer, statuses });
        true
    }

    fn piece_done(&mut self, open: &OpenCommand) {
        if open.pieces < 2 {
            return;
        }
        let (run, list, index, piece) = open.place;
        let split = self.split.entry((run, list, index)).or_default();
        if piece == 0 {
            split.first = open.key;
            split.label = label(&open.json.rendered());
        }
        split.pieces = open.pieces;
        split.done += 1;
    }

    /// Applies what a resumed run found when it read a command back.
    fn apply_found(&mut self, record: FoundRecord) {
        let FoundRecord { number, place, finding, message } = record;
        let place = (number, place);
        self.settle_requests_before(number);
        let Some(journaled) = self.unknown.remove(&place).or_else(|| self.unverified.remove(&place)) else {
            return;
        };
        match finding {
            Finding::Done => self.mark_done(&journaled, Some(Evidence::Verified)),
            Finding::NotDone => self.mark_undone(&journaled),
            // The next run reads it back again.
            Finding::Open => drop(self.unknown.insert(place, journaled)),
            Finding::StillMember => {
                let why = message.map_or_else(|| journaled.why.clone(), Cow::Owned);
                self.unverified.insert(place, JournaledCommand { why, ..journaled });
            }
        }
    }

    /// A request that a crash left without an outcome becomes unknown once a later run has a finding for it.
    fn settle_requests_before(&mut self, number: u64) {
        if let Some(request) = self.requests.remove(&number) {
            self.add_unanswered(number, request);
        }
    }
}

fn pop<T>(map: &mut HashMap<CommandKey, VecDeque<T>>, key: CommandKey) -> Option<T> {
    let entries = map.get_mut(&key)?;
    let entry = entries.pop_front();
    if entries.is_empty() {
        map.remove(&key);
    }
    entry
}

/// The subject and the steps of a command, for messages.
pub(crate) fn label(command: &CommandContent) -> String {
    format!("{} ({})", command.subject_name().unwrap_or("(no user)"), command.step_names().join(", "))
}

#[cfg(test)]
mod tests;
