//! What a change means for listings that were read before it. Pure.

use crate::client::hooks::ActionRequest;
use crate::store::listed_change::{ChangedPerson, ListedChange};
use crate::wire::command::{Command, CommandStep};
use crate::wire::identity::{IdentityType, fold};
use crate::wire::step::{StepRemoval, SubjectKind};
use crate::wire::subject::CommandSubject;

/// How the names of admin groups begin; they come into being with their first member.
const ADMIN_GROUP: char = '_';
/// The domain that selects Adobe IDs in a look-up (contract 2.4).
const ADOBE_ID_DOMAIN: &str = "AdobeID";

/// What a request concerns. What cannot be read as commands may concern everything.
pub(super) fn listed_change_of(request: &ActionRequest) -> ListedChange {
    let mut change = ListedChange {
        everything: request.body.is_some() || request.commands.is_empty(),
        ..ListedChange::default()
    };
    for sent in &request.commands {
        match sent.content.command() {
            Some(command) => change.add(of_command(command)),
            None => change.everything = true,
        }
    }
    change
}

fn of_command(command: &Command) -> ListedChange {
    let mut change = ListedChange {
        // Whom an unknown step concerns is not known.
        everything: command.specs().count() != command.steps.len(),
        ..ListedChange::default()
    };
    match command.subject.kind() {
        SubjectKind::User => add_person(command, &mut change),
        SubjectKind::Group => add_group(command, &mut change),
    }
    change
}

fn add_person(command: &Command, change: &mut ListedChange) {
    let domain = match &command.subject {
        CommandSubject::User { domain, .. } => domain.as_deref(),
        CommandSubject::Group { .. } => None,
    };
    let makes_adobe_id = |step: &CommandStep| step.name == IdentityType::AdobeId.create_step();
    let is_adobe_id =
        command.subject.use_adobe_id() == Some(true) || command.steps.iter().any(makes_adobe_id);
    let person = |name: &str| -> ChangedPerson {
        let domain = if is_adobe_id { Some(ADOBE_ID_DOMAIN) } else { domain.filter(|_| !name.contains('@')) };
        (fold(name), domain.map(str::to_owned))
    };
    change.people.insert(person(command.subject.name()));
    for step in &command.steps {
        let names = ["email", "username"].into_iter().filter_map(|field| step.value.get(field)?.as_str());
        change.people.extend(names.map(person));
        let mut groups = step.names("group").chain(step.names("product"));
        change.groups |= groups.any(|name| name.starts_with(ADMIN_GROUP));
    }
}

fn add_group(command: &Command, change: &mut ListedChange) {
    let is_adobe_id = command.subject.use_adobe_id() == Some(true);
    let domain = is_adobe_id.then(|| ADOBE_ID_DOMAIN.to_owned());
    for (step, spec) in command.specs() {
        if spec.is_membership() {
            change.people.extend(step.names("user").map(|name| (fold(name), domain.clone())));
            // Profiles come to all members of a user group, or leave them.
            let others = step.value.as_object().into_iter().flatten().any(|(key, _)| key != "user");
            change.everything |= others;
        } else if spec.creates {
            change.groups = true;
        } else {
            // The records of all members have the old name.
            change.everything |= spec.removes == StepRemoval::Group || step.value.get("name").is_some();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn change(command: &Value) -> ListedChange {
        of_command(&Command::read(command).unwrap())
    }

    fn people(command: &Value) -> String {
        let change = change(command);
        assert!(!change.everything, "{command}");
        let names = change.people.into_iter().map(|(name, domain)| match domain {
            Some(domain) => format!("{name}/{domain}"),
            None => name,
        });
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_command_concerns_its_people_under_every_name() {
        for (command, expected) in [
            (json!({"user": "A@x.com", "do": [{"add": {"group": ["G"]}}]}), "a@x.com"),
            (json!({"user": "a", "domain": "x.com", "do": [{"remove": "all"}]}), "a/x.com"),
            (
                json!({"user": "a@x.com", "useAdobeID": true, "do": [{"removeFromOrg": {}}]}),
                "a@x.com/AdobeID",
            ),
            (json!({"user": "a@x.com", "do": [{"addAdobeID": {"email": "a@x.com"}}]}), "a@x.com/AdobeID"),
            (json!({"user": "a@x.com", "do": [{"update": {"email": "B@x.com"}}]}), "a@x.com b@x.com"),
            (json!({"usergroup": "G", "do": [{"add": {"user": ["a@x.com"]}}]}), "a@x.com"),
            (json!({"usergroup": "G", "do": [{"updateUserGroup": {"description": "D"}}]}), ""),
        ] {
            assert_eq!(people(&command), expected, "{command}");
        }
    }

    #[test]
    fn what_concerns_people_who_are_not_named_concerns_everything() {
        for command in [
            json!({"usergroup": "G", "do": [{"deleteUserGroup": {}}]}),
            json!({"usergroup": "G", "do": [{"updateUserGroup": {"name": "H"}}]}),
            json!({"usergroup": "G", "do": [{"add": {"productConfiguration": ["P"]}}]}),
            json!({"user": "a@x.com", "do": [{"somethingNew": {}}]}),
        ] {
            assert!(change(&command).everything, "{command}");
        }
    }

    #[test]
    fn groups_come_with_a_command_or_with_their_first_member() {
        for (command, comes) in [
            (json!({"usergroup": "G", "do": [{"createUserGroup": {}}]}), true),
            (json!({"user": "a@x.com", "do": [{"add": {"group": ["_admin_G"]}}]}), true),
            (json!({"user": "a@x.com", "do": [{"add": {"group": ["G"]}}]}), false),
        ] {
            assert_eq!(change(&command).groups, comes, "{command}");
        }
    }
}
