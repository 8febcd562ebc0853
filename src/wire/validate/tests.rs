use super::*;
use serde_json::json;

fn user(steps: &Value) -> Value {
    json!({"user": "a@example.com", "do": steps})
}

fn group(steps: &Value) -> Value {
    json!({"usergroup": "Designers", "do": steps})
}

fn person(extra: &Value) -> Value {
    let mut fields = json!({"email": "a@example.com", "firstname": "A", "lastname": "B", "country": "US"});
    for (key, value) in extra.as_object().into_iter().flatten() {
        fields[key] = value.clone();
    }
    fields
}

#[test]
fn each_structural_fault_has_the_service_s_code_and_step() {
    let long = "x".repeat(300);
    let many: Vec<_> = (0..11).map(|number| json!({"add": {"group": [format!("G{number}")]}})).collect();
    let cases = [
        (json!(7), 0, error_code::ILLEGAL_ENTRY),
        (json!({"do": []}), 0, error_code::USER_OR_GROUP_MISSING),
        (json!({"user": "a@b.c", "usergroup": "X", "do": []}), 0, error_code::ILLEGAL_ENTRY),
        (json!({"user": 7, "do": []}), 0, error_code::STRING_EXPECTED),
        (json!({"user": " ", "do": []}), 0, error_code::USER_ID_MISSING),
        (json!({"user": long, "do": []}), 0, error_code::STRING_TOO_LONG),
        (json!({"user": "jdoe", "do": []}), 0, error_code::DOMAIN_MISSING),
        (json!({"user": "a@b.c", "domain": "b.c", "do": []}), 0, error_code::DOMAIN_WITH_EMAIL),
        (json!({"user": "a@b.c", "domain": 7, "do": []}), 0, error_code::DOMAIN_NOT_STRING),
        (json!({"user": "a@b.c", "useAdobeID": "yes", "do": []}), 0, error_code::BOOLEAN_EXPECTED),
        (json!({"user": "a@b.c", "requestID": 7, "do": []}), 0, error_code::STRING_EXPECTED),
        (json!({"user": "a@b.c", "do": {}}), 0, error_code::STEPS_MALFORMED),
        (json!({"user": "a@b.c", "do": []}), 0, error_code::STEPS_MALFORMED),
        (user(&json!(many)), 10, error_code::MEMBERSHIP_TOO_LONG),
        (user(&json!([{"add": {"group": ["X"]}, "remove": "all"}])), 0, error_code::ILLEGAL_ENTRY),
        (user(&json!([{"addEnterpriseID": person(&json!({}))}])), 0, error_code::STEP_UNKNOWN),
        (user(&json!([{"createUserGroup": {}}])), 0, error_code::ILLEGAL_ENTRY),
        (user(&json!([{"removeFromOrg": {}}, {"remove": "all"}])), 1, error_code::REMOVE_FROM_ORG_NOT_LAST),
        (user(&json!([{"removeFromOrg": {"x": 1}}])), 0, error_code::OBJECT_NOT_EMPTY),
        (user(&json!([{"removeFromOrg": {"deleteAccount": "no"}}])), 0, error_code::BOOLEAN_EXPECTED),
        (user(&json!([{"addAdobeID": "x"}])), 0, error_code::CREATE_OBJECT_EXPECTED),
        (user(&json!([{"addAdobeID": {"email": 7}}])), 0, error_code::CREATE_STRING_EXPECTED),
        (
            user(&json!([{"addAdobeID": person(&json!({}))}, {"addAdobeID": person(&json!({}))}])),
            1,
            error_code::CREATE_MORE_THAN_ONE,
        ),
        (
            user(&json!([{"remove": "all"}, {"addAdobeID": person(&json!({}))}])),
            1,
            error_code::CREATE_NOT_FIRST,
        ),
        (user(&json!([{"addAdobeID": person(&json!({"phone": "1"}))}])), 0, error_code::CREATE_KEY_UNKNOWN),
        (user(&json!([{"addAdobeID": person(&json!({"option": "x"}))}])), 0, error_code::OPTION_ILLEGAL),
        (user(&json!([{"update": {"option": OPTIONS[0]}}])), 0, error_code::UPDATE_OPTION_NO),
        (user(&json!([{"update": {"country": "US"}}])), 0, error_code::UPDATE_COUNTRY),
        (user(&json!([{"update": {}}])), 0, error_code::ILLEGAL_ENTRY),
        (
            user(&json!([{"createEnterpriseID": person(&json!({"firstname": ""}))}])),
            0,
            error_code::FIRSTNAME_MISSING,
        ),
        (
            user(&json!([{"createEnterpriseID": person(&json!({"lastname": " "}))}])),
            0,
            error_code::LASTNAME_MISSING,
        ),
        (
            user(&json!([{"createFederatedID": person(&json!({"country": "us"}))}])),
            0,
            error_code::COUNTRY_INVALID,
        ),
        (
            user(&json!([{"createFederatedID": person(&json!({"country": "USA"}))}])),
            0,
            error_code::STRING_TOO_LONG,
        ),
        (
            user(&json!([{"createFederatedID": person(&json!({"email": "no at"}))}])),
            0,
            error_code::EMAIL_INVALID,
        ),
        (user(&json!([{"addAdobeID": {"email": "b@example.com"}}])), 0, error_code::MUST_MATCH_EMAIL),
    ];
    assert_faults(cases);
}

#[test]
fn each_fault_of_a_membership_has_the_service_s_code_and_step() {
    let long = "x".repeat(300);
    let eleven: Vec<_> = (0..11).map(|number| format!("G{number}")).collect();
    let cases = [
        (user(&json!([{"add": []}])), 0, error_code::MEMBERSHIP_LIST),
        (user(&json!([{"add": "all"}])), 0, error_code::MEMBERSHIP_LIST),
        (user(&json!([{"add": {}}])), 0, error_code::MEMBERSHIP_MISSING_LIST),
        (group(&json!([{"add": {}}])), 0, error_code::MEMBERSHIP_SUBJECT_MISSING),
        (user(&json!([{"add": {"product": ["X"]}}])), 0, error_code::MEMBERSHIP_KEY_UNKNOWN),
        (user(&json!([{"add": {"group": "X"}}])), 0, error_code::MEMBERSHIP_NOT_ARRAY),
        (user(&json!([{"add": {"group": []}}])), 0, error_code::GROUP_INVALID_LIST),
        (user(&json!([{"add": {"group": [null]}}])), 0, error_code::GROUP_INVALID_LIST),
        (user(&json!([{"add": {"group": eleven}}])), 0, error_code::MEMBERSHIP_TOO_LONG),
        (user(&json!([{"add": {"group": [long]}}])), 0, error_code::MEMBERSHIP_NAME_TOO_LONG),
        (user(&json!([{"add": {"group": ["X", "x "]}}])), 0, error_code::DUPLICATE_USERGROUP_LIST),
        (group(&json!([{"add": {"user": ["a@b.c", "A@b.c"]}}])), 0, error_code::DUPLICATE_USER_LIST),
        (group(&json!([{"add": {"user": [""]}}])), 0, error_code::USER_LIST_INVALID),
    ];
    assert_faults(cases);
}

fn assert_faults(cases: impl IntoIterator<Item = (Value, usize, &'static str)>) {
    for (body, step, code) in cases {
        let fault = command(&body).expect_err(code);
        assert_eq!((fault.step, fault.code), (step, code), "{body}");
    }
}

#[test]
fn a_blank_that_would_erase_a_value_is_refused() {
    let cases = [
        (user(&json!([{"update": {"lastname": " "}}])), 0, error_code::LASTNAME_MISSING),
        (user(&json!([{"update": {"username": ""}}])), 0, error_code::CREATE_STRING_EXPECTED),
        (group(&json!([{"updateUserGroup": {"name": ""}}])), 0, error_code::CREATE_STRING_EXPECTED),
        (
            user(&json!([{"addAdobeID": {"email": "a@example.com", "firstname": "", "option": OPTIONS[1]}}])),
            0,
            error_code::FIRSTNAME_MISSING,
        ),
    ];
    for (body, step, code) in cases {
        let fault = command(&body).expect_err(code);
        assert_eq!((fault.step, fault.code), (step, code), "{body}");
    }
    let create = json!([{"addAdobeID": {"email": "a@example.com", "firstname": "", "option": OPTIONS[0]}}]);
    assert_eq!(command(&user(&create)), Ok(()));
}

#[test]
fn what_the_documentation_shows_passes() {
    for body in [
        user(&json!([{"addAdobeID": {"email": "a@example.com"}}])),
        user(&json!([{"createFederatedID": person(&json!({}))}, {"add": {"group": ["A", "B"]}}])),
        user(&json!([{"remove": "all"}, {"removeFromOrg": {}}])),
        json!({"user": "jdoe", "domain": "example.com", "useAdobeID": false, "requestID": "1",
            "do": [{"createFederatedID": person(&json!({}))}]}),
        group(&json!([{"createUserGroup": {"description": "x"}}, {"add": {"user": ["a@b.c"]}}])),
        group(&json!([{"add": {"product": ["P"]}}])),
        group(&json!([{"deleteUserGroup": {}}, {"nonsense": 1}])),
    ] {
        assert_eq!(command(&body), Ok(()), "{body}");
    }
}
