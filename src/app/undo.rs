//! `umapish undo`: a plan that undoes a run, as far as the run has seen what it changed.

use super::apply::{can_list_users, compared};
use super::current_groups::current_groups;
use super::journal;
use super::plan::show;
use super::refusal::refuse;
use super::run_builder::setup;
use crate::cli::{GlobalOptions, UndoOptions};
use crate::client::listing::query::UserQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::output::Output;
use crate::plan::application;
use crate::plan::file::{PlanAuthor, PlanFile, PlanListing, PlanOrigin};
use crate::plan::summary::PlanSummary;
use crate::plan::undo::exceptions::UndoExceptions;
use crate::plan::undo::inverse::{OrganizationNow, UndoDraft, inverse, name_to_read, needs_look_up};
use crate::plan::undo::run_replay::RunReplay;
use crate::quantity::counted;
use crate::repl::profile_opener::{RequestSpan, UndoResult};
use crate::session::journal::history::{self, HistoryEvent};
use crate::session::run_state::RunState;
use crate::shell::console;
use crate::shell::exit_code::RunExit;
use crate::shell::humanize::rounded;
use crate::store::journal::directory;
use crate::store::journal::reader::headless;
use crate::store::journal::record::HeadRecord;
use crate::store::journal::run_id::RunIds;
use crate::store::state_dir;
use crate::store::trust::{self, FileRole};
use crate::values::user_lookup::needs_listing;
use crate::wire::group::Group;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::mode::Mode;
use crate::wire::outcome::Status;
use crate::wire::user::User;
use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A reading that is older than this before its change is mentioned.
const OLD_READING: Duration = Duration::from_mins(30);
/// How much of what is left is named.
const NAMED: usize = 50;

/// Makes and shows the plan; keeps it in a file if the operator names one.
pub(crate) fn undo(global: &GlobalOptions, options: &UndoOptions, output: &Arc<Output>) -> RunExit {
    match undone(global, options, output) {
        Ok(exit) => exit,
        Err(error) => refuse(&error, output),
    }
}

fn undone(global: &GlobalOptions, options: &UndoOptions, output: &Arc<Output>) -> Result<RunExit> {
    let (id, path) = chosen(options)?;
    let exceptions = options.except.as_deref().map(UndoExceptions::read).transpose()?.unwrap_or_default();
    let (head, run) = replayed(&path, options.journals.is_none())?;
    if head.mode == Mode::Test {
        return Err(Error::usage(format!("the run {id} was a rehearsal, so there is nothing to undo")));
    }
    let session = setup(global, None, None, output)?.start();
    check_organization(&session, &head)?;
    let oldest = run
        .people
        .iter()
        .filter_map(|person| person.read)
        .map(|(read, sent)| sent.duration_since(read))
        .max();
    let groups = if run.changes == 0 { Vec::new() } else { current_groups(&session, &run.groups())? };
    let (draft, listing) = drafted(&session, run, &groups, &exceptions, output)?;
    let plan = plan_of(&session, global, (&id, &head), (draft.commands.clone(), listing));
    show(&plan, &PlanSummary::of(&plan), output);
    report(&draft, oldest.and_then(|age| Duration::try_from(age).ok()), output);
    match &options.out {
        Some(out) => {
            plan.write(out)?;
            output.note(&format!("to undo the run: umapish apply {} --live", out.display()));
        }
        None => output.note(&format!("to keep this plan: umapish undo {id} --out FILE")),
    }
    Ok(if draft.left.is_empty() { RunExit::Done } else { RunExit::Rejected })
}

/// The id and the journal of the run.
fn chosen(options: &UndoOptions) -> Result<(String, PathBuf)> {
    let folder = options.journals.clone().map_or_else(state_dir::journals, Ok)?;
    let journals = directory::all_in(&folder)?;
    let path = directory::named(&options.run, || Ok(journals.clone()))?;
    Ok((RunIds::of(&journals).short(&path), path))
}

/// The run, carried through its changes. A journal of the operator's own must not have been in the hands of others.
fn replayed(path: &Path, is_own: bool) -> Result<(HeadRecord, RunReplay)> {
    let name = path.display().to_string();
    let file = directory::open(path)?;
    let file: File = if is_own {
        trust::open(path, FileRole::Journal).map_err(|error| Error::io(path, error))??.0
    } else {
        file
    };
    let (mut found, mut run) = (None, RunReplay::default());
    history::read(&name, file, |event| {
        match event {
            HistoryEvent::Begun(_, head) => found = Some(*head),
            HistoryEvent::Change(change) => run.apply(&change),
            HistoryEvent::Resumed(..) | HistoryEvent::Ended(..) => {}
        }
        Ok(())
    })?;
    Ok((found.ok_or_else(|| headless(&name))?, run))
}

fn check_organization(session: &Session, head: &HeadRecord) -> Result<()> {
    let client = session.client()?;
    let settings = client.settings();
    let then = head.organization.as_deref().unwrap_or_default();
    if then != settings.organization {
        let message = format!("the run changed {then}, but the profile is for {}", settings.organization);
        return Err(Error::usage_with_hint(message, "Select the profile of the run with -p."));
    }
    match head.service.as_deref().filter(|service| *service != settings.service_url) {
        Some(service) => Err(Error::usage_with_hint(
            format!("the run used the service at {service}, not {}", settings.service_url),
            "Set `url` in the profile, or UMAPI_URL, to the address of the run.",
        )),
        None => Ok(()),
    }
}

/// Reads the people of whom the run did not read the account; then finds the inverse.
fn drafted(
    session: &Rc<Session>,
    run: RunReplay,
    groups: &[Arc<Group>],
    exceptions: &UndoExceptions,
    output: &Output,
) -> Result<(UndoDraft, Option<PlanListing>)> {
    if run.changes == 0 {
        return Ok((UndoDraft::default(), None));
    }
    let read = Timestamp::now();
    let listing = PlanListing { name: "groups".to_owned(), entries: groups.len(), read, doubts: Vec::new() };
    let mut now = OrganizationNow::of_groups(groups.iter().map(|group| Group::clone(group)));
    let wanted: Vec<_> = run
        .people
        .iter()
        .enumerate()
        .filter(|(_, person)| needs_look_up(person) && !exceptions.has(person))
        .map(|(index, person)| (index, name_to_read(person)))
        .collect();
    now.accounts = accounts(session, wanted, output)?;
    Ok((inverse(run, &now, exceptions), Some(listing)))
}

/// The accounts with these names as they are now: one by one, or of many by one listing.
fn accounts(
    session: &Session,
    wanted: Vec<(usize, (String, Option<String>))>,
    output: &Output,
) -> Result<HashMap<usize, Option<Arc<User>>>> {
    let client = session.client()?;
    if !(needs_listing(wanted.len()) && can_list_users(session, wanted.len(), output)?) {
        return session.wait(async {
            let mut found = HashMap::new();
            for (index, (name, domain)) in wanted {
                let user = match client.get_user(&name, domain.as_deref()).await {
                    Ok(user) => Some(user),
                    Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => None,
                    Err(error) => return Err(error),
                };
                found.insert(index, user);
            }
            Ok(found)
        });
    }
    let mut people: HashMap<String, Vec<Arc<User>>> =
        wanted.iter().map(|(_, (name, _))| (fold(name), Vec::new())).collect();
    session.wait(async {
        let mut listing = client.users(UserQuery::default());
        while let Some(page) = listing.next_page().await? {
            for user in &page {
                let name = user.email.as_deref().or(user.username.as_deref()).unwrap_or_default();
                if let Some(found) = people.get_mut(&fold(name)) {
                    found.push(Arc::clone(user));
                }
            }
        }
        Ok(())
    })?;
    let pick = |name: &str, domain: Option<&str>| {
        let found = people.get(&fold(name)).map(Vec::as_slice).unwrap_or_default();
        let is_adobe = |user: &&Arc<User>| user.kind.as_deref() == Some(IdentityType::AdobeId.as_str());
        let adobe = found.iter().find(is_adobe);
        let managed = found.iter().find(|user| !is_adobe(user));
        let is_asked = domain.is_some_and(|domain| domain.eq_ignore_ascii_case("AdobeID"));
        // The service prefers the managed account (contract 7.16).
        if is_asked { adobe.cloned() } else { managed.or(adobe).cloned() }
    };
    Ok(wanted.into_iter().map(|(index, (name, domain))| (index, pick(&name, domain.as_deref()))).collect())
}

fn plan_of(
    session: &Session,
    global: &GlobalOptions,
    (id, head): (&str, &HeadRecord),
    (commands, listing): (Vec<crate::plan::plan_command::PlanCommand>, Option<PlanListing>),
) -> PlanFile {
    let planner = PlanAuthor { user: journal::user(), uid: journal::uid(), host: journal::host() };
    let organization = head.organization.clone().unwrap_or_default();
    let service = session.client().map(|client| client.settings().service_url.clone()).unwrap_or_default();
    let origin = PlanOrigin::Undo { run: id.to_owned() };
    let mut plan = PlanFile::new(planner, origin, (organization, service));
    plan.reason.clone_from(&global.reason);
    plan.profile.clone_from(&head.profile);
    plan.commands = commands;
    plan.listings.extend(listing);
    plan
}

/// Undoes what the requests of a span have changed, after the operator has seen it and said yes. The session's own
/// client reads and sends, so its guards, its mode and its journal apply.
///
/// # Errors
/// The organization is not as the session left it; why it could not be read, or why nothing could be sent.
pub(super) fn undo_span(
    global: &GlobalOptions,
    session: &Rc<Session>,
    span: RequestSpan,
    output: &Output,
) -> Result<UndoResult> {
    let state = RunState::of(session);
    let (Some(path), _) = state.settings.recorder.as_ref().map(|one| one.written()).unwrap_or_default()
    else {
        return Ok(UndoResult::Nothing);
    };
    let (head, run) = last_changes(&path, span)?;
    if run.changes == 0 {
        return Ok(UndoResult::Nothing);
    }
    let groups = current_groups(session, &run.groups())?;
    let (draft, listing) = drafted(session, run, &groups, &UndoExceptions::default(), output)?;
    let id = RunIds::of(std::slice::from_ref(&path)).short(&path);
    let plan = plan_of(session, global, (&id, &head), (draft.commands.clone(), listing));
    if plan.commands.is_empty() {
        report(&draft, None, output);
        return Ok(UndoResult::Impossible);
    }
    show(&plan, &PlanSummary::of(&plan), output);
    report(&draft, None, output);
    if !console::read_line("Undo this? [yes/no] ")
        .is_ok_and(|answer| answer.trim().eq_ignore_ascii_case("yes"))
    {
        return Ok(UndoResult::Declined);
    }
    let changed = compared(session, &plan, &groups, output)?;
    if !changed.is_empty() {
        let message = "somebody has changed the same people or groups since; nothing was sent".to_owned();
        let hint = "Look at them, and change them back by hand.".to_owned();
        return Err(ErrorKind::Guard { message, hint }.into());
    }
    let reports = application::apply(session, &plan, &changed)?;
    let outcomes = reports.iter().flat_map(|report| report.content().buffer.entries());
    for outcome in outcomes.map(|entry| &entry.outcome).filter(|outcome| !outcome.status.is_done()) {
        let why = outcome.message.as_deref().unwrap_or_default();
        output.failure(outcome.status.as_str(), &format!("{}: {why}", outcome.target));
    }
    let done: usize = reports.iter().map(|report| report.content().buffer.count(Status::is_done)).sum();
    output.message(&format!("undone: {done} of {}", counted(plan.commands.len(), "command")));
    Ok(UndoResult::Done)
}

/// The changes of a span of requests, after those before it.
fn last_changes(path: &Path, span: RequestSpan) -> Result<(HeadRecord, RunReplay)> {
    let name = path.display().to_string();
    let (mut found, mut run) = (None, RunReplay::default());
    // Twice, since outcomes come in the journal in the order in which they became known.
    for is_before in [true, false] {
        history::read(&name, directory::open(path)?, |event| {
            match event {
                HistoryEvent::Begun(_, head) => found = Some(*head),
                HistoryEvent::Change(change) if is_before && change.number <= span.after => {
                    run.apply(&change);
                }
                HistoryEvent::Change(change)
                    if !is_before && change.number > span.after && change.number <= span.until =>
                {
                    run.apply(&change);
                }
                _ => {}
            }
            Ok(())
        })?;
        if is_before {
            run.checkpoint();
        }
    }
    run.forget_the_rest();
    Ok((found.ok_or_else(|| headless(&name))?, run))
}

/// What the plan leaves as it is, and how old the readings are that it rests on.
fn report(draft: &UndoDraft, oldest: Option<Duration>, output: &Output) {
    for left in draft.left.iter().take(NAMED) {
        output.failure("left as it is", &format!("{}: {}", left.who, left.why));
    }
    if draft.left.len() > NAMED {
        output.message(&format!("and {} more", draft.left.len() - NAMED));
    }
    if draft.excepted > 0 {
        output.note(&format!("{} left as they are by --except", counted(draft.excepted, "person")));
    }
    if let Some(age) = oldest.filter(|age| *age > OLD_READING) {
        output.note(&format!(
            "the run had read people up to {} before it changed them; what others changed in between is undone too",
            rounded(age)
        ));
    }
}
