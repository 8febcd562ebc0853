//! Stable sorts that stop at an error of the comparison or an interrupt, and tolerate an inconsistent comparison.

use crate::error::Result as Checked;
use crate::host::interrupt::Interrupt;
use std::cmp::Ordering;

/// The number of items sorted between two checks for an interrupt.
const RUN: usize = 8192;

/// Sorts, and stops at an interrupt.
///
/// # Errors
/// `interrupted`.
pub fn sort_interruptibly<T>(
    items: Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
    interrupt: &Interrupt,
) -> Checked<Vec<T>> {
    let mut runs = Vec::new();
    let mut rest = items.into_iter();
    loop {
        let mut run: Vec<T> = rest.by_ref().take(RUN).collect();
        if run.is_empty() {
            break;
        }
        interrupt.check()?;
        run.sort_by(&compare);
        runs.push(run);
    }
    while runs.len() > 1 {
        let mut pairs = runs.into_iter();
        let mut merged = Vec::new();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge_runs(left, right, &compare, interrupt)?,
                None => left,
            });
        }
        runs = merged;
    }
    Ok(runs.pop().unwrap_or_default())
}

/// Two sorted runs as one.
fn merge_runs<T>(
    left: Vec<T>,
    right: Vec<T>,
    compare: &impl Fn(&T, &T) -> Ordering,
    interrupt: &Interrupt,
) -> Checked<Vec<T>> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        if merged.len() % RUN == 0 {
            interrupt.check()?;
        }
        let first = if compare(one, other).is_gt() { right.next() } else { left.next() };
        merged.extend(first);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

/// A merge sort that stops at the first error of `compare`; the items are then in no particular order.
///
/// # Errors
/// The error of `compare`.
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
        fn an_inconsistent_comparison_ends_and_loses_nothing(mut items: Vec<u8>, answers: Vec<bool>) {
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
    fn many_items_are_sorted_stably_and_an_interruption_ends_it() {
        let interrupt = Interrupt::default();
        let items: Vec<_> = (0..5 * RUN + 3).map(|number| (number * 7919 % 1000, number)).collect();
        let mut expected = items.clone();
        expected.sort_by_key(|item| item.0);
        let by_first = |one: &(usize, usize), other: &(usize, usize)| one.0.cmp(&other.0);
        assert_eq!(sort_interruptibly(items.clone(), by_first, &interrupt).unwrap(), expected);
        interrupt.request();
        assert_eq!(sort_interruptibly(items, by_first, &interrupt).unwrap_err().kind.name(), "interrupted");
    }

    #[test]
    fn a_failure_ends_it() {
        let result = merge_sort(&mut [3, 1, 2], &mut |_, _| Err::<Ordering, _>("no"));
        assert_eq!(result, Err("no"));
    }
}
