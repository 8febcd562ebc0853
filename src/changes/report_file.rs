//! `--report FILE`: a row for every command, written as soon as its outcome is known.

use crate::changes::report_workbook;
use crate::client::outcome::Outcome;
use crate::error::{Error, Result};
use crate::secret::mask_json;
use crate::session::totals::OutcomeSink;
use crate::store::atomic_file::{hold, private};
use crate::store::file_door;
use crate::store::output_file::{free_name, is_same_file};
use crate::tabular::{CsvWriter, cell};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The columns, in their order.
const COLUMNS: [&str; 16] = [
    "index",
    "target",
    "action",
    "status",
    "evidence",
    "step",
    "code",
    "message",
    "hint",
    "request_id",
    "attempts",
    "mode",
    "resumed",
    "source",
    "warnings",
    "time",
];
/// The start of a JSON list.
const JSON_START: &str = "[";
/// The end of a JSON list; each row overwrites it and adds it again, so that the file is always valid.
const JSON_END: &str = "\n]\n";
/// Bytes at the start of a file that show whether it is a report.
const REPORT_START: u64 = 4096;

/// The format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportFormat {
    Csv,
    Json,
}

/// A report file that is being written.
pub(crate) struct ReportFile {
    path: PathBuf,
    earlier: Option<PathBuf>,
    format: ReportFormat,
    file: RefCell<File>,
    empty: Cell<bool>,
    /// The workbook that is made of the rows at the end.
    workbook: Option<PathBuf>,
}

impl ReportFile {
    /// Creates a report file. That of an earlier run is renamed to a numbered name.
    ///
    /// # Errors
    /// `usage`: its name does not end in `.csv`, `.json` or `.xlsx`, it is one of `inputs`, there is a file that is not a
    /// report, or another run writes it. `file`: it cannot be written.
    pub(crate) fn create(path: &Path, inputs: &[PathBuf]) -> Result<Self> {
        if path.extension().is_some_and(|ending| ending == "xlsx") {
            return Self::create_workbook(path, inputs);
        }
        let format = match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => ReportFormat::Csv,
            Some("json") => ReportFormat::Json,
            _ => {
                let message =
                    format!("{}: the name of a report must end in .csv, .json or .xlsx", path.display());
                return Err(Error::usage(message));
            }
        };
        refuse_input(path, inputs)?;
        let earlier = if file_door::is_file(path) { Some(rename_existing(path)?) } else { None };
        let mut options = OpenOptions::new();
        // It names people.
        private(&mut options);
        // A file that appeared meanwhile belongs to another run. A device is not a regular file and exists already.
        let create_new = !file_door::is_taken(path);
        let file = file_door::open_with(path, options.write(true).create(true).create_new(create_new));
        let file = file.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => in_use(path),
            _ => Error::io(path, error),
        })?;
        if !hold(&file) {
            return Err(in_use(path));
        }
        let written = match format {
            ReportFormat::Csv => (&file).write_all(format!("{}\n", COLUMNS.join(",")).as_bytes()),
            ReportFormat::Json => (&file).write_all([JSON_START, JSON_END].concat().as_bytes()),
        };
        written.map_err(|error| Error::io(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            earlier,
            format,
            file: RefCell::new(file),
            empty: Cell::new(true),
            workbook: None,
        })
    }

    /// A workbook is made at the end of the run, of rows that are written like those of any report.
    fn create_workbook(path: &Path, inputs: &[PathBuf]) -> Result<Self> {
        refuse_input(path, inputs)?;
        let earlier = match file_door::is_file(path) {
            true if !report_workbook::is_report(path, &COLUMNS[..4]) => return Err(not_a_report(path)),
            true => Some(free_name(path)),
            false => None,
        };
        let rows = Self::create(&report_workbook::rows_path(path), inputs)?;
        if let Some(earlier) = &earlier {
            file_door::rename(path, earlier).map_err(|error| Error::io(path, error))?;
        }
        Ok(Self { workbook: Some(path.to_owned()), earlier: earlier.or(rows.earlier.clone()), ..rows })
    }

    /// The new name of the report of an earlier run.
    pub(crate) fn earlier(&self) -> Option<&Path> {
        self.earlier.as_deref()
    }

    /// Adds a row; if that fails, the file is unchanged.
    fn add(&self, row: &Value) -> io::Result<()> {
        let mut file = self.file.borrow_mut();
        let end = if self.format == ReportFormat::Json { JSON_END } else { "" };
        let length = file.seek(SeekFrom::End(0))?;
        let place = length.saturating_sub(end.len() as u64);
        let text = self.text(row)?;
        let added = file.seek(SeekFrom::Start(place)).and_then(|_| file.write_all(text.as_bytes()));
        if added.is_err() {
            drop(file.set_len(place));
            drop(file.seek(SeekFrom::Start(place)).and_then(|_| file.write_all(end.as_bytes())));
        } else {
            self.empty.set(false);
        }
        added
    }

    /// The text of a row, with separator and end of the list.
    fn text(&self, row: &Value) -> io::Result<String> {
        match self.format {
            ReportFormat::Csv => {
                let mut line = Vec::new();
                CsvWriter::new(&mut line).row(COLUMNS.map(|column| cell(&row[column])))?;
                String::from_utf8(line).map_err(io::Error::other)
            }
            ReportFormat::Json => {
                Ok(format!("{}{row}{JSON_END}", if self.empty.get() { "\n" } else { ",\n" }))
            }
        }
    }
}

/// Renames the report of an earlier run to a numbered name, and returns the new name.
fn rename_existing(path: &Path) -> Result<PathBuf> {
    let old = file_door::open(path).map_err(|error| Error::io(path, error))?;
    if !is_report(&old).map_err(|error| Error::io(path, error))? {
        return Err(not_a_report(path));
    }
    if !hold(&old) {
        return Err(in_use(path));
    }
    let earlier = free_name(path);
    file_door::rename(path, &earlier).map_err(|error| Error::io(path, error))?;
    Ok(earlier)
}

/// Whether a file is a report, of this version or an earlier one, or empty.
fn is_report(file: &File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(REPORT_START).read_to_end(&mut start)?;
    let start = String::from_utf8_lossy(&start);
    let [index, target, action, status, ..] = COLUMNS;
    let keys = [index, target, action, status];
    Ok(match start.trim_start().strip_prefix(JSON_START) {
        Some(rows) if rows.trim_start().starts_with('{') => {
            keys.iter().all(|key| rows.contains(&format!("\"{key}\":")))
        }
        Some(rows) => rows.trim() == "]",
        None => start.is_empty() || start.starts_with(&keys.join(",")),
    })
}

fn refuse_input(path: &Path, inputs: &[PathBuf]) -> Result<()> {
    if inputs.iter().any(|input| is_same_file(input, path)) {
        let message = format!("the report {} is an input of this run", path.display());
        return Err(Error::usage_with_hint(message, "Give --report another file name."));
    }
    Ok(())
}

fn not_a_report(path: &Path) -> Error {
    let message = format!("{} exists and is not a report of umapish", path.display());
    Error::usage_with_hint(message, "Name another file with --report, or move that file away.")
}

fn in_use(path: &Path) -> Error {
    let message = format!("another run is writing the report {}", path.display());
    Error::usage_with_hint(message, "Give --report another file name, or wait until that run has ended.")
}

impl OutcomeSink for ReportFile {
    fn write(&self, outcome: &Outcome) -> Result<()> {
        self.add(&mask_json(&row(outcome))).map_err(|error| Error::io(&self.path, error))
    }

    fn finish(&self) -> Result<()> {
        self.workbook.as_ref().map_or(Ok(()), |workbook| report_workbook::make(&self.path, workbook))
    }
}

fn row(outcome: &Outcome) -> Value {
    let warnings: Vec<_> = outcome.warnings.iter().map(|warning| warning.code.as_str()).collect();
    let moment = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or(jiff::Timestamp::MAX);
    let mut fields = outcome.fields();
    fields.insert("warnings".to_owned(), json!(warnings));
    fields.insert("time".to_owned(), json!(moment.to_string()));
    Value::Object(fields)
}
