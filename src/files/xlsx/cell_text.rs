//! The text of a workbook's cells.

use calamine::{DataRef, ExcelDateTime};

/// The digits of a number that a workbook keeps.
const DIGITS: usize = 15;

/// The text of a cell, as a CSV file would have it: dates as `2026-11-28`, whole numbers without decimals.
///
/// # Errors
/// The error in the cell, such as `#N/A`.
pub(super) fn text_of(value: &DataRef<'_>) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(time) => time_text(time),
        DataRef::Error(error) => return Err(error.to_string()),
    })
}

/// A number with the digits that Excel shows: 0.1 + 0.2 is 0.3.
fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
    format!("{rounded}")
}

fn time_text(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        let (hours, minutes, seconds) = clock(time.as_f64() * 86_400.0);
        return format!("{hours}:{minutes:02}:{seconds:02}");
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    match (time.as_f64() < 1.0, time.as_f64().fract() == 0.0) {
        (true, _) => clock,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02}T{clock}"),
    }
}

/// Hours, minutes and seconds.
fn clock(seconds: f64) -> (u64, u64, u64) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of seconds, at least 0"
    )]
    let seconds = seconds.max(0.0).round() as u64;
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The address of a cell, such as `C14`. Both numbers are 0-based.
pub(super) fn address(row: u32, column: u32) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};

    fn time(value: f64, kind: ExcelDateTimeType) -> String {
        text_of(&DataRef::DateTime(ExcelDateTime::new(value, kind, false))).unwrap()
    }

    #[test]
    fn numbers_have_no_needless_decimals_and_dates_are_dates() {
        for (number, text) in [
            (3.0, "3"),
            (0.1 + 0.2, "0.3"),
            (-1.5, "-1.5"),
            (1e15, "1000000000000000"),
            (123_456.0, "123456"),
        ] {
            assert_eq!(text_of(&DataRef::Float(number)).unwrap(), text);
        }
        assert_eq!(time(46_354.0, ExcelDateTimeType::DateTime), "2026-11-28");
        assert_eq!(time(46_354.75, ExcelDateTimeType::DateTime), "2026-11-28T18:00:00");
        assert_eq!(time(0.5, ExcelDateTimeType::DateTime), "12:00:00");
        assert_eq!(time(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
    }

    #[test]
    fn an_error_is_not_text() {
        assert_eq!(text_of(&DataRef::Error(CellErrorType::NA)), Err("#N/A".to_owned()));
    }

    #[test]
    fn addresses_are_those_of_excel() {
        for (row, column, text) in
            [(0, 0, "A1"), (13, 2, "C14"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10"), (9, 702, "AAA10")]
        {
            assert_eq!(address(row, column), text);
        }
    }
}
