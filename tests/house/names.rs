//! One name, one type: whoever reads a type's name need not ask which of several is meant.

use super::sources::{ModulePath, is_test, sources};
use std::collections::{BTreeMap, BTreeSet};
use syn::{Attribute, Ident, Item, Visibility};

/// The visible types of the crate: each name with the modules that define it.
fn types() -> BTreeMap<String, BTreeSet<ModulePath>> {
    let mut found: BTreeMap<String, BTreeSet<ModulePath>> = BTreeMap::new();
    for source in sources().values() {
        for (name, module) in types_of(&source.syntax().items, &source.module) {
            found.entry(name).or_default().insert(module);
        }
    }
    found
}

/// The types that are visible above the module they are defined in; tests do not count.
fn types_of(items: &[Item], module: &ModulePath) -> Vec<(String, ModulePath)> {
    let mut found = Vec::new();
    for item in items {
        if let Item::Mod(inner) = item {
            if let (Some((_, items)), false) = (&inner.content, is_test(&inner.attrs)) {
                found.extend(types_of(items, &[module.as_slice(), &[inner.ident.to_string()]].concat()));
            }
        } else if let Some((name, visibility, attributes)) = type_of(item)
            && !matches!(visibility, Visibility::Inherited)
            && !is_test(attributes)
        {
            found.push((name.to_string(), module.clone()));
        }
    }
    found
}

fn type_of(item: &Item) -> Option<(&Ident, &Visibility, &[Attribute])> {
    match item {
        Item::Struct(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Enum(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Union(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Trait(item) => Some((&item.ident, &item.vis, &item.attrs)),
        Item::Type(item) => Some((&item.ident, &item.vis, &item.attrs)),
        _ => None,
    }
}

#[test]
fn no_two_types_share_a_name() {
    let types = types();
    let shared: BTreeMap<_, Vec<_>> = types
        .iter()
        .filter(|(_, modules)| modules.len() > 1)
        .map(|(name, modules)| (name.as_str(), modules.iter().map(|module| module.join("::")).collect()))
        .collect();
    assert!(shared.is_empty(), "several types have one name: {shared:#?}");
}

#[test]
fn private_types_and_those_of_tests_do_not_count() {
    let text = r"
        pub struct A; pub(crate) enum B {} pub(super) type C = A; pub trait D {} struct Private;
        #[cfg(test)] pub struct Tested;
        mod inner { pub(crate) union E { a: u8 } }
        #[cfg(test)] mod tests { pub struct F; }
    ";
    let found = types_of(&syn::parse_file(text).unwrap().items, &vec!["room".to_owned()]);
    let found: Vec<_> = found.iter().map(|(name, module)| format!("{}::{name}", module.join("::"))).collect();
    assert_eq!(found, ["room::A", "room::B", "room::C", "room::D", "room::inner::E"]);
}
