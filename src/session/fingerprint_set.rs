//! Fingerprints of names: added for every person that is read, asked about only before a change.

use std::collections::BTreeSet;

/// With more new fingerprints than this, beyond twice the sorted ones, they are sorted although nobody asked, so that
/// reading the same people again takes no more memory.
const MOST_NEW: usize = 1 << 20;

/// Up to this many new fingerprints are compared one by one.
const FEW: usize = 64;

/// A set of fingerprints. Adding one appends it, since a place of its own in a table costs a cache miss for each person
/// of a listing; they are sorted when somebody asks. Each takes at most 16 bytes.
#[derive(Debug, Default)]
pub(super) struct FingerprintSet {
    sorted: Vec<u64>,
    new: Vec<u64>,
}

impl FingerprintSet {
    /// Adds a fingerprint.
    pub(super) fn insert(&mut self, fingerprint: u64) {
        if self.new.len() > MOST_NEW + 2 * self.sorted.len() {
            self.sort();
        }
        self.new.push(fingerprint);
    }

    /// Whether a fingerprint was added.
    pub(super) fn contains(&mut self, fingerprint: u64) -> bool {
        if self.new.len() > FEW {
            self.sort();
        }
        self.new.contains(&fingerprint) || self.sorted.binary_search(&fingerprint).is_ok()
    }

    /// The number of different fingerprints between two, both included.
    pub(super) fn count_between(&mut self, low: u64, high: u64) -> usize {
        if self.new.len() > FEW {
            self.sort();
        }
        let first = self.sorted.partition_point(|known| *known < low);
        let end = self.sorted.partition_point(|known| *known <= high);
        let sorted = &self.sorted[first..end.max(first)];
        let is_new = |known: &&u64| (low..=high).contains(*known) && !sorted.contains(known);
        let new: BTreeSet<_> = self.new.iter().filter(is_new).collect();
        sorted.len() + new.len()
    }

    #[expect(clippy::stable_sort_primitive, reason = "merges the two sorted parts in linear time")]
    fn sort(&mut self) {
        self.new.sort_unstable();
        self.sorted.append(&mut self.new);
        self.sorted.sort();
        self.sorted.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as far apart as hashes are.
    fn spread(number: u64) -> u64 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn what_was_added_is_found_however_often_it_is_asked_between() {
        for step in [1, 7, 1_000] {
            let mut set = FingerprintSet::default();
            for number in 0..5_000 {
                set.insert(spread(number));
                if number % step == 0 {
                    assert!(set.contains(spread(number)) && set.contains(0) && !set.contains(spread(9_999)));
                }
            }
            assert!((0..5_000).all(|number| set.contains(spread(number))));
            assert!((5_000..9_000).all(|number| !set.contains(spread(number))));
        }
    }

    #[test]
    fn reading_the_same_people_again_takes_no_more_memory() {
        let mut set = FingerprintSet::default();
        for _ in 0..400 {
            (0..10_000).for_each(|number| set.insert(spread(number)));
        }
        assert!(set.new.len() <= MOST_NEW + 30_000, "{}", set.new.len());
        assert!(set.contains(spread(77)));
        assert_eq!(set.sorted.len(), 10_000);
    }

    #[test]
    fn those_in_a_range_are_counted_once_however_they_came() {
        for repeats in [1, 40, 200] {
            let mut set = FingerprintSet::default();
            for _ in 0..repeats {
                for fingerprint in [10, 12, 19, 20, 21] {
                    set.insert(fingerprint);
                }
                assert_eq!([set.count_between(10, 19), set.count_between(20, 30)], [3, 2]);
                assert_eq!([set.count_between(0, 9), set.count_between(22, u64::MAX)], [0, 0]);
            }
        }
    }
}
