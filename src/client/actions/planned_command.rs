//! A command that was accepted: its pieces, what it touches, and what happened to it so far. Pure.

use crate::client::actions::checked_command::CheckedPiece;
use crate::client::actions::group_use::{self, GroupUse};
use crate::client::actions::memberships::Memberships;
use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict, SettledPiece};
use crate::client::actions::read_back::person_domain;
use crate::client::actions::removal_check::SentRemoval;
use crate::client::actions::removal_kind::RemovalKind;
use crate::client::outcome::{Evidence, Outcome, Status, StepError, Warning};
use crate::client::settings::{Mode, VerifyPolicy};
use crate::wire::command::{Command, CommandTouches};
use crate::wire::subject::CommandSubject;
use crate::wire::user::User;
use std::collections::VecDeque;
use std::sync::Arc;

/// A command that was accepted.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "true or false of a command each")]
pub(crate) struct PlannedCommand {
    index: usize,
    target: String,
    action: String,
    touches: CommandTouches,
    uses: Vec<(String, GroupUse)>,
    /// The pieces without an outcome, with their numbers.
    pieces: VecDeque<(usize, CheckedPiece)>,
    piece_count: usize,
    /// Whether its pieces may share a request: all of them only add people to its group, or only remove them.
    is_member_list: bool,
    /// Whether a person in it is named by a username.
    names_username: bool,
    /// What lists of its groups could do instead.
    memberships: Option<Memberships>,
    is_in_flight: bool,
    applied: bool,
    attempts: u32,
    request_id: Option<String>,
    warnings: Vec<Warning>,
    rehearsed: bool,
    /// Whether a piece of it was done by an earlier run, and whether a piece was sent in this run.
    recalled: bool,
    sent_now: bool,
    /// What the outcome rests on by what the run knew before.
    evidence: Option<Evidence>,
    /// Whether every piece so far was read back.
    verified: Option<bool>,
    removal: RemovalKind,
    /// Whether the account was looked up before its removal, and what was found.
    is_looked_up: bool,
    before: Option<Arc<User>>,
    /// After a failure, the people of a list of members whose pieces were not done.
    undone: Option<Vec<String>>,
}

/// What kept a command from being done: the details of its outcome.
#[derive(Debug, Default)]
struct Failure {
    step: Option<usize>,
    code: Option<String>,
    message: Option<String>,
    errors: Vec<StepError>,
}

impl PlannedCommand {
    /// A command with its index in the caller's list, and the pieces that are sent for it.
    pub(crate) fn new(index: usize, command: &Command, pieces: VecDeque<CheckedPiece>) -> Self {
        let names: Vec<_> = command.steps.iter().map(|step| step.name.as_str()).collect();
        Self {
            index,
            target: command.subject.name().to_owned(),
            action: names.join(", "),
            touches: command.touches(),
            uses: group_use::of(command),
            piece_count: pieces.len(),
            pieces: pieces.into_iter().enumerate().collect(),
            is_member_list: group_use::is_member_list(command),
            names_username: group_use::names_username(command),
            memberships: None,
            is_in_flight: false,
            applied: false,
            attempts: 0,
            request_id: None,
            warnings: Vec::new(),
            rehearsed: false,
            recalled: false,
            sent_now: false,
            evidence: None,
            verified: None,
            removal: RemovalKind::of(command),
            is_looked_up: false,
            before: None,
            undone: None,
        }
    }

    /// The command's index in the caller's list.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// What it touches.
    pub(crate) fn touches(&self) -> &CommandTouches {
        &self.touches
    }

    /// The names of the people it is about: that person's before and after it, or those whom a group lists.
    pub(crate) fn people(&self) -> &[String] {
        &self.touches.people
    }

    /// The names of the people for whom it is not done: of a group, those in the lists that were not carried out.
    pub(crate) fn undone_people(&self) -> Vec<String> {
        self.undone.clone().unwrap_or_else(|| self.touches.people.clone())
    }

    /// The groups whose members or properties it changes, and how.
    pub(crate) fn uses(&self) -> &[(String, GroupUse)] {
        &self.uses
    }

    /// Whether a person in it is named by a username, so that nobody knows which e-mail is theirs.
    pub(crate) fn names_username(&self) -> bool {
        self.names_username
    }

    /// Whether it is being sent.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.is_in_flight
    }

    pub(crate) fn set_in_flight(&mut self) {
        self.is_in_flight = true;
    }

    /// What lists of groups could do instead of the command.
    pub(crate) fn memberships(&self) -> Option<&Memberships> {
        self.memberships.as_ref()
    }

    /// From now on, lists of its groups may do what the command does, or not.
    pub(crate) fn set_memberships(&mut self, memberships: Option<Memberships>) {
        self.memberships = memberships;
    }

    /// Whether nothing of it was sent or recalled, and it goes as a whole.
    pub(crate) fn is_whole(&self) -> bool {
        self.piece_count == 1 && self.pieces.len() == 1 && self.attempts == 0
    }

    /// How many pieces the command has.
    pub(crate) fn piece_count(&self) -> usize {
        self.piece_count
    }

    /// The pieces that may be in the next request, with their numbers.
    pub(crate) fn sendable(&self) -> impl Iterator<Item = (usize, &CheckedPiece)> {
        let count = if self.is_member_list { self.pieces.len() } else { 1 };
        self.pieces.iter().take(count).map(|(number, piece)| (*number, piece))
    }

    /// Whether its pieces may share a request.
    pub(crate) fn is_member_list(&self) -> bool {
        self.is_member_list
    }

    /// How many pieces have no outcome.
    pub(crate) fn open_pieces(&self) -> usize {
        self.pieces.len()
    }

    /// A piece without an outcome.
    pub(crate) fn piece(&self, number: usize) -> Option<&CheckedPiece> {
        self.pieces.iter().find(|(known, _)| *known == number).map(|(_, piece)| piece)
    }

    /// The content of a piece without an outcome.
    pub(crate) fn command_of(&self, number: usize) -> Option<&Command> {
        self.piece(number)?.content.command()
    }

    /// What it rests on, before it is sent.
    pub(crate) fn set_evidence(&mut self, evidence: Evidence) {
        self.evidence = Some(evidence);
    }

    /// What the outcome of a piece with this verdict rests on.
    pub(crate) fn evidence_of(&self, settled: &SettledPiece) -> Option<Evidence> {
        match (settled.attempts, settled.verified) {
            (0, _) => None,
            (_, true) => Some(Evidence::Verified),
            (_, false) => self.evidence,
        }
    }

    /// The outcome of a command that must not be sent because of what the run has read: `failed` or `not_sent`.
    pub(crate) fn refuse(&mut self, status: Status, code: &str, message: String, mode: Mode) -> Outcome {
        let outcome = self.outcome(status, mode);
        let evidence = Some(Evidence::Read);
        Outcome { code: Some(code.to_owned()), message: Some(message), evidence, ..outcome }
    }

    /// Whether the account has to be looked up before it is removed.
    pub(crate) fn needs_look_up(&self, policy: VerifyPolicy) -> bool {
        let is_begun = self.pieces.len() < self.piece_count;
        !self.is_looked_up && !is_begun && self.removal.needs_look_up(policy, self.evidence)
    }

    /// The people of a piece whom the run has not read: a name and a domain each.
    pub(crate) fn unread_people(&self, piece: usize) -> Vec<(String, Option<String>)> {
        let Some(command) = self.command_of(piece) else { return Vec::new() };
        match &command.subject {
            CommandSubject::User { .. } if self.is_looked_up || self.evidence == Some(Evidence::Read) => {
                Vec::new()
            }
            CommandSubject::User { user, domain, use_adobe_id } => {
                let domain = person_domain(domain.as_deref(), *use_adobe_id).map(str::to_owned);
                vec![(user.clone(), domain)]
            }
            CommandSubject::Group { .. } => {
                let members = command.specs().filter(|(_, spec)| spec.is_membership());
                members.flat_map(|(step, _)| step.names("user")).map(|name| (name.to_owned(), None)).collect()
            }
        }
    }

    /// Applies what was found of the account before its removal.
    pub(crate) fn set_looked_up(&mut self, before: Option<Arc<User>>, evidence: Option<Evidence>) {
        self.is_looked_up = true;
        self.before = before;
        self.evidence = evidence.or(self.evidence);
    }

    /// What is known of the account when its removal, the whole command or a piece of it, is read back.
    pub(crate) fn sent_removal(&self, command: Command) -> SentRemoval {
        let is_known = self.before.is_some() || self.evidence == Some(Evidence::Read);
        SentRemoval::new(command, self.before.clone(), is_known)
    }

    /// Marks a piece as done by an earlier run, in this request; returns the outcome if it was the last piece.
    pub(crate) fn recall(
        &mut self,
        number: usize,
        request_id: String,
        evidence: Option<Evidence>,
        mode: Mode,
    ) -> Option<Outcome> {
        self.recalled = true;
        self.evidence = evidence;
        let settled =
            SettledPiece { request_id: Some(request_id), ..SettledPiece::unsent(PieceVerdict::Done, mode) };
        self.apply(vec![(number, settled)])
    }

    /// Marks a piece as done by an earlier run, which found that the user is still a member.
    pub(crate) fn recall_still_member(
        &mut self,
        number: usize,
        request_id: String,
        message: String,
        mode: Mode,
    ) -> Option<Outcome> {
        let settled = SettledPiece::unsent(PieceVerdict::StillMember(message), mode);
        self.apply(vec![(number, SettledPiece { request_id: Some(request_id), ..settled })])
    }

    /// Marks a piece as possibly done by an earlier run, so that it is not sent.
    pub(crate) fn recall_unknown(&mut self, number: usize, message: String, mode: Mode) -> Option<Outcome> {
        self.apply(vec![(number, SettledPiece::unsent(PieceVerdict::Unknown(message), mode))])
    }

    /// The outcome of a command that will not be sent.
    pub(crate) fn not_sent(mut self, message: &str, mode: Mode) -> Outcome {
        Outcome { message: Some(message.to_owned()), ..self.outcome(Status::NotSent, mode) }
    }

    /// Whether a piece of it was settled or sent.
    pub(crate) fn is_begun(&self) -> bool {
        self.pieces.len() < self.piece_count || self.attempts > 0
    }

    /// The outcome of a command of which nothing more is sent.
    pub(crate) fn give_up(&mut self, message: &str, mode: Mode) -> Outcome {
        self.pieces.clear();
        let status = if self.applied { Status::PartlyDone } else { Status::NotSent };
        Outcome { message: Some(message.to_owned()), ..self.outcome(status, mode) }
    }

    /// Applies the verdicts of this run on pieces of one request; returns the outcome after the last piece.
    pub(crate) fn settle(&mut self, settled: Vec<(usize, SettledPiece)>) -> Option<Outcome> {
        self.sent_now = true;
        self.is_in_flight = false;
        self.apply(settled)
    }

    fn apply(&mut self, settled: Vec<(usize, SettledPiece)>) -> Option<Outcome> {
        let mode = settled.first()?.1.mode;
        self.attempts += settled.iter().map(|(_, piece)| piece.attempts).max().unwrap_or_default();
        let mut bad = Vec::new();
        for (number, settled) in settled {
            let SettledPiece { verdict, warnings, request_id, mode, verified, .. } = settled;
            self.request_id = request_id.or(self.request_id.take());
            self.rehearsed |= mode == Mode::Test;
            if verdict == PieceVerdict::Resend {
                continue;
            }
            self.verified = Some(verified && self.verified != Some(false));
            let Some(place) = self.pieces.iter().position(|(known, _)| *known == number) else { continue };
            let Some((_, piece)) = self.pieces.remove(place) else { continue };
            let callers_step = |step: usize| piece.callers_step(step);
            let warned = |warning: Warning| Warning { step: warning.step.and_then(callers_step), ..warning };
            self.warnings.extend(warnings.into_iter().map(warned));
            match verdict {
                PieceVerdict::Done => self.applied |= mode == Mode::Live,
                verdict => bad.push((verdict, piece)),
            }
        }
        if !bad.is_empty() {
            if self.is_member_list {
                let undone =
                    bad.iter().map(|(_, piece)| piece).chain(self.pieces.iter().map(|(_, piece)| piece));
                let commands = undone.filter_map(|piece| piece.content.command());
                self.undone = Some(commands.flat_map(|command| command.touches().people).collect());
            }
            return Some(self.fail(&bad, mode));
        }
        let status = if self.rehearsed { Status::WouldComplete } else { Status::Completed };
        self.pieces.is_empty().then(|| self.outcome(status, mode))
    }

    /// The outcome after pieces that were not done. What is not known weighs more than what failed.
    fn fail(&mut self, bad: &[(PieceVerdict, CheckedPiece)], mode: Mode) -> Outcome {
        let weight = |verdict: &PieceVerdict| match verdict {
            PieceVerdict::Unknown(_) => 0,
            PieceVerdict::Unverified(_) => 1,
            PieceVerdict::StillMember(_) => 2,
            _ => 3,
        };
        let refusals = bad.iter().filter_map(|(verdict, piece)| match verdict {
            PieceVerdict::Refused(refusal) => Some((refusal, piece)),
            _ => None,
        });
        let refusals: Vec<_> = refusals.collect();
        let errors: Vec<_> = refusals.iter().flat_map(|(refusal, piece)| errors_of(refusal, piece)).collect();
        let is_live = mode == Mode::Live;
        let applied =
            self.applied || (is_live && refusals.iter().any(|(refusal, _)| refusal.is_partly_done()));
        let Some((verdict, piece)) = bad.iter().min_by_key(|(verdict, _)| weight(verdict)) else {
            return self.outcome(Status::Unknown, mode);
        };
        let said = |message: &String| Failure { message: Some(message.clone()), ..Failure::default() };
        let (status, failure) = match verdict {
            PieceVerdict::Refused(refusal) => {
                let status = if applied { Status::PartlyDone } else { Status::Failed };
                let code = Some(refusal.first.code.clone()).filter(|code| !code.is_empty());
                let step = refusal.first.step.and_then(|step| piece.callers_step(step));
                (status, Failure { step, code, message: Some(refusal.message()), errors })
            }
            PieceVerdict::StillMember(message) => (Status::StillMember, said(message)),
            PieceVerdict::Unverified(message) => (Status::Unverified, said(message)),
            PieceVerdict::NotSent(message) => {
                (if applied { Status::PartlyDone } else { Status::NotSent }, said(message))
            }
            PieceVerdict::Unknown(message) => (Status::Unknown, said(message)),
            PieceVerdict::Done | PieceVerdict::Resend => (Status::Unknown, Failure::default()),
        };
        let Failure { step, code, message, errors } = failure;
        Outcome { step, code, message, errors, ..self.outcome(status, mode) }
    }

    /// The outcome with that status, without details.
    pub(crate) fn outcome(&mut self, status: Status, mode: Mode) -> Outcome {
        Outcome {
            index: self.index,
            target: std::mem::take(&mut self.target),
            action: std::mem::take(&mut self.action),
            removes_everything: self.removal == RemovalKind::Everything,
            status,
            evidence: if self.verified == Some(true) { Some(Evidence::Verified) } else { self.evidence }
                .filter(|_| status != Status::NotSent),
            step: None,
            code: None,
            message: None,
            errors: Vec::new(),
            request_id: self.request_id.take(),
            attempts: self.attempts,
            mode,
            warnings: std::mem::take(&mut self.warnings),
            resumed: self.recalled && !self.sent_now,
            source: None,
        }
    }
}

fn errors_of(refusal: &PieceRefusal, piece: &CheckedPiece) -> Vec<StepError> {
    let errors = refusal.errors();
    errors
        .map(|error| StepError {
            step: error.step.and_then(|step| piece.callers_step(step)),
            ..error.clone()
        })
        .collect()
}
