//! Look-ups and listings: one user, all users, members of a group, all groups (contract 2.4 to 2.6).

use super::domains::ADOBE_ID_DOMAIN;
use super::groups::GroupId;
use super::ids::PersonId;
use super::limits;
use super::org::{TECHNICAL_ACCOUNTS, describe};
use super::person_name::PersonName;
use super::routes;
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::groups::{GroupKind, GroupTable, NamedGroup, SandboxGroup as OrgGroup};
use crate::sandbox::listing_cache::{CachedListing, SandboxListings};
use crate::sandbox::org::SandboxOrganization;
use crate::sandbox::paging::PageCounts;
use crate::sandbox::query::QueryParameters;
use crate::sandbox::response::SandboxResponse;
use crate::sandbox::settings::CurrentRules;
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use crate::wire::group::Group;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::response::{NOT_FOUND, SUCCESS, UserResponse};
use crate::wire::user::User;
use serde::Serialize;
use serde_json::json;

/// One user (E2).
pub(super) fn user(org: &SandboxOrganization, name: &str, query: &QueryParameters) -> SandboxResponse {
    let domain = query.text("domain").map(fold);
    let well_formed = name.contains('@') && name.chars().count() <= limits::IDENTIFIER_LENGTH;
    if !well_formed && domain.is_none() {
        let message = format!("{name} is not an e-mail address; a username needs its domain");
        return SandboxResponse::refused(400, error_code::EMAIL_INVALID, &message);
    }
    match find_user(org, name, domain.as_deref()) {
        Some((id, person)) => {
            let user = describe(id, person, org.group_names(person, query.direct_only()));
            SandboxResponse::json(200, &UserResponse { result: SUCCESS.into(), user })
        }
        None => SandboxResponse::refused(404, error_code::USER_NOT_FOUND, &format!("User not found {name}")),
    }
}

fn find_user<'o>(
    org: &'o SandboxOrganization,
    name: &str,
    domain: Option<&str>,
) -> Option<(PersonId, &'o SandboxAccount)> {
    let folded = fold(name);
    let adobe = domain == Some(ADOBE_ID_DOMAIN);
    let found = match domain {
        Some(domain) if folded.contains('@') => {
            let mut people = org.people.with_email(&folded);
            people.find(|(_, person)| is_of_domain(org, person, domain)).map(|(id, _)| id)
        }
        _ => {
            let domain = domain.map(str::to_owned);
            let name = PersonName { name: name.to_owned(), domain, adobe_id: adobe };
            org.people.find(&name).map(|(id, _)| id)
        }
    };
    found
        .and_then(|id| Some((id, org.people.get(id)?)))
        .filter(|(_, person)| person.standing == AccountStanding::Active)
}

/// Whether a look-up with that `domain` means the person.
fn is_of_domain(org: &SandboxOrganization, person: &SandboxAccount, domain: &str) -> bool {
    if domain == ADOBE_ID_DOMAIN {
        return person.kind == IdentityType::AdobeId;
    }
    person.is_managed() && org.people.in_domain(person, domain)
}

/// Every user (E3).
pub(super) fn users(
    org: &SandboxOrganization,
    listings: &mut SandboxListings,
    rules: &CurrentRules,
    page: &str,
    query: &QueryParameters,
) -> SandboxResponse {
    let Some(page) = page_number(page) else { return bad_page(page) };
    let domain = query.text("domain").map(fold);
    if let Some(domain) = domain.as_deref().filter(|domain| !is_known(org, domain)) {
        return SandboxResponse::refused(
            404,
            error_code::DOMAIN_TRUST,
            &format!("Domain not found: {domain}"),
        );
    }
    let hidden = if domain.is_none() { TECHNICAL_ACCOUNTS } else { 0 };
    let listed = listings.listing(org, CachedListing::Users { domain });
    let pages = PageCounts::new(listed.len(), page_size(EndpointId::Users, rules));
    let page = pages.clamp(page);
    let people = pages.cut(listed, page).filter_map(|id| Some((id, org.people.get(id)?)));
    let users: Vec<_> = people
        .map(|(id, person)| describe(id, person, org.group_names(person, query.direct_only())))
        .collect();
    let last_page = pages.is_last(page);
    pages.respond(
        page,
        users.len(),
        hidden,
        &UserPage { last_page, result: SUCCESS, group_name: None, users },
    )
}

fn is_known(org: &SandboxOrganization, domain: &str) -> bool {
    domain == ADOBE_ID_DOMAIN
        || org.people.domains.find(domain).is_some()
        || org.people.iter().any(|(_, person)| person.is_member() && fold(&person.domain) == domain)
}

/// The members of a group (E4).
pub(super) fn members(
    org: &SandboxOrganization,
    listings: &mut SandboxListings,
    rules: &CurrentRules,
    (page, name): (&str, &str),
    query: &QueryParameters,
) -> SandboxResponse {
    let Some(page) = page_number(page) else { return bad_page(page) };
    if name.trim().is_empty() || name.chars().count() > limits::GROUP_NAME_LENGTH {
        return SandboxResponse::refused(400, error_code::GROUP_INVALID_NAME, "Bad group name");
    }
    if rules.switches.refuse_reserved_in_names && name.contains(['/', '%', '?', '#']) {
        return SandboxResponse::refused(400, error_code::GROUP_INVALID_NAME, "Bad group name");
    }
    let cut = name.rsplit_once('.').map(|(front, _)| front).filter(|_| rules.switches.cut_names_at_dots);
    let name = cut.unwrap_or(name);
    let Some(group) = named_group(org, name) else {
        return SandboxResponse::json(
            404,
            &json!({ "lastPage": false, "result": error_code::GROUP_NOT_FOUND, "message": format!("Not found: {name}") }),
        );
    };
    let listed = match group {
        Some(group) => listings.listing(org, CachedListing::members(org, group, query)),
        None => &[],
    };
    let pages = PageCounts::new(listed.len(), page_size(EndpointId::GroupUsers, rules));
    let page = pages.clamp(page);
    let people = pages.cut(listed, page).filter_map(|id| Some((id, org.people.get(id)?)));
    let users: Vec<_> = people.map(|(id, person)| member(org, id, person, query)).collect();
    let group_name = group.and_then(|group| org.groups.get(group)).map_or(name, |group| &group.name);
    let last_page = pages.is_last(page);
    let body = UserPage { last_page, result: SUCCESS, group_name: Some(group_name), users };
    pages.respond(page, body.users.len(), 0, &body)
}

/// The group of a name or number: the inner `None` is an admin group nobody was ever in, of something that exists.
#[expect(clippy::option_option, reason = "unknown, vacant and existing are three results")]
fn named_group(org: &SandboxOrganization, name: &str) -> Option<Option<GroupId>> {
    match org.groups.resolve(name) {
        Some(NamedGroup::Group(id)) => Some(Some(id)),
        Some(NamedGroup::Vacant(_)) => Some(None),
        None => {
            let number: i64 = name.trim().parse().ok()?;
            org.groups.iter().find(|(id, _)| org.groups.service_number(*id) == number).map(|(id, _)| Some(id))
        }
    }
}

fn member(org: &SandboxOrganization, id: PersonId, person: &SandboxAccount, query: &QueryParameters) -> User {
    let groups =
        if query.flag("excludeGroups") { Vec::new() } else { org.group_names(person, query.direct_only()) };
    describe(id, person, groups)
}

/// Every group (E5).
pub(super) fn groups(org: &mut SandboxOrganization, rules: &CurrentRules, page: &str) -> SandboxResponse {
    let Some(page) = page_number(page) else { return bad_page(page) };
    let listed: Vec<_> =
        org.groups.iter().filter(|(_, group)| GroupTable::is_listed(group)).map(|(id, _)| id).collect();
    let pages = PageCounts::new(listed.len(), page_size(EndpointId::Groups, rules));
    if page != pages.clamp(page) {
        return SandboxResponse::json(200, &json!({ "lastPage": true, "result": NOT_FOUND }));
    }
    let groups: Vec<_> = pages.cut(&listed, page).filter_map(|id| describe_group(org, id)).collect();
    let last_page = pages.is_last(page);
    pages.respond(page, groups.len(), 0, &GroupPage { last_page, result: SUCCESS, groups })
}

fn describe_group(org: &mut SandboxOrganization, id: GroupId) -> Option<Group> {
    let members = org.member_count(id);
    let group = org.groups.get(id)?;
    let name = |id: GroupId| org.groups.get(id).map(|group| group.name.clone());
    let admins: Option<&OrgGroup> = org.groups.admins_of(id);
    Some(Group {
        group_id: Some(org.groups.service_number(id)),
        group_name: group.name.clone(),
        kind: Some(group.kind.as_str().into()),
        member_count: i64::try_from(members).ok(),
        admin_group_name: admins.map(|admins| admins.name.clone()),
        user_group_name: if let GroupKind::UserGroupAdmins(base) = group.kind { name(base) } else { None },
        product_profile_name: match &group.kind {
            GroupKind::ProfileAdmins(base) | GroupKind::Developers(base) => name(*base),
            GroupKind::ProductAdmins(product) => Some(product.clone()),
            _ => None,
        },
        product_name: group.product.clone(),
        license_quota: group.quota.clone(),
        contract_name: match &group.kind {
            GroupKind::ContractAdmins(contract) => Some(contract.clone()),
            _ => None,
        },
        ..Group::default()
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserPage<'n> {
    last_page: bool,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_name: Option<&'n str>,
    users: Vec<User>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupPage {
    last_page: bool,
    result: &'static str,
    groups: Vec<Group>,
}

fn page_number(text: &str) -> Option<usize> {
    text.parse().ok()
}

fn bad_page(page: &str) -> SandboxResponse {
    SandboxResponse::refused(400, "error", &format!("{page} is not a page number"))
}

fn page_size(endpoint: EndpointId, rules: &CurrentRules) -> usize {
    rules.page_size.or(routes::page_size(endpoint)).unwrap_or(usize::MAX)
}
