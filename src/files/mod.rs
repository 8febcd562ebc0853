//! The formats of files that scripts read and write.

pub(crate) mod console_csv;
pub mod csv;
pub(crate) mod encoding_guess;
pub(crate) mod file_pattern;
pub(crate) mod first_bytes;
pub(crate) mod input;
pub mod table;
pub(crate) mod table_file;
#[cfg(test)]
mod tests;
pub(crate) mod text;
pub(crate) mod user_sync;
pub(crate) mod xlsx;
