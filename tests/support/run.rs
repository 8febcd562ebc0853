//! Runs of the binary, as an operator would start them: in a folder and a home of their own, with nothing from outside.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use umapi_shell::sandbox::{self, Sandbox};

/// A run of `umapish` that is being put together.
pub(crate) struct Run {
    pub(super) folder: Arc<TempDir>,
    pub(super) command: Command,
    /// Columns of the terminal, if it runs in one.
    pub(super) width: u16,
    stdin: Vec<u8>,
}

/// The result of a run.
pub(crate) struct Finished {
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
    /// The exit code; -1 after a signal.
    pub(crate) code: i32,
    folder: Arc<TempDir>,
}

impl Run {
    /// `umapish` with these arguments, split at spaces, in a new folder.
    pub(crate) fn new(line: &str) -> Self {
        Self::in_folder(Arc::new(tempfile::tempdir().unwrap()), line)
    }

    /// `umapish --sandbox -e CODE`.
    pub(crate) fn eval(code: &str) -> Self {
        Self::new("--sandbox -e").arg(code)
    }

    /// In a folder that other runs use as well, which is also the home.
    pub(crate) fn in_folder(folder: Arc<TempDir>, line: &str) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("umapish"));
        command.env_clear().env("HOME", folder.path()).current_dir(folder.path());
        command.args(line.split_whitespace());
        Self { folder, command, width: 100, stdin: Vec::new() }
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

    /// One more argument, spaces and all.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
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
        std::fs::write(&path, content).unwrap();
        // Files that are obeyed must not be readable by others.
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        self
    }

    /// In another current folder.
    pub(crate) fn in_current(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// What standard input holds.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.into();
        self
    }

    /// The folder of the run.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The process to start, for tests that kill it or read while it runs.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Finished {
        let mut command = assert_cmd::Command::from_std(self.command);
        let output = command.write_stdin(self.stdin).output().unwrap();
        Finished {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
            folder: self.folder,
        }
    }
}

impl Finished {
    /// The run must have been done; returns its data.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        self.ended(0)
    }

    /// The run must have ended with `code`; returns its data.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> String {
        self.exits(code).stdout
    }

    /// The run must have ended with `code` and reported `message`.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, message: &str) -> Self {
        self.stderr_has(message).exits(code)
    }

    /// The exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard error has the text, wherever its lines were broken.
    #[track_caller]
    pub(crate) fn stderr_has(self, text: &str) -> Self {
        let found = self.stderr.contains(text) || self.words().contains(text);
        assert!(found, "no `{text}` in:\n{}", self.stderr);
        self
    }

    /// Standard error with single spaces between words, wherever lines were broken.
    pub(crate) fn words(&self) -> String {
        self.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// A file the run left.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The exit code of a run that is still waiting after a second, once one signal asks it to end.
#[cfg(unix)]
#[track_caller]
pub(crate) fn code_after_a_signal(child: &mut std::process::Child) -> Option<i32> {
    use std::time::{Duration, Instant};
    std::thread::sleep(Duration::from_secs(1));
    assert!(child.try_wait().unwrap().is_none(), "the run did not wait");
    let id = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begun.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("the run ignored the signal");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
