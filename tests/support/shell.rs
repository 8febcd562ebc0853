//! Runs the binary as an operator would, in a folder and a home of its own, with nothing from outside.

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A run of `umapi` that is being put together.
pub struct Shell {
    folder: TempDir,
    command: Command,
}

/// What a run left behind.
pub struct Finished {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code; -1 after a signal.
    pub code: i32,
    folder: TempDir,
}

impl Shell {
    /// `umapi` with these arguments, split at blanks.
    pub fn new(line: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::cargo_bin("umapi").unwrap();
        command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
        command.args(line.split_whitespace());
        Self { folder, command }
    }

    /// `umapi --sandbox -e CODE`.
    pub fn eval(code: &str) -> Self {
        Self::new("--sandbox -e").arg(code)
    }

    /// One argument more, blanks and all.
    pub fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// An environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// A file in the folder of the run.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// What stands on standard input.
    pub fn stdin(mut self, text: &str) -> Self {
        self.command.write_stdin(text.to_owned());
        self
    }

    /// Where the run takes place.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Finished {
        let output = self.command.output().unwrap();
        Finished {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
            folder: self.folder,
        }
    }
}

impl Finished {
    /// The run must have been done; answers its data.
    #[track_caller]
    pub fn done(self) -> String {
        self.ended(0)
    }

    /// The run must have ended with `code`; answers its data.
    #[track_caller]
    pub fn ended(self, code: i32) -> String {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// The run must have ended with `code` and told the operator `message`.
    #[track_caller]
    pub fn failed(self, code: i32, message: &str) -> Self {
        assert!(self.stderr.contains(message), "no `{message}` in:\n{}", self.stderr);
        assert_eq!(self.code, code, "stderr:\n{}", self.stderr);
        self
    }

    /// A file the run left.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
