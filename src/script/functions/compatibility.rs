//! The names of Adobe's samples, and the deprecated sign-in. They are listed last in the reference.

use super::{groups, sign_in, users};
use crate::client::listing::query::UserQuery;
use crate::client::settings::SignInFlow;
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::record::UserRecord;
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::plugin::export_module;
use rhai::{Map, NativeCallContext};

/// Names of Adobe's samples.
#[export_module]
pub mod functions {
    /// Lists every user of the organization; the same as `get_users()`.
    ///
    /// It has the name of Adobe's sample.
    ///
    /// # Errors
    /// As `get_users()`.
    ///
    /// # Example
    /// ```rhai
    /// for user in get_users_in_org() { print(user); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_users_in_org(context: NativeCallContext) -> RhaiResultOf<RecordList<User>> {
        users::functions::get_users(context)
    }

    /// Lists the members of a group or profile; the same as `get_users(#{group: name, direct_only: false})`.
    ///
    /// It has the name of Adobe's sample.
    ///
    /// # Errors
    /// As `get_users(options)`.
    ///
    /// # Example
    /// ```rhai
    /// for user in get_users_by_group("Designers") { print(user.email); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_users_by_group(context: NativeCallContext, name: &str) -> RhaiResultOf<RecordList<User>> {
        let query = UserQuery { direct_only: Some(false), ..UserQuery::of_group(name) };
        users::opened_at_call(&context, session(&context).and_then(|session| users::open(&session, query)))
    }

    /// Reads one user; the same as `get_user(email)`.
    ///
    /// It has the name of Adobe's sample.
    ///
    /// # Errors
    /// As `get_user(email)`.
    ///
    /// # Example
    /// ```rhai
    /// print(get_user_info("ben.osei@example.com"));
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_user_info(context: NativeCallContext, email: &str) -> RhaiResultOf<UserRecord> {
        users::functions::get_user(context, email)
    }

    /// Lists every group and profile; the same as `get_groups()`.
    ///
    /// It has the name of Adobe's sample.
    ///
    /// # Errors
    /// As `get_groups()`.
    ///
    /// # Example
    /// ```rhai
    /// for group in get_groups_and_profiles() { print(group); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_groups_and_profiles(context: NativeCallContext) -> RhaiResultOf<RecordList<Group>> {
        groups::functions::get_groups(context)
    }

    /// Signs in by exchanging a signed token (JWT) and returns the token response. Adobe has deprecated it.
    ///
    /// The profile needs `tech_account_id` and `private_key_file` besides the client id and secret. The response is
    /// that of `get_oauth_token()`.
    ///
    /// # Errors
    /// `auth` if the service refuses the credentials, `config` if they are missing.
    ///
    /// # Example
    /// ```rhai
    /// let answer = get_jwt_token();
    /// print(answer.expires_in);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_jwt_token(context: NativeCallContext) -> RhaiResultOf<Map> {
        session(&context).and_then(|session| sign_in::sign_in(&session, SignInFlow::Jwt)).at(&context)
    }
}
