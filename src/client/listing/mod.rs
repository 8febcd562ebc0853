//! Listings, page by page: complete, or an error that says which page.

pub(crate) mod dedup;
pub mod entry;
mod page_request;
mod prefetch;
pub mod query;

use self::query::UserQuery;
use super::connection::Client;
use crate::client::event::ClientEvent;
use crate::client::listing::dedup::DedupSet;
use crate::client::listing::entry::ListEntry;
use crate::client::listing::page_request::{FetchedPage, ListingKind, PageReader};
use crate::client::listing::prefetch::Prefetcher;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::group::Group;
use crate::wire::identity::fold;
use crate::wire::response::{NOT_FOUND, SUCCESS};
use crate::wire::user::User;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A listing that is read page by page. Nothing is asked for before the first page, and nothing more before the
/// second; from then on pages are fetched ahead.
pub struct Listing<T> {
    reader: PageReader,
    prefetcher: Prefetcher<T>,
    name: String,
    returned: DedupSet,
    page: usize,
    total: Option<usize>,
    pages: Option<usize>,
    ended: Option<Result<()>>,
    /// A page that said it was the last one, while `X-Page-Count` said otherwise: the next one settles it.
    doubtful: Option<usize>,
    /// Whether the hooks were told of its end.
    end_reported: bool,
}

/// What a page turned out to be.
enum PageContent<T> {
    Entries { entries: Vec<Arc<T>>, last: bool },
    End,
}

impl Listing<User> {
    pub(super) fn users(client: Client, query: UserQuery) -> Self {
        Self::new(client, ListingKind::Users(query))
    }
}

impl Listing<Group> {
    pub(super) fn groups(client: Client) -> Self {
        Self::new(client, ListingKind::Groups)
    }
}

impl Client {
    /// The number of the group with this folded name.
    async fn group_id(&self, name: &str) -> Result<Option<i64>> {
        let mut groups = Listing::groups(self.clone());
        while let Some(page) = groups.next_page().await? {
            if let Some(group) = page.iter().find(|group| fold(&group.group_name) == name) {
                return Ok(group.group_id);
            }
        }
        Ok(None)
    }
}

impl<T: ListEntry> Listing<T> {
    fn new(client: Client, source: ListingKind) -> Self {
        Self {
            prefetcher: Prefetcher::new(source.endpoint()),
            name: source.name(),
            reader: PageReader::new(client, source),
            returned: DedupSet::default(),
            page: 0,
            total: None,
            pages: None,
            ended: None,
            doubtful: None,
            end_reported: false,
        }
    }

    /// The entries of the next page that did not stand on an earlier one; `None` after the last page.
    ///
    /// # Errors
    /// The first page's errors as they are, `interrupted`, and `incomplete` for whatever keeps a later page
    /// from being read. A listing that failed stays failed; one that was interrupted goes on.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        let page = self.read_page().await;
        self.notify_hooks(page.as_ref().map(Option::as_deref));
        page
    }

    /// Tells the hooks of a page of users, and how a listing ended.
    fn notify_hooks(&mut self, page: Result<Option<&[Arc<T>]>, &Error>) {
        let hooks = self.reader.client.hooks();
        if let Some(users) = page.as_ref().ok().and_then(|page| T::users((*page)?)) {
            for hook in &hooks {
                hook.users_read(users);
            }
        }
        match page {
            Err(error) => {
                for hook in &hooks {
                    hook.listing_ended(&self.name, Err(error));
                }
            }
            Ok(_)
                if self.is_finished()
                    && T::users(&[]).is_some()
                    && !std::mem::replace(&mut self.end_reported, true) =>
            {
                for hook in &hooks {
                    hook.listing_ended(&self.name, Ok(self.returned.count()));
                }
            }
            Ok(_) => {}
        }
    }

    async fn read_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        if let Some(ended) = &self.ended {
            return ended.clone().map(|()| None);
        }
        let content = self.fetch_content().await;
        match content {
            Ok(PageContent::Entries { entries, last }) => {
                self.page += 1;
                if last {
                    self.finish();
                } else if self.page > 1 {
                    self.prefetch();
                }
                Ok(Some(entries))
            }
            Ok(PageContent::End) => {
                self.finish();
                Ok(None)
            }
            Err(error) => {
                self.prefetcher.clear();
                // The operator may ask for the page once more.
                if !matches!(*error.kind, ErrorKind::Interrupted) {
                    self.ended = Some(Err(error.clone()));
                }
                Err(error)
            }
        }
    }

    /// Its end is not reported to the hooks: what it looks for may well be absent.
    pub(super) fn unobserved(mut self) -> Self {
        self.end_reported = true;
        self
    }

    /// From now on its waits and exchanges end when `stop` is cancelled: a listing may outlive the line that
    /// began it.
    pub fn set_stop(&mut self, stop: CancellationToken) {
        self.reader.client = self.reader.client.with_stop(stop);
    }

    async fn fetch_content(&mut self) -> Result<PageContent<T>> {
        let response = if self.page == 0 { self.first_page().await } else { self.later_page().await };
        let fetched = response.map_err(|error| self.with_page(error))?;
        self.total = fetched.total.or(self.total);
        self.pages = fetched.pages.max(self.pages);
        self.interpret(fetched)
    }

    async fn first_page(&mut self) -> Result<FetchedPage<T>> {
        match self.fetch().await {
            Err(error) if self.may_have_cut_name(&error) => self.fetch_by_id(error).await,
            response => response,
        }
    }

    /// The page at hand, from those in flight. One that left when another line of the prompt was stopped is sent for
    /// again.
    async fn later_page(&mut self) -> Result<FetchedPage<T>> {
        let stop = self.reader.client.stop.clone();
        loop {
            self.prefetch();
            let response = tokio::select! {
                biased;
                response = self.prefetcher.first() => response,
                () = stop.cancelled() => Some(Err(ErrorKind::Interrupted.into())),
            };
            match response {
                Some(Err(error)) if matches!(*error.kind, ErrorKind::Interrupted) && !stop.is_cancelled() => {
                    self.prefetcher.clear();
                }
                Some(response) => return response,
                // Nothing is known to be there, as when more pages came than `X-Page-Count` said.
                None => return self.fetch().await,
            }
        }
    }

    fn prefetch(&mut self) {
        self.prefetcher.prefetch(&self.reader, self.page, self.pages);
    }

    async fn fetch(&self) -> Result<FetchedPage<T>> {
        let starts = self.reader.source.is_full() && self.page == 0;
        let pragma = self.reader.client.shared.sync.take(starts);
        self.reader.clone().fetch(self.page, pragma).await
    }

    /// Whether the service may have cut a group's name at its last dot (contract 2.2).
    fn may_have_cut_name(&self, error: &Error) -> bool {
        let dotted = matches!(&self.reader.source, ListingKind::Users(UserQuery { group: Some(name), .. }) if name.contains('.'));
        dotted && self.page == 0 && matches!(*error.kind, ErrorKind::NotFound { .. })
    }

    /// Asks for the group by its number, which the listing of groups tells.
    async fn fetch_by_id(&mut self, not_found: Error) -> Result<FetchedPage<T>> {
        let ListingKind::Users(query) = &self.reader.source else { return Err(not_found) };
        let name = fold(query.group.as_deref().unwrap_or_default());
        let Some(number) = Box::pin(self.reader.client.group_id(&name)).await? else {
            return Err(not_found);
        };
        self.reader.client.shared.observer.notice(&ClientEvent::Note(format!(
            "{}: not found by name, asked for by number {number}",
            self.name
        )));
        let by_number = UserQuery { group: Some(number.to_string()), ..query.clone() };
        self.reader.source = ListingKind::Users(by_number);
        self.fetch().await
    }

    /// What a page means for the listing. It ends on `lastPage` alone, and for groups on `Not found` behind
    /// the first page (contract 7.19); everything else that looks like an end is an error.
    fn interpret(&mut self, fetched: FetchedPage<T>) -> Result<PageContent<T>> {
        let FetchedPage { page, digests, .. } = fetched;
        let groups = self.reader.source.is_groups();
        if groups && self.page > 0 && page.result == NOT_FOUND && page.last_page == Some(true) {
            return Ok(self.end_of_groups());
        }
        if page.result != SUCCESS {
            let message = page.message.unwrap_or_else(|| "no message".to_owned());
            let refused = ErrorKind::Rejected { status: 200, code: Some(page.result), message };
            return Err(self.with_page(refused.into()));
        }
        let Some(entries) = page.entries else {
            return Err(self.incomplete(format!("there is no `{}` in it", T::KEY)));
        };
        let Some(last) = page.last_page else {
            return Err(self.incomplete("it does not say whether it is the last one".to_owned()));
        };
        let count = entries.len();
        let pairs = entries.into_iter().zip(digests);
        let fresh: Vec<_> =
            pairs.filter(|(_, digest)| self.returned.insert(*digest)).map(|(entry, _)| entry).collect();
        if let Some(early) = self.doubtful {
            return match fresh.is_empty() {
                false => Err(self.ended_too_early(early)),
                true if self.is_doubtful() => Ok(PageContent::Entries { entries: fresh, last: false }),
                true => Ok(PageContent::End),
            };
        }
        if !last {
            self.check_continues(count, fresh.len())?;
        } else if self.is_doubtful() {
            self.doubtful = Some(self.page);
        }
        self.notify_page();
        Ok(PageContent::Entries { entries: fresh, last: last && self.doubtful.is_none() })
    }

    /// Whether the service said that more pages come than this one.
    fn is_doubtful(&self) -> bool {
        self.pages.is_some_and(|pages| self.page + 1 < pages)
    }

    fn ended_too_early(&self, page: usize) -> Error {
        let message = "it said to be the last one, yet there are more".to_owned();
        ErrorKind::Incomplete { listing: self.name.clone(), page, message }.into()
    }

    /// A page of groups that is not there; it may be one that should be.
    fn end_of_groups(&mut self) -> PageContent<T> {
        if self.pages.is_none_or(|pages| self.page >= pages) {
            return PageContent::End;
        }
        self.doubtful.get_or_insert(self.page);
        PageContent::Entries { entries: Vec::new(), last: false }
    }

    /// Whether a page that is not the last one can be one of many.
    fn check_continues(&self, count: usize, fresh: usize) -> Result<()> {
        if count == 0 {
            return Err(self.incomplete("it is empty, yet not the last one".to_owned()));
        }
        if fresh == 0 {
            return Err(
                self.incomplete("it repeats what earlier pages held, yet is not the last one".to_owned())
            );
        }
        match self.pages {
            Some(pages) if self.page + 1 >= pages => {
                Err(self
                    .incomplete(format!("it is the last of {pages} by X-Page-Count, yet not by `lastPage`")))
            }
            _ => Ok(()),
        }
    }

    fn notify_page(&self) {
        self.reader.client.shared.observer.notice(&ClientEvent::PageRead {
            listing: self.name.clone(),
            page: self.page,
            pages: self.pages,
            entries: self.returned.count(),
            total: self.total,
            left: self.left(),
        });
    }

    /// How long the pages that are left take, where that can be told.
    fn left(&self) -> Option<Duration> {
        let pages = self.pages?.saturating_sub(self.page + 1);
        self.reader.client.settings().pace.time_for(self.reader.source.endpoint(), pages)
    }

    fn finish(&mut self) {
        self.ended = Some(Ok(()));
        if self.reader.source.is_full() {
            self.reader.client.shared.sync.end();
        }
        let count = self.returned.count();
        if let Some(total) = self.total.filter(|total| *total > count) {
            let missing = total - count;
            let why = if self.reader.source.is_groups() {
                "the service counts more than it lists"
            } else {
                "the service leaves technical accounts out"
            };
            let note = format!("{}: {count} of {total}; {why} ({missing} here)", self.name);
            self.reader.client.shared.observer.notice(&ClientEvent::Note(note));
        }
    }

    /// An error on the first page stays what it is; on a later one it makes the listing incomplete.
    fn with_page(&self, error: Error) -> Error {
        if self.page == 0 || matches!(*error.kind, ErrorKind::Interrupted) {
            return error;
        }
        let incomplete = self.incomplete(error.kind.to_string());
        Error { kind: incomplete.kind, ..error }
    }

    fn incomplete(&self, message: String) -> Error {
        ErrorKind::Incomplete { listing: self.name.clone(), page: self.page, message }.into()
    }

    /// The listing's name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Entries in all (`X-Total-Count`), once the first page was read and if the service says so. More than
    /// the pages hold, where technical accounts are left out of them (contract 2.3).
    pub fn total(&self) -> Option<usize> {
        self.total
    }

    /// Pages in all (`X-Page-Count`), once the first page was read and if the service says so.
    pub fn pages(&self) -> Option<usize> {
        self.pages
    }

    /// Whether the last page was read.
    pub fn is_finished(&self) -> bool {
        matches!(self.ended, Some(Ok(())))
    }
}
