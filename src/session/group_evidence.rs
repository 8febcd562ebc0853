//! Remembers the groups to which a live run has added people, and those that refused it as read-only, for later plans.

use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::outcome::{CommandOutcome, Status};
use crate::client::request::ApiResponse;
use crate::client::sent_command::CommandContent;
use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::store::group_evidence::{GroupEvidenceFile, GroupFindings};
use crate::wire::command::Command;
use crate::wire::error_code;
use crate::wire::identity::fold;
use crate::wire::step::{StepRemoval, StepSpec};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The codes with which a read-only group refuses a change of its members.
const READ_ONLY: [&str; 2] = [error_code::USERGROUP_READ_ONLY_ADD, error_code::USERGROUP_READ_ONLY_REMOVE];

/// The hook that remembers groups.
pub(crate) struct GroupEvidence {
    file: GroupEvidenceFile,
    /// What this run has noted.
    noted: Mutex<GroupFindings>,
}

impl GroupEvidence {
    /// Notes them in this file.
    pub(crate) fn new(file: GroupEvidenceFile) -> Self {
        Self { file, noted: Mutex::default() }
    }
}

impl GateHook for GroupEvidence {
    fn before(&self, _: &ActionRequest) -> Result<()> {
        Ok(())
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {}

    /// A run goes on if this cannot be written: later plans are less certain then.
    fn settled(&self, request: &ActionRequest, fates: &[CommandOutcome]) {
        if request.mode != Mode::Live {
            return;
        }
        let (mut found, mut replaced) = (GroupFindings::default(), HashSet::new());
        for (sent, fate) in request.commands.iter().zip(fates) {
            let Some(command) = sent.content.command() else { continue };
            if fate.status == Status::Completed {
                found.writable.extend(joined_groups(&sent.content, command));
                replaced.extend(replaced_groups(command));
            } else if fate.code.as_deref().is_some_and(|code| READ_ONLY.contains(&code)) {
                found.read_only.extend(only_group(&sent.content, command));
            }
        }
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        found.writable.retain(|name| !replaced.contains(name) && !found.read_only.contains(name));
        noted.writable.retain(|name| !replaced.contains(name) && !found.read_only.contains(name));
        noted.read_only.retain(|name| !replaced.contains(name) && !found.writable.contains(name));
        found.writable.retain(|name| noted.writable.insert(name.clone()));
        found.read_only.retain(|name| noted.read_only.insert(name.clone()));
        if found != GroupFindings::default() || !replaced.is_empty() {
            drop(self.file.note(&found, &replaced, Timestamp::now()));
        }
    }
}

/// The folded names of the groups to which a command adds people. Removals count for nothing: the service reports success
/// for people whom it does not know.
fn joined_groups(content: &CommandContent, command: &Command) -> Vec<String> {
    let adds = |spec: &StepSpec| spec.is_membership() && spec.removes == StepRemoval::Nothing;
    let steps = command.specs().filter(|(_, spec)| adds(spec));
    if content.user().is_some() {
        return steps.flat_map(|(step, _)| step.names("group")).map(fold).collect();
    }
    let has_users = steps.flat_map(|(step, _)| step.names("user")).next().is_some();
    has_users.then(|| fold(command.subject.name())).into_iter().collect()
}

/// The folded name of the group of a command, if there is only one that can have refused it.
fn only_group(content: &CommandContent, command: &Command) -> Option<String> {
    if content.user().is_none() {
        return Some(fold(command.subject.name()));
    }
    let names: HashSet<_> = command.specs().flat_map(|(step, _)| step.names("group")).map(fold).collect();
    if names.len() == 1 { names.into_iter().next() } else { None }
}

/// The groups that are not the same after a command: it deletes or renames them.
fn replaced_groups(command: &Command) -> Vec<String> {
    let replaces = ["deleteUserGroup", "updateUserGroup"];
    let is_replaced = command.subject.identity().is_none()
        && command.steps.iter().any(|step| replaces.contains(&step.name.as_str()));
    is_replaced.then(|| fold(command.subject.name())).into_iter().collect()
}
