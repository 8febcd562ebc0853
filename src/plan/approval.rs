//! Approvals of plans: a file beside the plan, written by the account that approves it.
//!
//! An approval is a record, not a signature: it rests on who owns the file, which only root can arrange otherwise.

use crate::error::{self, Error};
use crate::plan::file::{PlanAuthor, PlanFile};
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::journal::record::moment;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What stands between the name of a plan and that of who approved it.
const MARK: &str = ".approval-";
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
) -> error::Result<PathBuf> {
    let is_borrowed = sudo_user().is_some_and(|uid| Some(uid) == plan.planner.uid);
    let borrowed = is_borrowed.then_some("the account that made the plan became this one by sudo");
    if let Some(why) = why_not(plan, file, approver.uid).or(borrowed) {
        let message = format!("{} cannot approve {}: {why}", approver.user, file.display());
        let hint = format!("Another account of this machine has to run: umapish approve {}", file.display());
        return Err(Error::usage_with_hint(message, hint));
    }
    let place = place(file, &approver.user);
    let approval =
        PlanApproval { format: 1, plan: plan.sha256.clone(), approver, time: Timestamp::now(), reason };
    let text = serde_json::to_vec_pretty(&approval).map_err(|error| Error::usage(error.to_string()))?;
    let hint = format!("{} has to be allowed to write in the folder of the plan.", approval.approver.user);
    file_door::replace(&place, FileAccess::Usual, |writer| writer.write_all(&text))
        .map_err(|error| error.with_file_hint(hint))?;
    Ok(place)
}

/// The approvals beside a plan.
#[derive(Debug, Default)]
pub struct FoundApprovals {
    /// Those that count, the oldest first: each is owned by the account that it names.
    pub valid: Vec<PlanApproval>,
    /// Those that do not count, with the reason.
    pub void: Vec<(PathBuf, String)>,
}

/// The approvals beside a plan.
pub fn approvals(plan: &PlanFile, file: &Path) -> FoundApprovals {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = FoundApprovals::default();
    let Some(prefix) = file.file_name().map(|name| format!("{}{MARK}", name.to_string_lossy())) else {
        return found;
    };
    let entries = file_door::list(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = entries.collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(name) = name.strip_prefix(&prefix) else { continue };
        match valid(plan, file, &path, name) {
            Ok(approval) => found.valid.push(approval),
            Err(why) => found.void.push((path, why)),
        }
    }
    found.valid.sort_by_key(|approval| approval.time);
    found
}

fn valid(plan: &PlanFile, file: &Path, path: &Path, name: &str) -> Result<PlanApproval, String> {
    if file_door::is_link(path) {
        return Err("it is a symbolic link".to_owned());
    }
    let text = file_door::read_to_string(path).map_err(|error| Error::io(path, error).to_string())?;
    let approval: PlanApproval =
        serde_json::from_str(&text).map_err(|_| "it is not an approval".to_owned())?;
    let owner = file_door::owner(path);
    if approval.format != 1 {
        return Err(format!("it is an approval of format {}, not 1", approval.format));
    }
    if approval.plan != plan.sha256 {
        return Err("it approves another state of the plan".to_owned());
    }
    if approval.approver.user != name || owner.is_none() || owner != approval.approver.uid {
        return Err(format!("the file does not belong to {}, whom it names", approval.approver.user));
    }
    match why_not(plan, file, owner) {
        None => Ok(approval),
        Some(why) => Err(format!("{name} cannot approve the plan: {why}")),
    }
}

/// The account that used sudo to become the one that runs this, as far as sudo says.
fn sudo_user() -> Option<u32> {
    std::env::var("SUDO_UID").ok()?.parse().ok()
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
    name.push(format!("{MARK}{user}"));
    file.with_file_name(name)
}
