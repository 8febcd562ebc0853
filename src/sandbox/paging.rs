//! Listings in pages, with their headers (contract 2.3).

use crate::sandbox::response::SandboxResponse;
use serde::Serialize;

/// How many pages a listing has; they count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageCounts {
    total: usize,
    size: usize,
}

impl PageCounts {
    /// The pages for that many entries.
    pub(super) fn new(total: usize, size: usize) -> Self {
        Self { total, size: size.max(1) }
    }

    /// The entries of a page.
    pub(super) fn cut<T: Copy>(self, entries: &[T], page: usize) -> impl Iterator<Item = T> {
        entries.iter().skip(page.saturating_mul(self.size)).take(self.size).copied()
    }

    /// An empty listing has one empty page.
    pub(super) fn count(self) -> usize {
        self.total.div_ceil(self.size).max(1)
    }

    /// Whether no page follows.
    pub(super) fn is_last(self, page: usize) -> bool {
        page + 1 == self.count()
    }

    /// The page itself, or the last one for a page past the end (contract 7.19).
    pub(super) fn clamp(self, page: usize) -> usize {
        page.min(self.count() - 1)
    }

    /// The page with the paging headers; `hidden` entries count but are not shown (contract 2.3).
    pub(super) fn respond(
        self,
        page: usize,
        entries: usize,
        hidden: usize,
        body: &impl Serialize,
    ) -> SandboxResponse {
        SandboxResponse::json(200, body)
            .with("x-total-count", &(self.total + hidden))
            .with("x-page-count", &self.count())
            .with("x-current-page", &page)
            .with("x-page-size", &entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_on_one_page_and_the_last_page_is_known() {
        for total in [0, 1, 9, 10, 11, 25] {
            let (entries, pages): (Vec<_>, _) = ((0..total).collect(), PageCounts::new(total, 10));
            let all: Vec<_> = (0..pages.count()).flat_map(|page| pages.cut(&entries, page)).collect();
            assert_eq!(all, entries);
            assert_eq!((0..pages.count()).filter(|page| pages.is_last(*page)).count(), 1, "{total}");
            assert!(pages.is_last(pages.clamp(usize::MAX)), "{total}");
        }
    }
}
