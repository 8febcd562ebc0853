//! Where steps may be in a command: a create step first, the removal from the organization last (contract 3.4).

use crate::sandbox::refusal::{StepResult, refuse};
use crate::wire::error_code;

/// Where a step may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepPlace {
    First,
    Anywhere,
    Last,
}

/// The steps read so far.
#[derive(Debug, Default)]
pub(super) struct StepOrder {
    steps: usize,
    created: bool,
    ended: bool,
}

impl StepOrder {
    /// Checks and counts the next step.
    pub(super) fn check(&mut self, name: &str, place: StepPlace) -> StepResult {
        if self.ended {
            return refuse(error_code::REMOVE_FROM_ORG_NOT_LAST, "No step may follow removeFromOrg");
        }
        if place == StepPlace::First && self.created {
            return refuse(error_code::CREATE_MORE_THAN_ONE, "A command has at most one create step");
        }
        if place == StepPlace::First && self.steps > 0 {
            return refuse(error_code::CREATE_NOT_FIRST, format!("{name} must be the first step"));
        }
        self.steps += 1;
        self.created |= place == StepPlace::First;
        self.ended |= place == StepPlace::Last;
        Ok(())
    }
}
