//! Functions that return a changed string. They replace Rhai's functions of the same names, which change a string in
//! place and return nothing.

use crate::error::{Error, Result};
use crate::host::session::{Session, session};
use crate::host::thrown::thrown;
use rhai::{Dynamic, FuncRegistration, ImmutableString, Module, NativeCallContext, RhaiFunc};
use std::any::TypeId;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

/// The longest string that `pad` returns; Rhai has no limit of its own.
const MAX_PADDED_LENGTH: usize = 1_000_000;

/// A function of a string. Each hides Rhai's own of the same name and parameters.
struct StringFunction {
    name: &'static str,
    /// The other parameters, in every combination of types.
    overloads: &'static [&'static [StringParameter]],
    change: fn(&str, &[Dynamic]) -> Result<String>,
    help: &'static str,
}

type StringParameter = (&'static str, ParameterKind);

#[derive(Clone, Copy)]
enum ParameterKind {
    String,
    Character,
    Number,
    Range,
    InclusiveRange,
}

const FUNCTIONS: [StringFunction; 11] = [
    StringFunction {
        name: "trim",
        overloads: &[&[], &[("characters", ParameterKind::String)]],
        change: |text, arguments| Ok(trimmed(text, arguments, true, true)),
        help: r#"Returns a string without the spaces at both ends, or without any of the given characters there. The original is unchanged.

# Example
```rhai
let name = "  Designers ";
print(name.trim().to_upper());
print("--Designers--".trim("-"));
```"#,
    },
    StringFunction {
        name: "trim_start",
        overloads: &[&[], &[("characters", ParameterKind::String)]],
        change: |text, arguments| Ok(trimmed(text, arguments, true, false)),
        help: r#"Returns a string without the spaces at its start, or without any of the given characters there. The original is unchanged.

# Example
```rhai
print("0042".trim_start("0"));
```"#,
    },
    StringFunction {
        name: "trim_end",
        overloads: &[&[], &[("characters", ParameterKind::String)]],
        change: |text, arguments| Ok(trimmed(text, arguments, false, true)),
        help: r#"Returns a string without the spaces at its end, or without any of the given characters there. The original is unchanged.

# Example
```rhai
print("/users/".trim_end("/"));
```"#,
    },
    StringFunction {
        name: "capitalize",
        overloads: &[&[]],
        change: |text, _| Ok(capitalized(text)),
        help: r#"Returns a string with its first letter in upper case and the others in lower case. The original is unchanged.

# Example
```rhai
let name = "KIM";
print(name.capitalize());
```"#,
    },
    StringFunction {
        name: "make_lower",
        overloads: &[&[]],
        change: |text, _| Ok(text.to_lowercase()),
        help: r#"Returns a string in lower case; the same as `to_lower`. The original is unchanged.

# Example
```rhai
let email = " Kim.Lee@example.com ";
print(email.trim().make_lower());
```"#,
    },
    StringFunction {
        name: "make_upper",
        overloads: &[&[]],
        change: |text, _| Ok(text.to_uppercase()),
        help: r#"Returns a string in upper case; the same as `to_upper`. The original is unchanged.

# Example
```rhai
let country = "us";
print(country.make_upper());
```"#,
    },
    StringFunction {
        name: "replace",
        overloads: &[
            &[("find", ParameterKind::String), ("with_text", ParameterKind::String)],
            &[("find", ParameterKind::String), ("with_text", ParameterKind::Character)],
            &[("find", ParameterKind::Character), ("with_text", ParameterKind::String)],
            &[("find", ParameterKind::Character), ("with_text", ParameterKind::Character)],
        ],
        change: |text, arguments| {
            Ok(text.replace(&string_argument(arguments, 0), &string_argument(arguments, 1)))
        },
        help: r#"Returns a string with every occurrence of `find` replaced. The original is unchanged.

# Example
```rhai
let name = "Kim Lee";
print(name.replace(" ", ".").make_lower());
```"#,
    },
    StringFunction {
        name: "remove",
        overloads: &[&[("find", ParameterKind::String)], &[("find", ParameterKind::Character)]],
        change: |text, arguments| Ok(text.replace(&string_argument(arguments, 0), "")),
        help: r#"Returns a string without any occurrence of `find`. The original is unchanged.

# Example
```rhai
let name = "Lee, Kim";
print(name.remove(","));
```"#,
    },
    StringFunction {
        name: "truncate",
        overloads: &[&[("length", ParameterKind::Number)]],
        change: |text, arguments| Ok(part(text, 0, number(arguments, 0))),
        help: r#"Returns the first characters of a string. The original is unchanged.

# Example
```rhai
let description = "Everyone in the design department";
print(description.truncate(8));
```"#,
    },
    StringFunction {
        name: "crop",
        overloads: &[
            &[("start", ParameterKind::Number)],
            &[("start", ParameterKind::Number), ("length", ParameterKind::Number)],
            &[("range", ParameterKind::Range)],
            &[("range", ParameterKind::InclusiveRange)],
        ],
        change: |text, arguments| Ok(crop(text, arguments)),
        help: r#"Returns a part of a string; a negative start counts from the end. The original is unchanged.

# Example
```rhai
let text = "2026-11-23";
print(text.crop(0, 4));
print(text.crop(5..7));
```"#,
    },
    StringFunction {
        name: "pad",
        overloads: &[
            &[("length", ParameterKind::Number), ("with_text", ParameterKind::Character)],
            &[("length", ParameterKind::Number), ("with_text", ParameterKind::String)],
        ],
        change: pad,
        help: r#"Returns a string padded to a number of characters. The original is unchanged.

# Errors
`usage` beyond a million characters.

# Example
```rhai
let name = "Designers";
print(name.pad(12, ".") + "7");
```"#,
    },
];

/// Adds the functions to a module.
pub(super) fn add_to(module: &mut Module) {
    for function in &FUNCTIONS {
        for parameters in function.overloads {
            add(module, function, parameters);
        }
    }
}

fn add(module: &mut Module, function: &'static StringFunction, parameters: &[StringParameter]) {
    let mut types = vec![TypeId::of::<ImmutableString>()];
    types.extend(parameters.iter().map(|(_, kind)| kind.type_id()));
    let help: Vec<_> =
        function.help.lines().map(|line| format!("/// {line}").trim_end().to_owned()).collect();
    let mut signature = vec!["text: &mut ImmutableString".to_owned()];
    signature.extend(parameters.iter().map(|(name, kind)| format!("{name}: {}", kind.type_name())));
    signature.push("ImmutableString".to_owned());
    let registration = FuncRegistration::new(function.name);
    let registration = registration.with_params_info(signature).with_comments([help.join("\n")]);
    registration.set_into_module_raw(module, types, native(function.name, function.change));
}

/// What the result takes at most; only `replace` can return much more than it is given.
fn needed(name: &str, text: &str, arguments: &[Dynamic]) -> usize {
    if name != "replace" {
        return text.len();
    }
    let (found, put) = (string_argument(arguments, 0), string_argument(arguments, 1));
    let longer = put.len().saturating_sub(found.len());
    text.len().saturating_add(text.matches(&found).count().saturating_mul(longer))
}

fn native(name: &'static str, change: fn(&str, &[Dynamic]) -> Result<String>) -> RhaiFunc {
    let call = move |context: Option<NativeCallContext>, arguments: &mut [&mut Dynamic]| {
        let Some((text, rest)) = arguments.split_first() else { return Ok(Dynamic::UNIT) };
        let rest: Vec<_> = rest.iter().map(|argument| (**argument).clone()).collect();
        let position = context.as_ref().map_or(rhai::Position::NONE, NativeCallContext::call_position);
        let text = string_argument(&[(**text).clone()], 0);
        let session = context.as_ref().and_then(|context| session(context).ok());
        let limit = |session: Rc<Session>| session.interrupt().check_memory(needed(name, &text, &rest));
        let changed = session.map_or(Ok(()), limit).and_then(|()| change(&text, &rest));
        Ok(changed.map_err(|error| thrown(&error, position))?.into())
    };
    RhaiFunc::Pure { func: Rc::new(call), has_context: true, is_pure: true, is_volatile: false }
}

impl ParameterKind {
    fn type_id(self) -> TypeId {
        match self {
            Self::String => TypeId::of::<ImmutableString>(),
            Self::Character => TypeId::of::<char>(),
            Self::Number => TypeId::of::<i64>(),
            Self::Range => TypeId::of::<Range<i64>>(),
            Self::InclusiveRange => TypeId::of::<RangeInclusive<i64>>(),
        }
    }

    fn type_name(self) -> &'static str {
        match self {
            Self::String => "ImmutableString",
            Self::Character => "char",
            Self::Number => "i64",
            Self::Range => "Range<i64>",
            Self::InclusiveRange => "RangeInclusive<i64>",
        }
    }
}

/// An argument that is a string or a character.
fn string_argument(arguments: &[Dynamic], place: usize) -> String {
    arguments.get(place).map(ToString::to_string).unwrap_or_default()
}

fn number(arguments: &[Dynamic], place: usize) -> i64 {
    arguments.get(place).and_then(|argument| argument.as_int().ok()).unwrap_or_default()
}

/// The string without the spaces, or the given characters, at its ends.
fn trimmed(text: &str, arguments: &[Dynamic], at_start: bool, at_end: bool) -> String {
    let characters = arguments.first().map(|_| string_argument(arguments, 0));
    let is_cut = |letter: char| match &characters {
        Some(characters) => characters.contains(letter),
        None => letter.is_whitespace(),
    };
    let text = if at_start { text.trim_start_matches(is_cut) } else { text };
    let text = if at_end { text.trim_end_matches(is_cut) } else { text };
    text.to_owned()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.as_str().to_lowercase().chars()).collect()
}

/// `length` characters from `start`; values outside of the string stop at its ends.
fn part(text: &str, start: i64, length: i64) -> String {
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    text.chars().skip(count(start)).take(count(length)).collect()
}

fn crop(text: &str, arguments: &[Dynamic]) -> String {
    let range = arguments.first().and_then(|range| range.clone().try_cast::<Range<i64>>());
    let range = range.or_else(|| {
        let inclusive = arguments.first()?.clone().try_cast::<RangeInclusive<i64>>()?;
        Some(*inclusive.start()..inclusive.end().saturating_add(1))
    });
    if let Some(Range { start, end }) = range {
        let start = start.max(0);
        return part(text, start, end.saturating_sub(start));
    }
    let start = match number(arguments, 0) {
        back @ ..0 => back.saturating_add_unsigned(text.chars().count() as u64).max(0),
        start => start,
    };
    let length = if arguments.len() > 1 { number(arguments, 1) } else { i64::MAX };
    part(text, start, length)
}

fn pad(text: &str, arguments: &[Dynamic]) -> Result<String> {
    let length = usize::try_from(number(arguments, 0)).unwrap_or(0);
    if length > MAX_PADDED_LENGTH {
        return Err(Error::usage(format!(
            "a string can be padded to {MAX_PADDED_LENGTH} characters, not {length}"
        )));
    }
    let missing = length.saturating_sub(text.chars().count());
    let padding = string_argument(arguments, 1);
    Ok(text.chars().chain(padding.chars().cycle().take(missing)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;

    fn eval(code: &str) -> String {
        let mut module = Module::new();
        add_to(&mut module);
        let mut engine = Engine::new();
        engine.set_optimization_level(rhai::OptimizationLevel::None);
        engine.register_global_module(module.into());
        engine.eval::<Dynamic>(code).unwrap().to_string()
    }

    #[test]
    fn a_changed_string_is_returned_and_the_original_stays() {
        for (code, expected) in [
            (r#"let x = " a "; let y = x.trim(); `[${x}][${y}]`"#, "[ a ][a]"),
            (r#"let x = " A-b "; x.trim().replace("-", ".").make_lower()"#, "a.b"),
            (r#"let x = "a"; x.make_upper() + x"#, "Aa"),
            (r#"let x = "abcabc"; x.remove("b").remove('c') + x"#, "aaabcabc"),
            (r#"let m = #{x: " a "}; m.x.trim() + m.x"#, "a a "),
            (r#"let l = [" a "]; l[0].trim() + l[0]"#, "a a "),
            (r#"let x = " a "; let f = || x.trim(); f.call() + x"#, "a a "),
            (r#"let x = " a "; trim(x) + x"#, "a a "),
            (r#"" a ".trim()"#, "a"),
            (r#"let x = "--a-b--"; x.trim("-") + x.trim_start("-") + x.trim_end("-a")"#, "a-ba-b----a-b"),
            (r#"let x = "kIM lEE"; x.capitalize() + "".capitalize() + x"#, "Kim leekIM lEE"),
            (r#"" a ".trim_start() + "|" + " a ".trim_end()"#, "a | a"),
            (r#"const X = " a "; X.trim() + X"#, "a a "),
            (r#"const X = " a "; fn f() { global::X.trim() } f()"#, "a"),
        ] {
            assert_eq!(eval(code), expected, "{code}");
        }
    }

    #[test]
    fn every_combination_of_texts_and_characters_is_replaced() {
        for arguments in [r#""b", "x""#, r#""b", 'x'"#, r#"'b', "x""#, "'b', 'x'"] {
            assert_eq!(eval(&format!("\"abc\".replace({arguments})")), "axc", "{arguments}");
        }
    }

    #[test]
    fn string_parts_count_characters() {
        let standard = |call: &str| {
            let code = format!("let t = \"äbcdé\"; t.{call}; t");
            Engine::new().eval::<String>(&code).unwrap()
        };
        for call in [
            "crop(1)",
            "crop(-2)",
            "crop(-9)",
            "crop(9)",
            "crop(1, 2)",
            "crop(-2, 1)",
            "crop(1, 99)",
            "crop(1, -1)",
            "crop(1..3)",
            "crop(1..=3)",
            "crop(3..1)",
            "crop(-2..2)",
            "truncate(2)",
            "truncate(-1)",
            "truncate(9)",
            "pad(8, '.')",
            "pad(8, \"<>\")",
            "pad(2, '.')",
            "pad(-1, '.')",
            "remove(\"b\")",
        ] {
            assert_eq!(eval(&format!("let t = \"äbcdé\"; t.{call}")), standard(call), "{call}");
        }
    }

    #[test]
    fn padding_is_limited() {
        let error = pad("x", &[Dynamic::from_int(i64::MAX), ".".into()]).unwrap_err();
        assert_eq!(error.kind.name(), "usage");
    }
}
