//! What is listed, and how one page of it is asked for.

use super::dedup::{Digest, Digester};
use super::entry::Entry;
use super::query::UserQuery;
use crate::client::attempts::{Call, Failed};
use crate::client::connection::Client;
use crate::client::http::target::Target;
use crate::client::http::transport::Response;
use crate::error::{ErrorKind, Result};
use crate::wire::endpoint::EndpointId;
use crate::wire::interner::Interner;
use crate::wire::response::{self, NOT_FOUND, Page};
use std::sync::{Arc, Mutex, PoisonError};

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Users(UserQuery),
    Groups,
}

/// A page as it came, with what its records are and what its headers say.
pub(crate) struct Fetched<T> {
    pub(crate) page: Page<T>,
    /// One for each entry.
    pub(crate) digests: Vec<Digest>,
    /// `X-Total-Count`.
    pub(crate) total: Option<usize>,
    /// `X-Page-Count`.
    pub(crate) pages: Option<usize>,
}

/// Asks for pages. Clones ask for the same and share the texts that repeat.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) client: Client,
    pub(crate) source: Source,
    interner: Arc<Mutex<Interner>>,
    digester: Digester,
}

impl Source {
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

    fn target(&self, organization: &str, page: usize) -> Result<Target> {
        let page = page.to_string();
        let mut values = vec![("organization", organization), ("page", page.as_str())];
        let Self::Users(query) = self else { return Ok(Target::of(self.endpoint(), &values, "")) };
        query.check()?;
        values.extend(query.group.as_deref().map(|group| ("group", group.trim())));
        Ok(Target::of(self.endpoint(), &values, &query.to_query()))
    }
}

impl Reader {
    pub(crate) fn new(client: Client, source: Source) -> Self {
        Self { client, source, interner: Arc::default(), digester: Digester::default() }
    }

    /// Asks for a page, and reads it where the answer comes in: a page fetched ahead is read beside the script.
    ///
    /// # Errors
    /// Those of the call.
    pub(crate) async fn fetch<T: Entry>(
        self,
        page: usize,
        pragma: Option<&'static str>,
    ) -> Result<Fetched<T>> {
        let target = self.source.target(&self.client.settings().organization, page)?;
        let call = Call { pragma, ..Call::new(target) };
        let groups = self.source.is_groups() && page > 0;
        match self.client.perform(&call, None, |response| self.read(response)).await {
            // A page beyond the end of the groups may also come with the status that its text suggests.
            Err(failed) if groups && is_end_of_groups(&failed) => Ok(end_of_groups()),
            answer => answer.map(|(page, _)| page).map_err(Failed::into_error),
        }
    }

    fn read<T: Entry>(&self, response: &Response) -> Result<Fetched<T>, String> {
        let mut interner = self.interner.lock().unwrap_or_else(PoisonError::into_inner);
        let page = response::page::<T>(&response.body, &mut interner).map_err(|error| error.to_string())?;
        drop(interner);
        let entries = page.entries.as_deref().unwrap_or_default();
        let digests = entries.iter().map(|entry| self.digester.digest(&**entry)).collect();
        let count = |name: &str| response.header(name)?.trim().parse().ok();
        Ok(Fetched { total: count("x-total-count"), pages: count("x-page-count"), page, digests })
    }
}

fn end_of_groups<T>() -> Fetched<T> {
    let page = Page { result: NOT_FOUND.to_owned(), last_page: Some(true), entries: None, message: None };
    Fetched { page, digests: Vec::new(), total: None, pages: None }
}

fn is_end_of_groups(failed: &Failed) -> bool {
    matches!(&*failed.error.kind, ErrorKind::NotFound { code: Some(code), .. } if code == NOT_FOUND)
}
