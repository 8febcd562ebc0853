//! Responses that users reported and no documentation describes (contract 7.45, 7.46).

use crate::sandbox::response::SandboxResponse;
use serde_json::{Value, json};

/// The same response with null for `user` and `requestID` of its errors and warnings.
pub(super) fn without_labels(response: SandboxResponse) -> SandboxResponse {
    rewrite(response, |body| {
        for key in ["errors", "warnings"] {
            for entry in body.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
                entry["user"] = Value::Null;
                entry["requestID"] = Value::Null;
            }
        }
    })
}

/// The same response with numbers for strings, strings for numbers, a group without a name, and null for lists of
/// errors and warnings that would be left out.
pub(super) fn with_odd_types(response: SandboxResponse) -> SandboxResponse {
    rewrite(response, |body| {
        if let Some(groups) = body.get_mut("groups").and_then(Value::as_array_mut) {
            groups.iter_mut().for_each(change_types);
            groups.push(json!({ "groupId": 94_680_000, "type": "USER_GROUP", "memberCount": 0 }));
        }
        if body.get("completed").is_some() {
            for key in ["errors", "warnings"] {
                if body.get(key).is_none() {
                    body[key] = Value::Null;
                }
            }
        }
    })
}

fn change_types(group: &mut Value) {
    for key in ["groupId", "memberCount"] {
        if let Some(number) = group[key].as_i64() {
            group[key] = json!(number.to_string());
        }
    }
    if let Some(quota) = group["licenseQuota"].as_str().and_then(|quota| quota.parse::<i64>().ok()) {
        group["licenseQuota"] = json!(quota);
    }
}

/// Changes the JSON object of a response; other bodies stay as they are.
fn rewrite(response: SandboxResponse, change: impl FnOnce(&mut Value)) -> SandboxResponse {
    match serde_json::from_slice::<Value>(&response.body) {
        Ok(mut body) if body.is_object() => {
            change(&mut body);
            SandboxResponse { body: body.to_string().into_bytes(), ..response }
        }
        _ => response,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: fn(SandboxResponse) -> SandboxResponse, body: &Value) -> Value {
        serde_json::from_slice(&change(SandboxResponse::json(200, body)).body).expect("JSON")
    }

    #[test]
    fn errors_lose_their_labels() {
        let body = json!({"errors": [{"index": 0, "user": "a@example.com"}], "completed": 0});
        let expected = json!({"errors": [{"index": 0, "user": null, "requestID": null}], "completed": 0});
        assert_eq!(changed(without_labels, &body), expected);
    }

    #[test]
    fn each_field_of_a_group_gets_another_type() {
        let group = json!({"groupId": 7, "groupName": "P", "memberCount": 3, "licenseQuota": "10"});
        let unlimited =
            json!({"groupId": 8, "groupName": "Q", "memberCount": 0, "licenseQuota": "UNLIMITED"});
        let changed = changed(with_odd_types, &json!({"groups": [group, unlimited]}));
        let expected = json!({"groupId": "7", "groupName": "P", "memberCount": "3", "licenseQuota": 10});
        assert_eq!(changed["groups"][0], expected);
        assert_eq!(changed["groups"][1]["licenseQuota"], "UNLIMITED");
        assert_eq!(changed["groups"][2].get("groupName"), None);
    }

    #[test]
    fn an_action_response_has_null_for_what_it_leaves_out() {
        let changed = changed(with_odd_types, &json!({"result": "success", "completed": 1}));
        assert_eq!(
            (changed.get("errors"), changed.get("warnings")),
            (Some(&Value::Null), Some(&Value::Null))
        );
    }

    #[test]
    fn a_body_that_is_not_an_object_stays() {
        for body in ["", "[1]", "<html>"] {
            let response = SandboxResponse { body: body.into(), ..SandboxResponse::empty(504) };
            assert_eq!(with_odd_types(response.clone()), response);
        }
    }
}
