//! Translates Rust's and Rhai's type names to those of the reference: `string`, `number`, `list`.

use crate::quantity;

/// The name of a type as signatures show it. Empty for `()`.
pub fn display_name(name: &str) -> String {
    let name: String = name.split_whitespace().collect();
    let plain = result_of(name.trim_start_matches("&mut").trim_start_matches('&'));
    let plain = plain.rsplit("::").next().unwrap_or(plain);
    match plain {
        "()" => "",
        "str" | "String" | "ImmutableString" | "string" | "str|ImmutableString|String" => "string",
        "char" => "character",
        "bool" => "true/false",
        "INT" | "FLOAT" | "i64" | "f64" | "u64" | "usize" => "number",
        "Array" | "array" => "list",
        "Map" | "map" => "map",
        "FnPtr" | "Fn" => "function",
        "ExclusiveRange" | "InclusiveRange" | "Range<i64>" | "RangeInclusive<i64>" | "range" | "range=" => {
            "range"
        }
        "Dynamic" => "value",
        "SecretText" => "Secret",
        "RawResponse" => "Response",
        "CommandBuilder" => "Command",
        "RowStream" => "Rows",
        "CsvRow" => "Row",
        other => return of_ours(other),
    }
    .to_owned()
}

/// The name in a sentence, with an article: "a string", "nothing, `()`".
pub fn display_phrase(name: &str) -> String {
    match display_name(name).as_str() {
        "" => "nothing, `()`".to_owned(),
        "true/false" => "true or false".to_owned(),
        list @ ("Users" | "Groups") => format!("a list of {list}"),
        word => quantity::indefinite(word),
    }
}

fn result_of(name: &str) -> &str {
    let inner = name.strip_prefix("RhaiResultOf<").and_then(|rest| rest.strip_suffix('>'));
    inner.map_or(name, |inner| inner.strip_suffix(",Box<EvalAltResult>").unwrap_or(inner))
}

fn of_ours(name: &str) -> String {
    if let Some(entry) = name.strip_prefix("RecordList<").and_then(|rest| rest.strip_suffix('>')) {
        return format!("{entry}s");
    }
    let name = name.split('<').next().unwrap_or_default();
    name.strip_suffix("Record").filter(|rest| !rest.is_empty()).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::record::ListItem;
    use crate::wire::group::Group;
    use crate::wire::user::User;

    #[test]
    fn types_have_the_names_of_the_reference() {
        for (name, expected) in [
            ("&str", "string"),
            ("&str | ImmutableString | String", "string"),
            ("i64", "number"),
            ("RhaiResultOf<Map >", "map"),
            ("RhaiResultOf<() >", ""),
            ("UserRecord", "User"),
            ("RhaiResultOf<UserRecord >", "User"),
            ("&mut RecordList<Group>", "Groups"),
            ("rhai::Dynamic", "value"),
        ] {
            assert_eq!(display_name(name), expected, "{name}");
        }
    }

    #[test]
    fn our_lists_have_the_name_that_type_of_returns() {
        assert_eq!(display_name("RecordList<User>"), User::LIST);
        assert_eq!(display_name("RecordList<Group>"), Group::LIST);
    }

    #[test]
    fn a_sentence_has_the_article() {
        assert_eq!(display_phrase("string"), "a string");
        assert_eq!(display_phrase("()"), "nothing, `()`");
        assert_eq!(display_phrase("bool"), "true or false");
        assert_eq!(display_phrase("Users"), "a list of Users");
    }
}
