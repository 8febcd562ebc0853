//! The source files as syntax trees, and what each imports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use syn::visit::{self, Visit};
use syn::{Attribute, UseTree};

/// The path of a module: `["client", "listing"]`.
pub(super) type ModulePath = Vec<String>;

/// A file of `src`.
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) module: ModulePath,
    pub(super) text: String,
}

impl SourceFile {
    /// The items in it.
    pub(super) fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.path.display()))
    }

    /// The room it belongs to: the folder or file at the top of `src`.
    pub(super) fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }
}

/// Every file of `src`, without those that only tests compile.
pub(super) fn sources() -> &'static BTreeMap<ModulePath, SourceFile> {
    static SOURCES: LazyLock<BTreeMap<ModulePath, SourceFile>> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = BTreeMap::new();
        collect(&root, &root, &mut found);
        found
    });
    &SOURCES
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<ModulePath, SourceFile>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
            continue;
        }
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if !is_source || ["main", "build", "tests", "testing"].contains(&stem.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let module = module_path(path.strip_prefix(root).unwrap());
        found.insert(module.clone(), SourceFile { path, module, text });
    }
}

fn module_path(file: &Path) -> ModulePath {
    let parts = file.with_extension("");
    let mut parts: ModulePath = parts.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") || parts == ["lib"] {
        parts.pop();
    }
    parts
}

/// The files that a file imports from, each with one of the paths that name it. Code of tests may use what it likes.
pub(super) fn imports(source: &SourceFile) -> BTreeMap<ModulePath, String> {
    let paths = paths(source);
    let targets = paths.iter().filter_map(|path| Some((file_of(path)?, path.join("::"))));
    targets.filter(|(target, _)| *target != source.module).collect()
}

/// Every path into this crate that a file names, made absolute. Code of tests may name what it likes.
pub(super) fn paths(source: &SourceFile) -> BTreeSet<ModulePath> {
    let mut reader = PathReader { scope: source.module.clone(), paths: BTreeSet::new() };
    reader.visit_file(&source.syntax());
    reader.paths
}

/// The file that declares what an absolute path names.
fn file_of(path: &[String]) -> Option<ModulePath> {
    (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|part| sources().contains_key(part))
}

/// Whether only tests compile an item.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// Collects the paths into this crate, made absolute.
struct PathReader {
    scope: ModulePath,
    paths: BTreeSet<ModulePath>,
}

impl PathReader {
    fn add(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let absolute = match path.first().map(String::as_str) {
            Some("crate") => path[1..].to_vec(),
            Some("self") => [&self.scope, &path[1..]].concat(),
            Some("super") => {
                let kept = self.scope.len().saturating_sub(supers);
                [&self.scope[..kept], &path[supers..]].concat()
            }
            Some(first) if is_child(&self.scope, first) => [self.scope.as_slice(), path].concat(),
            _ => return,
        };
        self.paths.insert(absolute);
    }

    /// Macros hold tokens, not paths: `crate::a::b` is found by its look.
    fn add_tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path: ModulePath = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(name) if colons == 2 && !path.is_empty() => {
                    path.push(name.to_string());
                }
                proc_macro2::TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                other => {
                    self.add(&std::mem::take(&mut path));
                    match other {
                        proc_macro2::TokenTree::Ident(name) => path.push(name.to_string()),
                        proc_macro2::TokenTree::Group(group) => self.add_tokens(group.stream()),
                        _ => {}
                    }
                }
            }
            colons = 0;
        }
        self.add(&path);
    }
}

fn is_child(scope: &[String], name: &str) -> bool {
    let child: ModulePath = scope.iter().cloned().chain([name.to_owned()]).collect();
    sources().contains_key(&child)
}

impl<'ast> Visit<'ast> for PathReader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.scope.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.scope.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for path in leaves(&item.tree) {
            self.add(&path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let parts: ModulePath = path.segments.iter().map(|part| part.ident.to_string()).collect();
            self.add(&parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
    }
}

/// The paths of a `use` line.
fn leaves(tree: &UseTree) -> Vec<ModulePath> {
    match tree {
        UseTree::Path(part) => {
            leaves(&part.tree).into_iter().map(|rest| [vec![part.ident.to_string()], rest].concat()).collect()
        }
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Name(name) if name.ident == "self" => vec![Vec::new()],
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        UseTree::Rename(name) => vec![vec![name.ident.to_string()]],
        UseTree::Glob(_) => vec![Vec::new()],
    }
}

#[test]
fn imports_are_seen_in_use_lines_paths_and_macros_but_not_in_tests() {
    let text = "use crate::{error::Error, wire as w};\n#[cfg(test)]\nuse crate::sandbox::Sandbox;\nfn f() { \
                super::super::store::go(); println!(\"{}\", crate::output::X); }\nmod inner { use super::super::config; }";
    let mut reader = PathReader { scope: vec!["a".into(), "b".into()], paths: BTreeSet::new() };
    reader.visit_file(&syn::parse_file(text).unwrap());
    let paths: Vec<_> = reader.paths.iter().map(|path| path.join("::")).collect();
    assert_eq!(paths, ["a::config", "error::Error", "output::X", "store::go", "wire"]);
}
