//! Strings.

use crate::script::functions::string_functions;
use crate::wire::percent_encode;
use rhai::plugin::export_module;
use rhai::{Array, Module, exported_module};

/// Strings.
#[export_module]
pub mod functions {
    /// Encodes a string for a URL.
    ///
    /// Every byte of the UTF-8 string becomes `%XX`, except the letters A to Z and a to z, digits, `-`, `.`, `_` and
    /// `~`. Functions that take names of groups and users encode them automatically; `make_call` sends its path
    /// unchanged.
    ///
    /// # Example
    /// ```rhai
    /// print(encode("Design & Print/EU"));
    /// ```
    #[rhai_fn(name = "encode")]
    pub fn encoded(text: &str) -> String {
        percent_encode::value(text)
    }

    /// Returns the words of a string: the parts between white space. A blank string has none.
    ///
    /// # Example
    /// ```rhai
    /// print("Kim  Lee".split());
    /// ```
    #[rhai_fn(name = "split")]
    pub fn split_into_words(text: &str) -> Array {
        text.split_whitespace().map(|word| word.to_owned().into()).collect()
    }
}

/// The functions above and those that replace Rhai's string functions.
pub(super) fn module() -> Module {
    let mut module = exported_module!(functions);
    string_functions::add_to(&mut module);
    module
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn texts_chain_in_the_engine_of_scripts_by_either_name() {
        let test = ScriptTest::default();
        assert_eq!(test.value(r#"const X = " A b "; X.trim().make_lower().encode()"#), json!("a%20b"));
        assert_eq!(test.value(r#"let x = " A "; umapi::trim(x)"#), json!("A"));
    }
}
