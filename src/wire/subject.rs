//! Whom or what a command is about.

use super::identity::Identity;
use super::step::SubjectKind;

/// Whom or what a command is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CommandSubject {
    /// A person, by e-mail, or by username and domain.
    User {
        /// E-mail or username, as the caller wrote it.
        user: String,
        /// Domain of a username that is no e-mail.
        domain: Option<String>,
        /// Whether the Adobe ID is meant where a managed account has the same name.
        use_adobe_id: Option<bool>,
    },
    /// A user group, by name.
    Group {
        /// Its name, as the caller wrote it.
        name: String,
    },
}

impl CommandSubject {
    /// Which of the two it is.
    pub fn kind(&self) -> SubjectKind {
        match self {
            Self::User { .. } => SubjectKind::User,
            Self::Group { .. } => SubjectKind::Group,
        }
    }

    /// The name as the caller wrote it.
    pub fn name(&self) -> &str {
        match self {
            Self::User { user, .. } => user,
            Self::Group { name } => name,
        }
    }

    /// The person it names; `None` for a group.
    pub fn identity(&self) -> Option<Identity> {
        match self {
            Self::User { user, domain, use_adobe_id } => {
                Some(Identity::named(user, domain.as_deref(), use_adobe_id.unwrap_or_default()))
            }
            Self::Group { .. } => None,
        }
    }
}
