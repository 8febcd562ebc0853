//! Pages fetched ahead of their reader, within the documented limits.

use crate::client::listing::entry::ListEntry;
use crate::client::listing::page_request::{FetchedPage, PageReader};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::endpoint::EndpointId;
use std::collections::VecDeque;
use tokio::task::JoinHandle;

/// Of the calls that a minute allows, so many in a hundred may be in flight: a listing that is given up has then
/// spent no more of them for nothing, and the slots of a minute are not all taken at its beginning.
const SHARE_PERCENT: u32 = 20;

/// The pages in flight, each on its own task. Dropping it gives them up.
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

/// Pages in flight at most: 5 of users, whose calls are 25 a minute, 1 of groups, of which there are 5.
fn depth(endpoint: EndpointId) -> usize {
    let limit = endpoint.endpoint().limit.map_or(0, |limit| limit.per_client);
    usize::try_from(limit * SHARE_PERCENT / 100).unwrap_or(1).max(1)
}

impl<T: ListEntry> Prefetcher<T> {
    pub(crate) fn new(endpoint: EndpointId) -> Self {
        Self { pages: VecDeque::new(), depth: depth(endpoint) }
    }

    /// Sends for pages until enough are in flight, `next` being the one its reader wants next. The further a listing
    /// was read, the surer it is that it will be read to its end: who wanted its first pages alone has spent little.
    ///
    /// Without `X-Page-Count` a page is known to be there once the one before it was read. A last page that carries
    /// the mark of a listing's end leaves when all others have come.
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

    /// The page sent for first, `None` when none is in flight. A page that is waited for stays in flight when the
    /// waiting is given up.
    pub(crate) async fn first(&mut self) -> Option<Result<FetchedPage<T>>> {
        let response = (&mut self.pages.front_mut()?.0).await;
        self.pages.pop_front();
        Some(response.unwrap_or_else(|error| Err(stopped(&error))))
    }

    /// Gives up what is in flight.
    pub(crate) fn clear(&mut self) {
        self.pages.clear();
    }

    fn all_finished(&self) -> bool {
        self.pages.iter().all(|page| page.0.is_finished())
    }
}

/// A task that ended without an answer: the runtime went away, or the task broke.
fn stopped(error: &tokio::task::JoinError) -> Error {
    if error.is_cancelled() {
        return ErrorKind::Interrupted.into();
    }
    ErrorKind::Unavailable { status: None, code: None, message: "the page was given up".to_owned() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_follows_the_documented_limit() {
        assert_eq!([EndpointId::Users, EndpointId::GroupUsers, EndpointId::Groups].map(depth), [5, 5, 1]);
    }
}
