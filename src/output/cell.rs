//! A value as the text of one cell.

use crate::secret::mask;
use serde_json::Value;

/// A value as the text of a cell for people: lists with room between the entries. Secrets are masked here, since a cell
/// may be cut later.
pub(crate) fn cell(value: &Value) -> String {
    mask(&plain(value)).into_owned()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(crate::tabular::cell).collect::<Vec<_>>().join(", ")
        }
        other => crate::tabular::cell(other),
    }
}
