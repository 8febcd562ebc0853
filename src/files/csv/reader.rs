//! Reads a CSV file strictly, row by row: an error has its line and column.

use crate::error::{Error, Result};
use crate::files::csv::dialect::CsvDialect;
use crate::files::csv::parser::{CsvError, CsvParser, CsvProblem, CsvRecord};
use crate::files::table::header::TableHeader;
use crate::files::table::row::{BadRow, ParsedRow, TableRow};
use crate::files::table::shape::TableShape;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Reads the rows of a CSV file one by one without storing them; ends after an error.
pub(crate) struct CsvReader<R> {
    rows: CsvRecords<R>,
    header: Rc<TableHeader>,
    record: CsvRecord,
}

impl<R: Read> CsvReader<R> {
    /// Reads the bytes of the file at `path`, which is for messages; its header must have the shape.
    ///
    /// # Errors
    /// `file`: they cannot be read, the header is broken or lacks a column.
    pub(crate) fn new(path: &Path, source: R, dialect: &CsvDialect, shape: &TableShape) -> Result<Self> {
        let parser = CsvParser::new(source, dialect.encoding, dialect.delimiter);
        let mut rows = CsvRecords { path: path.to_owned(), dialect: dialect.clone(), parser };
        rows.skip_lines()?;
        let file = path.display().to_string();
        // A file without a header is more likely a failed export than an empty list.
        let mut record = CsvRecord::default();
        if !rows.read(None, &mut record)? {
            return Err(Error::file(file, "the file is empty; it has no header"));
        }
        let place = format!("{file}:{}", record.line);
        let names = record.cells.iter().map(str::to_owned).collect();
        let header = Rc::new(TableHeader::new(file, &place, names, shape)?);
        Ok(Self { rows, header, record })
    }

    /// The header.
    pub(crate) fn header(&self) -> &Rc<TableHeader> {
        &self.header
    }
}

impl<R: Read> Iterator for CsvReader<R> {
    type Item = Result<ParsedRow>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.read(Some(&self.header), &mut self.record) {
            Ok(false) => None,
            Ok(true) => Some(Ok(row(&self.header, &self.record))),
            Err(error) => Some(Err(error)),
        }
    }
}

/// A row; a short one at the end of a file that was cut off is a bad one.
fn row(header: &Rc<TableHeader>, record: &CsvRecord) -> ParsedRow {
    let row = TableRow::of_cells(header, record.line, &record.cells)?;
    let missing = header.column_of(record.cells.len());
    match missing.filter(|_| !record.is_ended) {
        Some(column) => {
            let message = format!(
                "the file ends in the middle of a row, before the column `{}`: it may be cut off; \
                 if it is complete, add a line end",
                column.name
            );
            Err(BadRow { row, message })
        }
        None => Ok(row),
    }
}

/// The records of a file, without blank ones.
struct CsvRecords<R> {
    path: PathBuf,
    dialect: CsvDialect,
    parser: CsvParser<R>,
}

impl<R: Read> CsvRecords<R> {
    fn skip_lines(&mut self) -> Result<()> {
        let skipped = self.parser.skip_lines(self.dialect.skipped_lines);
        skipped.map_err(|error| self.broken(None, error))
    }

    /// Reads the next record; false at the end. The header names the column of an error.
    fn read(&mut self, header: Option<&TableHeader>, record: &mut CsvRecord) -> Result<bool> {
        while self.parser.read(record).map_err(|error| self.broken(header, error))? {
            if !record.cells.is_blank() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The error for a problem that the parser found.
    fn broken(&self, header: Option<&TableHeader>, error: CsvError) -> Error {
        let path = &self.path;
        let message = match error.problem {
            CsvProblem::Read(error) => return Error::io(path, error),
            CsvProblem::Syntax(message) => message.to_owned(),
            CsvProblem::Encoding(message) if self.dialect.encoding_is_given => message,
            CsvProblem::Encoding(message) => {
                format!("{message}; name the encoding of the file, such as #{{encoding: \"shift_jis\"}}")
            }
        };
        let place = format!("{}:{}:{}", path.display(), error.line, error.column);
        match header.and_then(|header| header.column_of(error.cell)) {
            Some(column) => Error::file(place, format!("column `{}`: {message}", column.name)),
            None => Error::file(place, message),
        }
    }
}
