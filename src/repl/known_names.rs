//! The people and groups that a session has read: names to complete inside strings, without a request.

use crate::values::record::{GroupRecord, UserRecord};
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use arcstr::ArcStr;
use rhai::{Array, Dynamic, Map, Scope};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// The most names kept after their values are gone.
const MAX_KEPT: usize = 10_000;
/// The most entries of one value whose names are kept.
const MAX_COLLECTED: usize = 500;
/// The most people of one list whose groups are read: groups repeat.
const MAX_MEMBERS: usize = 5_000;
/// The depth to which lists and maps are searched.
const MAX_DEPTH: usize = 3;

/// What a string names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameKind {
    /// A person.
    Person,
    /// A group or profile.
    Group,
    /// Either.
    Any,
}

/// People and groups by name.
#[derive(Debug, Default)]
pub(super) struct KnownNames {
    people: BTreeSet<String>,
    groups: BTreeSet<String>,
}

impl KnownNames {
    /// Adds the first names in a value.
    pub(super) fn collect(&mut self, value: &Dynamic) {
        let mut found = NameFinder {
            wanted: NameKind::Any,
            prefix: "",
            limit: MAX_COLLECTED,
            entries: MAX_COLLECTED,
            ..NameFinder::default()
        };
        found.search(value, MAX_DEPTH);
        self.people.extend(found.people);
        self.groups.extend(found.groups);
        for names in [&mut self.people, &mut self.groups] {
            while names.len() > MAX_KEPT {
                names.pop_first();
            }
        }
    }

    /// Adds an e-mail that the operator typed.
    pub(super) fn record_person(&mut self, email: &str) {
        if self.people.len() < MAX_KEPT {
            self.people.insert(email.to_owned());
        }
    }

    /// At most `limit` names that start with `prefix`, ignoring case: collected names and names in the variables.
    pub(super) fn matching(
        &self,
        scope: &Scope<'_>,
        wanted: NameKind,
        prefix: &str,
        limit: usize,
    ) -> Vec<String> {
        let folded = prefix.to_lowercase();
        let found = self.search(scope, wanted, &folded, limit);
        found.groups.into_iter().chain(found.people).take(limit).collect()
    }

    fn search<'p>(
        &self,
        scope: &Scope<'_>,
        wanted: NameKind,
        prefix: &'p str,
        limit: usize,
    ) -> NameFinder<'p> {
        let mut found = NameFinder { wanted, prefix, limit, entries: usize::MAX, ..NameFinder::default() };
        self.people.iter().for_each(|name| found.person(name));
        self.groups.iter().for_each(|name| found.group(name));
        scope.iter_raw().for_each(|(_, _, value)| found.search(value, MAX_DEPTH));
        found
    }
}

/// Gathers names.
struct NameFinder<'a> {
    wanted: NameKind,
    prefix: &'a str,
    limit: usize,
    entries: usize,
    people: BTreeSet<String>,
    groups: BTreeSet<String>,
    /// Group names by their address: all members share the same string.
    seen_groups: HashSet<*const u8>,
    /// The number of list entries read, which is what Tab waits for.
    entries_read: usize,
}

impl Default for NameFinder<'_> {
    fn default() -> Self {
        Self {
            wanted: NameKind::Any,
            prefix: "",
            limit: 0,
            entries: 0,
            people: BTreeSet::new(),
            groups: BTreeSet::new(),
            seen_groups: HashSet::new(),
            entries_read: 0,
        }
    }
}

impl NameFinder<'_> {
    fn search(&mut self, value: &Dynamic, depth: usize) {
        if let Some(users) = value.read_lock::<RecordList<User>>() {
            self.users(users.read().iter());
        } else if let Some(groups) = value.read_lock::<RecordList<Group>>() {
            groups.read().iter().take(self.entries).for_each(|group| self.group(&group.group_name));
        } else if let Some(user) = value.read_lock::<UserRecord>() {
            self.users(std::iter::once(&user.user));
        } else if let Some(group) = value.read_lock::<GroupRecord>() {
            self.group(&group.0.group_name);
        } else if let Some(list) = value.read_lock::<Array>().filter(|_| depth > 0) {
            for entry in list.iter().take(self.entries) {
                if self.has_enough() {
                    break;
                }
                self.entries_read += 1;
                self.search(entry, depth - 1);
            }
        } else if let Some(map) = value.read_lock::<Map>().filter(|_| depth > 0) {
            map.values().for_each(|entry| self.search(entry, depth - 1));
        } else if let Some(text) = value.read_lock::<rhai::ImmutableString>().filter(|text| is_email(text)) {
            self.person(&text);
        }
    }

    fn users<'u>(&mut self, users: impl Iterator<Item = &'u Arc<User>>) {
        for (place, user) in users.take(self.entries).enumerate() {
            let only_people = place >= MAX_MEMBERS;
            if self.has_enough() || only_people && (self.wanted == NameKind::Group || self.has_people()) {
                break;
            }
            self.entries_read += 1;
            if let Some(email) = &user.email {
                self.person(email);
            }
            if place < MAX_MEMBERS && self.wanted != NameKind::Person {
                user.groups().iter().for_each(|name| self.shared_group(name));
            }
        }
    }

    fn has_people(&self) -> bool {
        self.people.len() >= self.limit
    }

    /// Whether no further entry could add a name.
    fn has_enough(&self) -> bool {
        let has_groups = self.groups.len() >= self.limit;
        match self.wanted {
            NameKind::Person => self.has_people(),
            NameKind::Group => has_groups,
            NameKind::Any => self.has_people() && has_groups,
        }
    }

    fn shared_group(&mut self, name: &ArcStr) {
        if self.seen_groups.insert(name.as_ptr()) {
            self.group(name);
        }
    }

    fn person(&mut self, email: &str) {
        if self.wanted != NameKind::Group && !self.has_people() && begins(email, self.prefix) {
            self.people.insert(email.to_owned());
        }
    }

    fn group(&mut self, name: &str) {
        if self.wanted != NameKind::Person && self.groups.len() < self.limit && begins(name, self.prefix) {
            self.groups.insert(name.to_owned());
        }
    }
}

/// Whether a string looks like an e-mail.
pub(super) fn is_email(text: &str) -> bool {
    let halves = text.split_once('@');
    halves.is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
        && !text.contains(char::is_whitespace)
}

/// Whether `text` starts with `folded`, ignoring case; ASCII text is not copied.
fn begins(text: &str, folded: &str) -> bool {
    match text.as_bytes().get(..folded.len()) {
        Some(start) if start.is_ascii() && folded.is_ascii() => start.eq_ignore_ascii_case(folded.as_bytes()),
        _ => text.to_lowercase().starts_with(folded),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(count: usize) -> Dynamic {
        let groups: Vec<ArcStr> = vec!["Designers".into(), "Print".into()];
        let user = |number: usize| User {
            email: Some(format!("Person{number}@example.com").into()),
            groups: Some(groups.clone().into()),
            ..User::default()
        };
        Dynamic::from(RecordList::from_entries((0..count).map(|number| Arc::new(user(number))).collect()))
    }

    #[test]
    fn names_in_variables_are_found_in_any_case() {
        let mut scope = Scope::new();
        scope.push_dynamic("all", users(100_000));
        let known_names = KnownNames::default();
        let found = known_names.matching(&scope, NameKind::Person, "person9999", 100);
        assert_eq!((found.len(), found[10].as_str()), (11, "Person9999@example.com"));
        assert_eq!(known_names.matching(&scope, NameKind::Any, "des", 100), ["Designers"]);
        assert!(known_names.matching(&scope, NameKind::Group, "person", 100).is_empty());
        assert_eq!(known_names.matching(&scope, NameKind::Person, "", 100).len(), 100);
    }

    #[test]
    fn each_entry_is_read_once_and_none_after_the_last_name_that_is_wanted() {
        let people: Array = (0..100_000)
            .map(|number| {
                let email = format!("p{number}@example.com").into();
                Dynamic::from_map(Map::from([("email".into(), email)]))
            })
            .collect();
        for list in [Dynamic::from_array(people), users(100_000)] {
            let mut scope = Scope::new();
            scope.push_dynamic("everyone", list);
            let read =
                |prefix: &str, wanted| KnownNames::default().search(&scope, wanted, prefix, 200).entries_read;
            assert!(read("p", NameKind::Person) <= 200);
            assert_eq!(read("nobody", NameKind::Person), 100_000);
            assert!(read("nobody", NameKind::Any) <= 100_000);
        }
    }

    #[test]
    fn names_are_kept_beyond_the_values_they_came_from() {
        let mut known_names = KnownNames::default();
        known_names.collect(&users(3));
        known_names.record_person("typed@example.com");
        let found = |prefix: &str| known_names.matching(&Scope::new(), NameKind::Any, prefix, 100);
        assert_eq!(found("pr"), ["Print"]);
        assert_eq!((found("person").len(), found("typed").len()), (3, 1));
    }

    #[test]
    fn an_email_is_recognized() {
        assert!(is_email("a@example.com"));
        assert!(!is_email("a@b") && !is_email("a b@example.com") && !is_email("x"));
    }
}
