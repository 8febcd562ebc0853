//! How a request names a person: by e-mail, or by a username and a domain (contract 3.1).

use crate::wire::identity::fold;

/// The name of a person in a command or a look-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PersonName {
    /// An e-mail address, or a username without `@`; as the request has it.
    pub(super) name: String,
    /// The domain of a username.
    pub(super) domain: Option<String>,
    /// Whether only the Adobe ID of that e-mail is meant.
    pub(super) adobe_id: bool,
}

impl PersonName {
    /// A person by e-mail, the managed account if there are two.
    pub(super) fn email(email: &str) -> Self {
        Self { name: email.to_owned(), ..Self::default() }
    }

    /// A person by a username in a domain.
    pub(super) fn username(username: &str, domain: &str) -> Self {
        Self { name: username.to_owned(), domain: Some(domain.to_owned()), adobe_id: false }
    }

    /// The name in the form in which names are compared.
    pub(super) fn folded(&self) -> String {
        fold(&self.name)
    }

    /// Whether the name is an e-mail address.
    pub(super) fn is_email(&self) -> bool {
        self.name.contains('@')
    }
}
