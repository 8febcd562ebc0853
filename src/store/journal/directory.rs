//! Where journals are, what they are called, and how long they are kept.

use crate::error::{Error, Result};
use crate::store::state_dir;
use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long the journal of a run that made changes is kept.
const KEPT: Duration = Duration::from_hours(30 * 24);
/// How long that of a rehearsal is.
const REHEARSALS_KEPT: Duration = Duration::from_hours(24);
const ENDING: &str = ".journal";

/// The path of a new journal; `live` says whether the run makes changes. Old journals are removed.
///
/// # Errors
/// `file`: there is no folder for it.
pub fn new(live: bool) -> Result<PathBuf> {
    let folder = state_dir::journals()?;
    remove_old(&folder, SystemTime::now());
    Ok(folder.join(name(Timestamp::now(), live)))
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

/// All journals, the oldest first.
///
/// # Errors
/// `file`: the folder cannot be read.
pub(crate) fn all() -> Result<Vec<PathBuf>> {
    let folder = state_dir::journals()?;
    let mut paths = journals(&folder).map_err(|error| Error::file(folder.display().to_string(), error))?;
    paths.sort();
    Ok(paths)
}

fn journals(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(entries.filter(|path| path.to_string_lossy().ends_with(ENDING)).collect())
}

/// Removes what is older than it is to be kept. What cannot be removed stays: nothing depends on it.
fn remove_old(folder: &Path, now: SystemTime) {
    for path in journals(folder).unwrap_or_default() {
        let rehearsal = path.file_name().is_some_and(|name| name.to_string_lossy().contains("-test-"));
        let kept = if rehearsal { REHEARSALS_KEPT } else { KEPT };
        let changed = fs::metadata(&path).and_then(|data| data.modified());
        if changed.is_ok_and(|then| now.duration_since(then).is_ok_and(|age| age > kept)) {
            drop(fs::remove_file(&path));
        }
    }
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
    fn live_journals_are_kept_for_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["1-live-a.journal", "1-test-b.journal", "notes.txt"];
        for name in names {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        let left = |days: u64| {
            remove_old(folder.path(), SystemTime::now() + Duration::from_hours(24 * days));
            names.map(|name| folder.path().join(name).exists())
        };
        assert_eq!(left(0), [true, true, true]);
        assert_eq!(left(29), [true, false, true]);
        assert_eq!(left(31), [false, false, true]);
    }
}
