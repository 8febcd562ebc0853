//! The way of every change a script makes: listings finished, commands carried out, a report for each of them.

use super::report::{Content, Report};
use super::session::Session;
use crate::client::outcome::{Outcome, Status};
use crate::error::{Error, ErrorKind, Failure, Result};
use crate::wire::command::Command;
use futures_util::{StreamExt, stream};
use rhai::Dynamic;

/// A command with what the script attached to it.
#[derive(Debug, Clone)]
pub struct Order {
    /// The command.
    pub command: Command,
    /// Whatever the script wants to see again beside its outcome.
    pub tag: Dynamic,
}

/// Carries one command out.
///
/// # Errors
/// `invalid` when a local check refuses it, `commands` when the service refuses a part of it, `unknown` when its
/// answer was lost, or whatever kept it from being sent.
pub fn carry_out_one(session: &Session, command: Command) -> Result<Report> {
    session.count_single_change();
    let report = deliver(session, vec![Order { command, tag: Dynamic::UNIT }], false, false)?;
    report.failure().map_or(Ok(report), Err)
}

/// Carries commands out and answers what became of each. Failures in the report count for the exit code.
///
/// # Errors
/// `invalid`: local checks refuse some, and nothing was sent; with `skip_invalid` those are left out instead.
/// Whatever kept the first request from being sent.
pub fn carry_out(session: &Session, orders: Vec<Order>, skip_invalid: bool) -> Result<Report> {
    deliver(session, orders, skip_invalid, true)
}

fn deliver(session: &Session, orders: Vec<Order>, skip_invalid: bool, counts: bool) -> Result<Report> {
    let refused = refused(session, &orders)?;
    if !refused.is_empty() && !skip_invalid {
        return Err(ErrorKind::Invalid(refused).into());
    }
    session.finish_listings()?;
    let (places, commands): (Vec<_>, Vec<_>) = orders
        .iter()
        .enumerate()
        .filter(|(index, _)| refused.iter().all(|failure| failure.index != *index))
        .map(|(index, order)| (index, order.command.clone()))
        .unzip();
    let (mut outcomes, requests, stopped) = execute(session, commands)?;
    for outcome in &mut outcomes {
        outcome.index = places[outcome.index];
    }
    outcomes.extend(refused.iter().map(|failure| left_out(session, failure, &orders[failure.index].command)));
    outcomes.sort_by_key(|outcome| outcome.index);
    if counts {
        session.count(&outcomes, stopped.as_ref());
    }
    let tags = orders.into_iter().map(|order| order.tag).collect();
    let interrupted = stopped.clone().filter(|error| matches!(*error.kind, ErrorKind::Interrupted));
    let report = Report::new(Content { outcomes, tags, requests, mode: session.mode(), stopped });
    match interrupted {
        Some(error) => {
            session.leave_behind(report);
            Err(error)
        }
        None => Ok(report),
    }
}

fn refused(session: &Session, orders: &[Order]) -> Result<Vec<Failure>> {
    let client = session.client()?;
    let checked = orders.iter().enumerate().filter_map(|(index, order)| {
        let fault = client.check(&order.command).err()?;
        Some(Failure::local(index, order.command.subject.name(), &fault))
    });
    Ok(checked.collect())
}

/// The outcomes, the number of requests answered, and why not all was sent, if not. What kept the very first
/// request from being sent is an error: nothing happened that a report could tell of.
fn execute(session: &Session, commands: Vec<Command>) -> Result<(Vec<Outcome>, usize, Option<Error>)> {
    let mut stream = session.client()?.execute(stream::iter(commands));
    let outcomes: Vec<_> = session.wait(async { Ok(stream.by_ref().collect().await) })?;
    match stream.stopped() {
        Some(error) if outcomes.iter().all(|outcome| outcome.status == Status::NotSent) => Err(error.clone()),
        stopped => Ok((outcomes, stream.requests(), stopped.cloned())),
    }
}

/// The outcome of a command that a local check refused while the rest was sent.
fn left_out(session: &Session, failure: &Failure, command: &Command) -> Outcome {
    Outcome {
        index: failure.index,
        target: failure.target.clone(),
        action: command.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(", "),
        status: Status::NotSent,
        step: failure.step,
        code: Some(failure.code.clone()),
        message: Some(failure.message.clone()),
        request_id: None,
        attempts: 0,
        mode: session.mode(),
        warnings: Vec::new(),
    }
}
