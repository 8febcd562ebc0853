//! Values of User Sync's files.

use serde_json::Value;
use std::fmt::Write;

/// The value at a path of keys; nothing for a missing or blank one.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    let found = path.iter().try_fold(value, |value, key| value.get(key))?;
    Some(found).filter(|value| !value.is_null())
}

/// A value as one word.
pub(super) fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(values) => values.first().map(word).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// A list, or one value in place of a list.
pub(super) fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().filter(|value| !value.is_null()).map(word).collect(),
        Some(value) => vec![word(value)],
    }
}

/// `Yes` and `No` in every spelling of YAML.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match word(value).to_lowercase().as_str() {
        "yes" | "true" | "on" | "y" => Some(true),
        "no" | "false" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// A regular expression as a pattern in which `*` is anything; `None` if it says more than that.
pub(super) fn pattern(expression: &str) -> Option<String> {
    let bare = expression.trim_start_matches('^').trim_end_matches('$');
    let stars = bare.replace(".*", "*").replace("\\.", ".").replace("\\-", "-").replace("\\+", "+");
    // A dot alone is any letter to them and a dot to us: that names fewer people, so nothing is translated.
    let has_free_dot =
        bare.replace("\\.", "").replace(".*", "").contains('.') && expression.contains(['\\', '*', '^', '$']);
    let is_plain = !stars.contains(['\\', '[', ']', '(', ')', '|', '?', '{', '}', '+', '^', '$']);
    (is_plain && !has_free_dot && !stars.trim().is_empty()).then_some(stars)
}

/// A string of TOML.
pub(super) fn quoted(text: &str) -> String {
    let mut escaped = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            letter if letter.is_control() => {
                let _ = write!(escaped, "\\u{:04X}", u32::from(letter));
            }
            letter => escaped.push(letter),
        }
    }
    escaped.push('"');
    escaped
}

/// A list of strings of TOML.
pub(super) fn quoted_list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_expressions_that_say_no_more_than_a_pattern_become_one() {
        for (expression, expected) in [
            (r".*@partner\.com", Some("*@partner.com")),
            (r"^freelancer-.*$", Some("freelancer-*")),
            ("ann@corp.com", Some("ann@corp.com")),
            (r"[0-9]+@corp\.com", None),
            ("a|b", None),
            (r"^a.b@corp\.com", None),
            ("", None),
        ] {
            assert_eq!(pattern(expression).as_deref(), expected, "{expression}");
        }
    }

    #[test]
    fn every_spelling_of_yes_and_no_is_known() {
        for (text, expected) in
            [("Yes", Some(true)), ("No", Some(false)), ("TRUE", Some(true)), ("maybe", None)]
        {
            assert_eq!(truth(&Value::from(text)), expected, "{text}");
        }
        assert_eq!(truth(&Value::Bool(false)), Some(false));
    }

    #[test]
    fn strings_are_quoted_so_that_toml_reads_them_back() {
        for text in ["a \"b\" \\ c", "line\nend", "Łódź", "\u{1}"] {
            let table: toml::Table = toml::from_str(&format!("x = {}", quoted(text))).unwrap();
            assert_eq!(table["x"].as_str(), Some(text));
        }
    }
}
