//! What became of commands whose answer was lost: looked for in the organization, and judged.

use super::read_back::UNREADABLE;
use crate::client::actions::planner::PieceVerdict;
use crate::client::actions::read_back::ReadBackResult;
use crate::client::connection::Client;
use crate::client::settings::Mode;
use crate::wire::command::Command;

/// A command that left, as far as it can be looked for, and whether repeating it is harmless.
pub(crate) type LostCommand = (Option<Command>, bool);

impl Client {
    /// What became of each of these commands; `met` is what their request met, `again` says whether any may leave
    /// again.
    pub(crate) async fn settle_lost(
        &self,
        commands: Vec<LostCommand>,
        mode: Mode,
        met: &str,
        again: bool,
    ) -> Vec<PieceVerdict> {
        let (mut verdicts, mut reachable) = (Vec::new(), mode == Mode::Live);
        for (command, repeatable) in commands {
            let sight = match command.filter(|_| reachable && !(repeatable && again)) {
                Some(command) => Some(self.look_back(&command).await),
                None => None,
            };
            if let Some(ReadBackResult::Unclear(why)) = &sight {
                reachable &= !why.starts_with(UNREADABLE);
            }
            verdicts.push(judge(sight, met, repeatable, again));
        }
        verdicts
    }
}

/// What a look at the organization says of a command whose answer was lost; `None` where none was taken.
fn judge(sight: Option<ReadBackResult>, met: &str, repeatable: bool, again: bool) -> PieceVerdict {
    match sight {
        None if repeatable && again => PieceVerdict::Again,
        Some(ReadBackResult::Done) => PieceVerdict::Done,
        Some(ReadBackResult::NotDone) if again => PieceVerdict::Again,
        Some(ReadBackResult::NotDone) => {
            PieceVerdict::NotSent(format!("{met}; reading it back shows that it was not done"))
        }
        Some(ReadBackResult::Partly) => {
            PieceVerdict::Unknown(format!("{met}; reading it back shows that a part of it was done"))
        }
        Some(ReadBackResult::Unclear(why)) => PieceVerdict::Unknown(format!("{met}; {why}")),
        None => PieceVerdict::Unknown(met.to_owned()),
    }
}
