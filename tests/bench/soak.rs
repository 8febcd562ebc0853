//! `cargo bench --bench speed -- soak`: runs that meet faults, are killed and resumed, one after another, and a look at
//! what came of each.
//!
//! Bounded and seeded: `UMAPI_SOAK_SECONDS` (60 by default) and `UMAPI_SOAK_SEED` (1) choose another length and other
//! runs. `cargo test` does a few.

use crate::Failure;
use crate::job::UMAPI;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeSet;
use std::fmt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, RetryAfter, Sandbox, SandboxSettings};
use umapi_shell::wire::endpoint::EndpointId;

/// Changes everybody in a file; its arguments are the direction and the group.
const SCRIPT: &str = r#"
let commands = read_csv("people.csv", #{columns: ["email"]}).map(|row|
    if args()[0] == "add" { command(row.email).add_to_groups(args()[1]) }
    else { command(row.email).remove_from_groups(args()[1]) });
let report = multi_action(commands);
print(report.done.len());
"#;
const GROUPS: [&str; 4] = ["Finance", "Interns", "Contractors", "Human Resources"];
/// How often a run may be started again before its faults are over.
const TRIES: usize = 12;
/// Exit codes of a run that did all it could while something was wrong.
const EXPECTED: [i32; 5] = [0, 3, 4, 5, 6];
const DEFAULT_SECONDS: u64 = 60;

/// What was done.
#[derive(Default)]
pub(crate) struct SoakTotals {
    rounds: usize,
    starts: usize,
    kills: usize,
    resumed: usize,
    faults: usize,
    changes: usize,
    slowest: Duration,
}

impl fmt::Display for SoakTotals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, starts, kills, resumed, faults, changes, slowest } = self;
        write!(
            formatter,
            "soak: {rounds} jobs with {changes} changes in {starts} runs, of which {kills} were killed and {resumed} \
             resumed, with {faults} faults; nothing was lost and nothing done twice. The slowest job took {:.1} s.",
            slowest.as_secs_f64()
        )
    }
}

/// Soaks for as long as the environment says.
pub(crate) fn run() -> Result<SoakTotals, Failure> {
    let number = |variable: &str, default| match std::env::var(variable) {
        Ok(text) => text.parse().map_err(|_| format!("{variable} must be a whole number, not `{text}`")),
        Err(_) => Ok(default),
    };
    let length = Duration::from_secs(number("UMAPI_SOAK_SECONDS", DEFAULT_SECONDS)?);
    let begun = Instant::now();
    soak(number("UMAPI_SOAK_SEED", 1)?, |_| begun.elapsed() < length)
}

/// A few rounds.
pub(crate) fn try_out() -> Result<SoakTotals, Failure> {
    soak(1, |rounds| rounds < 3)
}

fn soak(seed: u64, goes_on: impl Fn(usize) -> bool) -> Result<SoakTotals, Failure> {
    let mut soak = Soak::new(seed)?;
    while goes_on(soak.totals.rounds) {
        let begun = Instant::now();
        soak.round().map_err(|failure| format!("seed {seed}, job {}: {failure}", soak.totals.rounds))?;
        soak.totals.slowest = soak.totals.slowest.max(begun.elapsed());
        soak.totals.rounds += 1;
    }
    Ok(soak.totals)
}

struct Soak {
    server: Sandbox,
    folder: TempDir,
    chance: StdRng,
    people: Vec<String>,
    totals: SoakTotals,
}

impl Soak {
    fn new(seed: u64) -> Result<Self, Failure> {
        let server = Sandbox::start(SandboxSettings::default())?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("job.rhai"), SCRIPT)?;
        let chance = StdRng::seed_from_u64(seed);
        let mut soak = Self { server, folder, chance, people: Vec::new(), totals: SoakTotals::default() };
        // Two accounts may have one address; whoever removes a membership by that is asked which one is meant.
        let once = "let count = get_users().count_by(\"email\"); count.filter(|row| row.count == 1).map(|row| row.key)";
        soak.people = soak.listed(once)?.into_iter().collect();
        Ok(soak)
    }

    /// One job: to its end, whatever gets in its way, and then a look at the group.
    fn round(&mut self) -> Result<(), Failure> {
        let group = *GROUPS.choose(&mut self.chance).ok_or("no group")?;
        let direction = if self.chance.random_bool(0.5) { "add" } else { "remove" };
        let count = self.chance.random_range(1..self.people.len());
        let people: BTreeSet<_> = self.people.sample(&mut self.chance, count).cloned().collect();
        let before = self.members(group)?;
        let rows: Vec<_> = people.iter().map(String::as_str).collect();
        std::fs::write(self.folder.path().join("people.csv"), format!("email\n{}\n", rows.join("\n")))?;
        self.plan_faults();
        self.finish(&["--live", "job.rhai", direction, group])?;
        self.server.reset();
        let after = self.members(group)?;
        let expected: BTreeSet<_> = match direction {
            "add" => before.union(&people).cloned().collect(),
            _ => before.difference(&people).cloned().collect(),
        };
        self.totals.changes += people.len();
        if after != expected {
            let wrong: Vec<_> = after.symmetric_difference(&expected).collect();
            return Err(format!("{direction} {group}: these are wrong: {wrong:?}").into());
        }
        let verified = self.command(&["journal", "verify"]).output()?;
        if verified.status.success() { Ok(()) } else { Err(described(&verified).into()) }
    }

    /// Starts and resumes a job until it is done.
    fn finish(&mut self, line: &[&str]) -> Result<(), Failure> {
        let (mut resumes, earlier) = (false, self.journals());
        for attempt in 0..TRIES {
            if attempt == TRIES / 2 {
                self.server.reset();
            }
            // Without a terminal, the journal has to be named; a run that was killed early has none.
            let journal = self.journals().difference(&earlier).max().map(|path| path.display().to_string());
            let again = journal.as_deref().filter(|_| resumes).map(|journal| ["--live", "resume", journal]);
            let line = again.as_ref().map_or(line, |line| &line[..]);
            self.totals.resumed += usize::from(resumes);
            let output = self.start(line, attempt < TRIES / 2)?;
            match output.status.code() {
                Some(0) => return Ok(()),
                // Killed before its journal was begun, or with nothing left to do.
                Some(2) if resumes => resumes = false,
                Some(code) if EXPECTED.contains(&code) => resumes = matches!(code, 4..=6),
                None => resumes = true,
                Some(_) => return Err(described(&output).into()),
            }
        }
        Err(format!("{line:?} did not finish in {TRIES} runs").into())
    }

    /// The journals of all runs so far.
    fn journals(&self) -> BTreeSet<std::path::PathBuf> {
        let folder = self.folder.path().join(".local/state/umapish/journals");
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// One run, which may be killed.
    fn start(&mut self, line: &[&str], may_be_killed: bool) -> Result<Output, Failure> {
        self.totals.starts += 1;
        let mut command = self.command(line);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if may_be_killed && self.chance.random_bool(0.4) {
            std::thread::sleep(Duration::from_millis(self.chance.random_range(1..250)));
            if child.try_wait()?.is_none() {
                child.kill()?;
                self.totals.kills += 1;
            }
        }
        Ok(child.wait_with_output()?)
    }

    fn plan_faults(&mut self) {
        for _ in 0..self.chance.random_range(0..4) {
            let effects = [
                FaultEffect::DropBefore,
                FaultEffect::DropAfter,
                FaultEffect::CutBody { bytes: 9 },
                FaultEffect::MalformedBody,
                FaultEffect::ExpireTokens,
                FaultEffect::Status { status: 503, body: None, retry_after: None },
                FaultEffect::Status { status: 429, body: None, retry_after: Some(RetryAfter::Seconds(0)) },
            ];
            let places = [EndpointId::Action, EndpointId::User, EndpointId::GroupUsers, EndpointId::Action];
            let (Some(effect), Some(place)) =
                (effects.choose(&mut self.chance), places.choose(&mut self.chance))
            else {
                continue;
            };
            let (times, skip) = (self.chance.random_range(1..5), self.chance.random_range(0..3));
            self.server.queue(PlannedFault::at(*place, effect.clone()).times(times).skip(skip));
            self.totals.faults += 1;
        }
    }

    fn members(&self, group: &str) -> Result<BTreeSet<String>, Failure> {
        self.listed(&format!("get_users(#{{group: \"{group}\"}}).map(|user| user.email)"))
    }

    /// The strings that a script evaluates to.
    fn listed(&self, code: &str) -> Result<BTreeSet<String>, Failure> {
        let output = self.command(&["-o", "json", "-e", code]).output()?;
        serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("{error}: {}", described(&output)).into())
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(UMAPI);
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path()).args(line);
        command.envs([
            ("UMAPI_URL", self.server.service_url().as_str()),
            ("UMAPI_IMS_URL", &self.server.sign_in_url()),
            ("UMAPI_ORG_ID", sandbox::ORGANIZATION),
            ("UMAPI_CLIENT_ID", sandbox::CLIENT_ID),
            ("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET),
            ("UMAPI_PACE", "off"),
            ("UMAPI_FIRST_DELAY", "0"),
            ("UMAPI_JITTER", "0"),
        ]);
        command
    }
}

fn described(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr))
}
