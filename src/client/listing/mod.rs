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
use crate::wire::person_fingerprint::PersonFingerprints;
use crate::wire::response::{NOT_FOUND, SUCCESS};
use crate::wire::user::User;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Characters of a group's name that the service may misread in a path.
const MISREAD_IN_PATHS: [char; 5] = ['.', '/', '%', '?', '#'];
/// Pages without new entries that are read after the last one because `X-Page-Count` announced more. Technical
/// accounts, which are counted but not listed, explain one or two.
const PAGES_AFTER_LAST: usize = 3;
/// The number of the next listing.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);
/// The share of its total by which a listing may grow while it is read.
const GROWTH: usize = 10;

/// A listing that is read page by page. The first two pages are requested when they are read; from then on pages
/// are fetched ahead.
pub struct Listing<T> {
    reader: PageReader,
    prefetcher: Prefetcher<T>,
    name: String,
    /// The number of the listing, which no other one of the process has.
    number: u64,
    returned: DedupSet,
    /// The people of the page that was read last, until the hooks know them.
    people: Vec<PersonFingerprints>,
    page: usize,
    total: Option<usize>,
    /// The first total that was announced: a false one may grow with every page.
    announced: Option<usize>,
    /// Entries of the largest page.
    page_size: usize,
    pages: Option<usize>,
    ended: Option<Result<()>>,
    /// A page with `lastPage` although `X-Page-Count` announced more: the next page decides.
    doubtful: Option<usize>,
    /// Whether its end was reported to the hooks.
    end_reported: bool,
}

/// The content of a page.
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
    /// The id of the group with this folded name.
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
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            reader: PageReader::new(client, source),
            returned: DedupSet::default(),
            people: Vec::new(),
            page: 0,
            total: None,
            announced: None,
            page_size: 0,
            pages: None,
            ended: None,
            doubtful: None,
            end_reported: false,
        }
    }

    /// The entries of the next page that were not on an earlier one; `None` after the last page.
    ///
    /// # Errors
    /// The first page's errors unchanged, `interrupted`, and `incomplete` for a later page that cannot be read. A
    /// listing that failed keeps its error; one that was interrupted can be continued.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        let page = self.read_page().await;
        if let Some(groups) =
            page.as_ref().ok().and_then(|page| T::groups(page.as_deref().unwrap_or_default()))
        {
            self.reader.client.shared.known_groups.add(groups, self.is_finished());
        }
        self.notify_hooks(page.as_ref().map(Option::as_deref));
        page
    }

    /// Reports a page of users and the end of the listing to the hooks.
    fn notify_hooks(&mut self, page: Result<Option<&[Arc<T>]>, &Error>) {
        let hooks = self.reader.client.hooks();
        if let Some(users) = page.as_ref().ok().and_then(|page| T::users((*page)?)) {
            let reading = self.reader.source.reading(self.number);
            let people = std::mem::take(&mut self.people);
            for hook in &hooks {
                hook.people_read(&people);
                hook.users_read(users);
                if let Some(reading) = reading {
                    hook.users_found(users, reading);
                }
            }
        }
        match page {
            Err(error) if !self.end_reported => {
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
                    if let Some(reading) = self.reader.source.reading(self.number) {
                        hook.users_listed(reading);
                    }
                }
            }
            Ok(_) | Err(_) => {}
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
                // The operator may request the page again.
                if !matches!(*error.kind, ErrorKind::Interrupted) {
                    self.ended = Some(Err(error.clone()));
                }
                Err(error)
            }
        }
    }

    /// The same listing without reports of its end to the hooks, for a group that may not exist.
    pub(super) fn unobserved(mut self) -> Self {
        self.end_reported = true;
        self
    }

    /// Replaces the token that stops its waits and exchanges: a listing may outlive the line that started it.
    pub fn set_stop(&mut self, stop: CancellationToken) {
        self.reader.client = self.reader.client.with_stop(stop);
    }

    async fn fetch_content(&mut self) -> Result<PageContent<T>> {
        let response = if self.page == 0 { self.first_page().await } else { self.later_page().await };
        let fetched = response.map_err(|error| self.with_page(error))?;
        self.total = fetched.total.or(self.total);
        self.announced = self.announced.or(fetched.total);
        self.pages = fetched.pages.max(self.pages);
        self.interpret(fetched)
    }

    async fn first_page(&mut self) -> Result<FetchedPage<T>> {
        match self.fetch().await {
            Err(error) if self.may_have_misread_name(&error) => self.fetch_by_id(error).await,
            response => response,
        }
    }

    /// The next page, from those in flight. A page that was aborted with an earlier line of the prompt is requested
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
                // No page is in flight, for example because there are more pages than `X-Page-Count` announced.
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

    /// Whether the service may have misread the group's name in the path: it cuts names at a full stop, and its path
    /// does not allow for some characters even when they are encoded (contract 2.2, 7.42).
    fn may_have_misread_name(&self, error: &Error) -> bool {
        let ListingKind::Users(UserQuery { group: Some(name), .. }) = &self.reader.source else {
            return false;
        };
        let is_refused =
            matches!(*error.kind, ErrorKind::NotFound { .. } | ErrorKind::Rejected { status: 400, .. });
        self.page == 0 && is_refused && name.contains(MISREAD_IN_PATHS)
    }

    /// Requests the group by its id, which is in the listing of groups.
    async fn fetch_by_id(&mut self, not_found: Error) -> Result<FetchedPage<T>> {
        let ListingKind::Users(query) = &self.reader.source else { return Err(not_found) };
        let name = fold(query.group.as_deref().unwrap_or_default());
        let Ok(Some(number)) = Box::pin(self.reader.client.group_id(&name)).await else {
            return Err(not_found);
        };
        self.reader.client.shared.observer.notice(&ClientEvent::Note(format!(
            "{}: not found by name, listed by its id {number}",
            self.name
        )));
        let by_number = UserQuery { group: Some(number.to_string()), ..query.clone() };
        self.reader.source = ListingKind::Users(by_number);
        self.fetch().await
    }

    /// Interprets a page. The listing ends only on `lastPage`, and for groups on `Not found` after the first page
    /// (contract 7.19); everything else that looks like an end is an error.
    fn interpret(&mut self, fetched: FetchedPage<T>) -> Result<PageContent<T>> {
        let FetchedPage { page, digests, people, .. } = fetched;
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
            return Err(
                self.incomplete("it does not say whether it is the last page (`lastPage`)".to_owned())
            );
        };
        let count = entries.len();
        self.page_size = self.page_size.max(count);
        let are_new = self.returned.insert_page(&digests);
        let fresh: Vec<_> =
            entries.into_iter().zip(are_new).filter_map(|(entry, is_new)| is_new.then_some(entry)).collect();
        if let Some(early) = self.doubtful {
            return match fresh.is_empty() {
                false => Err(self.ended_too_early(early)),
                true if self.is_doubtful() && self.page - early >= PAGES_AFTER_LAST => {
                    Err(self.announced_too_much(early))
                }
                true if self.is_doubtful() => Ok(PageContent::Entries { entries: fresh, last: false }),
                true => Ok(PageContent::End),
            };
        }
        if !last {
            self.check_continues(count, fresh.len())?;
            self.check_total()?;
        } else if self.is_doubtful() {
            self.doubtful = Some(self.page);
        }
        self.notify_page();
        self.people = people;
        Ok(PageContent::Entries { entries: fresh, last: last && self.doubtful.is_none() })
    }

    /// Whether `X-Page-Count` announced more pages than this one.
    fn is_doubtful(&self) -> bool {
        self.pages.is_some_and(|pages| self.page + 1 < pages)
    }

    fn ended_too_early(&self, page: usize) -> Error {
        let message = "it was marked as the last page, but more pages follow".to_owned();
        ErrorKind::Incomplete { listing: self.name.clone(), page, message }.into()
    }

    /// The error for pages that `X-Page-Count` announces after the last one, and that bring nothing new.
    fn announced_too_much(&self, last: usize) -> Error {
        self.incomplete(format!(
            "X-Page-Count announces {} pages, but page {last} is marked as the last one and the pages after it repeat \
             its entries",
            self.pages.unwrap_or_default()
        ))
    }

    /// Checks that a listing that goes on has not gone past its own total by far, as one that never ends does.
    fn check_total(&self) -> Result<()> {
        let Some(total) = self.announced else { return Ok(()) };
        let most = total.saturating_add(total / GROWTH).saturating_add(self.page_size.saturating_mul(2));
        let count = self.returned.count();
        if count <= most {
            return Ok(());
        }
        Err(self.incomplete(format!("there are {count} entries so far, but X-Total-Count announced {total}")))
    }

    /// Handles a page of groups that does not exist although it may be needed.
    fn end_of_groups(&mut self) -> PageContent<T> {
        if self.pages.is_none_or(|pages| self.page >= pages) {
            return PageContent::End;
        }
        self.doubtful.get_or_insert(self.page);
        PageContent::Entries { entries: Vec::new(), last: false }
    }

    /// Checks that a page that is not the last one can be followed by others.
    fn check_continues(&self, count: usize, fresh: usize) -> Result<()> {
        if count == 0 {
            return Err(self.incomplete("it is empty, but not marked as the last page".to_owned()));
        }
        if fresh == 0 {
            return Err(self.incomplete(
                "it repeats the entries of earlier pages, but is not marked as the last page".to_owned(),
            ));
        }
        match self.pages {
            Some(pages) if self.page + 1 >= pages => Err(self.incomplete(format!(
                "it is the last of {pages} pages by X-Page-Count, but `lastPage` is false"
            ))),
            _ => Ok(()),
        }
    }

    /// The number of its pages; without `X-Page-Count`, those read so far and one more.
    pub(super) fn page_count(&self) -> usize {
        self.pages.unwrap_or(self.page + 1)
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

    /// The least time for the remaining pages, if known.
    fn left(&self) -> Option<Duration> {
        let pages = self.pages?.saturating_sub(self.page + 1);
        self.reader.client.settings().pace.time_for(self.reader.source.endpoint(), pages)
    }

    fn finish(&mut self) {
        self.ended = Some(Ok(()));
        if self.reader.source.is_full() {
            self.reader.client.shared.sync.end();
            self.reader.client.shared.full_listings.fetch_add(1, Ordering::Relaxed);
        }
        let count = self.returned.count();
        if let Some(total) = self.total.filter(|total| *total > count) {
            let missing = total - count;
            let why = if self.reader.source.is_groups() {
                "the service counts more groups than it lists"
            } else {
                "the service leaves out technical accounts"
            };
            let note = format!("{}: {count} of {total}; {why} ({missing} here)", self.name);
            self.reader.client.shared.observer.notice(&ClientEvent::Note(note));
        }
    }

    /// The error of a page: unchanged for the first page, `incomplete` for a later one.
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

    /// The total number of entries (`X-Total-Count`), after the first page and if the service sent it. It may be more
    /// than the pages contain, because technical accounts are left out of them (contract 2.3).
    pub fn total(&self) -> Option<usize> {
        self.total
    }

    /// The total number of pages (`X-Page-Count`), after the first page and if the service sent it.
    pub fn pages(&self) -> Option<usize> {
        self.pages
    }

    /// Whether the last page was read.
    pub fn is_finished(&self) -> bool {
        matches!(self.ended, Some(Ok(())))
    }
}
