//! The CSV files of the Admin Console.

use crate::error::{Error, Result};
use crate::files::console_csv::{COLUMNS, ConsoleGroup, ConsoleRows, row_of};
use crate::files::table::bad_rows::BadRows;
use crate::files::table::content::TableContent;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::binding::RhaiResultOf;
use crate::host::session::Session;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::script::functions::groups;
use crate::session::tracked_files;
use crate::store::output_file::{self, IfExists};
use crate::tabular::{CsvStyle, CsvWriter, LineEnd};
use crate::values::options::CallOptions;
use crate::wire::group::Group;
use crate::wire::identity::fold_name;
use rhai::plugin::{Dynamic, export_module};
use rhai::{Array, Map, NativeCallContext};
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Files of the Admin Console.
#[export_module]
pub mod functions {
    /// Reads the CSV file of users that the Admin Console exports, or takes as a bulk upload, into a list of rows.
    ///
    /// The rows have the service's names: `type`, `email`, `username`, `domain`, `firstname`, `lastname`, `country`, `id`
    /// and `groups`, a list with user groups, product profiles and the groups of administrators and developers, such as
    /// `_admin_Designers`, `_product_admin_Acrobat`, `_developer_All Apps` and `_support_admin`. `multi_action(file)`
    /// takes such a file as it is.
    ///
    /// # Errors
    /// `file` if the file cannot be read, is not from the Admin Console, or has a type or role that is not known.
    ///
    /// # Example
    /// ```rhai
    /// write_console_csv("console.csv", get_users());
    /// for user in read_console_csv("console.csv") { print(`${user.email}: ${user.groups.len()} groups`); }
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn read_console_csv(context: NativeCallContext, path: &str) -> RhaiResultOf<Array> {
        session(&context)
            .and_then(|session| rows(&session, path, &CallOptions::none("read_console_csv")))
            .at(&context)
    }

    /// Reads the Admin Console's CSV file of users with options.
    ///
    /// # Options
    /// - `delimiter`: as for `read_csv(path, options)`
    /// - `encoding`: as for `read_csv(path, options)`
    /// - `rename`: as for `read_csv(path, options)`
    /// - `min_rows`: as for `read_csv(path, options)`
    ///
    /// # Errors
    /// As `read_console_csv(path)`.
    ///
    /// # Example
    /// ```rhai
    /// write_console_csv("console.csv", get_users());
    /// print(read_console_csv("console.csv", #{min_rows: 1}).len());
    /// ```
    #[rhai_fn(name = "read_console_csv", volatile, return_raw)]
    pub fn read_console_csv_of_shape(
        context: NativeCallContext,
        path: &str,
        options: Map,
    ) -> RhaiResultOf<Array> {
        let options =
            CallOptions::new("read_console_csv", options, &["delimiter", "encoding", "rename", "min_rows"]);
        session(&context).and_then(|session| rows(&session, path, &options?)).at(&context)
    }

    /// Writes users to a CSV file for the bulk upload of the Admin Console, and returns the names of the files.
    ///
    /// The upload is the only way to change the type of an account. `users` is a listing, or a list of users or of rows
    /// with the same fields. Their groups are sorted into the columns of the Admin Console by the groups of the
    /// organization, which are listed once; groups for which there is no column are left out with a note. The column
    /// `ID` stays blank.
    ///
    /// # Errors
    /// `file` if the file cannot be written; `usage` if somebody is in a group that the organization does not have; as
    /// `get_groups()`.
    ///
    /// # Example
    /// ```rhai
    /// write_console_csv("designers.csv", get_users(#{group: "Designers"}));
    /// ```
    #[rhai_fn(volatile, return_raw)]
    pub fn write_console_csv(context: NativeCallContext, path: &str, users: Dynamic) -> RhaiResultOf<Array> {
        let options = CallOptions::none("write_console_csv");
        session(&context).and_then(|session| save(&session, path, users, &options)).at(&context)
    }

    /// Writes users to CSV files for the bulk upload of the Admin Console with options.
    ///
    /// # Options
    /// - `parts`: the most users in one file; more are written to `people-1.csv`, `people-2.csv` and so on. The Admin
    ///   Console works best with 5000
    /// - `if_exists`: as for `write_csv(path, rows, options)`, but rows cannot be appended
    ///
    /// # Errors
    /// As `write_console_csv(path, users)`.
    ///
    /// # Example
    /// ```rhai
    /// for file in write_console_csv("people.csv", get_users(), #{parts: 5000}) { print(file); }
    /// ```
    #[rhai_fn(name = "write_console_csv", volatile, return_raw)]
    pub fn write_console_csv_as(
        context: NativeCallContext,
        path: &str,
        users: Dynamic,
        options: Map,
    ) -> RhaiResultOf<Array> {
        let options = CallOptions::new("write_console_csv", options, &["parts", "if_exists"]);
        session(&context).and_then(|session| save(&session, path, users, &options?)).at(&context)
    }
}

fn rows(session: &Session, path: &str, options: &CallOptions) -> Result<Array> {
    let path = tracked_files::input(session, path)?;
    let file = TableFile::open(session, &path, &TableOptions::of(options)?, AcceptedFormat::Csv)?;
    let console = ConsoleRows::of(&file.rows()?.header)?;
    let (rows, digest) = file.read(session.interrupt())?;
    tracked_files::record_input(session, &path, &digest, Some(rows.len()))?;
    let (mut users, mut bad) = (Array::with_capacity(rows.len()), BadRows::default());
    for row in &rows {
        match console.user(row) {
            Ok(user) => users.push(Dynamic::from(user)),
            Err(row) => bad.add(&row),
        }
    }
    bad.check(&path.display().to_string())?;
    Ok(users)
}

fn save(session: &Rc<Session>, path: &str, users: Dynamic, options: &CallOptions) -> Result<Array> {
    let if_exists = options.choice("if_exists", WRITE_CHOICES)?.and_then(IfExists::parse);
    let parts = options.count("parts")?.unwrap_or(usize::MAX);
    if parts == 0 {
        return Err(Error::usage("`parts` of write_console_csv must be at least 1"));
    }
    let rows = console_rows(session, &TableContent::of(users)?)?;
    let is_single = rows.len() <= parts;
    let (mut written, mut rest) = (Array::new(), rows.as_slice());
    loop {
        let (part, later) = rest.split_at(rest.len().min(parts));
        let file = if is_single { PathBuf::from(path) } else { numbered(path, written.len() + 1) };
        let (file, ()) = tracked_files::write_output(session, &file, if_exists, |path, if_exists| {
            let written = output_file::write(path, if_exists, &mut |file| write_part(file, part))?;
            Ok((written, ()))
        })?;
        written.push(Dynamic::from(file.display().to_string()));
        rest = later;
        if rest.is_empty() {
            return Ok(written);
        }
    }
}

/// The choices of `if_exists`.
const WRITE_CHOICES: &[&str] = &["replace", "error", "number", "keep"];

/// The people whom a message lists.
const SHOWN: usize = 10;

fn console_rows(session: &Rc<Session>, users: &TableContent) -> Result<Vec<Vec<String>>> {
    let groups = groups::open(session)?.all()?;
    let kinds: HashMap<_, _> =
        groups.iter().filter_map(|group| Some((fold_name(&group.group_name), kind_of(group)?))).collect();
    let kind = |name: &str| kinds.get(&fold_name(name)).copied();
    let (mut rows, mut left_out, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    users.each(&mut |user| {
        session.interrupt().check()?;
        match row_of(user, &kind) {
            Ok(row) => {
                if !row.left_out.is_empty() {
                    left_out.push(with_groups(user, &row.left_out));
                }
                rows.push(row.cells);
            }
            Err(groups) => unknown.push(with_groups(user, &groups)),
        }
        Ok(())
    })?;
    if !unknown.is_empty() {
        let message = format!("the organization does not have these groups: {}", listed(unknown));
        return Err(Error::usage_with_hint(message, "Remove them from `groups`, or check their names."));
    }
    if !left_out.is_empty() {
        session.console().note(&format!("left out, since there is no column for them: {}", listed(left_out)));
    }
    Ok(rows)
}

fn with_groups(user: &serde_json::Map<String, Value>, groups: &[String]) -> String {
    let email = user.get("email").and_then(Value::as_str).unwrap_or("somebody");
    format!("{email}: `{}`", groups.join("`, `"))
}

/// The first people of a list, and how many more there are.
fn listed(mut people: Vec<String>) -> String {
    let more = people.len().saturating_sub(SHOWN);
    people.truncate(SHOWN);
    let more = if more > 0 { format!("; and {more} more people") } else { String::new() };
    format!("{}{more}", people.join("; "))
}

fn kind_of(group: &Arc<Group>) -> Option<ConsoleGroup> {
    match group.kind.as_deref()? {
        "USER_GROUP" | "USER_ADMIN_GROUP" => Some(ConsoleGroup::UserGroup),
        "PRODUCT_PROFILE" | "PROFILE_ADMIN_GROUP" => Some(ConsoleGroup::Profile),
        _ => Some(ConsoleGroup::Other),
    }
}

fn write_part(file: &mut dyn io::Write, rows: &[Vec<String>]) -> io::Result<()> {
    file.write_all("\u{feff}".as_bytes())?;
    // A last name of `-` must stay as it is: the Admin Console takes an apostrophe for a part of it.
    let style = CsvStyle { line_end: LineEnd::ReturnFeed, keeps_formulas: true, ..CsvStyle::default() };
    let mut writer = CsvWriter::with(file, style);
    writer.row(COLUMNS)?;
    rows.iter().try_for_each(|row| writer.row(row))?;
    writer.flush()
}

/// `people-1.csv` for `people.csv`.
fn numbered(path: &str, number: usize) -> PathBuf {
    let path = Path::new(path);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}-{number}{ending}"))
}
