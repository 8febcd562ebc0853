//! The functions of scripts, one family a file. Names, parameters and help come from the functions themselves.

pub mod lists;
pub mod records;
pub mod sign_in;
pub mod users;

use crate::script::error::At;
use crate::script::record::RhaiResultOf;
use crate::script::session::session;
use rhai::{Engine, Module, Shared, exported_module};

/// Functions that belong together.
pub struct Family {
    /// What they are about, as a heading.
    pub title: &'static str,
    /// Makes the module that holds them.
    pub module: fn() -> Module,
}

/// Every family, in the order of the README.
pub const FAMILIES: &[Family] = &[
    Family { title: "Sign-in and session", module: || exported_module!(sign_in::functions) },
    Family { title: "Users", module: || exported_module!(users::functions) },
    Family { title: "Records", module: || exported_module!(records::functions) },
    Family { title: "Lists", module: lists::module },
];

/// Makes every function known by its name and as `umapi::name`, which stays ours where a script defines the same.
pub fn register(engine: &mut Engine) {
    let mut all = Module::new();
    for family in FAMILIES {
        all.combine((family.module)());
    }
    all.build_index();
    let all = Shared::new(all);
    engine.register_global_module(all.clone());
    engine.register_static_module("umapi", all);
}
