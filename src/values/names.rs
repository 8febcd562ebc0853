//! Arguments that are names: strings, users, groups and lists of these.

use super::dynamic::kind_of;
use super::record::{GroupRecord, Record, UserRecord};
use crate::error::{Error, Result};
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::identity::IdentityType;
use crate::wire::user::User;
use rhai::{Array, Dynamic};

/// A list of strings; a single string counts as a list of one. Users are replaced by their e-mails, groups by their
/// names.
///
/// # Errors
/// `usage`: it is something else.
pub fn texts(value: &Dynamic) -> Result<Vec<String>> {
    let wrong = |value: &Dynamic| {
        Error::usage(format!("expected a string or a list of strings, not {}", kind_of(value)))
    };
    if let Some(text) = text_of(value) {
        return Ok(vec![text]);
    }
    if let Some(users) = value.read_lock::<RecordList<User>>() {
        return Ok(users.all()?.iter().map(|user| user.label().to_owned()).collect());
    }
    if let Some(groups) = value.read_lock::<RecordList<Group>>() {
        return Ok(groups.all()?.iter().map(|group| group.group_name.to_string()).collect());
    }
    let Some(list) = value.read_lock::<Array>() else { return Err(wrong(value)) };
    list.iter().map(|item| text_of(item).ok_or_else(|| wrong(item))).collect()
}

/// The e-mails of the Adobe IDs among the users in an argument: a name alone does not say that they are meant.
///
/// # Errors
/// As [`texts`].
pub fn adobe_ids(value: &Dynamic) -> Result<Vec<String>> {
    let is_adobe_id =
        |user: &User| user.kind.as_deref().and_then(IdentityType::parse) == Some(IdentityType::AdobeId);
    let of = |value: &Dynamic| {
        let record = value.read_lock::<UserRecord>()?;
        is_adobe_id(&record.user).then(|| record.label().to_owned())
    };
    if let Some(users) = value.read_lock::<RecordList<User>>() {
        let users = users.all()?;
        return Ok(users
            .iter()
            .filter(|user| is_adobe_id(user))
            .map(|user| user.label().to_owned())
            .collect());
    }
    let list = value.read_lock::<Array>();
    Ok(list.iter().flat_map(|list| list.iter()).chain(Some(value)).filter_map(of).collect())
}

/// A string, a user's e-mail or a group's name.
fn text_of(value: &Dynamic) -> Option<String> {
    let user = value.read_lock::<UserRecord>().map(|user| user.label().to_owned());
    user.or_else(|| value.read_lock::<GroupRecord>().map(|group| group.label().to_owned()))
        .or_else(|| value.clone().into_string().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_is_a_list_of_one_and_a_number_is_none() {
        assert_eq!(texts(&"x".into()).unwrap(), ["x"]);
        let mixed = Dynamic::from_array(vec!["x".into(), Dynamic::from_int(1)]);
        let error = texts(&mixed).unwrap_err();
        assert_eq!(error.to_string(), "expected a string or a list of strings, not a whole number");
    }
}
