//! Listings that are still being read when a change is about to be sent.

use crate::error::Result;

/// A listing that may still have pages to read.
pub trait UnfinishedListing {
    /// A change is about to be sent: reads the listing to its end, unless nothing needs the rest.
    ///
    /// # Errors
    /// `incomplete`, naming the page; it is the listing's error from then on.
    fn finish(&self) -> Result<()>;
}
