//! The shape that a table must have, whatever its format.

use crate::error::{Error, Result};
use crate::values::options::CallOptions;
use rhai::Map;

/// The required shape of a table.
#[derive(Debug, Clone, Default)]
pub struct TableShape {
    /// Required columns.
    pub columns: Vec<String>,
    /// Required columns whose cells are lists.
    pub lists: Vec<String>,
    /// Names in the header, and the names by which the columns are read.
    pub rename: Vec<(String, String)>,
    /// The same, where the header has the old name and not the new one.
    pub likely_names: Vec<(String, String)>,
    /// The least number of rows.
    pub min_rows: usize,
}

impl TableShape {
    /// The names of the options that [`TableShape::of`] reads.
    pub const OPTIONS: [&str; 4] = ["columns", "lists", "rename", "min_rows"];

    /// The shape that a caller asks for.
    ///
    /// # Errors
    /// `usage`: an option has another type.
    pub fn of(options: &CallOptions) -> Result<Self> {
        Ok(Self {
            columns: options.texts("columns")?.unwrap_or_default(),
            lists: options.texts("lists")?.unwrap_or_default(),
            rename: rename(options)?,
            likely_names: Vec::new(),
            min_rows: options.count("min_rows")?.unwrap_or_default(),
        })
    }

    /// Checks the number of rows of a file.
    ///
    /// # Errors
    /// `file`: there are too few.
    pub(crate) fn check_row_count(&self, file: &str, rows: usize) -> Result<()> {
        if rows >= self.min_rows {
            return Ok(());
        }
        let message = format!("too few rows: {rows}; at least {} are required", self.min_rows);
        Err(Error::file(file, message))
    }
}

fn rename(options: &CallOptions) -> Result<Vec<(String, String)>> {
    let Some(value) = options.value("rename") else { return Ok(Vec::new()) };
    let wrong = || options.wrong("rename", "a map such as #{\"Adres e-mail\": \"email\"}", value);
    let map = value.read_lock::<Map>().ok_or_else(wrong)?;
    let names = map.iter().map(|(old, new)| Some((old.trim().to_owned(), new.clone().into_string().ok()?)));
    names.collect::<Option<_>>().ok_or_else(wrong)
}
