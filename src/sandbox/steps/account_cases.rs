//! Which account a step changes, and in which domains: each step for each type of account (contract 7.16, 7.36, 7.37).

use super::tests::{ADA, done, failures, org, run};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::person_name::PersonName;
use crate::wire::error_code;
use serde_json::{Value, json};

/// Each step of a command about a person.
fn each_step(email: &str) -> Vec<Value> {
    let fields = json!({"email": email, "firstname": "New", "lastname": "Name", "country": "US",
        "option": "updateIfAlreadyExists"});
    vec![
        json!({"createEnterpriseID": fields}),
        json!({"createFederatedID": fields}),
        json!({"update": {"lastname": "New"}}),
        json!({"add": {"group": ["Interns"]}}),
        json!({"remove": {"group": ["Designers"]}}),
        json!({"remove": "all"}),
        json!({"removeFromOrg": {}}),
        json!({"removeFromOrg": {"deleteAccount": true}}),
    ]
}

#[test]
fn a_command_about_an_adobe_id_never_touches_a_managed_account() {
    for email in [ADA, "dmitri.volkov@example.org", "nobody@example.com"] {
        for step in each_step(email) {
            let mut org = org();
            let before = org.revision();
            let body = json!({"user": email, "useAdobeID": true, "do": [step]});
            let outcome = run(&mut org, &body);
            assert_eq!(failures(&outcome), [(0, error_code::USER_NONEXISTENT)], "{body}");
            let message = format!("Adobe Id does not exist: {email}");
            assert_eq!(outcome.errors[0].1.message, message, "{body}");
            assert_eq!(org.revision(), before, "{body}");
        }
        for step in ["add", "remove"] {
            let mut org = org();
            let before = org.revision();
            let lists = json!({"user": [email]});
            let body = json!({"usergroup": "Designers", "useAdobeID": true, "do": [{ step: lists }]});
            assert_eq!(failures(&run(&mut org, &body)), [(0, error_code::USER_NONEXISTENT)], "{body}");
            assert_eq!(org.revision(), before, "{body}");
        }
    }
}

#[test]
fn of_two_accounts_each_step_changes_the_one_that_was_asked_for() {
    let email = "both@example.com";
    let accounts = |org: &SandboxOrganization| {
        let find = |adobe_id| {
            let name = PersonName { adobe_id, ..PersonName::email(email) };
            org.people
                .find(&name)
                .map(|(_, person)| person.clone())
                .filter(|one| one.is_managed() != adobe_id)
        };
        (find(true), find(false))
    };
    for step in each_step(email) {
        let (mut changed, before) = (org(), accounts(&org()));
        run(&mut changed, &json!({"user": email, "useAdobeID": true, "do": [step]}));
        assert_eq!(accounts(&changed).1, before.1, "the managed account: {step}");
        let mut changed = org();
        run(&mut changed, &json!({"user": email, "do": [step]}));
        assert_eq!(accounts(&changed).0, before.0, "the Adobe ID: {step}");
    }
}

/// A command that creates an account: `user`, its domain, and the e-mail.
fn create_as(step: &str, user: &str, domain: Option<&str>, email: &str) -> Value {
    let fields = json!({"email": email, "firstname": "A", "lastname": "B", "country": "US"});
    let mut command = json!({"user": user, "do": [{ step: fields }]});
    if let Some(domain) = domain {
        command["domain"] = json!(domain);
    }
    command
}

#[test]
fn the_domains_of_the_email_and_of_the_username_must_be_claimed_for_that_type() {
    let (federated, enterprise) = ("createFederatedID", "createEnterpriseID");
    let (sso, unclaimed) = (Some("sso.example.com"), error_code::DOMAIN_TRUST);
    let refused = [
        (create_as(federated, "q1", sso, "q1@unclaimed.example.net"), unclaimed),
        (create_as(federated, "q1", Some("unclaimed.example.net"), "q1@example.com"), unclaimed),
        (create_as(federated, "q1@unclaimed.example.net", None, "q1@example.com"), unclaimed),
        (create_as(federated, "q1@example.com", None, "q1@unclaimed.example.net"), unclaimed),
        (create_as(enterprise, "q1@example.net", None, "q1@example.net"), unclaimed),
        (create_as(federated, "q1", sso, "q1@example.org"), error_code::TYPE_MISMATCH),
        (create_as(federated, "q1", Some("example.org"), "q1@example.com"), error_code::TYPE_MISMATCH),
        (create_as(enterprise, "q1@example.com", None, "q1@example.com"), error_code::TYPE_MISMATCH),
        (create_as(federated, "q1", sso, "q1@partner.example.net"), error_code::NOT_PARENT_ORG),
        (json!({"user": ADA, "do": [{"update": {"email": "a@unclaimed.example.net"}}]}), unclaimed),
        (json!({"user": ADA, "do": [{"update": {"email": "a@example.org"}}]}), error_code::CHANGE_DOMAIN),
        (json!({"user": ADA, "do": [{"update": {"email": "a@fed.example.com"}}]}), error_code::CHANGE_DOMAIN),
        (json!({"user": ADA, "do": [{"update": {"username": "a@unclaimed.example.net"}}]}), unclaimed),
        (json!({"user": ADA, "do": [{"update": {"username": "a@example.org"}}]}), error_code::TYPE_MISMATCH),
    ];
    for (body, code) in refused {
        let mut org = org();
        let before = org.revision();
        assert_eq!(failures(&run(&mut org, &body)), [(0, code)], "{body}");
        assert_eq!(org.revision(), before, "{body}");
    }
    for body in [
        create_as(federated, "q1", sso, "q1@example.com"),
        create_as(federated, "q1@example.com", None, "q2@emea.example.com"),
        create_as(enterprise, "q1@example.org", None, "q1@example.org"),
        create_as("addAdobeID", "q1@unclaimed.example.net", None, "q1@unclaimed.example.net"),
        json!({"user": ADA, "do": [{"update": {"email": "a@emea.example.com", "username": "ada"}}]}),
    ] {
        done(&mut org(), &body);
    }
}

#[test]
fn each_step_is_carried_out_for_each_type_of_account_that_has_it() {
    let people = [
        (ADA, None, true),
        ("jonas.weber", Some("sso.example.com"), true),
        ("dmitri.volkov@example.org", None, true),
        ("femi.adeyemi@example.net", None, false),
    ];
    for (user, domain, managed) in people {
        for step in each_step(user).into_iter().skip(2) {
            let mut body = json!({"user": user, "do": [step]});
            if let Some(domain) = domain {
                body["domain"] = json!(domain);
            }
            let refused = !managed && step.get("update").is_some();
            let expected = if refused { vec![(0, error_code::UPDATE_ADOBE_ID)] } else { Vec::new() };
            assert_eq!(failures(&run(&mut org(), &body)), expected, "{body}");
        }
    }
}
