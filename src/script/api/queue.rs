//! Commands collected while a script runs and sent in full requests: the verbs of one user, on a queue.

use super::{At, RhaiResultOf, accounts, session, user_groups};
use crate::error::Result;
use crate::script::builder;
use crate::script::queue::Queue;
use crate::script::report::Report;
use crate::wire::command::Command;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};

/// A queue. Its verbs are those that send at once, and take the same arguments.
#[export_module]
pub mod functions {
    /// Begins a queue: its verbs collect commands, and every ten of them leave in one request.
    ///
    /// For changes made in a loop: 100 people a minute under the limits of the service, against 10 when each is
    /// sent at once. Any number of commands takes the same memory. `finish()` sends the rest and answers the report;
    /// so does the normal end of the script. After an error that is not caught the rest is `not_sent`.
    ///
    /// # Errors
    /// `config` when settings are missing.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// for user in get_users(#{group: "Marketing"}) {
    ///     changes.add_to_groups(user, "Designers");
    /// }
    /// print(changes.finish().completed);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn queue(context: NativeCallContext) -> RhaiResultOf<Queue> {
        session(&context).and_then(|session| Queue::begin(&session)).at(&context)
    }

    /// Adds a command that was built, or a map as the service defines it; its tag comes back with its outcome.
    ///
    /// # Errors
    /// `invalid` when a local check refuses it, `usage` when it is no command or the queue is finished.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_command(command("ben.osei@example.com").add_to_groups("Designers").tag("row 1"));
    /// print(changes.finish().outcomes[0].tag);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_command(context: NativeCallContext, queue: Queue, command: Dynamic) -> RhaiResultOf<()> {
        let asked = builder::order(queue.len(), &command);
        session(&context).and_then(|session| queue.take(&session, asked?)).at(&context)
    }

    /// Sends what is left and answers the report of all commands of the queue.
    ///
    /// It is that of `multi_action(commands)`. Of more than 10,000 commands that are done it keeps the counts alone;
    /// `--report FILE` has a row for each.
    ///
    /// # Errors
    /// `usage` when it was finished before; `auth`, `throttled` or `unavailable` when nothing could be sent.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_groups("femi.adeyemi@example.net", "Designers");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn finish(context: NativeCallContext, queue: Queue) -> RhaiResultOf<Report> {
        session(&context).and_then(|session| queue.finish(&session)).at(&context)
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn add_adobe_id(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::adobe_id(&email, [first, last, country], Map::new()))
    }

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
    #[rhai_fn(name = "add_adobe_id", volatile, return_raw)]
    pub fn add_adobe_id_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::adobe_id(&email, [first, last, country], options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn add_enterprise_id(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::enterprise_id(&email, [first, last, country], Map::new()))
    }

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
    #[rhai_fn(name = "add_enterprise_id", volatile, return_raw)]
    pub fn add_enterprise_id_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        first: &str,
        last: &str,
        country: &str,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::enterprise_id(&email, [first, last, country], options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn add_federated_id(
        context: NativeCallContext,
        queue: Queue,
        username: Dynamic,
        email: &str,
        first: &str,
        last: &str,
        country: &str,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::federated_id(&username, email, [first, last, country], Map::new()))
    }

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
    #[rhai_fn(name = "add_federated_id", volatile, return_raw)]
    pub fn add_federated_id_with(
        context: NativeCallContext,
        queue: Queue,
        username: Dynamic,
        email: &str,
        first: &str,
        last: &str,
        country: &str,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::federated_id(&username, email, [first, last, country], options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn update_account(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        fields: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::update(&email, fields))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn add_to_groups(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        names: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::membership("add_to_groups", "add", &email, &names, Map::new()))
    }

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
    #[rhai_fn(name = "add_to_groups", volatile, return_raw)]
    pub fn add_to_groups_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        names: Dynamic,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::membership("add_to_groups", "add", &email, &names, options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_from_groups(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        names: Dynamic,
    ) -> RhaiResultOf<()> {
        push(
            &context,
            &queue,
            accounts::membership("remove_from_groups", "remove", &email, &names, Map::new()),
        )
    }

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
    #[rhai_fn(name = "remove_from_groups", volatile, return_raw)]
    pub fn remove_from_groups_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        names: Dynamic,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::membership("remove_from_groups", "remove", &email, &names, options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_from_all_groups(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::clear_groups(&email, Map::new()))
    }

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
    #[rhai_fn(name = "remove_from_all_groups", volatile, return_raw)]
    pub fn remove_from_all_groups_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::clear_groups(&email, options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_from_org(context: NativeCallContext, queue: Queue, email: Dynamic) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::remove("remove_from_org", &email, false, Map::new()))
    }

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
    #[rhai_fn(name = "remove_from_org", volatile, return_raw)]
    pub fn remove_from_org_for_good(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        permanent: bool,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::remove("remove_from_org", &email, permanent, Map::new()))
    }

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
    #[rhai_fn(name = "remove_from_org", volatile, return_raw)]
    pub fn remove_from_org_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        permanent: bool,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::remove("remove_from_org", &email, permanent, options))
    }

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
    #[rhai_fn(volatile, return_raw)]
    pub fn delete_account(context: NativeCallContext, queue: Queue, email: Dynamic) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::remove("delete_account", &email, true, Map::new()))
    }

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
    #[rhai_fn(name = "delete_account", volatile, return_raw)]
    pub fn delete_account_with(
        context: NativeCallContext,
        queue: Queue,
        email: Dynamic,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, accounts::remove("delete_account", &email, true, options))
    }

    /// Queues the creation of a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `create_user_group(name)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.create_user_group("Interns 2026");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn create_user_group(context: NativeCallContext, queue: Queue, name: &str) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::create(name, Map::new()))
    }

    /// Queues the creation of a user group, with a description and a say about one that exists.
    ///
    /// # Options
    /// - `description`: what the group is for
    /// - `option`: `"ignoreIfAlreadyExists"` (the default), `"updateIfAlreadyExists"`, or `"error"`
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `create_user_group(name, options)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.create_user_group("Interns 2026", #{description: "until August"});
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(name = "create_user_group", volatile, return_raw)]
    pub fn create_user_group_with(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        options: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::create(name, options))
    }

    /// Queues a change of a user group.
    ///
    /// # Options
    /// - `name`: the new name
    /// - `description`: the new description
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `update_user_group(name, fields)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.update_user_group("Designers", #{name: "Design"});
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn update_user_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        fields: Map,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::update(name, fields))
    }

    /// Queues the deletion of a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `delete_user_group(name)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.delete_user_group("Interns");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn delete_user_group(context: NativeCallContext, queue: Queue, name: &str) -> RhaiResultOf<()> {
        push(&context, &queue, Ok(user_groups::delete(name)))
    }

    /// Queues the addition of users to a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_users_to_group(name, emails)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_users_to_group("Designers", "ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_users_to_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        emails: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "add", "user", &emails))
    }

    /// Queues the removal of users from a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_users_from_group(name, emails)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_users_from_group("Designers", "ben.osei@example.com");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_users_from_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        emails: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "remove", "user", &emails))
    }

    /// Queues the addition of product profiles to a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `add_profiles_to_group(name, profiles)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_profiles_to_group("Designers", "Photoshop");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_profiles_to_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        profiles: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "add", "productConfiguration", &profiles))
    }

    /// Queues the removal of product profiles from a user group.
    ///
    /// # Errors
    /// `usage` when the queue is finished; `invalid` when a local check refuses it; those of `remove_profiles_from_group(name, profiles)` are in the report.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_profiles_from_group("Designers", "Photoshop");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn remove_profiles_from_group(
        context: NativeCallContext,
        queue: Queue,
        name: &str,
        profiles: Dynamic,
    ) -> RhaiResultOf<()> {
        push(&context, &queue, user_groups::members(name, "remove", "productConfiguration", &profiles))
    }
}

fn push(context: &NativeCallContext, queue: &Queue, command: Result<Command>) -> RhaiResultOf<()> {
    session(context).and_then(|session| queue.push(&session, command?)).at(context)
}
