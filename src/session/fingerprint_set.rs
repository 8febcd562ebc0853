//! Fingerprints of names: added for every person that is read, asked about only before a change.

use std::collections::BTreeSet;

/// With more new fingerprints than this in a part, beyond twice the sorted ones, they are sorted although nobody asked, so
/// that reading the same people again takes no more memory.
const MOST_NEW: usize = 1 << 12;

/// Up to this many new fingerprints of a part are compared one by one.
const FEW: usize = 64;

/// With more fingerprints than this, the set is kept in parts.
const UNDIVIDED: usize = 1 << 16;

/// The first bits of a fingerprint, which choose its part.
const PART_BITS: u32 = 8;

/// A set of fingerprints. Adding one appends it, since a place of its own in a table costs a cache miss for each person
/// of a listing; they are sorted when somebody asks. Each takes about 8 bytes: only one part at a time is sorted, which
/// takes half of its memory again.
#[derive(Debug)]
pub(super) struct FingerprintSet {
    /// One part, or one for each beginning of a fingerprint.
    parts: Vec<SetPart>,
}

/// The fingerprints with one beginning.
#[derive(Debug, Default)]
struct SetPart {
    sorted: Vec<u64>,
    new: Vec<u64>,
}

impl Default for FingerprintSet {
    fn default() -> Self {
        Self { parts: vec![SetPart::default()] }
    }
}

impl FingerprintSet {
    /// Adds a fingerprint.
    pub(super) fn insert(&mut self, fingerprint: u64) {
        let part = self.part_of(fingerprint);
        self.parts[part].insert(fingerprint);
        if self.parts.len() == 1 && self.parts[0].len() > UNDIVIDED {
            self.divide();
        }
    }

    /// Whether a fingerprint was added.
    pub(super) fn contains(&mut self, fingerprint: u64) -> bool {
        let part = self.part_of(fingerprint);
        self.parts[part].contains(fingerprint)
    }

    /// The number of different fingerprints between two, both included.
    pub(super) fn count_between(&mut self, low: u64, high: u64) -> usize {
        if low > high {
            return 0;
        }
        let (first, last) = (self.part_of(low), self.part_of(high));
        self.parts[first..=last].iter_mut().map(|part| part.count_between(low, high)).sum()
    }

    fn part_of(&self, fingerprint: u64) -> usize {
        if self.parts.len() == 1 {
            return 0;
        }
        usize::try_from(fingerprint >> (u64::BITS - PART_BITS)).unwrap_or_default()
    }

    fn divide(&mut self) {
        let whole = std::mem::take(&mut self.parts);
        self.parts.resize_with(1 << PART_BITS, SetPart::default);
        for fingerprint in whole.into_iter().flat_map(|part| part.sorted.into_iter().chain(part.new)) {
            self.insert(fingerprint);
        }
    }
}

impl SetPart {
    fn len(&self) -> usize {
        self.sorted.len() + self.new.len()
    }

    fn insert(&mut self, fingerprint: u64) {
        if self.new.len() > MOST_NEW + 2 * self.sorted.len() {
            self.sort();
        }
        self.new.push(fingerprint);
    }

    fn contains(&mut self, fingerprint: u64) -> bool {
        if self.new.len() > FEW {
            self.sort();
        }
        self.new.contains(&fingerprint) || self.sorted.binary_search(&fingerprint).is_ok()
    }

    fn count_between(&mut self, low: u64, high: u64) -> usize {
        if self.new.len() > FEW {
            self.sort();
        }
        let first = self.sorted.partition_point(|known| *known < low);
        let end = self.sorted.partition_point(|known| *known <= high);
        let sorted = &self.sorted[first..end];
        let is_new = |known: &&u64| (low..=high).contains(*known) && !sorted.contains(known);
        let new: BTreeSet<_> = self.new.iter().filter(is_new).collect();
        sorted.len() + new.len()
    }

    #[expect(clippy::stable_sort_primitive, reason = "merges the two sorted parts in linear time")]
    fn sort(&mut self) {
        let mut new = std::mem::take(&mut self.new);
        new.sort_unstable();
        self.sorted.reserve_exact(new.len());
        self.sorted.append(&mut new);
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
    fn a_large_set_in_parts_says_the_same_as_a_small_one() {
        let mut set = FingerprintSet::default();
        let count = 4 * UNDIVIDED as u64;
        (0..count).for_each(|number| set.insert(spread(number)));
        assert_eq!(set.parts.len(), 1 << PART_BITS);
        assert!((0..count).all(|number| set.contains(spread(number))));
        assert!((count..2 * count).all(|number| !set.contains(spread(number))));
        let all = (0..count).map(spread);
        for (low, high) in [(0, u64::MAX), (1 << 55, 5 << 56), (spread(7), spread(7)), (u64::MAX, 0)] {
            let expected = all.clone().filter(|known| (low..=high).contains(known)).count();
            assert_eq!(set.count_between(low, high), expected, "{low} to {high}");
        }
    }

    #[test]
    fn reading_the_same_people_again_takes_no_more_memory() {
        for people in [10_000, 2 * UNDIVIDED as u64] {
            let mut set = FingerprintSet::default();
            for _ in 0..40 {
                (0..people).for_each(|number| set.insert(spread(number)));
            }
            let size: usize = set.parts.iter().map(SetPart::len).sum();
            let most = 3 * people + (MOST_NEW as u64 + 1) * set.parts.len() as u64;
            assert!(size as u64 <= most, "{size}");
            assert!(set.contains(spread(77)));
            assert_eq!(set.count_between(0, u64::MAX) as u64, people);
        }
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
