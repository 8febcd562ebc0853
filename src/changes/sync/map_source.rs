//! The files of a map: found, checked, and read before anything of the service is.

use crate::changes::sync::group_sync::source_refused;
use crate::changes::sync::map_file::{MapPart, SyncMap};
use crate::changes::sync::row_text::{columns, letters};
use crate::error::{Error, Result};
use crate::files::table::row::TableRow;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::session::Session;
use crate::quantity::counted;
use crate::session::tracked_files;
use crate::store::encoding::FileEncoding;
use crate::store::file_door;
use crate::values::options::one_of;
use rhai::Dynamic;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

/// The spellings of columns that are compared where a map names none, the most certain first.
const USUAL_NAMES: &[&str] = &["username", "upn", "userprincipalname", "email", "mail", "emailaddress"];

/// Decides whether a row belongs to a part of a map, by its code.
pub(crate) type RowCondition<'c> = &'c dyn Fn(&str, &TableRow) -> Result<bool>;

/// The rows of a part.
pub(super) struct PartSource {
    pub(super) rows: Vec<TableRow>,
    /// The columns that are compared with the names of accounts.
    pub(super) by: Vec<String>,
    /// The lines of the rows that the part chooses.
    pub(super) chosen: HashSet<usize>,
    /// The file, if it has no rows.
    pub(super) empty: Option<String>,
}

/// Reads the rows of a part.
///
/// # Errors
/// `usage`: the part names no file, or its code is not valid. `file`: the file cannot be read, or lacks a column.
/// `guard`: it is too old or has too few rows.
pub(super) fn read(
    session: &Rc<Session>,
    (map, folder): (&SyncMap, &Path),
    part: &MapPart,
    users: Option<&str>,
    condition: RowCondition<'_>,
) -> Result<PartSource> {
    let of_map = |name: &String| folder.join(name);
    let given = part.file.as_ref().map(of_map).or_else(|| users.map(PathBuf::from));
    let file = given.or_else(|| map.users.as_ref().map(of_map)).ok_or_else(|| {
        Error::usage_with_hint("a [[map]] names no file", "Add `file` to it, or give one with --users FILE.")
    })?;
    let path = tracked_files::input(session, &file)?;
    let name = path.display();
    check_age(part, &path)?;
    let table = TableFile::open(session, &path, &table_options(part)?, AcceptedFormat::Any)
        .map_err(|error| if file_door::exists(&path) { error } else { without_file(error, part) })?;
    let (rows, digest) = table.read(session.interrupt())?;
    tracked_files::record_input(session, &path, &digest, Some(rows.len()))?;
    if rows.len() < part.min_rows {
        let message =
            format!("{name} has {}, and `min_rows` is {}", counted(rows.len(), "row"), part.min_rows);
        return Err(source_refused(&message, "Make sure that the export is complete, or lower `min_rows`."));
    }
    let empty = rows.is_empty().then(|| format!("{name} has no rows"));
    let by = columns_to_match(part, rows.first())?;
    let mut chosen = HashSet::new();
    for row in &rows {
        if part.condition.as_deref().map_or(Ok(true), |code| condition(code, row))? {
            chosen.insert(row.line());
        }
    }
    Ok(PartSource { rows, by, chosen, empty })
}

fn check_age(part: &MapPart, path: &Path) -> Result<()> {
    let age = || SystemTime::now().duration_since(file_door::changed(path)?).ok();
    let Some(limit) = part.max_file_age else { return Ok(()) };
    let Some(age) = age().filter(|age| *age > limit.0) else { return Ok(()) };
    let hours = usize::try_from(age.as_secs() / 3600).unwrap_or(usize::MAX);
    let message = format!(
        "{} is {} old, which is more than `max_file_age` allows",
        path.display(),
        counted(hours, "hour")
    );
    Err(source_refused(&message, "Export it again, or raise `max_file_age`."))
}

/// The error of a file that does not exist: its name is in the map or on the command line.
fn without_file(error: Error, part: &MapPart) -> Error {
    error.with_file_hint(if part.file.is_some() {
        "Correct `file` in the map; it is relative to the map."
    } else {
        "Name another file with --users FILE."
    })
}

fn table_options(part: &MapPart) -> Result<TableOptions> {
    let mut options = TableOptions::default();
    options.shape.columns = part.by.iter().chain(&part.groups_from).cloned().collect();
    options.shape.lists.clone_from(&part.lists);
    options.shape.rename = part.rename.iter().map(|(old, new)| (old.clone(), new.clone())).collect();
    options.sheet.sheet.clone_from(&part.sheet);
    options.sheet.header_row = part.header_row.map(|row| usize::from(row.get()));
    options.sheet.hidden = part.hidden;
    options.csv.delimiter = part.delimiter;
    if let Some(label) = &part.encoding {
        options.csv.encoding = Some(FileEncoding::parse(label).ok_or_else(|| {
            let message = format!("`encoding` of a [[map]] cannot be `{label}`");
            Error::usage_with_hint(message, one_of(label, FileEncoding::COMMON))
        })?);
    }
    Ok(options)
}

/// The columns that are compared.
fn columns_to_match(part: &MapPart, row: Option<&TableRow>) -> Result<Vec<String>> {
    let Some(row) = row.filter(|_| part.by.is_empty()) else { return Ok(part.by.clone()) };
    let columns = columns(&Dynamic::from(row.clone()));
    let usual =
        USUAL_NAMES.iter().filter_map(|wanted| columns.iter().find(|column| letters(column) == *wanted));
    let usual: Vec<_> = usual.cloned().collect();
    if usual.is_empty() {
        let message = format!("{} has no column with a name of people", row.source());
        let hint = "Name the columns in the map: match = [\"mail\"].";
        return Err(Error::usage_with_hint(message, hint));
    }
    Ok(usual)
}
