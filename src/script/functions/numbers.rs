//! Rounding functions for whole numbers. Rhai has them for floats only.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::thrown::ThrowAt;
use rhai::NativeCallContext;
use rhai::plugin::export_module;

/// The most decimals that a number is written with.
const MOST_DECIMALS: usize = 300;

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

    /// Returns a float rounded to a number of decimals; halves go to the even digit.
    ///
    /// The exact value of the float counts: 2.675 is a little less than it looks, so two decimals of it are 2.67.
    ///
    /// # Errors
    /// `usage` for more than 300 decimals.
    ///
    /// # Example
    /// ```rhai
    /// print(round(2.0 / 3, 2));
    /// ```
    #[rhai_fn(name = "round", return_raw)]
    pub fn round_to_digits(context: NativeCallContext, number: f64, digits: i64) -> RhaiResultOf<f64> {
        written(number, digits).map(|text| text.parse().unwrap_or(number)).at(&context)
    }

    /// Returns a whole number unchanged, whatever the number of decimals.
    ///
    /// # Example
    /// ```rhai
    /// print(round(25, 2));
    /// ```
    #[rhai_fn(name = "round")]
    pub fn round_whole_to_digits(number: i64, _digits: i64) -> i64 {
        number
    }

    /// Returns a number as a string with a fixed number of decimals; halves go to the even digit.
    ///
    /// # Errors
    /// `usage` for more than 300 decimals.
    ///
    /// # Example
    /// ```rhai
    /// print(fixed(1234.5, 2));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn fixed(context: NativeCallContext, number: f64, digits: i64) -> RhaiResultOf<String> {
        written(number, digits).at(&context)
    }

    /// Returns a whole number as a string with a fixed number of decimals.
    ///
    /// # Errors
    /// `usage` for more than 300 decimals.
    ///
    /// # Example
    /// ```rhai
    /// print(fixed(25, 2));
    /// ```
    #[rhai_fn(name = "fixed", return_raw)]
    pub fn fixed_of_whole(context: NativeCallContext, number: i64, digits: i64) -> RhaiResultOf<String> {
        let fraction = decimals(digits).at(&context)?;
        let point = if fraction == 0 { "" } else { "." };
        Ok(format!("{number}{point}{}", "0".repeat(fraction)))
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

fn decimals(digits: i64) -> Result<usize> {
    let count = usize::try_from(digits).ok().filter(|count| *count <= MOST_DECIMALS);
    count.ok_or_else(|| Error::usage(format!("a number has 0 to {MOST_DECIMALS} decimals, not {digits}")))
}

/// A float with that many decimals. Rust writes the exact value, and rounds halves to the even digit.
fn written(number: f64, digits: i64) -> Result<String> {
    let digits = decimals(digits)?;
    Ok(format!("{number:.digits$}"))
}

#[cfg(test)]
mod tests {
    use crate::script::testing::ScriptTest;
    use serde_json::json;

    #[test]
    fn decimals_are_those_of_the_exact_value() {
        let test = ScriptTest::default();
        for (code, value) in [
            ("round(2.675, 2)", json!(2.67)),
            ("round(2.5, 0)", json!(2.0)),
            ("round(3.5, 0)", json!(4.0)),
            ("round(7, 2)", json!(7)),
            ("fixed(0.125, 2)", json!("0.12")),
            ("fixed(-1.005, 2)", json!("-1.00")),
            ("fixed(1234.5, 0) + fixed(3, 1) + fixed(3, 0)", json!("12343.03")),
        ] {
            assert_eq!(test.value(code), value, "{code}");
        }
        assert_eq!(test.thrown("fixed(1.5, -1)", "kind"), "usage");
        assert_eq!(test.thrown("round(1.5, 1000)", "kind"), "usage");
    }

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
