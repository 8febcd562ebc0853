//! Syntax of other languages, mostly Python, with the equivalent here. `check` and running a script read the same table;
//! names of Python are in [`super::python_names`].

use super::tokens::{ScriptToken, code_tokens};

/// A line of a script and the place in it.
struct HabitSpot<'a> {
    line: &'a str,
    before: &'a str,
    at: &'a str,
    word: &'a str,
}

/// Foreign syntax and its equivalent here.
struct ForeignHabit {
    applies: fn(&HabitSpot) -> bool,
    hint: &'static str,
}

/// The first entry that applies is used.
const HABITS: &[ForeignHabit] = &[
    ForeignHabit {
        applies: |spot| spot.before.ends_with('\\') && spot.at.starts_with('\''),
        hint: "In a string in quotation marks, an apostrophe needs no backslash: `\"it's\"`.",
    },
    ForeignHabit {
        applies: |spot| spot.before.ends_with('\\') && !spot.at.trim().is_empty(),
        hint: "A backslash is written twice, `\"\\\\d\"`; in a raw string, `#\"\\d\"#`, once.",
    },
    ForeignHabit {
        applies: |spot| spot.at.trim_end() == "\\",
        hint: "A statement continues on the next line by itself, up to its `;`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "None" | "null" | "nil"),
        hint: "Write `()` for no value: `x == ()`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "True" | "False" | "TRUE" | "FALSE"),
        hint: "Write `true` and `false` in lowercase.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with("not in"),
        hint: "Write `!(x in list)` instead of `x not in list`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "and" | "or" | "not"),
        hint: "Write `&&`, `||` and `!` instead of `and`, `or` and `not`.",
    },
    ForeignHabit {
        applies: |spot| spot.word == "is",
        hint: "Write `==` instead of `is`, and `()` for no value.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with('#') && !spot.at.starts_with("#{"),
        hint: "Comments start with `//`.",
    },
    ForeignHabit {
        applies: |spot| spot.line.contains("\"\"\""),
        hint: "Put a string of several lines in backticks.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "def" | "function" | "func" | "async"),
        hint: "Define a function with `fn name(a, b) { ... }`.",
    },
    ForeignHabit { applies: |spot| spot.word == "lambda", hint: "Write `|x| y` instead of `lambda x: y`." },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "elif" | "elsif"),
        hint: "Write `else if` instead of `elif`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "except" | "finally") || spot.line.starts_with("try:"),
        hint: "Catch errors with `try { ... } catch (error) { ... }`.",
    },
    ForeignHabit { applies: |spot| spot.word == "raise", hint: "Write `throw` instead of `raise`." },
    ForeignHabit { applies: |spot| spot.word == "pass", hint: "Write an empty block: `{ }`." },
    ForeignHabit { applies: |spot| spot.word == "del", hint: "Remove a key with `map.remove(\"key\")`." },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "class" | "self"),
        hint: "There are no classes; use a map for fields: `#{name: \"x\"}`. A function called as `map.f()` has it as \
               `this`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "global" | "nonlocal") && names_follow(spot),
        hint: "A function sees its own variables only: pass the value and return the new one, or keep it in a map and \
               call `map.f()`, which has it as `this`.",
    },
    ForeignHabit {
        applies: |spot| spot.word == "assert",
        hint: "Write `if !(x > 0) { throw \"x must be positive\"; }` instead of `assert`.",
    },
    ForeignHabit {
        applies: |spot| spot.word == "with",
        hint: "Files need no `with`: `read_text(path)`, `read_csv(path)`, `write_text(path, text)`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "yield" | "await"),
        hint: "There are no generators and no `await`: collect the values in a list and return it.",
    },
    ForeignHabit {
        applies: |spot| spot.word.starts_with("__"),
        hint: "Write the statements at the end of the script, without `if __name__ == ...`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "r" | "b" | "u") && spot.at[1..].starts_with(['"', '\'']),
        hint: "A raw string is `#\"...\"#`; other strings are `\"...\"` without a letter before it.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with('@'),
        hint: "There are no decorators; call the function inside of another one.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(":="),
        hint: "Write an assignment as a statement of its own: `let x = f();`.",
    },
    ForeignHabit {
        applies: |spot| is_definition(spot) && spot.at.starts_with('='),
        hint: "For a default, define a second function with fewer parameters: `fn f(a) { f(a, 1) }`.",
    },
    ForeignHabit {
        applies: |spot| is_definition(spot) && spot.at.starts_with(':'),
        hint: "Parameters have no types: `fn f(a, b) { ... }`.",
    },
    ForeignHabit {
        applies: |spot| (is_definition(spot) && spot.at.starts_with('*')) || spot.at.starts_with("(*"),
        hint: "Pass several values as one list, and named ones as one map: `fn f(list, options) { ... }`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with("->"),
        hint: "A function has no type of its result: `fn f(a, b) { ... }`.",
    },
    ForeignHabit {
        applies: |spot| {
            spot.line.starts_with("let ")
                && is_colon(spot)
                && !spot.before.contains('=')
                && open_bracket(spot.before).is_none()
        },
        hint: "Variables have no types: `let x = 1;`.",
    },
    ForeignHabit {
        applies: |spot| {
            let rest = spot.at[spot.word.len()..].trim_start();
            is_single_equals(rest) && is_in_call(spot.before)
        },
        hint: "There are no keyword arguments; functions with options take a map: `get_users(#{group: \"x\"})`.",
    },
    ForeignHabit {
        applies: |spot| {
            spot.at.starts_with(':') && spot.before.trim_end_matches(is_word_letter).ends_with("${")
        },
        hint: FORMATS,
    },
    ForeignHabit {
        applies: |spot| {
            let is_returned = open_bracket(spot.before) == Some('{') && spot.before.contains("return ");
            spot.at.starts_with(',')
                && (is_returned || open_bracket(spot.before).is_none())
                && !spot.line.starts_with("for ")
        },
        hint: "There are no tuples: assign the variables one by one, and return a list, `[a, b]`.",
    },
    ForeignHabit {
        applies: |spot| is_word_of_import(spot),
        hint: "`import \"file\" as name;` imports a script file; what Python imports is built in here.",
    },
    ForeignHabit {
        applies: |spot| {
            matches!(spot.word, "print" | "debug") && !spot.at[spot.word.len()..].starts_with('(')
        },
        hint: "`print` needs parentheses: `print(x)`.",
    },
    ForeignHabit {
        applies: |spot| {
            spot.word == "f" && spot.at[1..].starts_with(['"', '\'']) && has_format(&spot.at[2..])
        },
        hint: FORMATS,
    },
    ForeignHabit {
        applies: |spot| spot.word == "f" && spot.at[1..].starts_with(['"', '\'']),
        hint: INTERPOLATION,
    },
    ForeignHabit {
        applies: |spot| is_tuple_target(spot.line),
        hint: "There are no tuples: assign the variables one by one: `let a = 1; let b = 2;`.",
    },
    ForeignHabit {
        applies: |spot| spot.word == "if" && spot.at.contains(" else "),
        hint: "Write `if c { x } else { y }` instead of `x if c else y`.",
    },
    ForeignHabit {
        applies: |spot| {
            open_bracket(spot.before) == Some('[')
                && spot.line.contains(" for ")
                && spot.line.contains(" in ")
        },
        hint: "There are no comprehensions; use `list.map(|x| ...)` and `list.filter(|x| ...)`.",
    },
    ForeignHabit {
        applies: |spot| {
            spot.at.starts_with(',') && spot.line.starts_with("for ") && spot.line.contains("enumerate(")
        },
        hint: "The entry comes first, then its index: `for (item, index) in list { ... }`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(',') && spot.line.starts_with("for "),
        hint: "Iterate over the keys of a map: `for key in map.keys() { let value = map[key]; }`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(':') && opens_block(spot.line),
        hint: "Put the block in braces: `if x { ... }`.",
    },
    ForeignHabit {
        applies: |spot| is_colon(spot) && open_bracket(spot.before) == Some('['),
        hint: "Take a part of a list or string with `value.slice(1, 3)`, `value.slice(-3)` or `value.slice(0, -1)`.",
    },
    ForeignHabit { applies: is_plain_brace, hint: "Write a map as `#{a: 1}`, an empty one as `#{}`." },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(',') && open_bracket(spot.before) == Some('('),
        hint: "There are no tuples; use a list: `[1, 2]`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with("++") || spot.before.ends_with("++"),
        hint: "Write `i += 1` instead of `i++`.",
    },
    ForeignHabit { applies: is_reserved_key, hint: "Quote a key that is a reserved word: `\"do\": ...`." },
];

/// What stands for the formats of an f-string.
const FORMATS: &str = "There are no formats in a string: in backticks, write `${fixed(x, 2)}` for two decimals, and \
                       `${x.to_string().pad(10, \" \")}` for a width.";

/// How to insert values in a string.
pub(super) const INTERPOLATION: &str = "To insert values, use a string in backticks: `Hello ${name}`.";

/// The hint for foreign syntax at the place where Rhai stopped parsing a line, a 1-based column.
pub(super) fn habit_hint(line: &str, column: usize) -> Option<&'static str> {
    let spot = HabitSpot::new(line, column);
    HABITS.iter().find(|habit| (habit.applies)(&spot)).map(|habit| habit.hint)
}

/// Whether the name at a 1-based column is assigned a value there.
pub(super) fn is_assignment(line: &str, column: usize) -> bool {
    let spot = HabitSpot::new(line, column);
    let rest = spot.at[spot.word.len()..].trim_start();
    !spot.word.is_empty() && rest.starts_with('=') && !rest.starts_with("==")
}

impl<'a> HabitSpot<'a> {
    fn new(line: &'a str, column: usize) -> Self {
        let start = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(place, _)| place);
        let (before, at) = line.split_at(start);
        let end = at.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(at.len());
        Self { line: line.trim_start(), before, at, word: &at[..end] }
    }
}

/// Whether a variable is assigned `{}`, which is an empty map in other languages and an empty block here. The error
/// comes later, when the value is used as a map.
pub(super) fn has_empty_block_as_value(text: &str) -> bool {
    let is_block = |triple: &[ScriptToken]| {
        triple.iter().zip(["=", "{", "}"]).all(|(token, symbol)| token.is_symbol(symbol))
    };
    code_tokens(text).windows(3).any(is_block)
}

/// Whether a part of an f-string has a format: `{x:.2f}`.
fn has_format(text: &str) -> bool {
    text.split('{').skip(1).any(|part| part.split('}').next().is_some_and(|inside| inside.contains(':')))
}

/// `a, b = ...` at the start of a line.
fn is_tuple_target(line: &str) -> bool {
    let Some((targets, value)) = line.split_once('=') else { return false };
    let is_name = |name: &str| !name.is_empty() && name.chars().all(is_word_letter);
    targets.contains(',') && targets.split(',').all(|name| is_name(name.trim())) && !value.starts_with('=')
}

fn is_word_of_import(spot: &HabitSpot) -> bool {
    let imports = spot.line.starts_with("import ") || spot.line.starts_with("from ");
    imports && !spot.line.contains('"')
}

/// Whether the word is followed by a name.
fn names_follow(spot: &HabitSpot) -> bool {
    let rest = &spot.at[spot.word.len()..];
    rest.starts_with(' ')
        && rest.trim_start().starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

fn is_definition(spot: &HabitSpot) -> bool {
    ["fn ", "def ", "private fn "].iter().any(|start| spot.line.starts_with(start))
        && open_bracket(spot.before) == Some('(')
}

/// Whether there is a colon, and not a part of the `::` of a module.
fn is_colon(spot: &HabitSpot) -> bool {
    spot.at.starts_with(':') && !spot.at.starts_with("::") && !spot.before.ends_with(':')
}

fn is_single_equals(at: &str) -> bool {
    at.starts_with('=') && !at.starts_with("==") && !at.starts_with("=>")
}

/// Whether the innermost open bracket is that of a call: `f(`.
fn is_in_call(before: &str) -> bool {
    let called = before.rfind('(').map_or("", |place| &before[..place]);
    let name = called.rsplit(|letter| !is_word_letter(letter)).next().unwrap_or_default();
    open_bracket(before) == Some('(')
        && !name.is_empty()
        && !["if", "while", "switch", "return", "fn"].contains(&name)
}

fn is_word_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn opens_block(line: &str) -> bool {
    let first = line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    line.trim_end().ends_with(':')
        && matches!(first, "if" | "else" | "for" | "while" | "try" | "with" | "def" | "elif" | "class")
}

/// The innermost bracket that is still open.
fn open_bracket(text: &str) -> Option<char> {
    let mut open = Vec::new();
    for bracket in code_tokens(text).iter().filter_map(ScriptToken::bracket) {
        match bracket {
            '(' | '[' | '{' => open.push(bracket),
            _ => drop(open.pop()),
        }
    }
    open.pop()
}

/// `{"a": 1}` or `{a: 1}` used as a value.
fn is_plain_brace(spot: &HabitSpot) -> bool {
    let Some(place) = spot.before.rfind('{') else { return false };
    let is_value = spot.before[..place].trim_end().ends_with(['=', '(', ',', '[', ':']);
    let after_word = spot.at[spot.word.len()..].trim_start();
    let is_key = !spot.word.is_empty() && after_word.starts_with(':') && !after_word.starts_with("::");
    is_value && (is_colon(spot) || is_key)
}

fn is_reserved_key(spot: &HabitSpot) -> bool {
    let is_key = spot.before.trim().is_empty() && spot.at[spot.word.len()..].trim_start().starts_with(':');
    (is_key || open_bracket(spot.before) == Some('{')) && RESERVED_KEYS.contains(&spot.word)
}

/// Reserved words that are likely to be keys of maps.
const RESERVED_KEYS: &[&str] =
    &["do", "default", "case", "package", "module", "public", "new", "use", "with"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::script_error::ScriptEnding;
    use crate::script::checker::check;
    use crate::script::engine::offline;

    /// A program for each habit, and words of its hint.
    const PROGRAMS: &[(&str, &str)] = &[
        ("let x = None;", "Write `()` for no value"),
        ("let x = null;", "Write `()` for no value"),
        ("let y = 1; let x = y is None;", "Write `==` instead of `is`"),
        ("while True { }", "`true` and `false`"),
        ("if true and false { }", "`&&`"),
        ("if not true { }", "`!`"),
        ("let l = []; let x = 2; if x not in l { }", "`!(x in list)`"),
        ("# a comment\nlet x = 1;", "`//`"),
        ("let x = \"\"\"long\ntext\"\"\";", "backticks"),
        ("def f(x): 1", "`fn name(a, b)"),
        ("let f = lambda x: x + 1;", "`|x| y`"),
        ("if true { 1 } elif false { 2 }", "`else if`"),
        ("if true { 1 }\nelif false { 2 }", "`else if`"),
        ("try:\n  f()", "`try { ... } catch"),
        ("try { 1 } except { 2 }", "`try { ... } catch"),
        ("raise \"x\"", "`throw`"),
        ("pass", "`{ }`"),
        ("let m = #{a: 1}; del m.a;", "`map.remove"),
        ("class Foo { }", "no classes"),
        ("import json", "built in"),
        ("from os import path", "built in"),
        ("print \"x\"", "parentheses"),
        ("let x = f\"hello\";", "backticks"),
        ("let x = 1 if true else 2;", "`if c { x } else { y }`"),
        ("let t = [x for x in [1, 2]];", "comprehensions"),
        ("for k, v in #{a: 1} { }", "over the keys"),
        ("if true:\n  print(1)", "block in braces"),
        ("for x in [1]:\n  print(x)", "block in braces"),
        ("let a = [1, 2, 3]; a[1:2]", "`value.slice(1, 3)`"),
        ("fn f() { global counter; 1 }", "sees its own variables only"),
        ("assert x > 1", "instead of `assert`"),
        ("with open(\"x\") as f { }", "Files need no `with`"),
        ("yield 1", "no generators"),
        ("if __name__ == \"__main__\" { }", "at the end of the script"),
        ("let x = r\"\\d\";", "raw string"),
        ("@cached\nfn f() { 1 }", "no decorators"),
        ("let n = 0; if (n := 1) > 2 { }", "as a statement of its own"),
        ("fn f(a, b=1) { a }", "with fewer parameters"),
        ("fn f(a: int) { a }", "Parameters have no types"),
        ("fn f(*args) { args }", "as one list"),
        ("fn f(a) -> int { a }", "no type of its result"),
        ("let x: int = 1;", "Variables have no types"),
        ("print(1, end=2);", "no keyword arguments"),
        ("let x = 1.5; print(`${x:.2f}`);", "no formats in a string"),
        ("let x = 1.5; let y = f\"{x:.2f}\";", "no formats in a string"),
        ("for i, x in enumerate([1]) { }", "The entry comes first"),
        ("a, b = [1, 2];", "assign the variables one by one: `let a"),
        ("let a, b = [1, 2];", "assign the variables one by one"),
        ("fn f() { return 1, 2 }", "return a list"),
        ("let x = {\"a\": 1};", "`#{a: 1}`"),
        ("let x = {a: 1};", "`#{a: 1}`"),
        ("print({\"a\": 1});", "`#{a: 1}`"),
        ("let t = (1, 2);", "no tuples"),
        ("let i = 0; i++;", "`i += 1`"),
        ("let x = \"it\\'s\";", "an apostrophe needs no backslash"),
        ("let x = \"\\d+\";", "A backslash is written twice"),
        ("let x = 1 + \\\n  2;", "continues on the next line by itself"),
        ("let x = #{do: 1};", "Quote a key"),
        ("let x = #{a: 1,\n    do: 1};", "Quote a key"),
    ];

    /// What is advised at the place where the engine itself stops.
    fn advice(code: &str) -> Option<&'static str> {
        let error = offline::engine().compile(code).map(|_| ()).unwrap_err();
        let place = error.position();
        let line = code.lines().nth(place.line()? - 1).unwrap_or_default();
        habit_hint(line, place.position()?)
    }

    fn hint_of_run(code: &str) -> Option<String> {
        match ScriptEnding::of(*offline::engine().run(code).err()?) {
            ScriptEnding::Failed(failure) => failure.hint_in(Some(code)),
            ScriptEnding::Ended(_) => None,
        }
    }

    fn hint_of_check(code: &str) -> Option<String> {
        check(&offline::engine(), code, None).into_iter().next()?.hint
    }

    #[test]
    fn habits_of_python_are_recognized_where_the_engine_stops() {
        for (code, expected) in PROGRAMS {
            let found = advice(code).unwrap_or_default();
            assert!(found.contains(expected), "{code}: {found}");
        }
    }

    #[test]
    fn every_habit_has_the_same_hint_in_a_check_and_a_run() {
        for (code, expected) in PROGRAMS {
            let run = hint_of_run(code);
            assert!(run.as_ref().is_some_and(|hint| hint.contains(expected)), "{code}: {run:?}");
            assert_eq!(hint_of_check(code), run, "{code}");
        }
        for habit in HABITS {
            let is_shown = PROGRAMS.iter().any(|(code, _)| advice(code) == Some(habit.hint));
            assert!(is_shown, "{}", habit.hint);
        }
    }

    #[test]
    fn a_check_is_never_less_helpful_than_a_run() {
        for code in [
            "get_usres();",
            "fn add_user(x) { } ad_user(1);",
            "fn add(one, two) { } add(1);",
            "let f = |x| x; f(1);",
            "let list = []; list.psh(1);",
            "get_user();",
            "umapi::get_usr(\"x\");",
            "let count = 1; print(cuont);",
            "count = 1;",
            "get_users;",
            "nothing_like_it();",
        ] {
            assert_eq!(hint_of_check(code), hint_of_run(code), "{code}");
        }
        // A check does not know that it is a list, so it shows the forms for other values too.
        let check = hint_of_check("[].push();").unwrap_or_default();
        assert!(check.contains(".push("), "{check}");
    }

    #[test]
    fn unrelated_errors_get_no_foreign_hint() {
        for code in ["let x = 5 5;", "let x = [1, 2;", "print(nobody);", "let new = 1;"] {
            assert_eq!(advice(code), None, "{code}");
        }
    }

    #[test]
    fn replacements_of_foreign_names_work() {
        let code = "let list = []; list.push(1); let text = \" ax\"; text.trim(); text.to_upper(); text.to_lower(); \
                    text.starts_with(\"x\"); text.ends_with(\"x\"); text[0].to_upper(); parse_int(\"1\"); \
                    parse_float(\"1.5\"); list.to_string(); list.some(|x| x > 0); list.sort(); \
                    for (item, index) in list { } \"key\" in #{}; if false { ask(\"question\") } \
                    type_of(text) == \"string\" && (#{}).keys() == []";
        assert!(offline::engine().eval::<bool>(code).unwrap());
    }

    #[test]
    fn hints_compile() {
        let code = "let list = [1, 2, 3]; let map = #{a: 1}; let text = \"abc\"; let name = 1; let c = true; \
                    list.extract(1..3); text.sub_string(1, 2); map.remove(\"a\"); let t = `Hello ${name}`; \
                    for key in map.keys() { let value = map[key]; } !(1 in list); let d = #{\"do\": 1}; \
                    let f = |x| x; let v = if c { 1 } else { 2 };";
        offline::engine().run(code).unwrap();
    }

    #[test]
    fn an_empty_block_used_as_a_map_is_recognized() {
        assert!(has_empty_block_as_value("let x = { };\nx.a = 1;"));
        assert!(!has_empty_block_as_value("let x = #{};\nif x == #{} { }"));
        assert!(!has_empty_block_as_value("print(\"x = {}\"); // x = {}"));
    }
}
