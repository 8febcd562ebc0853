//! From the command line to an exit code: the one place where all parts meet.

mod former_files;
mod journal;
mod organization;
mod prompt;
mod refusal;
mod run_builder;
mod sandbox;
mod setup;
mod terminal;

use crate::cli::{self, Cli, Color, Command, Format, Global};
use crate::error::Result;
use crate::output::format::Form;
use crate::output::{Manner, Output};
use crate::shell::exit_code::Exit;
use crate::shell::program::Program;
use crate::shell::{panics, runner};
use crate::subcommands::{check, definitions, functions, guide};
use refusal::refuse;
use run_builder::setup;
use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

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
        Some(Command::Guide { topic, search }) => guide::run(topic.as_deref(), search.as_deref(), output),
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
            warn_of_misplaced(&program, output);
            runner::run(&program, setup, output)
        }
        Err(error) => refuse(&error, output),
    }
}

fn resume(global: &Global, journal: Option<PathBuf>, output: &Arc<Output>) -> Exit {
    if let Some(advice) = journal.is_none().then(former_files::journals).flatten() {
        output.note(&advice);
    }
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

fn warn_of_misplaced(program: &Program, output: &Output) {
    let place = if program.shows_value { "the first argument" } else { "the script name" };
    for argument in cli::misplaced(&program.arguments) {
        output.warning(&format!(
            "`{argument}` comes after {place}, so the script receives it; put umapish options first"
        ));
    }
}
