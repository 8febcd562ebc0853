//! The accounts of an organization by every name under which another system may know them.

use crate::values::key::ValueKey;
use crate::values::record::ListItem;
use crate::wire::identity::fold_name;
use crate::wire::user::User;
use std::collections::HashMap;
use std::sync::Arc;

/// What stands in the sign-in name of a guest between the name at home and the tenant.
const GUEST: &str = "#ext#";

/// The domains of another system and what they are here; folded.
pub(crate) type DomainNames = HashMap<String, String>;

/// Accounts by folded e-mail and sign-in name.
pub(crate) struct AccountIndex {
    /// The accounts, in the order of the listing.
    pub(crate) users: Vec<Arc<User>>,
    by_name: HashMap<String, Vec<usize>>,
    by_account: HashMap<ValueKey, usize>,
}

impl AccountIndex {
    /// An index of these accounts.
    pub(crate) fn of(users: Vec<Arc<User>>) -> Self {
        let (mut by_name, mut by_account) = (HashMap::<_, Vec<usize>>::new(), HashMap::new());
        for (place, user) in users.iter().enumerate() {
            by_account.insert(user.key(), place);
            for name in names_of(user) {
                let places = by_name.entry(name).or_default();
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        Self { users, by_name, by_account }
    }

    /// The places of the accounts that have a name, written as another system writes it.
    pub(crate) fn find(&self, name: &str, domains: &DomainNames) -> &[usize] {
        let name = name_here(name, domains);
        if name.is_empty() { &[] } else { self.by_name.get(&name).map(Vec::as_slice).unwrap_or_default() }
    }

    /// Whether another account has a name of this one.
    pub(crate) fn shares_a_name(&self, place: usize) -> bool {
        let names = self.users.get(place).map(|user| names_of(user)).unwrap_or_default();
        names.iter().any(|name| self.by_name.get(name).is_some_and(|places| places.len() > 1))
    }

    /// The place of an account.
    pub(crate) fn place(&self, user: &User) -> Option<usize> {
        self.by_account.get(&user.key()).copied()
    }
}

fn names_of(user: &User) -> Vec<String> {
    let mut names: Vec<_> =
        [&user.email, &user.username].into_iter().flatten().map(|name| fold_name(name)).collect();
    if let (Some(username), Some(domain)) = (&user.username, &user.domain)
        && !username.contains('@')
    {
        names.push(fold_name(&format!("{username}@{domain}")));
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The name of somebody as it would be here: a guest of a tenant by the address at home (`ann_corp.com#EXT#@tenant...` is
/// `ann@corp.com`), and other domains by the table.
pub(crate) fn name_here(name: &str, domains: &DomainNames) -> String {
    let name = fold_name(name);
    let name = match name.find(GUEST) {
        Some(end) => match name[..end].rsplit_once('_') {
            Some((alias, domain)) => format!("{alias}@{domain}"),
            None => name[..end].to_owned(),
        },
        None => name,
    };
    match name.rsplit_once('@').map(|(alias, domain)| (alias, domains.get(domain))) {
        Some((alias, Some(domain))) => format!("{alias}@{domain}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arcstr::ArcStr;

    #[test]
    fn guests_and_other_domains_are_known_by_their_names_here() {
        let domains = DomainNames::from([("corp.local".to_owned(), "corp.com".to_owned())]);
        for (name, here) in [
            (" Ann@Corp.com ", "ann@corp.com"),
            ("ann@corp.local", "ann@corp.com"),
            ("ann_lee_partner.com#EXT#@tenant.onmicrosoft.com", "ann_lee@partner.com"),
            ("ann_corp.local#ext#@tenant.onmicrosoft.com", "ann@corp.com"),
            ("ann#EXT#@tenant.onmicrosoft.com", "ann"),
            ("ann", "ann"),
        ] {
            assert_eq!(name_here(name, &domains), here, "{name}");
        }
    }

    #[test]
    fn an_account_is_found_by_e_mail_and_by_its_sign_in_name_with_the_domain() {
        let text = |text: &str| Some(ArcStr::from(text));
        let user = User {
            email: text("Ann.Lee@corp.com"),
            username: text("alee"),
            domain: text("sso.corp.com"),
            ..User::default()
        };
        let index = AccountIndex::of(vec![Arc::new(user)]);
        for name in ["ann.lee@corp.com", "ALEE", "alee@sso.corp.com"] {
            assert_eq!(index.find(name, &DomainNames::new()), [0], "{name}");
        }
        assert!(index.find("", &DomainNames::new()).is_empty());
    }
}
