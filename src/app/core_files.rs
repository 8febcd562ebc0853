//! No core file: it would hold the client secret and the token.

/// From here on, a crash of this process leaves no image of its memory, and no other process of the user can read it. A
/// system that does not allow this runs us all the same.
#[cfg(unix)]
pub(crate) fn prevent() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).ok();
    // A core may be piped to a collector, which the limit does not prevent.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).ok();
}

/// The system keeps no image unless an administrator asks for one.
#[cfg(not(unix))]
pub(crate) fn prevent() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn a_crash_leaves_no_image_of_the_memory() {
        prevent();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
