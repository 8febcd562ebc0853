//! Commands that are built step by step and sent together.

use super::verbs;
use crate::changes::command_builder::CommandBuilder;
use crate::error::{Error, Result};
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::language::catalog::FunctionHelp;
use crate::values::options::CallOptions;
use crate::values::user_ref;
use crate::values::user_ref::UserReference;
use crate::wire::command::Command;
use rhai::plugin::{Dynamic, export_module, exported_module};
use rhai::{FnPtr, ImmutableString, Map, Module, NativeCallContext};

/// Every function of the family.
pub(super) fn module(help: FunctionHelp) -> Module {
    let mut all = exported_module!(functions);
    all.combine(verbs::step_methods(help));
    all
}

/// Commands. They are built step by step, changed in place, and sent by `multi_action`.
#[export_module]
pub mod functions {
    /// Starts a command for one user, to be sent with others by `multi_action`.
    ///
    /// `user` is an e-mail, or a User, which selects exactly that account. Add steps with the methods that have the
    /// names of the functions that send at once; each changes the command in place and returns it.
    ///
    /// # Errors
    /// `usage` if `user` is neither.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").add_to_groups("Designers").tag("row 1");
    /// print(multi_action([change]).outcomes[0].tag);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn command(context: NativeCallContext, user: Dynamic) -> RhaiResultOf<CommandBuilder> {
        command_with(context, user, Map::new())
    }

    /// Starts a command for one user, selecting the account.
    ///
    /// # Options
    /// - `domain`: domain of a username that is not an e-mail
    /// - `use_adobe_id`: if a managed account has the same e-mail, true selects the Adobe ID and false the managed account
    /// - `unlisted`: `"send"` sends the command even if the person is not among the active users that the run has listed
    ///
    /// # Errors
    /// As `command(user)`.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("femi.adeyemi@example.net", #{use_adobe_id: true}).remove_from_all_groups();
    /// print(multi_action([change]).result);
    /// ```
    #[rhai_fn(name = "command", volatile, return_raw)]
    pub fn command_with(
        context: NativeCallContext,
        user: Dynamic,
        options: Map,
    ) -> RhaiResultOf<CommandBuilder> {
        let options = CallOptions::new("command", options, &user_ref::OPTIONS);
        begin(&context, options.and_then(|options| start(&user, &options)))
    }

    /// Starts a command for one user group, to be sent with others by `multi_action`.
    ///
    /// Its steps are `create`, `update`, `delete`, `add_users`, `remove_users`, `add_profiles`, `remove_profiles`.
    ///
    /// # Errors
    /// `usage` when the name is blank.
    ///
    /// # Example
    /// ```rhai
    /// let interns = group_command("Interns 2026").create().add_users(["ben.osei@example.com"]);
    /// print(multi_action([interns]).result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn group_command(context: NativeCallContext, name: &str) -> RhaiResultOf<CommandBuilder> {
        let blank = || Error::usage("the name of the user group is blank");
        let command = if name.trim().is_empty() { Err(blank()) } else { Ok(Command::group(name.trim())) };
        begin(&context, command)
    }

    /// Adds a second part to a command, which is sent in a later request once the first part is done.
    ///
    /// The service carries out later steps of a command even if an earlier one fails. So what must not happen without
    /// the first part belongs in the second one: someone whose first part fails keeps what they have, and the second
    /// part is `not_sent`. The report has an outcome for each part, with the same index. The function gets a command
    /// without steps about the same user or group.
    ///
    /// # Errors
    /// `usage` when the command has a second part already.
    ///
    /// # Example
    /// ```rhai
    /// let move_one = command("ben.osei@example.com").add_to_groups("Photoshop").then(|c| c.remove_from_groups("Designers"));
    /// print(multi_action([move_one]).completed);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn then(
        context: NativeCallContext,
        command: CommandBuilder,
        add_steps: FnPtr,
    ) -> RhaiResultOf<CommandBuilder> {
        let second = command.without_steps();
        let _: Dynamic = add_steps.call_within_context(&context, (second.clone(),))?;
        command.set_then(&second).map(|()| command).at(&context)
    }

    /// Attaches any value to a command; its outcome returns it as `tag`.
    ///
    /// # Errors
    /// `usage` for a value that is nested too deeply, such as a chain of commands in tags of commands.
    ///
    /// # Example
    /// ```rhai
    /// let change = command("ben.osei@example.com").add_to_groups("Designers").tag(#{row: 7});
    /// print(multi_action([change]).outcomes[0].tag.row);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn tag(
        context: NativeCallContext,
        command: CommandBuilder,
        value: Dynamic,
    ) -> RhaiResultOf<CommandBuilder> {
        command.tag(value).map(|()| command).at(&context)
    }
}

/// A command for a user. A blank e-mail is refused with the other commands of its list, so that one row of a file does not
/// hide the other rows.
fn start(user: &Dynamic, options: &CallOptions) -> Result<Command> {
    if user.read_lock::<ImmutableString>().is_some_and(|text| text.trim().is_empty()) {
        return Ok(Command::user("", None, None));
    }
    Ok(UserReference::of(user, options)?.command())
}

fn begin(context: &NativeCallContext, command: Result<Command>) -> RhaiResultOf<CommandBuilder> {
    let line = context.call_position().line().unwrap_or_default();
    session(context).and_then(|session| Ok(CommandBuilder::new(command?, line, session.unsent()))).at(context)
}
