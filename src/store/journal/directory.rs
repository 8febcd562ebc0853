//! Where journals are, what they are called, and how long they are kept.

use super::run_id::{ENDING, RunIds, looks_like_id};
use crate::error::{Error, Result};
use crate::store::state_dir;
use jiff::Timestamp;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long the journal of a rehearsal is kept.
const REHEARSALS_KEPT: Duration = Duration::from_hours(7 * 24);

/// The path of a new journal; `live` says whether the run makes changes.
///
/// # Errors
/// `file`: there is no folder for it.
pub fn new(live: bool) -> Result<PathBuf> {
    Ok(new_in(&state_dir::journals()?, live))
}

/// The path of a new journal in a folder.
pub(crate) fn new_in(folder: &Path, live: bool) -> PathBuf {
    folder.join(name(Timestamp::now(), live))
}

/// Whether a journal is that of a rehearsal.
pub(super) fn is_rehearsal(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains("-test-"))
}

/// The journals that are older than they are to be kept by their time, if the clock is right.
///
/// # Errors
/// `file`: the folder cannot be read.
pub(crate) fn outdated(keep: Duration, now: SystemTime) -> Result<Vec<PathBuf>> {
    Ok(outdated_of(all()?, keep, now))
}

fn outdated_of(journals: Vec<PathBuf>, keep: Duration, now: SystemTime) -> Vec<PathBuf> {
    let is_outdated = |path: &PathBuf| {
        let kept = if is_rehearsal(path) { REHEARSALS_KEPT.min(keep) } else { keep };
        let changed = fs::metadata(path).and_then(|data| data.modified());
        changed.is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age > kept))
    };
    journals.into_iter().filter(is_outdated).collect()
}

/// The name of a journal: names sort in the order in which their runs began, even within a second.
fn name(moment: Timestamp, live: bool) -> String {
    let moment = moment.strftime("%Y%m%dT%H%M%S%.6fZ");
    let mode = if live { "live" } else { "test" };
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{moment}-{mode}-{}{ENDING}", &random[..8])
}

/// The newest journal.
///
/// # Errors
/// `usage`: there is none. `file`: the folder cannot be read.
pub fn newest() -> Result<PathBuf> {
    let none = |folder: PathBuf| Error::usage(format!("there is no journal in {}", folder.display()));
    all()?.pop().map_or_else(|| Err(none(state_dir::journals()?)), Ok)
}

/// The journal that an operator names: a path, or the id of a run among `journals`.
///
/// # Errors
/// Those of `journals`; `usage`: no run has the id, or several do.
pub(crate) fn named(name: &Path, journals: impl FnOnce() -> Result<Vec<PathBuf>>) -> Result<PathBuf> {
    match name.to_str() {
        Some(word) if looks_like_id(word) && !name.exists() => RunIds::of(&journals()?).find(word),
        _ => Ok(name.to_owned()),
    }
}

/// Opens a journal to look at it.
///
/// # Errors
/// `usage`: it is not a file. `file`: it cannot be opened.
pub(crate) fn open(journal: &Path) -> Result<File> {
    let name = journal.display();
    let data = fs::metadata(journal).map_err(|error| {
        Error::io(journal, error).with_file_hint("`umapish journal` lists the runs of this user.")
    })?;
    if data.is_dir() {
        let hint = format!("`umapish journal --journals {name}` lists the runs in it.");
        return Err(Error::usage_with_hint(format!("{name} is a folder, not a journal"), hint));
    }
    if !data.is_file() {
        let hint = "`umapish journal` lists the runs and their ids.";
        return Err(Error::usage_with_hint(format!("{name} is not a file, so it is not a journal"), hint));
    }
    File::open(journal).map_err(|error| Error::io(journal, error))
}

/// All journals, the oldest first.
///
/// # Errors
/// `file`: the folder cannot be read.
pub(crate) fn all() -> Result<Vec<PathBuf>> {
    all_in(&state_dir::journals()?)
}

/// All journals in a folder, the oldest first.
///
/// # Errors
/// `file`: the folder cannot be read.
pub(crate) fn all_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = journals(folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    paths.sort();
    Ok(paths)
}

fn journals(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(entries.filter(|path| path.to_string_lossy().ends_with(ENDING)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_the_runs() {
        let begun = Timestamp::from_microsecond(1_764_107_095_000_001).unwrap();
        let names =
            [0, 1, 999_998, 999_999].map(|later| name(begun + Duration::from_micros(later), later % 2 == 0));
        assert!(names.is_sorted(), "{names:?}");
        assert!(names[0].starts_with("20251125T214455.000001Z-live-"), "{}", names[0]);
    }

    #[test]
    fn live_journals_are_kept_as_long_as_the_setting_says_and_rehearsals_for_a_week() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["1-live-a.journal", "1-test-b.journal"].map(|name| folder.path().join(name));
        for path in &paths {
            fs::write(path, "x").unwrap();
        }
        let outdated = |days: u64| {
            let now = SystemTime::now() + Duration::from_hours(24 * days);
            outdated_of(paths.to_vec(), Duration::from_hours(24 * 395), now)
        };
        assert_eq!(outdated(6), [] as [PathBuf; 0]);
        assert_eq!(outdated(8), [paths[1].clone()]);
        assert_eq!(outdated(394), [paths[1].clone()]);
        assert_eq!(outdated(396), paths);
    }
}
