//! The user or user group that a command changes.

use super::identity::Identity;
use super::step::SubjectKind;

/// The user or user group that a command changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CommandSubject {
    /// A person, by e-mail, or by username and domain.
    User {
        /// E-mail or username, as the caller wrote it.
        user: String,
        /// Domain of a username that is not an e-mail address.
        domain: Option<String>,
        /// Whether to select the Adobe ID if a managed account has the same name.
        use_adobe_id: Option<bool>,
    },
    /// A user group, by name.
    Group {
        /// Its name, as the caller wrote it.
        name: String,
        /// Whether the e-mails in the steps are those of Adobe IDs where managed accounts have the same.
        use_adobe_id: Option<bool>,
    },
}

impl CommandSubject {
    /// The kind of subject.
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
            Self::Group { name, .. } => name,
        }
    }

    /// Which of two accounts with one e-mail is meant, if the caller says so.
    pub fn use_adobe_id(&self) -> Option<bool> {
        match self {
            Self::User { use_adobe_id, .. } | Self::Group { use_adobe_id, .. } => *use_adobe_id,
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
