//! Journals on the command line: the head of a new one, an interrupted run that goes on, and a look into one.

use super::organization::Place;
use super::refusal::refuse;
use crate::cli::{Global, JournalCommand};
use crate::error::{Error, Result};
use crate::output::Output;
use crate::session::guard::{Limits, Pattern};
use crate::session::journal::entry;
use crate::session::journal::recorder::Recorder;
use crate::session::journal::redaction::Mask;
use crate::shell::exit_code::Exit;
use crate::shell::program::Program;
use crate::store::journal::reader;
use crate::store::journal::reader::Record;
use crate::store::journal::unfinished_runs;
use crate::store::journal::unfinished_runs::Unfinished;
use crate::store::journal::{FORMAT, directory, sha256};
use serde_json::{Value, json};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What stands for an argument that must not be written down.
const MASK: &str = "(secret)";

/// The head of a new journal: everything that is needed to tell what was run, by whom, and to run it again.
pub(crate) fn head(global: &Global, program: Option<&Program>, place: &Place, limits: &Limits) -> Record {
    let secret = program.map_or(0, |program| program.secret_arguments);
    let arguments = program.map(|program| program.arguments.as_slice()).unwrap_or_default();
    let plain = arguments.len().saturating_sub(secret);
    let shown = arguments.iter().enumerate().map(|(index, text)| if index < plain { text } else { MASK });
    let sealed: Vec<_> = arguments[plain..].iter().map(|text| sha256::sealed(text)).collect();
    let mask = Mask::new(&arguments[plain..]);
    entry::of(
        "head",
        json!({
            "format": FORMAT,
            "version": env!("CARGO_PKG_VERSION"),
            "script": script(program, &mask),
            "arguments": shown.collect::<Vec<_>>(),
            "secret_arguments": secret,
            "secrets": sealed,
            "profile": place.profile,
            "config": global.config.as_deref().map(absolute),
            "organization": place.organization,
            "mode": place.mode.as_str(),
            "user": user(),
            "host": host(),
            "folder": std::env::current_dir().ok(),
            "reason": hidden(&mask, global.reason.as_deref()),
            "report": global.report.as_deref().map(absolute),
            "guards": guards(global, limits),
            "checks": if place.checks { "on" } else { "off" },
            "inputs": [],
        }),
    )
}

/// What a mask leaves of a text.
fn hidden(mask: &Mask, text: Option<&str>) -> Value {
    let mut text = Value::from(text);
    mask.hide(&mut text);
    text
}

/// A path that means the same wherever the run goes on.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn script(program: Option<&Program>, mask: &Mask) -> Value {
    let Some(program) = program else { return json!({"name": "prompt"}) };
    // The code of -e and standard input is nowhere else; a file is found again.
    let text = program.file.is_none().then_some(program.text.as_str());
    let path = program.file.as_deref().map(absolute);
    json!({
        "name": program.name,
        "path": path,
        "sha256": sha256::of(program.text.as_bytes()),
        "text": hidden(mask, text),
        "shows_value": program.shows_value,
    })
}

/// The guards as options, which a resumed run gets again.
fn guards(global: &Global, limits: &Limits) -> Value {
    let protected: Vec<_> = limits.protected.iter().map(Pattern::text).collect();
    json!({
        "read_only": limits.read_only,
        "max_changes": limits.max_changes,
        "max_removals": global.max_removals,
        "protect": protected,
        "allow_empty_source": limits.allow_empty_source,
        "allow_delete": limits.allow_delete,
        "verify": global.verify,
    })
}

/// An interrupted run, ready to go on.
pub(crate) struct Resumed {
    /// The options of the run, with the journal's mode, profile and guards.
    pub(crate) global: Global,
    /// Its script, unchanged.
    pub(crate) program: Program,
    /// Its organization.
    pub(crate) organization: Option<String>,
    /// What it protected, beside what the options and the profile say now.
    pub(crate) protected: Vec<Pattern>,
    /// The journal.
    pub(crate) path: PathBuf,
    /// Input files that changed since.
    pub(crate) changed: Vec<String>,
}

/// The journal to go on with: the one that was named, or that of the only run with something left to do.
///
/// # Errors
/// How the program ends: there is no such run, or there are several, which are listed.
pub(crate) fn chosen(journal: Option<PathBuf>, output: &Output) -> Result<PathBuf, Exit> {
    if let Some(path) = journal {
        return Ok(absolute(&path));
    }
    let refuse = |error: &Error| refuse(error, output);
    let mut runs = unfinished_runs::all().map_err(|error| refuse(&error))?;
    if runs.len() > 1 {
        list(&runs, output);
        return Err(Exit::Usage);
    }
    let hint = "Name the journal of another: umapish resume JOURNAL.";
    let none = || refuse(&Error::usage_with_hint("no run was interrupted", hint));
    runs.pop().map(|run| run.path).ok_or_else(none)
}

fn list(runs: &[Unfinished], output: &Output) {
    let message = format!("{} runs have something left to do", runs.len());
    output.error(&message, Some("Name the journal of one: umapish resume JOURNAL."));
    for run in runs {
        let Unfinished { path, time, script, done, open } = run;
        output.note(&format!("{time} {script}: {done} done, {open} open, {}", path.display()));
    }
}

/// Reads what a journal says of its run, and goes to the folder in which it ran.
///
/// # Errors
/// `usage`: it cannot be run again as it was. `file`: the journal or the script cannot be read.
pub(crate) fn resumed(global: &Global, path: PathBuf) -> Result<Resumed> {
    let (head, inputs) = head_of(&path)?;
    let global = &anchored(global);
    if let Some(folder) = text(&head, "folder") {
        std::env::set_current_dir(folder).map_err(|error| Error::file(folder, error))?;
    }
    let program = program(&head, global)?;
    let is_changed =
        |input: &Input| !sha256::of_file(Path::new(&input.path)).is_ok_and(|sum| sum == input.sum);
    let changed: Vec<_> = inputs.into_iter().filter(is_changed).collect();
    if let Some(module) = changed.iter().find(|input| input.is_module) {
        return Err(other_script(&module.path));
    }
    let changed = changed.into_iter().map(|input| input.path).collect();
    let organization = text(&head, "organization").map(str::to_owned);
    let protected = protected(&head);
    Ok(Resumed { global: options(global, &head)?, program, organization, protected, path, changed })
}

/// The options with their files where they are: what is typed for a run that goes on is meant from here.
fn anchored(global: &Global) -> Global {
    let mut options = global.clone();
    options.config = options.config.as_deref().map(absolute);
    options.report = options.report.as_deref().map(absolute);
    for text in options.protect.iter_mut().filter(|text| Path::new(text.as_str()).is_file()) {
        *text = absolute(Path::new(text)).display().to_string();
    }
    options
}

/// A file that a run read.
struct Input {
    path: String,
    /// Its digest.
    sum: String,
    /// Whether the script imported it.
    is_module: bool,
}

impl Input {
    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let is_module = value.get("module").is_some_and(|module| module == true);
        Some(Self { path: text("path")?, sum: text("sha256")?, is_module })
    }
}

/// The head of a journal, and every input file.
fn head_of(path: &Path) -> Result<(Record, Vec<Input>)> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| Error::io(path, &error))?;
    let (mut head, mut inputs) = (Record::new(), Vec::new());
    reader::read(&name, file, |record| {
        match record.get("kind").and_then(Value::as_str) {
            Some("input") => inputs.extend(Input::read(&Value::Object(record))),
            Some("head") => {
                inputs.extend(
                    record
                        .get("inputs")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .filter_map(Input::read),
                );
                head = record;
            }
            _ => {}
        }
        Ok(())
    })?;
    match head.get("format").and_then(Value::as_u64) {
        Some(FORMAT) => Ok((head, inputs)),
        Some(other) => {
            let hint = "Use the version of umapish that wrote it.";
            Err(Error::usage_with_hint(format!("{name} has format {other}, and this is {FORMAT}"), hint))
        }
        None => Err(headless(name)),
    }
}

fn text<'r>(record: &'r Record, key: &str) -> Option<&'r str> {
    record.get(key).and_then(Value::as_str)
}

/// The script of the run, unchanged, with its arguments; secret ones are given again.
fn program(head: &Record, global: &Global) -> Result<Program> {
    let script = head.get("script").and_then(Value::as_object).cloned().unwrap_or_default();
    let secret = head.get("secret_arguments").and_then(Value::as_u64).unwrap_or(0);
    if secret != global.secret_arguments.len() as u64 {
        let message = format!("the run had {secret} secret arguments, which the journal does not hold");
        return Err(Error::usage_with_hint(message, "Give each again with --secret-arg TEXT."));
    }
    check_secrets(head, &global.secret_arguments)?;
    let arguments = head.get("arguments").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let plain = &arguments[..arguments.len().saturating_sub(global.secret_arguments.len())];
    let plain = plain.iter().filter_map(Value::as_str).map(str::to_owned);
    let arguments: Vec<_> = plain.chain(global.secret_arguments.iter().cloned()).collect();
    let mut script = Value::Object(script);
    Mask::new(&global.secret_arguments).show(&mut script);
    let script = script.as_object().cloned().unwrap_or_default();
    let mut program = match (text(&script, "path"), text(&script, "text")) {
        (Some(path), _) => Program::script(vec![path.into()])?,
        (None, Some(text)) => Program::evaluated(text, Vec::new())?,
        (None, None) => {
            let hint = "Its changes stand in the journal: umapish journal show.";
            return Err(Error::usage_with_hint("what was typed at the prompt cannot be run again", hint));
        }
    };
    if text(&script, "sha256") != Some(sha256::of(program.text.as_bytes()).as_str()) {
        return Err(other_script(&program.name));
    }
    program.name = text(&script, "name").unwrap_or(&program.name).to_owned();
    program.shows_value = script.get("shows_value").is_some_and(|value| value == true);
    program.arguments = arguments;
    program.secret_arguments = global.secret_arguments.len();
    Ok(program)
}

/// Secret arguments that are not those of the run would make another one of it.
fn check_secrets(head: &Record, given: &[String]) -> Result<()> {
    let sealed =
        head.get("secrets").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    match sealed.zip(given).position(|(sealed, secret)| !sha256::unseals(sealed, secret)) {
        None => Ok(()),
        Some(place) => Err(Error::usage_with_hint(
            format!("secret argument {} is not the one the run had", place + 1),
            "Give the same ones with --secret-arg, in the same order.",
        )),
    }
}

fn other_script(name: &str) -> Error {
    Error::usage_with_hint(
        format!("{name} is not the script of that run any more"),
        "Put the old one back, or run the new one from its beginning.",
    )
}

/// The options of the run. Those of its identity are the journal's; guards may be set anew.
fn options(global: &Global, head: &Record) -> Result<Global> {
    let mut options = global.clone();
    let live = text(head, "mode") == Some("live");
    if (options.test && live) || (options.live && !live) {
        let message = format!(
            "the run was in {} mode, and goes on in no other",
            text(head, "mode").unwrap_or_default()
        );
        return Err(Error::usage_with_hint(message, "Leave --test and --live out."));
    }
    (options.live, options.test) = (live, !live);
    options.profile = options
        .profile
        .or_else(|| text(head, "profile").filter(|name| *name != "default").map(str::to_owned));
    options.config = options.config.or_else(|| text(head, "config").map(PathBuf::from));
    options.report = options.report.or_else(|| text(head, "report").map(PathBuf::from));
    let guards = head.get("guards").and_then(Value::as_object).cloned().unwrap_or_default();
    let flag = |key: &str| guards.get(key).is_some_and(|value| value == true);
    options.read_only |= flag("read_only");
    options.allow_empty_source |= flag("allow_empty_source");
    options.allow_delete |= flag("allow_delete");
    options.verify |= flag("verify");
    let count =
        || guards.get("max_changes").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    options.max_changes = options.max_changes.or_else(count);
    options.max_removals = options.max_removals.or_else(|| text(&guards, "max_removals").map(str::to_owned));
    Ok(options)
}

/// What the run protected: patterns, whatever they look like, since their files were read then.
fn protected(head: &Record) -> Vec<Pattern> {
    let protected = head.get("guards").and_then(|guards| guards.get("protect")?.as_array());
    protected.into_iter().flatten().filter_map(Value::as_str).map(Pattern::new).collect()
}

/// What the journal is told of the run that goes on with it.
pub(crate) fn again(global: &Global) -> Record {
    let version = env!("CARGO_PKG_VERSION");
    let reason = hidden(&Mask::new(&global.secret_arguments), global.reason.as_deref());
    entry::of("resumed", json!({"version": version, "user": user(), "host": host(), "reason": reason}))
}

/// Opens the journal of an interrupted run to go on with it.
///
/// # Errors
/// `usage`: another run holds it. `file`: it is broken.
pub(crate) fn reopen(resumed: &Resumed) -> Result<Recorder> {
    let mask = Mask::new(&resumed.global.secret_arguments);
    Recorder::resume(&resumed.path, again(&resumed.global), mask)
}

/// `umapish journal`.
pub(crate) fn look(command: JournalCommand, output: &Output) -> Exit {
    let done = match command {
        JournalCommand::Verify { journal } => verify(journal, output),
        JournalCommand::Show { journal } => show(journal, output),
    };
    match done {
        Ok(()) => Exit::Done,
        Err(error) => refuse(&error, output),
    }
}

fn open(journal: Option<PathBuf>) -> Result<(String, File)> {
    let path = match journal {
        Some(path) => path,
        None => directory::newest()?,
    };
    let name = path.display().to_string();
    let file = File::open(&path).map_err(|error| Error::io(&path, &error))?;
    Ok((name, file))
}

fn verify(journal: Option<PathBuf>, output: &Output) -> Result<()> {
    let (name, file) = open(journal)?;
    let (mut last, mut request, mut has_head) = (Record::new(), 0, false);
    let found = reader::read(&name, file, |record| {
        match text(&record, "kind") {
            Some("head") => has_head = true,
            Some("request") => request = record.get("number").and_then(Value::as_u64).unwrap_or(request),
            _ => {}
        }
        last = record;
        Ok(())
    })?;
    if !has_head {
        return Err(headless(name));
    }
    let torn = if found.torn > 0 {
        format!(", and {} bytes of a line that was not finished", found.torn)
    } else {
        String::new()
    };
    let end = ended(&last, request);
    output.data(&format!("{name}: {} lines, each whole and in its place{torn}; {end}", found.lines));
    Ok(())
}

/// How the run of a journal ended, by its last record.
fn ended(last: &Record, request: u64) -> String {
    match last.get("exit").and_then(Value::as_u64).filter(|_| text(last, "kind") == Some("end")) {
        Some(exit) => format!("ended, exit {exit}"),
        None => format!("no end: interrupted after request {request}"),
    }
}

fn headless(name: String) -> Error {
    Error::file(name, "it is no journal: it has no head")
}

fn show(journal: Option<PathBuf>, output: &Output) -> Result<()> {
    let (name, file) = open(journal)?;
    reader::read(&name, file, |mut record| {
        record.remove("previous");
        output.data(&Value::Object(record).to_string());
        Ok(())
    })
    .map(drop)
}

/// The user of the system who runs this, by the system's word rather than the environment's.
#[cfg(unix)]
fn user() -> String {
    let id = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let entry = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let mut named = entry.filter(|cells| cells.get(2).is_some_and(|cell| *cell == id.to_string()));
    named.next().map_or_else(|| format!("uid {id}"), |cells| cells[0].to_owned())
}

#[cfg(unix)]
fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn user() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
