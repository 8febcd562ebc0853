//! A copy of a real organization, made from its listings, for trials that change nothing there.
//!
//! Listings do not show everything. What they leave open is kept as such: whether a membership of a profile is direct, until
//! the direct members of the profile are read; whether a profile comes with a user group; whether a domain without
//! accounts is claimed. Each command on a copy says what its outcome rests on.

mod builder;
mod carried;
mod knowledge;
mod prediction;

pub use builder::{CopyBuilder, OrganizationCopy};
pub(super) use knowledge::CopyKnowledge;
pub use knowledge::{CopyDoubts, MemberSource};
pub(super) use prediction::{CommandForecast, forecast_before};
