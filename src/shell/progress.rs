//! What the client does, as the operator sees it: one line of progress on a terminal, notes, and every call with `-v`.

use crate::client::event::{Event, Observer, WaitReason};
use crate::output::Output;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A wait of at least so long is worth a line even where no progress is shown.
const NOTABLE_WAIT: Duration = Duration::from_secs(10);

/// Tells the operator.
pub struct Progress {
    output: Arc<Output>,
    /// How often `-v` was given.
    verbose: u8,
    /// Notes told already; each is news once.
    told: Mutex<HashSet<String>>,
}

impl Progress {
    /// Tells through `output`.
    pub fn new(output: Arc<Output>, verbose: u8) -> Self {
        Self { output, verbose, told: Mutex::default() }
    }

    fn tell_wait(&self, reason: &WaitReason, duration: Duration, until: Timestamp) {
        let line = format!("waiting {} until {}: {reason}", rounded(duration), clock(until));
        if self.output.shows_status() {
            self.output.status(&line);
        } else if duration >= NOTABLE_WAIT || self.verbose > 0 {
            self.output.note(&line);
        }
    }

    fn tell_note(&self, line: &str) {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned()) {
            self.output.note(line);
        }
    }

    fn tell_call(&self, line: &str, level: u8) {
        if self.verbose >= level {
            self.output.message(&self.output.palette().dim(line));
        }
    }
}

impl Observer for Progress {
    fn notice(&self, event: &Event) {
        match event {
            Event::Sending { call, request_id, attempt } => {
                self.tell_call(&format!("> {call} (attempt {attempt}, request {request_id})"), 2);
            }
            Event::Answered { call, status, elapsed, .. } => {
                self.tell_call(&format!("{call}: {status} in {} ms", elapsed.as_millis()), 1);
            }
            Event::Waiting { reason, duration, until, .. } => self.tell_wait(reason, *duration, *until),
            Event::PageRead { listing, page, pages, entries, total } => {
                let of =
                    |count: &Option<usize>| count.map(|count| format!(" of {count}")).unwrap_or_default();
                let line = format!("{listing}: page {}{}, {entries}{}", page + 1, of(pages), of(total));
                self.output.status(&line);
            }
            Event::Progress(counts) => {
                self.output.status(&format!(
                    "{} done, {} failed, {} unknown in {} requests",
                    counts.done, counts.failed, counts.unknown, counts.requests
                ));
            }
            Event::Note(line) => self.tell_note(line),
        }
    }
}

fn rounded(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().ceil();
    if seconds < 120.0 { format!("{seconds} s") } else { format!("{:.0} min", seconds / 60.0) }
}

/// The time of day where the operator is.
fn clock(moment: Timestamp) -> String {
    moment.to_zoned_datetime(TimeZone::system()).strftime("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_in_seconds_and_then_in_minutes() {
        assert_eq!(rounded(Duration::from_millis(2500)), "3 s");
        assert_eq!(rounded(Duration::from_secs(1938)), "32 min");
    }
}
