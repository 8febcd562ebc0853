//! The commands that earlier runs completed, by content: a digest and a number each, so that a million fit.

use super::command_key::CommandKey;
use crate::wire::outcome::Evidence;
use ahash::AHashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Completed commands; each is recalled as often as it was completed.
#[derive(Debug, Default)]
pub(crate) struct CompletedCommands {
    /// The ids of the requests that completed them.
    requests: Vec<Arc<str>>,
    /// For each command the index of a request and the evidence, packed into one number.
    first: AHashMap<PackedKey, u32>,
    /// Further requests of equal commands, which are rare.
    more: AHashMap<PackedKey, Vec<u32>>,
}

/// A key without the gap that its alignment would leave beside a number: a million commands take a third less memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PackedKey([u32; 4]);

impl PackedKey {
    fn of(key: CommandKey) -> Self {
        let part = |shift: u32| u32::try_from((key >> shift) & u128::from(u32::MAX)).unwrap_or_default();
        Self([part(96), part(64), part(32), part(0)])
    }
}

impl CompletedCommands {
    pub(crate) fn add(&mut self, key: CommandKey, request: &Arc<str>, evidence: Option<Evidence>) {
        if self.requests.last().is_none_or(|last| !Arc::ptr_eq(last, request)) {
            self.requests.push(Arc::clone(request));
        }
        let key = PackedKey::of(key);
        let place = pack(self.requests.len() - 1, evidence);
        match self.first.entry(key) {
            Entry::Occupied(_) => self.more.entry(key).or_default().push(place),
            Entry::Vacant(entry) => drop(entry.insert(place)),
        }
    }

    pub(crate) fn contains(&self, key: CommandKey) -> bool {
        self.first.contains_key(&PackedKey::of(key))
    }

    /// The request that completed such a command; each call returns another one.
    pub(crate) fn pop(&mut self, key: CommandKey) -> Option<(Arc<str>, Option<Evidence>)> {
        let key = PackedKey::of(key);
        let place = self.first.remove(&key)?;
        if let Some(next) = self.more.get_mut(&key).and_then(Vec::pop) {
            self.first.insert(key, next);
        }
        let (request, evidence) = unpack(place);
        self.requests.get(request).map(|request| (Arc::clone(request), evidence))
    }
}

/// The bits of a packed number that hold the evidence: 0 for none, else its place in the list of all plus one.
const EVIDENCE_BITS: u32 = 2;

fn pack(request: usize, evidence: Option<Evidence>) -> u32 {
    let place = evidence.and_then(|evidence| Evidence::ALL.iter().position(|known| *known == evidence));
    let code = place.map_or(0, |place| place + 1);
    u32::try_from((request << EVIDENCE_BITS) | code).unwrap_or(u32::MAX)
}

fn unpack(packed: u32) -> (usize, Option<Evidence>) {
    let packed = usize::try_from(packed).unwrap_or(usize::MAX);
    let code = packed & ((1 << EVIDENCE_BITS) - 1);
    (packed >> EVIDENCE_BITS, code.checked_sub(1).and_then(|place| Evidence::ALL.get(place).copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_recalled_as_often_as_it_was_completed() {
        let mut completed = CompletedCommands::default();
        let (one, two): (Arc<str>, Arc<str>) = ("r1".into(), "r2".into());
        for (key, request) in [(7, &one), (8, &one), (7, &two), (7, &two)] {
            completed.add(key, request, Some(Evidence::Verified));
        }
        let taken: Vec<_> = std::iter::from_fn(|| completed.pop(7)).collect();
        assert_eq!(taken.len(), 3);
        assert_eq!((taken[0].0.as_ref(), completed.contains(7), completed.contains(8)), ("r1", false, true));
        assert!(taken.iter().all(|(_, evidence)| *evidence == Some(Evidence::Verified)));
    }

    #[test]
    fn a_request_and_its_evidence_fit_into_one_number() {
        for evidence in Evidence::ALL.map(Some).into_iter().chain([None]) {
            assert_eq!(unpack(pack(1_000_000, evidence)), (1_000_000, evidence));
        }
    }
}
