//! `--report FILE`: a row for every command, in the file as soon as its outcome is known.

use super::files::free_name;
use super::session::Outlet;
use crate::client::outcome::Outcome;
use crate::error::{Error, Result};
use crate::rows::{CsvWriter, cell};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
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
/// What ends a list in JSON; each row is written over it, so that the file is whole at any moment.
const END: &[u8] = b"\n]\n";

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
}

/// A report that is being written.
pub struct ReportFile {
    path: PathBuf,
    form: Form,
    file: RefCell<File>,
    empty: Cell<bool>,
}

impl ReportFile {
    /// Begins a report. One that is there is kept under a numbered name.
    ///
    /// # Errors
    /// `usage`: its name ends neither in `.csv` nor in `.json`. `file`: it cannot be written.
    pub fn begin(path: &Path) -> Result<Self> {
        let form = match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => Form::Csv,
            Some("json") => Form::Json,
            _ => {
                let message = format!("the report {} must end in .csv or .json", path.display());
                return Err(Error::usage(message));
            }
        };
        if path.is_file() {
            let kept = free_name(path);
            std::fs::rename(path, &kept).map_err(|error| Error::io(path, &error))?;
        }
        let mut options = OpenOptions::new();
        private(&mut options);
        let file = options.write(true).create(true).truncate(true).open(path);
        let mut file = file.map_err(|error| Error::io(path, &error))?;
        let begun = match form {
            Form::Csv => writeln!(file, "{}", COLUMNS.join(",")),
            Form::Json => file.write_all(b"[\n]\n"),
        };
        begun.map_err(|error| Error::io(path, &error))?;
        Ok(Self { path: path.to_owned(), form, file: RefCell::new(file), empty: Cell::new(true) })
    }

    fn add(&self, row: &Value) -> std::io::Result<()> {
        let mut file = self.file.borrow_mut();
        match self.form {
            Form::Csv => {
                let cells = COLUMNS.map(|column| cell(&row[column]));
                let mut line = Vec::new();
                CsvWriter::new(&mut line).row(cells)?;
                file.write_all(&line)
            }
            Form::Json => {
                let first = self.empty.replace(false);
                let back = if first { END.len() - 1 } else { END.len() };
                file.seek(SeekFrom::End(-i64::try_from(back).unwrap_or(0)))?;
                let text = format!("{}{row}{}", if first { "" } else { ",\n" }, String::from_utf8_lossy(END));
                file.write_all(text.as_bytes())
            }
        }
    }
}

impl Outlet for ReportFile {
    fn enter(&self, outcome: &Outcome) -> Result<()> {
        self.add(&row(outcome)).map_err(|error| Error::io(&self.path, &error))
    }
}

/// The report names people: a new one is the operator's alone.
#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

fn row(outcome: &Outcome) -> Value {
    let warnings: Vec<_> = outcome.warnings.iter().map(|warning| warning.code.as_str()).collect();
    let moment = jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or(jiff::Timestamp::MAX);
    let mut fields = outcome.fields();
    fields.insert("warnings".to_owned(), json!(warnings));
    fields.insert("time".to_owned(), json!(moment.to_string()));
    Value::Object(fields)
}
