//! Listings that are not completely read when a change is about to be sent.

use crate::error::Result;

/// A listing that may have unread pages.
pub trait UnfinishedListing {
    /// Called before a change is sent: reads the remaining pages, unless nothing needs them.
    ///
    /// # Errors
    /// `incomplete`, naming the page; it is the listing's error from then on.
    fn finish(&self) -> Result<()>;
}
