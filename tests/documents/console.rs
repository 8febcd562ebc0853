//! Blocks that show commands and their output. Those without `--sandbox` reach an organization served for the block.

use super::code::FROM_SOURCE;
use super::{Block, Part, compare, fits, masked, without_chance};
use crate::scripts::with_scripts;
use crate::support::Run;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use umapi_shell::sandbox::{self, Sandbox};

/// The language of these blocks.
pub(super) const LANGUAGE: &str = "console";
/// What a shell prints of a command that was killed. The test kills it once its journal has this many bytes.
const KILLED: &str = "Killed";
const JOURNAL_BYTES: u64 = 20_000;
/// A run may end before it is killed.
const TRIES: usize = 5;
/// People in `intake.csv`, which is there for every block.
const INTAKE: usize = 300;
/// A script that is there for every block.
const FIRST: &str = "let report = add_to_groups(\"ben.osei@example.com\", \"Finance\");
print(report.outcomes[0].status);
";

#[test]
fn every_console_block_shows_what_a_run_shows() {
    compare(|document| {
        let part = |block: Block| Part {
            place: format!("line {}", block.line),
            real: replayed(&block.text),
            shown: block.text,
        };
        document.blocks_in(LANGUAGE).into_iter().map(part).collect()
    });
}

/// A command and the lines below it.
struct Entry<'t> {
    command: &'t str,
    shown: Vec<&'t str>,
}

/// The block as a run of its commands shows it. One folder and one organization serve a block.
fn replayed(block: &str) -> String {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), entries.last_mut()) {
            (Some(command), _) => entries.push(Entry { command, shown: Vec::new() }),
            (None, Some(entry)) => entry.shown.push(line),
            (None, None) => panic!("a console block begins with a command, not with `{line}`"),
        }
    }
    let found = (0..TRIES).find_map(|_| Workplace::new().replay(&entries));
    found.unwrap_or_else(|| panic!("no run could be killed in:\n{block}"))
}

struct Workplace {
    shell: Run,
    server: Sandbox,
}

impl Workplace {
    fn new() -> Self {
        let mut intake = "upn,mail,firstname,lastname,country_code,groups\n".to_owned();
        for number in 0..INTAKE {
            writeln!(intake, "p{number}@example.com,p{number}@example.com,Pat,Reed,US,Designers").unwrap();
        }
        let shell = with_scripts(Run::new("")).file("intake.csv", intake).file("first.rhai", FIRST);
        Self { shell, server: Sandbox::start(sandbox::SandboxSettings::default()).unwrap() }
    }

    /// `None` if a run ended before it could be killed.
    fn replay(&self, entries: &[Entry<'_>]) -> Option<String> {
        // Where a run was killed, the numbers depend on the moment.
        let is_killed = entries.iter().any(|entry| entry.shown == [KILLED]);
        let same: fn(&str, &str) -> bool = if is_killed {
            |one, other| masked(&named(one)) == masked(&named(other))
        } else {
            |one, other| named(one) == named(other)
        };
        let mut block = String::new();
        for entry in entries {
            let real =
                if entry.shown == [KILLED] { self.killed(entry.command)? } else { self.run(entry.command) };
            let real = real.replace(&self.shell.path().display().to_string(), "~");
            let lines: Vec<_> = real.lines().map(without_chance).collect();
            let output = if fits(&entry.shown, &lines, same) { &entry.shown } else { &lines };
            block.extend(["$ ", entry.command, "\n"]);
            block.extend(output.iter().flat_map(|line| [*line, "\n"]));
        }
        Some(block)
    }

    fn command(&self, line: &str) -> Command {
        let program = PathBuf::from(assert_cmd::cargo::cargo_bin!("umapish"));
        let search = format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().unwrap().display());
        let line = line.replace(FROM_SOURCE, "umapish ");
        let mut command = Command::new("sh");
        command.env_clear().env("PATH", search).env("HOME", self.shell.path()).current_dir(self.shell.path());
        command.envs([
            ("UMAPI_URL", self.server.service_url().as_str()),
            ("UMAPI_IMS_URL", &self.server.sign_in_url()),
            ("UMAPI_ORG_ID", sandbox::ORGANIZATION),
            ("UMAPI_CLIENT_ID", sandbox::CLIENT_ID),
            ("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET),
            ("UMAPI_PACE", "off"),
        ]);
        command.arg("-c").arg(format!("exec 2>&1; {line}"));
        command
    }

    /// What the command writes to a terminal's two streams, without the terminal.
    fn run(&self, line: &str) -> String {
        String::from_utf8(self.command(line).output().unwrap().stdout).unwrap()
    }

    fn killed(&self, line: &str) -> Option<String> {
        let mut command = self.command(&format!("exec {line}"));
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        while journal_bytes(self.shell.path()) < JOURNAL_BYTES {
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        status.code().is_none().then(|| format!("{KILLED}\n"))
    }
}

/// A line with the id of every run as `7f3a`: each run has another.
fn named(line: &str) -> String {
    let mut after_verb = false;
    let words = line.split(' ').map(|word| {
        let is_id = after_verb && word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        after_verb = ["show", "undo", "resume"].contains(&word);
        if is_id { "7f3a" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn journal_bytes(home: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(home.join(".local/state/umapish/journals")) else { return 0 };
    entries.map(|entry| entry.unwrap().metadata().map_or(0, |data| data.len())).sum()
}
