//! Reading users.

use crate::client::listing::query::{LicenseStatus, UserQuery};
use crate::error::{Error, ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::script::functions::licenses;
use crate::session::listing_cache;
use crate::session::listing_options::ListingRequest;
use crate::values::options::CallOptions;
use crate::values::record::UserRecord;
use crate::values::record_list::RecordList;
use crate::values::user_lookup;
use crate::values::user_lookup::WantedUser;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use std::rc::Rc;
use std::sync::Arc;

/// Users.
#[export_module]
pub mod functions {
    /// Lists every user of the organization.
    ///
    /// The list is complete or an error: if a page cannot be read, an error is thrown. The first page is read at once.
    /// A direct loop (`for user in get_users()`) holds one page in memory at a time; a list in a variable can be
    /// queried again without another request.
    ///
    /// The service throttles repeated full listings within two hours; `#{max_age: "2h"}` uses a saved listing.
    ///
    /// # Errors
    /// `auth`, `throttled`, `unavailable`; `incomplete` if a later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users();
    /// print(users.len());
    /// for user in users {
    ///     if user.type == "adobeID" { print(user.email); }
    /// }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_users(context: NativeCallContext) -> RhaiResultOf<RecordList<User>> {
        let options = CallOptions::none("get_users");
        opened_at_call(&context, session(&context).and_then(|session| list(&session, &options)))
    }

    /// Lists the users that match the options.
    ///
    /// # Options
    /// - `group`: members of this user group, product profile or admin group (`_org_admin`, `_admin_Designers`),
    ///   or its `groupId` as a number
    /// - `domain`: users of this domain; cannot be combined with `group`
    /// - `direct_only`: true (the default) leaves out of `groups` the profiles that someone has through a user group;
    ///   with a profile as `group` it also leaves out such members
    /// - `status`: with a profile as `group`, `"active"` for members with an active license, `"inactive"` for the rest
    /// - `exclude_groups`: with `group`, true leaves out each user's `groups`; reading it is then an error
    /// - `max_age`: for all users, the greatest age of a saved listing, such as `"2h"`, `"90m"`, `"1d"` or a number of
    ///   seconds. A new listing is saved for a week when it has been read completely, in a private file in your state
    ///   folder
    /// - `stale`: true uses a saved listing even if umapish has made changes since; by default it is then not used
    ///
    /// The age of a saved listing that is used is always reported.
    ///
    /// # Errors
    /// `not_found` for an unknown group, `usage` for options that cannot be combined; as `get_users()`.
    ///
    /// # Example
    /// ```rhai
    /// let designers = get_users(#{group: "Designers", direct_only: false});
    /// print(designers.map(|user| user.email));
    /// ```
    #[rhai_fn(name = "get_users", volatile, return_raw)]
    pub fn get_users_where(context: NativeCallContext, options: Map) -> RhaiResultOf<RecordList<User>> {
        let options = CallOptions::new("get_users", options, QUERY);
        opened_at_call(&context, session(&context).and_then(|session| list(&session, &options?)))
    }

    /// Reads one user.
    ///
    /// # Errors
    /// `not_found` if the organization has no such user.
    ///
    /// # Example
    /// ```rhai
    /// let user = get_user("ben.osei@example.com");
    /// print(`${user.firstname} ${user.lastname}: ${user.groups}`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_user(context: NativeCallContext, email: &str) -> RhaiResultOf<UserRecord> {
        session(&context).and_then(|session| read(&session, email, None)).at(&context)
    }

    /// Reads one user by username and domain, or one of several accounts with the same e-mail.
    ///
    /// # Options
    /// - `domain`: domain of a username that is not an e-mail; `AdobeID` selects the Adobe ID of an e-mail
    ///
    /// # Errors
    /// `not_found` if the organization has no such user.
    ///
    /// # Example
    /// ```rhai
    /// let user = get_user("ben.osei@example.com", #{domain: "example.com"});
    /// print(user.type);
    /// ```
    #[rhai_fn(name = "get_user", volatile, return_raw)]
    pub fn get_user_in_domain(
        context: NativeCallContext,
        name: &str,
        options: Map,
    ) -> RhaiResultOf<UserRecord> {
        let domain = domain("get_user", options);
        session(&context).and_then(|session| read(&session, name, domain?.as_deref())).at(&context)
    }

    /// Reads one user; returns `()` if there is none.
    ///
    /// # Errors
    /// As `get_user(email)`, except `not_found`.
    ///
    /// # Example
    /// ```rhai
    /// if find_user("nobody@example.com") == () { print("no such user"); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn find_user(context: NativeCallContext, email: &str) -> RhaiResultOf<Dynamic> {
        session(&context).and_then(|session| find(&session, email, None)).at(&context)
    }

    /// Reads one user by username and domain; returns `()` if there is none.
    ///
    /// # Options
    /// - `domain`: domain of a username that is not an e-mail; `AdobeID` selects the Adobe ID of an e-mail
    ///
    /// # Errors
    /// As `get_user(name, options)`, except `not_found`.
    ///
    /// # Example
    /// ```rhai
    /// print(find_user("nobody", #{domain: "example.com"}) == ());
    /// ```
    #[rhai_fn(name = "find_user", volatile, return_raw)]
    pub fn find_user_in_domain(
        context: NativeCallContext,
        name: &str,
        options: Map,
    ) -> RhaiResultOf<Dynamic> {
        let domain = domain("find_user", options);
        session(&context).and_then(|session| find(&session, name, domain?.as_deref())).at(&context)
    }

    /// Reads many users by e-mail, username or User, and lists those that are missing.
    ///
    /// Returns `#{found, missing}`: `found` is a list of users in the order of `people`, `missing` an array of the
    /// values that were not found. Up to 25 people are read one by one, as many as the service allows per minute; for
    /// more people the whole organization is listed once. Duplicates are found once. A name finds one account; for a
    /// person with several accounts, pass a User or use `get_user` with a domain.
    ///
    /// # Errors
    /// `usage` for values other than strings and users, and for an empty string; as `get_user(email)`, except
    /// `not_found`; as `get_users()`.
    ///
    /// # Example
    /// ```rhai
    /// let people = find_users(["ben.osei@example.com", "nobody@example.com"]);
    /// print(`${people.found.len()} found`);
    /// for email in people.missing { print(`${email} is missing`); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn find_users(context: NativeCallContext, people: Dynamic) -> RhaiResultOf<Map> {
        session(&context).and_then(|session| find_many(&session, &people)).at(&context)
    }
}

/// The options of a listing of users.
const QUERY: &[&str] = &[
    "group",
    "domain",
    "direct_only",
    "status",
    "exclude_groups",
    crate::session::listing_options::MAX_AGE,
    crate::session::listing_options::STALE,
];

/// The listing with the position of this call, or its error thrown here.
pub(super) fn opened_at_call(
    context: &NativeCallContext,
    list: Result<RecordList<User>>,
) -> RhaiResultOf<RecordList<User>> {
    list.map(|list| list.opened_at(context.call_position())).at(context)
}

fn list(session: &Rc<Session>, options: &CallOptions) -> Result<RecordList<User>> {
    let status = options.choice("status", &["active", "inactive"])?;
    let query = UserQuery {
        group: group_option(options)?,
        domain: options.text("domain")?,
        direct_only: options.flag("direct_only")?,
        status: status.and_then(LicenseStatus::parse),
        exclude_groups: options.flag("exclude_groups")?.unwrap_or_default(),
    };
    open_requested(session, query, ListingRequest::of(options)?)
}

/// A group by name, or by its `groupId`.
fn group_option(options: &CallOptions) -> Result<Option<String>> {
    match options.value("group").map(Dynamic::as_int) {
        Some(Ok(id)) => Ok(Some(id.to_string())),
        _ => options.text("group"),
    }
}

pub(super) fn open(session: &Rc<Session>, query: UserQuery) -> Result<RecordList<User>> {
    open_requested(session, query, ListingRequest::default())
}

fn open_requested(
    session: &Rc<Session>,
    query: UserQuery,
    request: ListingRequest,
) -> Result<RecordList<User>> {
    query.check()?;
    for name in [&query.group, &query.domain].into_iter().flatten() {
        user_lookup::check_visible(name)?;
    }
    let groups_left_out = query.exclude_groups;
    let name = if query.direct_only == Some(false) { "users with all profiles" } else { "users" };
    let is_full = query.group.is_none() && query.domain.is_none();
    let is_direct = query.direct_only != Some(false);
    let mark = |list: RecordList<User>| {
        if is_direct { list.with_direct_groups(licenses::direct_groups_note(session)) } else { list }
    };
    let listing = session.client()?.users(query);
    if is_full {
        return listing_cache::open(session, listing, name, request).map(mark);
    }
    if request.max_age.is_some() {
        return Err(Error::usage_with_hint(
            "`max_age` works only for the listing of all users",
            "Listings of a group or domain are not saved; remove `max_age`.",
        ));
    }
    RecordList::open(session, listing, groups_left_out).map(mark)
}

fn domain(function: &'static str, options: Map) -> Result<Option<String>> {
    CallOptions::new(function, options, &["domain"])?.text("domain")
}

fn read(session: &Session, name: &str, domain: Option<&str>) -> Result<UserRecord> {
    if name.trim().is_empty() {
        return Err(Error::usage("the e-mail or username is blank"));
    }
    user_lookup::check_visible(name)?;
    domain.map_or(Ok(()), user_lookup::check_visible)?;
    session.wait(session.client()?.get_user(name, domain)).map(UserRecord::new)
}

fn find(session: &Session, name: &str, domain: Option<&str>) -> Result<Dynamic> {
    match read(session, name, domain) {
        Ok(user) => Ok(Dynamic::from(user)),
        Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => Ok(Dynamic::UNIT),
        Err(error) => Err(error),
    }
}

fn find_many(session: &Rc<Session>, people: &Dynamic) -> Result<Map> {
    let wanted = user_lookup::wanted(people)?;
    let found = if user_lookup::needs_listing(wanted.len()) {
        let everyone = open(session, UserQuery::default())?.all()?;
        user_lookup::among(&everyone, &wanted)
    } else {
        wanted.iter().map(|person| single(session, person)).collect::<Result<_>>()?
    };
    Ok(found_and_missing(&wanted, found))
}

fn single(session: &Session, person: &WantedUser) -> Result<Option<Arc<User>>> {
    match read(session, &person.name, person.domain.as_deref()) {
        Ok(record) => Ok(Some(record.user)),
        Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn found_and_missing(wanted: &[WantedUser], found: Vec<Option<Arc<User>>>) -> Map {
    let lost = wanted.iter().zip(&found).filter(|(_, user)| user.is_none());
    let missing: Array = lost.map(|(person, _)| person.given.clone()).collect();
    let found = RecordList::from_entries(found.into_iter().flatten().collect());
    Map::from_iter([("found".into(), Dynamic::from(found)), ("missing".into(), missing.into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::record_list::tests::users;

    #[test]
    fn missing_people_are_returned_as_passed() {
        let names = ["Nobody@example.com", "kim.lee@example.com"].map(Dynamic::from).to_vec();
        let wanted = user_lookup::wanted(&names.into()).unwrap();
        let answer = found_and_missing(&wanted, user_lookup::among(&users(), &wanted));
        assert_eq!(answer["missing"].to_string(), r#"["Nobody@example.com"]"#);
        let found = answer["found"].read_lock::<RecordList<User>>().unwrap();
        assert_eq!(found.len().unwrap(), 1);
    }
}
