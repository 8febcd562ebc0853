//! "Did you mean" for functions. Rhai's own are many, so a name must come closer to one of them than to one of ours.

use super::catalog::{Catalog, names_of_rhai};
use strsim::osa_distance;

/// The function that may have been meant: of the script itself (`own`), of ours, or of Rhai's.
pub fn suggest<'a>(name: &str, own: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    let (catalog, standard) = (Catalog::read(), names_of_rhai());
    let own: Vec<String> = own.into_iter().map(str::to_owned).collect();
    let near = closest(name, own.iter().map(String::as_str).chain(catalog.names()), length * 2 / 5);
    let foreign = closest(name, standard.iter().map(String::as_str), length / 4);
    let better = |(near, _): &(usize, &str)| foreign.is_none_or(|(foreign, _)| *near <= foreign);
    near.filter(better).or(foreign).map(|(_, name)| name.to_owned())
}

/// The name with the fewest slips, at most so many; letters in the wrong case are none. Of one or two letters every
/// other short name is one slip away.
fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Option<(usize, &'a str)> {
    let folded = name.to_lowercase();
    let most = most.max(usize::from(folded.chars().count() > 2));
    let rated = known.filter(|known| *known != name);
    let rated = rated.map(|known| (osa_distance(&folded, &known.to_lowercase()), known));
    rated.filter(|(slips, _)| *slips <= most).min_by_key(|(slips, _)| *slips)
}

/// The suggestion as a hint.
pub fn did_you_mean<'a>(name: &str, own: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggest(name, own).map(|near| format!("Did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_find_what_was_meant() {
        for (name, expected) in [
            ("get_usres", "get_users"),
            ("getUsers", "get_users"),
            ("get_all_users", "get_users"),
            ("to_uper", "to_upper"),
            ("pushh", "push"),
            ("add_usr", "add_user"),
        ] {
            assert_eq!(suggest(name, ["add_user"]).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn names_that_are_merely_alike_are_not_suggested() {
        for name in ["nope", "foo", "assert", "a", "frob", "xyzzy"] {
            assert_eq!(suggest(name, ["add_user"]), None, "{name}");
        }
    }
}
