//! Excel workbooks: sheets read into rows like those of CSV files, and rows written as sheets.

mod cell_text;
mod hidden_rows;
pub(crate) mod reader;
pub(crate) mod sheet_options;
mod watched;
pub(crate) mod writer;
