//! `umapish init` and `umapish doctor`: create a profile, and test one.

use super::former_files;
use super::refusal::refuse;
use super::run_builder::{listen, setup_of};
use crate::app::organization::OrganizationContext;
use crate::cli::{GlobalOptions, InitOptions};
use crate::config::values::{CommandLineSettings, Environment};
use crate::config::{self, Config};
use crate::error::{Error, Result};
use crate::output::Output;
use crate::shell::exit_code::RunExit;
use crate::shell::progress::ProgressReporter;
use crate::store::trust::{self, FileRole};
use crate::subcommands::doctor;
use crate::subcommands::doctor::DoctorChart;
use crate::subcommands::init;
use crate::user_folders;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Creates a profile and tests it.
pub(crate) fn init(options: &InitOptions, global: &GlobalOptions, output: &Arc<Output>) -> RunExit {
    let profile = global.profile.as_deref().unwrap_or("default");
    if let Some(advice) = former_files::profiles() {
        output.note(&advice);
    }
    let file = match config::place_of(&global.choice(), &Environment::current()) {
        Ok(file) => file,
        Err(error) => return refuse(&error, output),
    };
    let made = init::run(options, profile, &file, output);
    if options.no_test || made != RunExit::Done {
        return made;
    }
    let choice = CommandLineSettings { profile: Some(profile.to_owned()), ..global.choice() };
    examine(OrganizationContext::of_profile(global, &choice, output), Some(file), &choice, global, output)
}

/// Tests the profile of the command line.
pub(crate) fn doctor(global: &GlobalOptions, output: &Arc<Output>) -> RunExit {
    let choice = global.choice();
    if !global.sandbox {
        let former = [former_files::profiles(), former_files::journals()];
        for advice in former.iter().flatten() {
            output.note(advice);
        }
    }
    let file = (!global.sandbox).then(|| config::place_of(&choice, &Environment::current()).ok()).flatten();
    examine(OrganizationContext::of(global, output), file, &choice, global, output)
}

fn examine(
    context: Result<OrganizationContext>,
    file: Option<PathBuf>,
    choice: &CommandLineSettings,
    global: &GlobalOptions,
    output: &Arc<Output>,
) -> RunExit {
    let finding = file.as_ref().and_then(|_| finding(choice));
    let context = context.unwrap_or_else(|problem| OrganizationContext::unknown("default", problem));
    let listeners = listen(Duration::ZERO, output)
        .map(|interrupt| (interrupt, Arc::new(ProgressReporter::new(Arc::clone(output), global.verbose))));
    match listeners.and_then(|listeners| setup_of(context, global, (None, None), listeners, output)) {
        Ok(setup) => doctor::run(DoctorChart { file, finding, setup }, output),
        Err(error) => refuse(&error, output),
    }
}

/// What is wrong with who may change the startup script of the prompt.
fn startup_finding() -> Option<Error> {
    let path = user_folders::configuration().ok()?.join("init.rhai");
    trust::check(&path, FileRole::Obeyed).err()
}

/// The first problem of the configuration file.
fn finding(choice: &CommandLineSettings) -> Option<Error> {
    let config = match Config::load(choice, &Environment::current()) {
        Ok(config) => config,
        Err(error) => return Some(error),
    };
    if let Some(error) = startup_finding() {
        return Some(error);
    }
    let warning = config.warnings().first()?;
    let (message, remedy) = warning.split_once("; ").unwrap_or((warning, "Fix the profile."));
    Some(Error::config(message, remedy))
}
