//! Time, dates and waiting.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::values::date::Date;
use crate::values::moment::Moment;
use jiff::{Timestamp, Unit};
use rhai::NativeCallContext;
use rhai::plugin::export_module;
use std::time::Duration;

/// Time.
#[expect(clippy::unwrap_used, reason = "the macro unwraps the type that Rhai has matched")]
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
    /// Of a moment such as `2026-11-23T18:20:44Z`, the date as it is written there; so `date(now())` is today in UTC.
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
        Date::parse_start(text).at(&context)
    }

    /// Returns the date in a string of another format, such as `%d.%m.%Y`.
    ///
    /// The format is that of `strftime`: `%d` the day, `%m` the month, `%Y` the year, `%b` and `%B` its English name.
    ///
    /// # Errors
    /// `usage` if the string does not have that format.
    ///
    /// # Example
    /// ```rhai
    /// let end = date("31.12.2026", "%d.%m.%Y");
    /// print(end - date("2026-11-28"));
    /// ```
    #[rhai_fn(name = "date", return_raw)]
    pub fn date_in_format(context: NativeCallContext, text: &str, format: &str) -> RhaiResultOf<Date> {
        Date::parse_as(text, format).at(&context)
    }

    /// Returns a date as a string in a format of `strftime`, such as `%d.%m.%Y`.
    ///
    /// # Errors
    /// `usage` if the format is not valid.
    ///
    /// # Example
    /// ```rhai
    /// print(date("2026-11-28").format("%d.%m.%Y"));
    /// ```
    #[rhai_fn(pure, return_raw)]
    pub fn format(context: NativeCallContext, date: &mut Date, format: &str) -> RhaiResultOf<String> {
        date.format(format).at(&context)
    }

    /// Returns a moment as a string in a format of `strftime`, in UTC.
    ///
    /// # Errors
    /// `usage` if the format is not valid.
    ///
    /// # Example
    /// ```rhai
    /// print(moment("2026-11-28T18:20:44Z").format("%d.%m.%Y %H:%M"));
    /// ```
    #[rhai_fn(name = "format", pure, return_raw)]
    pub fn format_moment(
        context: NativeCallContext,
        moment: &mut Moment,
        format: &str,
    ) -> RhaiResultOf<String> {
        moment.format(format).at(&context)
    }

    /// Returns the current moment, to the second.
    ///
    /// Subtracting two moments returns a number of seconds; seconds can be added or subtracted. Moments can be compared
    /// with each other, have `date` (in UTC), `seconds` (since 1970), and `offset` (the seconds by which the clock of
    /// this machine is ahead of UTC then), and print as `2026-11-28T18:20:44Z`.
    ///
    /// # Example
    /// ```rhai
    /// let start = moment();
    /// print(`${moment() - start} seconds`);
    /// ```
    #[rhai_fn(volatile)]
    pub fn moment() -> Moment {
        Moment::now()
    }

    /// Returns the moment in a string: ISO 8601 with its offset from UTC, or the date of an HTTP header.
    ///
    /// # Errors
    /// `usage` if it has another format.
    ///
    /// # Example
    /// ```rhai
    /// let renewal = moment("Sat, 28 Nov 2026 18:21:00 GMT");
    /// print(renewal - moment("2026-11-28T18:20:44Z"));
    /// ```
    #[rhai_fn(name = "moment", return_raw)]
    pub fn moment_in_text(context: NativeCallContext, text: &str) -> RhaiResultOf<Moment> {
        Moment::parse(text).at(&context)
    }

    /// Returns the moment in a string of another format; without an offset in it, the string is in UTC.
    ///
    /// # Errors
    /// `usage` if the string does not have that format.
    ///
    /// # Example
    /// ```rhai
    /// print(moment("28.11.2026 18:20", "%d.%m.%Y %H:%M"));
    /// ```
    #[rhai_fn(name = "moment", return_raw)]
    pub fn moment_in_format(context: NativeCallContext, text: &str, format: &str) -> RhaiResultOf<Moment> {
        Moment::parse_as(text, format).at(&context)
    }

    /// Returns the moment that is a number of seconds after the beginning of 1970 in UTC.
    ///
    /// # Errors
    /// `usage` for a year beyond 9999.
    ///
    /// # Example
    /// ```rhai
    /// print(moment(1795890044));
    /// ```
    #[rhai_fn(name = "moment", return_raw)]
    pub fn moment_of_seconds(context: NativeCallContext, seconds: i64) -> RhaiResultOf<Moment> {
        Moment::of_seconds(seconds).at(&context)
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
