//! The numbers of people.

use serde::{Deserialize, Serialize};

/// A person's number; never given to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct PersonId(pub(super) u32);
