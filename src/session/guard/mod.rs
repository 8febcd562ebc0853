//! The operator's guards: what a run may change at most. A script may tighten them, never loosen them.

mod impact;
mod pattern;
mod protected;
#[cfg(test)]
mod tests;

pub(crate) use crate::session::guard::impact::CommandImpact;
pub(crate) use crate::session::guard::pattern::NamePattern;

use crate::client::actions::checked_command::CheckedCommand;
use crate::client::hooks::{ActionRequest, GateHook};
use crate::client::outcome::{CommandFate, Status};
use crate::client::request::ApiAnswer;
use crate::client::sent_command::{RenderedCommand, SentCommand};
use crate::client::settings::Mode;
use crate::error::{Error, ErrorKind, Result};
use crate::session::guard::protected::ProtectedNames;
use crate::wire::user::User;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many people may lose something in a live run against a real organization, unless the operator says otherwise.
pub(crate) const DEFAULT_REMOVALS: usize = 200;

/// How many people may lose something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// So many.
    Count(usize),
    /// So many in a hundred of those the largest listing of the run told of.
    Percent(usize),
}

impl Allowance {
    /// Reads `N` or `N%`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().filter(|percent| *percent <= 100).map(Self::Percent),
            None => text.trim().parse().ok().map(Self::Count),
        }
    }
}

/// What the operator allows.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the operator")]
pub struct GuardLimits {
    /// No change at all.
    pub read_only: bool,
    /// So many commands.
    pub max_changes: Option<usize>,
    /// So many people who lose something.
    pub max_removals: Option<Allowance>,
    /// The script's own limit of people who lose something, beside the operator's.
    pub script_max_removals: Option<usize>,
    /// Whom and what no command may be about.
    pub protected: Vec<NamePattern>,
    /// Whether removals may follow from a listing that failed or a file without rows.
    pub allow_empty_source: bool,
    /// Whether accounts of a real organization may be deleted for good.
    pub allow_delete: bool,
    /// Whether the organization is a real one.
    pub real: bool,
}

/// Stands at the gate with the operator's limits.
pub struct ChangeGuard(Mutex<State>);

struct State {
    limits: GuardLimits,
    protected: ProtectedNames,
    sent: CommandImpact,
    /// Commands in pieces that were counted already: list and place.
    counted: HashSet<(u64, usize)>,
    /// Pieces that left and may leave again because their answer was lost: list, place and piece.
    uncertain: HashSet<(u64, usize, usize)>,
    /// Entries of the largest listing of people.
    listed: usize,
    /// The source from which no removal may follow.
    empty_source: Option<String>,
    has_refused: bool,
}

impl Default for ChangeGuard {
    /// No limits of the operator.
    fn default() -> Self {
        Self::new(GuardLimits::default())
    }
}

impl ChangeGuard {
    /// A guard with these limits.
    pub fn new(mut limits: GuardLimits) -> Self {
        let mut protected = ProtectedNames::default();
        protected.add(std::mem::take(&mut limits.protected));
        Self(Mutex::new(State {
            limits,
            protected,
            sent: CommandImpact::default(),
            counted: HashSet::new(),
            uncertain: HashSet::new(),
            listed: 0,
            empty_source: None,
            has_refused: false,
        }))
    }

    /// A script tightens the limits; what would loosen them changes nothing.
    pub fn tighten(&self, wanted: &GuardLimits) {
        let mut state = self.state();
        state.protected.add(wanted.protected.iter().cloned());
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

    /// A source was empty or failed: no removal may follow from it.
    pub fn mark_source_empty(&self, source: String) {
        self.state().empty_source.get_or_insert(source);
    }

    /// Whether a guard stopped something.
    pub fn has_refused(&self) -> bool {
        self.state().has_refused
    }

    /// What an interrupted run did counts in the run that goes on with it.
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

fn stricter(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    one.into_iter().chain(other).min()
}

impl State {
    fn admit(&mut self, request: &ActionRequest) -> Result<()> {
        self.check_content(request.mode, request.commands.iter().map(|sent| &*sent.content))?;
        let mut impact = CommandImpact::default();
        for sent in &request.commands {
            if self.uncertain.contains(&piece(request, sent)) {
                continue;
            }
            if sent.pieces < 2 || !self.counted.contains(&(request.list, sent.index)) {
                impact.add(&CommandImpact::of(&sent.content));
            } else {
                impact.removals += CommandImpact::of(&sent.content).removals;
            }
        }
        if request.commands.is_empty() {
            impact.changes = 1;
        }
        self.check_limits(request.mode, &impact)?;
        self.sent.add(&impact);
        let split = request.commands.iter().filter(|sent| sent.pieces > 1);
        self.counted.extend(split.map(|sent| (request.list, sent.index)));
        Ok(())
    }

    /// What no number allows.
    fn check_content<'v>(
        &self,
        mode: Mode,
        commands: impl Iterator<Item = &'v RenderedCommand>,
    ) -> Result<()> {
        if self.limits.read_only {
            return Err(refusal("this run is read-only", "Leave --read-only out to make changes."));
        }
        for command in commands {
            if let Some((name, pattern)) = self.protected.find_in(command) {
                let message = format!("`{name}` is protected (by `{pattern}`)");
                return Err(refusal(message, "Take the command out, or change --protect."));
            }
            let for_good = mode == Mode::Live && self.limits.real && !self.limits.allow_delete;
            if for_good && impact::deletes(command) {
                let message = format!(
                    "the account of `{}` would be deleted for good",
                    command.subject_name().unwrap_or_default()
                );
                return Err(refusal(
                    message,
                    "Add --allow-delete to allow that, or use remove_from_org(email).",
                ));
            }
        }
        Ok(())
    }

    /// Whether so much more may leave.
    fn check_limits(&self, mode: Mode, added: &CommandImpact) -> Result<()> {
        if let Some(limit) =
            self.limits.max_changes.filter(|limit| self.sent.changes + added.changes > *limit)
        {
            let count = self.sent.changes + added.changes;
            return Err(refusal(
                format!("{count} changes are more than {limit}"),
                "Raise --max-changes to allow that.",
            ));
        }
        if added.removals == 0 {
            return Ok(());
        }
        if let Some(source) = self.empty_source.as_ref().filter(|_| !self.limits.allow_empty_source) {
            let message = format!("no removals follow, because {source}");
            return Err(refusal(message, "See that the source is whole, or add --allow-empty-source."));
        }
        let removals = self.sent.removals + added.removals;
        match stricter(self.removal_limit(mode)?, self.limits.script_max_removals) {
            Some(limit) if removals > limit => {
                let message = format!("{removals} removals are more than {limit}");
                Err(refusal(message, "Raise --max-removals to allow that."))
            }
            _ => Ok(()),
        }
    }

    fn removal_limit(&self, mode: Mode) -> Result<Option<usize>> {
        Ok(match self.limits.max_removals {
            Some(Allowance::Count(count)) => Some(count),
            Some(Allowance::Percent(_)) if self.listed == 0 => {
                let message = "--max-removals is a share, and the run has listed nobody to take it of";
                return Err(refusal(message, "List the users first, or give a number."));
            }
            Some(Allowance::Percent(percent)) => Some(self.listed * percent / 100),
            None if mode == Mode::Live && self.limits.real => Some(DEFAULT_REMOVALS),
            None => None,
        })
    }
}

fn refusal(message: impl Into<String>, hint: &str) -> Error {
    ErrorKind::Guard { message: format!("stopped by a guard: {}", message.into()), hint: hint.to_owned() }
        .into()
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

    fn after(&self, _: &ActionRequest, _: std::result::Result<&ApiAnswer, &Error>) {}

    /// What leaves once more counts once.
    fn settled(&self, request: &ActionRequest, fates: &[CommandFate]) {
        let mut state = self.state();
        for (sent, fate) in request.commands.iter().zip(fates) {
            if fate.status == Status::Unknown && request.list > 0 {
                state.uncertain.insert(piece(request, sent));
            } else {
                state.uncertain.remove(&piece(request, sent));
            }
        }
    }

    fn seen(&self, users: &[Arc<User>]) {
        let mut state = self.state();
        for user in users {
            state.protected.add_person(user);
        }
    }

    fn listed(&self, listing: &str, entries: std::result::Result<usize, &Error>) {
        let mut state = self.state();
        match entries {
            Ok(entries) => state.listed = state.listed.max(entries),
            Err(error) => {
                let source = format!("the listing of {listing} failed: {error}");
                state.empty_source.get_or_insert(source);
            }
        }
    }
}
