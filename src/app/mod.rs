//! From the command line to an exit code: the composition root.

#[cfg(test)]
mod accuracy;
mod apply;
mod copy;
mod copy_file;
mod core_files;
mod current_groups;
mod first_line;
mod former_files;
mod journal;
mod listing_update;
mod organization;
mod original_reader;
mod plan;
mod plan_approval;
mod prompt;
mod refusal;
mod resume_consent;
mod run_builder;
mod sandbox;
mod script_arguments;
mod secret_arguments;
mod setup;
mod sync;
mod terminal;
mod undo;

use crate::cli::{self, Cli, CliCommand, ColorChoice, GlobalOptions, OutputFormat};
use crate::error::Result;
use crate::output::format::OutputForm;
#[cfg(unix)]
use crate::output::standard;
use crate::output::{Output, OutputSettings};
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use crate::shell::{panics, runner};
use crate::store::journal::plan_runs;
#[cfg(unix)]
use crate::store::streams;
use crate::subcommands::draft_view::DraftView;
use crate::subcommands::{check, definitions, functions, guide, journal as look, translate};
use plan::PlanTarget;
use refusal::refuse;
use run_builder::setup;
use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

/// The stack of the thread that runs scripts; builds without optimization need far more of it (engine-notes).
const STACK_BYTES: usize = if cfg!(debug_assertions) { 512 << 20 } else { 256 << 20 };

/// Runs umapish with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    let completed = script_arguments::words_to_complete(&mut arguments);
    core_files::prevent();
    #[cfg(unix)]
    streams::standard_by(standard::output, standard::error);
    terminal::name_unknown(&arguments);
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(answer) => return cli::print(&answer),
    };
    panics::silence();
    let is_dumb = terminal::is_dumb();
    let mut settings = settings(&cli.top.global);
    if cli.top.global.plan.is_some() || matches!(cli.command, Some(CliCommand::Plan(_) | CliCommand::Undo(_)))
    {
        settings.form = settings.form.or(Some(OutputForm::Table));
    }
    let output = Output::standard(settings, terminal::no_color() || is_dumb);
    let output = Arc::new(if is_dumb { output.without_progress() } else { output });
    let worker = Arc::clone(&output);
    let thread = thread::Builder::new().name("script".into()).stack_size(STACK_BYTES);
    let exit = match thread.spawn(move || begin(cli, completed, &worker)).map(thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit,
        Ok(Err(_)) => failed(&output, &panics::last()),
        Err(error) => failed(&output, &format!("cannot start a thread: {error}")),
    };
    ExitCode::from(exit.code())
}

fn failed(output: &Output, message: &str) -> RunExit {
    output.error(message, None);
    RunExit::Script
}

fn settings(global: &GlobalOptions) -> OutputSettings {
    let form = global.format.and_then(|format| match format {
        OutputFormat::Table => Some(OutputForm::Table),
        OutputFormat::Json => Some(OutputForm::Json),
        OutputFormat::Jsonl => Some(OutputForm::JsonLines),
        OutputFormat::Csv => Some(OutputForm::Csv),
        OutputFormat::Xlsx => Some(OutputForm::Xlsx),
        OutputFormat::Text | OutputFormat::Markdown => None,
    });
    let colored = match global.color {
        ColorChoice::Auto => None,
        ColorChoice::Always => Some(true),
        ColorChoice::Never => Some(false),
    };
    OutputSettings { form, quiet: global.quiet, colored, causes: global.verbose > 1 }
}

fn begin(cli: Cli, completed: Option<Vec<OsString>>, output: &Arc<Output>) -> RunExit {
    match completed {
        Some(words) => script_arguments::complete(words, output),
        None => dispatch(cli, output),
    }
}

fn dispatch(cli: Cli, output: &Arc<Output>) -> RunExit {
    let Cli { mut top, command } = cli;
    match secret_arguments::read(&top.global.secret_arguments, output) {
        Ok(values) => top.global.secret_arguments = values,
        Err(error) => return refuse(&error, output),
    }
    if output.needs_a_file() {
        let hint = "Send it to a file: umapish -o xlsx -e 'get_users()' > users.xlsx";
        output.error("`-o xlsx` writes a workbook, which a terminal cannot show", Some(hint));
        return RunExit::Usage;
    }
    match command {
        Some(CliCommand::Run { words }) => script(&top.global, ScriptProgram::script(words), output),
        Some(CliCommand::Apply { file, skip_changed }) => {
            apply::apply(&top.global, &file, skip_changed, output)
        }
        Some(CliCommand::Undo(options)) => undo::undo(&top.global, &options, output),
        Some(CliCommand::Approve { file }) => plan_approval::approve(&top.global, &file, output),
        Some(CliCommand::Plan(options)) => plan::plan(
            &top.global,
            ScriptProgram::script(options.words),
            &PlanTarget { out: options.out, html: options.html, exit_code: options.exit_code },
            output,
        ),
        Some(CliCommand::Each(each)) => script(&top.global, ScriptProgram::each_row(each), output),
        Some(CliCommand::Sync(options)) => match &options.import {
            Some(config) => sync::import(config, options.out.as_deref(), output),
            None => script(&top.global, sync::program(options), output),
        },
        Some(CliCommand::Check { scripts, format }) => {
            check::run(&scripts, format == Some(OutputFormat::Json), output)
        }
        Some(CliCommand::Translate { file, out, lines }) => {
            let view = if lines { DraftView::Lines } else { DraftView::Script };
            translate::run(&file, out.as_deref(), view, output)
        }
        Some(CliCommand::Functions { pattern, format }) => functions::run(pattern.as_deref(), format, output),
        Some(CliCommand::Guide { topic, search }) => guide::run(topic.as_deref(), search.as_deref(), output),
        Some(CliCommand::Copy { out }) => copy_file::save(&top.global, &out, output),
        Some(CliCommand::Sandbox(options)) => sandbox::serve(options, output),
        Some(CliCommand::Init(options)) => setup::init(&options, &top.global, output),
        Some(CliCommand::Doctor) => setup::doctor(&top.global, output),
        Some(CliCommand::Completions { shell }) => {
            output.data(cli::completions(shell).trim_end());
            RunExit::Done
        }
        Some(CliCommand::Definitions { folder }) => definitions::run(&folder, output),
        Some(CliCommand::Resume { journal }) => resume(&top.global, journal, output),
        Some(CliCommand::Journal(options)) => look::run(options, top.global.format.is_some(), output),
        None => match top.eval {
            Some(code) => script(&top.global, ScriptProgram::evaluated(&code, top.words), output),
            None if top.words.is_empty() && stdin().is_terminal() => prompt::prompt(top, output),
            None => script(&top.global, ScriptProgram::script(top.words), output),
        },
    }
}

fn script(global: &GlobalOptions, program: Result<ScriptProgram>, output: &Arc<Output>) -> RunExit {
    if let Some(out) = &global.plan {
        let target = PlanTarget { out: out.clone(), ..PlanTarget::default() };
        return plan::plan(global, program, &target, output);
    }
    let ready = program.and_then(|program| {
        let program = program.with_secret_arguments(&global.secret_arguments);
        if let Some(exit) = script_arguments::check(&program, false, output)? {
            return Ok(Err(exit));
        }
        let global = first_line::applied(global, &program)?;
        Ok(Ok((setup(&global, Some(&program), None, output)?, program)))
    });
    match ready {
        Ok(Ok((setup, program))) => runner::run(&program, setup, output),
        Ok(Err(exit)) => exit,
        Err(error) => refuse(&error, output),
    }
}

fn resume(global: &GlobalOptions, journal: Option<PathBuf>, output: &Arc<Output>) -> RunExit {
    if let Some(advice) = journal.is_none().then(former_files::journals).flatten() {
        output.note(&advice);
    }
    let path = match journal::chosen(journal, output) {
        Ok(path) => path,
        Err(exit) => return exit,
    };
    if let Some(plan) = plan_runs::head_of(&path).and_then(|(_, head)| head.plan.and(head.script.path)) {
        return apply::apply(global, &plan, false, output);
    }
    let ready = journal::resumed(global, path, output).and_then(|resumed| {
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
