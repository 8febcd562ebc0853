//! The memory that a run may use. The binary's allocator counts what is in use; the engine looks at every operation,
//! long work at every entry, and operations that multiply ask before they start.

use crate::error::{Error, Result};
use crate::quantity::{SMALLEST_MEMORY, size};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The limit where neither the operator nor the machine sets a smaller one.
const LARGEST_DEFAULT: u64 = 2 << 30;
/// Returns the number of bytes in use; the allocator is one of the process, and so is its counter.
static COUNTER: OnceLock<fn() -> usize> = OnceLock::new();

/// Sets the counter of the allocator; only the first one counts. Without one there is no limit.
pub fn count_by(in_use: fn() -> usize) {
    COUNTER.get_or_init(|| in_use);
}

/// A limit of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimit(usize);

impl MemoryLimit {
    /// A limit in bytes.
    pub fn of(bytes: u64) -> Self {
        Self(usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    /// The default: the smaller of 2 GiB and half of `available`, what the machine or its container has.
    pub fn default_of(available: Option<u64>) -> Self {
        let half = available.map_or(LARGEST_DEFAULT, |bytes| bytes / 2);
        Self::of(half.clamp(SMALLEST_MEMORY, LARGEST_DEFAULT))
    }

    /// The same limit, but with some room if that much is in use already, as at a prompt whose variables are full.
    fn with_room(self) -> Self {
        let room = self.0 / 16;
        Self(self.0.max(in_use().saturating_add(room)))
    }

    /// Refuses an operation that needs this many more bytes than there are left.
    ///
    /// # Errors
    /// `usage`: there are not enough left.
    pub fn check(self, bytes: usize) -> Result<()> {
        let left = self.0.saturating_sub(in_use());
        if bytes <= left || COUNTER.get().is_none() {
            return Ok(());
        }
        let message = format!(
            "this would need {} of memory; {} of the limit of {} is left",
            size(bytes),
            size(left),
            size(self.0)
        );
        Err(Error::usage_with_hint(message, HINT))
    }

    /// The error of a script that uses more, or would with its next operation.
    pub fn error(self) -> Error {
        Error::usage_with_hint(format!("the script would use more than {} of memory", size(self.0)), HINT)
    }
}

/// The limit of a run: the one that was chosen, and the one that counts at the moment.
#[derive(Debug, Default)]
pub(super) struct SharedLimit {
    /// 0 stands for none, here and below.
    chosen: AtomicUsize,
    current: AtomicUsize,
    /// What was in use at the last look.
    seen: AtomicUsize,
}

impl SharedLimit {
    pub(super) fn set(&self, limit: MemoryLimit) {
        self.chosen.store(limit.0, Ordering::Relaxed);
        self.current.store(limit.0, Ordering::Relaxed);
        self.seen.store(in_use(), Ordering::Relaxed);
    }

    /// Gives the chosen limit some room if it is used up.
    pub(super) fn renew(&self) {
        let chosen = self.chosen.load(Ordering::Relaxed);
        if chosen > 0 {
            self.current.store(MemoryLimit(chosen).with_room().0, Ordering::Relaxed);
        }
    }

    /// The limit, if more is in use. Rhai's own operators double a string or a list at most, without asking: a step
    /// that took a large part of the limit is the last one if another of twice its size would not fit.
    pub(super) fn exceeded(&self) -> Option<MemoryLimit> {
        let limit = self.get()?;
        let now = in_use();
        let grown = now.saturating_sub(self.seen.load(Ordering::Relaxed));
        self.seen.store(now, Ordering::Relaxed);
        let is_large = grown > limit.0 / 8;
        let next = if is_large { now.saturating_add(grown.saturating_mul(2)) } else { now };
        (next > limit.0).then_some(limit)
    }

    pub(super) fn get(&self) -> Option<MemoryLimit> {
        let current = self.current.load(Ordering::Relaxed);
        (current > 0).then_some(MemoryLimit(current))
    }
}

const HINT: &str = "Iterate over files with stream_csv and over listings with `for` instead of keeping them, or raise the \
                    limit with --max-memory.";

fn in_use() -> usize {
    COUNTER.get().map_or(0, |counter| counter())
}

/// What the machine or the container of this process has, as far as the system says.
#[cfg(target_os = "linux")]
pub fn available() -> Option<u64> {
    use crate::store::file_door::read_to_string;
    use std::path::Path;
    let number = |path: &Path| read_to_string(path).ok()?.trim().parse().ok();
    let groups = read_to_string(Path::new("/proc/self/cgroup")).unwrap_or_default();
    let limits = groups.lines().filter_map(limit_files).flatten().filter_map(|path| number(&path));
    let system = rustix::system::sysinfo();
    let whole = u128::from(system.totalram) * u128::from(system.mem_unit);
    limits.chain(u64::try_from(whole)).min()
}

/// Where the limits of the group in a line of `/proc/self/cgroup` are, those of the group and of all groups; `None` if
/// the line is about something else than memory.
#[cfg(target_os = "linux")]
fn limit_files(line: &str) -> Option<[std::path::PathBuf; 2]> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, group) = rest.split_once(':')?;
    let (root, file) = match controllers {
        "" => ("/sys/fs/cgroup", "memory.max"),
        _ if controllers.split(',').any(|name| name == "memory") => {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        }
        _ => return None,
    };
    let root = std::path::Path::new(root);
    Some([root.join(group.trim_start_matches('/')).join(file), root.join(file)])
}

/// What the machine or the container of this process has, as far as the system says.
#[cfg(not(target_os = "linux"))]
pub fn available() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_half_of_what_there_is_and_at_most_two_gibibytes() {
        let default = |available| MemoryLimit::default_of(available);
        assert_eq!(default(None), MemoryLimit::of(2 << 30));
        assert_eq!(default(Some(64 << 30)), MemoryLimit::of(2 << 30));
        assert_eq!(default(Some(1 << 30)), MemoryLimit::of(512 << 20));
        assert_eq!(default(Some(0)), MemoryLimit::of(SMALLEST_MEMORY));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_lines_about_memory_name_files() {
        let files = |line| limit_files(line).map(|files| files.map(|path| path.display().to_string()));
        let of = |group: &str, all: &str| Some([group.to_owned(), all.to_owned()]);
        let unified = of("/sys/fs/cgroup/a/b/memory.max", "/sys/fs/cgroup/memory.max");
        assert_eq!(files("0::/a/b"), unified);
        let root = "/sys/fs/cgroup/memory/";
        let separate = of(&format!("{root}a/memory.limit_in_bytes"), &format!("{root}memory.limit_in_bytes"));
        assert_eq!(files("4:memory:/a"), separate);
        assert_eq!(files("4:cpu,memory:/a"), separate);
        for other in ["8:pids:/", "9:name=systemd:/memory", "4", ""] {
            assert_eq!(files(other), None, "{other}");
        }
    }
}
