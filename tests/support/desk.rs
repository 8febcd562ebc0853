//! A folder and a served sandbox in which runs are started, killed and resumed.

use super::Run;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use umapi_shell::sandbox::{self, Sandbox};

/// A folder and a served sandbox, in which runs are started and killed.
pub(crate) struct Desk {
    /// The service.
    pub(crate) server: Sandbox,
    /// Where runs take place, and their home.
    pub(crate) folder: Arc<TempDir>,
}

impl Desk {
    /// With `job.rhai` in the folder.
    pub(crate) fn new(script: &str) -> Self {
        Self::with_settings(sandbox::SandboxSettings::default(), script)
    }

    /// With `job.rhai` in the folder, and that many generated people.
    pub(crate) fn of(people: usize, script: &str) -> Self {
        Self::with_settings(
            sandbox::SandboxSettings { users: Some(people), ..sandbox::SandboxSettings::default() },
            script,
        )
    }

    fn with_settings(settings: sandbox::SandboxSettings, script: &str) -> Self {
        let desk = Self {
            server: Sandbox::start(settings).unwrap(),
            folder: Arc::new(tempfile::tempdir().unwrap()),
        };
        std::fs::write(desk.folder.path().join("job.rhai"), script).unwrap();
        desk
    }

    /// A run with these arguments, signed in to the sandbox.
    pub(crate) fn start(&self, line: &str) -> Run {
        Run::in_folder(Arc::clone(&self.folder), line).against(&self.server)
    }

    /// The same as a process, for tests that kill it or read while it runs.
    pub(crate) fn command(&self, line: &str) -> Command {
        self.start(line).into_command()
    }

    /// Runs to the end: exit code, standard output, standard error.
    /// Standard error has single spaces between words, wherever lines were broken.
    pub(crate) fn run(&self, line: &str) -> (i32, String, String) {
        let finished = self.start(line).run();
        let words = finished.words();
        (finished.code, finished.stdout, words)
    }

    /// Runs with files that can grow no further than `blocks` blocks, as on a full disk.
    #[cfg(unix)]
    pub(crate) fn run_on_a_full_disk(&self, blocks: usize, line: &str) -> (i32, String, String) {
        let umapish = self.command("");
        let shell = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {line}");
        let mut command = Command::new("sh");
        command.env_clear().current_dir(self.folder.path()).args(["-c", &shell]).arg(umapish.get_program());
        command.envs(umapish.get_envs().filter_map(|(name, value)| Some((name, value?))));
        reported(command)
    }

    /// Kills a run once its journal has grown by that many bytes, unless it ends before; its exit code in that case.
    pub(crate) fn kill_after(&self, line: &str, bytes: u64) -> Option<i32> {
        self.kill_command_after(self.command(line), bytes)
    }

    /// The same for a process that is not started yet.
    pub(crate) fn kill_command_after(&self, mut command: Command, bytes: u64) -> Option<i32> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let end = self.written() + bytes;
        while self.written() < end {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().unwrap();
        child.wait().unwrap().code()
    }

    /// Bytes in journals.
    fn written(&self) -> u64 {
        self.journals().iter().map(|path| std::fs::metadata(path).map_or(0, |data| data.len())).sum()
    }

    /// How many action requests arrived at the service.
    pub(crate) fn action_requests(&self) -> usize {
        self.server.requests().iter().filter(|seen| seen.endpoint == "Action").count()
    }

    /// The journal of the one run that left one.
    pub(crate) fn only_journal(&self) -> PathBuf {
        let journals = self.journals();
        assert_eq!(journals.len(), 1, "{journals:?}");
        journals[0].clone()
    }

    /// The arguments that resume the run of the one journal, in its mode.
    pub(crate) fn resume_line(&self) -> String {
        let journal = self.only_journal();
        let live = if journal.to_string_lossy().contains("-live-") { "--live " } else { "" };
        format!("{live}resume {}", journal.display())
    }

    /// Resumes the run of the one journal: exit code, standard output, standard error.
    pub(crate) fn resume(&self) -> (i32, String, String) {
        self.run(&self.resume_line())
    }

    /// The journals runs have left.
    pub(crate) fn journals(&self) -> Vec<PathBuf> {
        let folder = self.folder.path().join(".local/state/umapish/journals");
        let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "journal")).collect()
    }
}

fn reported(mut command: Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let reported = text(output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    (output.status.code().unwrap_or(-1), text(output.stdout), reported)
}

/// The records of a journal.
pub(crate) fn journal_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line.split_once(' ').unwrap().1).unwrap()).collect()
}
