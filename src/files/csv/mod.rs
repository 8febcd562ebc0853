//! CSV files: read strictly into rows, and written so that reading returns the same values.

pub(crate) mod csv_format;
pub(crate) mod dialect;
mod parser;
pub(crate) mod reader;
pub(crate) mod writer;
