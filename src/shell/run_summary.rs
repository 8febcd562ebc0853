//! What frames a run: what an interrupted one left is settled before, and what became of all commands is told after.

use crate::host::session::Session;
use crate::output::Output;
use crate::session::journal::reconcile;
use crate::session::run_state::RunState;
use crate::session::totals::RunTotals;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::store::journal::unfinished_runs::leaves_open;
use std::time::Duration;

/// Settles what an interrupted run left, if this one goes on with it.
///
/// # Errors
/// The end of a run that cannot go on.
pub fn begin(session: &Session, output: &Output) -> Result<(), RunExit> {
    let run = RunState::of(session);
    let Some(recorder) = run.settings.recorder.as_ref().filter(|_| run.settings.resumed) else {
        return Ok(());
    };
    if let Some(path) = recorder.path() {
        output.note(&format!("going on with {}", path.display()));
    }
    match reconcile::settle(session, recorder) {
        Ok(settlement) => {
            let (done, again) = (settlement.done, settlement.again);
            if done + again > 0 {
                output.note(&format!(
                    "of unknown outcome: {done} are done, {again} leave again when asked for"
                ));
            }
            for line in &settlement.open {
                output.warning(&format!("open: {line}"));
            }
            for line in &settlement.still_members {
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

/// Tells what became of all commands, and ends the journal. Answers how the run ended with that.
pub fn end(session: &Session, exit: RunExit, output: &Output) -> RunExit {
    let mut exit = exit_with_guard(session, exit);
    let run = RunState::of(session);
    let totals = run.totals();
    if totals.all() > 1 || totals.done < totals.all() {
        output.note(&summary(totals, session));
    }
    exit = exit_with_report(session, exit, output);
    let Some(recorder) = &run.settings.recorder else { return exit };
    if run.settings.resumed {
        for line in reconcile::left(recorder) {
            output.warning(&format!("begun before and no longer asked for: {line}"));
            exit = exit_with_left(exit, RunExit::Unknown);
        }
        for line in reconcile::still_members_left(recorder) {
            output.warning(&format!("removed before and no longer asked for: {line}"));
            exit = exit_with_left(exit, RunExit::Rejected);
        }
    }
    if let Err(error) = recorder.end(exit.code(), totals) {
        let hint =
            "Make room, then run umapish resume: it finds what is done, and gives the journal its end.";
        output.error(&format!("the journal has no end: {error}"), Some(hint));
        exit = exit.or_worse(RunExit::Script);
    }
    let is_open = totals.unsettled() > 0 || leaves_open(exit.code());
    if let Some(path) = recorder.path().filter(|_| is_open) {
        output.note(&format!("umapish resume {} goes on with it", path.display()));
    }
    exit
}

/// A guard is the operator's: that it stopped something counts whatever the script made of it.
fn exit_with_guard(session: &Session, exit: RunExit) -> RunExit {
    if RunState::of(session).settings.guard.has_stopped() { exit.or_worse(RunExit::Guard) } else { exit }
}

/// A report is the operator's as well: one that is not whole counts whatever the script made of it.
fn exit_with_report(session: &Session, exit: RunExit, output: &Output) -> RunExit {
    let Some(missing) = RunState::of(session).missing_rows() else { return exit };
    let hint = match &RunState::of(session).settings.recorder {
        Some(_) => "Make room; what became of every command stands in the journal: umapish journal show.",
        None => "Make room before the next run.",
    };
    output.error(
        &format!("the report lacks its last rows, {} of them: {}", missing.rows, missing.fault),
        Some(hint),
    );
    exit.or_worse(RunExit::Script)
}

/// What an earlier run left and the script asks for no more counts all the same: nobody knows whether what was begun
/// should stand, and who was removed is still a member. Only `exit(n)` says otherwise.
fn exit_with_left(exit: RunExit, left: RunExit) -> RunExit {
    if let RunExit::Asked(_) = exit { exit } else { exit.or_worse(left) }
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
