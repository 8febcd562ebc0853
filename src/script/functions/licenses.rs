//! Questions about licenses and admin roles, which need direct and indirect memberships.

use super::groups;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::{Session, session};
use crate::host::thrown::ThrowAt;
use crate::values::options::CallOptions;
use crate::values::record::DirectGroupsNote;
use crate::values::record_list::RecordList;
use crate::wire::identity::fold_name;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

/// Licenses and admins.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Returns the users who have no product profile, directly or through a user group.
    ///
    /// The list must come from `get_users(#{direct_only: false})`: other listings do not have the profiles that people
    /// have through a user group. The names of the profiles are read by `get_groups()`.
    ///
    /// # Errors
    /// `usage` for a list with direct memberships only; as `get_groups()`.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users(#{direct_only: false});
    /// print(users.without_license().map(|user| user.email));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn without_license(
        context: NativeCallContext,
        users: &mut RecordList<User>,
    ) -> RhaiResultOf<RecordList<User>> {
        let options = CallOptions::none("without_license");
        session(&context).and_then(|session| unlicensed(&session, users, &options)).at(&context)
    }

    /// Returns the users who have no product profile other than the ignored ones.
    ///
    /// # Options
    /// - `ignore`: a profile or a list of profiles that do not count, such as free ones
    ///
    /// # Errors
    /// As `users.without_license()`.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users(#{direct_only: false});
    /// print(users.without_license(#{ignore: "Photoshop"}).len());
    /// ```
    #[rhai_fn(name = "without_license", pure, return_raw)]
    pub fn without_license_but(
        context: NativeCallContext,
        users: &mut RecordList<User>,
        options: Map,
    ) -> RhaiResultOf<RecordList<User>> {
        let options = CallOptions::new("without_license", options, &["ignore"]);
        session(&context).and_then(|session| unlicensed(&session, users, &options?)).at(&context)
    }

    /// Returns rows `#{user, email, bundle, profiles}` for users who have a bundle and profiles that it contains.
    ///
    /// The list must come from `get_users(#{direct_only: false})`, as for `users.without_license()`.
    ///
    /// # Options
    /// - `bundles`: a map from the name of each bundle to the profiles that it contains, required
    ///
    /// # Errors
    /// `usage` for a list with direct memberships only, and without `bundles`.
    ///
    /// # Example
    /// ```rhai
    /// let users = get_users(#{direct_only: false});
    /// for row in users.double_licenses(#{bundles: #{"All Apps": ["Photoshop", "Illustrator"]}}) {
    ///     print(`${row.email} has ${row.bundle} and ${row.profiles}`);
    /// }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn double_licenses(
        context: NativeCallContext,
        users: &mut RecordList<User>,
        options: Map,
    ) -> RhaiResultOf<Array> {
        let options = CallOptions::new("double_licenses", options, &["bundles"]);
        options.and_then(|options| doubled(users, &options)).at(&context)
    }

    /// Returns rows `#{user, email, roles}` for users with admin or developer roles; `roles` lists their admin groups.
    ///
    /// The list must come from `get_users(#{direct_only: false})`, as for `users.without_license()`.
    ///
    /// # Errors
    /// `usage` for a list with direct memberships only.
    ///
    /// # Example
    /// ```rhai
    /// for row in get_users(#{direct_only: false}).admins() { print(`${row.email}: ${row.roles}`); }
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn admins(context: NativeCallContext, users: &mut RecordList<User>) -> RhaiResultOf<Array> {
        with_roles(users).at(&context)
    }
}

/// A note that `groups` has direct memberships only, shown once a run.
pub(super) fn direct_groups_note(session: &Rc<Session>) -> DirectGroupsNote {
    #[derive(Default)]
    struct Shown(Cell<bool>);
    let session = Rc::downgrade(session);
    // Called for each record whose groups a script reads.
    let was_called = Cell::new(false);
    Rc::new(move || {
        if was_called.replace(true) {
            return;
        }
        let Some(session) = session.upgrade() else { return };
        if !session.extension::<Shown>().0.replace(true) {
            session.console().note(
                "`groups` has direct memberships only; for profiles that people have through a user group, read \
                 get_users(#{direct_only: false})",
            );
        }
    })
}

/// The users of a list that has all memberships.
fn with_all_groups(users: &RecordList<User>, function: &str) -> Result<Rc<Vec<Arc<User>>>> {
    if users.has_direct_groups() || users.groups_left_out() {
        let message = format!("{function} needs indirect memberships too, which this list does not have");
        return Err(Error::usage_with_hint(message, "Read the users with get_users(#{direct_only: false})."));
    }
    users.all()
}

fn unlicensed(
    session: &Rc<Session>,
    users: &RecordList<User>,
    options: &CallOptions,
) -> Result<RecordList<User>> {
    let all = with_all_groups(users, "without_license")?;
    let ignored: HashSet<_> = options.texts("ignore")?.iter().flatten().map(|name| fold_name(name)).collect();
    let groups = groups::open(session)?.all()?;
    let profiles = groups.iter().filter(|group| group.kind.as_deref() == Some("PRODUCT_PROFILE"));
    let counted: HashSet<_> =
        profiles.map(|group| fold_name(&group.group_name)).filter(|name| !ignored.contains(name)).collect();
    let is_unlicensed =
        |user: &&Arc<User>| !user.groups().iter().any(|name| counted.contains(&fold_name(name)));
    Ok(users.of(all.iter().filter(is_unlicensed).cloned().collect()))
}

fn doubled(users: &RecordList<User>, options: &CallOptions) -> Result<Array> {
    let all = with_all_groups(users, "double_licenses")?;
    let bundles =
        options.value("bundles").and_then(|bundles| bundles.read_lock::<Map>().map(|map| map.clone()));
    let Some(bundles) = bundles else {
        return Err(Error::usage_with_hint(
            "double_licenses needs the option `bundles`",
            "It is a map such as #{\"All Apps\": [\"Photoshop\", \"Illustrator\"]}.",
        ));
    };
    let mut rows = Array::new();
    for user in all.iter() {
        for (bundle, contained) in &bundles {
            let contained = crate::values::names::texts(contained)?;
            let twice: Array =
                contained.iter().filter(|name| user.is_in(name)).map(|name| name.clone().into()).collect();
            if user.is_in(bundle) && !twice.is_empty() {
                let more = [("bundle", bundle.to_string().into()), ("profiles", twice.into())];
                rows.push(row(users, user, more));
            }
        }
    }
    Ok(rows)
}

fn with_roles(users: &RecordList<User>) -> Result<Array> {
    let all = with_all_groups(users, "admins")?;
    let mut rows = Array::new();
    for user in all.iter() {
        // Names of user groups and profiles cannot start with an underscore; those of admin groups do.
        let roles = user.groups().iter().filter(|name| name.starts_with('_'));
        let roles: Array = roles.map(|name| name.to_string().into()).collect();
        if !roles.is_empty() {
            rows.push(row(users, user, [("roles", roles.into())]));
        }
    }
    Ok(rows)
}

fn row<const N: usize>(users: &RecordList<User>, user: &Arc<User>, more: [(&str, Dynamic); N]) -> Dynamic {
    let known = [("user", Dynamic::from(users.record(user))), ("email", user.label().to_owned().into())];
    known.into_iter().chain(more).map(|(name, value)| (name.into(), value)).collect::<Map>().into()
}

#[cfg(test)]
mod tests {
    use crate::values::record_list::tests::ListTest;
    use crate::values::record_list::{RecordList, tests};
    use serde_json::json;
    use std::cell::Cell;
    use std::rc::Rc;

    #[test]
    fn double_licenses_and_admins_are_rows() {
        let mut test = ListTest::new();
        let code = "users.double_licenses(#{bundles: #{Designers: [\"photoshop\", \"Stock\"]}})\
            .map(|row| [row.email, row.bundle, row.profiles])";
        assert_eq!(test.json(code), json!([["Kim.Lee@example.com", "Designers", ["photoshop"]]]));
        assert_eq!(test.json("users.admins()"), json!([]));
        assert!(test.message("users.double_licenses(#{})").starts_with("double_licenses needs the option"));
    }

    #[test]
    fn a_list_with_direct_memberships_is_refused_and_noted() {
        let notes = Rc::new(Cell::new(0));
        let counted = Rc::clone(&notes);
        let note = Rc::new(move || counted.set(counted.get() + 1));
        let direct = RecordList::from_entries(tests::users()).with_direct_groups(note);
        let mut test = ListTest::new().with("direct", direct);
        for code in [
            "direct.without_license()",
            "direct.admins()",
            "direct.double_licenses(#{bundles: #{}})",
            "direct.filter(|user| true).admins()",
        ] {
            let message = test.message(code);
            assert!(message.ends_with("Read the users with get_users(#{direct_only: false})."), "{message}");
        }
        assert_eq!(notes.get(), 0);
        let _ = test.value("direct.where(#{groups: \"Photoshop\"})");
        assert_eq!(notes.get(), 1);
        let _ = test.value("direct.where(#{type: \"adobeID\"})");
        assert_eq!(notes.get(), 1);
    }
}
