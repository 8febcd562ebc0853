//! Commands collected while a script runs and sent in full requests: the verbs that send at once, on a queue.

use super::verbs;
use crate::changes::command_builder;
use crate::changes::queue::Queue;
use crate::changes::report::Report;
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::language::catalog::FunctionHelp;
use rhai::plugin::{Dynamic, export_module, exported_module};
use rhai::{Module, NativeCallContext};

/// Every function of the family.
pub fn module(help: FunctionHelp) -> Module {
    let mut all = exported_module!(functions);
    all.combine(verbs::queue_methods(help));
    all
}

/// A queue. Its verbs are those that send at once, and take the same arguments.
#[export_module]
pub mod functions {
    /// Begins a queue: its verbs collect commands, and every ten of them leave in one request.
    ///
    /// For changes made in a loop: 100 people a minute under the limits of the service, against 10 when each is
    /// sent at once. Any number of commands takes the same memory. `finish()` sends the rest and returns the report;
    /// so does the normal end of the script. After an error that is not caught the rest is `not_sent`.
    ///
    /// # Errors
    /// `config` when settings are missing.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// for user in get_users(#{group: "Marketing"}) {
    ///     changes.add_to_groups(user, "Designers");
    /// }
    /// print(changes.finish().completed);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn queue(context: NativeCallContext) -> RhaiResultOf<Queue> {
        session(&context).and_then(|session| Queue::open(&session)).at(&context)
    }

    /// Adds a command that was built, or a map as the service defines it; its tag comes back with its outcome.
    ///
    /// # Errors
    /// `invalid` when a local check refuses it, `usage` when it is not a command or the queue is finished.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.add_command(command("ben.osei@example.com").add_to_groups("Designers").tag("row 1"));
    /// print(changes.finish().outcomes[0].tag);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn add_command(context: NativeCallContext, queue: Queue, command: Dynamic) -> RhaiResultOf<()> {
        let submission = command_builder::parse_submission(queue.len(), &command);
        session(&context).and_then(|session| queue.submit(&session, submission?)).at(&context)
    }

    /// Sends what is left and returns the report of all commands of the queue.
    ///
    /// It is that of `multi_action(commands)`. Of more than 10,000 commands that are done it keeps the counts alone;
    /// `--report FILE` has a row for each.
    ///
    /// # Errors
    /// `usage` when it was finished before; `auth`, `throttled` or `unavailable` when nothing could be sent.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue();
    /// changes.remove_from_groups("femi.adeyemi@example.net", "Designers");
    /// print(changes.finish().result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn finish(context: NativeCallContext, queue: Queue) -> RhaiResultOf<Report> {
        session(&context).and_then(|session| queue.finish(&session)).at(&context)
    }
}
