//! The way of every change a script makes: commands checked, carried out, a report for each call.

use super::pipeline::Pipeline;
use super::report::Report;
use crate::changes::order::{CheckedOrder, CheckedSubmission, CommandSource, Submission, TaggedCommand};
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
pub fn carry_out_one(session: &Session, command: Command) -> Result<Report> {
    RunState::of(session).count_single_change(session);
    let order = checked(session, 0, TaggedCommand { command, tag: Dynamic::UNIT })?;
    let order = order.map_err(|failure| ErrorKind::Invalid(vec![failure]))?;
    let mut pipeline = Pipeline::new(session, false)?;
    pipeline.push(session, order)?;
    let report = pipeline.finish(session)?;
    report.failure().map_or(Ok(report), Err)
}

/// Carries commands out and answers what became of each. Failures in the report count for the exit code.
///
/// # Errors
/// `invalid`: local checks refuse some, and nothing was sent; with `skip_invalid` those are left out instead.
/// Whatever kept the first request from being sent.
pub fn carry_out(session: &Session, source: &dyn CommandSource, skip_invalid: bool) -> Result<Report> {
    let (count, refused) = refused(session, source)?;
    if !refused.is_empty() && !skip_invalid {
        return Err(ErrorKind::Invalid(refused).into());
    }
    let mut pipeline = Pipeline::new(session, true)?;
    pipeline.expect(count - refused.len());
    match hand_over(session, source, count, &mut pipeline) {
        Ok(()) => pipeline.finish(session),
        Err(error) => {
            pipeline.abandon(session, &error.kind.to_string())?;
            Err(error)
        }
    }
}

/// Hands all of a list to its pipeline. What was handed over has an outcome also where the rest cannot be read.
fn hand_over(
    session: &Session,
    source: &dyn CommandSource,
    count: usize,
    pipeline: &mut Pipeline,
) -> Result<()> {
    for (index, asked) in source.orders()?.enumerate() {
        match check(session, index, asked?)? {
            Ok(order) => pipeline.push(session, order)?,
            Err(failure) => pipeline.leave_out(session, &failure, String::new()),
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
fn refused(session: &Session, source: &dyn CommandSource) -> Result<(usize, Vec<CommandFailure>)> {
    let (mut count, mut refused, mut ahead) = (0, Vec::new(), CommandImpact::default());
    for (index, asked) in source.orders()?.enumerate() {
        session.interrupt().check()?;
        count += 1;
        match check(session, index, asked?)? {
            Ok(order) => foresee(session, &order.command, &mut ahead)?,
            Err(failure) => refused.push(failure),
        }
    }
    Ok((count, refused))
}

/// Asks the guards about a command that is to come, unless an earlier run did it already.
fn foresee(session: &Session, command: &CheckedCommand, ahead: &mut CommandImpact) -> Result<()> {
    let (run, mode) = (RunState::of(session), session.mode());
    let recorder = run.settings.recorder.as_ref().filter(|recorder| recorder.can_recall());
    let is_done =
        recorder.is_some_and(|recorder| command.pieces().all(|piece| recorder.has_settled(mode, piece)));
    if is_done { Ok(()) } else { run.settings.guard.foresee(mode, command, ahead) }
}

fn check(session: &Session, index: usize, asked: Submission) -> Result<CheckedSubmission> {
    match asked {
        Ok(order) => checked(session, index, order),
        Err(failure) => Ok(Err(failure)),
    }
}

/// The command as the gate checked it, or what a local check refuses in it.
///
/// # Errors
/// `config`: settings are missing or wrong.
pub(super) fn checked(session: &Session, index: usize, order: TaggedCommand) -> Result<CheckedSubmission> {
    let TaggedCommand { command, tag } = order;
    let command = session.client()?.check(command);
    Ok(match command.fault() {
        Some(fault) => Err(CommandFailure::local(index, command.command().subject.name(), fault)),
        None => Ok(CheckedOrder { command, tag }),
    })
}
