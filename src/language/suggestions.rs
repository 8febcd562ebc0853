//! "Did you mean" for functions.

use super::catalog::{Catalog, names_of_rhai};
use crate::did_you_mean::nearest;

/// The function that was probably meant. If several are equally near, the script's (`own`) come before ours, and ours
/// before Rhai's.
pub(super) fn suggest<'a>(name: &str, own: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let (catalog, standard) = (Catalog::read(), names_of_rhai());
    let own: Vec<String> = own.into_iter().map(str::to_owned).collect();
    let known = own.iter().map(String::as_str).chain(catalog.names());
    nearest(name, known.chain(standard.iter().map(String::as_str))).map(str::to_owned)
}

/// The suggestion as a hint.
pub(super) fn did_you_mean<'a>(name: &str, own: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggest(name, own).map(|near| format!("Did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(name: &str) -> Option<String> {
        crate::script::functions::catalog(); // declares the families that `Catalog::read` reads
        suggest(name, ["add_user"])
    }

    #[test]
    fn typing_errors_get_a_suggestion() {
        for (name, expected) in [
            ("get_usres", "get_users"),
            ("getUsers", "get_users"),
            ("get_all_users", "get_users"),
            ("to_uper", "to_upper"),
            ("pushh", "push"),
            ("add_usr", "add_user"),
        ] {
            assert_eq!(suggested(name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn distant_names_are_not_suggested() {
        for name in ["nope", "foo", "assert", "a", "frob", "xyzzy", "undo", "exit_all", "users"] {
            assert_eq!(suggested(name), None, "{name}");
        }
    }
}
