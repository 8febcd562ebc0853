//! What a planned script writes: kept apart from the files of the operator, and read back by the script.

use crate::error::{Error, Result};
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::journal::record::InputRecord;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The files that a script wrote while it was planned. A file is the same by every name that leads to it.
pub struct FileOverlay {
    folder: PathBuf,
    written: RefCell<BTreeMap<PathBuf, PathBuf>>,
    inputs: RefCell<Vec<InputRecord>>,
}

impl FileOverlay {
    /// An overlay that keeps its files in a folder of its own.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, written: RefCell::default(), inputs: RefCell::default() }
    }

    /// The written form of a file; the file itself if the script did not write it.
    pub(crate) fn read_from(&self, path: PathBuf) -> PathBuf {
        self.written.borrow().get(&key(&path)).cloned().unwrap_or(path)
    }

    /// Where a file is written, with what it holds now.
    ///
    /// # Errors
    /// `file`: it cannot be copied there.
    pub(crate) fn write_to(&self, path: &Path) -> Result<PathBuf> {
        let key = key(path);
        if let Some(known) = self.written.borrow().get(&key) {
            return Ok(known.clone());
        }
        let folder = self.folder.join(self.written.borrow().len().to_string());
        file_door::create_folder(&folder).map_err(|error| Error::io(&folder, error))?;
        let place = folder.join(path.file_name().unwrap_or_default());
        if file_door::is_file(path) {
            let mut source = file_door::open(path).map_err(|error| Error::io(path, error))?;
            file_door::replace(&place, FileAccess::Private, |target| {
                io::copy(&mut source, target).map(drop)
            })?;
        }
        Ok(place)
    }

    /// Records that a file was written at its place in the overlay; returns the name it would have.
    pub(crate) fn add(&self, path: &Path, place: &Path) -> PathBuf {
        let named = path.with_file_name(place.file_name().unwrap_or_default());
        self.written.borrow_mut().insert(key(&named), place.to_owned());
        named
    }

    /// Records a file that the script read or imported; its own are not inputs.
    pub(crate) fn record_input(&self, path: &Path, sha256: &str, module: bool) {
        let path = file_door::real(path);
        if !path.starts_with(file_door::real(&self.folder)) {
            let (path, sha256) = (path.display().to_string(), sha256.to_owned());
            self.inputs.borrow_mut().push(InputRecord { path, sha256, module });
        }
    }

    /// The files that the script read.
    pub fn inputs(&self) -> Vec<InputRecord> {
        self.inputs.borrow().clone()
    }

    /// The files that the script wrote.
    pub fn written(&self) -> Vec<PathBuf> {
        self.written.borrow().keys().cloned().collect()
    }
}

/// One name for every name of a file: absolute, with the links of its folder resolved, and its own.
fn key(path: &Path) -> PathBuf {
    if file_door::exists(path) {
        return file_door::real(path);
    }
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => file_door::real(folder).join(name),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("a.csv");
        std::fs::write(&real, "old").unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let mut names = vec![real.clone(), folder.path().join("sub/../a.csv"), folder.path().join("./a.csv")];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&real, folder.path().join("link.csv")).unwrap();
            names.push(folder.path().join("link.csv"));
        }
        for name in &names {
            let kept = tempfile::tempdir().unwrap();
            let overlay = FileOverlay::new(kept.path().to_owned());
            let place = overlay.write_to(name).unwrap();
            assert_eq!(std::fs::read_to_string(&place).unwrap(), "old");
            std::fs::write(&place, "new").unwrap();
            overlay.add(name, &place);
            for other in &names {
                assert_eq!(std::fs::read_to_string(overlay.read_from(other.clone())).unwrap(), "new");
            }
        }
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "old");
    }
}
