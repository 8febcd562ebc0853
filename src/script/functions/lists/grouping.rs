//! Counting, grouping and indexing lists by a field or a function.

use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::query::grouping::{GroupBy, GroupQuery};
use crate::values::query::index::Index;
use crate::values::query::list_source;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, NativeCallContext};

/// Lists: counting and grouping.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Counts the entries for each value of a field, or for each result of a function.
    ///
    /// Returns rows `#{key, count}`, the highest count first, equal counts by key. If the value is a list such as
    /// `groups`, each of its entries is counted: a user in three groups is counted in three rows, one without groups in
    /// none. E-mails, usernames, domains and names of groups are compared ignoring case. The key of entries without a
    /// value is `()`.
    ///
    /// # Errors
    /// `usage` for an unknown field or a key that is not data; whatever the function throws; `incomplete` when a
    /// later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users();
    /// for row in users.count_by("groups") { print(`${row.count} ${row.key}`); }
    /// print(users.count_by(|user| user.email.split("@")[1]));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn count_by(context: NativeCallContext, list: &mut Dynamic, key: Dynamic) -> RhaiResultOf<Array> {
        let session = session(&context).at(&context)?;
        let list = list_source::parts(list, "count_by", &context).at(&context)?;
        let by = GroupBy::of(&key, "count_by", &context).at(&context)?;
        GroupQuery::of(by, &session, &context).count(list)
    }

    /// Groups the entries by the values of a field, or by the results of a function.
    ///
    /// Returns rows `#{key, count, items}` in the order of `count_by`. `items` is a list of the same type, with the
    /// same methods.
    ///
    /// # Errors
    /// As `count_by`.
    ///
    /// # Example
    /// ```rhai
    /// for row in get_users().group_by("domain") {
    ///     print(`${row.key}: ${row.items.map(|user| user.email).join(", ")}`);
    /// }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn group_by(context: NativeCallContext, list: &mut Dynamic, key: Dynamic) -> RhaiResultOf<Array> {
        let session = session(&context).at(&context)?;
        let list = list_source::open(list, "group_by", &context).at(&context)?;
        let by = GroupBy::of(&key, "group_by", &context).at(&context)?;
        GroupQuery::of(by, &session, &context).group(&*list)
    }

    /// Returns an index: the list of entries for each value of a field, or for each result of a function.
    ///
    /// It reads like a map. Each key holds all of its entries: two accounts with the same e-mail are a list of two.
    /// E-mails, usernames, domains and names of groups become keys in lower case, trimmed of spaces, and are found in
    /// any case. Other results of a function are used unchanged. Entries without a value are skipped.
    ///
    /// # Errors
    /// As `count_by`; `usage` for keys that are neither strings nor numbers.
    ///
    /// # Example
    /// ```rhai
    /// let by_email = get_users().index_by("email");
    /// let found = by_email["Ben.Osei@example.com"];
    /// if found != () { print(found[0].lastname); }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn index_by(context: NativeCallContext, list: &mut Dynamic, key: Dynamic) -> RhaiResultOf<Index> {
        let session = session(&context).at(&context)?;
        let list = list_source::open(list, "index_by", &context).at(&context)?;
        let by = GroupBy::of(&key, "index_by", &context).at(&context)?;
        GroupQuery::of(by, &session, &context).index(&*list)
    }
}
