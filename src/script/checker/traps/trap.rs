//! The messages and remedies of each trap.

use super::variable::VariableOrigin;
use crate::values::raw_response::RawResponse;

/// A message, what to do about it, and whether the script can still run.
pub(super) struct TrapWords {
    pub(super) message: String,
    pub(super) hint: String,
    pub(super) is_warning: bool,
}

fn warning(message: impl Into<String>, hint: impl Into<String>) -> TrapWords {
    TrapWords { message: message.into(), hint: hint.into(), is_warning: true }
}

/// A change to a copy that nothing reads afterwards. `None` for a variable that holds no copy.
pub(super) fn lost_change(name: &str, origin: &VariableOrigin) -> Option<TrapWords> {
    let (copied, hint) = match origin {
        VariableOrigin::LoopEntry(list) => (
            format!("an entry of `{list}`"),
            format!("Change the entry in the list: `for ({name}, i) in {list} {{ {list}[i] ... }}`."),
        ),
        VariableOrigin::Parameter => (
            "the argument".to_owned(),
            format!("Return `{name}` at the end of the function, and assign the result where it is called."),
        ),
        VariableOrigin::CopyOf(source) => (
            format!("`{source}`"),
            format!("Change `{source}` itself, or assign it at the end: `{source} = {name};`."),
        ),
        VariableOrigin::New => return None,
    };
    Some(warning(format!("`{name}` is a copy of {copied}, so this change is lost"), hint))
}

/// A string function whose result is not used.
pub(super) fn discarded_string(function: &str, variable: Option<&str>) -> TrapWords {
    let name = variable.unwrap_or("text");
    TrapWords {
        message: format!("`{function}` returns a new string, which is not used here"),
        hint: format!("Assign the result: `{name} = {name}.{function}(...);`."),
        is_warning: false,
    }
}

/// `split(x, 1)`.
pub(super) fn split_into_one() -> TrapWords {
    TrapWords {
        message:
            "`split` with 1 returns the whole string: the number is that of the parts, not of the splits"
                .to_owned(),
        hint: "For the part before and the part after the first separator, write 2.".to_owned(),
        is_warning: false,
    }
}

/// A division of whole numbers that may leave a remainder.
pub(super) fn whole_division() -> TrapWords {
    warning(
        "`/` between whole numbers drops the remainder",
        "For batches of 10, write `(count + 9) / 10`; for a fraction, `count / 10.0`; if the remainder should be \
         dropped, `floor(count / 10)`.",
    )
}

/// `a < b < c`.
pub(super) fn chained_comparison() -> TrapWords {
    warning(
        "a comparison of three values compares the result of the first comparison, which is always false",
        "Write `a < b && b < c`.",
    )
}

/// A key that is the name of a variable with a string.
pub(super) fn variable_as_key(name: &str) -> TrapWords {
    warning(
        format!("the key is the name `{name}`, not the value of the variable"),
        format!(
            "For the value, write `let map = #{{}}; map[{name}] = ...;`; if the name is meant, quote it: `\"{name}\": ...`."
        ),
    )
}

/// `list.remove(1)` on a list of numbers.
pub(super) fn remove_by_index() -> TrapWords {
    warning(
        "`remove` takes an index, not a value",
        "To remove a value, write `list.retain(|x| x != value)`; if the index is meant, use the result: \
         `let removed = list.remove(1);`.",
    )
}

/// `now() - start`.
pub(super) fn subtracted_time() -> TrapWords {
    TrapWords {
        message: "`now()` returns a string, and strings cannot be subtracted".to_owned(),
        hint: "For the seconds between two moments, write `let start = timestamp(); ...; start.elapsed`."
            .to_owned(),
        is_warning: false,
    }
}

/// `total // 10`.
pub(super) fn comment_as_division() -> TrapWords {
    warning(
        "`//` begins a comment, so this is not divided",
        "For Python's `a // b`, write `floor(a / b)`; a comment about a number reads better with a word in it.",
    )
}

/// `\n` in backticks.
pub(super) fn escape_in_backticks() -> TrapWords {
    warning(
        "in backticks, a backslash is a backslash: this is not the end of a line",
        "Break the line in the string itself, or put `\"\\n\"` in an interpolation: `first${\"\\n\"}second`.",
    )
}

/// `row.age > 18`.
pub(super) fn string_with_number(is_cell: bool) -> TrapWords {
    let what = if is_cell { "a cell of a CSV file is a string, and a" } else { "a" };
    warning(
        format!("{what} comparison of a string with a number is always false (`!=` always true)"),
        "Convert the string: `parse_int(text) > 18`; or compare with a string: `\"18\"`.",
    )
}

/// `-7 % 3`.
pub(super) fn negative_remainder() -> TrapWords {
    warning(
        "the remainder of a negative number is negative here",
        "For Python's result, write `((a % b) + b) % b`.",
    )
}

/// `response.text`.
pub(super) fn unknown_response_field(name: &str) -> TrapWords {
    let error = RawResponse::unknown_field(name);
    let hint = error.hint().unwrap_or_default();
    TrapWords { message: error.to_string(), hint, is_warning: false }
}
