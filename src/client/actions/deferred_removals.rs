//! Removals that are read back after the last one of their list, so that each group is listed once.

use crate::client::actions::removal::RemovalCheck;
use crate::client::actions::removal_check::SentRemoval;
use crate::client::hooks::ActionRequest;
use crate::client::outcome::{CommandOutcome, Evidence, Outcome, Status};
use crate::wire::command::CommandTouches;
use std::collections::HashSet;
use std::sync::Arc;

/// With this many, they are read back before more is sent, so that memory stays bounded.
const LIMIT: usize = 5_000;

/// Removals that the service reported as done and that are not read back yet.
#[derive(Debug, Default)]
pub(crate) struct DeferredRemovals {
    removals: Vec<DeferredRemoval>,
    /// The folded names of their people.
    people: HashSet<String>,
}

/// A removal that is not read back yet.
#[derive(Debug)]
pub(crate) struct DeferredRemoval {
    /// Its outcome by the service's word.
    pub(crate) outcome: Outcome,
    pub(crate) parts: Vec<DeferredPart>,
}

/// What one request removed of it: all, or some of the people whom a list of a user group has.
#[derive(Debug)]
pub(crate) struct DeferredPart {
    pub(crate) removal: SentRemoval,
    /// The request that carried it, and its place there.
    pub(crate) request: Arc<ActionRequest>,
    pub(crate) place: usize,
}

impl DeferredRemovals {
    pub(crate) fn add(&mut self, removal: DeferredRemoval) {
        self.people.extend(removal.parts.iter().flat_map(|part| part.removal.command.touches().people));
        self.removals.push(removal);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.removals.is_empty()
    }

    /// Whether they have to be read back before a command is sent: it concerns one of their people or changes a group,
    /// so that what is read after it would no longer show what the removal did.
    pub(crate) fn must_precede(&self, touches: &CommandTouches) -> bool {
        !self.is_empty()
            && (!touches.groups_changed.is_empty()
                || touches.people.iter().any(|name| self.people.contains(name)))
    }

    pub(crate) fn is_full(&self) -> bool {
        self.people.len() >= LIMIT
    }

    pub(crate) fn take(&mut self) -> Vec<DeferredRemoval> {
        self.people.clear();
        std::mem::take(&mut self.removals)
    }
}

impl DeferredRemoval {
    /// What the journal keeps of one of its parts after that was read back.
    pub(crate) fn recorded(&self, check: &RemovalCheck) -> CommandOutcome {
        let done = Outcome { status: Status::Completed, ..self.outcome.clone() };
        let outcome = checked(if self.outcome.status.is_done() { self.outcome.clone() } else { done }, check);
        CommandOutcome {
            evidence: outcome.evidence,
            ..match &outcome.message {
                Some(message) => CommandOutcome::with_message(outcome.status, message),
                None => CommandOutcome::new(outcome.status),
            }
        }
    }

    /// Its outcome after all of its parts were read back. One that is not done for another reason is unchanged.
    pub(crate) fn into_outcome(self, check: &RemovalCheck) -> Outcome {
        if self.outcome.status.is_done() { checked(self.outcome, check) } else { self.outcome }
    }
}

fn checked(outcome: Outcome, check: &RemovalCheck) -> Outcome {
    match check {
        RemovalCheck::NotRemoval => outcome,
        RemovalCheck::Verified => Outcome { evidence: Some(Evidence::Verified), ..outcome },
        RemovalCheck::StillMember(message) => Outcome {
            status: Status::StillMember,
            message: Some(message.clone()),
            evidence: Some(Evidence::Verified),
            ..outcome
        },
        RemovalCheck::Unverified(message) => {
            Outcome { status: Status::Unverified, message: Some(message.clone()), ..outcome }
        }
    }
}
