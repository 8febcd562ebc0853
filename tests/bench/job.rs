//! What a contender runs, and where.

use crate::measure::{self, Sample};
use crate::organization::Organization;
use crate::python::Python;
use crate::{Failure, python};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The measured binary, built by `cargo bench` for release.
pub(crate) const UMAPI: &str = env!("CARGO_BIN_EXE_umapish");
/// Where the scripts are.
pub(crate) const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench");

/// A process to measure.
#[derive(Clone, Copy)]
pub(crate) enum Job {
    /// `umapish` with these arguments.
    Umapi(&'static [&'static str]),
    /// `python` with these arguments.
    Python(&'static [&'static str]),
    /// A script beside this file, by the program its name ends in: `.rhai` makes changes for real, `.py`.
    Script(&'static str),
    /// A `.py` script beside this file, with the fastest libraries instead of Adobe's client.
    Peer(&'static str),
    /// This program, in another mode.
    Bench(&'static str),
    /// A `.rhai` script that makes changes for real, after an option of `umapish`.
    ScriptWith(&'static str, &'static str),
    /// A program with these arguments and the journal that what made ready has left.
    Journal(Tool, &'static [&'static str]),
}

/// What reads a journal.
#[derive(Clone, Copy)]
pub(crate) enum Tool {
    Umapish,
    Python,
    /// A program of the system, whose output nothing is compared with.
    Named(&'static str),
}

impl Job {
    /// Whether what it prints is the answer to its task.
    pub(crate) fn answers(&self) -> bool {
        !matches!(self, Self::Journal(Tool::Named(_), _))
    }
}

/// A folder of its own for the jobs of a row, and the organization they work in.
pub(crate) struct Workplace<'w> {
    folder: TempDir,
    organization: Option<&'w Organization>,
    python: &'w Python,
}

impl<'w> Workplace<'w> {
    pub(crate) fn new(organization: Option<&'w Organization>, python: &'w Python) -> Result<Self, Failure> {
        Ok(Self { folder: tempfile::tempdir()?, organization, python })
    }

    /// Whether the program of a job is there.
    pub(crate) fn can_run(&self, job: &Job) -> bool {
        self.command(job).is_some()
    }

    /// Runs a job to its end.
    pub(crate) fn run(&self, job: &Job) -> Result<Sample, Failure> {
        let mut command = self.command(job).ok_or("there is no Python")?;
        // Not the current folder: no script may write into the home folder itself.
        command.env("HOME", self.folder.path().join("home")).current_dir(self.folder.path());
        command.envs(self.organization.into_iter().flat_map(Organization::settings));
        measure::run(command, &self.folder.path().join("stderr"))
    }

    /// The journal of the run that made ready.
    fn journal(&self) -> Option<PathBuf> {
        let folder = self.folder.path().join("home/.local/state/umapish/journals");
        let mut entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
        entries.find(|path| path.extension() == Some(OsStr::new("journal")))
    }

    fn on_journal(&self, tool: Tool, arguments: &[&str]) -> Option<Command> {
        let mut command = match tool {
            Tool::Umapish => program(UMAPI, arguments),
            Tool::Python => program(self.python.path()?, arguments),
            Tool::Named(name) => program(installed(name)?, arguments),
        };
        command.args(self.journal());
        Some(command)
    }

    fn command(&self, job: &Job) -> Option<Command> {
        match job {
            Job::Journal(tool, arguments) => self.on_journal(*tool, arguments),
            Job::Umapi(arguments) => Some(program(UMAPI, *arguments)),
            Job::Python(arguments) => Some(program(self.python.path()?, *arguments)),
            Job::ScriptWith(option, name) => {
                let path = Path::new(SCRIPTS).join(name);
                Some(program(UMAPI, [OsStr::new("--live"), OsStr::new(option), path.as_os_str()]))
            }
            Job::Peer(name) => Some(script(self.python.peers()?, name)),
            Job::Bench(mode) => Some(program(std::env::current_exe().ok()?, [*mode])),
            Job::Script(name) => {
                let path = Path::new(SCRIPTS).join(name);
                if path.extension() == Some(OsStr::new("rhai")) {
                    Some(program(UMAPI, [OsStr::new("--live"), path.as_os_str()]))
                } else {
                    Some(script(self.python.path()?, name))
                }
            }
        }
    }
}

/// A program of the system, where it has it.
fn installed(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

fn script(python: &Path, name: &str) -> Command {
    let mut command = program(python, [Path::new(SCRIPTS).join(name)]);
    command.env("PYTHONPATH", python::SIGN_IN).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Nothing of the caller's environment reaches it.
fn program<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().args(arguments);
    command
}
