//! Runs a program: compile, evaluate, show the value or the error, and return the exit code.

use super::run_summary::RunKind;
use super::{diagnostic, each_row, panics, run_summary};
use crate::error::Error;
use crate::host::session::Session;
use crate::host::temporary_calls;
use crate::host::thrown::ScriptEnd;
use crate::language::script_error::{ScriptEnding, ScriptError};
use crate::output::Output;
use crate::script::checker::finding::CheckFinding;
use crate::script::checker::traps::modules::{StartingProgram, find_with_modules};
use crate::script::engine;
use crate::session::run_setup::RunSetup;
use crate::session::run_state::RunState;
use crate::session::totals::RunTally;
use crate::shell::diagnostic::show_error;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use crate::values::json;
use rhai::module_resolvers::DummyModuleResolver;
use rhai::{AST, Dynamic, Engine, EvalAltResult, Position, Scope};
use std::rc::Rc;

/// Runs `program` in a session of its own.
pub(crate) fn run(program: &ScriptProgram, setup: RunSetup, output: &Output) -> RunExit {
    let session = setup.start();
    session.extend(Rc::new(program.declared_options()));
    let run = RunState::of(&session);
    let engine = engine::build(&session);
    let compiled = compile(&engine, program);
    if let Ok(ast) = &compiled
        && show_traps(program, &find_traps(&engine, ast, program, &run), output)
    {
        return RunExit::Script;
    }
    if compiled.is_ok()
        && let Err(exit) = run_summary::begin(&session, output)
    {
        return exit;
    }
    let result = compiled.and_then(|ast| match &program.rows {
        Some(rows) => each_row::evaluate(&engine, &ast, rows, &session),
        None => evaluate(&engine, &mut Scope::new(), &ast),
    });
    let exit = match (ended(&session), result) {
        (Some(ended), _) => end(program, ScriptEnding::Ended(ended), &run, output),
        (None, Ok(value)) => finish(program, &value, output),
        (None, Err(error)) => end(program, ScriptEnding::of(*error), &run, output),
    };
    let judged = run.tally();
    let exit = exit.or_worse(end_queues(&session, exit, output));
    release(engine);
    warn_of_unsent(&session, output);
    let exit = exit_with(exit, run.tally(), judged);
    run_summary::name_unresolved(&run.unresolved(), output);
    run_summary::end(&session, RunKind::Script, exit, output)
}

/// Runs something other than a script in a session, with the beginning and the end of a run.
pub(crate) fn run_task(
    session: &Rc<Session>,
    output: &Output,
    task: impl FnOnce(&Rc<Session>) -> Result<(), Error>,
) -> RunExit {
    if let Err(exit) = run_summary::begin(session, output) {
        return exit;
    }
    let run = RunState::of(session);
    let exit = match task(session) {
        Ok(()) => RunExit::Done,
        Err(error) => {
            show_error(&error, output);
            RunExit::of_kind(error.kind.name())
        }
    };
    let exit = exit_with(exit, run.tally(), run.tally());
    run_summary::name_unresolved(&run.unresolved(), output);
    let is_refused = exit == RunExit::Guard && run.totals().all() == 0;
    run_summary::end(session, if is_refused { RunKind::Refused } else { RunKind::Script }, exit, output)
}

/// Drops what modules of the script hold, such as commands that were never sent. The process ends after the run, so
/// the functions of the engine are left to it: to free them one by one takes an eighth of a short run (callgrind).
fn release(mut engine: Engine) {
    engine.set_module_resolver(DummyModuleResolver::new());
    // What holds the session goes, so that the session ends and its temporary folder is deleted.
    engine.set_default_tag(Dynamic::UNIT);
    engine.on_print(|_| {}).on_debug(|_, _, _| {}).on_progress(|_| None);
    std::mem::forget(engine);
}

/// The traps in a program and its modules.
fn find_traps(engine: &Engine, ast: &AST, program: &ScriptProgram, run: &RunState) -> Vec<CheckFinding> {
    let (text, file) = (program.text.as_str(), program.file.as_deref());
    let files = &run.settings.files;
    find_with_modules(engine, ast, &StartingProgram { text, file, shows_value: program.shows_value, files })
}

/// Shows traps; returns whether one of them is an error, so that the program must not start.
pub(crate) fn show_traps(program: &ScriptProgram, findings: &[CheckFinding], output: &Output) -> bool {
    for finding in findings {
        diagnostic::show_finding(program, finding, output);
    }
    findings.iter().any(|finding| !finding.is_warning)
}

/// What ends a run even if the script caught it: a `catch` around a closure can swallow the error.
pub(crate) fn ended(session: &Session) -> Option<ScriptEnd> {
    session.ended().or_else(|| session.interrupt().is_requested().then_some(ScriptEnd::Interrupted))
}

/// Ends a session at the prompt: sends the commands left in queues, and prints the summary.
pub(crate) fn leave(session: &Session, exit: RunExit, output: &Output) -> RunExit {
    let exit = exit.or_worse(end_queues(session, exit, output));
    run_summary::end(session, RunKind::Prompt, exit, output)
}

/// Sends the commands left in queues if the script succeeded, and nothing if it failed.
fn end_queues(session: &Session, exit: RunExit, output: &Output) -> RunExit {
    if !matches!(exit, RunExit::Done | RunExit::Asked(0)) {
        RunState::of(session)
            .abandon_queues(session, "not sent: the script ended before the queue was finished");
        return exit;
    }
    match RunState::of(session).finish_queues(session) {
        Ok(()) => exit,
        Err(error) => {
            show_error(&error, output);
            RunExit::of_kind(error.kind.name())
        }
    }
}

/// Warns about commands that were built and never sent.
fn warn_of_unsent(session: &Session, output: &Output) {
    let lines: Vec<_> = session.unsent().lines().iter().map(ToString::to_string).collect();
    let place = match lines.as_slice() {
        [] => return,
        [line] => format!("line {line}"),
        [first @ .., last] => format!("lines {} and {last}", first.join(", ")),
    };
    output
        .warning(&format!("commands on {place} were built but never sent; pass them to multi_action([...])"));
}

/// Compiles a program; `import` and messages are relative to its file.
///
/// # Errors
/// A syntax error.
pub(crate) fn compile(engine: &Engine, program: &ScriptProgram) -> Result<AST, Box<EvalAltResult>> {
    let mut ast = match &program.rows {
        Some(_) => engine.compile_with_scope(&each_row::scope(Dynamic::UNIT), &program.text)?,
        None => engine.compile(&program.text)?,
    };
    if let Some(file) = &program.file {
        ast.set_source(file.display().to_string());
    }
    temporary_calls::record(engine, &ast);
    Ok(ast)
}

/// Evaluates; a panic becomes an error.
///
/// # Errors
/// Whatever ends the script.
pub(crate) fn evaluate(
    engine: &Engine,
    scope: &mut Scope<'_>,
    ast: &AST,
) -> Result<Dynamic, Box<EvalAltResult>> {
    panics::guard(|| engine.eval_ast_with_scope(scope, ast))
        .unwrap_or_else(|message| Err(EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into()))
}

fn finish(program: &ScriptProgram, value: &Dynamic, output: &Output) -> RunExit {
    if program.shows_value {
        show_value(value, output);
    }
    if output.lost().is_some() { lost(output) } else { RunExit::Done }
}

/// Shows a value in the operator's form; something that is not data, such as a function, as Rhai prints it.
pub(crate) fn show_value(value: &Dynamic, output: &Output) {
    match json::json_of(value) {
        Ok(value) => output.value(&value),
        Err(_) => output.data_as_shown(&value.to_string()),
    }
}

fn end(program: &ScriptProgram, ending: ScriptEnding, run: &RunState, output: &Output) -> RunExit {
    match ending {
        ScriptEnding::Ended(ScriptEnd::Exit(code)) => RunExit::Asked(code),
        ScriptEnding::Ended(ScriptEnd::Interrupted) => {
            output.error("interrupted", None);
            RunExit::Interrupted
        }
        ScriptEnding::Ended(ScriptEnd::OutputLost) => lost(output),
        ScriptEnding::Failed(failure) => {
            run.mark_shown(diagnostic::shown_refusals(&failure));
            fail(program, &failure, output)
        }
    }
}

fn fail(program: &ScriptProgram, failure: &ScriptError, output: &Output) -> RunExit {
    diagnostic::show(program, failure, output);
    RunExit::of_kind(&failure.kind)
}

/// Reports that standard output can no longer be written.
pub(crate) fn lost(output: &Output) -> RunExit {
    let why = output.lost().map(ToString::to_string).unwrap_or_default();
    output.error(
        &format!("cannot write to standard output: {why}"),
        Some("The reader has closed the pipe or the disk is full; the last output is lost."),
    );
    RunExit::Script
}

/// The exit code with the outcomes of all commands; only `exit(n)` overrides them.
fn exit_with(exit: RunExit, tally: RunTally, judged: RunTally) -> RunExit {
    let tally = if matches!(exit, RunExit::Asked(_)) { tally.since(judged) } else { tally };
    let failed = if tally.failed > 0 { RunExit::Rejected } else { RunExit::Done };
    let unknown = if tally.unknown > 0 { RunExit::Unknown } else { RunExit::Done };
    let lost = if tally.lost > 0 { RunExit::Unavailable } else { RunExit::Done };
    let stopped = tally.stopped.map_or(lost, RunExit::of_kind);
    exit.or_worse(failed).or_worse(unknown).or_worse(stopped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_after_the_end_of_the_script_still_count() {
        let tally = |failed| RunTally { failed, unknown: 0, lost: 0, stopped: None };
        assert_eq!(exit_with(RunExit::Asked(0), tally(3), tally(2)), RunExit::Rejected);
        assert_eq!(exit_with(RunExit::Asked(0), tally(2), tally(2)), RunExit::Asked(0));
    }

    #[test]
    fn outcomes_decide_the_exit_code_unless_the_script_does() {
        let tally = |failed, unknown, stopped| RunTally { failed, unknown, lost: 0, stopped };
        let exit_with = |exit, tally| super::exit_with(exit, tally, tally);
        assert_eq!(exit_with(RunExit::Done, tally(0, 0, None)), RunExit::Done);
        assert_eq!(exit_with(RunExit::Done, tally(2, 0, None)), RunExit::Rejected);
        assert_eq!(exit_with(RunExit::Script, tally(2, 1, None)), RunExit::Unknown);
        assert_eq!(exit_with(RunExit::Done, tally(0, 0, Some("unavailable"))), RunExit::Unavailable);
        assert_eq!(exit_with(RunExit::Asked(0), tally(2, 1, None)), RunExit::Asked(0));
    }
}
