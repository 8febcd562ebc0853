//! Counting in a loop.

use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::query::counter::Counter;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, NativeCallContext};

/// Lists: counting in a loop.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[expect(clippy::missing_errors_doc, reason = "some fail only at an interrupt, which no script can catch")]
#[export_module]
pub mod functions {
    /// Returns a new counter, for a loop that reads users once without keeping them.
    ///
    /// It works like `counts[key] = (counts[key] ?? 0) + 1` on a map, but is much faster. For a list in a variable,
    /// `count_by` is faster still.
    ///
    /// # Example
    /// ```rhai
    /// let groups = counter();
    /// for user in get_users() {
    ///     if user.type == "federatedID" { groups.add_all(user.groups); }
    /// }
    /// for row in groups.rows() { print(`${row.count} ${row.key}`); }
    /// ```
    pub fn counter() -> Counter {
        Counter::default()
    }

    /// Adds 1 to the count of a value: a string, a number, a list as one value, or `()`.
    ///
    /// # Errors
    /// `usage` for a value that is not data.
    ///
    /// # Example
    /// ```rhai
    /// let types = counter();
    /// for user in get_users() { types.add(user.type); }
    /// print(types.rows());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn add(context: NativeCallContext, counter: &mut Counter, value: Dynamic) -> RhaiResultOf<()> {
        counter.add(&value).at(&context)
    }

    /// Adds 1 to the count of every entry of a list.
    ///
    /// # Errors
    /// `usage` for an entry that is not data.
    ///
    /// # Example
    /// ```rhai
    /// let groups = counter();
    /// for user in get_users() { groups.add_all(user.groups); }
    /// print(groups.get("Photoshop"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn add_all(context: NativeCallContext, counter: &mut Counter, list: Array) -> RhaiResultOf<()> {
        session(&context).and_then(|session| counter.add_all(&list, session.interrupt())).at(&context)
    }

    /// Returns the number of times a value was counted.
    ///
    /// # Errors
    /// `usage` for a value that is not data.
    ///
    /// # Example
    /// ```rhai
    /// let countries = counter();
    /// for user in get_users() { countries.add(user.country); }
    /// print(countries.get("DE"));
    /// ```
    #[rhai_fn(name = "get", pure, return_raw)]
    pub fn get_count(context: NativeCallContext, counter: &mut Counter, value: Dynamic) -> RhaiResultOf<i64> {
        counter.count(&value).map(|count| i64::try_from(count).unwrap_or(i64::MAX)).at(&context)
    }

    /// Returns rows `#{key, count}`, the highest count first, equal counts by key.
    ///
    /// # Example
    /// ```rhai
    /// let domains = counter();
    /// for user in get_users() { domains.add(user.domain); }
    /// table(domains.rows());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn rows(context: NativeCallContext, counter: &mut Counter) -> RhaiResultOf<Array> {
        session(&context).and_then(|session| counter.rows(session.interrupt())).at(&context)
    }
}

#[cfg(test)]
mod tests {
    use crate::values::record_list::tests::ListTest;
    use serde_json::json;

    #[test]
    fn a_loop_counts_what_count_by_counts() {
        let mut test = ListTest::new();
        for (loop_code, field) in [
            ("c.add(user.country)", "country"),
            ("c.add_all(user.groups)", "groups"),
            ("c.add(user.type)", "type"),
        ] {
            let rows =
                test.json(&format!("let c = counter(); for user in users {{ {loop_code}; }} c.rows()"));
            assert_eq!(rows, test.json(&format!("users.count_by(\"{field}\")")), "{field}");
        }
    }

    #[test]
    fn equal_values_have_one_count() {
        let code = r#"let c = counter(); c.add_all(["a", 1, "a", 1.0, (), [1]]); c.add("a");
            [c.get("a"), c.get(1), c.get(()), c.get([1]), c.get("b")]"#;
        assert_eq!(ListTest::new().json(code), json!([3, 2, 1, 1, 0]));
        assert_eq!(
            ListTest::new().json("let c = counter(); c.add(7); `${c}`"),
            json!(r#"[{"count":1,"key":7}]"#)
        );
    }

    #[test]
    fn values_that_are_not_data_are_not_counted() {
        assert!(ListTest::new().message("counter().add(|x| x)").contains("not data"));
    }
}
