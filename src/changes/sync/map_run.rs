//! Carries out a map: finds the people of its files, and makes groups follow.

use crate::changes::submission::TaggedCommand;
use crate::changes::sync::account_index::DomainNames;
use crate::changes::sync::group_changes::SyncMode;
use crate::changes::sync::group_sync::{
    GroupResult, GroupTarget, NewPerson, SyncRules, SyncedOrganization, command_for_other, refuse,
    report_refusals, send,
};
use crate::changes::sync::limits::RemovalCap;
use crate::changes::sync::map_file::{MapPart, OthersAction, SyncMap};
use crate::changes::sync::map_source::{self, PartSource, RowCondition};
use crate::changes::sync::new_account;
use crate::changes::sync::people_match::{self, PeopleMatch};
use crate::changes::sync::row_text::place;
use crate::error::Result;
use crate::files::table::row::TableRow;
use crate::host::session::Session;
use crate::quantity::counted;
use crate::session::tracked_files;
use crate::tabular::list;
use crate::wire::identity::{IdentityType, fold_name};
use crate::wire::user::User;
use crate::wire::wildcard;
use rhai::Dynamic;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::rc::Rc;

/// The option of a removal that takes every group.
const ALL: &str = "all";
/// The rows of each kind that are named; the rest are counted.
const NAMED: usize = 20;

/// What the files say.
#[derive(Default)]
struct SourceFindings {
    /// The people of each group by its folded name.
    targets: BTreeMap<String, GroupTarget>,
    created: Vec<NewPerson>,
    /// The accounts of any row, also of rows that no part chooses.
    known: HashSet<usize>,
    /// Rows that are not certain, each with what is known.
    open: Vec<(String, &'static str)>,
    named: HashSet<String>,
    empty: Option<String>,
}

impl SourceFindings {
    /// Adds a row that is not certain; a row that several parts choose counts once.
    fn add_open(&mut self, row: &Dynamic, what: &'static str) {
        let row = place(row);
        if self.named.insert(row.clone()) {
            self.open.push((row, what));
        }
    }
}

/// Carries out a map and returns what was done.
///
/// # Errors
/// `file`: a file cannot be read. `guard`: a file is too old or has too few rows. `not_found`: a group does not exist. The
/// errors of listings and requests.
pub(crate) fn run(
    session: &Rc<Session>,
    (map, folder): (&SyncMap, &Path),
    users: Option<&str>,
    condition: RowCondition<'_>,
) -> Result<Value> {
    let read = |part| map_source::read(session, (map, folder), part, users, condition);
    // A fault of a file is found before a listing that takes minutes.
    let sources = map.parts.iter().map(read).collect::<Result<Vec<_>>>()?;
    let organization = SyncedOrganization::read(session)?;
    let excluded = excluded(map, &organization);
    let mut found = SourceFindings::default();
    for (part, source) in map.parts.iter().zip(sources) {
        add_part(map, part, source, &organization, &excluded, &mut found)?;
    }
    let doubt = doubt(map, &found);
    name_open_rows(session, &found);
    let rules = SyncRules { protected: excluded.clone(), cap: map.limits.max_removals, doubt };
    for group in found.created.iter().flat_map(|person| &person.groups) {
        if let Some(target) = found.targets.get_mut(&fold_name(group)) {
            target.has_new = true;
        }
    }
    let targets: Vec<_> = std::mem::take(&mut found.targets).into_values().collect();
    let results = organization.compare(session, &targets, &rules)?;
    for person in &found.created {
        person.groups.iter().try_for_each(|name| organization.group(name).map(drop))?;
    }
    report_refusals(session, &results, rules.doubt.as_deref());
    let (others, listed) =
        others(session, (map, folder), &organization, (&found, &excluded), rules.doubt.as_deref())?;
    let created = found.created.len();
    let report = send(session, &organization, &results, &found.created, others)?;
    Ok(json!({
        "groups": results.iter().map(|result| group_json(&organization, result)).collect::<Vec<_>>(),
        "created": created,
        "open_rows": found.open.iter().map(|(row, what)| json!({"row": row, "problem": what})).collect::<Vec<_>>(),
        "others": listed,
        "report": report.map(|report| report.to_json()),
    }))
}

/// What happened to a group, for scripts and people.
pub(crate) fn group_json(organization: &SyncedOrganization, result: &GroupResult) -> Value {
    let names = |places: &[usize]| places.iter().map(|place| organization.label(*place)).collect::<Vec<_>>();
    let keeps = result
        .keeps
        .iter()
        .map(|(place, group)| json!({"person": organization.label(*place), "through": group}));
    json!({
        "group": result.name,
        "added": names(&result.changes.add),
        "removed": names(&result.changes.remove),
        "kept": names(&result.changes.kept),
        "stays": names(&result.stays),
        "keeps": keeps.collect::<Vec<_>>(),
        "refused": result.changes.refused,
    })
}

/// The accounts that nothing happens to.
fn excluded(map: &SyncMap, organization: &SyncedOrganization) -> HashSet<usize> {
    let is_excluded = |user: &User| {
        let names = [&user.email, &user.username];
        let is_named = |patterns: &[String], name: &str| {
            patterns.iter().any(|pattern| wildcard::matches(&fold_name(pattern), &fold_name(name)))
        };
        let kind = user.kind.as_deref().and_then(IdentityType::parse);
        names.into_iter().flatten().any(|name| is_named(&map.exclude.users, name))
            || user.groups().iter().any(|group| is_named(&map.exclude.groups, group))
            || map.exclude.types.iter().any(|name| kind.is_some() && IdentityType::parse(name) == kind)
    };
    let users = organization.people.users.iter().enumerate();
    users.filter(|(_, user)| is_excluded(user)).map(|(place, _)| place).collect()
}

/// Finds the people of a part and adds them to its groups.
fn add_part(
    map: &SyncMap,
    part: &MapPart,
    source: PartSource,
    organization: &SyncedOrganization,
    excluded: &HashSet<usize>,
    found: &mut SourceFindings,
) -> Result<()> {
    let PartSource { rows, by, chosen, empty } = source;
    found.empty = found.empty.take().or(empty);
    let domains: DomainNames =
        part.domains.iter().map(|(from, to)| (fold_name(from), fold_name(to))).collect();
    for group in &part.groups {
        target(found, organization, group, part)?;
    }
    let is_chosen =
        |row: &Dynamic| row.read_lock::<TableRow>().is_some_and(|row| chosen.contains(&row.line()));
    let matched =
        people_match::match_rows(rows.into_iter().map(Dynamic::from), &by, &organization.people, &domains);
    found.known.extend(matched.ambiguous.iter().flat_map(|row| row.users.clone()));
    let matched = matched.without(excluded);
    found.known.extend(matched.matched.iter().map(|row| row.user));
    for row in matched.matched.iter().filter(|row| is_chosen(&row.row) && !excluded.contains(&row.user)) {
        for group in groups_of_row(part, &row.row) {
            target(found, organization, &group, part)?.wanted.push(row.user);
        }
    }
    for row in matched.ambiguous.iter().filter(|row| is_chosen(&row.row)) {
        found.add_open(&row.row, "may be several accounts");
    }
    add_unmatched(map, part, &matched, (&is_chosen, &domains), found);
    Ok(())
}

/// Rows without an account: a new account where the map says so and nobody may be meant.
fn add_unmatched(
    map: &SyncMap,
    part: &MapPart,
    matched: &PeopleMatch,
    (is_chosen, domains): (&dyn Fn(&Dynamic) -> bool, &DomainNames),
    found: &mut SourceFindings,
) {
    let perhaps: HashSet<_> = matched.perhaps.iter().map(|(row, _)| *row).collect();
    for (index, row) in matched.unmatched.iter().enumerate().filter(|(_, row)| is_chosen(row)) {
        if perhaps.contains(&index) {
            found.add_open(row, "has no account, but somebody here has that name");
            continue;
        }
        let Some(create) = &map.create else {
            found.add_open(row, "has no account");
            continue;
        };
        match new_account::command(row, create, domains) {
            Ok(command) => {
                let is_known =
                    found.created.iter_mut().find(|known| known.command.subject == command.subject);
                let groups = groups_of_row(part, row);
                match is_known {
                    Some(known) => known.groups.extend(groups),
                    None => found.created.push(NewPerson { command, groups, row: row.clone() }),
                }
            }
            Err(_) => found.add_open(row, "has no account, and not enough for a new one"),
        }
    }
}

fn groups_of_row(part: &MapPart, row: &Dynamic) -> Vec<String> {
    let listed = part
        .groups_from
        .as_deref()
        .and_then(|column| row.read_lock::<TableRow>().and_then(|row| row.text(column).map(list)));
    part.groups.iter().cloned().chain(listed.unwrap_or_default()).collect()
}

/// The people of a group so far. Parts that only add make it a group from which nobody is removed.
fn target<'f>(
    found: &'f mut SourceFindings,
    organization: &SyncedOrganization,
    group: &str,
    part: &MapPart,
) -> Result<&'f mut GroupTarget> {
    let name = organization.group(group)?.group_name.to_string();
    let mode = part.mode.0;
    let entry = found.targets.entry(fold_name(&name));
    let target = entry.or_insert_with(|| GroupTarget { name, wanted: Vec::new(), has_new: false, mode });
    if target.mode != mode {
        target.mode = SyncMode::Add;
    }
    Ok(target)
}

/// Why nobody may leave anything.
fn doubt(map: &SyncMap, found: &SourceFindings) -> Option<String> {
    if let Some(empty) = &found.empty {
        return Some(empty.clone());
    }
    let (open, most) = (found.open.len(), map.limits.max_unmatched);
    (open > most).then(|| {
        format!(
            "{} not certain, the limit is {most}",
            counted(open, "row") + if open == 1 { " is" } else { " are" }
        )
    })
}

fn name_open_rows(session: &Session, found: &SourceFindings) {
    for (row, what) in found.open.iter().take(NAMED) {
        session.console().warn(&format!("{row} {what}"));
    }
    if found.open.len() > NAMED {
        session.console().warn(&format!("and {} more rows", found.open.len() - NAMED));
    }
}

/// What happens to people without a row, and who they are.
fn others(
    session: &Rc<Session>,
    (map, folder): (&SyncMap, &Path),
    organization: &SyncedOrganization,
    (found, excluded): (&SourceFindings, &HashSet<usize>),
    doubt: Option<&str>,
) -> Result<(Vec<TaggedCommand>, Vec<String>)> {
    let everybody = organization.people.users.len();
    let is_other = |place: &usize| !found.known.contains(place) && !excluded.contains(place);
    let people: Vec<_> = (0..everybody).filter(is_other).collect();
    let listed = people.iter().map(|place| organization.label(*place)).collect();
    let action = map.others.action;
    if action == OthersAction::WriteFile
        && let Some(file) = &map.others.file
    {
        write_others(session, &folder.join(file), organization, &people)?;
    }
    if people.is_empty() || !matches!(action, OthersAction::RemoveGroups | OthersAction::RemoveFromOrg) {
        return Ok((Vec::new(), listed));
    }
    let (shared, people): (Vec<_>, Vec<_>) =
        people.into_iter().partition(|place| organization.people.shares_a_name(*place));
    let most = RemovalCap::of_organization(map.limits.max_others, everybody);
    let why = match doubt {
        Some(doubt) => Some(doubt.to_owned()),
        None if people.len() > most => {
            Some(format!("{} without a row, the limit is {most}", counted(people.len(), "account")))
        }
        None => None,
    };
    if let Some(why) = why {
        refuse(session, &format!("nothing was taken from people without a row: {why}"));
        return Ok((Vec::new(), listed));
    }
    let commands_of = |places: &[usize]| {
        let commands = places.iter().map(|place| other_command(map, organization, *place));
        commands.collect::<Result<Vec<_>>>()
    };
    let concerned = shared.iter().zip(commands_of(&shared)?).filter(|(_, command)| command.is_some());
    report_shared(session, organization, &concerned.map(|(place, _)| *place).collect::<Vec<_>>());
    Ok((commands_of(&people)?.into_iter().flatten().collect(), listed))
}

/// Names the people without a row who keep everything, since another account has the same name: which of the two should
/// go is for a person to say.
fn report_shared(session: &Session, organization: &SyncedOrganization, shared: &[usize]) {
    if shared.is_empty() {
        return;
    }
    let mut names: Vec<_> = shared.iter().take(NAMED).map(|place| organization.label(*place)).collect();
    if shared.len() > NAMED {
        names.push(format!("and {} more", shared.len() - NAMED));
    }
    let message = format!(
        "nothing was taken from {} without a row whose name another account has: {}; remove them by hand, or name \
         them in `users` of [exclude]",
        counted(shared.len(), "account"),
        names.join(", ")
    );
    refuse(session, &message);
}

/// The command for somebody without a row; `None` if there is nothing to take.
fn other_command(
    map: &SyncMap,
    organization: &SyncedOrganization,
    place: usize,
) -> Result<Option<TaggedCommand>> {
    if map.others.action == OthersAction::RemoveFromOrg {
        return command_for_other(organization, place, |command| {
            command.push("removeFromOrg", json!({"deleteAccount": false}));
        })
        .map(Some);
    }
    let keeps = |group: &str| {
        let folded = fold_name(group);
        map.others.keep_groups.iter().any(|pattern| wildcard::matches(&fold_name(pattern), &folded))
    };
    let groups = organization.people.users[place].groups();
    let lost: Vec<_> = groups.iter().filter(|group| !keeps(group)).map(ToString::to_string).collect();
    if lost.is_empty() {
        return Ok(None);
    }
    command_for_other(organization, place, |command| {
        if map.others.keep_groups.is_empty() {
            command.push("remove", json!(ALL));
        } else {
            command.remove_from_groups(&lost);
        }
    })
    .map(Some)
}

fn write_others(
    session: &Rc<Session>,
    file: &Path,
    organization: &SyncedOrganization,
    people: &[usize],
) -> Result<()> {
    use crate::files::csv::csv_format::CsvFormat;
    use crate::files::csv::writer::{CsvWritePlan, write};
    use crate::files::table::content::TableContent;
    use crate::store::output_file::IfExists;
    let rows: Vec<Dynamic> = people
        .iter()
        .map(|place| {
            let user = &organization.people.users[*place];
            let text = |field: &str| user.text(field).map(ToString::to_string).unwrap_or_default();
            let fields = ["type", "username", "domain", "email"];
            let entries = fields.map(|field| (field.into(), Dynamic::from(text(field))));
            Dynamic::from_map(entries.into_iter().collect())
        })
        .collect();
    let content = TableContent::of(Dynamic::from_array(rows))?;
    let columns = Some(["type", "username", "domain", "email"].map(str::to_owned).to_vec());
    tracked_files::write_output(session, file, Some(IfExists::Replace), |path, if_exists| {
        let plan = CsvWritePlan { columns: columns.clone(), if_exists, format: CsvFormat::default() };
        write(session, path, &content, &plan).map(|written| (written.path, written.rows))
    })
    .map(drop)
}
