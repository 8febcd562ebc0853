//! Compares the organization with what a plan found, before its commands are sent.
//!
//! A plan that was begun changed the organization itself, so what its finished commands did counts as expected.

use crate::plan::file::PlanFile;
use crate::plan::plan_command::{AccountBefore, MembershipBefore, PlanCommand};
use crate::wire::identity::fold;
use crate::wire::user::User;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What a command must find, and what is there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDifference {
    /// The number of the command.
    pub number: usize,
    /// What is different, in words.
    pub text: String,
}

/// The name by which an account is read: an e-mail or a username, and its domain.
pub type AccountName = (String, Option<String>);

/// The organization as it is now, as far as a plan concerns it.
#[derive(Debug, Default)]
pub struct CurrentState {
    /// The accounts by the names that [`Comparison::accounts`] returns; `None` for one that is not an active user.
    pub accounts: HashMap<AccountName, Option<Arc<User>>>,
    /// The numbers of the groups of each folded name.
    pub groups: HashMap<String, Vec<i64>>,
}

/// A plan, part of which may be done.
pub struct Comparison<'p> {
    plan: &'p PlanFile,
    done: HashSet<usize>,
    expected: ExpectedState,
}

/// What finished commands of a plan did.
#[derive(Debug, Default)]
struct ExpectedState {
    accounts: HashMap<String, ExpectedAccount>,
    /// Groups that they made, renamed or deleted.
    groups: HashSet<String>,
}

#[derive(Debug, Default)]
struct ExpectedAccount {
    exists: Option<bool>,
    email: Option<String>,
    fields: BTreeMap<String, String>,
    memberships: HashMap<String, bool>,
}

impl<'p> Comparison<'p> {
    /// A plan, with the numbers of its commands that are done.
    pub fn new(plan: &'p PlanFile, done: HashSet<usize>) -> Self {
        let mut expected = ExpectedState::default();
        for command in plan.commands.iter().filter(|command| done.contains(&command.number)) {
            expected.apply(command);
        }
        Self { plan, done, expected }
    }

    /// The commands that are left to send.
    fn pending(&self) -> impl Iterator<Item = &'p PlanCommand> {
        self.plan
            .commands
            .iter()
            .filter(|command| command.is_planned() && !self.done.contains(&command.number))
    }

    /// The accounts to read, each once.
    pub fn accounts(&self) -> BTreeSet<AccountName> {
        self.pending().flat_map(|command| &command.before.accounts).map(|one| self.name_of(one)).collect()
    }

    fn name_of(&self, account: &AccountBefore) -> AccountName {
        let renamed = self.expected.accounts.get(&key(account)).and_then(|expected| expected.email.clone());
        match renamed {
            Some(email) => (email, account.domain.clone().filter(|domain| domain == "AdobeID")),
            None => (account.name.clone(), account.domain.clone()),
        }
    }

    /// Where the organization is not as the plan found it.
    pub fn differences(&self, current: &CurrentState) -> Vec<PlanDifference> {
        let mut found = Vec::new();
        for command in self.pending() {
            let accounts =
                command.before.accounts.iter().flat_map(|account| self.of_account(account, current));
            let groups = command
                .before
                .groups
                .iter()
                .filter_map(|(name, number)| self.of_group(name, *number, current));
            found.extend(accounts.chain(groups).map(|text| PlanDifference { number: command.number, text }));
        }
        found
    }

    fn of_account(&self, account: &AccountBefore, current: &CurrentState) -> Vec<String> {
        let nothing = ExpectedAccount::default();
        let expected = self.expected.accounts.get(&key(account)).unwrap_or(&nothing);
        let name = self.name_of(account);
        let user = current.accounts.get(&name).and_then(Option::as_ref);
        let exists = expected.exists.unwrap_or(account.id.is_some());
        let name = &name.0;
        let user = match (exists, user) {
            (true, None) => return vec![format!("{name} is no longer an active user")],
            (false, Some(_)) => return vec![format!("{name} is an active user now")],
            (false, None) => return Vec::new(),
            (true, Some(user)) => user,
        };
        if let (Some(id), Some(now)) = (&account.id, &user.id)
            && **id != **now
        {
            return vec![format!("{name} is another account than before")];
        }
        let fields = account.fields.iter().filter_map(|(field, before)| {
            let before = expected.fields.get(field).or(before.as_ref());
            let now = user.text(field).map(ToString::to_string);
            let same = before.map(String::as_str).unwrap_or_default() == now.as_deref().unwrap_or_default();
            (!same).then(|| format!("{name}: the {field} was changed"))
        });
        let memberships = account.memberships.iter().filter_map(|(group, before)| {
            let before = match expected.memberships.get(&fold(group)) {
                Some(true) => MembershipBefore::Direct,
                Some(false) => MembershipBefore::Absent,
                None => *before,
            };
            match (before, user.is_in(group)) {
                (MembershipBefore::Direct, false) => Some(format!("{name} is no longer in {group}")),
                (MembershipBefore::Absent, true) => Some(format!("{name} is in {group} now")),
                // The groups of a single user may lie anywhere between direct and indirect ones.
                _ => None,
            }
        });
        fields.chain(memberships).collect()
    }

    /// A group that was deleted and made again has another number.
    fn of_group(&self, name: &str, number: Option<i64>, current: &CurrentState) -> Option<String> {
        let folded = fold(name);
        if self.expected.groups.contains(&folded) {
            return None;
        }
        let now = current.groups.get(&folded).map(Vec::as_slice).unwrap_or_default();
        match number {
            Some(_) if now.is_empty() => Some(format!("the group {name} is gone")),
            Some(number) if !now.contains(&number) => {
                Some(format!("the group {name} is another one than before"))
            }
            // An administrator's group comes into being with its first member.
            None if !now.is_empty() && !name.starts_with('_') => Some(format!("there is a group {name} now")),
            _ => None,
        }
    }
}

impl ExpectedState {
    fn apply(&mut self, command: &PlanCommand) {
        let steps = command.command.get("do").and_then(Value::as_array).into_iter().flatten();
        for (step, value) in steps.filter_map(Value::as_object).flatten() {
            match command.command.get("usergroup").and_then(Value::as_str) {
                Some(group) => self.apply_to_group(group, step, value, command),
                None => {
                    for account in &command.before.accounts {
                        self.account(account).apply(step, value);
                    }
                }
            }
        }
    }

    fn apply_to_group(&mut self, group: &str, step: &str, value: &Value, command: &PlanCommand) {
        match step {
            "add" | "remove" => {
                let named: HashSet<_> = names(value, &["user"]).map(|name| fold(&name)).collect();
                for account in &command.before.accounts {
                    if named.contains(&fold(&account.name)) || command.before.accounts.len() == named.len() {
                        self.account(account).memberships.insert(fold(group), step == "add");
                    }
                }
            }
            _ => {
                self.groups.insert(fold(group));
                let renamed = value.get("name").and_then(Value::as_str);
                self.groups.extend(renamed.map(fold));
            }
        }
    }

    fn account(&mut self, account: &AccountBefore) -> &mut ExpectedAccount {
        self.accounts.entry(key(account)).or_default()
    }
}

impl ExpectedAccount {
    fn apply(&mut self, step: &str, value: &Value) {
        match step {
            "addAdobeID" | "createEnterpriseID" | "createFederatedID" => self.exists = Some(true),
            "removeFromOrg" => {
                self.exists = Some(false);
                self.memberships.clear();
            }
            "update" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    let Some(value) = value.as_str() else { continue };
                    if name == "email" {
                        self.email = Some(value.to_owned());
                    }
                    self.fields.insert(name.clone(), value.to_owned());
                }
            }
            "add" | "remove" => {
                let groups = names(value, &["group", "product", "productConfiguration"]);
                self.memberships.extend(groups.map(|group| (fold(&group), step == "add")));
            }
            _ => {}
        }
    }
}

/// An account by its id, or by the name that nobody had.
fn key(account: &AccountBefore) -> String {
    account.id.clone().unwrap_or_else(|| format!("n:{}", fold(&account.name)))
}

fn names(value: &Value, keys: &'static [&'static str]) -> impl Iterator<Item = String> {
    let lists: Vec<_> = keys.iter().filter_map(|key| value.get(key)).cloned().collect();
    lists
        .into_iter()
        .flat_map(|list| match list {
            Value::Array(entries) => entries,
            one => vec![one],
        })
        .filter_map(|name| name.as_str().map(str::to_owned))
}
