//! Moments in scripts: points in time, to the second. The difference of two moments is a number of seconds.

use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::thrown::thrown;
use crate::values::date::Date;
use crate::values::script_value::{self, ScriptValue};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};
use rhai::{Engine, Position};
use serde_json::Value;
use std::fmt;

/// A point in time, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    /// The current moment.
    pub fn now() -> Self {
        Self::whole(Timestamp::now())
    }

    fn whole(time: Timestamp) -> Self {
        let mode = jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor);
        Self(time.round(mode).unwrap_or(time))
    }

    /// Parses ISO 8601 with an offset, or the date of an HTTP header.
    ///
    /// # Errors
    /// `usage`: it has another format, or no offset from UTC.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let of_http = || httpdate::parse_http_date(text).ok().and_then(|time| Timestamp::try_from(time).ok());
        let time = text.parse::<Timestamp>().ok().or_else(of_http);
        time.map(Self::whole).ok_or_else(|| {
            Error::usage_with_hint(
                format!("`{text}` is not a valid moment"),
                "Write it with its offset from UTC, as 2026-11-28T18:20:44Z, or as the date of an HTTP header.",
            )
        })
    }

    /// Parses a moment in a format of `strftime`; without an offset in the format it is in UTC.
    ///
    /// # Errors
    /// `usage`: the text does not have that format.
    pub fn parse_as(text: &str, format: &str) -> Result<Self> {
        let parsed = strtime::parse(format, text.trim());
        let time = parsed.and_then(|parts| match parts.offset() {
            Some(_) => parts.to_timestamp(),
            None => {
                parts.to_datetime().and_then(|time| Ok(time.to_zoned_datetime(TimeZone::UTC)?.timestamp()))
            }
        });
        time.map(Self::whole)
            .map_err(|error| Error::usage(format!("`{text}` does not have the format `{format}`: {error}")))
    }

    /// The moment this many seconds after the beginning of 1970 in UTC.
    ///
    /// # Errors
    /// `usage`: the result is outside of the years -9999 to 9999.
    pub fn of_seconds(seconds: i64) -> Result<Self> {
        let beyond = |_| Error::usage(format!("{seconds} seconds are outside of the supported years"));
        Timestamp::from_second(seconds).map(Self).map_err(beyond)
    }

    /// The moment this many seconds later, or earlier for a negative number.
    ///
    /// # Errors
    /// `usage`: the result is outside of the years -9999 to 9999.
    pub fn plus(self, seconds: i64) -> Result<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).map(Self).map_err(|_| {
            Error::usage(format!(
                "{seconds} seconds from {self} is not a supported moment (years -9999 to 9999)"
            ))
        })
    }

    /// The number of seconds from `other` to `self`.
    pub fn seconds_since(self, other: Self) -> i64 {
        self.0.as_second() - other.0.as_second()
    }

    /// How many seconds the clock of this machine is ahead of UTC at the moment.
    pub fn offset(self) -> i64 {
        i64::from(TimeZone::system().to_offset(self.0).seconds())
    }

    /// The day in UTC.
    pub fn date(self) -> Date {
        Date::of(self.0.to_zoned_datetime(TimeZone::UTC).date())
    }

    /// The moment in UTC in a format of `strftime`.
    ///
    /// # Errors
    /// `usage`: the format is not valid.
    pub fn format(self, format: &str) -> Result<String> {
        let zoned = self.0.to_zoned_datetime(TimeZone::UTC);
        strtime::format(format, &zoned)
            .map_err(|error| Error::usage(format!("`{format}` is not a valid format: {error}")))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl ScriptValue for Moment {
    const NAME: &'static str = "Moment";

    fn to_json(&self) -> Result<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// Registers moments with an engine.
pub fn register(engine: &mut Engine) {
    script_value::register::<Moment>(engine);
    engine.register_get("date", |moment: &mut Moment| moment.date());
    engine.register_get("offset", |moment: &mut Moment| moment.offset());
    engine.register_get("seconds", |moment: &mut Moment| moment.0.as_second());
    engine.register_fn("to_string", |moment: &mut Moment| moment.to_string());
    engine.register_fn("to_debug", |moment: &mut Moment| moment.to_string());
    engine.register_fn("-", |one: Moment, other: Moment| one.seconds_since(other));
    engine.register_fn("+", |moment: Moment, seconds: i64| moved(moment, Some(seconds)));
    engine.register_fn("-", |moment: Moment, seconds: i64| moved(moment, seconds.checked_neg()));
    engine.register_fn("==", |one: Moment, other: Moment| one == other);
    engine.register_fn("!=", |one: Moment, other: Moment| one != other);
    engine.register_fn("<", |one: Moment, other: Moment| one < other);
    engine.register_fn("<=", |one: Moment, other: Moment| one <= other);
    engine.register_fn(">", |one: Moment, other: Moment| one > other);
    engine.register_fn(">=", |one: Moment, other: Moment| one >= other);
}

fn moved(moment: Moment, seconds: Option<i64>) -> RhaiResultOf<Moment> {
    moment.plus(seconds.unwrap_or(i64::MAX)).map_err(|error| thrown(&error, Position::NONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eval(code: &str) -> String {
        let mut engine = Engine::new();
        register(&mut engine);
        super::super::date::register(&mut engine);
        engine.register_fn("moment", |text: &str| Moment::parse(text).unwrap());
        engine.eval::<rhai::Dynamic>(code).unwrap().to_string()
    }

    #[test]
    fn moments_are_subtracted_added_and_compared() {
        let (early, late) = ("moment(\"2026-11-28T18:20:44Z\")", "moment(\"Sat, 28 Nov 2026 18:21:00 GMT\")");
        for (code, value) in [
            (format!("{late} - {early}"), "16"),
            (format!("{early} - {late}"), "-16"),
            (format!("{early} + 16 == {late}"), "true"),
            (format!("{late} - 16 != {early}"), "false"),
            (format!("{early} < {late} && {late} >= {early} && {early} <= {late}"), "true"),
            (
                format!("`${{{early}}} ${{{early}.date}} ${{{early}.seconds}}`"),
                "2026-11-28T18:20:44Z 2026-11-28 1795890044",
            ),
        ] {
            assert_eq!(eval(&code), value, "{code}");
        }
    }

    #[test]
    fn a_moment_is_read_and_written_in_a_format() {
        let moment = Moment::parse_as("28.11.2026 18:20", "%d.%m.%Y %H:%M").unwrap();
        assert_eq!(moment.to_string(), "2026-11-28T18:20:00Z");
        assert_eq!(moment.format("%H:%M on %Y-%m-%d").unwrap(), "18:20 on 2026-11-28");
        let offset = Moment::parse_as("2026-11-28T18:20:00+0200", "%Y-%m-%dT%H:%M:%S%z").unwrap();
        assert_eq!(offset.to_string(), "2026-11-28T16:20:00Z");
        assert_eq!(Moment::of_seconds(0).unwrap().to_string(), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "2026-11-28", "2026-11-28 18:20", "2026-13-28T18:20:44Z", "now"] {
            assert!(Moment::parse(text).is_err(), "{text}");
        }
        assert!(Moment::parse_as("28/11", "%d.%m.%Y").is_err());
        assert!(Moment::of_seconds(i64::MAX).is_err());
    }
}
