//! A value as the text of one cell.

use serde_json::Value;

/// A value as the text of a cell for people: lists with room between the entries.
pub(crate) fn cell(value: &Value) -> String {
    match value {
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(crate::tabular::cell).collect::<Vec<_>>().join(", ")
        }
        other => crate::tabular::cell(other),
    }
}
