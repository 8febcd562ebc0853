//! The verbs of one user, on a queue.

use super::verb_macro::{push, queued};
use crate::changes::queue::Queue;
use crate::host::binding::RhaiResultOf;
use crate::script::functions::one_user;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};

queued! {
    /// One user, queued.

    /// Queues the addition of someone's Adobe ID.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_adobe_id(email, first, last, country)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_adobe_id("new.person@example.com", "New", "Person", "US");
    /// print(changes.finish().result);
    /// ```
    add_adobe_id as "add_adobe_id" (email: Dynamic, first: &str, last: &str, country: &str) =>
        one_user::adobe_id(&email, [first, last, country], Map::new());

    /// Queues the addition of someone's Adobe ID, with a say about one that exists.
    ///
    /// # Options
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_adobe_id(email, first, last, country, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_adobe_id("new.person@example.com", "New", "Person", "US", #{option: "updateIfAlreadyExists"});
    /// print(changes.finish().result);
    /// ```
    add_adobe_id_with as "add_adobe_id" (email: Dynamic, first: &str, last: &str, country: &str, options: Map) =>
        one_user::adobe_id(&email, [first, last, country], options);

    /// Queues the creation of an Enterprise ID.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_enterprise_id(email, first, last, country)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_enterprise_id("new.person@example.org", "New", "Person", "US");
    /// print(changes.finish().result);
    /// ```
    add_enterprise_id as "add_enterprise_id" (email: Dynamic, first: &str, last: &str, country: &str) =>
        one_user::enterprise_id(&email, [first, last, country], Map::new());

    /// Queues the creation of an Enterprise ID, with a say about one that exists.
    ///
    /// # Options
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_enterprise_id(email, first, last, country, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_enterprise_id("new.person@example.org", "New", "Person", "US", #{option: "updateIfAlreadyExists"});
    /// print(changes.finish().result);
    /// ```
    add_enterprise_id_with as "add_enterprise_id" (email: Dynamic, first: &str, last: &str, country: &str, options: Map) =>
        one_user::enterprise_id(&email, [first, last, country], options);

    /// Queues the creation of a Federated ID.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_federated_id(username, email, first, last, country)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_federated_id("new@fed.example.com", "new@fed.example.com", "New", "Person", "US");
    /// print(changes.finish().result);
    /// ```
    add_federated_id as "add_federated_id" (username: Dynamic, email: &str, first: &str, last: &str, country: &str) =>
        one_user::federated_id(&username, email, [first, last, country], Map::new());

    /// Queues the creation of a Federated ID, with a say about its domain and about one that exists.
    ///
    /// # Options
    /// - `domain`: domain of a `username` that is no e-mail; that of the e-mail when left out
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_federated_id(username, email, first, last, country, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_federated_id("new@fed.example.com", "new@fed.example.com", "New", "Name", "US", #{option: "error"});
    /// print(changes.finish().result);
    /// ```
    #[expect(clippy::too_many_arguments, reason = "those of the verb that sends at once")]
    add_federated_id_with as "add_federated_id" (username: Dynamic, email: &str, first: &str, last: &str, country: &str, options: Map) =>
        one_user::federated_id(&username, email, [first, last, country], options);

    /// Queues a change of an account's e-mail, username or names.
    ///
    /// # Options
    /// - `email`: the new e-mail
    /// - `username`: the new username of a Federated ID
    /// - `firstname`: the new first name
    /// - `lastname`: the new last name
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `update_account(email, fields)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.update_account("ben.osei@example.com", #{lastname: "Osei-Bonsu"});
    /// print(changes.finish().result);
    /// ```
    update_account as "update_account" (email: Dynamic, fields: Map) => one_user::update(&email, fields);

    /// Queues the addition of someone to groups.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_to_groups(email, names)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_to_groups("ben.osei@example.com", "Designers");
    /// print(changes.finish().result);
    /// ```
    add_to_groups as "add_to_groups" (email: Dynamic, names: Dynamic) =>
        one_user::membership("add_to_groups", "add", &email, &names, Map::new());

    /// Queues the addition of someone to groups, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_to_groups(email, names, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_to_groups("femi.adeyemi@example.net", "Designers", #{use_adobe_id: true});
    /// print(changes.finish().result);
    /// ```
    add_to_groups_with as "add_to_groups" (email: Dynamic, names: Dynamic, options: Map) =>
        one_user::membership("add_to_groups", "add", &email, &names, options);

    /// Queues the removal of someone from groups.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_groups(email, names)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_groups("ben.osei@example.com", "Designers");
    /// print(changes.finish().result);
    /// ```
    remove_from_groups as "remove_from_groups" (email: Dynamic, names: Dynamic) =>
        one_user::membership("remove_from_groups", "remove", &email, &names, Map::new());

    /// Queues the removal of someone from groups, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_groups(email, names, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_groups("femi.adeyemi@example.net", "Designers", #{use_adobe_id: true});
    /// print(changes.finish().result);
    /// ```
    remove_from_groups_with as "remove_from_groups" (email: Dynamic, names: Dynamic, options: Map) =>
        one_user::membership("remove_from_groups", "remove", &email, &names, options);

    /// Queues the removal of someone from every group, profile and admin role.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_all_groups(email)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_all_groups("ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    remove_from_all_groups as "remove_from_all_groups" (email: Dynamic) =>
        one_user::clear_groups(&email, Map::new());

    /// Queues the removal of someone from every group, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_all_groups(email, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_all_groups("femi.adeyemi@example.net", #{use_adobe_id: true});
    /// print(changes.finish().result);
    /// ```
    remove_from_all_groups_with as "remove_from_all_groups" (email: Dynamic, options: Map) =>
        one_user::clear_groups(&email, options);

    /// Queues the removal of someone from the organization.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_org(email)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_org("ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    remove_from_org as "remove_from_org" (email: Dynamic) =>
        one_user::remove("remove_from_org", &email, false, Map::new());

    /// Queues the removal of someone from the organization and, if `permanent`, the deletion of the account.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_org(email, permanent)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_org("ben.osei@example.com", false);
    /// print(changes.finish().result);
    /// ```
    remove_from_org_for_good as "remove_from_org" (email: Dynamic, permanent: bool) =>
        one_user::remove("remove_from_org", &email, permanent, Map::new());

    /// Queues the removal of someone from the organization, with a say about which account is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_from_org(email, permanent, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_org("femi.adeyemi@example.net", false, #{use_adobe_id: true});
    /// print(changes.finish().result);
    /// ```
    remove_from_org_with as "remove_from_org" (email: Dynamic, permanent: bool, options: Map) =>
        one_user::remove("remove_from_org", &email, permanent, options);

    /// Queues the permanent deletion of an account.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `delete_account(email)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.delete_account("ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    delete_account as "delete_account" (email: Dynamic) =>
        one_user::remove("delete_account", &email, true, Map::new());

    /// Queues the permanent deletion of an account, with a say about which one is meant.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail
    /// - `use_adobe_id`: true means the Adobe ID where a managed account has the same e-mail
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `delete_account(email, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.delete_account("femi.adeyemi@example.net", #{use_adobe_id: true});
    /// print(changes.finish().result);
    /// ```
    delete_account_with as "delete_account" (email: Dynamic, options: Map) =>
        one_user::remove("delete_account", &email, true, options);
}
