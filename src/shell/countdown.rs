//! Shows a wait: why, how long, until when; counted down on its own thread.

use super::humanize::{clock, rounded};
use crate::client::event::WaitReason;
use crate::output::Output;
use jiff::Timestamp;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How often the line is renewed.
const STEP: Duration = Duration::from_secs(1);

/// Counts one wait down at a time.
pub(crate) struct WaitCountdown(Arc<CountdownShared>);

struct CountdownShared {
    output: Arc<Output>,
    state: Mutex<CountdownState>,
    changed: Condvar,
}

#[derive(Default)]
struct CountdownState {
    wait: Option<CountdownWait>,
    running: bool,
}

#[derive(Clone)]
struct CountdownWait {
    reason: WaitReason,
    until: Timestamp,
    /// How far the commands are that wait; empty for other calls.
    progress: String,
}

impl WaitCountdown {
    pub(crate) fn new(output: Arc<Output>) -> Self {
        Self(Arc::new(CountdownShared { output, state: Mutex::default(), changed: Condvar::new() }))
    }

    /// Shows a wait from now on, in place of any other, with the progress of the waiting commands.
    pub(crate) fn start(&self, reason: &WaitReason, until: Timestamp, progress: String) {
        let mut state = self.0.state();
        state.wait = Some(CountdownWait { reason: reason.clone(), until, progress });
        if state.running {
            self.0.changed.notify_all();
            return;
        }
        let shared = Arc::clone(&self.0);
        let counter = thread::Builder::new().name("countdown".into()).spawn(move || shared.count());
        state.running = counter.is_ok();
    }

    /// Stops showing the wait. Nothing is written after this call.
    pub(crate) fn stop(&self) {
        self.0.state().wait = None;
        self.0.changed.notify_all();
    }
}

impl CountdownShared {
    fn state(&self) -> MutexGuard<'_, CountdownState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self) {
        let mut state = self.state();
        while let Some(line) = state.wait.as_ref().and_then(|wait| line(wait, Timestamp::now())) {
            self.output.status(&line);
            state = match self.changed.wait_timeout(state, STEP) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        state.running = false;
    }
}

/// The line at a moment; nothing once the wait is over.
fn line(wait: &CountdownWait, now: Timestamp) -> Option<String> {
    let left = Duration::try_from(wait.until.duration_since(now)).ok().filter(|left| !left.is_zero())?;
    let CountdownWait { reason, until, progress } = wait;
    Some(match reason {
        // The usual wait of a long run, where the progress matters most.
        WaitReason::Pacing if !progress.is_empty() => format!("waiting {}; {progress}", rounded(left)),
        _ => {
            let then = if progress.is_empty() { "Ctrl-C stops it" } else { progress };
            format!("waiting {} until {}: {reason}; {then}", rounded(left), clock(*until))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_counted_down_to_its_end() {
        let now = Timestamp::UNIX_EPOCH;
        let until = now + Duration::from_secs(75);
        let wait = CountdownWait { reason: WaitReason::Throttled, until, progress: String::new() };
        let at = |seconds| line(&wait, now + Duration::from_secs(seconds));
        assert!(at(0).is_some_and(|line| line.starts_with("waiting 75 s until ")));
        assert!(at(70).is_some_and(|line| line.contains("waiting 5 s") && line.contains("HTTP 429")));
        assert_eq!(at(75), None);
    }

    #[test]
    fn while_commands_wait_it_shows_how_far_they_are() {
        let now = Timestamp::UNIX_EPOCH;
        let wait = |reason| CountdownWait {
            reason,
            until: now + Duration::from_secs(75),
            progress: "3 done".to_owned(),
        };
        assert_eq!(line(&wait(WaitReason::Pacing), now).as_deref(), Some("waiting 75 s; 3 done"));
        let throttled = line(&wait(WaitReason::Throttled), now).unwrap();
        assert!(throttled.contains("(HTTP 429); 3 done"), "{throttled}");
    }
}
