//! What the outcome of a command on a copy rests on, and what the command found before.

use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::domains::of_email;
use crate::sandbox::groups::{GroupId, GroupKind, NamedGroup};
use crate::sandbox::ids::PersonId;
use crate::sandbox::org::{SandboxOrganization, service_id};
use crate::sandbox::person_name::PersonName;
use crate::sandbox::requested::{
    ExistingSubject, MemberLists, NewAccount, RequestedCommand, RequestedSubject, StepAction,
};
use crate::wire::identity::{IdentityType, fold};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The causes of doubt.
const READ_ONLY: &str = "group may be read-only";
const DISABLED: &str = "may be disabled";
const INVITED: &str = "invitation may be pending";
const DOMAIN: &str = "domain without accounts";
const PROFILE: &str = "profile of group unknown";
const ELSEWHERE: &str = "account may exist elsewhere";
const DEVELOPERS: &str = "product may have developers";
const DIRECTNESS: &str = "membership may be indirect";

/// What a command on a copy rests on and touches.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommandForecast {
    /// The command's place in the request.
    pub(crate) index: usize,
    /// The causes of doubt; empty for a certain prediction.
    rests_on: BTreeSet<&'static str>,
    /// The people and groups that decide its outcome.
    touches: BTreeSet<String>,
    /// Those whose later commands depend on it.
    changes: BTreeSet<String>,
    before: ForecastState,
    #[serde(skip)]
    people: BTreeSet<PersonId>,
    #[serde(skip)]
    names: BTreeSet<String>,
}

/// The accounts and groups as they were at first; the form of a plan file.
#[derive(Debug, Default, Serialize)]
struct ForecastState {
    accounts: Vec<ForecastAccount>,
    groups: BTreeMap<String, Option<i64>>,
}

#[derive(Debug, Default, Serialize)]
struct ForecastAccount {
    name: String,
    domain: Option<String>,
    id: Option<String>,
    fields: BTreeMap<&'static str, Option<String>>,
    memberships: BTreeMap<String, &'static str>,
}

/// What a command rests on, before it is carried out.
pub(crate) fn forecast_before(
    org: &SandboxOrganization,
    index: usize,
    command: &RequestedCommand,
) -> CommandForecast {
    let mut forecast = CommandForecast { index, ..CommandForecast::default() };
    match &command.subject {
        RequestedSubject::Person(name) => forecast.person_command(org, name, command),
        RequestedSubject::UserGroup { name, adobe_ids } => {
            forecast.group_command(org, name, *adobe_ids, command);
        }
    }
    forecast
}

impl CommandForecast {
    fn person_command(&mut self, org: &SandboxOrganization, name: &PersonName, command: &RequestedCommand) {
        let create = command.steps.iter().find_map(|step| match &step.action {
            StepAction::CreateAccount(account) => Some(account),
            _ => None,
        });
        let found = org.people.find(name).map(|(id, _)| id).or_else(|| Self::created_as(org, create));
        let mut account = self.account(org, name, found);
        match (found, create) {
            (None, Some(create)) => self.doubt_creation(org, name, create),
            (None, None) if !only_leaves(command) => drop(self.rests_on.insert(DISABLED)),
            _ => {}
        }
        let original = found.and_then(|id| org.people.original(id));
        for step in &command.steps {
            match &step.action {
                StepAction::AddToGroups(names) => {
                    for group in names {
                        self.membership(org, group, found, &mut account, true);
                    }
                }
                StepAction::RemoveFromGroups(names) => {
                    for group in names {
                        self.membership(org, group, found, &mut account, false);
                    }
                }
                StepAction::RemoveFromAllGroups | StepAction::RemoveFromOrganization { .. } => {
                    for id in original.map(|person| person.groups.clone()).unwrap_or_default() {
                        if let Some(group) = org.groups.get(id) {
                            let state = direct_state(org, found, id);
                            account.memberships.insert(group.name.to_string(), state);
                        }
                    }
                }
                StepAction::UpdateAccount(update) => {
                    let fields = [
                        ("email", &update.email),
                        ("username", &update.username),
                        ("firstname", &update.firstname),
                        ("lastname", &update.lastname),
                    ];
                    let changed = fields.into_iter().filter(|(_, value)| value.is_some());
                    account.fields.extend(changed.map(|(name, _)| (name, field_of(original, name))));
                    self.doubt_new_names(org, update.email.as_deref(), update.username.as_deref());
                }
                StepAction::CreateAccount(create) if create.existing == ExistingSubject::Update => {
                    account
                        .fields
                        .extend(["firstname", "lastname"].map(|name| (name, field_of(original, name))));
                }
                _ => {}
            }
        }
        self.before.accounts.push(account);
    }

    /// An account that has the e-mail of a create step under another name.
    fn created_as(org: &SandboxOrganization, create: Option<&NewAccount>) -> Option<PersonId> {
        let create = create?;
        let email = fold(&create.email);
        let managed = create.kind != IdentityType::AdobeId;
        org.people.with_email(&email).find(|(_, person)| person.is_managed() == managed).map(|(id, _)| id)
    }

    /// The account of a name as it was at first, and what is known of it since.
    fn account(
        &mut self,
        org: &SandboxOrganization,
        name: &PersonName,
        found: Option<PersonId>,
    ) -> ForecastAccount {
        let copy = org.copy.as_deref();
        let folded = name.folded();
        let of_name = copy.and_then(|copy| copy.names.get(&folded));
        self.rests_on.extend(of_name.into_iter().flatten().copied());
        let Some(id) = found else {
            self.touches.insert(format!("n:{folded}"));
            self.changes.insert(format!("n:{folded}"));
            self.names.insert(folded.clone());
            let at_first = org.people.original_of_name(&folded, name.adobe_id);
            return at_first.map_or_else(|| absent(name), |(id, person)| present(id, person));
        };
        self.people.insert(id);
        self.touches.insert(format!("p:{}", id.0));
        self.changes.insert(format!("p:{}", id.0));
        let of_person = copy.and_then(|copy| copy.people.get(&id));
        self.rests_on.extend(of_person.into_iter().flatten().copied());
        match org.people.original(id) {
            Some(person) => present(id, person),
            None => absent(name),
        }
    }

    fn doubt_creation(&mut self, org: &SandboxOrganization, name: &PersonName, create: &NewAccount) {
        if create.kind == IdentityType::AdobeId {
            self.rests_on.extend([INVITED, ELSEWHERE]);
            return;
        }
        self.rests_on.extend([DISABLED, INVITED, ELSEWHERE]);
        let of_name = name.domain.clone().unwrap_or_else(|| of_email(&name.name));
        self.doubt_domains(org, [of_name, of_email(&create.email)]);
    }

    fn doubt_new_names(&mut self, org: &SandboxOrganization, email: Option<&str>, username: Option<&str>) {
        let names = email.into_iter().chain(username.filter(|name| name.contains('@')));
        self.rests_on.extend(names.clone().map(|_| ELSEWHERE).take(1));
        self.doubt_domains(org, names.map(of_email));
    }

    fn doubt_domains(&mut self, org: &SandboxOrganization, domains: impl IntoIterator<Item = String>) {
        if domains.into_iter().any(|domain| org.people.domains.find(&domain).is_none()) {
            self.rests_on.insert(DOMAIN);
        }
    }

    /// A membership that a step adds or removes.
    fn membership(
        &mut self,
        org: &SandboxOrganization,
        name: &str,
        person: Option<PersonId>,
        account: &mut ForecastAccount,
        adds: bool,
    ) {
        let named = org.groups.resolve(name);
        self.group(org, name);
        let state = match &named {
            Some(NamedGroup::Group(id)) => direct_state(org, person, *id),
            _ => "absent",
        };
        account.memberships.insert(name.to_owned(), if account.id.is_some() { state } else { "absent" });
        let Some(NamedGroup::Group(id)) = named else {
            if let Some(NamedGroup::Vacant(GroupKind::Developers(_))) = named {
                self.rests_on.insert(DEVELOPERS);
            }
            return;
        };
        self.doubt_members(org, id);
        if adds {
            self.doubt_profiles(org, id);
        }
    }

    /// Whether people can be added to a user group, or removed from it.
    fn doubt_members(&mut self, org: &SandboxOrganization, id: GroupId) {
        let made = org.copy.as_ref().is_some_and(|copy| copy.made.contains(&id));
        if org.groups.is(id, &GroupKind::UserGroup) && !made {
            self.rests_on.insert(READ_ONLY);
        }
        let unresolved =
            org.copy.as_ref().is_some_and(|copy| copy.source.is_none() && copy.unsure.contains_key(&id));
        if unresolved {
            self.rests_on.insert(DIRECTNESS);
        }
    }

    /// Whether it is known which profiles come with a user group.
    fn doubt_profiles(&mut self, org: &SandboxOrganization, id: GroupId) {
        let made = org.copy.as_ref().is_some_and(|copy| copy.made.contains(&id));
        let Some(group) = org.groups.get(id).filter(|group| group.kind == GroupKind::UserGroup && !made)
        else {
            return;
        };
        let empty = group.members == 0 && group.profiles.is_empty();
        if empty || !group.unknown_profiles.is_empty() {
            self.rests_on.insert(PROFILE);
        }
    }

    /// A group that the command names.
    fn group(&mut self, org: &SandboxOrganization, name: &str) {
        let copy = org.copy.as_deref();
        let number = copy.and_then(|copy| copy.numbers.get(&fold(name)).copied());
        self.before.groups.insert(name.to_owned(), number);
        self.touches.insert(format!("g:{}", fold(name)));
        if let Some(id) = org.groups.find(name) {
            let of_group = copy.and_then(|copy| copy.groups.get(&id));
            self.rests_on.extend(of_group.into_iter().flatten().copied());
        }
    }

    fn group_command(
        &mut self,
        org: &SandboxOrganization,
        name: &str,
        adobe_ids: bool,
        command: &RequestedCommand,
    ) {
        self.group(org, name);
        let id = org.groups.user_group(name);
        for step in &command.steps {
            match &step.action {
                StepAction::CreateUserGroup { .. } => drop(self.changes.insert(format!("g:{}", fold(name)))),
                StepAction::UpdateUserGroup { name: new, .. } => {
                    self.changes.insert(format!("g:{}", fold(name)));
                    if let Some(new) = new {
                        self.group(org, new);
                        self.changes.insert(format!("g:{}", fold(new)));
                    }
                    if let Some(id) = id {
                        self.doubt_members(org, id);
                    }
                }
                StepAction::DeleteUserGroup => {
                    self.changes.insert(format!("g:{}", fold(name)));
                    if let Some(id) = id {
                        self.doubt_members(org, id);
                    }
                }
                StepAction::AddMembers(lists) => self.members(org, (name, id), lists, adobe_ids, true),
                StepAction::RemoveMembers(lists) => self.members(org, (name, id), lists, adobe_ids, false),
                _ => {}
            }
        }
    }

    fn members(
        &mut self,
        org: &SandboxOrganization,
        (group, id): (&str, Option<GroupId>),
        lists: &MemberLists,
        adobe_ids: bool,
        adds: bool,
    ) {
        if let (Some(id), false) = (id, lists.users.is_empty()) {
            self.doubt_members(org, id);
            if adds {
                self.doubt_profiles(org, id);
            }
        }
        for user in &lists.users {
            let name = PersonName { adobe_id: adobe_ids, ..PersonName::email(user) };
            let found = org.people.find(&name).map(|(id, _)| id);
            let found = found.or_else(|| org.people.with_username(&fold(user)).next().map(|(id, _)| id));
            let mut account = self.account(org, &name, found);
            if found.is_none() {
                self.rests_on.insert(DISABLED);
            }
            let state = id.map_or("absent", |id| direct_state(org, found, id));
            account.memberships.insert(group.to_owned(), if account.id.is_some() { state } else { "absent" });
            self.before.accounts.push(account);
        }
        for profile in &lists.profiles {
            self.group(org, profile);
        }
    }
}

impl SandboxOrganization {
    /// What follows from an uncertain command is as uncertain.
    pub(crate) fn inherit(
        &mut self,
        forecast: &CommandForecast,
        command: &RequestedCommand,
        groups_before: usize,
    ) {
        let made: Vec<_> =
            self.groups.iter().map(|(id, _)| id).filter(|id| id.0 as usize >= groups_before).collect();
        let subject = match &command.subject {
            RequestedSubject::UserGroup { name, .. } => self.groups.find(name).into_iter().collect(),
            RequestedSubject::Person(_) => Vec::new(),
        };
        let changes_group = command.steps.iter().any(|step| {
            matches!(step.action, StepAction::CreateUserGroup { .. } | StepAction::UpdateUserGroup { .. })
        });
        let Some(copy) = &mut self.copy else { return };
        copy.made.extend(made);
        if forecast.rests_on.is_empty() {
            return;
        }
        for id in &forecast.people {
            copy.people.entry(*id).or_default().extend(&forecast.rests_on);
        }
        for name in &forecast.names {
            copy.names.entry(name.clone()).or_default().extend(&forecast.rests_on);
        }
        for id in subject.into_iter().filter(|_| changes_group) {
            copy.groups.entry(id).or_default().extend(&forecast.rests_on);
        }
    }
}

/// Whether a command only removes somebody from the organization: that succeeds for anyone.
fn only_leaves(command: &RequestedCommand) -> bool {
    command.steps.iter().all(|step| matches!(step.action, StepAction::RemoveFromOrganization { .. }))
}

/// How somebody was a member of a group at first.
fn direct_state(org: &SandboxOrganization, person: Option<PersonId>, group: GroupId) -> &'static str {
    let Some(person) = person.and_then(|id| Some((id, org.people.original(id)?))) else { return "absent" };
    let (id, record) = person;
    let unsure =
        org.copy.as_ref().and_then(|copy| copy.unsure.get(&group)).is_some_and(|people| people.contains(&id));
    if record.groups.contains(&group) {
        return if unsure { "member" } else { "direct" };
    }
    if org.is_in(record, group, false) { "indirect" } else { "absent" }
}

fn field_of(account: Option<&SandboxAccount>, name: &str) -> Option<String> {
    let account = account?;
    let value = match name {
        "email" => Some(&account.email),
        "username" => Some(account.username()),
        "firstname" => account.firstname.as_ref(),
        _ => account.lastname.as_ref(),
    };
    value.map(ToString::to_string)
}

fn present(id: PersonId, person: &SandboxAccount) -> ForecastAccount {
    let domain = if person.is_managed() { person.domain.to_string() } else { "AdobeID".to_owned() };
    ForecastAccount {
        name: person.email.to_string(),
        domain: Some(domain),
        // Only an active account is found when it is read again.
        id: (person.standing == AccountStanding::Active).then(|| service_id(id, person).to_string()),
        ..ForecastAccount::default()
    }
}

fn absent(name: &PersonName) -> ForecastAccount {
    let domain = name.adobe_id.then(|| "AdobeID".to_owned()).or_else(|| name.domain.clone());
    ForecastAccount { name: name.name.clone(), domain, ..ForecastAccount::default() }
}
