//! Rows as sheets of an Excel workbook: a bold header that stays in view, a filter, widths by content, and no formulas.

use super::{TabularRows, cell};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;
use std::io;

/// The widest column, in characters.
const WIDEST: usize = 60;
/// The width of the button of a filter, in characters.
const BUTTON: usize = 3;
/// The largest whole number that Excel keeps exactly; greater ones are written as strings.
const EXACT: f64 = 999_999_999_999_999.0;

/// Writes a workbook, one sheet after the other.
#[derive(Default)]
pub(crate) struct WorkbookWriter(Workbook);

/// Writes the rows of one sheet.
pub(crate) struct SheetWriter<'w> {
    sheet: &'w mut Worksheet,
    rows: u32,
    widths: Vec<usize>,
}

impl WorkbookWriter {
    /// A workbook without sheets.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a sheet with a header.
    ///
    /// # Errors
    /// Excel does not allow the name; there are too many columns; a temporary file cannot be written.
    pub(crate) fn add_sheet(&mut self, name: &str, columns: &[String]) -> io::Result<SheetWriter<'_>> {
        let sheet = self.0.add_worksheet_with_low_memory().map_err(failed)?;
        sheet.set_name(name).map_err(|error| bad_name(name, error))?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        let bold = Format::new().set_bold();
        for (column, name) in (0..).zip(columns) {
            sheet.write_string_with_format(0, column, name, &bold).map_err(failed)?;
        }
        let widths = columns.iter().map(|name| name.chars().count() + BUTTON).collect();
        Ok(SheetWriter { sheet, rows: 0, widths })
    }

    /// The bytes of the workbook.
    ///
    /// # Errors
    /// It cannot be packed.
    pub(crate) fn into_bytes(mut self) -> io::Result<Vec<u8>> {
        self.0.save_to_buffer().map_err(failed)
    }
}

impl SheetWriter<'_> {
    /// Writes a row, with a value or nothing for every column.
    ///
    /// # Errors
    /// There are more rows than a sheet can hold, or a string is longer than Excel allows.
    pub(crate) fn row<'v>(&mut self, values: impl IntoIterator<Item = Option<&'v Value>>) -> io::Result<()> {
        self.rows += 1;
        for (column, value) in (0..).zip(values) {
            let row = self.rows + 1;
            let length = self.value(column, value.unwrap_or(&Value::Null)).map_err(|error| match error {
                XlsxError::MaxStringLengthExceeded => io::Error::other(format!(
                    "a string in row {row}, column {} is longer than the 32,767 characters that Excel keeps",
                    column + 1
                )),
                error => failed(error),
            })?;
            if let Some(width) = self.widths.get_mut(usize::from(column)) {
                *width = (*width).max(length);
            }
        }
        Ok(())
    }

    /// Writes a cell and returns the number of its characters.
    fn value(&mut self, column: u16, value: &Value) -> Result<usize, XlsxError> {
        match value {
            Value::Bool(flag) => {
                self.sheet.write_boolean(self.rows, column, *flag)?;
                return Ok(5);
            }
            Value::Number(number) => {
                if let Some(exact) = number.as_f64().filter(|number| number.abs() <= EXACT) {
                    self.sheet.write_number(self.rows, column, exact)?;
                    return Ok(number.to_string().len());
                }
            }
            _ => {}
        }
        let text = cell(value);
        if !text.is_empty() {
            // A string is never a formula, whatever it begins with.
            self.sheet.write_string(self.rows, column, &text)?;
        }
        Ok(text.lines().map(|line| line.chars().count()).max().unwrap_or_default())
    }

    /// Ends the sheet and returns the number of rows, without the header.
    ///
    /// # Errors
    /// The filter or the widths cannot be set.
    pub(crate) fn finish(self) -> io::Result<usize> {
        let Some(last) = u16::try_from(self.widths.len()).ok().and_then(|count| count.checked_sub(1)) else {
            return Ok(self.rows as usize);
        };
        self.sheet.autofilter(0, 0, self.rows, last).map_err(failed)?;
        for (column, width) in (0..).zip(&self.widths) {
            let width = u32::try_from((*width).min(WIDEST) + 1).unwrap_or_default();
            self.sheet.set_column_width(column, f64::from(width)).map_err(failed)?;
        }
        Ok(self.rows as usize)
    }
}

/// A value as a workbook with one sheet.
///
/// # Errors
/// As [`SheetWriter::row`].
pub(crate) fn workbook_of(value: &Value, sheet: &str) -> io::Result<Vec<u8>> {
    let columns = TabularRows::of(value).columns;
    let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let mut workbook = WorkbookWriter::new();
    let mut writer = workbook.add_sheet(sheet, &columns)?;
    for item in items {
        match item {
            Value::Object(record) => writer.row(columns.iter().map(|column| record.get(column)))?,
            plain => writer.row([Some(plain)])?,
        }
    }
    writer.finish()?;
    workbook.into_bytes()
}

fn bad_name(name: &str, error: XlsxError) -> io::Error {
    if let XlsxError::IoError(error) = error {
        return error;
    }
    io::Error::other(format!(
        "`{name}` is not a valid name of a sheet; use 1 to 31 characters, and none of [ ] : * ? / \\"
    ))
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        XlsxError::RowColumnLimitError => {
            io::Error::other("a sheet holds at most 1,048,576 rows and 16,384 columns")
        }
        other => io::Error::other(other),
    }
}
