//! The last listing that was computed, so that its next page does not scan all people again.

use super::domains::ADOBE_ID_DOMAIN;
use super::groups::GroupId;
use super::ids::PersonId;
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::groups::{GroupKind, SandboxGroup};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::query::QueryParameters;
use crate::wire::identity::fold;

/// A kind of listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CachedListing {
    /// The active users, of one domain or of all.
    Users { domain: Option<String> },
    /// The members of a group.
    Members { group: GroupId, direct_only: bool },
    /// The members of a profile with a license, or those without.
    Licensed { profile: GroupId, direct_only: bool, active: bool },
}

impl CachedListing {
    /// The members a query asks for; `status` counts for profiles only (contract 2.5).
    pub(super) fn members(org: &SandboxOrganization, group: GroupId, query: &QueryParameters) -> Self {
        let direct_only = query.direct_only();
        match query.text("status").map(fold).filter(|_| org.groups.is(group, &GroupKind::Profile)) {
            Some(status) => Self::Licensed { profile: group, direct_only, active: status == "active" },
            None => Self::Members { group, direct_only },
        }
    }
}

/// The last listing, valid as long as nothing changed.
#[derive(Debug, Default)]
pub(super) struct SandboxListings(Option<(u64, CachedListing, Vec<PersonId>)>);

impl SandboxListings {
    /// The people listed, in the order of the listing.
    pub(super) fn listing(&mut self, org: &SandboxOrganization, listed: CachedListing) -> &[PersonId] {
        let revision = org.revision();
        let cached = self.0.take().filter(|(then, what, _)| *then == revision && *what == listed);
        let entry = cached.unwrap_or_else(|| {
            let people = compute(org, &listed);
            (revision, listed, people)
        });
        &self.0.insert(entry).2
    }
}

fn compute(org: &SandboxOrganization, listed: &CachedListing) -> Vec<PersonId> {
    let members = org.people.iter().filter(|(_, person)| person.is_member());
    match listed {
        CachedListing::Users { domain } => {
            let active = members.filter(|(_, person)| person.standing == AccountStanding::Active);
            let of_domain =
                |person: &SandboxAccount| domain.as_deref().is_none_or(|domain| is_of(person, domain));
            active.filter(|(_, person)| of_domain(person)).map(|(id, _)| id).collect()
        }
        CachedListing::Members { group, direct_only } => {
            members.filter(|(_, person)| org.is_in(person, *group, *direct_only)).map(|(id, _)| id).collect()
        }
        CachedListing::Licensed { profile, direct_only, active } => {
            // The first members hold a license; beyond the quota people are assigned without one.
            let licenses = org.groups.get(*profile).and_then(SandboxGroup::licenses).unwrap_or(usize::MAX);
            let everyone = members.filter(|(_, person)| org.is_in(person, *profile, false)).enumerate();
            let wanted = everyone.filter(|(place, _)| (*place < licenses) == *active);
            let direct = wanted.filter(|(_, (_, person))| org.is_in(person, *profile, *direct_only));
            direct.map(|(_, (id, _))| id).collect()
        }
    }
}

fn is_of(person: &SandboxAccount, domain: &str) -> bool {
    if domain == ADOBE_ID_DOMAIN { !person.is_managed() } else { fold(&person.domain) == *domain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::seed;

    #[test]
    fn a_listing_is_computed_again_when_something_changed() {
        let (mut org, mut listings) = (seed::organization(None), SandboxListings::default());
        let group = org.groups.user_group("Interns").expect("seeded");
        let interns = CachedListing::Members { group, direct_only: true };
        assert_eq!(listings.listing(&org, interns.clone()), []);
        org.add_to_group(PersonId(3), group);
        assert_eq!(listings.listing(&org, interns), [PersonId(3)]);
    }

    #[test]
    fn members_of_a_profile_have_a_license_or_wait_for_one() {
        let (org, mut listings) = (seed::organization(None), SandboxListings::default());
        let profile = org.groups.profile("Stock").expect("seeded");
        let mut count = |direct_only, active| {
            listings.listing(&org, CachedListing::Licensed { profile, direct_only, active }).len()
        };
        let (with, without) = (count(false, true), count(false, false));
        assert_eq!(with, 2);
        assert!(without > 0);
        let everyone =
            listings.listing(&org, CachedListing::Members { group: profile, direct_only: false }).len();
        assert_eq!(everyone, with + without);
    }
}
