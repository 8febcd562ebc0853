//! The kinds of listings, and the request for one page.

use super::query::UserQuery;
use crate::client::api_call::{ApiCall, FailedCall};
use crate::client::connection::Client;
use crate::client::event::ClientEvent;
use crate::client::hooks::{UserListing, UserReading};
use crate::client::http::target::RequestTarget;
use crate::client::http::transport::HttpResponse;
use crate::client::listing::dedup::{RecordDigest, RecordDigester};
use crate::client::listing::entry::ListEntry;
use crate::error::{ErrorKind, Result};
use crate::wire::endpoint::EndpointId;
use crate::wire::interner::StringInterner;
use crate::wire::person_fingerprint::PersonFingerprints;
use crate::wire::response::{self, NOT_FOUND, ResponsePage};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListingKind {
    Users(UserQuery),
    Groups,
}

/// A page with the digests of its records and the counts of its headers.
pub(crate) struct FetchedPage<T> {
    pub(crate) page: ResponsePage<T>,
    /// One per entry.
    pub(crate) digests: Vec<RecordDigest>,
    /// One per entry of a listing of users.
    pub(crate) people: Vec<PersonFingerprints>,
    /// `X-Total-Count`.
    pub(crate) total: Option<usize>,
    /// `X-Page-Count`.
    pub(crate) pages: Option<usize>,
}

/// Requests pages. Clones request the same listing and share repeated strings.
#[derive(Clone)]
pub(crate) struct PageReader {
    pub(crate) client: Client,
    pub(crate) source: ListingKind,
    /// Those that no page uses. A page has one to itself while it is parsed, so that none waits for another; there are
    /// as many as pages parsed at a time.
    interners: Arc<Mutex<Vec<StringInterner>>>,
    /// Whether a field of an unexpected type was reported.
    odd_field_noted: Arc<AtomicBool>,
    digester: RecordDigester,
}

impl ListingKind {
    /// Whether it is all users or all groups.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Groups => true,
            Self::Users(query) => query.group.is_none() && query.domain.is_none(),
        }
    }

    pub(crate) fn is_groups(&self) -> bool {
        matches!(self, Self::Groups)
    }

    /// What its users were asked for; `None` for groups.
    pub(crate) fn reading(&self, number: u64) -> Option<UserReading<'_>> {
        match self {
            Self::Users(query) => Some(UserReading::Listing(UserListing {
                number,
                group: query.group.as_deref(),
                has_all_members: query.status.is_none(),
                counts_indirect: query.direct_only == Some(false),
                shows_groups: !query.exclude_groups,
            })),
            Self::Groups => None,
        }
    }

    /// The listing's name in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Users(query) => query.name(),
            Self::Groups => "groups".to_owned(),
        }
    }

    /// The endpoint that lists it.
    pub(crate) fn endpoint(&self) -> EndpointId {
        match self {
            Self::Groups => EndpointId::Groups,
            Self::Users(query) if query.group.is_some() => EndpointId::GroupUsers,
            Self::Users(_) => EndpointId::Users,
        }
    }

    fn target(&self, organization: &str, page: usize) -> Result<RequestTarget> {
        let page = page.to_string();
        let mut values = vec![("organization", organization), ("page", page.as_str())];
        let Self::Users(query) = self else { return Ok(RequestTarget::of(self.endpoint(), &values, "")) };
        query.check()?;
        values.extend(query.group.as_deref().map(|group| ("group", group.trim())));
        Ok(RequestTarget::of(self.endpoint(), &values, &query.to_query()))
    }
}

impl PageReader {
    pub(crate) fn new(client: Client, source: ListingKind) -> Self {
        Self {
            client,
            source,
            interners: Arc::default(),
            odd_field_noted: Arc::default(),
            digester: RecordDigester::default(),
        }
    }

    /// Requests a page and parses it on the same task, so that a prefetched page is parsed while the script runs.
    ///
    /// # Errors
    /// The errors of the call.
    pub(crate) async fn fetch<T: ListEntry>(
        self,
        page: usize,
        pragma: Option<&'static str>,
    ) -> Result<FetchedPage<T>> {
        let target = self.source.target(&self.client.settings().organization, page)?;
        let call = ApiCall { pragma, ..ApiCall::new(target) };
        let groups = self.source.is_groups() && page > 0;
        match self.client.perform(&call, None, |response| self.read(response)).await {
            // A page after the end of the groups may also have the status 404.
            Err(failed) if groups && is_end_of_groups(&failed) => Ok(end_of_groups()),
            response => response.map(|(page, _)| page).map_err(FailedCall::into_error),
        }
    }

    fn interners(&self) -> MutexGuard<'_, Vec<StringInterner>> {
        self.interners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T: ListEntry>(&self, response: &HttpResponse) -> Result<FetchedPage<T>, String> {
        let mut interner = self.interners().pop().unwrap_or_default();
        let page = response::page::<T>(&response.body, &mut interner).map_err(|error| error.to_string());
        self.interners().push(interner);
        let page = page?;
        let entries = page.entries.as_deref().unwrap_or_default();
        self.note_odd_field(entries);
        let digests = entries.iter().map(|entry| self.digester.digest(&**entry)).collect();
        let people = T::people(entries);
        let count = |name: &str| response.header(name)?.trim().parse().ok();
        Ok(FetchedPage { total: count("x-total-count"), pages: count("x-page-count"), page, digests, people })
    }
}

impl PageReader {
    /// Notes, once per listing, that a field has a value of an unexpected type, which scripts read as `()`.
    fn note_odd_field<T: ListEntry>(&self, entries: &[Arc<T>]) {
        let Some(field) = entries.iter().find_map(|entry| entry.odd_field()) else { return };
        if !self.odd_field_noted.swap(true, Ordering::Relaxed) {
            let note = format!(
                "{}: `{field}` of a {} has a value of an unexpected type, so it reads as `()`; \
                 `get(\"{field}\")` returns the value",
                self.source.name(),
                T::NOUN
            );
            self.client.shared.observer.notice(&ClientEvent::Note(note));
        }
    }
}

fn end_of_groups<T>() -> FetchedPage<T> {
    let page =
        ResponsePage { result: NOT_FOUND.to_owned(), last_page: Some(true), entries: None, message: None };
    FetchedPage { page, digests: Vec::new(), people: Vec::new(), total: None, pages: None }
}

fn is_end_of_groups(failed: &FailedCall) -> bool {
    matches!(&*failed.error.kind, ErrorKind::NotFound { code: Some(code), .. } if code == NOT_FOUND)
}
