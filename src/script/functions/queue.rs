//! Queues collect commands while a script runs and send them in full requests. Their methods are the verbs.

use super::verbs;
use crate::changes::command_builder;
use crate::changes::queue::Queue;
use crate::changes::report::Report;
use crate::host::binding::RhaiResultOf;
use crate::host::session::{Session, session};
use crate::host::thrown::ThrowAt;
use crate::language::catalog::FunctionHelp;
use crate::values::options::CallOptions;
use rhai::plugin::{Dynamic, export_module, exported_module};
use rhai::{Map, Module, NativeCallContext};

/// Every function of the family.
pub(super) fn module(help: FunctionHelp) -> Module {
    let mut all = exported_module!(functions);
    all.combine(verbs::queue_methods(help));
    all
}

/// A queue. Its methods are the verbs that otherwise send at once, with the same arguments.
#[export_module]
pub mod functions {
    /// Returns a new queue. Its methods collect commands, and every ten commands are sent in one request.
    ///
    /// Use it for changes in a loop: within the service's limits it sends 100 commands per minute instead of 10. After
    /// a listing of all users, people who only join or leave user groups share requests, up to 1,000 in each. Memory use
    /// does not grow with the number of commands. `finish()` sends the rest and returns the report; the normal end of
    /// the script sends the rest too. After an uncaught error the rest is `not_sent`.
    ///
    /// # Errors
    /// `config` if settings are missing.
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
        queue_with(context, Map::new())
    }

    /// Returns a new queue, choosing whether people share requests.
    ///
    /// # Options
    /// - `pack`: false sends people one by one, ten in a request, even where lists of user groups would save requests
    ///
    /// # Errors
    /// `config` if settings are missing.
    ///
    /// # Example
    /// ```rhai
    /// let changes = queue(#{pack: false});
    /// for user in get_users(#{group: "Marketing"}) {
    ///     changes.add_to_groups(user, "Designers");
    /// }
    /// print(changes.finish().completed);
    /// ```
    #[rhai_fn(name = "queue", volatile, return_raw)]
    pub fn queue_with(context: NativeCallContext, options: Map) -> RhaiResultOf<Queue> {
        let open = |session: &Session| {
            let options = CallOptions::new("queue", options, &["pack"])?;
            Queue::open(session, options.flag("pack")? == Some(false))
        };
        session(&context).and_then(|session| open(&session)).at(&context)
    }

    /// Adds a command, or a map in the service's format; its outcome returns its tag.
    ///
    /// # Errors
    /// `invalid` if a local check refuses it, `usage` if it is not a command or the queue is finished.
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

    /// Sends the remaining commands and returns the report of all commands of the queue.
    ///
    /// The report is that of `multi_action(commands)`. Beyond 10,000 completed commands it contains only their number;
    /// `--report FILE` has a row for each.
    ///
    /// # Errors
    /// `usage` if it was finished before; `auth`, `throttled` or `unavailable` if nothing could be sent.
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
