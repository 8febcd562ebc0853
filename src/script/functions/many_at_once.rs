//! Many changes at once.

use crate::changes::command_builder::{CommandArray, CommandBuilder};
use crate::changes::csv_people::PeopleFile;
use crate::changes::report::Report;
use crate::changes::submit::{self, SubmitOptions};
use crate::error::{Error, Result};
use crate::files::table_file::TableOptions;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::session::run_state::RunState;
use crate::session::tracked_files;
use crate::values::dynamic::kind_of;
use crate::values::json;
use crate::values::options::CallOptions;
use crate::values::record_list::RecordList;
use crate::values::user_ref::UserReference;
use crate::wire::user::User;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};

/// Many at once.
#[export_module]
pub mod functions {
    /// Sends many commands, packed into full requests, and returns an outcome for each.
    ///
    /// Commands are built by `command(...)` and `group_command(...)`, or are maps in the service's format. All commands
    /// are checked before the first request; if a check fails, nothing is sent. Commands that depend on each other (the
    /// same person, a group that one of them creates) are sent in successive requests, in their order. After a command
    /// failed, later ones of the same call for the same person are not sent.
    ///
    /// The report has `result`, `completed`, `notCompleted`, `completedInTestMode`, `errors`, `warnings`,
    /// `requests`, `mode`, and `outcomes`: for each command `index`, `target`, `action`, `status` (`completed`,
    /// `would_complete` in test mode, `partly_done`, `failed`, `still_member`, `unverified`, `unknown`, `not_sent`),
    /// `evidence` (`read`, `verified`, `service`), `step`, `code`, `message`, `hint`, `request_id`, `attempts`, `mode`,
    /// `resumed`, `source` and `tag`. `done`, `failed`, `unknown` and `not_sent` list those outcomes; `stopped` is the error that
    /// kept the rest from being sent.
    ///
    /// # Errors
    /// `invalid` if a local check refuses commands; `auth`, `throttled` or `unavailable` if nothing could be sent.
    /// Commands that the service refuses are in the report and set the exit code to 3, unless the script calls `exit`.
    ///
    /// # Example
    /// ```rhai
    /// let report = multi_action([
    ///     command("ben.osei@example.com").add_to_groups("Designers"),
    ///     #{user: "femi.adeyemi@example.net", "do": [#{remove: #{group: ["Designers"]}}]},
    /// ]);
    /// print(`${report.done.len()} done, ${report.failed.len()} failed in ${report.requests} request`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn multi_action(context: NativeCallContext, commands: Array) -> RhaiResultOf<Report> {
        multi_action_with(context, commands, Map::new())
    }

    /// Sends many commands, optionally without those that a local check refuses.
    ///
    /// # Options
    /// - `skip_invalid`: true sends the other commands; refused ones are `not_sent` in the report, and the exit code is 3
    /// - `pack`: false sends people one by one, even where lists of user groups would save requests
    ///
    /// # Errors
    /// As `multi_action(commands)`.
    ///
    /// # Example
    /// ```rhai
    /// let first = command("ben.osei@example.com").add_to_groups("Designers");
    /// let second = command("no e-mail").delete_account();
    /// let report = multi_action([first, second], #{skip_invalid: true});
    /// print(report.not_sent[0].code);
    /// exit(0); // without this line the exit code is 3
    /// ```
    #[rhai_fn(name = "multi_action", volatile, return_raw)]
    pub fn multi_action_with(
        context: NativeCallContext,
        commands: Array,
        options: Map,
    ) -> RhaiResultOf<Report> {
        let options = CallOptions::new("multi_action", options, &["skip_invalid", "pack"]);
        session(&context).and_then(|session| submit(&session, &commands, &options?)).at(&context)
    }

    /// Creates accounts and adds groups for the rows of a CSV file or workbook with the columns of Adobe's sample `source.csv`.
    ///
    /// The columns are `upn`, `mail`, `firstname`, `lastname`, `country_code` and `groups` (names with commas
    /// between; the cell may be empty). Those of User Sync are read as well: `username`, `email` and `country` instead,
    /// `domain` for a username that is not an e-mail, and `type` (`federatedID`, `enterpriseID` or `adobeID`). Each row
    /// creates the account unless it exists, a Federated ID unless `type` says otherwise, then adds the groups. Nobody
    /// is removed. The report is that of `multi_action(commands)`; the tag of each outcome is its row, and its `source`
    /// is the file and the line. All rows that a local check refuses, or that have more cells than the header, are
    /// reported at once. The file may be a pipe or standard input (`-`).
    ///
    /// # Errors
    /// `file` if the file cannot be read or lacks a column, or has one that seems to decide who is meant and is not
    /// read; as `multi_action(commands)`.
    ///
    /// # Example
    /// ```rhai
    /// let people = [#{upn: "new.person@fed.example.com", mail: "new.person@fed.example.com", firstname: "New",
    ///     lastname: "Person", country_code: "US", groups: "Designers"}];
    /// write_csv("people.csv", people);
    /// print(multi_action("people.csv").result);
    /// ```
    #[rhai_fn(name = "multi_action", volatile, return_raw)]
    pub fn multi_action_of_file(context: NativeCallContext, file: &str) -> RhaiResultOf<Report> {
        multi_action_of_file_with(context, file, Map::new())
    }

    /// Creates accounts and adds groups for a CSV file, optionally without rows that a local check refuses.
    ///
    /// # Options
    /// - `skip_invalid`: true sends the other commands; refused ones are `not_sent` in the report, and the exit code is 3
    /// - `pack`: false sends people one by one, even where lists of user groups would save requests
    /// - `delimiter`: as for `read_csv(path, options)`
    /// - `encoding`: as for `read_csv(path, options)`
    /// - `rename`: as for `read_csv(path, options)`
    /// - `columns`: as for `read_csv(path, options)`
    /// - `lists`: as for `read_csv(path, options)`
    /// - `min_rows`: as for `read_csv(path, options)`
    /// - `sheet`: as for `read_xlsx(path, options)`
    /// - `hidden`: as for `read_xlsx(path, options)`
    /// - `header_row`: as for `read_xlsx(path, options)`
    ///
    /// # Errors
    /// As `multi_action(file)`.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people.csv", [#{upn: "no e-mail", mail: "", firstname: "N", lastname: "E", country_code: "US",
    ///     groups: ""}]);
    /// print(multi_action("people.csv", #{skip_invalid: true}).not_sent[0].code);
    /// exit(0); // without this line the exit code is 3
    /// ```
    #[rhai_fn(name = "multi_action", volatile, return_raw)]
    pub fn multi_action_of_file_with(
        context: NativeCallContext,
        file: &str,
        options: Map,
    ) -> RhaiResultOf<Report> {
        let options = CallOptions::new("multi_action", options, &FILE_OPTIONS);
        session(&context).and_then(|session| carry_out_file(&session, file, &options?)).at(&context)
    }

    /// Moves people from one group or profile to another: adds them first, then removes those who were added.
    ///
    /// `people` is a list of e-mails or users. The removals are sent in later requests, and only for people who were
    /// added; everybody else keeps what they have. The report has two outcomes for each person, `add` and `remove`. For
    /// a profile with many members, a note says that a user group that carries the profile takes fewer requests.
    ///
    /// # Errors
    /// `usage` when `people` is not a list of e-mails or users; otherwise as `multi_action(commands)`.
    ///
    /// # Example
    /// ```rhai
    /// let report = move_between_groups(get_users(#{group: "Photoshop"}), "Photoshop", "All Apps");
    /// print(report.completed);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn move_between_groups(
        context: NativeCallContext,
        people: Dynamic,
        from: &str,
        to: &str,
    ) -> RhaiResultOf<Report> {
        move_between_groups_with(context, people, from, to, Map::new())
    }

    /// Moves people from one group or profile to another, choosing whether they share requests.
    ///
    /// # Options
    /// - `pack`: false sends people one by one, even where lists of user groups would save requests
    ///
    /// # Errors
    /// As `move_between_groups(people, from, to)`.
    ///
    /// # Example
    /// ```rhai
    /// let report = move_between_groups(get_users(#{group: "Designers"}), "Designers", "Marketing", #{pack: false});
    /// print(report.completed);
    /// ```
    #[rhai_fn(name = "move_between_groups", volatile, return_raw)]
    pub fn move_between_groups_with(
        context: NativeCallContext,
        people: Dynamic,
        from: &str,
        to: &str,
        options: Map,
    ) -> RhaiResultOf<Report> {
        let line = context.call_position().line().unwrap_or_default();
        let options = CallOptions::new("move_between_groups", options, &["pack"]);
        let move_all = |session: &Session| move_people(session, &people, (from, to), line, &options?);
        session(&context).and_then(|session| move_all(&session)).at(&context)
    }

    /// Sends one action request with exactly these commands and returns the service's own response.
    ///
    /// Takes at most ten commands; nothing is split or reordered. The local checks, the mode, the journal and
    /// `--report` apply as always. If the response is lost, the commands are read back: if all are done, the result has
    /// `read_back: true`; if none is done, the request is sent again.
    ///
    /// # Errors
    /// `invalid` if a local check refuses a command, `rejected` if the service refuses the whole request. Commands that
    /// the service refuses are listed in the response and set the exit code to 3.
    ///
    /// # Example
    /// ```rhai
    /// let answer = action([#{user: "ben.osei@example.com", "do": [#{add: #{group: ["Designers"]}}]}]);
    /// print(answer.result);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn action(context: NativeCallContext, commands: Array) -> RhaiResultOf<Dynamic> {
        session(&context).and_then(|session| send(&session, &commands)).at(&context)
    }
}

/// The options for a file of people.
const FILE_OPTIONS: [&str; 11] = [
    "skip_invalid",
    "pack",
    "delimiter",
    "encoding",
    "rename",
    "columns",
    "lists",
    "min_rows",
    "sheet",
    "hidden",
    "header_row",
];

fn move_people(
    session: &Session,
    people: &Dynamic,
    (from, to): (&str, &str),
    line: usize,
    options: &CallOptions,
) -> Result<Report> {
    let choice = submit_options(options)?;
    let people = match people.read_lock::<RecordList<User>>() {
        Some(list) => list.all()?.iter().map(|user| Dynamic::from(list.record(user))).collect(),
        None => people.clone().try_cast::<Array>().ok_or_else(|| {
            Error::usage(format!("expected a list of e-mails or users, not {}", kind_of(people)))
        })?,
    };
    let (from, to) = ([from.trim().to_owned()], [to.trim().to_owned()]);
    let move_person = |person: &Dynamic| -> Result<Dynamic> {
        let command = UserReference::of(person, &CallOptions::none("move_between_groups"))?.command();
        let first = CommandBuilder::new(command, line, session.unsent());
        let second = first.without_steps();
        first.change(|command| {
            command.add_to_groups(&to);
            Ok(())
        })?;
        second.change(|command| {
            command.remove_from_groups(&from);
            Ok(())
        })?;
        first.set_then(&second)?;
        Ok(Dynamic::from(first))
    };
    let commands: Array = people.iter().map(move_person).collect::<Result<_>>()?;
    submit::submit(session, &CommandArray(&commands), choice)
}

fn submit_options(options: &CallOptions) -> Result<SubmitOptions> {
    Ok(SubmitOptions {
        skip_invalid: options.flag("skip_invalid")?.unwrap_or_default(),
        sends_singly: options.flag("pack")? == Some(false),
    })
}

fn submit(session: &Session, commands: &Array, options: &CallOptions) -> Result<Report> {
    submit::submit(session, &CommandArray(commands), submit_options(options)?)
}

fn carry_out_file(session: &Session, file: &str, options: &CallOptions) -> Result<Report> {
    let choice = submit_options(options)?;
    let file = tracked_files::input(session, file)?;
    let people = PeopleFile::open(session, &file, &TableOptions::of(options)?)?;
    let (rows, digest) = people.inspect(session.interrupt())?;
    tracked_files::record_input(session, &file, &digest, Some(rows))?;
    submit::submit(session, &people, choice)
}

fn send(session: &Session, commands: &Array) -> Result<Dynamic> {
    session.finish_listings()?;
    let commands = commands.iter().map(json::json_of).collect::<Result<_>>()?;
    let client = session.client()?;
    let answer = RunState::of(session).wait_for_raw(session, client.action(commands))?;
    Ok(crate::values::dynamic::dynamic_of(&answer.body))
}
