//! The files that the configuration names: which of them no script may use, and which folders scripts may use.

use super::file::ConfigFile;
use super::table::{SettingKey, SettingShape, setting};
use super::values::{HOME, SettingSource, SettingValues};
use crate::user_folders;
use std::path::{Path, PathBuf};

/// The files that settings of any profile name.
pub(super) fn named_in(file: Option<&ConfigFile>) -> Vec<PathBuf> {
    let Some(file) = file else { return Vec::new() };
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let entries = file.profiles.iter().flat_map(|profile| &profile.entries);
    let paths = entries.filter(|entry| setting(entry.key).shape == SettingShape::Path);
    paths.filter_map(|entry| placed(folder, &entry.text)).collect()
}

/// The paths of a setting that lists several, separated by commas.
pub(super) fn paths_in(values: &SettingValues, key: SettingKey) -> Vec<PathBuf> {
    let folder = match values.get(key).map(|value| &value.source) {
        Some(SettingSource::Profile { file, .. }) => file.parent().unwrap_or(Path::new("")),
        _ => Path::new(""),
    };
    let text = values.text(key).unwrap_or_default();
    let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts.filter_map(|text| placed(folder, text)).collect()
}

/// A path as a profile writes it: `~/` is the home folder, and a relative one is relative to the file's folder.
fn placed(folder: &Path, text: &str) -> Option<PathBuf> {
    match text.strip_prefix(HOME) {
        Some(rest) => Some(user_folders::home().ok()?.join(rest)),
        None => Some(folder.join(text)),
    }
}
