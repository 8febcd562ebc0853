//! Whom an undo leaves as they are: a file with one name a line, or a table with a column `email`.

use super::person_state::PersonState;
use crate::error::Result;
use crate::store::text_file;
use crate::wire::identity::fold;
use std::collections::HashSet;
use std::path::Path;

/// The column of a table that is read.
const COLUMN: &str = "email";

/// The people whom an undo leaves as they are.
#[derive(Debug, Default)]
pub(crate) struct UndoExceptions(HashSet<String>);

impl UndoExceptions {
    /// Reads a file.
    ///
    /// # Errors
    /// `file`: it cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Ok(Self(names(&text_file::read(path)?)))
    }

    /// Whether a person is one of them, by any name before or after the run.
    pub(crate) fn has(&self, person: &PersonState) -> bool {
        let fields = &person.fields;
        let known = [fields.id.as_deref(), person.then("email"), person.then("username")];
        let now = [person.now("email"), person.now("username"), Some(person.name.as_str())];
        known.into_iter().chain(now).flatten().any(|name| self.0.contains(&fold(name)))
    }
}

fn names(text: &str) -> HashSet<String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).peekable();
    let delimiter =
        [',', ';', '\t'].into_iter().find(|mark| lines.peek().is_some_and(|line| line.contains(*mark)));
    let cell = |line: &str, place: usize| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(u8::try_from(delimiter.unwrap_or(',')).unwrap_or(b','))
            .from_reader(line.as_bytes());
        let row = reader.records().next()?.ok()?;
        row.get(place).map(|cell| fold(cell))
    };
    let header = lines.peek().copied().unwrap_or_default();
    let width = header.chars().filter(|letter| Some(*letter) == delimiter).count() + 1;
    let column = (0..width).find(|place| cell(header, *place).as_deref() == Some(COLUMN));
    let found: HashSet<_> = match column {
        Some(place) => lines.skip(1).filter_map(|line| cell(line, place)).collect(),
        None => lines.map(fold).collect(),
    };
    found.into_iter().filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_one_a_line_or_from_the_column_email() {
        let two: HashSet<_> = ["a@example.com", "b@example.com"].map(str::to_owned).into();
        for text in [
            "A@example.com\n\n b@example.com \n",
            "email\na@example.com\nb@example.com\n",
            "name,Email\n\"Doe, Ann\",a@example.com\r\nBob,b@example.com\r\n",
            "Email;name\na@example.com;x\nb@example.com;\n",
        ] {
            assert_eq!(names(text), two, "{text}");
        }
        assert!(names("").is_empty());
    }
}
