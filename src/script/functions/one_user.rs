//! Changes of one person, sent at once.

use crate::changes::report::Report;
use crate::changes::steps;
use crate::changes::steps::AccountFields;
use crate::changes::submit::carry_out_one;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::options::CallOptions;
use crate::values::user_ref;
use crate::values::user_ref::UserReference;
use crate::wire::command::Command;
use crate::wire::identity::IdentityType;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};
use serde_json::json;

/// One user. Each function sends one command at once and answers its report.
#[export_module]
pub mod functions {
    /// Adds someone's Adobe ID to the organization.
    ///
    /// An Adobe ID that is a member already is left as it is.
    ///
    /// # Errors
    /// `invalid` when a local check refuses it, `commands` when the service does, `unknown` when the answer was lost.
    ///
    /// # Example
    /// ```rhai
    /// let report = add_adobe_id("new.person@example.com", "New", "Person", "US");
    /// print(report.result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_adobe_id(
        context: NativeCallContext,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
    ) -> RhaiResultOf<Report> {
        add_adobe_id_with(context, email, first, last, country, Map::new())
    }

    /// Adds someone's Adobe ID to the organization, with a say about one that exists.
    ///
    /// # Options
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`; an account that exists, when `option` says so.
    ///
    /// # Example
    /// ```rhai
    /// add_adobe_id("new.person@example.com", "New", "Person", "US", #{option: "error"});
    /// ```
    #[rhai_fn(name = "add_adobe_id", volatile, return_raw)]
    pub fn add_adobe_id_with(
        context: NativeCallContext,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, adobe_id(&email, [first, last, country], options))
    }

    /// Creates an Enterprise ID in a claimed domain.
    ///
    /// An account that is a member already is left as it is.
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// add_enterprise_id("new.person@example.org", "New", "Person", "US");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_enterprise_id(
        context: NativeCallContext,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
    ) -> RhaiResultOf<Report> {
        add_enterprise_id_with(context, email, first, last, country, Map::new())
    }

    /// Creates an Enterprise ID in a claimed domain, with a say about one that exists.
    ///
    /// # Options
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country, options)`.
    ///
    /// # Example
    /// ```rhai
    /// add_enterprise_id("new.person@example.org", "New", "Name", "US", #{option: "updateIfAlreadyExists"});
    /// ```
    #[rhai_fn(name = "add_enterprise_id", volatile, return_raw)]
    pub fn add_enterprise_id_with(
        context: NativeCallContext,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, enterprise_id(&email, [first, last, country], options))
    }

    /// Creates a Federated ID in a claimed domain.
    ///
    /// `username` is what the person signs in with: the e-mail, another name that looks like one, or a plain name,
    /// whose domain is then that of the e-mail. An account that is a member already is left as it is.
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// let email = "new.person@fed.example.com";
    /// add_federated_id(email, email, "New", "Person", "US");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_federated_id(
        context: NativeCallContext,
        username: Dynamic,
        email: &str,
        first: &str,
        last: &str,
        country: &str,
    ) -> RhaiResultOf<Report> {
        add_federated_id_with(context, username, email, first, last, country, Map::new())
    }

    /// Creates a Federated ID in a claimed domain, with a say about its domain and about one that exists.
    ///
    /// # Options
    /// - `domain`: domain of a `username` that is no e-mail; that of the e-mail when left out
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country, options)`.
    ///
    /// # Example
    /// ```rhai
    /// let email = "new.person@fed.example.com";
    /// add_federated_id(email, email, "New", "Name", "US", #{option: "updateIfAlreadyExists"});
    /// ```
    #[rhai_fn(name = "add_federated_id", volatile, return_raw)]
    pub fn add_federated_id_with(
        context: NativeCallContext,
        username: Dynamic,
        email: &str,
        first: &str,
        last: &str,
        country: &str,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, federated_id(&username, email, [first, last, country], options))
    }

    /// Changes an account's e-mail, username or names.
    ///
    /// Adobe IDs cannot be changed, nor can a country. A change of letter case alone is refused by the service.
    ///
    /// # Options
    /// - `email`: the new e-mail, in a claimed domain of the same directory
    /// - `username`: the new username of a Federated ID
    /// - `firstname`: the new first name
    /// - `lastname`: the new last name
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID of that e-mail
    ///
    /// # Errors
    /// `usage` when no field is given; those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// update_account("ben.osei@example.com", #{lastname: "Osei-Bonsu"});
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn update_account(context: NativeCallContext, email: Dynamic, fields: Map) -> RhaiResultOf<Report> {
        send(&context, update(&email, fields))
    }

    /// Adds someone to user groups, product profiles and admin groups.
    ///
    /// One name or a list of names; more than ten are sent in several steps.
    ///
    /// # Errors
    /// `usage` when no group is named; those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// add_to_groups("ben.osei@example.com", ["Designers", "Photoshop"]);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_to_groups(context: NativeCallContext, email: Dynamic, names: Dynamic) -> RhaiResultOf<Report> {
        add_to_groups_with(context, email, names, Map::new())
    }

    /// Adds someone to groups, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// Those of `add_to_groups(email, names)`.
    ///
    /// # Example
    /// ```rhai
    /// add_to_groups("femi.adeyemi@example.net", "Designers", #{use_adobe_id: true});
    /// ```
    #[rhai_fn(name = "add_to_groups", volatile, return_raw)]
    pub fn add_to_groups_with(
        context: NativeCallContext,
        email: Dynamic,
        names: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, membership("add_to_groups", "add", &email, &names, options))
    }

    /// Removes someone from user groups, product profiles and admin groups.
    ///
    /// One name or a list of names. The organization's own admins (`_org_admin`) are managed in the Admin Console.
    ///
    /// # Errors
    /// Those of `add_to_groups(email, names)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_groups("ben.osei@example.com", "Designers");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_from_groups(
        context: NativeCallContext,
        email: Dynamic,
        names: Dynamic,
    ) -> RhaiResultOf<Report> {
        remove_from_groups_with(context, email, names, Map::new())
    }

    /// Removes someone from groups, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// Those of `add_to_groups(email, names)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_groups("femi.adeyemi@example.net", "Designers", #{use_adobe_id: true});
    /// ```
    #[rhai_fn(name = "remove_from_groups", volatile, return_raw)]
    pub fn remove_from_groups_with(
        context: NativeCallContext,
        email: Dynamic,
        names: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, membership("remove_from_groups", "remove", &email, &names, options))
    }

    /// Removes someone from every user group, product profile and admin role.
    ///
    /// The person stays in the organization, without licences. The role of an organization's admin stays.
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_all_groups("ben.osei@example.com");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_from_all_groups(context: NativeCallContext, email: Dynamic) -> RhaiResultOf<Report> {
        remove_from_all_groups_with(context, email, Map::new())
    }

    /// Removes someone from every group, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_all_groups("femi.adeyemi@example.net", #{use_adobe_id: true});
    /// ```
    #[rhai_fn(name = "remove_from_all_groups", volatile, return_raw)]
    pub fn remove_from_all_groups_with(
        context: NativeCallContext,
        email: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, clear_groups(&email, options))
    }

    /// Removes someone from the organization; the account stays in its directory and can be added again.
    ///
    /// The service answers success even for someone it does not know.
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_org("ben.osei@example.com");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_from_org(context: NativeCallContext, email: Dynamic) -> RhaiResultOf<Report> {
        send(&context, remove("remove_from_org", &email, false, Map::new()))
    }

    /// Removes someone from the organization and, if `permanent`, deletes the account with its assets for good.
    ///
    /// Adobe IDs belong to the person and are never deleted.
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_org("ben.osei@example.com", false);
    /// ```
    #[rhai_fn(name = "remove_from_org", volatile, return_raw)]
    pub fn remove_from_org_for_good(
        context: NativeCallContext,
        email: Dynamic,
        permanent: bool,
    ) -> RhaiResultOf<Report> {
        send(&context, remove("remove_from_org", &email, permanent, Map::new()))
    }

    /// Removes someone from the organization, the account of a domain or the Adobe ID; the account stays.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_org("femi.adeyemi@example.net", #{use_adobe_id: true});
    /// ```
    #[rhai_fn(name = "remove_from_org", volatile, return_raw)]
    pub fn remove_from_org_of(
        context: NativeCallContext,
        email: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, remove("remove_from_org", &email, false, options))
    }

    /// Removes someone from the organization, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// remove_from_org("femi.adeyemi@example.net", false, #{use_adobe_id: true});
    /// ```
    #[rhai_fn(name = "remove_from_org", volatile, return_raw)]
    pub fn remove_from_org_with(
        context: NativeCallContext,
        email: Dynamic,
        permanent: bool,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, remove("remove_from_org", &email, permanent, options))
    }

    /// Removes someone from the organization and deletes the account with its assets, permanently.
    ///
    /// Nothing brings it back. The same as `remove_from_org(email, true)`.
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// delete_account("ben.osei@example.com");
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn delete_account(context: NativeCallContext, email: Dynamic) -> RhaiResultOf<Report> {
        send(&context, remove("delete_account", &email, true, Map::new()))
    }

    /// Deletes an account permanently, with a say about which one is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID, which is removed from the organization but never deleted
    ///
    /// # Errors
    /// Those of `add_adobe_id(email, first, last, country)`.
    ///
    /// # Example
    /// ```rhai
    /// delete_account("femi.adeyemi@example.net", #{use_adobe_id: true});
    /// ```
    #[rhai_fn(name = "delete_account", volatile, return_raw)]
    pub fn delete_account_with(
        context: NativeCallContext,
        email: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Report> {
        send(&context, remove("delete_account", &email, true, options))
    }
}

/// The fields of an account that can change (contract 3.2).
pub(crate) const UPDATABLE: &[&str] = &["email", "username", "firstname", "lastname"];

fn send(context: &NativeCallContext, command: Result<Command>) -> RhaiResultOf<Report> {
    session(context).and_then(|session| carry_out_one(&session, command?)).at(context)
}

/// The command of `add_adobe_id`; `names` are the first name, the last name and the country.
pub(crate) fn adobe_id(email: &Dynamic, names: [&str; 3], options: Map) -> Result<Command> {
    let options = CallOptions::new("add_adobe_id", options, &["option"])?;
    let person = UserReference { use_adobe_id: Some(true), ..UserReference::of(email, &options)? };
    add(&person, IdentityType::AdobeId, &account(person.name.clone(), names), &options)
}

/// The command of `add_enterprise_id`; `names` are the first name, the last name and the country.
pub(crate) fn enterprise_id(email: &Dynamic, names: [&str; 3], options: Map) -> Result<Command> {
    let options = CallOptions::new("add_enterprise_id", options, &["option"])?;
    let person = UserReference::of(email, &options)?;
    add(&person, IdentityType::EnterpriseId, &account(person.name.clone(), names), &options)
}

/// The command of `add_federated_id`; `names` are the first name, the last name and the country.
pub(crate) fn federated_id(
    username: &Dynamic,
    email: &str,
    names: [&str; 3],
    options: Map,
) -> Result<Command> {
    let options = CallOptions::new("add_federated_id", options, &["domain", "option"])?;
    let mut person = UserReference::of(username, &options)?;
    person.domain = steps::federated_domain(&person.name, person.domain.take(), email);
    add(&person, IdentityType::FederatedId, &account(email.to_owned(), names), &options)
}

/// The command of `add_to_groups` and `remove_from_groups`, by the name of its step.
pub(crate) fn membership(
    function: &'static str,
    step: &str,
    email: &Dynamic,
    names: &Dynamic,
    options: Map,
) -> Result<Command> {
    let mut command = begin(function, email, options)?;
    command.membership(step, "group", &steps::some_names(names, "group")?);
    Ok(command)
}

/// The command of `remove_from_all_groups`.
pub(crate) fn clear_groups(email: &Dynamic, options: Map) -> Result<Command> {
    let mut command = begin("remove_from_all_groups", email, options)?;
    command.push("remove", json!("all"));
    Ok(command)
}

fn account(email: String, [first, last, country]: [&str; 3]) -> AccountFields {
    AccountFields {
        email,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        country: country.to_owned(),
    }
}

fn add(
    person: &UserReference,
    kind: IdentityType,
    account: &AccountFields,
    options: &CallOptions,
) -> Result<Command> {
    let mut command = person.command();
    steps::create(&mut command, kind, account, steps::existing(options)?);
    Ok(command)
}

fn begin(function: &'static str, person: &Dynamic, options: Map) -> Result<Command> {
    let options = CallOptions::new(function, options, &user_ref::OPTIONS)?;
    Ok(UserReference::of(person, &options)?.command())
}

/// The command of `update_account`.
pub(crate) fn update(person: &Dynamic, fields: Map) -> Result<Command> {
    let options = CallOptions::new("update_account", fields, &[UPDATABLE, &user_ref::OPTIONS].concat())?;
    let mut command = UserReference::of(person, &options)?.command();
    push_update(&mut command, &options)?;
    Ok(command)
}

/// Appends the step that changes the account.
pub(crate) fn push_update(command: &mut Command, options: &CallOptions) -> Result<()> {
    let fields = steps::fields(options, UPDATABLE)?;
    if fields.is_empty() {
        let hint = format!("It changes {}.", UPDATABLE.join(", "));
        return Err(Error::usage_with_hint("update_account is given nothing to change", hint));
    }
    command.push("update", fields.into());
    Ok(())
}

/// The command of `remove_from_org` and `delete_account`.
pub(crate) fn remove(
    function: &'static str,
    person: &Dynamic,
    permanent: bool,
    options: Map,
) -> Result<Command> {
    let mut command = begin(function, person, options)?;
    command.push("removeFromOrg", json!({ "deleteAccount": permanent }));
    Ok(command)
}
