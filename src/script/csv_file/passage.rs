//! A CSV file as scripts go through it: row by row, without keeping it.

use super::read::{self, Shape};
use super::row::Row;
use super::stream::{self, Rows};
use crate::error::Result;
use crate::script::error::thrown;
use crate::script::record::RhaiResultOf;
use rhai::{Engine, Position};
use std::path::{Path, PathBuf};

/// A file whose rows were all seen to be whole; each `for` reads it anew.
#[derive(Debug, Clone)]
pub struct Passage {
    path: PathBuf,
    shape: Shape,
    rows: usize,
}

impl Passage {
    /// Looks through the whole file: what is wrong with it is told before any row is given out.
    ///
    /// # Errors
    /// `file`: it cannot be read, is broken, or has not the shape.
    pub fn of(path: &Path, shape: Shape) -> Result<Self> {
        let mut rows = 0;
        for row in stream::rows(path, shape.clone())? {
            row?;
            rows += 1;
        }
        read::enough(&path.display().to_string(), rows, shape.min_rows)?;
        Ok(Self { path: path.to_owned(), shape, rows })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// One way through a file.
pub struct Way(Option<Result<Rows>>);

impl IntoIterator for Passage {
    type Item = RhaiResultOf<Row>;
    type IntoIter = Way;

    fn into_iter(self) -> Way {
        Way(Some(stream::rows(&self.path, self.shape)))
    }
}

impl Iterator for Way {
    type Item = RhaiResultOf<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.0.take()? {
            Ok(mut rows) => {
                let row = rows.next()?;
                self.0 = Some(Ok(rows));
                row
            }
            Err(error) => Err(error),
        };
        Some(row.map_err(|error| thrown(&error, Position::NONE)))
    }
}

/// Makes it known to an engine.
pub fn register(engine: &mut Engine) {
    let shown = |file: &mut Passage| format!("{} rows of {}", file.rows(), file.path.display());
    engine.register_type_with_name::<Passage>("Rows");
    engine.register_iterator_result::<Passage, Row>();
    engine.register_fn("len", |file: &mut Passage| i64::try_from(file.rows()).unwrap_or(i64::MAX));
    engine.register_fn("to_string", shown);
    engine.register_fn("to_debug", shown);
}
