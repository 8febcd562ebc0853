//! The header of a table: its columns, and which cell of a row belongs to which.

use super::shape::TableShape;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use ahash::AHashMap;
use rhai::ImmutableString;
use std::collections::{HashMap, HashSet};

/// The most columns that a table may have.
pub const COLUMN_LIMIT: usize = 10_000;

/// The names that messages list.
const SHOWN_NAMES: usize = 30;

/// The file and the columns that the rows of one table share.
#[derive(Debug)]
pub struct TableHeader {
    /// The file, with its sheet if it has sheets, for messages.
    pub file: String,
    /// The columns, in the file's order.
    pub columns: Vec<TableColumn>,
    /// The column of each cell; `None` for cells under a blank header, which must be blank in every row.
    cells: Vec<Option<usize>>,
    places: AHashMap<ImmutableString, usize>,
}

/// A column.
#[derive(Debug)]
pub struct TableColumn {
    /// Its name.
    pub name: ImmutableString,
    /// Whether its cells are lists.
    pub is_list: bool,
}

impl TableHeader {
    /// The header with these cells, at `place`; it must have the shape.
    ///
    /// # Errors
    /// `file`: a column is missing, or two have the same name.
    pub(crate) fn new(file: String, place: &str, names: Vec<String>, shape: &TableShape) -> Result<Self> {
        let names = renamed(place, names, shape)?;
        let mut cells = Vec::with_capacity(names.len());
        let (mut columns, mut places) = (Vec::new(), AHashMap::new());
        let lists: HashSet<_> = shape.lists.iter().map(String::as_str).collect();
        for name in names {
            cells.push((!name.is_empty()).then_some(columns.len()));
            if name.is_empty() {
                continue;
            }
            let is_list = lists.contains(name.as_str());
            let name = ImmutableString::from(name);
            if places.insert(name.clone(), columns.len()).is_some() {
                return Err(Error::file(place, format!("two columns are named `{name}`")));
            }
            columns.push(TableColumn { name, is_list });
        }
        let header = Self { file, columns, cells, places };
        header.check_presence(place, shape)?;
        Ok(header)
    }

    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The name of every cell; blank for those of no column.
    pub(crate) fn all_names(&self) -> Vec<String> {
        let name = |place: &Option<usize>| place.map(|place| self.columns[place].name.to_string());
        self.cells.iter().map(|place| name(place).unwrap_or_default()).collect()
    }

    /// The column of a 0-based cell.
    pub(crate) fn column_of(&self, cell: usize) -> Option<&TableColumn> {
        self.place_of(cell).and_then(|place| self.columns.get(place))
    }

    /// The place of the column of a 0-based cell.
    pub(super) fn place_of(&self, cell: usize) -> Option<usize> {
        self.cells.get(cell).copied().flatten()
    }

    /// Whether every cell belongs to a column.
    pub(super) fn has_all_names(&self) -> bool {
        self.cells.len() == self.columns.len()
    }

    /// The number of cells, with those of columns without a name.
    pub(super) fn width(&self) -> usize {
        self.cells.len()
    }

    /// The place of a column.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// The names of the columns, for a message.
    pub(super) fn listed(&self) -> String {
        let shown: Vec<_> = self.names().take(SHOWN_NAMES).map(|name| format!("`{name}`")).collect();
        match self.columns.len().saturating_sub(SHOWN_NAMES) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    /// Checks that every required column is present.
    ///
    /// # Errors
    /// `file`: the missing columns, with the nearest that are there.
    pub(crate) fn check_presence(&self, place: &str, shape: &TableShape) -> Result<()> {
        let wanted = shape.columns.iter().chain(&shape.lists);
        let missing: Vec<_> = wanted.filter(|name| self.place(name).is_none()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let absent = missing.iter().map(|name| match nearest(name, self.names()) {
            Some(near) => format!("no column `{name}` (did you mean `{near}`?)"),
            None => format!("no column `{name}`"),
        });
        let absent = absent.collect::<Vec<_>>().join(", ");
        Err(Error::file(place, format!("{absent}; {}", self.found())))
    }

    /// The columns that the header has instead of the required ones.
    fn found(&self) -> String {
        match self.columns.as_slice() {
            [one] => match [';', '\t', '|', ','].into_iter().find(|letter| one.name.contains(*letter)) {
                Some(letter) => format!("is the delimiter {letter:?}?"),
                None => format!("it has only `{}`", one.name),
            },
            _ => format!("it has {}", self.listed()),
        }
    }
}

fn renamed(place: &str, mut names: Vec<String>, shape: &TableShape) -> Result<Vec<String>> {
    let places: HashMap<_, _> = names.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
    for (old, new) in &shape.likely_names {
        if let (Some(found), None) = (places.get(old), places.get(new)) {
            names[*found].clone_from(new);
        }
    }
    for (old, new) in &shape.rename {
        let Some(found) = places.get(old) else {
            let near = nearest(old, names.iter().map(String::as_str));
            let near = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            return Err(Error::file(place, format!("no column `{old}` to rename{near}")));
        };
        new.trim().clone_into(&mut names[*found]);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str], shape: &TableShape) -> Result<TableHeader> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        TableHeader::new("people.csv".to_owned(), "people.csv:1", names, shape)
    }

    fn renaming(old: &str, new: &str) -> TableShape {
        TableShape { rename: vec![(old.to_owned(), new.to_owned())], ..TableShape::default() }
    }

    #[test]
    fn columns_are_read_by_their_new_names() {
        let header = header(&["Adres e-mail", "", "Imię"], &renaming("Adres e-mail", "email")).unwrap();
        assert_eq!(header.names().collect::<Vec<_>>(), ["email", "Imię"]);
        assert_eq!((header.place_of(0), header.place_of(1), header.place_of(2)), (Some(0), None, Some(1)));
    }

    #[test]
    fn a_column_that_is_not_there_or_there_twice_cannot_be_renamed() {
        let message = |names: &[&str], shape| header(names, &shape).unwrap_err().to_string();
        assert_eq!(
            message(&["Adres e-mail"], renaming("Adres email", "email")),
            "people.csv:1: no column `Adres email` to rename (did you mean `Adres e-mail`?)"
        );
        assert_eq!(
            message(&["mail", "email"], renaming("mail", "email")),
            "people.csv:1: two columns are named `email`"
        );
    }

    #[test]
    fn a_message_lists_a_limited_number_of_columns() {
        let names: Vec<_> = (0..10_000).map(|number| format!("column {number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let shape = TableShape { columns: vec!["email".to_owned()], ..TableShape::default() };
        let message = header(&names, &shape).unwrap_err().to_string();
        assert!(message.ends_with("`column 29` and 9970 more") && message.len() < 1_000, "{message}");
    }
}
