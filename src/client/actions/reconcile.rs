//! Decides about commands whose response was lost, by reading them back.

use super::read_back::READ_BACK_FAILED;
use crate::client::actions::piece_verdict::{LaterSteps, PieceRefusal, PieceVerdict};
use crate::client::actions::read_back::ReadBackResult;
use crate::client::connection::Client;
use crate::client::settings::Mode;
use crate::wire::command::Command;

/// A command that was sent, if it can be read back, and whether repeating it is harmless.
pub(crate) type LostCommand = (Option<Command>, bool);

impl Client {
    /// The verdict on each of these commands. `problem` says what happened to their request; `resend` says whether
    /// commands may be sent again.
    pub(crate) async fn reconcile(
        &self,
        commands: Vec<LostCommand>,
        mode: Mode,
        problem: &str,
        resend: bool,
    ) -> Vec<PieceVerdict> {
        let (mut verdicts, mut reachable) = (Vec::new(), mode == Mode::Live);
        for (command, repeatable) in commands {
            let result = match command.filter(|_| reachable && !(repeatable && resend)) {
                Some(command) => Some(self.read_back_command(&command).await),
                None => None,
            };
            if let Some(ReadBackResult::Unclear(why)) = &result {
                reachable &= !why.starts_with(READ_BACK_FAILED);
            }
            verdicts.push(verdict(result, problem, repeatable, resend));
        }
        verdicts
    }

    /// Finds out whether steps after the first failed one were done: the service runs them and reports only those
    /// that fail (contract 7.1).
    pub(crate) async fn read_back_later_steps(&self, command: &Command, refusal: &mut PieceRefusal) {
        let steps = refusal.unreported_steps(command.steps.len());
        if steps.is_empty() {
            return;
        }
        let steps = steps.into_iter().map(|step| command.steps[step].clone()).collect();
        let later = Command { steps, ..command.clone() };
        refusal.set_later_steps(match self.read_back_command(&later).await {
            ReadBackResult::Done | ReadBackResult::Partly => LaterSteps::Done,
            ReadBackResult::NotDone => LaterSteps::NotDone,
            ReadBackResult::Unclear(_) => LaterSteps::Unknown,
        });
    }
}

/// The verdict on a command whose response was lost; `result` is `None` if it was not read back.
fn verdict(result: Option<ReadBackResult>, problem: &str, repeatable: bool, resend: bool) -> PieceVerdict {
    match result {
        None if repeatable && resend => PieceVerdict::Resend,
        Some(ReadBackResult::Done) => PieceVerdict::Done,
        Some(ReadBackResult::NotDone) if resend => PieceVerdict::Resend,
        Some(ReadBackResult::NotDone) => {
            PieceVerdict::NotSent(format!("{problem}; reading it back showed that it was not done"))
        }
        Some(ReadBackResult::Partly) => PieceVerdict::Unknown(format!(
            "{problem}; reading it back showed that only a part of it was done"
        )),
        Some(ReadBackResult::Unclear(why)) => PieceVerdict::Unknown(format!("{problem}; {why}")),
        None => PieceVerdict::Unknown(problem.to_owned()),
    }
}
