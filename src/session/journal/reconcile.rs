//! Before a run is resumed: commands of unknown outcome, and removals that were found undone, are read back.

use super::replay;
use super::replay::{Doubt, JournaledCommand, Replay};
use crate::client::actions::read_back::ReadBackResult;
use crate::client::actions::removal::RemovalCheck;
use crate::client::settings::{Mode, VerifyPolicy};
use crate::error::{ErrorKind, Result};
use crate::host::session::Session;
use crate::session::journal::recorder::JournalRecorder;
use crate::session::run_state::RunState;
use crate::store::journal::record::{Finding, FoundRecord, JournalRecord};
use crate::wire::command::Command;

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
    for ((number, place), (doubt, journaled)) in recorder.with_replay(Replay::take_doubtful) {
        let (finding, message) = match doubt {
            Doubt::Unknown => read_back(session, &journaled)?,
            Doubt::StillMember => read_back_removal(session, &journaled)?,
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

/// The outcome of a command whose outcome was unknown, with a reason where needed.
fn read_back(session: &Session, journaled: &JournaledCommand) -> Result<(Finding, Option<String>)> {
    if journaled.mode == Mode::Test {
        return Ok((Finding::NotDone, None)); // a rehearsal changes nothing and may be repeated
    }
    let unresolved = |why: &str| (Finding::Open, Some(format!("{}; {why}", journaled.why)));
    let Some(command) = journaled.command.command() else {
        return Ok(unresolved("the command cannot be read back"));
    };
    let repeatable = command.is_repeatable();
    Ok(match read_back_state(session, command)? {
        ReadBackResult::Done => verify_removal(session, command)?,
        ReadBackResult::NotDone => (Finding::NotDone, None),
        ReadBackResult::Partly | ReadBackResult::Unclear(_) if repeatable => (Finding::NotDone, None),
        ReadBackResult::Partly => unresolved("a part of it was done, and it cannot be repeated"),
        ReadBackResult::Unclear(why) => unresolved(&why),
    })
}

/// A command that was read back as done; with `--verify` nobody may still be a member in another way.
fn verify_removal(session: &Session, command: &Command) -> Result<(Finding, Option<String>)> {
    if session.setup().verify != VerifyPolicy::Always {
        return Ok((Finding::Done, None));
    }
    Ok(match check_removal(session, command)? {
        RemovalCheck::NotRemoval | RemovalCheck::Verified => (Finding::Done, None),
        RemovalCheck::StillMember(groups) => (Finding::StillMember, Some(groups)),
        RemovalCheck::Unverified(why) if command.is_repeatable() => (Finding::NotDone, Some(why)),
        RemovalCheck::Unverified(why) => (Finding::Open, Some(why)),
    })
}

/// The outcome of a removal after which someone was still a member. If it cannot be read back, it is unchanged.
fn read_back_removal(session: &Session, journaled: &JournaledCommand) -> Result<(Finding, Option<String>)> {
    let before = || (Finding::StillMember, Some(journaled.why.to_string()));
    let Some(command) = journaled.command.command() else { return Ok(before()) };
    Ok(match check_removal(session, command)? {
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
