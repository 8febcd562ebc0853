//! Copies of an organization: read from its listings, served in this process, or kept in a file.

use crate::app::organization::{OrganizationContext, sandbox_settings};
use crate::app::original_reader::{CHANGED_PEOPLE, DirectMembers, OriginalReader};
use crate::client::Client;
use crate::client::event::ClientObserver;
use crate::client::settings::{Mode, Pace, SignInFlow};
use crate::error::{Error, Result};
use crate::host::interrupt::Interrupt;
use crate::output::Output;
use crate::plan::file::PlanListing;
use crate::sandbox::Sandbox;
use crate::session::guard::GuardLimits;
use crate::shell::humanize::rounded;
use crate::store::group_evidence::GroupEvidenceFile;
use crate::store::saved_listing::SavedListings;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Builder;

/// How long a response of a copy may take: it may have to read from the original first, which has limits.
const COPY_TIMEOUT: Duration = Duration::from_hours(2);
/// Listings that are older than this are mentioned.
const RECENT: Duration = Duration::from_mins(10);

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
        let reader = Arc::new(OriginalReader::new(client, runtime, saved));
        let evidence = (context.folder)().ok();
        let evidence = evidence.map(|folder| GroupEvidenceFile::of(&folder, &organization, &service));
        let found = evidence.map(|file| file.findings(Timestamp::now())).unwrap_or_default();
        let builder = reader.copy_builder(&found)?;
        let copy = builder.finish(Some(Box::new(DirectMembers(Arc::clone(&reader)))));
        let server = Sandbox::start_copy(copy, organization.clone());
        let server = server.map_err(|error| cannot_serve(&error))?;
        let folder = tempfile::tempdir().map_err(|error| Error::file("the temporary folder", error))?;
        Ok(Self { server, organization, service, reader, folder })
    }

    /// The listings that were read so far, with what is wrong with them.
    pub(crate) fn listings(&self) -> Vec<PlanListing> {
        let mut listings = self.reader.listings();
        if let Some(users) = listings.iter_mut().find(|listing| listing.name == "users") {
            users.doubts = self.server.doubts();
        }
        listings
    }

    /// Tells the operator what of the copy is not new.
    pub(crate) fn note_age(&self, output: &Output) {
        let listings = self.listings();
        let oldest = listings.iter().map(|listing| listing.read).min();
        let age = oldest.and_then(|read| Duration::try_from(Timestamp::now().duration_since(read)).ok());
        if let Some(age) = age.filter(|age| *age > RECENT) {
            output.note(&format!(
                "the copy rests on listings that are {} old; what others changed since is not in it",
                rounded(age)
            ));
        }
        if let Some(changed) = listings.iter().find(|listing| listing.name == CHANGED_PEOPLE) {
            let people = if changed.entries == 1 { "person" } else { "people" };
            output.note(&format!(
                "{} {people} whom umapish has changed since the listing were read again",
                changed.entries
            ));
        }
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
