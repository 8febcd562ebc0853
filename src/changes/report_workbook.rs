//! `--report FILE.xlsx`: rows are kept in a CSV file beside it during the run, from which the workbook is made at the end.

use crate::error::{Error, Result};
use crate::files::table::shape::TableShape;
use crate::files::xlsx::reader;
use crate::files::xlsx::sheet_options::SheetOptions;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::input_file::InputFile;
use crate::tabular::restore;
use crate::tabular::workbook::WorkbookWriter;
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};

/// The sheet of a report.
const SHEET: &str = "Report";

/// The file of the rows during the run; a run that is killed leaves it.
pub(super) fn rows_path(workbook: &Path) -> PathBuf {
    let mut name = workbook.as_os_str().to_owned();
    name.push(".csv");
    name.into()
}

/// Whether a file is a workbook with a report of these columns.
pub(super) fn is_report(path: &Path, columns: &[&str]) -> bool {
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    let shape = TableShape { columns, ..TableShape::default() };
    let options = SheetOptions { sheet: Some(SHEET.to_owned()), ..SheetOptions::default() };
    let Ok(file) = InputFile::open(path, &|| false) else { return false };
    let sheet = reader::read(&file, &options, &|| Ok(()));
    sheet.and_then(|sheet| reader::table(&sheet, &options, &shape)).is_ok()
}

/// Makes the workbook of the rows, and removes the file of the rows.
///
/// # Errors
/// `file`: it cannot be read or written; the file of the rows stays.
pub(super) fn make(rows: &Path, workbook: &Path) -> Result<()> {
    let bytes = bytes_of(rows).map_err(|error| {
        let hint = format!("The rows are in {}.", rows.display());
        Error::file(workbook.display().to_string(), error.to_string()).with_file_hint(hint)
    })?;
    file_door::replace(workbook, FileAccess::Private, |file| file.write_all(&bytes))?;
    file_door::remove(rows).map_err(|error| Error::io(rows, error))
}

fn bytes_of(rows: &Path) -> io::Result<Vec<u8>> {
    let mut rows = csv::Reader::from_reader(file_door::open(rows)?);
    let columns: Vec<_> = rows.headers()?.iter().map(str::to_owned).collect();
    let mut workbook = WorkbookWriter::new();
    let mut sheet = workbook.add_sheet(SHEET, &columns)?;
    for row in rows.records() {
        let values: Vec<_> = row?.iter().map(value).collect();
        sheet.row(values.iter().map(Some))?;
    }
    sheet.finish()?;
    workbook.into_bytes()
}

/// A whole number as a number, anything else as a string.
fn value(cell: &str) -> Value {
    match cell.parse::<u32>() {
        Ok(number) => number.into(),
        Err(_) => restore(cell).into(),
    }
}
