//! CSV files: read strictly into rows that read like maps, and written so that they read back.

pub mod cells;
pub mod passage;
pub mod read;
pub mod row;
pub mod stream;
pub mod write;
