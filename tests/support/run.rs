//! Runs the binary as an operator would, in a folder and a home of its own, with nothing from outside.

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use umapi_shell::sandbox::{self, Sandbox};

/// A run of `umapish` that is being put together.
pub(crate) struct Shell {
    folder: TempDir,
    command: Command,
}

/// What a run left behind.
pub(crate) struct Finished {
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The exit code; -1 after a signal.
    pub(crate) code: i32,
    folder: TempDir,
}

impl Shell {
    /// `umapish` with these arguments, split at blanks.
    pub(crate) fn new(line: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::cargo_bin("umapish").unwrap();
        command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
        command.args(line.split_whitespace());
        Self { folder, command }
    }

    /// `umapish --sandbox -e CODE`.
    pub(crate) fn eval(code: &str) -> Self {
        Self::new("--sandbox -e").arg(code)
    }

    /// The settings that lead to a sandbox of the test, without any waits.
    pub(crate) fn against(self, server: &Sandbox) -> Self {
        self.env("UMAPI_URL", &server.service_url())
            .env("UMAPI_IMS_URL", &server.sign_in_url())
            .env("UMAPI_ORG_ID", sandbox::ORGANIZATION)
            .env("UMAPI_CLIENT_ID", sandbox::CLIENT_ID)
            .env("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET)
            .env("UMAPI_PACE", "off")
            .env("UMAPI_FIRST_DELAY", "0")
            .env("UMAPI_JITTER", "0")
    }

    /// One argument more, blanks and all.
    pub(crate) fn arg(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// An environment variable.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Without an environment variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// A file in the folder of the run.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// What stands on standard input.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.command.write_stdin(text.to_owned());
        self
    }

    /// Where the run takes place.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Finished {
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
    pub(crate) fn done(self) -> String {
        self.ended(0)
    }

    /// The run must have ended with `code`; answers its data.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> String {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// The run must have ended with `code` and told the operator `message`.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, message: &str) -> Self {
        assert!(self.stderr.contains(message), "no `{message}` in:\n{}", self.stderr);
        assert_eq!(self.code, code, "stderr:\n{}", self.stderr);
        self
    }

    /// A file the run left.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
