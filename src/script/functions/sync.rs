//! People from other systems.

use crate::changes::sync::account_index::{AccountIndex, DomainNames};
use crate::changes::sync::group_changes::SyncMode;
use crate::changes::sync::group_sync::{self, GroupTarget, SyncRules, SyncedOrganization, report_refusals};
use crate::changes::sync::limits::RemovalCap;
use crate::changes::sync::map_file::SyncMap;
use crate::changes::sync::map_run::{self, group_json};
use crate::changes::sync::people_match::{PeopleMatch, match_rows};
use crate::client::listing::query::UserQuery;
use crate::error::{Error, ErrorKind, Result};
use crate::files::table::row::TableRow;
use crate::files::table::row_stream::RowStream;
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::language::script_error::ScriptEnding;
use crate::quantity::counted;
use crate::script::functions::users;
use crate::session::tracked_files;
use crate::store::{file_door, text_file};
use crate::values::dynamic::{dynamic_of, kind_of};
use crate::values::names::texts;
use crate::values::options::CallOptions;
use crate::values::record::UserRecord;
use crate::values::record_list::RecordList;
use crate::wire::identity::{IdentityType, fold_name};
use crate::wire::user::User;
use crate::wire::wildcard;
use rhai::plugin::{Dynamic, export_module};
use rhai::{AST, Array, EvalAltResult, Map, NativeCallContext, Scope};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// People from anywhere.
#[export_module]
pub mod functions {
    /// Finds the account of each row of another system, such as an export of a directory or of HR.
    ///
    /// A row is matched if the columns of `by` lead to exactly one account. Between two accounts nothing is chosen.
    /// Names are compared without case, with the e-mail and the sign-in name; a guest of a tenant
    /// (`ann_corp.com#EXT#@tenant.onmicrosoft.com`) has the address at home. Rows that are groups are never people.
    ///
    /// The result has `matched` (a list of `#{row, user, by}`), `unmatched` (rows), `ambiguous` (`#{row, users}`),
    /// `unused` (accounts without a row), `perhaps` (`#{row, user}`: a row without an account whose name or address is
    /// like that of an account without a row), and `groups` (rows that are groups). `sync_group` takes it as a whole.
    ///
    /// # Options
    /// - `by`: the columns with names, such as `["UserPrincipalName", "mail"]`
    /// - `among`: the accounts to choose from, by default everybody
    /// - `domains`: domains of the other system and what they are here, such as `#{"corp.local": "corp.com"}`
    ///
    /// # Errors
    /// `usage` if the rows are not a list of rows or maps, or `by` is missing; the errors of `get_users()`.
    ///
    /// # Example
    /// ```rhai
    /// let rows = [#{upn: "ben.osei@corp.local"}, #{upn: "nobody@corp.local"}];
    /// let found = match_people(rows, #{by: "upn", domains: #{"corp.local": "example.com"}});
    /// print(`${found.matched[0].user.lastname}, unknown: ${found.unmatched.len()}`);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn match_people(context: NativeCallContext, rows: Dynamic, options: Map) -> RhaiResultOf<Map> {
        let options = CallOptions::new("match_people", options, &["by", "among", "domains"]);
        session(&context).and_then(|session| find_people(&session, rows, &options?)).at(&context)
    }

    /// Makes the direct members of a group or profile the people of a source.
    ///
    /// As `sync_group(name, people, options)`, without options.
    ///
    /// # Errors
    /// As `sync_group(name, people, options)`.
    ///
    /// # Example
    /// ```rhai
    /// print(sync_group("Designers", get_users(#{group: "Designers"})).added);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn sync_group(context: NativeCallContext, name: &str, people: Dynamic) -> RhaiResultOf<Map> {
        sync_group_with(context, name, people, Map::new())
    }

    /// Makes the direct members of a group or profile the people of a source, with options.
    ///
    /// `people` are e-mails, users, or what `match_people` returned. One command is sent for each person who is to come
    /// or to leave, and nothing if nothing differs. **Nobody leaves** while the source is empty, while more rows than
    /// `max_unmatched` are not certain, or if more people would leave than `max_removals`; people are added nevertheless,
    /// and the run ends with exit code 7. The result has `added`, `removed`, `kept` (protected members without a row),
    /// `stays` (people without a row who have a profile through a user group and stay), `keeps` (`#{person, through}`:
    /// people who were removed from a profile and keep it through a user group, as far as its members show which groups
    /// carry it), `refused` (why nobody left) and `report`.
    ///
    /// # Options
    /// - `mode`: `"both"` (by default), `"add"` or `"remove"`
    /// - `max_removals`: the most people who may leave, as a number or a share such as `"10%"`; by default half of the
    ///   members, or three if that is more
    /// - `max_unmatched`: how many rows may be uncertain while people leave, by default 0
    /// - `protect`: e-mails of people to whom nothing happens; `*` matches anything
    /// - `keep_types`: types of accounts that never leave, such as `"adobeID"`
    ///
    /// # Errors
    /// `not_found` if there is no such group; `usage`; as `get_users()` and `multi_action(commands)`.
    ///
    /// # Example
    /// ```rhai
    /// let people = get_users(#{group: "Designers"}).to_array().map(|user| user.email);
    /// people.push("ben.osei@example.com");
    /// let result = sync_group("Engineering", people, #{mode: "add"});
    /// print(result.added.len() > 0);
    /// ```
    #[rhai_fn(name = "sync_group", volatile, return_raw)]
    pub fn sync_group_with(
        context: NativeCallContext,
        name: &str,
        people: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Map> {
        let options = CallOptions::new("sync_group", options, &OPTIONS);
        let groups = vec![(name.to_owned(), people)];
        session(&context)
            .and_then(|session| {
                let mut found = sync_all(&session, groups, &options?)?;
                let group = found.remove("groups").and_then(|groups| groups.into_array().ok());
                let mut result = group.and_then(|mut groups| groups.pop()).and_then(Dynamic::try_cast::<Map>);
                let result = result.get_or_insert_default();
                result.extend(found);
                Ok(std::mem::take(result))
            })
            .at(&context)
    }

    /// Makes the direct members of several groups the people of their sources, with one command for each person.
    ///
    /// As `sync_groups(groups, options)`, without options.
    ///
    /// # Errors
    /// As `sync_group(name, people, options)`.
    ///
    /// # Example
    /// ```rhai
    /// let designers = get_users(#{group: "Designers"});
    /// print(sync_groups(#{"Designers": designers}).groups[0].removed);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn sync_groups(context: NativeCallContext, groups: Map) -> RhaiResultOf<Map> {
        sync_groups_with(context, groups, Map::new())
    }

    /// Makes the direct members of several groups the people of their sources, with options.
    ///
    /// `groups` has the people for each name of a group. Somebody who leaves one group for another is added first. The
    /// result has `groups`, a list of what `sync_group` returns, and `report`.
    ///
    /// # Options
    /// - `mode`: as for `sync_group(name, people, options)`
    /// - `max_removals`: as for `sync_group(name, people, options)`, for each group
    /// - `max_unmatched`: as for `sync_group(name, people, options)`, for all groups together
    /// - `protect`: as for `sync_group(name, people, options)`
    /// - `keep_types`: as for `sync_group(name, people, options)`
    ///
    /// # Errors
    /// As `sync_group(name, people, options)`.
    ///
    /// # Example
    /// ```rhai
    /// let people = #{"Engineering": ["ben.osei@example.com"]};
    /// print(sync_groups(people, #{mode: "add"}).groups[0].added);
    /// ```
    #[rhai_fn(name = "sync_groups", volatile, return_raw)]
    pub fn sync_groups_with(context: NativeCallContext, groups: Map, options: Map) -> RhaiResultOf<Map> {
        let options = CallOptions::new("sync_groups", options, &OPTIONS);
        let groups = groups.into_iter().map(|(name, people)| (name.to_string(), people)).collect();
        session(&context).and_then(|session| sync_all(&session, groups, &options?)).at(&context)
    }

    /// Does what `umapish sync MAP.toml` does, and returns what was done.
    ///
    /// The page `sync` of the guide describes maps. The result has `groups` as from `sync_groups`, `created` (how many
    /// accounts), `open_rows` (`#{row, problem}`), `others` (accounts without a row) and `report`.
    ///
    /// # Errors
    /// `file` for a map or file that cannot be read; `guard` for a file that is too old or has too few rows;
    /// `not_found` if there is no such group.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people.csv", [#{email: "ben.osei@example.com"}]);
    /// write_text("map.toml", "[[map]]\nfile = 'people.csv'\nmode = 'add'\ngroups = ['Engineering']\n");
    /// print(sync_map("map.toml").groups[0].added);
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn sync_map(context: NativeCallContext, map: &str) -> RhaiResultOf<Dynamic> {
        sync_map_with(context, map, Map::new())
    }

    /// Does what `umapish sync MAP.toml --users FILE` does, and returns what was done.
    ///
    /// # Options
    /// - `users`: the file of each part of the map that names none. With `""` as the map, the groups of each row are in
    ///   its column `groups`
    ///
    /// # Errors
    /// As `sync_map(map)`.
    ///
    /// # Example
    /// ```rhai
    /// write_csv("people.csv", [#{email: "ben.osei@example.com"}]);
    /// write_text("map.toml", "[[map]]\nmode = 'add'\ngroups = ['Engineering']\n");
    /// print(sync_map("map.toml", #{users: "people.csv"}).open_rows);
    /// ```
    #[rhai_fn(name = "sync_map", volatile, return_raw)]
    pub fn sync_map_with(context: NativeCallContext, map: &str, options: Map) -> RhaiResultOf<Dynamic> {
        let options = CallOptions::new("sync_map", options, &["users"]);
        session(&context)
            .and_then(|session| carry_out(&context, &session, map, &options?))
            .map(|value| dynamic_of(&value))
            .at(&context)
    }
}

/// The options of a sync.
const OPTIONS: [&str; 5] = ["mode", "max_removals", "max_unmatched", "protect", "keep_types"];
/// The column with groups of a file without a map.
const GROUPS: &str = "groups";

fn rows_of(rows: Dynamic) -> Result<Vec<Dynamic>> {
    if let Some(stream) = rows.read_lock::<RowStream>() {
        let rows = stream.clone().into_iter().map(|row| row.map(Dynamic::from));
        return rows.collect::<std::result::Result<_, _>>().map_err(|error| Error::usage(error.to_string()));
    }
    let kind = kind_of(&rows);
    let list = rows
        .try_cast::<Array>()
        .ok_or_else(|| Error::usage(format!("expected a list of rows, not {kind}")))?;
    match list.iter().find(|row| !row.is_map() && !row.is::<TableRow>() && !row.is::<UserRecord>()) {
        Some(row) => Err(Error::usage(format!("expected a list of rows or maps; it has {}", kind_of(row)))),
        None => Ok(list),
    }
}

fn accounts(session: &Rc<Session>, among: Option<&Dynamic>) -> Result<Vec<Arc<User>>> {
    let Some(among) = among else {
        return Ok(users::open(session, UserQuery::default())?.all()?.to_vec());
    };
    if let Some(list) = among.read_lock::<RecordList<User>>() {
        return Ok(list.all()?.to_vec());
    }
    let wrong =
        || Error::usage(format!("`among` of match_people must be a list of users, not {}", kind_of(among)));
    let list = among.read_lock::<Array>().ok_or_else(wrong)?;
    list.iter()
        .map(|user| user.read_lock::<UserRecord>().map(|user| Arc::clone(&user.user)).ok_or_else(wrong))
        .collect()
}

fn domains(options: &CallOptions) -> Result<DomainNames> {
    let Some(value) = options.value("domains") else { return Ok(DomainNames::new()) };
    let wrong = || options.wrong("domains", "a map such as #{\"corp.local\": \"corp.com\"}", value);
    let map = value.read_lock::<Map>().ok_or_else(wrong)?;
    let names =
        map.iter().map(|(from, to)| Some((fold_name(from), fold_name(&to.clone().into_string().ok()?))));
    names.collect::<Option<_>>().ok_or_else(wrong)
}

fn find_people(session: &Rc<Session>, rows: Dynamic, options: &CallOptions) -> Result<Map> {
    let by = options.texts("by")?.filter(|by| !by.is_empty()).ok_or_else(|| {
        let hint = "Name the columns that have e-mails or sign-in names: #{by: [\"mail\"]}.";
        Error::usage_with_hint("match_people needs `by`", hint)
    })?;
    let rows = rows_of(rows)?;
    if let Some(row) = rows.iter().find_map(Dynamic::read_lock::<TableRow>) {
        by.iter().try_for_each(|column| row.read(column).map(drop))?;
    }
    let index = AccountIndex::of(accounts(session, options.value("among"))?);
    let found = match_rows(rows, &by, &index, &domains(options)?);
    Ok(found_map(found, &index))
}

fn found_map(found: PeopleMatch, index: &AccountIndex) -> Map {
    let user = |place: usize| Dynamic::from(UserRecord::new(Arc::clone(&index.users[place])));
    let list = |places: &[usize]| {
        let users = places.iter().map(|place| Arc::clone(&index.users[*place])).collect();
        Dynamic::from(RecordList::from_entries(users))
    };
    let entry = |parts: Vec<(&str, Dynamic)>| {
        Dynamic::from_map(parts.into_iter().map(|(key, value)| (key.into(), value)).collect())
    };
    let perhaps = found
        .perhaps
        .iter()
        .map(|(row, place)| entry(vec![("row", found.unmatched[*row].clone()), ("user", user(*place))]));
    let perhaps: Array = perhaps.collect();
    let unused = list(&found.unused);
    let matched = found
        .matched
        .into_iter()
        .map(|row| entry(vec![("row", row.row), ("user", user(row.user)), ("by", row.column.into())]));
    let matched: Array = matched.collect();
    let ambiguous = found.ambiguous.into_iter().map(|row| {
        let users = list(&row.users);
        entry(vec![("row", row.row), ("users", users)])
    });
    let ambiguous: Array = ambiguous.collect();
    Map::from_iter([
        ("matched".into(), matched.into()),
        ("unmatched".into(), found.unmatched.into()),
        ("ambiguous".into(), ambiguous.into()),
        ("groups".into(), found.groups.into()),
        ("unused".into(), unused),
        ("perhaps".into(), perhaps.into()),
    ])
}

/// The people of a source, and what of it is not certain.
#[derive(Default)]
struct SourcePeople {
    users: Vec<usize>,
    open: Vec<String>,
}

impl SourcePeople {
    /// Reads e-mails, users, or the result of `match_people`.
    fn of(people: &Dynamic, index: &AccountIndex) -> Result<Self> {
        if let Some(found) = people.read_lock::<Map>() {
            return Self::of_match(&found, index);
        }
        let mut source = Self::default();
        if let Some(list) = people.read_lock::<RecordList<User>>() {
            list.all()?.iter().for_each(|user| source.add_user(user, index));
            return Ok(source);
        }
        let wrong = |value: &Dynamic| {
            let message =
                format!("expected e-mails, users or the result of match_people, not {}", kind_of(value));
            Error::usage_with_hint(message, "For rows of a file: match_people(rows, #{by: \"email\"}).")
        };
        for person in people.read_lock::<Array>().ok_or_else(|| wrong(people))?.iter() {
            if let Some(record) = person.read_lock::<UserRecord>() {
                source.add_user(&record.user, index);
                continue;
            }
            let name = person.clone().into_string().map_err(|_| wrong(person))?;
            match index.find(&name, &DomainNames::new()) {
                [place] => source.users.push(*place),
                [] => source.open.push(format!("{name} has no account")),
                _ => source.open.push(format!("{name} has several accounts")),
            }
        }
        Ok(source)
    }

    fn of_match(found: &Map, index: &AccountIndex) -> Result<Self> {
        let list = |key: &str| {
            let list = found.get(key).and_then(Dynamic::read_lock::<Array>);
            list.map(|list| list.clone()).ok_or_else(|| {
                let message = format!("the map of people has no list `{key}`");
                Error::usage_with_hint(message, "Pass what match_people(rows, options) returned.")
            })
        };
        let mut source = Self::default();
        for entry in list("matched")? {
            let entry = entry.read_lock::<Map>();
            let user = entry.as_ref().and_then(|entry| entry.get("user")?.read_lock::<UserRecord>());
            if let Some(record) = user {
                source.add_user(&record.user, index);
            }
        }
        source.open.extend(list("unmatched")?.iter().map(|row| format!("{} has no account", shown(row))));
        for entry in list("ambiguous")? {
            let row =
                entry.read_lock::<Map>().and_then(|entry| entry.get("row").cloned()).unwrap_or_default();
            source.open.push(format!("{} may be several accounts", shown(&row)));
        }
        Ok(source)
    }

    fn add_user(&mut self, user: &User, index: &AccountIndex) {
        match index.place(user) {
            Some(place) => self.users.push(place),
            None => self.open.push(format!("{} is not among the active users", user.label())),
        }
    }
}

fn shown(row: &Dynamic) -> String {
    crate::changes::sync::row_text::place(row)
}

fn sync_all(session: &Rc<Session>, groups: Vec<(String, Dynamic)>, options: &CallOptions) -> Result<Map> {
    let mode = options.choice("mode", SyncMode::NAMES)?.and_then(SyncMode::named).unwrap_or_default();
    let organization = SyncedOrganization::read(session)?;
    let (mut targets, mut open) = (Vec::new(), Vec::new());
    for (name, people) in groups {
        let source = SourcePeople::of(&people, &organization.people)?;
        open.extend(source.open.into_iter().map(|row| (name.clone(), row)));
        targets.push(GroupTarget { name, wanted: source.users, has_new: false, mode });
    }
    for (group, row) in &open {
        session.console().warn(&format!("{group}: {row}"));
    }
    let most = options.count("max_unmatched")?.unwrap_or_default();
    let doubt = (open.len() > most)
        .then(|| format!("{} of the source not certain, the limit is {most}", counted(open.len(), "row")));
    let rules = SyncRules { protected: protected(options, &organization)?, cap: cap(options)?, doubt };
    let results = organization.compare(session, &targets, &rules)?;
    report_refusals(session, &results);
    let report = group_sync::send(session, &organization, &results, &[], Vec::new())?;
    let groups: Vec<Value> = results.iter().map(|result| group_json(&organization, result)).collect();
    let mut found = Map::new();
    found.insert("groups".into(), dynamic_of(&json!(groups)));
    found.insert("report".into(), report.map_or(Dynamic::UNIT, Dynamic::from));
    Ok(found)
}

fn cap(options: &CallOptions) -> Result<Option<RemovalCap>> {
    let Some(value) = options.value("max_removals") else { return Ok(None) };
    let cap = RemovalCap::parse(&value.to_string());
    cap.map(Some).ok_or_else(|| options.wrong("max_removals", "a number or a share such as \"10%\"", value))
}

fn protected(options: &CallOptions, organization: &SyncedOrganization) -> Result<HashSet<usize>> {
    let patterns: Vec<_> =
        options.texts("protect")?.unwrap_or_default().iter().map(|text| fold_name(text)).collect();
    let kinds = options.value("keep_types").map(texts).transpose()?.unwrap_or_default();
    let kinds = kinds.iter().map(|name| {
        IdentityType::parse(name)
            .ok_or_else(|| Error::usage(format!("`keep_types` has `{name}`, which is not a type of account")))
    });
    let kinds: Vec<_> = kinds.collect::<Result<_>>()?;
    let is_protected = |user: &User| {
        let names = [&user.email, &user.username];
        let is_named =
            |name: &str| patterns.iter().any(|pattern| wildcard::matches(pattern, &fold_name(name)));
        let kind = user.kind.as_deref().and_then(IdentityType::parse);
        names.into_iter().flatten().any(|name| is_named(name))
            || kind.is_some_and(|kind| kinds.contains(&kind))
    };
    let users = organization.people.users.iter().enumerate();
    Ok(users.filter(|(_, user)| is_protected(user)).map(|(place, _)| place).collect())
}

fn carry_out(
    context: &NativeCallContext,
    session: &Rc<Session>,
    map: &str,
    options: &CallOptions,
) -> Result<Value> {
    let users = options.text("users")?;
    let parsed = if map.is_empty() {
        SyncMap::of_group_column(GROUPS)
    } else {
        let path = tracked_files::input(session, map)?;
        let text = text_file::read(&path).map_err(|error| {
            let hint = "`umapish guide sync` has a map to begin with.";
            if file_door::exists(&path) { error } else { error.with_file_hint(hint) }
        })?;
        SyncMap::parse(&text, &path)?
    };
    let compiled: RefCell<HashMap<String, AST>> = RefCell::default();
    let condition = |code: &str, row: &TableRow| {
        let mut scope = Scope::new();
        scope.push("row", row.clone());
        let wrong = |error: EvalAltResult| wrong_condition(code, row, error);
        if !compiled.borrow().contains_key(code) {
            let ast =
                context.engine().compile_with_scope(&scope, code).map_err(|error| wrong(error.into()))?;
            compiled.borrow_mut().insert(code.to_owned(), ast);
        }
        let known = compiled.borrow();
        let value: Dynamic =
            context.engine().eval_ast_with_scope(&mut scope, &known[code]).map_err(|error| wrong(*error))?;
        value.as_bool().map_err(|_| {
            let message = format!("`where` must be true or false, not {}: {code}", kind_of(&value));
            Error::usage_with_hint(message, CONDITION_HINT)
        })
    };
    let folder = Path::new(map).parent().unwrap_or(Path::new(""));
    map_run::run(session, (&parsed, folder), users.as_deref(), &condition)
}

/// What a condition looks like.
const CONDITION_HINT: &str = "Compare a column with something, as in row.department == \"Design\".";

/// The error of a condition that cannot be evaluated for a row, in the words of an error of a script.
fn wrong_condition(code: &str, row: &TableRow, error: EvalAltResult) -> Error {
    match ScriptEnding::of(error) {
        ScriptEnding::Failed(failure) => {
            let message = format!("{}: `where` {code}: {}", row.source(), failure.message);
            let hint = failure.hint_in(Some(code));
            Error::usage_with_hint(message, hint.unwrap_or_else(|| CONDITION_HINT.to_owned()))
        }
        ScriptEnding::Ended(_) => ErrorKind::Interrupted.into(),
    }
}
