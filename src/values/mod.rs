//! The values of scripts: records, lists of records, dates, options, and their JSON.

pub mod date;
pub mod dynamic;
mod field_value;
pub mod json;
pub mod json_text;
pub(crate) mod key;
pub mod list_operators;
pub mod moment;
pub mod names;
pub mod nesting;
pub mod option_values;
pub mod options;
mod pointer_cache;
pub mod query;
pub mod raw_response;
pub mod record;
pub mod record_list;
pub mod script_value;
pub mod secret_text;
pub mod user_lookup;
pub mod user_ref;
