//! Texts.

use crate::script::functions::text_in_place;
use crate::wire::percent_encode;
use rhai::plugin::export_module;
use rhai::{Module, exported_module};

/// Texts.
#[export_module]
pub mod functions {
    /// Encodes a string for a URL.
    ///
    /// Everything but the letters A to Z, digits, `-`, `.`, `_` and `~` becomes `%XX`, byte by byte in UTF-8. The
    /// functions that take names of groups and users encode them by themselves; `make_call` takes a path as it is.
    ///
    /// # Example
    /// ```rhai
    /// print(encode("Design & Print/EU"));
    /// ```
    #[rhai_fn(name = "encode")]
    pub fn encoded(text: &str) -> String {
        percent_encode::value(text)
    }
}

/// The functions above, and those of Rhai that change a string in place.
pub fn module() -> Module {
    let mut module = exported_module!(functions);
    text_in_place::add_to(&mut module);
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
