//! Which row of another system is which account here. Between two accounts nothing is chosen.

use crate::changes::sync::account_index::{AccountIndex, DomainNames};
use crate::changes::sync::row_text::{first_of, is_group, text};
use crate::wire::identity::fold_name;
use crate::wire::user::User;
use rhai::Dynamic;
use std::collections::{HashMap, HashSet};

/// The spellings of columns with a first name, a last name and a whole name.
const FIRST_NAMES: &[&str] = &["firstname", "givenname"];
const LAST_NAMES: &[&str] = &["lastname", "surname", "sn", "familyname"];
const WHOLE_NAMES: &[&str] = &["displayname", "name", "cn", "fullname"];

/// A row that is an account.
#[derive(Debug, Clone)]
pub(crate) struct MatchedRow {
    pub(crate) row: Dynamic,
    /// Its place in the index.
    pub(crate) user: usize,
    /// The column that had its name.
    pub(crate) column: String,
}

/// A row that may be several accounts.
#[derive(Debug, Clone)]
pub(crate) struct AmbiguousRow {
    pub(crate) row: Dynamic,
    /// Their places in the index.
    pub(crate) users: Vec<usize>,
    /// The first column that had a name of one.
    column: String,
}

/// What the rows are.
#[derive(Debug, Clone, Default)]
pub(crate) struct PeopleMatch {
    pub(crate) matched: Vec<MatchedRow>,
    /// Rows without an account.
    pub(crate) unmatched: Vec<Dynamic>,
    pub(crate) ambiguous: Vec<AmbiguousRow>,
    /// Rows that are groups.
    pub(crate) groups: Vec<Dynamic>,
    /// Accounts without a row, by their places in the index.
    pub(crate) unused: Vec<usize>,
    /// Rows without an account whose name is that of an account without a row: by their places in `unmatched` and in the
    /// index.
    pub(crate) perhaps: Vec<(usize, usize)>,
}

/// Finds the account of each row by the names in these columns.
pub(crate) fn match_rows(
    rows: impl IntoIterator<Item = Dynamic>,
    by: &[String],
    index: &AccountIndex,
    domains: &DomainNames,
) -> PeopleMatch {
    let mut found = PeopleMatch::default();
    let mut with_row = HashSet::new();
    for row in rows {
        if is_group(&row) {
            found.groups.push(row);
            continue;
        }
        let mut users: Vec<usize> = Vec::new();
        let mut column = None;
        for name in by {
            let places = text(&row, name).map(|text| index.find(&text, domains)).unwrap_or_default();
            if !places.is_empty() {
                column.get_or_insert(name);
                users.extend(
                    places.iter().filter(|place| !users.contains(place)).copied().collect::<Vec<_>>(),
                );
            }
        }
        with_row.extend(users.iter().copied());
        match (users.as_slice(), column) {
            ([user], Some(column)) => {
                found.matched.push(MatchedRow { row, user: *user, column: column.clone() });
            }
            ([], _) => found.unmatched.push(row),
            (_, column) => {
                let column = column.cloned().unwrap_or_default();
                found.ambiguous.push(AmbiguousRow { row, users, column });
            }
        }
    }
    found.unused = (0..index.users.len()).filter(|place| !with_row.contains(place)).collect();
    found.perhaps = perhaps(&found, by, index);
    found
}

impl PeopleMatch {
    /// The same where some accounts are never meant: a row that may be several is the one that is left, if only one is.
    pub(crate) fn without(mut self, excluded: &HashSet<usize>) -> Self {
        let rows = std::mem::take(&mut self.ambiguous);
        for row in rows {
            let left: Vec<_> = row.users.iter().copied().filter(|user| !excluded.contains(user)).collect();
            match left.as_slice() {
                [user] => self.matched.push(MatchedRow { row: row.row, user: *user, column: row.column }),
                _ => self.ambiguous.push(row),
            }
        }
        self
    }
}

/// Rows that may be an account under another address: with the same first and last name, or the same part before the
/// `@`.
fn perhaps(found: &PeopleMatch, by: &[String], index: &AccountIndex) -> Vec<(usize, usize)> {
    let mut named: HashMap<String, Vec<usize>> = HashMap::new();
    for place in &found.unused {
        for name in likenesses_of(&index.users[*place]) {
            named.entry(name).or_default().push(*place);
        }
    }
    let mut pairs = Vec::new();
    for (place, row) in found.unmatched.iter().enumerate() {
        for name in likenesses(row, by) {
            for user in named.get(&name).into_iter().flatten() {
                if !pairs.contains(&(place, *user)) {
                    pairs.push((place, *user));
                }
            }
        }
    }
    pairs
}

fn likenesses_of(user: &User) -> Vec<String> {
    let (first, last) = (user.firstname.as_deref(), user.lastname.as_deref());
    let whole = whole_name(first.unwrap_or_default(), last.unwrap_or_default());
    let local = user.email.as_deref().and_then(local_part);
    whole.into_iter().chain(local).collect()
}

fn likenesses(row: &Dynamic, by: &[String]) -> Vec<String> {
    let first = first_of(row, FIRST_NAMES).unwrap_or_default();
    let last = first_of(row, LAST_NAMES).unwrap_or_default();
    let whole = whole_name(&first, &last).or_else(|| Some(fold_name(&first_of(row, WHOLE_NAMES)?)));
    let locals = by.iter().filter_map(|column| local_part(&text(row, column)?));
    whole.into_iter().chain(locals).collect()
}

fn whole_name(first: &str, last: &str) -> Option<String> {
    let is_complete = !first.trim().is_empty() && !last.trim().is_empty();
    is_complete.then(|| fold_name(&format!("{} {}", first.trim(), last.trim())))
}

fn local_part(address: &str) -> Option<String> {
    let (local, _) = address.split_once('@')?;
    let local = fold_name(local);
    // Names of functions and initials are shared by many.
    (local.chars().count() > 4 && local.contains(['.', '_', '-'])).then(|| format!("{local}@"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arcstr::ArcStr;
    use rhai::Map;
    use std::sync::Arc;

    fn user(email: &str, username: &str, name: (&str, &str)) -> Arc<User> {
        let text = |text: &str| Some(ArcStr::from(text)).filter(|text| !text.is_empty());
        Arc::new(User {
            id: text(&format!("{email}/{username}")),
            email: text(email),
            username: text(username),
            firstname: text(name.0),
            lastname: text(name.1),
            ..User::default()
        })
    }

    fn row(entries: &[(&str, &str)]) -> Dynamic {
        entries
            .iter()
            .map(|(key, value)| ((*key).into(), Dynamic::from((*value).to_owned())))
            .collect::<Map>()
            .into()
    }

    fn found(rows: &[&[(&str, &str)]]) -> PeopleMatch {
        let index = AccountIndex::of(vec![
            user("ann@corp.com", "", ("Ann", "Lee")),
            user("two@corp.com", "two", ("Two", "A")),
            user("two@corp.com", "other", ("Two", "B")),
            user("jan.kowalski@old.com", "", ("Jan", "Kowalski")),
        ]);
        let by = ["upn".to_owned(), "mail".to_owned()];
        match_rows(rows.iter().map(|entries| row(entries)), &by, &index, &DomainNames::new())
    }

    #[test]
    fn between_two_accounts_nothing_is_chosen() {
        let two = found(&[&[("upn", "x@corp.com"), ("mail", "two@corp.com")]]);
        assert_eq!((two.matched.len(), two.ambiguous[0].users.as_slice()), (0, [1, 2].as_slice()));
        assert_eq!(two.unused, [0, 3], "both may be meant");
        let apart = found(&[&[("upn", "ann@corp.com"), ("mail", "jan.kowalski@old.com")]]);
        assert_eq!(apart.ambiguous[0].users, [0, 3], "two columns that name two people");
        let one = found(&[&[("upn", "ANN@corp.com"), ("mail", "")]]);
        assert_eq!((one.matched[0].user, one.matched[0].column.as_str()), (0, "upn"));
    }

    #[test]
    fn a_row_without_an_account_may_be_somebody_under_another_address() {
        for entries in [
            &[("upn", "jan.kowalski@new.com")][..],
            &[("upn", "jk@new.com"), ("givenName", "jan"), ("Surname", "KOWALSKI")],
            &[("upn", "jk@new.com"), ("displayName", "Jan Kowalski")],
        ] {
            let found = found(&[entries]);
            assert_eq!(
                (found.unmatched.len(), found.perhaps.as_slice()),
                (1, [(0, 3)].as_slice()),
                "{entries:?}"
            );
        }
        assert!(found(&[&[("upn", "info@new.com")]]).perhaps.is_empty());
    }

    #[test]
    fn groups_are_never_people_and_blank_rows_match_nobody() {
        let found =
            found(&[&[("upn", "ann@corp.com"), ("objectClass", "group")], &[("upn", ""), ("mail", "")]]);
        assert_eq!((found.groups.len(), found.unmatched.len(), found.matched.len()), (1, 1, 0));
    }
}
