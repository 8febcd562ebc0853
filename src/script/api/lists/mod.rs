//! Asking lists: users, groups and plain arrays alike.

pub mod access;
pub mod choosing;
pub mod comparing;
pub mod counters;
pub mod counting;

use super::{At, RhaiResultOf, session};
use rhai::Module;
use rhai::plugin::exported_module;

/// Every function of the family.
pub fn module() -> Module {
    let mut all = exported_module!(access::functions);
    all.combine(exported_module!(choosing::functions));
    all.combine(exported_module!(comparing::functions));
    all.combine(exported_module!(counters::functions));
    all.combine(exported_module!(counting::functions));
    all
}

#[cfg(test)]
mod tests;
