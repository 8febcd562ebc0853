//! Finding, updating and removing the person that a command changes (contract 3.2, 4.5).

use super::{CommandRun, text};
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::domains::{self, LoginRule};
use crate::sandbox::ids::PersonId;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::wire::command::CommandStep;
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::subject::CommandSubject;

impl CommandRun<'_> {
    /// The number of the person that the command changes, member or not; `None` for an unknown one.
    pub(crate) fn known(&mut self) -> Option<PersonId> {
        if self.person.is_none() {
            let identity = self.subject.identity()?;
            self.person = self.org.people.find(&identity).map(|(id, _)| id);
        }
        self.person
    }

    /// The member that the command changes; `None` in test mode for an unknown person, which is not an error there.
    fn member(&mut self, mismatch: &'static str) -> StepResult<Option<PersonId>> {
        let Some(id) = self.known() else { return self.unknown(mismatch) };
        match self.org.people.get(id) {
            Some(person) if person.is_member() => Ok(Some(id)),
            Some(person)
                if person.standing == AccountStanding::Elsewhere
                    && mismatch == error_code::UPDATE_DOMAIN_MISMATCH =>
            {
                refuse(error_code::BELONGS_TO_ANOTHER_ORG, "The account belongs to another organization")
            }
            _ if self.created => Ok(None),
            _ => refuse(
                error_code::USER_NOT_IN_ORG,
                format!("User is not in the organization: {}", self.subject.name()),
            ),
        }
    }

    fn unknown(&self, mismatch: &'static str) -> StepResult<Option<PersonId>> {
        let name = self.subject.name();
        let folded = fold(name);
        if !folded.contains('@') && self.org.people.with_username(&folded).next().is_some() {
            return refuse(mismatch, format!("User {name} is not in the domain given"));
        }
        if self.test {
            return Ok(None);
        }
        let adobe = matches!(self.subject, CommandSubject::User { use_adobe_id: Some(true), .. });
        let kind = if adobe { "Adobe Id" } else { "User Id" };
        refuse(error_code::USER_NONEXISTENT, format!("{kind} does not exist: {name}"))
    }

    /// The member whose memberships a step changes.
    pub(crate) fn member_for_groups(&mut self) -> StepResult<Option<PersonId>> {
        self.member(error_code::USER_CONFLICTING)
    }

    pub(crate) fn update(&mut self, step: &CommandStep) -> StepResult {
        let Some(id) = self.member(error_code::UPDATE_DOMAIN_MISMATCH)? else {
            return Ok(());
        };
        let Some(person) = self.org.people.get(id) else { return Ok(()) };
        if !person.is_managed() {
            return refuse(error_code::UPDATE_ADOBE_ID, "An Adobe ID cannot be updated");
        }
        if domains::find(&person.domain).is_some_and(|domain| !domain.ours) {
            return refuse(
                error_code::NOT_PARENT_ORG,
                format!("The domain {} belongs to another organization", person.domain),
            );
        }
        let email = text(step, "email").filter(|email| *email != &*person.email);
        let username = text(step, "username").filter(|name| *name != &**person.username());
        if let Some(email) = email {
            self.check_new_email(id, person, email)?;
        }
        if let Some(username) = username {
            self.check_new_username(id, person, username, email)?;
        }
        if !self.test {
            self.rewrite(id, step, email, username);
        }
        Ok(())
    }

    fn check_new_email(&self, id: PersonId, person: &SandboxAccount, email: &str) -> StepResult {
        let folded = fold(email);
        if folded == fold(&person.email) {
            return refuse(error_code::UPDATE_EMAIL, "The letter case of an email cannot be changed");
        }
        let directory = |name: &str| domains::find(name).map(|domain| domain.directory);
        let (old, new) = (directory(&person.domain), directory(&domains::of_email(email)));
        let stays = old.is_some() && old == new;
        if !stays && domains::of_email(email) != domains::of_email(&person.email) {
            return refuse(
                error_code::CHANGE_DOMAIN,
                format!("The domain of {email} is not in the directory of the user"),
            );
        }
        let taken =
            self.org.people.with_email(&folded).any(|(other, holder)| other != id && holder.is_managed());
        if taken {
            return refuse(error_code::EMAIL_IN_USE, format!("The email {email} is in use"));
        }
        Ok(())
    }

    fn check_new_username(
        &self,
        id: PersonId,
        person: &SandboxAccount,
        username: &str,
        email: Option<&str>,
    ) -> StepResult {
        let email = email.unwrap_or(&person.email);
        if person.kind != IdentityType::FederatedId {
            if fold(username) == fold(email) {
                return Ok(());
            }
            return refuse(error_code::UPDATE_USERNAME, "Only the username of a Federated ID can be updated");
        }
        check_username(&person.domain, username, email)?;
        let folded = fold(username);
        let mut holders = self.org.people.with_username(&folded);
        let directory = fold(&person.domain);
        let in_directory = |holder: &SandboxAccount| {
            folded.contains('@') || crate::sandbox::accounts::in_domain(holder, &directory)
        };
        if holders.any(|(other, holder)| other != id && in_directory(holder)) {
            return refuse(error_code::NAME_IN_USE, format!("The username {username} is in use"));
        }
        Ok(())
    }

    fn rewrite(&mut self, id: PersonId, step: &CommandStep, email: Option<&str>, username: Option<&str>) {
        self.org.people.change(id, |person| {
            if let Some(email) = email {
                let follows = person.username().contains('@');
                person.email = email.into();
                if follows {
                    person.username = None; // the login name is the e-mail and changes with it (contract 3.2)
                    person.domain = domains::of_email(email).into();
                }
            }
            if let Some(username) = username {
                person.username = (fold(username) != fold(&person.email)).then(|| username.into());
            }
            rename(person, step);
        });
        self.org.touch();
    }

    /// Removes the person; of someone unknown there is nothing to remove (contract X9).
    pub(crate) fn remove_from_org(&mut self, step: &CommandStep) {
        let Some(id) = self.known().filter(|_| !self.test) else { return };
        let Some(person) = self.org.people.get(id) else { return };
        let owned = person.is_managed() && domains::find(&person.domain).is_some_and(|domain| domain.ours);
        let delete = step.value.get("deleteAccount").and_then(serde_json::Value::as_bool) == Some(true);
        let keep = match person.standing {
            AccountStanding::Elsewhere => return,
            _ if !person.is_managed() => None,
            _ if !owned => Some(AccountStanding::Elsewhere),
            _ => (!delete).then_some(AccountStanding::Left),
        };
        self.org.remove_member(id, keep);
    }
}

/// Takes over the first and last name a step gives.
pub(crate) fn rename(person: &mut SandboxAccount, step: &CommandStep) {
    if let Some(name) = text(step, "firstname") {
        person.firstname = Some(name.into());
    }
    if let Some(name) = text(step, "lastname") {
        person.lastname = Some(name.into());
    }
}

/// What the directory of a domain says of a login name.
pub(crate) fn check_username(domain: &str, username: &str, email: &str) -> StepResult {
    let illegal = |character: char| character.is_control() || r#"<>()[]\,;:""#.contains(character);
    if username.trim().is_empty() || username.contains(illegal) {
        return refuse(error_code::USER_NAME_INVALID, format!("The username {username} is not valid"));
    }
    match domains::find(domain).map(|domain| domain.login) {
        Some(LoginRule::Plain) if username.contains('@') => refuse(
            error_code::NAME_CONTAINS_EMAIL,
            format!("Users of {domain} have usernames that are not e-mail addresses"),
        ),
        Some(LoginRule::Email) if fold(username) != fold(email) => {
            refuse(error_code::MUST_MATCH_EMAIL, format!("The user {username} is not the email {email}"))
        }
        _ => Ok(()),
    }
}
