//! People from other systems: who of them is who here, and groups that follow them.
//!
//! The rule of all of it: in doubt nobody loses anything. Rows that are not certain are named and add nobody; while there
//! are too many of them, nobody is removed.

pub(crate) mod account_index;
pub(crate) mod group_changes;
pub(crate) mod group_sync;
pub(crate) mod limits;
pub(crate) mod map_file;
pub(crate) mod map_run;
pub(crate) mod map_source;
pub(crate) mod new_account;
pub(crate) mod people_match;
pub(crate) mod profile_carriers;
pub(crate) mod row_text;
