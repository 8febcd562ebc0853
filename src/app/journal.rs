//! Journals on the command line: the head of a new one, resuming an interrupted run, and showing one.

use super::refusal::refuse;
use super::resume_consent;
use crate::app::organization::OrganizationContext;
use crate::cli::{GlobalOptions, UnlistedPolicy, VerifyWhen};
use crate::error::{Error, Result};
use crate::output::Output;
use crate::output::pretty::plural;
use crate::secret;
use crate::session::guard::{GuardLimits, NamePattern};
use crate::session::journal::recorder::JournalRecorder;
use crate::session::journal::redaction::Redactor;
use crate::shell::exit_code::RunExit;
use crate::shell::program::{RowSelection, ScriptProgram};
use crate::store::file_door;
use crate::store::journal::reader;
use crate::store::journal::record::{
    GuardRecord, HeadRecord, InputRecord, ResumedRecord, RowsRecord, ScriptRecord, TablesRecord,
};
use crate::store::journal::retention;
use crate::store::journal::unfinished_runs;
use crate::store::journal::unfinished_runs::{JournalSurvey, UnfinishedRun};
use crate::store::journal::{FORMAT, directory, sha256};
use crate::store::trust::{self, FileRole};
use crate::wire::mode::Mode;
use jiff::Timestamp;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Written in place of a secret argument.
const MASK: &str = "(secret)";

/// The head of a new journal: everything needed to know what was run, by whom, and to run it again.
pub(crate) fn head(
    global: &GlobalOptions,
    program: Option<&ScriptProgram>,
    context: &OrganizationContext,
    limits: &GuardLimits,
) -> HeadRecord {
    let secret = program.map_or(0, |program| program.secret_arguments);
    let arguments = program.map(|program| program.arguments.as_slice()).unwrap_or_default();
    let (plain, secrets) = arguments.split_at(arguments.len().saturating_sub(secret));
    let masked = std::iter::repeat_n(MASK.to_owned(), secrets.len());
    let redactor = Redactor::new(secrets);
    HeadRecord {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        script: script(program, &redactor),
        arguments: plain.iter().map(|text| redactor.redacted(text)).chain(masked).collect(),
        secret_arguments: secret,
        secrets: secrets.iter().map(|text| sha256::sealed(text)).collect(),
        profile: context.profile.clone(),
        config: global.config.as_deref().map(absolute),
        organization: context.organization.clone(),
        service: context.service.clone(),
        mode: context.mode,
        user: user(),
        host: host(),
        folder: std::env::current_dir().ok(),
        reason: global.reason.as_deref().map(|text| redactor.redacted(text)),
        report: global.report.as_deref().map(absolute),
        guards: guards(global, limits),
        checks: context.checks,
        tables: TablesRecord {
            columns: global.columns.clone(),
            encoding: global.encoding.clone(),
            delimiter: global.delimiter,
            sheet: global.sheet.clone(),
        },
        inputs: Vec::new(),
        plan: None,
    }
}

/// A path that is valid wherever the run is resumed.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn script(program: Option<&ScriptProgram>, redactor: &Redactor) -> ScriptRecord {
    let Some(program) = program else {
        let name = "prompt".to_owned();
        return ScriptRecord { name, ..ScriptRecord::default() };
    };
    ScriptRecord {
        name: program.name.clone(),
        path: program.file.as_deref().map(absolute),
        sha256: Some(sha256::of(program.text.as_bytes())),
        // The code of -e and standard input is nowhere else; a file is found again.
        text: program.file.is_none().then(|| redactor.redacted(&program.text)),
        shows_value: program.shows_value,
        rows: program.rows.as_ref().map(|rows| RowsRecord {
            file: rows.file.clone(),
            condition: rows.condition.as_deref().map(|text| redactor.redacted(text)),
        }),
        built_in: program.is_built_in,
    }
}

/// The guards as options, which a resumed run gets again.
fn guards(global: &GlobalOptions, limits: &GuardLimits) -> GuardRecord {
    GuardRecord {
        read_only: limits.read_only,
        max_changes: limits.max_changes,
        max_removals: global.max_removals.clone(),
        protect: limits.protected.iter().map(|pattern| pattern.text().to_owned()).collect(),
        only: limits.only.iter().map(|pattern| pattern.text().to_owned()).collect(),
        allow_empty_source: limits.allow_empty_source,
        allow_delete: limits.allow_delete,
        verify: global.verify == Some(VerifyWhen::Always),
        send_unlisted: global.unlisted.is_some(),
    }
}

/// An interrupted run, ready to resume.
pub(crate) struct ResumedRun {
    /// The options of the run, with the journal's mode, profile and guards.
    pub(crate) global: GlobalOptions,
    /// Its script, unchanged.
    pub(crate) program: ScriptProgram,
    /// Its organization.
    pub(crate) organization: Option<String>,
    /// The address of its service, where the journal has it.
    pub(crate) service: Option<String>,
    /// What it protected, in addition to the current options and profile.
    pub(crate) protected: Vec<NamePattern>,
    /// The only users and groups that it could change.
    pub(crate) only: Vec<NamePattern>,
    /// The journal.
    pub(crate) path: PathBuf,
    /// Input files that changed since.
    pub(crate) changed: Vec<String>,
}

/// Removes journals that are older than they are to be kept, and says which cannot be.
pub(crate) fn remove_old(keep: Duration, output: &Output) {
    let Ok(kept) = retention::remove_old(keep) else { return };
    if let [first, ..] = kept.as_slice() {
        output.note(&format!(
            "{} beyond `journal_keep` with work left, or unreadable, and kept; resume or delete each: {}",
            if kept.len() == 1 { "1 journal is".to_owned() } else { format!("{} journals are", kept.len()) },
            first.display()
        ));
    }
}

/// The journal to resume: the given one, or that of the only unfinished run.
///
/// # Errors
/// The exit code: there is no such run, or there are several, which are listed.
pub(crate) fn chosen(journal: Option<PathBuf>, output: &Output) -> Result<PathBuf, RunExit> {
    let refuse = |error: &Error| refuse(error, output);
    if let Some(name) = journal {
        let path = directory::named(&name, directory::all).map_err(|error| refuse(&error))?;
        return Ok(absolute(&path));
    }
    let JournalSurvey { mut unfinished, foreign, other_formats } =
        unfinished_runs::all().map_err(|error| refuse(&error))?;
    for (_, error) in &foreign {
        let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        output.warning(&format!("ignored a journal: {error}{hint}"));
    }
    if let [newest, ..] = other_formats.as_slice() {
        let (count, newest) = (other_formats.len(), newest.display());
        output.note(&format!(
            "{} of another version cannot be read by this one; the newest is {newest}",
            plural(count, "journal")
        ));
    }
    if unfinished.len() > 1 {
        list(&unfinished, output);
        return Err(RunExit::Usage);
    }
    let hint = "To resume another run, name its journal: umapish resume JOURNAL.";
    let none = || refuse(&Error::usage_with_hint("there is no interrupted run", hint));
    let run = unfinished.pop().ok_or_else(none)?;
    if stdin().is_terminal() {
        return Ok(run.path);
    }
    list(std::slice::from_ref(&run), output);
    Err(RunExit::Usage)
}

fn list(runs: &[UnfinishedRun], output: &Output) {
    let (message, hint) = match runs {
        [_] => (
            "without a terminal, umapish resume needs the name of the journal".to_owned(),
            "Name it: umapish resume JOURNAL, with --live again if the run made changes.",
        ),
        runs => (
            format!("{} runs are unfinished", runs.len()),
            "Choose one by its journal: umapish resume JOURNAL.",
        ),
    };
    output.error(&message, Some(hint));
    for run in runs {
        let UnfinishedRun { path, time, script, done, open } = run;
        output.note(&format!("{time} {script}: {done} done, {open} open, {}", path.display()));
    }
}

/// Reads the run of a journal, asks whether to continue it, and changes to the folder in which it ran.
///
/// # Errors
/// `config`: others own the journal or could have changed it. `guard`: the operator does not want to continue it.
/// `usage`: it cannot be run again as it was. `file`: the journal or the script cannot be read.
pub(crate) fn resumed(global: &GlobalOptions, path: PathBuf, output: &Output) -> Result<ResumedRun> {
    let (started, head, inputs) = head_of(&path)?;
    check_mode(global, &head)?;
    resume_consent::obtain(global, &path, (started, &head), output)?;
    if let (Some(config), None) = (&head.config, &global.config) {
        let config = config.display();
        output.note(&format!(
            "the run had --config {config}; a journal does not choose it, so pass it again if needed"
        ));
    }
    let global = &anchored(global);
    if let Some(folder) = &head.folder {
        std::env::set_current_dir(folder)
            .map_err(|error| Error::file(folder.display().to_string(), error))?;
    }
    let program = program(&head, global)?;
    let redactor = Redactor::new(&global.secret_arguments);
    let inputs =
        inputs.into_iter().map(|input| InputRecord { path: redactor.restored(&input.path), ..input });
    let is_changed =
        |input: &InputRecord| !sha256::of_file(Path::new(&input.path)).is_ok_and(|sum| sum == input.sha256);
    let changed: Vec<_> = inputs.filter(is_changed).collect();
    if let Some(module) = changed.iter().find(|input| input.module) {
        return Err(other_script(&module.path));
    }
    let changed = changed.into_iter().map(|input| input.path).collect();
    let (organization, service) = (head.organization.clone(), head.service.clone());
    let patterns = |texts: &[String]| texts.iter().map(|text| NamePattern::new(text)).collect();
    let (protected, only) = (patterns(&head.guards.protect), patterns(&head.guards.only));
    let global = options(global, &head);
    Ok(ResumedRun { global, program, organization, service, protected, only, path, changed })
}

/// The options with their files where they are: paths typed for a resumed run are relative to the current folder.
fn anchored(global: &GlobalOptions) -> GlobalOptions {
    let mut options = global.clone();
    options.config = options.config.as_deref().map(absolute);
    options.report = options.report.as_deref().map(absolute);
    options.files.iter_mut().for_each(|path| *path = absolute(path));
    let lists = options.protect.iter_mut().chain(&mut options.only);
    for text in lists.filter(|text| file_door::is_file(Path::new(text.as_str()))) {
        *text = absolute(Path::new(text)).display().to_string();
    }
    options
}

/// The head of a journal, and every input file.
fn head_of(path: &Path) -> Result<(Timestamp, HeadRecord, Vec<InputRecord>)> {
    let name = path.display().to_string();
    let (file, _) = trust::open(path, FileRole::Journal).map_err(|error| Error::io(path, error))??;
    let (started, head, inputs) = reader::read_inputs(&name, file)?;
    Ok((started, *head, inputs))
}

/// The script of the run, unchanged, with its arguments; secret ones are passed again.
fn program(head: &HeadRecord, global: &GlobalOptions) -> Result<ScriptProgram> {
    let secrets = &global.secret_arguments;
    if head.secret_arguments != secrets.len() {
        let message = format!(
            "the run had {}, which the journal does not contain",
            plural(head.secret_arguments, "secret argument")
        );
        return Err(Error::usage_with_hint(message, "Pass each one again with --secret-arg TEXT."));
    }
    check_secrets(head, secrets)?;
    let plain = &head.arguments[..head.arguments.len().saturating_sub(secrets.len())];
    if plain.iter().any(|argument| argument.contains(secret::MASK)) {
        let message = "an argument of the run was a secret, which the journal does not contain";
        return Err(Error::usage_with_hint(
            message,
            "Run the script again from the start, and pass secrets with --secret-arg.",
        ));
    }
    let ScriptRecord { name, path, sha256, text, shows_value, rows, built_in } = &head.script;
    let mut program = match (path, text) {
        (Some(path), _) => ScriptProgram::script(vec![path.into()])?,
        (None, Some(text)) => ScriptProgram::evaluated(&Redactor::new(secrets).restored(text), Vec::new())?,
        (None, None) => {
            let hint = "The journal lists its changes: umapish journal show.";
            return Err(Error::usage_with_hint("a session at the prompt cannot be resumed", hint));
        }
    };
    if sha256.as_deref() != Some(sha256::of(program.text.as_bytes()).as_str()) {
        return Err(other_script(&program.name));
    }
    program.name.clone_from(name);
    program.shows_value = *shows_value;
    program.is_built_in = *built_in;
    program.rows = rows.as_ref().map(|rows| RowSelection {
        file: rows.file.clone(),
        condition: rows.condition.as_deref().map(|text| Redactor::new(secrets).restored(text)),
    });
    program.arguments = plain.iter().chain(secrets).cloned().collect();
    program.secret_arguments = secrets.len();
    Ok(program)
}

/// Different secret arguments would make it a different run.
fn check_secrets(head: &HeadRecord, given: &[String]) -> Result<()> {
    match head.secrets.iter().zip(given).position(|(sealed, secret)| !sha256::unseals(sealed, secret)) {
        None => Ok(()),
        Some(position) => Err(Error::usage_with_hint(
            format!("secret argument {} differs from the one of the run", position + 1),
            "Pass the same ones with --secret-arg, in the same order.",
        )),
    }
}

fn other_script(name: &str) -> Error {
    Error::usage_with_hint(
        format!("{name} has changed since the run was interrupted"),
        "Restore the old script, or run the new one from the start.",
    )
}

/// A run is resumed in its own mode.
fn check_mode(global: &GlobalOptions, head: &HeadRecord) -> Result<()> {
    let hint = match head.mode {
        Mode::Live if global.test => "Leave --test out.",
        Mode::Test if global.live => "Leave --live out.",
        Mode::Live | Mode::Test => return Ok(()),
    };
    let message = format!("the run was in {} mode and can only be resumed in that mode", head.mode.as_str());
    Err(Error::usage_with_hint(message, hint))
}

/// The options of the run. Guards may be set again. The configuration is today's: a journal does not name it.
fn options(global: &GlobalOptions, head: &HeadRecord) -> GlobalOptions {
    let mut options = global.clone();
    let live = head.mode == Mode::Live;
    (options.live, options.test) = (live, !live);
    let profile = Some(&head.profile).filter(|name| *name != "default");
    options.profile = options.profile.or_else(|| profile.cloned());
    options.report = options.report.or_else(|| head.report.clone());
    let tables = &head.tables;
    options.encoding = options.encoding.or_else(|| tables.encoding.clone());
    options.delimiter = options.delimiter.or(tables.delimiter);
    options.sheet = options.sheet.or_else(|| tables.sheet.clone());
    if options.columns.is_empty() {
        options.columns.clone_from(&tables.columns);
    }
    let guards = &head.guards;
    options.read_only |= guards.read_only;
    options.allow_empty_source |= guards.allow_empty_source;
    options.allow_delete |= guards.allow_delete;
    options.verify = options.verify.or(guards.verify.then_some(VerifyWhen::Always));
    options.unlisted = options.unlisted.or(guards.send_unlisted.then_some(UnlistedPolicy::Send));
    options.max_changes = options.max_changes.or(guards.max_changes);
    options.max_removals = options.max_removals.or_else(|| guards.max_removals.clone());
    options
}

/// The record of the run that resumes.
fn again(global: &GlobalOptions) -> ResumedRecord {
    let redactor = Redactor::new(&global.secret_arguments);
    ResumedRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        user: user(),
        host: host(),
        reason: global.reason.as_deref().map(|text| redactor.redacted(text)),
    }
}

/// Opens the journal of an interrupted run to resume it.
///
/// # Errors
/// `usage`: another run is using it. `file`: it is damaged.
pub(crate) fn reopen(resumed: &ResumedRun) -> Result<JournalRecorder> {
    let redactor = Redactor::new(&resumed.global.secret_arguments);
    JournalRecorder::resume(&resumed.path, again(&resumed.global), redactor)
}

/// Opens the journal of a plan that was begun, to continue it.
///
/// # Errors
/// As [`reopen`].
pub(super) fn reopened(path: &Path, global: &GlobalOptions) -> Result<JournalRecorder> {
    JournalRecorder::resume(path, again(global), Redactor::default())
}

/// The user who runs this, from the system rather than the environment.
#[cfg(unix)]
pub(super) fn user() -> String {
    let id = rustix::process::getuid().as_raw();
    let users = file_door::read_to_string(Path::new("/etc/passwd")).unwrap_or_default();
    let entry = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut named = entry.filter(|cells| cells.get(2).is_some_and(|cell| *cell == id.to_string()));
    named.next().map_or_else(|| format!("uid {id}"), |cells| cells[0].to_owned())
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such numbers")]
pub(super) fn uid() -> Option<u32> {
    Some(rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
pub(super) fn uid() -> Option<u32> {
    None
}

#[cfg(unix)]
pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
pub(super) fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

#[cfg(not(unix))]
pub(super) fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
