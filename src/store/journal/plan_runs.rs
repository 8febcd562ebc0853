//! The runs of a plan, found by their journals.

use super::record::{HeadRecord, JournalRecord};
use super::{checksum_chain, directory, unfinished_runs};
use crate::error::Result;
use crate::store::trust::{self, FileRole};
use jiff::Timestamp;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

/// The longest first line of a journal.
const LONGEST_HEAD: u64 = 16 * 1024 * 1024;

/// A run of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanRun {
    /// Its journal.
    pub(crate) path: PathBuf,
    /// When it began.
    pub(crate) started: Timestamp,
    /// Whether something of it is left to do.
    pub(crate) is_open: bool,
}

/// The last run of the plan with this hash; `None` if this user has not begun it.
///
/// # Errors
/// `file`: the folder of journals cannot be read.
pub(crate) fn last_of_plan(sha256: &str) -> Result<Option<PlanRun>> {
    for path in directory::all()?.into_iter().rev() {
        let Some((started, head)) = head_of(&path) else { continue };
        if head.plan.as_deref() == Some(sha256) {
            let is_open = unfinished_runs::of_journal(&path).is_some();
            return Ok(Some(PlanRun { path, started, is_open }));
        }
    }
    Ok(None)
}

/// The head of a journal of the operator's own; `None` for any other file.
pub(crate) fn head_of(path: &std::path::Path) -> Option<(Timestamp, HeadRecord)> {
    let (file, _) = trust::open(path, FileRole::Journal).ok()?.ok()?;
    let mut line = Vec::new();
    BufReader::new(file.take(LONGEST_HEAD)).read_until(b'\n', &mut line).ok()?;
    let entry = checksum_chain::entry_of(line.strip_suffix(b"\n")?)?;
    match entry.record {
        JournalRecord::Head(head) => Some((entry.time, *head)),
        _ => None,
    }
}
