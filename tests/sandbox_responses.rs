//! What other clients send and what the service was seen to return, over real HTTP (contract 7b).

use crate::sandbox::{Visitor, json_of};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use umapi_shell::sandbox::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION};

const SCOPE: &str = "openid,AdobeID,user_management_sdk";

/// A token request as other clients send it: its content type and body.
fn token_forms() -> [(&'static str, String); 2] {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("scope", SCOPE),
    ];
    let part = |(name, value): &(&str, &str)| {
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let multipart = fields.iter().map(part).collect::<String>() + "--xyz--\r\n";
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    [("application/x-www-form-urlencoded", pairs.join("&")), ("multipart/form-data; boundary=xyz", multipart)]
}

#[tokio::test]
async fn both_token_paths_take_both_forms() {
    let visitor = Visitor::new().await;
    for path in ["/ims/token/v2", "/ims/token/v2/", "/ims/token/v3", "/ims/token/v3/"] {
        for (content_type, body) in token_forms() {
            let url = format!("{}{path}", visitor.sandbox.sign_in_url());
            let request = visitor.client.post(url).header("content-type", content_type).body(body);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{path} {content_type}");
            assert!(json_of(answer).await["access_token"].is_string(), "{path} {content_type}");
        }
    }
}

#[tokio::test]
async fn deprecated_endpoints_say_that_they_are_gone() {
    let visitor = Visitor::new().await;
    let profile = "products/1/configurations/2";
    for (method, path) in [
        (Method::GET, "users"),
        (Method::GET, "users?page=1"),
        (Method::GET, "user-groups"),
        (Method::GET, "user-groups/7"),
        (Method::GET, "user-groups/7/users"),
        (Method::GET, "products"),
        (Method::GET, &format!("{profile}/users")),
        (Method::POST, profile),
    ] {
        let request = visitor.request(method, &format!("/{ORGANIZATION}/{path}"));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::GONE, "{path}");
        assert!(json_of(answer).await["errorMessage"].as_str().unwrap().contains("deprecated"), "{path}");
    }
    let url = format!("{}/{ORGANIZATION}/user-groups", visitor.sandbox.service_url());
    let unsigned = visitor.client.get(url).send().await.unwrap();
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_slash_in_the_path_of_a_user_may_be_raw() {
    let visitor = Visitor::new().await;
    let email = "r/and/d@example.com";
    let fields = json!({"email": email, "firstname": "A", "lastname": "B", "country": "US"});
    let created = visitor.act(&json!([{"user": email, "do": [{"createFederatedID": fields}]}])).await;
    assert_eq!(created["result"], "success");
    for name in [email, "r%2Fand%2Fd@example.com", "r%2fand/d%40example.com"] {
        let answer = visitor.get(&format!("/organizations/{ORGANIZATION}/users/{name}")).await;
        assert_eq!(json_of(answer).await["user"]["email"], email, "{name}");
    }
}

/// A fault as the control endpoint takes it, the request it is for, and what the response then holds: a status, a JSON
/// pointer into the body, and the value there.
type FaultCase = (Value, (Method, String), u16, &'static str, Value);

/// The responses that users reported and no documentation describes (contract 7.45, 7.46).
fn reported_responses() -> Vec<FaultCase> {
    let action = || (Method::POST, format!("/action/{ORGANIZATION}"));
    let users = || (Method::GET, format!("/users/{ORGANIZATION}/7"));
    let groups = || (Method::GET, format!("/groups/{ORGANIZATION}/0"));
    let status = |status: u16, body: Option<&str>| json!({"status": {"status": status, "body": body}});
    let failed = json!({"commandError": {"index": 0, "code": "error.group.remove_failed"}});
    let without_code = r#"{"errorMessage": "Bad request"}"#;
    let fault = |effect: Value| json!([{ "effect": effect }]);
    vec![
        (fault(failed), action(), 200, "/errors/0/errorCode", json!("error.group.remove_failed")),
        (fault(status(400, Some(without_code))), action(), 400, "/errorMessage", json!("Bad request")),
        (
            json!([{"path": users().1.replace("/users", "/v2/usermanagement/users"), "effect": status(504, None)}]),
            users(),
            504,
            "",
            Value::Null,
        ),
        (fault(json!("nullErrorLabels")), action(), 200, "/errors/0/requestID", Value::Null),
        (fault(json!("nullErrorLabels")), action(), 200, "/errors/0/user", Value::Null),
        (fault(json!("oddTypes")), action(), 200, "/warnings", Value::Null),
        (fault(json!("oddTypes")), groups(), 200, "/groups/0/groupId", json!("94680001")),
        (fault(json!("oddTypes")), groups(), 200, "/groups/3/licenseQuota", json!(25)),
        (fault(json!("oddTypes")), groups(), 200, "/groups/3/memberCount", json!("6")),
    ]
}

#[tokio::test]
async fn each_response_that_users_reported_can_be_requested_over_http() {
    let visitor = Visitor::new().await;
    let control = visitor.sandbox.control_url();
    let commands = json!([{"user": "nobody@example.com", "requestID": "r", "do": [{"remove": "all"}]}]);
    for (fault, (method, path), status, pointer, expected) in reported_responses() {
        let queued = visitor.client.post(format!("{control}/faults")).json(&fault).send().await.unwrap();
        assert_eq!(queued.status(), StatusCode::NO_CONTENT, "{fault}");
        let answer = visitor.request(method, &path).json(&commands).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{fault}");
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
        assert_eq!(body.pointer(pointer), Some(&expected), "{fault}: {body}");
    }
}

#[tokio::test]
async fn a_switch_is_set_over_http_and_the_others_get_their_defaults() {
    let visitor = Visitor::new().await;
    let settings = format!("{}/settings", visitor.sandbox.control_url());
    let commands = json!([{"user": "ada.lind@example.com", "requestID": "r", "do": [
        {"add": {"group": ["Nothing"]}}, {"add": {"group": ["Nothing"]}}]}]);
    for (switches, errors, label) in [
        (json!({"continue_after_failure": false}), 1, json!("r")),
        (json!({"null_error_labels": true}), 2, Value::Null),
    ] {
        let set = visitor.client.post(&settings).json(&json!({ "switches": switches })).send().await.unwrap();
        assert_eq!(set.status(), StatusCode::NO_CONTENT);
        let answer = visitor.act(&commands).await;
        assert_eq!(answer["errors"].as_array().map(Vec::len), Some(errors), "{switches}");
        assert_eq!(answer["errors"][0]["requestID"], label, "{switches}");
    }
}
