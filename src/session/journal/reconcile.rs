//! Before a run goes on: what it left of unknown outcome is read back.

use super::recorder::Recorder;
use super::{entry, replay};
use crate::client::actions::read_back::Sight;
use crate::error::Result;
use crate::host::session::Session;
use crate::session::run_state::RunState;
use crate::wire::command::Command;
use serde_json::json;

/// What became of commands of unknown outcome.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// They are done.
    pub done: usize,
    /// They are not, or may be repeated: they leave again when the script asks for them.
    pub again: usize,
    /// They can be neither confirmed nor safely repeated, in words.
    pub open: Vec<String>,
}

/// Reads back every command of unknown outcome. What is done by then counts against the guards of the run.
///
/// # Errors
/// `interrupted`; `file`: the journal cannot be written.
pub fn settle(session: &Session, recorder: &Recorder) -> Result<Settlement> {
    let mut settlement = Settlement::default();
    for ((number, place), sent) in recorder.with_memory(replay::Memory::take_unknown) {
        let (sight, repeatable) = look(session, &sent)?;
        let found = match sight {
            Sight::Done => {
                recorder.with_memory(|memory| memory.found_done(&sent));
                settlement.done += 1;
                "done"
            }
            Sight::NotDone | Sight::Partly | Sight::Unclear(_) if repeatable || sight == Sight::NotDone => {
                recorder.with_memory(|memory| memory.found_undone(&sent));
                settlement.again += 1;
                "not_done"
            }
            Sight::NotDone | Sight::Partly | Sight::Unclear(_) => {
                let why = match sight {
                    Sight::Unclear(why) => why,
                    _ => "a part of it is there, and it cannot be repeated".to_owned(),
                };
                let why = format!("{}; {why}", sent.why);
                recorder.with_memory(|memory| memory.found_open(&sent, &why));
                settlement.open.push(format!("{}: {why}", replay::label(&sent.command)));
                "open"
            }
        };
        recorder.add(entry::of("found", json!({"number": number, "place": place, "sight": found})))?;
    }
    RunState::of(session).settings.guard.carry_over(&recorder.with_memory(|memory| memory.weight()));
    Ok(settlement)
}

/// What can be seen of a command, and whether repeating it is harmless.
fn look(session: &Session, sent: &replay::Sent) -> Result<(Sight, bool)> {
    if sent.mode == crate::client::settings::Mode::Test.as_str() {
        return Ok((Sight::NotDone, true)); // a rehearsal changes nothing, and may be repeated
    }
    let Ok(command) = Command::read(&sent.command) else {
        return Ok((Sight::Unclear("it is no command that can be read back".to_owned()), false));
    };
    let client = session.client()?;
    let sight = session.wait(async { Ok(client.look_back(&command).await) })?;
    if session.interrupt().is_requested() {
        return Err(crate::error::ErrorKind::Interrupted.into());
    }
    Ok((sight, command.is_repeatable()))
}

/// What the earlier run began and the script asked for no more, in words.
pub fn left(recorder: &Recorder) -> Vec<String> {
    recorder.with_memory(|memory| memory.left())
}
