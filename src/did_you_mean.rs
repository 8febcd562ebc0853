//! "Did you mean": the known name a mistyped one is nearest to.

/// Below this likeness (0 to 1) a suggestion would rather mislead.
const LIKE_ENOUGH: f64 = 0.7;

/// The known name nearest to `name`, if any is near enough. Case is ignored, so a name in the wrong case is found.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    let likeness = |candidate: &str| strsim::jaro_winkler(&folded, &candidate.to_lowercase());
    let rated = known
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (likeness(candidate), candidate));
    let near = rated.filter(|(likeness, _)| *likeness >= LIKE_ENOUGH);
    near.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        let known = ["get_users", "get_user", "get_groups", "delete_account"];
        assert_eq!(nearest("get_usres", known), Some("get_users"));
        assert_eq!(nearest("getUsers", known), Some("get_users"));
        assert_eq!(nearest("get_group", known), Some("get_groups"));
    }

    #[test]
    fn nothing_alike_suggests_nothing() {
        assert_eq!(nearest("frobnicate", ["get_users", "sleep"]), None);
    }
}
