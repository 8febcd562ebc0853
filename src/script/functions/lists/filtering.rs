//! Filtering, mapping and sorting lists.

use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::query::array_list::ArrayView;
use crate::values::query::callback::{ListCallback, ListComparison, parameters};
use crate::values::query::grouping::{GroupBy, GroupQuery};
use crate::values::query::list_source;
use crate::values::query::list_view::ListView;
use crate::values::query::sort::merge_sort;
use crate::values::query::where_clause;
use crate::values::record_list::RecordList;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, FnPtr, Map, NativeCallContext};

/// Lists: choosing and ordering.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Returns the entries for which a function returns true.
    ///
    /// The result is a list of the same type. The function takes the entry, or the entry and its index. If it only uses
    /// fields, constants, captured variables, comparisons, `&&`, `||`, `!`, `in`, `contains`, `if`, `+`, `-`, string
    /// templates, `to_lower`, `to_upper` and `trim`, it runs without the interpreter and is as fast as `where`.
    ///
    /// Rhai locks a variable while one of its methods runs. A function that reads the same list needs a second
    /// variable, `let all = users;`, which copies nothing.
    ///
    /// # Errors
    /// Whatever the function throws; `usage` if it returns neither true nor false; `incomplete` when a later page
    /// cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users();
    /// let away = users.filter(|user| user.country != "US" && user.groups.is_empty());
    /// print(away.len());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn filter(context: NativeCallContext, list: &mut Dynamic, test: FnPtr) -> RhaiResultOf<Dynamic> {
        filter_entries(&context, list, &ListCallback::new(&context, test, "filter"))
    }

    /// Returns the entries whose fields have the given values; all conditions must be true.
    ///
    /// - a value: the field equals it. E-mails, usernames, domains and names of groups are compared ignoring case
    /// - a string with `*`: the field matches the pattern, in which `*` is any text, as in `--protect`. A literal star
    ///   needs `filter`
    /// - a list of values: the field equals one of them
    /// - for `groups` and other lists: the list contains the value, or all values of a list
    /// - `()`: the field is absent; for lists, `[]` means the same
    ///
    /// It needs no function and is the fastest way to query an organization of a hundred thousand users. It also works
    /// on arrays of maps, records and rows of a CSV file.
    ///
    /// # Errors
    /// `usage` for a field that the entries do not have (of maps: that none of them has), for a type, status or
    /// country that does not exist, and for a value of a type
    /// that the field of a record never has; `incomplete` if a later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users();
    /// print(users.where(#{type: "federatedID", country: ["DE", "FR"]}).len());
    /// print(users.where(#{groups: "designers"}).map(|user| user.email));
    /// print(users.where(#{groups: []}).len());
    /// ```
    #[rhai_fn(name = "where", pure, return_raw)]
    pub fn with_fields(
        context: NativeCallContext,
        list: &mut Dynamic,
        conditions: Map,
    ) -> RhaiResultOf<Dynamic> {
        let session = session(&context).at(&context)?;
        let list = list_source::parts(list, "where", &context).at(&context)?;
        where_clause::select(list, &conditions, session.interrupt(), &context)
    }

    /// Returns an array with the result of a function for each entry.
    ///
    /// A function of the kind described for `filter` runs without the interpreter, also if it returns a list or a map
    /// of such values.
    ///
    /// # Errors
    /// Whatever the function throws; `incomplete` if a later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let emails = get_users_by_group("Designers").map(|user| user.email);
    /// print(emails.join("\n"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn map(context: NativeCallContext, list: &mut Dynamic, function: FnPtr) -> RhaiResultOf<Array> {
        let session = session(&context).at(&context)?;
        let mut list = list_source::parts(list, "map", &context).at(&context)?;
        let function = ListCallback::new(&context, function, "map");
        let mut mapped = Array::new();
        while let Some(part) = list.next_part().at(&context)? {
            for place in part.places(session.interrupt()) {
                mapped.push(function.cell(&*part, place.at(&context)?)?.into_dynamic());
            }
        }
        Ok(mapped)
    }

    /// Returns the first entry for which a function returns true, or `()` if there is none.
    ///
    /// Reads no further pages once an entry is found.
    ///
    /// # Errors
    /// As `filter`.
    ///
    /// # Example
    /// ```rhai
    /// let admin = get_users().find(|user| "_org_admin" in user.groups);
    /// if admin != () { print(admin.email); }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn find(context: NativeCallContext, list: &mut Dynamic, test: FnPtr) -> RhaiResultOf<Dynamic> {
        let found = first(&context, list, &ListCallback::new(&context, test, "find"), "find", true)?;
        Ok(found.unwrap_or_default())
    }

    /// Returns whether a function returns true for at least one entry.
    ///
    /// Reads no further pages once an entry is found.
    ///
    /// # Errors
    /// As `filter`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_groups().some(|group| group.free != () && group.free < 0));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn some(context: NativeCallContext, list: &mut Dynamic, test: FnPtr) -> RhaiResultOf<bool> {
        let found = first(&context, list, &ListCallback::new(&context, test, "some"), "some", true)?;
        Ok(found.is_some())
    }

    /// Returns whether a function returns true for every entry.
    ///
    /// Reads no further pages once an entry is found for which it returns false.
    ///
    /// # Errors
    /// As `filter`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_users().all(|user| user.status == "active"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn all(context: NativeCallContext, list: &mut Dynamic, test: FnPtr) -> RhaiResultOf<bool> {
        let found = first(&context, list, &ListCallback::new(&context, test, "all"), "all", false)?;
        Ok(found.is_none())
    }

    /// Returns a sorted list, by a field or by the result of a function, in ascending order.
    ///
    /// Numbers come before strings, entries without a value last. Strings are compared by character, capitals first;
    /// e-mails, usernames, domains and names of groups ignoring case. The sort is stable. If the function returns a
    /// list, entries are sorted by its first entry, then by its second, and so on. The list itself is unchanged.
    ///
    /// A function of two parameters compares two entries instead, as in Rhai's `sort_by`. A function of the kind
    /// described for `filter` runs without the interpreter.
    ///
    /// # Errors
    /// `usage` for an unknown field or a key that is not data; whatever the function throws; `incomplete` when a
    /// later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users().sort_by(|user| [user.lastname, user.firstname]);
    /// print(users[0].lastname);
    /// let groups = get_groups().sort_by(|one, other| other.memberCount - one.memberCount);
    /// print(groups[0].groupName);
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn sort_by(context: NativeCallContext, list: &mut Dynamic, key: Dynamic) -> RhaiResultOf<Dynamic> {
        let list = list_source::open(list, "sort_by", &context).at(&context)?;
        sorted(&context, &*list, &key)
    }

    /// Returns a sorted array, or sorts an array in place.
    ///
    /// A function of one parameter returns the sort key, as for users and groups: the result is a new array. A function
    /// of two parameters compares two entries, as in Rhai's own `sort_by`: the array is sorted in place and nothing is
    /// returned. The comparison returns a number below, equal to or above 0, or true if the first entry may come before
    /// the second.
    ///
    /// # Errors
    /// `usage` for a key that is not data or a comparison that does not return a number; whatever the function throws.
    ///
    /// # Example
    /// ```rhai
    /// let rows = [#{name: "b", age: 3}, #{name: "a", age: 5}];
    /// print(rows.sort_by(|row| row.name));
    /// print(rows.sort_by("age"));
    /// rows.sort_by(|one, other| other.age - one.age);
    /// print(rows);
    /// ```
    #[rhai_fn(name = "sort_by", return_raw)]
    pub fn sort_array_by(
        context: NativeCallContext,
        list: &mut Array,
        function: FnPtr,
    ) -> RhaiResultOf<Dynamic> {
        if parameters(&context, &function) == Some(1) {
            return sorted(&context, &ArrayView::new(&*list, &context), &function.into());
        }
        let mut places: Vec<usize> = (0..list.len()).collect();
        sort_places(&mut places, &ArrayView::new(&*list, &context), function, &context)?;
        *list = places.into_iter().map(|place| std::mem::take(&mut list[place])).collect();
        Ok(Dynamic::UNIT)
    }

    /// Returns the list without duplicates.
    ///
    /// Users are the same if they are the same account, groups if they are the same group, values of an array if
    /// they are equal.
    ///
    /// # Errors
    /// `usage` for an entry that is not data; `incomplete` if a later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let both = get_users_by_group("Designers") + get_users_by_group("Marketing");
    /// print(both.unique().len());
    /// print(["a", "b", "a"].unique());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn unique(context: NativeCallContext, list: &mut Dynamic) -> RhaiResultOf<Dynamic> {
        let list = list_source::parts(list, "unique", &context).at(&context)?;
        let session = session(&context).at(&context)?;
        GroupQuery::of(GroupBy::Entry, &session, &context).first_of_each(list)
    }

    /// Returns the first entry for each value of a field, or for each result of a function.
    ///
    /// # Errors
    /// As `sort_by`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_users().unique("country").map(|user| user.country));
    /// ```
    #[rhai_fn(name = "unique", pure, return_raw)]
    pub fn unique_by(context: NativeCallContext, list: &mut Dynamic, key: Dynamic) -> RhaiResultOf<Dynamic> {
        let list = list_source::parts(list, "unique", &context).at(&context)?;
        let session = session(&context).at(&context)?;
        let by = GroupBy::of(&key, "unique", &context).at(&context)?;
        GroupQuery::of(by, &session, &context).first_of_each(list)
    }
}

/// Notes that users have their direct memberships only, where a question is about their groups.
fn note_direct_groups(list: &Dynamic, test: &ListCallback) {
    let users = list.read_lock::<RecordList<User>>();
    if let Some(users) = users.filter(|users| users.has_direct_groups() && test.reads_groups()) {
        users.groups().note_use();
    }
}

fn filter_entries(context: &NativeCallContext, list: &Dynamic, test: &ListCallback) -> RhaiResultOf<Dynamic> {
    note_direct_groups(list, test);
    let session = session(context).at(context)?;
    let mut list = list_source::parts(list, "filter", context).at(context)?;
    let mut matching = None;
    while let Some(part) = list.next_part().at(context)? {
        let mut places = Vec::new();
        for place in part.places(session.interrupt()) {
            let place = place.at(context)?;
            if test.is_true_for(&*part, place)? {
                places.push(place);
            }
        }
        matching = Some(part.pick(&places, matching));
    }
    Ok(matching.unwrap_or_default())
}

/// The first entry for which the test returns `wanted`; later pages are not read.
fn first(
    context: &NativeCallContext,
    list: &Dynamic,
    test: &ListCallback,
    function: &str,
    wanted: bool,
) -> RhaiResultOf<Option<Dynamic>> {
    note_direct_groups(list, test);
    let session = session(context).at(context)?;
    let mut list = list_source::parts(list, function, context).at(context)?;
    while let Some(part) = list.next_part().at(context)? {
        for place in part.places(session.interrupt()) {
            let place = place.at(context)?;
            if test.is_true_for(&*part, place)? == wanted {
                return Ok(Some(part.value(place)));
            }
        }
    }
    Ok(None)
}

/// Sorts indexes of a list by a function that compares two entries.
fn sort_places(
    places: &mut [usize],
    list: &dyn ListView,
    function: FnPtr,
    context: &NativeCallContext,
) -> RhaiResultOf<()> {
    let comparison = ListComparison::new(context, function);
    merge_sort(places, &mut |one: &usize, other| comparison.order(list, *one, *other))
}

fn sorted(context: &NativeCallContext, list: &dyn ListView, key: &Dynamic) -> RhaiResultOf<Dynamic> {
    let compares = key.read_lock::<FnPtr>().filter(|function| parameters(context, function) == Some(2));
    if let Some(function) = compares {
        let mut places: Vec<usize> = (0..list.count()).collect();
        sort_places(&mut places, list, function.clone(), context)?;
        return Ok(list.pick(&places, None));
    }
    let session = session(context).at(context)?;
    let by = GroupBy::of(key, "sort_by", context).at(context)?;
    GroupQuery::of(by, &session, context).sort(list)
}
