//! The numbers of people.

use serde::{Deserialize, Serialize};

/// The number of a person; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct PersonId(pub(super) u32);
