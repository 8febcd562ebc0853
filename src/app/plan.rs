//! `umapish plan` and `--plan`: runs a script on a copy of the organization and shows, or keeps, what it would change.

use super::copy::OrganizationReplica;
use super::refusal::refuse;
use super::run_builder::{listen, setup_of};
use super::{first_line, journal, script_arguments};
use crate::app::organization::OrganizationContext;
use crate::cli::GlobalOptions;
use crate::client::event::ClientObserver;
use crate::client::hooks::GateHook;
use crate::error::{Error, Result};
use crate::host::console::HostConsole;
use crate::output::Output;
use crate::output::format::OutputForm;
use crate::plan::file::{PlanAuthor, PlanFile, PlanOrigin, ProfileForecast};
use crate::plan::html;
use crate::plan::plan_command::{PlanCommand, Prediction};
use crate::plan::recording::{PlanOutcomes, PlanRecording};
use crate::plan::summary::{self, PlanSummary};
use crate::quantity::counted;
use crate::sandbox;
use crate::session::file_overlay::FileOverlay;
use crate::session::run_setup::RunSetup;
use crate::shell::console::TerminalConsole;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use crate::shell::progress::ProgressReporter;
use crate::shell::runner;
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// What to do with a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlanTarget {
    /// Where to keep it.
    pub(crate) out: Option<PathBuf>,
    /// Where to write its page.
    pub(crate) html: Option<PathBuf>,
    /// Whether changes have an exit code of their own.
    pub(crate) exit_code: bool,
}

/// A plan, and the profiles before the script ran.
struct PlannedRun {
    replica: Rc<OrganizationReplica>,
    recording: Arc<PlanRecording>,
    overlay: Rc<FileOverlay>,
    plan: PlanFile,
    before: Vec<(String, Option<String>, usize)>,
}

/// Plans a script.
pub(crate) fn plan(
    global: &GlobalOptions,
    program: Result<ScriptProgram>,
    target: &PlanTarget,
    output: &Arc<Output>,
) -> RunExit {
    let ready = program.and_then(|program| {
        let mut program = program.with_secret_arguments(&global.secret_arguments);
        if let Some(exit) = script_arguments::check(&program, true, output)? {
            return Ok(Err(exit));
        }
        // The plan is what is shown.
        program.shows_value = false;
        let global = first_line::applied(global, &program)?;
        if let Some(report) = &global.report {
            let message = format!("a plan has no report, so {} would stay empty", report.display());
            return Err(Error::usage_with_hint(message, "Give --report to `umapish apply`."));
        }
        let (run, setup) = prepared(&global, &program, output)?;
        Ok(Ok((global, program, run, setup)))
    });
    let (global, program, run, setup) = match ready {
        Ok(Ok(ready)) => ready,
        Ok(Err(exit)) => return exit,
        Err(error) => return refuse(&error, output),
    };
    let exit = runner::run(&program, setup, output);
    if !matches!(exit, RunExit::Done | RunExit::Rejected | RunExit::Asked(_)) {
        output.error("there is no plan, because the script did not finish", None);
        return exit;
    }
    let plan = run.finished();
    if let Some(problem) = unread(&plan) {
        output.error("there is no plan, because the copy could not be completed", Some(problem));
        return RunExit::Unavailable;
    }
    match kept(&plan, &global, target, output) {
        Ok(summary) => exit_of(&plan, &summary, exit, target),
        Err(error) => refuse(&error, output),
    }
}

/// Why the copy does not have what a command of the plan touches, if that could not be read.
fn unread(plan: &PlanFile) -> Option<&str> {
    let is_unread = |prediction: &&Prediction| prediction.code.as_deref() == Some(sandbox::INCOMPLETE_COPY);
    let unread = plan.commands.iter().map(|command| &command.prediction).find(is_unread)?;
    unread.message.as_deref()
}

fn exit_of(plan: &PlanFile, summary: &PlanSummary, exit: RunExit, target: &PlanTarget) -> RunExit {
    let failing = if summary.failing > 0 { RunExit::Rejected } else { RunExit::Done };
    let changes = target.exit_code && plan.commands.iter().any(PlanCommand::is_planned);
    exit.or_worse(failing).or_worse(if changes { RunExit::Changes } else { RunExit::Done })
}

/// Reads the organization and prepares a run on its copy.
fn prepared(
    global: &GlobalOptions,
    program: &ScriptProgram,
    output: &Arc<Output>,
) -> Result<(PlannedRun, RunSetup)> {
    let interrupt = listen(Duration::ZERO, output)?;
    let progress = Arc::new(ProgressReporter::new(Arc::clone(output), global.verbose));
    let original = OrganizationContext::of(global, output)?;
    let observer = Arc::clone(&progress) as Arc<dyn ClientObserver>;
    let replica = Rc::new(OrganizationReplica::read(&original, &interrupt, &observer)?);
    replica.note_age(output);
    let mut plan = new_plan(global, program, &original, &replica);
    plan.profile.clone_from(&original.profile);
    let before = replica.server.profile_counts();
    let context = replica.context(original);
    let folder = (context.folder)()?.join("files");
    let overlay = Rc::new(FileOverlay::new(folder));
    let recording = Arc::new(PlanRecording::default());
    let mut setup = setup_of(context, global, (Some(program), None), (interrupt, progress), output)?;
    setup.settings.overlay = Some(Rc::clone(&overlay));
    setup.settings.sink = Some(Box::new(PlanOutcomes(Arc::clone(&recording))));
    setup.setup.console = Rc::new(PlanConsole(TerminalConsole::new(Arc::clone(output))));
    let (hooks, recorder) = (setup.setup.hooks, Arc::clone(&recording));
    setup.setup.hooks = Box::new(move |settings| {
        let recorder = Arc::clone(&recorder) as Arc<dyn GateHook>;
        hooks(settings).into_iter().chain([recorder]).collect()
    });
    Ok((PlannedRun { replica, recording, overlay, plan, before }, setup))
}

fn new_plan(
    global: &GlobalOptions,
    program: &ScriptProgram,
    original: &OrganizationContext,
    replica: &OrganizationReplica,
) -> PlanFile {
    let head = journal::head(global, Some(program), original, &original.limits);
    let planner = PlanAuthor { user: head.user, uid: journal::uid(), host: head.host };
    let origin = PlanOrigin::Script { script: head.script, arguments: head.arguments, inputs: Vec::new() };
    let mut plan = PlanFile::new(planner, origin, (replica.organization.clone(), replica.service.clone()));
    plan.reason = head.reason;
    plan.guards = head.guards;
    plan
}

impl PlannedRun {
    /// The plan after the script ran.
    fn finished(self) -> PlanFile {
        let Self { replica, recording, overlay, mut plan, before } = self;
        (plan.commands, plan.refused) = recording.take();
        plan.listings = replica.listings();
        if let PlanOrigin::Script { inputs, .. } = &mut plan.origin {
            *inputs = overlay.inputs();
        }
        plan.files = overlay.written().iter().map(|path| path.display().to_string()).collect();
        let after = replica.server.profile_counts();
        let changed = before.into_iter().zip(after).filter(|(before, after)| before.2 != after.2);
        plan.profiles = changed
            .map(|((name, quota, before), (_, _, after))| ProfileForecast {
                name,
                quota: quota.and_then(|quota| quota.parse().ok()),
                before,
                after,
            })
            .collect();
        plan
    }
}

/// Shows a plan and keeps it where the operator asked for that.
fn kept(
    plan: &PlanFile,
    global: &GlobalOptions,
    target: &PlanTarget,
    output: &Output,
) -> Result<PlanSummary> {
    let summary = PlanSummary::of(plan);
    let holds = |secret: &&String| {
        !secret.is_empty()
            && plan.commands.iter().any(|one| one.command.to_string().contains(secret.as_str()))
    };
    if let (Some(out), Some(_)) = (&target.out, global.secret_arguments.iter().find(holds)) {
        return Err(Error::usage_with_hint(
            format!("a command of the plan has a secret argument in it, so {} is not written", out.display()),
            "Run the script without a plan, or leave the secret out of its commands.",
        ));
    }
    show(plan, &summary, output);
    for doubt in plan.listings.iter().flat_map(|listing| &listing.doubts) {
        output.warning(&format!("the organization changed while it was read: {doubt}"));
    }
    if let Some(page) = &target.html {
        write_page(page, &html::page(plan, &summary))?;
    }
    if let Some(out) = &target.out {
        plan.write(out)?;
        let options: Vec<_> = std::iter::once("--live").chain(summary.options.iter().copied()).collect();
        output.note(&format!("to make these changes: umapish apply {} {}", out.display(), options.join(" ")));
    }
    Ok(summary)
}

fn write_page(path: &Path, text: &str) -> Result<()> {
    file_door::replace(path, FileAccess::Private, |writer| writer.write_all(text.as_bytes()))
}

/// Shows a plan in the operator's form.
pub(crate) fn show(plan: &PlanFile, summary: &PlanSummary, output: &Output) {
    match output.form() {
        OutputForm::Json => output.value(&summary::to_json(plan, summary)),
        OutputForm::Csv | OutputForm::JsonLines | OutputForm::Xlsx => {
            output.value(&summary::command_rows(plan).into());
        }
        OutputForm::Table => show_tables(plan, summary, output),
    }
}

fn show_tables(plan: &PlanFile, summary: &PlanSummary, output: &Output) {
    // Numbers, since the causes would leave no room for the people.
    let number =
        |cause: &String| summary.doubts.iter().position(|doubt| doubt.cause == *cause).map(|at| at + 1);
    let people = summary.people.iter().map(|change| {
        let numbers: BTreeSet<_> = change.rests_on.iter().filter_map(number).collect();
        let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        json!({"name": change.name, "changes": change.changes, "status": change.status, "rests on": numbers.join(", ")})
    });
    block("People and groups", people.collect(), output);
    let profiles = plan.profiles.iter().map(|profile| {
        let missing = profile.without_license();
        let licenses = profile.quota.map_or_else(|| "no limit".to_owned(), |quota| quota.to_string());
        let licenses = if missing > 0 { format!("{licenses} ({missing} without license)") } else { licenses };
        json!({"profile": profile.name, "before": profile.before, "after": profile.after, "licenses": licenses})
    });
    block("Profiles", profiles.collect(), output);
    let failing = plan.commands.iter().filter(|command| !command.is_planned()).map(|command| {
        json!({"who": command.target(), "code": command.prediction.code, "why": command.prediction.message})
    });
    let refused =
        plan.refused.iter().map(|one| json!({"who": one.target, "code": one.code, "why": one.message}));
    block("Would fail, and not sent", failing.chain(refused).collect(), output);
    let doubts = summary.doubts.iter().enumerate().map(|(place, doubt)| {
        json!({"number": place + 1, "rests on": doubt.cause, "commands": doubt.commands, "such as": doubt.examples.join(", ")})
    });
    block("Not certain", doubts.collect(), output);
    let gone =
        plan.commands.iter().filter(|command| command.is_planned()).filter_map(|command| {
            Some(json!({"who": command.target(), "why": command.irreversible.as_ref()?}))
        });
    block("Cannot be undone", gone.collect(), output);
    let files = plan.files.iter().map(|file| json!({"file": file}));
    block("Files that the script would write", files.collect(), output);
    output.data(&format!(
        "{} of {}, in at most {}, at least {}",
        counted(summary.planned, "command"),
        plan.commands.len() + plan.refused.len(),
        counted(summary.requests, "request"),
        counted(summary.minutes, "minute")
    ));
}

fn block(heading: &str, rows: Vec<Value>, output: &Output) {
    if !rows.is_empty() {
        output.data(heading);
        output.value(&rows.into());
        output.data("");
    }
}

/// The console of a planned script: what it prints is not part of the plan, so it goes to the operator.
struct PlanConsole(TerminalConsole);

impl HostConsole for PlanConsole {
    fn print(&self, line: &str) {
        self.0.message(line);
    }

    fn show(&self, value: &Value) {
        self.0.message(&value.to_string());
    }

    fn message(&self, line: &str) {
        self.0.message(line);
    }

    fn note(&self, line: &str) {
        self.0.note(line);
    }

    fn warn(&self, line: &str) {
        self.0.warn(line);
    }

    fn is_lost(&self) -> bool {
        self.0.is_lost()
    }

    fn ask(&self, question: &str) -> Result<String> {
        self.0.ask(question)
    }
}
