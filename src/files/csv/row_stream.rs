//! A CSV file that a script iterates over row by row, in constant memory.

use crate::error::{Error, Result};
use crate::files::csv::reader::{self, CsvReader, CsvShape, check_row_count};
use crate::files::csv::row::CsvRow;
use crate::host::binding::RhaiResultOf;
use crate::host::interrupt::Interrupt;
use crate::host::thrown::thrown;
use rhai::{Engine, Position};
use std::path::{Path, PathBuf};

/// A file whose rows were all checked. Each `for` reads it again.
#[derive(Debug, Clone)]
pub struct RowStream {
    path: PathBuf,
    shape: CsvShape,
    rows: usize,
    digest: String,
}

impl RowStream {
    /// Checks the whole file, so that an error is reported before any row is returned.
    ///
    /// # Errors
    /// `file`: it cannot be read, is broken, or does not have the shape. `interrupted`.
    pub fn of(path: &Path, shape: CsvShape, interrupt: &Interrupt) -> Result<Self> {
        let mut rows = 0;
        let digest = reader::each(path, &shape, interrupt, |_| rows += 1)?;
        check_row_count(path, rows, shape.min_rows)?;
        Ok(Self { path: path.to_owned(), shape, rows, digest })
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
pub struct RowIterator {
    file: RowStream,
    /// `None` after the end.
    rows: Option<Result<CsvReader>>,
    given: usize,
}

impl IntoIterator for RowStream {
    type Item = RhaiResultOf<CsvRow>;
    type IntoIter = RowIterator;

    fn into_iter(self) -> RowIterator {
        let rows = CsvReader::open(&self.path, &self.shape);
        RowIterator { file: self, rows: Some(rows), given: 0 }
    }
}

impl Iterator for RowIterator {
    type Item = RhaiResultOf<CsvRow>;

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
        row.map(|row| row.map_err(|error| thrown(&error, Position::NONE)))
    }
}

impl RowIterator {
    fn changed(&self) -> Error {
        let message = format!("the file changed while it was read: it had {} rows", self.file.rows);
        Error::file(self.file.path.display().to_string(), message)
    }
}

/// Registers the type.
pub fn register(engine: &mut Engine) {
    let shown = |file: &mut RowStream| format!("{} rows of {}", file.rows(), file.path.display());
    engine.register_type_with_name::<RowStream>("Rows");
    engine.register_iterator_result::<RowStream, CsvRow>();
    engine.register_fn("len", |file: &mut RowStream| i64::try_from(file.rows()).unwrap_or(i64::MAX));
    engine.register_fn("to_string", shown);
    engine.register_fn("to_debug", shown);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, OpenOptions};
    use std::io::Write;

    /// More than is read from a file at once.
    const ROWS: usize = 5_000;

    fn rows_of_file() -> (tempfile::TempDir, PathBuf, RowIterator) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        let rows: Vec<_> = (0..ROWS).map(|number| format!("{number:08}\n")).collect();
        std::fs::write(&path, format!("mail\n{}", rows.concat())).unwrap();
        let rows = RowStream::of(&path, CsvShape::default(), &Interrupt::default()).unwrap().into_iter();
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
        let error = RowStream::of(&path, CsvShape::default(), &interrupt).unwrap_err();
        assert_eq!(error.kind.name(), "interrupted");
    }

    #[test]
    fn a_file_that_got_shorter_or_longer_meanwhile_is_an_error() {
        let (_folder, path, mut shorter) = rows_of_file();
        assert!(shorter.next().unwrap().is_ok());
        File::options().write(true).open(&path).unwrap().set_len(9 * 4_000 + 5).unwrap();
        let (rows, error) = ending(shorter);
        assert!(rows == 3_999 && error.unwrap().contains("changed while it was read"), "{rows}");
        let (_folder, path, mut longer) = rows_of_file();
        assert!(longer.next().unwrap().is_ok());
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"late\n").unwrap();
        let (rows, error) = ending(longer);
        assert!(rows == ROWS - 1 && error.unwrap().contains("changed while it was read"), "{rows}");
    }
}
