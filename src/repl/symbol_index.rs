//! The functions by name: the catalog, read while the first prompt is shown rather than before it.

use crate::language::catalog::{Catalog, FunctionEntry, FunctionParameter, methods_of_rhai};
use crate::repl::inspect::is_list;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// The first prompt needs the processor first; whoever types sooner has the reference read at once.
const HEAD_START: Duration = Duration::from_millis(50);

/// The functions that can be called, by name.
pub struct SymbolIndex {
    /// Ours.
    pub catalog: Catalog,
    /// Methods of Rhai's.
    pub standard: Vec<FunctionEntry>,
    names: HashSet<String>,
}

/// The reference, once it is read. Clones share it.
#[derive(Clone)]
pub struct SharedSymbols(Arc<OnceLock<SymbolIndex>>);

impl SharedSymbols {
    /// Starts to read it on its own thread.
    pub fn begin() -> Self {
        let names = Self(Arc::default());
        let reader = names.clone();
        let read = move || {
            thread::sleep(HEAD_START);
            reader.get();
        };
        // Without a thread it is read when it is first needed.
        drop(thread::Builder::new().name("reference".into()).spawn(read));
        names
    }

    /// The reference; waits for it, some milliseconds at most.
    pub fn get(&self) -> &SymbolIndex {
        self.0.get_or_init(SymbolIndex::read)
    }

    /// Whether it is a function of ours, as far as that is known by now.
    pub fn is_ours(&self, name: &str) -> bool {
        self.0.get().is_some_and(|reference| reference.is_ours(name))
    }
}

impl SymbolIndex {
    /// Reads it.
    pub fn read() -> Self {
        let catalog = crate::script::functions::catalog();
        let names = catalog.names().map(str::to_owned).collect();
        Self { catalog, standard: methods_of_rhai(), names }
    }

    /// Whether it is a function of ours.
    pub fn is_ours(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Every form of a function of ours.
    pub fn forms(&self, name: &str) -> Vec<&FunctionEntry> {
        self.catalog.find(name)
    }

    /// The methods that a value of this type has, ours and Rhai's.
    pub fn methods<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a FunctionEntry> {
        let ours = self.catalog.functions().filter(|function| function.method);
        let standard = self.standard.iter().filter(|function| is_of_use(function));
        let fits = move |owner: &FunctionParameter| match (owner.kind.as_str(), owner.name.as_str()) {
            ("value", "list") => is_list(kind),
            (owner, _) => owner == kind || owner == "value",
        };
        ours.chain(standard).filter(move |function| function.parameters.first().is_some_and(fits))
    }

    /// The type that a function returns.
    pub fn return_type(&self, name: &str) -> Option<&str> {
        self.catalog.functions().find(|function| function.name == name)?.return_type.as_deref()
    }
}

/// Hides what Rhai itself calls, and the methods that every value has, except `to_string`.
fn is_of_use(function: &FunctionEntry) -> bool {
    let of_any = function.parameters.first().is_some_and(|owner| owner.kind == "value");
    !["print", "debug", "to_debug"].contains(&function.name.as_str())
        && (!of_any || function.name == "to_string")
}
