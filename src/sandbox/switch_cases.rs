//! Every switch: what it changes, and that nothing else does.

use super::codes::SignedInService;
use super::credentials::ORGANIZATION;
use crate::sandbox::settings::BehaviorSwitches;
use crate::wire::error_code;
use serde_json::{Value, json};

const ADA: &str = "ada.lind@example.com";

/// What a switch changes in the response to a request.
struct SwitchCase {
    /// Its name in [`BehaviorSwitches`].
    name: &'static str,
    /// The value that is not the default.
    value: bool,
    request: CaseRequest,
    /// Where to look in the response: a JSON pointer.
    pointer: &'static str,
    /// What is there by default.
    usual: Value,
    /// What is there with the switch.
    switched: Value,
}

/// A request of a case.
enum CaseRequest {
    /// Commands, and the query.
    Action(Value, &'static str),
    /// A path of a listing or look-up.
    Get(String),
}

fn user(name: &str, steps: &Value) -> CaseRequest {
    CaseRequest::Action(json!([{"user": name, "requestID": "r", "do": steps}]), "")
}

fn create(step: &str, email: &str) -> Value {
    json!({step: {"email": email, "firstname": "A", "lastname": "B", "country": "US"}})
}

/// A case whose request succeeds by default and fails with a code, or the other way round.
fn fails(name: &'static str, value: bool, request: CaseRequest, code: &str) -> SwitchCase {
    let (usual, switched) = (Value::Null, json!(code));
    SwitchCase { name, value, request, pointer: "/errors/0/errorCode", usual, switched }
}

/// Cases whose request fails with the switch.
fn failing_cases() -> Vec<SwitchCase> {
    let add = |name: &str| json!([{"add": {"group": [name]}}]);
    let deletions: Vec<_> =
        ["Interns", "Finance"].map(|name| json!({"usergroup": name, "do": [{"deleteUserGroup": {}}]})).into();
    let created = json!([create("createFederatedID", "new@example.com"), {"add": {"group": ["Interns"]}}]);
    let in_test_mode =
        CaseRequest::Action(json!([{"user": "new@example.com", "do": created}]), "testOnly=true");
    let unchanged = json!([{"usergroup": "Interns", "do": [{"remove": {"user": [ADA]}}]}]);
    let adobe_id = json!([create("addAdobeID", "new@example.net")]);
    vec![
        fails("adobe_ids", false, user("new@example.net", &adobe_id), error_code::TYPE_NOT_AVAILABLE),
        fails("strict_membership", true, CaseRequest::Action(unchanged, ""), error_code::USERGROUP_UNCHANGED),
        fails(
            "one_group_deletion_per_request",
            true,
            CaseRequest::Action(json!(deletions), ""),
            error_code::INTERNAL,
        ),
        fails(
            "live_profile_admins_fail",
            true,
            user(ADA, &add("_admin_Photoshop")),
            error_code::INTERNAL_ADD,
        ),
        fails("test_mode_misses_created_users", true, in_test_mode, error_code::USER_NOT_FOUND),
    ]
}

/// Cases whose response differs in something else.
fn other_cases() -> Vec<SwitchCase> {
    let members = |name: &str| CaseRequest::Get(format!("/users/{ORGANIZATION}/0/{name}"));
    let case = |name, value, request, pointer, usual, switched| SwitchCase {
        name,
        value,
        request,
        pointer,
        usual,
        switched,
    };
    let twice = json!([{"add": {"group": ["Nothing"]}}, {"add": {"group": ["Nothing"]}}]);
    let groups = || CaseRequest::Get(format!("/groups/{ORGANIZATION}/0"));
    let (not_found, invalid) = (json!(error_code::GROUP_NOT_FOUND), json!(error_code::GROUP_INVALID_NAME));
    vec![
        case("continue_after_failure", false, user(ADA, &twice), "/errors/1/step", json!(1), Value::Null),
        case("cut_names_at_dots", true, members("Team v2.1"), "/result", json!("success"), not_found),
        case(
            "refuse_reserved_in_names",
            true,
            members("R&D %2F Lab %231"),
            "/result",
            json!("success"),
            invalid,
        ),
        case("null_error_labels", true, user(ADA, &twice), "/errors/0/user", json!(ADA), Value::Null),
        case("odd_types", true, groups(), "/groups/0/groupId", json!(94_680_001), json!("94680001")),
    ]
}

/// The switch set to a value, by its name in JSON.
fn switches(name: &str, value: bool) -> BehaviorSwitches {
    serde_json::from_value(json!({ name: value })).expect("a switch")
}

fn respond(service: &mut SignedInService, request: &CaseRequest) -> Value {
    match request {
        CaseRequest::Action(commands, query) => service.act(query, &commands.to_string()),
        CaseRequest::Get(path) => service.get(path),
    }
}

#[test]
fn each_switch_changes_what_it_says_and_is_off_by_default() {
    for case in failing_cases().into_iter().chain(other_cases()) {
        let mut service = SignedInService::new();
        let usual = respond(&mut service, &case.request);
        assert_eq!(usual.pointer(case.pointer).unwrap_or(&Value::Null), &case.usual, "{}", case.name);
        let mut service = SignedInService::new();
        service.sandbox.rules.switches = switches(case.name, case.value);
        let switched = respond(&mut service, &case.request);
        let found = switched.pointer(case.pointer).unwrap_or(&Value::Null);
        assert_eq!(found, &case.switched, "{}: {switched}", case.name);
    }
}

/// The user of a look-up; null for an unknown one.
fn look_up(service: &mut SignedInService, email: &str, domain: &str) -> Value {
    service.get_with(&format!("/organizations/{ORGANIZATION}/users/{email}"), domain)["user"].take()
}

#[test]
fn a_role_of_system_administrator_stays_unless_a_switch_removes_it() {
    for (removes, groups) in [(false, json!(["_org_admin"])), (true, Value::Null)] {
        let mut service = SignedInService::new();
        service.sandbox.rules.switches = switches("remove_all_includes_org_admin", removes);
        respond(&mut service, &user(ADA, &json!([{"remove": "all"}])));
        assert_eq!(look_up(&mut service, ADA, "")["groups"], groups);
    }
}

#[test]
fn a_federated_id_is_created_beside_an_adobe_id_unless_a_switch_hides_it() {
    let email = "newcomer@example.com";
    for (hides, kind) in [(false, json!("federatedID")), (true, json!("adobeID"))] {
        let mut service = SignedInService::new();
        service.sandbox.rules.switches = switches("adobe_id_hides_federated_create", hides);
        for step in ["addAdobeID", "createFederatedID"] {
            let answer = respond(&mut service, &user(email, &json!([create(step, email)])));
            assert_eq!((&answer["result"], &answer["completed"]), (&json!("success"), &json!(1)), "{step}");
        }
        assert_eq!(look_up(&mut service, email, "")["type"], kind);
    }
}

#[test]
fn every_switch_has_a_case() {
    let all = serde_json::to_value(BehaviorSwitches::default()).expect("JSON");
    let cases = failing_cases().into_iter().chain(other_cases()).map(|case| case.name);
    let own = ["remove_all_includes_org_admin", "adobe_id_hides_federated_create"];
    let tested: std::collections::BTreeSet<_> = cases.chain(own).collect();
    let names: std::collections::BTreeSet<_> =
        all.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(tested, names);
}
