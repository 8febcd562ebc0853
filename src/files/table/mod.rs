//! Tables in files, whatever their format: a header, and rows that read like maps.

pub(crate) mod bad_rows;
pub(crate) mod cells;
pub(crate) mod content;
pub mod header;
pub mod row;
pub mod row_stream;
pub mod shape;
