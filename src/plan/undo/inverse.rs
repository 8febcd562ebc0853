//! The inverse of a run as the commands of a plan, in the inverse order of its changes. Pure.

use super::exceptions::UndoExceptions;
use super::membership_pair::MembershipInverse;
use super::person_state::{PersonState, UPDATED_FIELDS};
use super::run_replay::RunReplay;
use crate::plan::plan_command::{AccountBefore, MembershipBefore, PlanCommand, StateBefore};
use crate::store::journal::person_record::AccountPresence;
use crate::wire::group::Group;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::limits::{NAMES_PER_LIST, STEPS_PER_COMMAND};
use crate::wire::user::User;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The type of groups in which every member is a direct one, besides admin groups.
const USER_GROUP: &str = "USER_GROUP";
/// How the names of admin groups begin; an empty one is not listed.
const ADMIN_GROUP: char = '_';
/// The admin groups that the API cannot give (contract 3.2).
const NOT_GIVEN: [&str; 3] = ["_org_admin", "_compartment_admin", "_compartment_viewer"];
/// The domain that selects Adobe IDs in a look-up (contract 2.4).
const ADOBE_ID_DOMAIN: &str = "AdobeID";

/// The inverse of a run.
#[derive(Debug, Default)]
pub(crate) struct UndoDraft {
    /// The commands, in their order.
    pub(crate) commands: Vec<PlanCommand>,
    /// What is left as it is, with the reason.
    pub(crate) left: Vec<UndoLeftover>,
    /// How many people are left as they are because the operator said so.
    pub(crate) excepted: usize,
}

/// What an undo leaves as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UndoLeftover {
    /// The person or the group.
    pub(crate) who: String,
    /// Why.
    pub(crate) why: String,
}

/// The organization as it is now.
#[derive(Debug, Default)]
pub(crate) struct OrganizationNow {
    /// All groups, by their folded names.
    groups: HashMap<String, Group>,
    /// The accounts that were looked up, by the index of the person.
    pub(crate) accounts: HashMap<usize, Option<Arc<User>>>,
}

impl OrganizationNow {
    /// An organization with these groups.
    pub(crate) fn of_groups(groups: impl IntoIterator<Item = Group>) -> Self {
        let groups = groups.into_iter().map(|group| (fold(&group.group_name), group)).collect();
        Self { groups, accounts: HashMap::new() }
    }

    fn number(&self, group: &str) -> Option<i64> {
        self.groups.get(&fold(group)).and_then(|group| group.group_id)
    }

    fn has(&self, group: &str) -> bool {
        group.starts_with(ADMIN_GROUP) || self.groups.contains_key(&fold(group))
    }

    /// Whether every member of a group is a direct one.
    fn is_plain(&self, group: &str) -> bool {
        let kind = self.groups.get(&fold(group)).and_then(|group| group.kind.clone());
        group.starts_with(ADMIN_GROUP) || kind.as_deref() == Some(USER_GROUP)
    }
}

/// Whether the account of a person has to be looked up: the run created it, never read it, or removed it from all groups,
/// of which some keep their members.
pub(crate) fn needs_look_up(person: &PersonState) -> bool {
    person.is_there != Some(false) && (person.fields.id.is_none() || person.lost_all_groups)
}

/// How a person is read: the name, and the domain where one is needed.
pub(crate) fn name_to_read(person: &PersonState) -> (String, Option<String>) {
    let email = person.now("email");
    let given = Some(person.name.as_str());
    if person.kind() == Some(IdentityType::AdobeId) {
        return (email.or(given).unwrap_or_default().to_owned(), Some(ADOBE_ID_DOMAIN.to_owned()));
    }
    match email.or(given.filter(|name| name.contains('@'))) {
        Some(email) => (email.to_owned(), None),
        None => {
            (person.now("username").or(given).unwrap_or_default().to_owned(), person.fields.domain.clone())
        }
    }
}

/// The inverse of a run.
pub(crate) fn inverse(mut run: RunReplay, now: &OrganizationNow, exceptions: &UndoExceptions) -> UndoDraft {
    let mut draft = UndoDraft::default();
    for (index, person) in run.people.iter_mut().enumerate() {
        if let Some(Some(user)) = now.accounts.get(&index).filter(|_| person.fields.id.is_none()) {
            take_over(person, user);
        }
    }
    let mut people: Vec<_> = run.people.iter().enumerate().collect();
    people.sort_by_key(|(_, person)| std::cmp::Reverse(last_place(person)));
    for (index, person) in people {
        if exceptions.has(person) {
            draft.excepted += 1;
        } else {
            let found = now.accounts.get(&index).and_then(Option::as_deref);
            PersonInverse { person, now, found, left: person.left.clone() }.add_to(&mut draft);
        }
    }
    rename_groups(&run.renamed, now, &mut draft);
    delete_created(&run, now, &mut draft);
    let left = run.left.into_iter().map(|line| match line.split_once(": ") {
        Some((who, why)) => UndoLeftover { who: who.to_owned(), why: why.to_owned() },
        None => UndoLeftover { who: String::new(), why: line },
    });
    draft.left.extend(left);
    draft
}

/// The place of the last change of a person in the run.
fn last_place(person: &PersonState) -> usize {
    person.groups.values().map(|pair| pair.place).chain([person.place]).max().unwrap_or_default()
}

/// The identity of an account that the run did not read, as it is now.
fn take_over(person: &mut PersonState, user: &User) {
    let text = |field: &Option<arcstr::ArcStr>| field.as_ref().map(ToString::to_string);
    person.fields.id = text(&user.id);
    person.fields.kind = text(&user.kind);
    person.fields.domain = person.fields.domain.take().or_else(|| text(&user.domain));
    if person.now("email").is_none() {
        person.fields.email = text(&user.email);
    }
    if person.now("username").is_none() && user.username != user.email {
        person.fields.username = text(&user.username);
    }
}

/// Undoes the changes of one person.
struct PersonInverse<'r> {
    person: &'r PersonState,
    now: &'r OrganizationNow,
    /// The account as it is now, where it was looked up.
    found: Option<&'r User>,
    left: Vec<String>,
}

impl PersonInverse<'_> {
    fn add_to(mut self, draft: &mut UndoDraft) {
        match (self.person.before, self.person.is_there) {
            (AccountPresence::Absent, Some(true)) => self.remove_created(draft),
            (AccountPresence::Absent, _) | (_, None) if self.person.groups.is_empty() => {}
            (AccountPresence::Absent, Some(false)) => {}
            (AccountPresence::Unknown, Some(false)) => {
                self.left.push("the account was not read before the person left the organization".to_owned());
            }
            (AccountPresence::Present, Some(false)) => self.bring_back(draft),
            _ => self.change_back(None, draft),
        }
        self.left.dedup();
        if !self.left.is_empty() {
            draft.left.push(UndoLeftover { who: self.person.label(), why: self.left.join("; ") });
        }
    }

    /// Removes an account that the run created.
    fn remove_created(&mut self, draft: &mut UndoDraft) {
        let Some(user) = self.found else {
            return self
                .left
                .push("the account that the run created is not among the active users".to_owned());
        };
        if let Some(group) = self.group_of_others(user) {
            return self.left.push(format!(
                "the run created the account, and somebody has added it to {group} since; remove it yourself if nobody \
                 needs it"
            ));
        }
        let memberships = self.given_memberships();
        let account = self.account(memberships, BTreeMap::new());
        let command = self.command(vec![json!({"removeFromOrg": {"deleteAccount": false}})]);
        draft.push(command, vec![account], [], self.now);
    }

    fn given_memberships(&self) -> BTreeMap<String, MembershipBefore> {
        let given = self.person.groups.values();
        let given = given.filter(|pair| pair.after == super::membership_pair::MembershipAfter::Added);
        given.map(|pair| (pair.group.clone(), MembershipBefore::Direct)).collect()
    }

    /// A group that the account is in now and that the run did not give. Profiles may come through a user group.
    fn group_of_others(&self, user: &User) -> Option<String> {
        let given = |group: &str| self.person.groups.contains_key(&fold(group));
        let gave_user_group = self.person.groups.values().any(|pair| self.now.is_plain(&pair.group));
        let of_others =
            |group: &&arcstr::ArcStr| !given(group) && (self.now.is_plain(group) || !gave_user_group);
        user.groups().iter().find(of_others).map(ToString::to_string)
    }

    /// Makes the account of somebody who left again, then its memberships.
    fn bring_back(&mut self, draft: &mut UndoDraft) {
        match self.create() {
            Ok(step) => {
                let person = self.person;
                let (user, email) = (person.now("username"), person.now("email"));
                let user = user.or(email).unwrap_or(&person.name);
                let mut command = json!({"user": user});
                if let Some(domain) = person.fields.domain.as_deref().filter(|_| !user.contains('@')) {
                    command["domain"] = json!(domain);
                }
                command["do"] = json!([step]);
                let account = self.absent_account(BTreeMap::new());
                let created = draft.push(command, vec![account], [], self.now);
                self.change_back(Some(created), draft);
            }
            Err(missing) => self.left.push(format!("the account cannot be made again: {missing}")),
        }
    }

    /// The step that makes the account again.
    fn create(&self) -> Result<Value, String> {
        let fields = &self.person.fields;
        let kind = self.person.kind().ok_or("its type was not read")?;
        let email = self.person.now("email").ok_or("its e-mail was not read")?;
        let mut content = Map::from_iter([("email".to_owned(), json!(email))]);
        let others = [
            ("firstname", &fields.firstname, kind != IdentityType::AdobeId),
            ("lastname", &fields.lastname, kind != IdentityType::AdobeId),
            ("country", &fields.country, kind == IdentityType::FederatedId),
        ];
        for (name, value, is_required) in others {
            match value.as_deref().filter(|text| !text.trim().is_empty()) {
                Some(text) => drop(content.insert(name.to_owned(), json!(text))),
                None if is_required => return Err(format!("its `{name}` was not read")),
                None => {}
            }
        }
        Ok(json!({kind.create_step(): content}))
    }

    /// Undoes changes of memberships and fields; `created` is the command that makes the account again.
    fn change_back(&mut self, created: Option<usize>, draft: &mut UndoDraft) {
        let (mut steps, mut memberships) = self.membership_steps(created.is_some());
        let (update, fields) = self.update();
        if self.person.fields.id.is_none() && created.is_none() {
            if !steps.is_empty() || !update.is_empty() {
                self.left.push("the account is not among the active users, or was never read".to_owned());
            }
            return;
        }
        if !update.is_empty() {
            steps.push(json!({ "update": update }));
        }
        let mut after: Vec<_> = created.into_iter().collect();
        for piece in steps.chunks(STEPS_PER_COMMAND) {
            let account = match created {
                Some(_) => self.absent_account(std::mem::take(&mut memberships)),
                None => self.account(std::mem::take(&mut memberships), fields.clone()),
            };
            let number = draft.push(self.command(piece.to_vec()), vec![account], after.clone(), self.now);
            after.push(number);
        }
    }

    /// The steps that undo changes of memberships, the last change first, and the memberships as they are now.
    fn membership_steps(&mut self, is_new: bool) -> (Vec<Value>, BTreeMap<String, MembershipBefore>) {
        let mut pairs: Vec<_> = self.person.groups.values().collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.place));
        let mut memberships = BTreeMap::new();
        let mut changes: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut unseen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for pair in pairs {
            let group = pair.group.as_str();
            let is_plain = self.now.is_plain(group);
            let step = match pair.inverse(is_plain) {
                MembershipInverse::Nothing => continue,
                MembershipInverse::None(why) => {
                    unseen.entry(why).or_default().push(group);
                    continue;
                }
                MembershipInverse::Add if self.is_still_in(group) => continue,
                MembershipInverse::Add => "add",
                MembershipInverse::Remove => "remove",
            };
            if !self.now.has(group) {
                unseen.entry("the group is no longer there").or_default().push(group);
                continue;
            }
            if NOT_GIVEN.contains(&fold(group).as_str()) {
                unseen.entry("the API cannot change this role").or_default().push(group);
                continue;
            }
            let before = match step {
                "remove" => MembershipBefore::Direct,
                _ if is_plain || is_new => MembershipBefore::Absent,
                // Somebody may be a member of a profile through a user group, beside what was taken away.
                _ => MembershipBefore::Unknown,
            };
            memberships.insert(group.to_owned(), before);
            match changes.last_mut() {
                Some((known, groups)) if *known == step && groups.len() < NAMES_PER_LIST => {
                    groups.push(group);
                }
                _ => changes.push((step, vec![group])),
            }
        }
        let reasons = unseen.into_iter().map(|(why, groups)| format!("{}: {why}", groups.join(", ")));
        self.left.extend(reasons);
        let steps = changes.into_iter().map(|(step, groups)| json!({step: {"group": groups}}));
        (steps.collect(), memberships)
    }

    /// Whether somebody who was removed from all groups at once is in this one nevertheless.
    fn is_still_in(&self, group: &str) -> bool {
        let user = self.found.filter(|_| self.person.lost_all_groups && self.now.is_plain(group));
        user.is_some_and(|user| user.is_in(group))
    }

    /// The fields to give back, and these fields as they are now.
    fn update(&mut self) -> (Map<String, Value>, BTreeMap<String, Option<String>>) {
        let (mut update, mut now) = (Map::new(), BTreeMap::new());
        for field in UPDATED_FIELDS {
            let Some(current) = self.person.changed.get(field) else { continue };
            match self.person.then(field) {
                Some(earlier) if earlier == current => {}
                Some(earlier) => {
                    update.insert(field.to_owned(), json!(earlier));
                    now.insert(field.to_owned(), Some(current.clone()));
                }
                // A username that is not recorded was the e-mail.
                None if field == "username" && self.person.fields.id.is_some() => {
                    if let Some(email) = self.person.then("email") {
                        update.insert(field.to_owned(), json!(email));
                        now.insert(field.to_owned(), Some(current.clone()));
                    }
                }
                None => self.left.push(format!("the earlier `{field}` was not read")),
            }
        }
        (update, now)
    }

    /// A command about exactly this account.
    fn command(&self, steps: Vec<Value>) -> Value {
        let person = self.person;
        let kind = person.kind();
        let email = person.now("email");
        let mut command = match (email, person.now("username")) {
            (None, Some(username)) => json!({"user": username, "domain": person.fields.domain}),
            (email, _) => json!({"user": email.unwrap_or(&person.name)}),
        };
        if let Some(kind) = kind.filter(|_| command["user"].as_str().is_some_and(|name| name.contains('@'))) {
            command["useAdobeID"] = json!(kind == IdentityType::AdobeId);
        }
        command["do"] = Value::Array(steps);
        command
    }

    /// The account as the plan has to find it.
    fn account(
        &self,
        memberships: BTreeMap<String, MembershipBefore>,
        fields: BTreeMap<String, Option<String>>,
    ) -> AccountBefore {
        let (name, domain) = name_to_read(self.person);
        AccountBefore { name, domain, id: self.person.fields.id.clone(), fields, memberships }
    }

    /// An account that the plan must not find.
    fn absent_account(&self, memberships: BTreeMap<String, MembershipBefore>) -> AccountBefore {
        let (name, domain) = name_to_read(self.person);
        // With the domain, since an Adobe ID may have the same address.
        let own = self.person.fields.domain.clone();
        let domain = domain.or(own).or_else(|| name.rsplit_once('@').map(|(_, domain)| domain.to_owned()));
        AccountBefore { name, domain, id: None, fields: BTreeMap::new(), memberships }
    }
}

impl UndoDraft {
    /// Adds a command; returns its number.
    fn push(
        &mut self,
        command: Value,
        accounts: Vec<AccountBefore>,
        after: impl IntoIterator<Item = usize>,
        now: &OrganizationNow,
    ) -> usize {
        let number = self.commands.len() + 1;
        let names = accounts.iter().flat_map(|account| account.memberships.keys());
        let names: BTreeSet<_> = names.filter(|name| !name.starts_with(ADMIN_GROUP)).cloned().collect();
        let groups = names.into_iter().map(|name| (name.clone(), now.number(&name))).collect();
        let mut command = PlanCommand::new(number, command, StateBefore { accounts, groups });
        command.after = after.into_iter().collect();
        self.commands.push(command);
        number
    }
}

/// Deletes the user groups that the run made, unless somebody else has added people to them.
fn delete_created(run: &RunReplay, now: &OrganizationNow, draft: &mut UndoDraft) {
    for name in run.created.iter().rev() {
        let mut leave = |why: &str| {
            draft.left.push(UndoLeftover { who: name.clone(), why: why.to_owned() });
        };
        let Some(group) = now.groups.get(&fold(name)) else {
            leave("the user group that the run made is no longer there");
            continue;
        };
        let is_given = |person: &&PersonState| {
            let pair = person.groups.get(&fold(name));
            pair.is_some_and(|pair| pair.after == super::membership_pair::MembershipAfter::Added)
        };
        let given = run.people.iter().filter(is_given).count();
        let members = group.member_count.and_then(|count| usize::try_from(count).ok());
        if members.is_none_or(|members| members > given) {
            leave(
                "the run made the user group, and it has other members by now; delete it yourself if nobody needs it",
            );
            continue;
        }
        let is_of_group = |command: &&PlanCommand| {
            let mut accounts = command.before.accounts.iter();
            accounts.any(|account| account.memberships.keys().any(|key| fold(key) == fold(name)))
        };
        let earlier: Vec<_> = draft.commands.iter().filter(is_of_group).map(|one| one.number).collect();
        let groups = [(name.clone(), group.group_id)].into();
        let json = json!({"usergroup": name, "do": [{"deleteUserGroup": {}}]});
        let number = draft.commands.len() + 1;
        let mut command = PlanCommand::new(number, json, StateBefore { accounts: Vec::new(), groups });
        command.after = earlier;
        draft.commands.push(command);
    }
}

/// Gives user groups their earlier names, the last renamed first.
fn rename_groups(renamed: &[(String, String)], now: &OrganizationNow, draft: &mut UndoDraft) {
    let (mut made, mut freed) = (BTreeSet::new(), BTreeSet::new());
    let mut earlier: Vec<usize> = Vec::new();
    for (old, new) in renamed.iter().rev() {
        let is_there = made.contains(&fold(new)) || now.groups.contains_key(&fold(new));
        let is_taken =
            now.groups.contains_key(&fold(old)) && !freed.contains(&fold(old)) && fold(old) != fold(new);
        if !is_there || is_taken {
            let why = if is_there {
                format!("there is another group called {old}")
            } else {
                format!("it was renamed from {old}, and is no longer there")
            };
            draft.left.push(UndoLeftover { who: new.clone(), why });
            continue;
        }
        let command = json!({"usergroup": new, "do": [{"updateUserGroup": {"name": old}}]});
        let groups = [new, old].into_iter().map(|name| (name.clone(), now.number(name))).collect();
        let number = draft.commands.len() + 1;
        let mut command = PlanCommand::new(number, command, StateBefore { accounts: Vec::new(), groups });
        command.after.clone_from(&earlier);
        draft.commands.push(command);
        earlier.push(number);
        made.insert(fold(old));
        freed.insert(fold(new));
    }
}
