//! Parts of strings and lists, with the same arguments for both; the sums and extremes of lists.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::thrown::ThrowAt;
use crate::values::dynamic::kind_of;
use crate::values::json::json_of;
use rhai::plugin::export_module;
use rhai::{Array, Dynamic, ImmutableString, NativeCallContext};
use std::cmp::Ordering;

/// Parts, sums and extremes.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Returns part of a string or list: from an index to the end.
    ///
    /// A negative index counts from the end, and indexes outside of the value stop at its ends, as in Python's
    /// `value[start:]`.
    ///
    /// # Errors
    /// `usage` for anything but a string or a list; a list of users or groups has `extract`.
    ///
    /// # Example
    /// ```rhai
    /// print([5, 6, 7].slice(1));
    /// print("Designers".slice(-3));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn slice(context: NativeCallContext, value: &mut Dynamic, start: i64) -> RhaiResultOf<Dynamic> {
        sliced(value, &start.into(), &Dynamic::UNIT, 1).at(&context)
    }

    /// Returns part of a string or list: from an index to another, without the second, as Python's
    /// `value[start:end]`.
    ///
    /// `()` for either is the start or the end of the value.
    ///
    /// # Errors
    /// As `slice(start)`.
    ///
    /// # Example
    /// ```rhai
    /// print([5, 6, 7, 8].slice(1, 3));
    /// print("Designers".slice(0, -3));
    /// ```
    #[rhai_fn(name = "slice", pure, return_raw)]
    pub fn slice_between(
        context: NativeCallContext,
        value: &mut Dynamic,
        start: Dynamic,
        end: Dynamic,
    ) -> RhaiResultOf<Dynamic> {
        sliced(value, &start, &end, 1).at(&context)
    }

    /// Returns every so many entries of a part of a string or list, as Python's `value[start:end:step]`.
    ///
    /// With a negative step the part is read backward; `()` is then the other end.
    ///
    /// # Errors
    /// As `slice(start)`; `usage` for the step 0.
    ///
    /// # Example
    /// ```rhai
    /// print([5, 6, 7, 8].slice((), (), 2));
    /// print("abc".slice((), (), -1));
    /// ```
    #[rhai_fn(name = "slice", pure, return_raw)]
    pub fn slice_by_steps(
        context: NativeCallContext,
        value: &mut Dynamic,
        start: Dynamic,
        end: Dynamic,
        step: i64,
    ) -> RhaiResultOf<Dynamic> {
        sliced(value, &start, &end, step).at(&context)
    }

    /// Returns the sum of a list of numbers; 0 if it is empty.
    ///
    /// # Errors
    /// `usage` if an entry is not a number, or the sum is too large.
    ///
    /// # Example
    /// ```rhai
    /// print([1, 2, 3].sum());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn sum(context: NativeCallContext, list: &mut Array) -> RhaiResultOf<Dynamic> {
        total(list).at(&context)
    }

    /// Returns the largest entry of a list of numbers or strings.
    ///
    /// # Errors
    /// `usage` if the list is empty, or its entries cannot be compared.
    ///
    /// # Example
    /// ```rhai
    /// print([3, 9, 4].max());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn max(context: NativeCallContext, list: &mut Array) -> RhaiResultOf<Dynamic> {
        extreme(list, "max", Ordering::Greater).at(&context)
    }

    /// Returns the smallest entry of a list of numbers or strings.
    ///
    /// # Errors
    /// As `max()`.
    ///
    /// # Example
    /// ```rhai
    /// print(["Kim", "Ben"].min());
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn min(context: NativeCallContext, list: &mut Array) -> RhaiResultOf<Dynamic> {
        extreme(list, "min", Ordering::Less).at(&context)
    }

    /// Returns a list without every entry that equals a value. The original is unchanged.
    ///
    /// # Errors
    /// `usage` if an entry is not data, such as a function.
    ///
    /// # Example
    /// ```rhai
    /// print(["Designers", "All Apps", "Stock"].without("All Apps"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn without(context: NativeCallContext, list: &mut Array, value: Dynamic) -> RhaiResultOf<Array> {
        remaining(list, &value).at(&context)
    }
}

fn sliced(value: &Dynamic, start: &Dynamic, end: &Dynamic, step: i64) -> Result<Dynamic> {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        let letters: Vec<char> = text.chars().collect();
        let places = places(letters.len(), start, end, step)?;
        return Ok(places.into_iter().filter_map(|place| letters.get(place)).collect::<String>().into());
    }
    let list = value.read_lock::<Array>().ok_or_else(|| {
        Error::usage_with_hint(
            format!("slice takes a part of a string or a list, not of {}", kind_of(value)),
            "For a list of users or groups, write `list.extract(start, count)`.",
        )
    })?;
    let places = places(list.len(), start, end, step)?;
    Ok(places.into_iter().filter_map(|place| list.get(place).cloned()).collect::<Array>().into())
}

/// The indexes that Python's slices read.
fn places(length: usize, start: &Dynamic, end: &Dynamic, step: i64) -> Result<Vec<usize>> {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (lowest, highest) = if step < 0 { (-1, length - 1) } else { (0, length) };
    let bound = |value: &Dynamic, missing: i64| match value.as_int() {
        Ok(place) if place < 0 => Ok(place.saturating_add(length).max(lowest)),
        Ok(place) => Ok(place.min(highest)),
        Err(_) if value.is_unit() => Ok(missing),
        Err(_) => Err(Error::usage(format!("slice takes whole numbers or `()`, not {}", kind_of(value)))),
    };
    if step == 0 {
        return Err(Error::usage("slice cannot take steps of 0"));
    }
    let (first, last) = if step < 0 { (highest, lowest) } else { (lowest, highest) };
    let (mut place, end) = (bound(start, first)?, bound(end, last)?);
    let mut found = Vec::new();
    while if step < 0 { place > end } else { place < end } {
        found.extend(usize::try_from(place));
        place = place.saturating_add(step);
    }
    Ok(found)
}

fn total(list: &[Dynamic]) -> Result<Dynamic> {
    let mut whole = 0_i64;
    let mut fraction = None;
    for value in list {
        if let Ok(number) = value.as_int() {
            whole = whole.checked_add(number).ok_or_else(|| Error::usage("the sum is too large"))?;
        } else if let Ok(number) = value.as_float() {
            fraction = Some(fraction.unwrap_or(0.0) + number);
        } else {
            return Err(Error::usage(format!("sum takes numbers, not {}", kind_of(value))));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a sum with fractions is a float")]
    Ok(fraction.map_or_else(|| whole.into(), |fraction| (fraction + whole as f64).into()))
}

fn extreme(list: &[Dynamic], name: &str, wanted: Ordering) -> Result<Dynamic> {
    let (first, rest) = list.split_first().ok_or_else(|| {
        Error::usage_with_hint(format!("{name} of an empty list"), "Check `is_empty()` first.")
    })?;
    let mut found = first;
    for value in rest {
        if compared(value, found, name)? == wanted {
            found = value;
        }
    }
    Ok(found.clone())
}

#[expect(clippy::cast_precision_loss, reason = "a whole number is compared with a float")]
fn compared(one: &Dynamic, other: &Dynamic, name: &str) -> Result<Ordering> {
    let number = |value: &Dynamic| value.as_float().ok().or_else(|| Some(value.as_int().ok()? as f64));
    if let (Ok(one), Ok(other)) = (one.as_int(), other.as_int()) {
        return Ok(one.cmp(&other));
    }
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return Ok(one.total_cmp(&other));
    }
    match (one.read_lock::<ImmutableString>(), other.read_lock::<ImmutableString>()) {
        (Some(one), Some(other)) => Ok(one.as_str().cmp(other.as_str())),
        _ => Err(Error::usage(format!(
            "{name} compares numbers with numbers and strings with strings, not {} with {}",
            kind_of(one),
            kind_of(other)
        ))),
    }
}

fn remaining(list: &[Dynamic], value: &Dynamic) -> Result<Array> {
    let wanted = json_of(value)?;
    let mut kept = Array::new();
    for entry in list {
        let entry_json = json_of(entry)?;
        let same_number = entry_json.as_f64().is_some() && entry_json.as_f64() == wanted.as_f64();
        if entry_json != wanted && !same_number {
            kept.push(entry.clone());
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn a_slice_is_what_python_returns() {
        let test = ScriptTest::default();
        let number = |value: Option<i64>| value.map_or_else(|| "()".to_owned(), |value| value.to_string());
        let values = [None, Some(-9), Some(-2), Some(0), Some(1), Some(3), Some(9)];
        for start in values {
            for end in values {
                for step in [-2, -1, 1, 2] {
                    let call = format!("slice({}, {}, {step})", number(start), number(end));
                    let of_list = test.value(&format!("[0, 1, 2, 3].{call}"));
                    let of_string = test.value(&format!("\"0123\".{call}"));
                    let expected: Vec<i64> = python(4, start, end, step);
                    assert_eq!(of_list, json!(expected), "{call}");
                    let joined: String = expected.iter().map(ToString::to_string).collect();
                    assert_eq!(of_string, json!(joined), "{call}");
                }
            }
        }
    }

    /// The indexes of `range(*slice(start, end, step).indices(length))`.
    fn python(length: i64, start: Option<i64>, end: Option<i64>, step: i64) -> Vec<i64> {
        let clip = |value: i64| {
            let value = if value < 0 { value + length } else { value };
            if step > 0 { value.clamp(0, length) } else { value.clamp(-1, length - 1) }
        };
        let start = start.map_or(if step > 0 { 0 } else { length - 1 }, clip);
        let end = end.map_or(if step > 0 { length } else { -1 }, clip);
        let count = if step > 0 { (end - start + step - 1) / step } else { (start - end - step - 1) / -step };
        (0..count.max(0)).map(|place| start + place * step).collect()
    }

    #[test]
    fn lists_are_summed_compared_and_reduced() {
        let test = ScriptTest::default();
        for (code, value) in [
            ("[1, 2].sum()", json!(3)),
            ("[1, 0.5].sum()", json!(1.5)),
            ("[].sum()", json!(0)),
            ("[3, 9.5, 4].max()", json!(9.5)),
            ("[\"b\", \"a\"].min()", json!("a")),
            ("max(3, 4) + min(3, 4)", json!(7)),
            ("[1, 2, 1.0, \"1\"].without(1)", json!([2, "1"])),
            ("let l = [\"a\"]; l.without(\"a\"); l", json!(["a"])),
        ] {
            assert_eq!(test.value(code), value, "{code}");
        }
        for code in [
            "[].max()",
            "[\"a\"].sum()",
            "[1, \"a\"].min()",
            "5.slice(1)",
            "[1].slice(\"a\", ())",
            "[1].slice(0, 1, 0)",
        ] {
            assert_eq!(test.thrown(code, "kind"), "usage", "{code}");
        }
    }
}
