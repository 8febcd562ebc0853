//! Listings, page by page: complete, or an error that says which page.

use super::Client;
use super::call::{Call, Failed};
use super::event::Event;
use super::query::UserQuery;
use super::target::Target;
use super::transport::Response;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::endpoint::EndpointId;
use crate::wire::group::Group;
use crate::wire::identity::{Identity, fold};
use crate::wire::intern::Interner;
use crate::wire::response::{self, Listed, NOT_FOUND, Page, SUCCESS};
use crate::wire::user::User;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// A record that can be listed.
pub trait Entry: Listed + Send + Sync + 'static {
    /// Feeds what makes the record the one it is to `digest`.
    fn identify(&self, digest: &mut dyn FnMut(&str));

    /// The records as users, where they are such.
    fn users(_records: &[Arc<Self>]) -> Option<&[Arc<User>]> {
        None
    }
}

impl Entry for User {
    fn users(records: &[Arc<Self>]) -> Option<&[Arc<User>]> {
        Some(records)
    }

    /// The service's own id; the person where it sent none.
    fn identify(&self, digest: &mut dyn FnMut(&str)) {
        if let Some(id) = &self.id {
            return digest(id);
        }
        let Identity { adobe_id, email, username, domain } = Identity::of(self);
        let kind = if adobe_id == Some(true) { "adobe" } else { "" };
        digest(&format!("{kind}\n{email}\n{username}\n{domain}"));
    }
}

impl Entry for Group {
    fn identify(&self, digest: &mut dyn FnMut(&str)) {
        match self.group_id {
            Some(id) => digest(&id.to_string()),
            None => digest(&fold(&self.group_name)),
        }
    }
}

/// A listing that is read page by page. Nothing is asked for before the first page.
pub struct Listing<T> {
    client: Client,
    source: Source,
    name: String,
    interner: Interner,
    seen: Seen,
    page: usize,
    total: Option<usize>,
    pages: Option<usize>,
    ended: Option<Result<()>>,
    /// Whether the hooks were told of its end.
    told: bool,
    records: std::marker::PhantomData<fn() -> T>,
}

/// What is listed.
#[derive(Clone)]
enum Source {
    Users(UserQuery),
    Groups,
}

/// Digests of the records already given out: 16 bytes each, wide enough that two never meet.
struct Seen {
    keys: HashSet<u128>,
    hashers: [RandomState; 2],
}

/// What a page turned out to be.
enum Turn<T> {
    Entries { entries: Vec<Arc<T>>, last: bool },
    End,
}

impl Listing<User> {
    pub(super) fn users(client: Client, query: UserQuery) -> Self {
        let name = query.name();
        Self::new(client, Source::Users(query), name)
    }
}

impl Listing<Group> {
    pub(super) fn groups(client: Client) -> Self {
        Self::new(client, Source::Groups, "groups".to_owned())
    }
}

impl<T: Entry> Listing<T> {
    fn new(client: Client, source: Source, name: String) -> Self {
        Self {
            client,
            source,
            name,
            interner: Interner::default(),
            seen: Seen { keys: HashSet::new(), hashers: [RandomState::new(), RandomState::new()] },
            page: 0,
            total: None,
            pages: None,
            ended: None,
            told: false,
            records: std::marker::PhantomData,
        }
    }

    /// The entries of the next page that did not stand on an earlier one; `None` after the last page.
    ///
    /// # Errors
    /// The first page's errors as they are, `interrupted`, and `incomplete` for whatever keeps a later page
    /// from being read. A listing that failed stays failed.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        let page = self.read_page().await;
        self.tell(page.as_ref().map(Option::as_deref));
        page
    }

    /// Tells the hooks of a page of users, and how a listing ended.
    fn tell(&mut self, page: Result<Option<&[Arc<T>]>, &Error>) {
        let hooks = self.client.hooks();
        if let Some(users) = page.as_ref().ok().and_then(|page| T::users((*page)?)) {
            for hook in &hooks {
                hook.seen(users);
            }
        }
        match page {
            Err(error) => {
                for hook in &hooks {
                    hook.listed(&self.name, Err(error));
                }
            }
            Ok(_)
                if self.is_finished()
                    && T::users(&[]).is_some()
                    && !std::mem::replace(&mut self.told, true) =>
            {
                for hook in &hooks {
                    hook.listed(&self.name, Ok(self.seen.keys.len()));
                }
            }
            Ok(_) => {}
        }
    }

    async fn read_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        if let Some(ended) = &self.ended {
            return ended.clone().map(|()| None);
        }
        let turn = self.turn().await;
        match turn {
            Ok(Turn::Entries { entries, last }) => {
                self.page += 1;
                if last {
                    self.finish();
                }
                Ok(Some(entries))
            }
            Ok(Turn::End) => {
                self.finish();
                Ok(None)
            }
            Err(error) => {
                self.ended = Some(Err(error.clone()));
                Err(error)
            }
        }
    }

    async fn turn(&mut self) -> Result<Turn<T>> {
        let answer = match self.fetch().await {
            Err(error) if self.name_was_cut(&error) => self.fetch_by_number(error).await,
            answer => answer,
        };
        let (page, totals) = answer.map_err(|error| self.placed(error))?;
        self.total = totals.0.or(self.total);
        self.pages = totals.1.or(self.pages);
        self.read(page)
    }

    async fn fetch(&mut self) -> Result<(Page<T>, (Option<usize>, Option<usize>))> {
        let mut call = Call::new(self.target()?);
        call.pragma = self.pragma();
        let groups = matches!(self.source, Source::Groups) && self.page > 0;
        let interner = &mut self.interner;
        let read = |response: &Response| {
            let page = response::page(&response.body, interner).map_err(|error| error.to_string())?;
            let count = |name: &str| response.header(name)?.trim().parse().ok();
            Ok((page, (count("x-total-count"), count("x-page-count"))))
        };
        match self.client.perform(&call, read).await {
            // A page beyond the end of the groups may also come with the status that its text suggests.
            Err(failed) if groups && is_end_of_groups(&failed) => Ok((end_of_groups(), (None, None))),
            answer => answer.map(|(page, _)| page).map_err(Failed::into_error),
        }
    }

    fn target(&self) -> Result<Target> {
        let organization = ("organization", self.client.settings().organization.as_str());
        let page = self.page.to_string();
        let page = ("page", page.as_str());
        match &self.source {
            Source::Groups => Ok(Target::of(EndpointId::Groups, &[organization, page], "")),
            Source::Users(query) => {
                query.check()?;
                let text = query.to_query();
                Ok(match &query.group {
                    Some(group) => {
                        let group = ("group", group.trim());
                        Target::of(EndpointId::GroupUsers, &[organization, page, group], &text)
                    }
                    None => Target::of(EndpointId::Users, &[organization, page], &text),
                })
            }
        }
    }

    /// Marks a full listing for the service (contract 1.4): all users or all groups, whose beginning is what
    /// it throttles (2.1). The end can be marked on the last page only where the page before said how many
    /// there are; otherwise it rides on the client's next call, as the Python client has it.
    fn pragma(&self) -> Option<&'static str> {
        let sync = &self.client.shared.sync;
        if self.is_full() && self.page > 0 && self.pages == Some(self.page + 1) {
            sync.end();
        }
        sync.take(self.is_full() && self.page == 0)
    }

    fn is_full(&self) -> bool {
        match &self.source {
            Source::Groups => true,
            Source::Users(query) => query.group.is_none() && query.domain.is_none(),
        }
    }

    /// Whether the service may have cut a group's name at its last dot (contract 2.2).
    fn name_was_cut(&self, error: &Error) -> bool {
        let dotted =
            matches!(&self.source, Source::Users(UserQuery { group: Some(name), .. }) if name.contains('.'));
        dotted && self.page == 0 && matches!(*error.kind, ErrorKind::NotFound { .. })
    }

    /// Asks for the group by its number, which the listing of groups tells.
    async fn fetch_by_number(
        &mut self,
        not_found: Error,
    ) -> Result<(Page<T>, (Option<usize>, Option<usize>))> {
        let Source::Users(query) = &self.source else { return Err(not_found) };
        let name = fold(query.group.as_deref().unwrap_or_default());
        let Some(number) = Box::pin(self.client.group_number(&name)).await? else { return Err(not_found) };
        self.client
            .shared
            .observer
            .notice(&Event::Note(format!("{}: not found by name, asked for by number {number}", self.name)));
        let by_number = UserQuery { group: Some(number.to_string()), ..query.clone() };
        self.source = Source::Users(by_number);
        self.fetch().await
    }

    /// What a page means for the listing. It ends on `lastPage` alone, and for groups on `Not found` behind
    /// the first page (contract 7.19); everything else that looks like an end is an error.
    fn read(&mut self, page: Page<T>) -> Result<Turn<T>> {
        let groups = matches!(self.source, Source::Groups);
        if groups && self.page > 0 && page.result == NOT_FOUND && page.last_page == Some(true) {
            return Ok(Turn::End);
        }
        if page.result != SUCCESS {
            let message = page.message.unwrap_or_else(|| "no message".to_owned());
            let refused = ErrorKind::Rejected { status: 200, code: Some(page.result), message };
            return Err(self.placed(refused.into()));
        }
        let Some(entries) = page.entries else {
            return Err(self.incomplete(format!("there is no `{}` in it", T::KEY)));
        };
        let Some(last) = page.last_page else {
            return Err(self.incomplete("it does not say whether it is the last one".to_owned()));
        };
        let count = entries.len();
        let fresh: Vec<_> = entries.into_iter().filter(|entry| self.seen.insert(&**entry)).collect();
        if !last {
            self.goes_on(count, fresh.len())?;
        }
        self.tell_page();
        Ok(Turn::Entries { entries: fresh, last })
    }

    /// Whether a page that is not the last one can be one of many.
    fn goes_on(&self, count: usize, fresh: usize) -> Result<()> {
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

    fn tell_page(&self) {
        self.client.shared.observer.notice(&Event::PageRead {
            listing: self.name.clone(),
            page: self.page,
            pages: self.pages,
            entries: self.seen.keys.len(),
            total: self.total,
        });
    }

    fn finish(&mut self) {
        self.ended = Some(Ok(()));
        if self.is_full() {
            self.client.shared.sync.end();
        }
        let count = self.seen.keys.len();
        if let Some(total) = self.total.filter(|total| *total > count) {
            let missing = total - count;
            self.client.shared.observer.notice(&Event::Note(format!(
                "{}: {count} of {total}; the service leaves technical accounts out ({missing} here)",
                self.name
            )));
        }
    }

    /// An error on the first page stays what it is; on a later one it makes the listing incomplete.
    fn placed(&self, error: Error) -> Error {
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

impl Seen {
    /// Whether the record is new.
    fn insert<T: Entry>(&mut self, record: &T) -> bool {
        let mut key = 0;
        record.identify(&mut |text| {
            let [high, low] = self.hashers.each_ref().map(|hasher| hasher.hash_one(text));
            key = (u128::from(high) << 64) | u128::from(low);
        });
        self.keys.insert(key)
    }
}

fn end_of_groups<T>() -> Page<T> {
    Page { result: NOT_FOUND.to_owned(), last_page: Some(true), entries: None, message: None }
}

fn is_end_of_groups(failed: &Failed) -> bool {
    matches!(&*failed.error.kind, ErrorKind::NotFound { code: Some(code), .. } if code == NOT_FOUND)
}
