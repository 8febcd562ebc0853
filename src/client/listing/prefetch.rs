//! Fetches pages ahead of their reader, within the documented limits.

use crate::client::listing::entry::ListEntry;
use crate::client::listing::page_request::{FetchedPage, PageReader};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::endpoint::EndpointId;
use std::collections::VecDeque;
use tokio::task::JoinHandle;

/// The percentage of the calls allowed per minute that may be in flight. It limits the calls that are wasted if the
/// reader stops, and leaves slots of the minute to other calls.
const SHARE_PERCENT: u32 = 20;

/// The pages in flight, each on its own task. Dropping it aborts them.
pub(crate) struct Prefetcher<T> {
    pages: VecDeque<PrefetchedPage<T>>,
    depth: usize,
}

struct PrefetchedPage<T>(JoinHandle<Result<FetchedPage<T>>>);

impl<T> Drop for PrefetchedPage<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The most pages in flight: 5 of users (25 calls per minute), 1 of groups (5 calls per minute).
fn depth(endpoint: EndpointId) -> usize {
    let limit = endpoint.endpoint().limit.map_or(0, |limit| limit.per_client);
    usize::try_from(limit * SHARE_PERCENT / 100).unwrap_or(1).max(1)
}

impl<T: ListEntry> Prefetcher<T> {
    pub(crate) fn new(endpoint: EndpointId) -> Self {
        Self { pages: VecDeque::new(), depth: depth(endpoint) }
    }

    /// Requests pages until enough are in flight; `next` is the page that the reader needs next. The further a
    /// listing was read, the more pages are requested, since it is then more likely to be read to the end.
    ///
    /// Without `X-Page-Count`, a page is known to exist once the one before it was read. A last page with the mark
    /// for the end of the listing is requested after all others have arrived.
    pub(crate) fn prefetch(&mut self, reader: &PageReader, next: usize, page_count: Option<usize>) {
        let known = page_count.unwrap_or(next + 1);
        while self.pages.len() < self.depth.min(next + 1) {
            let page = next + self.pages.len();
            let marked = reader.source.is_full() && page_count == Some(page + 1);
            if page >= known || (marked && !self.all_finished()) {
                return;
            }
            let pragma = reader.client.shared.sync.mark(marked);
            self.pages.push_back(PrefetchedPage(tokio::spawn(reader.clone().fetch(page, pragma))));
        }
    }

    /// The page that was requested first; `None` if none is in flight. If the caller stops waiting, the page stays
    /// in flight.
    pub(crate) async fn first(&mut self) -> Option<Result<FetchedPage<T>>> {
        let response = (&mut self.pages.front_mut()?.0).await;
        self.pages.pop_front();
        Some(response.unwrap_or_else(|error| Err(stopped(&error))))
    }

    /// Aborts all pages in flight.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
    }

    fn all_finished(&self) -> bool {
        self.pages.iter().all(|page| page.0.is_finished())
    }
}

/// The error for a task without a result: the runtime was shut down, or the task panicked.
fn stopped(error: &tokio::task::JoinError) -> Error {
    if error.is_cancelled() {
        return ErrorKind::Interrupted.into();
    }
    ErrorKind::Unavailable {
        status: None,
        code: None,
        message: "the request for the page was aborted".to_owned(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_follows_the_documented_limit() {
        assert_eq!([EndpointId::Users, EndpointId::GroupUsers, EndpointId::Groups].map(depth), [5, 5, 1]);
    }
}
