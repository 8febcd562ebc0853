//! Time, dates and waiting.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::date::Date;
use jiff::{Timestamp, Unit};
use rhai::NativeCallContext;
use rhai::plugin::export_module;
use std::time::Duration;

/// Time.
#[export_module]
pub mod functions {
    /// Returns the current time as ISO 8601 in UTC, to the second.
    ///
    /// # Example
    /// ```rhai
    /// log(`started at ${now()}`);
    /// ```
    #[rhai_fn(volatile)]
    pub fn now() -> String {
        let now = Timestamp::now();
        now.round(Unit::Second).unwrap_or(now).to_string()
    }

    /// Returns today's date in the time zone of this machine.
    ///
    /// # Example
    /// ```rhai
    /// print(today() + 30);
    /// ```
    #[rhai_fn(volatile)]
    pub fn today() -> Date {
        Date::today()
    }

    /// Returns the date written as `2026-11-23`.
    ///
    /// Subtracting two dates returns a number of days; a number of days can be added or subtracted. Dates can be
    /// compared with each other, have `year`, `month` and `day`, and print in this format.
    ///
    /// # Errors
    /// `usage` if it has another format, or the date does not exist.
    ///
    /// # Example
    /// ```rhai
    /// let renewal = date("2026-11-23");
    /// print(`${renewal - date("2026-11-01")} days left`);
    /// if today() > renewal - 30 { print("time to renew"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn date(context: NativeCallContext, text: &str) -> RhaiResultOf<Date> {
        Date::parse(text).at(&context)
    }

    /// Waits a number of seconds, or until the operator interrupts.
    ///
    /// # Errors
    /// `usage` for a negative number.
    ///
    /// # Example
    /// ```rhai
    /// sleep(0);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn sleep(context: NativeCallContext, seconds: i64) -> RhaiResultOf<()> {
        let duration = u64::try_from(seconds).map(Duration::from_secs).map_err(|_| negative_sleep());
        session(&context).and_then(|session| session.sleep(duration?)).at(&context)
    }

    /// Waits a number of seconds, which may have a fraction, or until the operator interrupts.
    ///
    /// # Errors
    /// `usage` for a negative number.
    ///
    /// # Example
    /// ```rhai
    /// sleep(0.01);
    /// ```
    #[rhai_fn(name = "sleep", volatile, return_raw)]
    pub fn sleep_fraction(context: NativeCallContext, seconds: f64) -> RhaiResultOf<()> {
        let duration = fraction(seconds);
        session(&context).and_then(|session| session.sleep(duration?)).at(&context)
    }
}

fn fraction(seconds: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds).map_err(|_| negative_sleep())
}

fn negative_sleep() -> Error {
    Error::usage("sleep needs a non-negative number of seconds")
}

#[cfg(test)]
mod tests {
    use crate::host::thrown::ScriptEnd;
    use crate::script::testing::ScriptTest;
    use rhai::EvalAltResult;
    use serde_json::json;

    #[test]
    fn days_have_functions_and_print_in_lists() {
        let test = ScriptTest::default();
        assert_eq!(test.value(r#"date("2026-11-23") - date("2026-11-01")"#), json!(22));
        assert_eq!(test.value("today() - today()"), json!(0));
        assert_eq!(test.lines(r#"print([#{d: date("2026-11-23")}])"#), [r#"print: [#{"d": 2026-11-23}]"#]);
    }

    #[test]
    fn now_is_in_utc_with_seconds() {
        let now = ScriptTest::default().value("now()");
        let now = now.as_str().unwrap();
        assert!(now.len() == 20 && now.ends_with('Z'), "{now}");
    }

    #[test]
    fn negative_sleeps_are_refused() {
        for seconds in ["-1", "-0.5", "0.0 / 0.0", "1.0e300"] {
            assert_eq!(
                ScriptTest::default().thrown(&format!("sleep({seconds})"), "kind"),
                "usage",
                "{seconds}"
            );
        }
        assert_eq!(ScriptTest::default().value("sleep(0); sleep(0.0); 1"), json!(1));
    }

    #[test]
    fn an_interrupt_ends_a_wait_and_cannot_be_caught() {
        let test = ScriptTest::default();
        test.interrupt.request();
        let error = test.run("try { sleep(3600) } catch { 1 }").result.unwrap_err();
        let EvalAltResult::ErrorTerminated(token, _) = *error else { panic!("{error}") };
        assert_eq!(token.try_cast::<ScriptEnd>(), Some(ScriptEnd::Interrupted));
    }
}
