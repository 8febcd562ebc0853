//! How deeply values are nested. A value that holds a value that holds a value and so on is copied and dropped one
//! level within the other, so that a chain of a million would end the process.

use rhai::{Array, Dynamic, Map};

/// The deepest nesting of a value that a script keeps in a command or takes out of a list or map.
pub const DEEPEST: usize = 500;

/// Whether a value has more than `limit` levels; looks no deeper. `inner` returns the value inside of one of ours.
pub fn is_deeper(value: &Dynamic, limit: usize, inner: &dyn Fn(&Dynamic) -> Option<Dynamic>) -> bool {
    let Some(limit) = limit.checked_sub(1) else { return true };
    if let Some(list) = value.read_lock::<Array>() {
        list.iter().any(|entry| is_deeper(entry, limit, inner))
    } else if let Some(map) = value.read_lock::<Map>() {
        map.values().any(|entry| is_deeper(entry, limit, inner))
    } else {
        inner(value).is_some_and(|entry| is_deeper(&entry, limit, inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_part_counts() {
        let nested = |depth: usize| {
            let wrap = |inner: Dynamic, level: usize| match level % 2 {
                0 => Dynamic::from_array(vec![1.into(), inner]),
                _ => Dynamic::from_map([("x".into(), inner)].into()),
            };
            (1..depth).fold(Dynamic::UNIT, wrap)
        };
        let is_deeper = |depth, limit| is_deeper(&nested(depth), limit, &|_| None);
        assert!(!is_deeper(1, 1) && !is_deeper(7, 7) && !is_deeper(6, 7));
        assert!(is_deeper(8, 7) && is_deeper(2, 1));
    }
}
