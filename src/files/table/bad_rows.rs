//! The rows of a file that are not valid, reported together.

use super::row::BadRow;
use crate::error::{Error, Result};

/// The rows that one message lists.
const SHOWN: usize = 20;

/// The bad rows of a file, as they are found.
#[derive(Debug, Default)]
pub(crate) struct BadRows {
    shown: Vec<(usize, String)>,
    count: usize,
    /// The error, if there is just one.
    only: Option<Error>,
}

impl BadRows {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: &BadRow) {
        self.count += 1;
        self.only = (self.count == 1).then(|| row.error());
        if self.shown.len() < SHOWN {
            self.shown.push((row.row.line(), row.message.clone()));
        }
    }

    /// Fails if there are any, with all of them.
    ///
    /// # Errors
    /// `file`.
    pub(crate) fn check(self, file: &str) -> Result<()> {
        if let Some(only) = self.only {
            return Err(only);
        }
        if self.count == 0 {
            return Ok(());
        }
        let mut lines: Vec<_> =
            self.shown.iter().map(|(line, message)| format!("line {line}: {message}")).collect();
        if self.count > SHOWN {
            lines.push(format!("and {} more", self.count - SHOWN));
        }
        Err(Error::file(file, format!("{} rows are not valid: {}", self.count, lines.join("; "))))
    }
}
