//! Sends the commands of a plan: in their order, no command after one that it depends on has failed.

use crate::changes::report::Report;
use crate::changes::submission::{CommandSource, Submission, TaggedCommand, WithheldCommand};
use crate::changes::submit::{self, SubmitOptions};
use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::plan::file::PlanFile;
use crate::plan::plan_command::PlanCommand;
use crate::wire::command::Command;
use crate::wire::fault::CommandFault;
use crate::wire::identity::fold;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The code of a command that would fail according to its plan.
const WOULD_FAIL: &str = "umapish.would_fail";
/// The code of a command whose people or groups changed since its plan.
const CHANGED: &str = "umapish.changed_since_plan";
/// The code of a command that depends on one that was not done.
const HELD_BACK: &str = "umapish.held_back";

/// Entries of a plan that are sent as one list.
struct PlanEntries(Vec<Submission>);

impl CommandSource for PlanEntries {
    fn is_in_memory(&self) -> bool {
        true
    }

    fn submissions(&self, start: usize) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>> {
        Ok(Box::new(self.0.iter().skip(start).cloned().map(Ok)))
    }
}

/// Sends a plan, and returns a report for each list that was sent. `changed` are the commands whose people or groups
/// changed, with what changed; they are not sent.
///
/// # Errors
/// The guard's, before anything is sent; why the rest was not sent.
pub fn apply(session: &Session, plan: &PlanFile, changed: &BTreeMap<usize, String>) -> Result<Vec<Report>> {
    let nothing = HashSet::new();
    let mut whole = Vec::with_capacity(plan.commands.len());
    for command in &plan.commands {
        whole.push(entry(command, changed, &nothing)?);
    }
    // A guard that would stop the plan later stops it here.
    submit::check_guards(session, &PlanEntries(whole))?;
    let (mut undone, mut reports) = (HashSet::<usize>::new(), Vec::new());
    let mut rest = plan.commands.as_slice();
    while !rest.is_empty() {
        let (segment, after) = rest.split_at(segment_length(rest));
        rest = after;
        let entries =
            segment.iter().map(|command| entry(command, changed, &undone)).collect::<Result<Vec<_>>>()?;
        let options = SubmitOptions { skip_invalid: true, ..SubmitOptions::default() };
        let report = submit::submit(session, &PlanEntries(entries), options)?;
        let done = done_among(&report, segment.len());
        let others = segment.iter().zip(done).filter(|(_, done)| !done);
        undone.extend(others.map(|(command, _)| command.number));
        let is_stopped = report.content().stopped.is_some();
        reports.push(report);
        if is_stopped {
            break;
        }
    }
    Ok(reports)
}

/// Which commands of a list are done. A report drops plain successes first: what it has no outcome of is done, unless it had
/// to drop others too.
fn done_among(report: &Report, count: usize) -> Vec<bool> {
    let buffer = &report.content().buffer;
    let mut done = vec![buffer.others_dropped() == 0; count];
    for outcome in buffer.entries().iter().map(|entry| &entry.outcome) {
        if let Some(place) = done.get_mut(outcome.index) {
            *place = outcome.status.is_done();
        }
    }
    done
}

/// How many commands may be sent as one list: within a list, only commands that name the same user or group depend on each
/// other in a way that is seen from the commands alone.
fn segment_length(commands: &[PlanCommand]) -> usize {
    let mut names: HashMap<usize, String> = HashMap::new();
    for (index, command) in commands.iter().enumerate() {
        let name = fold(command.target());
        let depends = |number: &usize| names.get(number).is_some_and(|other| *other != name);
        if command.after.iter().any(depends) {
            return index;
        }
        names.insert(command.number, name);
    }
    commands.len()
}

/// A command of a plan, or why it is not sent.
fn entry(
    command: &PlanCommand,
    changed: &BTreeMap<usize, String>,
    undone: &HashSet<usize>,
) -> Result<Submission> {
    let withheld = |code, message| Ok(Err(withheld(command, code, message)));
    if !command.is_planned() {
        let prediction = &command.prediction;
        let why = prediction.message.as_deref().or(prediction.code.as_deref()).unwrap_or("the plan says so");
        return withheld(WOULD_FAIL, format!("not sent, because it would fail: {why}"));
    }
    if let Some(text) = changed.get(&command.number) {
        return withheld(CHANGED, format!("not sent: {text}"));
    }
    if let Some(number) = command.after.iter().find(|number| undone.contains(number)) {
        return withheld(HELD_BACK, format!("not sent, because command {number} of the plan is not done"));
    }
    let read = Command::read(&command.command).map_err(|fault| {
        Error::usage(format!("command {} of the plan cannot be read: {}", command.number, fault.message))
    })?;
    Ok(Ok(TaggedCommand::plain(read)))
}

fn withheld(command: &PlanCommand, code: &'static str, message: String) -> Box<WithheldCommand> {
    let fault = CommandFault { step: 0, code, message };
    WithheldCommand::of(command.target(), &fault, command.action())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan_command::StateBefore;
    use serde_json::json;

    fn command(number: usize, user: &str, after: &[usize]) -> PlanCommand {
        let json = json!({"user": user, "do": [{"add": {"group": ["X"]}}]});
        PlanCommand { after: after.to_vec(), ..PlanCommand::new(number, json, StateBefore::default()) }
    }

    #[test]
    fn a_list_ends_before_a_command_that_depends_on_one_under_another_name() {
        let lengths = |commands: &[PlanCommand]| segment_length(commands);
        assert_eq!(lengths(&[command(1, "a", &[]), command(2, "A", &[1]), command(3, "b", &[])]), 3);
        assert_eq!(lengths(&[command(1, "a", &[]), command(2, "c", &[]), command(3, "b", &[1])]), 2);
        // What it depends on was in an earlier list.
        assert_eq!(lengths(&[command(3, "b", &[1])]), 1);
    }
}
