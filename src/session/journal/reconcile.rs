//! Before a run is resumed: commands of unknown outcome, and removals that were found undone, are read back.

use super::replay;
use super::replay::{CommandPlace, Doubt, DoubtfulCommands, JournaledCommand, Replay};
use crate::client::actions::read_back::ReadBackResult;
use crate::client::actions::removal::RemovalCheck;
use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{ErrorKind, Result};
use crate::host::session::Session;
use crate::session::journal::recorder::JournalRecorder;
use crate::session::run_state::RunState;
use crate::store::journal::record::{Finding, FoundRecord, JournalRecord};
use crate::wire::command::Command;
use crate::wire::limits::COMMANDS_PER_REQUEST;
use std::collections::HashMap;

/// The results of reading commands back.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ReconcileSummary {
    /// The number that is done.
    pub done: usize,
    /// The number that is not done or may be repeated: they are sent again when the script reaches them.
    pub to_resend: usize,
    /// Commands that can neither be confirmed nor safely repeated, with the reason.
    pub unresolved: Vec<String>,
    /// Removals after which someone is still a member, with the reason; they are not sent again.
    pub still_members: Vec<String>,
}

/// Reads back every command of unknown outcome and every removal that was found undone. What is done counts for the
/// guards of the run.
///
/// # Errors
/// `interrupted`; `file`: the journal cannot be written.
pub(crate) fn reconcile(session: &Session, recorder: &JournalRecorder) -> Result<ReconcileSummary> {
    let mut summary = ReconcileSummary::default();
    let doubtful = recorder.with_replay(Replay::take_doubtful);
    let mut together = ReadTogether::read(session, &doubtful)?;
    for ((number, place), (doubt, journaled)) in doubtful {
        let known = together.take((number, place));
        let (finding, message) = match doubt {
            Doubt::Unknown => read_back(session, &journaled, known)?,
            Doubt::StillMember => read_back_removal(session, &journaled, known.check)?,
        };
        summary.add(finding, &journaled, message.as_deref());
        recorder.with_replay(|replay| replay.apply_finding(&journaled, finding, message.as_deref()));
        recorder.add(JournalRecord::Found(FoundRecord { number, place, finding, message }))?;
    }
    RunState::of(session).settings.guard.add_earlier_impact(&recorder.with_replay(|replay| replay.impact()));
    Ok(summary)
}

impl ReconcileSummary {
    fn add(&mut self, finding: Finding, journaled: &JournaledCommand, message: Option<&str>) {
        let line = || format!("{}: {}", replay::label(&journaled.command), message.unwrap_or(&journaled.why));
        match finding {
            Finding::Done => self.done += 1,
            Finding::NotDone => self.to_resend += 1,
            Finding::Open => self.unresolved.push(line()),
            Finding::StillMember => self.still_members.push(line()),
        }
    }
}

/// What was read of many commands together, since that takes fewer requests.
#[derive(Default)]
struct ReadTogether {
    known: HashMap<CommandPlace, KnownState>,
}

/// What is known of a command before it is read back alone.
#[derive(Default)]
struct KnownState {
    state: Option<ReadBackResult>,
    check: Option<RemovalCheck>,
}

impl ReadTogether {
    /// Reads the groups of requests with more commands than a request takes, whose people were in lists, and all
    /// removals that are in doubt.
    fn read(session: &Session, doubtful: &DoubtfulCommands) -> Result<Self> {
        let mut together = Self::default();
        let unknown =
            doubtful.iter().filter(|(_, (doubt, one))| *doubt == Doubt::Unknown && one.mode == Mode::Live);
        let mut sizes: HashMap<u64, usize> = HashMap::new();
        unknown.clone().for_each(|((number, _), _)| *sizes.entry(*number).or_default() += 1);
        let packed = unknown.filter(|((number, _), _)| sizes[number] > COMMANDS_PER_REQUEST);
        let (places, commands) = readable(packed);
        if !commands.is_empty() {
            let client = session.client()?;
            let states = session.wait(async { Ok(client.read_back_memberships(&commands).await) })?;
            let states = unless_interrupted(session, states)?;
            for (place, state) in places.into_iter().zip(states) {
                together.known.entry(place).or_default().state = state;
            }
        }
        together.check_removals(session, doubtful)?;
        Ok(together)
    }

    fn check_removals(&mut self, session: &Session, doubtful: &DoubtfulCommands) -> Result<()> {
        let verifies = session.setup().verify == VerifyPolicy::Always;
        let is_done =
            |place| self.known.get(place).is_some_and(|known| known.state == Some(ReadBackResult::Done));
        let in_doubt = doubtful
            .iter()
            .filter(|(place, (doubt, _))| *doubt == Doubt::StillMember || (verifies && is_done(place)));
        let (places, commands) = readable(in_doubt);
        if commands.len() < 2 {
            return Ok(());
        }
        let client = session.client()?;
        let checks = session.wait(async { Ok(client.check_all_removals(&commands).await) })?;
        for (place, check) in places.into_iter().zip(unless_interrupted(session, checks)?) {
            self.known.entry(place).or_default().check = Some(check);
        }
        Ok(())
    }

    fn take(&mut self, place: CommandPlace) -> KnownState {
        self.known.remove(&place).unwrap_or_default()
    }
}

/// The places of commands that can be read back, and the commands.
fn readable<'d>(
    doubtful: impl Iterator<Item = (&'d CommandPlace, &'d (Doubt, JournaledCommand))>,
) -> (Vec<CommandPlace>, Vec<&'d Command>) {
    doubtful.filter_map(|(place, (_, journaled))| Some((*place, journaled.command.command()?))).unzip()
}

/// The outcome of a command whose outcome was unknown, with a reason where needed.
fn read_back(
    session: &Session,
    journaled: &JournaledCommand,
    known: KnownState,
) -> Result<(Finding, Option<String>)> {
    if journaled.mode == Mode::Test {
        return Ok((Finding::NotDone, None)); // a rehearsal changes nothing and may be repeated
    }
    let unresolved = |why: &str| (Finding::Open, Some(format!("{}; {why}", journaled.why)));
    let Some(command) = journaled.command.command() else {
        return Ok(unresolved("the command cannot be read back"));
    };
    let repeatable = command.is_repeatable();
    let state = known.state.map_or_else(|| read_back_state(session, command), Ok)?;
    Ok(match state {
        ReadBackResult::Done => verify_removal(session, command, known.check)?,
        ReadBackResult::NotDone => (Finding::NotDone, None),
        ReadBackResult::Partly | ReadBackResult::Unclear(_) if repeatable => (Finding::NotDone, None),
        ReadBackResult::Partly => unresolved("a part of it was done, and it cannot be repeated"),
        ReadBackResult::Unclear(why) => unresolved(&why),
    })
}

/// A command that was read back as done; with `--verify` nobody may still be a member in another way.
fn verify_removal(
    session: &Session,
    command: &Command,
    known: Option<RemovalCheck>,
) -> Result<(Finding, Option<String>)> {
    if session.setup().verify != VerifyPolicy::Always {
        return Ok((Finding::Done, None));
    }
    Ok(match known.map_or_else(|| check_removal(session, command), Ok)? {
        RemovalCheck::NotRemoval | RemovalCheck::Verified => (Finding::Done, None),
        RemovalCheck::StillMember(groups) => (Finding::StillMember, Some(groups)),
        RemovalCheck::Unverified(why) if command.is_repeatable() => (Finding::NotDone, Some(why)),
        RemovalCheck::Unverified(why) => (Finding::Open, Some(why)),
    })
}

/// The outcome of a removal after which someone was still a member. If it cannot be read back, it is unchanged.
fn read_back_removal(
    session: &Session,
    journaled: &JournaledCommand,
    known: Option<RemovalCheck>,
) -> Result<(Finding, Option<String>)> {
    let before = || (Finding::StillMember, Some(journaled.why.to_string()));
    let Some(command) = journaled.command.command() else { return Ok(before()) };
    Ok(match known.map_or_else(|| check_removal(session, command), Ok)? {
        RemovalCheck::NotRemoval | RemovalCheck::Verified => (Finding::Done, None),
        RemovalCheck::StillMember(groups) => (Finding::StillMember, Some(groups)),
        RemovalCheck::Unverified(_) => before(),
    })
}

fn read_back_state(session: &Session, command: &Command) -> Result<ReadBackResult> {
    let client = session.client()?;
    let state = session.wait(async { Ok(client.read_back_command(command).await) })?;
    unless_interrupted(session, state)
}

fn check_removal(session: &Session, command: &Command) -> Result<RemovalCheck> {
    let client = session.client()?;
    let seen = session.wait(async { Ok(client.check_removal(command).await) })?;
    unless_interrupted(session, seen)
}

/// What was read while the operator interrupted the run does not count.
fn unless_interrupted<T>(session: &Session, seen: T) -> Result<T> {
    if session.interrupt().is_requested() { Err(ErrorKind::Interrupted.into()) } else { Ok(seen) }
}

/// Commands that the earlier run started and the script has not requested, in words.
pub(crate) fn unrequested(recorder: &JournalRecorder) -> Vec<String> {
    recorder.with_replay(|replay| replay.unrequested())
}

/// Removals after which someone is still a member and that the script has not requested, in words.
pub(crate) fn unrequested_still_members(recorder: &JournalRecorder) -> Vec<String> {
    recorder.with_replay(|replay| replay.unrequested_still_members())
}
