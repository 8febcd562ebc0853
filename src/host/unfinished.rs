//! Listings that are still being read when a change is about to leave.

use crate::error::Result;

/// A listing that may still have pages to read.
pub trait UnfinishedListing {
    /// A change is about to leave: reads it to its end, unless nobody would miss the rest.
    ///
    /// # Errors
    /// `incomplete`, naming the page; it is the listing's error from then on.
    fn finish(&self) -> Result<()>;
}
