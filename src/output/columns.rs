//! The columns of a list of records and their widths, taken from its first rows. Pure.

use super::cell::cell;
use crate::output::frame::TableFrame;
use crate::output::table::TextGrid;
use serde_json::{Map, Value};

type JsonRecord = Map<String, Value>;

/// The columns of well-known records, recognized by keys that they alone have: heading, and how to fill it.
type ColumnSpec = (&'static str, fn(&JsonRecord) -> String);

const PEOPLE: &[ColumnSpec] = &[
    ("email", |user| first_of(user, &["email", "username"])),
    ("name", |user| [text(user, "firstname"), text(user, "lastname")].join(" ").trim().to_owned()),
    ("type", |user| text(user, "type")),
    ("groups", |user| text(user, "groups")),
];

const GROUPS: &[ColumnSpec] = &[
    ("groupName", |group| text(group, "groupName")),
    ("type", |group| text(group, "type")),
    ("memberCount", |group| text(group, "memberCount")),
    ("licenseQuota", |group| text(group, "licenseQuota")),
];

const OUTCOMES: &[ColumnSpec] = &[
    ("target", |outcome| text(outcome, "target")),
    ("status", |outcome| text(outcome, "status")),
    ("code", |outcome| text(outcome, "code")),
    ("message", |outcome| text(outcome, "message")),
];

const COUNTS: &[ColumnSpec] = &[
    ("key", |row| text(row, "key")),
    ("count", |row| text(row, "count")),
    ("items", |row| text(row, "items")),
];

/// Columns and widths of a table that may go on.
#[derive(Debug, Clone)]
pub(crate) struct TableLayout {
    columns: ColumnSet,
    /// How wide each column is as long as there is room.
    widths: Vec<usize>,
}

#[derive(Debug, Clone)]
enum ColumnSet {
    Known(Vec<&'static ColumnSpec>),
    Keys(Vec<String>),
}

impl TableLayout {
    /// The layout for entries such as these; `None` unless all are records.
    pub(crate) fn of(sample: &[Value]) -> Option<Self> {
        records(sample).map(|records| Self::of_records(&records))
    }

    /// The layout for records such as these.
    pub(crate) fn of_records(sample: &[&JsonRecord]) -> Self {
        let columns = match known(sample) {
            Some(columns) => ColumnSet::Known(
                columns
                    .iter()
                    .filter(|(_, fill)| sample.iter().any(|record| !fill(record).is_empty()))
                    .collect(),
            ),
            None => ColumnSet::Keys(keys(sample)),
        };
        Self::with(columns, sample)
    }

    /// The layout with these columns and no others.
    pub(crate) fn of_keys(columns: Vec<String>, sample: &[&JsonRecord]) -> Self {
        Self::with(ColumnSet::Keys(columns), sample)
    }

    fn with(columns: ColumnSet, sample: &[&JsonRecord]) -> Self {
        let widths = columns.grid(sample).widths();
        Self { columns, widths }
    }

    pub(crate) fn table(&self, records: &[&JsonRecord], frame: TableFrame) -> String {
        self.columns.grid(records).render_with(&self.widths, frame.width, frame.palette)
    }
}

impl ColumnSet {
    fn grid(&self, records: &[&JsonRecord]) -> TextGrid {
        match self {
            Self::Known(columns) => TextGrid {
                header: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
                rows: rows(records, |record| columns.iter().map(|(_, fill)| fill(record)).collect()),
            },
            Self::Keys(keys) => TextGrid {
                header: keys.clone(),
                rows: rows(records, |record| keys.iter().map(|key| text(record, key)).collect()),
            },
        }
    }
}

fn rows(records: &[&JsonRecord], row: impl Fn(&JsonRecord) -> Vec<String>) -> Vec<Vec<String>> {
    records.iter().map(|record| row(record)).collect()
}

/// The entries as records; `None` unless all are.
pub(crate) fn records(entries: &[Value]) -> Option<Vec<&JsonRecord>> {
    entries.iter().map(Value::as_object).collect()
}

fn known(records: &[&JsonRecord]) -> Option<&'static [ColumnSpec]> {
    let all = |keys: &[&str]| records.iter().all(|record| keys.iter().all(|key| record.contains_key(*key)));
    if records.is_empty() {
        None
    } else if all(&["groupName", "groupId"]) {
        Some(GROUPS)
    } else if all(&["target", "action", "status", "attempts"]) {
        Some(OUTCOMES)
    } else if all(&["key", "count"]) && records.iter().all(|record| is_count(record)) {
        Some(COUNTS)
    } else if all(&["type", "id"])
        && records.iter().all(|record| record.contains_key("email") || record.contains_key("username"))
    {
        Some(PEOPLE)
    } else {
        None
    }
}

/// Whether a record is a row of `count_by` or `group_by`.
fn is_count(record: &JsonRecord) -> bool {
    record.len() == 2 || record.len() == 3 && record.contains_key("items")
}

/// Every key of any record, in the order of first appearance.
pub(crate) fn keys(records: &[&JsonRecord]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in records.iter().flat_map(|record| record.keys()) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

fn first_of(record: &JsonRecord, keys: &[&str]) -> String {
    keys.iter().map(|key| text(record, key)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The text of a field; none where there is none.
fn text(record: &JsonRecord, key: &str) -> String {
    record.get(key).map(cell).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::palette::ColorPalette;
    use serde_json::json;

    const FRAME: TableFrame = TableFrame { width: Some(40), palette: ColorPalette::PLAIN };

    #[test]
    fn rows_that_follow_stand_below_the_columns_of_the_first() {
        let first = json!([{"key": "Designers", "count": 12}]);
        let layout = TableLayout::of(first.as_array().unwrap()).unwrap();
        let next = json!([{"key": "X", "count": 1, "more": 2}, {"key": "Photographers", "count": 3}]);
        let text = layout.table(&records(next.as_array().unwrap()).unwrap(), FRAME);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "key        count");
        assert_eq!((lines[2], lines[3]), ("X          1", "Photogra…  3"));
    }

    #[test]
    fn a_column_without_a_value_is_left_out_of_well_known_records() {
        let groups = json!([{"groupId": 1, "groupName": "Designers", "type": "USER_GROUP"}]);
        let layout = TableLayout::of(groups.as_array().unwrap()).unwrap();
        let text = layout.table(&records(groups.as_array().unwrap()).unwrap(), FRAME);
        assert_eq!(text.lines().next(), Some("groupName  type"));
    }

    #[test]
    fn what_is_no_record_has_no_columns() {
        assert!(TableLayout::of(&[json!(1)]).is_none());
    }
}
