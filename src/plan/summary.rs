//! What a plan changes, for people: by person, by profile, by cause of doubt.

use crate::plan::file::{PlanFile, PlanOrigin};
use crate::plan::plan_command::PlanCommand;
use crate::wire::identity::fold;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// Action requests that the service accepts in a minute.
const REQUESTS_PER_MINUTE: usize = 10;
/// Commands in one of them.
const COMMANDS_PER_REQUEST: usize = 10;

/// What a plan changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanSummary {
    /// A row for each person and group that changes, in the order of the plan.
    pub people: Vec<SubjectChange>,
    /// The causes of doubt, and how many commands rest on each.
    pub doubts: Vec<CauseOfDoubt>,
    /// How many commands are sent.
    pub planned: usize,
    /// How many commands would fail, or are refused before.
    pub failing: usize,
    /// How many commands cannot be undone.
    pub irreversible: usize,
    /// How many of the commands that are sent rest on something that is not known.
    pub uncertain: usize,
    /// How many requests they take at most.
    pub requests: usize,
    /// How many minutes they take at least.
    pub minutes: usize,
    /// The options that `apply` needs besides `--live`.
    pub options: Vec<&'static str>,
}

/// How a person or a group changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubjectChange {
    /// The name in the commands.
    pub name: String,
    /// Such as `created +All Apps -Stock`.
    pub changes: String,
    /// `planned`, `irreversible` or `would_fail`, the worst of its commands.
    pub status: &'static str,
    /// What that rests on.
    pub rests_on: Vec<String>,
}

/// Something that is not known, and what rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseOfDoubt {
    /// Such as `group may be read-only`.
    pub cause: String,
    /// How many commands rest on it.
    pub commands: usize,
    /// The first people or groups of these commands.
    pub examples: Vec<String>,
}

/// How many examples of a cause are named.
const EXAMPLES: usize = 3;

impl PlanSummary {
    /// The summary of a plan.
    pub fn of(plan: &PlanFile) -> Self {
        let sent: Vec<_> = plan.commands.iter().filter(|command| command.is_planned()).collect();
        let requests = sent.len().div_ceil(COMMANDS_PER_REQUEST);
        let deletes = |command: &&PlanCommand| command.command.to_string().contains("\"deleteAccount\":true");
        Self {
            people: people(plan),
            doubts: doubts(&plan.commands),
            planned: sent.len(),
            failing: plan.commands.len() - sent.len() + plan.refused.len(),
            irreversible: sent.iter().filter(|command| command.irreversible.is_some()).count(),
            uncertain: sent.iter().filter(|command| !command.prediction.rests_on.is_empty()).count(),
            requests,
            minutes: requests.div_ceil(REQUESTS_PER_MINUTE),
            options: if sent.iter().any(deletes) { vec!["--allow-delete"] } else { Vec::new() },
        }
    }
}

/// The whole plan as JSON for programs: its summary and its commands.
pub fn to_json(plan: &PlanFile, summary: &PlanSummary) -> Value {
    json!({
        "organization": plan.organization,
        "profile": plan.profile,
        "made": plan.made.to_string(),
        "origin": origin(plan),
        "reason": plan.reason,
        "summary": summary,
        "profiles": profile_rows(plan),
        "commands": command_rows(plan),
        "refused": plan.refused,
        "files": plan.files,
        "listings": plan.listings,
    })
}

/// What a plan was made from, in words.
pub fn origin(plan: &PlanFile) -> String {
    match &plan.origin {
        PlanOrigin::Script { script, arguments, .. } => std::iter::once(script.name.as_str())
            .chain(arguments.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" "),
        PlanOrigin::Undo { run } => format!("undo of {run}"),
    }
}

/// A row for each command, with the same fields in each.
pub fn command_rows(plan: &PlanFile) -> Vec<Value> {
    let row = |command: &PlanCommand| {
        json!({
            "number": command.number,
            "target": command.target(),
            "changes": changes_of(&command.command).into_iter().map(|(_, change)| change).collect::<Vec<_>>().join(" "),
            "status": command.status(),
            "code": command.prediction.code,
            "message": command.prediction.message.as_ref().or(command.irreversible.as_ref()),
            "rests_on": command.prediction.rests_on.iter().cloned().collect::<Vec<_>>().join("; "),
            "source": command.source,
        })
    };
    plan.commands.iter().map(row).collect()
}

/// A row for each profile whose members change.
pub fn profile_rows(plan: &PlanFile) -> Vec<Value> {
    let row = |profile: &crate::plan::file::ProfileForecast| {
        json!({
            "profile": profile.name,
            "before": profile.before,
            "after": profile.after,
            "quota": profile.quota,
            "without_license": profile.without_license(),
        })
    };
    plan.profiles.iter().map(row).collect()
}

fn people(plan: &PlanFile) -> Vec<SubjectChange> {
    let mut rows: Vec<SubjectChange> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for command in &plan.commands {
        for (name, change) in changes_of(&command.command) {
            let place = *places.entry(fold(&name)).or_insert_with(|| {
                rows.push(SubjectChange {
                    name,
                    changes: String::new(),
                    status: "planned",
                    rests_on: Vec::new(),
                });
                rows.len() - 1
            });
            let Some(row) = rows.get_mut(place) else { continue };
            if !row.changes.is_empty() {
                row.changes.push(' ');
            }
            row.changes.push_str(&change);
            row.status = worse(row.status, command.status());
            let new = command.prediction.rests_on.iter().filter(|cause| !row.rests_on.contains(cause));
            let new: Vec<_> = new.cloned().collect();
            row.rests_on.extend(new);
        }
    }
    rows
}

fn worse(one: &'static str, other: &'static str) -> &'static str {
    let rank =
        |status: &str| ["planned", "irreversible", "would_fail"].iter().position(|known| *known == status);
    if rank(other) > rank(one) { other } else { one }
}

fn doubts(commands: &[PlanCommand]) -> Vec<CauseOfDoubt> {
    let mut causes: BTreeMap<&str, CauseOfDoubt> = BTreeMap::new();
    for command in commands {
        for cause in &command.prediction.rests_on {
            let entry = causes.entry(cause).or_insert_with(|| CauseOfDoubt {
                cause: cause.clone(),
                commands: 0,
                examples: Vec::new(),
            });
            entry.commands += 1;
            let target = command.target().to_owned();
            if entry.examples.len() < EXAMPLES && !entry.examples.contains(&target) {
                entry.examples.push(target);
            }
        }
    }
    let mut causes: Vec<_> = causes.into_values().collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.commands));
    causes
}

/// The people and groups that a command changes, and how.
pub fn changes_of(command: &Value) -> Vec<(String, String)> {
    let steps = command.get("do").and_then(Value::as_array).into_iter().flatten();
    let steps = steps.filter_map(Value::as_object).flatten();
    if let Some(user) = command.get("user").and_then(Value::as_str) {
        let words: Vec<_> =
            steps.map(|(name, value)| person_change(name, value)).filter(|word| !word.is_empty()).collect();
        return vec![(user.to_owned(), words.join(" "))];
    }
    let Some(group) = command.get("usergroup").and_then(Value::as_str) else { return Vec::new() };
    steps.flat_map(|(name, value)| group_changes(group, name, value)).collect()
}

fn person_change(step: &str, value: &Value) -> String {
    match step {
        "addAdobeID" | "createEnterpriseID" | "createFederatedID" => "created".to_owned(),
        "update" => {
            let fields = value.as_object().into_iter().flatten();
            let fields = fields.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
            fields.collect::<Vec<_>>().join(" ")
        }
        "add" => signed("+", value),
        "remove" if value.as_str() == Some("all") => "-all groups".to_owned(),
        "remove" => signed("-", value),
        "removeFromOrg" if value.get("deleteAccount") == Some(&Value::Bool(true)) => {
            "account deleted".to_owned()
        }
        "removeFromOrg" => "leaves the organization".to_owned(),
        other => other.to_owned(),
    }
}

fn group_changes(group: &str, step: &str, value: &Value) -> Vec<(String, String)> {
    let own = |change: String| vec![(group.to_owned(), change)];
    let sign = if step == "add" { "+" } else { "-" };
    match step {
        "createUserGroup" => own("group created".to_owned()),
        "deleteUserGroup" => own("group deleted".to_owned()),
        "updateUserGroup" => match value.get("name").and_then(Value::as_str) {
            Some(name) => own(format!("renamed to {name}")),
            None => own("description changed".to_owned()),
        },
        "add" | "remove" => {
            let users = strings(value.get("user")).into_iter().map(|user| (user, format!("{sign}{group}")));
            let profiles =
                ["productConfiguration", "product"].into_iter().flat_map(|key| strings(value.get(key)));
            users.chain(profiles.map(|profile| (group.to_owned(), format!("{sign}{profile}")))).collect()
        }
        other => own(other.to_owned()),
    }
}

fn signed(sign: &str, lists: &Value) -> String {
    let keys = ["group", "product", "productConfiguration"];
    let names = keys.into_iter().flat_map(|key| strings(lists.get(key)));
    names.map(|name| format!("{sign}{name}")).collect::<Vec<_>>().join(" ")
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_words() {
        let of = |command: Value| changes_of(&command);
        let pair = |name: &str, change: &str| (name.to_owned(), change.to_owned());
        let create = json!({"createFederatedID": {"email": "a@example.com"}});
        assert_eq!(
            of(
                json!({"user": "a@example.com", "do": [create, {"add": {"group": ["X", "Y"]}}, {"remove": {"group": ["Z"]}}]})
            ),
            [pair("a@example.com", "created +X +Y -Z")]
        );
        assert_eq!(
            of(
                json!({"usergroup": "G", "do": [{"add": {"user": ["a", "b"], "productConfiguration": ["P"]}}]})
            ),
            [pair("a", "+G"), pair("b", "+G"), pair("G", "+P")]
        );
        assert_eq!(
            of(json!({"user": "a", "do": [{"removeFromOrg": {"deleteAccount": true}}]})),
            [pair("a", "account deleted")]
        );
    }
}
