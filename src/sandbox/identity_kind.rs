//! Kinds of ID in a state file, as the service writes them.

use crate::wire::identity::IdentityType;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
pub(super) fn serialize<S: Serializer>(kind: &IdentityType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IdentityType, D::Error> {
    let text = String::deserialize(deserializer)?;
    IdentityType::parse(&text).ok_or_else(|| D::Error::custom(format!("unknown identity type: {text}")))
}
