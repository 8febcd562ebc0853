//! One command carried out on the organization, step by step, or only judged in test mode (contract 3).

mod create;
mod membership;
mod person;
#[cfg(test)]
mod tests;
mod user_group;

use super::groups::GroupId;
use super::ids::PersonId;
use super::refusal::{Refusal, StepResult};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::settings::CurrentRules;
use crate::wire::command::{Command, CommandStep};
use crate::wire::step::SubjectKind;
use crate::wire::subject::CommandSubject;

/// What a command came to: the steps that failed, and those that ran with a warning.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StepOutcome {
    pub(super) errors: Vec<(usize, Refusal)>,
    pub(super) warnings: Vec<(usize, Refusal)>,
}

/// Carries out a command whose structure was checked; `test` judges it and changes nothing (contract 3.6).
pub(super) fn command(
    org: &mut SandboxOrganization,
    rules: &CurrentRules,
    command: &Command,
    test: bool,
) -> StepOutcome {
    let mut run = CommandRun {
        org,
        rules,
        test,
        subject: &command.subject,
        person: None,
        group: None,
        created: false,
        ended: false,
        warning: None,
    };
    let mut outcome = StepOutcome::default();
    for (index, step) in command.steps.iter().enumerate() {
        let decided = run.step(step);
        outcome.warnings.extend(run.warning.take().map(|warning| (index, warning)));
        if let Err(refusal) = decided {
            outcome.errors.push((index, refusal));
            if !rules.switches.continue_after_failure {
                break;
            }
        }
        if run.ended {
            break;
        }
    }
    outcome
}

/// A command under way.
struct CommandRun<'o> {
    org: &'o mut SandboxOrganization,
    rules: &'o CurrentRules,
    test: bool,
    subject: &'o CommandSubject,
    /// The person the command is about, once found or made; later steps stay with the same one.
    person: Option<PersonId>,
    /// The user group the command is about, once found or made.
    group: Option<GroupId>,
    /// Whether an earlier step made the subject; in test mode, would have.
    created: bool,
    /// Whether a step was carried out after which no further one is (contract 7.32).
    ended: bool,
    warning: Option<Refusal>,
}

impl CommandRun<'_> {
    fn step(&mut self, step: &CommandStep) -> StepResult {
        match (self.subject.kind(), step.name.as_str()) {
            (SubjectKind::User, "update") => self.update(step),
            (SubjectKind::User, "add") => self.add_to_groups(step),
            (SubjectKind::User, "remove") => self.remove_from_groups(step),
            (SubjectKind::User, "removeFromOrg") => {
                self.remove_from_org(step);
                Ok(())
            }
            (SubjectKind::User, _) => self.create(step),
            (SubjectKind::Group, "createUserGroup") => self.create_group(step),
            (SubjectKind::Group, "updateUserGroup") => self.update_group(step),
            (SubjectKind::Group, "deleteUserGroup") => self.delete_group(),
            (SubjectKind::Group, "add") => self.add_members(step),
            (SubjectKind::Group, _) => self.remove_members(step),
        }
    }
}

/// A field of a step that is text.
fn text<'s>(step: &'s CommandStep, key: &str) -> Option<&'s str> {
    step.value.get(key)?.as_str()
}
