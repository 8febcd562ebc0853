//! Regular expressions.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use regex::{Captures, Regex, RegexBuilder};
use rhai::plugin::export_module;
use rhai::{Array, Dynamic, ImmutableString, NativeCallContext};
use std::cell::RefCell;

/// Memory that a compiled pattern may take.
const PATTERN_LIMIT: usize = 1 << 20;

/// Regular expressions.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
#[export_module]
pub mod functions {
    /// Returns whether a pattern is found anywhere in a string.
    ///
    /// The pattern is a regular expression of the Rust crate `regex`: as in other languages, without look-around and
    /// back-references. Put it in a raw string, so that backslashes need no second one: `#"\d+"#`.
    ///
    /// # Errors
    /// `usage` if the pattern is not valid.
    ///
    /// # Example
    /// ```rhai
    /// print("Designers EU 2".matches(#"^\w+ EU"#));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn matches(
        context: NativeCallContext,
        text: &mut ImmutableString,
        pattern: &str,
    ) -> RhaiResultOf<bool> {
        compiled(pattern).map(|pattern| pattern.is_match(text)).at(&context)
    }

    /// Returns the first match of a pattern as a list: the whole match, then its groups; `()` if there is none.
    ///
    /// # Errors
    /// As `matches(pattern)`.
    ///
    /// # Example
    /// ```rhai
    /// let found = "kim.lee@example.com".find_match(#"(\w+)@(\w+)"#);
    /// print(found[2]);
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn find_match(
        context: NativeCallContext,
        text: &mut ImmutableString,
        pattern: &str,
    ) -> RhaiResultOf<Dynamic> {
        let pattern = compiled(pattern).at(&context)?;
        let found = pattern.captures(text).map(|found| all_groups(&found));
        Ok(found.map_or(Dynamic::UNIT, Dynamic::from))
    }

    /// Returns every match of a pattern as a list of strings.
    ///
    /// If the pattern has one group, the strings are those of the group; if it has several, each entry is a list.
    ///
    /// # Errors
    /// As `matches(pattern)`.
    ///
    /// # Example
    /// ```rhai
    /// print("AB-12, CD-7".find_all(#"\d+"#));
    /// print("AB-12, CD-7".find_all(#"(\w+)-(\d+)"#));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn find_all(
        context: NativeCallContext,
        text: &mut ImmutableString,
        pattern: &str,
    ) -> RhaiResultOf<Array> {
        let pattern = compiled(pattern).at(&context)?;
        Ok(pattern.captures_iter(text).map(|found| entry(&found)).collect())
    }

    /// Returns a string in which every match of a pattern is replaced.
    ///
    /// `$1` or `${1}` in the replacement is the first group of the match, and `$$` a dollar sign.
    ///
    /// # Errors
    /// As `matches(pattern)`; the limit of memory.
    ///
    /// # Example
    /// ```rhai
    /// print("Lee,   Kim".replace_all(#"\s+"#, " "));
    /// print("Lee, Kim".replace_all(#"(\w+), (\w+)"#, "$2 $1"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn replace_all(
        context: NativeCallContext,
        text: &mut ImmutableString,
        pattern: &str,
        with_text: &str,
    ) -> RhaiResultOf<String> {
        let pattern = compiled(pattern).at(&context)?;
        let needed = text.len().saturating_add(
            pattern.find_iter(text).count().saturating_mul(with_text.len().saturating_mul(2)),
        );
        session(&context).and_then(|session| session.interrupt().check_memory(needed)).at(&context)?;
        Ok(pattern.replace_all(text, with_text).into_owned())
    }
}

thread_local! {
    /// The last pattern, which a loop uses again.
    static LAST: RefCell<Option<(String, Regex)>> = const { RefCell::new(None) };
}

fn compiled(pattern: &str) -> Result<Regex> {
    LAST.with_borrow_mut(|last| {
        if let Some((known, regex)) = last
            && known == pattern
        {
            return Ok(regex.clone());
        }
        let built = RegexBuilder::new(pattern).size_limit(PATTERN_LIMIT).build();
        let regex = built.map_err(|error| {
            Error::usage_with_hint(
                format!("`{pattern}` is not a valid pattern: {}", last_line(&error)),
                "In a plain string, write each backslash twice; or use a raw string, `#\"\\d+\"#`.",
            )
        })?;
        *last = Some((pattern.to_owned(), regex.clone()));
        Ok(regex)
    })
}

/// The reason in the message of the crate, which shows the pattern first.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.trim().trim_start_matches("error: ").to_owned()
}

fn group(found: &Captures, place: usize) -> Dynamic {
    found.get(place).map_or(Dynamic::UNIT, |part| part.as_str().into())
}

fn all_groups(found: &Captures) -> Array {
    (0..found.len()).map(|place| group(found, place)).collect()
}

/// A group that took part in no match is an empty string, as in Python.
fn entry(found: &Captures) -> Dynamic {
    let text = |place: usize| Dynamic::from(found.get(place).map_or("", |part| part.as_str()).to_owned());
    match found.len() {
        1 => text(0),
        2 => text(1),
        count => (1..count).map(text).collect::<Array>().into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn patterns_are_found_and_replaced() {
        let test = ScriptTest::default();
        for (code, value) in [
            (r##""a1".matches(#"\d"#)"##, json!(true)),
            (r##""a1".matches(#"^\d"#)"##, json!(false)),
            (r##""a1 b2".find_all(#"\w\d"#)"##, json!(["a1", "b2"])),
            (r##""a1 b2".find_all(#"\w(\d)"#)"##, json!(["1", "2"])),
            (r##""a1 b2".find_all(#"(\w)(\d)"#)"##, json!([["a", "1"], ["b", "2"]])),
            (r##""a".find_all(#"x"#)"##, json!([])),
            (r##""a1".find_match(#"(\w)(\d)(x)?"#)"##, json!(["a1", "a", "1", null])),
            (r##""a1".find_match(#"x"#)"##, json!(null)),
            (r##"let t = "a1"; t.replace_all(#"(\w)(\d)"#, "$2$1") + t"##, json!("1aa1")),
        ] {
            assert_eq!(test.value(code), value, "{code}");
        }
    }

    #[test]
    fn an_invalid_pattern_is_an_error_of_usage() {
        for pattern in ["(", "(?=x)", "a{1000000}", "[z-a]"] {
            for call in ["matches(P)", "find_all(P)", "find_match(P)", "replace_all(P, \"\")"] {
                let code = format!("\"x\".{}", call.replace('P', &format!("\"{pattern}\"")));
                assert_eq!(ScriptTest::default().thrown(&code, "kind"), "usage", "{code}");
            }
        }
    }
}
