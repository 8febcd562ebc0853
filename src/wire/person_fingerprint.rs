//! Fingerprints of people: what a run keeps of everybody whom it has read.
//!
//! They differ from process to process, so that nobody can construct two people with the same one.

use crate::wire::identity::{IdentityType, folded};
use crate::wire::user::User;
use ahash::RandomState;
use arcstr::ArcStr;
use std::sync::LazyLock;

/// The admin group that the API cannot take away (contract 7.23).
const SYSTEM_ADMINISTRATORS: &str = "_org_admin";
/// The bits of a username's fingerprint that tell its domains apart, so that all accounts with one username are found.
const DOMAIN_BITS: u64 = 0xffff;

static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// A folded name under which commands find a person.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PersonKey<'a> {
    Email(&'a str),
    Username { name: &'a str, domain: &'a str },
}

/// The fingerprints of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PersonFingerprints {
    /// Of the e-mail and the type of the account.
    pub(crate) email: Option<u64>,
    /// Of a username that is not an e-mail address, in its domain.
    pub(crate) username: Option<u64>,
    /// Whether the person is a system administrator; `None` if the record does not show it.
    pub(crate) is_system_administrator: Option<bool>,
}

impl<'a> PersonKey<'a> {
    /// The name in a command, and its domain if it is not an e-mail address; both folded.
    pub(crate) fn of(name: &'a str, domain: &'a str) -> Self {
        if name.contains('@') { Self::Email(name) } else { Self::Username { name, domain } }
    }

    /// The fingerprint. With a million people, one name in 10^13 would be taken for somebody's.
    pub(crate) fn fingerprint(self, kind: Option<IdentityType>) -> u64 {
        match self {
            Self::Email(email) => HASHER.hash_one((kind, email)),
            Self::Username { name, domain } => {
                username_range(name).0 | (HASHER.hash_one(domain) & DOMAIN_BITS)
            }
        }
    }
}

/// The first and the last fingerprint that a folded username can have in any domain.
pub(crate) fn username_range(name: &str) -> (u64, u64) {
    let low = HASHER.hash_one(name) & !DOMAIN_BITS;
    (low, low | DOMAIN_BITS)
}

impl PersonFingerprints {
    /// Those of a record.
    pub(crate) fn of(user: &User) -> Self {
        let kind = user.kind.as_deref().and_then(IdentityType::parse);
        let by_email = |email: &str| PersonKey::Email(&folded(email)).fingerprint(kind);
        let name = other_name(user);
        // Someone without an e-mail is found by the username, whatever it looks like.
        let email = user.email.as_ref().or(name.filter(|name| name.contains('@')));
        let username = name.filter(|name| !name.contains('@')).zip(user.domain.as_deref());
        let by_username = |(name, domain): (&ArcStr, &str)| {
            PersonKey::Username { name: &folded(name), domain: &folded(domain) }.fingerprint(None)
        };
        let groups = user.groups.as_ref();
        Self {
            email: email.map(|email| by_email(email)),
            username: username.map(by_username),
            is_system_administrator: groups
                .map(|groups| groups.iter().any(|name| *name == SYSTEM_ADMINISTRATORS)),
        }
    }

    /// The fingerprints themselves.
    pub(crate) fn all(self) -> impl Iterator<Item = u64> {
        self.email.into_iter().chain(self.username)
    }
}

/// The username, unless it is the e-mail, which is then kept once.
fn other_name(user: &User) -> Option<&ArcStr> {
    let is_email = |name: &ArcStr| user.email.as_ref().is_some_and(|email| ArcStr::ptr_eq(email, name));
    user.username.as_ref().filter(|name| !is_email(name))
}
