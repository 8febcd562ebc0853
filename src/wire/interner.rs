//! One copy of what repeats: strings such as domains, countries and types, and lists of group names.

use crate::wire::shared_names::SharedNames;
use ahash::RandomState;
use arcstr::ArcStr;
use std::collections::HashSet;

/// Strings that are kept before the first check of which are still in use.
const INITIAL_LIMIT: usize = 1 << 14;

/// Returns the same `Arc` for equal strings, as long as it is in use elsewhere.
#[derive(Debug)]
pub struct StringInterner {
    // Without it, 200,000 users kept in memory (`/usr/bin/time -v umapish --live tests/bench/keep.rhai`) take 108 MiB
    // instead of 67, and `count_by.rhai` takes 25 % more instructions under callgrind (10,000 users).
    known: HashSet<ArcStr, RandomState>,
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
    known: HashSet<SharedNames, RandomState>,
    limit: usize,
    lookups: usize,
    hits: usize,
}

/// Lists that are looked up before it is decided whether that pays.
const TRIAL_LOOKUPS: usize = 4096;

impl Default for StringInterner {
    fn default() -> Self {
        let lists = NameLists { known: HashSet::default(), limit: INITIAL_LIMIT, lookups: 0, hits: 0 };
        Self { known: HashSet::default(), limit: INITIAL_LIMIT, names: Vec::new(), lists }
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
}
