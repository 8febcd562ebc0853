//! Removals read back together: a group is listed once, however many people left it.

use crate::client::actions::read_back::{ExpectedState, READ_BACK_FAILED, person_domain};
use crate::client::actions::removal::RemovalCheck;
use crate::client::actions::removal_kind::removed_members;
use crate::client::connection::Client;
use crate::client::event::ClientEvent;
use crate::client::listing::Listing;
use crate::client::listing::query::UserQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::command::{Command, CommandStep};
use crate::wire::endpoint::EndpointId;
use crate::wire::identity::{IdentityType, fold};
use crate::wire::step::StepRemoval;
use crate::wire::subject::CommandSubject;
use crate::wire::user::User;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Someone who is still a member is read again after these multiples of a second, since the service has delays.
const REPEATS: [u32; 3] = [2, 5, 15];

/// Up to this many people are always looked up one by one.
const FEW_PEOPLE: usize = 20;

/// How long the service may hold back a listing of all users that is the second one within two hours
/// (contract 5: up to 3,200 seconds were seen).
const SECOND_LISTING: Duration = Duration::from_secs(3_200);

/// The type of the groups through which somebody can have a profile.
const USER_GROUP: &str = "USER_GROUP";

/// A command that the service reported as done, and its account as it was read before.
#[derive(Debug, Clone)]
pub(crate) struct SentRemoval {
    pub(crate) command: Command,
    pub(crate) before: Option<Arc<User>>,
    /// Whether the run read the account before, here or in a listing. If not, nobody knows that the name is theirs, and
    /// a group without it is not enough to verify that they left it.
    pub(crate) is_known: bool,
    /// Whether a list of a user group named the person, so that nobody looked the account up before.
    is_listed: bool,
}

impl Client {
    /// Reads a removal back once.
    pub async fn check_removal(&self, command: &Command) -> RemovalCheck {
        let removal = SentRemoval::new(command.clone(), None, false);
        self.check_removals(&[&removal]).await.pop().unwrap_or(RemovalCheck::NotRemoval)
    }

    /// Reads removals back; those after which someone remains are read again, since the service has delays.
    pub(crate) async fn verify_removals(&self, removals: &[SentRemoval]) -> Vec<RemovalCheck> {
        let all: Vec<_> = removals.iter().collect();
        let mut checks = self.check_removals(&all).await;
        for repeat in REPEATS {
            let remaining: Vec<_> = (0..checks.len())
                .filter(|index| matches!(checks[*index], RemovalCheck::StillMember(_)))
                .collect();
            if remaining.is_empty() || !self.pause(self.shared.settings.verify_delay * repeat).await {
                break;
            }
            let again: Vec<_> = remaining.iter().map(|index| &removals[*index]).collect();
            for (index, check) in remaining.into_iter().zip(self.check_removals(&again).await) {
                checks[index] = check;
            }
        }
        for check in &checks {
            if let RemovalCheck::Unverified(message) = check {
                self.shared.observer.notice(&ClientEvent::Note(message.clone()));
            }
        }
        checks
    }

    /// Waits; returns whether nobody interrupted it.
    async fn pause(&self, delay: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(delay) => true,
        }
    }

    /// Reads removals back once. Of a command about a user group, each person whom it removes is a removal.
    pub(crate) async fn check_removals(&self, removals: &[&SentRemoval]) -> Vec<RemovalCheck> {
        let of_lists: Vec<_> = removals.iter().map(|removal| removal.of_members()).collect();
        let all = removals.iter().zip(&of_lists).flat_map(|(removal, members)| {
            let is_list = !members.is_empty();
            members.iter().chain((!is_list).then_some(*removal))
        });
        let all: Vec<_> = all.collect();
        let mut checks = self.check_people(&all).await.into_iter();
        let merged = of_lists.iter().map(|members| match members.len() {
            0 => checks.next().unwrap_or(RemovalCheck::NotRemoval),
            count => {
                let named = members.iter().zip(checks.by_ref().take(count));
                RemovalCheck::of_all(named.map(|(member, check)| check.named(member.name())))
            }
        });
        merged.collect()
    }

    async fn check_people(&self, removals: &[&SentRemoval]) -> Vec<RemovalCheck> {
        let mut batch = RemovalBatch::new(removals);
        let people = self.read_people(&batch.people_to_read()).await;
        batch.apply_people(people);
        for (group, concerned) in batch.groups_to_list() {
            let members = self.members_among(&group, &batch, &concerned).await;
            batch.apply_members(&group, &concerned, &members);
        }
        let user_groups = if batch.has_remaining() { self.user_groups().await } else { None };
        for index in batch.remaining_unread() {
            let found = self.look_up_after(batch.parts[index].removal).await;
            batch.parts[index].found = found.ok().flatten();
        }
        batch.parts.into_iter().map(|part| part.check(user_groups.as_ref())).collect()
    }

    async fn look_up_after(&self, removal: &SentRemoval) -> Result<Option<Arc<User>>> {
        match &removal.command.subject {
            CommandSubject::User { user, domain, use_adobe_id } => {
                self.find_user(user, person_domain(domain.as_deref(), *use_adobe_id)).await
            }
            CommandSubject::Group { .. } => Ok(None),
        }
    }

    /// The accounts of these removals as they are now, one by one or from one listing, whichever takes less time.
    async fn read_people(&self, removals: &[(usize, &SentRemoval)]) -> HashMap<usize, FoundAccount> {
        if let Some(found) = self.people_from_listing(removals).await {
            return found;
        }
        let mut found = HashMap::new();
        for (index, removal) in removals {
            let account = self.look_up_after(removal).await;
            found.insert(*index, account.map_err(|error| unreadable(removal.name(), &error)));
        }
        found
    }

    /// `None` if looking people up one by one takes less time, or the listing cannot be read.
    async fn people_from_listing(
        &self,
        removals: &[(usize, &SentRemoval)],
    ) -> Option<HashMap<usize, FoundAccount>> {
        let is_second = self.shared.full_listings.load(Ordering::Relaxed) > 0;
        if removals.len() <= FEW_PEOPLE
            || (is_second && self.time_for(EndpointId::User, removals.len()) < SECOND_LISTING)
        {
            return None;
        }
        let mut found: HashMap<usize, FoundAccount> =
            removals.iter().map(|(index, _)| (*index, Ok(None))).collect();
        let names = PersonNames::new(removals.iter().copied());
        let mut listing = Listing::users(self.clone(), UserQuery::default()).unobserved();
        let mut is_first = true;
        while let Some(page) = Box::pin(listing.next_page()).await.ok()? {
            if std::mem::take(&mut is_first) && !self.prefers_listing(removals.len(), listing.page_count()) {
                return None;
            }
            for user in &page {
                for index in names.of(user) {
                    found.insert(index, Ok(Some(Arc::clone(user))));
                }
            }
        }
        Some(found)
    }

    fn prefers_listing(&self, people: usize, pages: usize) -> bool {
        let (singly, together) =
            (self.time_for(EndpointId::User, people), self.time_for(EndpointId::Users, pages));
        if singly == together { pages < people } else { together < singly }
    }

    fn time_for(&self, endpoint: EndpointId, calls: usize) -> Duration {
        self.shared.pacer.time_for(endpoint, calls).unwrap_or_default()
    }

    /// Which of these removals concern a member of the group, direct or through another group, and who that is.
    async fn members_among(
        &self,
        group: &str,
        batch: &RemovalBatch<'_>,
        concerned: &[usize],
    ) -> Result<HashMap<usize, Arc<User>>> {
        let query =
            UserQuery { direct_only: Some(false), exclude_groups: true, ..UserQuery::of_group(group) };
        let names = PersonNames::new(concerned.iter().map(|index| (*index, batch.parts[*index].removal)));
        let mut members = Listing::users(self.clone(), query).unobserved();
        let mut found = HashMap::new();
        loop {
            match Box::pin(members.next_page()).await {
                Ok(Some(page)) => {
                    let all = page
                        .iter()
                        .flat_map(|user| names.of(user).into_iter().map(|index| (index, Arc::clone(user))));
                    found.extend(all);
                }
                Ok(None) => return Ok(found),
                Err(error) if matches!(*error.kind, ErrorKind::NotFound { .. }) => return Ok(found),
                Err(error) => return Err(error),
            }
        }
    }

    /// The folded names of all user groups; `None` if they cannot be read.
    async fn user_groups(&self) -> Option<HashSet<String>> {
        let mut groups = Listing::groups(self.clone()).unobserved();
        let mut names = HashSet::new();
        while let Some(page) = Box::pin(groups.next_page()).await.ok()? {
            let user_groups = page.iter().filter(|group| group.kind.as_deref() == Some(USER_GROUP));
            names.extend(user_groups.map(|group| fold(&group.group_name)));
        }
        Some(names)
    }
}

/// The account that a look-up found, or why it could not be read.
type FoundAccount = std::result::Result<Option<Arc<User>>, String>;

impl SentRemoval {
    /// A removal, its account as it was before, and whether the run had read that account.
    pub(crate) fn new(command: Command, before: Option<Arc<User>>, is_known: bool) -> Self {
        Self { command, before, is_known, is_listed: false }
    }

    /// The removal of each person whom a command about a user group removes; none for other commands.
    fn of_members(&self) -> Vec<Self> {
        if self.command.subject.identity().is_some() {
            return Vec::new();
        }
        let new_name = |step: &CommandStep| step.value.get("name")?.as_str().map(str::to_owned);
        let mut renamed =
            self.command.steps.iter().filter(|step| step.name == "updateUserGroup").filter_map(new_name);
        let group = renamed.next_back().unwrap_or_else(|| self.name().to_owned());
        let removed = removed_members(&self.command).into_iter().map(|name| {
            let mut command = Command::user(name, None, self.command.subject.use_adobe_id());
            command.remove_from_groups(std::slice::from_ref(&group));
            Self { is_listed: true, ..Self::new(command, None, self.is_known) }
        });
        removed.collect()
    }

    fn name(&self) -> &str {
        self.command.subject.name()
    }

    /// Whether the command is about the Adobe ID with its e-mail.
    fn is_adobe_id(&self) -> bool {
        matches!(self.command.subject, CommandSubject::User { use_adobe_id: Some(true), .. })
    }

    /// Whether a record is of the account that the command names; after a read before, exactly of that account.
    fn is_of(&self, user: &User) -> bool {
        if let Some(before) = &self.before {
            return is_same_account(before, user);
        }
        if self.is_adobe_id() && user.kind.as_deref() != Some(IdentityType::AdobeId.as_str()) {
            return false;
        }
        let name = fold(self.name());
        [&user.email, &user.username].into_iter().flatten().any(|other| fold(other) == name)
    }
}

/// Finds the removals that a record may be about, by every name of the person.
struct PersonNames<'a> {
    removals: HashMap<String, Vec<(usize, &'a SentRemoval)>>,
}

impl<'a> PersonNames<'a> {
    fn new(removals: impl Iterator<Item = (usize, &'a SentRemoval)>) -> Self {
        let mut names: HashMap<String, Vec<_>> = HashMap::new();
        for (index, removal) in removals {
            let before = removal.before.as_deref();
            let known = before.into_iter().flat_map(|user| [&user.id, &user.email, &user.username]).flatten();
            let keys: HashSet<_> =
                known.map(|name| fold(name)).chain(std::iter::once(fold(removal.name()))).collect();
            for key in keys {
                names.entry(key).or_default().push((index, removal));
            }
        }
        Self { removals: names }
    }

    /// The removals of exactly this account.
    fn of(&self, user: &User) -> Vec<usize> {
        let names = [&user.id, &user.email, &user.username].into_iter().flatten();
        let candidates = names.filter_map(|name| self.removals.get(&fold(name))).flatten();
        candidates.filter(|(_, removal)| removal.is_of(user)).map(|(index, _)| *index).collect()
    }
}

/// Removals that are read back together.
struct RemovalBatch<'a> {
    parts: Vec<RemovalPart<'a>>,
}

struct RemovalPart<'a> {
    removal: &'a SentRemoval,
    expected: ExpectedState,
    /// The groups to list, as the command or the service writes them.
    groups: Vec<String>,
    /// The groups in which the person still is.
    remaining: Vec<String>,
    /// Who is in one of them under the name of the command.
    member: Option<Arc<User>>,
    /// The account as it is now.
    found: Option<Arc<User>>,
    is_read: bool,
    decided: Option<RemovalCheck>,
}

impl<'a> RemovalBatch<'a> {
    fn new(removals: &[&'a SentRemoval]) -> Self {
        Self { parts: removals.iter().map(|removal| RemovalPart::new(removal)).collect() }
    }

    /// The removals for which the groups that the command names do not show enough.
    fn people_to_read(&self) -> Vec<(usize, &'a SentRemoval)> {
        let undecided = self.parts.iter().enumerate().filter(|(_, part)| part.decided.is_none());
        undecided
            .filter(|(_, part)| part.needs_account())
            .map(|(index, part)| (index, part.removal))
            .collect()
    }

    fn apply_people(&mut self, people: HashMap<usize, FoundAccount>) {
        for (index, found) in people {
            if let Some(part) = self.parts.get_mut(index) {
                part.apply_account(found);
            }
        }
    }

    /// Each group to list with the removals that it decides, in the order of their names.
    fn groups_to_list(&self) -> BTreeMap<String, Vec<usize>> {
        let (mut written, mut groups) = (HashMap::new(), BTreeMap::<String, Vec<usize>>::new());
        for (index, part) in self.parts.iter().enumerate().filter(|(_, part)| part.decided.is_none()) {
            for group in &part.groups {
                let name: &String = written.entry(fold(group)).or_insert_with(|| group.clone());
                groups.entry(name.clone()).or_default().push(index);
            }
        }
        groups
    }

    fn apply_members(
        &mut self,
        group: &str,
        concerned: &[usize],
        members: &Result<HashMap<usize, Arc<User>>>,
    ) {
        for index in concerned {
            let part = &mut self.parts[*index];
            match members.as_ref().map(|members| members.get(index)) {
                Ok(Some(member)) => {
                    part.remaining.push(part.written_name(group));
                    part.member = Some(Arc::clone(member));
                }
                Ok(None) => {}
                Err(error) => part.decided = Some(RemovalCheck::Unverified(unreadable(group, error))),
            }
        }
    }

    fn has_remaining(&self) -> bool {
        self.parts.iter().any(RemovalPart::is_remaining)
    }

    /// The removals after which someone remains whose account was not read.
    fn remaining_unread(&self) -> Vec<usize> {
        let unread = self.parts.iter().enumerate().filter(|(_, part)| part.is_remaining() && !part.is_read);
        // Of a list, only the first are told apart from other accounts with the same e-mail.
        let (listed, single): (Vec<_>, Vec<_>) = unread.partition(|(_, part)| part.removal.is_listed);
        single.into_iter().chain(listed.into_iter().take(FEW_PEOPLE)).map(|(index, _)| index).collect()
    }
}

impl<'a> RemovalPart<'a> {
    fn new(removal: &'a SentRemoval) -> Self {
        let command = &removal.command;
        let expected = ExpectedState::of(command);
        let removes = command.subject.identity().is_some()
            && command.specs().any(|(_, spec)| spec.removes != StepRemoval::Nothing);
        let groups = expected.groups_out.iter().map(|folded| written_name(command, folded)).collect();
        let decided = (!removes).then_some(RemovalCheck::NotRemoval);
        Self {
            removal,
            expected,
            groups,
            remaining: Vec::new(),
            member: None,
            found: None,
            is_read: false,
            decided,
        }
    }

    fn needs_account(&self) -> bool {
        !self.removal.is_known || self.expected.absent || self.expected.removes_all_groups()
    }

    fn apply_account(&mut self, found: FoundAccount) {
        self.is_read = true;
        let found = match found {
            Ok(found) => found,
            Err(message) => return self.decided = Some(RemovalCheck::Unverified(message)),
        };
        self.found = found.filter(|user| self.removal.before.is_none() || self.removal.is_of(user));
        self.decided = match &self.found {
            Some(_) if self.expected.absent => {
                Some(RemovalCheck::StillMember("the person is still in the organization".to_owned()))
            }
            None if self.expected.absent => Some(RemovalCheck::Verified),
            Some(user) => self.direct_membership(user),
            None => self.add_known_groups(),
        };
    }

    /// A look-up returns active users only, and the same command may have changed the e-mail, so the groups that the
    /// person was in are listed.
    fn add_known_groups(&mut self) -> Option<RemovalCheck> {
        let before = self.removal.before.as_deref();
        let is_doubtful = self.groups.is_empty() || (self.removal.is_listed && !self.removal.is_known);
        if is_doubtful && before.is_none() {
            let name = self.removal.name();
            let message =
                format!("{name}: the removal is not verified, because nobody with that name was found");
            return Some(RemovalCheck::Unverified(message));
        }
        let listed: HashSet<_> = self.groups.iter().map(|group| fold(group)).collect();
        let known = before.map(User::groups).unwrap_or_default().iter().map(ToString::to_string);
        let added: Vec<_> = known
            .filter(|group| self.expected.must_be_absent(group) && !listed.contains(&fold(group)))
            .collect();
        self.groups.extend(added);
        None
    }

    fn direct_membership(&self, user: &User) -> Option<RemovalCheck> {
        let groups = user.groups().iter().filter(|name| self.expected.must_be_absent(name));
        let direct: Vec<_> = groups.map(ToString::to_string).collect();
        (!direct.is_empty())
            .then(|| RemovalCheck::StillMember(format!("still a member of {}", direct.join(", "))))
    }

    fn is_remaining(&self) -> bool {
        self.decided.is_none() && !self.remaining.is_empty()
    }

    fn written_name(&self, group: &str) -> String {
        let folded = fold(group);
        self.groups.iter().find(|name| fold(name) == folded).map_or_else(|| group.to_owned(), Clone::clone)
    }

    /// What reading it back shows, once all of it was read.
    fn check(self, user_groups: Option<&HashSet<String>>) -> RemovalCheck {
        if let Some(decided) = self.decided {
            return decided;
        }
        if self.remaining.is_empty() {
            return RemovalCheck::Verified;
        }
        let Some(user) = &self.found else {
            return RemovalCheck::StillMember(format!("still a member of {}", self.remaining.join(", ")));
        };
        // The name finds the account that the command meant, and another account with the same e-mail remains.
        if self.removal.before.is_none()
            && self.member.as_ref().is_some_and(|member| !is_same_account(member, user))
        {
            return RemovalCheck::Verified;
        }
        self.direct_membership(user).unwrap_or_else(|| self.indirect_membership(user, user_groups))
    }

    fn indirect_membership(&self, user: &User, user_groups: Option<&HashSet<String>>) -> RemovalCheck {
        let groups = user.groups();
        let carrying = |name: &&str| match user_groups {
            Some(user_groups) => user_groups.contains(&fold(name)),
            None => !name.starts_with('_'),
        };
        let others: Vec<_> = groups.iter().map(arcstr::ArcStr::as_str).filter(carrying).collect();
        let through = match others.as_slice() {
            [] => "not directly".to_owned(),
            [only] => format!("through {only}"),
            several => format!("through one of {}", several.join(", ")),
        };
        RemovalCheck::StillMember(format!("still has {} {through}", self.remaining.join(", ")))
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
