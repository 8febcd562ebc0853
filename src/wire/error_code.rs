//! Every error code of the action endpoint and the listings (contract 4.2 to 4.6), with advice on what to do.

use std::borrow::Cow;
use unicode_normalization::is_nfc;

/// A documented code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code as the service sends it; always match on it, never on the message.
    pub code: &'static str,
    /// What to do next, for people.
    pub hint: &'static str,
    /// Whether the same command may succeed later without being changed.
    pub transient: bool,
}

/// Declares constants and the table of them together, so neither can lack an entry of the other.
macro_rules! codes {
    ($($(#[$marker:ident])? $name:ident = $code:literal: $hint:literal;)+) => {
        $(#[doc = concat!("`", $code, "`: ", $hint)] pub const $name: &str = $code;)+
        /// All documented codes.
        pub const CODES: &[ErrorCode] = &[$(ErrorCode { code: $code, hint: $hint, transient: codes!(@ $($marker)?) },)+];
    };
    (@ transient) => { true };
    (@) => { false };
}

codes! {
    // Request and command structure (contract 4.2).
    COMMAND_MALFORMED = "error.command.malformed": "Send a JSON list of one to ten commands.";
    ORGANIZATION_INVALID_ID = "error.organization.invalid_id": "Check the organization id: hex digits and `@AdobeOrg`, from the Developer Console.";
    ORGANIZATION_INVALID_NAME = "error.organization.invalid_name": "Check the organization's name.";
    #[transient] ORGANIZATION_MIGRATING = "error.organization.migrating": "Adobe is migrating the organization; no changes are possible until that is done.";
    API_KEY_INVALID = "error.apikey.invalid": "Check the client id and that its project has the User Management API.";
    API_NOT_AVAILABLE = "error.api.not_available": "The API is switched off for this organization; ask Adobe.";
    USER_OR_GROUP_MISSING = "error.command.user_usergroup.missing": "Name a `user` or a `usergroup` in the command.";
    COMMAND_USER_MISSING = "error.command.user.missing": "Name a `user` in the command.";
    USER_ID_MISSING = "error.user.id_missing": "The user must not be empty.";
    STEPS_MALFORMED = "error.command.steps.malformed": "`do` must be a list of steps.";
    STEP_UNKNOWN = "error.command.step.unknown": "Check the name of the step; the service knows addAdobeID, createEnterpriseID, createFederatedID, update, add, remove and removeFromOrg for users.";
    ILLEGAL_ENTRY = "error.command.illegal_entry": "The step does not belong in this command; check its name, and that it is the only key of its object.";
    STRING_EXPECTED = "error.command.string_expected": "`user`, `usergroup` and `requestID` must be strings.";
    BOOLEAN_EXPECTED = "error.command.boolean_expected": "`useAdobeID` and `deleteAccount` must be true or false.";
    STRING_TOO_LONG = "error.command.string.too_long": "Shorten the string that the message names.";
    DOMAIN_MISSING = "error.command.domain.missing": "A username that is not an e-mail address needs a `domain`.";
    DOMAIN_WITH_EMAIL = "error.command.domain.must_be_used_with_nonemail_username": "Leave `domain` out when the user is an e-mail.";
    DOMAIN_NOT_STRING = "error.command.domain.string_expected": "`domain` must be a string.";
    REMOVE_FROM_ORG_NOT_LAST = "error.command.removefromorg.not_last": "Nothing may follow the removal from the organization.";
    OBJECT_NOT_EMPTY = "error.command.object_not_empty": "The step takes nothing but `deleteAccount`.";
    // Create steps (contract 4.3).
    CREATE_OBJECT_EXPECTED = "error.command.create.object_expected": "Give the step's fields as an object.";
    CREATE_STRING_EXPECTED = "error.command.create.string_expected": "The fields of the step must be strings.";
    CREATE_MORE_THAN_ONE = "error.command.create.more_than_one": "A command creates only one account or group.";
    CREATE_NOT_FIRST = "error.command.create.not_first": "Put the create step first.";
    CREATE_KEY_UNKNOWN = "error.command.create.key.unknown": "Remove the field the step does not know.";
    OPTION_ILLEGAL = "error.option.illegal": "Use ignoreIfAlreadyExists or updateIfAlreadyExists, or leave `option` out.";
    UPDATE_OPTION_NO = "error.command.update.option.no": "Only create steps take `option`.";
    FIRSTNAME_MISSING = "error.user.firstname_missing": "Give a first name.";
    LASTNAME_MISSING = "error.user.lastname_missing": "Give a last name.";
    EMAIL_INVALID = "error.user.email.invalid": "Check the e-mail address: an `@`, at most 60 characters, no spaces.";
    USER_NAME_INVALID = "error.user.name.invalid": "Check the username's length and characters.";
    MUST_MATCH_EMAIL = "error.user.must_match_email": "The user must be the same e-mail as the `email` field.";
    NAME_CONTAINS_EMAIL = "error.user.name.contains.email": "This directory uses usernames that are not e-mail addresses; give the username and its domain.";
    COUNTRY_INVALID = "error.country.invalid": "Give a two-letter ISO 3166 country code in upper case that Adobe serves.";
    ALREADY_IN_ORG = "error.user.already_in_org": "The person is a member already; use option ignoreIfAlreadyExists, or update the account.";
    ALREADY_INVITED = "error.user.already_invited": "An invitation is open; wait for the person to accept it.";
    BELONGS_TO_ANOTHER_ORG = "error.user.belongs_to_another_org": "Another organization owns the account; its administrator must act.";
    TYPE_MISMATCH = "error.user.type_mismatch": "The domain belongs to a directory of the other type; use that kind of ID.";
    TYPE_NOT_AVAILABLE = "error.user.type_not_available": "The organization cannot have that kind of ID.";
    DOMAIN_ENFORCEMENT = "error.user.domain_enforcement": "A domain policy forbids it; see Settings in the Admin Console.";
    #[transient] INTERNAL_CREATE_FAILED = "error.internal.create_failed": "The service failed; try the command again later.";
    #[transient] EVERYBODY_GROUP_NOT_FOUND = "error.internal.everybody_group.not_found": "The service failed; try the command again later.";
    // Membership, on users and on groups (contract 4.4).
    MEMBERSHIP_LIST = "error.command.add_remove.list": "Give an object with lists of names, or `all` to remove everything.";
    MEMBERSHIP_MISSING_LIST = "error.command.add_remove.missing_list": "Name at least one group or profile.";
    MEMBERSHIP_SUBJECT_MISSING = "error.command.add_remove.user_usergroup.missing": "Name at least one user or profile.";
    MEMBERSHIP_KEY_UNKNOWN = "error.command.add_remove.key.unknown": "Users take `group`; user groups take `user` and `productConfiguration`.";
    MEMBERSHIP_NOT_ARRAY = "error.command.add_remove.list_not_array": "The names must be a list.";
    MEMBERSHIP_TOO_LONG = "error.command.add_remove.list_too_long": "Use at most ten names per list and ten steps per command.";
    MEMBERSHIP_NAME_TOO_LONG = "error.command.add_remove.group_or_product_name_too_long": "A group name has at most 255 characters.";
    DUPLICATE_GROUP_LIST = "error.command.add_remove.duplicate.group_list": "The key appears twice in the object.";
    DUPLICATE_PRODUCT_LIST = "error.command.add_remove.duplicate.product_list": "The key appears twice in the object.";
    DUPLICATE_USER_LIST = "error.command.add_remove.duplicate.user_list": "Name each user once.";
    DUPLICATE_USERGROUP_LIST = "error.command.add_remove.duplicate.usergroup_list": "Name each group once.";
    DUPLICATE_PRODUCTADMIN_LIST = "error.command.add_remove.duplicate.productadmin_list": "Name each product admin once.";
    INVALID_USERGROUP_LIST = "error.command.add_remove.invalid.usergroup_list": "None of the user groups exists.";
    GROUP_INVALID_LIST = "error.group.invalid_list": "The list must contain at least one name, and no empty names.";
    GROUP_NOT_FOUND = "error.group.not_found": "Check the name with get_groups(); an admin group is named `_admin_` and the group's name.";
    GROUP_INVALID_NAME = "error.group.invalid_name": "Check the group's name.";
    USER_LIST_INVALID = "error.user.user_list.invalid": "A user in the list is not valid.";
    USER_ALREADY_EXISTS = "error.user.already_exists": "The user is a member of the group already.";
    DEVELOPER_ADD_FAILED = "error.developer.add_user.failed": "The developer role could not be given; check the profile.";
    DEVELOPER_REMOVE_FAILED = "error.developer.remove_user.failed": "The developer role could not be taken; check the profile.";
    #[transient] INTERNAL_ADD = "error.internal.add": "The service failed; try the command again later.";
    #[transient] INTERNAL_GROUP_REMOVE = "error.internal.group.remove": "The service failed; try the command again later.";
    // Look-up, update and removal of users (contract 4.5).
    USER_NONEXISTENT = "error.user.nonexistent": "Check the e-mail, or create the account first; a new account can take a moment to appear.";
    USER_NOT_FOUND = "error.user.not_found": "Check the e-mail; someone with a plain username needs the `domain` too.";
    USER_CONFLICTING = "error.user.nonexistent_or_has_conflicting_parameters": "Check the user and the domain.";
    USER_NOT_IN_ORG = "error.user.not_in_org": "The account exists but is not in this organization.";
    USER_AMBIGUOUS = "error.user.not_found_or_ambiguous": "More than one account matches; add `domain` or useAdobeID.";
    USER_TYPE_UNKNOWN = "error.user.type_unknown": "The service could not determine the kind of ID; add `domain` or useAdobeID.";
    USER_TYPE_MISSING = "error.user.type.missing": "The service could not determine the kind of ID; add `domain` or useAdobeID.";
    UPDATE_ADOBE_ID = "error.update.adobeid.no": "Only the owner of an Adobe ID can change it.";
    MUST_NOT_BE_ADOBE_ID = "error.user.type_must_not_be_adobeid": "The step does not apply to an Adobe ID.";
    CHANGE_DOMAIN = "error.user.change_domain_update.no": "The new e-mail must be in a claimed domain of the same directory.";
    UPDATE_DOMAIN_MISMATCH = "error.update.domain.mismatch": "The `domain` differs from the user's; correct it or leave it out.";
    UPDATE_USERNAME = "error.update.username.no": "Only a Federated ID has a username that can change.";
    UPDATE_COUNTRY = "error.update.country.no_update": "A country cannot change once it is set.";
    UPDATE_EMAIL = "error.update.no": "The new e-mail cannot be used; changing only the case of letters is refused.";
    NAME_IN_USE = "error.user.name_in_use": "Someone else has that username.";
    EMAIL_IN_USE = "error.user.email.name_in_use": "Someone else has that e-mail.";
    DOMAIN_TRUST = "error.domain.trust.nonexistent": "The organization has not claimed that domain; see Settings, Domains in the Admin Console.";
    NOT_PARENT_ORG = "error.api.user.not.parent.org": "Only the organization that owns the domain can change this account.";
    #[transient] INTERNAL_UPDATE = "error.internal.update_failed": "The service failed; try the command again later.";
    #[transient] INTERNAL_REMOVE = "error.internal.removefromorg": "The service failed; try the command again later.";
    #[transient] INTERNAL = "error.internal.exceptionflys": "The service failed; try the command again later.";
    #[transient] THROTTLED_OUTSIDE = "error.throttled_by_external_service": "A service that this one depends on is busy; try the command again later.";
    // User groups (contract 4.6).
    USERGROUP_NOT_FOUND = "error.usergroup.not_found": "Check the name with get_groups(#{type: \"USER_GROUP\"}); a profile is not a user group.";
    USERGROUP_EXISTS = "error.usergroup.already_exists": "The group exists; use option ignoreIfAlreadyExists, or another name.";
    USERGROUP_UNCHANGED = "error.usergroup.user_list.invalid": "Nothing would change; check who is a member.";
    USERGROUP_UPDATE_FAILED = "error.usergroup.update.failed": "The members could not be changed; try again.";
    USER_UPDATE_FAILED = "error.user.update_failed": "The members could not be changed; try again.";
    USERGROUP_MISSING_ARGUMENTS = "error.usergroup.command.missing.arguments": "Say what to add or remove.";
    USER_MISSING_ARGUMENTS = "error.user.command.missing.arguments": "Say what to add or remove.";
    USERGROUP_FULL = "error.usergroup.exceeds_maximum_member_count": "A user group can have at most 200,000 members; use several groups.";
    USERGROUP_READ_ONLY_UPDATE = "error.usergroup.readonly.update_not_allowed": "The group is shared from elsewhere and read-only; its source must change it.";
    USERGROUP_READ_ONLY_ADD = "error.usergroup.readonly.add_user_not_allowed": "The group is shared from elsewhere and read-only; its source must change it.";
    USERGROUP_READ_ONLY_REMOVE = "error.usergroup.readonly.remove_user_not_allowed": "The group is shared from elsewhere and read-only; its source must change it.";
    USERGROUP_READ_ONLY_DELETE = "error.usergroup.readonly.remove_not_allowed": "The group is shared from elsewhere and read-only; its source must delete it.";
    // Refused by umapish itself, because of what the run has read.
    NOT_PRESENT = "umapish.not_present": "Check the name. To send the command anyway, add #{unlisted: \"send\"} or --unlisted=send.";
    AMBIGUOUS_IDENTITY = "umapish.ambiguous_identity": "Say which account is meant: #{use_adobe_id: true} or #{use_adobe_id: false}, or a user from get_users().";
    ROW_INVALID = "umapish.row_invalid": "Fix the row in the file: a cell with the delimiter in it needs quotes.";
    SYSTEM_ADMINISTRATOR = "umapish.system_administrator": "The API cannot take the role away. Remove it in the Admin Console, then run the script again.";
    // Local checks, for what is never meant, and what the service can never do (contract 2.8, X16).
    NAME_BROKEN = "umapish.name_broken": "Correct the name in the file: a letter was lost when it was saved, or it was read in the wrong encoding.";
    FIXED_ADMIN_GROUP = "umapish.fixed_admin_group": "Use the Admin Console to change these administrators; with `checks` off the command is sent all the same.";
    // Seen, but not documented (contract 7.45).
    #[transient] GROUP_REMOVE_FAILED = "error.group.remove_failed": "The service failed; try the command again later.";
    // A warning (contract 4.7).
    WARNING_DEPRECATED = "warning.command.deprecated": "Use `productConfiguration` in place of the old key.";
}

/// Whether umapish made the code itself, instead of the service.
pub(crate) fn is_own(code: &str) -> bool {
    code.starts_with("umapish.")
}

/// Added to a hint if the message has decomposed letters.
const DECOMPOSED: &str = "The name has decomposed letters, as files from macOS have; the service may have the same name \
                          in composed letters. Use the spelling that get_groups() or get_users() returns.";

/// The declaration of a code; `None` for one that is not documented.
pub fn find(code: &str) -> Option<&'static ErrorCode> {
    CODES.iter().find(|entry| entry.code == code)
}

/// What to do about a code in a message of the service, which repeats the name that it did not find. `None` for a code
/// that is not documented.
pub fn hint(code: &str, message: &str) -> Option<Cow<'static, str>> {
    let hint = find(code)?.hint;
    if is_nfc(message) {
        return Some(hint.into());
    }
    Some(format!("{hint} {DECOMPOSED}").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_code_is_declared_once_and_says_what_to_do() {
        let codes: HashSet<_> = CODES.iter().map(|entry| entry.code).collect();
        assert_eq!(codes.len(), CODES.len());
        for entry in CODES {
            assert!(entry.hint.ends_with('.') && entry.hint.len() > 15, "{}", entry.code);
        }
    }

    #[test]
    fn a_name_in_decomposed_letters_is_explained() {
        let composed = hint(GROUP_NOT_FOUND, "Group Dise\u{f1}o was not found").unwrap();
        let decomposed = hint(GROUP_NOT_FOUND, "Group Disen\u{303}o was not found").unwrap();
        assert_eq!(decomposed, format!("{composed} {DECOMPOSED}"));
        assert_eq!(hint("error.of.tomorrow", "Disen\u{303}o"), None);
    }
}
