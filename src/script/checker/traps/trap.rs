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

/// `"=" * 30`.
pub(super) fn repeated_string() -> TrapWords {
    TrapWords {
        message: "`*` does not repeat a string".to_owned(),
        hint: "For a line of 30 characters, write `\"\".pad(30, \"=\")`.".to_owned(),
        is_warning: false,
    }
}

/// `row[0]`.
pub(super) fn row_by_number() -> TrapWords {
    TrapWords {
        message: "the cells of a row have the names of their columns, and no numbers".to_owned(),
        hint: "Write `row.email`, or `row[\"First name\"]` for a name with a space.".to_owned(),
        is_warning: false,
    }
}

/// `a < b < c`.
pub(super) fn chained_comparison() -> TrapWords {
    warning(
        "a second comparison compares the result of the first one, which is true or false",
        "Write `a < b && b < c`, or put the first comparison in parentheses.",
    )
}

/// `-x ** 2`.
pub(super) fn power_of_negative() -> TrapWords {
    warning(
        "the minus belongs to the base here: `-2 ** 2` is 4, and -4 in Python",
        "Write `-(x ** 2)`, or `(-x) ** 2` if the power of the negative number is meant.",
    )
}

/// `if names { ... }`.
pub(super) fn value_as_condition(kind: &str, name: &str) -> TrapWords {
    let hint = match kind {
        "a number" => format!("Write `{name} != 0`."),
        "a string" => format!("Write `{name} != \"\"`."),
        _ => format!("Write `!{name}.is_empty()`."),
    };
    TrapWords {
        message: format!("a condition is true or false, and this is {kind}"),
        hint,
        is_warning: false,
    }
}

/// `1 << 2 + 1`.
pub(super) fn shift_before_sum() -> TrapWords {
    warning(
        "a shift is computed before a sum or product here",
        "Put parentheses around the part that comes first.",
    )
}

/// `floor(-7 / 2)`.
pub(super) fn floor_of_negative() -> TrapWords {
    warning(
        "`/` between whole numbers drops the remainder before `floor` sees it, so the result is rounded up",
        "For Python's `//` of negative numbers, divide by a float: `floor(a / 2.0)`.",
    )
}

/// `true == 1`.
pub(super) fn different_types(one: &str, other: &str) -> TrapWords {
    warning(
        format!("a comparison of {one} with {other} is always false (`!=` always true)"),
        "Compare values of the same type.",
    )
}

/// `type_of(x) == "str"`.
pub(super) fn type_of_python(name: &str, here: &str) -> TrapWords {
    warning(format!("no type is called `{name}` here"), format!("Write `type_of(x) == \"{here}\"`."))
}

/// `list.append([1, 2])`.
pub(super) fn appended_list() -> TrapWords {
    warning(
        "`append` adds the entries of a list one by one",
        "To add the list as one entry, write `list.push([1, 2])`; to add its entries, `list += [1, 2]`.",
    )
}

fn error(message: &str, hint: &str) -> TrapWords {
    TrapWords { message: message.to_owned(), hint: hint.to_owned(), is_warning: false }
}

/// `list.append("x")`.
pub(super) fn appended_entry() -> TrapWords {
    error("`append` takes a list, and adds its entries", "Use `list.push(x)`.")
}

/// `"{}".format(x)`.
pub(super) fn formatted_string() -> TrapWords {
    error("a string has no method `format`", "Use a string in backticks: `Hello ${name}`.")
}

/// `", ".join(list)`.
pub(super) fn joined_string() -> TrapWords {
    error("a string has no method `join`", "Use `list.join(\", \")`: the list comes first.")
}

/// `int("5")`.
pub(super) fn int_of_string() -> TrapWords {
    error("`int` takes a float, not a string", "Use `parse_int(text)`.")
}

/// `list.sort(|x| x.name)`.
pub(super) fn sorted_by_key() -> TrapWords {
    TrapWords {
        message: "`sort` takes a function that compares two entries, and does nothing with this one"
            .to_owned(),
        hint: "To sort by a key, write `list = list.sort_by(|x| x.name);`.".to_owned(),
        is_warning: false,
    }
}

/// A list function whose result is not used.
pub(super) fn discarded_list(function: &str, variable: Option<&str>) -> TrapWords {
    let name = variable.unwrap_or("list");
    warning(
        format!("`{function}` returns a new list, which is not used here"),
        format!("Assign the result: `{name} = {name}.{function}(...);`."),
    )
}

/// `x == 5;`.
pub(super) fn discarded_operator(operator: &str) -> TrapWords {
    let hint = match operator {
        "==" => "An assignment has one `=`.".to_owned(),
        "+" | "-" | "*" | "/" | "%" | "**" => format!("To change a variable, write `x {operator}= y;`."),
        _ => "Assign the result, or remove the line.".to_owned(),
    };
    warning(format!("the result of `{operator}` is not used here"), hint)
}

/// `(map.key ?? []).push(1)`.
pub(super) fn changed_fallback(function: &str) -> TrapWords {
    warning(
        format!("`{function}` changes a temporary value, so this change is lost"),
        "Assign first: `map.key = map.key ?? []; map.key.push(x);`.",
    )
}

/// `let x = 2;` in a block.
pub(super) fn lost_declaration(name: &str) -> TrapWords {
    warning(
        format!("`let {name}` declares another variable in this block, and the one outside keeps its value"),
        format!("To change the variable outside, leave out `let`: `{name} = ...;`."),
    )
}

/// A variable that is read after a loop over its name.
pub(super) fn loop_variable(name: &str) -> TrapWords {
    warning(
        format!("the loop has a variable `{name}` of its own, and the one outside keeps its value"),
        format!("Assign it in the loop under another name: `for entry in list {{ {name} = entry; }}`."),
    )
}

/// `for (i, x) in list`.
pub(super) fn index_before_entry() -> TrapWords {
    warning("the entry comes first here, then its index", "Write `for (entry, i) in list { ... }`.")
}

/// `"Hello {name}"`.
pub(super) fn plain_placeholder(name: &str, is_in_backticks: bool) -> TrapWords {
    let hint = if is_in_backticks {
        format!("Write `${{{name}}}`.")
    } else {
        format!("Use a string in backticks, with `${{{name}}}` in it.")
    };
    warning(format!("the value of `{name}` is not inserted into this string"), hint)
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
        "For Python's `a // b`, write `floor(a / b)`, or `floor(a / 2.0)` if a number may be negative; a comment about a number reads better with a word in it.",
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
