//! Tools that explain Rhai: tokens, error messages, hints, foreign habits, the catalog and help.

pub mod call_description;
pub mod catalog;
pub mod caught_errors;
pub mod declarations;
mod error_words;
pub mod foreign_habits;
pub(crate) mod foreign_lines;
pub mod help_text;
pub mod hints;
pub mod message;
pub mod place;
pub mod python_names;
pub mod script_error;
pub(crate) mod script_options;
pub(crate) mod searched_words;
pub mod source_text;
mod suggestions;
pub(crate) mod tokens;
pub mod type_help;
pub mod type_names;
