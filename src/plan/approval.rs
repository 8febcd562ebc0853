//! Approvals of plans: a file beside the plan, written by the account that approves it.
//!
//! An approval is a record, not a signature: it rests on who owns the file, which only root can arrange otherwise.

use crate::error::{Error, Result};
use crate::plan::file::{PlanAuthor, PlanFile};
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::journal::record::moment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The number of root.
const ROOT: u32 = 0;

/// An approval of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanApproval {
    /// The version of the format.
    pub format: u64,
    /// The hash of the plan.
    pub plan: String,
    /// Who approved it.
    pub approver: PlanAuthor,
    /// When.
    #[serde(with = "moment")]
    pub time: Timestamp,
    /// Why, in the approver's words.
    pub reason: Option<String>,
}

/// Writes the approval of a plan, and returns its file.
///
/// # Errors
/// `usage`: this account may not approve it. `file`: the approval cannot be written.
pub fn approve(
    plan: &PlanFile,
    file: &Path,
    approver: PlanAuthor,
    reason: Option<String>,
) -> Result<PathBuf> {
    if let Some(why) = why_not(plan, file, approver.uid) {
        let message = format!("{} cannot approve {}: {why}", approver.user, file.display());
        return Err(Error::usage_with_hint(message, "Another account of this machine has to approve it."));
    }
    let place = place(file, &approver.user);
    let approval =
        PlanApproval { format: 1, plan: plan.sha256.clone(), approver, time: Timestamp::now(), reason };
    let text = serde_json::to_vec_pretty(&approval).map_err(|error| Error::usage(error.to_string()))?;
    file_door::replace(&place, FileAccess::Usual, |writer| writer.write_all(&text))?;
    Ok(place)
}

/// The approvals beside a plan that count: each is owned by the account that it names.
pub fn approvals(plan: &PlanFile, file: &Path) -> Vec<PlanApproval> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = file_door::list(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<_> = entries.filter_map(|path| valid(plan, file, &path)).collect();
    found.sort_by_key(|approval| approval.time);
    found
}

fn valid(plan: &PlanFile, file: &Path, path: &Path) -> Option<PlanApproval> {
    let prefix = format!("{}.approval-", file.file_name()?.to_string_lossy());
    let name = path.file_name()?.to_string_lossy().strip_prefix(&prefix)?.to_owned();
    if file_door::is_link(path) {
        return None;
    }
    let approval: PlanApproval = serde_json::from_str(&file_door::read_to_string(path).ok()?).ok()?;
    let is_right = approval.format == 1 && approval.plan == plan.sha256 && approval.approver.user == name;
    let owner = file_door::owner(path);
    let is_own = owner.is_some() && owner == approval.approver.uid;
    (is_right && is_own && why_not(plan, file, owner).is_none()).then_some(approval)
}

/// Why an account may not approve a plan.
fn why_not(plan: &PlanFile, file: &Path, uid: Option<u32>) -> Option<&'static str> {
    match uid {
        None => Some("this system does not say who owns a file"),
        Some(ROOT) => Some("root can do anything, so its approval proves nothing"),
        uid if uid == plan.planner.uid => Some("it made the plan"),
        uid if uid == file_door::owner(file) => Some("it owns the plan"),
        Some(_) => None,
    }
}

fn place(file: &Path, user: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".approval-{user}"));
    file.with_file_name(name)
}
