//! Which files a script may touch: what it needs, and nothing that makes the next run somebody else's.
//!
//! Paths are compared as the system resolves them, so that no link leads out of the folders.

use crate::error::{Error, Result};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// Names that open as they are, since they hold nothing of the disk.
const STREAMS: &[&str] = &["-", "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr"];
/// Names of open files, which the operator may pass as arguments, as shells do for `<(command)`.
const OPEN_FILES: &str = "/dev/fd/";
/// The processes of the system, with their environment and memory.
const PROCESSES: &str = "/proc";
/// The ending of scripts.
const SCRIPT_ENDING: &str = "rhai";

/// The files that a run may touch.
#[derive(Debug, Clone, Default)]
pub struct FileRules {
    /// `None` where the operator types the paths: at the prompt and in `-e`.
    roots: Option<Vec<FileRoot>>,
    /// Files and folders of umapish itself.
    own: Vec<PathBuf>,
    /// The arguments of the script that are names of open files.
    passed: Vec<PathBuf>,
    script: Option<PathBuf>,
    /// The lists of names that guards read.
    guard_lists: Vec<PathBuf>,
    /// The folder of modules that every script may import.
    library: Option<PathBuf>,
}

/// A folder with what is below it, or a single file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileRoot {
    path: PathBuf,
    /// Whether the operator named it by `--files`.
    is_granted: bool,
}

/// What is known about a run before it starts.
#[derive(Debug, Default)]
pub struct RunFiles<'r> {
    /// The script's file.
    pub script: Option<&'r Path>,
    /// Whether the operator types the code, at the prompt or in `-e`.
    pub is_typed: bool,
    /// What the arguments of the script may name.
    pub arguments: Vec<PathBuf>,
    /// The folders of `--files` and the profile.
    pub granted: Vec<PathBuf>,
    /// Files and folders of umapish itself.
    pub own: Vec<PathBuf>,
    /// The lists of names that guards read.
    pub guard_lists: Vec<PathBuf>,
    /// The folder of modules that every script may import.
    pub library: Option<PathBuf>,
    /// The current folder.
    pub current: Option<PathBuf>,
    /// The home folder.
    pub home: Option<PathBuf>,
}

/// The folder of shared modules in the configuration folder of umapish.
pub fn library_of(configuration: &Path) -> PathBuf {
    configuration.join("lib")
}

/// What a script wants to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileUse {
    Read,
    Write,
    Import,
}

impl FileRules {
    /// The rules of a run.
    pub fn of(run: &RunFiles<'_>) -> Self {
        let script = run.script.map(resolved).filter(|path| is_on_disk(path));
        let script_folder = script.as_deref().and_then(Path::parent);
        let library = run.library.as_deref().map(resolved);
        let passed = run.arguments.iter().filter(|path| path.starts_with(OPEN_FILES)).cloned().collect();
        let roots = (!run.is_typed).then(|| roots(run, script_folder));
        let all = |paths: &[PathBuf]| paths.iter().map(|path| resolved(path)).collect();
        let (own, guard_lists) = (all(&run.own), all(&run.guard_lists));
        Self { roots, own, passed, script, guard_lists, library }
    }

    /// Whether a script may read a file.
    ///
    /// # Errors
    /// `file`: it is outside of the folders of the run, or belongs to umapish; names what would allow it.
    pub fn check_reading(&self, path: &Path) -> Result<()> {
        self.check(path, FileUse::Read)
    }

    /// Whether a script may write a file; `is_module` says which files it has imported.
    ///
    /// # Errors
    /// As for reading; also scripts and modules.
    pub fn check_writing(&self, path: &Path, is_module: impl Fn(&Path) -> bool) -> Result<()> {
        self.check(path, FileUse::Write)?;
        let real = resolved(path);
        let is_code = is_script(&real) || self.script.as_ref() == Some(&real) || is_module(&real);
        let message = match &self.roots {
            Some(roots) if is_granted(roots, &real) => return Ok(()),
            Some(_) if is_code => "a script may not write scripts or files that it imports",
            Some(_) if self.guard_lists.contains(&real) => "a script may not write a list that a guard reads",
            _ => return Ok(()),
        };
        Err(refused(path, &real, message))
    }

    /// Whether a script may import a file.
    ///
    /// # Errors
    /// `file`: it is in none of the folders for modules; names what would allow it.
    pub fn check_importing(&self, path: &Path) -> Result<()> {
        self.check(path, FileUse::Import)
    }

    /// The folder of modules that every script may import.
    pub fn library(&self) -> Option<&Path> {
        self.library.as_deref()
    }

    fn check(&self, path: &Path, wanted: FileUse) -> Result<()> {
        if wanted != FileUse::Import && self.is_stream(path) {
            return Ok(());
        }
        let real = resolved(path);
        let is_shared = self.library.as_ref().is_some_and(|folder| real.starts_with(folder));
        if !(wanted == FileUse::Import && is_shared) && self.is_own(path, &real) {
            let message = "the file belongs to umapish or to the system, so no script may use it";
            return Err(Error::file(path.display().to_string(), message));
        }
        let Some(roots) = &self.roots else { return Ok(()) };
        if is_granted(roots, &real) {
            return Ok(());
        }
        let folders = self.folders(roots, wanted).filter(|folder| real.starts_with(folder));
        let folders: Vec<_> = folders.collect();
        if folders.is_empty() {
            return Err(refused(path, &real, outside(wanted)));
        }
        if folders.iter().all(|folder| has_hidden_part(&real, folder)) {
            let message = "a script may not use files or folders whose names begin with a dot";
            return Err(refused(path, &real, message));
        }
        Ok(())
    }

    /// The folders, and single files, for a use of files.
    fn folders<'r>(
        &'r self,
        roots: &'r [FileRoot],
        wanted: FileUse,
    ) -> Box<dyn Iterator<Item = &'r Path> + 'r> {
        let own = self.script.as_deref().and_then(Path::parent);
        match wanted {
            FileUse::Import => Box::new(own.into_iter().chain(self.library())),
            FileUse::Read | FileUse::Write => Box::new(roots.iter().map(|root| root.path.as_path())),
        }
    }

    fn is_stream(&self, path: &Path) -> bool {
        let is_typed = self.roots.is_none() && path.starts_with(OPEN_FILES);
        let is_named = STREAMS.iter().any(|name| path == Path::new(name));
        is_named || is_typed || self.passed.iter().any(|passed| passed == path)
    }

    /// Whether a file is one of umapish's own, also under another name, or belongs to a process.
    fn is_own(&self, path: &Path, real: &Path) -> bool {
        let is_below = |own: &PathBuf| real.starts_with(own) || is_same(own, real);
        let written = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.own.iter().any(is_below) || [real, &written].iter().any(|path| path.starts_with(PROCESSES))
    }
}

/// Whether a file is in a folder of `--files`.
fn is_granted(roots: &[FileRoot], real: &Path) -> bool {
    roots.iter().any(|root| root.is_granted && real.starts_with(&root.path))
}

/// What is wrong with a file in none of the folders.
fn outside(wanted: FileUse) -> &'static str {
    match wanted {
        FileUse::Import => {
            "a script may import only from its own folder and from `lib` in the configuration folder of umapish"
        }
        FileUse::Read | FileUse::Write => "the file is outside of the folders that the script may use",
    }
}

/// The folders and files that a script may use.
fn roots(run: &RunFiles<'_>, script_folder: Option<&Path>) -> Vec<FileRoot> {
    let granted = run.granted.iter().map(|path| FileRoot { path: resolved(path), is_granted: true });
    let current = run.current.as_deref().map(resolved);
    let home = run.home.as_deref().map(resolved);
    let current = current.filter(|folder| Some(folder) != home.as_ref());
    let named = run.arguments.iter().flat_map(|path| named_roots(path));
    let found = script_folder.map(Path::to_owned).into_iter().chain(current).chain(named);
    // Everything is below the root folder, which only `--files /` can mean.
    let found = found.filter(|path| path.parent().is_some() && is_on_disk(path));
    let found = found.map(|path| FileRoot { path, is_granted: false });
    granted.chain(found).collect()
}

/// What an argument opens: a folder, or a file with the folder that it was named in. The file may not exist yet, as
/// that of a result.
fn named_roots(path: &Path) -> Vec<PathBuf> {
    let real = resolved(path);
    if path.is_dir() {
        return vec![real];
    }
    let folder = path.is_file().then(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        resolved(folder.unwrap_or(Path::new(".")))
    });
    folder.into_iter().chain([real]).collect()
}

/// Whether a path is not one of an open file or of a process, whose folder means nothing.
fn is_on_disk(path: &Path) -> bool {
    !path.starts_with(PROCESSES) && !path.starts_with("/dev")
}

/// A path with every link resolved. What does not exist has no links: its folder is resolved, and its name is kept.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent(), absolute.components().next_back()) {
        (Some(folder), Some(Component::Normal(name))) => resolved(folder).join(name),
        (Some(folder), Some(Component::ParentDir)) => {
            let folder = resolved(folder);
            folder.parent().map(Path::to_owned).unwrap_or(folder)
        }
        (Some(folder), _) => resolved(folder),
        (None, _) => absolute,
    }
}

/// Whether a name below a folder, or that of the file itself, begins with a dot.
fn has_hidden_part(real: &Path, root: &Path) -> bool {
    let is_hidden = |name: &OsStr| name.as_encoded_bytes().starts_with(b".");
    match real.strip_prefix(root) {
        Ok(below) if below.as_os_str().is_empty() => real.file_name().is_some_and(is_hidden),
        Ok(below) => below.iter().any(is_hidden),
        Err(_) => false,
    }
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(SCRIPT_ENDING))
}

/// The error of a file that the operator can allow.
fn refused(path: &Path, real: &Path, message: &str) -> Error {
    let folder = real.parent().unwrap_or(real).display().to_string();
    let folder = if folder.contains(char::is_whitespace) { format!("'{folder}'") } else { folder };
    let hint = format!("To allow it, run umapish with --files {folder}.");
    Error::file(path.display().to_string(), message).with_file_hint(hint)
}

/// Whether two names lead to one file, as hard links do.
#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| path.metadata().ok().map(|data| (data.dev(), data.ino()));
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

#[cfg(not(unix))]
fn is_same(one: &Path, other: &Path) -> bool {
    one == other
}
