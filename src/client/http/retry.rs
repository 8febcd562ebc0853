//! What a response means for the next attempt, and how long to wait. Pure; `attempts` has the loop.

use crate::client::settings::ClientSettings;
use std::time::{Duration, SystemTime};

/// What a status means for the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusVerdict {
    /// The call succeeded.
    Done,
    /// The token is no longer accepted: renew it, once.
    Renew,
    /// Too many calls: not carried out; send it again after a wait (contract 4.1).
    Throttled,
    /// The response was lost: the request may have been carried out (contract 5).
    Lost,
    /// A refusal that another attempt would not change.
    Refused,
}

/// What a status means (contract 5: 429, 502, 503 and 504 are sent again). After 500, 408 and 425 a read is repeated,
/// since that is harmless and the error is often temporary (contract 7.47); a change is not.
pub(crate) fn classify(status: u16, is_change: bool) -> StatusVerdict {
    match status {
        200..=299 => StatusVerdict::Done,
        401 => StatusVerdict::Renew,
        429 => StatusVerdict::Throttled,
        502..=504 => StatusVerdict::Lost,
        408 | 425 | 500 if !is_change => StatusVerdict::Lost,
        _ => StatusVerdict::Refused,
    }
}

/// The wait before the next attempt: the service's `Retry-After` or the backoff, whichever is longer, plus a random
/// part. `wait_number` counts the waits of the call from 1; `random` is between 0 and 1. The backoff doubles from
/// the first delay up to the longest wait; the caller must refuse a longer `Retry-After`.
pub(crate) fn delay(
    settings: &ClientSettings,
    wait_number: u32,
    retry_after: Option<Duration>,
    random: f64,
) -> Duration {
    let doubled = 2_u32.saturating_pow(wait_number.saturating_sub(1));
    let backoff = settings.first_delay.saturating_mul(doubled).min(settings.max_wait);
    let jitter = settings.jitter.mul_f64(random.clamp(0.0, 1.0));
    retry_after.unwrap_or_default().max(backoff).saturating_add(jitter)
}

/// The wait after a 429: what the service says, plus a random part. A longer backoff would only add to it: twelve
/// processes that share the limits met 37 responses with 429 and took two and a half times as long with it. Without a
/// `Retry-After` the wait is that of [`delay`].
pub(crate) fn throttled_delay(
    settings: &ClientSettings,
    wait_number: u32,
    retry_after: Option<Duration>,
    random: f64,
) -> Duration {
    match retry_after.filter(|wait| !wait.is_zero()) {
        Some(wait) => wait.saturating_add(settings.jitter.mul_f64(random.clamp(0.0, 1.0))),
        None => delay(settings, wait_number, None, random),
    }
}

/// Parses `Retry-After` in both of its forms. A date is relative to the `Date` of the response, so that a wrong
/// local clock does no harm. `None` if it cannot be parsed.
pub(crate) fn parse_retry_after(value: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(value).ok()?;
    let base = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(moment.duration_since(base).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::settings::Credentials;
    use crate::secret::Secret;

    fn settings() -> ClientSettings {
        let token = Credentials::Token { client_id: "id".into(), token: Secret::from("token") };
        ClientSettings::new("A@AdobeOrg", token)
    }

    #[test]
    fn every_status_has_its_meaning() {
        let statuses = |verdict, is_change| {
            (100..600).filter(|status| classify(*status, is_change) == verdict).collect::<Vec<u16>>()
        };
        assert_eq!(statuses(StatusVerdict::Lost, false), [408, 425, 500, 502, 503, 504]);
        let of = |verdict| statuses(verdict, true);
        assert_eq!(of(StatusVerdict::Done), (200..300).collect::<Vec<_>>());
        assert_eq!(of(StatusVerdict::Renew), [401]);
        assert_eq!(of(StatusVerdict::Throttled), [429]);
        assert_eq!(of(StatusVerdict::Lost), [502, 503, 504]);
        assert_eq!(of(StatusVerdict::Refused).len(), 500 - 105);
    }

    #[test]
    fn the_backoff_doubles_and_is_computed_for_each_wait() {
        let settings = settings();
        let waits: Vec<_> =
            (1..=4).map(|wait_number| delay(&settings, wait_number, None, 0.0).as_secs()).collect();
        assert_eq!(waits, [3, 6, 12, 24]);
        assert_eq!(delay(&settings, 2, None, 1.0).as_secs(), 11);
        assert_eq!(delay(&settings, u32::MAX, None, 0.0), settings.max_wait);
    }

    #[test]
    fn after_a_429_the_wait_is_what_the_service_says() {
        let settings = settings();
        let wait =
            |number, seconds| throttled_delay(&settings, number, Some(Duration::from_secs(seconds)), 0.5);
        for number in [1, 5, u32::MAX] {
            assert_eq!(wait(number, 7), Duration::from_millis(9_500), "{number}");
        }
        assert_eq!(wait(3, 0), delay(&settings, 3, None, 0.5));
        assert_eq!(throttled_delay(&settings, 2, None, 0.5), delay(&settings, 2, None, 0.5));
        assert_eq!(throttled_delay(&settings, 1, Some(Duration::MAX), 1.0), Duration::MAX);
    }

    #[test]
    fn the_service_s_retry_after_is_a_minimum() {
        let settings = settings();
        let retry_after = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(delay(&settings, 1, retry_after(60), 0.5), Duration::from_millis(62_500));
        assert_eq!(delay(&settings, 3, retry_after(1), 0.0).as_secs(), 12);
        assert_eq!(delay(&settings, 1, retry_after(0), 0.0).as_secs(), 3);
        assert_eq!(delay(&settings, 1, Some(Duration::MAX), 1.0), Duration::MAX);
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777); // the moment of RFC 9110's example
        let date = "Sun, 06 Nov 1994 08:50:37 GMT";
        let seconds = |value, base| parse_retry_after(value, base, now).map(|wait| wait.as_secs());
        assert_eq!(seconds(" 120 ", None), Some(120));
        assert_eq!(seconds(date, None), Some(60));
        assert_eq!(seconds(date, Some("Sun, 06 Nov 1994 08:50:00 GMT")), Some(37));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:00:00 GMT", None), Some(0));
        for broken in ["", "soon", "-3", "1.5"] {
            assert_eq!(seconds(broken, None), None, "{broken}");
        }
    }
}
