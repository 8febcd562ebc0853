//! From the command line to an exit code: the one place where all parts meet.

use crate::cli::{self, Cli, Color, Command, Format, Global};
use crate::client::settings::{ClientSettings, Credentials, Mode, Pace};
use crate::config::Config;
use crate::config::table::secret_variables;
use crate::config::values::Environment;
use crate::error::{Error, Result};
use crate::output::render::Form;
use crate::output::{Manner, Output};
use crate::sandbox::{self, Sandbox};
use crate::script::interrupt::Interrupt;
use crate::script::session::Setup;
use crate::secret::Secret;
use crate::shell::console::Terminal;
use crate::shell::exit::Exit;
use crate::shell::program::Program;
use crate::shell::progress::Progress;
use crate::shell::{panics, repl, runner, signals};
use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

/// The stack of the thread that runs scripts; builds without optimization need far more of it (engine-notes).
const STACK_BYTES: usize = if cfg!(debug_assertions) { 512 << 20 } else { 64 << 20 };

/// Runs umapi with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match cli::parse(arguments) {
        Ok(cli) => cli,
        Err(answer) => return cli::tell(&answer),
    };
    panics::silence();
    let output = Arc::new(Output::standard(manner(&cli.top.global), no_color()));
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

fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn dispatch(cli: Cli, output: &Arc<Output>) -> Exit {
    let Cli { top, command } = cli;
    match command {
        Some(Command::Run { words }) => script(&top.global, Program::script(words), output),
        Some(Command::Check { scripts }) => failed(output, &format!("{scripts:?}")),
        Some(Command::Functions { pattern, format }) => failed(output, &format!("{pattern:?} {format:?}")),
        Some(Command::Sandbox(options)) => serve(options, output),
        None => match top.eval {
            Some(code) => script(&top.global, Program::evaluated(&code, top.words), output),
            None if top.words.is_empty() && stdin().is_terminal() => prompt(&top.global, output),
            None => script(&top.global, Program::script(top.words), output),
        },
    }
}

fn script(global: &Global, program: Result<Program>, output: &Arc<Output>) -> Exit {
    let ready = program.and_then(|program| Ok((setup(global, program.arguments.clone(), output)?, program)));
    match ready {
        Ok((setup, program)) => {
            warn_of_misplaced(&program.arguments, output);
            runner::run(&program, setup, output)
        }
        Err(error) => refuse(&error, output),
    }
}

fn prompt(global: &Global, output: &Arc<Output>) -> Exit {
    match setup(global, Vec::new(), output) {
        Ok(setup) => repl::run(setup, output),
        Err(error) => refuse(&error, output),
    }
}

fn refuse(error: &Error, output: &Output) -> Exit {
    output.error(&error.to_string(), error.hint().as_deref());
    Exit::of_kind(error.kind.name())
}

fn warn_of_misplaced(arguments: &[String], output: &Output) {
    for argument in cli::misplaced(arguments) {
        output.warning(&format!(
            "`{argument}` behind the script is an argument of the script; ours stand before it"
        ));
    }
}

/// What a run needs. The client's settings are fetched when the script makes its first call.
fn setup(global: &Global, arguments: Vec<String>, output: &Arc<Output>) -> Result<Setup> {
    let interrupt = Interrupt::default();
    signals::listen(interrupt.clone()).map_err(|error| {
        Error::config(format!("the system gives no signals: {error}"), "Check the limits of this user.")
    })?;
    let Place { profile, organization, mode, connect } = place(global, output)?;
    Ok(Setup {
        connect,
        profile,
        organization,
        mode,
        arguments,
        secret_variables: secret_variables().collect(),
        console: Rc::new(Terminal::new(Arc::clone(output))),
        observer: Arc::new(Progress::new(Arc::clone(output), global.verbose)),
        interrupt,
    })
}

/// Whose organization a run is about.
struct Place {
    profile: String,
    organization: Option<String>,
    mode: Mode,
    connect: Box<dyn Fn() -> Result<ClientSettings>>,
}

fn place(global: &Global, output: &Output) -> Result<Place> {
    if global.sandbox {
        return Ok(sandbox_place(global));
    }
    let config = Config::load(&global.choice(), &Environment::current())?;
    for warning in config.warnings() {
        output.warning(warning);
    }
    Ok(Place {
        profile: config.profile().to_owned(),
        organization: config.organization().map(str::to_owned),
        mode: config.mode(),
        connect: Box::new(move || config.client_settings()),
    })
}

/// A sandbox of this process, started at the first call and stopped with the run.
fn sandbox_place(global: &Global) -> Place {
    let mode = if global.test { Mode::Test } else { Mode::Live };
    let started = OnceCell::new();
    Place {
        profile: "sandbox".to_owned(),
        organization: Some(sandbox::ORGANIZATION.to_owned()),
        mode,
        connect: Box::new(move || {
            let server = Sandbox::start(sandbox::Options::default()).map_err(|error| {
                Error::config(
                    error.to_string(),
                    "Run it again; if it stays, another program blocks loopback.",
                )
            })?;
            Ok(sandbox_settings(started.get_or_init(|| server)))
        }),
    }
}

fn sandbox_settings(server: &Sandbox) -> ClientSettings {
    let credentials = Credentials::OAuth {
        client_id: sandbox::CLIENT_ID.to_owned(),
        client_secret: Secret::from(sandbox::CLIENT_SECRET),
    };
    let mut settings = ClientSettings::new(sandbox::ORGANIZATION, credentials);
    settings.service_url = server.service_url();
    settings.sign_in_url = server.sign_in_url();
    settings.pace = Pace::Off;
    settings
}

fn serve(options: cli::Sandbox, output: &Output) -> Exit {
    let cli::Sandbox { port, users, state, throttle } = options;
    let options = sandbox::Options { port, users, state, throttle, ..sandbox::Options::default() };
    let interrupt = Interrupt::default();
    let listening = signals::listen(interrupt.clone());
    match (Sandbox::start(options), listening) {
        (Ok(server), Ok(())) => {
            output.value(&describe(&server));
            output.note("serving; stop it with Ctrl-C");
            wait_for(&interrupt);
            Exit::Done
        }
        (Err(error), _) => failed(output, &error.to_string()),
        (_, Err(error)) => failed(output, &format!("the system gives no signals: {error}")),
    }
}

/// What a client has to be told, by the names of the settings.
fn describe(server: &Sandbox) -> serde_json::Value {
    serde_json::json!({
        "UMAPI_URL": server.service_url(),
        "UMAPI_IMS_URL": server.sign_in_url(),
        "UMAPI_ORG_ID": sandbox::ORGANIZATION,
        "UMAPI_CLIENT_ID": sandbox::CLIENT_ID,
        "UMAPI_CLIENT_SECRET": sandbox::CLIENT_SECRET,
    })
}

fn wait_for(interrupt: &Interrupt) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    if let Ok(runtime) = runtime {
        runtime.block_on(interrupt.token().cancelled());
    }
}
