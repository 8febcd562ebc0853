//! The options of a run with those of the script's first line, which count however the script is started: the system
//! passes them only when it starts the script itself.

use crate::cli::{GlobalOptions, VerifyWhen};
use crate::error::{Error, Result};
use crate::shell::program::ScriptProgram;

/// The operator's options, made stricter by the first line of the script. The line's own numbers are left out: the
/// guard counts them in addition to those of the profile.
///
/// # Errors
/// `usage`: both limit the run to certain users and groups.
pub(super) fn applied(global: &GlobalOptions, program: &ScriptProgram) -> Result<GlobalOptions> {
    let (mut options, limits) = (global.clone(), &program.limits);
    options.max_changes = options.max_changes.filter(|limit| Some(*limit) != limits.max_changes);
    let of_line = limits.max_removals.map(|limit| limit.to_string());
    options.max_removals = options.max_removals.filter(|limit| Some(limit) != of_line.as_ref());
    if limits.has("--test") {
        (options.test, options.live) = (true, false);
    }
    options.read_only |= limits.has("--read-only");
    options.sandbox |= limits.has("--sandbox");
    if limits.has("--verify") || limits.has("--verify=always") {
        options.verify = Some(VerifyWhen::Always);
    }
    let protect = limits.protect.iter().filter(|name| !global.protect.contains(name));
    options.protect.extend(protect.cloned());
    if !limits.only.is_empty() {
        if !global.only.is_empty() && global.only != limits.only {
            let message = format!("both --only and the first line of {} limit this run", program.name);
            return Err(Error::usage_with_hint(message, "Remove one of them."));
        }
        options.only.clone_from(&limits.only);
    }
    Ok(options)
}
