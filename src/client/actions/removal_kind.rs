//! What a command takes from its person, and whether the account has to be looked up before. Pure.

use crate::client::settings::VerifyPolicy;
use crate::wire::command::Command;
use crate::wire::identity::fold;
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
    /// People from a user group.
    Members,
}

impl RemovalKind {
    pub(crate) fn of(command: &Command) -> Self {
        if command.subject.identity().is_none() {
            return if removed_members(command).is_empty() { Self::Nothing } else { Self::Members };
        }
        if command.specs().any(|(_, spec)| spec.creates) {
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
            VerifyPolicy::Always => matches!(self, Self::Groups | Self::Everything),
        }
    }
}

/// The people whom a command about a user group removes, by the last step about each of them; nobody if it deletes the
/// group.
pub(crate) fn removed_members(command: &Command) -> Vec<&str> {
    let mut removed: Vec<&str> = Vec::new();
    for (step, spec) in command.specs() {
        match spec.removes {
            StepRemoval::Group => return Vec::new(),
            StepRemoval::Membership => removed.extend(step.names("user")),
            _ => removed.retain(|name| !step.names("user").any(|added| fold(added) == fold(name))),
        }
    }
    removed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_group_loses_those_whom_the_last_step_about_them_removes() {
        let step = |name: &str, people: &[&str]| json!({name: {"user": people}});
        for (steps, expected) in [
            (json!([step("remove", &["a@x.com", "b@x.com"])]), &["a@x.com", "b@x.com"][..]),
            (json!([step("remove", &["a@x.com"]), step("remove", &["b@x.com"])]), &["a@x.com", "b@x.com"]),
            (json!([step("remove", &["a@x.com", "b@x.com"]), step("add", &["A@x.com"])]), &["b@x.com"]),
            (json!([step("add", &["a@x.com"]), step("remove", &["a@x.com"])]), &["a@x.com"]),
            (json!([step("remove", &["a@x.com"]), {"deleteUserGroup": {}}]), &[]),
            (json!([{"remove": {"productConfiguration": ["P"]}}]), &[]),
        ] {
            let command = Command::read(&json!({"usergroup": "G", "do": steps})).unwrap();
            assert_eq!(removed_members(&command), expected, "{steps}");
            let kind = if expected.is_empty() { RemovalKind::Nothing } else { RemovalKind::Members };
            assert_eq!(RemovalKind::of(&command), kind, "{steps}");
            assert!(!kind.needs_look_up(VerifyPolicy::Always, None));
        }
    }
}
