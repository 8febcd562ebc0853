//! Builds what a run starts with: its organization, its guard, its journal and its reports.

use super::{former_files, journal};
use crate::app::copy::OrganizationReplica;
use crate::app::journal::ResumedRun;
use crate::app::organization::{OrganizationContext, ProfileFiles};
use crate::changes::report_file::ReportFile;
use crate::cli::{GlobalOptions, VerifyWhen};
use crate::client::event::ClientObserver;
use crate::client::settings::VerifyPolicy;
use crate::config::table::secret_variables;
use crate::error::{Error, Result};
use crate::host::input_defaults::InputDefaults;
use crate::host::interrupt::Interrupt;
use crate::host::memory::{self, MemoryLimit};
use crate::host::session::SessionSetup;
use crate::output::Output;
use crate::session::guard::{Allowance, ChangeGuard, GuardLimits};
use crate::session::journal::recorder::JournalRecorder;
use crate::session::journal::redaction::Redactor;
use crate::session::listing_options::ListingSettings;
use crate::session::live_run::{LiveRun, LiveRunSettings};
use crate::session::run_setup::{self, RunSetup};
use crate::session::run_state::RunSettings;
use crate::session::totals::OutcomeSink;
use crate::shell::console::TerminalConsole;
use crate::shell::program::ScriptProgram;
use crate::shell::progress::ProgressReporter;
use crate::shell::shebang::ScriptLimits;
use crate::shell::signals;
use crate::store::file_door;
use crate::store::file_rules::{FileRules, RunFiles, library_of};
use crate::store::output_file::IfExists;
use crate::user_folders;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Handles Ctrl-C from here on; a second one after `grace` exits.
pub(super) fn listen(grace: Duration, output: &Output) -> Result<Interrupt> {
    let interrupt = Interrupt::default();
    let requested = interrupt.clone();
    output.heed(move || requested.is_requested());
    signals::listen(interrupt.clone(), grace).map_err(|error| {
        Error::config(
            format!("cannot listen for signals: {error}"),
            "Check this user's system limits (ulimit).",
        )
    })?;
    Ok(interrupt)
}

/// What a run needs. The client's settings are fetched when the script makes its first call.
pub(super) fn setup(
    global: &GlobalOptions,
    program: Option<&ScriptProgram>,
    resumed: Option<&ResumedRun>,
    output: &Arc<Output>,
) -> Result<RunSetup> {
    let interrupt = listen(Duration::ZERO, output)?;
    let progress = Arc::new(ProgressReporter::new(Arc::clone(output), global.verbose));
    let mut context = OrganizationContext::of(global, output)?;
    if global.copy {
        context = copy_of(context, &interrupt, &progress, output)?;
    }
    let protected = resumed.map(|resumed| resumed.protected.clone()).unwrap_or_default();
    context.limits.protected.extend(protected);
    if let Some(resumed) = resumed.filter(|_| context.limits.only.is_empty()) {
        context.limits.only.clone_from(&resumed.only);
    }
    setup_of(context, global, (program, resumed), (interrupt, progress), output)
}

/// A copy of an organization, where changes stay.
pub(super) fn copy_of(
    context: OrganizationContext,
    interrupt: &Interrupt,
    progress: &Arc<ProgressReporter>,
    output: &Output,
) -> Result<OrganizationContext> {
    let observer = Arc::clone(progress) as Arc<dyn ClientObserver>;
    let replica = Rc::new(OrganizationReplica::read(&context, interrupt, &observer)?);
    replica.note_age(output);
    for doubt in replica.server.doubts() {
        output.warning(&format!("the organization changed while it was read: {doubt}"));
    }
    Ok(replica.context(context))
}

/// What a run in a context needs.
pub(super) fn setup_of(
    context: OrganizationContext,
    global: &GlobalOptions,
    (program, resumed): (Option<&ScriptProgram>, Option<&ResumedRun>),
    (interrupt, progress): (Interrupt, Arc<ProgressReporter>),
    output: &Arc<Output>,
) -> Result<RunSetup> {
    let limit = || MemoryLimit::default_of(memory::available());
    interrupt.limit_memory(global.max_memory.map_or_else(limit, MemoryLimit::of));
    let recorder = recorder(global, program, resumed, &context)?;
    if let (Some(keep), Some(_)) = (context.journal_keep, &recorder) {
        journal::remove_old(keep, output);
    }
    let inputs = program.map(ScriptProgram::files).unwrap_or_default();
    let report = global.report.as_deref().map(|path| ReportFile::create(path, &inputs)).transpose()?;
    if let Some(earlier) = report.as_ref().and_then(ReportFile::earlier) {
        output.note(&format!("the report of an earlier run was renamed to {}", earlier.display()));
    }
    let files = file_rules(global, program, resumed, &context.files)?;
    let OrganizationContext {
        profile, organization, mode, is_real, is_copy, limits, folder, connect, ..
    } = context;
    let guard = ChangeGuard::new(limits);
    if let Some(ScriptLimits { max_changes, max_removals, .. }) = program.map(|program| &program.limits) {
        let (max_changes, max_removals) = (*max_changes, max_removals.map(Allowance::Count));
        guard.tighten(&GuardLimits { max_changes, max_removals, ..GuardLimits::default() });
    }
    let settings = RunSettings {
        listings: ListingSettings { folder: Some(folder), ..ListingSettings::default() },
        guard: Arc::new(guard),
        live_run: is_real.then(|| live_run(global, program, &interrupt, &progress)),
        recorder,
        resumed: resumed.is_some(),
        send_unlisted: global.unlisted.is_some(),
        sink: report.map(|report| Box::new(report) as Box<dyn OutcomeSink>),
        report: global.report.clone(),
        if_exists: if program.is_some() { IfExists::Replace } else { IfExists::Error },
        files,
        overlay: None,
    };
    let setup = SessionSetup {
        connect,
        profile,
        organization,
        mode,
        arguments: program.map(|program| program.arguments.clone()).unwrap_or_default(),
        secret_variables: secret_variables().collect(),
        console: Rc::new(TerminalConsole::new(Arc::clone(output))),
        observer: progress,
        interrupt,
        hooks: run_setup::hook_factory(&settings),
        verify: verify_policy(global.verify, is_real || is_copy),
        confirms: global.yes,
    };
    Ok(RunSetup { setup, settings, inputs: input_defaults(global) })
}

fn input_defaults(global: &GlobalOptions) -> InputDefaults {
    InputDefaults {
        encoding: global.encoding.clone(),
        delimiter: global.delimiter,
        sheet: global.sheet.clone(),
        header_row: global.header_row,
        hidden: global.hidden.clone(),
        columns: global.columns.iter().map(|(new, old)| (old.clone(), new.clone())).collect(),
    }
}

/// How the run keeps other live runs out.
fn live_run(
    global: &GlobalOptions,
    program: Option<&ScriptProgram>,
    interrupt: &Interrupt,
    progress: &Arc<ProgressReporter>,
) -> Arc<LiveRun> {
    Arc::new(LiveRun::new(LiveRunSettings {
        user: journal::user(),
        script: program.map_or_else(|| "prompt".to_owned(), |program| program.name.clone()),
        wait: global.wait.unwrap_or_default(),
        interrupt: interrupt.clone(),
        observer: Arc::clone(progress) as Arc<dyn ClientObserver>,
    }))
}

/// The files that the script may touch. What the operator types, at the prompt or in `-e`, may touch all but
/// umapish's own.
fn file_rules(
    global: &GlobalOptions,
    program: Option<&ScriptProgram>,
    resumed: Option<&ResumedRun>,
    profile: &ProfileFiles,
) -> Result<FileRules> {
    if let Some(folder) = global.files.iter().find(|path| !file_door::exists(path)) {
        let message = format!("--files: there is no folder `{}`", folder.display());
        return Err(Error::usage_with_hint(message, "Create it, or name another one."));
    }
    let configuration = user_folders::configuration().ok();
    let former = configuration.as_deref().map(former_files::former);
    let state = user_folders::state().ok();
    let former_state = state.as_deref().map(former_files::former);
    let library = configuration.as_deref().map(library_of);
    let own = [configuration, former, state, former_state].into_iter().flatten();
    let journal = resumed.map(|resumed| resumed.path.clone());
    let lists = global.protect.iter().chain(&global.only).map(PathBuf::from);
    Ok(FileRules::of(&RunFiles {
        script: program.and_then(|program| program.file.as_deref()),
        is_typed: program.is_none_or(ScriptProgram::is_typed),
        arguments: program.map(ScriptProgram::named_paths).unwrap_or_default(),
        granted: global.files.iter().chain(&profile.granted).cloned().collect(),
        own: own.chain(journal).chain(profile.own.iter().cloned()).collect(),
        guard_lists: lists.chain(profile.guard_lists.iter().cloned()).collect(),
        library,
        current: std::env::current_dir().ok(),
        home: user_folders::home().ok(),
    }))
}

/// When removals are verified. In the sandbox of this process it costs nothing, so there the default is always.
fn verify_policy(when: Option<VerifyWhen>, is_real: bool) -> VerifyPolicy {
    match when {
        Some(VerifyWhen::Never) => VerifyPolicy::Never,
        Some(VerifyWhen::Auto) => VerifyPolicy::Auto,
        None if is_real => VerifyPolicy::Auto,
        Some(VerifyWhen::Always) | None => VerifyPolicy::Always,
    }
}

/// The journal of the run; a sandbox in this process leaves nothing to resume.
fn recorder(
    global: &GlobalOptions,
    program: Option<&ScriptProgram>,
    resumed: Option<&ResumedRun>,
    context: &OrganizationContext,
) -> Result<Option<Arc<JournalRecorder>>> {
    let Some(resumed) = resumed else {
        let head = || journal::head(global, program, context, &context.limits);
        let new = || JournalRecorder::new(head(), Redactor::new(&global.secret_arguments));
        return Ok(match (context.is_real, program) {
            (true, _) => (!global.no_journal).then(|| Arc::new(new())),
            // `:undo` at the prompt needs to know what was done.
            (false, None) => Some(Arc::new(new().kept_in((context.folder)()?))),
            (false, Some(_)) => None,
        });
    };
    if context.organization != resumed.organization {
        let message = "this run was started for a different organization than the current profile selects";
        return Err(Error::usage_with_hint(
            message,
            "Select its profile with -p, or set UMAPI_ORG_ID to its organization.",
        ));
    }
    if let (Some(then), Some(now)) = (&resumed.service, &context.service)
        && then != now
    {
        return Err(Error::usage_with_hint(
            format!("this run was started with the service at {then}, not {now}"),
            "Set `url` in the profile, or UMAPI_URL, to the address of the run.",
        ));
    }
    journal::reopen(resumed).map(|recorder| Some(Arc::new(recorder)))
}
