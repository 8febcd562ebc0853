//! The cells of rows from other systems: by the names that those systems give to columns.

use crate::files::table::row::TableRow;
use crate::values::script_value;
use rhai::{Dynamic, Map};

/// Columns that say what an entry of a directory is.
const KINDS: &[&str] =
    &["objectclass", "objecttype", "objectcategory", "odatatype", "type", "usertype", "recipienttypedetails"];

/// What a cell of such a column has in a row that is a group.
const GROUP: &str = "group";

/// The name of a column without case, spaces and signs.
pub(crate) fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The columns of a row.
pub(crate) fn columns(row: &Dynamic) -> Vec<String> {
    if let Some(map) = row.read_lock::<Map>() {
        return map.keys().map(ToString::to_string).collect();
    }
    script_value::field_names(row).unwrap_or_default()
}

/// A cell as a string, trimmed; `None` if there is no such column. A list is joined by commas.
pub(crate) fn text(row: &Dynamic, column: &str) -> Option<String> {
    if let Some(row) = row.read_lock::<TableRow>() {
        return row.text(column).map(str::to_owned);
    }
    let value = match row.read_lock::<Map>() {
        Some(map) => map.get(column).cloned(),
        None => script_value::field(row, column),
    }?;
    Some(if value.is_unit() { String::new() } else { value.to_string().trim().to_owned() })
}

/// The first cell that is not blank among columns whose names are spelled like one of these.
pub(crate) fn first_of(row: &Dynamic, spellings: &[&str]) -> Option<String> {
    let columns = columns(row);
    spellings.iter().find_map(|wanted| {
        let column = columns.iter().find(|column| letters(column) == *wanted)?;
        text(row, column).filter(|text| !text.is_empty())
    })
}

/// Whether a row is a group of a directory: its members are not meant by it.
pub(crate) fn is_group(row: &Dynamic) -> bool {
    columns(row).iter().filter(|column| KINDS.contains(&letters(column).as_str())).any(|column| {
        text(row, column).is_some_and(|text| {
            text.split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word.to_lowercase().ends_with(GROUP))
        })
    })
}

/// Where a row comes from, for messages: file and line, or the row itself.
pub(crate) fn place(row: &Dynamic) -> String {
    row.read_lock::<TableRow>().map_or_else(|| row.to_string(), |row| row.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(entries: &[(&str, &str)]) -> Dynamic {
        entries
            .iter()
            .map(|(key, value)| ((*key).into(), Dynamic::from((*value).to_owned())))
            .collect::<Map>()
            .into()
    }

    #[test]
    fn groups_of_directories_are_recognized() {
        for (column, cell) in [
            ("objectClass", "top;group"),
            ("@odata.type", "#microsoft.graph.group"),
            ("Object Type", "Group"),
            ("type", "securityGroup"),
            ("objectType", "SecurityGroup"),
        ] {
            assert!(is_group(&row(&[(column, cell)])), "{column} {cell}");
        }
        for (column, cell) in
            [("objectClass", "user"), ("type", "federatedID"), ("groups", "group A"), ("type", "")]
        {
            assert!(!is_group(&row(&[(column, cell)])), "{column} {cell}");
        }
    }

    #[test]
    fn cells_are_found_by_the_spelling_of_their_columns() {
        let row = row(&[("First Name", " Ada "), ("Mail", ""), ("E-mail Address", "a@example.com")]);
        assert_eq!(first_of(&row, &["givenname", "firstname"]).as_deref(), Some("Ada"));
        assert_eq!(first_of(&row, &["mail", "emailaddress"]).as_deref(), Some("a@example.com"));
        assert_eq!(first_of(&row, &["country"]), None);
    }
}
