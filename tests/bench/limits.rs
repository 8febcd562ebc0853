//! `cargo bench -- limits`: jobs under the limits of the service, compared with the least requests and the least time
//! that the job itself needs, whoever does it.
//!
//! `cargo bench -- margins` compares what is added to each minute, so that calls that take different times to arrive meet no
//! limit.
//!
//! A minute is shortened, so that the rows end soon. They run at the same time, each with a sandbox of its own: they
//! wait nearly all the time.

use crate::Failure;
use crate::job::{SCRIPTS, UMAPI};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, Sandbox, SandboxSettings, SettingsChange};
use umapi_shell::wire::endpoint::EndpointId;

/// The word that selects these rows.
pub(crate) const WORD: &str = "limits";
/// The word that selects the rows of margins.
pub(crate) const MARGINS_WORD: &str = "margins";
/// The length of the minute in which calls are counted.
const MINUTE: Duration = Duration::from_secs(15);
/// Action requests in a minute (contract 2.1).
const REQUESTS_A_MINUTE: u32 = 10;
/// Commands in a request (contract 3.3).
const COMMANDS_A_REQUEST: u32 = 10;
/// People who join or leave a user group in a request: ten in a list, ten lists in a command, ten commands.
const PEOPLE_A_REQUEST: u32 = 1_000;

/// What is done.
#[derive(Clone, Copy)]
struct LimitedJob {
    /// As the table says it.
    task: &'static str,
    /// The script beside this file. Its arguments are the number of its process, from 0, and of all processes.
    script: &'static str,
    /// Commands of the job, all processes together.
    commands: u32,
    /// The fewest requests that can carry them.
    requests: u32,
}

const USER_GROUPS: LimitedJob = LimitedJob {
    task: "2,000 people join each of 20 user groups",
    script: "limits_user_groups.rhai",
    commands: 40_000,
    requests: 40_000 / PEOPLE_A_REQUEST,
};
const PROFILE: LimitedJob = LimitedJob {
    task: "400 people join a product profile",
    script: "limits_profile.rhai",
    commands: 400,
    requests: 400 / COMMANDS_A_REQUEST,
};
const CREATION: LimitedJob = LimitedJob {
    task: "400 accounts created",
    script: "limits_creation.rhai",
    commands: 400,
    requests: 400 / COMMANDS_A_REQUEST,
};
/// The parts of a minute that the service takes to respond to a change.
const LATENCIES: &[(&str, u32)] = &[("at once", 0), ("a tenth of a minute", 10), ("a sixth of a minute", 6)];
/// Live runs exclude each other, so several processes rehearse.
const PROCESSES: &[u32] = &[2, 5];

/// What is added to a minute. The default is a tenth of a second.
const MARGINS: &[(&str, Duration)] = &[
    ("nothing", Duration::ZERO),
    ("0.05 s (1/1,200 of a minute)", Duration::from_millis(50)),
    ("0.1 s (1/600, the default)", Duration::from_millis(100)),
    ("1 s (1/60)", Duration::from_secs(1)),
];
/// What the client adds by itself to a minute as short as this.
const OWN_MARGIN: Duration = Duration::from_millis(50);

/// A row of the table.
#[derive(Clone, Copy)]
struct LimitedRow {
    job: LimitedJob,
    latency: &'static str,
    /// What a minute is divided by; 0 for no latency.
    part: u32,
    processes: u32,
    /// What is added to each minute.
    margin: Duration,
}

/// What a row took.
struct Measured {
    requests: usize,
    refused: usize,
    wall: Duration,
}

impl LimitedRow {
    fn latency(&self) -> Duration {
        MINUTE.checked_div(self.part).unwrap_or_default()
    }

    /// The least possible time: each minute has its requests at once, and the last one has to come back.
    fn least(&self) -> Duration {
        MINUTE * ((self.job.requests - 1) / REQUESTS_A_MINUTE) + self.latency()
    }

    /// The minute that the client is told, in seconds.
    fn pace(&self) -> String {
        (MINUTE + self.margin).saturating_sub(OWN_MARGIN).as_secs_f64().to_string()
    }

    /// Starts its processes together and waits for all of them.
    fn measure(&self) -> Result<Measured, Failure> {
        let place = TempDir::new()?;
        let options =
            SandboxSettings { users: Some(2_000), minute: Some(MINUTE), ..SandboxSettings::default() };
        let server = Sandbox::start(options)?;
        let run = |pace: String, arguments: &[&str]| -> Result<Child, Failure> {
            let mut command = Command::new(UMAPI);
            command.env_clear().env("HOME", place.path().join("home")).current_dir(place.path());
            command.envs([
                ("UMAPI_URL", server.service_url().as_str()),
                ("UMAPI_IMS_URL", &server.sign_in_url()),
                ("UMAPI_ORG_ID", sandbox::ORGANIZATION),
                ("UMAPI_CLIENT_ID", sandbox::CLIENT_ID),
                ("UMAPI_CLIENT_SECRET", sandbox::CLIENT_SECRET),
                ("UMAPI_PACE", &pace),
            ]);
            Ok(command
                .arg("--quiet")
                .args(arguments)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?)
        };
        finish(run("off".to_owned(), &["--live", &beside("limits_groups.rhai")])?)?;
        server.reset();
        server.configure(SettingsChange { throttle: Some(true), ..SettingsChange::default() });
        let delay = u64::try_from(self.latency().as_millis())?;
        let slow = PlannedFault { delay, ..PlannedFault::at(EndpointId::Action, FaultEffect::Nothing) };
        server.queue(slow.times(usize::MAX));
        let earlier = server.requests().len();
        let mode = if self.processes == 1 { "--live" } else { "--test" };
        let (script, count) = (beside(self.job.script), self.processes.to_string());
        let begun = Instant::now();
        let running: Result<Vec<_>, _> = (0..self.processes)
            .map(|number| run(self.pace(), &[mode, &script, &number.to_string(), &count]))
            .collect();
        let mut done = 0;
        for child in running? {
            done += finish(child)?.trim().parse::<u32>()?;
        }
        let wall = begun.elapsed();
        if done != self.job.commands {
            return Err(format!("{}: {done} commands done of {}", self.job.task, self.job.commands).into());
        }
        let actions = server.requests().split_off(earlier);
        let actions: Vec<_> = actions.into_iter().filter(|call| call.commands > 0).collect();
        let refused = actions.iter().filter(|call| call.status == Some(429)).count();
        Ok(Measured { requests: actions.len(), refused, wall })
    }
}

fn beside(name: &str) -> String {
    Path::new(SCRIPTS).join(name).display().to_string()
}

/// What a process printed, once it has succeeded.
fn finish(child: Child) -> Result<String, Failure> {
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn rows() -> Vec<LimitedRow> {
    let jobs = [USER_GROUPS, PROFILE, CREATION].into_iter();
    let margin = OWN_MARGIN;
    let alone = jobs.flat_map(|job| {
        LATENCIES.iter().map(move |&(latency, part)| LimitedRow { job, latency, part, processes: 1, margin })
    });
    let (latency, part) = LATENCIES[0];
    let shared =
        PROCESSES.iter().map(|&processes| LimitedRow { job: PROFILE, latency, part, processes, margin });
    alone.chain(shared).collect()
}

/// A row for each margin and number of processes, with the name of the margin.
fn margin_rows() -> Vec<(&'static str, LimitedRow)> {
    let (latency, part) = LATENCIES[0];
    let row = |margin, processes| LimitedRow { job: PROFILE, latency, part, processes, margin };
    let rows = MARGINS.iter().flat_map(|&(name, margin)| {
        [1].iter().chain(PROCESSES).map(move |&processes| (name, row(margin, processes)))
    });
    rows.collect()
}

/// Measures all rows at the same time and prints them in their order, each as soon as those before it are there.
pub(crate) fn measure_all(out: &mut impl Write) -> Result<(), Failure> {
    let rows = rows();
    writeln!(
        out,
        "| job (a minute lasts {} s) | response after | processes | requests | fewest | 429 | time | least | ratio |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|",
        MINUTE.as_secs()
    )?;
    measure_together(&rows, |row, measured| {
        writeln!(out, "{}", line(row, measured))?;
        Ok(out.flush()?)
    })
}

/// Measures the rows of margins and prints them.
pub(crate) fn measure_margins(out: &mut impl Write) -> Result<(), Failure> {
    let (names, rows): (Vec<_>, Vec<_>) = margin_rows().into_iter().unzip();
    writeln!(
        out,
        "| added to a minute of {} s | processes | 429 | time | ratio to the least |\n|---|--:|--:|--:|--:|",
        MINUTE.as_secs()
    )?;
    let mut names = names.into_iter();
    measure_together(&rows, |row, measured| {
        let (name, time) = (names.next().unwrap_or_default(), measured.wall.as_secs_f64());
        let ratio = time / row.least().as_secs_f64();
        writeln!(out, "| {name} | {} | {} | {time:.2} s | {ratio:.3} |", row.processes, measured.refused)?;
        Ok(out.flush()?)
    })
}

/// Measures rows at the same time and passes each to `print`, in their order.
fn measure_together(
    rows: &[LimitedRow],
    mut print: impl FnMut(&LimitedRow, &Measured) -> Result<(), Failure>,
) -> Result<(), Failure> {
    thread::scope(|scope| {
        let measure = |row: &LimitedRow| row.measure().map_err(|failure| failure.to_string());
        let running: Vec<_> = rows.iter().map(|row| (row, scope.spawn(move || measure(row)))).collect();
        for (row, thread) in running {
            print(row, &thread.join().map_err(|_| "a row panicked".to_owned()).flatten()?)?;
        }
        Ok(())
    })
}

fn line(row: &LimitedRow, measured: &Measured) -> String {
    let (time, least) = (measured.wall.as_secs_f64(), row.least().as_secs_f64());
    format!(
        "| {} | {} | {} | {} | {} | {} | {time:.2} s | {least:.2} s | {:.3} |",
        row.job.task,
        row.latency,
        row.processes,
        measured.requests,
        row.job.requests,
        measured.refused,
        time / least
    )
}
