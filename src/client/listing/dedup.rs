//! The set of records that a listing has returned: a record on two pages is returned once.

use crate::client::listing::entry::ListEntry;
use ahash::RandomState;
use std::collections::HashSet;
use std::ops::Range;

/// Up to this many digests are kept whole, in a hash table.
const FEW: usize = 4_096;
/// Bits of a digest that are kept of many.
const KEPT_BITS: u32 = 68;
/// Bits that choose the segment of a digest, at first.
const FIRST_SEGMENT_BITS: u32 = 14;
/// Bits that choose the bucket within the segment.
const BUCKET_BITS: u32 = 6;
/// Buckets of a segment.
const BUCKETS: usize = 1 << BUCKET_BITS;
/// Digests per segment, on average, with which all segments are split in two.
const SPLIT_SIZE: usize = 256;

/// The identity of a record in 128 bits.
pub(crate) type RecordDigest = u128;

/// Computes digests. They differ from run to run, so that nobody can construct two records with the same digest. The
/// standard library's hash takes three times the instructions, for every record that is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordDigester([RandomState; 2]);

impl RecordDigester {
    pub(crate) fn digest<T: ListEntry>(&self, record: &T) -> RecordDigest {
        let mut digest = 0;
        record.identify(&mut |text| {
            let [high, low] = self.0.each_ref().map(|hasher| hasher.hash_one(text));
            digest = (u128::from(high) << 64) | u128::from(low);
        });
        digest
    }
}

/// The digests of the returned records.
///
/// With more than a few, only 68 bits of each are kept: among a million records the probability that two are taken for one
/// is 1 in 500 million, among five million 1 in 20 million. The segment and the bucket stand for 20 bits of them and the
/// rest takes 6 bytes, since a hash table of whole digests takes 40 bytes, more than everything else in memory while a
/// listing is read. Segments are split as they grow, so that the time for a record stays the same.
#[derive(Debug, Default)]
pub(crate) struct DedupSet {
    few: HashSet<RecordDigest, RandomState>,
    many: Vec<DigestSegment>,
    /// Digests of buckets that are full, which those of random digests never are.
    overflow: HashSet<KeptDigest, RandomState>,
    segment_bits: u32,
    count: usize,
}

/// The first bits of a digest.
type KeptDigest = u128;

/// What a bucket keeps of a digest: the bits that neither the segment nor the bucket stands for.
type DigestRemainder = [u8; 6];

/// Digests with the same first bits.
#[derive(Debug, Clone)]
struct DigestSegment {
    /// The number of digests in each bucket.
    lengths: [u8; BUCKETS],
    /// The digests, bucket by bucket.
    remainders: Vec<DigestRemainder>,
}

/// Where a digest belongs.
struct DigestPlace {
    segment: usize,
    bucket: usize,
    remainder: DigestRemainder,
}

impl DedupSet {
    /// Whether the record is new.
    pub(crate) fn insert(&mut self, digest: RecordDigest) -> bool {
        let is_new = if self.many.is_empty() {
            self.few.insert(digest)
        } else {
            self.insert_kept(digest >> (RecordDigest::BITS - KEPT_BITS))
        };
        self.count += usize::from(is_new);
        if self.many.is_empty() && self.count > FEW {
            self.segment_bits = FIRST_SEGMENT_BITS;
            self.many = vec![DigestSegment::default(); 1 << FIRST_SEGMENT_BITS];
            for digest in std::mem::take(&mut self.few) {
                self.insert_kept(digest >> (RecordDigest::BITS - KEPT_BITS));
            }
        } else if self.count > self.many.len().saturating_mul(SPLIT_SIZE) && !self.many.is_empty() {
            self.split();
        }
        is_new
    }

    /// Whether each record of a page is new. All places are looked at before the first one changes, so that the processor
    /// waits for many of them at a time.
    pub(crate) fn insert_page(&mut self, digests: &[RecordDigest]) -> Vec<bool> {
        let known: Vec<_> = digests.iter().map(|digest| self.contains(*digest)).collect();
        known.into_iter().zip(digests).map(|(is_known, digest)| !is_known && self.insert(*digest)).collect()
    }

    fn contains(&self, digest: RecordDigest) -> bool {
        if self.many.is_empty() {
            return self.few.contains(&digest);
        }
        let kept = digest >> (RecordDigest::BITS - KEPT_BITS);
        let DigestPlace { segment, bucket, remainder } = DigestPlace::of(kept, self.segment_bits);
        self.many[segment].bucket(bucket).contains(&remainder) || self.overflow.contains(&kept)
    }

    /// The number of records.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    fn insert_kept(&mut self, kept: KeptDigest) -> bool {
        let DigestPlace { segment, bucket, remainder } = DigestPlace::of(kept, self.segment_bits);
        match self.many[segment].insert(bucket, remainder) {
            Some(is_new) => is_new,
            None => self.overflow.insert(kept),
        }
    }

    /// Splits each segment by the next bit of its digests.
    fn split(&mut self) {
        let mut halves = Vec::with_capacity(2 * self.many.len());
        let next_bits = KEPT_BITS - self.segment_bits - BUCKET_BITS;
        for segment in std::mem::take(&mut self.many) {
            halves.extend(segment.halves(next_bits));
        }
        self.many = halves;
        self.segment_bits += 1;
        for kept in std::mem::take(&mut self.overflow) {
            self.insert_kept(kept);
        }
    }
}

impl DigestPlace {
    fn of(kept: KeptDigest, segment_bits: u32) -> Self {
        let remainder_bits = KEPT_BITS - segment_bits - BUCKET_BITS;
        let rest = kept & ((1 << remainder_bits) - 1);
        let bucket = (kept >> remainder_bits) & ((1 << BUCKET_BITS) - 1);
        Self {
            segment: usize::try_from(kept >> (remainder_bits + BUCKET_BITS)).unwrap_or_default(),
            bucket: usize::try_from(bucket).unwrap_or_default(),
            remainder: remainder_of(u64::try_from(rest).unwrap_or_default()),
        }
    }
}

fn remainder_of(rest: u64) -> DigestRemainder {
    let [bytes @ .., _, _] = rest.to_le_bytes();
    bytes
}

fn rest_of(remainder: DigestRemainder) -> u64 {
    let mut bytes = [0; 8];
    bytes[..remainder.len()].copy_from_slice(&remainder);
    u64::from_le_bytes(bytes)
}

impl Default for DigestSegment {
    fn default() -> Self {
        Self { lengths: [0; BUCKETS], remainders: Vec::new() }
    }
}

impl DigestSegment {
    /// Where a bucket's digests are.
    fn range(&self, bucket: usize) -> Range<usize> {
        let start: usize = self.lengths[..bucket].iter().map(|length| usize::from(*length)).sum();
        start..start + usize::from(self.lengths[bucket])
    }

    fn bucket(&self, bucket: usize) -> &[DigestRemainder] {
        &self.remainders[self.range(bucket)]
    }

    /// Whether the digest is new; `None` if its bucket is full.
    fn insert(&mut self, bucket: usize, remainder: DigestRemainder) -> Option<bool> {
        let range = self.range(bucket);
        if self.remainders[range.clone()].contains(&remainder) {
            return Some(false);
        }
        self.lengths[bucket] = self.lengths[bucket].checked_add(1)?;
        self.make_room();
        self.remainders.insert(range.end, remainder);
        Some(true)
    }

    /// Grows by a sixteenth, since half of the memory would be unused with the usual doubling.
    fn make_room(&mut self) {
        if self.remainders.len() == self.remainders.capacity() {
            self.remainders.reserve_exact(4 + self.remainders.len() / 16);
        }
    }

    /// The digests in two segments. The first bit of the bucket chooses the segment, and the first of the `rest_bits`
    /// bits of the remainder becomes the last one of the new bucket.
    fn halves(self, rest_bits: u32) -> [Self; 2] {
        let mut halves = [Self::default(), Self::default()];
        let mut start = 0;
        for (bucket, length) in self.lengths.into_iter().enumerate() {
            let remainders = &self.remainders[start..start + usize::from(length)];
            start += usize::from(length);
            let half = &mut halves[2 * bucket / BUCKETS];
            for bit in 0..2 {
                let new_bucket = (2 * bucket + bit) % BUCKETS;
                for rest in remainders.iter().map(|remainder| rest_of(*remainder)) {
                    if rest >> (rest_bits - 1) == bit as u64 {
                        half.make_room();
                        half.remainders.push(remainder_of(rest & ((1 << (rest_bits - 1)) - 1)));
                        half.lengths[new_bucket] += 1;
                    }
                }
            }
        }
        halves
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::user::User;

    /// Numbers as far apart as hashes are.
    fn spread(number: u128) -> RecordDigest {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }

    #[test]
    fn segments_are_split_and_lose_nothing() {
        let mut set = DedupSet::default();
        (0..20_000).for_each(|number| assert!(set.insert(spread(number))));
        let segments = set.many.len();
        for times in 1..4 {
            set.split();
            assert_eq!(set.many.len(), segments << times);
            (0..20_000).for_each(|number| assert!(!set.insert(spread(number)), "{number}"));
            let more = times * 20_000..(times + 1) * 20_000;
            more.clone().for_each(|number| assert!(set.insert(spread(number)), "{number}"));
            more.for_each(|number| assert!(!set.insert(spread(number)), "{number}"));
        }
        assert_eq!(set.count(), 80_000);
        assert!(set.overflow.is_empty());
    }

    #[test]
    fn digests_that_share_their_first_bits_are_kept_beside() {
        let mut set = DedupSet::default();
        let digests = || (0..6_000_u128).map(|number| number << (RecordDigest::BITS - KEPT_BITS));
        assert!(digests().all(|digest| set.insert(digest)));
        assert!(!set.overflow.is_empty());
        set.split();
        assert!(!digests().any(|digest| set.insert(digest)));
        assert_eq!(set.count(), 6_000);
    }

    #[test]
    fn each_digest_is_new_once() {
        let mut set = DedupSet::default();
        let digests = (0..10_000).map(spread);
        for digest in digests.clone() {
            assert!(set.insert(digest), "{digest}");
        }
        for digest in digests {
            assert!(!set.insert(digest), "{digest}");
        }
        assert_eq!(set.count(), 10_000);
    }

    #[test]
    fn a_page_is_new_as_its_records_are_one_by_one() {
        let (mut by_page, mut singly) = (DedupSet::default(), DedupSet::default());
        // Each page repeats a record of its own, some of the page before, and one of the first page.
        for first in (0..20_000_u128).step_by(500) {
            let page: Vec<_> =
                (first..first + 600).chain([first + 7, 3]).map(|number| spread(number % 20_050)).collect();
            let expected: Vec<_> = page.iter().map(|digest| singly.insert(*digest)).collect();
            assert_eq!(by_page.insert_page(&page), expected, "{first}");
        }
        assert_eq!((by_page.count(), singly.count()), (20_050, 20_050));
        let same_start: Vec<_> =
            (0..6_000_u128).map(|number| number << (RecordDigest::BITS - KEPT_BITS)).collect();
        assert!(by_page.insert_page(&same_start).iter().filter(|is_new| **is_new).count() >= 5_999);
        assert!(!by_page.overflow.is_empty());
        assert!(!by_page.insert_page(&same_start).contains(&true));
    }

    #[test]
    fn digests_that_differ_in_their_first_or_last_bits_differ() {
        let mut set = DedupSet::default();
        assert!([0, 1, 1 << 63, 1 << 127].into_iter().all(|digest| set.insert(digest)));
    }

    #[test]
    fn users_are_identified_by_id_or_else_by_their_names() {
        let digester = RecordDigester::default();
        let digest = |id: Option<&str>, email: &str| {
            let id = id.map(Into::into);
            digester.digest(&User { id, email: Some(email.into()), ..User::default() })
        };
        assert_eq!(digest(Some("1"), "a@example.com"), digest(Some("1"), "b@example.com"));
        assert_ne!(digest(Some("1"), "a@example.com"), digest(Some("2"), "a@example.com"));
        assert_eq!(digest(None, "A@example.com"), digest(None, "a@example.com"));
        assert_ne!(digest(None, "a@example.com"), digest(None, "b@example.com"));
    }
}
