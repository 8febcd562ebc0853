//! Which users to list: the options of E3 and E4, and which of them can be combined.

use crate::error::{Error, Result};
use crate::wire::percent_encode;

/// Which users to list. The default lists every user of the organization (E3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserQuery {
    /// Members of this user group, profile or admin group (E4).
    pub group: Option<String>,
    /// Users of this domain (E3).
    pub domain: Option<String>,
    /// Whether to leave out profiles that are assigned through a user group; the service's default is `true`.
    pub direct_only: Option<bool>,
    /// Members of a profile with or without an active license (E4).
    pub status: Option<LicenseStatus>,
    /// Whether to leave out each user's `groups` (E4).
    pub exclude_groups: bool,
}

/// Whether a member of a profile has an active license (contract 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenseStatus {
    /// The member has a license.
    Active,
    /// The member has none.
    Inactive,
}

impl LicenseStatus {
    /// The value of `status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// The status that `text` names, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Inactive]
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

impl UserQuery {
    /// The members of a group.
    pub fn of_group(name: impl Into<String>) -> Self {
        Self { group: Some(name.into()), ..Self::default() }
    }

    /// Checks whether the service accepts the query.
    ///
    /// # Errors
    /// `usage`: options that cannot be combined, or an empty name.
    pub fn check(&self) -> Result<()> {
        for name in [&self.group, &self.domain].into_iter().flatten() {
            check_name(name)?;
        }
        if self.group.is_some() && self.domain.is_some() {
            return Err(Error::usage_with_hint(
                "users can be listed by `group` or by `domain`, not by both",
                "List the group and select the users of the domain with `filter`.",
            ));
        }
        if self.group.is_none() && (self.status.is_some() || self.exclude_groups) {
            return Err(Error::usage_with_hint(
                "`status` and `exclude_groups` need a `group`",
                "The service supports them only for the members of a group or profile.",
            ));
        }
        Ok(())
    }

    /// The listing's name in messages.
    pub(crate) fn name(&self) -> String {
        match (&self.group, &self.domain) {
            (Some(group), _) => format!("users of `{group}`"),
            (None, Some(domain)) => format!("users of the domain `{domain}`"),
            (None, None) => "users".to_owned(),
        }
    }

    /// The query part of its URLs, with the question mark; may be empty.
    pub(crate) fn to_query(&self) -> String {
        let direct_only = self.direct_only.map(|flag| format!("directOnly={flag}"));
        let domain =
            self.domain.as_deref().map(|domain| format!("domain={}", percent_encode::value(domain.trim())));
        let status = self.status.map(|status| format!("status={}", status.as_str()));
        let exclude = self.exclude_groups.then(|| "excludeGroups=true".to_owned());
        let pairs: Vec<_> = [domain, direct_only, status, exclude].into_iter().flatten().collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// Checks that a name can be part of a path: an empty one, `.` or `..` would change the path.
///
/// # Errors
/// `usage`.
pub(crate) fn check_name(name: &str) -> Result<()> {
    match name.trim() {
        "" | "." | ".." => {
            Err(Error::usage(format!("`{name}` is not a valid name of a user, group or domain")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_cannot_be_combined_are_refused() {
        let group = || Some("Designers".to_owned());
        let domain = || Some("example.com".to_owned());
        for query in [
            UserQuery { group: group(), domain: domain(), ..UserQuery::default() },
            UserQuery { status: Some(LicenseStatus::Active), ..UserQuery::default() },
            UserQuery { exclude_groups: true, ..UserQuery::default() },
            UserQuery::of_group(" "),
        ] {
            assert_eq!(query.check().unwrap_err().kind.name(), "usage", "{query:?}");
        }
    }

    #[test]
    fn the_query_is_written_as_the_service_spells_it() {
        let query = UserQuery {
            direct_only: Some(false),
            status: LicenseStatus::parse("Inactive"),
            exclude_groups: true,
            ..UserQuery::of_group("A/B")
        };
        assert!(query.check().is_ok());
        assert_eq!(query.to_query(), "?directOnly=false&status=inactive&excludeGroups=true");
        assert_eq!(query.name(), "users of `A/B`");
        assert_eq!(UserQuery::default().to_query(), "");
        let domain = UserQuery { domain: Some("a b.example".to_owned()), ..UserQuery::default() };
        assert_eq!(domain.to_query(), "?domain=a%20b.example");
    }
}
