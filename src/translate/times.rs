//! Moments, dates and spans of time: `datetime`, and the other methods that only a known value has.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyCall, PyExpression, PyNode, PyOperator};
use super::translator::{Translated, Translator, left};
use super::value_kind::{MomentZone, ValueKind};

/// The seconds of the units of a `timedelta`.
const UNITS: [(&str, i64); 5] =
    [("weeks", 604_800), ("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)];
/// Parts of a format that mean the same here, with and without `-`.
const SAME_PARTS: &str = "YymdeHIMSpjaAbBFTDR%";

impl Translator<'_> {
    pub(super) fn datetime_call(&mut self, path: &str, call: &PyCall) -> Translated<Option<RhaiCode>> {
        let name = path.strip_prefix("datetime.").unwrap_or(path);
        let code = match (name, call.arguments.as_slice()) {
            ("datetime.now" | "datetime.today", []) if call.keywords.is_empty() => {
                format!("{}(moment())", self.helper("local_time"))
            }
            ("datetime.now" | "datetime.utcnow", _) => {
                if name == "datetime.now" && self.zone_of(path, call) != MomentZone::Utc {
                    return left("the time in another zone");
                }
                "moment()".to_owned()
            }
            ("date.today", []) => "today()".to_owned(),
            ("date", [year, month, day]) => {
                let (year, month, day) = (self.plain(year)?, self.plain(month)?, self.plain(day)?);
                format!("date(`${{{year}}}-${{{month}}}-${{{day}}}`, \"%Y-%m-%d\")")
            }
            ("datetime", parts) if (3..7).contains(&parts.len()) && call.keywords.is_empty() => {
                let mut given: Vec<_> =
                    self.plains(parts)?.into_iter().map(|part| format!("${{{part}}}")).collect();
                given.resize(6, "0".to_owned());
                let (day, time) = given.split_at(3);
                format!("moment(`{} {}`, \"%Y-%m-%d %H:%M:%S\")", day.join("-"), time.join(":"))
            }
            ("datetime.strptime", [text, format]) => {
                let Some(known) = self.constant_text(format) else {
                    return left("a format that is computed");
                };
                check_format(&known.replace("%z", ""))?;
                format!("moment({}, {})", self.plain(text)?, self.plain(format)?)
            }
            ("datetime.fromisoformat", [text]) => format!("moment({})", self.plain(text)?),
            ("datetime.fromtimestamp" | "datetime.utcfromtimestamp", [seconds, ..]) => {
                if self.kind_of(seconds) == ValueKind::Float {
                    return left("a moment with a fraction of a second");
                }
                let moment = format!("moment({}.to_int())", self.value(seconds, level::ATOM)?);
                let is_local =
                    name == "datetime.fromtimestamp" && call.arguments.len() + call.keywords.len() == 1;
                match self.zone_of(path, call) {
                    _ if is_local => format!("{}({moment})", self.helper("local_time")),
                    MomentZone::Unknown => return left("the time in another zone"),
                    _ => moment,
                }
            }
            ("date.fromisoformat", [text]) => format!("date({})", self.plain(text)?),
            ("timedelta", _) => return self.timedelta(call).map(Some),
            _ => return left(format!("`{path}`")),
        };
        Ok(Some(RhaiCode::atom(code)))
    }

    /// `time.strftime`: now, at a clock of this machine or in UTC.
    pub(super) fn clock_format(&mut self, format: &PyNode, rest: &[PyNode]) -> Translated<RhaiCode> {
        let path = match rest {
            [] => Some("time.localtime".to_owned()),
            [PyNode { kind: PyExpression::Call(call), .. }] if call.arguments.is_empty() => {
                self.path_of(&call.function)
            }
            _ => None,
        };
        let moment = match path.as_deref() {
            Some("time.localtime") => format!("{}(moment())", self.helper("local_time")),
            Some("time.gmtime") => "moment()".to_owned(),
            _ => return left("`time.strftime` of another time"),
        };
        let format = self.format_code(format)?;
        Ok(RhaiCode::atom(format!("{moment}.format({format})")))
    }

    /// The zone of a moment that a function of `datetime` returns.
    pub(super) fn zone_of(&self, path: &str, call: &PyCall) -> MomentZone {
        let name = path.strip_prefix("datetime.datetime.").unwrap_or_default();
        let is_utc = |zone: &PyNode| {
            matches!(
                self.path_of(zone).as_deref(),
                Some("datetime.timezone.utc" | "datetime.UTC" | "pytz.utc" | "pytz.UTC")
            )
        };
        let given = match name {
            "now" => call.arguments.first(),
            "fromtimestamp" => call.arguments.get(1),
            "fromisoformat" => return MomentZone::Unknown,
            "strptime" => {
                let format = call.arguments.get(1).and_then(|format| self.constant_text(format));
                let has_zone = format.is_none_or(|format| format.contains("%z"));
                return if has_zone { MomentZone::Unknown } else { MomentZone::None };
            }
            _ => None,
        };
        match given.or_else(|| call.keyword("tz")) {
            None => MomentZone::None,
            Some(zone) if is_utc(zone) => MomentZone::Utc,
            Some(_) => MomentZone::Unknown,
        }
    }

    /// A span of time: a number of days if it has no other unit, else of seconds.
    pub(super) fn timedelta(&mut self, call: &PyCall) -> Translated<RhaiCode> {
        let units: Vec<(&str, &PyNode)> = match (call.arguments.as_slice(), call.keywords.as_slice()) {
            ([days], []) => vec![("days", days)],
            ([], [_, ..]) => {
                let named =
                    call.keywords.iter().map(|(name, value)| (name.as_deref().unwrap_or("**"), value));
                named.collect()
            }
            _ => return left("this `timedelta`"),
        };
        if units.iter().any(|(_, value)| !matches!(self.kind_of(value), ValueKind::Int | ValueKind::Unknown))
        {
            return left("a `timedelta` of fractions");
        }
        if let [("days" | "seconds", value)] = units.as_slice() {
            return self.expression(value);
        }
        let mut parts = Vec::new();
        for (unit, value) in units {
            let Some((_, seconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return left(format!("a `timedelta` of {unit}"));
            };
            parts.push(format!("{} * {seconds}", self.value(value, level::PRODUCT)?));
        }
        let level = if parts.len() == 1 { level::PRODUCT } else { level::SUM };
        Ok(RhaiCode::of(parts.join(" + "), level))
    }

    /// Sums and differences of moments, dates and spans.
    pub(super) fn time_operation(
        &mut self,
        first: &PyNode,
        operator: PyOperator,
        second: &PyNode,
        one: &ValueKind,
        other: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        use ValueKind as K;
        let is_time = |kind: &K| matches!(kind, K::Moment(_) | K::Date) || kind.is_span();
        if !is_time(one) && !is_time(other) {
            return Ok(None);
        }
        let sign = match operator {
            PyOperator::Add => "+",
            PyOperator::Subtract => "-",
            PyOperator::Multiply if matches!((one, other), (_, K::Int) | (K::Int, _)) => return Ok(None),
            PyOperator::Divide if one.is_span() && one == other => return Ok(None),
            _ => return left("this operation of times"),
        };
        let is_known = match (one, other) {
            (K::Moment(_), K::Days | K::Seconds) | (K::Date, K::Days) => true,
            (K::Moment(one), K::Moment(other)) => one == other && sign == "-",
            (K::Date, K::Date) => sign == "-",
            _ => one.is_span() && one == other,
        };
        if !is_known {
            return left("this sum of times");
        }
        let first_code = self.value(first, level::SUM)?;
        let second_code = self.value(second, level::PRODUCT)?;
        // Days move a moment by seconds.
        let factor = if matches!((one, other), (K::Moment(_), K::Days)) { " * 86400" } else { "" };
        Ok(Some(RhaiCode::of(format!("{first_code} {sign} {second_code}{factor}"), level::SUM)))
    }

    /// A comparison of times: moments with moments of the same zone, spans with spans of the same unit.
    pub(super) fn check_compared_times(one: &ValueKind, other: &ValueKind) -> Translated<()> {
        use ValueKind as K;
        let is_other = match (one, other) {
            (K::Moment(one), K::Moment(other)) => one != other,
            (one, other) => one.is_span() && other.is_span() && one != other,
        };
        if is_other { left("a comparison of times in several units or zones") } else { Ok(()) }
    }

    /// A field of a moment or a span.
    pub(super) fn time_field(&mut self, of: &PyNode, name: &str, kind: &ValueKind) -> Translated<RhaiCode> {
        let code = match (kind, name) {
            (ValueKind::Moment(_), "year" | "month" | "day") => {
                format!("{}.date.{name}", self.value(of, level::ATOM)?)
            }
            (ValueKind::Moment(_), "hour" | "minute" | "second") => {
                let part = match name {
                    "hour" => "%H",
                    "minute" => "%M",
                    _ => "%S",
                };
                format!("parse_int({}.format(\"{part}\"))", self.value(of, level::ATOM)?)
            }
            (ValueKind::Days, "days") => return self.expression(of),
            (ValueKind::Seconds, "days") => {
                format!("{}({}, 86400)", self.helper("floor_divide"), self.plain(of)?)
            }
            (ValueKind::Seconds, "seconds") => {
                format!("{}({}, 86400)", self.helper("modulo"), self.plain(of)?)
            }
            _ => return left(format!("the attribute `{name}` of a time")),
        };
        Ok(RhaiCode::atom(code))
    }

    /// A moment as Python writes it.
    pub(super) fn moment_text(&mut self, of: &PyNode, zone: MomentZone, between: char) -> Translated<String> {
        let end = match zone {
            MomentZone::None => "",
            MomentZone::Utc => "+00:00",
            MomentZone::Unknown => return left("the text of a moment of another zone"),
        };
        Ok(format!("{}.format(\"%Y-%m-%d{between}%H:%M:%S{end}\")", self.value(of, level::ATOM)?))
    }

    /// A format of `strftime` whose parts mean the same here.
    fn format_code(&mut self, format: &PyNode) -> Translated<String> {
        let Some(text) = self.constant_text(format) else { return left("a format that is computed") };
        check_format(&text)?;
        self.plain(format)
    }

    pub(super) fn time_method(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
        kind: &ValueKind,
    ) -> Translated<Option<RhaiCode>> {
        let code = match (method, call.arguments.as_slice(), kind) {
            ("strftime", [format], ValueKind::Moment(_) | ValueKind::Date | ValueKind::Unknown) => {
                let (object, format) = (self.value(of, level::ATOM)?, self.format_code(format)?);
                format!("{object}.format({format})")
            }
            ("isoformat", [], ValueKind::Moment(zone)) => self.moment_text(of, *zone, 'T')?,
            ("isoformat", [], ValueKind::Date) => format!("{}.to_string()", self.value(of, level::ATOM)?),
            ("date", [], ValueKind::Moment(_)) => format!("{}.date", self.value(of, level::ATOM)?),
            ("timestamp", [], ValueKind::Moment(MomentZone::None)) => {
                format!("{}({})", self.helper("timestamp_of"), self.plain(of)?)
            }
            ("timestamp", [], ValueKind::Moment(_)) => {
                format!("{}.seconds.to_float()", self.value(of, level::ATOM)?)
            }
            ("total_seconds", [], ValueKind::Days) => {
                format!("({} * 86400).to_float()", self.value(of, level::PRODUCT)?)
            }
            ("total_seconds", [], _) => format!("({}).to_float()", self.plain(of)?),
            ("weekday" | "isoweekday", [], ValueKind::Date | ValueKind::Moment(_)) => {
                let date = if *kind == ValueKind::Date { "" } else { ".date" };
                let first = if method == "weekday" { " - 1" } else { "" };
                format!("({}{date}.weekday{first})", self.value(of, level::ATOM)?)
            }
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

/// Leaves a format of `strftime` with parts that mean something else here, such as `%f` and `%Z`.
pub(super) fn check_format(format: &str) -> Translated<()> {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            continue;
        }
        let part = match letters.next() {
            Some('-') => letters.next(),
            part => part,
        };
        if part.is_none_or(|part| !SAME_PARTS.contains(part)) {
            return left(format!("the format {}", quoted(format)));
        }
    }
    Ok(())
}
