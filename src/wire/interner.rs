//! One copy of what repeats: strings such as domains, countries and types, and lists of group names.

use crate::wire::shared_names::SharedNames;
use arcstr::ArcStr;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};

/// Strings that are kept before the first check of which are still in use.
const INITIAL_LIMIT: usize = 1 << 14;

/// Returns the same `Arc` for equal strings, as long as it is in use elsewhere.
#[derive(Debug)]
pub struct StringInterner {
    // Without it, 200,000 users kept in memory (`/usr/bin/time -v umapish --live tests/bench/keep.rhai`) take 108 MiB
    // instead of 67, and `count_by.rhai` takes 25 % more instructions under callgrind (10,000 users).
    known: HashSet<ArcStr, HashSeed>,
    /// The number of strings above which those that nobody else holds are dropped: a listing that was read and
    /// dropped must not leave all its names in memory.
    limit: usize,
    names: Vec<ArcStr>,
    lists: NameLists,
}

/// Lists of names. Whole departments are in the same groups; where nearly every list is another one, they are not
/// looked for any more.
#[derive(Debug)]
struct NameLists {
    // Without it, 200,000 users kept in memory take 74 MiB instead of 67 (`keep.rhai`).
    known: HashSet<SharedNames, HashSeed>,
    limit: usize,
    lookups: usize,
    hits: usize,
}

/// Lists that are looked up before it is decided whether that pays.
const TRIAL_LOOKUPS: usize = 4096;

impl Default for StringInterner {
    fn default() -> Self {
        let seed = HashSeed::default();
        let lists =
            NameLists { known: HashSet::with_hasher(seed), limit: INITIAL_LIMIT, lookups: 0, hits: 0 };
        Self { known: HashSet::with_hasher(seed), limit: INITIAL_LIMIT, names: Vec::new(), lists }
    }
}

impl StringInterner {
    /// The shared copy of `text`, created at its first use.
    pub fn share(&mut self, text: &str) -> ArcStr {
        if let Some(known) = self.known.get(text) {
            return ArcStr::clone(known);
        }
        if self.known.len() >= self.limit {
            self.lists.known.retain(|list| list.holders() > 1);
            self.known.retain(|text| ArcStr::strong_count(text) > Some(1));
            self.limit = INITIAL_LIMIT.max(2 * self.known.len());
        }
        let new: ArcStr = ArcStr::from(text);
        self.known.insert(ArcStr::clone(&new));
        new
    }

    /// An empty list to gather names in, the one given back before: it has grown to the usual length.
    pub(super) fn take_name_buffer(&mut self) -> Vec<ArcStr> {
        std::mem::take(&mut self.names)
    }

    /// The shared copy of a list of names; takes the list itself back.
    pub(super) fn share_list(&mut self, mut names: Vec<ArcStr>) -> SharedNames {
        let list = self.lists.share(&names);
        names.clear();
        self.names = names;
        list
    }
}

impl NameLists {
    fn share(&mut self, names: &[ArcStr]) -> SharedNames {
        if self.lookups >= TRIAL_LOOKUPS && self.hits < self.lookups / 2 {
            self.known.clear();
            return names.into();
        }
        self.lookups += 1;
        if let Some(known) = self.known.get(names) {
            self.hits += 1;
            return known.clone();
        }
        let new: SharedNames = names.into();
        if self.known.len() >= self.limit {
            self.known.retain(|list| list.holders() > 1);
            self.limit = INITIAL_LIMIT.max(2 * self.known.len());
        }
        self.known.insert(new.clone());
        new
    }
}

/// Hashes strings eight bytes at a time. Keyed, since others choose the names. The standard library's hash, which
/// resists more attacks, took a third of the time that reading a page takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HashSeed(u64);

impl Default for HashSeed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for HashSeed {
    type Hasher = HashMix;
    fn build_hasher(&self) -> HashMix {
        HashMix(self.0)
    }
}

/// The state of a hash.
#[derive(Debug)]
pub(crate) struct HashMix(u64);

impl HashMix {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for HashMix {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.add(u64::from_le_bytes(last) ^ ((bytes.len() as u64) << 56));
    }

    fn write_u8(&mut self, _: u8) {
        // Marks the end of a string; its length is in the hash already.
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_one_copy() {
        let mut interner = StringInterner::default();
        let (first, second) = (interner.share("Photoshop"), interner.share("Photoshop"));
        assert!(ArcStr::ptr_eq(&first, &second));
        assert!(!ArcStr::ptr_eq(&first, &interner.share("photoshop")));
    }

    #[test]
    fn equal_lists_share_one_copy_until_most_lists_are_others() {
        let mut interner = StringInterner::default();
        let mut list = |name: &str| {
            let mut names = interner.take_name_buffer();
            names.extend([interner.share("Photoshop"), interner.share(name)]);
            interner.share_list(names)
        };
        assert!(list("Acrobat").is_same(&list("Acrobat")));
        assert_eq!(&*list("Stock"), ["Photoshop", "Stock"].map(ArcStr::from));
        for number in 0..2 * TRIAL_LOOKUPS {
            list(&number.to_string());
        }
        assert!(!list("Acrobat").is_same(&list("Acrobat")));
        assert!(interner.lists.known.is_empty());
    }

    #[test]
    fn texts_that_nobody_holds_are_forgotten() {
        let mut interner = StringInterner::default();
        let kept = interner.share("kept");
        for number in 0..10 * INITIAL_LIMIT {
            interner.share(&number.to_string());
        }
        assert!(interner.known.len() <= INITIAL_LIMIT);
        assert!(ArcStr::ptr_eq(&kept, &interner.share("kept")));
    }

    #[test]
    fn texts_that_differ_anywhere_differ_in_their_hash() {
        let seed = HashSeed(1);
        let texts = ["", "\0", "12345678", "12345678\0", "1234567", "abcdefgh12345678", "abcdefgi12345678"];
        let hashes: HashSet<_> = texts.iter().map(|text| seed.hash_one(text)).collect();
        assert_eq!(hashes.len(), texts.len());
    }
}
