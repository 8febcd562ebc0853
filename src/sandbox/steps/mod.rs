//! One command carried out on the organization, step by step, or only judged in test mode (contract 3).

#[cfg(test)]
mod account_cases;
mod create;
mod membership;
mod person;
#[cfg(test)]
mod tests;
mod user_group;

use super::groups::GroupId;
use super::ids::PersonId;
use super::refusal::{Refusal, StepResult};
use super::requested::{RequestedCommand, RequestedSubject, StepAction};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::settings::CurrentRules;

/// What a command came to: the steps that failed, and those that ran with a warning.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StepOutcome {
    pub(super) errors: Vec<(usize, Refusal)>,
    pub(super) warnings: Vec<(usize, Refusal)>,
}

/// What the commands of one request share.
#[derive(Debug)]
pub(super) struct RequestState<'r> {
    rules: &'r CurrentRules,
    /// Whether commands are judged and change nothing (contract 3.6).
    test: bool,
    /// The user groups that the request deleted so far.
    deleted_groups: usize,
}

impl<'r> RequestState<'r> {
    /// The state before the first command.
    pub(super) fn new(rules: &'r CurrentRules, test: bool) -> Self {
        Self { rules, test, deleted_groups: 0 }
    }
}

/// Carries out a command. The steps after a failed one run too, unless a switch stops them (contract 7.1).
pub(super) fn command(
    org: &mut SandboxOrganization,
    request: &mut RequestState<'_>,
    command: &RequestedCommand,
) -> StepOutcome {
    let (rules, test) = (request.rules, request.test);
    let mut run = CommandRun {
        org,
        rules,
        test,
        subject: &command.subject,
        person: None,
        group: None,
        created: false,
        deleted_groups: &mut request.deleted_groups,
    };
    let mut outcome = StepOutcome::default();
    for step in &command.steps {
        outcome.warnings.extend(step.warnings.iter().map(|warning| (step.index, warning.clone())));
        if let Err(refusal) = run.step(&step.action) {
            outcome.errors.push((step.index, refusal));
            if !rules.switches.continue_after_failure {
                break;
            }
        }
    }
    outcome
}

/// A command under way.
struct CommandRun<'o> {
    org: &'o mut SandboxOrganization,
    rules: &'o CurrentRules,
    test: bool,
    subject: &'o RequestedSubject,
    /// The person the command is about, once found or created; later steps stay with the same one.
    person: Option<PersonId>,
    /// The user group the command is about, once found or created.
    group: Option<GroupId>,
    /// Whether an earlier step created the subject; in test mode, would have.
    created: bool,
    /// The user groups that the request deleted so far.
    deleted_groups: &'o mut usize,
}

impl CommandRun<'_> {
    fn step(&mut self, action: &StepAction) -> StepResult {
        match action {
            StepAction::CreateAccount(account) => self.create(account),
            StepAction::UpdateAccount(update) => self.update(update),
            StepAction::AddToGroups(names) => self.add_to_groups(names),
            StepAction::RemoveFromGroups(names) => self.remove_from_groups(names),
            StepAction::RemoveFromAllGroups => self.remove_from_all_groups(),
            StepAction::RemoveFromOrganization { delete_account } => {
                self.remove_from_organization(*delete_account)
            }
            StepAction::CreateUserGroup { description, existing } => {
                self.create_group(description.as_deref(), *existing)
            }
            StepAction::UpdateUserGroup { name, description } => {
                self.update_group(name.as_deref(), description.as_deref())
            }
            StepAction::DeleteUserGroup => self.delete_group(),
            StepAction::AddMembers(lists) => self.add_members(lists),
            StepAction::RemoveMembers(lists) => self.remove_members(lists),
            StepAction::Empty(refusal) => Err(refusal.clone()),
        }
    }
}
