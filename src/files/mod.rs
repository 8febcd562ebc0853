//! The formats of files that scripts read and write.

pub mod csv;
