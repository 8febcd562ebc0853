//! A value as the text of one cell.

use crate::secret::mask;
use serde_json::Value;

/// The keys by which people know a user or a group.
const NAMES: [&str; 3] = ["email", "username", "groupName"];

/// A value as the text of a cell for people: lists with room between the entries, users and groups in them by their names.
/// Secrets are masked here, since a cell may be cut later.
pub(crate) fn cell(value: &Value) -> String {
    mask(&plain(value)).into_owned()
}

fn plain(value: &Value) -> String {
    match value {
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(crate::tabular::cell).collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => names(items).unwrap_or_else(|| crate::tabular::cell(value)),
        other => crate::tabular::cell(other),
    }
}

/// The names of users or groups; `None` if any of the items is something else.
fn names(items: &[Value]) -> Option<String> {
    let name = |item: &Value| NAMES.iter().find_map(|key| item.get(*key)?.as_str().map(str::to_owned));
    let names: Vec<_> = items.iter().map(name).collect::<Option<_>>()?;
    Some(names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn users_and_groups_in_a_list_are_shown_by_their_names() {
        for (list, shown) in [
            (
                json!([{"email": "a@example.com", "username": "a", "id": "1"}, {"username": "b"}]),
                "a@example.com, b",
            ),
            (json!([{"groupName": "X", "groupId": 1}]), "X"),
            (json!([{"a": 1}]), "[{\"a\":1}]"),
            (json!([{"email": "a@example.com"}, 7]), "[{\"email\":\"a@example.com\"},7]"),
            (json!([["x"]]), "[[\"x\"]]"),
            (json!(["x", "y"]), "x, y"),
            (json!([]), ""),
        ] {
            assert_eq!(cell(&list), shown);
        }
    }
}
