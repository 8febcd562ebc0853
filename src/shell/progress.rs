//! What the client does, as the operator sees it: one line of progress on a terminal, notes, and every call with `-v`.

use super::humanize::{clock, rounded};
use crate::client::event::{ClientEvent, ClientObserver, SubmitProgress as Counts, WaitReason};
use crate::output::Output;
use crate::quantity;
use crate::shell::countdown::WaitCountdown;
use crate::wire::invisible::defused;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A wait this long is reported even where no progress is shown.
const NOTABLE_WAIT: Duration = Duration::from_secs(10);

/// Reports progress to the operator.
pub struct ProgressReporter {
    output: Arc<Output>,
    countdown: WaitCountdown,
    /// How often `-v` was given.
    verbose: u8,
    /// How far the commands are, while they are sent.
    commands: Mutex<String>,
    /// Notes already printed; each is printed once.
    shown: Mutex<HashSet<String>>,
}

impl ProgressReporter {
    /// Reports to `output`.
    pub fn new(output: Arc<Output>, verbose: u8) -> Self {
        let countdown = WaitCountdown::new(Arc::clone(&output));
        Self { output, countdown, verbose, commands: Mutex::default(), shown: Mutex::default() }
    }

    /// Clears the line of progress.
    pub fn rest(&self) {
        self.countdown.stop();
        self.commands().clear();
        self.output.status("");
    }

    fn commands(&self) -> MutexGuard<'_, String> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report_progress(&self, counts: &Counts) {
        let line = counted(counts);
        self.output.status(&line);
        *self.commands() = line;
    }

    fn report_wait(&self, reason: &WaitReason, duration: Duration, until: Timestamp) {
        if self.output.shows_status() {
            self.countdown.start(reason, until, self.commands().clone());
        } else if duration >= NOTABLE_WAIT || self.verbose > 0 {
            self.output.note(&waiting(reason, duration, until));
        }
    }

    fn report_note(&self, line: &str) {
        if self.shown.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned()) {
            self.output.note(line);
        }
    }

    fn report_call(&self, line: &str, level: u8) {
        if self.verbose >= level {
            self.output.message(&self.output.palette().dim(&defused(line)));
        }
    }
}

impl ClientObserver for ProgressReporter {
    fn notice(&self, event: &ClientEvent) {
        if !matches!(event, ClientEvent::Waiting { .. }) {
            self.countdown.stop();
        }
        match event {
            ClientEvent::Sending { call, request_id, attempt } => {
                self.report_call(&format!("> {call} (attempt {attempt}, request {request_id})"), 2);
            }
            ClientEvent::Answered { call, endpoint, status, elapsed, .. } => {
                // Paths name people: they are personal data, and logs are kept.
                let call = if self.verbose > 1 { call } else { endpoint };
                self.report_call(&format!("{call}: {status} in {} ms", elapsed.as_millis()), 1);
            }
            ClientEvent::Waiting { reason, duration, until, .. } => {
                self.report_wait(reason, *duration, *until);
            }
            ClientEvent::PageRead { listing, page, pages, entries, total, left } => {
                self.commands().clear();
                let of =
                    |count: &Option<usize>| count.map(|count| format!(" of {count}")).unwrap_or_default();
                let (page, pages, total) = (page + 1, of(pages), of(total));
                let left = remaining(*left);
                self.output.status(&format!("{listing}: page {page}{pages}, {entries}{total}{left}"));
            }
            ClientEvent::Progress(counts) => self.report_progress(counts),
            ClientEvent::LookUps { people, left } => self.report_note(&looking_up(*people, *left)),
            ClientEvent::Note(line) => self.report_note(line),
        }
    }
}

fn counted(counts: &Counts) -> String {
    let Counts { done, failed, unknown, requests, total, left, .. } = counts;
    let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
    format!("{done}{of} done, {failed} failed, {unknown} unknown in {requests} requests{}", remaining(*left))
}

/// The time left under the rate limits; nothing if it is too short.
fn remaining(left: Option<Duration>) -> String {
    let left = left.filter(|left| !left.is_zero());
    left.map(|left| format!(", about {} left under the limits", rounded(left))).unwrap_or_default()
}

fn looking_up(people: usize, left: Duration) -> String {
    let people = quantity::number(people);
    format!(
        "up to {people} people are looked up before their removal, which takes about {} under the limits",
        rounded(left)
    )
}

fn waiting(reason: &WaitReason, left: Duration, until: Timestamp) -> String {
    format!("waiting {} until {}: {reason}", rounded(left), clock(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_ups_are_announced_with_their_time() {
        let line = "up to 1,250 people are looked up before their removal, which takes about 50 min under the limits";
        assert_eq!(looking_up(1_250, Duration::from_mins(50)), line);
    }

    #[test]
    fn progress_shows_the_time_left_under_the_limits() {
        let counts = Counts {
            done: 90,
            failed: 10,
            requests: 10,
            total: Some(100_000),
            left: Some(Duration::from_mins(1000)),
            ..Counts::default()
        };
        let line =
            "90 of 100000 done, 10 failed, 0 unknown in 10 requests, about 16.7 h left under the limits";
        assert_eq!(counted(&counts), line);
        assert_eq!(remaining(Some(Duration::ZERO)), "");
    }
}
