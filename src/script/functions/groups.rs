//! Reading groups and profiles.

use crate::error::{Error, ErrorKind, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::listing_cache;
use crate::session::listing_options::ListingRequest;
use crate::values::dynamic::kind_of;
use crate::values::options::{CallOptions, one_of};
use crate::values::record::GroupRecord;
use crate::values::record_list::RecordList;
use crate::wire::error_code::GROUP_NOT_FOUND;
use crate::wire::group::{self, Group};
use crate::wire::identity::fold_name;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Map, NativeCallContext};
use std::rc::Rc;
use std::sync::Arc;

/// Groups and profiles.
#[export_module]
pub mod functions {
    /// Lists every user group, product profile and admin group.
    ///
    /// The list is complete or an error, as with `get_users()`. `quota` of a profile is its number of licenses (`()` if
    /// unlimited), and `free` is the number that is not assigned. The service allows five such calls per minute.
    ///
    /// # Errors
    /// `auth`, `throttled`, `unavailable`; `incomplete` if a later page cannot be read.
    ///
    /// # Example
    /// ```rhai
    /// for group in get_groups() {
    ///     print(`${group.groupName}: ${group.memberCount} of ${group.quota}`);
    /// }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_groups(context: NativeCallContext) -> RhaiResultOf<RecordList<Group>> {
        opened_at_call(&context, session(&context).and_then(|session| open(&session)))
    }

    /// Lists the groups that match the options.
    ///
    /// # Options
    /// - `type`: a kind of group, such as `"USER_GROUP"` or `"PRODUCT_PROFILE"`
    /// - `name`: groups of this name, ignoring case
    /// - `max_age`: the greatest age of a saved listing, such as `"2h"`, `"90m"` or a number of seconds; see
    ///   `get_users(options)`
    /// - `stale`: true uses a saved listing even if umapish has made changes since
    ///
    /// # Errors
    /// As `get_groups()`.
    ///
    /// # Example
    /// ```rhai
    /// let profiles = get_groups(#{type: "PRODUCT_PROFILE"});
    /// for profile in profiles {
    ///     if profile.free != () && profile.free < 5 { print(`${profile.groupName} is nearly full`); }
    /// }
    /// ```
    #[rhai_fn(name = "get_groups", volatile, return_raw)]
    pub fn get_groups_where(context: NativeCallContext, options: Map) -> RhaiResultOf<RecordList<Group>> {
        let options = CallOptions::new("get_groups", options, OPTIONS);
        opened_at_call(&context, session(&context).and_then(|session| list(&session, &options?)))
    }

    /// Returns one group by its name (a string, ignoring case) or its id (a number).
    ///
    /// The service has no call for one group, so this lists all groups.
    ///
    /// # Errors
    /// `not_found` if there is no such group; as `get_groups()`.
    ///
    /// # Example
    /// ```rhai
    /// let group = get_group("Designers");
    /// print(get_group(group.groupId).groupName);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn get_group(context: NativeCallContext, name_or_id: Dynamic) -> RhaiResultOf<GroupRecord> {
        session(&context).and_then(|session| get(&session, &name_or_id)).at(&context)
    }

    /// Returns one group by its name or id, or `()` if there is none.
    ///
    /// # Errors
    /// As `get_groups()`.
    ///
    /// # Example
    /// ```rhai
    /// if find_group("Nobody's") == () { print("no such group"); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn find_group(context: NativeCallContext, name_or_id: Dynamic) -> RhaiResultOf<Dynamic> {
        let found = session(&context).and_then(|session| find(&session, &name_or_id));
        found.map(|group| group.map_or(Dynamic::UNIT, |group| Dynamic::from(GroupRecord(group)))).at(&context)
    }
}

/// The listing with the position of this call, or its error thrown here.
fn opened_at_call(
    context: &NativeCallContext,
    list: Result<RecordList<Group>>,
) -> RhaiResultOf<RecordList<Group>> {
    list.map(|list| list.opened_at(context.call_position())).at(context)
}

/// The options of a listing of groups.
const OPTIONS: &[&str] =
    &["type", "name", crate::session::listing_options::MAX_AGE, crate::session::listing_options::STALE];

pub(super) fn open(session: &Rc<Session>) -> Result<RecordList<Group>> {
    open_requested(session, ListingRequest::default())
}

fn open_requested(session: &Rc<Session>, request: ListingRequest) -> Result<RecordList<Group>> {
    listing_cache::open(session, session.client()?.groups(), "groups", request)
}

fn list(session: &Rc<Session>, options: &CallOptions) -> Result<RecordList<Group>> {
    let (kind, name) = (options.text("type")?, options.text("name")?.map(|name| fold_name(&name)));
    let groups = open_requested(session, ListingRequest::of(options)?)?;
    if kind.is_none() && name.is_none() {
        return Ok(groups);
    }
    let wanted = |group: &&Arc<Group>| {
        kind.as_deref().is_none_or(|kind| group.kind.as_deref() == Some(kind))
            && name.as_deref().is_none_or(|name| fold_name(&group.group_name) == name)
    };
    let all = groups.all()?;
    if let Some(kind) = kind.as_deref()
        && !group::KINDS.contains(&kind)
        && !all.iter().any(|group| group.kind.as_deref() == Some(kind))
    {
        let message = format!("`{kind}` is not a valid `type` of get_groups, and no group has it");
        return Err(Error::usage_with_hint(message, one_of(kind, group::KINDS)));
    }
    let chosen = all.iter().filter(wanted).cloned().collect();
    Ok(groups.of(chosen))
}

fn get(session: &Rc<Session>, name_or_id: &Dynamic) -> Result<GroupRecord> {
    find(session, name_or_id)?.map(GroupRecord).ok_or_else(|| {
        let message = format!("there is no group `{name_or_id}`");
        ErrorKind::NotFound { status: None, code: Some(GROUP_NOT_FOUND.to_owned()), message }.into()
    })
}

fn find(session: &Rc<Session>, name_or_id: &Dynamic) -> Result<Option<Arc<Group>>> {
    if let Ok(id) = name_or_id.as_int() {
        first(session, |group| group.group_id == Some(id))
    } else if name_or_id.is_string() {
        crate::values::user_lookup::check_visible(&name_or_id.to_string())?;
        let name = fold_name(&name_or_id.to_string());
        first(session, |group| fold_name(&group.group_name) == name)
    } else {
        let message = format!("expected the name or id of a group, not {}", kind_of(name_or_id));
        Err(Error::usage(message))
    }
}

fn first(session: &Rc<Session>, wanted: impl Fn(&Group) -> bool) -> Result<Option<Arc<Group>>> {
    let groups = open(session)?;
    let found = groups.all()?.iter().find(|group| wanted(group)).cloned();
    Ok(found)
}
