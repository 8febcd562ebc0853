//! One live run of changes at a time for an organization: a file that the run has locked as long as it lives.
//!
//! The operating system frees the lock with the process, however it ends. The file stays; it says who has it locked.

use super::{atomic_file, state_dir};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Bytes of a file that are read.
const MOST_BYTES: u64 = 4 << 10;

/// Who runs changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunHolder {
    /// The user.
    pub(crate) user: String,
    /// The name of the script, or `prompt`.
    pub(crate) script: String,
    /// The number of the process.
    pub(crate) process: u32,
    /// When its first change was about to be sent, ISO 8601.
    pub(crate) since: String,
}

/// The lock of a run; dropping it frees it.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

/// The result of trying to lock.
#[derive(Debug)]
pub(crate) enum LockAttempt {
    /// It is ours.
    Locked(RunLock),
    /// Another run has it, and said this of itself.
    Busy(Option<RunHolder>),
}

/// The file of an organization at a service.
pub(crate) fn path(state: &Path, organization: &str, service: &str) -> PathBuf {
    let part = crate::wire::percent_encode::keeping_at;
    state.join("live").join(part(organization)).join(format!("{}.lock", part(service)))
}

/// Locks the file for `holder`, unless another run has it. Where files cannot be locked, as on some network disks,
/// nobody has it.
///
/// # Errors
/// The file cannot be created, read or written.
pub(crate) fn try_lock(path: &Path, holder: &RunHolder) -> io::Result<LockAttempt> {
    if let Some(folder) = path.parent() {
        state_dir::make(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut file =
        atomic_file::private(options.read(true).write(true).create(true).truncate(false)).open(path)?;
    if !atomic_file::hold(&file) {
        return Ok(LockAttempt::Busy(holder_in(&file)));
    }
    let text = serde_json::to_vec(holder)?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&text)?;
    Ok(LockAttempt::Locked(RunLock { _file: file }))
}

/// Who has the file locked; nobody if that was not written yet.
fn holder_in(file: &File) -> Option<RunHolder> {
    let mut text = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(script: &str) -> RunHolder {
        let since = "2026-11-28T09:14:03Z".to_owned();
        RunHolder { user: "mkowalski".into(), script: script.into(), process: 4711, since }
    }

    #[test]
    fn a_second_run_learns_who_has_the_organization_until_that_run_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(folder.path(), "1@AdobeOrg", "https://example.com/v2");
        let first = try_lock(&path, &holder("a long name of a script.rhai")).unwrap();
        assert!(matches!(first, LockAttempt::Locked(_)));
        let LockAttempt::Busy(found) = try_lock(&path, &holder("b.rhai")).unwrap() else { panic!() };
        assert_eq!(found, Some(holder("a long name of a script.rhai")));
        drop(first);
        let second = try_lock(&path, &holder("b.rhai")).unwrap();
        assert!(matches!(second, LockAttempt::Locked(_)));
        let LockAttempt::Busy(found) = try_lock(&path, &holder("c.rhai")).unwrap() else { panic!() };
        assert_eq!(found, Some(holder("b.rhai")));
    }

    #[test]
    fn a_file_that_says_nothing_of_its_holder_is_locked_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lock");
        std::fs::write(&path, "{").unwrap();
        let other = File::open(&path).unwrap();
        other.lock().unwrap();
        assert!(matches!(try_lock(&path, &holder("a.rhai")).unwrap(), LockAttempt::Busy(None)));
    }

    #[test]
    fn organizations_and_services_are_locked_by_themselves() {
        let of = |organization, service| path(Path::new("state"), organization, service);
        let all = [
            of("1@AdobeOrg", "https://a/v2"),
            of("2@AdobeOrg", "https://a/v2"),
            of("1@AdobeOrg", "https://b/v2"),
        ];
        assert!(all[0] != all[1] && all[0] != all[2]);
        assert!(all.iter().all(|path| path.starts_with("state/live")));
    }
}
