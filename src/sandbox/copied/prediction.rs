//! What the outcome of a command on a copy rests on, and what the command found before.

use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::copy_knowledge::OpenQuestions;
use crate::sandbox::domains::of_email;
use crate::sandbox::groups::{GroupId, GroupKind, NamedGroup, SandboxGroup};
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

/// Stands for every profile, where it is not known which ones come with a user group.
const ANY_PROFILE: GroupId = GroupId(u32::MAX);

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
    /// The people whom it changes, by what they are called in `changes`.
    #[serde(skip)]
    subjects: BTreeSet<String>,
    /// The causes that concern whether there is such an account, and which.
    #[serde(skip)]
    account_causes: BTreeSet<&'static str>,
    /// The causes that concern the membership of a group.
    #[serde(skip)]
    group_causes: BTreeMap<GroupId, BTreeSet<&'static str>>,
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
            (None, None) if !only_leaves(command) => self.doubt_account(DISABLED),
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
                    let leaves = matches!(step.action, StepAction::RemoveFromOrganization { .. });
                    let now = found.and_then(|id| org.people.get(id)).map(|person| person.groups.clone());
                    if !leaves {
                        self.inherit_all_groups(org);
                    }
                    // A read-only group keeps its members when they are removed from all groups.
                    for id in now.into_iter().flatten().filter(|_| !leaves) {
                        self.doubt_members(org, id);
                        self.doubt_lost_profiles(org, id, found);
                    }
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
        let folded = name.folded();
        self.inherit_account(org, &format!("n:{folded}"));
        let Some(id) = found else {
            self.touches.insert(format!("n:{folded}"));
            self.changes.insert(format!("n:{folded}"));
            let at_first = org.people.original_of_name(&folded, name.adobe_id);
            return at_first.map_or_else(|| absent(name), |(id, person)| present(id, person));
        };
        let subject = format!("p:{}", id.0);
        self.inherit_account(org, &subject);
        self.touches.insert(subject.clone());
        self.changes.insert(subject);
        match org.people.original(id) {
            Some(person) => present(id, person),
            None => absent(name),
        }
    }

    fn doubt_account(&mut self, cause: &'static str) {
        self.rests_on.insert(cause);
        self.account_causes.insert(cause);
    }

    fn doubt_group(&mut self, id: GroupId, cause: &'static str) {
        self.rests_on.insert(cause);
        self.group_causes.entry(id).or_default().insert(cause);
    }

    /// What earlier commands left open about an account.
    fn inherit_account(&mut self, org: &SandboxOrganization, subject: &str) {
        self.subjects.insert(subject.to_owned());
        let open = org.copy.as_ref().and_then(|copy| copy.open.get(subject));
        open.into_iter().flat_map(|open| &open.account).for_each(|cause| self.doubt_account(cause));
    }

    /// What earlier commands left open about memberships of a group, or of the profiles that come with it.
    fn inherit_group(&mut self, org: &SandboxOrganization, id: GroupId) {
        let profiles = org.groups.get(id).map(|group| group.profiles.clone()).unwrap_or_default();
        let is_profile = org.groups.is(id, &GroupKind::Profile);
        let any = is_profile.then_some(ANY_PROFILE);
        for group in std::iter::once(id).chain(profiles).chain(any) {
            for cause in self.open_about(org, |open| open.memberships.get(&group)) {
                self.doubt_group(id, cause);
            }
        }
    }

    fn inherit_all_groups(&mut self, org: &SandboxOrganization) {
        let Some(copy) = &org.copy else { return };
        let open: Vec<_> = self
            .subjects
            .iter()
            .filter_map(|subject| copy.open.get(subject))
            .flat_map(|open| &open.memberships)
            .flat_map(|(group, causes)| causes.iter().map(|cause| (*group, *cause)))
            .collect();
        for (group, cause) in open {
            self.doubt_group(group, cause);
        }
    }

    fn open_about<'c>(
        &self,
        org: &'c SandboxOrganization,
        of: impl Fn(&'c OpenQuestions) -> Option<&'c BTreeSet<&'static str>>,
    ) -> Vec<&'static str> {
        let Some(copy) = &org.copy else { return Vec::new() };
        let open = self.subjects.iter().filter_map(|subject| copy.open.get(subject));
        open.filter_map(of).flatten().copied().collect()
    }

    fn doubt_creation(&mut self, org: &SandboxOrganization, name: &PersonName, create: &NewAccount) {
        if create.kind == IdentityType::AdobeId {
            for cause in [INVITED, ELSEWHERE] {
                self.doubt_account(cause);
            }
            return;
        }
        for cause in [DISABLED, INVITED, ELSEWHERE] {
            self.doubt_account(cause);
        }
        let of_name = name.domain.clone().unwrap_or_else(|| of_email(&name.name));
        self.doubt_domains(org, [of_name, of_email(&create.email)]);
    }

    fn doubt_new_names(&mut self, org: &SandboxOrganization, email: Option<&str>, username: Option<&str>) {
        let names = email.into_iter().chain(username.filter(|name| name.contains('@')));
        if names.clone().next().is_some() {
            self.doubt_account(ELSEWHERE);
        }
        self.doubt_domains(org, names.map(of_email));
    }

    fn doubt_domains(&mut self, org: &SandboxOrganization, domains: impl IntoIterator<Item = String>) {
        if domains.into_iter().any(|domain| org.people.domains.find(&domain).is_none()) {
            self.doubt_account(DOMAIN);
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
                self.doubt_account(DEVELOPERS);
            }
            return;
        };
        self.inherit_group(org, id);
        self.doubt_members(org, id);
        if adds {
            self.doubt_profiles(org, id);
        } else {
            self.doubt_lost_profiles(org, id, person);
        }
    }

    /// Whether people can be added to a user group, or removed from it.
    fn doubt_members(&mut self, org: &SandboxOrganization, id: GroupId) {
        let is_ours =
            org.copy.as_ref().is_some_and(|copy| copy.made.contains(&id) || copy.writable.contains(&id));
        if org.groups.is(id, &GroupKind::UserGroup) && !is_ours {
            self.doubt_group(id, READ_ONLY);
        }
        let unresolved =
            org.copy.as_ref().is_some_and(|copy| copy.source.is_none() && copy.unsure.contains_key(&id));
        if unresolved {
            self.doubt_group(id, DIRECTNESS);
        }
    }

    /// Whether it is known which profiles come with a user group.
    fn doubt_profiles(&mut self, org: &SandboxOrganization, id: GroupId) {
        let made = org.copy.as_ref().is_some_and(|copy| copy.made.contains(&id));
        let Some(group) = org.groups.get(id).filter(|group| group.kind == GroupKind::UserGroup && !made)
        else {
            return;
        };
        // Whom the script has added since shows nothing.
        let was_empty = org.copy.as_ref().is_some_and(|copy| !copy.populated.contains(&id));
        if was_empty || !group.unknown_profiles.is_empty() {
            self.doubt_group(id, PROFILE);
        }
    }

    /// Whether it is known which profiles somebody loses with a group, and which stay through another one.
    fn doubt_lost_profiles(&mut self, org: &SandboxOrganization, id: GroupId, person: Option<PersonId>) {
        let Some(person) = person.and_then(|id| org.people.get(id)) else { return };
        let Some(group) = org.groups.get(id).filter(|_| person.groups.contains(&id)) else { return };
        let lost = || group.profiles.iter().chain([&id]);
        let may_carry = |other: &SandboxGroup| lost().any(|profile| other.unknown_profiles.contains(profile));
        let mut others = person.groups.iter().filter_map(|id| org.groups.get(*id));
        if !group.unknown_profiles.is_empty() || others.any(may_carry) {
            self.doubt_group(id, PROFILE);
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
                self.doubt_account(DISABLED);
            }
            if let Some(id) = id {
                self.inherit_group(org, id);
                if !adds {
                    self.doubt_lost_profiles(org, id, found);
                }
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
        let memberships = self.memberships_in_doubt(forecast);
        let Some(copy) = &mut self.copy else { return };
        copy.made.extend(made);
        if forecast.rests_on.is_empty() {
            return;
        }
        for subject in &forecast.subjects {
            let open = copy.open.entry(subject.clone()).or_default();
            open.account.extend(&forecast.account_causes);
            for (group, causes) in &memberships {
                open.memberships.entry(*group).or_default().extend(causes);
            }
        }
        for id in subject.into_iter().filter(|_| changes_group) {
            copy.groups.entry(id).or_default().extend(&forecast.rests_on);
        }
    }
}

impl SandboxOrganization {
    /// The groups whose memberships are open after a command: with a user group also the profiles that come with it.
    fn memberships_in_doubt(&self, forecast: &CommandForecast) -> BTreeMap<GroupId, BTreeSet<&'static str>> {
        let mut open: BTreeMap<GroupId, BTreeSet<&'static str>> = BTreeMap::new();
        for (id, causes) in &forecast.group_causes {
            let profiles = self.groups.get(*id).map(|group| group.profiles.clone()).unwrap_or_default();
            let any = causes.contains(PROFILE).then_some(ANY_PROFILE);
            for group in std::iter::once(*id).chain(profiles).chain(any) {
                open.entry(group).or_default().extend(causes);
            }
        }
        open
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
