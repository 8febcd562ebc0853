//! What a command requests, after its structure was checked (contract 3).

use super::person_name::PersonName;
use super::refusal::Refusal;
use crate::wire::identity::IdentityType;

/// A command: whom or what it changes, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestedCommand {
    pub(super) subject: RequestedSubject,
    pub(super) steps: Vec<RequestedStep>,
}

/// Whom or what a command changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RequestedSubject {
    /// The root `user`.
    Person(PersonName),
    /// The root `usergroup`.
    UserGroup {
        /// The name of the user group.
        name: String,
        /// Whether the people in its steps are Adobe IDs.
        adobe_ids: bool,
    },
}

impl RequestedSubject {
    /// The name as the request has it.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Person(person) => &person.name,
            Self::UserGroup { name, .. } => name,
        }
    }
}

/// One step of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestedStep {
    /// The 0-based step object in `do`; the keys of one object share it (contract 7.22).
    pub(super) index: usize,
    pub(super) action: StepAction,
    /// Warnings about old keys, which are still carried out (contract 4.7).
    pub(super) warnings: Vec<Refusal>,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StepAction {
    /// `addAdobeID`, `createEnterpriseID` and `createFederatedID`.
    CreateAccount(NewAccount),
    /// `update`.
    UpdateAccount(AccountUpdate),
    /// `add` in a command about a person: names of groups, profiles and admin groups.
    AddToGroups(Vec<String>),
    /// `remove` with names.
    RemoveFromGroups(Vec<String>),
    /// `remove` with the value `all`.
    RemoveFromAllGroups,
    /// `removeFromOrg`.
    RemoveFromOrganization {
        /// Whether to delete the account too.
        delete_account: bool,
    },
    /// `createUserGroup`.
    CreateUserGroup { description: Option<String>, existing: ExistingSubject },
    /// `updateUserGroup`.
    UpdateUserGroup { name: Option<String>, description: Option<String> },
    /// `deleteUserGroup`.
    DeleteUserGroup,
    /// `add` in a command about a user group.
    AddMembers(MemberLists),
    /// `remove` in a command about a user group.
    RemoveMembers(MemberLists),
    /// A step that requests nothing. It fails alone, and the others are carried out (contract 7.9, 7.28).
    Empty(Refusal),
}

/// The fields of a create step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewAccount {
    pub(super) kind: IdentityType,
    pub(super) email: String,
    pub(super) firstname: Option<String>,
    pub(super) lastname: Option<String>,
    pub(super) country: Option<String>,
    pub(super) existing: ExistingSubject,
}

/// What a create step does if the account or group exists: the field `option` (contract 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExistingSubject {
    /// Without `option`: the step fails.
    Refuse,
    /// `ignoreIfAlreadyExists`.
    Ignore,
    /// `updateIfAlreadyExists`.
    Update,
}

/// The fields of `update`; what is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AccountUpdate {
    pub(super) email: Option<String>,
    pub(super) username: Option<String>,
    pub(super) firstname: Option<String>,
    pub(super) lastname: Option<String>,
}

/// The lists of a membership step about a user group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MemberLists {
    /// E-mail addresses or usernames.
    pub(super) users: Vec<String>,
    /// Names of product profiles.
    pub(super) profiles: Vec<String>,
}
