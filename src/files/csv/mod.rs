//! CSV files: read strictly into rows that read like maps, and written so that reading returns the same values.

mod parser;
pub mod reader;
pub mod row;
pub mod row_stream;
pub mod writer;
