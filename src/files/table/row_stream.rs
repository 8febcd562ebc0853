//! A table that a script iterates over row by row, in constant memory.

use crate::error::{Error, Result};
use crate::files::table::row::{ParsedRow, TableRow};
use crate::files::table_file::{TableFile, TableRows};
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::host::thrown::thrown;
use rhai::{Engine, Position};

/// A file whose rows were all checked. Each `for` reads it again.
#[derive(Debug, Clone)]
pub struct RowStream {
    file: TableFile,
    rows: usize,
    digest: String,
}

impl RowStream {
    /// Checks the whole file, so that an error is reported before any row is returned.
    ///
    /// # Errors
    /// `file`: it is broken, or does not have the shape. `interrupted`.
    pub(crate) fn of(file: TableFile, interrupt: &Interrupt) -> Result<Self> {
        let (rows, digest) = file.check(interrupt)?;
        Ok(Self { file, rows, digest })
    }

    /// The same for a file whose rows need not be valid.
    ///
    /// # Errors
    /// `file`: it is broken, or has too few rows. `interrupted`.
    pub(crate) fn with_bad_rows(file: TableFile, interrupt: &Interrupt) -> Result<Self> {
        let mut rows = 0;
        let digest = file.each(interrupt, |_| rows += 1)?;
        file.shape.check_row_count(&file.name(), rows)?;
        Ok(Self { file, rows, digest })
    }

    /// One pass over the file, with the rows that are not valid.
    pub(crate) fn parsed(self) -> ParsedRows {
        let rows = self.file.rows();
        ParsedRows { file: self, rows: Some(rows), given: 0 }
    }

    /// The SHA-256 of the file.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// One pass over a file. It returns exactly the rows that were checked, or an error.
pub struct RowIterator(ParsedRows);

/// One pass over a file, with the rows that are not valid.
pub(crate) struct ParsedRows {
    file: RowStream,
    /// `None` after the end.
    rows: Option<Result<TableRows>>,
    given: usize,
}

impl IntoIterator for RowStream {
    type Item = RhaiResultOf<TableRow>;
    type IntoIter = RowIterator;

    fn into_iter(self) -> RowIterator {
        RowIterator(self.parsed())
    }
}

impl Iterator for RowIterator {
    type Item = RhaiResultOf<TableRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.0.next()?.and_then(|row| row.map_err(|bad| bad.error()));
        if row.is_err() {
            self.0.rows = None;
        }
        Some(row.map_err(|error| thrown(&error, Position::NONE)))
    }
}

impl Iterator for ParsedRows {
    type Item = Result<ParsedRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.rows.take()? {
            Ok(mut rows) => {
                let row = rows.next();
                self.rows = Some(Ok(rows));
                row
            }
            Err(error) => Some(Err(error)),
        };
        self.given += usize::from(row.is_some());
        let changed = if row.is_some() { self.given > self.file.rows } else { self.given != self.file.rows };
        let row = if changed && !matches!(row, Some(Err(_))) { Some(Err(self.changed())) } else { row };
        if !matches!(row, Some(Ok(_))) {
            self.rows = None;
        }
        row
    }
}

impl ParsedRows {
    fn changed(&self) -> Error {
        let message = format!("the file changed while it was read: it had {} rows", self.file.rows);
        Error::file(self.file.file.name(), message)
    }
}

/// Registers the type.
pub fn register(engine: &mut Engine) {
    let shown = |file: &mut RowStream| format!("{} rows of {}", file.rows(), file.file.name());
    engine.register_type_with_name::<RowStream>("Rows");
    engine.register_iterator_result::<RowStream, TableRow>();
    engine.register_fn("len", |file: &mut RowStream| i64::try_from(file.rows()).unwrap_or(i64::MAX));
    engine.register_fn("to_string", shown);
    engine.register_fn("to_debug", shown);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::table_file::{AcceptedFormat, TableOptions};
    use crate::script::engine::offline;
    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::rc::Rc;

    fn stream(path: &Path, interrupt: &Interrupt) -> Result<RowStream> {
        let session = offline::session(Rc::new(offline::RecordingConsole::default()));
        RowStream::of(
            TableFile::open(&session, path, &TableOptions::default(), AcceptedFormat::Csv)?,
            interrupt,
        )
    }

    /// More than is read from a file at once.
    const ROWS: usize = 20_000;

    fn rows_of_file() -> (tempfile::TempDir, PathBuf, RowIterator) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        let rows: Vec<_> = (0..ROWS).map(|number| format!("{number:08}\n")).collect();
        std::fs::write(&path, format!("mail\n{}", rows.concat())).unwrap();
        let rows = stream(&path, &Interrupt::default()).unwrap().into_iter();
        (folder, path, rows)
    }

    fn ending(rows: RowIterator) -> (usize, Option<String>) {
        let rows: Vec<_> = rows.collect();
        let error = rows.last().and_then(|row| row.as_ref().err().map(|error| format!("{error:?}")));
        (rows.iter().flatten().count(), error)
    }

    #[test]
    fn an_unchanged_file_returns_its_rows() {
        assert_eq!(ending(rows_of_file().2), (ROWS, None));
    }

    #[test]
    fn an_interrupt_ends_the_check_of_a_file() {
        let (_folder, path, _) = rows_of_file();
        let interrupt = Interrupt::default();
        interrupt.request();
        let error = stream(&path, &interrupt).unwrap_err();
        assert_eq!(error.kind.name(), "interrupted");
    }

    #[test]
    fn a_file_that_got_shorter_or_longer_meanwhile_is_an_error() {
        let (_folder, path, mut shorter) = rows_of_file();
        assert!(shorter.next().unwrap().is_ok());
        File::options().write(true).open(&path).unwrap().set_len(9 * 16_000 + 5).unwrap();
        let (rows, error) = ending(shorter);
        assert!(rows == 15_999 && error.unwrap().contains("changed while it was read"), "{rows}");
        let (_folder, path, mut longer) = rows_of_file();
        assert!(longer.next().unwrap().is_ok());
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"late\n").unwrap();
        let (rows, error) = ending(longer);
        assert!(rows == ROWS - 1 && error.unwrap().contains("changed while it was read"), "{rows}");
    }
}
