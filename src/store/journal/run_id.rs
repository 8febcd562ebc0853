//! Short ids of runs: the last part of the name of a journal, or as much of its beginning as no other journal has.

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// How the names of journals end.
pub(super) const ENDING: &str = ".journal";
/// The fewest characters of a short id.
const SHORTEST: usize = 4;

/// The runs of a folder, by their ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct RunIds(Vec<(String, PathBuf)>);

impl RunIds {
    /// The ids of these journals.
    pub(crate) fn of(journals: &[PathBuf]) -> Self {
        Self(journals.iter().map(|path| (id_of(path), path.clone())).collect())
    }

    /// The shortest beginning of the id of a journal that no other one has.
    pub(crate) fn short(&self, journal: &Path) -> String {
        let id = id_of(journal);
        let others = self.0.iter().filter(|(_, path)| path != journal);
        let shared = others.map(|(other, _)| common(&id, other)).max().unwrap_or_default();
        id.chars().take(SHORTEST.max(shared + 1)).collect()
    }

    /// The journal that `run` names: an id, or the beginning of one.
    ///
    /// # Errors
    /// `usage`: no journal has the id, or several do.
    pub(crate) fn find(&self, run: &str) -> Result<PathBuf> {
        let begins = |(id, _): &&(String, PathBuf)| id.starts_with(&run.to_ascii_lowercase());
        let found: Vec<_> = self.0.iter().filter(begins).collect();
        let exact = found.iter().find(|(id, _)| id.eq_ignore_ascii_case(run));
        match (exact, found.as_slice()) {
            (Some((_, path)), _) | (None, [(_, path)]) => Ok(path.clone()),
            (None, []) => Err(Error::usage_with_hint(
                format!("there is no run `{run}`"),
                "`umapish journal` lists the runs; `--journals DIR` reads those of another folder.",
            )),
            (None, several) => {
                let ids: Vec<_> = several.iter().map(|(_, path)| self.short(path)).collect();
                let message = format!("{} runs begin with `{run}`: {}", several.len(), ids.join(", "));
                Err(Error::usage_with_hint(message, "Add a character."))
            }
        }
    }
}

/// The id of the run of a journal.
fn id_of(journal: &Path) -> String {
    let name = journal.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(ENDING).unwrap_or(&name);
    name.rsplit('-').next().unwrap_or(name).to_owned()
}

/// Whether a word can be the id of a run, and not the path of a file.
pub(crate) fn looks_like_id(word: &str) -> bool {
    word.len() >= SHORTEST && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// How many characters two ids begin with together.
fn common(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journals(ids: &[&str]) -> Vec<PathBuf> {
        ids.iter().map(|id| PathBuf::from(format!("/x/20261125T214455.081943Z-live-{id}.journal"))).collect()
    }

    #[test]
    fn an_id_is_as_short_as_no_other_run_has_it() {
        let paths = journals(&["7f3a12bc", "7f3b0000", "7f3b0001", "aaaa0000"]);
        let ids = RunIds::of(&paths);
        let short: Vec<_> = paths.iter().map(|path| ids.short(path)).collect();
        assert_eq!(short, ["7f3a", "7f3b0000", "7f3b0001", "aaaa"]);
        for (id, path) in short.iter().zip(&paths) {
            assert_eq!(ids.find(id).unwrap(), *path);
        }
        assert_eq!(ids.find("7F3A12BC").unwrap(), paths[0]);
        assert_eq!(ids.find("7f3b").unwrap_err().to_string(), "2 runs begin with `7f3b`: 7f3b0000, 7f3b0001");
        assert_eq!(ids.find("bbbb").unwrap_err().kind.name(), "usage");
    }

    #[test]
    fn a_path_is_not_an_id() {
        assert!(looks_like_id("7f3a") && looks_like_id("7F3A12BC"));
        for path in ["", "7f3", "x.journal", "/dev/null", "./7f3a", "."] {
            assert!(!looks_like_id(path), "{path}");
        }
    }
}
