//! Every documented code of contract 4.2 to 4.6: triggered by a request here, or named with the reason why none can.

use super::credentials::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION};
use super::routes::BASE_PATH;
use super::seed;
use crate::sandbox::query::QueryParameters;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::service::{SandboxService, ServiceRequest};
use crate::wire::error_code;
use crate::wire::error_code::CODES;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Instant;

/// Codes that no request causes, and why. Each can be planned with `FaultEffect::CommandError`.
const BEYOND_REQUESTS: &[(&str, &str)] = &[
    (error_code::ORGANIZATION_INVALID_NAME, "no request names an organization by name"),
    (error_code::ORGANIZATION_MIGRATING, "403 without a body (contract X13)"),
    (error_code::API_KEY_INVALID, "403 without a body (contract X25)"),
    (error_code::API_NOT_AVAILABLE, "the sandbox is never switched off"),
    (error_code::COMMAND_USER_MISSING, "a command without a subject gets `user_usergroup.missing`"),
    (error_code::INTERNAL_CREATE_FAILED, "a fault of the service"),
    (error_code::EVERYBODY_GROUP_NOT_FOUND, "a fault of the service"),
    (error_code::DUPLICATE_PRODUCTADMIN_LIST, "belongs to retired steps"),
    (error_code::INVALID_USERGROUP_LIST, "belongs to a deprecated endpoint"),
    (
        error_code::USER_ALREADY_EXISTS,
        "adding a member again succeeds, or is `user_list.invalid` (contract 7.10)",
    ),
    (error_code::INTERNAL_ADD, "a fault of the service"),
    (error_code::INTERNAL_GROUP_REMOVE, "a fault of the service"),
    (error_code::USER_TYPE_UNKNOWN, "internal; every account here has a type"),
    (error_code::USER_TYPE_MISSING, "internal; every account here has a type"),
    (error_code::MUST_NOT_BE_ADOBE_ID, "an update of an Adobe ID gets `update.adobeid.no` (contract 7.14)"),
    (error_code::INTERNAL_UPDATE, "a fault of the service"),
    (error_code::INTERNAL_REMOVE, "a fault of the service"),
    (error_code::INTERNAL, "a fault of the service"),
    (error_code::THROTTLED_OUTSIDE, "a fault of a service behind it"),
    (error_code::USERGROUP_UPDATE_FAILED, "a fault of the service"),
    (error_code::USER_UPDATE_FAILED, "a fault of the service"),
    (error_code::USER_MISSING_ARGUMENTS, "an empty list is refused before (contract 7.9)"),
];

/// A service with a token, and the switches and limits under which the rarer codes appear.
pub(super) struct SignedInService {
    pub(super) sandbox: SandboxService,
    authorization: String,
}

impl SignedInService {
    pub(super) fn new() -> Self {
        let mut service = SandboxService { org: seed::organization(None), ..SandboxService::default() };
        let form = format!(
            "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&scope=user_management_sdk"
        );
        let answer = service.tokens.oauth(&QueryParameters::parse(&form), 60, Instant::now());
        let token = read(&answer)["access_token"].as_str().expect("a token").to_owned();
        Self { sandbox: service, authorization: format!("Bearer {token}") }
    }

    fn send(&mut self, method: &str, path: &str, query: &str, body: &[u8]) -> SandboxResponse {
        let request = ServiceRequest {
            method: method.into(),
            path: format!("{BASE_PATH}{path}"),
            query: query.into(),
            authorization: Some(self.authorization.clone()),
            api_key: Some(CLIENT_ID.into()),
            body: body.to_vec(),
            ..ServiceRequest::default()
        };
        self.sandbox.respond(&request, &[], Instant::now())
    }

    /// The response to a listing or look-up.
    pub(super) fn get(&mut self, path: &str) -> Value {
        self.get_with(path, "")
    }

    /// The response to a listing or look-up with a query.
    pub(super) fn get_with(&mut self, path: &str, query: &str) -> Value {
        read(&self.send("GET", path, query, b""))
    }

    /// The response to an action request.
    pub(super) fn act(&mut self, query: &str, body: &str) -> Value {
        read(&self.send("POST", &format!("/action/{ORGANIZATION}"), query, body.as_bytes()))
    }

    /// The one error and warning of a request of one command, and the `result` of a refused one.
    fn codes(&mut self, body: &str) -> HashSet<String> {
        let answer = self.act("", body);
        let entries = ["errors", "warnings"].into_iter().filter_map(|key| answer[key].as_array()).flatten();
        let found = entries.flat_map(|entry| [&entry["errorCode"], &entry["warningCode"]]);
        let found = found.chain([&answer["result"]]).filter_map(Value::as_str);
        found.map(str::to_owned).collect()
    }
}

fn read(answer: &SandboxResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

fn user(name: &str, steps: &Value) -> Value {
    json!([{"user": name, "do": steps}])
}

fn of_domain(name: &str, domain: &str, steps: &Value) -> Value {
    json!([{"user": name, "domain": domain, "do": steps}])
}

fn group(name: &str, steps: &Value) -> Value {
    json!([{"usergroup": name, "do": steps}])
}

fn fields(email: &str) -> Value {
    json!({"email": email, "firstname": "A", "lastname": "B", "country": "US"})
}

fn create(step: &str, email: &str) -> Value {
    user(email, &json!([{ step: fields(email) }]))
}

const ANN: &str = "ada.lind@example.com";
const ADOBE: &str = "femi.adeyemi@example.net";
const ENTERPRISE: &str = "dmitri.volkov@example.org";

/// A request and the code it causes.
fn structural() -> Vec<(&'static str, Value)> {
    let long = "x".repeat(300);
    let eleven: Vec<_> = (0..11).map(|number| format!("G{number}")).collect();
    let full = fields(ANN);
    let with = |key: &str, value: Value| {
        let mut fields = full.clone();
        fields[key] = value;
        user(ANN, &json!([{ "createFederatedID": fields }]))
    };
    vec![
        (error_code::USER_OR_GROUP_MISSING, json!([{"do": []}])),
        (error_code::USER_ID_MISSING, user(" ", &json!([]))),
        (error_code::STEPS_MALFORMED, user(ANN, &json!({}))),
        (error_code::STEP_UNKNOWN, user(ANN, &json!([{"addEnterpriseID": full}]))),
        (error_code::ILLEGAL_ENTRY, user(ANN, &json!([{"update": {}}]))),
        (error_code::STRING_EXPECTED, json!([{"user": 7, "do": []}])),
        (error_code::BOOLEAN_EXPECTED, user(ANN, &json!([{"removeFromOrg": {"deleteAccount": 1}}]))),
        (error_code::STRING_TOO_LONG, user(&long, &json!([]))),
        (error_code::DOMAIN_MISSING, user("jdoe", &json!([]))),
        (error_code::DOMAIN_WITH_EMAIL, of_domain(ANN, "example.com", &json!([]))),
        (error_code::DOMAIN_NOT_STRING, json!([{"user": "jdoe", "domain": 7, "do": []}])),
        (error_code::REMOVE_FROM_ORG_NOT_LAST, user(ANN, &json!([{"removeFromOrg": {}}, {"remove": "all"}]))),
        (error_code::OBJECT_NOT_EMPTY, user(ANN, &json!([{"removeFromOrg": {"x": 1}}]))),
        (error_code::CREATE_OBJECT_EXPECTED, user(ANN, &json!([{"addAdobeID": 7}]))),
        (error_code::CREATE_STRING_EXPECTED, with("email", json!(7))),
        (error_code::CREATE_MORE_THAN_ONE, user(ANN, &json!([{"addAdobeID": full}, {"addAdobeID": full}]))),
        (error_code::CREATE_NOT_FIRST, user(ANN, &json!([{"remove": "all"}, {"addAdobeID": full}]))),
        (error_code::CREATE_KEY_UNKNOWN, with("phone", json!("1"))),
        (error_code::OPTION_ILLEGAL, with("option", json!("x"))),
        (error_code::UPDATE_OPTION_NO, user(ANN, &json!([{"update": {"option": "x"}}]))),
        (error_code::FIRSTNAME_MISSING, with("firstname", json!(""))),
        (error_code::LASTNAME_MISSING, with("lastname", json!(""))),
        (error_code::EMAIL_INVALID, with("email", json!("no at"))),
        (error_code::UPDATE_COUNTRY, user(ANN, &json!([{"update": {"country": "US"}}]))),
        (error_code::MEMBERSHIP_LIST, user(ANN, &json!([{"add": 7}]))),
        (error_code::MEMBERSHIP_MISSING_LIST, user(ANN, &json!([{"add": {}}]))),
        (error_code::MEMBERSHIP_SUBJECT_MISSING, group("Interns", &json!([{"add": {}}]))),
        (error_code::MEMBERSHIP_KEY_UNKNOWN, user(ANN, &json!([{"add": {"x": ["X"]}}]))),
        (error_code::MEMBERSHIP_NOT_ARRAY, user(ANN, &json!([{"add": {"group": "X"}}]))),
        (error_code::MEMBERSHIP_TOO_LONG, user(ANN, &json!([{"add": {"group": eleven}}]))),
        (error_code::MEMBERSHIP_NAME_TOO_LONG, user(ANN, &json!([{"add": {"group": [long]}}]))),
        (error_code::DUPLICATE_USERGROUP_LIST, user(ANN, &json!([{"add": {"group": ["X", "x"]}}]))),
        (error_code::GROUP_INVALID_LIST, user(ANN, &json!([{"add": {"group": []}}]))),
        (error_code::USER_LIST_INVALID, group("Interns", &json!([{"add": {"user": [""]}}]))),
    ]
}

fn about_accounts() -> Vec<(&'static str, Value)> {
    let update = |name: &str, field: &str, value: &str| user(name, &json!([{ "update": { field: value } }]));
    let plain = |name: &str, domain: &str, email: &str| {
        of_domain(name, domain, &json!([{ "createFederatedID": fields(email) }]))
    };
    vec![
        (error_code::USER_NAME_INVALID, plain("a<b", "example.com", "new@example.com")),
        (error_code::MUST_MATCH_EMAIL, plain("plain", "fed.example.com", "new@fed.example.com")),
        (error_code::NAME_CONTAINS_EMAIL, create("createFederatedID", "new@sso.example.com")),
        (
            error_code::COUNTRY_INVALID,
            user("new@example.net", &json!([{"addAdobeID": {"email": "new@example.net", "country": "ZZ"}}])),
        ),
        (error_code::ALREADY_IN_ORG, create("createFederatedID", "ADA.lind@example.com")),
        (error_code::ALREADY_INVITED, create("addAdobeID", "invited@example.net")),
        (error_code::BELONGS_TO_ANOTHER_ORG, create("createFederatedID", "elsewhere@example.com")),
        (error_code::TYPE_MISMATCH, create("createEnterpriseID", "new@example.com")),
        (error_code::DOMAIN_ENFORCEMENT, create("addAdobeID", "new@secure.example.org")),
        (error_code::DOMAIN_TRUST, create("createFederatedID", "new@example.net")),
        (error_code::NOT_PARENT_ORG, update("trusted@partner.example.net", "lastname", "New")),
        (error_code::EMAIL_IN_USE, update(ANN, "email", "ben.osei@example.com")),
        (error_code::UPDATE_EMAIL, update(ANN, "email", "ADA.LIND@example.com")),
        (error_code::CHANGE_DOMAIN, update(ANN, "email", "ada.lind@example.org")),
        (error_code::UPDATE_USERNAME, update(ENTERPRISE, "username", "dmitri")),
        (error_code::UPDATE_ADOBE_ID, update(ADOBE, "lastname", "New")),
        (error_code::NAME_IN_USE, update(ANN, "username", "twin")),
        (
            error_code::UPDATE_DOMAIN_MISMATCH,
            of_domain("jonas.weber", "fed.example.com", &json!([{"update": {"lastname": "X"}}])),
        ),
        (
            error_code::USER_CONFLICTING,
            of_domain("jonas.weber", "fed.example.com", &json!([{"remove": "all"}])),
        ),
        (error_code::USER_NONEXISTENT, user("nobody@example.com", &json!([{"remove": "all"}]))),
        (error_code::USER_NOT_IN_ORG, user("left@example.com", &json!([{"remove": "all"}]))),
    ]
}

fn about_groups() -> Vec<(&'static str, Value)> {
    let developer = json!({"group": ["_developer_Photoshop"]});
    let shared = "Corporate Directory";
    vec![
        (error_code::GROUP_NOT_FOUND, user(ANN, &json!([{"add": {"group": ["_org_admin"]}}]))),
        (error_code::GROUP_INVALID_NAME, group("_mine", &json!([{"createUserGroup": {}}]))),
        (error_code::DEVELOPER_ADD_FAILED, user(ANN, &json!([{ "add": developer }]))),
        (error_code::DEVELOPER_REMOVE_FAILED, user(ANN, &json!([{ "remove": developer }]))),
        (error_code::USER_NOT_FOUND, group("Interns", &json!([{"add": {"user": ["nobody@example.com"]}}]))),
        (error_code::USER_AMBIGUOUS, group("Interns", &json!([{"add": {"user": ["twin"]}}]))),
        (error_code::USERGROUP_NOT_FOUND, group("Photoshop", &json!([{"deleteUserGroup": {}}]))),
        (error_code::USERGROUP_EXISTS, group("INTERNS", &json!([{"createUserGroup": {}}]))),
        (error_code::USERGROUP_MISSING_ARGUMENTS, group("Interns", &json!([{"updateUserGroup": {}}]))),
        (error_code::USERGROUP_READ_ONLY_UPDATE, group(shared, &json!([{"updateUserGroup": {"name": "X"}}]))),
        (error_code::USERGROUP_READ_ONLY_ADD, group(shared, &json!([{"add": {"user": [ANN]}}]))),
        (error_code::USERGROUP_READ_ONLY_REMOVE, group(shared, &json!([{"remove": {"user": [ANN]}}]))),
        (error_code::USERGROUP_READ_ONLY_DELETE, group(shared, &json!([{"deleteUserGroup": {}}]))),
        (error_code::WARNING_DEPRECATED, group("Interns", &json!([{"add": {"product": ["Stock"]}}]))),
    ]
}

/// Bodies that cannot be built as JSON values.
fn raw() -> Vec<(&'static str, String)> {
    let doubled =
        |root: &str, key: &str| format!(r#"[{{{root},"do":[{{"add":{{"{key}":["X"],"{key}":["Y"]}}}}]}}]"#);
    vec![
        (error_code::COMMAND_MALFORMED, "[]".into()),
        (error_code::DUPLICATE_GROUP_LIST, doubled(r#""user":"a@example.com""#, "group")),
        (error_code::DUPLICATE_PRODUCT_LIST, doubled(r#""usergroup":"Interns""#, "productConfiguration")),
        (error_code::DUPLICATE_USER_LIST, doubled(r#""usergroup":"Interns""#, "user")),
    ]
}

fn triggered() -> Vec<(&'static str, String)> {
    let built = [structural(), about_accounts(), about_groups()].concat();
    let written = built.into_iter().map(|(code, body)| (code, body.to_string()));
    written.chain(raw()).collect()
}

#[test]
fn each_request_brings_about_its_code() {
    for (code, body) in triggered() {
        let found = SignedInService::new().codes(&body);
        assert!(found.contains(code), "{code}: {found:?} for {body}");
    }
}

/// Codes that appear under other rules than the usual, or at other endpoints; each has its own test below.
const ELSEWHERE: &[&str] = &[
    // umapish refuses these itself.
    error_code::FIXED_ADMIN_GROUP,
    error_code::NAME_BROKEN,
    error_code::NOT_PRESENT,
    error_code::ROW_INVALID,
    error_code::AMBIGUOUS_IDENTITY,
    error_code::SYSTEM_ADMINISTRATOR,
    // No rule of the sandbox leads to it; a planned fault with a body can send it.
    error_code::GROUP_REMOVE_FAILED,
    error_code::ORGANIZATION_INVALID_ID,
    error_code::TYPE_NOT_AVAILABLE,
    error_code::USERGROUP_UNCHANGED,
    error_code::USERGROUP_FULL,
];

#[test]
fn every_documented_code_is_triggered_or_has_a_reason() {
    let bodies = triggered();
    let beyond: HashSet<_> = BEYOND_REQUESTS.iter().map(|(code, _)| *code).collect();
    let triggered: HashSet<_> =
        bodies.iter().map(|(code, _)| *code).chain(ELSEWHERE.iter().copied()).collect();
    assert!(triggered.is_disjoint(&beyond), "{:?}", triggered.intersection(&beyond));
    for entry in CODES {
        assert!(triggered.contains(entry.code) || beyond.contains(entry.code), "{}", entry.code);
    }
}

#[test]
fn an_organization_without_adobe_ids_refuses_them() {
    let mut service = SignedInService::new();
    service.sandbox.rules.switches.adobe_ids = false;
    let found = service.codes(&create("addAdobeID", "new@example.net").to_string());
    assert!(found.contains(error_code::TYPE_NOT_AVAILABLE), "{found:?}");
}

#[test]
fn a_change_of_nothing_is_refused_only_where_that_is_asked_for() {
    let mut service = SignedInService::new();
    let unchanged = group("Interns", &json!([{"remove": {"user": [ANN]}}])).to_string();
    assert!(service.codes(&unchanged).contains("success"));
    service.sandbox.rules.switches.strict_membership = true;
    assert!(service.codes(&unchanged).contains(error_code::USERGROUP_UNCHANGED));
}

#[test]
fn a_full_user_group_takes_nobody_from_either_side() {
    let mut service = SignedInService::new();
    service.sandbox.rules.group_members = 1;
    let names = [ANN, "ben.osei@example.com"];
    let both = group("Interns", &json!([{"add": {"user": names}}])).to_string();
    assert!(service.codes(&both).contains(error_code::USERGROUP_FULL));
    let join = |name: &str| user(name, &json!([{"add": {"group": ["Interns"]}}])).to_string();
    assert!(service.codes(&join(names[0])).contains("success"));
    assert!(service.codes(&join(names[1])).contains(error_code::USERGROUP_FULL));
    assert!(service.codes(&join(names[0])).contains("success"));
}

#[test]
fn look_ups_refuse_with_the_documented_statuses_and_codes() {
    let long = "x".repeat(300);
    let cases = [
        ("/users/nonsense/0".to_owned(), "", 400, error_code::ORGANIZATION_INVALID_ID),
        (
            format!("/organizations/{ORGANIZATION}/users/nobody@example.com"),
            "",
            404,
            error_code::USER_NOT_FOUND,
        ),
        (format!("/organizations/{ORGANIZATION}/users/jdoe"), "", 400, error_code::EMAIL_INVALID),
        (
            format!("/organizations/{ORGANIZATION}/users/disabled@example.com"),
            "",
            404,
            error_code::USER_NOT_FOUND,
        ),
        (format!("/users/{ORGANIZATION}/0/Nothing"), "", 404, error_code::GROUP_NOT_FOUND),
        (format!("/users/{ORGANIZATION}/0/{long}"), "", 400, error_code::GROUP_INVALID_NAME),
        (format!("/users/{ORGANIZATION}/0"), "domain=nowhere.example", 404, error_code::DOMAIN_TRUST),
        (format!("/users/{ORGANIZATION}/x"), "", 400, "error"),
    ];
    let mut service = SignedInService::new();
    for (path, query, status, code) in cases {
        let answer = service.send("GET", &path, query, b"");
        assert_eq!((answer.status, read(&answer)["result"].as_str()), (status, Some(code)), "{path}");
    }
    assert_eq!(service.send("GET", &format!("/action/{ORGANIZATION}"), "", b"").status, 405);
}

#[test]
fn test_mode_changes_nothing_and_forgives_unknown_users() {
    let mut service = SignedInService::new();
    let revision = service.sandbox.org.revision();
    for (_, body) in triggered() {
        service.act("testOnly=TRUE", &body);
    }
    for step in [
        json!({"update": {"lastname": "X"}}),
        json!({"add": {"group": ["Interns"]}}),
        json!({"remove": "all"}),
        json!({"removeFromOrg": {}}),
    ] {
        let answer = service.act("testOnly=true", &user("nobody@example.com", &json!([step])).to_string());
        assert_eq!(
            answer,
            json!({"result": "success", "completed": 0, "notCompleted": 0, "completedInTestMode": 1})
        );
    }
    let missing = user("nobody@example.com", &json!([{"add": {"group": ["Nothing"]}}])).to_string();
    let answer = service.act("testOnly=true", &missing);
    assert_eq!(
        (&answer["result"], &answer["errors"][0]["errorCode"]),
        (&json!("error"), &json!(error_code::GROUP_NOT_FOUND))
    );
    let created = group(
        "Fresh",
        &json!([{"createUserGroup": {}}, {"add": {"user": [ANN]}}, {"updateUserGroup": {"name": "X"}}]),
    );
    assert_eq!(service.act("testOnly=true", &created.to_string())["result"], "success");
    assert_eq!(service.sandbox.org.revision(), revision);
}

#[test]
fn garbage_is_refused_and_never_fatal() {
    let mut service = SignedInService::new();
    for body in ["", "{", "7", "null", "[null]", "[[]]", r#"[{"user":"a@b.c","do":[{}]}]"#, "[{},{},7]"] {
        for method in ["GET", "POST", "PUT", ""] {
            for path in ["", "/", "//", "/action", "/users/%FF/%00", &format!("/action/{ORGANIZATION}")] {
                assert!(service.send(method, path, "%=%&&testOnly", body.as_bytes()).status >= 200);
            }
        }
    }
}
