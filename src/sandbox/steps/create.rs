//! The steps that create an account (contract 3.2, 4.3).

use super::person::{check_username, rename};
use super::{CommandRun, text};
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::countries;
use crate::sandbox::domains::{self, SandboxDomain};
use crate::sandbox::ids::PersonId;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::wire::command::CommandStep;
use crate::wire::error_code;
use crate::wire::identity::{Identity, IdentityType, fold};
use crate::wire::step::OPTIONS;
use crate::wire::subject::CommandSubject;

impl CommandRun<'_> {
    pub(crate) fn create(&mut self, step: &CommandStep) -> StepResult {
        let kind = IdentityType::ALL.into_iter().find(|kind| kind.create_step() == step.name);
        let Some(kind) = kind else {
            return refuse(error_code::STEP_UNKNOWN, format!("there is no step `{}`", step.name));
        };
        let email = text(step, "email").unwrap_or_default();
        if let Some(country) = text(step, "country").filter(|country| !countries::is_served(country)) {
            return refuse(error_code::COUNTRY_INVALID, format!("The country {country} is not valid"));
        }
        match kind {
            IdentityType::AdobeId => self.create_adobe_id(step, email),
            _ => self.create_managed(step, kind, email),
        }
    }

    fn create_adobe_id(&mut self, step: &CommandStep, email: &str) -> StepResult {
        if !self.rules.switches.adobe_ids {
            return refuse(error_code::TYPE_NOT_AVAILABLE, "The organization cannot have Adobe IDs");
        }
        let domain = domains::of_email(email);
        if domains::find(&domain).is_some_and(|domain| domain.enforced) {
            return refuse(error_code::DOMAIN_ENFORCEMENT, format!("Adobe IDs are not allowed in {domain}"));
        }
        let mut holders = self.org.people.with_email(&fold(email));
        let existing = holders.find(|(_, person)| !person.is_managed()).map(|(id, _)| id);
        drop(holders);
        match existing {
            Some(id) => return self.resolve_existing(id, step, true),
            None => self.make(step, IdentityType::AdobeId, None, &domain),
        }
        Ok(())
    }

    fn create_managed(&mut self, step: &CommandStep, kind: IdentityType, email: &str) -> StepResult {
        let CommandSubject::User { user, domain, .. } = self.subject else { return Ok(()) };
        let name = domain.clone().unwrap_or_else(|| domains::of_email(email));
        let claim = domains::claimed(&name)?;
        if claim.kind != kind {
            return refuse(
                error_code::TYPE_MISMATCH,
                format!(
                    "The domain {} belongs to a directory of the type {}",
                    claim.name,
                    claim.kind.as_str()
                ),
            );
        }
        let username = (fold(user) != fold(email)).then_some(user.as_str());
        check_username(claim.name, username.unwrap_or(email), email)?;
        if let Some(id) = self.existing(user, claim, email)? {
            return self.resolve_existing(id, step, claim.ours);
        }
        if !claim.ours {
            return refuse(
                error_code::NOT_PARENT_ORG,
                format!("The domain {} belongs to another organization", claim.name),
            );
        }
        self.make(step, kind, username, claim.name);
        Ok(())
    }

    /// The managed account of that name; an error if the name and the e-mail belong to two accounts.
    fn existing(&self, user: &str, claim: &SandboxDomain, email: &str) -> StepResult<Option<PersonId>> {
        let (people, name) = (&self.org.people, fold(user));
        let plain = !name.contains('@');
        let by_name = if plain {
            people.find(&Identity::named(user, Some(claim.name), false)).map(|(id, _)| id)
        } else {
            people.with_username(&name).next().map(|(id, _)| id)
        };
        let by_email = people.with_email(&fold(email)).find(|(_, person)| person.is_managed());
        match (by_name, by_email.map(|(id, _)| id)) {
            (Some(one), Some(other)) if one != other => {
                refuse(error_code::NAME_IN_USE, format!("The username {user} is in use"))
            }
            (None, Some(_)) if plain => {
                refuse(error_code::EMAIL_IN_USE, format!("The email {email} is in use"))
            }
            (one, other) => Ok(one.or(other)),
        }
    }

    /// A create step for an existing account: `option` decides.
    fn resolve_existing(&mut self, id: PersonId, step: &CommandStep, ours: bool) -> StepResult {
        let Some(person) = self.org.people.get(id) else { return Ok(()) };
        match person.standing {
            AccountStanding::Active | AccountStanding::Disabled => {}
            AccountStanding::Invited => {
                return refuse(error_code::ALREADY_INVITED, format!("{} has been invited", person.email));
            }
            AccountStanding::Elsewhere if ours => {
                return refuse(
                    error_code::BELONGS_TO_ANOTHER_ORG,
                    format!("{} belongs to another organization", person.email),
                );
            }
            AccountStanding::Left | AccountStanding::Elsewhere => {
                self.return_to_org(id);
                return Ok(());
            }
        }
        let option = text(step, "option");
        if option.is_none() {
            return refuse(
                error_code::ALREADY_IN_ORG,
                format!("{} is in the organization already", self.subject.name()),
            );
        }
        let managed = person.is_managed();
        self.person = Some(id);
        if option == Some(OPTIONS[1]) && managed && !self.test {
            self.org.people.change(id, |person| rename(person, step));
            self.org.touch();
        }
        Ok(())
    }

    fn return_to_org(&mut self, id: PersonId) {
        self.person = Some(id);
        self.created = true;
        if let Some(person) = self.org.people.get_mut(id).filter(|_| !self.test) {
            person.standing = AccountStanding::Active;
            self.org.touch();
        }
    }

    fn make(&mut self, step: &CommandStep, kind: IdentityType, username: Option<&str>, domain: &str) {
        self.created = true;
        if self.test {
            return;
        }
        let mut person = SandboxAccount {
            kind,
            email: text(step, "email").unwrap_or_default().into(),
            username: username.map(Into::into),
            domain: domain.into(),
            firstname: None,
            lastname: None,
            country: text(step, "country").map(Into::into),
            standing: AccountStanding::Active,
            groups: Vec::new(),
            extra: None,
        };
        rename(&mut person, step);
        self.person = Some(self.org.add_person(person));
    }
}
