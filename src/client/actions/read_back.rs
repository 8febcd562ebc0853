//! Finds out whether a command whose response was lost was carried out, by reading its effects back.

use crate::client::connection::Client;
use crate::client::listing::Listing;
use crate::client::listing::query::UserQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::command::{Command, CommandStep};
use crate::wire::identity::{Identity, fold};
use crate::wire::step::{ReadBack, StepSpec};
use crate::wire::subject::CommandSubject;
use crate::wire::user::User;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The domain that selects Adobe IDs in a look-up (contract 2.4).
const ADOBE_ID_DOMAIN: &str = "AdobeID";
/// The admin group that `remove: "all"` does not remove (contract 3.2).
const ORGANIZATION_ADMINS: &str = "_org_admin";

/// How the reason begins when the service did not respond.
pub(crate) const READ_BACK_FAILED: &str = "reading it back failed";

/// The result of reading a command back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadBackResult {
    /// All of its effects are visible.
    Done,
    /// None of its effects is visible.
    NotDone,
    /// Some of its effects are visible.
    Partly,
    /// It cannot be determined; the reason.
    Unclear(String),
}

/// The state a command should have left its user in, by the last step about each property.
#[derive(Debug, Default)]
pub(super) struct ExpectedState {
    created: bool,
    pub(super) absent: bool,
    fields: BTreeMap<String, String>,
    groups_in: BTreeSet<String>,
    pub(super) groups_out: BTreeSet<String>,
    all_groups_out: bool,
}

impl Client {
    /// Reads back the user or the group a command is about. Nothing is changed.
    pub async fn read_back_command(&self, command: &Command) -> ReadBackResult {
        if command.specs().count() != command.steps.len() {
            return ReadBackResult::Unclear("it has undocumented steps".to_owned());
        }
        let result = match &command.subject {
            CommandSubject::User { .. } => self.read_back_user(command).await,
            CommandSubject::Group { name, .. } => self.read_back_group(command, name).await,
        };
        result.unwrap_or_else(|error| ReadBackResult::Unclear(format!("{READ_BACK_FAILED}: {error}")))
    }

    async fn read_back_user(&self, command: &Command) -> Result<ReadBackResult> {
        let CommandSubject::User { user, domain, use_adobe_id } = &command.subject else {
            return Ok(ReadBackResult::Unclear(String::new()));
        };
        let expected = ExpectedState::of(command);
        let domain = person_domain(domain.as_deref(), *use_adobe_id);
        if let Some(new) = expected.fields.get("email").filter(|new| fold(new) != fold(user)) {
            if let Some(found) = self.find_user(new, None).await? {
                return Ok(expected.compare(Some(&found)));
            }
            return Ok(match self.find_user(user, domain).await? {
                Some(_) => ReadBackResult::NotDone,
                None => ReadBackResult::Unclear(
                    "the user was found under neither the old nor the new e-mail".to_owned(),
                ),
            });
        }
        Ok(expected.compare(self.find_user(user, domain).await?.as_deref()))
    }

    pub(super) async fn find_user(
        &self,
        user: &str,
        domain: Option<&str>,
    ) -> Result<Option<std::sync::Arc<User>>> {
        match self.get_user(user, domain).await {
            Ok(user) => Ok(Some(user)),
            Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn read_back_group(&self, command: &Command, name: &str) -> Result<ReadBackResult> {
        let mut checks = Vec::new();
        let mut name = name.to_owned();
        for (step, spec) in command.specs() {
            match spec.read_back {
                ReadBack::GroupAbsent => checks.push(self.members(&name).await?.is_none()),
                ReadBack::GroupExists => match self.renamed(step, spec, &mut name).await? {
                    Some(check) => checks.push(check),
                    None => {
                        return Ok(ReadBackResult::Unclear("a description cannot be read back".to_owned()));
                    }
                },
                ReadBack::GroupMembers => match self.membership(step, &name).await? {
                    Some(found) => checks.extend(found),
                    None => {
                        return Ok(ReadBackResult::Unclear(
                            "the profiles of a group cannot be read back".to_owned(),
                        ));
                    }
                },
                _ => return Ok(ReadBackResult::Unclear(format!("`{}` cannot be read back", step.name))),
            }
        }
        Ok(combine(&checks))
    }

    /// Whether a group exists under its name, or its new name; `None` if only its description changes.
    async fn renamed(&self, step: &CommandStep, spec: &StepSpec, name: &mut String) -> Result<Option<bool>> {
        let new = step.value.get("name").and_then(Value::as_str).filter(|_| !spec.creates);
        if let Some(new) = new {
            new.clone_into(name);
        } else if !spec.creates {
            return Ok(None);
        }
        Ok(Some(self.members(name).await?.is_some()))
    }

    /// For each user of a step, whether the membership is as expected; `None` if the step has profiles.
    async fn membership(&self, step: &CommandStep, name: &str) -> Result<Option<Vec<bool>>> {
        let others = step.value.as_object().is_none_or(|fields| fields.keys().any(|key| key != "user"));
        if others {
            return Ok(None);
        }
        let wanted = step.name == "add";
        let members = self.members(name).await?.unwrap_or_default();
        Ok(Some(step.names("user").map(|user| members.contains(&fold(user)) == wanted).collect()))
    }

    /// Every name of every member of a group; `None` if there is no such group.
    async fn members(&self, name: &str) -> Result<Option<HashSet<String>>> {
        self.members_of(UserQuery { exclude_groups: true, ..UserQuery::of_group(name) }).await
    }

    async fn members_of(&self, query: UserQuery) -> Result<Option<HashSet<String>>> {
        let mut listing = Listing::users(self.clone(), query).unobserved();
        let mut names = HashSet::new();
        loop {
            match Box::pin(listing.next_page()).await {
                Ok(Some(page)) => {
                    let all = page.iter().map(|user| Identity::of(user));
                    names.extend(all.flat_map(|who| who.names().map(str::to_owned).collect::<Vec<_>>()));
                }
                Ok(None) => return Ok(Some(names)),
                Err(error) => return not_found(error),
            }
        }
    }
}

/// The domain for the look-up of a person.
pub(super) fn person_domain(domain: Option<&str>, use_adobe_id: Option<bool>) -> Option<&str> {
    if use_adobe_id == Some(true) { Some(ADOBE_ID_DOMAIN) } else { domain }
}

fn not_found<T>(error: Error) -> Result<Option<T>> {
    if matches!(*error.kind, ErrorKind::NotFound { .. }) { Ok(None) } else { Err(error) }
}

impl ExpectedState {
    pub(super) fn of(command: &Command) -> Self {
        let mut expected = Self::default();
        command.specs().for_each(|(step, spec)| expected.step(step, spec.read_back));
        expected
    }

    fn step(&mut self, step: &CommandStep, read_back: ReadBack) {
        match read_back {
            ReadBack::UserExists => self.created = true,
            ReadBack::UserAbsent => self.absent = true,
            ReadBack::UserFields => {
                let fields = step.value.as_object().into_iter().flatten();
                let texts = fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
                self.fields.extend(texts);
            }
            ReadBack::UserInGroups => {
                for name in step.names("group").map(fold) {
                    self.groups_out.remove(&name);
                    self.groups_in.insert(name);
                }
            }
            ReadBack::UserNotInGroups if step.value.is_string() => {
                self.groups_in.clear();
                self.groups_out.clear();
                self.all_groups_out = true;
            }
            ReadBack::UserNotInGroups => {
                for name in step.names("group").map(fold) {
                    self.groups_in.remove(&name);
                    self.groups_out.insert(name);
                }
            }
            ReadBack::GroupExists | ReadBack::GroupAbsent | ReadBack::GroupMembers | ReadBack::Nowhere => {}
        }
    }

    /// Whether the user should be in no group but those that were added after.
    pub(super) fn removes_all_groups(&self) -> bool {
        self.all_groups_out
    }

    /// Whether the user should no longer be in a group, `_org_admin` included.
    pub(super) fn must_be_absent(&self, group: &str) -> bool {
        let group = fold(group);
        self.groups_out.contains(&group) || (self.all_groups_out && !self.groups_in.contains(&group))
    }

    fn compare(&self, user: Option<&User>) -> ReadBackResult {
        let Some(user) = user else {
            return if self.absent { ReadBackResult::Done } else { ReadBackResult::NotDone };
        };
        if self.absent {
            return ReadBackResult::NotDone;
        }
        let groups: HashSet<_> = user.groups().iter().map(|group| fold(group)).collect();
        let mut checks = Vec::new();
        checks.extend(self.created.then_some(true));
        checks.extend(self.fields.iter().map(|(field, value)| field_matches(user, field, value)));
        checks.extend(self.groups_in.iter().map(|name| groups.contains(name)));
        checks.extend(self.groups_out.iter().map(|name| !groups.contains(name)));
        if self.all_groups_out {
            let remaining =
                |group: &&String| !self.groups_in.contains(*group) && *group != ORGANIZATION_ADMINS;
            checks.push(!groups.iter().any(|group| remaining(&group)));
        }
        combine(&checks)
    }
}

/// E-mails and usernames are compared case-insensitively, names exactly.
fn field_matches(user: &User, field: &str, value: &str) -> bool {
    match field {
        "email" => fold(user.email.as_deref().unwrap_or_default()) == fold(value),
        "username" => fold(user.username.as_deref().unwrap_or_default()) == fold(value),
        "firstname" => user.firstname.as_deref().unwrap_or_default() == value.trim(),
        "lastname" => user.lastname.as_deref().unwrap_or_default() == value.trim(),
        _ => false,
    }
}

fn combine(checks: &[bool]) -> ReadBackResult {
    if checks.is_empty() {
        return ReadBackResult::Unclear("none of its effects can be read back".to_owned());
    }
    match (checks.iter().all(|check| *check), checks.iter().any(|check| *check)) {
        (true, _) => ReadBackResult::Done,
        (false, false) => ReadBackResult::NotDone,
        (false, true) => ReadBackResult::Partly,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arcstr::ArcStr;
    use serde_json::json;

    fn user(groups: &[&str]) -> User {
        let groups = groups.iter().map(|name| ArcStr::from(*name)).collect::<Vec<_>>();
        User {
            email: Some("a@example.com".into()),
            lastname: Some("New".into()),
            groups: Some(groups.into()),
            ..User::default()
        }
    }

    fn compare(steps: &[(&str, Value)], user: Option<&User>) -> ReadBackResult {
        let mut command = Command::user("a@example.com", None, None);
        for (name, value) in steps {
            command.push(name, value.clone());
        }
        ExpectedState::of(&command).compare(user)
    }

    #[test]
    fn memberships_are_compared_with_the_expected_ones() {
        let (add, remove) = (json!({"group": ["A", "B"]}), json!({"group": ["C"]}));
        let steps = [("add", add), ("remove", remove)];
        assert_eq!(compare(&steps, Some(&user(&["a", "B"]))), ReadBackResult::Done);
        assert_eq!(compare(&steps, Some(&user(&["A", "C"]))), ReadBackResult::Partly);
        assert_eq!(compare(&steps, Some(&user(&["c"]))), ReadBackResult::NotDone);
        assert_eq!(compare(&steps, None), ReadBackResult::NotDone);
    }

    #[test]
    fn the_last_step_about_a_group_counts() {
        let group = json!({"group": ["A"]});
        let steps = [("add", group.clone()), ("remove", json!("all")), ("add", json!({"group": ["B"]}))];
        assert_eq!(compare(&steps, Some(&user(&["B", "_org_admin"]))), ReadBackResult::Done);
        assert_eq!(compare(&steps, Some(&user(&["A", "B"]))), ReadBackResult::Partly);
        assert_eq!(
            compare(&[("add", group.clone()), ("remove", group)], Some(&user(&[]))),
            ReadBackResult::Done
        );
    }

    #[test]
    fn a_step_without_visible_effect_is_unclear() {
        let step = ("add", json!({"product": ["A"]}));
        assert!(matches!(compare(&[step], Some(&user(&["A"]))), ReadBackResult::Unclear(_)));
    }

    #[test]
    fn the_existence_and_the_fields_of_an_account_are_compared() {
        assert_eq!(
            compare(&[("addAdobeID", json!({"email": "a@example.com"}))], Some(&user(&[]))),
            ReadBackResult::Done
        );
        assert_eq!(compare(&[("removeFromOrg", json!({}))], None), ReadBackResult::Done);
        assert_eq!(compare(&[("removeFromOrg", json!({}))], Some(&user(&[]))), ReadBackResult::NotDone);
        assert_eq!(
            compare(&[("update", json!({"lastname": "New"}))], Some(&user(&[]))),
            ReadBackResult::Done
        );
        assert_eq!(
            compare(&[("update", json!({"lastname": "Old"}))], Some(&user(&[]))),
            ReadBackResult::NotDone
        );
    }
}
