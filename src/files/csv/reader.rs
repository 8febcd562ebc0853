//! Reads a CSV file strictly, row by row: an error has its line and column.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::files::csv::parser::{CsvError, CsvParser, CsvProblem, CsvRecord};
use crate::files::csv::row::{CsvColumn, CsvHeader, CsvRow};
use crate::host::interrupt::Interrupt;
use crate::store::encoding::FileEncoding;
use crate::store::file_door;
use crate::store::journal::sha256::DigestReader;
use crate::tabular;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The required shape of a file.
#[derive(Debug, Clone)]
pub struct CsvShape {
    /// Required columns.
    pub columns: Vec<String>,
    /// Required columns whose cells are lists.
    pub lists: Vec<String>,
    /// The character between cells.
    pub delimiter: char,
    /// `None` for UTF-8, or the encoding of a byte order mark.
    pub encoding: Option<FileEncoding>,
    /// The least number of rows.
    pub min_rows: usize,
}

impl Default for CsvShape {
    fn default() -> Self {
        Self { columns: Vec::new(), lists: Vec::new(), delimiter: ',', encoding: None, min_rows: 0 }
    }
}

/// Reads the rows of a CSV file one by one without storing them; ends after an error.
pub struct CsvReader<R = File> {
    rows: CsvRecords<R>,
    header: Rc<CsvHeader>,
}

impl CsvReader {
    /// Opens a file; its header must have the shape.
    ///
    /// # Errors
    /// `file`: it cannot be read, its header is broken or lacks a column.
    pub(super) fn open(path: &Path, shape: &CsvShape) -> Result<Self> {
        let source = file_door::open(path).map_err(|error| Error::io(path, error))?;
        Self::new(path, source, shape)
    }
}

impl<R: Read> CsvReader<R> {
    /// Reads the bytes of the file at `path`, which is for messages; its header must have the shape.
    ///
    /// # Errors
    /// `file`: they cannot be read, the header is broken or lacks a column.
    pub fn new(path: &Path, source: R, shape: &CsvShape) -> Result<Self> {
        let encoding_is_given = shape.encoding.is_some();
        let parser = CsvParser::new(source, shape.encoding, shape.delimiter);
        let mut rows = CsvRecords { path: path.to_owned(), encoding_is_given, parser };
        let header = header(&path.display().to_string(), rows.next(None)?, shape)?;
        Ok(Self { rows, header: Rc::new(header) })
    }

    /// The header.
    pub fn header(&self) -> &CsvHeader {
        &self.header
    }

    /// The source of the bytes.
    pub fn into_source(self) -> R {
        self.rows.parser.into_source()
    }
}

impl<R: Read> Iterator for CsvReader<R> {
    type Item = Result<CsvRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.rows.next(Some(&self.header)).transpose()?;
        let row = record.and_then(|record| row(&self.header, record));
        if row.is_err() {
            self.rows.parser.end();
        }
        Some(row)
    }
}

/// Reads a file: its rows and its SHA-256.
///
/// # Errors
/// `file`: it cannot be read, is broken, or does not have the shape. `interrupted`.
pub fn read(path: &Path, shape: &CsvShape, interrupt: &Interrupt) -> Result<(Vec<CsvRow>, String)> {
    let mut rows = Vec::new();
    let digest = each(path, shape, interrupt, |row| rows.push(row))?;
    check_row_count(path, rows.len(), shape.min_rows)?;
    Ok((rows, digest))
}

/// Calls `visit` with every row of a file and returns the SHA-256 of the file: one pass, so that the rows and the
/// digest are of the same bytes.
pub(super) fn each(
    path: &Path,
    shape: &CsvShape,
    interrupt: &Interrupt,
    mut visit: impl FnMut(CsvRow),
) -> Result<String> {
    let failed = |error: io::Error| Error::io(path, error);
    let source = DigestReader::new(file_door::open(path).map_err(failed)?);
    let mut rows = CsvReader::new(path, source, shape)?;
    for row in &mut rows {
        interrupt.check()?;
        visit(row?);
    }
    rows.into_source().finish().map_err(failed)
}

/// The records of a file, without blank ones, with trimmed cells.
struct CsvRecords<R> {
    path: PathBuf,
    encoding_is_given: bool,
    parser: CsvParser<R>,
}

impl<R: Read> CsvRecords<R> {
    /// The next record; the header names the column of an error.
    fn next(&mut self, header: Option<&CsvHeader>) -> Result<Option<CsvRecord>> {
        for record in &mut self.parser {
            let record =
                trimmed(record.map_err(|error| broken(&self.path, header, self.encoding_is_given, error))?);
            if record.cells.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }
}

fn trimmed(CsvRecord { line, cells }: CsvRecord) -> CsvRecord {
    let cells = cells.into_iter().map(|cell| tabular::restore(cell.trim()).to_owned()).collect();
    CsvRecord { line, cells }
}

/// The header, from the first record. A file without one is more likely a failed export than an empty list.
fn header(file: &str, first: Option<CsvRecord>, shape: &CsvShape) -> Result<CsvHeader> {
    let Some(CsvRecord { line, cells }) = first else {
        return Err(Error::file(file, "the file is empty; it has no header"));
    };
    let place = format!("{file}:{line}");
    let nameless =
        cells.iter().enumerate().filter(|(_, name)| name.is_empty()).map(|(cell, _)| cell).collect();
    let cells: Vec<_> = cells.into_iter().filter(|name| !name.is_empty()).collect();
    if let Some(twice) = cells.iter().enumerate().find(|(place, name)| cells[..*place].contains(name)) {
        return Err(Error::file(place, format!("two columns are named `{}`", twice.1)));
    }
    present(&place, &cells, shape)?;
    let is_list = |name: &String| shape.lists.contains(name);
    let column = |name: String| CsvColumn { is_list: is_list(&name), name: name.into() };
    Ok(CsvHeader { file: file.to_owned(), columns: cells.into_iter().map(column).collect(), nameless })
}

/// Checks that every required column is present.
fn present(place: &str, names: &[String], shape: &CsvShape) -> Result<()> {
    let wanted = shape.columns.iter().chain(&shape.lists);
    let missing: Vec<_> = wanted.filter(|name| !names.contains(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let absent = missing.iter().map(|name| match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("no column `{name}` (did you mean `{near}`?)"),
        None => format!("no column `{name}`"),
    });
    let absent = absent.collect::<Vec<_>>().join(", ");
    Err(Error::file(place, format!("{absent}; {}", found(names))))
}

/// The columns that the header has instead of the required ones.
fn found(names: &[String]) -> String {
    match names {
        [one] => match [';', '\t', '|', ','].into_iter().find(|letter| one.contains(*letter)) {
            Some(letter) => format!("is the delimiter {letter:?}?"),
            None => format!("it has only `{one}`"),
        },
        names => format!("it has `{}`", names.join("`, `")),
    }
}

fn row(header: &Rc<CsvHeader>, CsvRecord { line, cells }: CsvRecord) -> Result<CsvRow> {
    let cells = without_nameless(header, line, cells)?;
    let (have, want) = (cells.len(), header.columns.len());
    if have == want {
        return Ok(CsvRow::new(header, line, cells.into_iter().map(Into::into).collect()));
    }
    let (compared, which) = match header.columns.get(have) {
        Some(column) => ("fewer", format!("column `{}` has none", column.name)),
        None => ("more", format!("the first extra cell is `{}`", cells[want])),
    };
    let message = format!(
        "the row has {compared} cells than the header has columns ({have} instead of {want}): {which}"
    );
    Err(Error::file(format!("{}:{line}", header.file), message))
}

/// The cells of columns that have a name. Spreadsheets write columns without a name that were used once; a cell in one
/// has no meaning.
fn without_nameless(header: &CsvHeader, line: usize, cells: Vec<String>) -> Result<Vec<String>> {
    if header.nameless.is_empty() {
        return Ok(cells);
    }
    let mut named = Vec::with_capacity(cells.len());
    for (place, cell) in cells.into_iter().enumerate() {
        if !header.nameless.contains(&place) {
            named.push(cell);
        } else if !cell.is_empty() {
            let message = format!("column {} has no name, but the row has `{cell}` in it", place + 1);
            return Err(Error::file(format!("{}:{line}", header.file), message));
        }
    }
    Ok(named)
}

/// The error for a problem that the parser found.
fn broken(path: &Path, header: Option<&CsvHeader>, encoding_is_given: bool, error: CsvError) -> Error {
    let message = match error.problem {
        CsvProblem::Read(error) => return Error::io(path, error),
        CsvProblem::Syntax(message) => message.to_owned(),
        CsvProblem::Encoding(message) if encoding_is_given => message,
        CsvProblem::Encoding(message) => {
            format!("{message}; name its encoding, such as #{{encoding: \"windows-1252\"}}")
        }
    };
    let place = format!("{}:{}:{}", path.display(), error.line, error.column);
    match header.and_then(|header| header.column_of(error.cell)) {
        Some(column) => Error::file(place, format!("column `{}`: {message}", column.name)),
        None => Error::file(place, message),
    }
}

pub(super) fn check_row_count(path: &Path, rows: usize, min_rows: usize) -> Result<()> {
    if rows >= min_rows {
        return Ok(());
    }
    let message = format!("too few rows: {rows}; at least {min_rows} are required");
    Err(Error::file(path.display().to_string(), message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::csv::row_stream::RowStream;
    use crate::store::testing::OneByte;
    use proptest::prelude::*;

    /// Rows with their lines, or the error without the folder in it.
    type Outcome = Result<Vec<(usize, String)>, String>;

    /// What a file holds, which must be the same by every way to read it.
    fn outcome(text: &[u8], shape: &CsvShape) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, text).unwrap();
        let shown = |row: CsvRow| (row.line(), row.to_json().to_string());
        let outcome = |rows: Result<Vec<CsvRow>>| -> Outcome {
            let folder = format!("{}/", folder.path().display());
            rows.map(|rows| rows.into_iter().map(shown).collect())
                .map_err(|error| error.to_string().replace(&folder, ""))
        };
        let interrupt = Interrupt::default();
        let whole = outcome(read(&path, shape, &interrupt).map(|(rows, _)| rows));
        let streamed = RowStream::of(&path, shape.clone(), &interrupt)
            .map(|rows| rows.into_iter().map(|row| row.unwrap()).collect());
        assert_eq!(outcome(streamed), whole, "stream_csv");
        let opened = |path: &Path| CsvReader::open(path, shape)?.collect::<Result<Vec<_>>>();
        let piecewise =
            CsvReader::new(&path, OneByte(text), shape).and_then(Iterator::collect::<Result<Vec<_>>>);
        for (way, rows) in [("multi_action", opened(&path)), ("byte by byte", piecewise)] {
            // Only the other two know how many rows there must be.
            let rows =
                rows.and_then(|rows| check_row_count(&path, rows.len(), shape.min_rows).map(|()| rows));
            assert_eq!(outcome(rows), whole, "{way}");
        }
        whole
    }

    fn rows(text: &str) -> Vec<String> {
        let rows = outcome(text.as_bytes(), &CsvShape::default()).unwrap();
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn message(text: &str, shape: &CsvShape) -> String {
        outcome(text.as_bytes(), shape).unwrap_err()
    }

    fn requiring(columns: &[&str]) -> CsvShape {
        CsvShape { columns: columns.iter().map(|name| (*name).to_owned()).collect(), ..CsvShape::default() }
    }

    #[test]
    fn cells_are_trimmed_and_blank_rows_are_skipped() {
        let text = "\n upn , mail\n a , \" b \" \n,\n\n c,d\n";
        assert_eq!(rows(text), [r#"{"upn":"a","mail":"b"}"#, r#"{"upn":"c","mail":"d"}"#]);
    }

    #[test]
    fn a_row_knows_the_line_it_begins_in() {
        let rows = outcome(b"a\n\"x\ny\"\nz\n", &CsvShape::default()).unwrap();
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn a_ragged_row_names_its_line_and_column() {
        assert_eq!(
            message("upn,mail\na,b\nc\n", &CsvShape::default()),
            "people.csv:3: the row has fewer cells than the header has columns (1 instead of 2): column `mail` has none"
        );
        assert_eq!(
            message("upn,mail\na,b,x\n", &CsvShape::default()),
            "people.csv:2: the row has more cells than the header has columns (3 instead of 2): the first extra cell is `x`"
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found_where_it_opens() {
        assert_eq!(
            message("upn,mail\na,\"b\nc,d\n", &CsvShape::default()),
            "people.csv:2:3: column `mail`: a quote is never closed"
        );
    }

    #[test]
    fn columns_without_a_name_are_left_out_if_they_are_blank() {
        assert_eq!(rows("a,,b,,\n1,,2,,\n3,,4\n"), [r#"{"a":"1","b":"2"}"#, r#"{"a":"3","b":"4"}"#]);
        assert_eq!(
            message("a,,b\n1,,2\n3,x,4\n", &CsvShape::default()),
            "people.csv:3: column 2 has no name, but the row has `x` in it"
        );
        assert_eq!(
            message("a,,b\n1,,\"2\n", &CsvShape::default()),
            "people.csv:2:4: column `b`: a quote is never closed"
        );
    }

    #[test]
    fn a_header_has_each_name_once() {
        assert_eq!(message("a,b, a\n", &CsvShape::default()), "people.csv:1: two columns are named `a`");
    }

    #[test]
    fn missing_columns_are_named_with_the_nearest() {
        assert_eq!(
            message("Mail,upn\n", &requiring(&["mail", "country"])),
            "people.csv:1: no column `mail` (did you mean `Mail`?), no column `country`; it has `Mail`, `upn`"
        );
    }

    #[test]
    fn a_wrong_delimiter_is_reported() {
        let message = message("mail;upn\n", &requiring(&["mail"]));
        assert!(message.ends_with("is the delimiter ';'?"), "{message}");
    }

    #[test]
    fn too_few_rows_are_an_error() {
        let shape = CsvShape { min_rows: 2, ..CsvShape::default() };
        assert_eq!(message("a\n1\n", &shape), "people.csv: too few rows: 1; at least 2 are required");
        assert!(rows("a\n").is_empty());
    }

    #[test]
    fn a_file_without_a_header_is_an_error() {
        let expected = "people.csv: the file is empty; it has no header";
        assert_eq!(message("", &CsvShape::default()), expected);
        assert_eq!(message("\n\n", &CsvShape::default()), expected);
    }

    #[test]
    fn bytes_in_another_encoding_are_placed_and_the_remedy_is_named() {
        let text = b"upn,firstname\na,Zo\xEB\n";
        let expected = "people.csv:2:5: column `firstname`: this is not valid UTF-8 text; \
                        name its encoding, such as #{encoding: \"windows-1252\"}";
        assert_eq!(outcome(text, &CsvShape::default()).unwrap_err(), expected);
        let shape = CsvShape { encoding: Some(FileEncoding::Windows1252), ..CsvShape::default() };
        let row = r#"{"upn":"a","firstname":"Zoë"}"#.to_owned();
        assert_eq!(outcome(text, &shape).unwrap(), [(2, row)]);
    }

    #[test]
    fn escaped_formulas_are_restored() {
        assert_eq!(rows("a\n'=x\n"), [r#"{"a":"=x"}"#]);
    }

    #[test]
    fn every_way_to_read_a_file_has_the_same_rows_and_errors() {
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
            let _ = outcome(text.as_bytes(), &CsvShape::default());
        }
        let _ = outcome(b"a,b\n1,\xEB\n", &CsvShape::default());
    }

    #[test]
    fn every_encoding_is_read_by_every_way() {
        let text = "upn,name\r\na,\"Zoë\r\n€\"\r\nb,x\r\n";
        let utf_16 =
            |bytes: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect();
        let expected =
            [(2, r#"{"upn":"a","name":"Zoë\r\n€"}"#.to_owned()), (4, r#"{"upn":"b","name":"x"}"#.to_owned())];
        let windows = text.replace('ë', "\u{1}").replace('€', "\u{2}").into_bytes();
        let windows = windows.into_iter().map(|byte| match byte {
            1 => 0xEB,
            2 => 0x80,
            other => other,
        });
        let files: [(Vec<u8>, Option<FileEncoding>); 5] = [
            (text.into(), None),
            (text.into(), Some(FileEncoding::Utf8)),
            (utf_16(u16::to_le_bytes), None),
            (utf_16(u16::to_be_bytes), Some(FileEncoding::Utf16)),
            (windows.collect(), Some(FileEncoding::Windows1252)),
        ];
        for (bytes, encoding) in files {
            let shape = CsvShape { encoding, ..CsvShape::default() };
            assert_eq!(outcome(&bytes, &shape).unwrap(), expected, "{encoding:?}");
        }
    }

    proptest! {
        #[test]
        fn every_reader_returns_the_same_rows(text in "[ab,\"\r\n ]{0,40}") {
            let _ = outcome(text.as_bytes(), &CsvShape::default());
        }
    }
}
