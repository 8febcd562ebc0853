//! `--report FILE`: a row for every command, written as soon as its outcome is known.

use crate::client::outcome::Outcome;
use crate::error::{Error, Result};
use crate::session::totals::OutcomeSink;
use crate::session::tracked_files::free_name;
use crate::store::atomic_file::{hold, private};
use crate::store::file_door;
use crate::tabular::{CsvWriter, cell};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The columns, in their order.
const COLUMNS: [&str; 14] = [
    "index",
    "target",
    "action",
    "status",
    "step",
    "code",
    "message",
    "hint",
    "request_id",
    "attempts",
    "mode",
    "resumed",
    "warnings",
    "time",
];
/// The start of a JSON list.
const JSON_START: &str = "[";
/// The end of a JSON list; each row overwrites it and adds it again, so that the file is always valid.
const JSON_END: &str = "\n]\n";

/// The format of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReportFormat {
    Csv,
    Json,
}

/// A report file that is being written.
pub(crate) struct ReportFile {
    path: PathBuf,
    format: ReportFormat,
    file: RefCell<File>,
    empty: Cell<bool>,
}

impl ReportFile {
    /// Creates a report file. An existing one is renamed to a numbered name.
    ///
    /// # Errors
    /// `usage`: its name does not end in `.csv` or `.json`, or another run writes it. `file`: it cannot be written.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let format = match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => ReportFormat::Csv,
            Some("json") => ReportFormat::Json,
            _ => {
                let message = format!("{}: the name of a report must end in .csv or .json", path.display());
                return Err(Error::usage(message));
            }
        };
        if file_door::is_file(path) {
            rename_existing(path)?;
        }
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
        Ok(Self { path: path.to_owned(), format, file: RefCell::new(file), empty: Cell::new(true) })
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

/// Renames the report of another run to a numbered name, unless that run is still writing it.
fn rename_existing(path: &Path) -> Result<()> {
    let old = file_door::open(path).map_err(|error| Error::io(path, error))?;
    if !hold(&old) {
        return Err(in_use(path));
    }
    file_door::rename(path, &free_name(path)).map_err(|error| Error::io(path, error))
}

fn in_use(path: &Path) -> Error {
    let message = format!("another run is writing the report {}", path.display());
    Error::usage_with_hint(message, "Give --report another file name, or wait until that run has ended.")
}

impl OutcomeSink for ReportFile {
    fn write(&self, outcome: &Outcome) -> Result<()> {
        self.add(&row(outcome)).map_err(|error| Error::io(&self.path, error))
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
