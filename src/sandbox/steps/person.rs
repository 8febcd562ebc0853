//! Finding, updating and removing the person that a command changes (contract 3.2, 4.5).

use super::CommandRun;
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::domains::{LoginRule, SandboxDomain, of_email};
use crate::sandbox::ids::PersonId;
use crate::sandbox::person_name::PersonName;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::sandbox::requested::{AccountUpdate, RequestedSubject};
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold};

impl CommandRun<'_> {
    /// The name of the person that the command changes; `None` in a command about a user group.
    fn person_name(&self) -> Option<&PersonName> {
        if let RequestedSubject::Person(name) = self.subject { Some(name) } else { None }
    }

    /// The number of the person that the command changes, member or not; `None` for an unknown one.
    fn find_person(&mut self) -> Option<PersonId> {
        if self.person.is_none() {
            let name = self.person_name()?;
            self.person = self.org.people.find(name).map(|(id, _)| id);
        }
        self.person
    }

    /// The member that the command changes; `None` in test mode for an unknown person, which is not an error there.
    /// `mismatch` is the code for a username of another domain.
    fn member(&mut self, mismatch: &'static str) -> StepResult<Option<PersonId>> {
        let Some(id) = self.find_person() else { return self.refuse_unknown(mismatch) };
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

    fn refuse_unknown(&self, mismatch: &'static str) -> StepResult<Option<PersonId>> {
        let name = self.subject.name();
        let folded = fold(name);
        if !folded.contains('@') && self.org.people.with_username(&folded).next().is_some() {
            return refuse(mismatch, format!("User {name} is not in the domain given"));
        }
        if self.test && self.created && self.rules.switches.test_mode_misses_created_users {
            return refuse(error_code::USER_NOT_FOUND, "No valid users were found in the request");
        }
        if self.test {
            return Ok(None);
        }
        if self.person_name().is_some_and(|person| person.adobe_id) {
            return refuse(error_code::USER_NONEXISTENT, format!("Adobe Id does not exist: {name}"));
        }
        refuse(error_code::USER_NONEXISTENT, format!("User Id does not exist: {name}"))
    }

    /// The member whose memberships a step changes.
    pub(crate) fn member_for_groups(&mut self) -> StepResult<Option<PersonId>> {
        self.member(error_code::USER_CONFLICTING)
    }

    pub(crate) fn update(&mut self, update: &AccountUpdate) -> StepResult {
        let Some(id) = self.member(error_code::UPDATE_DOMAIN_MISMATCH)? else {
            return Ok(());
        };
        let Some(person) = self.org.people.get(id) else { return Ok(()) };
        if !person.is_managed() {
            return refuse(error_code::UPDATE_ADOBE_ID, "An Adobe ID cannot be updated");
        }
        if self.org.people.domains.find(&person.domain).is_some_and(|domain| !domain.ours) {
            return refuse(
                error_code::NOT_PARENT_ORG,
                format!("The domain {} belongs to another organization", person.domain),
            );
        }
        let email = update.email.as_deref().filter(|email| *email != &*person.email);
        let username = update.username.as_deref().filter(|name| *name != &**person.username());
        if let Some(email) = email {
            self.check_new_email(id, person, email)?;
        }
        if let Some(username) = username {
            self.check_new_username(id, person, username, email)?;
        }
        if !self.test {
            self.rewrite(id, update, email, username);
        }
        Ok(())
    }

    /// The domain of a new e-mail must be claimed, in the directory of the account or of its old e-mail (contract 7.37,
    /// X7).
    fn check_new_email(&self, id: PersonId, person: &SandboxAccount, email: &str) -> StepResult {
        let folded = fold(email);
        if folded == fold(&person.email) {
            return refuse(error_code::UPDATE_EMAIL, "The letter case of an email cannot be changed");
        }
        let domains = &self.org.people.domains;
        let domain = domains.claimed(&of_email(email))?;
        let directory = |name: &str| domains.find(name).map(|domain| &domain.directory);
        let allowed = [directory(&person.domain), directory(&of_email(&person.email))];
        if !allowed.contains(&Some(&domain.directory)) {
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
        if username.contains('@') {
            self.org.people.domains.claimed_for(&of_email(username), person.kind)?;
        }
        let rule = self.org.people.domains.find(&person.domain);
        if let Some(rule) = rule {
            check_username(rule, username, email)?;
        }
        let folded = fold(username);
        let mut holders = self.org.people.with_username(&folded);
        let directory = fold(&person.domain);
        let in_directory =
            |holder: &SandboxAccount| folded.contains('@') || self.org.people.in_domain(holder, &directory);
        if holders.any(|(other, holder)| other != id && in_directory(holder)) {
            return refuse(error_code::NAME_IN_USE, format!("The username {username} is in use"));
        }
        Ok(())
    }

    /// Changes an account. The username of a Federated ID keeps its value when the e-mail changes (contract 7.48); the
    /// username of an Enterprise ID is its e-mail.
    fn rewrite(&mut self, id: PersonId, update: &AccountUpdate, email: Option<&str>, username: Option<&str>) {
        self.org.people.change(id, |person| {
            let old_username = person.username().clone();
            if let Some(email) = email {
                person.email = email.into();
            }
            if person.kind == IdentityType::EnterpriseId {
                person.domain = of_email(&person.email).into();
            } else {
                let username = username.map_or(old_username, Into::into);
                person.username = (fold(&username) != fold(&person.email)).then_some(username);
            }
            rename(person, update.firstname.as_deref(), update.lastname.as_deref());
        });
        self.org.touch();
    }

    /// Removes the person; for someone unknown there is nothing to remove (contract X9), except that an Adobe ID that
    /// was asked for must exist (contract 7.36).
    pub(crate) fn remove_from_organization(&mut self, delete_account: bool) -> StepResult {
        let Some(id) = self.find_person() else {
            let adobe_id = self.person_name().is_some_and(|person| person.adobe_id);
            return if adobe_id {
                self.refuse_unknown(error_code::USER_CONFLICTING).map(drop)
            } else {
                Ok(())
            };
        };
        let Some(person) = self.org.people.get(id).filter(|_| !self.test) else { return Ok(()) };
        let owned = person.is_managed()
            && self.org.people.domains.find(&person.domain).is_some_and(|domain| domain.ours);
        let keep = match person.standing {
            AccountStanding::Elsewhere => return Ok(()),
            _ if !person.is_managed() => None,
            _ if !owned => Some(AccountStanding::Elsewhere),
            _ => (!delete_account).then_some(AccountStanding::Left),
        };
        self.org.remove_member(id, keep);
        Ok(())
    }
}

/// Changes the first and last name, as far as they are given.
pub(crate) fn rename(person: &mut SandboxAccount, firstname: Option<&str>, lastname: Option<&str>) {
    if let Some(name) = firstname {
        person.firstname = Some(name.into());
    }
    if let Some(name) = lastname {
        person.lastname = Some(name.into());
    }
}

/// Checks a username against the rule of its directory.
pub(crate) fn check_username(domain: &SandboxDomain, username: &str, email: &str) -> StepResult {
    let illegal = |character: char| character.is_control() || r#"<>()[]\,;:""#.contains(character);
    if username.trim().is_empty() || username.contains(illegal) {
        return refuse(error_code::USER_NAME_INVALID, format!("The username {username} is not valid"));
    }
    match domain.login {
        LoginRule::Plain if username.contains('@') => refuse(
            error_code::NAME_CONTAINS_EMAIL,
            format!("Users of {} have usernames that are not e-mail addresses", domain.name),
        ),
        LoginRule::Email if fold(username) != fold(email) => {
            refuse(error_code::MUST_MATCH_EMAIL, format!("The user {username} is not the email {email}"))
        }
        _ => Ok(()),
    }
}
