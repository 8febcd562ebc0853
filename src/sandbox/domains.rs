//! The domains of the simulated organization: which are claimed, and what kind of ID their directory holds.

use super::refusal::{StepResult, refuse};
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold};

/// The literal in place of a domain that selects an Adobe ID (contract 2.4).
pub(super) const ADOBE_ID_DOMAIN: &str = "adobeid";

/// The usernames that a directory allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoginRule {
    /// Their e-mail.
    Email,
    /// A name that is not an e-mail address.
    Plain,
    /// Either, and an e-mail that is not their own too.
    Either,
}

/// A claimed or trusted domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SandboxDomain {
    pub(super) name: &'static str,
    /// Domains of one directory have the same.
    pub(super) directory: &'static str,
    pub(super) kind: IdentityType,
    pub(super) login: LoginRule,
    /// Whether this organization claimed it; otherwise another one did and trusts this one.
    pub(super) ours: bool,
    /// Whether its policy forbids Adobe IDs.
    pub(super) enforced: bool,
}

const FEDERATED: SandboxDomain = SandboxDomain {
    name: "example.com",
    directory: "Example",
    kind: IdentityType::FederatedId,
    login: LoginRule::Either,
    ours: true,
    enforced: false,
};
const ENTERPRISE: SandboxDomain = SandboxDomain {
    name: "example.org",
    directory: "Example Foundation",
    kind: IdentityType::EnterpriseId,
    login: LoginRule::Email,
    ..FEDERATED
};

/// All of them; every other domain is unclaimed.
pub(super) const DOMAINS: &[SandboxDomain] = &[
    FEDERATED,
    SandboxDomain { name: "emea.example.com", ..FEDERATED },
    SandboxDomain {
        name: "fed.example.com",
        directory: "Example Partners",
        login: LoginRule::Email,
        ..FEDERATED
    },
    SandboxDomain {
        name: "sso.example.com",
        directory: "Example Plant",
        login: LoginRule::Plain,
        ..FEDERATED
    },
    ENTERPRISE,
    SandboxDomain { name: "secure.example.org", enforced: true, ..ENTERPRISE },
    SandboxDomain { name: "partner.example.net", directory: "Partner", ours: false, ..FEDERATED },
];

/// The claimed or trusted domain of that name.
pub(super) fn find(name: &str) -> Option<&'static SandboxDomain> {
    let name = fold(name);
    DOMAINS.iter().find(|domain| domain.name == name)
}

/// The domain of that name.
pub(super) fn claimed(name: &str) -> StepResult<&'static SandboxDomain> {
    match find(name) {
        Some(domain) => Ok(domain),
        None => {
            refuse(error_code::DOMAIN_TRUST, format!("The domain {name} is not claimed by this organization"))
        }
    }
}

/// The domain of that name, whose directory holds accounts of that type.
pub(super) fn claimed_for(name: &str, kind: IdentityType) -> StepResult<&'static SandboxDomain> {
    let domain = claimed(name)?;
    if domain.kind == kind {
        return Ok(domain);
    }
    let message =
        format!("The domain {} belongs to a directory of the type {}", domain.name, domain.kind.as_str());
    refuse(error_code::TYPE_MISMATCH, message)
}

/// What follows the `@` of an e-mail, folded; empty without one.
pub(super) fn of_email(email: &str) -> String {
    email.rsplit_once('@').map(|(_, domain)| fold(domain)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_holds_one_kind_of_id() {
        for domain in DOMAINS {
            let same = DOMAINS.iter().filter(|other| other.directory == domain.directory);
            assert!(same.clone().all(|other| other.kind == domain.kind), "{}", domain.name);
            assert_eq!(domain.name, fold(domain.name));
        }
    }

    #[test]
    fn the_domain_of_an_email_is_folded() {
        assert_eq!(of_email("A@Example.COM"), "example.com");
        assert_eq!(of_email("jdoe"), "");
    }
}
