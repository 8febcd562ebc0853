//! The methods of Rhai that change their receiver, and those that return a new value.

use rhai::FnCallExpr;

/// Methods that change a list or map in place and return nothing.
const CHANGING: &[&str] =
    &["push", "append", "insert", "clear", "reverse", "sort", "sort_desc", "splice", "mixin", "chop"];
/// Methods that change a list or map in place and return what they removed.
const REMOVING: &[&str] = &["pop", "shift", "remove", "drain", "retain", "truncate", "pad"];
/// Functions of strings alone that return a new string.
pub(super) const OF_STRINGS: &[&str] = &[
    "trim",
    "trim_start",
    "trim_end",
    "capitalize",
    "make_lower",
    "make_upper",
    "replace",
    "replace_all",
    "crop",
    "to_lower",
    "to_upper",
];
/// Functions of lists that return a new list.
pub(super) const OF_LISTS: &[&str] = &["filter", "where", "unique", "without", "slice", "extract"];
/// Functions that return a new string, and change a list or map in place.
pub(super) const OF_STRINGS_AND_LISTS: &[&str] = &["remove", "truncate", "pad"];

/// Whether a call changes its receiver in place.
pub(super) fn changes_receiver(call: &FnCallExpr, is_used: bool) -> bool {
    let name = call.name.as_str();
    CHANGING.contains(&name) || (REMOVING.contains(&name) && !is_used)
}
