//! The organization a sandbox starts with: groups an administrator would recognize, and about forty people or the given
//! number of generated ones.

use super::domains;
use super::groups::GroupId;
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::groups::{GroupKind, NamedGroup, SandboxGroup};
use crate::sandbox::org::SandboxOrganization;
use crate::wire::identity::IdentityType;
use crate::wire::interner::StringInterner;
use serde_json::{Map, Value, json};

const USER_GROUPS: &[(&str, &str)] = &[
    ("Designers", "Everyone who draws"),
    ("Engineering", "Product and platform"),
    ("Marketing", "Campaigns and events"),
    ("Sales EMEA", "Field sales, Europe, Middle East and Africa"),
    ("Contractors", "External people, reviewed each quarter"),
    ("Finance", "Accounts"),
    ("Human Resources", "People team"),
    ("Team v2.1", "A name with a dot"),
    ("R&D / Lab #1", "A name with a slash and a hash"),
    ("Interns", "Nobody is in it now"),
];
/// A user group shared from elsewhere: it cannot be changed here.
const READ_ONLY: (&str, &str) = ("Corporate Directory", "Shared from the parent organization");

/// The group of a contract's administrators, and the contract (contract 7.43; index.md, May 2025).
const CONTRACT: (&str, &str) = ("5A4DB0C0FFEE20250603_CONTRACT_GROUP", "ETLA - 5A4DB0C0FFEE20250603");

/// Profile, product, licenses, whether the product has developers. A product's name may end with a list of keywords
/// (index.md, May 2023).
const PROFILES: &[(&str, &str, &str, bool)] = &[
    ("All Apps", "Creative Cloud All Apps", "25", false),
    ("Photoshop", "Photoshop (ETLA,Single App - Enterprise)", "10", false),
    ("Acrobat Pro", "Acrobat Pro DC", "UNLIMITED", false),
    ("Adobe Sign", "Acrobat Sign Enterprise", "5", false),
    ("Stock", "Adobe Stock", "2", false),
    ("Experience Manager", "Adobe Experience Manager", "20", true),
];

/// Profiles that come with a user group.
const GROUP_PROFILES: &[(&str, &[&str])] = &[
    ("Designers", &["All Apps", "Stock"]),
    ("Marketing", &["Acrobat Pro"]),
    ("Sales EMEA", &["Adobe Sign"]),
];

/// First name, last name, country, direct memberships; e-mail and kind follow from [`kind_of`].
const PEOPLE: &[(&str, &str, &str, &[&str])] = &[
    ("Ada", "Lind", "SE", &["Designers", "_org_admin", "_admin_Designers"]),
    ("Ben", "Osei", "GB", &["Designers", "Photoshop"]),
    ("Carla", "Ruiz", "ES", &["Designers", "Photoshop", "_admin_Photoshop"]),
    ("Dmitri", "Volkov", "DE", &["Engineering", "Experience Manager", "_developer_Experience Manager"]),
    ("Elena", "Rossi", "IT", &["Engineering", "Team v2.1"]),
    ("Femi", "Adeyemi", "NG", &["Engineering", "R&D / Lab #1", "Photoshop"]),
    ("Grace", "Kim", "KR", &["Engineering", "_support_admin"]),
    ("Hugo", "Martin", "FR", &["Marketing", "Photoshop"]),
    ("Ines", "Costa", "PT", &["Marketing", "Stock"]),
    ("Jonas", "Weber", "DE", &["Marketing", "Photoshop", "_admin_Marketing"]),
    ("Keiko", "Tanaka", "JP", &["Designers", "Photoshop"]),
    ("Liam", "Murphy", "IE", &["Sales EMEA"]),
    ("Maya", "Patel", "IN", &["Sales EMEA", "Acrobat Pro"]),
    ("Noah", "Berg", "NO", &["Finance", "Acrobat Pro"]),
    ("Olga", "Nowak", "PL", &["Finance", "Acrobat Pro"]),
    ("Paul", "Jansen", "NL", &["Human Resources", "Adobe Sign"]),
    ("Quinn", "Baker", "US", &["Contractors", "Photoshop"]),
    ("Rosa", "Silva", "BR", &["Contractors", "Acrobat Pro"]),
    ("Sam", "Carter", "US", &["Contractors", "Stock"]),
    ("Tara", "Singh", "IN", &["Engineering", "Team v2.1"]),
    ("Uma", "Devi", "IN", &["Engineering", "Corporate Directory"]),
    ("Victor", "Hansen", "DK", &["Engineering", "Corporate Directory"]),
    ("Wendy", "Chan", "SG", &["Marketing"]),
    ("Xavier", "Dubois", "BE", &["Marketing", "Photoshop"]),
    ("Yara", "Haddad", "AE", &["Sales EMEA"]),
    ("Zoe", "Papadaki", "GR", &["Sales EMEA", "Acrobat Pro"]),
    ("Anton", "Huber", "AT", &["Designers", "Photoshop"]),
    ("Bella", "Moreno", "MX", &["Human Resources", "_deployment_admin"]),
    ("Chen", "Wei", "SG", &["R&D / Lab #1", "Experience Manager"]),
    ("Dora", "Kovacs", "HU", &["Finance", "Adobe Sign"]),
    ("Emil", "Larsen", "DK", &["Engineering", "_product_admin_Adobe Experience Manager", CONTRACT.0]),
    ("Fatima", "Zahra", "MA", &["Marketing"]),
    ("Gus", "Taylor", "AU", &[]),
    ("Hana", "Suzuki", "JP", &["Designers"]),
    ("Ivan", "Petrov", "BG", &["Contractors"]),
    ("Julia", "Meyer", "CH", &["Finance"]),
    ("Kofi", "Mensah", "GH", &["Sales EMEA"]),
    ("Lena", "Fischer", "DE", &["Human Resources"]),
    ("Marco", "Bianchi", "IT", &["Engineering"]),
    ("Nina", "Olsen", "NO", &[]),
];

/// The kind of ID and the domain of the person at that index of the list: most are federated, some are Enterprise IDs,
/// some Adobe IDs, and a few sign in with a name that is not an e-mail address.
fn kind_of(index: usize) -> (IdentityType, &'static str) {
    match index % 10 {
        3 | 6 => (IdentityType::EnterpriseId, "example.org"),
        5 | 8 => (IdentityType::AdobeId, "example.net"),
        4 => (IdentityType::FederatedId, "emea.example.com"),
        9 => (IdentityType::FederatedId, "sso.example.com"),
        _ => (IdentityType::FederatedId, "example.com"),
    }
}

/// People who are not members, and pairs of accounts: with them each refusal of the service can be reproduced.
const SPECIAL: &[(&str, IdentityType, AccountStanding)] = &[
    ("disabled@example.com", IdentityType::FederatedId, AccountStanding::Disabled),
    ("left@example.com", IdentityType::FederatedId, AccountStanding::Left),
    ("invited@example.net", IdentityType::AdobeId, AccountStanding::Invited),
    ("elsewhere@example.com", IdentityType::FederatedId, AccountStanding::Elsewhere),
    ("trusted@partner.example.net", IdentityType::FederatedId, AccountStanding::Active),
    ("known@partner.example.net", IdentityType::FederatedId, AccountStanding::Elsewhere),
    ("both@example.com", IdentityType::AdobeId, AccountStanding::Active),
    ("both@example.com", IdentityType::FederatedId, AccountStanding::Active),
];

/// The account whose record has fields beyond the documented ones (contract 2.4, 7.43).
const EXTRA_FIELDS: &str = "trusted@partner.example.net";

fn extra_fields() -> Map<String, Value> {
    let fields = [
        ("businessAccount", Value::Bool(true)),
        ("orgSpecific", Value::Bool(true)),
        ("tags", json!(["edu_student"])),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The seeded organization, with the given number of generated members in place of the forty, if one is given.
pub(super) fn organization(users: Option<usize>) -> SandboxOrganization {
    let mut org = SandboxOrganization::default();
    let mut interner = StringInterner::default();
    make_groups(&mut org);
    if let Some(count) = users {
        generate(&mut org, count, &mut interner);
    } else {
        people(&mut org, &mut interner);
        special(&mut org, &mut interner);
    }
    org
}

fn make_groups(org: &mut SandboxOrganization) {
    let fixed = [
        (GroupKind::OrganizationAdmins, "_org_admin"),
        (GroupKind::SupportAdmins, "_support_admin"),
        (GroupKind::DeploymentAdmins, "_deployment_admin"),
    ];
    for (kind, name) in fixed {
        org.groups.insert(SandboxGroup::new(kind, name));
    }
    for (name, product, quota, developers) in PROFILES {
        let mut profile = SandboxGroup::new(GroupKind::Profile, name);
        profile.product = Some((*product).into());
        profile.quota = Some((*quota).into());
        profile.developers = *developers;
        org.groups.insert(profile);
    }
    for (name, description) in USER_GROUPS.iter().chain([&READ_ONLY]) {
        let mut group = SandboxGroup::new(GroupKind::UserGroup, name);
        group.description = Some((*description).to_owned());
        group.read_only = *name == READ_ONLY.0;
        group.profiles = GROUP_PROFILES
            .iter()
            .filter(|(owner, _)| owner == name)
            .flat_map(|(_, profiles)| profiles.iter().filter_map(|profile| org.groups.profile(profile)))
            .collect();
        org.groups.insert(group);
    }
    org.groups.insert(SandboxGroup::new(GroupKind::ContractAdmins(CONTRACT.1.into()), CONTRACT.0));
}

fn groups(org: &mut SandboxOrganization, names: &[&str]) -> Vec<GroupId> {
    let found: Vec<NamedGroup> = names.iter().filter_map(|name| org.groups.resolve(name)).collect();
    found.into_iter().map(|named| org.groups.ensure(named)).collect()
}

fn people(org: &mut SandboxOrganization, interner: &mut StringInterner) {
    for (index, (first, last, country, names)) in PEOPLE.iter().enumerate() {
        let (kind, domain) = kind_of(index);
        let login = format!("{}.{}", first.to_lowercase(), last.to_lowercase());
        let plain = domain == "sso.example.com";
        let person = SandboxAccount {
            kind,
            email: format!("{login}@{}", if plain { "example.com" } else { domain }).into(),
            username: plain.then(|| login.as_str().into()),
            domain: interner.share(domain),
            firstname: Some((*first).into()),
            lastname: Some((*last).into()),
            country: Some(interner.share(country)),
            standing: AccountStanding::Active,
            groups: groups(org, names),
            extra: None,
            service_id: None,
        };
        org.add_person(person);
    }
}

fn special(org: &mut SandboxOrganization, interner: &mut StringInterner) {
    for (email, kind, standing) in SPECIAL {
        let disabled = *standing == AccountStanding::Disabled;
        let person = SandboxAccount {
            kind: *kind,
            email: (*email).into(),
            username: None,
            domain: interner.share(&domains::of_email(email)),
            firstname: Some("Alex".into()),
            lastname: Some("Sample".into()),
            country: Some(interner.share("US")),
            standing: *standing,
            groups: if disabled { groups(org, &["Contractors"]) } else { Vec::new() },
            extra: (*email == EXTRA_FIELDS).then(|| Box::new(extra_fields())),
            service_id: None,
        };
        org.add_person(person);
    }
    for domain in ["example.com", "sso.example.com"] {
        let person = SandboxAccount {
            kind: IdentityType::FederatedId,
            email: format!("twin@{}", if domain == "example.com" { domain } else { "emea.example.com" })
                .into(),
            username: Some("twin".into()),
            domain: interner.share(domain),
            firstname: Some("Toni".into()),
            lastname: Some("Twin".into()),
            country: Some(interner.share("US")),
            standing: AccountStanding::Active,
            groups: Vec::new(),
            extra: None,
            service_id: None,
        };
        org.add_person(person);
    }
}

/// The given number of people, the same ones every time, in the same groups.
fn generate(org: &mut SandboxOrganization, count: usize, interner: &mut StringInterner) {
    org.people.reserve(count);
    let sets: Vec<Vec<GroupId>> = PEOPLE.iter().map(|(.., names)| generated_groups(org, names)).collect();
    for number in 0..count {
        let (first, _, country, _) = PEOPLE[number % PEOPLE.len()];
        let (_, last, ..) = PEOPLE[number / PEOPLE.len() % PEOPLE.len()];
        let (kind, domain) = generated_kind(number);
        org.add_person(SandboxAccount {
            kind,
            email: format!("user{number:07}@{domain}").into(),
            username: None,
            domain: interner.share(domain),
            firstname: Some(interner.share(first)),
            lastname: Some(interner.share(last)),
            country: Some(interner.share(country)),
            standing: AccountStanding::Active,
            groups: sets[number % sets.len()].clone(),
            extra: None,
            service_id: None,
        });
    }
}

/// Generated people have no roles.
fn generated_groups(org: &mut SandboxOrganization, names: &[&str]) -> Vec<GroupId> {
    let plain: Vec<_> =
        names.iter().copied().filter(|name| !name.starts_with('_') && *name != CONTRACT.0).collect();
    groups(org, &plain)
}

/// Generated people sign in with their e-mail.
fn generated_kind(number: usize) -> (IdentityType, &'static str) {
    match kind_of(number) {
        (kind, "sso.example.com") => (kind, "example.com"),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::limits;

    #[test]
    fn about_forty_people_of_all_three_kinds_are_members_of_groups_that_exist() {
        let org = organization(None);
        let members: Vec<_> =
            org.people.iter().map(|(_, person)| person).filter(|one| one.is_member()).collect();
        assert!((40..50).contains(&members.len()), "{}", members.len());
        for kind in IdentityType::ALL {
            assert!(members.iter().filter(|person| person.kind == kind).count() > 5, "{kind:?}");
        }
        for (first, _, _, names) in PEOPLE {
            for name in *names {
                assert!(org.groups.find(name).is_some(), "{first}: {name}");
            }
        }
    }

    #[test]
    fn one_profile_is_nearly_full_and_one_has_more_members_than_licenses() {
        let mut org = organization(None);
        let mut free = |name: &str| {
            let id = org.groups.profile(name).expect("seeded");
            let quota = org.groups.get(id).and_then(SandboxGroup::licenses).expect("limited");
            i64::try_from(quota).expect("small") - i64::try_from(org.member_count(id)).expect("small")
        };
        assert_eq!(free("Photoshop"), 1);
        assert!(free("Stock") < 0);
    }

    #[test]
    fn rare_records_are_seeded() {
        let org = organization(None);
        let groups: Vec<_> = org.groups.iter().map(|(_, group)| group).collect();
        assert!(
            groups.iter().any(|group| group.kind.as_str() == "CONTRACT_ADMIN_GROUP" && group.members == 1)
        );
        assert!(groups.iter().any(|group| group.product.as_deref().is_some_and(|name| name.contains(','))));
        let people: Vec<_> = org.people.iter().map(|(_, person)| person).collect();
        assert!(people.iter().any(|person| person.extra.is_some() && person.is_member()));
        let both = org.people.with_email("both@example.com").filter(|(_, person)| person.is_member());
        assert_eq!(both.count(), 2);
    }

    #[test]
    fn generated_people_are_the_same_every_time() {
        let listed = |org: &SandboxOrganization| {
            org.people.iter().map(|(_, person)| person.clone()).collect::<Vec<_>>()
        };
        let org = organization(Some(100));
        assert_eq!(listed(&org), listed(&organization(Some(100))));
        assert_eq!(org.people.iter().count(), 100);
        assert!(org.people.iter().all(|(_, person)| person.email.len() <= limits::EMAIL_LENGTH));
    }
}
