//! Both readings of the documentation side by side: what the client writes is read here as it was meant, and both sides
//! refuse the same commands with the same codes. Expected values are written by hand.

use super::*;
use crate::sandbox::requested::{AccountUpdate, ExistingSubject, MemberLists, NewAccount};
use crate::wire::command::Command;
use crate::wire::identity::IdentityType;
use crate::wire::validate;
use serde_json::{Value, json};

fn node(command: &Value) -> JsonNode {
    serde_json::from_str(&command.to_string()).expect("JSON")
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const ADA: &str = "ada@example.com";

fn account(kind: IdentityType, existing: ExistingSubject) -> StepAction {
    StepAction::CreateAccount(NewAccount {
        kind,
        email: ADA.to_owned(),
        firstname: Some("Ada".to_owned()),
        lastname: Some("Lind".to_owned()),
        country: Some("SE".to_owned()),
        existing,
    })
}

/// Steps about a person as the client writes them, and their meaning.
fn steps_about_people() -> Vec<(&'static str, Value, StepAction)> {
    let fields = |option: Option<&str>| {
        let mut fields = json!({"email": ADA, "country": "SE", "firstname": "Ada", "lastname": "Lind"});
        if let Some(option) = option {
            fields["option"] = json!(option);
        }
        fields
    };
    let update = AccountUpdate {
        email: Some("a@example.com".into()),
        username: Some("ada".into()),
        firstname: Some(String::new()),
        lastname: None,
    };
    let ignore = fields(Some("ignoreIfAlreadyExists"));
    let overwrite = fields(Some("updateIfAlreadyExists"));
    vec![
        ("addAdobeID", fields(None), account(IdentityType::AdobeId, ExistingSubject::Refuse)),
        ("createEnterpriseID", ignore, account(IdentityType::EnterpriseId, ExistingSubject::Ignore)),
        ("createFederatedID", overwrite, account(IdentityType::FederatedId, ExistingSubject::Update)),
        (
            "update",
            json!({"email": "a@example.com", "username": "ada", "firstname": ""}),
            StepAction::UpdateAccount(update),
        ),
        ("add", json!({"group": ["G", "_admin_G"]}), StepAction::AddToGroups(strings(&["G", "_admin_G"]))),
        ("remove", json!({"group": ["G"]}), StepAction::RemoveFromGroups(strings(&["G"]))),
        ("remove", json!("all"), StepAction::RemoveFromAllGroups),
        ("removeFromOrg", json!({}), StepAction::RemoveFromOrganization { delete_account: false }),
        (
            "removeFromOrg",
            json!({"deleteAccount": true}),
            StepAction::RemoveFromOrganization { delete_account: true },
        ),
    ]
}

/// Steps about a user group as the client writes them, and their meaning.
fn steps_about_groups() -> Vec<(&'static str, Value, StepAction)> {
    let lists = |users: &[&str], profiles: &[&str]| MemberLists {
        users: strings(users),
        profiles: strings(profiles),
    };
    vec![
        (
            "createUserGroup",
            json!({"description": "D", "option": "updateIfAlreadyExists"}),
            StepAction::CreateUserGroup { description: Some("D".into()), existing: ExistingSubject::Update },
        ),
        (
            "updateUserGroup",
            json!({"name": "N", "description": ""}),
            StepAction::UpdateUserGroup { name: Some("N".into()), description: Some(String::new()) },
        ),
        ("deleteUserGroup", json!({}), StepAction::DeleteUserGroup),
        (
            "add",
            json!({"user": [ADA], "productConfiguration": ["P"]}),
            StepAction::AddMembers(lists(&[ADA], &["P"])),
        ),
        ("remove", json!({"user": [ADA]}), StepAction::RemoveMembers(lists(&[ADA], &[]))),
    ]
}

#[test]
fn each_step_that_the_client_writes_is_read_as_it_was_meant() {
    let person = |name: &str, domain: Option<&str>, adobe_id: Option<bool>| {
        let name = PersonName {
            name: name.to_owned(),
            domain: domain.map(str::to_owned),
            adobe_id: adobe_id == Some(true),
        };
        RequestedSubject::Person(name)
    };
    let group = RequestedSubject::UserGroup { name: "G".into(), adobe_ids: false };
    for (name, value, action) in steps_about_people() {
        for adobe_id in [None, Some(false), Some(true)] {
            let command = Command::user(ADA, None, adobe_id);
            assert_meaning(command, person(ADA, None, adobe_id), name, &value, &action);
        }
        if !["addAdobeID", "createEnterpriseID"].contains(&name) {
            let command = Command::user("ada", Some("example.com"), None);
            assert_meaning(command, person("ada", Some("example.com"), None), name, &value, &action);
        }
    }
    for (name, value, action) in steps_about_groups() {
        assert_meaning(Command::group("G"), group.clone(), name, &value, &action);
    }
}

fn assert_meaning(
    mut command: Command,
    subject: RequestedSubject,
    name: &str,
    value: &Value,
    action: &StepAction,
) {
    command.request_id = Some("r-1".into());
    let sent = command.push(name, value.clone()).to_json();
    let step = RequestedStep { index: 0, action: action.clone(), warnings: Vec::new() };
    assert_eq!(read(&node(&sent)), Ok(RequestedCommand { subject, steps: vec![step] }), "{sent}");
}

#[test]
fn every_step_of_the_client_is_in_the_table() {
    let known = |steps: Vec<(&'static str, Value, StepAction)>, subject| {
        let names: std::collections::BTreeSet<_> = steps.iter().map(|(name, ..)| *name).collect();
        let written = crate::wire::step::STEPS.iter().filter(|spec| spec.subject == subject);
        assert_eq!(names, written.map(|spec| spec.name).collect());
    };
    known(steps_about_people(), crate::wire::step::SubjectKind::User);
    known(steps_about_groups(), crate::wire::step::SubjectKind::Group);
}

/// Commands with one structural fault, its step and its code.
fn faulty() -> Vec<(Value, usize, &'static str)> {
    let user = |steps: Value| json!({"user": ADA, "do": steps});
    let group = |steps: Value| json!({"usergroup": "G", "do": steps});
    let long = "x".repeat(251);
    let fields = json!({"email": ADA, "firstname": "A", "lastname": "B", "country": "SE"});
    let create = |key: &str, value: Value| {
        let mut fields = fields.clone();
        fields[key] = value;
        user(json!([{ "createFederatedID": fields }]))
    };
    let names: Vec<_> = (0..11).map(|number| format!("G{number}")).collect();
    let remove_all = json!({"remove": "all"});
    vec![
        (json!(7), 0, error_code::ILLEGAL_ENTRY),
        (json!({"user": ADA, "usergroup": "G", "do": [remove_all]}), 0, error_code::ILLEGAL_ENTRY),
        (json!({"do": [remove_all]}), 0, error_code::USER_OR_GROUP_MISSING),
        (json!({"user": null, "do": [remove_all]}), 0, error_code::STRING_EXPECTED),
        (json!({"user": "", "do": [remove_all]}), 0, error_code::USER_ID_MISSING),
        (json!({"user": long, "do": [remove_all]}), 0, error_code::STRING_TOO_LONG),
        (json!({"user": "ada", "do": [remove_all]}), 0, error_code::DOMAIN_MISSING),
        (json!({"user": "ada", "domain": " ", "do": [remove_all]}), 0, error_code::DOMAIN_MISSING),
        (json!({"user": "ada", "domain": 7, "do": [remove_all]}), 0, error_code::DOMAIN_NOT_STRING),
        (json!({"user": ADA, "domain": "example.com", "do": [remove_all]}), 0, error_code::DOMAIN_WITH_EMAIL),
        (json!({"user": ADA, "useAdobeID": "true", "do": [remove_all]}), 0, error_code::BOOLEAN_EXPECTED),
        (json!({"user": ADA, "requestID": 7, "do": [remove_all]}), 0, error_code::STRING_EXPECTED),
        (json!({"user": ADA}), 0, error_code::STEPS_MALFORMED),
        (user(json!([])), 0, error_code::STEPS_MALFORMED),
        (user(json!(["add"])), 0, error_code::ILLEGAL_ENTRY),
        (user(json!([remove_all, {"addEnterpriseID": {}}])), 1, error_code::STEP_UNKNOWN),
        (user(json!([{"deleteUserGroup": {}}])), 0, error_code::ILLEGAL_ENTRY),
        (group(json!([{"removeFromOrg": {}}])), 0, error_code::ILLEGAL_ENTRY),
        (user(json!(vec![remove_all.clone(); 11])), 10, error_code::MEMBERSHIP_TOO_LONG),
        (user(json!([remove_all, {"addAdobeID": fields}])), 1, error_code::CREATE_NOT_FIRST),
        (user(json!([{"addAdobeID": fields}, {"addAdobeID": fields}])), 1, error_code::CREATE_MORE_THAN_ONE),
        (user(json!([{"removeFromOrg": {}}, remove_all])), 1, error_code::REMOVE_FROM_ORG_NOT_LAST),
        (user(json!([{"createFederatedID": []}])), 0, error_code::CREATE_OBJECT_EXPECTED),
        (create("email", json!(7)), 0, error_code::CREATE_STRING_EXPECTED),
        (create("email", json!("a@b@c")), 0, error_code::EMAIL_INVALID),
        (create("email", json!("a b@example.com")), 0, error_code::EMAIL_INVALID),
        (create("email", json!(format!("{}@example.com", "x".repeat(49)))), 0, error_code::EMAIL_INVALID),
        (create("firstname", json!(" ")), 0, error_code::FIRSTNAME_MISSING),
        (create("lastname", json!(long)), 0, error_code::STRING_TOO_LONG),
        (create("country", json!("se")), 0, error_code::COUNTRY_INVALID),
        (create("country", json!("SWE")), 0, error_code::STRING_TOO_LONG),
        (create("option", json!("ignore")), 0, error_code::OPTION_ILLEGAL),
        (create("phone", json!("1")), 0, error_code::CREATE_KEY_UNKNOWN),
        (json!({"user": "b@example.com", "do": [{"addAdobeID": fields}]}), 0, error_code::MUST_MATCH_EMAIL),
        (user(json!([{"update": {"country": "SE"}}])), 0, error_code::UPDATE_COUNTRY),
        (user(json!([{"update": {"option": "x"}}])), 0, error_code::UPDATE_OPTION_NO),
        (user(json!([{"removeFromOrg": {"x": 1}}])), 0, error_code::OBJECT_NOT_EMPTY),
        (user(json!([{"removeFromOrg": {"deleteAccount": "yes"}}])), 0, error_code::BOOLEAN_EXPECTED),
        (user(json!([{"add": "all"}])), 0, error_code::MEMBERSHIP_LIST),
        (user(json!([{"add": {"user": [ADA]}}])), 0, error_code::MEMBERSHIP_KEY_UNKNOWN),
        (user(json!([{"add": {"group": "G"}}])), 0, error_code::MEMBERSHIP_NOT_ARRAY),
        (user(json!([{"add": {"group": names}}])), 0, error_code::MEMBERSHIP_TOO_LONG),
        (user(json!([{"add": {"group": [null]}}])), 0, error_code::GROUP_INVALID_LIST),
        (user(json!([{"add": {"group": ["x".repeat(256)]}}])), 0, error_code::MEMBERSHIP_NAME_TOO_LONG),
        (user(json!([{"add": {"group": ["G", " g"]}}])), 0, error_code::DUPLICATE_USERGROUP_LIST),
        (group(json!([{"remove": "all"}])), 0, error_code::MEMBERSHIP_LIST),
        (group(json!([{"add": {"group": ["G"]}}])), 0, error_code::MEMBERSHIP_KEY_UNKNOWN),
        (group(json!([{"add": {"user": [""]}}])), 0, error_code::USER_LIST_INVALID),
        (group(json!([{"add": {"user": [ADA, "ADA@example.com"]}}])), 0, error_code::DUPLICATE_USER_LIST),
        (group(json!([{"deleteUserGroup": {"x": 1}}])), 0, error_code::OBJECT_NOT_EMPTY),
        (group(json!([{"createUserGroup": {"x": 1}}])), 0, error_code::CREATE_KEY_UNKNOWN),
        (group(json!([{"updateUserGroup": {"option": "x"}}])), 0, error_code::UPDATE_OPTION_NO),
    ]
}

#[test]
fn both_sides_refuse_the_same_commands_with_the_same_codes() {
    for (command, step, code) in faulty() {
        let fault = read(&node(&command)).expect_err("refused here");
        assert_eq!((fault.step, fault.refusal.code), (step, code), "the sandbox: {command}");
        let fault = validate::command(&command).expect_err("refused by the client");
        assert_eq!((fault.step, fault.code), (step, code), "the client: {command}");
    }
}

/// Commands that the service carries out at least in part and that the client never sends.
#[test]
fn what_only_other_clients_send_is_read_and_the_client_refuses_it() {
    let user = |steps: Value| json!({"user": ADA, "do": steps});
    let all = json!({"remove": "all"});
    for command in [
        user(json!([{"add": {"group": []}}, all])),
        user(json!([{"add": {}}, all])),
        user(json!([{"update": {}}, all])),
        user(json!([{}, all])),
        user(json!([{"remove": "all", "add": {"group": ["G"]}}])),
        user(json!([{"add": {"product": ["P"]}}, all])),
        user(json!([{"add": {"productConfiguration": ["P"]}}, all])),
        user(json!([{"add": {"usergroup": ["G"]}}, all])),
    ] {
        assert_eq!(read(&node(&command)).expect("read").steps.len(), 2, "{command}");
        assert!(validate::command(&command).is_err(), "{command}");
    }
}

#[test]
fn the_keys_of_a_step_object_are_read_in_the_order_written() {
    let text =
        r#"{"user": "ada@example.com", "do": [{"remove": "all", "add": {"group": ["G"]}}, {"update": {}}]}"#;
    let steps = read(&serde_json::from_str(text).expect("JSON")).expect("read").steps;
    let [first, second, third] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!((first.index, &first.action), (0, &StepAction::RemoveFromAllGroups));
    assert_eq!((second.index, &second.action), (0, &StepAction::AddToGroups(strings(&["G"]))));
    assert!(matches!((third.index, &third.action), (1, StepAction::Empty(_))));
}

#[test]
fn each_old_key_is_read_with_a_warning_that_names_the_new_one() {
    let cases = [
        (r#"{"user": "a@example.com", "do": [{"add": {"KEY": ["X"]}}]}"#, "product", "group"),
        (r#"{"user": "a@example.com", "do": [{"remove": {"KEY": ["X"]}}]}"#, "productConfiguration", "group"),
        (r#"{"user": "a@example.com", "do": [{"add": {"KEY": ["X"]}}]}"#, "usergroup", "group"),
        (r#"{"usergroup": "G", "do": [{"add": {"KEY": ["X"]}}]}"#, "product", "productConfiguration"),
        (r#"{"usergroup": "G", "do": [{"remove": {"KEY": ["X"]}}]}"#, "product", "productConfiguration"),
    ];
    for (template, old, new) in cases {
        let text = template.replace("KEY", old);
        let steps = read(&serde_json::from_str(&text).expect("JSON")).expect("read").steps;
        let [warning] = steps[0].warnings.as_slice() else { panic!("{text}: {steps:?}") };
        assert_eq!(warning.code, error_code::WARNING_DEPRECATED);
        assert!(warning.message.contains(old) && warning.message.ends_with(new), "{}", warning.message);
    }
}

#[test]
fn a_key_that_appears_twice_is_refused_with_its_code() {
    let person =
        |key: &str| format!(r#"{{"user":"a@b.c","do":[{{"add":{{"{key}":["X"],"{key}":["Y"]}}}}]}}"#);
    let group =
        |key: &str| format!(r#"{{"usergroup":"G","do":[{{"add":{{"{key}":["X"],"{key}":["Y"]}}}}]}}"#);
    let cases = [
        (person("group"), error_code::DUPLICATE_GROUP_LIST),
        (person("usergroup"), error_code::DUPLICATE_USERGROUP_LIST),
        (person("product"), error_code::DUPLICATE_PRODUCT_LIST),
        (group("user"), error_code::DUPLICATE_USER_LIST),
        (group("productConfiguration"), error_code::DUPLICATE_PRODUCT_LIST),
    ];
    for (text, code) in cases {
        let fault = read(&serde_json::from_str(&text).expect("JSON")).expect_err("refused");
        assert_eq!((fault.step, fault.refusal.code), (0, code), "{text}");
    }
}
