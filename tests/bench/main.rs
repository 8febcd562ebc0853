//! `cargo bench`: umapish beside CPython and Adobe's own client, measured in one run and printed as a Markdown table.
//!
//! `cargo bench -- soak` soaks instead: runs with faults and kills, for a minute.
//!
//! `cargo bench -- limits` compares jobs under the limits of the service with the least they need.
//!
//! Another word after `cargo bench --` selects the rows whose task contains it. Run by `cargo test`, each row is done once on a
//! small organization and nothing is timed: it holds that every job runs and that those of a row agree.

mod directory;
mod floor;
mod job;
mod limits;
mod machine;
mod measure;
mod organization;
mod python;
mod reading;
mod rows;
mod soak;
mod table;

use job::Workplace;
use measure::Series;
use organization::Organization;
use python::Python;
use reading::{READINGS, ReadingRow};
use rows::{Limits, ROWS, Row};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

/// Why a bench cannot continue.
type Failure = Box<dyn Error>;

/// People in the organization of a row that is only tried out.
const FEW: usize = 50;

/// The rows selected on the command line. Options of the usual test harness are ignored.
struct BenchSelection {
    timed: bool,
    words: Vec<String>,
}

impl BenchSelection {
    fn of(arguments: impl Iterator<Item = String>) -> Self {
        let (options, words) = arguments.partition::<Vec<_>, _>(|argument| argument.starts_with('-'));
        Self { timed: options.iter().any(|option| option == "--bench"), words }
    }

    /// Whether to soak, which nobody wants to wait for who only measures.
    fn soaks(&self) -> bool {
        self.words.iter().any(|word| word == "soak")
    }

    /// Whether only the jobs under limits are measured.
    fn is_limits(&self) -> bool {
        self.words.iter().any(|word| word == limits::WORD)
    }

    fn rows(&self) -> impl Iterator<Item = &'static Row> {
        ROWS.iter().filter(|row| self.wants(row))
    }

    fn readings(&self) -> impl Iterator<Item = &'static ReadingRow> {
        READINGS.iter().filter(|reading| self.wants(&reading.row))
    }

    fn wants(&self, row: &Row) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| row.task.contains(word))
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let done = match arguments.peek().map(String::as_str) {
        Some(directory::MODE) => directory::serve(arguments.skip(1)),
        Some(floor::MODE) => floor::count(),
        _ => bench(&BenchSelection::of(arguments)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn bench(selection: &BenchSelection) -> Result<(), Failure> {
    match (selection.timed, selection.soaks()) {
        (true, _) if selection.is_limits() => {
            write!(io::stdout().lock(), "{}", limits::measure_all()?)?;
            Ok(())
        }
        (true, true) => soak::run().map(|totals| report(&totals.to_string())),
        (true, false) => measure_all(selection),
        (false, _) => try_all(selection),
    }
}

/// Measures every row and prints the table.
fn measure_all(selection: &BenchSelection) -> Result<(), Failure> {
    let begun = Instant::now();
    let python = Python::make().unwrap_or_else(|reason| {
        report(&format!("without Python: {reason}"));
        Python::found()
    });
    let mut measured = Vec::new();
    for row in selection.rows() {
        report(row.task);
        let series = measure(row, row.users, row.runs, &python)?;
        keep_to_limits(row, &series)?;
        measured.push((row, series));
    }
    for reading in selection.readings() {
        report(reading.row.task);
        measured
            .push((&reading.row, reading::measure(reading, reading.row.users, reading.row.runs, &python)?));
    }
    let mut out = io::stdout().lock();
    write!(out, "{}", table::markdown(&measured))?;
    writeln!(out, "\n{}", machine::describe(&python)?)?;
    writeln!(out, "The whole took {:.0} s.", begun.elapsed().as_secs_f64())?;
    Ok(())
}

/// Does every row once, small; Python's part only where its environment is there already.
fn try_all(selection: &BenchSelection) -> Result<(), Failure> {
    let python = Python::found();
    if selection.words.is_empty() || selection.soaks() {
        soak::try_out()?;
    }
    for row in selection.rows() {
        measure(row, row.users.map(|users| users.min(FEW)), 1, &python)?;
    }
    for reading in selection.readings() {
        reading::measure(reading, Some(FEW), 1, &python)?;
    }
    Ok(())
}

/// Measures a row's contenders in turn, so that what else happens on the machine meets them all.
fn measure(
    row: &'static Row,
    users: Option<usize>,
    runs: usize,
    python: &Python,
) -> Result<Vec<Series>, Failure> {
    let minute = row.limits.map(|limits| limits.minute);
    let organization = users.map(|users| Organization::serve(users, minute)).transpose()?;
    measure_in(organization.as_ref(), row, runs, python)
}

fn measure_in(
    organization: Option<&Organization>,
    row: &'static Row,
    runs: usize,
    python: &Python,
) -> Result<Vec<Series>, Failure> {
    let place = Workplace::new(organization, python)?;
    if let Some(script) = row.before {
        place.run(&script)?;
    }
    let contenders = row.contenders.iter().filter(|contender| place.can_run(&contender.job));
    let mut series: Vec<_> =
        contenders.map(|contender| Series::new(contender.name, &contender.job)).collect();
    for _ in 0..runs {
        for one in &mut series {
            one.add(place.run(one.job())?);
        }
        if organization.is_some() {
            agree(row, &series)?;
        }
    }
    Ok(series)
}

/// Under limits no contender may waste time.
fn keep_to_limits(row: &Row, series: &[Series]) -> Result<(), Failure> {
    let Some(limits) = row.limits else { return Ok(()) };
    let most = limits.least.mul_f64(Limits::ALLOWED);
    match series.iter().find(|one| one.wall() > most) {
        None => Ok(()),
        Some(one) => {
            Err(format!("{}: `{}` took {:?}, more than {most:?}", row.task, one.name, one.wall()).into())
        }
    }
}

/// All contenders of a row about an organization must print the same result, if they print one.
fn agree(row: &Row, series: &[Series]) -> Result<(), Failure> {
    let mut answers = series.iter().filter(|one| !one.answer().is_empty());
    let Some(first) = answers.next() else { return Ok(()) };
    match answers.find(|one| one.answer() != first.answer()) {
        None => Ok(()),
        Some(other) => {
            let (ours, theirs) = (first.answer(), other.answer());
            Err(format!("{}: `{}` printed\n{theirs}\ninstead of\n{ours}", row.task, other.name).into())
        }
    }
}

/// Reports progress on standard error.
fn report(message: &str) {
    let _ = writeln!(io::stderr(), "{message}"); // standard error may be closed
}
