//! Reads a CSV file: complete or an error with its place.

use super::parser;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::files::csv::parser::{CsvError, CsvRecord};
use crate::files::csv::row::{CsvColumn, CsvHeader, CsvRow};
use crate::files::encoding::{DecodeError, FileEncoding, decode};
use crate::host::interrupt::Interrupt;
use crate::tabular;
use std::path::Path;
use std::rc::Rc;

/// What a file must look like.
#[derive(Debug, Clone)]
pub struct CsvShape {
    /// Columns it must have.
    pub columns: Vec<String>,
    /// Columns it must have and whose cells are lists.
    pub lists: Vec<String>,
    /// What parts cells.
    pub delimiter: char,
    /// `None` for UTF-8, or what a byte order mark says.
    pub encoding: Option<FileEncoding>,
    /// How many rows it must have.
    pub min_rows: usize,
}

impl Default for CsvShape {
    fn default() -> Self {
        Self { columns: Vec::new(), lists: Vec::new(), delimiter: ',', encoding: None, min_rows: 0 }
    }
}

/// Reads a file.
///
/// # Errors
/// `file`: it cannot be read, is broken, or has not the shape. `interrupted`.
pub fn read(path: &Path, shape: &CsvShape, interrupt: &Interrupt) -> Result<Vec<CsvRow>> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let text = decode(bytes, shape.encoding).map_err(|wrong| undecodable(&file, &wrong, shape))?;
    parse(&file, &text, shape, interrupt)
}

/// Reads the text of `file`.
///
/// # Errors
/// `file`: it is broken or has not the shape. `interrupted`.
pub fn parse(file: &str, text: &str, shape: &CsvShape, interrupt: &Interrupt) -> Result<Vec<CsvRow>> {
    let mut records =
        parser::records(text, shape.delimiter).map(|record| record.map(trimmed)).filter(|record| {
            record.as_ref().map_or(true, |record| record.cells.iter().any(|cell| !cell.is_empty()))
        });
    let first = records.next().transpose().map_err(|wrong| broken(file, None, &wrong))?;
    let header = Rc::new(header(file, first, shape)?);
    let rows = records.map(|record| match record {
        Ok(record) => interrupt.check().and_then(|()| row(&header, record)),
        Err(wrong) => Err(broken(file, Some(&header), &wrong)),
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    enough(file, rows.len(), shape.min_rows)?;
    Ok(rows)
}

pub(crate) fn trimmed(CsvRecord { line, cells }: CsvRecord) -> CsvRecord {
    let cells = cells.into_iter().map(|cell| tabular::restore(cell.trim()).to_owned()).collect();
    CsvRecord { line, cells }
}

/// The header, out of the first record; a file without one is more likely a broken export than a list of nobody.
pub(crate) fn header(file: &str, first: Option<CsvRecord>, shape: &CsvShape) -> Result<CsvHeader> {
    let Some(CsvRecord { line, cells }) = first else {
        return Err(Error::file(file, "the file is empty: it does not even have a header"));
    };
    let place = format!("{file}:{line}");
    if let Some(blank) = cells.iter().position(String::is_empty) {
        return Err(Error::file(place, format!("column {} has no name", blank + 1)));
    }
    if let Some(twice) = cells.iter().enumerate().find(|(place, name)| cells[..*place].contains(name)) {
        return Err(Error::file(place, format!("two columns are named `{}`", twice.1)));
    }
    present(&place, &cells, shape)?;
    let is_list = |name: &String| shape.lists.contains(name);
    let column = |name: String| CsvColumn { is_list: is_list(&name), name: name.into() };
    Ok(CsvHeader { file: file.to_owned(), columns: cells.into_iter().map(column).collect() })
}

/// Whether every column is there that must be.
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

/// What was found in place of what must be there.
fn found(names: &[String]) -> String {
    match names {
        [one] => match [';', '\t', '|', ','].into_iter().find(|letter| one.contains(*letter)) {
            Some(letter) => format!("is the delimiter {letter:?}?"),
            None => format!("it has only `{one}`"),
        },
        names => format!("it has `{}`", names.join("`, `")),
    }
}

pub(crate) fn row(header: &Rc<CsvHeader>, CsvRecord { line, cells }: CsvRecord) -> Result<CsvRow> {
    let (have, want) = (cells.len(), header.columns.len());
    if have == want {
        return Ok(CsvRow::new(header, line, cells.into_iter().map(Into::into).collect()));
    }
    let (compared, which) = match header.columns.get(have) {
        Some(column) => ("fewer", format!("column `{}` has none", column.name)),
        None => ("more", format!("the first one too many is `{}`", cells[want])),
    };
    let message = format!("the row has {compared} cells than there are columns ({have} for {want}): {which}");
    Err(Error::file(format!("{}:{line}", header.file), message))
}

fn broken(file: &str, header: Option<&CsvHeader>, wrong: &CsvError) -> Error {
    let place = format!("{file}:{}:{}", wrong.line, wrong.column);
    match header.and_then(|header| header.columns.get(wrong.cell)) {
        Some(column) => Error::file(place, format!("column `{}`: {}", column.name, wrong.message)),
        None => Error::file(place, wrong.message),
    }
}

fn undecodable(file: &str, wrong: &DecodeError, shape: &CsvShape) -> Error {
    let (line, column) = wrong.place();
    let cell = parser::last_cell(&wrong.before, shape.delimiter);
    let header = parser::records(&wrong.before, shape.delimiter).next();
    let header = header.filter(|_| line > 1).and_then(Result::ok);
    let name =
        header.and_then(|header| header.cells.get(cell).map(|name| format!("column `{}`: ", name.trim())));
    let advice = match shape.encoding {
        None => "; name its encoding, such as #{encoding: \"windows-1252\"}",
        Some(_) => "",
    };
    let message = format!("{}{}{advice}", name.unwrap_or_default(), wrong.message);
    Error::file(format!("{file}:{line}:{column}"), message)
}

pub(crate) fn enough(file: &str, rows: usize, min_rows: usize) -> Result<()> {
    if rows >= min_rows {
        return Ok(());
    }
    let message = format!("too few rows: {rows}, and it must have {min_rows}");
    Err(Error::file(file, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let rows = parse("people.csv", text, &CsvShape::default(), &Interrupt::default()).unwrap();
        rows.iter().map(|row| row.to_json().to_string()).collect()
    }

    fn message(text: &str, shape: &CsvShape) -> String {
        parse("people.csv", text, shape, &Interrupt::default()).unwrap_err().to_string()
    }

    fn wanting(columns: &[&str]) -> CsvShape {
        CsvShape { columns: columns.iter().map(|name| (*name).to_owned()).collect(), ..CsvShape::default() }
    }

    #[test]
    fn cells_are_trimmed_and_blank_rows_are_skipped() {
        let text = "\n upn , mail\n a , \" b \" \n,\n\n c,d\n";
        assert_eq!(rows(text), [r#"{"upn":"a","mail":"b"}"#, r#"{"upn":"c","mail":"d"}"#]);
    }

    #[test]
    fn a_row_knows_the_line_it_begins_in() {
        let rows =
            parse("people.csv", "a\n\"x\ny\"\nz\n", &CsvShape::default(), &Interrupt::default()).unwrap();
        assert_eq!(rows.iter().map(CsvRow::line).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn a_ragged_row_names_its_line_and_column() {
        assert_eq!(
            message("upn,mail\na,b\nc\n", &CsvShape::default()),
            "people.csv:3: the row has fewer cells than there are columns (1 for 2): column `mail` has none"
        );
        assert_eq!(
            message("upn,mail\na,b,x\n", &CsvShape::default()),
            "people.csv:2: the row has more cells than there are columns (3 for 2): the first one too many is `x`"
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
    fn a_header_has_names_and_each_once() {
        assert_eq!(message("a,,b\n", &CsvShape::default()), "people.csv:1: column 2 has no name");
        assert_eq!(message("a,b, a\n", &CsvShape::default()), "people.csv:1: two columns are named `a`");
    }

    #[test]
    fn missing_columns_are_named_with_the_nearest() {
        assert_eq!(
            message("Mail,upn\n", &wanting(&["mail", "country"])),
            "people.csv:1: no column `mail` (did you mean `Mail`?), no column `country`; it has `Mail`, `upn`"
        );
    }

    #[test]
    fn a_wrong_delimiter_is_suspected() {
        let message = message("mail;upn\n", &wanting(&["mail"]));
        assert!(message.ends_with("is the delimiter ';'?"), "{message}");
    }

    #[test]
    fn too_few_rows_are_an_error_when_so_many_must_be_there() {
        let shape = CsvShape { min_rows: 2, ..CsvShape::default() };
        assert_eq!(message("a\n1\n", &shape), "people.csv: too few rows: 1, and it must have 2");
        assert!(rows("a\n").is_empty());
    }

    #[test]
    fn a_file_without_a_header_is_an_error() {
        let expected = "people.csv: the file is empty: it does not even have a header";
        assert_eq!(message("", &CsvShape::default()), expected);
        assert_eq!(message("\n\n", &CsvShape::default()), expected);
    }

    #[test]
    fn bytes_in_another_encoding_are_placed_and_the_remedy_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, b"upn,firstname\na,Zo\xEB\n").unwrap();
        let error = read(&path, &CsvShape::default(), &Interrupt::default()).unwrap_err().to_string();
        let expected = "people.csv:2:5: column `firstname`: it is no UTF-8 text; \
                        name its encoding, such as #{encoding: \"windows-1252\"}";
        assert!(error.ends_with(expected), "{error}");
        let shape = CsvShape { encoding: Some(FileEncoding::Windows1252), ..CsvShape::default() };
        assert_eq!(read(&path, &shape, &Interrupt::default()).unwrap()[0].text("firstname"), Some("Zoë"));
    }

    #[test]
    fn what_was_defused_for_spreadsheets_is_restored() {
        assert_eq!(rows("a\n'=x\n"), [r#"{"a":"=x"}"#]);
    }
}
