//! Builds a copy from the listings of groups and of users with indirect memberships.

use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::copy_knowledge::{CopyKnowledge, MemberSource};
use crate::sandbox::domains::{DomainTable, LoginRule, SandboxDomain, of_email};
use crate::sandbox::groups::{GroupId, GroupKind, NamedGroup, SandboxGroup};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::organization_copy::OrganizationCopy;
use crate::wire::group::Group;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::interner::StringInterner;
use crate::wire::user::User;
use arcstr::ArcStr;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The literal that some listings have in place of the domain of an Adobe ID.
const ADOBE_ID: &str = "adobeid";

/// A copy under construction: first all groups, then the users page by page.
pub struct CopyBuilder {
    org: SandboxOrganization,
    knowledge: CopyKnowledge,
    interner: StringInterner,
    /// Each directory's kind, by a domain that its accounts show; and which domains share an account.
    domains: BTreeMap<String, (IdentityType, String)>,
    /// How many members the listing of groups gives to a group.
    listed: HashMap<GroupId, usize>,
    users: usize,
    unknown_groups: usize,
}

impl CopyBuilder {
    /// A copy with these groups.
    pub fn new(groups: &[Arc<Group>]) -> Self {
        let mut builder = Self {
            org: SandboxOrganization::default(),
            knowledge: CopyKnowledge::default(),
            interner: StringInterner::default(),
            domains: BTreeMap::new(),
            listed: HashMap::new(),
            users: 0,
            unknown_groups: 0,
        };
        let (derived, plain): (Vec<_>, Vec<_>) = groups.iter().partition(|group| is_derived(group));
        for group in plain.into_iter().chain(derived) {
            builder.add_group(group);
        }
        builder
    }

    /// What an earlier run found out about groups, by their folded names: whether people can be added to them.
    pub fn know_groups(&mut self, writable: &HashSet<String>, read_only: &HashSet<String>) {
        let named = self.org.groups.iter().map(|(id, group)| (id, fold(&group.name)));
        for (id, name) in named.collect::<Vec<_>>() {
            if writable.contains(&name) {
                self.knowledge.writable.insert(id);
            } else if let Some(group) = self.org.groups.get_mut(id).filter(|_| read_only.contains(&name)) {
                group.read_only = true;
            }
        }
    }

    fn add_group(&mut self, group: &Group) {
        let kind = self.kind_of(group);
        let copied = SandboxGroup {
            product: group.product_name.clone(),
            quota: group.license_quota.clone(),
            service_number: group.group_id,
            ..SandboxGroup::new(kind, &group.group_name)
        };
        let developed = if let GroupKind::Developers(profile) = copied.kind { Some(profile) } else { None };
        let id = self.org.groups.insert(copied);
        if let Some(profile) = developed.and_then(|profile| self.org.groups.get_mut(profile)) {
            profile.developers = true;
        }
        if let Some(count) = group.member_count.and_then(|count| usize::try_from(count).ok()) {
            self.listed.insert(id, count);
        }
        let number = self.org.groups.service_number(id);
        self.knowledge.numbers.entry(fold(&group.group_name)).or_insert(number);
    }

    /// The kind of a listed group. An unknown kind, or an admin group of something that is not listed, is taken for a group
    /// to which people can be added.
    fn kind_of(&self, group: &Group) -> GroupKind {
        let groups = &self.org.groups;
        let profile = || group.product_profile_name.as_deref().and_then(|name| groups.profile(name));
        let product = || {
            let name = group.product_name.as_ref().or(group.product_profile_name.as_ref()).cloned();
            name.or_else(|| group.group_name.strip_prefix("_product_admin_").map(ArcStr::from))
        };
        let found = match group.kind.as_deref() {
            Some("PRODUCT_PROFILE") => Some(GroupKind::Profile),
            None if group.license_quota.is_some() || group.product_name.is_some() => Some(GroupKind::Profile),
            Some("USER_GROUP") | None => Some(GroupKind::UserGroup),
            Some("SYSADMIN_GROUP") => Some(GroupKind::OrganizationAdmins),
            Some("DEPLOYMENT_ADMIN_GROUP") => Some(GroupKind::DeploymentAdmins),
            Some("CONTRACT_ADMIN_GROUP") => {
                Some(GroupKind::ContractAdmins(group.contract_name.clone().unwrap_or_default()))
            }
            Some("PRODUCT_ADMIN_GROUP") => product().map(GroupKind::ProductAdmins),
            Some("PROFILE_ADMIN_GROUP") => profile().map(GroupKind::ProfileAdmins),
            Some("DEVELOPER_GROUP") => profile().map(GroupKind::Developers),
            Some("USER_ADMIN_GROUP") => group
                .user_group_name
                .as_deref()
                .and_then(|name| groups.user_group(name))
                .map(GroupKind::UserGroupAdmins),
            Some(_) => None,
        };
        found.unwrap_or(GroupKind::SupportAdmins)
    }

    /// Adds users as the listing of all users returns them, with indirect memberships.
    pub fn add_users(&mut self, users: &[Arc<User>]) {
        self.org.people.reserve(users.len());
        for user in users {
            self.users += 1;
            self.add_user(user);
        }
    }

    fn add_user(&mut self, user: &User) {
        let Some(account) = account_of(user, &mut self.interner) else {
            self.knowledge.doubts.push("a user of the listing has no e-mail".to_owned());
            return;
        };
        self.note_domain(&account);
        let groups = self.groups_of(user);
        let in_user_group = groups.iter().any(|id| self.org.groups.is(*id, &GroupKind::UserGroup));
        let unsure = groups.iter().copied().filter(|id| self.org.groups.is(*id, &GroupKind::Profile));
        let unsure: Vec<_> = unsure.filter(|_| in_user_group).collect();
        let id = self.org.add_person(SandboxAccount { groups, ..account });
        for profile in unsure {
            self.knowledge.unsure.entry(profile).or_default().push(id);
        }
    }

    fn groups_of(&mut self, user: &User) -> Vec<GroupId> {
        let mut groups: Vec<GroupId> = Vec::with_capacity(user.groups().len());
        for name in user.groups() {
            // Of two groups of one name, a member of both has the name twice.
            let known = self.org.groups.of_name(name).iter().copied().find(|id| !groups.contains(id));
            match known.map(NamedGroup::Group).or_else(|| self.org.groups.resolve(name)) {
                Some(named) => {
                    let id = self.org.groups.ensure(named);
                    if !groups.contains(&id) {
                        groups.push(id);
                    }
                }
                None => self.unknown_groups += 1,
            }
        }
        groups
    }

    /// A managed account shows its domain and that of its e-mail. Both belong to one directory.
    fn note_domain(&mut self, account: &SandboxAccount) {
        if !account.is_managed() {
            return;
        }
        let domain = fold(&account.domain);
        self.domains.entry(domain.clone()).or_insert_with(|| (account.kind, domain.clone()));
        let of_email = of_email(&account.email);
        if of_email != domain && !of_email.is_empty() {
            self.domains.entry(of_email).or_insert((account.kind, domain));
        }
    }

    /// The copy, which reads direct members from `source`, and what is wrong with it.
    pub fn finish(self, source: Option<Box<dyn MemberSource>>) -> OrganizationCopy {
        let Self { mut org, mut knowledge, domains, listed, unknown_groups, .. } = self;
        let domains = domains.into_iter().map(|(name, (kind, directory))| SandboxDomain {
            name: name.into(),
            directory: directory.into(),
            kind,
            login: LoginRule::Either,
            ours: true,
            enforced: false,
        });
        org.people.domains = DomainTable::new(domains.collect(), true);
        if unknown_groups > 0 {
            knowledge.doubts.push(format!(
                "{unknown_groups} memberships are of groups that the listing of groups does not have"
            ));
        }
        for (id, count) in listed {
            let found = org.groups.get(id).map_or(0, |group| group.members);
            if found > count {
                let name = org.groups.get(id).map(|group| group.name.clone()).unwrap_or_default();
                knowledge
                    .doubts
                    .push(format!("{name} has {found} members, but the listing of groups says {count}"));
            }
        }
        knowledge.listed = u32::try_from(org.people.next_number()).unwrap_or(u32::MAX);
        let populated = org.groups.iter().filter(|(_, group)| group.members > 0);
        knowledge.populated = populated.map(|(id, _)| id).collect();
        knowledge.doubts.sort();
        knowledge.source = source;
        org.copy = Some(Box::new(knowledge));
        org.people.remember();
        OrganizationCopy(org)
    }
}

/// The account of a listed user, without memberships.
pub(super) fn account_of(user: &User, interner: &mut StringInterner) -> Option<SandboxAccount> {
    let email = user.email.clone().or_else(|| user.username.clone())?;
    let kind = user.kind.as_deref().and_then(IdentityType::parse).unwrap_or(IdentityType::FederatedId);
    let domain = user.domain.as_deref().filter(|domain| fold(domain) != ADOBE_ID);
    let domain = interner.share(&domain.map_or_else(|| of_email(&email), str::to_owned));
    let username = user.username.clone().filter(|name| fold(name) != fold(&email));
    let is_disabled = user.status.as_deref().is_some_and(|status| status != "active");
    Some(SandboxAccount {
        kind,
        username,
        domain,
        firstname: user.firstname.clone(),
        lastname: user.lastname.clone(),
        country: user.country.as_deref().map(|country| interner.share(country)),
        standing: if is_disabled { AccountStanding::Disabled } else { AccountStanding::Active },
        groups: Vec::new(),
        extra: user.extra.clone(),
        service_id: user.id.clone(),
        email,
    })
}

fn is_derived(group: &Group) -> bool {
    matches!(
        group.kind.as_deref(),
        Some("PROFILE_ADMIN_GROUP" | "USER_ADMIN_GROUP" | "DEVELOPER_GROUP" | "PRODUCT_ADMIN_GROUP")
    )
}
