//! What scripts ask of a list, be it users, groups or a plain array: choosing, counting, grouping, sorting.

pub mod array_list;
pub mod callback;
pub mod counter;
pub mod diff;
pub mod grouping;
pub mod key_table;
pub mod list_source;
pub mod list_view;
pub mod predicate;
pub mod sort;
pub mod where_clause;
