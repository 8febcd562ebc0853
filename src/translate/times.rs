//! Moments, dates and spans of time: `datetime`, and the other methods that only a known value has.

use super::expressions::{RhaiCode, level};
use super::syntax::{PyCall, PyNode, PyOperator};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    pub(super) fn datetime_call(&mut self, path: &str, call: &PyCall) -> Translated<Option<RhaiCode>> {
        let arguments = call.arguments.as_slice();
        let code = match (path, arguments) {
            ("datetime.datetime.now" | "datetime.datetime.utcnow" | "datetime.datetime.today", _)
                if arguments.len() < 2 =>
            {
                "moment()".to_owned()
            }
            ("datetime.date.today", []) => "today()".to_owned(),
            ("datetime.date" | "datetime.datetime", [year, month, day]) => {
                let (year, month, day) = (self.plain(year)?, self.plain(month)?, self.plain(day)?);
                let code = format!("date(`${{{year}}}-${{{month}}}-${{{day}}}`, \"%Y-%m-%d\")");
                if path == "datetime.date" {
                    code
                } else {
                    format!("moment({code}.to_string() + \"T00:00:00Z\")")
                }
            }
            ("datetime.datetime.strptime", [text, format]) => {
                format!("moment({}, {})", self.plain(text)?, self.plain(format)?)
            }
            ("datetime.datetime.fromisoformat", [text]) => format!("moment({})", self.plain(text)?),
            ("datetime.datetime.fromtimestamp" | "datetime.datetime.utcfromtimestamp", [seconds, ..]) => {
                format!("moment(({}).to_int())", self.plain(seconds)?)
            }
            ("datetime.date.fromisoformat", [text]) => format!("date({})", self.plain(text)?),
            ("datetime.timedelta", []) => return self.timedelta(call).map(Some),
            ("datetime.timedelta", [days]) if call.keywords.is_empty() => {
                return self.expression(days).map(Some);
            }
            _ => return left(format!("`{path}`")),
        };
        Ok(Some(RhaiCode::atom(code)))
    }

    pub(super) fn timedelta(&mut self, call: &PyCall) -> Translated<RhaiCode> {
        let [(Some(unit), value)] = call.keywords.as_slice() else {
            return left("a `timedelta` of several units");
        };
        let seconds = match unit.as_str() {
            "days" | "seconds" => return self.expression(value),
            "weeks" => 604_800,
            "hours" => 3600,
            "minutes" => 60,
            _ => return left(format!("a `timedelta` of {unit}")),
        };
        Ok(RhaiCode::of(format!("{} * {seconds}", self.value(value, level::PRODUCT)?), level::PRODUCT))
    }

    /// Sums and differences of moments and dates.
    pub(super) fn time_operation(
        &mut self,
        first: &PyNode,
        operator: PyOperator,
        second: &PyNode,
        one: &ValueKind,
        other: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let sign = match operator {
            PyOperator::Add => "+",
            PyOperator::Subtract => "-",
            _ => return Ok(None),
        };
        let is_time = |kind: &ValueKind| matches!(kind, ValueKind::Moment | ValueKind::Date);
        if !is_time(one) && !is_time(other) {
            return Ok(None);
        }
        let (first_code, second_code) = (self.value(first, level::SUM)?, self.value(second, level::PRODUCT)?);
        match (one, other) {
            // A timedelta of days moves a moment by seconds.
            (ValueKind::Moment, ValueKind::Days) => {
                let days = self.value(second, level::PRODUCT)?;
                Ok(Some(RhaiCode::of(format!("{first_code} {sign} {days} * 86400"), level::SUM)))
            }
            (ValueKind::Moment, ValueKind::Seconds | ValueKind::Moment)
            | (ValueKind::Date, ValueKind::Days | ValueKind::Date) => {
                Ok(Some(RhaiCode::of(format!("{first_code} {sign} {second_code}"), level::SUM)))
            }
            _ => left("this sum of times"),
        }
    }

    pub(super) fn time_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let code = match (method, call.arguments.as_slice(), kind) {
            ("strftime", [format], _) => {
                let (object, format) = (self.value(of, level::ATOM)?, self.plain(format)?);
                format!("{object}.format({format})")
            }
            ("isoformat", _, ValueKind::Moment | ValueKind::Date) => {
                format!("{}.to_string()", self.value(of, level::ATOM)?)
            }
            ("date", [], ValueKind::Moment) => format!("{}.date", self.value(of, level::ATOM)?),
            ("timestamp", [], ValueKind::Moment) => {
                format!("{}.seconds.to_float()", self.value(of, level::ATOM)?)
            }
            ("total_seconds", [], _) => format!("({}).to_float()", self.plain(of)?),
            ("weekday", [], ValueKind::Date) => format!("({}.weekday - 1)", self.value(of, level::ATOM)?),
            ("match", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_match", "^").map(Some);
            }
            ("search", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_match", "").map(Some);
            }
            ("fullmatch", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_match", "^$").map(Some);
            }
            ("findall", [text], ValueKind::Pattern) => {
                return self.pattern_call(of, text, "find_all", "").map(Some);
            }
            ("sub", [with, text], ValueKind::Pattern) => {
                let (pattern, text) = (self.plain(of)?, self.value(text, level::ATOM)?);
                format!("{text}.replace_all({pattern}, {})", Self::replacement(with)?)
            }
            ("debug" | "info", arguments @ [_, ..], ValueKind::Logger) => {
                format!("log({})", self.logged(arguments)?)
            }
            (
                "warning" | "warn" | "error" | "critical" | "exception",
                arguments @ [_, ..],
                ValueKind::Logger,
            ) => {
                format!("warn({})", self.logged(arguments)?)
            }
            ("get", [section, name], ValueKind::Config) => {
                return self.config_entry(of, section, name).map(Some);
            }
            ("getint", [section, name], ValueKind::Config) => {
                format!("parse_int({})", self.config_entry(of, section, name)?.text)
            }
            _ => return Ok(None),
        };
        Ok(Some(RhaiCode::atom(code)))
    }
}
