//! The options of a function, which are its last argument. Unknown names and wrong types are errors.

use crate::client::settings::duration;
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use rhai::{Dynamic, Map};
use std::time::Duration;

/// The options given to one call of a function.
#[derive(Debug)]
pub struct CallOptions {
    function: &'static str,
    map: Map,
}

impl CallOptions {
    /// An empty set of options.
    pub fn none(function: &'static str) -> Self {
        Self { function, map: Map::new() }
    }

    /// The options of `function`; `known` lists their names. An option whose value is `()` counts as absent.
    ///
    /// # Errors
    /// `usage`: the function has no such option.
    pub fn new(function: &'static str, map: Map, known: &[&str]) -> Result<Self> {
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(unknown(function, key, known)),
            None => Ok(Self { function, map }),
        }
    }

    /// The name of the function.
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// Whether an option was given, even as `()`.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// The value of an option, unconverted.
    pub fn value(&self, key: &str) -> Option<&Dynamic> {
        self.map.get(key).filter(|value| !value.is_unit())
    }

    /// A string.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn text(&self, key: &str) -> Result<Option<String>> {
        let read =
            |value: &Dynamic| value.clone().into_string().map_err(|_| self.wrong(key, "a string", value));
        self.value(key).map(read).transpose()
    }

    /// A boolean.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn flag(&self, key: &str) -> Result<Option<bool>> {
        let read = |value: &Dynamic| value.as_bool().map_err(|_| self.wrong(key, "a boolean", value));
        self.value(key).map(read).transpose()
    }

    /// A whole number, at least 0.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn count(&self, key: &str) -> Result<Option<usize>> {
        let read = |value: &Dynamic| {
            let number = value.as_int().ok().and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| self.wrong(key, "a whole number, 0 or more", value))
        };
        self.value(key).map(read).transpose()
    }

    /// A duration: a string such as `"2h"`, or a number of seconds.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>> {
        let read = |value: &Dynamic| {
            let text = if value.is_string() || value.is_int() || value.is_float() {
                value.to_string()
            } else {
                String::new()
            };
            duration(&text).ok_or_else(|| match text.as_str() {
                "" => self.wrong(key, "a duration such as `\"2h\"`", value),
                text => Error::usage_with_hint(
                    format!("`{key}` of {} must be a duration, not `{text}`", self.function),
                    "Use the units d, h, m and s, as in \"1d\" or \"1h 30m\"; a plain number is seconds.",
                ),
            })
        };
        self.value(key).map(read).transpose()
    }

    /// A list of strings; a single string counts as a list of one.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<String>>> {
        let read = |value: &Dynamic| {
            crate::values::names::texts(value)
                .map_err(|_| self.wrong(key, "a string or a list of strings", value))
        };
        self.value(key).map(read).transpose()
    }

    /// One of a fixed set of words.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn choice(&self, key: &str, words: &[&'static str]) -> Result<Option<&'static str>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let known = words.iter().find(|word| **word == text).copied();
        known.map(Some).ok_or_else(|| {
            let message = format!("`{key}` of {} cannot be `{text}`", self.function);
            Error::usage_with_hint(message, one_of(&text, words))
        })
    }

    /// The error for an option of the wrong type.
    pub fn wrong(&self, key: &str, expected: &str, value: &Dynamic) -> Error {
        Error::usage(format!(
            "`{key}` of {} must be {expected}, not {}",
            self.function,
            crate::values::dynamic::kind_of(value)
        ))
    }
}

fn unknown(function: &str, key: &str, known: &[&str]) -> Error {
    let message = format!("{function} has no option `{key}`");
    let listed = match known {
        [] => "It has no options.".to_owned(),
        known => format!("It has {}.", listed(known)),
    };
    match nearest(key, known.iter().copied()) {
        Some(near) => Error::usage_with_hint(message, format!("Did you mean `{near}`? {listed}")),
        None => Error::usage_with_hint(message, listed),
    }
}

/// The hint for a value that is not in a fixed set: the nearest one, and all of them.
pub fn one_of(value: &str, values: &[&str]) -> String {
    let folded = value.to_lowercase();
    let is_alike = |known: &&&str| {
        let known = known.to_lowercase();
        known == folded || (folded.len() > 3 && (known.starts_with(&folded) || known.ends_with(&folded)))
    };
    let near = values.iter().find(is_alike).copied().or_else(|| nearest(value, values.iter().copied()));
    let listed = format!("It is one of {}.", listed(values));
    near.map_or_else(|| listed.clone(), |near| format!("Did you mean `{near}`? {listed}"))
}

/// Names in backticks, separated by commas.
fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;

    fn options(code: &str) -> Result<CallOptions> {
        let map: Map = Engine::new().eval(code).unwrap();
        CallOptions::new("get_users", map, &["group", "direct_only", "status"])
    }

    #[test]
    fn an_unknown_key_names_the_nearest_and_all() {
        let error = options("#{grop: 1}").unwrap_err();
        assert_eq!(error.to_string(), "get_users has no option `grop`");
        assert_eq!(
            error.hint().as_deref(),
            Some("Did you mean `group`? It has `group`, `direct_only`, `status`.")
        );
    }

    #[test]
    fn values_have_their_types() {
        let options = options(r#"#{group: "X", direct_only: false, status: ()}"#).unwrap();
        assert_eq!(options.text("group").unwrap().as_deref(), Some("X"));
        assert_eq!(options.flag("direct_only").unwrap(), Some(false));
        assert_eq!(options.text("status").unwrap(), None);
        let error = options.flag("group").unwrap_err();
        assert_eq!(error.to_string(), "`group` of get_users must be a boolean, not a string");
    }

    #[test]
    fn a_wrong_duration_lists_the_units() {
        let duration_of = |text: &str| {
            let map = Map::from_iter([("max_age".into(), text.into())]);
            CallOptions::new("get_users", map, &["max_age"]).unwrap().duration("max_age")
        };
        let error = duration_of("2x").unwrap_err();
        assert_eq!(error.to_string(), "`max_age` of get_users must be a duration, not `2x`");
        assert!(error.hint().unwrap_or_default().starts_with("Use the units d, h, m and s"));
        assert_eq!(duration_of("1d").unwrap(), Some(Duration::from_hours(24)));
    }

    #[test]
    fn a_wrong_choice_lists_the_values() {
        let options = options(r#"#{status: "gone"}"#).unwrap();
        let error = options.choice("status", &["active", "inactive"]).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("It is one of `active`, `inactive`."));
    }

    #[test]
    fn one_text_is_a_list_of_one() {
        let options = options(r#"#{group: "X"}"#).unwrap();
        assert_eq!(options.texts("group").unwrap(), Some(vec!["X".to_owned()]));
    }
}
