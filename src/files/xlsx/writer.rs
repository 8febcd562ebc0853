//! Writes rows to a workbook. If writing fails, the existing file is unchanged.

use crate::error::{Error, Result};
use crate::files::table::content::{TableContent, columns};
use crate::host::interrupt::Interrupt;
use crate::store::output_file::{self, IfExists};
use crate::tabular::workbook::WorkbookWriter;
use rhai::{Dynamic, Map};
use std::path::{Path, PathBuf};

/// The name of the sheet if the caller gives none.
const SHEET: &str = "Rows";

/// The sheets of a workbook, in their order.
pub(crate) struct WorkbookContent(Vec<(String, TableContent)>);

impl WorkbookContent {
    /// A list or listing, or a map with one for each sheet.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub(crate) fn of(value: Dynamic) -> Result<Self> {
        let sheets = value.read_lock::<Map>().map(|sheets| sheets.clone());
        match sheets {
            Some(sheets) if sheets.is_empty() => {
                Err(Error::usage("a workbook needs at least one sheet, such as #{\"People\": rows}"))
            }
            Some(sheets) => {
                let sheet = |(name, rows): (_, Dynamic)| Ok((String::from(name), TableContent::of(rows)?));
                sheets.into_iter().map(sheet).collect::<Result<_>>().map(Self)
            }
            None => Ok(Self(vec![(SHEET.to_owned(), TableContent::of(value)?)])),
        }
    }
}

/// Writes the sheets to `path`. Returns the path and the number of rows, without headers.
///
/// # Errors
/// `usage`: a column no row has, or a value that is not data. `file`: it cannot be written, or exists and must not; Excel
/// does not allow the name of a sheet or a string. `interrupted`. In each case an existing file is unchanged.
pub(crate) fn write(
    path: &Path,
    content: &WorkbookContent,
    wanted: Option<&[String]>,
    if_exists: IfExists,
    interrupt: &Interrupt,
) -> Result<(PathBuf, usize)> {
    let unusable = |error: std::io::Error| Error::file(path.display().to_string(), error.to_string());
    if if_exists == IfExists::Append {
        let message = "rows cannot be appended to a workbook";
        return Err(Error::usage_with_hint(
            message,
            "Write to another file, such as with #{if_exists: \"number\"}.",
        ));
    }
    let (mut workbook, mut rows) = (WorkbookWriter::new(), 0);
    for (name, content) in &content.0 {
        let mut columns = columns(content, wanted, interrupt)?;
        if columns.is_empty() {
            columns = content.documented().iter().map(|name| (*name).to_owned()).collect();
        }
        let mut sheet = workbook.add_sheet(name, &columns).map_err(unusable)?;
        content.each(&mut |row| {
            interrupt.check()?;
            sheet.row(columns.iter().map(|name| row.get(name))).map_err(unusable)
        })?;
        rows += sheet.finish().map_err(unusable)?;
    }
    let bytes = workbook.into_bytes().map_err(unusable)?;
    let path = output_file::write(path, if_exists, &mut |file| file.write_all(&bytes))?;
    Ok((path, rows))
}
