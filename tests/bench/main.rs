//! `cargo bench`: umapish beside CPython and Adobe's own client, measured in one run and printed as a Markdown table, row by
//! row, so that a run that is cut off keeps what it has measured.
//!
//! `cargo bench -- soak` soaks instead: runs with faults and kills, for a minute.
//!
//! `cargo bench -- limits` compares jobs under the limits of the service with the least they need, `cargo bench -- margins` what
//! may be added to each minute.
//!
//! Another word after `cargo bench --` selects the rows whose task contains it, in capitals or not; `--list` names all rows. Run
//! by `cargo test`, each row is done once on a small organization and nothing is timed: it holds that every job runs and that
//! those of a row agree.

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
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

/// Why a bench cannot continue.
type Failure = Box<dyn Error>;

/// People in the organization of a row that is only tried out.
const FEW: usize = 50;

/// The rows selected on the command line. Other options of the usual test harness are ignored.
struct BenchSelection {
    timed: bool,
    /// Whether the rows are only named.
    listed: bool,
    words: Vec<String>,
}

impl BenchSelection {
    fn of(arguments: impl Iterator<Item = String>) -> Self {
        let (options, words) = arguments.partition::<Vec<_>, _>(|argument| argument.starts_with('-'));
        let has = |name: &str| options.iter().any(|option| option == name);
        let words = words.iter().map(|word| word.to_lowercase()).collect();
        Self { timed: has("--bench"), listed: has("--list"), words }
    }

    /// Whether to soak, which nobody wants to wait for who only measures.
    fn soaks(&self) -> bool {
        self.is("soak")
    }

    /// Whether this word selects something else than rows of the table.
    fn is(&self, mode: &str) -> bool {
        self.words.iter().any(|word| word == mode)
    }

    fn rows(&self) -> impl Iterator<Item = &'static Row> {
        ROWS.iter().filter(|row| self.wants(row))
    }

    fn readings(&self) -> impl Iterator<Item = &'static ReadingRow> {
        READINGS.iter().filter(|reading| self.wants(&reading.row))
    }

    fn wants(&self, row: &Row) -> bool {
        let task = row.task.to_lowercase();
        self.words.is_empty() || self.words.iter().any(|word| task.contains(word))
    }

    /// The tasks of the selected rows.
    fn tasks(&self) -> impl Iterator<Item = &'static str> {
        self.rows().chain(self.readings().map(|reading| &reading.row)).map(|row| row.task)
    }

    /// Fails if the words select nothing.
    fn check(&self) -> Result<(), Failure> {
        if self.tasks().next().is_some() {
            return Ok(());
        }
        Err(format!("no row has {} in its task; --list names all rows", self.words.join(" or ")).into())
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
    if selection.listed {
        return selection.tasks().try_for_each(|task| Ok(writeln!(io::stdout().lock(), "{task}")?));
    }
    match (selection.timed, selection.soaks()) {
        (true, _) if selection.is(limits::WORD) => limits::measure_all(&mut io::stdout().lock()),
        (true, _) if selection.is(limits::MARGINS_WORD) => limits::measure_margins(&mut io::stdout().lock()),
        (true, true) => soak::run().map(|totals| report(&totals.to_string())),
        (true, false) => measure_all(selection),
        (false, _) => try_all(selection),
    }
}

/// Measures the rows and prints each as soon as it is measured.
fn measure_all(selection: &BenchSelection) -> Result<(), Failure> {
    selection.check()?;
    let begun = Instant::now();
    let python = Python::make().unwrap_or_else(|reason| {
        report(&format!("without Python: {reason}"));
        Python::found()
    });
    // On a terminal the table itself shows how far the run is.
    let announce = |row: &Row| {
        if !io::stdout().is_terminal() {
            report(row.task);
        }
    };
    let mut out = io::stdout();
    write!(out, "{}", table::HEAD)?;
    for row in selection.rows() {
        announce(row);
        let series = measure(row, row.users, row.runs, &python)?;
        write!(out, "{}", table::lines(row, &series))?;
        out.flush()?;
        keep_to_limits(row, &series)?;
    }
    for reading in selection.readings() {
        let row = &reading.row;
        announce(row);
        let series = reading::measure(reading, row.users, row.runs, &python)?;
        write!(out, "{}", table::lines(row, &series))?;
        out.flush()?;
    }
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
    for job in row.before {
        place.run(job)?;
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
