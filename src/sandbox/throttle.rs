//! The documented limits of calls, and the two hours between full listings (contract 2.1).

use super::limits::LISTING_INTERVAL_SECONDS;
use super::routes;
use crate::wire::endpoint::EndpointId;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

const LISTING_INTERVAL: Duration = Duration::from_secs(LISTING_INTERVAL_SECONDS);

/// What the limits need of a call.
#[derive(Debug, Clone, Copy)]
pub struct ThrottledCall<'c> {
    /// Which limits hold.
    pub endpoint: EndpointId,
    /// Whose call it is: the API key.
    pub client: &'c str,
    /// The requested page; listings of everything begin with page 0.
    pub page: Option<&'c str>,
    /// A client repeats a call under the same id, which begins no second listing.
    pub request_id: Option<&'c str>,
}

/// Whose calls are counted.
type CountedCaller = (EndpointId, Option<String>);

/// The calls of the last minute, and when listings began.
#[derive(Debug)]
pub struct RequestLimiter {
    minute: Duration,
    calls: HashMap<CountedCaller, VecDeque<Instant>>,
    listings: HashMap<CountedCaller, (Instant, Option<String>)>,
}

/// Counts the calls of a real minute.
impl Default for RequestLimiter {
    fn default() -> Self {
        Self { minute: Duration::from_mins(1), calls: HashMap::new(), listings: HashMap::new() }
    }
}

impl RequestLimiter {
    /// Changes the length of the minute in which calls are counted.
    pub(super) fn scale(&mut self, minute: Duration) {
        self.minute = minute;
    }

    /// Accepts a call and counts it.
    ///
    /// # Errors
    /// The whole seconds after which it may be repeated.
    pub fn admit(&mut self, call: ThrottledCall<'_>, now: Instant) -> Result<(), u64> {
        let Some((per_client, global)) = routes::calls_per_minute(call.endpoint) else { return Ok(()) };
        let of_client = (call.endpoint, Some(call.client.to_owned()));
        let of_all = (call.endpoint, None);
        let waits = [
            self.wait(&of_client, per_client, now),
            self.wait(&of_all, global, now),
            self.listing_wait(&of_client, call, now),
        ];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(whole_seconds(wait));
        }
        if begins_listing(call) {
            self.listings.insert(of_client.clone(), (now, call.request_id.map(str::to_owned)));
        }
        for counted in [of_client, of_all] {
            self.calls.entry(counted).or_default().push_back(now);
        }
        Ok(())
    }

    fn wait(&mut self, counted: &CountedCaller, limit: u32, now: Instant) -> Option<Duration> {
        let calls = self.calls.get_mut(counted)?;
        while calls.front().is_some_and(|then| now.duration_since(*then) >= self.minute) {
            calls.pop_front();
        }
        let first = calls.front().filter(|_| calls.len() >= limit as usize)?;
        Some(self.minute.saturating_sub(now.duration_since(*first)))
    }

    fn listing_wait(
        &self,
        counted: &CountedCaller,
        call: ThrottledCall<'_>,
        now: Instant,
    ) -> Option<Duration> {
        let (began, request_id) = self.listings.get(counted).filter(|_| begins_listing(call))?;
        let repeats = call.request_id.is_some() && call.request_id == request_id.as_deref();
        let passed = now.duration_since(*began);
        (!repeats && passed < LISTING_INTERVAL).then(|| LISTING_INTERVAL.saturating_sub(passed))
    }
}

fn begins_listing(call: ThrottledCall<'_>) -> bool {
    let everything = matches!(call.endpoint, EndpointId::Users | EndpointId::Groups);
    everything && call.page.and_then(|page| page.parse().ok()) == Some(0)
}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn call<'c>(id: EndpointId, client: &'c str, page: Option<&'c str>) -> ThrottledCall<'c> {
        ThrottledCall { endpoint: id, client, page, request_id: None }
    }

    #[test]
    fn a_client_has_its_calls_of_a_minute_and_is_reported_when_the_next_is_free() {
        let (mut limiter, start) = (RequestLimiter::default(), Instant::now());
        let action = call(EndpointId::Action, "one", None);
        for second in 0..10 {
            assert_eq!(limiter.admit(action, start + Duration::from_secs(second)), Ok(()));
        }
        assert_eq!(limiter.admit(action, start + Duration::from_secs(10)), Err(50));
        assert_eq!(limiter.admit(call(EndpointId::Action, "two", None), start), Ok(()));
        assert_eq!(limiter.admit(action, start + MINUTE), Ok(()));
    }

    #[test]
    fn all_clients_together_have_a_limit_too() {
        let (mut limiter, start) = (RequestLimiter::default(), Instant::now());
        let clients: Vec<_> = (0..10).map(|number| number.to_string()).collect();
        for client in &clients {
            for _ in 0..10 {
                assert_eq!(limiter.admit(call(EndpointId::Action, client, None), start), Ok(()));
            }
        }
        assert_eq!(limiter.admit(call(EndpointId::Action, "eleven", None), start), Err(60));
    }

    #[test]
    fn a_minute_may_be_a_short_one() {
        let (mut limiter, start) = (RequestLimiter::default(), Instant::now());
        limiter.scale(Duration::from_secs(2));
        let action = call(EndpointId::Action, "one", None);
        (0..10).for_each(|_| limiter.admit(action, start).unwrap());
        assert_eq!(limiter.admit(action, start + Duration::from_millis(500)), Err(2));
        assert_eq!(limiter.admit(action, start + Duration::from_secs(2)), Ok(()));
    }

    #[test]
    fn a_second_full_listing_waits_two_hours_but_its_pages_and_repetitions_do_not() {
        let (mut limiter, start) = (RequestLimiter::default(), Instant::now());
        let first = ThrottledCall { request_id: Some("r1"), ..call(EndpointId::Users, "one", Some("0")) };
        assert_eq!(limiter.admit(first, start), Ok(()));
        assert_eq!(limiter.admit(first, start), Ok(()));
        assert_eq!(limiter.admit(call(EndpointId::Users, "one", Some("1")), start), Ok(()));
        let again = call(EndpointId::Users, "one", Some("0"));
        assert_eq!(limiter.admit(again, start + Duration::from_secs(200)), Err(7000));
        assert_eq!(limiter.admit(call(EndpointId::Groups, "one", Some("0")), start), Ok(()));
        assert_eq!(limiter.admit(again, start + LISTING_INTERVAL), Ok(()));
    }
}
