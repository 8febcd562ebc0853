//! A file with a table, in any format that can be read: opened once, and read in as many passes as the caller needs.

use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::files::csv::dialect::{CsvDialect, CsvOptions};
use crate::files::csv::reader::CsvReader;
use crate::files::input;
use crate::files::table::bad_rows::BadRows;
use crate::files::table::header::TableHeader;
use crate::files::table::row::{ParsedRow, TableRow};
use crate::files::table::shape::TableShape;
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::store::encoding::FileEncoding;
use crate::store::input_file::InputFile;
use crate::store::journal::sha256::DigestReader;
use crate::values::options::{CallOptions, one_of};
use std::cell::RefCell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

/// What the caller says about a file with a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableOptions {
    /// The required shape.
    pub(crate) shape: TableShape,
    /// How a CSV file is written.
    pub(crate) csv: CsvOptions,
}

impl TableOptions {
    /// The options for a CSV file.
    pub(crate) const FOR_CSV: [&str; 6] = ["columns", "lists", "rename", "min_rows", "delimiter", "encoding"];

    /// The options of a call.
    ///
    /// # Errors
    /// `usage`: an option has another type or value.
    pub(crate) fn of(options: &CallOptions) -> Result<Self> {
        let csv = CsvOptions { delimiter: delimiter(options)?, encoding: encoding(options)? };
        Ok(Self { shape: TableShape::of(options)?, csv })
    }
}

/// The character between cells; `None` if the header shows it.
pub(crate) fn delimiter(options: &CallOptions) -> Result<Option<char>> {
    let Some(value) = options.value("delimiter") else { return Ok(None) };
    let text = value.to_string();
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some('"' | '\n' | '\r'), None) => {
            Err(Error::usage("`delimiter` of a CSV file cannot be a quote or a line end"))
        }
        (Some(letter), None) if value.is_string() || value.is_char() => Ok(Some(letter)),
        _ if text == "auto" => Ok(None),
        _ => Err(options.wrong("delimiter", "one character", value)),
    }
}

/// The encoding of a file; `None` if the file shows it.
pub(crate) fn encoding(options: &CallOptions) -> Result<Option<FileEncoding>> {
    match options.text("encoding")?.as_deref() {
        None | Some("auto") => Ok(None),
        Some(label) => FileEncoding::parse(label).map(Some).ok_or_else(|| {
            let message = format!("`encoding` of {} cannot be `{label}`", options.function());
            let hint = one_of(label, FileEncoding::COMMON);
            Error::usage_with_hint(
                message,
                format!("{hint} Other labels of the WHATWG's list are valid, too."),
            )
        }),
    }
}

/// An open file with a table. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct TableFile {
    input: InputFile,
    dialect: CsvDialect,
    /// The required shape.
    pub(crate) shape: TableShape,
}

/// One pass over the rows of a file.
pub(crate) struct TableRows {
    /// The header.
    pub(crate) header: Rc<TableHeader>,
    rows: Box<dyn Iterator<Item = Result<ParsedRow>>>,
}

impl Iterator for TableRows {
    type Item = Result<ParsedRow>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

impl TableFile {
    /// Opens a file and finds out how it is written. A guess of its encoding is reported, and refused in a live run.
    ///
    /// # Errors
    /// `file`: it cannot be read, or is not a table. `interrupted`.
    pub(crate) fn open(session: &Session, path: &Path, options: &TableOptions) -> Result<Self> {
        let input = input::open(session, path)?;
        let dialect = CsvDialect::of(&input, &options.csv, &|| session.interrupt().check())?;
        if let Some(words) = &dialect.guessed_by {
            report_guess(session, path, dialect.encoding, words)?;
        }
        Ok(Self { input, dialect, shape: options.shape.clone() })
    }

    /// The path that was opened.
    pub(crate) fn path(&self) -> &Path {
        self.input.path()
    }

    /// The file, for messages.
    pub(crate) fn name(&self) -> String {
        self.path().display().to_string()
    }

    /// Reads from the start. The header must have the shape.
    ///
    /// # Errors
    /// `file`: the header is broken or lacks a column.
    pub(crate) fn rows(&self) -> Result<TableRows> {
        self.rows_from(self.input.pass())
    }

    fn rows_from(&self, source: impl Read + 'static) -> Result<TableRows> {
        let reader = CsvReader::new(self.path(), source, &self.dialect, &self.shape)?;
        Ok(TableRows { header: Rc::clone(reader.header()), rows: Box::new(reader) })
    }

    /// Calls `visit` with every row and returns the SHA-256 of the file: one pass, so that the rows and the digest are
    /// of the same bytes.
    ///
    /// # Errors
    /// `file`: it is broken. `interrupted`.
    pub(crate) fn each(&self, interrupt: &Interrupt, mut visit: impl FnMut(ParsedRow)) -> Result<String> {
        let source = SharedReader(Rc::new(RefCell::new(DigestReader::new(self.input.pass()))));
        let digest = SharedReader(Rc::clone(&source.0));
        for row in self.rows_from(source)? {
            interrupt.check()?;
            visit(row?);
        }
        let failed = || Error::io(self.path(), io::ErrorKind::Other.into());
        let digest = Rc::into_inner(digest.0).ok_or_else(failed)?.into_inner();
        digest.finish().map_err(|error| Error::io(self.path(), error))
    }

    /// All rows, and the SHA-256 of the file.
    ///
    /// # Errors
    /// `file`: it is broken, has too few rows, or rows that are not valid; all of those are in the message.
    /// `interrupted`.
    pub(crate) fn read(&self, interrupt: &Interrupt) -> Result<(Vec<TableRow>, String)> {
        let mut rows = Vec::new();
        let digest = self.check_each(interrupt, |row| rows.push(row))?;
        Ok((rows, digest))
    }

    /// Checks all rows and returns their number and the SHA-256 of the file.
    ///
    /// # Errors
    /// As [`TableFile::read`].
    pub(crate) fn check(&self, interrupt: &Interrupt) -> Result<(usize, String)> {
        let mut rows = 0;
        let digest = self.check_each(interrupt, |_| rows += 1)?;
        Ok((rows, digest))
    }

    fn check_each(&self, interrupt: &Interrupt, mut visit: impl FnMut(TableRow)) -> Result<String> {
        let (mut bad, mut count) = (BadRows::default(), 0);
        let digest = self.each(interrupt, |row| match row {
            Ok(row) => {
                count += 1;
                visit(row);
            }
            Err(row) => bad.add(&row),
        })?;
        bad.check(&self.name())?;
        self.shape.check_row_count(&self.name(), count)?;
        Ok(digest)
    }
}

/// A reader whose state the caller takes back after the pass.
struct SharedReader<R>(Rc<RefCell<R>>);

impl<R: Read> Read for SharedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(buffer)
    }
}

fn report_guess(session: &Session, path: &Path, encoding: FileEncoding, words: &[String]) -> Result<()> {
    let (file, name) = (path.display().to_string(), encoding.name());
    let sample: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let sample = sample.join(", ");
    if session.mode() == Mode::Live {
        let message = format!("the file is not UTF-8; it is probably {name}, in which it has {sample}");
        let hint = format!(
            "A guess is not used in a live run. If the words are right, say so: #{{encoding: {name:?}}}. \
             Otherwise name the right encoding, or save the file as UTF-8."
        );
        return Err(Error::file(file, message).with_file_hint(hint));
    }
    session.console().note(&format!(
        "{file} is not UTF-8; it is read as {name}, which is a guess: {sample}. To be sure, say so: \
         #{{encoding: {name:?}}}. A live run does not guess."
    ));
    Ok(())
}
