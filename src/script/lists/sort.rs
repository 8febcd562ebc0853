//! A stable sort whose comparison may fail and need not make sense: whatever it answers, nothing panics.

use std::cmp::Ordering;

/// Sorts by merging; ends at the first failure of `compare`, with the items in no particular order.
///
/// # Errors
/// That of `compare`.
pub fn merge_sort<T: Clone, E>(
    items: &mut [T],
    compare: &mut impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<(), E> {
    if items.len() < 2 {
        return Ok(());
    }
    let (left, right) = items.split_at_mut(items.len() / 2);
    merge_sort(left, compare)?;
    merge_sort(right, compare)?;
    let merged = merge(left, right, compare)?;
    items.clone_from_slice(&merged);
    Ok(())
}

fn merge<T: Clone, E>(
    left: &[T],
    right: &[T],
    compare: &mut impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<Vec<T>, E> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left, right);
    while let ([one, left_rest @ ..], [other, right_rest @ ..]) = (left, right) {
        if compare(one, other)?.is_gt() {
            merged.push(other.clone());
            right = right_rest;
        } else {
            merged.push(one.clone());
            left = left_rest;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(mut items: Vec<(u8, u8)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            merge_sort(&mut items, &mut |one, other| Ok::<_, Infallible>(one.0.cmp(&other.0))).unwrap();
            prop_assert_eq!(items, expected);
        }

        #[test]
        fn a_comparison_without_sense_ends_and_loses_nothing(mut items: Vec<u8>, answers: Vec<bool>) {
            let mut expected = items.clone();
            expected.sort_unstable();
            let mut answers = answers.into_iter().cycle();
            let mut compare = |_: &u8, _: &u8| {
                let greater = answers.next().unwrap_or_default();
                Ok::<_, Infallible>(if greater { Ordering::Greater } else { Ordering::Less })
            };
            merge_sort(&mut items, &mut compare).unwrap();
            items.sort_unstable();
            prop_assert_eq!(items, expected);
        }
    }

    #[test]
    fn a_failure_ends_it() {
        let result = merge_sort(&mut [3, 1, 2], &mut |_, _| Err::<Ordering, _>("no"));
        assert_eq!(result, Err("no"));
    }
}
