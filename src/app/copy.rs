//! Copies of an organization: read from its listings, served in this process, or kept in a file.

use crate::app::organization::{OrganizationContext, sandbox_settings};
use crate::client::Client;
use crate::client::event::ClientObserver;
use crate::client::listing::Listing;
use crate::client::listing::entry::ListEntry;
use crate::client::listing::query::UserQuery;
use crate::client::settings::{Mode, Pace, SignInFlow};
use crate::error::{Error, Result};
use crate::host::interrupt::Interrupt;
use crate::plan::file::PlanListing;
use crate::sandbox::{CopyBuilder, MemberSource, Sandbox};
use crate::session::guard::GuardLimits;
use crate::store::group_evidence::GroupEvidenceFile;
use crate::store::saved_listing::{SavedListing, SavedListings};
use crate::wire::group::Group;
use crate::wire::limits::LISTING_INTERVAL_SECONDS;
use crate::wire::user::User;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// The listing of groups, on disk and in plans.
const GROUPS: &str = "groups";
/// The listing of users with the profiles that come with user groups, on disk.
const USERS: &str = "users with all profiles";
/// How long a response of a copy may take: it may have to read from the original first, which has limits.
const COPY_TIMEOUT: Duration = Duration::from_hours(2);

/// A copy that is being served in this process.
pub(crate) struct OrganizationReplica {
    /// Its server.
    pub(crate) server: Sandbox,
    /// The id of the original.
    pub(crate) organization: String,
    /// The address of the original's service.
    pub(crate) service: String,
    reader: Arc<OriginalReader>,
    folder: TempDir,
}

/// Reads the original.
struct OriginalReader {
    client: Client,
    runtime: Runtime,
    saved: Option<SavedListings>,
    listings: Mutex<Vec<PlanListing>>,
}

impl OriginalReader {
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
                if let Some(writer) = &mut writer {
                    writer.add(&page)?;
                }
                take(&page);
            }
            Ok(())
        })?;
        if let Some(writer) = writer {
            writer.finish()?;
        }
        self.note(name, entries, begun);
        Ok(())
    }

    fn note(&self, name: &str, entries: usize, read: Timestamp) {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        listings.push(PlanListing { name: name.to_owned(), entries, read, doubts: Vec::new() });
    }

    /// A saved listing that is young enough, unless umapish changed the organization since.
    fn saved(&self, name: &str) -> Option<SavedListing> {
        let saved = self.saved.as_ref()?.find(name)?;
        let age = Timestamp::now().duration_since(saved.begun);
        let limit = i64::try_from(LISTING_INTERVAL_SECONDS).unwrap_or(i64::MAX);
        (!saved.is_stale && !age.is_negative() && age.as_secs() < limit).then_some(saved)
    }

    /// A saved listing or a new one.
    fn full<T: ListEntry + serde::Serialize>(
        &self,
        listing: Listing<T>,
        (name, saved_name): (&str, &str),
        mut take: impl FnMut(&[Arc<T>]) + Send,
    ) -> Result<()> {
        let Some(saved) = self.saved(saved_name) else {
            let begun = Timestamp::now();
            self.read(listing, name, Some(saved_name), take)?;
            if let Some(saved) = &self.saved {
                // If the time cannot be written, a later announcement is missing; the listing is not affected.
                drop(saved.mark_begun(saved_name, begun));
            }
            return Ok(());
        };
        let (begun, mut pages) = (saved.begun, saved.pages::<T>());
        let mut entries = 0;
        while let Some(page) = pages.next_page()? {
            entries += page.len();
            take(&page);
        }
        self.note(name, entries, begun);
        Ok(())
    }
}

/// Reads direct members for a copy.
struct DirectMembers(Arc<OriginalReader>);

impl MemberSource for DirectMembers {
    fn direct_members(&self, group: &str) -> Result<Vec<Arc<User>>, String> {
        let query = UserQuery { direct_only: Some(true), exclude_groups: true, ..UserQuery::of_group(group) };
        let mut members = Vec::new();
        let listing = self.0.client.users(query);
        let read = self.0.read(listing, group, None, |page| members.extend_from_slice(page));
        read.map(|()| members).map_err(|error| error.to_string())
    }
}

impl OrganizationReplica {
    /// Reads the organization of a context and serves the copy.
    ///
    /// # Errors
    /// Those of its listings; `config`: the connection or the server cannot be set up.
    pub(crate) fn read(
        context: &OrganizationContext,
        interrupt: &Interrupt,
        observer: &Arc<dyn ClientObserver>,
    ) -> Result<Self> {
        if let Some(problem) = &context.problem {
            return Err(problem.clone());
        }
        let settings = (context.connect)(SignInFlow::Configured)?;
        let (organization, service) = (settings.organization.clone(), settings.service_url.clone());
        let saved = (context.folder)().ok().map(|folder| SavedListings::of(&folder, &organization, &service));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| cannot_serve(&error))?;
        let client = Client::new(settings, Arc::clone(observer), interrupt.token());
        let reader = Arc::new(OriginalReader { client, runtime, saved, listings: Mutex::default() });
        let mut groups: Vec<Arc<Group>> = Vec::new();
        reader.full(reader.client.groups(), (GROUPS, GROUPS), |page| groups.extend_from_slice(page))?;
        let mut builder = CopyBuilder::new(&groups);
        if let Ok(folder) = (context.folder)() {
            let found = GroupEvidenceFile::of(&folder, &organization, &service).findings(Timestamp::now());
            builder.know_groups(&found.writable, &found.read_only);
        }
        let query = UserQuery { direct_only: Some(false), ..UserQuery::default() };
        reader.full(reader.client.users(query), ("users", USERS), |page| builder.add_users(page))?;
        let copy = builder.finish(Some(Box::new(DirectMembers(Arc::clone(&reader)))));
        let server = Sandbox::start_copy(copy, organization.clone());
        let server = server.map_err(|error| cannot_serve(&error))?;
        let folder = tempfile::tempdir().map_err(|error| Error::file("the temporary folder", error))?;
        Ok(Self { server, organization, service, reader, folder })
    }

    /// The listings that were read so far, with what is wrong with them.
    pub(crate) fn listings(&self) -> Vec<PlanListing> {
        let mut listings = self.reader.listings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(users) = listings.iter_mut().find(|listing| listing.name == "users") {
            users.doubts = self.server.doubts();
        }
        listings
    }

    /// The context of a run on the copy: its guards and files are those of the original.
    pub(crate) fn context(self: &Rc<Self>, original: OrganizationContext) -> OrganizationContext {
        let (kept, served) = (Rc::clone(self), Rc::clone(self));
        let read = self.listings().iter().map(|listing| listing.read).min().unwrap_or_else(Timestamp::now);
        let time = read.to_zoned_datetime(TimeZone::system()).strftime("%-d %b %H:%M").to_string();
        // What the script touches is read while it runs; a sandbox lives as long as these.
        let origin = (original.connect, original.folder);
        OrganizationContext {
            profile: format!("copy of {}, {time}", original.profile),
            organization: Some(self.organization.clone()),
            service: None,
            mode: if original.mode == Mode::Test && !original.is_real { Mode::Test } else { Mode::Live },
            is_real: false,
            is_copy: true,
            problem: None,
            journal_keep: None,
            folder: Rc::new(move || Ok(kept.folder.path().to_owned())),
            // Whether an account may be deleted permanently is asked where it is done.
            limits: GuardLimits { real: false, needs_approval: false, ..original.limits },
            connect: Box::new(move |flow| {
                let _ = &origin;
                let mut settings = sandbox_settings(&served.server, flow)?;
                settings.organization.clone_from(&served.organization);
                settings.timeout = COPY_TIMEOUT;
                settings.pace = Pace::Off;
                // A plan shows what is done to each person.
                settings.pack = false;
                settings.verify_delay = Duration::ZERO;
                Ok(settings)
            }),
            ..original
        }
    }
}

fn cannot_serve(error: &dyn std::fmt::Display) -> Error {
    Error::config(
        format!("the copy cannot be served: {error}"),
        "Try again; if it still fails, another program blocks connections on loopback.",
    )
}
