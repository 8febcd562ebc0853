//! Builds what a run starts with: its organization, its guard, its journal and its reports.

use super::journal;
use super::journal::Resumed;
use super::organization::Place;
use crate::changes::report_file::ReportFile;
use crate::cli::Global;
use crate::config::table::secret_variables;
use crate::error::{Error, Result};
use crate::host::interrupt::Interrupt;
use crate::host::session::Setup;
use crate::output::Output;
use crate::session::guard::Guard;
use crate::session::journal::recorder::Recorder;
use crate::session::journal::redaction::Redactor;
use crate::session::listing_options::ListingSettings;
use crate::session::run_setup::{self, RunSetup};
use crate::session::run_state::RunSettings;
use crate::session::totals::OutcomeSink;
use crate::shell::console::Terminal;
use crate::shell::program::Program;
use crate::shell::progress::Progress;
use crate::shell::signals;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Ctrl-C, from here on; a second one leaves, after `grace`.
pub(super) fn listen(grace: Duration, output: &Output) -> Result<Interrupt> {
    let interrupt = Interrupt::default();
    let heard = interrupt.clone();
    output.heed(move || heard.is_requested());
    signals::listen(interrupt.clone(), grace).map_err(|error| {
        Error::config(format!("the system gives no signals: {error}"), "Check the limits of this user.")
    })?;
    Ok(interrupt)
}

/// What a run needs. The client's settings are fetched when the script makes its first call.
pub(super) fn setup(
    global: &Global,
    program: Option<&Program>,
    resumed: Option<&Resumed>,
    output: &Arc<Output>,
) -> Result<RunSetup> {
    let interrupt = listen(Duration::ZERO, output)?;
    let progress = Arc::new(Progress::new(Arc::clone(output), global.verbose));
    let mut place = Place::of(global, output)?;
    let protected = resumed.map(|resumed| resumed.protected.clone()).unwrap_or_default();
    place.limits.protected.extend(protected);
    setup_of(place, global, (program, resumed), (interrupt, progress), output)
}

/// What a run in a place needs.
pub(super) fn setup_of(
    place: Place,
    global: &Global,
    (program, resumed): (Option<&Program>, Option<&Resumed>),
    (interrupt, progress): (Interrupt, Arc<Progress>),
    output: &Arc<Output>,
) -> Result<RunSetup> {
    let recorder = recorder(global, program, resumed, &place)?;
    let report = global.report.as_deref().map(ReportFile::begin).transpose()?;
    let Place { profile, organization, mode, limits, folder, connect, .. } = place;
    let settings = RunSettings {
        listings: ListingSettings { folder: Some(folder), ..ListingSettings::default() },
        guard: Arc::new(Guard::new(limits)),
        recorder,
        resumed: resumed.is_some(),
        sink: report.map(|report| Box::new(report) as Box<dyn OutcomeSink>),
    };
    let setup = Setup {
        connect,
        profile,
        organization,
        mode,
        arguments: program.map(|program| program.arguments.clone()).unwrap_or_default(),
        secret_variables: secret_variables().collect(),
        console: Rc::new(Terminal::new(Arc::clone(output))),
        observer: progress,
        interrupt,
        hooks: run_setup::hook_factory(&settings),
        verify: global.verify,
    };
    Ok(RunSetup { setup, settings })
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
