//! Accounts looked up before their removal: the service reports success even for people it does not know.

use crate::client::actions::piece_verdict::PieceVerdict;
use crate::client::actions::read_back::person_domain;
use crate::client::connection::Client;
use crate::client::event::ClientEvent;
use crate::client::hooks::Resolution;
use crate::client::settings::VerifyPolicy;
use crate::wire::command::Command;
use crate::wire::endpoint::EndpointId;
use crate::wire::subject::CommandSubject;
use crate::wire::user::User;
use std::sync::Arc;
use std::sync::atomic::Ordering;

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

/// How many people of one command a message names.
const NAMED: usize = 10;

/// The first of several messages, the rest by number.
fn joined(mut messages: impl Iterator<Item = String>) -> String {
    let named = messages.by_ref().take(NAMED).collect::<Vec<_>>().join("; ");
    match messages.count() {
        0 => named,
        more => format!("{named}; and {more} more"),
    }
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
    /// What several checks say together: what could not be read weighs more than who remains.
    pub(crate) fn of_all(checks: impl IntoIterator<Item = Self>) -> Self {
        let (mut remaining, mut unread, mut is_any_verified) = (Vec::new(), Vec::new(), false);
        for check in checks {
            match check {
                Self::NotRemoval => {}
                Self::Verified => is_any_verified = true,
                Self::StillMember(message) => remaining.push(message),
                Self::Unverified(message) => unread.push(message),
            }
        }
        match (unread.is_empty(), remaining.is_empty()) {
            (false, _) => Self::Unverified(joined(unread.into_iter().chain(remaining))),
            (true, false) => Self::StillMember(joined(remaining.into_iter())),
            (true, true) if is_any_verified => Self::Verified,
            (true, true) => Self::NotRemoval,
        }
    }

    /// The same, naming the person.
    pub(crate) fn named(self, person: &str) -> Self {
        match self {
            Self::StillMember(message) => Self::StillMember(format!("{person}: {message}")),
            other => other,
        }
    }

    /// Whether the removal was read back.
    pub(crate) fn is_read_back(&self) -> bool {
        matches!(self, Self::Verified | Self::StillMember(_))
    }

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
    /// Reports how many of these commands may still be looked up, and how long that takes at least; not where nothing
    /// limits the calls.
    pub(crate) fn announce_look_ups(&self, commands: usize) {
        let done = self.shared.look_ups.load(Ordering::Relaxed);
        let people = match self.shared.settings.verify {
            VerifyPolicy::Never => 0,
            VerifyPolicy::Auto => commands.min(LOOK_UPS.saturating_sub(done)),
            VerifyPolicy::Always => commands,
        };
        let left = self.shared.pacer.time_for(EndpointId::User, people).unwrap_or_default();
        if !left.is_zero() {
            self.shared.observer.notice(&ClientEvent::LookUps { people, left });
        }
    }

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
}
