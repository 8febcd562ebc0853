//! The client reads from top to bottom, as the life of a request.

use super::sources::{SourceFile, imports, sources};
use std::collections::BTreeMap;
use syn::visit::{self, Visit};

/// The files and folders of the client. Each uses only what comes after it.
const ORDER: &[&str] = &[
    "requests",
    "actions",
    "user_lookup",
    "listing",
    "attempts",
    "attempt_failure",
    "api_call",
    "connection",
    "event",
    "hooks",
    "sent_command",
    "request",
    "outcome",
    "http",
    "known_groups",
    "settings",
    "call_ledger",
];

fn place(name: &str) -> usize {
    let place = ORDER.iter().position(|known| *known == name);
    place.unwrap_or_else(|| panic!("`client/{name}` has no place in the order of the client"))
}

fn files() -> impl Iterator<Item = (&'static SourceFile, usize)> {
    let client = sources().values().filter(|source| source.room() == "client" && source.module.len() > 1);
    client.map(|source| (source, place(&source.module[1])))
}

#[test]
fn each_file_imports_only_what_comes_after_it() {
    for (source, own) in files() {
        for (target, path) in imports(source).iter().filter(|(target, _)| target[0] == "client") {
            let after = target.get(1).is_some_and(|name| place(name) >= own);
            assert!(after, "{} imports `{path}`, which does not come after it", source.path.display());
        }
    }
}

/// The methods of `Client` in a file, and those that it calls on itself there.
#[derive(Default)]
struct Methods {
    defined: Vec<String>,
    called: Vec<String>,
}

impl<'ast> Visit<'ast> for Methods {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let is_client = matches!(&*item.self_ty, syn::Type::Path(name) if name.path.is_ident("Client"));
        if !is_client || item.trait_.is_some() {
            return;
        }
        for part in &item.items {
            if let syn::ImplItem::Fn(method) = part {
                self.defined.push(method.sig.ident.to_string());
            }
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if matches!(&*call.receiver, syn::Expr::Path(receiver) if receiver.path.is_ident("self")) {
            self.called.push(call.method.to_string());
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// `Client` has its methods in many files, and a call of one needs no import.
#[test]
fn each_file_calls_only_methods_that_come_after_it() {
    let mut defined: BTreeMap<String, usize> = BTreeMap::new();
    let mut called = Vec::new();
    for (source, own) in files() {
        let mut methods = Methods::default();
        methods.visit_file(&source.syntax());
        defined.extend(methods.defined.into_iter().map(|method| (method, own)));
        called.extend(methods.called.into_iter().map(|method| (source, own, method)));
    }
    assert!(defined.len() > 40 && called.len() > 60, "{} methods, {} calls", defined.len(), called.len());
    for (source, own, method) in called {
        let after = defined.get(&method).is_none_or(|place| *place >= own);
        assert!(after, "{} calls `{method}`, which does not come after it", source.path.display());
    }
}
