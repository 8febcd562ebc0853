//! Queries on lists of users, groups or plain values: filtering, counting, grouping, sorting.

pub mod array_list;
pub mod callback;
pub mod counter;
pub mod diff;
pub mod grouping;
pub mod index;
pub mod key_table;
pub mod list_source;
pub mod list_view;
pub mod predicate;
pub mod sort;
pub mod where_clause;
