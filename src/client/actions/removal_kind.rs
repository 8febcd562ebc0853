//! What a command takes from its person, and whether the account has to be looked up before. Pure.

use crate::client::settings::VerifyPolicy;
use crate::wire::command::Command;
use crate::wire::outcome::Evidence;
use crate::wire::step::StepRemoval;

/// What a command takes from its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RemovalKind {
    /// Nothing.
    Nothing,
    /// Some memberships.
    Groups,
    /// Every membership, or the account.
    Everything,
}

impl RemovalKind {
    pub(crate) fn of(command: &Command) -> Self {
        if command.subject.identity().is_none() || command.specs().any(|(_, spec)| spec.creates) {
            return Self::Nothing;
        }
        let removals = || command.specs().filter(|(_, spec)| spec.removes != StepRemoval::Nothing);
        if removals().any(|(step, spec)| spec.removes == StepRemoval::Person || step.value == "all") {
            Self::Everything
        } else if removals().next().is_some() {
            Self::Groups
        } else {
            Self::Nothing
        }
    }

    /// Whether the account has to be looked up before its removal.
    pub(crate) fn needs_look_up(self, policy: VerifyPolicy, evidence: Option<Evidence>) -> bool {
        match policy {
            VerifyPolicy::Never => false,
            VerifyPolicy::Auto => self == Self::Everything && evidence == Some(Evidence::Service),
            VerifyPolicy::Always => self != Self::Nothing,
        }
    }
}
