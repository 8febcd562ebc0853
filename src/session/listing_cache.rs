//! Full listings that are saved between runs: reused while they are young enough, and written as they are read. Also
//! the service's rule that one may start every two hours.

use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::listing::Listing;
use crate::client::request::ApiResponse;
use crate::client::settings::{Mode, Pace};
use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::session::listed_changes::listed_change_of;
use crate::session::listing_options::ListingRequest;
use crate::session::run_state::RunState;
use crate::store::saved_listing::{SavedListing, SavedListings};
use crate::values::record::ListItem;

use crate::values::record_list::RecordList;
use crate::wire::limits::LISTING_INTERVAL_SECONDS;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

/// Whether a saved listing can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SavedListingVerdict {
    Use,
    TooOld,
    /// Its clock or this one is wrong: how old it is cannot be known.
    InTheFuture,
    Stale,
}

/// Opens a full listing: a saved one if the call or the prompt's setting allows it, otherwise a new one. `name` is
/// its name on disk and in messages.
///
/// # Errors
/// The errors of the first page; `usage`: the operator does not want to start it now.
pub(crate) fn open<T: ListItem>(
    session: &Rc<Session>,
    listing: Listing<T>,
    name: &'static str,
    request: ListingRequest,
) -> Result<RecordList<T>> {
    let Some(saved_listings) = saved_listings(session)? else {
        return RecordList::open(session, listing, false);
    };
    let max_age = request.max_age.or(RunState::of(session).settings.listings.max_age);
    let saved = saved_listings.find(name);
    if let (Some(max_age), Some(saved)) = (max_age, saved) {
        let verdict =
            verdict_of(&saved, Timestamp::now(), ListingRequest { max_age: Some(max_age), ..request });
        session.console().note(&describe_verdict(
            name,
            &saved,
            verdict,
            saved_listings.changed(),
            Timestamp::now(),
        ));
        if verdict == SavedListingVerdict::Use {
            return Ok(RecordList::from_pages(saved.pages::<T>(), false));
        }
    }
    begin(session, listing, name, &saved_listings, max_age.is_some())
}

/// Starts a listing, which may have to wait.
fn begin<T: ListItem>(
    session: &Rc<Session>,
    listing: Listing<T>,
    name: &'static str,
    saved_listings: &SavedListings,
    is_kept: bool,
) -> Result<RecordList<T>> {
    let now = Timestamp::now();
    let paced = session.client()?.settings().pace != Pace::Off;
    if let Some(free) = next_start(saved_listings.begun(name), now).filter(|_| paced) {
        announce(session, name, saved_listings, free)?;
    }
    let writer = is_kept.then(|| saved_listings.begin(name, now)).and_then(|writer| match writer {
        Ok(writer) => Some(writer),
        Err(error) => {
            session.console().warn(&format!("the listing of {name} cannot be saved: {error}"));
            None
        }
    });
    let records = RecordList::open_and_save(session, listing, false, writer)?;
    if paced {
        // If the time cannot be written, a later announcement is missing; the listing is not affected.
        drop(saved_listings.mark_begun(name, now));
    }
    Ok(records)
}

/// Announces that a listing may have to wait; at the prompt the operator decides.
fn announce(
    session: &Session,
    name: &'static str,
    saved_listings: &SavedListings,
    free: Timestamp,
) -> Result<()> {
    let line = format!(
        "{name}: the service allows one full listing every two hours and may delay this one until {}",
        local_time(free)
    );
    let run = RunState::of(session);
    let listings = &run.settings.listings;
    if listings.announced.borrow_mut().insert(name) || listings.asks {
        session.console().note(&line);
    }
    if !listings.asks {
        return Ok(());
    }
    let answer = session.console().ask("Start it now anyway? [y/N] ")?;
    if answer.trim().eq_ignore_ascii_case("y") || answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    let hint = match saved_listings.find(name) {
        Some(saved) => {
            format!(
                "A listing of {} is saved; to use it, say how old it may be: #{{max_age: \"4h\"}}.",
                local_time(saved.begun)
            )
        }
        None => "With #{max_age: \"2h\"} a listing is saved and can be used again.".to_owned(),
    };
    Err(Error::usage_with_hint(format!("the listing of {name} was not started"), hint))
}

/// When the service certainly allows another listing of that name; `None` if it does now, as far as is known.
///
/// # Errors
/// Why there is no client.
pub(crate) fn delayed_until(session: &Session, name: &str) -> Result<Option<Timestamp>> {
    if session.client()?.settings().pace == Pace::Off {
        return Ok(None);
    }
    let listings = saved_listings(session)?;
    Ok(listings.and_then(|listings| next_start(listings.begun(name), Timestamp::now())))
}

/// When the service certainly allows another listing, if that is in the future.
fn next_start(begun: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let interval = SignedDuration::try_from(Duration::from_secs(LISTING_INTERVAL_SECONDS)).ok()?;
    begun?.checked_add(interval).ok().filter(|free| *free > now)
}

fn verdict_of(saved: &SavedListing, now: Timestamp, request: ListingRequest) -> SavedListingVerdict {
    let age = now.duration_since(saved.begun);
    let max_age =
        SignedDuration::try_from(request.max_age.unwrap_or_default()).unwrap_or(SignedDuration::MAX);
    if age.is_negative() {
        SavedListingVerdict::InTheFuture
    } else if age > max_age {
        SavedListingVerdict::TooOld
    } else if !request.stale && saved.is_stale {
        SavedListingVerdict::Stale
    } else {
        SavedListingVerdict::Use
    }
}

fn describe_verdict(
    name: &str,
    saved: &SavedListing,
    verdict: SavedListingVerdict,
    changed: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let age = age_text(now.duration_since(saved.begun));
    let when = local_time(saved.begun);
    let stale = changed.filter(|_| saved.is_stale);
    let since = stale.map(|changed| format!(", stale: umapish made a change at {}", local_time(changed)));
    let since = since.unwrap_or_default();
    match verdict {
        SavedListingVerdict::Use => format!("{name}: the saved listing of {when} ({age} old{since})"),
        SavedListingVerdict::TooOld => {
            format!("{name}: the saved listing of {when} is too old ({age}); starting a new one")
        }
        SavedListingVerdict::InTheFuture => {
            format!("{name}: the saved listing is dated in the future ({when}) and not used; check the clock")
        }
        SavedListingVerdict::Stale => {
            format!("{name}: the saved listing of {when} is not used ({age} old{since})")
        }
    }
}

fn age_text(age: SignedDuration) -> String {
    match age.as_secs() {
        seconds @ ..120 => format!("{seconds} s"),
        seconds @ ..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// A time in the operator's time zone.
fn local_time(timestamp: Timestamp) -> String {
    timestamp.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Finds the folder for files that outlive the run.
type FolderOf = dyn Fn() -> Result<PathBuf>;

/// The saved listings of the session's organization; `None` if nothing is saved.
///
/// # Errors
/// Why there is no client.
pub(crate) fn saved_listings(session: &Session) -> Result<Option<SavedListings>> {
    let client = session.client()?;
    Ok(saved_listings_of(
        RunState::of(session).settings.listings.folder.as_deref(),
        &client.settings().organization,
        &client.settings().service_url,
    ))
}

/// The saved listings of an organization; `None` if there is no folder for them.
fn saved_listings_of(folder: Option<&FolderOf>, organization: &str, service: &str) -> Option<SavedListings> {
    let folder = folder?().ok()?;
    Some(SavedListings::of(&folder, organization, service))
}

/// The hook that marks saved listings as stale, for a client of that organization and service.
pub(crate) fn hook(
    folder: Option<&FolderOf>,
    organization: &str,
    service: &str,
) -> Option<impl GateHook + 'static> {
    saved_listings_of(folder, organization, service).map(StaleMarker)
}

/// Marks the listings of an organization as stale when it is changed.
struct StaleMarker(SavedListings);

impl StaleMarker {
    /// A change is sent even if its time cannot be written.
    fn mark(&self, request: &ActionRequest) {
        if request.mode == Mode::Live {
            drop(self.0.mark_changed(Timestamp::now(), &listed_change_of(request)));
        }
    }
}

impl GateHook for StaleMarker {
    /// Before it is sent, since the process may end before the response.
    fn before(&self, request: &ActionRequest) -> Result<()> {
        self.mark(request);
        Ok(())
    }

    /// Once more, since a listing may have started meanwhile.
    fn after(&self, request: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {
        self.mark(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::listed_change::ListedChange;

    fn timestamp(text: &str) -> Timestamp {
        format!("2026-11-25T{text}Z").parse().unwrap()
    }

    /// A listing of 12:00, after which the organization was changed or not, whatever the clock said then.
    fn saved(changed: Option<&str>) -> SavedListing {
        let folder = tempfile::tempdir().unwrap();
        let saved_listings = SavedListings::of(folder.path(), "1@AdobeOrg", "service");
        saved_listings.begin("users", timestamp("12:00:00")).unwrap().finish().unwrap();
        if let Some(changed) = changed {
            saved_listings.mark_changed(timestamp(changed), &ListedChange::default()).unwrap();
        }
        saved_listings.find("users").unwrap()
    }

    #[test]
    fn a_saved_listing_is_used_while_it_is_young_and_nothing_has_changed_since() {
        let hours = |hours| ListingRequest { max_age: Some(Duration::from_hours(hours)), stale: false };
        let verdict_at = |now, changed, request| verdict_of(&saved(changed), timestamp(now), request);
        let verdict_of = |changed, request| verdict_at("13:00:00", changed, request);
        assert_eq!(verdict_of(None, hours(1)), SavedListingVerdict::Use);
        assert_eq!(verdict_of(None, hours(0)), SavedListingVerdict::TooOld);
        for changed in ["11:59:59", "12:00:00", "12:30:00"] {
            assert_eq!(verdict_of(Some(changed), hours(2)), SavedListingVerdict::Stale, "{changed}");
            let stale = ListingRequest { stale: true, ..hours(2) };
            assert_eq!(verdict_of(Some(changed), stale), SavedListingVerdict::Use, "{changed}");
        }
        assert_eq!(verdict_at("11:00:00", None, hours(2)), SavedListingVerdict::InTheFuture);
    }

    #[test]
    fn a_listing_is_allowed_two_hours_after_the_last_one_started() {
        let free = |begun: Option<&str>, now| next_start(begun.map(timestamp), timestamp(now));
        assert_eq!(free(None, "12:00:00"), None);
        assert_eq!(free(Some("12:00:00"), "13:59:59"), Some(timestamp("14:00:00")));
        assert_eq!(free(Some("12:00:00"), "14:00:00"), None);
    }

    #[test]
    fn the_age_is_shown_in_a_suitable_unit() {
        let text = |seconds| age_text(SignedDuration::from_secs(seconds));
        assert_eq!(
            [text(5), text(119), text(300), text(7199), text(90_000)],
            ["5 s", "119 s", "5 min", "119 min", "25 h"]
        );
    }
}
