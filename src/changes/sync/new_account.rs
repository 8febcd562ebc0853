//! The account for a row that has none.

use crate::changes::steps::{self, AccountFields};
use crate::changes::sync::account_index::{DomainNames, name_here};
use crate::changes::sync::row_text::first_of;
use crate::values::user_ref::UserReference;
use crate::wire::command::Command;
use crate::wire::identity::{IdentityType, looks_like_email};
use crate::wire::step::OPTIONS;
use rhai::Dynamic;
use serde::Deserialize;

/// The spellings of columns with the fields of an account.
const EMAILS: &[&str] = &["email", "mail", "emailaddress", "userprincipalname", "upn"];
const USERNAMES: &[&str] = &["username", "upn", "userprincipalname", "user"];
const FIRST_NAMES: &[&str] = &["firstname", "givenname"];
const LAST_NAMES: &[&str] = &["lastname", "surname", "sn", "familyname"];
const COUNTRIES: &[&str] = &["country", "countrycode", "usagelocation", "c"];
const DOMAINS: &[&str] = &["domain"];
const TYPES: &[&str] = &["type", "identitytype"];

/// What the operator says about new accounts, where a row says nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateOptions {
    /// `federatedID`, `enterpriseID` or `adobeID`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Two letters.
    pub(crate) country: Option<String>,
    /// What to do if the account exists: one of the service's two values, or `error`.
    pub(crate) option: Option<String>,
}

impl CreateOptions {
    /// The type of accounts for rows that name none.
    ///
    /// # Errors
    /// It is not known.
    pub(crate) fn identity_type(&self) -> Result<IdentityType, String> {
        identity_type(self.kind.as_deref().unwrap_or_default(), IdentityType::FederatedId)
    }
}

fn identity_type(text: &str, fallback: IdentityType) -> Result<IdentityType, String> {
    if text.is_empty() {
        return Ok(fallback);
    }
    IdentityType::parse(text)
        .ok_or_else(|| format!("the type `{text}` is not valid; write federatedID, enterpriseID or adobeID"))
}

/// The command that creates the account of a row, without groups.
///
/// # Errors
/// Why the row is not enough for an account.
pub(crate) fn command(
    row: &Dynamic,
    options: &CreateOptions,
    domains: &DomainNames,
) -> Result<Command, String> {
    let text = |spellings: &[&str]| first_of(row, spellings).unwrap_or_default();
    let kind = identity_type(&text(TYPES), options.identity_type()?)?;
    let email = here(&text(EMAILS), domains);
    if !looks_like_email(&email) {
        return Err("the row has no e-mail address for a new account".to_owned());
    }
    let username = Some(here(&text(USERNAMES), domains)).filter(|name| !name.is_empty());
    let name = username.filter(|_| kind == IdentityType::FederatedId).unwrap_or_else(|| email.clone());
    let domain = Some(text(DOMAINS)).filter(|domain| !domain.is_empty() && !name.contains('@'));
    let country = Some(text(COUNTRIES)).filter(|country| !country.is_empty());
    let account = AccountFields {
        first_name: text(FIRST_NAMES),
        last_name: text(LAST_NAMES),
        country: country.or_else(|| options.country.clone()).unwrap_or_default(),
        email,
    };
    let option = match options.option.as_deref() {
        Some("error") => None,
        Some(option) => {
            Some(OPTIONS.iter().find(|known| **known == option).copied().ok_or_else(|| {
                format!("`option` is one of {} and error, not `{option}`", OPTIONS.join(", "))
            })?)
        }
        None => Some(OPTIONS[0]),
    };
    let domain = steps::federated_domain(&name, domain, &account.email);
    let mut command = UserReference { name, domain, ..UserReference::default() }.command();
    steps::create(&mut command, kind, &account, option);
    Ok(command)
}

/// The address here; the case of the file is kept where nothing changes.
fn here(name: &str, domains: &DomainNames) -> String {
    let known = name_here(name, domains);
    if known == crate::wire::identity::fold_name(name) { name.to_owned() } else { known }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Map;

    fn json(entries: &[(&str, &str)], options: &CreateOptions) -> Result<String, String> {
        let row: Dynamic = entries
            .iter()
            .map(|(key, value)| ((*key).into(), Dynamic::from((*value).to_owned())))
            .collect::<Map>()
            .into();
        let domains = DomainNames::from([("corp.local".to_owned(), "corp.com".to_owned())]);
        command(&row, options, &domains).map(|command| command.to_json().to_string())
    }

    #[test]
    fn a_row_becomes_an_account_with_what_the_operator_says_for_the_rest() {
        let options = CreateOptions { country: Some("DE".into()), ..CreateOptions::default() };
        let made = json(
            &[("UserPrincipalName", "Ann@corp.local"), ("GivenName", "Ann"), ("Surname", "Lee")],
            &options,
        );
        assert_eq!(
            made.unwrap(),
            r#"{"user":"ann@corp.com","do":[{"createFederatedID":{"email":"ann@corp.com","country":"DE","firstname":"Ann","lastname":"Lee","option":"ignoreIfAlreadyExists"}}]}"#
        );
        let blank =
            json(&[("type", ""), ("mail", "A@x.com"), ("username", "a")], &CreateOptions::default()).unwrap();
        assert!(blank.contains("createFederatedID") && blank.contains(r#""domain":"x.com""#), "{blank}");
        let enterprise =
            json(&[("type", "enterpriseID"), ("mail", "a@x.com"), ("username", "a")], &options).unwrap();
        assert!(enterprise.starts_with(r#"{"user":"a@x.com","do":[{"createEnterpriseID""#), "{enterprise}");
        assert!(json(&[("upn", "ann")], &options).is_err());
        assert!(json(&[("mail", "a@x.com"), ("type", "work")], &options).unwrap_err().contains("`work`"));
    }
}
