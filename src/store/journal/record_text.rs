//! Strings of a record: owned, or those of the line that is read.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::borrow::Cow;
use std::fmt;

/// What holds the strings of a record.
pub trait RecordText<'de>: Deserialize<'de> + Default + Ord + AsRef<str> {}

impl<'de, S: Deserialize<'de> + Default + Ord + AsRef<str>> RecordText<'de> for S {}

/// A string of the line that is read; a copy only where the line has it escaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct LineText<'l>(Cow<'l, str>);

impl AsRef<str> for LineText<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for LineText<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LineTextVisitor;

        impl<'de> Visitor<'de> for LineTextVisitor {
            type Value = LineText<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(LineText(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(LineText(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(LineTextVisitor)
    }
}
