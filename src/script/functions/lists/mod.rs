//! Queries on lists of users, groups and plain values.

pub(super) mod array_forms;
pub mod counters;
pub mod diff;
pub mod filtering;
pub mod grouping;
pub mod indexing;
#[cfg(test)]
mod tests;

use rhai::Module;
use rhai::plugin::exported_module;

/// Every function of the family.
pub fn module() -> Module {
    let mut all = exported_module!(indexing::functions);
    all.combine(exported_module!(filtering::functions));
    all.combine(exported_module!(diff::functions));
    all.combine(exported_module!(counters::functions));
    all.combine(exported_module!(grouping::functions));
    all
}
