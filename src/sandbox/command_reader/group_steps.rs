//! The steps that create, update and delete a user group (contract 3.3).

use super::fields::{existing_subject, field, object, unknown_field};
use crate::sandbox::json::JsonNode;
use crate::sandbox::limits;
use crate::sandbox::refusal::StepResult;
use crate::sandbox::requested::{ExistingSubject, StepAction};
use crate::wire::error_code;

/// `createUserGroup`. The root names the group; the field `name` is checked and not used (contract 7.29).
pub(super) fn create(value: &JsonNode) -> StepResult<StepAction> {
    let (mut description, mut existing) = (None, ExistingSubject::Refuse);
    for (key, value) in object(value)? {
        match key.as_str() {
            "name" => drop(field(key, value, limits::GROUP_NAME_LENGTH)?),
            "description" => description = Some(field(key, value, usize::MAX)?),
            "option" => existing = existing_subject(value)?,
            _ => return unknown_field(error_code::CREATE_KEY_UNKNOWN, key),
        }
    }
    Ok(StepAction::CreateUserGroup { description, existing })
}

/// `updateUserGroup`.
pub(super) fn update(value: &JsonNode) -> StepResult<StepAction> {
    let (mut name, mut description) = (None, None);
    for (key, value) in object(value)? {
        match key.as_str() {
            "name" => name = Some(field(key, value, limits::GROUP_NAME_LENGTH)?),
            "description" => description = Some(field(key, value, usize::MAX)?),
            "option" => return unknown_field(error_code::UPDATE_OPTION_NO, key),
            _ => return unknown_field(error_code::CREATE_KEY_UNKNOWN, key),
        }
    }
    Ok(StepAction::UpdateUserGroup { name, description })
}

/// `deleteUserGroup`, which has no fields.
pub(super) fn delete(value: &JsonNode) -> StepResult<StepAction> {
    match object(value)?.first() {
        Some((key, _)) => unknown_field(error_code::OBJECT_NOT_EMPTY, key),
        None => Ok(StepAction::DeleteUserGroup),
    }
}
