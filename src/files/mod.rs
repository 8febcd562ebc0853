//! The formats of files that scripts read and write.

pub mod csv;
pub mod encoding;
#[cfg(test)]
mod testing;
