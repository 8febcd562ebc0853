//! A file that is not there, with the name of one that may be meant.

use super::Error;
use crate::did_you_mean;
use std::path::Path;

/// Names of a folder that are compared; a folder may have millions.
const MOST_NAMES: usize = 10_000;

/// The error, with what to do about it.
pub(super) fn describe(path: &Path) -> Error {
    let name = path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(missing) = folder.filter(|folder| !folder.is_dir()) {
        let message = format!("no such file, since there is no folder {}", missing.display());
        return Error::file(name, message).with_file_hint("Check the path.");
    }
    let message = match std::env::current_dir() {
        Ok(current) if path.is_relative() => format!("no such file in {}", current.display()),
        _ => "no such file".to_owned(),
    };
    let hint = near(path, folder.unwrap_or(Path::new("."))).map_or_else(
        || "Check the name and the folder.".to_owned(),
        |near| format!("Did you mean `{near}`?"),
    );
    Error::file(name, message).with_file_hint(hint)
}

/// The file or folder whose name is nearest to that of `path`.
fn near(path: &Path, folder: &Path) -> Option<String> {
    let entries = std::fs::read_dir(folder).ok()?.take(MOST_NAMES).flatten();
    let names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let wanted = path.file_name()?.to_str()?;
    did_you_mean::nearest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_has_the_name_of_a_near_one_or_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("people.csv"), "").unwrap();
        for (name, message, hint) in [
            ("poeple.csv", "no such file", "Did you mean `people.csv`?"),
            ("leavers.csv", "no such file", "Check the name and the folder."),
            ("gone/people.csv", "there is no folder", "Check the path."),
        ] {
            let error = describe(&folder.path().join(name));
            assert!(error.message().contains(message), "{error}");
            assert_eq!(error.hint().as_deref(), Some(hint));
        }
    }
}
