//! The calls of all processes of a user with the same service and client id, in one small file.
//!
//! The file is locked only while a slot is taken, so that a process that dies holds nobody up. Moments are by a clock
//! that nobody sets; those of an earlier start of the machine do not count.

use super::boot_clock::{self, BootTime};
use super::journal::sha256;
use super::{atomic_file, state_dir};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The version of the file format; the content of others does not count.
const FORMAT: u32 = 1;
/// Bytes of a file that are read: many times what all endpoints need.
const MOST_BYTES: u64 = 64 << 10;

/// The calls of one client id at one service.
#[derive(Debug)]
pub(crate) struct CallWindow {
    path: PathBuf,
}

/// The result of asking for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WindowSlot {
    /// It was free, and is taken now.
    Taken,
    /// All are taken; one is free after this time.
    FreeIn(Duration),
    /// Another process has the file locked.
    Locked,
}

/// What the file contains: by endpoint, when the last calls left, in milliseconds since the start of the machine.
#[derive(Debug, Default, Serialize, Deserialize)]
struct CallRecord {
    format: u32,
    boot: String,
    calls: BTreeMap<String, VecDeque<u64>>,
}

impl CallWindow {
    /// The calls of a client id at a service; creates nothing yet.
    pub(crate) fn of(state: &Path, service: &str, client_id: &str) -> Self {
        let name = sha256::of(format!("{service}\n{client_id}").as_bytes());
        Self { path: state.join("calls").join(format!("{}.json", &name[..16])) }
    }

    /// Takes one of the `limit` slots that a lane has in each `window`.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(crate) fn take(&self, lane: &str, limit: usize, window: Duration) -> io::Result<WindowSlot> {
        self.take_at(&boot_clock::now(), lane, limit, window)
    }

    fn take_at(&self, now: &BootTime, lane: &str, limit: usize, window: Duration) -> io::Result<WindowSlot> {
        let mut file = self.open()?;
        if !atomic_file::hold(&file) {
            return Ok(WindowSlot::Locked);
        }
        let mut text = String::new();
        // A file that is not ours to read counts as empty, and is replaced.
        let read = Read::by_ref(&mut file).take(MOST_BYTES).read_to_string(&mut text);
        let mut record = read.ok().map(|_| CallRecord::of(&text, now)).unwrap_or_default();
        let slot = record.take(now, lane, limit, window);
        if slot == WindowSlot::Taken {
            record.write(&mut file, now)?;
        }
        Ok(slot)
    }

    fn open(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            state_dir::make(folder)?;
        }
        let mut options = OpenOptions::new();
        atomic_file::private(options.read(true).write(true).create(true).truncate(false)).open(&self.path)
    }
}

impl CallRecord {
    /// The calls in a file, as far as they were made since the machine was started and not after `now`.
    fn of(text: &str, now: &BootTime) -> Self {
        let record: Self = serde_json::from_str(text).unwrap_or_default();
        if record.format != FORMAT || record.boot != now.boot {
            return Self::default();
        }
        let moment = millis(now.since);
        let past = |calls: VecDeque<u64>| calls.into_iter().filter(|call| *call <= moment).collect();
        let calls = record.calls.into_iter().map(|(lane, calls)| (lane, past(calls))).collect();
        Self { calls, ..record }
    }

    fn take(&mut self, now: &BootTime, lane: &str, limit: usize, window: Duration) -> WindowSlot {
        let calls = self.calls.entry(lane.to_owned()).or_default();
        let oldest = calls.len().checked_sub(limit).and_then(|place| calls.get(place));
        let free = oldest.map_or(0, |oldest| oldest.saturating_add(millis(window)));
        let moment = millis(now.since);
        if free > moment {
            return WindowSlot::FreeIn(Duration::from_millis(free - moment));
        }
        calls.push_back(moment);
        while calls.len() > limit {
            calls.pop_front();
        }
        WindowSlot::Taken
    }

    /// Replaces the content in one write, blanks included, so that a process that is killed leaves the old or the new.
    fn write(self, file: &mut File, now: &BootTime) -> io::Result<()> {
        let record = Self { format: FORMAT, boot: now.boot.clone(), ..self };
        let mut text = serde_json::to_vec(&record)?;
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        if text.len() < length {
            text.resize(length, b' ');
        }
        file.rewind()?;
        file.write_all(&text)
    }
}

/// A time in whole milliseconds, rounded up, so that nobody comes back too early.
fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn at(boot: &str, seconds: u64) -> BootTime {
        BootTime { boot: boot.to_owned(), since: Duration::from_secs(seconds) }
    }

    fn window() -> (tempfile::TempDir, CallWindow) {
        let folder = tempfile::tempdir().unwrap();
        let window = CallWindow::of(folder.path(), "https://example.com", "id");
        (folder, window)
    }

    fn take(window: &CallWindow, now: &BootTime) -> WindowSlot {
        window.take_at(now, "Groups", 5, MINUTE).unwrap()
    }

    #[test]
    fn processes_share_the_slots_of_a_minute() {
        let (folder, one) = window();
        let other = CallWindow::of(folder.path(), "https://example.com", "id");
        for second in 0..5 {
            let window = if second % 2 == 0 { &one } else { &other };
            assert_eq!(take(window, &at("a", 100 + second)), WindowSlot::Taken);
        }
        for window in [&one, &other] {
            assert_eq!(
                take(window, &at("a", 110)),
                WindowSlot::FreeIn(Duration::from_secs(50)),
                "the first was at 100"
            );
        }
        assert_eq!(take(&other, &at("a", 160)), WindowSlot::Taken);
        assert_eq!(take(&one, &at("a", 160)), WindowSlot::FreeIn(Duration::from_secs(1)));
    }

    #[test]
    fn other_endpoints_services_and_client_ids_have_their_own() {
        let (folder, window) = window();
        (0..5).for_each(|_| assert_eq!(take(&window, &at("a", 100)), WindowSlot::Taken));
        assert_ne!(take(&window, &at("a", 100)), WindowSlot::Taken);
        assert_eq!(window.take_at(&at("a", 100), "Users", 25, MINUTE).unwrap(), WindowSlot::Taken);
        for (service, id) in [("https://example.com", "other"), ("https://example.org", "id")] {
            let other = CallWindow::of(folder.path(), service, id);
            assert_eq!(take(&other, &at("a", 100)), WindowSlot::Taken, "{service} {id}");
        }
    }

    #[test]
    fn calls_before_the_start_of_the_machine_and_calls_from_the_future_do_not_count() {
        for now in [at("b", 101), at("a", 99), at("", 100)] {
            let (_folder, window) = window();
            (0..5).for_each(|_| assert_eq!(take(&window, &at("a", 100)), WindowSlot::Taken));
            assert_eq!(take(&window, &now), WindowSlot::Taken, "{now:?}");
        }
    }

    #[test]
    fn a_file_with_anything_else_in_it_is_replaced() {
        for content in [&b"{"[..], b"", b"\0\0\0\0", b"\xff", b"[]", br#"{"format":9,"boot":"a","calls":{}}"#]
        {
            let (_folder, window) = window();
            drop(window.open().unwrap());
            std::fs::write(&window.path, content).unwrap();
            (0..5).for_each(|_| assert_eq!(take(&window, &at("a", 100)), WindowSlot::Taken));
            assert_ne!(take(&window, &at("a", 100)), WindowSlot::Taken, "{content:?}");
        }
    }

    #[test]
    fn a_lock_is_seen_and_ends_with_its_holder() {
        let (_folder, window) = window();
        let holder = window.open().unwrap();
        holder.lock().unwrap();
        assert_eq!(take(&window, &at("a", 100)), WindowSlot::Locked);
        drop(holder);
        assert_eq!(take(&window, &at("a", 100)), WindowSlot::Taken);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private_and_stays_small() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, window) = window();
        for minute in 0..1_000 {
            assert_eq!(take(&window, &at("a", 100 * minute)), WindowSlot::Taken);
        }
        let data = window.path.metadata().unwrap();
        assert_eq!(data.permissions().mode() & 0o777, 0o600);
        assert!(data.len() < 200, "{}", data.len());
    }
}
