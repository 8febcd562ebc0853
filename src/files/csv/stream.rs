//! Goes through a CSV file row by row without keeping it: the same rows and the same errors as [`super::reader`].

use super::parser;
use super::reader;
use crate::error::{Error, Result};
use crate::files::csv::parser::CsvRecord;
use crate::files::csv::reader::CsvShape;
use crate::files::csv::row::{CsvHeader, CsvRow};
use crate::host::interrupt::Interrupt;
use crate::store::file_door;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The byte order mark of UTF-8.
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
/// The longest row that is waited for; behind that a quote was never closed.
const ROW_LIMIT: usize = 16 << 20;

/// The rows of a file.
pub struct CsvReader {
    path: PathBuf,
    shape: CsvShape,
    file: BufReader<File>,
    header: Option<Rc<CsvHeader>>,
    ready: VecDeque<CsvRecord>,
    /// Lines before those in `ready`.
    line: usize,
    /// Rows of a file that could only be read as a whole.
    whole: Option<std::vec::IntoIter<CsvRow>>,
    ended: bool,
}

/// Opens a file; its header must have the shape.
///
/// # Errors
/// `file`: it cannot be read or lacks a column.
pub fn rows(path: &Path, shape: CsvShape) -> Result<CsvReader> {
    let file = file_door::open(path).map_err(|error| Error::file(path.display().to_string(), error))?;
    let file = BufReader::new(file);
    let mut rows = CsvReader {
        path: path.to_owned(),
        shape,
        file,
        header: None,
        ready: VecDeque::new(),
        line: 0,
        whole: None,
        ended: false,
    };
    rows.begin()?;
    Ok(rows)
}

impl CsvReader {
    fn begin(&mut self) -> Result<()> {
        let name = self.name();
        let begun = self.file.fill_buf().map_err(|error| Error::file(&name, error))?;
        let other = self.shape.encoding.is_some()
            || begun.starts_with(&[0xFF, 0xFE])
            || begun.starts_with(&[0xFE, 0xFF]);
        if other {
            return self.read_whole();
        }
        if begun.starts_with(MARK) {
            self.file.consume(MARK.len());
        }
        match self.record() {
            Ok(first) => {
                let header = reader::header(&name, first, &self.shape)?;
                self.header = Some(Rc::new(header));
                Ok(())
            }
            Err(_) => self.read_whole(),
        }
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Reads what is not plain as a whole: another encoding, or something broken whose place is to be told.
    fn read_whole(&mut self) -> Result<()> {
        self.whole = Some(reader::read(&self.path, &self.shape, &Interrupt::default())?.into_iter());
        Ok(())
    }

    /// The next record that is not blank.
    fn record(&mut self) -> Result<Option<CsvRecord>, CsvTrouble> {
        loop {
            while let Some(record) = self.ready.pop_front() {
                let record = reader::trimmed(record);
                if record.cells.iter().any(|cell| !cell.is_empty()) {
                    return Ok(Some(record));
                }
            }
            if !self.read_lines()? {
                return Ok(None);
            }
        }
    }

    /// Reads as many lines as belong together; whether there was one.
    fn read_lines(&mut self) -> Result<bool, CsvTrouble> {
        let (mut bytes, mut quotes, mut seen) = (Vec::new(), 0, 0);
        loop {
            let count = self.file.read_until(b'\n', &mut bytes).map_err(|_| CsvTrouble)?;
            quotes += bytes[seen..].iter().map(|byte| usize::from(*byte == b'"')).sum::<usize>();
            seen = bytes.len();
            if quotes % 2 == 0 || count == 0 {
                break;
            }
            if seen > ROW_LIMIT {
                return Err(CsvTrouble);
            }
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| CsvTrouble)?;
        for record in parser::records(text, self.shape.delimiter) {
            let CsvRecord { line, cells } = record.map_err(|_| CsvTrouble)?;
            self.ready.push_back(CsvRecord { line: line + self.line, cells });
        }
        self.line += text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count();
        Ok(!bytes.is_empty())
    }

    fn row(&mut self) -> Result<Option<CsvRow>> {
        if let Some(whole) = &mut self.whole {
            return Ok(whole.next());
        }
        match (self.record(), &self.header) {
            (Ok(Some(record)), Some(header)) => reader::row(header, record).map(Some),
            (Ok(_), _) => Ok(None),
            // Reading it as a whole names the place; where that goes well the file has changed meanwhile.
            (Err(CsvTrouble), _) => {
                reader::read(&self.path, &self.shape, &Interrupt::default())?;
                Err(Error::file(self.name(), "the file changed while it was read"))
            }
        }
    }
}

/// Something is wrong that only reading the whole file can place.
struct CsvTrouble;

impl Iterator for CsvReader {
    type Item = Result<CsvRow>;

    fn next(&mut self) -> Option<Result<CsvRow>> {
        if self.ended {
            return None;
        }
        let row = self.row().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn both(text: &[u8]) -> [Result<Vec<(usize, String)>, String>; 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, text).unwrap();
        let told = |row: CsvRow| (row.line(), row.to_json().to_string());
        let streamed = rows(&path, CsvShape::default()).and_then(Iterator::collect::<Result<Vec<_>>>);
        [streamed, reader::read(&path, &CsvShape::default(), &Interrupt::default())].map(|rows| {
            rows.map(|rows| rows.into_iter().map(told).collect()).map_err(|error| error.to_string())
        })
    }

    #[test]
    fn rows_and_errors_are_those_of_the_whole_file() {
        for text in [
            "a,b\n1,2\n\n\"x\ny\",\"say \"\"hi\"\"\"\n3,4",
            "\u{feff}a,b\r\n1,2\r\n",
            "a,b\r1,2\r3,4",
            "",
            "a,a\n",
            "a,b\n1\n",
            "a,b\n1,\"2\n3,4\n",
            "a,b\n1,2\"\n\"",
        ] {
            let [streamed, whole] = both(text.as_bytes());
            assert_eq!(streamed, whole, "{text:?}");
        }
        let [streamed, whole] = both(b"a,b\n1,\xEB\n");
        assert_eq!(streamed, whole);
    }

    proptest! {
        #[test]
        fn any_text_is_read_alike(text in "[ab,\"\r\n ]{0,40}") {
            let [streamed, whole] = both(text.as_bytes());
            // A row before a broken one is not given out by either in the end.
            prop_assert_eq!(streamed, whole);
        }
    }
}
