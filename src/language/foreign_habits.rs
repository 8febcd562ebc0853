//! Habits of other languages, Python's before all, recognised at the place where Rhai stopped reading.

use super::tokens::{ScriptToken, code_tokens};

/// A line of a script and the place in it.
struct HabitSpot<'a> {
    line: &'a str,
    before: &'a str,
    at: &'a str,
    word: &'a str,
}

/// A habit, and how it is written here.
struct ForeignHabit {
    applies: fn(&HabitSpot) -> bool,
    hint: &'static str,
}

/// The first that applies counts.
const HABITS: &[ForeignHabit] = &[
    ForeignHabit {
        applies: |spot| matches!(spot.word, "None" | "null" | "nil"),
        hint: "Nothing is `()`: `x == ()`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "True" | "False" | "TRUE" | "FALSE"),
        hint: "It is written `true` and `false`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with("not in"),
        hint: "`x not in list` is `!(x in list)`.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "and" | "or" | "not"),
        hint: "`and`, `or` and `not` are `&&`, `||` and `!`.",
    },
    ForeignHabit { applies: |spot| spot.word == "is", hint: "`is` is `==`, and nothing is `()`." },
    ForeignHabit { applies: |spot| spot.at.starts_with('#'), hint: "A comment begins with `//`." },
    ForeignHabit {
        applies: |spot| spot.line.contains("\"\"\""),
        hint: "A text over several lines stands in backticks.",
    },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "def" | "function" | "func" | "async"),
        hint: "A function is `fn name(a, b) { ... }`.",
    },
    ForeignHabit { applies: |spot| spot.word == "lambda", hint: "`lambda x: y` is `|x| y`." },
    ForeignHabit { applies: |spot| matches!(spot.word, "elif" | "elsif"), hint: "`elif` is `else if`." },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "except" | "finally") || spot.line.starts_with("try:"),
        hint: "Errors are caught by `try { ... } catch (error) { ... }`.",
    },
    ForeignHabit { applies: |spot| spot.word == "raise", hint: "`raise` is `throw`." },
    ForeignHabit { applies: |spot| spot.word == "pass", hint: "A block that does nothing is `{ }`." },
    ForeignHabit { applies: |spot| spot.word == "del", hint: "A key is taken out by `map.remove(\"key\")`." },
    ForeignHabit {
        applies: |spot| matches!(spot.word, "class" | "self"),
        hint: "There are no classes; a map holds fields: `#{name: \"x\"}`.",
    },
    ForeignHabit {
        applies: |spot| is_word_of_import(spot),
        hint: "`import \"file\" as name;` takes a script file; what Python imports is built in here.",
    },
    ForeignHabit {
        applies: |spot| {
            matches!(spot.word, "print" | "debug") && !spot.at[spot.word.len()..].starts_with('(')
        },
        hint: "`print` takes its value in parentheses: `print(x)`.",
    },
    ForeignHabit {
        applies: |spot| spot.word == "f" && spot.at[1..].starts_with(['"', '\'']),
        hint: "Values stand in a text in backticks: `Hello ${name}`.",
    },
    ForeignHabit {
        applies: |spot| spot.word == "if" && spot.at.contains(" else "),
        hint: "`x if c else y` is `if c { x } else { y }`.",
    },
    ForeignHabit {
        applies: |spot| {
            spot.before.contains('[') && spot.line.contains(" for ") && spot.line.contains(" in ")
        },
        hint: "There are no comprehensions: `list.map(|x| ...)` and `list.filter(|x| ...)`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(',') && spot.line.starts_with("for "),
        hint: "A map is gone through by its keys: `for key in map.keys() { let value = map[key]; }`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(':') && opens_block(spot.line),
        hint: "A block stands in braces: `if x { ... }`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(':') && open_bracket(spot.before) == Some('['),
        hint: "A part of a list is `list.extract(1..3)`, a part of a text `text.sub_string(1, 2)`.",
    },
    ForeignHabit { applies: is_plain_brace, hint: "A map is written `#{a: 1}`, an empty one `#{}`." },
    ForeignHabit {
        applies: |spot| spot.at.starts_with(',') && open_bracket(spot.before) == Some('('),
        hint: "There are no tuples; a list is `[1, 2]`.",
    },
    ForeignHabit {
        applies: |spot| spot.at.starts_with("++") || spot.before.ends_with("++"),
        hint: "`i++` is `i += 1`.",
    },
    ForeignHabit {
        applies: is_reserved_key,
        hint: "A key that is a reserved word stands in quotes: `\"do\": ...`.",
    },
];

/// What may have been meant where Rhai stopped reading a line, at a 1-based column.
pub fn habit(line: &str, column: usize) -> Option<&'static str> {
    let spot = HabitSpot::new(line, column);
    HABITS.iter().find(|habit| (habit.applies)(&spot)).map(|habit| habit.hint)
}

/// Whether a name stands at a 1-based column that is given a value there.
pub fn is_assignment(line: &str, column: usize) -> bool {
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

/// An empty map of other languages is an empty block here, so that the error comes later, when the map is used.
pub fn has_empty_block_as_value(text: &str) -> bool {
    let is_block = |triple: &[ScriptToken]| {
        triple.iter().zip(["=", "{", "}"]).all(|(token, symbol)| token.is_symbol(symbol))
    };
    code_tokens(text).windows(3).any(is_block)
}

fn is_word_of_import(spot: &HabitSpot) -> bool {
    let imports = spot.line.starts_with("import ") || spot.line.starts_with("from ");
    imports && !spot.line.contains('"')
}

fn opens_block(line: &str) -> bool {
    let first = line.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    line.trim_end().ends_with(':')
        && matches!(first, "if" | "else" | "for" | "while" | "try" | "with" | "def")
}

/// The last bracket that is still open.
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

/// `{"a": 1}` or `{a: 1}` in the place of a value.
fn is_plain_brace(spot: &HabitSpot) -> bool {
    let Some(place) = spot.before.rfind('{') else { return false };
    let is_value = spot.before[..place].trim_end().ends_with(['=', '(', ',', '[', ':']);
    let behind_word = spot.at[spot.word.len()..].trim_start();
    is_value && (spot.at.starts_with(':') || (behind_word.starts_with(':') && !behind_word.starts_with("::")))
}

fn is_reserved_key(spot: &HabitSpot) -> bool {
    open_bracket(spot.before) == Some('{') && RESERVED_KEYS.contains(&spot.word)
}

/// The reserved words that the service's own records and admins use as keys.
const RESERVED_KEYS: &[&str] =
    &["do", "default", "case", "package", "module", "public", "new", "use", "with"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;

    /// What is advised at the place where the engine itself stops.
    fn advice(code: &str) -> Option<&'static str> {
        let error = offline::engine().compile(code).map(|_| ()).unwrap_err();
        let place = error.position();
        let line = code.lines().nth(place.line()? - 1).unwrap_or_default();
        habit(line, place.position()?)
    }

    #[test]
    fn habits_of_python_are_recognised_where_the_engine_stops() {
        for (code, expected) in [
            ("let x = None;", "Nothing is `()`"),
            ("let x = null;", "Nothing is `()`"),
            ("let y = 1; let x = y is None;", "`is` is `==`"),
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
            ("for k, v in #{a: 1} { }", "by its keys"),
            ("if true:\n  print(1)", "in braces"),
            ("for x in [1]:\n  print(x)", "in braces"),
            ("let a = [1, 2, 3]; a[1:2]", "`list.extract(1..3)`"),
            ("let x = {\"a\": 1};", "`#{a: 1}`"),
            ("let x = {a: 1};", "`#{a: 1}`"),
            ("print({\"a\": 1});", "`#{a: 1}`"),
            ("let t = (1, 2);", "no tuples"),
            ("let i = 0; i++;", "`i += 1`"),
            ("let x = #{do: 1};", "in quotes"),
        ] {
            let found = advice(code).unwrap_or_default();
            assert!(found.contains(expected), "{code}: {found}");
        }
    }

    #[test]
    fn what_no_habit_explains_stays_unexplained() {
        for code in ["let x = 5 5;", "let x = [1, 2;", "print(nobody);", "let new = 1;"] {
            assert_eq!(advice(code), None, "{code}");
        }
    }

    #[test]
    fn what_is_advised_compiles() {
        let code = "let list = [1, 2, 3]; let map = #{a: 1}; let text = \"abc\"; let name = 1; let c = true; \
                    list.extract(1..3); text.sub_string(1, 2); map.remove(\"a\"); let t = `Hello ${name}`; \
                    for key in map.keys() { let value = map[key]; } !(1 in list); let d = #{\"do\": 1}; \
                    let f = |x| x; let v = if c { 1 } else { 2 };";
        offline::engine().run(code).unwrap();
    }

    #[test]
    fn an_empty_block_in_the_place_of_a_map_is_seen() {
        assert!(has_empty_block_as_value("let x = { };\nx.a = 1;"));
        assert!(!has_empty_block_as_value("let x = #{};\nif x == #{} { }"));
        assert!(!has_empty_block_as_value("print(\"x = {}\"); // x = {}"));
    }
}
