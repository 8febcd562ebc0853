//! "Did you mean": the known name a mistyped one is nearest to. The only measure of the program.

use strsim::osa_distance;

/// The known name nearest to `name`; `None` where none is near, since a wrong suggestion misleads.
///
/// Slips are letters that are wrong, missing, added or swapped. The case of letters and the separators between words
/// do not count. Of names that are equally near, the first is returned.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let others = known.into_iter().filter(|candidate| *candidate != name);
    let near = others.filter_map(|candidate| {
        let slips = slips(&folded, &fold(candidate))?;
        Some(((slips, osa_distance(name, candidate)), candidate)) // `limmit` is `limit` before `LIMIT`
    });
    near.min_by_key(|(slips, _)| *slips).map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace(['_', '-', ' '], "")
}

/// The slips between two folded names; `None` where they are too many for names of this length.
fn slips(name: &str, candidate: &str) -> Option<usize> {
    let length = name.chars().count();
    let most = match length {
        _ if length.min(candidate.chars().count()) < 3 => 0, // every other name of two letters is one slip away
        3 if name.chars().next() != candidate.chars().next() => 0, // `set` is not `get`
        ..=7 => 1,
        8..=10 => 2,
        _ => 3,
    };
    Some(osa_distance(name, candidate)).filter(|slips| *slips <= most && length > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &[
        "get_users",
        "get_user",
        "get_groups",
        "get_group",
        "add_to_groups",
        "remove_from_groups",
        "random",
        "random_item",
        "add_user",
        "update_user",
        "delete_user",
        "delete_account",
        "email",
        "username",
        "firstname",
        "lastname",
        "country",
        "groups",
        "tag",
        "id",
        "domain",
        "read_csv",
        "write_csv",
        "sleep",
        "print",
        "insert",
        "get",
        "push",
        "to_upper",
        "client_secret",
        "doctor",
        "init",
        "settings",
    ];

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        for (name, expected) in [
            ("get_usr", "get_user"),
            ("get_usres", "get_users"),
            ("getUsers", "get_users"),
            ("GET-USERS", "get_users"),
            ("get_all_users", "get_users"),
            ("get_gruop", "get_group"),
            ("add_to_group", "add_to_groups"),
            ("remove_form_groups", "remove_from_groups"),
            ("ad_user", "add_user"),
            ("udpate_user", "update_user"),
            ("emial", "email"),
            ("mail", "email"),
            ("e-mail", "email"),
            ("first_name", "firstname"),
            ("frist_nmae", "firstname"),
            ("cuontry", "country"),
            ("gropus", "groups"),
            ("ID", "id"),
            ("tga", "tag"),
            ("EMIAL", "email"),
            ("raed_csv", "read_csv"),
            ("randm", "random"),
            ("to_uper", "to_upper"),
            ("clientsecret", "client_secret"),
            ("docter", "doctor"),
            ("setings", "settings"),
        ] {
            assert_eq!(nearest(name, KNOWN.iter().copied()), Some(expected), "{name}");
        }
    }

    #[test]
    fn where_nothing_is_near_there_is_no_suggestion() {
        for name in [
            "undo",
            "frobnicate",
            "assert",
            "set",
            "as",
            "x",
            "",
            "_",
            "user",
            "list",
            "delete",
            "name",
            "ids",
            "sum",
            "organization",
            "create_everything",
            "get_products",
            "group_by",
            "print_all",
            "é",
        ] {
            assert_eq!(nearest(name, KNOWN.iter().copied()), None, "{name}");
        }
    }

    #[test]
    fn a_name_is_not_suggested_for_itself() {
        assert_eq!(nearest("email", ["email"]), None);
    }
}
