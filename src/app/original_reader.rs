//! Reads an organization for a copy: from listings that were saved by an earlier one, or new ones.

use crate::app::listing_update::{self, ListingUpdate};
use crate::client::Client;
use crate::client::listing::Listing;
use crate::client::listing::entry::ListEntry;
use crate::client::listing::query::UserQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::file::PlanListing;
use crate::sandbox::{CopyBuilder, MemberSource};
use crate::store::group_evidence::GroupFindings;
use crate::store::listed_change::ListedChange;
use crate::store::saved_listing::{ListingWriter, SavedListing, SavedListings};
use crate::wire::group::Group;
use crate::wire::user::User;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tokio::runtime::Runtime;

/// The listing of groups, in plans and for the service's two hours.
pub(super) const GROUPS: &str = "groups";
/// The listing of users, in plans and for the service's two hours.
pub(super) const USERS: &str = "users";
/// People who were read again after the listing, in plans.
pub(super) const CHANGED_PEOPLE: &str = "people changed since";
/// The listing of groups for copies, on disk.
pub(super) const SAVED_GROUPS: &str = "groups for copies";
/// The listing of users with the profiles that come with user groups, on disk.
const SAVED_USERS: &str = "users with all profiles";

/// Reads the original.
pub(super) struct OriginalReader {
    client: Client,
    runtime: Runtime,
    saved: Option<SavedListings>,
    listings: Mutex<Vec<PlanListing>>,
}

impl OriginalReader {
    /// A reader with a client, which waits with a runtime.
    pub(super) fn new(client: Client, runtime: Runtime, saved: Option<SavedListings>) -> Self {
        Self { client, runtime, saved, listings: Mutex::default() }
    }

    /// The listings that were read so far.
    pub(super) fn listings(&self) -> Vec<PlanListing> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a call, from whatever thread.
    fn wait<T: Send>(&self, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let done = thread::scope(|scope| scope.spawn(|| self.runtime.block_on(call)).join());
        done.unwrap_or_else(|_| Err(Error::usage("reading the organization failed")))
    }

    /// A listing, a page at a time, and its record.
    fn read<T: ListEntry + serde::Serialize>(
        &self,
        mut listing: Listing<T>,
        name: &str,
        saved_name: Option<&str>,
        mut take: impl FnMut(&[Arc<T>]) + Send,
    ) -> Result<()> {
        let begun = Timestamp::now();
        let mut entries = 0;
        let mut writer = saved_name.and_then(|saved_name| self.saved.as_ref()?.begin(saved_name, begun).ok());
        self.wait(async {
            while let Some(page) = listing.next_page().await? {
                entries += page.len();
                // What cannot be saved is read again the next time.
                if writer.as_mut().is_some_and(|writer| writer.add(&page).is_err()) {
                    writer = None;
                }
                take(&page);
            }
            Ok(())
        })?;
        if let Some(writer) = writer {
            drop(writer.finish());
        }
        self.note(name, entries, begun);
        Ok(())
    }

    fn note(&self, name: &str, entries: usize, read: Timestamp) {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        listings.push(PlanListing { name: name.to_owned(), entries, read, doubts: Vec::new() });
    }

    /// A saved listing that is young enough, with what umapish has changed since.
    fn saved(&self, name: &str) -> Option<(SavedListing, ListedChange)> {
        let listings = self.saved.as_ref()?;
        let saved = listings.find(name).filter(SavedListing::is_young)?;
        let change = listings.changes_since(&saved)?;
        Some((saved, change))
    }

    /// A new listing, which is saved.
    fn full<T: ListEntry + serde::Serialize>(
        &self,
        listing: Listing<T>,
        (name, saved_name): (&str, &str),
        take: impl FnMut(&[Arc<T>]) + Send,
    ) -> Result<()> {
        let begun = Timestamp::now();
        self.read(listing, name, Some(saved_name), take)?;
        if let Some(saved) = &self.saved {
            // If the time cannot be written, a later announcement is missing; the listing is not affected.
            drop(saved.mark_begun(name, begun));
        }
        Ok(())
    }

    /// A copy with the groups and users of the organization: those of saved listings that are young enough, brought up to
    /// date with what umapish has changed since, or of new ones.
    ///
    /// # Errors
    /// Those of the listings.
    pub(super) fn copy_builder(&self, found: &GroupFindings) -> Result<CopyBuilder> {
        let started = |groups: &[Arc<Group>]| {
            let mut builder = CopyBuilder::new(groups);
            builder.know_groups(&found.writable, &found.read_only);
            builder
        };
        let groups = self.groups()?;
        // The writers first: they remember the last change, so that one from here on is noticed the next time.
        let writers = self.update_writers();
        let usable = self.saved(SAVED_USERS).filter(|(_, change)| listing_update::is_possible(change));
        if let Some((saved, change)) = usable {
            if change.people.is_empty() {
                let (mut builder, mut entries, begun) = (started(&groups), 0, saved.begun);
                each_page(saved, |page| {
                    entries += page.len();
                    builder.add_users(page);
                })?;
                self.note(USERS, entries, begun);
                return Ok(builder);
            }
            let begun = saved.begun;
            if let Some(update) = self.updated(saved, &change, &groups)? {
                let groups: Vec<_> = groups.iter().map(|group| update.group(group)).collect();
                let mut builder = started(&groups);
                let entries = self.add_updated(&update, writers, &groups, &mut builder)?;
                self.note(USERS, entries, begun);
                self.note(CHANGED_PEOPLE, update.people(), Timestamp::now());
                return Ok(builder);
            }
        }
        let mut builder = started(&groups);
        let query = UserQuery { direct_only: Some(false), ..UserQuery::default() };
        self.full(self.client.users(query), (USERS, SAVED_USERS), |page| builder.add_users(page))?;
        Ok(builder)
    }

    /// All groups, of the saved listing unless some came or went since.
    fn groups(&self) -> Result<Vec<Arc<Group>>> {
        let mut groups: Vec<Arc<Group>> = Vec::new();
        let usable = |change: &ListedChange| !change.everything && !change.groups;
        if let Some((saved, _)) = self.saved(SAVED_GROUPS).filter(|(_, change)| usable(change)) {
            let begun = saved.begun;
            each_page(saved, |page| groups.extend_from_slice(page))?;
            self.note(GROUPS, groups.len(), begun);
        } else {
            let listing = self.client.groups();
            self.full(listing, (GROUPS, SAVED_GROUPS), |page| groups.extend_from_slice(page))?;
        }
        Ok(groups)
    }

    /// Writers for the listings of users and groups in place of the saved ones, as old as these.
    fn update_writers(&self) -> Option<(ListingWriter, ListingWriter)> {
        let listings = self.saved.as_ref()?;
        let begun = |name| listings.find(name).map(|saved| saved.begun);
        let users = listings.begin(SAVED_USERS, begun(SAVED_USERS)?).ok()?;
        Some((users, listings.begin(SAVED_GROUPS, begun(SAVED_GROUPS)?).ok()?))
    }

    /// Reads the people again whom umapish has changed; `None` if a new listing is needed.
    fn updated(
        &self,
        saved: SavedListing,
        change: &ListedChange,
        groups: &[Arc<Group>],
    ) -> Result<Option<ListingUpdate>> {
        if !listing_update::is_possible(change) {
            return Ok(None);
        }
        let mut listed: Vec<Arc<User>> = Vec::new();
        each_page(saved, |page: &[Arc<User>]| {
            listed.extend(page.iter().filter(|user| listing_update::concerns(change, user)).cloned());
        })?;
        let read = self.wait(async {
            let mut read = Vec::new();
            for (name, domain) in &change.people {
                let user = match self.client.get_user(name, domain.as_deref()).await {
                    Ok(user) => Some(user),
                    Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => None,
                    Err(error) => return Err(error),
                };
                read.push(((name.clone(), domain.clone()), user));
            }
            Ok(read)
        })?;
        let Some(mut update) = ListingUpdate::of(&listed, read) else { return Ok(None) };
        let Some(wanted) = update.groups_to_read(groups) else { return Ok(None) };
        for (group, mut people) in wanted {
            let query = UserQuery { direct_only: Some(false), ..UserQuery::of_group(group) };
            let mut listing = self.client.users(query);
            self.wait(async {
                while let Some(page) = listing.next_page().await? {
                    for user in
                        page.iter().filter(|user| user.id.as_deref().is_some_and(|id| people.remove(id)))
                    {
                        update.complete(user);
                    }
                    if people.is_empty() {
                        break;
                    }
                }
                Ok(())
            })?;
            if !people.is_empty() {
                return Ok(None);
            }
        }
        update.compare(&listed);
        Ok(Some(update))
    }

    /// Adds the users of the saved listing, with the people who were read again, and saves that in its place. Returns how
    /// many there are.
    fn add_updated(
        &self,
        update: &ListingUpdate,
        mut writers: Option<(ListingWriter, ListingWriter)>,
        groups: &[Arc<Group>],
        builder: &mut CopyBuilder,
    ) -> Result<usize> {
        let Some(saved) = self.saved.as_ref().and_then(|listings| listings.find(SAVED_USERS)) else {
            return Err(Error::usage("the saved listing of users was removed while it was read"));
        };
        let mut entries = 0;
        let mut add = |page: &[Arc<User>]| {
            entries += page.len();
            // What cannot be saved is read again the next time.
            if writers.as_mut().is_some_and(|(users, _)| users.add(page).is_err()) {
                writers = None;
            }
            builder.add_users(page);
        };
        each_page(saved, |page: &[Arc<User>]| add(&update.kept(page)))?;
        add(&update.current());
        // The counts of members belong to the users, so both are saved, or none.
        if let Some((users, mut with_groups)) = writers
            && with_groups.add(groups).is_ok()
            && with_groups.finish().is_ok()
        {
            drop(users.finish());
        }
        Ok(entries)
    }
}

/// Reads a saved listing to its end.
fn each_page<T: ListEntry>(saved: SavedListing, mut take: impl FnMut(&[Arc<T>])) -> Result<()> {
    let mut pages = saved.pages::<T>();
    while let Some(page) = pages.next_page()? {
        take(&page);
    }
    Ok(())
}

/// Reads direct members for a copy.
pub(super) struct DirectMembers(pub(super) Arc<OriginalReader>);

impl MemberSource for DirectMembers {
    fn direct_members(&self, group: &str) -> Result<Vec<Arc<User>>, String> {
        let query = UserQuery { direct_only: Some(true), exclude_groups: true, ..UserQuery::of_group(group) };
        let mut members = Vec::new();
        let listing = self.0.client.users(query);
        let read = self.0.read(listing, group, None, |page| members.extend_from_slice(page));
        read.map(|()| members).map_err(|error| error.to_string())
    }
}
