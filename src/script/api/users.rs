//! Reading users.

use super::{At, RhaiResultOf, session};
use crate::client::query::{LicenceStatus, UserQuery};
use crate::error::{Error, ErrorKind, Result};
use crate::script::options::Options;
use crate::script::record::UserRecord;
use crate::script::records::Records;
use crate::script::session::Session;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};
use std::rc::Rc;

/// Users.
#[export_module]
pub mod functions {
    /// Lists every user of the organization.
    ///
    /// The list is complete or an error: a page that cannot be read is thrown, never left out. Its first page is
    /// read at once. Going through it directly (`for user in get_users()`) holds one page at a time; kept in a
    /// variable it can be asked again and again without another call.
    ///
    /// The service throttles full listings that follow each other within two hours.
    ///
    /// # Errors
    /// `auth`, `throttled`, `unavailable`; `incomplete` when a later page cannot be read.
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
    pub fn get_users(context: NativeCallContext) -> RhaiResultOf<Records<User>> {
        let options = Options::none("get_users");
        session(&context).and_then(|session| list(&session, &options)).at(&context)
    }

    /// Lists the users that the options describe.
    ///
    /// # Options
    /// - `group`: members of this user group, product profile or admin group (`_org_admin`, `_admin_Designers`)
    /// - `domain`: users of this domain, not together with `group`
    /// - `direct_only`: whether `groups` leaves out profiles that come through a user group (the service's default
    ///   is true); of a profile it also leaves out such members
    /// - `status`: with a profile as `group`, `"active"` for members with a live licence, `"inactive"` for the rest
    /// - `exclude_groups`: with `group`, true leaves out each user's `groups`; reading it is then an error
    ///
    /// # Errors
    /// `not_found` for an unknown group, `usage` for options that do not go together, and those of `get_users()`.
    ///
    /// # Example
    /// ```rhai
    /// let designers = get_users(#{group: "Designers", direct_only: false});
    /// print(designers.map(|user| user.email));
    /// ```
    #[rhai_fn(name = "get_users", volatile, return_raw)]
    pub fn get_users_where(context: NativeCallContext, options: Map) -> RhaiResultOf<Records<User>> {
        let options = Options::new("get_users", options, QUERY);
        session(&context).and_then(|session| list(&session, &options?)).at(&context)
    }

    /// Lists every user of the organization, as Adobe's sample of that name.
    ///
    /// The same as `get_users()`.
    ///
    /// # Errors
    /// Those of `get_users()`.
    ///
    /// # Example
    /// ```rhai
    /// for user in get_users_in_org() { print(user); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_users_in_org(context: NativeCallContext) -> RhaiResultOf<Records<User>> {
        get_users(context)
    }

    /// Lists the members of a group or profile, as Adobe's sample of that name.
    ///
    /// The same as `get_users(#{group: name, direct_only: false})`.
    ///
    /// # Errors
    /// Those of `get_users(options)`.
    ///
    /// # Example
    /// ```rhai
    /// for user in get_users_by_group("Designers") { print(user.email); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_users_by_group(context: NativeCallContext, name: &str) -> RhaiResultOf<Records<User>> {
        let query = UserQuery { direct_only: Some(false), ..UserQuery::of_group(name) };
        session(&context).and_then(|session| open(&session, query)).at(&context)
    }

    /// Reads one user.
    ///
    /// # Errors
    /// `not_found` when the organization has no such user.
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

    /// Reads one user whose name is no e-mail, or who has several accounts.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail; the text `AdobeID` for the Adobe ID of an e-mail
    ///
    /// # Errors
    /// `not_found` when the organization has no such user.
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

    /// Reads one user, as Adobe's sample of that name.
    ///
    /// The same as `get_user(email)`.
    ///
    /// # Errors
    /// Those of `get_user(email)`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_user_info("ben.osei@example.com"));
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_user_info(context: NativeCallContext, email: &str) -> RhaiResultOf<UserRecord> {
        get_user(context, email)
    }

    /// Reads one user, and answers `()` when there is none.
    ///
    /// # Errors
    /// Those of `get_user(email)` but `not_found`.
    ///
    /// # Example
    /// ```rhai
    /// if find_user("nobody@example.com") == () { print("no such user"); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn find_user(context: NativeCallContext, email: &str) -> RhaiResultOf<Dynamic> {
        session(&context).and_then(|session| find(&session, email, None)).at(&context)
    }

    /// Reads one user whose name is no e-mail, and answers `()` when there is none.
    ///
    /// # Options
    /// - `domain`: domain of a username that is no e-mail; the text `AdobeID` for the Adobe ID of an e-mail
    ///
    /// # Errors
    /// Those of `get_user(name, options)` but `not_found`.
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
}

/// The options of a listing of users.
const QUERY: &[&str] = &["group", "domain", "direct_only", "status", "exclude_groups"];

fn list(session: &Rc<Session>, options: &Options) -> Result<Records<User>> {
    let status = options.choice("status", &["active", "inactive"])?;
    let query = UserQuery {
        group: options.text("group")?,
        domain: options.text("domain")?,
        direct_only: options.flag("direct_only")?,
        status: status.and_then(LicenceStatus::parse),
        exclude_groups: options.flag("exclude_groups")?.unwrap_or_default(),
    };
    open(session, query)
}

fn open(session: &Rc<Session>, query: UserQuery) -> Result<Records<User>> {
    query.check()?;
    let groups_left_out = query.exclude_groups;
    Records::open(session, session.client()?.users(query), groups_left_out)
}

fn domain(function: &'static str, options: Map) -> Result<Option<String>> {
    Options::new(function, options, &["domain"])?.text("domain")
}

fn read(session: &Session, name: &str, domain: Option<&str>) -> Result<UserRecord> {
    if name.trim().is_empty() {
        return Err(Error::usage("the e-mail or username is blank"));
    }
    session.wait(session.client()?.get_user(name, domain)).map(UserRecord::new)
}

fn find(session: &Session, name: &str, domain: Option<&str>) -> Result<Dynamic> {
    match read(session, name, domain) {
        Ok(user) => Ok(Dynamic::from(user)),
        Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => Ok(Dynamic::UNIT),
        Err(error) => Err(error),
    }
}
