//! The steps that create, update and remove an account (contract 3.2, 4.3, 4.5).

use super::fields::{country, email, existing_subject, field, object, personal_name, unknown_field};
use crate::sandbox::json::JsonNode;
use crate::sandbox::limits;
use crate::sandbox::person_name::PersonName;
use crate::sandbox::refusal::{Refusal, StepResult, refuse};
use crate::sandbox::requested::{AccountUpdate, ExistingSubject, NewAccount, StepAction};
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold};

/// `addAdobeID`, `createEnterpriseID` and `createFederatedID`.
pub(super) fn create(person: &PersonName, name: &str, value: &JsonNode) -> StepResult<StepAction> {
    let kind = match name {
        "addAdobeID" => IdentityType::AdobeId,
        "createEnterpriseID" => IdentityType::EnterpriseId,
        _ => IdentityType::FederatedId,
    };
    let mut account = NewAccount {
        kind,
        email: String::new(),
        firstname: None,
        lastname: None,
        country: None,
        existing: ExistingSubject::Refuse,
    };
    for (key, value) in object(value)? {
        match key.as_str() {
            "email" => account.email = email(value)?,
            "firstname" => account.firstname = Some(personal_name(key, value)?),
            "lastname" => account.lastname = Some(personal_name(key, value)?),
            "country" => account.country = Some(country(value)?),
            "option" => account.existing = existing_subject(value)?,
            _ => return unknown_field(error_code::CREATE_KEY_UNKNOWN, key),
        }
    }
    check_required(&account)?;
    if kind != IdentityType::FederatedId && fold(&person.name) != fold(&account.email) {
        let message = format!("The user {} is not the email {}", person.name, account.email);
        return refuse(error_code::MUST_MATCH_EMAIL, message);
    }
    Ok(StepAction::CreateAccount(account))
}

/// All need an e-mail; Enterprise IDs and Federated IDs both names; Federated IDs a country.
fn check_required(account: &NewAccount) -> StepResult {
    let is_blank = |field: &Option<String>| field.as_deref().is_none_or(|value| value.trim().is_empty());
    if account.email.is_empty() {
        return refuse(error_code::EMAIL_INVALID, "The email is missing");
    }
    if account.kind == IdentityType::AdobeId {
        return Ok(());
    }
    if is_blank(&account.firstname) {
        return refuse(error_code::FIRSTNAME_MISSING, "The first name is missing");
    }
    if is_blank(&account.lastname) {
        return refuse(error_code::LASTNAME_MISSING, "The last name is missing");
    }
    if account.kind == IdentityType::FederatedId && account.country.is_none() {
        return refuse(error_code::COUNTRY_INVALID, "The country is missing");
    }
    Ok(())
}

/// `update`.
pub(super) fn update(value: &JsonNode) -> StepResult<StepAction> {
    let fields = object(value)?;
    if fields.is_empty() {
        let message = "The update has no fields".to_owned();
        return Ok(StepAction::Empty(Refusal { code: error_code::ILLEGAL_ENTRY, message }));
    }
    let mut update = AccountUpdate::default();
    for (key, value) in fields {
        match key.as_str() {
            "email" => update.email = Some(email(value)?),
            "username" => update.username = Some(field(key, value, limits::IDENTIFIER_LENGTH)?),
            "firstname" => update.firstname = Some(personal_name(key, value)?),
            "lastname" => update.lastname = Some(personal_name(key, value)?),
            "country" => return unknown_field(error_code::UPDATE_COUNTRY, key),
            "option" => return unknown_field(error_code::UPDATE_OPTION_NO, key),
            _ => return unknown_field(error_code::CREATE_KEY_UNKNOWN, key),
        }
    }
    Ok(StepAction::UpdateAccount(update))
}

/// `removeFromOrg`.
pub(super) fn remove_from_organization(value: &JsonNode) -> StepResult<StepAction> {
    let mut delete_account = false;
    for (key, value) in object(value)? {
        match (key.as_str(), value) {
            ("deleteAccount", JsonNode::Bool(flag)) => delete_account = *flag,
            ("deleteAccount", _) => {
                return refuse(error_code::BOOLEAN_EXPECTED, "`deleteAccount` must be a boolean");
            }
            _ => return unknown_field(error_code::OBJECT_NOT_EMPTY, key),
        }
    }
    Ok(StepAction::RemoveFromOrganization { delete_account })
}
