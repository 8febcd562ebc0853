//! Guards of a run, which scripts can tighten.

use crate::error::Result;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::guard::{Allowance, GuardLimits, NamePattern};
use crate::session::run_state::RunState;
use crate::values::options::CallOptions;
use rhai::plugin::export_module;
use rhai::{Map, NativeCallContext};

/// Guards of the run. The operator sets them; a script can tighten them.
#[export_module]
pub mod functions {
    /// Tightens the guards of this run; values that would loosen a guard are ignored.
    ///
    /// When a guard would be exceeded, the run stops before sending and exits with 7. The operator sets guards with the
    /// options `--read-only`, `--max-changes`, `--max-removals` and `--protect`.
    ///
    /// # Options
    /// - `read_only`: true refuses every further change
    /// - `max_changes`: the most people and groups that the whole run may change, once for each command
    /// - `max_removals`: the most people and groups that may lose access
    /// - `protect`: users and groups that must not be changed: a name or a list of names (`*` matches anything). People
    ///   read after this call are recognized by e-mail and by username
    ///
    /// # Errors
    /// `usage` for an unknown option or an option of the wrong type, and for a name that is not understood.
    ///
    /// # Example
    /// ```rhai
    /// guard(#{max_removals: 5, protect: ["*@board.example.com"]});
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn guard(context: NativeCallContext, options: Map) -> RhaiResultOf<()> {
        let options =
            CallOptions::new("guard", options, &["read_only", "max_changes", "max_removals", "protect"]);
        session(&context).and_then(|session| tighten(&session, &options?)).at(&context)
    }
}

fn tighten(session: &Session, options: &CallOptions) -> Result<()> {
    let names = options.texts("protect")?.unwrap_or_default();
    let limits = GuardLimits {
        read_only: options.flag("read_only")?.unwrap_or_default(),
        max_changes: options.count("max_changes")?,
        max_removals: options.count("max_removals")?.map(Allowance::Count),
        protected: names.iter().map(|name| NamePattern::parse(name)).collect::<Result<_>>()?,
        ..GuardLimits::default()
    };
    RunState::of(session).settings.guard.tighten(&limits);
    Ok(())
}
