//! A setting that is declared is read: one that no code reads would be accepted and do nothing.

use super::sources::{is_test, sources};
use std::collections::BTreeSet;
use syn::visit::{self, Visit};
use syn::{Expr, Item};

/// The functions and methods that return the value of a setting by its key.
const READERS: &[&str] =
    &["text", "path", "paths_in", "get", "guard", "address", "duration", "variable_name"];

/// The variants of `config::table::Key`.
fn declared() -> BTreeSet<String> {
    let table = &sources()[&vec!["config".to_owned(), "table".to_owned()]];
    let items = table.syntax().items.into_iter();
    let key = items.filter_map(|item| match item {
        Item::Enum(item) if item.ident == "SettingKey" => Some(item),
        _ => None,
    });
    key.flat_map(|key| key.variants).map(|variant| variant.ident.to_string()).collect()
}

/// The keys that are handed to a reader, outside of tests.
#[derive(Default)]
struct Reads(BTreeSet<String>);

impl Reads {
    fn of(file: &syn::File) -> BTreeSet<String> {
        let mut reads = Self::default();
        reads.visit_file(file);
        reads.0
    }

    fn add<'ast>(&mut self, reader: &syn::Ident, arguments: impl Iterator<Item = &'ast Expr>) {
        if READERS.iter().any(|name| reader == name) {
            self.0.extend(arguments.filter_map(key_of));
        }
    }
}

/// `X` of `SettingKey::X`.
fn key_of(expression: &Expr) -> Option<String> {
    let Expr::Path(path) = expression else { return None };
    let parts: Vec<_> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
    match parts.as_slice() {
        [.., kind, variant] if kind == "SettingKey" => Some(variant.clone()),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Reads {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            self.add(&last.ident, call.args.iter());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.add(&call.method, call.args.iter());
        visit::visit_expr_method_call(self, call);
    }

    /// `[SettingKey::A, SettingKey::B].into_iter().filter_map(|key| values.path(key))` names no key in the call; each of these is
    /// read by itself as well.
    fn visit_expr_array(&mut self, _: &'ast syn::ExprArray) {}
}

#[test]
fn every_setting_that_is_declared_is_read() {
    let declared = declared();
    assert!(declared.len() > 20, "{declared:?}");
    let rooms = sources().values().filter(|source| ["config", "app"].contains(&source.room()));
    let read: BTreeSet<String> = rooms.flat_map(|source| Reads::of(&source.syntax())).collect();
    let unread: Vec<_> = declared.difference(&read).collect();
    assert!(unread.is_empty(), "no code reads these settings: {unread:?}");
}

#[test]
fn a_key_in_a_help_line_a_list_or_a_test_is_not_read() {
    let text = r"
        fn f() { setting(SettingKey::Help).help; let list = [SettingKey::Listed]; values.text(table::SettingKey::Read); text(v, SettingKey::Called); }
        #[cfg(test)]
        mod tests { fn g() { values.text(SettingKey::Tested); } }
    ";
    let read = Reads::of(&syn::parse_file(text).unwrap());
    assert_eq!(read.into_iter().collect::<Vec<_>>(), ["Called", "Read"]);
}
