//! What each step does to the organization.

use super::*;
use crate::sandbox::accounts::AccountStanding;
use crate::sandbox::command_reader;
use crate::sandbox::json::JsonNode;
use crate::sandbox::person_name::PersonName;
use crate::sandbox::seed;
use crate::wire::error_code;
use serde_json::{Value, json};

pub(super) const ADA: &str = "ada.lind@example.com";

pub(super) fn org() -> SandboxOrganization {
    seed::organization(None)
}

pub(super) fn run(org: &mut SandboxOrganization, body: &Value) -> StepOutcome {
    run_with(org, &CurrentRules::default(), body)
}

fn run_with(org: &mut SandboxOrganization, rules: &CurrentRules, body: &Value) -> StepOutcome {
    let body: JsonNode = serde_json::from_str(&body.to_string()).expect("JSON");
    let requested = command_reader::read(&body).expect("well formed");
    command(org, &mut RequestState::new(rules, false), &requested)
}

pub(super) fn done(org: &mut SandboxOrganization, body: &Value) {
    assert_eq!(run(org, body), StepOutcome::default(), "{body}");
}

fn groups_of(org: &SandboxOrganization, email: &str) -> Vec<String> {
    let (_, person) = org.people.find(&PersonName::email(email)).expect("known");
    org.group_names(person, true).iter().map(ToString::to_string).collect()
}

fn standing(org: &SandboxOrganization, email: &str) -> Option<AccountStanding> {
    org.people.find(&PersonName::email(email)).map(|(_, person)| person.standing)
}

fn create(email: &str, extra: &Value) -> Value {
    let mut fields = json!({"email": email, "firstname": "New", "lastname": "Name", "country": "US"});
    for (key, value) in extra.as_object().into_iter().flatten() {
        fields[key] = value.clone();
    }
    json!({"user": email, "do": [{"createFederatedID": fields}, {"add": {"group": ["Interns"]}}]})
}

#[test]
fn an_existing_person_is_an_error_is_skipped_or_gets_the_new_name() {
    let mut org = org();
    let (id, _) = org.people.find(&PersonName::email(ADA)).expect("seeded");
    let lastname = |org: &SandboxOrganization| org.people.get(id).and_then(|person| person.lastname.clone());
    assert_eq!(failures(&run(&mut org, &create(ADA, &json!({})))), [(0, error_code::ALREADY_IN_ORG)]);
    assert_eq!(lastname(&org).as_deref(), Some("Lind"));
    done(&mut org, &create(ADA, &json!({"option": "ignoreIfAlreadyExists"})));
    assert_eq!(lastname(&org).as_deref(), Some("Lind"));
    assert!(groups_of(&org, ADA).contains(&"Interns".to_owned()));
    done(&mut org, &create(ADA, &json!({"option": "updateIfAlreadyExists"})));
    assert_eq!(lastname(&org).as_deref(), Some("Name"));
}

/// The codes of a command's errors with their steps.
pub(super) fn failures(outcome: &StepOutcome) -> Vec<(usize, &'static str)> {
    outcome.errors.iter().map(|(step, refusal)| (*step, refusal.code)).collect()
}

#[test]
fn steps_after_a_failed_one_run_unless_a_switch_stops_them() {
    let body = json!({"user": ADA, "do": [
        {"add": {"group": ["Interns"]}}, {"add": {"group": ["Nothing"]}}, {"add": {"group": ["Finance"]}},
        {"remove": {"group": ["Nothing"]}}]});
    let failed = |step| (step, error_code::GROUP_NOT_FOUND);
    let mut rules = CurrentRules::default();
    let mut continued = org();
    assert_eq!(failures(&run_with(&mut continued, &rules, &body)), [failed(1), failed(3)]);
    assert!(groups_of(&continued, ADA).contains(&"Finance".to_owned()));
    rules.switches.continue_after_failure = false;
    let mut stopped = org();
    assert_eq!(failures(&run_with(&mut stopped, &rules, &body)), [failed(1)]);
    let groups = groups_of(&stopped, ADA);
    assert!(groups.contains(&"Interns".to_owned()) && !groups.contains(&"Finance".to_owned()));
}

#[test]
fn a_failed_create_step_and_the_steps_that_needed_it_all_have_errors() {
    let mut body = create("new@nowhere.example", &json!({}));
    body["do"].as_array_mut().expect("steps").push(json!({"update": {"lastname": "X"}}));
    let outcome = run(&mut org(), &body);
    let nobody = error_code::USER_NONEXISTENT;
    assert_eq!(failures(&outcome), [(0, error_code::DOMAIN_TRUST), (1, nobody), (2, nobody)]);
}

#[test]
fn an_empty_step_fails_alone() {
    let empty = [
        (json!({"add": {"group": []}}), error_code::GROUP_INVALID_LIST),
        (json!({"remove": {"group": []}}), error_code::GROUP_INVALID_LIST),
        (json!({"add": {}}), error_code::MEMBERSHIP_MISSING_LIST),
        (json!({"update": {}}), error_code::ILLEGAL_ENTRY),
        (json!({}), error_code::ILLEGAL_ENTRY),
    ];
    for (step, code) in empty {
        let mut org = org();
        let body = json!({"user": ADA, "do": [step, {"add": {"group": ["Interns"]}}]});
        assert_eq!(failures(&run(&mut org, &body)), [(0, code)], "{step}");
        assert!(groups_of(&org, ADA).contains(&"Interns".to_owned()), "{step}");
    }
    for (value, code) in [
        (json!({"user": []}), error_code::GROUP_INVALID_LIST),
        (json!({}), error_code::MEMBERSHIP_SUBJECT_MISSING),
    ] {
        let mut org = org();
        let body = json!({"usergroup": "Interns", "do": [{"add": value}, {"add": {"user": [ADA]}}]});
        assert_eq!(failures(&run(&mut org, &body)), [(0, code)], "{value}");
        assert!(groups_of(&org, ADA).contains(&"Interns".to_owned()), "{value}");
    }
}

#[test]
fn old_keys_are_carried_out_with_a_warning() {
    for (key, name) in [("product", "Stock"), ("productConfiguration", "Stock"), ("usergroup", "Interns")] {
        let mut org = org();
        let outcome = run(&mut org, &json!({"user": ADA, "do": [{"add": {key: [name]}}]}));
        let warnings: Vec<_> = outcome.warnings.iter().map(|(step, warning)| (*step, warning.code)).collect();
        assert_eq!(
            (failures(&outcome), warnings),
            (vec![], vec![(0, error_code::WARNING_DEPRECATED)]),
            "{key}"
        );
        assert!(groups_of(&org, ADA).contains(&name.to_owned()), "{key}");
    }
}

#[test]
fn an_admin_group_appears_with_its_first_member() {
    let mut org = org();
    assert_eq!(org.groups.find("_admin_Finance"), None);
    done(&mut org, &json!({"user": ADA, "do": [{"add": {"group": ["_ADMIN_finance", "_support_admin"]}}]}));
    let finance = org.groups.user_group("Finance").expect("seeded");
    assert_eq!(org.groups.admins_of(finance).map(|group| &*group.name), Some("_admin_Finance"));
    done(&mut org, &json!({"user": ADA, "do": [{"remove": {"group": ["_admin_Finance"]}}]}));
    assert!(org.groups.admins_of(finance).is_none());
}

#[test]
fn removing_from_all_leaves_what_cannot_be_removed() {
    let mut org = org();
    done(&mut org, &json!({"user": ADA, "do": [{"remove": "all"}]}));
    assert_eq!(groups_of(&org, ADA), ["_org_admin"]);
    done(&mut org, &json!({"user": "uma.devi@example.com", "do": [{"remove": "all"}]}));
    assert_eq!(groups_of(&org, "uma.devi@example.com"), ["Corporate Directory"]);
}

#[test]
fn a_member_through_a_user_group_stays_when_removed_from_the_profile() {
    let mut org = org();
    let stock = org.groups.profile("Stock").expect("seeded");
    let is_member = |org: &SandboxOrganization| {
        let (_, ada) = org.people.find(&PersonName::email(ADA)).expect("seeded");
        org.is_in(ada, stock, false)
    };
    assert!(is_member(&org));
    done(&mut org, &json!({"user": ADA, "do": [{"remove": {"group": ["Stock"]}}]}));
    assert!(is_member(&org));
}

#[test]
fn a_removed_person_stays_in_the_directory_until_the_account_is_deleted() {
    let mut org = org();
    let remove = |delete: bool| json!({"user": ADA, "do": [{"removeFromOrg": {"deleteAccount": delete}}]});
    done(&mut org, &remove(false));
    assert_eq!((standing(&org, ADA), groups_of(&org, ADA).len()), (Some(AccountStanding::Left), 0));
    done(&mut org, &create(ADA, &json!({})));
    assert_eq!(standing(&org, ADA), Some(AccountStanding::Active));
    done(&mut org, &remove(false));
    done(&mut org, &remove(true));
    assert_eq!(standing(&org, ADA), None);
    done(&mut org, &remove(true));
}

#[test]
fn an_adobe_id_is_the_one_meant_only_where_that_is_asked_for() {
    let mut org = org();
    let body = json!({"user": "both@example.com", "useAdobeID": true, "do": [{"removeFromOrg": {}}]});
    done(&mut org, &body);
    let left: Vec<_> =
        org.people.with_email("both@example.com").map(|(_, person)| person.is_managed()).collect();
    assert_eq!(left, [true]);
}

#[test]
fn a_person_of_a_trusted_domain_joins_and_leaves_and_stays_the_others() {
    let (mut org, email) = (org(), "known@partner.example.net");
    done(&mut org, &create(email, &json!({})));
    assert_eq!(standing(&org, email), Some(AccountStanding::Active));
    done(&mut org, &json!({"user": email, "do": [{"removeFromOrg": {"deleteAccount": true}}]}));
    assert_eq!(standing(&org, email), Some(AccountStanding::Elsewhere));
    let outcome = run(&mut org, &create("unknown@partner.example.net", &json!({})));
    assert_eq!(outcome.errors[0].1.code, error_code::NOT_PARENT_ORG);
}

#[test]
fn an_updated_email_leaves_the_username_and_later_steps_stay_with_the_person() {
    let mut org = org();
    done(
        &mut org,
        &json!({"user": ADA, "do": [
            {"update": {"email": "ada.berg@emea.example.com", "lastname": "Berg"}}, {"add": {"group": ["Interns"]}}]}),
    );
    let (_, ada) = org.people.find(&PersonName::email("ada.berg@emea.example.com")).expect("renamed");
    assert_eq!((&**ada.username(), &*ada.domain), (ADA, "example.com"));
    assert_eq!(ada.lastname.as_deref(), Some("Berg"));
    assert_eq!(standing(&org, ADA), None);
}

#[test]
fn a_login_name_belongs_to_one_person() {
    let mut org = org();
    let make = |user: &str, email: &str| {
        let fields = json!({"email": email, "firstname": "A", "lastname": "B", "country": "US"});
        json!({"user": user, "do": [{ "createFederatedID": fields }]})
    };
    done(&mut org, &make("sso@example.com", "mail@example.com"));
    let other = run(&mut org, &make("sso@example.com", ADA));
    assert_eq!(other.errors[0].1.code, error_code::NAME_IN_USE);
    let same = run(&mut org, &make("SSO@example.com", "mail@example.com"));
    assert_eq!(same.errors[0].1.code, error_code::ALREADY_IN_ORG);
}

#[test]
fn a_plain_username_needs_its_domain_and_can_be_changed() {
    let mut org = org();
    let body = json!({"user": "jonas.weber", "domain": "sso.example.com", "do": [{"update": {"username": "jweber"}}]});
    done(&mut org, &body);
    let found = |name| org.people.find(&PersonName::username(name, "sso.example.com")).is_some();
    assert!(found("jweber") && !found("jonas.weber"));
}

#[test]
fn a_user_group_is_made_renamed_filled_and_deleted() {
    let mut org = org();
    let command = |name: &str, steps: Value| json!({"usergroup": name, "do": steps});
    done(
        &mut org,
        &command(
            "Pilots",
            json!([{"createUserGroup": {"description": "x"}}, {"updateUserGroup": {"name": "Crew"}},
                {"add": {"user": [ADA, "ben.osei@example.com"], "productConfiguration": ["Photoshop"]}},
                {"remove": {"user": ["ben.osei@example.com"]}}]),
        ),
    );
    let crew = org.groups.user_group("crew").expect("renamed");
    assert_eq!(org.groups.get(crew).map(|group| (group.members, group.profiles.len())), Some((1, 1)));
    let photoshop = org.groups.profile("Photoshop").expect("seeded");
    let (_, ada) = org.people.find(&PersonName::email(ADA)).expect("seeded");
    assert_eq!((org.is_in(ada, photoshop, true), org.is_in(ada, photoshop, false)), (false, true));
    done(
        &mut org,
        &command("Crew", json!([{"deleteUserGroup": {}}, {"add": {"user": ["nobody@example.com"]}}])),
    );
    assert_eq!(org.groups.find("Crew"), None);
    assert!(!groups_of(&org, ADA).contains(&"Crew".to_owned()));
}

#[test]
fn an_existing_user_group_is_skipped_or_described() {
    let mut org = org();
    let description = |org: &SandboxOrganization| {
        let id = org.groups.user_group("Interns").expect("seeded");
        org.groups.get(id).and_then(|group| group.description.clone())
    };
    let before = description(&org);
    let make = |option: &str| json!({"usergroup": "interns", "do": [{"createUserGroup": {"description": "New", "option": option}}]});
    done(&mut org, &make("ignoreIfAlreadyExists"));
    assert_eq!(description(&org), before);
    done(&mut org, &make("updateIfAlreadyExists"));
    assert_eq!(description(&org).as_deref(), Some("New"));
}

#[test]
fn a_read_only_group_takes_profiles_but_no_people() {
    let mut org = org();
    let add = |value: Value| json!({"usergroup": "Corporate Directory", "do": [{ "add": value }]});
    done(&mut org, &add(json!({"productConfiguration": ["Stock"]})));
    assert_eq!(
        run(&mut org, &add(json!({"user": [ADA]}))).errors[0].1.code,
        error_code::USERGROUP_READ_ONLY_ADD
    );
}

#[test]
fn a_step_that_is_refused_changes_nothing() {
    let mut org = org();
    let revision = org.revision();
    for body in [
        json!({"user": ADA, "do": [{"add": {"group": ["Interns", "Nothing"]}}]}),
        json!({"usergroup": "Interns", "do": [{"add": {"user": [ADA, "nobody@example.com"]}}]}),
        json!({"usergroup": "Interns", "do": [{"updateUserGroup": {"description": "x", "name": "Finance"}}]}),
    ] {
        assert_eq!(run(&mut org, &body).errors.len(), 1, "{body}");
    }
    assert_eq!(org.revision(), revision);
}
