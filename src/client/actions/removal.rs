//! Removals read back: the service reports success even where someone stays, and for people it does not know.

use crate::client::actions::piece_verdict::PieceVerdict;
use crate::client::actions::read_back::{ExpectedState, READ_BACK_FAILED, person_domain};
use crate::client::connection::Client;
use crate::client::event::ClientEvent;
use crate::client::hooks::Resolution;
use crate::client::listing::Listing;
use crate::client::listing::query::UserQuery;
use crate::client::settings::VerifyPolicy;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::step::StepRemoval;
use crate::wire::subject::CommandSubject;
use crate::wire::user::User;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Someone who is still a member is read again after these multiples of a second, since the service has delays.
const REPEATS: [u32; 3] = [2, 5, 15];

/// The most people that a run looks up before their removal unless it verifies always.
const LOOK_UPS: usize = 250;

/// An account before its removal.
#[derive(Debug, Default)]
pub(crate) struct LookedUp {
    /// The account as it is; `None` where it is unknown or was not read.
    pub(crate) before: Option<Arc<User>>,
    /// What is known of the person by now; `None` where nothing was read.
    pub(crate) resolution: Option<Resolution>,
}

/// What reading a removal back shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemovalCheck {
    /// The command removes nobody.
    NotRemoval,
    /// Nobody remains.
    Verified,
    /// Someone is still a member, and of what.
    StillMember(String),
    /// It could not be read; why.
    Unverified(String),
}

impl RemovalCheck {
    /// Changes the verdict on a command that the service reported as done.
    pub(crate) fn apply(self, verdict: &mut PieceVerdict) {
        match self {
            Self::NotRemoval | Self::Verified => {}
            Self::StillMember(message) => *verdict = PieceVerdict::StillMember(message),
            Self::Unverified(message) => *verdict = PieceVerdict::Unverified(message),
        }
    }
}

impl Client {
    /// Looks up the account of a command before its removal, within the limit of a run.
    pub(crate) async fn look_up(&self, command: &Command) -> LookedUp {
        let CommandSubject::User { user, domain, use_adobe_id } = &command.subject else {
            return LookedUp::default();
        };
        let count = self.shared.look_ups.fetch_add(1, Ordering::Relaxed);
        if self.shared.settings.verify != VerifyPolicy::Always && count >= LOOK_UPS {
            return LookedUp::default();
        }
        match self.find_user(user, person_domain(domain.as_deref(), *use_adobe_id)).await {
            Ok(Some(user)) => LookedUp { before: Some(user), resolution: Some(self.resolve(command, false)) },
            Ok(None) => LookedUp { before: None, resolution: Some(self.resolve(command, true)) },
            // The removal is sent all the same; its outcome rests on the service's word, or is not verified.
            Err(_) => LookedUp::default(),
        }
    }

    /// Reads a removal back once. `before` is the account as it was read before; another account with the same e-mail
    /// does not count.
    pub async fn check_removal(&self, command: &Command, before: Option<&User>) -> RemovalCheck {
        let CommandSubject::User { user, domain, use_adobe_id } = &command.subject else {
            return RemovalCheck::NotRemoval;
        };
        if command.specs().all(|(_, spec)| spec.removes == StepRemoval::Nothing) {
            return RemovalCheck::NotRemoval;
        }
        let expected = ExpectedState::of(command);
        let found = match self.find_user(user, person_domain(domain.as_deref(), *use_adobe_id)).await {
            Ok(Some(found)) if before.is_none_or(|before| is_same_account(before, &found)) => found,
            Ok(_) if expected.absent => return RemovalCheck::Verified,
            Ok(_) => return self.check_unlisted(command, &expected, before).await,
            Err(error) => return RemovalCheck::Unverified(unreadable(user, &error)),
        };
        if expected.absent {
            return RemovalCheck::StillMember("the person is still in the organization".to_owned());
        }
        let remaining: Vec<_> = found
            .groups()
            .iter()
            .filter(|name| expected.must_be_absent(name))
            .map(ToString::to_string)
            .collect();
        if !remaining.is_empty() {
            return RemovalCheck::StillMember(format!("still a member of {}", remaining.join(", ")));
        }
        self.check_indirect(command, &expected, &found).await
    }

    /// Looks for memberships of someone who is not found under that name: a look-up returns active users only, and the
    /// same command may have changed the e-mail. The listing of a group's members has everybody.
    async fn check_unlisted(
        &self,
        command: &Command,
        expected: &ExpectedState,
        before: Option<&User>,
    ) -> RemovalCheck {
        let name = command.subject.name();
        let is_meant = |member: &User| match before {
            Some(before) => is_same_account(before, member),
            None => {
                [&member.email, &member.username].into_iter().flatten().any(|other| fold(other) == fold(name))
            }
        };
        if expected.groups_out.is_empty() && before.is_none() {
            return RemovalCheck::Unverified(format!(
                "{name}: the removal is not verified, because nobody with that name was found"
            ));
        }
        let known = before.map(User::groups).unwrap_or_default();
        let known = known.iter().map(ToString::to_string).filter(|group| expected.must_be_absent(group));
        let groups: BTreeSet<_> =
            expected.groups_out.iter().cloned().chain(known.map(|group| fold(&group))).collect();
        let mut remaining = Vec::new();
        for group in groups.iter().map(|folded| written_name(command, folded)) {
            match self.has_member(&group, &is_meant).await {
                Ok(true) => remaining.push(group),
                Ok(false) => {}
                Err(error) => return RemovalCheck::Unverified(unreadable(&group, &error)),
            }
        }
        match remaining.as_slice() {
            [] => RemovalCheck::Verified,
            groups => RemovalCheck::StillMember(format!("still a member of {}", groups.join(", "))),
        }
    }

    /// Looks for memberships through a user group. The look-up of one person shows direct memberships only, the
    /// listing of a group's members shows both.
    async fn check_indirect(&self, command: &Command, expected: &ExpectedState, user: &User) -> RemovalCheck {
        let mut remaining = Vec::new();
        for group in expected.groups_out.iter().map(|folded| written_name(command, folded)) {
            match self.has_member(&group, &|member| is_same_account(user, member)).await {
                Ok(true) => remaining.push(group),
                Ok(false) => {}
                Err(error) => return RemovalCheck::Unverified(unreadable(&group, &error)),
            }
        }
        if remaining.is_empty() {
            return RemovalCheck::Verified;
        }
        let groups = user.groups();
        let others: Vec<_> =
            groups.iter().map(arcstr::ArcStr::as_str).filter(|name| !name.starts_with('_')).collect();
        let through = match others.as_slice() {
            [] => "not directly".to_owned(),
            [only] => format!("through {only}"),
            several => format!("through one of {}", several.join(", ")),
        };
        RemovalCheck::StillMember(format!("still has {} {through}", remaining.join(", ")))
    }

    async fn has_member(&self, group: &str, is_meant: &(dyn Fn(&User) -> bool + Sync)) -> Result<bool> {
        let query =
            UserQuery { direct_only: Some(false), exclude_groups: true, ..UserQuery::of_group(group) };
        let mut members = Listing::users(self.clone(), query).unobserved();
        loop {
            match Box::pin(members.next_page()).await {
                Ok(Some(page)) if page.iter().any(|member| is_meant(member)) => return Ok(true),
                Ok(Some(_)) => {}
                Ok(None) => return Ok(false),
                Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads a removal back; someone who remains is read again, since the service has delays.
    pub(crate) async fn verify_removal(&self, command: &Command, before: Option<&User>) -> RemovalCheck {
        let mut check = self.check_removal(command, before).await;
        for repeat in REPEATS {
            if !matches!(check, RemovalCheck::StillMember(_)) {
                break;
            }
            let delay = self.shared.settings.verify_delay * repeat;
            tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                () = tokio::time::sleep(delay) => {}
            }
            check = self.check_removal(command, before).await;
        }
        if let RemovalCheck::Unverified(message) = &check {
            self.shared.observer.notice(&ClientEvent::Note(message.clone()));
        }
        check
    }
}

/// Whether two records are of one account: by id, else by type and name.
fn is_same_account(one: &User, other: &User) -> bool {
    if let (Some(one), Some(other)) = (&one.id, &other.id) {
        return one == other;
    }
    let name = |user: &User| fold(user.email.as_deref().or(user.username.as_deref()).unwrap_or_default());
    one.kind == other.kind && name(one) == name(other)
}

/// The name of a group as the command has it.
fn written_name(command: &Command, folded: &str) -> String {
    let names = command.steps.iter().flat_map(|step| step.names("group"));
    names.filter(|name| fold(name) == folded).last().unwrap_or(folded).to_owned()
}

fn unreadable(what: &str, error: &Error) -> String {
    format!("{what}: the removal is not verified, {READ_BACK_FAILED}: {error}")
}
