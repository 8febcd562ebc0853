//! Listings, page by page: complete, or an error that says which page.

use crate::error::Result;
use crate::wire::response::Listed;
use std::sync::Arc;

/// A listing that is read page by page. Nothing is asked for before the first page.
pub struct Listing<T> {
    name: String,
    total: Option<usize>,
    pages: Option<usize>,
    finished: bool,
    entries: std::marker::PhantomData<T>,
}

/// A record that can be listed.
pub trait Entry: Listed + Send + Sync + 'static {}

impl Entry for crate::wire::user::User {}
impl Entry for crate::wire::group::Group {}

impl<T: Entry> Listing<T> {
    /// The entries of the next page that did not stand on an earlier one; `None` after the last page.
    ///
    /// # Errors
    /// The first page's errors as they are; `incomplete` for any later page.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Arc<T>>>> {
        unimplemented!()
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
        self.finished
    }
}
