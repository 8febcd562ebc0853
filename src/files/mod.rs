//! The formats of files that scripts read and write.

pub mod csv;
pub(crate) mod encoding_guess;
pub(crate) mod first_bytes;
pub(crate) mod input;
pub mod table;
pub(crate) mod table_file;
#[cfg(test)]
mod tests;
pub(crate) mod xlsx;
