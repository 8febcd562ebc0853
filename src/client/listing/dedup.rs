//! The set of records that a listing has returned: a record on two pages is returned once.

use crate::client::listing::entry::ListEntry;
use ahash::RandomState;

/// Bits of a digest that choose its bucket.
const BUCKET_BITS: u32 = 14;

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

/// The digests of the returned records, in buckets by their first bits.
///
/// A bucket keeps 64 bits of each digest and its index stands for 14 more: among a million records the probability
/// of a collision is 1 in 10^11, and a record takes about 10 bytes. A hash table of whole digests took 40 bytes, more
/// than everything else in memory while a listing is read.
#[derive(Debug, Default)]
pub(crate) struct DedupSet {
    buckets: Vec<Vec<u64>>,
    count: usize,
}

impl DedupSet {
    /// Whether the record is new.
    pub(crate) fn insert(&mut self, digest: RecordDigest) -> bool {
        if self.buckets.is_empty() {
            self.buckets.resize(1 << BUCKET_BITS, Vec::new());
        }
        let (bucket, rest) = split(digest);
        let known = &mut self.buckets[bucket];
        // About sixty in a million records: comparing with all of them is faster than keeping them sorted.
        if known.contains(&rest) {
            return false;
        }
        if known.len() == known.capacity() {
            known.reserve_exact(4 + known.len() / 4);
        }
        known.push(rest);
        self.count += 1;
        true
    }

    /// The number of records.
    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

/// The bucket of a digest and the bits that it keeps.
fn split(digest: RecordDigest) -> (usize, u64) {
    let bucket = usize::try_from(digest >> (RecordDigest::BITS - BUCKET_BITS)).unwrap_or_default();
    let rest = u64::try_from(digest & RecordDigest::from(u64::MAX)).unwrap_or_default();
    (bucket, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::user::User;

    #[test]
    fn each_digest_is_new_once() {
        let mut set = DedupSet::default();
        let digests =
            (0..10_000_u128).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        for digest in digests.clone() {
            assert!(set.insert(digest), "{digest}");
        }
        for digest in digests {
            assert!(!set.insert(digest), "{digest}");
        }
        assert_eq!(set.count(), 10_000);
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
