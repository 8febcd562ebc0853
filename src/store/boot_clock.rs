//! A clock that nobody sets: the time since the machine was started, with the id of that start.

use std::time::Duration;

/// A moment by the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BootTime {
    /// The id of the start; times with different ids cannot be compared.
    pub(crate) boot: String,
    /// The time since then, also while the machine was asleep.
    pub(crate) since: Duration,
}

/// The present moment.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn now() -> BootTime {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::Boottime);
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    BootTime { boot: boot.trim().to_owned(), since: Duration::try_from(time).unwrap_or_default() }
}

/// The present moment, by the clock on the wall: this system does not tell its starts apart.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn now() -> BootTime {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    BootTime { boot: "wall".to_owned(), since: since.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_within_one_start() {
        let (first, second) = (now(), now());
        assert_eq!(first.boot, second.boot);
        assert!(!first.boot.is_empty() && second.since >= first.since && !first.since.is_zero());
    }
}
