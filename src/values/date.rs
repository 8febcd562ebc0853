//! Dates in scripts. The difference of two dates is a number of days.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::thrown::thrown;
use crate::values::dynamic::kind_of;
use crate::values::script_value::{self, ScriptValue};
use jiff::civil;
use jiff::fmt::strtime;
use rhai::{Dynamic, Engine, ImmutableString, Position};
use serde_json::Value;
use std::fmt;

/// A date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(civil::Date);

impl Date {
    /// Today's date in the time zone of this machine.
    pub fn today() -> Self {
        Self(jiff::ZonedDateTime::now().date())
    }

    /// Parses a date such as `2026-11-23`.
    ///
    /// # Errors
    /// `usage`: it has another format, or the date does not exist.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let shaped =
            text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]) && text.split('-').all(digits);
        let day = text.parse().ok().filter(|_| shaped).map(Self);
        day.ok_or_else(|| {
            Error::usage_with_hint(format!("`{text}` is not a valid date"), "Write it as 2026-11-23.")
        })
    }

    /// A day of the calendar.
    pub(super) const fn of(day: civil::Date) -> Self {
        Self(day)
    }

    /// Parses a date, or the date at the start of a moment such as `2026-11-23T18:20:44Z`, as it is written there.
    ///
    /// # Errors
    /// `usage`: it has another format, or the date does not exist.
    pub fn parse_start(text: &str) -> Result<Self> {
        match text.trim().split_once(['T', ' ']) {
            Some((day, time)) if time.starts_with(|letter: char| letter.is_ascii_digit()) => Self::parse(day),
            _ => Self::parse(text),
        }
    }

    /// Parses a date in a format of `strftime`.
    ///
    /// # Errors
    /// `usage`: the text does not have that format.
    pub fn parse_as(text: &str, format: &str) -> Result<Self> {
        let parsed = strtime::parse(format, text.trim()).and_then(|parts| parts.to_date());
        parsed
            .map(Self)
            .map_err(|error| Error::usage(format!("`{text}` does not have the format `{format}`: {error}")))
    }

    /// The date in a format of `strftime`.
    ///
    /// # Errors
    /// `usage`: the format is not valid.
    pub fn format(self, format: &str) -> Result<String> {
        strtime::format(format, self.0)
            .map_err(|error| Error::usage(format!("`{format}` is not a valid format for a date: {error}")))
    }

    /// The date this many days later, or earlier for a negative number.
    ///
    /// # Errors
    /// `usage`: the result is outside of the years -9999 to 9999.
    pub fn plus(self, days: i64) -> Result<Self> {
        let beyond =
            || Error::usage(format!("{days} days from {self} is not a supported date (years -9999 to 9999)"));
        let span = jiff::Span::new().try_days(days).map_err(|_| beyond())?;
        self.0.checked_add(span).map(Self).map_err(|_| beyond())
    }

    /// The number of days from `other` to `self`.
    pub fn days_since(self, other: Self) -> i64 {
        self.0.duration_since(other.0).as_hours() / 24
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl ScriptValue for Date {
    const NAME: &'static str = "Date";

    fn to_json(&self) -> Result<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// Registers dates with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<Date>(engine);
    engine.register_get("year", |date: &mut Date| i64::from(date.0.year()));
    engine.register_get("month", |date: &mut Date| i64::from(date.0.month()));
    engine.register_get("day", |date: &mut Date| i64::from(date.0.day()));
    engine.register_get("weekday", |date: &mut Date| i64::from(date.0.weekday().to_monday_one_offset()));
    engine.register_fn("to_string", |date: &mut Date| date.to_string());
    engine.register_fn("to_debug", |date: &mut Date| date.to_string());
    engine.register_fn("-", |one: Date, other: Date| one.days_since(other));
    engine.register_fn("+", |date: Date, days: i64| moved(date, Some(days)));
    engine.register_fn("-", |date: Date, days: i64| moved(date, days.checked_neg()));
    engine.register_fn("+=", |date: &mut Date, days: i64| moved(*date, Some(days)).map(|day| *date = day));
    engine.register_fn("-=", |date: &mut Date, days: i64| {
        moved(*date, days.checked_neg()).map(|day| *date = day)
    });
    register_comparisons(engine);
}

fn moved(date: Date, days: Option<i64>) -> RhaiResultOf<Date> {
    date.plus(days.unwrap_or(i64::MAX)).map_err(|error| thrown(&error, Position::NONE))
}

/// An operator and its comparison.
type DateComparison = (&'static str, fn(&Date, &Date) -> bool);

const COMPARISONS: [DateComparison; 6] = [
    ("==", |one, other| one == other),
    ("!=", |one, other| one != other),
    ("<", |one, other| one < other),
    ("<=", |one, other| one <= other),
    (">", |one, other| one > other),
    (">=", |one, other| one >= other),
];

/// Registers comparisons of dates with dates. Comparing a date with a string is an error, for which Rhai would silently
/// return false.
fn register_comparisons(engine: &mut Engine) {
    for (operator, compare) in COMPARISONS {
        engine.register_fn(operator, move |one: Date, other: Date| compare(&one, &other));
        if ["==", "!="].contains(&operator) {
            engine.register_fn(operator, |_: Date, text: ImmutableString| uncomparable(&text.into()));
            engine.register_fn(operator, |text: ImmutableString, _: Date| uncomparable(&text.into()));
        } else {
            engine.register_fn(operator, |_: Date, other: Dynamic| uncomparable(&other));
            engine.register_fn(operator, |other: Dynamic, _: Date| uncomparable(&other));
        }
    }
}

fn uncomparable(other: &Dynamic) -> RhaiResultOf<bool> {
    let error = Error::usage_with_hint(
        format!("a date cannot be compared with {}", kind_of(other)),
        "Convert a string to a date first: date(text).",
    );
    Err(thrown(&error, Position::NONE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Scope;

    fn eval(code: &str) -> RhaiResultOf<Dynamic> {
        let mut engine = Engine::new();
        register(&mut engine);
        let mut scope = Scope::new();
        scope.push("start", Date::parse("2026-02-27").unwrap());
        scope.push("end", Date::parse("2026-03-02").unwrap());
        engine.eval_with_scope(&mut scope, code)
    }

    #[test]
    fn days_are_subtracted_added_and_compared() {
        for (code, value) in [
            ("end - start", "3"),
            ("start - end", "-3"),
            ("start + 3 == end", "true"),
            ("(end - 3).to_string()", "2026-02-27"),
            ("start += 2; start -= 1; start.to_string()", "2026-02-28"),
            ("start < end && end >= start && start != end", "true"),
            ("`${start} ${[end]} ${end.year}-${end.month}-${end.day}`", "2026-02-27 [2026-03-02] 2026-3-2"),
        ] {
            assert_eq!(eval(code).unwrap().to_string(), value, "{code}");
        }
    }

    #[test]
    fn comparing_a_date_with_a_string_is_an_error() {
        for code in [r#"start < "2026-03-01""#, r#""2026-02-27" == start"#, "() >= start", "start > 3"] {
            assert!(eval(code).is_err(), "{code}");
        }
        assert_eq!(eval("start == ()").unwrap().as_bool(), Ok(false));
    }

    #[test]
    fn the_calendar_has_ends() {
        assert!(eval("start + 9223372036854775807").is_err());
        assert!(eval("start - 9999999").is_err());
    }

    #[test]
    fn only_one_date_format_is_accepted() {
        assert_eq!(Date::parse(" 2026-11-23 ").unwrap().to_string(), "2026-11-23");
        for text in ["2026-02-30", "23.11.2026", "20261123", "2026-11-23T10:00:00", "", "+026-11-23"] {
            let error = Date::parse(text).unwrap_err();
            assert_eq!(error.hint().as_deref(), Some("Write it as 2026-11-23."), "{text}");
        }
    }
}
