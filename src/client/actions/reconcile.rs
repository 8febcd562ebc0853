//! What became of commands whose answer was lost: looked for in the organization, and judged.

use super::planner::Verdict;
use super::read_back::{Sight, UNREADABLE};
use crate::client::connection::Client;
use crate::client::settings::Mode;
use crate::wire::command::Command;

/// A command that left, as far as it can be looked for, and whether repeating it is harmless.
pub(crate) type Lost = (Option<Command>, bool);

impl Client {
    /// What became of each of these commands; `met` is what their request met, `again` says whether any may leave
    /// again.
    pub(crate) async fn settle_lost(
        &self,
        commands: Vec<Lost>,
        mode: Mode,
        met: &str,
        again: bool,
    ) -> Vec<Verdict> {
        let (mut verdicts, mut reachable) = (Vec::new(), mode == Mode::Live);
        for (command, repeatable) in commands {
            let sight = match command.filter(|_| reachable && !(repeatable && again)) {
                Some(command) => Some(self.look_back(&command).await),
                None => None,
            };
            if let Some(Sight::Unclear(why)) = &sight {
                reachable &= !why.starts_with(UNREADABLE);
            }
            verdicts.push(judge(sight, met, repeatable, again));
        }
        verdicts
    }
}

/// What a look at the organization says of a command whose answer was lost; `None` where none was taken.
fn judge(sight: Option<Sight>, met: &str, repeatable: bool, again: bool) -> Verdict {
    match sight {
        None if repeatable && again => Verdict::Again,
        Some(Sight::Done) => Verdict::Done,
        Some(Sight::NotDone) if again => Verdict::Again,
        Some(Sight::NotDone) => {
            Verdict::NotSent(format!("{met}; reading it back shows that it was not done"))
        }
        Some(Sight::Partly) => {
            Verdict::Unknown(format!("{met}; reading it back shows that a part of it was done"))
        }
        Some(Sight::Unclear(why)) => Verdict::Unknown(format!("{met}; {why}")),
        None => Verdict::Unknown(met.to_owned()),
    }
}
