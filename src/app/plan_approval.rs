//! `umapish approve`, and what `umapish apply` asks of approvals.

use super::journal;
use super::refusal::refuse;
use crate::app::organization::OrganizationContext;
use crate::cli::GlobalOptions;
use crate::error::{ErrorKind, Result};
use crate::output::Output;
use crate::plan::approval;
use crate::plan::file::{PlanAuthor, PlanFile};
use crate::plan::summary::{PlanSummary, origin};
use crate::quantity::counted;
use crate::shell::exit_code::RunExit;
use std::path::Path;

/// Approves a plan.
pub(crate) fn approve(global: &GlobalOptions, file: &Path, output: &Output) -> RunExit {
    let done = PlanFile::read(file).and_then(|plan| {
        let author = PlanAuthor { user: journal::user(), uid: journal::uid(), host: journal::host() };
        let place = approval::approve(&plan, file, author, global.reason.clone())?;
        let commands = counted(PlanSummary::of(&plan).planned, "command");
        output.note(&format!("approved {} ({commands}) in {}", origin(&plan), place.display()));
        Ok(())
    });
    match done {
        Ok(()) => RunExit::Done,
        Err(error) => refuse(&error, output),
    }
}

/// Shows the approvals of a plan.
///
/// # Errors
/// `guard`: the organization requires one, and there is none.
pub(super) fn check(
    plan: &PlanFile,
    file: &Path,
    context: &OrganizationContext,
    output: &Output,
) -> Result<()> {
    let approvals = approval::approvals(plan, file);
    for (path, why) in &approvals.void {
        output.warning(&format!("{} does not count: {why}", path.display()));
    }
    for approval in &approvals.valid {
        let reason = approval.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        output.note(&format!("approved by {} at {}{reason}", approval.approver.user, approval.time));
    }
    if context.limits.needs_approval && approvals.valid.is_empty() {
        return Err(ErrorKind::Guard {
            message: format!("{} is not approved, and this organization requires that", file.display()),
            hint: format!("Another account has to run: umapish approve {}", file.display()),
        }
        .into());
    }
    Ok(())
}
