//! The operator's limits for what a run may change. A script can tighten them but not loosen them.

mod impact;
mod pattern;
mod protected;
mod protected_name;
mod readable;
#[cfg(test)]
mod tests;

pub(crate) use crate::session::guard::impact::CommandImpact;
pub(crate) use crate::session::guard::pattern::{NameListOption, NamePattern};

use crate::client::actions::checked_command::CheckedCommand;
use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::outcome::{CommandOutcome, Status};
use crate::client::request::ApiResponse;
use crate::client::sent_command::{CommandContent, SentCommand};
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::quantity::{counted, number};
use crate::session::guard::protected::ProtectedNames;
use crate::wire::user::User;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most people who may lose something in a live run against a real organization, unless the operator gives
/// another limit.
pub(crate) const DEFAULT_REMOVALS: usize = 200;

/// The name of the listing that has everybody.
const EVERYBODY: &str = "users";

/// The most people who may lose something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// A number of people.
    Count(usize),
    /// A percentage of the people in the run's largest listing.
    Percent(usize),
}

impl Allowance {
    /// Parses `N` or `N%`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().filter(|percent| *percent <= 100).map(Self::Percent),
            None => text.trim().parse().ok().map(Self::Count),
        }
    }
}

/// The limits that the operator sets.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the operator")]
pub struct GuardLimits {
    /// Whether no change is allowed.
    pub read_only: bool,
    /// The most people and groups that may be changed.
    pub max_changes: Option<usize>,
    /// The most people who may lose something.
    pub max_removals: Option<Allowance>,
    /// The script's own limit of people who may lose something; the stricter one counts.
    pub script_max_removals: Option<usize>,
    /// Users and groups that must not be changed.
    pub protected: Vec<NamePattern>,
    /// The only users and groups that may be changed; all if empty.
    pub only: Vec<NamePattern>,
    /// Whether removals are allowed after a listing failed or a file had no rows.
    pub allow_empty_source: bool,
    /// Whether accounts of a real organization may be deleted permanently.
    pub allow_delete: bool,
    /// Whether the organization is a real one.
    pub real: bool,
    /// Whether live changes need a plan that was approved.
    pub needs_approval: bool,
}

/// The guard at the gate, which holds the limits.
pub struct ChangeGuard(Mutex<State>);

struct State {
    limits: GuardLimits,
    protected: ProtectedNames,
    /// Lists of names, each of which a command must be in.
    only: Vec<ProtectedNames>,
    sent: CommandImpact,
    /// Commands in pieces that were counted already: list and index.
    counted: HashSet<(u64, usize)>,
    /// Pieces that were sent and may be sent again because their response was lost: list, index and piece.
    uncertain: HashSet<(u64, usize, usize)>,
    /// The number of people in the largest listing.
    listed: usize,
    /// Whether a listing of everybody was read to the end.
    has_listed_all: bool,
    /// The empty or failed source because of which nothing may be removed.
    empty_source: Option<String>,
    has_refused: bool,
}

impl Default for ChangeGuard {
    /// A guard without limits.
    fn default() -> Self {
        Self::new(GuardLimits::default())
    }
}

impl ChangeGuard {
    /// Whether live changes need a plan that was approved.
    pub(crate) fn needs_approval(&self) -> bool {
        self.state().limits.needs_approval
    }

    /// A guard with these limits.
    pub fn new(mut limits: GuardLimits) -> Self {
        let mut protected = ProtectedNames::default();
        protected.add(std::mem::take(&mut limits.protected));
        let only = list_of(&std::mem::take(&mut limits.only)).into_iter().collect();
        Self(Mutex::new(State {
            limits,
            protected,
            only,
            sent: CommandImpact::default(),
            counted: HashSet::new(),
            uncertain: HashSet::new(),
            listed: 0,
            has_listed_all: false,
            empty_source: None,
            has_refused: false,
        }))
    }

    /// Tightens the limits; a value that would loosen them is ignored.
    pub fn tighten(&self, wanted: &GuardLimits) {
        let mut state = self.state();
        state.protected.add(wanted.protected.iter().cloned());
        state.only.extend(list_of(&wanted.only));
        let limits = &mut state.limits;
        limits.read_only |= wanted.read_only;
        limits.max_changes = stricter(limits.max_changes, wanted.max_changes);
        limits.script_max_removals = stricter(
            limits.script_max_removals,
            match wanted.max_removals {
                Some(Allowance::Count(count)) => Some(count),
                _ => None,
            },
        );
    }

    /// Marks a source as empty or failed: nothing may be removed because of it.
    pub fn mark_source_empty(&self, source: String) {
        self.state().empty_source.get_or_insert(source);
    }

    /// Whether no change is allowed.
    pub(crate) fn is_read_only(&self) -> bool {
        self.state().limits.read_only
    }

    /// Records that something was refused for a reason of its own, so that the run ends with that exit code.
    pub(crate) fn mark_refused(&self) {
        self.state().has_refused = true;
    }

    /// Whether the guard refused something.
    pub fn has_refused(&self) -> bool {
        self.state().has_refused
    }

    /// The lines of files with protected names that match nobody, if the run has listed everybody: a place and a name
    /// each.
    pub fn unmatched_lines(&self) -> Vec<String> {
        let state = self.state();
        let lines = if state.has_listed_all { state.protected.unmatched() } else { &[] };
        let shown =
            |pattern: &NamePattern| format!("{}: `{}`", pattern.place().unwrap_or_default(), pattern.text());
        lines.iter().map(shown).collect()
    }

    /// Adds the impact of an interrupted run to that of the run that resumes it.
    pub fn add_earlier_impact(&self, done: &CommandImpact) {
        self.state().sent.add(done);
    }

    /// Looks at a command before anything of its list has left; `ahead` is what the list weighs so far.
    ///
    /// # Errors
    /// `guard`.
    pub fn precheck(&self, mode: Mode, command: &CheckedCommand, total: &mut CommandImpact) -> Result<()> {
        let mut state = self.state();
        total.add(&CommandImpact::of_command(command.command()));
        let verdict =
            state.check_content(mode, command.pieces()).and_then(|()| state.check_limits(mode, total));
        state.has_refused |= verdict.is_err();
        verdict
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A list of the only names that may be changed, unless it is empty.
fn list_of(patterns: &[NamePattern]) -> Option<ProtectedNames> {
    let mut list = ProtectedNames::default();
    list.add(patterns.iter().cloned());
    (!patterns.is_empty()).then_some(list)
}

fn stricter(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    one.into_iter().chain(other).min()
}

impl State {
    fn admit(&mut self, request: &ActionRequest) -> Result<()> {
        self.check_content(request.mode, request.commands.iter().map(|sent| &*sent.content))?;
        if request.commands.is_empty() {
            check_readable(request)?;
        }
        let mut impact = CommandImpact::default();
        for sent in &request.commands {
            if self.uncertain.contains(&piece(request, sent)) {
                continue;
            }
            if sent.pieces < 2 || !self.counted.contains(&(request.list, sent.index)) {
                impact.add(&CommandImpact::of(&sent.content));
            } else {
                impact.add(&CommandImpact::of_later_piece(&sent.content));
            }
        }
        if request.commands.is_empty() {
            impact.changes = 1;
            if !self.only.is_empty() {
                let message = "--only cannot tell whom this request changes";
                return Err(refusal(
                    message,
                    "Use a function or a command that names the people and groups.",
                ));
            }
        }
        self.check_limits(request.mode, &impact)?;
        self.sent.add(&impact);
        let split = request.commands.iter().filter(|sent| sent.pieces > 1);
        self.counted.extend(split.map(|sent| (request.list, sent.index)));
        Ok(())
    }

    /// Checks what is refused whatever the numbers.
    fn check_content<'v>(
        &self,
        mode: Mode,
        commands: impl Iterator<Item = &'v CommandContent>,
    ) -> Result<()> {
        if self.limits.read_only {
            return Err(refusal("this run is read-only", "Run without --read-only to make changes."));
        }
        if mode == Mode::Live && self.limits.needs_approval {
            return Err(refusal(
                "this organization is changed by approved plans only",
                "Make a plan with `umapish plan --out FILE`, have another account approve it, then apply it.",
            ));
        }
        for command in commands {
            if mode == Mode::Live
                && let Some(reason) = readable::unreadable(command)
            {
                return Err(unreadable(command, &reason));
            }
            if let Some((name, pattern)) = self.protected.find_in(command) {
                let message = format!("`{name}` is protected (by `{pattern}`)");
                return Err(refusal(message, "Remove the command from the script, or change --protect."));
            }
            if let Some(name) = self.outside(command) {
                let message = format!("`{name}` is not among the users and groups of --only");
                return Err(refusal(message, "Remove the command from the script, or change --only."));
            }
            let for_good = mode == Mode::Live && self.limits.real && !self.limits.allow_delete;
            if for_good && impact::deletes(command) {
                let message = format!(
                    "the account of `{}` would be deleted permanently",
                    command.subject_name().unwrap_or_default()
                );
                return Err(refusal(
                    message,
                    "Add --allow-delete to allow it, or use remove_from_org(email), which keeps the account.",
                ));
            }
        }
        Ok(())
    }

    /// The first person or group in a command that the run may not change.
    fn outside<'c>(&self, command: &'c CommandContent) -> Option<Cow<'c, str>> {
        self.only.iter().find_map(|list| list.first_unmatched(command))
    }

    /// Checks whether this much more may be sent.
    fn check_limits(&self, mode: Mode, added: &CommandImpact) -> Result<()> {
        if let Some(limit) =
            self.limits.max_changes.filter(|limit| self.sent.changes + added.changes > *limit)
        {
            let count = self.sent.changes + added.changes;
            return Err(refusal(over_limit(count, "change", limit), "Raise --max-changes to allow more."));
        }
        if added.removals == 0 {
            return Ok(());
        }
        if let Some(source) = self.empty_source.as_ref().filter(|_| !self.limits.allow_empty_source) {
            let message = format!("nothing may be removed, because {source}");
            return Err(refusal(
                message,
                "Make sure that the source is complete, or add --allow-empty-source.",
            ));
        }
        let removals = self.sent.removals + added.removals;
        match stricter(self.removal_limit(mode)?, self.limits.script_max_removals) {
            Some(limit) if removals > limit => {
                let message = over_limit(removals, "removal", limit);
                Err(refusal(message, "Raise --max-removals to allow more."))
            }
            _ => Ok(()),
        }
    }

    fn removal_limit(&self, mode: Mode) -> Result<Option<usize>> {
        Ok(match self.limits.max_removals {
            Some(Allowance::Count(count)) => Some(count),
            Some(Allowance::Percent(_)) if self.listed == 0 => {
                let message = "--max-removals is a percentage, but the run has not listed any users yet";
                return Err(refusal(message, "List the users first, or give a number instead."));
            }
            Some(Allowance::Percent(percent)) => Some(self.listed * percent / 100),
            None if mode == Mode::Live && self.limits.real => Some(DEFAULT_REMOVALS),
            None => None,
        })
    }
}

fn refusal(message: impl Into<String>, hint: &str) -> Error {
    ErrorKind::Guard { message: format!("refused: {}", message.into()), hint: hint.to_owned() }.into()
}

/// Refuses a live request of which nothing can be read: it may change anybody.
fn check_readable(request: &ActionRequest) -> Result<()> {
    if request.mode == Mode::Test {
        return Ok(());
    }
    Err(refusal(
        format!("the guards cannot read what `{}` changes", request.call),
        "Send the change as a list of commands, with a function, action([...]) or make_call to the action endpoint.",
    ))
}

fn unreadable(command: &CommandContent, reason: &str) -> Error {
    let name = command.subject_name().unwrap_or("(no user)");
    refusal(
        format!("the guards cannot read the command for `{name}`: {reason}"),
        "Write one step per object, as the service documents it; the guards count removals and protect people by reading \
         every step.",
    )
}

/// `3,040 removals, the limit is 200`.
fn over_limit(count: usize, noun: &str, limit: usize) -> String {
    format!("{}, the limit is {}", counted(count, noun), number(limit))
}

fn piece(request: &ActionRequest, sent: &SentCommand) -> (u64, usize, usize) {
    (request.list, sent.index, sent.piece)
}

impl GateHook for ChangeGuard {
    fn before(&self, request: &ActionRequest) -> Result<()> {
        let mut state = self.state();
        let verdict = state.admit(request);
        state.has_refused |= verdict.is_err();
        verdict
    }

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiResponse, &Error>) {}

    /// What is sent again counts once.
    fn settled(&self, request: &ActionRequest, fates: &[CommandOutcome]) {
        let mut state = self.state();
        for (sent, fate) in request.commands.iter().zip(fates) {
            if fate.status == Status::Unknown && request.list > 0 {
                state.uncertain.insert(piece(request, sent));
            } else {
                state.uncertain.remove(&piece(request, sent));
            }
        }
    }

    fn users_read(&self, users: &[Arc<User>]) {
        let mut state = self.state();
        for user in users {
            state.protected.add_person(user);
            state.only.iter_mut().for_each(|list| list.add_person(user));
        }
    }

    fn listing_ended(&self, listing: &str, entries: std::result::Result<usize, &Error>) {
        let mut state = self.state();
        match entries {
            Ok(entries) => {
                state.listed = state.listed.max(entries);
                state.has_listed_all |= listing == EVERYBODY;
            }
            Err(error) => {
                let source = format!("the listing of {listing} failed: {error}");
                state.empty_source.get_or_insert(source);
            }
        }
    }
}
