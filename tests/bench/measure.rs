//! One process measured, and many of them summed up.

use crate::Failure;
use crate::job::Job;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// What one process took.
pub(crate) struct Sample {
    /// From its start to its end.
    wall: Duration,
    /// On any core, in the program and in the system for it.
    cpu: Duration,
    /// Bytes, at most at any one time. The 2 MiB of the bench itself are the least that can be seen.
    memory: u64,
    answer: String,
}

/// Runs a process that must succeed; its standard error goes to a file, since a terminal would take time.
pub(crate) fn run(mut command: Command, said: &Path) -> Result<Sample, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(said)?);
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let mut answer = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut answer)?;
    }
    let used = child.wait4()?;
    let wall = begun.elapsed();
    if !used.status.success() {
        return Err(format!("{command:?}: {}\n{}", used.status, fs::read_to_string(said)?).into());
    }
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Sample { wall, cpu, memory: used.rusage.maxrss, answer })
}

/// What a contender took, run after run.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    job: &'static Job,
    samples: Vec<Sample>,
}

impl Series {
    pub(crate) fn new(name: &'static str, job: &'static Job) -> Self {
        Self { name, job, samples: Vec::new() }
    }

    pub(crate) fn job(&self) -> &'static Job {
        self.job
    }

    pub(crate) fn add(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    /// What the last run printed; nothing where that is not an answer.
    pub(crate) fn answer(&self) -> &str {
        self.samples.last().filter(|_| self.job.answers()).map_or("", |sample| sample.answer.trim())
    }

    /// The time that half of the runs took at most.
    pub(crate) fn wall(&self) -> Duration {
        median(self.samples.iter().map(|sample| sample.wall))
    }

    /// The shortest and the longest time.
    pub(crate) fn spread(&self) -> (Duration, Duration) {
        let walls = || self.samples.iter().map(|sample| sample.wall);
        (walls().min().unwrap_or_default(), walls().max().unwrap_or_default())
    }

    pub(crate) fn cpu(&self) -> Duration {
        median(self.samples.iter().map(|sample| sample.cpu))
    }

    /// Bytes.
    pub(crate) fn memory(&self) -> u64 {
        median(self.samples.iter().map(|sample| sample.memory))
    }
}

fn median<T: Ord + Default + Copy>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
