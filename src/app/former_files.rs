//! Files of ours that are still where the command's former name, `umapi`, put them. They are named with the command
//! that moves them and never read: a run must not follow settings or journals from an unexpected place.

use crate::error::{Error, ErrorKind};
use crate::store::file_door;
use crate::user_folders;
use std::path::{Path, PathBuf};

/// The former name of the folders. Another program may use it too, so only files of ours count.
const FORMER_NAME: &str = "umapi";

/// The folder that one of today replaces.
pub(crate) fn former(folder: &Path) -> PathBuf {
    folder.with_file_name(FORMER_NAME)
}

/// Names the profiles that still have their former place, and the command that moves them. `None` when the folder of
/// today exists or there are no profiles.
pub(crate) fn profiles() -> Option<String> {
    let folder = user_folders::configuration().ok()?;
    let former = former(&folder);
    let has_profiles = file_door::is_file(&former.join("config.toml")) && !file_door::exists(&folder);
    has_profiles.then(|| advice("profiles", &former, &folder))
}

/// Names the journals that still have their former place, and the command that moves them. `None` when the folder of
/// today exists or there are no journals.
pub(crate) fn journals() -> Option<String> {
    let folder = user_folders::state().ok()?;
    let former = former(&folder);
    let has_journals = holds_journal(&former.join("journals")) && !file_door::exists(&folder);
    has_journals.then(|| advice("journals", &former, &folder))
}

/// An error about the configuration; if there is no file, it names the profiles in the former folder.
pub(crate) fn with_profiles(error: Error) -> Error {
    let ErrorKind::Config { message, hint } = &*error.kind else { return error };
    match profiles() {
        Some(advice) => Error::config(message.clone(), format!("{hint}\nNote: {advice}")),
        None => error,
    }
}

/// The command is on a line of its own, so that it can be copied.
fn advice(what: &str, former: &Path, folder: &Path) -> String {
    let [former, folder] = [former, folder].map(shell_word);
    format!("{former} holds your {what} from an earlier version; move them with\nmv {former} {folder}")
}

fn holds_journal(folder: &Path) -> bool {
    let entries = file_door::list(folder).into_iter().flatten().filter_map(Result::ok);
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.iter().any(|path| path.extension().is_some_and(|extension| extension == "journal"))
}

/// A path as a word of a command line, from the home folder where it is below it.
fn shell_word(path: &Path) -> String {
    let home = user_folders::home().unwrap_or_default();
    match path.strip_prefix(&home) {
        Ok(rest) if home.is_absolute() => format!("~/{}", quoted(rest)),
        _ => quoted(path),
    }
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(char::is_whitespace) { format!("'{text}'") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_journals_make_a_folder_ours() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!holds_journal(&folder.path().join("gone")));
        std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
        assert!(!holds_journal(folder.path()));
        std::fs::write(folder.path().join("1-live-a.journal"), "x").unwrap();
        assert!(holds_journal(folder.path()));
    }

    #[test]
    fn a_path_with_spaces_is_one_word_of_the_command() {
        let advice = advice("journals", Path::new("/my home/umapi"), Path::new("/my home/umapish"));
        assert!(advice.ends_with("\nmv '/my home/umapi' '/my home/umapish'"), "{advice}");
    }
}
