//! The steps that create an account (contract 3.2, 4.3).

use super::CommandRun;
use super::person::{check_username, rename};
use crate::sandbox::accounts::{AccountStanding, SandboxAccount};
use crate::sandbox::countries;
use crate::sandbox::domains::{DomainTable, SandboxDomain, of_email};
use crate::sandbox::ids::PersonId;
use crate::sandbox::person_name::PersonName;
use crate::sandbox::refusal::{StepResult, refuse};
use crate::sandbox::requested::{ExistingSubject, NewAccount, RequestedSubject};
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold};

impl CommandRun<'_> {
    pub(crate) fn create(&mut self, account: &NewAccount) -> StepResult {
        let RequestedSubject::Person(name) = self.subject else { return Ok(()) };
        if let Some(country) = account.country.as_deref().filter(|country| !countries::is_served(country)) {
            return refuse(error_code::COUNTRY_INVALID, format!("The country {country} is not valid"));
        }
        match account.kind {
            IdentityType::AdobeId => self.create_adobe_id(account),
            _ => self.create_managed(account, name),
        }
    }

    fn create_adobe_id(&mut self, account: &NewAccount) -> StepResult {
        if !self.rules.switches.adobe_ids {
            return refuse(error_code::TYPE_NOT_AVAILABLE, "The organization cannot have Adobe IDs");
        }
        let domain = of_email(&account.email);
        if self.org.people.domains.find(&domain).is_some_and(|domain| domain.enforced) {
            return refuse(error_code::DOMAIN_ENFORCEMENT, format!("Adobe IDs are not allowed in {domain}"));
        }
        if let Some(id) = self.adobe_id(&account.email) {
            return self.resolve_existing(id, account, true);
        }
        self.add_account(account, None, &domain);
        Ok(())
    }

    /// The Adobe ID of an e-mail, member or not.
    fn adobe_id(&self, email: &str) -> Option<PersonId> {
        let name = PersonName { adobe_id: true, ..PersonName::email(email) };
        self.org.people.find(&name).map(|(id, _)| id)
    }

    fn create_managed(&mut self, account: &NewAccount, name: &PersonName) -> StepResult {
        if name.adobe_id {
            return self.refuse_adobe_id(account, name);
        }
        let (of_username, of_email) = claimed_domains(&self.org.people.domains, account, name)?;
        let username = (name.folded() != fold(&account.email)).then_some(name.name.as_str());
        check_username(&of_username, username.unwrap_or(&account.email), &account.email)?;
        if let Some(id) = self.managed_account(name, &of_username, &account.email)? {
            return self.resolve_existing(id, account, of_username.ours);
        }
        if let Some(foreign) = [&of_username, &of_email].into_iter().find(|domain| !domain.ours) {
            let message = format!("The domain {} belongs to another organization", foreign.name);
            return refuse(error_code::NOT_PARENT_ORG, message);
        }
        if self.is_hidden_by_adobe_id(account) {
            return Ok(());
        }
        self.add_account(account, username, &of_username.name);
        Ok(())
    }

    /// A command about an Adobe ID creates no managed account (contract 7.36).
    fn refuse_adobe_id(&self, account: &NewAccount, name: &PersonName) -> StepResult {
        if self.adobe_id(&name.name).is_none() {
            return refuse(error_code::USER_NONEXISTENT, format!("Adobe Id does not exist: {}", name.name));
        }
        let message = format!("The command is about an Adobe ID, not about the {}", account.kind.as_str());
        refuse(error_code::TYPE_MISMATCH, message)
    }

    /// Whether the step succeeds and creates nothing, because an Adobe ID has the e-mail (contract 7.44).
    fn is_hidden_by_adobe_id(&self, account: &NewAccount) -> bool {
        let federated = account.kind == IdentityType::FederatedId;
        let hides = self.rules.switches.adobe_id_hides_federated_create;
        hides && federated && self.adobe_id(&account.email).is_some()
    }

    /// The managed account of that name; an error if the name and the e-mail belong to two accounts.
    fn managed_account(
        &self,
        name: &PersonName,
        directory: &SandboxDomain,
        email: &str,
    ) -> StepResult<Option<PersonId>> {
        let people = &self.org.people;
        let by_name = if name.is_email() {
            people.with_username(&name.folded()).next()
        } else {
            people.find(&PersonName::username(&name.name, &directory.name))
        };
        let by_email = people.with_email(&fold(email)).find(|(_, person)| person.is_managed());
        match (by_name.map(|(id, _)| id), by_email.map(|(id, _)| id)) {
            (Some(one), Some(other)) if one != other => {
                refuse(error_code::NAME_IN_USE, format!("The username {} is in use", name.name))
            }
            (None, Some(_)) if !name.is_email() => {
                refuse(error_code::EMAIL_IN_USE, format!("The email {email} is in use"))
            }
            (one, other) => Ok(one.or(other)),
        }
    }

    /// A create step for an existing account: its standing and the field `option` decide.
    fn resolve_existing(&mut self, id: PersonId, account: &NewAccount, ours: bool) -> StepResult {
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
                self.return_to_organization(id);
                return Ok(());
            }
        }
        let managed = person.is_managed();
        if account.existing == ExistingSubject::Refuse {
            let message = format!("{} is in the organization already", self.subject.name());
            return refuse(error_code::ALREADY_IN_ORG, message);
        }
        self.person = Some(id);
        if account.existing == ExistingSubject::Update && managed && !self.test {
            self.org.people.change(id, |person| {
                rename(person, account.firstname.as_deref(), account.lastname.as_deref());
            });
            self.org.touch();
        }
        Ok(())
    }

    fn return_to_organization(&mut self, id: PersonId) {
        self.person = Some(id);
        self.created = true;
        if let Some(person) = self.org.people.get_mut(id).filter(|_| !self.test) {
            person.standing = AccountStanding::Active;
            self.org.touch();
        }
    }

    fn add_account(&mut self, account: &NewAccount, username: Option<&str>, domain: &str) {
        self.created = true;
        if self.test {
            return;
        }
        let mut person = SandboxAccount {
            kind: account.kind,
            email: account.email.as_str().into(),
            username: username.map(Into::into),
            domain: domain.into(),
            firstname: None,
            lastname: None,
            country: account.country.as_deref().map(Into::into),
            standing: AccountStanding::Active,
            groups: Vec::new(),
            extra: None,
            service_id: None,
        };
        rename(&mut person, account.firstname.as_deref(), account.lastname.as_deref());
        self.person = Some(self.org.add_person(person));
    }
}

/// The domains of the username and of the e-mail. Both must be claimed, in a directory of the account's type
/// (contract 7.37).
fn claimed_domains(
    domains: &DomainTable,
    account: &NewAccount,
    name: &PersonName,
) -> StepResult<(SandboxDomain, SandboxDomain)> {
    let of_username = match &name.domain {
        Some(domain) => domain.clone(),
        None => of_email(&name.name),
    };
    let of_username = domains.claimed_for(&of_username, account.kind)?;
    let of_email = domains.claimed_for(&of_email(&account.email), account.kind)?;
    Ok((of_username, of_email))
}
