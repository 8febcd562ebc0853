//! Groups whose direct members follow a source: one command for each person, and nothing where nothing differs.

use crate::changes::report::Report;
use crate::changes::submission::{CommandSource, Submission, TaggedCommand};
use crate::changes::submit::{self, SubmitOptions};
use crate::changes::sync::account_index::AccountIndex;
use crate::changes::sync::group_changes::{self, GroupChanges, GroupState, SyncMode};
use crate::changes::sync::limits::RemovalCap;
use crate::changes::sync::profile_carriers::{self, ProfileMembers};
use crate::client::listing::query::UserQuery;
use crate::did_you_mean::nearest;
use crate::error::{Error, ErrorKind, Result};
use crate::host::session::Session;
use crate::session::listing_cache;
use crate::session::listing_options::ListingRequest;
use crate::session::run_state::RunState;
use crate::values::options::CallOptions;
use crate::values::record::UserRecord;
use crate::values::record_list::RecordList;
use crate::values::user_ref::UserReference;
use crate::wire::command::Command;
use crate::wire::group::Group;
use crate::wire::identity::fold_name;
use crate::wire::user::User;
use rhai::Dynamic;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// The type of product profiles, which people may also have through a user group.
const PROFILE: &str = "PRODUCT_PROFILE";
/// The type of user groups.
const USER_GROUP: &str = "USER_GROUP";

/// The organization as a sync needs it.
pub(crate) struct SyncedOrganization {
    /// Its people.
    pub(crate) people: AccountIndex,
    groups: Vec<Arc<Group>>,
}

/// A group and the people that it should have, by their places in the index.
#[derive(Debug, Default)]
pub(crate) struct GroupTarget {
    pub(crate) name: String,
    pub(crate) wanted: Vec<usize>,
    /// Whether accounts that are about to be created belong to it as well.
    pub(crate) has_new: bool,
    pub(crate) mode: SyncMode,
}

/// A new account with its groups.
pub(crate) struct NewPerson {
    pub(crate) command: Command,
    pub(crate) groups: Vec<String>,
    /// The row that it comes from.
    pub(crate) row: Dynamic,
}

/// What becomes of a group.
#[derive(Debug, Default)]
pub(crate) struct GroupResult {
    pub(crate) name: String,
    pub(crate) changes: GroupChanges,
    /// People without a row who have it through a user group, and stay.
    pub(crate) stays: Vec<usize>,
    /// People who are removed and keep it nevertheless, each with the user group that carries it.
    pub(crate) keeps: Vec<(usize, String)>,
}

/// Whom nothing happens to, how many may leave, and why nobody may.
#[derive(Debug, Default)]
pub(crate) struct SyncRules {
    pub(crate) protected: HashSet<usize>,
    pub(crate) cap: Option<RemovalCap>,
    pub(crate) doubt: Option<String>,
}

impl SyncedOrganization {
    /// Reads the people of the organization with their direct groups, and its groups.
    ///
    /// # Errors
    /// `incomplete`: a listing cannot be read to the end. The errors of the service.
    pub(crate) fn read(session: &Rc<Session>) -> Result<Self> {
        let client = session.client()?;
        let users = listing_cache::open(
            session,
            client.users(UserQuery::default()),
            "users",
            ListingRequest::default(),
        )?;
        let groups = RecordList::open(session, client.groups(), false)?;
        let users: &Vec<Arc<User>> = &*users.all()?;
        Ok(Self { people: AccountIndex::of(users.clone()), groups: groups.all()?.to_vec() })
    }

    /// The group or profile of a name, as the service writes it.
    ///
    /// # Errors
    /// `not_found`: there is none.
    pub(crate) fn group(&self, name: &str) -> Result<&Group> {
        let wanted = fold_name(name);
        let found = self.groups.iter().find(|group| fold_name(&group.group_name) == wanted);
        found.map(AsRef::as_ref).ok_or_else(|| {
            let near = nearest(name, self.groups.iter().map(|group| group.group_name.as_str()));
            let near = near.map_or_else(
                || "; `get_groups()` lists the groups".to_owned(),
                |near| format!("; did you mean `{near}`?"),
            );
            let message = format!("there is no group `{name}`{near}");
            ErrorKind::NotFound { status: None, code: None, message }.into()
        })
    }

    /// The direct members of a group, by their places in the index.
    fn members(&self, name: &str) -> Vec<usize> {
        let users = self.people.users.iter().enumerate();
        users.filter(|(_, user)| user.is_in(name)).map(|(place, _)| place).collect()
    }

    /// The people who have a profile through a user group alone.
    fn indirect_members(
        &self,
        session: &Rc<Session>,
        group: &Group,
        direct: &HashSet<usize>,
    ) -> Result<Vec<usize>> {
        if group.kind.as_deref() != Some(PROFILE) {
            return Ok(Vec::new());
        }
        let query = UserQuery {
            group: Some(group.group_name.to_string()),
            direct_only: Some(false),
            ..UserQuery::default()
        };
        let all = RecordList::open(session, session.client()?.users(query), false)?;
        let places: Vec<_> = all.all()?.iter().filter_map(|user| self.people.place(user)).collect();
        Ok(places.into_iter().filter(|place| !direct.contains(place)).collect())
    }

    /// Which of the people who are removed from a profile certainly keep it, and through which user group.
    fn keep_nevertheless(&self, removed: &[usize], members: &ProfileMembers<'_>) -> Vec<(usize, String)> {
        if removed.is_empty() || members.indirect.is_empty() {
            return Vec::new();
        }
        let is_user_group = |group: &&Arc<Group>| group.kind.as_deref() == Some(USER_GROUP);
        let user_groups: HashMap<_, _> = self
            .groups
            .iter()
            .filter(is_user_group)
            .map(|group| (fold_name(&group.group_name), group.group_name.as_str()))
            .collect();
        let groups_of = |place: usize| {
            let names = self.people.users[place].groups().iter();
            names.filter_map(|name| user_groups.get(&fold_name(name)).copied()).collect::<Vec<_>>()
        };
        let carriers = profile_carriers::carriers(groups_of, self.people.users.len(), members);
        let keeps = |place: &usize| {
            let group = groups_of(*place).into_iter().find(|group| carriers.contains(group))?;
            Some((*place, group.to_owned()))
        };
        removed.iter().filter_map(keeps).collect()
    }

    /// Compares each group with the people that it should have.
    ///
    /// # Errors
    /// `not_found`: there is no such group. The errors of listings.
    pub(crate) fn compare(
        &self,
        session: &Rc<Session>,
        targets: &[GroupTarget],
        rules: &SyncRules,
    ) -> Result<Vec<GroupResult>> {
        let compare = |target: &GroupTarget| {
            let group = self.group(&target.name)?;
            let name = group.group_name.to_string();
            let members = self.members(&name);
            let state = GroupState {
                members: &members,
                wanted: &target.wanted,
                has_new: target.has_new,
                protected: &rules.protected,
            };
            let changes = group_changes::changes(&state, target.mode, rules.cap, rules.doubt.as_deref());
            let (mut stays, mut keeps) = (Vec::new(), Vec::new());
            if target.mode != SyncMode::Add {
                let direct: HashSet<_> = members.iter().copied().collect();
                stays = self.indirect_members(session, group, &direct)?;
                let all = ProfileMembers { direct: &direct, indirect: &stays };
                keeps = self.keep_nevertheless(&changes.remove, &all);
                let wanted: HashSet<_> = target.wanted.iter().collect();
                stays.retain(|user| !wanted.contains(user));
            }
            Ok(GroupResult { name, changes, stays, keeps })
        };
        targets.iter().map(compare).collect()
    }

    /// How somebody is shown.
    pub(crate) fn label(&self, place: usize) -> String {
        self.people.users[place].label().to_owned()
    }

    fn command(&self, place: usize) -> Result<Command> {
        let user = Dynamic::from(UserRecord::new(Arc::clone(&self.people.users[place])));
        Ok(UserReference::of(&user, &CallOptions::none("sync"))?.command())
    }
}

/// Commands that are in memory.
struct CommandList(Vec<TaggedCommand>);

impl CommandSource for CommandList {
    fn is_in_memory(&self) -> bool {
        true
    }

    fn submissions(&self, start: usize) -> Result<Box<dyn Iterator<Item = Result<Submission>> + '_>> {
        Ok(Box::new(self.0.iter().skip(start).cloned().map(|command| Ok(Ok(command)))))
    }
}

/// Sends what differs, one command for each person; `None` if nothing does. `others` are commands for people without a
/// row, by their places in the index.
///
/// # Errors
/// Why nothing was sent.
pub(crate) fn send(
    session: &Session,
    organization: &SyncedOrganization,
    results: &[GroupResult],
    created: &[NewPerson],
    others: Vec<TaggedCommand>,
) -> Result<Option<Report>> {
    let mut people: BTreeMap<usize, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for result in results {
        for user in &result.changes.add {
            people.entry(*user).or_default().0.push(result.name.clone());
        }
        for user in &result.changes.remove {
            people.entry(*user).or_default().1.push(result.name.clone());
        }
    }
    let mut commands = Vec::new();
    for (place, (add, remove)) in people {
        let mut command = organization.command(place)?;
        // Who moves from one group to another keeps a license in between: additions come first.
        command.add_to_groups(&add);
        command.remove_from_groups(&remove);
        let tag = Dynamic::from(organization.label(place));
        commands.push(TaggedCommand { tag, ..TaggedCommand::plain(command) });
    }
    for NewPerson { command, groups, row } in created {
        let mut command = command.clone();
        command.add_to_groups(groups);
        commands.push(TaggedCommand { tag: row.clone(), ..TaggedCommand::plain(command) });
    }
    commands.extend(others);
    if commands.is_empty() {
        return Ok(None);
    }
    let options = SubmitOptions { skip_invalid: true, ..SubmitOptions::default() };
    submit::submit(session, &CommandList(commands), options).map(Some)
}

/// A command for somebody without a row.
///
/// # Errors
/// The account has no name.
pub(crate) fn command_for_other(
    organization: &SyncedOrganization,
    place: usize,
    change: impl FnOnce(&mut Command),
) -> Result<TaggedCommand> {
    let mut command = organization.command(place)?;
    change(&mut command);
    let tag = Dynamic::from(organization.label(place));
    Ok(TaggedCommand { tag, ..TaggedCommand::plain(command) })
}

/// Reports for each group that nobody was removed and why; the run then ends with exit code 7. It does so for a doubt
/// even where nobody would have been removed: somebody may be missing from a group.
pub(crate) fn report_refusals(session: &Session, results: &[GroupResult], doubt: Option<&str>) {
    let refused = results.iter().filter_map(|result| Some((result, result.changes.refused.as_ref()?)));
    let mut count = 0;
    for (result, why) in refused {
        refuse(session, &format!("nobody was removed from {}: {why}", result.name));
        count += 1;
    }
    if let Some(doubt) = doubt.filter(|_| count == 0) {
        refuse(session, &format!("people may be missing: {doubt}"));
    }
}

/// Reports that something was not removed; the run then ends with exit code 7.
pub(crate) fn refuse(session: &Session, message: &str) {
    session.console().warn(message);
    RunState::of(session).settings.guard.mark_refused();
}

/// The error of a source that is not used at all.
pub(crate) fn source_refused(message: &str, hint: &str) -> Error {
    ErrorKind::Guard { message: format!("refused: {message}"), hint: hint.to_owned() }.into()
}
