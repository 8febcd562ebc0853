//! Reads removals back: at once for pieces of a command, otherwise after the last removal of the list.

use super::ActionExecutor;
use crate::client::actions::in_flight::InFlightRequest;
use crate::client::actions::piece_verdict::{PieceVerdict, SettledPiece};
use crate::client::actions::removal::RemovalCheck;
use crate::client::actions::removal_check::SentRemoval;
use crate::client::actions::removal_kind::RemovalKind;
use crate::error::{Error, ErrorKind};
use std::collections::HashMap;

impl ActionExecutor {
    /// The removals of a request that are read back after the last one of the list, by their place in the request:
    /// the service reports success even if nobody was removed (contract 2.8, X9). The order of the pieces of a list of
    /// people does not matter, so that its group is listed once after the last of them.
    pub(super) fn defer_removals(
        &self,
        request: &InFlightRequest,
        settled: &[SettledPiece],
    ) -> HashMap<usize, SentRemoval> {
        let carried = request.draft.carried.iter().zip(settled).enumerate();
        let done = carried.filter(|(_, (_, settled))| settled.verdict == PieceVerdict::Done);
        let whole = done.filter_map(|(place, (carried, _))| {
            let item = self
                .plan
                .item(carried.index)
                .filter(|item| item.piece_count() == 1 || item.is_member_list())?;
            let removal = item.sent_removal(carried.sent.content.command()?.clone());
            (RemovalKind::of(&removal.command) != RemovalKind::Nothing).then_some((place, removal))
        });
        whole.collect()
    }

    /// Verifies the removals of a request that are not deferred: later pieces of their commands follow.
    pub(super) async fn verify_pieces(
        &mut self,
        request: &InFlightRequest,
        settled: &mut [SettledPiece],
        deferred: &HashMap<usize, SentRemoval>,
    ) {
        let client = self.client.clone();
        let carried = request.draft.carried.iter().zip(settled).enumerate();
        let now = carried.filter(|(place, (_, settled))| {
            settled.verdict == PieceVerdict::Done && !deferred.contains_key(place)
        });
        let now = now.filter_map(|(_, (carried, settled))| {
            let command = carried.sent.content.command()?.clone();
            Some((self.plan.item(carried.index)?.sent_removal(command), settled))
        });
        let (removals, settled): (Vec<_>, Vec<_>) = now.unzip();
        for (check, settled) in client.verify_removals(&removals).await.into_iter().zip(settled) {
            settled.verified |= check.is_read_back();
            check.apply(&mut settled.verdict);
        }
    }

    /// Reads the deferred removals back, and gives their commands their outcomes.
    pub(super) async fn verify_deferred(&mut self) {
        let deferred = self.deferred.take();
        if deferred.is_empty() {
            return;
        }
        let unreachable = self.stopped.as_ref().filter(|error| is_out_of_reach(error));
        let removals = || deferred.iter().flat_map(|deferred| &deferred.parts).map(|part| &part.removal);
        let checks: Vec<_> = if let Some(error) = unreachable {
            removals().map(|removal| unread(removal, error)).collect()
        } else {
            let removals: Vec<_> = removals().cloned().collect();
            self.client.clone().verify_removals(&removals).await
        };
        let (mut checks, mut outcomes) = (checks.into_iter(), Vec::new());
        for deferred in deferred {
            let checks: Vec<_> = checks.by_ref().take(deferred.parts.len()).collect();
            for (part, check) in deferred.parts.iter().zip(&checks) {
                self.client.notify_verified(&part.request, part.place, &deferred.recorded(check));
                if matches!(check, RemovalCheck::StillMember(_) | RemovalCheck::Unverified(_)) {
                    self.plan.hold_back(part.removal.command.touches().people, deferred.outcome.index);
                }
            }
            outcomes.push(deferred.into_outcome(&RemovalCheck::of_all(checks)));
        }
        outcomes.extend(self.plan.take_held_back(self.client.mode()));
        self.record(outcomes);
    }
}

/// Whether the run stopped for a reason because of which nothing more can be read.
fn is_out_of_reach(error: &Error) -> bool {
    !matches!(*error.kind, ErrorKind::Guard { .. } | ErrorKind::Rejected { .. } | ErrorKind::NotFound { .. })
}

/// A removal that is not read back because the run stopped.
fn unread(removal: &SentRemoval, error: &Error) -> RemovalCheck {
    let name = removal.command.subject.name();
    RemovalCheck::Unverified(format!("{name}: the removal is not verified, because the run stopped: {error}"))
}
