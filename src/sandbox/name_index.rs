//! Finds people by folded name with a few bytes per person: a million names are not stored twice.

use super::ids::PersonId;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Hashes of names and the people with these names. Two names may share a hash, so callers compare the names themselves.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    hasher: RandomState,
    first: HashMap<u64, PersonId>,
    /// The second and later people with a hash.
    more: HashMap<u64, Vec<PersonId>>,
}

impl NameIndex {
    /// Reserves space for that many names.
    pub(super) fn reserve(&mut self, names: usize) {
        self.first.reserve(names);
    }

    /// Adds `id` under `name`.
    pub(super) fn insert(&mut self, name: &str, id: PersonId) {
        let hash = self.hasher.hash_one(name);
        match self.first.get(&hash) {
            None => {
                self.first.insert(hash, id);
            }
            Some(known) if *known == id => {}
            Some(_) => {
                let more = self.more.entry(hash).or_default();
                if !more.contains(&id) {
                    more.push(id);
                }
            }
        }
    }

    /// Removes `id` from `name`.
    pub(super) fn remove(&mut self, name: &str, id: PersonId) {
        let hash = self.hasher.hash_one(name);
        let more = self.more.get_mut(&hash);
        if self.first.get(&hash) == Some(&id) {
            match more.and_then(Vec::pop) {
                Some(next) => self.first.insert(hash, next),
                None => self.first.remove(&hash),
            };
        } else if let Some(more) = more {
            more.retain(|other| *other != id);
        }
    }

    /// Everyone who may have `name`.
    pub(super) fn candidates<'i>(&'i self, name: &str) -> impl Iterator<Item = PersonId> + use<'i> {
        let hash = self.hasher.hash_one(name);
        let more = self.more.get(&hash).into_iter().flatten();
        self.first.get(&hash).into_iter().chain(more).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_people_of_one_name_are_both_found_until_they_lose_it() {
        let mut index = NameIndex::default();
        let (one, two) = (PersonId(1), PersonId(2));
        index.insert("a@example.com", one);
        index.insert("a@example.com", two);
        index.insert("a@example.com", two);
        assert_eq!(index.candidates("a@example.com").collect::<Vec<_>>(), [one, two]);
        index.remove("a@example.com", one);
        assert_eq!(index.candidates("a@example.com").collect::<Vec<_>>(), [two]);
        index.remove("a@example.com", two);
        assert_eq!(index.candidates("a@example.com").count(), 0);
    }
}
