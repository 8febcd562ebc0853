//! `umapish apply`: sends the commands of a plan, if the organization is still as the plan found it.

use super::current_groups::current_groups;
use super::journal;
use super::original_reader::USERS;
use super::plan_approval;
use super::refusal::refuse;
use super::run_builder::{listen, setup_of};
use crate::app::organization::OrganizationContext;
use crate::cli::{GlobalOptions, VerifyWhen};
use crate::client::settings::{ClientSettings, Mode, SignInFlow};
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::output::Output;
use crate::plan::application;
use crate::plan::comparison::{ComparedName, Comparison, CurrentState};
use crate::plan::file::PlanFile;
use crate::plan::plan_command::MembershipBefore;
use crate::quantity::{counted, number};
use crate::session::guard::{Allowance, GuardLimits, NamePattern};
use crate::session::journal::recorder::JournalRecorder;
use crate::session::journal::redaction::Redactor;
use crate::session::listing_cache;
use crate::session::run_setup::{self, RunSetup};
use crate::session::run_state::RunState;
use crate::shell::exit_code::RunExit;
use crate::shell::program::ScriptProgram;
use crate::shell::progress::ProgressReporter;
use crate::shell::runner;
use crate::shell::shebang::ScriptLimits;
use crate::store::journal::plan_runs::{self, PlanRun};
use crate::store::journal::record::ScriptRecord;
use crate::store::run_lock;
use crate::wire::group::Group;
use crate::wire::identity::fold;
use crate::wire::user::User;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// People beyond this number are read by one listing instead of singly.
const SINGLE_READS: usize = 500;
/// How many people can be read singly in a minute (contract 2.1).
const LOOK_UPS_PER_MINUTE: usize = 25;
/// How many differences are named.
const NAMED: usize = 20;

/// A plan that is ready to be sent.
struct ReadyPlan {
    plan: PlanFile,
    setup: RunSetup,
}

/// Sends a plan.
pub(crate) fn apply(
    global: &GlobalOptions,
    file: &Path,
    skip_changed: bool,
    output: &Arc<Output>,
) -> RunExit {
    match prepared(global, file, output) {
        Ok(Some(ready)) => run(ready, skip_changed, output),
        Ok(None) => RunExit::Done,
        Err(error) => refuse(&error, output),
    }
}

fn run(ready: ReadyPlan, skip_changed: bool, output: &Arc<Output>) -> RunExit {
    let ReadyPlan { plan, setup } = ready;
    let session = setup.start();
    runner::run_task(&session, output, |session| {
        let groups = current_groups(session, &groups_of(&plan))?;
        let changed = compared(session, &plan, &groups, output)?;
        if !changed.is_empty() && !skip_changed {
            return Err(changed_since(&changed));
        }
        application::apply(session, &plan, &changed).map(drop)
    })
}

/// The plan with its run, unless nothing of it is left to do. From here on, other live runs are kept out.
fn prepared(global: &GlobalOptions, file: &Path, output: &Arc<Output>) -> Result<Option<ReadyPlan>> {
    let plan = PlanFile::read(file)?;
    check_mode(global)?;
    let mut global = global.clone();
    if plan.guards.verify {
        global.verify = Some(VerifyWhen::Always);
    }
    let interrupt = listen(Duration::ZERO, output)?;
    let progress = Arc::new(ProgressReporter::new(Arc::clone(output), global.verbose));
    let mut context = OrganizationContext::of(&global, output)?;
    if let Some(problem) = context.problem.take() {
        return Err(problem);
    }
    let settings = (context.connect)(SignInFlow::Configured)?;
    check_organization(&plan, &settings, context.is_real)?;
    plan_approval::check(&plan, file, &context, output)?;
    context.limits.needs_approval = false;
    if context.mode != Mode::Live {
        return Err(Error::usage("a plan is applied in live mode only"));
    }
    let program = program_of(file);
    let mut head = journal::head(&global, Some(&program), &context, &context.limits);
    head.script = ScriptRecord {
        name: program.name.clone(),
        path: std::path::absolute(file).ok(),
        sha256: Some(plan.sha256.clone()),
        text: None,
        shows_value: false,
        rows: None,
        built_in: false,
    };
    head.plan = Some(plan.sha256.clone());
    let folder = (context.folder)()?;
    let is_real = context.is_real;
    let mut setup = setup_of(context, &global, (Some(&program), None), (interrupt, progress), output)?;
    narrow(&setup, &plan);
    if is_real && let Some(live_run) = &setup.settings.live_run {
        // Two runs of one plan must not both send it: whoever is second finds what the first one did.
        live_run.lock(&run_lock::path(&folder, &settings.organization, &settings.service_url))?;
    }
    if is_real {
        match plan_runs::last_of_plan(&plan.sha256)? {
            Some(PlanRun { started, is_open: false, path }) => {
                output.note(&format!("the plan was applied at {started}; its journal is {}", path.display()));
                return Ok(None);
            }
            Some(PlanRun { path, .. }) => {
                setup.settings.recorder = Some(Arc::new(journal::reopened(&path, &global)?));
                setup.settings.resumed = true;
            }
            None => {
                setup.settings.recorder = Some(Arc::new(JournalRecorder::new(head, Redactor::default())));
            }
        }
        if let Some(recorder) = &setup.settings.recorder {
            expect_direct(recorder, &plan);
        }
        setup.setup.hooks = run_setup::hook_factory(&setup.settings);
    }
    Ok(Some(ReadyPlan { plan, setup }))
}

/// Tells the journal who was a direct member when the plan was made.
fn expect_direct(recorder: &JournalRecorder, plan: &PlanFile) {
    let accounts = plan.commands.iter().flat_map(|command| &command.before.accounts);
    for (id, account) in accounts.filter_map(|account| Some((account.id.as_deref()?, account))) {
        let direct = account.memberships.iter().filter(|(_, state)| **state == MembershipBefore::Direct);
        for (group, _) in direct {
            recorder.expect_direct(id, group);
        }
    }
}

fn check_mode(global: &GlobalOptions) -> Result<()> {
    if global.no_journal {
        let message = "a plan is not applied without a journal: an interrupted run could not be continued";
        return Err(Error::usage_with_hint(message, "Leave --no-journal out."));
    }
    if global.live || global.sandbox {
        return Ok(());
    }
    Err(Error::usage_with_hint(
        "`umapish apply` changes the organization, so it needs --live; nothing was sent",
        "Look at the plan, then run it again with --live.",
    ))
}

fn check_organization(plan: &PlanFile, settings: &ClientSettings, is_real: bool) -> Result<()> {
    if plan.organization != settings.organization {
        return Err(Error::usage_with_hint(
            format!(
                "the plan is for {}, but the profile is for {}",
                plan.organization, settings.organization
            ),
            "Select the profile of the plan with -p.",
        ));
    }
    if is_real && plan.service != settings.service_url {
        return Err(Error::usage_with_hint(
            format!("the plan is for the service at {}, not {}", plan.service, settings.service_url),
            "Set `url` in the profile, or UMAPI_URL, to the address of the plan.",
        ));
    }
    Ok(())
}

/// What the run is called.
fn program_of(file: &Path) -> ScriptProgram {
    ScriptProgram {
        name: format!("apply {}", file.display()),
        file: None,
        text: String::new(),
        arguments: Vec::new(),
        secret_arguments: 0,
        shows_value: false,
        limits: ScriptLimits::default(),
        rows: None,
        is_built_in: false,
    }
}

/// A plan narrows the guards of the run that applies it, and never loosens them.
fn narrow(setup: &RunSetup, plan: &PlanFile) {
    let guards = &plan.guards;
    let patterns = |texts: &[String]| texts.iter().map(|text| NamePattern::new(text)).collect::<Vec<_>>();
    let people =
        plan.listings.iter().find(|listing| listing.name == "users").map_or(0, |users| users.entries);
    let removals =
        guards.max_removals.as_deref().and_then(Allowance::parse).map(|allowance| match allowance {
            Allowance::Count(count) => count,
            Allowance::Percent(share) => people * share / 100,
        });
    setup.settings.guard.tighten(&GuardLimits {
        read_only: guards.read_only,
        max_changes: guards.max_changes,
        max_removals: removals.map(Allowance::Count),
        protected: patterns(&guards.protect),
        only: patterns(&guards.only),
        ..GuardLimits::default()
    });
}

/// The commands whose people or groups are not as the plan found them, with what is different.
pub(super) fn compared(
    session: &Session,
    plan: &PlanFile,
    groups: &[Arc<Group>],
    output: &Output,
) -> Result<BTreeMap<usize, String>> {
    let comparison = Comparison::new(plan, done(session, plan)?);
    note_what_came(plan, groups, output);
    let mut current = CurrentState::default();
    for group in groups {
        let numbers = current.groups.entry(fold(&group.group_name)).or_default();
        numbers.extend(group.group_id);
    }
    current.accounts = accounts(session, &comparison.accounts(), output)?;
    let mut changed: BTreeMap<usize, String> = BTreeMap::new();
    for difference in comparison.differences(&current) {
        changed
            .entry(difference.number)
            .and_modify(|text| {
                text.push_str("; ");
                text.push_str(&difference.text);
            })
            .or_insert(difference.text);
    }
    let texts: BTreeSet<_> = changed.values().collect();
    for text in texts.iter().take(NAMED) {
        output.warning(&format!("changed since the plan: {text}"));
    }
    if texts.len() > NAMED {
        output.warning(&format!("and {} more changes since the plan", texts.len() - NAMED));
    }
    Ok(changed)
}

/// The numbers of the commands that an earlier run of the plan has done.
fn done(session: &Session, plan: &PlanFile) -> Result<HashSet<usize>> {
    let run = RunState::of(session);
    let Some(recorder) = run.settings.recorder.as_ref().filter(|_| run.settings.resumed) else {
        return Ok(HashSet::new());
    };
    let client = session.client()?;
    let mut done = HashSet::new();
    for command in plan.commands.iter().filter(|command| command.is_planned()) {
        let Ok(read) = crate::wire::command::Command::read(&command.command) else { continue };
        let checked = client.check(read);
        if checked.pieces().all(|piece| recorder.has_settled(Mode::Live, piece)) {
            done.insert(command.number);
        }
    }
    Ok(done)
}

/// The groups that a plan concerns: those that its commands name, and the profiles whose members it changes.
pub(super) fn groups_of(plan: &PlanFile) -> BTreeSet<String> {
    let named = plan.commands.iter().flat_map(|command| command.before.groups.keys());
    named.chain(plan.profiles.iter().map(|profile| &profile.name)).cloned().collect()
}

/// The accounts as they are now: read singly, or by one listing where there are many.
fn accounts(
    session: &Session,
    names: &BTreeSet<ComparedName>,
    output: &Output,
) -> Result<HashMap<ComparedName, Option<Arc<User>>>> {
    let client = session.client()?;
    let by_listing = names.len() > SINGLE_READS && can_list_users(session, names.len(), output)?;
    session.wait(async {
        let mut found = HashMap::new();
        if !by_listing {
            for (name, domain) in names {
                let user = match client.get_user(name, domain.as_deref()).await {
                    Ok(user) => Some(user),
                    Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => None,
                    Err(error) => return Err(error),
                };
                found.insert((name.clone(), domain.clone()), user);
            }
            return Ok(found);
        }
        let mut by_name: HashMap<String, Vec<Arc<User>>> = HashMap::new();
        let mut listing = client.users(crate::client::listing::query::UserQuery::default());
        while let Some(page) = listing.next_page().await? {
            for user in page {
                let keys: BTreeSet<_> =
                    [&user.email, &user.username].into_iter().flatten().map(|name| fold(name)).collect();
                for key in keys {
                    by_name.entry(key).or_default().push(Arc::clone(&user));
                }
            }
        }
        for (name, domain) in names {
            let users = by_name.get(&fold(name)).map(Vec::as_slice).unwrap_or_default();
            let wants_adobe = domain.as_deref().map(|domain| domain == "AdobeID");
            let fits = |user: &&Arc<User>| {
                let is_adobe = user.kind.as_deref() == Some("adobeID");
                wants_adobe.is_none_or(|wanted| wanted == is_adobe)
            };
            found.insert((name.clone(), domain.clone()), users.iter().find(fits).cloned());
        }
        Ok(found)
    })
}

/// Whether many people can be read by one listing: not while the service lets nobody begin one, which is said.
pub(super) fn can_list_users(session: &Session, people: usize, output: &Output) -> Result<bool> {
    let is_free = listing_cache::delayed_until(session, USERS)?.is_none();
    if !is_free {
        output.note(&format!(
            "{} people are read one by one, which takes about {}: the service allows one full listing every two hours",
            number(people),
            counted(people.div_ceil(LOOK_UPS_PER_MINUTE), "minute")
        ));
    }
    Ok(is_free)
}

/// Says who came to the profiles of a plan, or left them, since it was made.
fn note_what_came(plan: &PlanFile, groups: &[Arc<Group>], output: &Output) {
    for profile in &plan.profiles {
        let found = groups.iter().find(|group| fold(&group.group_name) == fold(&profile.name));
        let now = found.and_then(|group| group.member_count).and_then(|count| usize::try_from(count).ok());
        let Some(now) = now.filter(|now| *now != profile.before) else { continue };
        let (joined, left) = (now.saturating_sub(profile.before), profile.before.saturating_sub(now));
        let (count, verb) = if joined > 0 { (joined, "more") } else { (left, "fewer") };
        output.note(&format!(
            "{} has {} {verb} than when the plan was made",
            profile.name,
            counted(count, "member")
        ));
    }
}

fn changed_since(changed: &BTreeMap<usize, String>) -> Error {
    let commands = counted(changed.len(), "command");
    ErrorKind::Guard {
        message: format!(
            "the organization changed since the plan was made, which concerns {commands}; nothing was sent"
        ),
        hint: "Make the plan again, or send the rest with --skip-changed.".to_owned(),
    }
    .into()
}
