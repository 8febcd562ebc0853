//! The records of users that a run has read: the last few thousand, and of the others those that the script holds.

use crate::client::hooks::UserReading;
use crate::session::journal::person_readings::{GroupScope, PersonReading};
use crate::wire::identity::{Identity, IdentityType};
use crate::wire::user::User;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// With more records than this beside the recent ones, those that the script has dropped are forgotten.
const SWEEP_SIZE: usize = 8_192;
/// The number of records that are kept here, since a script may drop them before its commands are sent.
const RECENT_SIZE: usize = 4_096;

/// The records that were read; clones share them.
#[derive(Clone, Default)]
pub(crate) struct ReadRecords(Arc<Mutex<RecordStore>>);

/// A record that was read, while somebody holds it.
#[derive(Clone)]
struct HeldReading {
    user: Weak<User>,
    scope: GroupScope,
    /// Its place in the order of reading.
    number: u32,
    /// Seconds since 1970.
    time: i64,
}

/// A record that is kept here.
struct RecentReading {
    user: Arc<User>,
    scope: GroupScope,
    number: u32,
    /// Seconds since 1970.
    time: i64,
}

#[derive(Default)]
struct RecordStore {
    recent: VecDeque<RecentReading>,
    /// How many of the recent ones, the newest, are not indexed by name.
    unindexed: usize,
    /// The number of the next record.
    next: u32,
    /// Records that the script still held when they were not recent any more, and that are not indexed. Only for these
    /// is anything kept: a weak pointer to each record of a long listing would keep its memory, too.
    outlived: Vec<HeldReading>,
    /// The number of records at which dropped ones are removed next.
    outlived_limit: usize,
    /// Records by a hash of each name; the name itself is compared on access.
    by_name: HashMap<u64, Vec<HeldReading>>,
    by_name_limit: usize,
    hashes: RandomState,
}

impl ReadRecords {
    /// Adds records as they were read.
    pub(super) fn add(&self, users: &[Arc<User>], reading: UserReading<'_>) {
        let (scope, time) = (scope_of(reading), Timestamp::now().as_second());
        let mut store = self.store();
        for user in users {
            let number = store.next;
            store.next = number.saturating_add(1);
            store.unindexed += 1;
            store.keep(RecentReading { user: Arc::clone(user), scope, number, time });
        }
    }

    /// Keeps the records with one of these folded names for longer.
    pub(super) fn keep<'n>(&self, names: impl Iterator<Item = &'n str>) {
        let mut store = self.store();
        store.index_names();
        for name in names {
            let readings: Vec<_> = store.held(name).filter_map(RecentReading::of).collect();
            for reading in readings {
                store.keep(reading);
            }
        }
    }

    /// The records of the people who may have this folded name.
    pub(super) fn named(&self, name: &str) -> Vec<PersonReading> {
        let mut store = self.store();
        store.index_names();
        let held = store.held(name).filter_map(RecentReading::of);
        let reading = |RecentReading { user, scope, time, .. }| {
            Some(PersonReading { user, scope, time: Timestamp::from_second(time).ok()? })
        };
        held.filter_map(reading).collect()
    }

    /// All records that are still there, in the order of reading.
    pub(super) fn all(&self) -> Vec<Arc<User>> {
        let mut store = self.store();
        store.index_names();
        let held = store.by_name.values().flatten();
        let by_number: BTreeMap<_, _> =
            held.filter_map(|held| Some((held.number, held.user.upgrade()?))).collect();
        by_number.into_values().collect()
    }

    fn store(&self) -> MutexGuard<'_, RecordStore> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordStore {
    fn held(&self, name: &str) -> impl Iterator<Item = &HeldReading> {
        self.by_name.get(&self.hashes.hash_one(name)).into_iter().flatten()
    }

    /// Keeps a record in place of the oldest one.
    fn keep(&mut self, reading: RecentReading) {
        self.recent.push_back(reading);
        if self.recent.len() <= RECENT_SIZE {
            return;
        }
        let Some(oldest) = self.recent.pop_front() else { return };
        if self.unindexed <= self.recent.len() {
            return;
        }
        self.unindexed -= 1;
        if Arc::strong_count(&oldest.user) > 1 {
            self.hold(HeldReading::of(&oldest));
        }
    }

    fn hold(&mut self, reading: HeldReading) {
        self.outlived.push(reading);
        if self.outlived.len() > self.outlived_limit.max(SWEEP_SIZE) {
            self.outlived.retain(HeldReading::is_held);
            self.outlived_limit = 2 * self.outlived.len();
        }
    }

    /// Indexes the records read since the last request by name.
    fn index_names(&mut self) {
        let indexed = self.recent.len() - std::mem::take(&mut self.unindexed);
        let mut new = std::mem::take(&mut self.outlived);
        new.extend(self.recent.range(indexed..).map(HeldReading::of));
        for reading in new {
            let Some(user) = reading.user.upgrade() else { continue };
            for name in Identity::of(&user).names() {
                let known = self.by_name.entry(self.hashes.hash_one(name)).or_default();
                // A reading of the same kind takes the place of an older one.
                known.retain(|other| {
                    other.user.upgrade().is_some_and(|other_user| {
                        other.scope != reading.scope || !is_same_account(&other_user, &user)
                    })
                });
                known.push(reading.clone());
            }
        }
        if self.by_name.len() > self.by_name_limit.max(SWEEP_SIZE) {
            self.by_name.retain(|_, held| {
                held.retain(HeldReading::is_held);
                !held.is_empty()
            });
            self.by_name_limit = 2 * self.by_name.len();
        }
    }
}

impl HeldReading {
    fn is_held(&self) -> bool {
        self.user.strong_count() > 0
    }

    fn of(reading: &RecentReading) -> Self {
        let RecentReading { user, scope, number, time } = reading;
        Self { user: Arc::downgrade(user), scope: *scope, number: *number, time: *time }
    }
}

impl RecentReading {
    fn of(held: &HeldReading) -> Option<Self> {
        let HeldReading { user, scope, number, time } = held;
        Some(Self { user: user.upgrade()?, scope: *scope, number: *number, time: *time })
    }
}

fn scope_of(reading: UserReading<'_>) -> GroupScope {
    match reading {
        UserReading::Single => GroupScope::AtLeastDirect,
        UserReading::Listing(listing) if !listing.shows_groups => GroupScope::None,
        UserReading::Listing(listing) if listing.counts_indirect => GroupScope::All,
        UserReading::Listing(_) => GroupScope::Direct,
    }
}

/// The type of an account.
pub(super) fn kind_of(user: &User) -> Option<IdentityType> {
    user.kind.as_deref().and_then(IdentityType::parse)
}

/// Whether two records are of one account: by id, else by type and names.
pub(super) fn is_same_account(one: &User, other: &User) -> bool {
    match (&one.id, &other.id) {
        (Some(one), Some(other)) => one == other,
        _ => one.kind == other.kind && Identity::of(one) == Identity::of(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: usize) -> Arc<User> {
        let email = format!("{number}@example.com");
        Arc::new(User { id: Some(number.to_string().into()), email: Some(email.into()), ..User::default() })
    }

    fn has(records: &ReadRecords, number: usize) -> bool {
        !records.named(&format!("{number}@example.com")).is_empty()
    }

    /// Sizes of the three places in which records are.
    fn sizes(records: &ReadRecords) -> [usize; 3] {
        let store = records.store();
        [store.recent.len(), store.outlived.len(), store.by_name.len()]
    }

    #[test]
    fn the_last_records_are_there_and_the_others_while_somebody_holds_them() {
        for index_every in [usize::MAX, 1_000, 1] {
            let records = ReadRecords::default();
            let mut held = Vec::new();
            for number in 0..3 * RECENT_SIZE {
                let read = [user(number)];
                records.add(&read, UserReading::Single);
                if number % 100 == 0 {
                    held.extend(read);
                }
                if number % index_every == 0 {
                    assert!(has(&records, number), "{number}");
                }
            }
            for number in 0..3 * RECENT_SIZE {
                let is_there = number % 100 == 0 || number >= 2 * RECENT_SIZE;
                assert_eq!(has(&records, number), is_there, "{number}, indexed every {index_every}");
            }
            let ids: Vec<usize> =
                records.all().iter().filter_map(|user| user.id.as_ref()?.parse().ok()).collect();
            assert!(
                ids.is_sorted() && ids.len() == RECENT_SIZE + held.len().min(2 * RECENT_SIZE / 100 + 1),
                "{}",
                ids.len()
            );
        }
    }

    #[test]
    fn a_long_listing_leaves_no_more_than_the_last_records() {
        for index_every in [usize::MAX, 1_000] {
            let records = ReadRecords::default();
            for number in 0..40_000 {
                records.add(&[user(number)], UserReading::Single);
                if number % index_every == 0 {
                    records.keep(std::iter::once("nobody@example.com"));
                }
            }
            let [recent, outlived, by_name] = sizes(&records);
            assert_eq!((recent, outlived), (RECENT_SIZE, 0));
            assert!(by_name <= 2 * SWEEP_SIZE, "{by_name}");
        }
    }

    #[test]
    fn a_record_that_is_kept_again_outlasts_those_read_after_it() {
        let records = ReadRecords::default();
        records.add(&[user(0)], UserReading::Single);
        for number in 1..2 * RECENT_SIZE {
            records.add(&[user(number)], UserReading::Single);
            if number % 1_000 == 0 {
                records.keep(std::iter::once("0@example.com"));
            }
        }
        assert!(has(&records, 0) && !has(&records, 1));
    }
}
