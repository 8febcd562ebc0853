//! A file with a table, in any format that can be read: opened once, and read in as many passes as the caller needs.

use crate::error::{Error, Result};
use crate::files::csv::dialect::{CsvDialect, CsvOptions};
use crate::files::csv::reader::CsvReader;
use crate::files::encoding_guess;
use crate::files::first_bytes::{self, FileKind};
use crate::files::input;
use crate::files::table::bad_rows::BadRows;
use crate::files::table::header::TableHeader;
use crate::files::table::row::{ParsedRow, TableRow};
use crate::files::table::shape::TableShape;
use crate::files::xlsx::reader::{self as workbook_reader, RawSheet};
use crate::files::xlsx::sheet_options::{HiddenRows, SheetOptions};
use crate::host::input_defaults::InputDefaults;
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::store::encoding::FileEncoding;
use crate::store::input_file::{InputFile, InputPass};
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
    /// Which rows of a workbook are read.
    pub(crate) sheet: SheetOptions,
}

/// The formats of files that a caller reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AcceptedFormat {
    /// CSV.
    Csv,
    /// Excel workbooks.
    Workbook,
    /// Both, by the first bytes of the file.
    Any,
}

/// The format of a file.
#[derive(Debug, Clone)]
enum TableFormat {
    Csv(CsvDialect),
    /// What was read of the workbook is kept, since every pass needs all of it.
    Workbook(SheetOptions, Rc<RefCell<Option<Rc<RawSheet>>>>),
}

impl TableOptions {
    /// The options for a CSV file.
    pub(crate) const FOR_CSV: [&str; 7] =
        ["columns", "lists", "delimiter", "encoding", "rename", "min_rows", "header_row"];

    /// The options for a workbook.
    pub(crate) const FOR_WORKBOOK: [&str; 7] =
        ["sheet", "hidden", "header_row", "columns", "lists", "rename", "min_rows"];

    /// The options for a file of either format.
    pub(crate) const FOR_ANY: [&str; 9] =
        ["columns", "lists", "delimiter", "encoding", "rename", "min_rows", "header_row", "sheet", "hidden"];

    /// The options of a call.
    ///
    /// # Errors
    /// `usage`: an option has another type or value.
    pub(crate) fn of(options: &CallOptions) -> Result<Self> {
        let csv = CsvOptions {
            delimiter: delimiter(options)?,
            encoding: encoding(options)?,
            ..CsvOptions::default()
        };
        Ok(Self { shape: TableShape::of(options)?, csv, sheet: SheetOptions::of(options)? })
    }
}

impl TableOptions {
    /// These options, and what the operator says about files.
    pub(crate) fn with_defaults(&self, session: &Session) -> Self {
        let defaults = session.extension::<InputDefaults>();
        let mut options = self.clone();
        options.csv.likely_encoding = input::likely_encoding(session);
        options.csv.likely_delimiter = defaults.delimiter;
        options.sheet.sheet = options.sheet.sheet.or_else(|| defaults.sheet.clone());
        options.sheet.header_row = options.sheet.header_row.or(defaults.header_row.map(usize::from));
        let hidden = || defaults.hidden.as_deref().and_then(HiddenRows::named);
        options.sheet.hidden = options.sheet.hidden.or_else(hidden);
        options.shape.likely_names.clone_from(&defaults.columns);
        options
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
        _ if text == "tab" => Ok(Some('\t')),
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
    format: TableFormat,
    interrupt: Interrupt,
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
    /// `file`: it cannot be read, or is not a table in an accepted format. `interrupted`.
    pub(crate) fn open(
        session: &Session,
        path: &Path,
        options: &TableOptions,
        accepted: AcceptedFormat,
    ) -> Result<Self> {
        Self::open_as_told(session, path, &options.with_defaults(session), accepted)
    }

    /// [`TableFile::open`] without what the operator says about files.
    ///
    /// # Errors
    /// As [`TableFile::open`].
    pub(crate) fn open_as_told(
        session: &Session,
        path: &Path,
        options: &TableOptions,
        accepted: AcceptedFormat,
    ) -> Result<Self> {
        let input = input::open(session, path)?;
        let interrupt = session.interrupt().clone();
        let format = if accepted != AcceptedFormat::Csv && is_workbook(&input, accepted)? {
            TableFormat::Workbook(options.sheet.clone(), Rc::default())
        } else {
            let report = |text: &encoding_guess::TextEncoding| encoding_guess::report(session, &input, text);
            let csv = CsvOptions { header_row: options.sheet.header_row, ..options.csv.clone() };
            TableFormat::Csv(CsvDialect::of(&input, &csv, &|| interrupt.check(), &report)?)
        };
        Ok(Self { input, format, interrupt, shape: options.shape.clone() })
    }

    /// How the file is written, if it is a CSV file.
    pub(crate) fn dialect(&self) -> Option<&CsvDialect> {
        match &self.format {
            TableFormat::Csv(dialect) => Some(dialect),
            TableFormat::Workbook(..) => None,
        }
    }

    /// The bytes of the file, from the start.
    pub(crate) fn bytes(&self) -> InputPass {
        self.input.pass()
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
        match &self.format {
            TableFormat::Csv(dialect) => {
                let reader = CsvReader::new(self.path(), source, dialect, &self.shape)?;
                Ok(TableRows { header: Rc::clone(reader.header()), rows: Box::new(reader) })
            }
            TableFormat::Workbook(options, known) => {
                let known = self.sheet(options, known)?;
                let sheet = workbook_reader::table(&known, options, &self.shape)?;
                Ok(TableRows { header: sheet.header, rows: Box::new(sheet.rows.into_iter().map(Ok)) })
            }
        }
    }

    fn sheet(&self, options: &SheetOptions, known: &RefCell<Option<Rc<RawSheet>>>) -> Result<Rc<RawSheet>> {
        if let Some(sheet) = &*known.borrow() {
            return Ok(Rc::clone(sheet));
        }
        let sheet = Rc::new(workbook_reader::read(&self.input, options, &|| self.interrupt.check())?);
        known.replace(Some(Rc::clone(&sheet)));
        Ok(sheet)
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

/// Whether a file is a workbook.
fn is_workbook(input: &InputFile, accepted: AcceptedFormat) -> Result<bool> {
    let mut start = Vec::new();
    let read = input.pass().take(START).read_to_end(&mut start);
    read.map_err(|error| Error::io(input.path(), error))?;
    let file = input.path().display().to_string();
    let wanted = match accepted {
        AcceptedFormat::Any => "a CSV file or an Excel workbook (.xlsx)",
        AcceptedFormat::Csv | AcceptedFormat::Workbook => "an Excel workbook (.xlsx)",
    };
    match first_bytes::kind_of(&start) {
        Some(FileKind::Workbook) => Ok(true),
        Some(FileKind::Other(name, advice)) => {
            Err(Error::file(file, format!("this is {name}, not {wanted}")).with_file_hint(advice))
        }
        None if accepted == AcceptedFormat::Any => Ok(false),
        None if start.is_empty() => Err(Error::file(file, "the file is empty")),
        None => {
            let hint = format!("Read a CSV file with read_csv({file:?}).");
            Err(Error::file(file, "this is not an Excel workbook").with_file_hint(hint))
        }
    }
}

/// The bytes that show what a file is.
const START: u64 = 1 << 13;
