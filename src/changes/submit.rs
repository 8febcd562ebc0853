//! The way of every change a script makes: commands checked, carried out, a report for each call.

use super::pipeline::Pipeline;
use super::report::Report;
use crate::changes::submission::{
    CheckedSubmission, CommandSource, Submission, TaggedCheckedCommand, TaggedCommand,
};
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::hooks::GateHook;
use crate::error::{CommandFailure, Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::guard::CommandImpact;
use crate::session::run_state::RunState;
use crate::wire::command::Command;
use rhai::Dynamic;

/// Carries one command out.
///
/// # Errors
/// `invalid` when a local check refuses it, `commands` when the service refuses a part of it, `unknown` when its
/// answer was lost, or whatever kept it from being sent.
pub(crate) fn submit_one(session: &Session, command: Command) -> Result<Report> {
    RunState::of(session).count_single_change(session);
    let command = check_command(session, 0, TaggedCommand { command, tag: Dynamic::UNIT })?;
    let command = command.map_err(|failure| ErrorKind::Invalid(vec![failure]))?;
    let mut pipeline = Pipeline::new(session, false)?;
    pipeline.push(session, command)?;
    let report = pipeline.finish(session)?;
    report.failure().map_or(Ok(report), Err)
}

/// Carries commands out and answers what became of each. Failures in the report count for the exit code.
///
/// # Errors
/// `invalid`: local checks refuse some, and nothing was sent; with `skip_invalid` those are left out instead.
/// Whatever kept the first request from being sent.
pub(crate) fn submit(session: &Session, source: &dyn CommandSource, skip_invalid: bool) -> Result<Report> {
    let (count, refused) = precheck(session, source)?;
    if !refused.is_empty() && !skip_invalid {
        return Err(ErrorKind::Invalid(refused).into());
    }
    let mut pipeline = Pipeline::new(session, true)?;
    pipeline.expect(count - refused.len());
    match push_all(session, source, count, &mut pipeline) {
        Ok(()) => pipeline.finish(session),
        Err(error) => {
            pipeline.abandon(session, &error.kind.to_string())?;
            Err(error)
        }
    }
}

/// Hands all of a list to its pipeline. What was handed over has an outcome also where the rest cannot be read.
fn push_all(
    session: &Session,
    source: &dyn CommandSource,
    count: usize,
    pipeline: &mut Pipeline,
) -> Result<()> {
    for (index, submission) in source.submissions()?.enumerate() {
        match check_submission(session, index, submission?)? {
            Ok(command) => pipeline.push(session, command)?,
            Err(failure) => pipeline.reject(session, &failure, String::new()),
        }
    }
    if pipeline.len() == count {
        return Ok(());
    }
    let message =
        format!("the list changed while it was carried out: {count} entries, then {}", pipeline.len());
    Err(Error::usage_with_hint(message, "See what was done in the journal or --report, and run it again."))
}

/// How long a list is, and what the local checks refuse in it. A guard that would stop it on its way stops it here.
///
/// # Errors
/// `guard`; what keeps the list from being read.
fn precheck(session: &Session, source: &dyn CommandSource) -> Result<(usize, Vec<CommandFailure>)> {
    let (mut count, mut refused, mut total) = (0, Vec::new(), CommandImpact::default());
    for (index, submission) in source.submissions()?.enumerate() {
        session.interrupt().check()?;
        count += 1;
        match check_submission(session, index, submission?)? {
            Ok(command) => precheck_guard(session, &command.command, &mut total)?,
            Err(failure) => refused.push(failure),
        }
    }
    Ok((count, refused))
}

/// Asks the guards about a command that is to come, unless an earlier run did it already.
fn precheck_guard(session: &Session, command: &CheckedCommand, total: &mut CommandImpact) -> Result<()> {
    let (run, mode) = (RunState::of(session), session.mode());
    let recorder = run.settings.recorder.as_ref().filter(|recorder| recorder.remembers());
    let is_done =
        recorder.is_some_and(|recorder| command.pieces().all(|piece| recorder.has_settled(mode, piece)));
    if is_done { Ok(()) } else { run.settings.guard.precheck(mode, command, total) }
}

fn check_submission(session: &Session, index: usize, submission: Submission) -> Result<CheckedSubmission> {
    match submission {
        Ok(command) => check_command(session, index, command),
        Err(failure) => Ok(Err(failure)),
    }
}

/// The command as the gate checked it, or what a local check refuses in it.
///
/// # Errors
/// `config`: settings are missing or wrong.
pub(super) fn check_command(
    session: &Session,
    index: usize,
    command: TaggedCommand,
) -> Result<CheckedSubmission> {
    let TaggedCommand { command, tag } = command;
    let command = session.client()?.check(command);
    Ok(match command.fault() {
        Some(fault) => Err(CommandFailure::local(index, command.command().subject.name(), fault)),
        None => Ok(TaggedCheckedCommand { command, tag }),
    })
}
