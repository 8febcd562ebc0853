//! The domains of the simulated organization: which are claimed, and what kind of ID their directory holds.

use super::refusal::{StepResult, refuse};
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold};
use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

/// The literal in place of a domain that selects an Adobe ID (contract 2.4).
pub(super) const ADOBE_ID_DOMAIN: &str = "adobeid";

/// The usernames that a directory allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LoginRule {
    /// Their e-mail.
    Email,
    /// A name that is not an e-mail address.
    Plain,
    /// Either, and an e-mail that is not their own too.
    Either,
}

/// A claimed or trusted domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SandboxDomain {
    pub(super) name: ArcStr,
    /// Domains of one directory have the same.
    pub(super) directory: ArcStr,
    #[serde(with = "super::identity_kind")]
    pub(super) kind: IdentityType,
    pub(super) login: LoginRule,
    /// Whether this organization claimed it; otherwise another one did and trusts this one.
    pub(super) ours: bool,
    /// Whether its policy forbids Adobe IDs.
    pub(super) enforced: bool,
}

/// A domain whose directory holds Federated IDs with any username.
fn federated(name: &str, directory: &str) -> SandboxDomain {
    SandboxDomain {
        name: name.into(),
        directory: directory.into(),
        kind: IdentityType::FederatedId,
        login: LoginRule::Either,
        ours: true,
        enforced: false,
    }
}

/// A domain whose directory holds Enterprise IDs.
fn enterprise(name: &str) -> SandboxDomain {
    SandboxDomain {
        kind: IdentityType::EnterpriseId,
        login: LoginRule::Email,
        ..federated(name, "Example Foundation")
    }
}

/// The domains of a seeded organization.
fn seeded() -> Vec<SandboxDomain> {
    vec![
        federated("example.com", "Example"),
        federated("emea.example.com", "Example"),
        SandboxDomain { login: LoginRule::Email, ..federated("fed.example.com", "Example Partners") },
        SandboxDomain { login: LoginRule::Plain, ..federated("sso.example.com", "Example Plant") },
        enterprise("example.org"),
        SandboxDomain { enforced: true, ..enterprise("secure.example.org") },
        SandboxDomain { ours: false, ..federated("partner.example.net", "Partner") },
    ]
}

/// The claimed and trusted domains of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DomainTable {
    domains: Vec<SandboxDomain>,
    /// Whether domains that are not in it may be claimed as well, as in a copy of an organization: accounts show a domain,
    /// and a domain without accounts does not show.
    is_open: bool,
}

impl Default for DomainTable {
    fn default() -> Self {
        Self { domains: seeded(), is_open: false }
    }
}

impl DomainTable {
    /// The domains of a state file or a copy.
    pub(super) fn new(domains: Vec<SandboxDomain>, is_open: bool) -> Self {
        Self { domains, is_open }
    }

    /// All of them.
    pub(super) fn all(&self) -> &[SandboxDomain] {
        &self.domains
    }

    /// Whether domains that are not in it may be claimed.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The claimed or trusted domain of that name.
    pub(super) fn find(&self, name: &str) -> Option<&SandboxDomain> {
        let name = fold(name);
        self.domains.iter().find(|domain| *domain.name == *name)
    }

    /// The domain of that name.
    pub(super) fn claimed(&self, name: &str) -> StepResult<SandboxDomain> {
        match self.find(name) {
            Some(domain) => Ok(domain.clone()),
            None if self.is_open && !name.is_empty() => {
                let name = fold(name);
                Ok(federated(&name, &name))
            }
            None => refuse(
                error_code::DOMAIN_TRUST,
                format!("The domain {name} is not claimed by this organization"),
            ),
        }
    }

    /// The domain of that name, whose directory holds accounts of that type.
    pub(super) fn claimed_for(&self, name: &str, kind: IdentityType) -> StepResult<SandboxDomain> {
        let domain = self.claimed(name)?;
        if domain.kind == kind || self.find(name).is_none() {
            return Ok(SandboxDomain { kind, ..domain });
        }
        let message =
            format!("The domain {} belongs to a directory of the type {}", domain.name, domain.kind.as_str());
        refuse(error_code::TYPE_MISMATCH, message)
    }
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
        for domain in &seeded() {
            let all = seeded();
            let mut same = all.iter().filter(|other| other.directory == domain.directory);
            assert!(same.all(|other| other.kind == domain.kind), "{}", domain.name);
            assert_eq!(*domain.name, *fold(&domain.name));
        }
    }

    #[test]
    fn the_domain_of_an_email_is_folded() {
        assert_eq!(of_email("A@Example.COM"), "example.com");
        assert_eq!(of_email("jdoe"), "");
    }
}
