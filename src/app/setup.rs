//! `umapish init` and `umapish doctor`: a first profile, and what is wrong with one.

use super::former_files;
use super::organization::Place;
use super::refusal::refuse;
use super::run_builder::{listen, setup_of};
use crate::cli::{Global, Init};
use crate::config::values::{Choice, Environment};
use crate::config::{self, Config};
use crate::error::{Error, Result};
use crate::output::Output;
use crate::shell::exit_code::Exit;
use crate::shell::progress::Progress;
use crate::subcommands::doctor;
use crate::subcommands::doctor::Chart;
use crate::subcommands::init;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Makes a profile and tests it.
pub(crate) fn init(options: &Init, global: &Global, output: &Arc<Output>) -> Exit {
    let profile = global.profile.as_deref().unwrap_or("default");
    if let Some(advice) = former_files::profiles() {
        output.note(&advice);
    }
    let file = match config::place_of(&global.choice(), &Environment::current()) {
        Ok(file) => file,
        Err(error) => return refuse(&error, output),
    };
    let made = init::run(options, profile, &file, output);
    if options.no_test || made != Exit::Done {
        return made;
    }
    let choice = Choice { profile: Some(profile.to_owned()), ..global.choice() };
    examine(Place::of_profile(global, &choice, output), Some(file), &choice, global, output)
}

/// Tests the profile of the command line.
pub(crate) fn doctor(global: &Global, output: &Arc<Output>) -> Exit {
    let choice = global.choice();
    if !global.sandbox {
        let former = [former_files::profiles(), former_files::journals()];
        for advice in former.iter().flatten() {
            output.note(advice);
        }
    }
    let file = (!global.sandbox).then(|| config::place_of(&choice, &Environment::current()).ok()).flatten();
    examine(Place::of(global, output), file, &choice, global, output)
}

fn examine(
    place: Result<Place>,
    file: Option<PathBuf>,
    choice: &Choice,
    global: &Global,
    output: &Arc<Output>,
) -> Exit {
    let finding = file.as_ref().and_then(|_| finding(choice));
    let place = place.unwrap_or_else(|problem| Place::unknown("default", problem));
    let ears = listen(Duration::ZERO, output)
        .map(|interrupt| (interrupt, Arc::new(Progress::new(Arc::clone(output), global.verbose))));
    match ears.and_then(|ears| setup_of(place, global, (None, None), ears, output)) {
        Ok(setup) => doctor::run(Chart { file, finding, setup }, output),
        Err(error) => refuse(&error, output),
    }
}

/// What is wrong with the configuration file: the first thing.
fn finding(choice: &Choice) -> Option<Error> {
    let config = match Config::load(choice, &Environment::current()) {
        Ok(config) => config,
        Err(error) => return Some(error),
    };
    let warning = config.warnings().first()?;
    let (message, remedy) = warning.split_once("; ").unwrap_or((warning, "Mend the profile."));
    Some(Error::config(message, remedy))
}
