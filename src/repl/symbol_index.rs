//! An index of all functions by name. It is read on its own thread, so that the first prompt need not wait for it.

use crate::language::catalog::{Catalog, FunctionEntry, FunctionParameter, methods_of_rhai};
use crate::repl::inspect::is_list;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// A delay that lets the first prompt appear first. If the index is needed sooner, it is read at once.
const HEAD_START: Duration = Duration::from_millis(50);

/// The functions that can be called, by name.
pub(super) struct SymbolIndex {
    /// Our functions.
    pub catalog: Catalog,
    /// Rhai's own methods.
    pub standard: Vec<FunctionEntry>,
    names: HashSet<String>,
}

/// The index, once it is read. Clones share it.
#[derive(Clone)]
pub(super) struct SharedSymbols(Arc<OnceLock<SymbolIndex>>);

impl SharedSymbols {
    /// Starts reading it on its own thread.
    pub(super) fn begin() -> Self {
        let names = Self(Arc::default());
        let reader = names.clone();
        let read = move || {
            thread::sleep(HEAD_START);
            reader.get();
        };
        // If there is no thread, it is read when it is first needed.
        drop(thread::Builder::new().name("reference".into()).spawn(read));
        names
    }

    /// The index; waits for it, a few milliseconds at most.
    pub(super) fn get(&self) -> &SymbolIndex {
        self.0.get_or_init(SymbolIndex::read)
    }

    /// Whether it is one of our functions; false while the index is not read yet.
    pub(super) fn is_ours(&self, name: &str) -> bool {
        self.0.get().is_some_and(|reference| reference.is_ours(name))
    }
}

impl SymbolIndex {
    /// Reads it.
    pub(super) fn read() -> Self {
        let catalog = crate::script::functions::catalog();
        let names = catalog.names().map(str::to_owned).collect();
        Self { catalog, standard: methods_of_rhai(), names }
    }

    /// Whether it is one of our functions.
    pub(super) fn is_ours(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Every form of one of our functions.
    pub(super) fn forms(&self, name: &str) -> Vec<&FunctionEntry> {
        self.catalog.find(name)
    }

    /// The methods that a value of this type has, ours and Rhai's.
    pub(super) fn methods<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a FunctionEntry> {
        let ours = self.catalog.functions().filter(|function| function.method);
        let standard = self.standard.iter().filter(|function| is_of_use(function));
        let fits = move |owner: &FunctionParameter| match (owner.kind.as_str(), owner.name.as_str()) {
            ("value", "list") => is_list(kind),
            (owner, _) => owner == kind || owner == "value",
        };
        ours.chain(standard).filter(move |function| function.parameters.first().is_some_and(fits))
    }

    /// The type that a function returns.
    pub(super) fn return_type(&self, name: &str) -> Option<&str> {
        self.catalog.functions().find(|function| function.name == name)?.return_type.as_deref()
    }
}

/// Whether a method of Rhai's is worth showing: hides internal ones and those that every value has, except `to_string`.
fn is_of_use(function: &FunctionEntry) -> bool {
    let of_any = function.parameters.first().is_some_and(|owner| owner.kind == "value");
    !["print", "debug", "to_debug"].contains(&function.name.as_str())
        && (!of_any || function.name == "to_string")
}
