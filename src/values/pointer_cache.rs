//! A small cache of results for shared strings, keyed by their addresses.
//!
//! The records of a listing share repeated strings, so a script that iterates over a million records reads the same few
//! types, domains and groups, each at one address.

use arcstr::ArcStr;

/// Results for recent strings. Each string is held with its result, so that no other string can get its address.
#[derive(Debug)]
pub(super) struct PointerCache<V>(Vec<Option<(ArcStr, V)>>);

impl<V: Clone> PointerCache<V> {
    /// Keeps at most `slots` results; a power of two is fastest.
    pub(super) fn new(slots: usize) -> Self {
        Self((0..slots).map(|_| None).collect())
    }

    /// The cached result for the string, or that of `convert`.
    pub(super) fn get_or_insert_with(&mut self, value: &ArcStr, convert: impl FnOnce() -> V) -> V {
        let address = value.as_ptr().addr();
        let slot = (address >> 4) % self.0.len();
        match &mut self.0[slot] {
            Some((known, result)) if known.as_ptr().addr() == address => result.clone(),
            other => other.insert((ArcStr::clone(value), convert())).1.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_converted_again_once_another_replaced_it() {
        let texts: Vec<ArcStr> = (0..100).map(|number| format!("text {number}").into()).collect();
        let count = |slots| {
            let (mut cache, mut converted) = (PointerCache::new(slots), 0);
            for text in texts.iter().chain(&texts) {
                let convert = || {
                    converted += 1;
                    text.to_string()
                };
                assert_eq!(cache.get_or_insert_with(text, convert), *text.as_str());
            }
            converted
        };
        assert_eq!(count(1), 200);
        assert!((100..200).contains(&count(1024)));
    }
}
