//! Writes rows to a CSV file. If writing fails, the existing file is unchanged.

use crate::did_you_mean::nearest;
use crate::error::{Error, FileProblem, Result};
use crate::host::interrupt::Interrupt;
use crate::store::file_door;
use crate::store::output_file::{self, IfExists};
use crate::tabular::{CsvWriter, cell, restore};
use crate::values::dynamic::kind_of;
use crate::values::json::json_of;
use crate::values::record::ListItem;
use crate::values::record::{GroupRecord, Record, UserRecord};
use crate::values::record_list::RecordList;
use crate::wire::group::Group;
use crate::wire::user::User;
use rhai::{Array, Dynamic};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The column of values that are not records.
const VALUE: &str = "value";

/// The rows to write.
pub enum CsvContent {
    /// A list of records or of plain values.
    List(Dynamic),
    /// A listing of users.
    Users(RecordList<User>),
    /// A listing of groups.
    Groups(RecordList<Group>),
}

/// The options for writing.
pub struct CsvWritePlan {
    /// The columns, in this order; otherwise all, in the order of first appearance.
    pub columns: Option<Vec<String>>,
    /// What to do if the file already exists.
    pub if_exists: IfExists,
}

/// What was written.
#[derive(Debug, PartialEq, Eq)]
pub struct WrittenCsv {
    /// The path of the file.
    pub path: PathBuf,
    /// The number of rows, without the header.
    pub rows: usize,
}

impl CsvContent {
    /// The rows in a value: a list or a listing.
    ///
    /// # Errors
    /// `usage`: it is something else.
    pub fn of(value: Dynamic) -> Result<Self> {
        if value.is::<RecordList<User>>() {
            return value.try_cast().map(Self::Users).ok_or_else(in_use);
        }
        if value.is::<RecordList<Group>>() {
            return value.try_cast().map(Self::Groups).ok_or_else(in_use);
        }
        if value.read_lock::<Array>().is_some() {
            return Ok(Self::List(value));
        }
        let message = format!("the rows of write_csv must be a list of records, not {}", kind_of(&value));
        Err(Error::usage(message))
    }

    /// Calls `visit` with every row.
    fn each(&self, visit: &mut dyn FnMut(&Map<String, Value>) -> Result<()>) -> Result<()> {
        match self {
            Self::List(list) => {
                let list = list.read_lock::<Array>().ok_or_else(in_use)?;
                list.iter().try_for_each(|item| visit(&record(json_of(item)?)))
            }
            Self::Users(users) => each_of(users, visit),
            Self::Groups(groups) => each_of(groups, visit),
        }
    }

    /// The documented fields of users, which are columns whoever is in the list; none for other rows.
    fn user_columns(&self) -> impl Iterator<Item = &'static str> {
        let (are_users, groups_left_out) = match self {
            Self::Users(users) => (true, users.groups_left_out()),
            Self::Groups(_) => (false, false),
            Self::List(list) => {
                let list = list.read_lock::<Array>();
                let users = list.iter().flat_map(|list| list.iter()).map(Dynamic::read_lock::<UserRecord>);
                let mut users = users.map(|user| user.map(|user| user.groups_left_out)).peekable();
                let has_users = users.peek().is_some();
                let flags: Option<Vec<_>> = users.collect();
                let left_out = flags.iter().flatten().any(|left_out| *left_out);
                (has_users && flags.is_some(), left_out)
            }
        };
        let wanted = move |name: &&str| are_users && !(groups_left_out && *name == "groups");
        UserRecord::FIELDS.iter().copied().filter(wanted)
    }

    /// The columns of a listing without rows.
    fn documented(&self) -> &'static [&'static str] {
        match self {
            Self::List(_) => &[],
            Self::Users(_) => UserRecord::FIELDS,
            Self::Groups(_) => GroupRecord::FIELDS,
        }
    }
}

fn in_use() -> Error {
    Error::usage("write_csv cannot read its rows while another function changes them")
}

fn each_of<T: ListItem>(
    records: &RecordList<T>,
    visit: &mut dyn FnMut(&Map<String, Value>) -> Result<()>,
) -> Result<()> {
    let entries = records.all()?;
    entries.iter().try_for_each(|entry| visit(&record(records.record(entry).to_json()?)))
}

/// A row; a plain value is a row of one column.
fn record(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(record) => record,
        plain => Map::from_iter([(VALUE.to_owned(), plain)]),
    }
}

/// Writes `content` to `path`.
///
/// # Errors
/// `usage`: a column no row has, or a value that is not data. `file`: it cannot be written, or exists and
/// must not. `interrupted`. In each case an existing file is unchanged.
pub fn write(
    path: &Path,
    content: &CsvContent,
    plan: &CsvWritePlan,
    interrupt: &Interrupt,
) -> Result<WrittenCsv> {
    let found = columns(content, interrupt)?;
    let columns = match &plan.columns {
        Some(wanted) => chosen(wanted, &found)?,
        None => found,
    };
    let job = CsvWriteJob { path, if_exists: plan.if_exists, content, columns: &columns, interrupt };
    if plan.if_exists == IfExists::Append { job.append() } else { job.fill() }
}

/// Every column of any row, in the order of first appearance; none only when there are no rows.
fn columns(content: &CsvContent, interrupt: &Interrupt) -> Result<Vec<String>> {
    // A user without groups has no field `groups`, which must not decide about the columns.
    let mut columns: Vec<_> = content.user_columns().map(str::to_owned).collect();
    let mut known: HashSet<_> = columns.iter().cloned().collect();
    let mut has_rows = false;
    content.each(&mut |row| {
        if row.is_empty() || row.contains_key("") {
            return Err(Error::usage("a row of write_csv has no columns, or a column without a name"));
        }
        for name in row.keys().filter(|name| !known.contains(*name)).collect::<Vec<_>>() {
            known.insert(name.clone());
            columns.push(name.clone());
        }
        has_rows = true;
        interrupt.check()
    })?;
    if !has_rows {
        columns.clear();
    }
    Ok(columns)
}

/// The requested columns; each must be in some row, unless there are no rows.
fn chosen(wanted: &[String], found: &[String]) -> Result<Vec<String>> {
    let missing = wanted.iter().find(|name| !found.is_empty() && !found.contains(name));
    let Some(missing) = missing else { return Ok(wanted.to_vec()) };
    let message = format!("no row has a column `{missing}`");
    let listed = format!("There are `{}`.", found.join("`, `"));
    Err(match nearest(missing, found.iter().map(String::as_str)) {
        Some(near) => Error::usage_with_hint(message, format!("Did you mean `{near}`? {listed}")),
        None => Error::usage_with_hint(message, listed),
    })
}

/// One write: the target, the content and its columns.
struct CsvWriteJob<'a> {
    path: &'a Path,
    if_exists: IfExists,
    content: &'a CsvContent,
    columns: &'a [String],
    interrupt: &'a Interrupt,
}

impl CsvWriteJob<'_> {
    /// Writes a new file, or replaces one.
    fn fill(&self) -> Result<WrittenCsv> {
        self.write(&mut |file| {
            let mut writer = CsvWriter::new(file);
            let header = match (self.columns, self.content.documented()) {
                ([], []) => Ok(()),
                ([], documented) => writer.row(documented),
                (columns, _) => writer.row(columns),
            };
            header.map_err(|error| unusable(self.path, error))?;
            self.rows(&mut writer, self.columns)
        })
    }

    /// Writes the old rows and the new ones under the existing header; a missing or empty file is created.
    fn append(&self) -> Result<WrittenCsv> {
        let Some(mut old) = open(self.path)? else { return self.fill() };
        let header = header_of(self.path, &mut old)?;
        if header.is_empty() {
            return self.fill();
        }
        if let Some(new) = self.columns.iter().find(|column| !header.contains(column)) {
            let message = format!("the file has no column `{new}`; it has `{}`", header.join("`, `"));
            return Err(unusable(self.path, message));
        }
        self.write(&mut |file| {
            copy(&mut old, file).map_err(|error| unusable(self.path, error))?;
            self.rows(&mut CsvWriter::new(file), &header)
        })
    }

    /// Writes the rows under a header; only the columns of this job are filled.
    fn rows(&self, writer: &mut CsvWriter<&mut dyn Write>, header: &[String]) -> Result<usize> {
        let mut rows = 0;
        self.content.each(&mut |row| {
            self.interrupt.check()?;
            let value = |name: &String| row.get(name).filter(|_| self.columns.contains(name));
            let cells = header.iter().map(|name| value(name).map(cell).unwrap_or_default());
            writer.row(cells).map_err(|error| unusable(self.path, error))?;
            rows += 1;
            Ok(())
        })?;
        writer.flush().map_err(|error| unusable(self.path, error))?;
        Ok(rows)
    }

    /// Writes the file; an error of `write` keeps its kind.
    fn write(&self, write: &mut dyn FnMut(&mut dyn Write) -> Result<usize>) -> Result<WrittenCsv> {
        let mut result = Ok(0);
        let written = output_file::write(self.path, self.if_exists, &mut |file| {
            result = write(file);
            if result.is_ok() { Ok(()) } else { Err(io::ErrorKind::Other.into()) }
        });
        Ok(WrittenCsv { rows: result?, path: written? })
    }
}

fn unusable(path: &Path, problem: impl Into<FileProblem>) -> Error {
    Error::file(path.display().to_string(), problem)
}

fn open(path: &Path) -> Result<Option<File>> {
    match file_door::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, error)),
    }
}

fn header_of(path: &Path, file: &mut File) -> Result<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let header = reader.headers().map_err(|error| unusable(path, error.to_string()).caused_by(error))?;
    Ok(header.iter().map(|name| restore(name).to_owned()).collect())
}

/// Copies a file and ends it with a line end, so that rows can be appended.
fn copy(old: &mut File, new: &mut dyn Write) -> io::Result<()> {
    let mut last = [0];
    old.seek(SeekFrom::End(-1))?;
    old.read_exact(&mut last)?;
    old.rewind()?;
    io::copy(old, new)?;
    if last == *b"\n" { Ok(()) } else { new.write_all(b"\n") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rhai::Engine;
    use std::fs;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("people.csv")
        }

        fn write(&self, rows: &str, columns: Option<&[&str]>, if_exists: IfExists) -> Result<WrittenCsv> {
            let content = CsvContent::of(Engine::new().eval(rows).unwrap()).unwrap();
            let columns = columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            write(&self.path(), &content, &CsvWritePlan { columns, if_exists }, &Interrupt::default())
        }

        fn replace(&self, rows: &str) -> usize {
            self.write(rows, None, IfExists::Replace).unwrap().rows
        }

        fn text(&self) -> String {
            fs::read_to_string(self.path()).unwrap()
        }
    }

    #[test]
    fn every_key_of_any_row_is_a_column() {
        let folder = Folder::new();
        assert_eq!(folder.replace(r#"[#{b: 1, c: ["x", "y"]}, #{a: "=z"}]"#), 2);
        assert_eq!(folder.text(), "b,c,a\n1,\"x,y\",\n,,'=z\n");
    }

    #[test]
    fn plain_values_have_a_column_of_their_own() {
        let folder = Folder::new();
        folder.replace(r#"["a", 2]"#);
        assert_eq!(folder.text(), "value\na\n2\n");
    }

    #[test]
    fn columns_pick_and_order() {
        let folder = Folder::new();
        let picked = Some(["c", "a"].as_slice());
        folder.write(r"[#{a: 1, b: 2, c: 3}, #{a: 4}]", picked, IfExists::Replace).unwrap();
        assert_eq!(folder.text(), "c,a\n3,1\n,4\n");
    }

    #[test]
    fn a_column_no_row_has_is_an_error_and_leaves_the_file() {
        let folder = Folder::new();
        fs::write(folder.path(), "old").unwrap();
        let error = folder.write(r"[#{email: 1}]", Some(&["emial"]), IfExists::Replace).unwrap_err();
        assert_eq!(error.to_string(), "no row has a column `emial`");
        assert_eq!(error.hint().as_deref(), Some("Did you mean `email`? There are `email`."));
        assert_eq!(folder.text(), "old");
    }

    #[test]
    fn a_value_that_is_not_data_leaves_the_file() {
        let folder = Folder::new();
        fs::write(folder.path(), "old").unwrap();
        let error = folder.write(r"[#{a: 1}, #{a: || 1}]", None, IfExists::Replace).unwrap_err();
        assert_eq!(error.kind.name(), "usage");
        assert_eq!(folder.text(), "old");
    }

    #[test]
    fn no_rows_make_a_header_when_columns_are_named() {
        let folder = Folder::new();
        assert_eq!(folder.write("[]", Some(&["a", "b"]), IfExists::Replace).unwrap().rows, 0);
        assert_eq!(folder.text(), "a,b\n");
        folder.replace("[]");
        assert_eq!(folder.text(), "");
    }

    #[test]
    fn a_row_without_columns_is_refused() {
        let folder = Folder::new();
        for rows in ["[#{}]", r#"[#{"": 1}]"#] {
            let error = folder.write(rows, None, IfExists::Replace).unwrap_err();
            assert_eq!(error.kind.name(), "usage", "{rows}");
        }
    }

    #[test]
    fn appended_rows_follow_the_header_that_is_there() {
        let folder = Folder::new();
        let append = |rows| folder.write(rows, None, IfExists::Append);
        append(r"[#{a: 1, b: 2}]").unwrap();
        append(r"[#{b: 4}]").unwrap();
        assert_eq!(folder.text(), "a,b\n1,2\n,4\n");
        let error = append(r"[#{c: 5}]").unwrap_err().to_string();
        assert!(error.ends_with("the file has no column `c`; it has `a`, `b`"), "{error}");
        assert_eq!(folder.text(), "a,b\n1,2\n,4\n");
    }

    #[test]
    fn appending_keeps_a_byte_order_mark_and_adds_a_missing_line_end() {
        let folder = Folder::new();
        fs::write(folder.path(), "\u{feff}a,b\r\n1,2").unwrap();
        folder.write(r"[#{a: 3, b: 4}]", Some(&["a"]), IfExists::Append).unwrap();
        assert_eq!(folder.text(), "\u{feff}a,b\r\n1,2\n3,\n");
    }

    #[test]
    fn a_file_that_must_not_exist_is_refused() {
        let folder = Folder::new();
        folder.write("[1]", None, IfExists::Error).unwrap();
        let error = folder.write("[2]", None, IfExists::Error).unwrap_err().to_string();
        assert!(error.ends_with("people.csv: the file already exists"), "{error}");
        assert_eq!(folder.text(), "value\n1\n");
    }

    #[test]
    fn numbered_files_are_next_to_each_other() {
        let folder = Folder::new();
        let name = || folder.write("[1]", None, IfExists::Number).unwrap().path;
        let names = [name(), name(), name()];
        let names = names.map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        assert_eq!(names, ["people.csv", "people-2.csv", "people-3.csv"]);
    }

    #[test]
    fn an_interruption_leaves_the_file() {
        let folder = Folder::new();
        let interrupt = Interrupt::default();
        interrupt.request();
        let content = CsvContent::of(Engine::new().eval("[1]").unwrap()).unwrap();
        let plan = CsvWritePlan { columns: None, if_exists: IfExists::Replace };
        let error = write(&folder.path(), &content, &plan, &interrupt).unwrap_err();
        assert_eq!(error.kind.name(), "interrupted");
        assert!(!folder.path().exists());
    }

    #[test]
    fn what_is_not_a_list_is_refused() {
        let error = CsvContent::of(Dynamic::from("x")).err().unwrap();
        assert_eq!(error.to_string(), "the rows of write_csv must be a list of records, not a string");
    }
}
