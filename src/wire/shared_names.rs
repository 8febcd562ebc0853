//! A list of names that is shared by all users with the same list.

use arcstr::ArcStr;
use serde::{Serialize, Serializer};
use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use triomphe::ThinArc;

/// The names of a user's groups, in the service's order. One pointer wide, since a million users have one each.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedNames(ThinArc<(), ArcStr>);

impl SharedNames {
    /// How many have this very list.
    pub fn holders(&self) -> usize {
        ThinArc::strong_count(&self.0)
    }

    /// Whether two lists are one.
    #[cfg(test)]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.as_ptr() == other.as_ptr()
    }
}

impl From<&[ArcStr]> for SharedNames {
    fn from(names: &[ArcStr]) -> Self {
        Self(ThinArc::from_header_and_iter((), names.iter().cloned()))
    }
}

impl From<Vec<ArcStr>> for SharedNames {
    fn from(names: Vec<ArcStr>) -> Self {
        Self(ThinArc::from_header_and_iter((), names.into_iter()))
    }
}

impl FromIterator<ArcStr> for SharedNames {
    fn from_iter<I: IntoIterator<Item = ArcStr>>(names: I) -> Self {
        names.into_iter().collect::<Vec<_>>().into()
    }
}

impl Deref for SharedNames {
    type Target = [ArcStr];
    fn deref(&self) -> &[ArcStr] {
        &self.0.slice
    }
}

impl Borrow<[ArcStr]> for SharedNames {
    fn borrow(&self) -> &[ArcStr] {
        self
    }
}

/// As a slice hashes: lists are looked up by their names.
impl Hash for SharedNames {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.deref().hash(state);
    }
}

impl fmt::Debug for SharedNames {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(formatter)
    }
}

impl Serialize for SharedNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.deref().serialize(serializer)
    }
}
