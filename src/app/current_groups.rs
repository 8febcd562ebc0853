//! The groups as they are now: all by a listing, or, where the service would let nobody list them again so soon, the
//! saved listing after each group that matters was asked for again.

use super::original_reader::{GROUPS, SAVED_GROUPS};
use crate::client::Client;
use crate::client::request::RawRequest;
use crate::error::{ErrorKind, Result};
use crate::host::session::Session;
use crate::session::listing_cache;
use crate::store::saved_listing::{SavedListing, SavedListings};
use crate::wire::group::Group;
use crate::wire::identity::fold;
use crate::wire::percent_encode;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most groups that are asked for one by one: 25 in a minute.
const MOST_GROUPS: usize = 100;
/// How the names of admin groups begin; they come into being with their first member.
const ADMIN_GROUP: char = '_';

/// All groups. Those with the names in `concerned` are certainly as they are now; the numbers of members of others may be
/// missing.
///
/// # Errors
/// Why they cannot be read.
pub(super) fn current_groups(session: &Session, concerned: &BTreeSet<String>) -> Result<Vec<Arc<Group>>> {
    let listings = listing_cache::saved_listings(session)?;
    if let Some(listings) = &listings
        && concerned.len() <= MOST_GROUPS
        && let Some(saved) = usable(listings)
        && let Some(groups) = checked(session, saved, concerned)?
    {
        return Ok(groups);
    }
    listed(session, listings.as_ref())
}

/// The saved listing, if it is young and no group came or went by umapish since.
fn usable(listings: &SavedListings) -> Option<SavedListing> {
    let saved = listings.find(SAVED_GROUPS).filter(SavedListing::is_young)?;
    let change = listings.changes_since(&saved)?;
    (!change.everything && !change.groups).then_some(saved)
}

/// Lists all groups, and saves them for the next time.
fn listed(session: &Session, listings: Option<&SavedListings>) -> Result<Vec<Arc<Group>>> {
    let begun = Timestamp::now();
    let mut writer = listings.and_then(|listings| listings.begin(SAVED_GROUPS, begun).ok());
    let mut listing = session.client()?.groups();
    let mut groups: Vec<Arc<Group>> = Vec::new();
    session.wait(async {
        while let Some(page) = listing.next_page().await? {
            if writer.as_mut().is_some_and(|writer| writer.add(&page).is_err()) {
                writer = None;
            }
            groups.extend(page);
        }
        Ok(())
    })?;
    // What cannot be saved is listed again the next time.
    if let (Some(writer), Some(listings)) = (writer, listings)
        && writer.finish().is_ok()
    {
        drop(listings.mark_begun(GROUPS, begun));
    }
    Ok(groups)
}

/// The saved groups, with those that are concerned as they are now; `None` if one of them is another one, came or went.
fn checked(
    session: &Session,
    saved: SavedListing,
    concerned: &BTreeSet<String>,
) -> Result<Option<Vec<Arc<Group>>>> {
    let mut pages = saved.pages::<Group>();
    let mut groups: Vec<Arc<Group>> = Vec::new();
    while let Some(page) = pages.next_page()? {
        groups.extend(page);
    }
    let client = session.client()?;
    for group in &mut groups {
        *group = Arc::new(Group { member_count: None, ..Group::clone(group) });
    }
    for name in concerned {
        let folded = fold(name);
        let mut is_known = false;
        for group in groups.iter_mut().filter(|group| fold(&group.group_name) == folded) {
            is_known = true;
            let Some(found) = session.wait(found_group(&client, group))? else { return Ok(None) };
            *group = Arc::new(Group { member_count: found.members, ..Group::clone(group) });
        }
        if !is_known && !name.starts_with(ADMIN_GROUP) && session.wait(page_of(&client, name))?.is_some() {
            return Ok(None);
        }
    }
    Ok(Some(groups))
}

/// A group that is there under its number and its name.
struct FoundGroup {
    /// How many active members it has, if one page shows all.
    members: Option<i64>,
}

/// Whether a group is still there, under its number and its name.
async fn found_group(client: &Client, group: &Group) -> Result<Option<FoundGroup>> {
    let Some(number) = group.group_id.map(|number| number.to_string()) else {
        return Ok(page_of(client, &group.group_name)
            .await?
            .map(|page| FoundGroup { members: members(&page) }));
    };
    let Some(page) = page_of(client, &number).await? else { return Ok(None) };
    let name = page.get("groupName").and_then(Value::as_str).unwrap_or_default();
    let is_same = if name == number {
        // A service that repeats what it was asked for does not say what the group is called.
        page_of(client, &group.group_name).await?.is_some()
    } else {
        fold(name) == fold(&group.group_name)
    };
    Ok(is_same.then(|| FoundGroup { members: members(&page) }))
}

/// The first page of the members of a group; `None` if there is no such group.
async fn page_of(client: &Client, group: &str) -> Result<Option<Value>> {
    let organization = &client.settings().organization;
    let (organization, group) = (percent_encode::keeping_at(organization), percent_encode::value(group));
    let target = format!("users/{organization}/0/{group}?directOnly=false&excludeGroups=true");
    let request = RawRequest { method: "GET".to_owned(), target, body: None };
    match client.call(&request).await.response {
        Ok(response) => Ok(Some(response.body)),
        Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How many active members a page shows, if it is the only one.
fn members(page: &Value) -> Option<i64> {
    let users = page.get("users").and_then(Value::as_array).filter(|_| page["lastPage"] == true)?;
    let is_active = |user: &&Value| user.get("status").is_none_or(|status| status == "active");
    i64::try_from(users.iter().filter(is_active).count()).ok()
}
