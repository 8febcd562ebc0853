//! The names by which commands and records find an account. Pure.

use crate::client::sent_command::CommandContent;
use crate::wire::identity::{Identity, IdentityType, fold};
use crate::wire::user::User;

/// A person whom a command names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedPerson<'c> {
    pub(super) name: &'c str,
    pub(super) domain: Option<&'c str>,
    pub(super) is_adobe_id: bool,
    /// Whether an account of the other kind cannot be meant, as by a command that creates one.
    pub(super) is_exact: bool,
}

/// A name of an account; an address may be that of an Adobe ID and of a managed account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum AccountKey {
    /// The service's id.
    Id(String),
    /// An e-mail, with whether it is that of an Adobe ID.
    Email(String, bool),
    /// A username and its domain.
    Username(String, String),
}

impl<'c> NamedPerson<'c> {
    /// The person of a command.
    pub(super) fn of(command: &'c CommandContent, name: &'c str) -> Self {
        let adobe_step = IdentityType::AdobeId.create_step();
        let creates = |kind: IdentityType| command.step_names().contains(&kind.create_step());
        Self {
            name,
            domain: command.domain(),
            is_adobe_id: command.use_adobe_id() == Some(true) || command.step_names().contains(&adobe_step),
            is_exact: IdentityType::ALL.into_iter().any(creates),
        }
    }
}

impl AccountKey {
    pub(super) fn given(person: NamedPerson<'_>) -> Self {
        let name = fold(person.name);
        if name.contains('@') {
            Self::Email(name, person.is_adobe_id)
        } else {
            Self::Username(name, fold(person.domain.unwrap_or_default()))
        }
    }

    /// The other account with the same address.
    pub(super) fn twin(&self) -> Option<Self> {
        match self {
            Self::Email(email, is_adobe_id) => Some(Self::Email(email.clone(), !is_adobe_id)),
            Self::Id(_) | Self::Username(..) => None,
        }
    }

    pub(super) fn all_of(user: &User) -> Vec<Self> {
        let identity = Identity::of(user);
        let is_adobe_id = identity.adobe_id == Some(true);
        let mut names: Vec<_> = user.id.iter().map(|id| Self::Id(id.to_string())).collect();
        if !identity.email.is_empty() {
            names.push(Self::Email(identity.email, is_adobe_id));
        }
        if !identity.username.is_empty() {
            names.push(if identity.username.contains('@') {
                Self::Email(identity.username, is_adobe_id)
            } else {
                Self::Username(identity.username, identity.domain)
            });
        }
        names
    }
}
