//! Times as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Duration;

/// A length of time in the unit a person would use.
pub(crate) fn rounded(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().ceil();
    match seconds {
        ..120.0 => format!("{seconds} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// The time of day where the operator is.
pub(super) fn clock(moment: Timestamp) -> String {
    moment.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string()
}

/// A time where the operator is, with the zone.
pub(crate) fn local_time(moment: Timestamp) -> String {
    moment.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// A day where the operator is.
pub(crate) fn local_day(moment: Timestamp) -> String {
    moment.to_zoned_datetime(TimeZone::system()).strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_reported_in_seconds_and_then_in_minutes() {
        assert_eq!(rounded(Duration::from_millis(2500)), "3 s");
        assert_eq!(rounded(Duration::from_secs(1938)), "32 min");
        assert_eq!(rounded(Duration::from_mins(1002)), "16.7 h");
    }
}
