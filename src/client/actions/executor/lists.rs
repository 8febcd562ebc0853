//! Lists of a group that do what commands about single people would do, in a tenth or a hundredth of the requests.

use super::ActionExecutor;
use crate::client::actions::draft::CarriedPiece;
use crate::client::actions::in_flight::InFlightRequest;
use crate::client::actions::match_answer::MatchedOutcome;
use crate::client::actions::memberships::Memberships;
use crate::client::actions::piece_verdict::{PieceVerdict, SettledPiece};
use crate::client::actions::planner::ListChoice;
use crate::client::connection::Client;
use crate::client::event::ClientEvent;
use crate::client::known_groups::GroupForm;
use crate::client::listing::Listing;
use crate::client::outcome::Warning;
use crate::client::settings::Mode;
use crate::error::Result;
use crate::wire::command::Command;
use crate::wire::identity::fold;
use crate::wire::limits::{COMMANDS_PER_REQUEST, STEPS_PER_COMMAND};
use futures_util::Stream;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The groups of the organization are read once so many known people join or leave groups: their lists then save more
/// requests than the reading takes.
const FEWEST_CANDIDATES: usize = 31;
/// The number of people joining or leaving a group from which its members are read first.
const FEWEST_OF_A_GROUP: usize = 12;
/// The number of changes to a profile from which a note says that a user group would take fewer requests.
const MANY_OF_A_PROFILE: usize = 100;
/// The people of a page of members, about.
const PAGE: usize = 1_000;
/// How long the groups may be read for each request that lists may save: as long as it takes within the limits.
const READING_TIME: Duration = Duration::from_secs(6);

impl ActionExecutor {
    /// What lists of groups may do instead of a command: the run knows that the e-mail has one account only.
    pub(super) fn memberships_of(&mut self, command: &Command) -> Option<Memberships> {
        let settings = &self.client.shared.settings;
        if self.options.sends_singly || !settings.pack || self.lists_per_command() == 0 {
            return None;
        }
        let memberships = Memberships::of(command).filter(|_| self.client.is_only_account(command))?;
        self.count_profiles(&memberships);
        self.may_be_listed(&memberships).then_some(memberships)
    }

    /// How many lists of people a command takes; 0 if the service refuses them.
    fn lists_per_command(&self) -> usize {
        self.client.shared.lists_per_command.load(Ordering::Relaxed)
    }

    pub(super) fn commands_left(&self) -> usize {
        self.commands.size_hint().1.unwrap_or_default()
    }

    /// Whether lists can change all groups of a command, or that is not known yet.
    fn may_be_listed(&self, memberships: &Memberships) -> bool {
        let unknown = if self.are_groups_read { GroupForm::Other } else { GroupForm::Listed };
        let form = |group: &String| self.client.shared.known_groups.form(group).unwrap_or(unknown);
        memberships.groups.iter().all(|group| form(group) == GroupForm::Listed)
    }

    /// Whether it has to be found out which groups take lists before more commands are accepted.
    pub(super) fn must_classify(&self) -> bool {
        !self.are_groups_read && self.plan.candidates() >= FEWEST_CANDIDATES
    }

    /// Reads which groups take lists, unless the run has listed them. The service may hold back a listing of all groups
    /// for most of an hour (contract 2.1); it is given the time that lists would save.
    pub(super) async fn classify(&mut self) {
        self.are_groups_read = true;
        let known = &self.client.shared.known_groups;
        if !self
            .plan
            .all_candidates(|memberships| memberships.groups.iter().all(|group| known.form(group).is_some()))
        {
            let requests = (self.plan.candidates() + self.commands_left()) / COMMANDS_PER_REQUEST;
            let patience = READING_TIME.saturating_mul(u32::try_from(requests).unwrap_or(u32::MAX));
            drop(tokio::time::timeout(patience, read_groups(&self.client)).await);
        }
        let single: Vec<_> = self.plan.candidates_without(|memberships| self.may_be_listed(memberships));
        self.plan.send_singly(&single);
        let groups: Vec<_> = self.profile_people.keys().cloned().collect();
        for group in &groups {
            self.note_profile(group);
        }
    }

    fn count_profiles(&mut self, memberships: &Memberships) {
        for group in &memberships.groups {
            if self.client.shared.known_groups.form(group).is_none_or(|form| form == GroupForm::Profile) {
                *self.profile_people.entry(group.clone()).or_default() += 1;
                self.note_profile(group);
            }
        }
    }

    /// Says once that a user group would take fewer requests than a profile.
    fn note_profile(&self, group: &str) {
        let people = self.profile_people.get(group).copied().unwrap_or_default();
        let is_profile = self.client.shared.known_groups.form(group) == Some(GroupForm::Profile);
        if people >= MANY_OF_A_PROFILE
            && is_profile
            && !self.client.shared.profile_noted.swap(true, Ordering::Relaxed)
        {
            self.note(format!(
                "the members of the profile `{group}` are sent ten in a request; if a user group carried the profile, a \
                 request would take up to 1,000 members of that group"
            ));
        }
    }

    fn note(&self, text: String) {
        self.client.shared.observer.notice(&ClientEvent::Note(text));
    }

    /// What lists may hold in the next request. Reads the members of groups first where that saves requests.
    pub(super) async fn choose_lists(&mut self) -> ListChoice {
        let lists_per_command = self.lists_per_command();
        let is_waiting = self.open && !self.plan.is_full() && self.plan.candidates() > 0;
        let mut choice =
            ListChoice { lists_per_command: lists_per_command.max(1), is_waiting, ..ListChoice::default() };
        let candidates = self.plan.list_candidates();
        let is_enough = candidates.len() > COMMANDS_PER_REQUEST && self.are_groups_read;
        if is_waiting || lists_per_command == 0 || !is_enough {
            return choice;
        }
        let candidates: Vec<_> =
            candidates.into_iter().map(|(index, memberships)| (index, memberships.clone())).collect();
        let mut people: HashMap<String, usize> = HashMap::new();
        for (_, memberships) in &candidates {
            memberships.folded_groups().for_each(|group| *people.entry(group).or_default() += 1);
        }
        let client = self.client.clone();
        for (group, people) in people {
            if people >= FEWEST_OF_A_GROUP && !self.facts.knows_members(&group) {
                self.facts.read_members(&client, &group).await;
            }
        }
        let changed = candidates.into_iter().filter(|(_, memberships)| self.facts.changes_all(memberships));
        choice.allowed = changed.map(|(index, _)| index).collect();
        choice
    }

    /// The verdicts on a request by its lists; those of other commands are neutral.
    pub(super) async fn settle_lists(
        &mut self,
        request: &InFlightRequest,
        matched: &[MatchedOutcome],
        attempts: u32,
    ) -> Vec<SettledPiece> {
        self.read_refused_lists(request, matched).await;
        self.note_list_limit(request, matched);
        self.note_warnings(request, matched);
        let mut alone = Vec::new();
        let mut all = Vec::new();
        for carried in &request.draft.carried {
            let mut settled = request.settled(PieceVerdict::Resend, attempts);
            if let Some(memberships) = self.memberships_in(carried) {
                (settled.verdict, settled.verified) =
                    self.list_verdict(request, carried, &memberships, matched);
                settled.warnings = warnings_about(&memberships.email, carried, matched);
                match settled.verdict {
                    PieceVerdict::Done => self.facts.apply(&memberships),
                    PieceVerdict::Resend => alone.push(carried.index),
                    _ => {}
                }
            }
            all.push(settled);
        }
        // After a refusal because of their form, shorter lists may pass.
        if !is_form_refused(request, matched) || self.lists_per_command() == 0 {
            self.plan.send_singly(&alone);
        }
        all
    }

    fn memberships_in(&self, carried: &CarriedPiece) -> Option<Memberships> {
        carried.is_in_lists.then(|| self.plan.item(carried.index)?.memberships().cloned()).flatten()
    }

    /// The verdict on somebody in lists, and whether it was read back. Somebody in a refused list is sent again by
    /// a command of their own, since nobody knows whom the refusal concerns; to be added or removed twice is harmless
    /// there.
    fn list_verdict(
        &self,
        request: &InFlightRequest,
        carried: &CarriedPiece,
        memberships: &Memberships,
        matched: &[MatchedOutcome],
    ) -> (PieceVerdict, bool) {
        let mut is_read_back = false;
        for number in &carried.commands {
            match matched.get(*number).map(|outcome| &outcome.verdict) {
                Some(PieceVerdict::Done) => {}
                Some(PieceVerdict::Refused(_)) => {
                    let group =
                        request.draft.list(*number).map(|list| list.group.as_str()).unwrap_or_default();
                    if request.mode == Mode::Test || !self.facts.shows_in(group, memberships) {
                        return (PieceVerdict::Resend, false);
                    }
                    is_read_back = true;
                }
                Some(other) => return (other.clone(), false),
                None => return (PieceVerdict::Unknown("the response is incomplete".to_owned()), false),
            }
        }
        (PieceVerdict::Done, is_read_back)
    }

    /// Reads the members of groups whose lists were refused, if that takes fewer requests than to send everybody again.
    async fn read_refused_lists(&mut self, request: &InFlightRequest, matched: &[MatchedOutcome]) {
        let is_form = is_form_refused(request, matched);
        let refused = matched.iter().enumerate().filter(|(_, outcome)| is_refused(outcome));
        let lists = refused.filter_map(|(number, outcome)| Some((request.draft.list(number)?, outcome)));
        let mut people: HashMap<String, usize> = HashMap::new();
        let mut code = None;
        for (list, outcome) in lists {
            *people.entry(list.group.clone()).or_default() += list.people.len();
            code = code.or_else(|| refusal_code(outcome).map(str::to_owned));
        }
        let Some(code) = code else { return };
        if is_form {
            return self.learn_list_limit(request, &code);
        }
        let client = self.client.clone();
        for (group, people) in people {
            let members = self.facts.member_count(&fold(&group)).unwrap_or_default() + people;
            if request.mode == Mode::Live && members.div_ceil(PAGE) <= people.div_ceil(COMMANDS_PER_REQUEST) {
                self.facts.read_members(&client, &group).await;
            } else {
                self.facts.forget_members(&group);
            }
        }
    }

    /// After a refusal of lists: fewer lists in a command, or none at all.
    pub(super) fn learn_list_limit(&mut self, request: &InFlightRequest, code: &str) {
        let fewer = if is_about_form(code) { request.draft.longest_list() / 2 } else { 0 };
        let before = self.client.shared.lists_per_command.fetch_min(fewer, Ordering::Relaxed);
        if fewer > 0 {
            return;
        }
        let all = self.plan.candidates_without(|_| false);
        self.plan.send_singly(&all);
        if before > 0 {
            self.note(format!(
                "the service refuses commands with lists of people ({code}); people are sent one by one from here on"
            ));
        }
    }

    /// Says once how many lists the service takes, when that is known.
    fn note_list_limit(&self, request: &InFlightRequest, matched: &[MatchedOutcome]) {
        let lists = self.lists_per_command();
        let is_done = |number: usize| {
            request.draft.list(number).is_some()
                && matched.get(number).is_some_and(|outcome| outcome.verdict == PieceVerdict::Done)
        };
        if (1..STEPS_PER_COMMAND).contains(&lists)
            && !is_form_refused(request, matched)
            && (0..request.draft.commands.len()).any(is_done)
            && !self.client.shared.list_limit_noted.swap(true, Ordering::Relaxed)
        {
            self.note(format!(
                "the service refuses commands with {STEPS_PER_COMMAND} lists of people; they are sent with {lists}"
            ));
        }
    }

    /// Says what the service warned of without naming anybody.
    fn note_warnings(&self, request: &InFlightRequest, matched: &[MatchedOutcome]) {
        let mut said = BTreeSet::new();
        for (number, outcome) in matched.iter().enumerate() {
            let Some(list) = request.draft.list(number) else { continue };
            let nobody =
                |warning: &&Warning| !list.people.iter().any(|person| names(&warning.message, person));
            for warning in outcome.warnings.iter().filter(nobody) {
                said.insert(format!(
                    "a list of people of `{}`: {} ({})",
                    list.group, warning.message, warning.code
                ));
            }
        }
        for text in said {
            self.note(text);
        }
    }

    /// The verdicts on people in the lists of a request whose response was lost, in the order in which it carries them:
    /// by the members of their groups.
    pub(super) async fn reconcile_lists(
        &mut self,
        request: &InFlightRequest,
        problem: &str,
        resend: bool,
    ) -> Vec<PieceVerdict> {
        let lists = (0..request.draft.commands.len()).filter_map(|number| request.draft.list(number));
        let groups: BTreeSet<_> = lists.map(|list| list.group.clone()).collect();
        let client = self.client.clone();
        for group in groups {
            if request.mode == Mode::Live {
                self.facts.read_members(&client, &group).await;
            }
        }
        let carried = request.draft.carried.iter().filter(|carried| carried.is_in_lists);
        let verdicts = carried.map(|carried| {
            let Some(memberships) = self.memberships_in(carried) else {
                return PieceVerdict::Unknown(problem.to_owned());
            };
            let shown =
                memberships.groups.iter().filter(|group| self.facts.shows_in(group, &memberships)).count();
            match (self.facts.has_members(&memberships), shown) {
                (true, shown) if shown == memberships.groups.len() => PieceVerdict::Done,
                _ if resend => PieceVerdict::Resend,
                (true, 0) => {
                    PieceVerdict::NotSent(format!("{problem}; reading it back showed that it was not done"))
                }
                (true, _) => PieceVerdict::Unknown(format!(
                    "{problem}; reading it back showed that only a part of it was done"
                )),
                (false, _) => PieceVerdict::Unknown(problem.to_owned()),
            }
        });
        verdicts.collect()
    }
}

/// Whether a list was refused for its form, so that nothing of it was done.
fn is_form_refused(request: &InFlightRequest, matched: &[MatchedOutcome]) -> bool {
    let lists = matched.iter().enumerate().filter(|(number, _)| request.draft.list(*number).is_some());
    lists.filter_map(|(_, outcome)| refusal_code(outcome)).any(is_about_form)
}

async fn read_groups(client: &Client) -> Result<()> {
    let mut groups = Listing::groups(client.clone()).unobserved();
    while Box::pin(groups.next_page()).await?.is_some() {}
    Ok(())
}

fn is_refused(outcome: &MatchedOutcome) -> bool {
    matches!(outcome.verdict, PieceVerdict::Refused(_))
}

fn refusal_code(outcome: &MatchedOutcome) -> Option<&str> {
    match &outcome.verdict {
        PieceVerdict::Refused(refusal) => Some(refusal.code()),
        _ => None,
    }
}

fn is_about_form(code: &str) -> bool {
    code.starts_with("error.command.")
}

/// The warnings about lists that name somebody.
fn warnings_about(email: &str, carried: &CarriedPiece, matched: &[MatchedOutcome]) -> Vec<Warning> {
    let outcomes = carried.commands.iter().filter_map(|number| matched.get(*number));
    let about =
        outcomes.flat_map(|outcome| &outcome.warnings).filter(|warning| names(&warning.message, email));
    // The step is one of a list, not of the caller's command.
    about.map(|warning| Warning { step: None, ..warning.clone() }).collect()
}

/// Whether a message names somebody, and not only somebody whose e-mail ends or begins with theirs.
fn names(message: &str, email: &str) -> bool {
    let (message, email) = (fold(message), fold(email));
    let is_part = |character: char| character.is_alphanumeric() || "._%+-@".contains(character);
    message.match_indices(&email).any(|(start, found)| {
        let before = message[..start].chars().next_back();
        let mut after = message[start + found.len()..].chars();
        let ends = match after.next() {
            Some('.') => after.next().is_none_or(|next| !is_part(next)),
            next => next.is_none_or(|next| !is_part(next)),
        };
        ends && before.is_none_or(|before| !is_part(before))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_belongs_only_to_whom_it_names() {
        for (message, expected) in [
            ("No valid users were found: a@example.com", true),
            ("A@Example.com is a member", true),
            ("found a@example.com.", true),
            ("(a@example.com)", true),
            ("ba@example.com is a member", false),
            ("b.a@example.com is a member", false),
            ("a@example.com.au is a member", false),
            ("a@example.community is a member", false),
            ("somebody is a member", false),
        ] {
            assert_eq!(names(message, "a@example.com"), expected, "{message}");
        }
    }
}
