//! Every file that a script or a subcommand touches goes through one door: `store::file_door`.

use super::sources::{is_test, sources};
use syn::visit::{self, Visit};

/// Rooms with files of their own, which no script names: what runs leave behind, settings and secrets, certificates,
/// the sandbox's state.
const OWN_FILES: &[&str] = &["store", "config", "sandbox", "client"];

/// Functions of the standard library that reach a file by its path.
const OPENING: &[(&str, &str)] = &[("File", "open"), ("File", "create"), ("File", "options")];

/// Methods of paths and options that reach the file system.
const METHODS: &[&str] = &[
    "is_file",
    "is_dir",
    "exists",
    "try_exists",
    "metadata",
    "symlink_metadata",
    "canonicalize",
    "read_dir",
    "read_link",
];

/// Collects what reaches a file, outside of tests.
#[derive(Default)]
struct FileUses(Vec<String>);

impl<'ast> Visit<'ast> for FileUses {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let of_module = names.iter().rev().nth(1).is_some_and(|name| name == "fs");
        let opens =
            |(holder, name): &(&str, &str)| names.ends_with(&[(*holder).to_owned(), (*name).to_owned()]);
        let last = names.last().map_or("", String::as_str);
        if (of_module && last.starts_with(char::is_lowercase)) || OPENING.iter().any(opens) {
            self.0.push(names.join("::"));
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if METHODS.contains(&name.as_str()) && call.args.is_empty() {
            self.0.push(format!(".{name}()"));
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[test]
fn scripts_and_subcommands_reach_files_through_the_door_alone() {
    for source in sources().values().filter(|source| !OWN_FILES.contains(&source.room())) {
        let mut uses = FileUses::default();
        uses.visit_file(&source.syntax());
        assert!(uses.0.is_empty(), "{} reaches files by {:?}", source.path.display(), uses.0);
    }
}

#[test]
fn each_way_to_a_file_is_seen_and_tests_are_not() {
    let text =
        "fn f() { std::fs::read(p); fs::rename(a, b); File::open(p); std::fs::File::create(p); p.is_file(); }
        #[cfg(test)] mod tests { fn g() { std::fs::read(p); } }";
    let mut uses = FileUses::default();
    uses.visit_file(&syn::parse_file(text).unwrap());
    assert_eq!(uses.0, ["std::fs::read", "fs::rename", "File::open", "std::fs::File::create", ".is_file()"]);
}
