//! What was worked out lately for values that come again and again, known by where they lie in memory.
//!
//! The records of a listing share what repeats, so a script that goes through a million of them meets the same few
//! types, domains and groups, each in its one place.

use crate::wire::shared_names::SharedNames;
use arcstr::ArcStr;
use rhai::ImmutableString;

/// A shared value that stays where it is for as long as it is held.
pub trait StableAddress: Clone {
    /// Where it lies.
    fn address(&self) -> usize;
}

impl StableAddress for ArcStr {
    fn address(&self) -> usize {
        self.as_ptr().addr()
    }
}

impl StableAddress for SharedNames {
    fn address(&self) -> usize {
        self.as_ptr().addr()
    }
}

impl StableAddress for ImmutableString {
    fn address(&self) -> usize {
        self.as_ptr().addr()
    }
}

/// Answers for the values that came last. Each value is held beside its answer, so that nothing else comes to lie in
/// its place.
#[derive(Debug)]
pub struct PointerCache<K, V>(Vec<Option<(K, V)>>);

impl<K: StableAddress, V: Clone> PointerCache<K, V> {
    /// Remembers as many at most; give a power of two.
    pub fn new(slots: usize) -> Self {
        Self((0..slots).map(|_| None).collect())
    }

    /// What was worked out for the value, or is now.
    pub fn answer(&mut self, value: &K, work_out: impl FnOnce() -> V) -> V {
        let address = value.address();
        let slot = (address >> 4) % self.0.len();
        match &mut self.0[slot] {
            Some((known, answer)) if known.address() == address => answer.clone(),
            other => other.insert((value.clone(), work_out())).1.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_worked_out_again_once_another_took_its_place() {
        let texts: Vec<ArcStr> = (0..100).map(|number| format!("text {number}").into()).collect();
        let count = |slots| {
            let (mut lately, mut worked) = (PointerCache::new(slots), 0);
            for text in texts.iter().chain(&texts) {
                let work_out = || {
                    worked += 1;
                    text.to_string()
                };
                assert_eq!(lately.answer(text, work_out), *text.as_str());
            }
            worked
        };
        assert_eq!(count(1), 200);
        assert!((100..200).contains(&count(1024)));
    }
}
