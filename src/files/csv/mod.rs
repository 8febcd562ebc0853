//! CSV files: read strictly into rows, and written so that reading returns the same values.

pub(crate) mod dialect;
mod parser;
pub(crate) mod reader;
pub mod writer;
