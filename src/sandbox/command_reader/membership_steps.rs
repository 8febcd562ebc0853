//! The steps `add` and `remove`, of both kinds of command (contract 3.2, 3.3, 4.4).

use super::fields::unknown_field;
use crate::sandbox::json::JsonNode;
use crate::sandbox::limits;
use crate::sandbox::refusal::{Refusal, StepResult, refuse};
use crate::sandbox::requested::{MemberLists, StepAction};
use crate::wire::error_code;
use crate::wire::identity::fold;
use std::collections::HashSet;

/// `add` in a command about a person.
pub(super) fn add_to_groups(value: &JsonNode, warnings: &mut Vec<Refusal>) -> StepResult<StepAction> {
    Ok(group_names(value, warnings)?.map_or_else(StepAction::Empty, StepAction::AddToGroups))
}

/// `remove` in a command about a person.
pub(super) fn remove_from_groups(value: &JsonNode, warnings: &mut Vec<Refusal>) -> StepResult<StepAction> {
    if value.as_str() == Some("all") {
        return Ok(StepAction::RemoveFromAllGroups);
    }
    Ok(group_names(value, warnings)?.map_or_else(StepAction::Empty, StepAction::RemoveFromGroups))
}

/// `add` in a command about a user group.
pub(super) fn add_members(value: &JsonNode, warnings: &mut Vec<Refusal>) -> StepResult<StepAction> {
    Ok(member_lists(value, warnings)?.map_or_else(StepAction::Empty, StepAction::AddMembers))
}

/// `remove` in a command about a user group.
pub(super) fn remove_members(value: &JsonNode, warnings: &mut Vec<Refusal>) -> StepResult<StepAction> {
    Ok(member_lists(value, warnings)?.map_or_else(StepAction::Empty, StepAction::RemoveMembers))
}

/// The names in a step, or why the step requests nothing (contract 7.9).
type ListedNames<T> = Result<T, Refusal>;

/// The groups of a step about a person. Only `group` is documented today; older clients send the others
/// (contract 4.7, X21).
fn group_names(value: &JsonNode, warnings: &mut Vec<Refusal>) -> StepResult<ListedNames<Vec<String>>> {
    let entries = entries(value)?;
    let mut found = Vec::new();
    let mut empty = None;
    for (key, value) in entries {
        let code = match key.as_str() {
            "group" => error_code::DUPLICATE_GROUP_LIST,
            "usergroup" => error_code::DUPLICATE_USERGROUP_LIST,
            "product" | "productConfiguration" => error_code::DUPLICATE_PRODUCT_LIST,
            _ => return unknown_field(error_code::MEMBERSHIP_KEY_UNKNOWN, key),
        };
        refuse_second(entries, key, code)?;
        if key != "group" {
            warnings.push(deprecated(key, "group"));
        }
        let names = names(key, value, ListedNameKind::Group)?;
        empty = empty.or_else(|| empty_list(key, &names));
        found.extend(names);
    }
    if entries.is_empty() {
        empty = Some(Refusal {
            code: error_code::MEMBERSHIP_MISSING_LIST,
            message: "The step names no group".to_owned(),
        });
    }
    Ok(empty.map_or(Ok(found), Err))
}

/// The users and profiles of a step about a user group.
fn member_lists(value: &JsonNode, warnings: &mut Vec<Refusal>) -> StepResult<ListedNames<MemberLists>> {
    let entries = entries(value)?;
    let mut lists = MemberLists::default();
    let mut empty = None;
    for (key, value) in entries {
        let (kind, code) = match key.as_str() {
            "user" => (ListedNameKind::User, error_code::DUPLICATE_USER_LIST),
            "product" | "productConfiguration" => (ListedNameKind::Group, error_code::DUPLICATE_PRODUCT_LIST),
            _ => return unknown_field(error_code::MEMBERSHIP_KEY_UNKNOWN, key),
        };
        refuse_second(entries, key, code)?;
        if key == "product" {
            warnings.push(deprecated(key, "productConfiguration"));
        }
        let names = names(key, value, kind)?;
        empty = empty.or_else(|| empty_list(key, &names));
        if kind == ListedNameKind::User { &mut lists.users } else { &mut lists.profiles }.extend(names);
    }
    if entries.is_empty() {
        empty = Some(Refusal {
            code: error_code::MEMBERSHIP_SUBJECT_MISSING,
            message: "The step names no user and no profile".to_owned(),
        });
    }
    Ok(empty.map_or(Ok(lists), Err))
}

fn entries(value: &JsonNode) -> StepResult<&[(String, JsonNode)]> {
    match value.as_object() {
        Some(entries) => Ok(entries),
        None => refuse(error_code::MEMBERSHIP_LIST, "The value of the step must be an object with lists"),
    }
}

fn refuse_second(entries: &[(String, JsonNode)], key: &str, code: &'static str) -> StepResult {
    if entries.iter().filter(|(name, _)| name == key).count() > 1 {
        return refuse(code, format!("The key {key} appears twice"));
    }
    Ok(())
}

fn deprecated(key: &str, replacement: &str) -> Refusal {
    let message = format!("The key {key} is deprecated; use {replacement}");
    Refusal { code: error_code::WARNING_DEPRECATED, message }
}

fn empty_list(key: &str, names: &[String]) -> Option<Refusal> {
    let refusal = || Refusal { code: error_code::GROUP_INVALID_LIST, message: format!("`{key}` is empty") };
    names.is_empty().then(refusal)
}

/// What the entries of a list name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListedNameKind {
    /// User groups, profiles or admin groups.
    Group,
    /// People.
    User,
}

/// The names of a list, each once.
fn names(key: &str, value: &JsonNode, kind: ListedNameKind) -> StepResult<Vec<String>> {
    let Some(list) = value.as_list() else {
        return refuse(error_code::MEMBERSHIP_NOT_ARRAY, format!("`{key}` must be an array"));
    };
    if list.len() > limits::NAMES_PER_LIST {
        return refuse(
            error_code::MEMBERSHIP_TOO_LONG,
            format!("`{key}` has {} entries, max {}", list.len(), limits::NAMES_PER_LIST),
        );
    }
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for entry in list {
        let name = name(key, entry, kind)?;
        if !seen.insert(fold(name)) {
            let code = match kind {
                ListedNameKind::User => error_code::DUPLICATE_USER_LIST,
                ListedNameKind::Group => error_code::DUPLICATE_USERGROUP_LIST,
            };
            return refuse(code, format!("{name} appears twice in `{key}`"));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

fn name<'n>(key: &str, entry: &'n JsonNode, kind: ListedNameKind) -> StepResult<&'n str> {
    let name = entry.as_str().filter(|name| !name.trim().is_empty());
    match (name, kind) {
        (None, ListedNameKind::User) => {
            refuse(error_code::USER_LIST_INVALID, format!("`{key}` has an entry that is not a user"))
        }
        (None, ListedNameKind::Group) => {
            refuse(error_code::GROUP_INVALID_LIST, format!("`{key}` has an entry that is not a name"))
        }
        (Some(name), ListedNameKind::Group) if name.trim().chars().count() > limits::GROUP_NAME_LENGTH => {
            refuse(error_code::MEMBERSHIP_NAME_TOO_LONG, format!("The name {name} is too long"))
        }
        (Some(name), _) => Ok(name),
    }
}
