//! The values of a step's fields: strings of a limited length, e-mail addresses, country codes, options.

use crate::sandbox::json::JsonNode;
use crate::sandbox::limits;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::sandbox::requested::ExistingSubject;
use crate::wire::error_code;

/// A string of at most `limit` characters; `code` refuses other values.
pub(super) fn string<'n>(
    key: &str,
    value: &'n JsonNode,
    code: &'static str,
    limit: usize,
) -> StepResult<&'n str> {
    let Some(text) = value.as_str() else {
        return refuse(code, format!("`{key}` must be a string"));
    };
    let length = text.chars().count();
    if length > limit {
        return refuse(
            error_code::STRING_TOO_LONG,
            format!("`{key}` has {length} characters, max length {limit}"),
        );
    }
    Ok(text)
}

/// The fields of a step that creates or updates something.
pub(super) fn object(value: &JsonNode) -> StepResult<&[(String, JsonNode)]> {
    match value.as_object() {
        Some(entries) => Ok(entries),
        None => refuse(error_code::CREATE_OBJECT_EXPECTED, "The value of the step must be an object"),
    }
}

/// A string field of such a step.
pub(super) fn field(key: &str, value: &JsonNode, limit: usize) -> StepResult<String> {
    string(key, value, error_code::CREATE_STRING_EXPECTED, limit).map(str::to_owned)
}

/// A first or last name, which may be empty.
pub(super) fn personal_name(key: &str, value: &JsonNode) -> StepResult<String> {
    field(key, value, limits::PERSONAL_NAME_LENGTH)
}

/// An e-mail address.
pub(super) fn email(value: &JsonNode) -> StepResult<String> {
    let email = field("email", value, usize::MAX)?;
    let length = email.chars().count();
    if length > limits::EMAIL_LENGTH {
        let message = format!("The email has {length} characters, max length {}", limits::EMAIL_LENGTH);
        return refuse(error_code::EMAIL_INVALID, message);
    }
    let illegal = |character: char| {
        character.is_whitespace() || character.is_control() || r#"<>()[]\,;:""#.contains(character)
    };
    let halves: Vec<_> = email.split('@').collect();
    if halves.len() != 2 || halves.contains(&"") || email.contains(illegal) {
        return refuse(error_code::EMAIL_INVALID, format!("The email {email} is not valid"));
    }
    Ok(email)
}

/// A country code: two letters in upper case. Whether Adobe serves the country is checked later.
pub(super) fn country(value: &JsonNode) -> StepResult<String> {
    let country = field("country", value, limits::COUNTRY_LENGTH)?;
    let letters = country.bytes().filter(u8::is_ascii_uppercase).count();
    if (country.len(), letters) != (limits::COUNTRY_LENGTH, limits::COUNTRY_LENGTH) {
        return refuse(error_code::COUNTRY_INVALID, format!("The country {country} is not a valid code"));
    }
    Ok(country)
}

/// The field `option` of a create step.
pub(super) fn existing_subject(value: &JsonNode) -> StepResult<ExistingSubject> {
    match field("option", value, usize::MAX)?.as_str() {
        "ignoreIfAlreadyExists" => Ok(ExistingSubject::Ignore),
        "updateIfAlreadyExists" => Ok(ExistingSubject::Update),
        other => refuse(error_code::OPTION_ILLEGAL, format!("The option {other} is not valid")),
    }
}

/// Refuses a field that the step does not have.
pub(super) fn unknown_field<T>(code: &'static str, key: &str) -> StepResult<T> {
    refuse(code, format!("The step has no field {key}"))
}
