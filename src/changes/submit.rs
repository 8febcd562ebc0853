//! Every change of a script passes here: commands are checked and submitted, and each call gets a report.

use super::pipeline::{Pipeline, PipelineOptions};
use super::report::Report;
use super::{single_changes, steps};
use crate::changes::submission::{
    CheckedSubmission, CommandSource, Submission, TaggedCheckedCommand, TaggedCommand, WithheldCommand,
};
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::hooks::GateHook;
use crate::error::{CommandFailure, Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::guard::CommandImpact;
use crate::session::run_state::RunState;
use crate::wire::command::Command;

/// The most checked commands that are kept from the precheck until they are sent. The rest of a longer list, and a
/// file, is checked twice, so that memory stays bounded.
const CHECKED_LIMIT: usize = 10_000;

/// How a list of commands is submitted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SubmitOptions {
    /// Whether the other commands are sent if local checks refuse some.
    pub(crate) skip_invalid: bool,
    /// Whether people are sent one by one, even where lists of groups would save requests.
    pub(crate) sends_singly: bool,
}

/// A list after all its commands were checked.
#[derive(Default)]
struct PrecheckedList {
    /// The number of entries.
    count: usize,
    /// The number of entries that are not sent.
    withheld: usize,
    /// Why local checks refuse some of these.
    refused: Vec<CommandFailure>,
    /// The first entries, as they were checked.
    checked: Vec<CheckedSubmission>,
}

/// Submits one command.
///
/// # Errors
/// `invalid`: a local check refuses it. `commands`: the service refuses a part of it. `unknown`: its response was
/// lost. Otherwise why it was not sent.
pub(crate) fn submit_one(session: &Session, command: Command) -> Result<Report> {
    if let Some(sink) = single_changes::sink(session) {
        return sink.take(session, command);
    }
    RunState::of(session).count_single_change(session);
    let command = check_command(session, 0, TaggedCommand::plain(command))?;
    let mut pipeline =
        Pipeline::new(session, PipelineOptions { counts_failures: false, ..PipelineOptions::default() })?;
    match command {
        Ok(command) => pipeline.push(session, command)?,
        Err(withheld) if withheld.is_refused() => {
            return Err(ErrorKind::Invalid(vec![withheld.failure]).into());
        }
        Err(withheld) => {
            pipeline.withhold(session, *withheld);
            return pipeline.finish(session);
        }
    }
    let report = pipeline.finish(session)?;
    report.failure().map_or(Ok(report), Err)
}

/// Submits commands and returns a report. Failures in the report count for the exit code.
///
/// # Errors
/// `invalid`: local checks refuse some, and nothing was sent; with `skip_invalid` the others are sent instead. Why
/// the first request was not sent.
pub(crate) fn submit(
    session: &Session,
    source: &dyn CommandSource,
    options: SubmitOptions,
) -> Result<Report> {
    let PrecheckedList { count, withheld, refused, checked } = precheck(session, source)?;
    if !refused.is_empty() && !options.skip_invalid {
        return Err(ErrorKind::Invalid(refused).into());
    }
    let mut pipeline = Pipeline::new(
        session,
        PipelineOptions { sends_singly: options.sends_singly, ..PipelineOptions::default() },
    )?;
    pipeline.expect(count - withheld);
    let result = push_checked(session, checked, &mut pipeline)
        .and_then(|()| push_rest(session, source, count, &mut pipeline));
    match result {
        Ok(()) => pipeline.finish(session),
        Err(error) => {
            pipeline.abandon(session, &error.kind.to_string())?;
            Err(error)
        }
    }
}

/// Asks the guard about all commands of a list before one of them is sent.
///
/// # Errors
/// `guard`; the list cannot be read.
pub(crate) fn check_guards(session: &Session, source: &dyn CommandSource) -> Result<()> {
    precheck(session, source).map(drop)
}

/// Pushes the commands that the precheck kept.
fn push_checked(session: &Session, checked: Vec<CheckedSubmission>, pipeline: &mut Pipeline) -> Result<()> {
    checked.into_iter().try_for_each(|command| push(session, command, pipeline))
}

/// Checks and pushes the rest of a list. Commands that were pushed have an outcome even if the rest cannot be read.
fn push_rest(
    session: &Session,
    source: &dyn CommandSource,
    count: usize,
    pipeline: &mut Pipeline,
) -> Result<()> {
    for submission in source.submissions(pipeline.len())? {
        push(session, check_submission(session, pipeline.len(), submission?)?, pipeline)?;
    }
    if pipeline.len() == count {
        return Ok(());
    }
    let message =
        format!("the list changed while it was sent: {count} entries at first, then {}", pipeline.len());
    Err(Error::usage_with_hint(
        message,
        "Look up what was done in the journal or --report, then run it again.",
    ))
}

fn push(session: &Session, checked: CheckedSubmission, pipeline: &mut Pipeline) -> Result<()> {
    match checked {
        Ok(command) => pipeline.push(session, command),
        Err(withheld) => {
            pipeline.withhold(session, *withheld);
            Ok(())
        }
    }
}

/// Counts a list and checks each command before any is sent. A guard that would stop the list later stops it here.
///
/// # Errors
/// `guard`; the list cannot be read.
fn precheck(session: &Session, source: &dyn CommandSource) -> Result<PrecheckedList> {
    let (mut list, mut total) = (PrecheckedList::default(), CommandImpact::default());
    let limit = if source.is_in_memory() { CHECKED_LIMIT } else { 0 };
    for (index, submission) in source.submissions(0)?.enumerate() {
        session.interrupt().check()?;
        list.count += 1;
        let checked = check_submission(session, index, submission?)?;
        match &checked {
            Ok(command) => {
                precheck_guard(session, &command.command, &mut total)?;
                command.then.iter().try_for_each(|then| precheck_guard(session, then, &mut total))?;
            }
            Err(withheld) => {
                list.withheld += 1;
                list.refused.extend(withheld.is_refused().then(|| withheld.failure.clone()));
            }
        }
        if list.checked.len() < limit {
            list.checked.push(checked);
        }
    }
    Ok(list)
}

/// Asks the guard about a command before it is sent, unless an earlier run has done it.
fn precheck_guard(session: &Session, command: &CheckedCommand, total: &mut CommandImpact) -> Result<()> {
    let (run, mode) = (RunState::of(session), session.mode());
    let recorder = run.settings.recorder.as_ref().filter(|recorder| recorder.can_recall());
    let is_done =
        recorder.is_some_and(|recorder| command.pieces().all(|piece| recorder.has_settled(mode, piece)));
    if is_done { Ok(()) } else { run.settings.guard.precheck(mode, command, total) }
}

/// The checked command of an entry, or why it is not sent.
///
/// # Errors
/// `config`: settings are missing or invalid.
pub(super) fn check_submission(
    session: &Session,
    index: usize,
    submission: Submission,
) -> Result<CheckedSubmission> {
    match submission {
        Ok(command) => check_command(session, index, command),
        Err(withheld) => Ok(Err(withheld)),
    }
}

/// The checked command, or why it is not sent. Updates without a value are left out before.
///
/// # Errors
/// `config`: settings are missing or invalid.
fn check_command(session: &Session, index: usize, command: TaggedCommand) -> Result<CheckedSubmission> {
    let TaggedCommand { mut command, tag, then } = command;
    if steps::leave_out_empty_updates(&mut command) && command.steps.is_empty() {
        return Ok(Err(WithheldCommand::without_changes(index, command.subject.name(), tag)));
    }
    let client = session.client()?;
    let checked = client.check(command);
    let then = then.map(|then| client.check(then));
    let command = checked.command();
    let fault = checked.fault().or_else(|| then.as_ref()?.fault());
    Ok(match fault {
        Some(fault) => {
            let action = steps::names_of_steps(command);
            Err(WithheldCommand::refused(index, command.subject.name(), fault, action, tag))
        }
        None => Ok(TaggedCheckedCommand { command: checked, tag, then }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::command_builder::CommandArray;
    use crate::client::settings::{ClientSettings, Credentials, Mode, VerifyPolicy};
    use crate::host::console::HostConsole;
    use crate::host::interrupt::Interrupt;
    use crate::host::session::SessionSetup;
    use crate::secret::Secret;
    use rhai::{Array, Map};
    use serde_json::Value;
    use std::rc::Rc;
    use std::sync::Arc;

    struct SilentConsole;

    impl HostConsole for SilentConsole {
        fn print(&self, _: &str) {}
        fn show(&self, _: &Value) {}
        fn message(&self, _: &str) {}
        fn note(&self, _: &str) {}
        fn warn(&self, _: &str) {}
        fn is_lost(&self) -> bool {
            false
        }
        fn ask(&self, _: &str) -> Result<String> {
            Err(Error::usage("there is no terminal"))
        }
    }

    fn session() -> Session {
        let token = || Credentials::Token { client_id: "id".into(), token: Secret::from("token") };
        let session = Session::new(SessionSetup {
            hooks: Box::new(|_| Vec::new()),
            verify: VerifyPolicy::Never,
            confirms: false,
            connect: Box::new(move |_| Ok(ClientSettings::new("A@AdobeOrg", token()))),
            profile: "test".into(),
            organization: None,
            mode: Mode::Test,
            arguments: Vec::new(),
            secret_variables: Vec::new(),
            console: Rc::new(SilentConsole),
            observer: Arc::new(()),
            interrupt: Interrupt::default(),
        });
        session.extend(Rc::new(RunState::default()));
        session
    }

    fn command(number: usize) -> Map {
        let code = format!(r#"#{{user: "u{number}@example.com", "do": [#{{add: #{{group: ["X"]}}}}]}}"#);
        rhai::Engine::new().eval(&code).unwrap()
    }

    #[test]
    fn each_command_of_a_list_is_checked_split_and_rendered_once() {
        let session = session();
        // Fewer than fill a request, so that nothing is sent.
        let list: Array = (0..9).map(|number| command(number).into()).collect();
        let source = CommandArray(&list);
        let before = CheckedCommand::count();
        let PrecheckedList { count, checked, .. } = precheck(&session, &source).unwrap();
        let mut pipeline = Pipeline::new(&session, PipelineOptions::default()).unwrap();
        push_checked(&session, checked, &mut pipeline).unwrap();
        push_rest(&session, &source, count, &mut pipeline).unwrap();
        assert_eq!((pipeline.len(), CheckedCommand::count() - before), (9, 9));
    }
}
