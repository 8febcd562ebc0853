//! The functions of scripts, one family per file. Names, parameters and help are read from the functions.

pub mod commands;
pub mod compatibility;
pub mod console_csv;
pub mod csv;
pub mod groups;
pub mod guards;
pub mod help;
pub mod json;
pub mod licenses;
pub mod lists;
pub mod many_at_once;
pub mod numbers;
pub mod operator;
pub mod patterns;
pub mod queue;
pub mod random;
pub mod raw_calls;
pub mod records;
pub mod script_options;
pub mod sign_in;
pub mod slices;
pub mod string_functions;
pub mod strings;
pub mod sync;
pub mod tables;
pub mod text_files;
pub mod time;
pub mod users;
mod verbs;
pub mod xlsx;

use crate::language::catalog::{self, Catalog, FunctionFamily, FunctionHelp};
use rhai::{Engine, Module, Shared, exported_module};

/// Every family, in the order of the guide.
const FAMILIES: &[FunctionFamily] = &[
    FunctionFamily { title: "Sign-in and session", module: |_| exported_module!(sign_in::functions) },
    FunctionFamily { title: "Users", module: |_| exported_module!(users::functions) },
    FunctionFamily { title: "Groups and profiles", module: |_| exported_module!(groups::functions) },
    FunctionFamily { title: "Licenses and admins", module: |_| exported_module!(licenses::functions) },
    FunctionFamily { title: "One user", module: verbs::user_functions },
    FunctionFamily { title: "User groups", module: verbs::group_functions },
    FunctionFamily { title: "Many at once", module: |_| exported_module!(many_at_once::functions) },
    FunctionFamily { title: "People from anywhere", module: |_| exported_module!(sync::functions) },
    FunctionFamily { title: "Queue", module: queue::module },
    FunctionFamily { title: "Commands", module: commands::module },
    FunctionFamily { title: "Guards", module: |_| exported_module!(guards::functions) },
    FunctionFamily { title: "Records", module: |_| exported_module!(records::functions) },
    FunctionFamily { title: "Lists", module: |_| lists::module() },
    FunctionFamily { title: "CSV files", module: |_| exported_module!(csv::functions) },
    FunctionFamily { title: "Excel workbooks", module: |_| exported_module!(xlsx::functions) },
    FunctionFamily { title: "CSV files or workbooks", module: |_| exported_module!(tables::functions) },
    FunctionFamily {
        title: "Files of the Admin Console",
        module: |_| exported_module!(console_csv::functions),
    },
    FunctionFamily { title: "Text files", module: |_| exported_module!(text_files::functions) },
    FunctionFamily { title: "JSON", module: |_| exported_module!(json::functions) },
    FunctionFamily { title: "Strings", module: |_| strings::module() },
    FunctionFamily { title: "Regular expressions", module: |_| exported_module!(patterns::functions) },
    FunctionFamily { title: "Parts and sums", module: |_| exported_module!(slices::functions) },
    FunctionFamily { title: "Numbers", module: |_| exported_module!(numbers::functions) },
    FunctionFamily { title: "Time", module: |_| exported_module!(time::functions) },
    FunctionFamily { title: "Random", module: |_| exported_module!(random::functions) },
    FunctionFamily { title: "Operator and environment", module: |_| exported_module!(operator::functions) },
    FunctionFamily { title: "Options of scripts", module: |_| exported_module!(script_options::functions) },
    FunctionFamily { title: "Help", module: |_| exported_module!(help::functions) },
    FunctionFamily { title: "Raw calls", module: |_| exported_module!(raw_calls::functions) },
    FunctionFamily {
        title: "Names of Adobe's samples",
        module: |_| exported_module!(compatibility::functions),
    },
];

/// The reference of all functions.
pub fn catalog() -> Catalog {
    catalog::declare(FAMILIES);
    Catalog::read()
}

/// Registers every function under its name and as `umapi::name`, which works even if a script defines the same name.
pub fn register(engine: &mut Engine, help: FunctionHelp) {
    catalog::declare(FAMILIES);
    let mut all = Module::new();
    for family in FAMILIES {
        all.combine((family.module)(help));
    }
    engine.register_global_module(lists::array_forms::module().into());
    all.build_index();
    let all = Shared::new(all);
    engine.register_global_module(all.clone());
    engine.register_static_module("umapi", all);
}
