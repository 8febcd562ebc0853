//! Looks up many people, by single calls or by one listing.

use super::record::UserRecord;
use crate::error::{Error, Result};
use crate::values::dynamic::kind_of;
use crate::values::key::ValueKey;
use crate::values::record::ListItem;
use crate::wire::endpoint::EndpointId;
use crate::wire::error_code;
use crate::wire::identity::{IdentityType, fold_name};
use crate::wire::invisible;
use crate::wire::user::User;
use rhai::{Array, Dynamic};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The domain under which the service looks up Adobe IDs (contract 2.4).
const ADOBE_ID: &str = "AdobeID";

/// A person to look up.
#[derive(Debug, Clone)]
pub struct WantedUser {
    /// The value that the script passed.
    pub given: Dynamic,
    /// The e-mail or username to look up.
    pub name: String,
    /// The domain for the request, if a record has it.
    pub domain: Option<String>,
    /// The account, if a record has it.
    account: Option<ValueKey>,
}

/// The people to look up, without duplicates: from a string, a User, or a list of these.
///
/// # Errors
/// `usage`: it is something else, or a name is empty.
pub fn wanted(people: &Dynamic) -> Result<Vec<WantedUser>> {
    let wanted = match people.read_lock::<Array>() {
        Some(people) => people.iter().map(WantedUser::of).collect::<Result<Vec<_>>>()?,
        None => vec![WantedUser::of(people)?],
    };
    let mut known = HashSet::new();
    Ok(wanted.into_iter().filter(|one| known.insert((fold_name(&one.name), one.account.clone()))).collect())
}

/// Whether `count` single calls exceed the limit per minute, so that a full listing with 2,000 users per page is
/// probably faster.
pub fn needs_listing(count: usize) -> bool {
    let limit = EndpointId::User.endpoint().limit.map_or(0, |limit| limit.per_client);
    count > usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The wanted people in a listing: the first account of each, in the order of `wanted`.
pub fn among(users: &[Arc<User>], wanted: &[WantedUser]) -> Vec<Option<Arc<User>>> {
    let mut index = WantedIndex::new(wanted);
    for user in users {
        index.record_match(user);
    }
    index.found
}

/// Refuses a name with a character that cannot be seen: it would find nobody, and look right.
///
/// # Errors
/// `usage`: it has such a character.
pub fn check_visible(name: &str) -> Result<()> {
    match invisible::problem(name) {
        Some(problem) => {
            let hint = "Type the name again; it was probably pasted from a document or web page.";
            Err(Error::bad_name(error_code::EMAIL_INVALID, problem, Some(hint)))
        }
        None => Ok(()),
    }
}

impl WantedUser {
    fn of(person: &Dynamic) -> Result<Self> {
        let wanted = if let Some(record) = person.read_lock::<UserRecord>() {
            Self::account(person, &record.user)
        } else {
            let name = person.clone().into_string().map_err(|_| {
                Error::usage(format!("expected an e-mail, a username or a user, not {}", kind_of(person)))
            })?;
            Self { given: person.clone(), name, domain: None, account: None }
        };
        if wanted.name.trim().is_empty() {
            return Err(Error::usage("an e-mail or username is empty"));
        }
        check_visible(&wanted.name)?;
        Ok(wanted)
    }

    fn account(given: &Dynamic, user: &User) -> Self {
        let kind = user.kind.as_deref().and_then(IdentityType::parse);
        let domain = match kind {
            Some(IdentityType::AdobeId) => Some(ADOBE_ID.to_owned()),
            _ => user.domain.as_deref().map(str::to_owned),
        };
        let name = user.email.as_deref().or(user.username.as_deref()).unwrap_or_default();
        Self { given: given.clone(), name: name.to_owned(), domain, account: Some(user.key()) }
    }
}

/// The wanted people by account, e-mail and username.
struct WantedIndex {
    names: HashMap<String, usize>,
    accounts: HashMap<ValueKey, usize>,
    found: Vec<Option<Arc<User>>>,
}

impl WantedIndex {
    fn new(wanted: &[WantedUser]) -> Self {
        let places = || wanted.iter().enumerate();
        let named = places().filter(|(_, one)| one.account.is_none());
        let accounts = places().filter_map(|(place, one)| Some((one.account.clone()?, place)));
        Self {
            names: named.map(|(place, one)| (fold_name(&one.name), place)).collect(),
            accounts: accounts.collect(),
            found: vec![None; wanted.len()],
        }
    }

    fn record_match(&mut self, user: &Arc<User>) {
        let names = [&user.email, &user.username].into_iter().flatten().map(|name| fold_name(name));
        let mut places: Vec<_> = names.filter_map(|name| self.names.get(&name)).copied().collect();
        if !self.accounts.is_empty() {
            places.extend(self.accounts.get(&user.key()));
        }
        for place in places {
            self.found[place].get_or_insert_with(|| Arc::clone(user));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::record_list::tests::users;

    fn texts(names: &[&str]) -> Dynamic {
        Dynamic::from_array(names.iter().map(|name| Dynamic::from((*name).to_owned())).collect())
    }

    fn last_names(found: &[Option<Arc<User>>]) -> Vec<Option<&str>> {
        found.iter().map(|user| user.as_ref().and_then(|user| user.lastname.as_deref())).collect()
    }

    #[test]
    fn single_calls_are_used_up_to_the_limit_per_minute() {
        assert!(!needs_listing(25));
        assert!(needs_listing(26));
    }

    #[test]
    fn people_are_found_in_the_requested_order() {
        let wanted = wanted(&texts(&["cy.abe@example.com", "x@example.com", "KLEE"])).unwrap();
        assert_eq!(last_names(&among(&users(), &wanted)), [Some("Abe"), None, Some("Lee")]);
    }

    #[test]
    fn duplicates_are_looked_up_once() {
        let wanted = wanted(&texts(&["a@example.com", "A@example.com ", "b@example.com"])).unwrap();
        assert_eq!(wanted.len(), 2);
        assert_eq!(wanted[0].given.to_string(), "a@example.com");
    }

    #[test]
    fn a_record_selects_its_account() {
        let record = Dynamic::from(UserRecord::new(users()[1].clone()));
        let wanted = wanted(&record).unwrap();
        assert_eq!(
            (wanted[0].name.as_str(), wanted[0].domain.as_deref()),
            ("ada.lind@example.com", Some("AdobeID"))
        );
        let twin = User { id: Some("9".into()), ..(*users()[1]).clone() };
        let listed = [vec![Arc::new(twin)], users()].concat();
        assert_eq!(among(&listed, &wanted)[0].as_ref().and_then(|user| user.id.as_deref()), Some("2"));
    }

    #[test]
    fn values_that_name_nobody_are_refused() {
        for (people, expected) in [
            (Dynamic::from_int(7), "expected an e-mail, a username or a user, not a whole number"),
            (texts(&[" "]), "an e-mail or username is empty"),
        ] {
            assert_eq!(wanted(&people).unwrap_err().to_string(), expected);
        }
    }
}
