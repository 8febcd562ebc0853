//! Describes Rhai's own errors: what happened and, if the error alone shows it, what to do.

use super::call_description::CallText;
use super::catalog::is_method_of_rhai;
use super::type_names::{display_name, display_phrase};
use crate::language::message::{ErrorTopic, ErrorWords};
use crate::values::json::json_of;
use crate::wire::invisible;
use rhai::{Dynamic, EvalAltResult, LexError, ParseErrorType, Position};

const CONDITION: &str = "Compare the value: `x != ()`, `x != \"\"`, `x.len() > 0`.";

/// Describes one of Rhai's errors; thrown values are handled elsewhere.
pub(super) fn describe(error: &EvalAltResult) -> ErrorWords {
    use EvalAltResult as E;
    match error {
        E::ErrorParsing(kind, _) => syntax(kind),
        E::ErrorFunctionNotFound(call, _) => CallText::parse(call).describe(),
        E::ErrorVariableNotFound(name, _) => variable(name),
        E::ErrorDotExpr(text, _) => field(text),
        E::ErrorMismatchDataType(expected, actual, _) | E::ErrorMismatchOutputType(expected, actual, _) => {
            mismatch(expected, actual)
        }
        E::ErrorIndexingType(text, _) => indexing(text),
        E::ErrorArrayBounds(length, index, _) => bounds("list", "entry", *length, *index),
        E::ErrorStringBounds(length, index, _) => bounds("string", "character", *length, *index),
        E::ErrorIndexNotFound(key, _) => ErrorWords::new(format!("there is no key `{key}`")),
        E::ErrorPropertyNotFound(key, _) => ErrorWords::new(format!("there is no field `{key}`")),
        E::ErrorFor(_) => iteration(),
        E::ErrorStackOverflow(_) => ErrorWords::new("too many nested function calls").hint(
            "Does a function call itself without end? Inside a function named like a built-in one, call the built-in \
             one as `umapi::name`.",
        ),
        E::ErrorModuleNotFound(name, _) => module(name),
        E::ErrorDataRace(..) => ErrorWords::new("the function uses the list that its caller is working on").hint(
            "Use a copy in the function: `let all = users.to_array();` before the call.",
        ),
        E::ErrorAssignmentToConstant(name, _) => constant(name),
        E::ErrorNonPureMethodCallOnConstant(name, _) => {
            let name = name.split_once('$').map_or(name.as_str(), |(_, property)| property);
            ErrorWords::new(format!("`{name}` would change a constant"))
                .hint("Make a copy: `let copy = NAME;`.")
        }
        other => ErrorWords::new(plain(other)),
    }
}

/// Rhai's message without the position, starting in lower case like ours.
fn plain(error: &EvalAltResult) -> String {
    // The text of an error ends with its position, which the report shows on a line of its own.
    let text = error.to_string();
    let place = format!(" ({})", error.position());
    lower_first(text.strip_suffix(&place).unwrap_or(&text))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn variable(name: &str) -> ErrorWords {
    ErrorWords::new(format!("there is no variable `{name}`")).about(ErrorTopic::Variable(name.to_owned()))
}

fn module(name: &str) -> ErrorWords {
    let name = name.trim_end_matches("::");
    ErrorWords::new(format!("there is no module `{name}`"))
        .hint(format!("Import a file of functions at the top of the script: `import \"{name}\" as {name};`."))
}

fn constant(name: &str) -> ErrorWords {
    let subject = if name.is_empty() { "a constant".to_owned() } else { format!("the constant `{name}`") };
    ErrorWords::new(format!("{subject} cannot be changed")).hint("Declare it with `let` to change it.")
}

fn iteration() -> ErrorWords {
    ErrorWords::new("`for` cannot iterate over this value")
        .hint("It iterates over lists, strings, ranges and users; over a map with `for key in map.keys()`.")
}

fn bounds(whole: &str, part: &str, length: usize, index: i64) -> ErrorWords {
    let message = match length {
        0 => format!("there is no {part} {index} in an empty {whole}"),
        _ => format!("there is no {part} {index} in a {whole} of {length}"),
    };
    let hint = match length {
        0 => "Check `is_empty()` first.".to_owned(),
        1 => format!("Its only {part} is 0."),
        _ => format!("Its {part_s} are 0 to {}, and -1 is the last.", length - 1, part_s = plural(part)),
    };
    ErrorWords::new(message).hint(hint)
}

fn plural(noun: &str) -> String {
    noun.strip_suffix('y').map_or_else(|| format!("{noun}s"), |stem| format!("{stem}ies"))
}

fn mismatch(expected: &str, actual: &str) -> ErrorWords {
    let message = match (expected, actual) {
        (expected, "") => format!("expected {}", display_phrase(expected)),
        ("", actual) => format!("{} cannot be used here", display_phrase(actual)),
        (expected, actual) => {
            format!("expected {}, not {}", display_phrase(expected), display_phrase(actual))
        }
    };
    let topic = if actual == "()" { ErrorTopic::Nothing } else { ErrorTopic::Other };
    let wording = ErrorWords::new(message).about(topic);
    match (expected, display_name(actual).as_str()) {
        ("bool", _) => wording.hint(CONDITION),
        ("i64", "range") => wording.hint("Take a part of a list with `list.extract(0..2)`."),
        _ => wording,
    }
}

/// "i64 [string]": the indexed type and the type of the index; "i64 [string] = bool" for an assignment.
fn indexing(text: &str) -> ErrorWords {
    let (indexed, by) = text.split_once(" [").unwrap_or((text, ""));
    if by.contains("] = ") {
        return not_set(indexed);
    }
    let by = by.split(']').next().unwrap_or_default();
    let topic = if indexed == "()" { ErrorTopic::Nothing } else { ErrorTopic::Other };
    let message = match by {
        "" => format!("{} cannot be indexed", display_phrase(indexed)),
        by if display_name(by) == "range" => not_sliced(indexed),
        by => format!("{} cannot be indexed with {}", display_phrase(indexed), display_phrase(by)),
    };
    ErrorWords::new(message).about(topic)
}

fn not_set(indexed: &str) -> ErrorWords {
    let wording = ErrorWords::new(format!("the entries of {} cannot be set", display_phrase(indexed)));
    match indexed {
        "()" => wording.about(ErrorTopic::Nothing),
        "User" | "Group" | "Index" | "Response" => {
            wording.hint("It cannot be changed; `to_map()` returns a map that can.")
        }
        _ => wording,
    }
}

fn not_sliced(indexed: &str) -> String {
    match display_name(indexed).as_str() {
        list @ ("Users" | "Groups") => {
            format!("{list} cannot be sliced; use {}.extract(0..3)", list.to_lowercase())
        }
        _ => format!("{} cannot be sliced", display_phrase(indexed)),
    }
}

/// Parses Rhai's sentence about a property: its name and the type that lacks it.
fn field(text: &str) -> ErrorWords {
    let quoted: Vec<_> = text.split('\'').skip(1).step_by(2).collect();
    let &[name, type_name, ..] = quoted.as_slice() else { return ErrorWords::new(lower_first(text)) };
    let owner = if type_name == "()" { "nothing, `()`,".to_owned() } else { display_phrase(type_name) };
    let is_read = text.starts_with("Unknown property");
    let message = if is_read {
        format!("{owner} has no field `{name}`")
    } else {
        format!("the field `{name}` of {owner} cannot be set")
    };
    let wording = ErrorWords::new(message);
    if !is_read {
        wording.about(if type_name == "()" { ErrorTopic::Nothing } else { ErrorTopic::Other })
    } else if type_name == "()" {
        wording.about(ErrorTopic::Nothing).hint(format!(
            "The value before `.{name}` is `()`: the map has no such key, or a function returned nothing. \
             `?.{name}` returns nothing then."
        ))
    } else if is_method_of_rhai(name, type_name) {
        wording.hint(format!("`{name}` is a function; call it as `.{name}()`."))
    } else {
        wording
    }
}

fn syntax(kind: &ParseErrorType) -> ErrorWords {
    use ParseErrorType as P;
    let wording = match kind {
        P::VariableUndefined(name) => return variable(name),
        P::ModuleUndefined(name) => return module(name),
        P::AssignmentToConstant(name) => return constant(name),
        P::DuplicatedProperty(key) => ErrorWords::new(format!("the key `{key}` appears twice in this map")),
        P::UnexpectedEOF => ErrorWords::new("unexpected end of the script")
            .hint("A bracket, a brace or a quotation mark is not closed."),
        P::BadInput(input) => lexical(input),
        P::MissingToken(token, _) if token == ";" => {
            ErrorWords::new("expected `;`").hint("Is a `;` missing before this?")
        }
        P::MissingToken(token, place) => ErrorWords::new(format!("expected `{token}` {place}")),
        P::MismatchedType(expected, actual) => condition(expected, actual),
        P::Reserved(word) if is_word(word) => ErrorWords::new(format!("`{word}` is a reserved word"))
            .hint("Choose another name; quote it as a key of a map: `\"do\": ...`."),
        P::Reserved(symbol) => unexpected(symbol),
        P::ExprTooDeep => ErrorWords::new("the expression is nested too deeply")
            .hint("Split it into steps, each in its own `let`."),
        other => ErrorWords::new(lower_first(&other.to_string())),
    };
    wording.about(ErrorTopic::Syntax)
}

fn is_word(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn lexical(input: &LexError) -> ErrorWords {
    match input {
        LexError::UnterminatedString => ErrorWords::new("the string is not closed")
            .hint("A string in double quotes ends on its line; put a string of several lines in backticks."),
        LexError::MalformedChar(text) => ErrorWords::new(format!("`'{text}'` is not one character"))
            .hint(format!("Put a string in double quotes: \"{text}\".")),
        LexError::UnexpectedInput(text) => unexpected(text),
        other => ErrorWords::new(lower_first(&other.to_string())),
    }
}

/// A character that Rhai does not know. One that cannot be seen or looks like another one is named by its code.
fn unexpected(text: &str) -> ErrorWords {
    let pasted = "It was probably pasted from a web page or document; delete it and type it again.";
    let Some(character) = text.chars().next() else { return ErrorWords::new("unexpected input") };
    let code = format!("U+{:04X}", u32::from(character));
    match character {
        '\u{a0}' => ErrorWords::new(format!("unexpected no-break space ({code})")).hint(pasted),
        _ if invisible::is_invisible(character) => {
            ErrorWords::new(format!("unexpected invisible character ({code})")).hint(pasted)
        }
        _ if character.is_whitespace() => {
            ErrorWords::new(format!("unexpected kind of space ({code})")).hint(pasted)
        }
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' => {
            ErrorWords::new(format!("unexpected `{text}` ({code})"))
                .hint("Write straight quotation marks: \"text\".")
        }
        '–' | '—' | '−' => {
            ErrorWords::new(format!("unexpected `{text}` ({code})")).hint("Write a minus sign: `-`.")
        }
        _ => ErrorWords::new(format!("unexpected `{text}`")),
    }
}

fn condition(expected: &str, actual: &str) -> ErrorWords {
    let actual = match actual {
        "()" => display_phrase(actual),
        "a string" => display_phrase("string"),
        "an array" => display_phrase("array"),
        "an object map" => display_phrase("map"),
        other => other.to_owned(),
    };
    match expected {
        "a boolean expression" => {
            ErrorWords::new(format!("expected a condition, true or false, not {actual}")).hint(CONDITION)
        }
        "an iterable value" => {
            ErrorWords { message: format!("`for` cannot iterate over {actual}"), ..iteration() }
        }
        expected => ErrorWords::new(format!("expected {expected}, not {actual}")),
    }
}

/// Describes an error that a script caught. Rhai passes its kind and message, not the error itself.
pub(super) fn describe_caught(kind: &str, message: &str) -> Option<ErrorWords> {
    let rest = |prefix: &str| message.strip_prefix(prefix).map(str::to_owned);
    let error = match kind {
        "ErrorFunctionNotFound" => {
            EvalAltResult::ErrorFunctionNotFound(rest("Function not found: ")?, Position::NONE)
        }
        "ErrorVariableNotFound" => {
            EvalAltResult::ErrorVariableNotFound(rest("Variable not found: ")?, Position::NONE)
        }
        "ErrorDotExpr" => EvalAltResult::ErrorDotExpr(message.to_owned(), Position::NONE),
        "ErrorIndexingType" => {
            EvalAltResult::ErrorIndexingType(rest("Indexer unavailable: ")?, Position::NONE)
        }
        "ErrorArrayBounds" => {
            let (length, index) = numbers(message)?;
            EvalAltResult::ErrorArrayBounds(length, index, Position::NONE)
        }
        "ErrorStringBounds" => {
            let (length, index) = numbers(message)?;
            EvalAltResult::ErrorStringBounds(length, index, Position::NONE)
        }
        "ErrorFor" => EvalAltResult::ErrorFor(Position::NONE),
        "ErrorStackOverflow" => EvalAltResult::ErrorStackOverflow(Position::NONE),
        kind if kind.starts_with("Error") && is_word(kind) => {
            return Some(ErrorWords::new(lower_first(message)));
        }
        _ => return None,
    };
    Some(describe(&error))
}

/// The length and the index in "Array index 7 out of bounds: only 2 elements in array"; an empty one has no number.
fn numbers(message: &str) -> Option<(usize, i64)> {
    let (index, length) = message.split_once(" out of bounds")?;
    let length = length.split(' ').find_map(|word| word.parse().ok()).unwrap_or_default();
    Some((length, index.rsplit(' ').next()?.parse().ok()?))
}

/// Describes a thrown value that is not a map with a message.
pub(super) fn describe_thrown(value: &Dynamic) -> String {
    if value.is_unit() {
        "the script threw an error without a message".to_owned()
    } else if value.is_string() {
        value.to_string()
    } else {
        let text = json_of(value).map_or_else(|_| value.to_string(), |json| json.to_string());
        format!("the script threw {text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;

    fn wording(code: &str) -> ErrorWords {
        let mut engine = offline::engine();
        engine.set_max_call_levels(8); // a test's thread has no stack for more
        let mut error = *engine.run(code).unwrap_err();
        while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
            error = *inner;
        }
        describe(&error)
    }

    #[test]
    fn runtime_errors_have_our_words() {
        let (string, boolean) = (display_phrase("string"), display_phrase("bool"));
        for (code, message) in [
            ("[1, 2][5]", "there is no entry 5 in a list of 2"),
            ("[][0]", "there is no entry 0 in an empty list"),
            ("\"abc\"[7]", "there is no character 7 in a string of 3"),
            ("let u = \"x\"; u.foo", &format!("{string} has no field `foo`")),
            ("let m = #{a: 1}; m.b.c", "nothing, `()`, has no field `c`"),
            ("let m = (); m.x = 1", "the field `x` of nothing, `()`, cannot be set"),
            ("let t = true; t[\"a\"]", &format!("{boolean} cannot be indexed with {string}")),
            ("let t = true; t[\"a\"] = 1", &format!("the entries of {boolean} cannot be set")),
            ("let l = []; if l { }", &format!("expected {boolean}, not a list")),
            ("fn f(x) { f(x) } f(1)", "too many nested function calls"),
            ("1 / 0", "division by zero: 1 / 0"),
            ("let m = #{a: 1}; for x in m { }", "`for` cannot iterate over this value"),
            ("const L = []; L.push(1)", "`push` would change a constant"),
            ("parse_int(\"x\")", "error parsing integer number 'x': invalid digit found in string"),
        ] {
            assert_eq!(wording(code).message, message, "{code}");
        }
    }

    #[test]
    fn syntax_errors_have_our_words() {
        let string = display_phrase("string");
        for (code, message) in [
            ("let x = 'text';", "`'text'` is not one character"),
            ("let x = \"text", "the string is not closed"),
            ("f(1 +", "unexpected end of the script"),
            ("let new = 1;", "`new` is a reserved word"),
            ("foo::bar()", "there is no module `foo`"),
            ("const X = 1; X = 2;", "the constant `X` cannot be changed"),
            ("print(nobody)", "there is no variable `nobody`"),
            ("if \"x\" { }", &format!("expected a condition, true or false, not {string}")),
            ("for x in #{a: 1} { }", "`for` cannot iterate over a map"),
            ("for x in 5 { }", "`for` cannot iterate over a number"),
            ("let x = 1 let y = 2", "expected `;`"),
            ("f(1 2)", "expected `,` to separate the arguments to function call 'f'"),
            ("let x = 5; }", "unexpected `}`"),
            ("fn f(a, a) { }", "duplicated parameter a for function f"),
        ] {
            assert_eq!(wording(code).message, message, "{code}");
        }
    }

    #[test]
    fn characters_from_documents_are_named() {
        for (code, message, hint) in [
            ("let\u{a0}x = 1;", "unexpected no-break space (U+00A0)", "pasted"),
            ("let x = 1;\u{200b}", "unexpected invisible character (U+200B)", "pasted"),
            ("let\u{2009}x = 1;", "unexpected kind of space (U+2009)", "pasted"),
            ("print(“hello”);", "unexpected `“` (U+201C)", "straight quotation marks"),
            ("let x = 3 – 1;", "unexpected `–` (U+2013)", "minus sign"),
        ] {
            let words = wording(code);
            assert_eq!(words.message, message, "{code}");
            assert!(words.hint.is_some_and(|known| known.contains(hint)), "{code}");
        }
    }

    #[test]
    fn a_list_that_cannot_be_sliced_names_what_can() {
        assert_eq!(indexing("Users [range]").message, "Users cannot be sliced; use users.extract(0..3)");
        assert_eq!(indexing("Groups [range=]").message, "Groups cannot be sliced; use groups.extract(0..3)");
        assert_eq!(indexing("map [range]").message, "a map cannot be sliced");
    }

    #[test]
    fn errors_have_hints() {
        for (code, hint) in [
            ("[1, 2][7]", "Its entries are 0 to 1, and -1 is the last."),
            ("[][0]", "`is_empty()`"),
            ("let l = []; if l { }", "`x.len() > 0`"),
            ("let m = #{}; m.a.b", "`?.b` returns nothing then"),
            ("let u = \"x\"; u.to_upper", "`to_upper` is a function; call it"),
            ("let x = 'text';", "double quotes: \"text\""),
            ("foo::bar()", "`import \"foo\" as foo;`"),
        ] {
            let found = wording(code).hint.unwrap_or_default();
            assert!(found.contains(hint), "{code}: {found}");
        }
    }

    #[test]
    fn errors_have_their_topic() {
        assert_eq!(wording("print(nobody)").topic, ErrorTopic::Variable("nobody".into()));
        assert_eq!(wording("nobody()").topic, ErrorTopic::Function("nobody".into()));
        assert_eq!(wording("let m = (); m.a").topic, ErrorTopic::Nothing);
        assert_eq!(wording("let = 1").topic, ErrorTopic::Syntax);
        assert_eq!(wording("1 / 0").topic, ErrorTopic::Other);
    }

    #[test]
    fn a_caught_error_has_the_same_message() {
        let worded =
            |kind: &str, message: &str| describe_caught(kind, message).map(|wording| wording.message);
        assert_eq!(
            worded("ErrorFunctionNotFound", "Function not found: nope (i64)").as_deref(),
            Some(format!("there is no function `nope` that takes ({})", display_name("i64")).as_str())
        );
        assert_eq!(
            worded("ErrorArithmetic", "Division by zero: 1 / 0").as_deref(),
            Some("division by zero: 1 / 0")
        );
        assert_eq!(worded("not found: x (HTTP 404)", "x"), None);
    }
}
