//! What scripts ask of a list, be it users, groups or a plain array: choosing, counting, grouping, sorting.

pub mod callback;
pub mod cell;
pub mod changes;
pub mod condition;
pub mod counter;
pub mod entries;
pub mod key;
pub mod keyed;
pub mod lately;
pub mod plain;
pub mod simple;
pub mod slots;
pub mod sort;
