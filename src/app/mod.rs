//! From the command line to an exit code: the one place where all parts meet.

mod journal;
mod organization;
mod prompt;
mod sandbox;
mod setup;
mod terminal;

use crate::changes::report_file::ReportFile;
use crate::cli::{self, Cli, Color, Command, Format, Global};
use crate::config::table::secret_variables;
use crate::error::{Error, Result};
use crate::host::interrupt::Interrupt;
use crate::host::session::{Outlet, Setup};
use crate::output::format::Form;
use crate::output::{Manner, Output};
use crate::session::guard::Guard;
use crate::session::journal::recorder::Recorder;
use crate::session::journal::redaction::Redactor;
use crate::session::listing_cache::Listings;
use crate::shell::console::Terminal;
use crate::shell::exit_code::Exit;
use crate::shell::program::Program;
use crate::shell::progress::Progress;
use crate::shell::{panics, runner, signals};
use crate::subcommands::{check, definitions, functions};
use journal::Resumed;
use organization::Place;
use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The stack of the thread that runs scripts; builds without optimization need far more of it (engine-notes).
const STACK_BYTES: usize = if cfg!(debug_assertions) { 512 << 20 } else { 64 << 20 };

/// Runs umapish with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<_> = arguments.into_iter().collect();
    terminal::name_unknown(&arguments);
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(answer) => return cli::tell(&answer),
    };
    panics::silence();
    let is_dumb = terminal::is_dumb();
    let output = Output::standard(manner(&cli.top.global), terminal::no_color() || is_dumb);
    let output = Arc::new(if is_dumb { output.without_progress() } else { output });
    let worker = Arc::clone(&output);
    let thread = thread::Builder::new().name("script".into()).stack_size(STACK_BYTES);
    let exit = match thread.spawn(move || dispatch(cli, &worker)).map(thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit,
        Ok(Err(_)) => failed(&output, &panics::last()),
        Err(error) => failed(&output, &format!("the system gives no thread: {error}")),
    };
    ExitCode::from(exit.code())
}

fn failed(output: &Output, message: &str) -> Exit {
    output.error(message, None);
    Exit::Script
}

fn manner(global: &Global) -> Manner {
    let form = global.format.and_then(|format| match format {
        Format::Table => Some(Form::Table),
        Format::Json => Some(Form::Json),
        Format::Csv => Some(Form::Csv),
        Format::Text | Format::Markdown => None,
    });
    let colored = match global.color {
        Color::Auto => None,
        Color::Always => Some(true),
        Color::Never => Some(false),
    };
    Manner { form, quiet: global.quiet, colored }
}

fn dispatch(cli: Cli, output: &Arc<Output>) -> Exit {
    let Cli { top, command } = cli;
    match command {
        Some(Command::Run { words }) => script(&top.global, Program::script(words), output),
        Some(Command::Check { scripts }) => check::run(&scripts, output),
        Some(Command::Functions { pattern, format }) => functions::run(pattern.as_deref(), format, output),
        Some(Command::Sandbox(options)) => sandbox::serve(options, output),
        Some(Command::Init(options)) => setup::init(&options, &top.global, output),
        Some(Command::Doctor) => setup::doctor(&top.global, output),
        Some(Command::Completions { shell }) => {
            output.data(cli::completions(shell).trim_end());
            Exit::Done
        }
        Some(Command::Definitions { folder }) => definitions::run(&folder, output),
        Some(Command::Resume { journal }) => resume(&top.global, journal, output),
        Some(Command::Journal(command)) => journal::look(command, output),
        None => match top.eval {
            Some(code) => script(&top.global, Program::evaluated(&code, top.words), output),
            None if top.words.is_empty() && stdin().is_terminal() => prompt::prompt(top, output),
            None => script(&top.global, Program::script(top.words), output),
        },
    }
}

fn script(global: &Global, program: Result<Program>, output: &Arc<Output>) -> Exit {
    let ready = program.and_then(|program| {
        let program = program.with_secret_arguments(&global.secret_arguments);
        Ok((setup(global, Some(&program), None, output)?, program))
    });
    match ready {
        Ok((setup, program)) => {
            warn_of_misplaced(&program.arguments, output);
            runner::run(&program, setup, output)
        }
        Err(error) => refuse(&error, output),
    }
}

fn resume(global: &Global, journal: Option<PathBuf>, output: &Arc<Output>) -> Exit {
    let path = match journal::chosen(journal, output) {
        Ok(path) => path,
        Err(exit) => return exit,
    };
    let ready = journal::resumed(global, path).and_then(|resumed| {
        for path in &resumed.changed {
            output.warning(&format!("{path} has changed since the run was interrupted"));
        }
        Ok((setup(&resumed.global, Some(&resumed.program), Some(&resumed), output)?, resumed.program))
    });
    match ready {
        Ok((setup, program)) => runner::run(&program, setup, output),
        Err(error) => refuse(&error, output),
    }
}

fn refuse(error: &Error, output: &Output) -> Exit {
    output.error(&error.to_string(), error.hint().as_deref());
    Exit::of_refusal(error.kind.name())
}

fn warn_of_misplaced(arguments: &[String], output: &Output) {
    for argument in cli::misplaced(arguments) {
        output.warning(&format!(
            "`{argument}` behind the script is an argument of the script; ours stand before it"
        ));
    }
}

/// Ctrl-C, from here on; a second one leaves, after `grace`.
fn listen(grace: Duration, output: &Output) -> Result<Interrupt> {
    let interrupt = Interrupt::default();
    let heard = interrupt.clone();
    output.heed(move || heard.is_requested());
    signals::listen(interrupt.clone(), grace).map_err(|error| {
        Error::config(format!("the system gives no signals: {error}"), "Check the limits of this user.")
    })?;
    Ok(interrupt)
}

/// What a run needs. The client's settings are fetched when the script makes its first call.
fn setup(
    global: &Global,
    program: Option<&Program>,
    resumed: Option<&Resumed>,
    output: &Arc<Output>,
) -> Result<Setup> {
    let interrupt = listen(Duration::ZERO, output)?;
    let progress = Arc::new(Progress::new(Arc::clone(output), global.verbose));
    let mut place = Place::of(global, output)?;
    let protected = resumed.map(|resumed| resumed.protected.clone()).unwrap_or_default();
    place.limits.protected.extend(protected);
    setup_of(place, global, (program, resumed), (interrupt, progress), output)
}

/// What a run in a place needs.
fn setup_of(
    place: Place,
    global: &Global,
    (program, resumed): (Option<&Program>, Option<&Resumed>),
    (interrupt, progress): (Interrupt, Arc<Progress>),
    output: &Arc<Output>,
) -> Result<Setup> {
    let recorder = recorder(global, program, resumed, &place)?;
    let report = global.report.as_deref().map(ReportFile::begin).transpose()?;
    let Place { profile, organization, mode, limits, folder, connect, .. } = place;
    Ok(Setup {
        connect,
        profile,
        organization,
        mode,
        arguments: program.map(|program| program.arguments.clone()).unwrap_or_default(),
        secret_variables: secret_variables().collect(),
        console: Rc::new(Terminal::new(Arc::clone(output))),
        observer: progress,
        interrupt,
        listings: Listings { folder: Some(folder), ..Listings::default() },
        guard: Arc::new(Guard::new(limits)),
        recorder,
        resumed: resumed.is_some(),
        verify: global.verify,
        outlet: report.map(|report| Box::new(report) as Box<dyn Outlet>),
    })
}

/// The journal of the run; a sandbox of this process leaves nothing that could be finished later.
fn recorder(
    global: &Global,
    program: Option<&Program>,
    resumed: Option<&Resumed>,
    place: &Place,
) -> Result<Option<Arc<Recorder>>> {
    let Some(resumed) = resumed else {
        let head = || journal::head(global, program, place, &place.limits);
        let keeps = place.is_real && !global.no_journal;
        return Ok(keeps.then(|| Arc::new(Recorder::new(head(), Redactor::new(&global.secret_arguments)))));
    };
    if place.organization != resumed.organization {
        let message = "the run was about another organization than the profile and the environment name now";
        return Err(Error::usage_with_hint(
            message,
            "Name its profile with -p, or set UMAPI_ORG_ID as it was.",
        ));
    }
    journal::reopen(resumed).map(|recorder| Some(Arc::new(recorder)))
}
