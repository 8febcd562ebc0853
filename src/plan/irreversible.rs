//! What no later command can undo.

use serde_json::Value;

/// Why a command cannot be undone; `None` for one that can.
pub fn reason(command: &Value) -> Option<String> {
    let steps = command.get("do").and_then(Value::as_array)?;
    let reasons = steps.iter().filter_map(Value::as_object).flatten();
    let reasons = reasons.filter_map(|(name, value)| match name.as_str() {
        "removeFromOrg" if value.get("deleteAccount") == Some(&Value::Bool(true)) => {
            Some("the account is deleted permanently, with its files")
        }
        "deleteUserGroup" => Some("a user group that is made again has another number and no members"),
        _ => None,
    });
    reasons.map(str::to_owned).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_gone_for_good_cannot_be_undone() {
        let of =
            |step: Value| reason(&json!({"user": "a@example.com", "do": [{"add": {"group": ["X"]}}, step]}));
        assert!(of(json!({"removeFromOrg": {"deleteAccount": true}})).is_some());
        assert!(of(json!({"deleteUserGroup": {}})).is_some());
        for step in [
            json!({"removeFromOrg": {"deleteAccount": false}}),
            json!({"removeFromOrg": {}}),
            json!({"remove": "all"}),
        ] {
            assert_eq!(of(step), None);
        }
    }
}
