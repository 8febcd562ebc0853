//! Rounding functions for whole numbers. Rhai has them for floats only.

use rhai::plugin::export_module;

/// Numbers.
#[export_module]
pub mod functions {
    /// Returns a whole number unchanged. For a float, the largest whole number that is not greater.
    ///
    /// `/` between whole numbers drops the remainder; `floor(a / b)` says that this is intended.
    ///
    /// # Example
    /// ```rhai
    /// print(floor(25 / 10));
    /// print(floor(2.7));
    /// ```
    #[rhai_fn(name = "floor", get = "floor")]
    pub fn floor_of_whole(number: i64) -> i64 {
        number
    }

    /// Returns a whole number unchanged. For a float, the smallest whole number that is not less.
    ///
    /// # Example
    /// ```rhai
    /// print(ceiling(25 / 10.0));
    /// ```
    #[rhai_fn(name = "ceiling", get = "ceiling")]
    pub fn ceiling_of_whole(number: i64) -> i64 {
        number
    }

    /// Returns a whole number unchanged. For a float, the nearest whole number.
    ///
    /// # Example
    /// ```rhai
    /// print(round(2.5));
    /// ```
    #[rhai_fn(name = "round", get = "round")]
    pub fn round_of_whole(number: i64) -> i64 {
        number
    }

    /// Returns a whole number unchanged. For a float, the number without its fraction.
    ///
    /// # Example
    /// ```rhai
    /// print(int(2.7));
    /// ```
    #[rhai_fn(name = "int", get = "int")]
    pub fn int_of_whole(number: i64) -> i64 {
        number
    }
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn rounding_takes_whole_numbers_and_floats() {
        let test = ScriptTest::default();
        for name in ["floor", "ceiling", "round", "int"] {
            assert_eq!(
                test.value(&format!("[{name}(3), 3.{name}(), {name}(-4)]")),
                json!([3, 3, -4]),
                "{name}"
            );
        }
        assert_eq!(
            test.value("[floor(2.5), ceiling(2.5), round(2.6), int(2.6)]"),
            json!([2.0, 3.0, 3.0, 2.0])
        );
    }
}
