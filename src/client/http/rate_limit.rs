//! Keeps calls within the documented limits per minute, with one queue for each endpoint.
//!
//! A sliding window: a burst up to the limit is sent at once, and no 60 seconds have more calls than the limit.

use crate::client::call_ledger::{CallLedger, SlotGrant};
use crate::client::settings::Pace;
use crate::wire::endpoint::{ENDPOINTS, EndpointId};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The window is longer than a minute by this fraction, but at least by [`LEAST_MARGIN`], since calls take different
/// times to arrive. A sixtieth cost 2.8 hours in a million commands. After a 429 the margin is doubled, up to
/// [`MOST_MARGINS`] times: then calls arrive less evenly than this, or somebody else uses the same client id.
const MARGIN: u32 = 600;
const LEAST_MARGIN: Duration = Duration::from_millis(50);
const MOST_MARGINS: u32 = 16;
/// How long to wait while another process takes a slot, which takes it microseconds, and how often: one that was
/// stopped in the midst of it must not hold up the others.
const BUSY: Duration = Duration::from_millis(5);
const BUSY_TURNS: u32 = 400;

impl Pace {
    /// The least time between a call and the one that is a whole limit later.
    fn window(self) -> Option<Duration> {
        match self {
            Self::Within(minute) => Some(minute.saturating_add(margin(minute))),
            Self::Off => None,
        }
    }

    /// The time that this many calls of an endpoint take under its documented limit, including the first burst;
    /// `None` for an endpoint without a limit.
    pub(crate) fn time_for(self, id: EndpointId, calls: usize) -> Option<Duration> {
        let limit = ENDPOINTS.iter().find(|endpoint| endpoint.id == id)?.limit?;
        let windows = u32::try_from(calls).unwrap_or(u32::MAX) / limit.per_client.max(1);
        Some(self.window()?.saturating_mul(windows))
    }
}

fn margin(minute: Duration) -> Duration {
    (minute / MARGIN).max(LEAST_MARGIN)
}

/// The queues.
pub(crate) struct RateLimiter {
    minute: Option<Duration>,
    /// How many margins are added to the minute.
    margins: AtomicU32,
    lanes: Vec<RateWindow>,
    /// The calls of other processes.
    ledger: Option<Arc<dyn CallLedger>>,
}

struct RateWindow {
    id: EndpointId,
    limit: usize,
    /// When the last calls were sent. A call that waits for a slot holds the lock, so that slots are given in order.
    left: tokio::sync::Mutex<VecDeque<Instant>>,
    held_until: Mutex<Option<Instant>>,
}

impl RateLimiter {
    /// A limiter for that pace.
    pub(crate) fn new(pace: Pace) -> Self {
        let limited = ENDPOINTS.iter().filter_map(|endpoint| Some((endpoint.id, endpoint.limit?)));
        let lane = |(id, limit): (EndpointId, crate::wire::endpoint::RateLimit)| RateWindow {
            id,
            limit: usize::try_from(limit.per_client).unwrap_or(usize::MAX),
            left: tokio::sync::Mutex::default(),
            held_until: Mutex::new(None),
        };
        let minute = match pace {
            Pace::Within(minute) => Some(minute),
            Pace::Off => None,
        };
        Self { minute, margins: AtomicU32::new(1), lanes: limited.map(lane).collect(), ledger: None }
    }

    /// The least time between a call and the one that is a whole limit later; none without limits.
    fn window(&self) -> Duration {
        let minute = self.minute.unwrap_or_default();
        if minute.is_zero() {
            return minute;
        }
        minute.saturating_add(margin(minute).saturating_mul(self.margins.load(Ordering::Relaxed)))
    }

    /// The same limiter, which also counts the calls of other processes.
    #[must_use]
    pub(crate) fn shared_by(self, ledger: Option<Arc<dyn CallLedger>>) -> Self {
        Self { ledger, ..self }
    }

    /// Waits for a slot of the endpoint and takes it. `on_wait` is called before each wait.
    pub(crate) async fn take_slot(&self, id: EndpointId, on_wait: impl Fn(Duration)) {
        let Some(lane) = self.lane(id) else { return };
        let mut left = lane.left.lock().await;
        let mut busy = 0;
        loop {
            let wait = match lane.wait(&left, self.window(), Instant::now()) {
                Duration::ZERO => match self.shared_grant(lane) {
                    SlotGrant::Taken => break,
                    SlotGrant::Busy if busy == BUSY_TURNS => break,
                    SlotGrant::Busy => {
                        busy += 1;
                        tokio::time::sleep(BUSY).await;
                        continue;
                    }
                    SlotGrant::Wait(wait) => wait,
                },
                wait => wait,
            };
            on_wait(wait);
            tokio::time::sleep(wait).await;
        }
        if left.len() == lane.limit {
            left.pop_front();
        }
        left.push_back(Instant::now());
    }

    /// The time that this many further calls of the endpoint take, given the calls already made; `None` if nothing
    /// limits them, or while another call waits for its slot.
    pub(crate) fn time_for(&self, id: EndpointId, calls: usize) -> Option<Duration> {
        let window = self.window();
        let lane = self.lane(id).filter(|_| !window.is_zero())?;
        let Some(last) = calls.checked_sub(1) else { return Some(Duration::ZERO) };
        let left = lane.left.try_lock().ok()?;
        // A slot that was never used is free.
        let used = (last % lane.limit).checked_sub(lane.limit - left.len()).and_then(|place| left.get(place));
        let free = used.and_then(|then| then.checked_add(window));
        let wait = free.map_or(Duration::ZERO, |free| free.saturating_duration_since(Instant::now()));
        let windows = u32::try_from(last / lane.limit).unwrap_or(u32::MAX);
        Some(wait.saturating_add(window.saturating_mul(windows)))
    }

    /// Holds back all calls of the endpoint for the time that the service asked for.
    pub(crate) fn hold(&self, id: EndpointId, wait: Duration) {
        let Some(lane) = self.lane(id) else { return };
        let margins = self.margins.load(Ordering::Relaxed);
        self.margins.store((margins * 2).min(MOST_MARGINS), Ordering::Relaxed);
        let until = Instant::now().checked_add(wait);
        let mut held = lane.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(until);
    }

    /// Whether the calls of other processes leave a slot.
    fn shared_grant(&self, lane: &RateWindow) -> SlotGrant {
        let window = self.window();
        let ledger = self.ledger.as_ref().filter(|_| !window.is_zero());
        ledger.map_or(SlotGrant::Taken, |ledger| ledger.take(lane.id, lane.limit, window))
    }

    fn lane(&self, id: EndpointId) -> Option<&RateWindow> {
        self.lanes.iter().find(|lane| lane.id == id)
    }
}

impl RateWindow {
    fn wait(&self, left: &VecDeque<Instant>, window: Duration, now: Instant) -> Duration {
        let full = left.len() >= self.limit;
        let free = left.front().filter(|_| full).and_then(|oldest| oldest.checked_add(window));
        let held = *self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        free.max(held).map_or(Duration::ZERO, |moment| moment.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn departures(pacer: &RateLimiter, id: EndpointId, count: usize) -> Vec<u64> {
        let start = Instant::now();
        let mut seconds = Vec::new();
        for _ in 0..count {
            pacer.take_slot(id, |_| {}).await;
            seconds.push(start.elapsed().as_secs());
        }
        seconds
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_of_the_limit_is_sent_at_once_and_the_next_call_a_minute_later() {
        let seconds = departures(&RateLimiter::new(Pace::DOCUMENTED), EndpointId::Groups, 11).await;
        assert_eq!(seconds, [0, 0, 0, 0, 0, 60, 60, 60, 60, 60, 120]);
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_ever_holds_more_than_the_limit() {
        let pacer = RateLimiter::new(Pace::DOCUMENTED);
        let (start, mut moments) = (Instant::now(), Vec::new());
        for pause in [0, 20, 3, 3, 30, 0, 0, 1, 40, 0, 0, 0, 0, 0, 0] {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            pacer.take_slot(EndpointId::Groups, |_| {}).await;
            moments.push(start.elapsed());
        }
        for six in moments.windows(6) {
            assert!(six[5] >= six[0] + Duration::from_mins(1), "{moments:?}");
        }
    }

    #[test]
    fn what_is_left_is_estimated_by_the_documented_limit() {
        let time_for = |id, calls| Pace::DOCUMENTED.time_for(id, calls);
        assert_eq!(time_for(EndpointId::Action, 9), Some(Duration::ZERO));
        assert_eq!(time_for(EndpointId::Action, 1_000), Some(Duration::from_millis(60_100) * 100));
        assert_eq!(time_for(EndpointId::Status, 1_000), None);
        assert_eq!(Pace::Off.time_for(EndpointId::Action, 1_000), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_further_calls_take_depends_on_those_that_left() {
        let pacer = RateLimiter::new(Pace::DOCUMENTED);
        let seconds = |calls| pacer.time_for(EndpointId::Groups, calls).map(|time| time.as_secs());
        assert_eq!([0, 5, 6, 11].map(seconds), [Some(0), Some(0), Some(60), Some(120)]);
        departures(&pacer, EndpointId::Groups, 3).await;
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!([2, 3, 5, 7, 8].map(seconds), [Some(0), Some(50), Some(50), Some(60), Some(110)]);
        assert_eq!(RateLimiter::new(Pace::Off).time_for(EndpointId::Groups, 9), None);
    }

    #[tokio::test(start_paused = true)]
    async fn endpoints_do_not_wait_for_one_another() {
        let pacer = RateLimiter::new(Pace::DOCUMENTED);
        departures(&pacer, EndpointId::Groups, 5).await;
        assert_eq!(departures(&pacer, EndpointId::Action, 10).await, [0; 10]);
        assert_eq!(departures(&pacer, EndpointId::Status, 100).await, [0; 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_service_asks_holds_every_call_of_the_endpoint() {
        let pacer = RateLimiter::new(Pace::DOCUMENTED);
        pacer.hold(EndpointId::User, Duration::from_secs(30));
        pacer.hold(EndpointId::User, Duration::from_secs(5));
        assert_eq!(departures(&pacer, EndpointId::User, 2).await, [30, 30]);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_429_the_window_is_longer_up_to_a_limit() {
        let pacer = RateLimiter::new(Pace::DOCUMENTED);
        let mut windows = vec![pacer.window().as_millis()];
        for _ in 0..6 {
            pacer.hold(EndpointId::User, Duration::ZERO);
            windows.push(pacer.window().as_millis());
        }
        assert_eq!(windows, [60_100, 60_200, 60_400, 60_800, 61_600, 61_600, 61_600]);
        assert_eq!(RateLimiter::new(Pace::Within(Duration::from_secs(3))).window().as_millis(), 3_050);
        let off = RateLimiter::new(Pace::Off);
        off.hold(EndpointId::User, Duration::ZERO);
        assert!(off.window().is_zero());
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_learned_while_waiting_counts_too() {
        let pacer = Arc::new(RateLimiter::new(Pace::DOCUMENTED));
        departures(&pacer, EndpointId::Groups, 5).await;
        let learner = Arc::clone(&pacer);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(10)).await;
            learner.hold(EndpointId::Groups, Duration::from_secs(100));
        });
        assert_eq!(departures(&pacer, EndpointId::Groups, 1).await, [110]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_given_up_leaves_the_queue_whole() {
        let pacer = RateLimiter::new(Pace::DOCUMENTED);
        departures(&pacer, EndpointId::Groups, 5).await;
        let given_up = pacer.take_slot(EndpointId::Groups, |_| {});
        assert!(tokio::time::timeout(Duration::from_secs(1), given_up).await.is_err());
        assert_eq!(departures(&pacer, EndpointId::Groups, 1).await, [59]);
    }

    /// Returns these grants in turn, and then slots.
    #[derive(Debug)]
    struct ScriptedLedger(Mutex<VecDeque<SlotGrant>>);

    impl CallLedger for ScriptedLedger {
        fn take(&self, _: EndpointId, limit: usize, window: Duration) -> SlotGrant {
            assert_eq!((limit, window), (5, Duration::from_millis(60_100)));
            self.0.lock().unwrap().pop_front().unwrap_or(SlotGrant::Taken)
        }
    }

    fn sharing(grants: impl IntoIterator<Item = SlotGrant>) -> RateLimiter {
        let ledger = ScriptedLedger(Mutex::new(grants.into_iter().collect()));
        RateLimiter::new(Pace::DOCUMENTED).shared_by(Some(Arc::new(ledger)))
    }

    #[tokio::test(start_paused = true)]
    async fn calls_of_other_processes_delay_a_call_and_use_no_slot_of_its_own() {
        let wait = |seconds| SlotGrant::Wait(Duration::from_secs(seconds));
        let pacer = sharing([wait(7), SlotGrant::Busy, wait(2), SlotGrant::Taken]);
        assert_eq!(departures(&pacer, EndpointId::Groups, 6).await, [9, 9, 9, 9, 9, 69]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_never_finishes_taking_its_slot_blocks_nobody() {
        let pacer = sharing(std::iter::repeat_n(SlotGrant::Busy, 10_000));
        assert_eq!(departures(&pacer, EndpointId::Groups, 1).await, [2]);
    }
}
