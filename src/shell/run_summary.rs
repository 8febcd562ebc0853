//! The start and end of a run: settles what an interrupted run left, and prints the outcome of all commands.

use crate::client::outcome::Status;
use crate::host::session::Session;
use crate::output::Output;
use crate::output::pretty::plural;
use crate::quantity::counted;
use crate::session::journal::reconcile;
use crate::session::run_state::RunState;
use crate::session::totals::RunTotals;
use crate::session::unresolved::UnresolvedCommands;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::store::journal::directory;
use crate::store::journal::run_id::RunIds;
use crate::store::journal::unfinished_runs::has_work_left;
use crate::wire::invisible::revealed;
use crate::wire::mode::Mode;
use std::path::Path;
use std::time::Duration;

/// What a run carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunKind {
    /// A script.
    Script,
    /// A plan that was refused before anything was sent: what an earlier run of it left open stays open.
    Refused,
    /// The lines of a session at the prompt.
    Prompt,
}

/// Settles what an interrupted run left, if this one resumes it.
///
/// # Errors
/// The exit code of a run that cannot be resumed.
pub(crate) fn begin(session: &Session, output: &Output) -> Result<(), RunExit> {
    let run = RunState::of(session);
    let Some(recorder) = run.settings.recorder.as_ref().filter(|_| run.settings.resumed) else {
        return Ok(());
    };
    if let Some(path) = recorder.path() {
        output.note(&format!("continuing with {}", path.display()));
    }
    match reconcile::reconcile(session, recorder) {
        Ok(summary) => {
            let (done, to_resend) = (summary.done, summary.to_resend);
            if done + to_resend > 0 {
                output.note(&format!(
                    "{} had an unknown outcome: {done} confirmed done, {to_resend} will be sent again when the script \
                     reaches them",
                    plural(done + to_resend, "command")
                ));
            }
            for line in &summary.unresolved {
                output.warning(&format!("open: {line}"));
            }
            for line in &summary.still_members {
                output.warning(&format!("not sent again: {line}"));
            }
            Ok(())
        }
        Err(error) => {
            show_error(&error, output);
            Err(RunExit::of_kind(error.kind.name()))
        }
    }
}

/// Prints the outcome of all commands, ends the journal, and returns the exit code.
pub(crate) fn end(session: &Session, kind: RunKind, exit: RunExit, output: &Output) -> RunExit {
    let mut exit = exit_with_refusals(session, exit);
    let run = RunState::of(session);
    let totals = run.totals();
    // A plan has a summary of its own.
    if run.settings.overlay.is_none() && (totals.all() > 1 || totals.done < totals.all()) {
        output.note(&summary(totals, session));
    }
    if totals.removals_unread > 0 {
        output.note(&unread_removals(totals.removals_unread));
    }
    note_unmatched(&run.settings.guard.unmatched_lines(), output);
    exit = exit_with_report(session, exit, output);
    let Some(recorder) = &run.settings.recorder else { return exit };
    if run.settings.resumed {
        for line in reconcile::unrequested(recorder) {
            output.warning(&format!(
                "started by the interrupted run but not requested by the script this time: {line}"
            ));
            exit = exit_with_left(kind, exit, RunExit::Unknown);
        }
        for line in reconcile::unrequested_still_members(recorder) {
            output.warning(&format!(
                "removed by the interrupted run but not requested by the script this time: {line}"
            ));
            exit = exit_with_left(kind, exit, RunExit::Rejected);
        }
    }
    if let Err(error) = recorder.end(exit.code(), totals) {
        let hint =
            "Free disk space, then run umapish resume: it finds out what was done and completes the journal.";
        output.error(&format!("could not write the end of the journal: {error}"), Some(hint));
        exit = exit.or_worse(RunExit::Script);
    }
    let is_open = has_work_left(exit.code(), totals.unsettled(), kind == RunKind::Prompt);
    if let Some(path) = recorder.path() {
        note_run(&path, is_open, session.mode(), output);
    }
    exit
}

/// Names the run by its short id, and what can be done with it.
fn note_run(path: &Path, is_open: bool, mode: Mode, output: &Output) {
    let id = RunIds::of(&directory::all().unwrap_or_default()).short(path);
    if is_open {
        output.note(&format!("to continue this run: umapish resume {id}"));
    }
    if mode == Mode::Live {
        output.note(&format!("to undo this run: umapish undo {id}"));
    }
}

/// Says that removals rest on the service's word.
fn unread_removals(count: usize) -> String {
    let rest = if count == 1 { "rests" } else { "rest" };
    format!(
        "{} {rest} on the service's word, which reports success even for people it does not know; --verify=always \
         checks them",
        counted(count, "removal")
    )
}

/// Names the lines of files with protected names that match nobody: a misspelled name protects nobody.
fn note_unmatched(lines: &[String], output: &Output) {
    const NAMED: usize = 10;
    for line in lines.iter().take(NAMED) {
        output.note(&format!("{line} protects nobody: no listed user and no group of theirs has that name"));
    }
    if lines.len() > NAMED {
        output.note(&format!("{} more lines protect nobody", lines.len() - NAMED));
    }
}

/// Names the people and groups whose commands did not succeed, unless an error has named them already. Where nobody
/// watches, each line has its time.
pub(crate) fn name_unresolved(unresolved: &UnresolvedCommands, output: &Output) {
    for command in unresolved.named() {
        let time = if output.is_watched() { String::new() } else { format!("{} ", command.time) };
        output.failure(&format!("{time}{}", status_words(command.status)), &revealed(&command.line));
    }
    if unresolved.more() > 0 {
        let advice = "the report (--report) and the journal (umapish journal show) name them all";
        output.message(&format!("and {} more; {advice}", unresolved.more()));
    }
}

fn status_words(status: Status) -> String {
    status.as_str().replace('_', " ")
}

/// What a guard or another run stopped counts even if the script caught the error.
fn exit_with_refusals(session: &Session, exit: RunExit) -> RunExit {
    let run = RunState::of(session);
    let guard = if run.settings.guard.has_refused() { RunExit::Guard } else { RunExit::Done };
    let is_busy = run.settings.live_run.as_ref().is_some_and(|live| live.was_refused());
    exit.or_worse(guard).or_worse(if is_busy { RunExit::Busy } else { RunExit::Done })
}

/// An incomplete report counts even if the script caught the error.
fn exit_with_report(session: &Session, exit: RunExit, output: &Output) -> RunExit {
    RunState::of(session).finish_report(session);
    let Some(missing) = RunState::of(session).missing_rows() else { return exit };
    let hint = match &RunState::of(session).settings.recorder {
        Some(_) => "Free disk space; the journal has the outcome of every command: umapish journal show.",
        None => "Free disk space before the next run.",
    };
    output.error(
        &format!("the last {} rows of the report could not be written: {}", missing.rows, missing.fault),
        Some(hint),
    );
    exit.or_worse(RunExit::Script)
}

/// Commands of the interrupted run that the script no longer requests still count: their outcome is unknown, or the
/// person who was to be removed is still a member. Only `exit(n)` overrides this.
fn exit_with_left(kind: RunKind, exit: RunExit, left: RunExit) -> RunExit {
    let is_decided = kind == RunKind::Refused || matches!(exit, RunExit::Asked(_));
    if is_decided { exit } else { exit.or_worse(left) }
}

fn summary(totals: RunTotals, session: &Session) -> String {
    let mut parts = vec![format!("{} done", totals.done)];
    let others = [
        (totals.resumed, "of them before"),
        (totals.failed, "failed"),
        (totals.unknown, "unknown"),
        (totals.not_sent, "not sent"),
    ];
    parts
        .extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    let calls = session.calls();
    let mode = session.mode().as_str();
    format!(
        "{} ({mode} mode, {} requests with sign-in, waited {})",
        parts.join(", "),
        calls.requests,
        waited(calls.waited)
    )
}

fn waited(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 120 { format!("{seconds} s") } else { format!("{} min", seconds / 60) }
}
