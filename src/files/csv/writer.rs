//! Writes rows to a CSV file. If writing fails, the existing file is unchanged.

use crate::error::{Error, FileProblem, Result};
use crate::files::csv::csv_format::CsvFormat;
use crate::files::csv::dialect::CsvOptions;
use crate::files::table::content::{TableContent, columns};
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::interrupt::Interrupt;
use crate::host::session::Session;
use crate::store::encoding::EncodingWriter;
use crate::store::file_door;
use crate::store::output_file::{self, IfExists};
use crate::tabular::{CsvWriter, cell};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The options for writing.
#[derive(Default)]
pub(crate) struct CsvWritePlan {
    /// The columns, in this order; otherwise all, in the order of first appearance.
    pub(crate) columns: Option<Vec<String>>,
    /// What to do if the file already exists.
    pub(crate) if_exists: IfExists,
    /// How the file is written; rows that are appended follow the file that is there.
    pub(crate) format: CsvFormat,
}

/// What was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrittenCsv {
    /// The path of the file.
    pub(crate) path: PathBuf,
    /// The number of rows, without the header.
    pub(crate) rows: usize,
}

/// Writes `content` to `path`.
///
/// # Errors
/// `usage`: a column no row has, or a value that is not data. `file`: it cannot be written, or exists and
/// must not. `interrupted`. In each case an existing file is unchanged.
pub(crate) fn write(
    session: &Session,
    path: &Path,
    content: &TableContent,
    plan: &CsvWritePlan,
) -> Result<WrittenCsv> {
    let interrupt = session.interrupt();
    let columns = columns(content, plan.columns.as_deref(), interrupt)?;
    let job = CsvWriteJob { path, if_exists: plan.if_exists, content, columns: &columns, interrupt };
    match plan.if_exists {
        IfExists::Append if !is_missing_or_empty(path)? => job.append(session, &plan.format),
        _ => job.fill(&plan.format),
    }
}

/// Refuses a CSV file named like a workbook, which would not open in Excel.
///
/// # Errors
/// `usage`.
pub(crate) fn refuse_workbook(path: &Path) -> Result<()> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ["xlsx", "xlsm", "xls"].iter().any(|known| ending.eq_ignore_ascii_case(known)) {
        let name = path.display().to_string();
        let hint = format!("Write a workbook with write_xlsx({name:?}, rows), or :xlsx at the prompt.");
        return Err(Error::usage_with_hint(
            format!("{name} is the name of a workbook, not of a CSV file"),
            hint,
        ));
    }
    Ok(())
}

/// One write: the target, the content and its columns.
struct CsvWriteJob<'a> {
    path: &'a Path,
    if_exists: IfExists,
    content: &'a TableContent,
    columns: &'a [String],
    interrupt: &'a Interrupt,
}

impl CsvWriteJob<'_> {
    /// Writes a new file, or replaces one.
    fn fill(&self, format: &CsvFormat) -> Result<WrittenCsv> {
        self.write(&mut |file| {
            if format.has_mark() {
                EncodingWriter::new(&mut *file, format.encoding)
                    .write_all("\u{feff}".as_bytes())
                    .map_err(|error| unusable(self.path, error))?;
            }
            let mut writer = writer_of(file, format);
            let header = match (self.columns, self.content.documented()) {
                ([], []) => Ok(()),
                ([], documented) => writer.row(documented),
                (columns, _) => writer.row(columns),
            };
            header.map_err(|error| unusable(self.path, error))?;
            self.rows(&mut writer, self.columns)
        })
    }

    /// Writes the old rows and the new ones under the existing header, as the file is written.
    fn append(&self, session: &Session, format: &CsvFormat) -> Result<WrittenCsv> {
        let given = CsvOptions { encoding: format.given_encoding(), ..CsvOptions::default() };
        let options = TableOptions { csv: given, ..TableOptions::default() };
        // What the operator says about the lines above a header is about the files that people made.
        let mut options = options.with_defaults(session);
        options.sheet.header_row = None;
        let old = TableFile::open_as_told(session, self.path, &options, AcceptedFormat::Csv)?;
        let header = old.rows()?.header.all_names();
        let known: HashSet<_> = header.iter().collect();
        if let Some(new) = self.columns.iter().find(|column| !known.contains(column)) {
            let names: Vec<_> = header.iter().filter(|name| !name.is_empty()).map(String::as_str).collect();
            let message = format!("the file has no column `{new}`; it has `{}`", names.join("`, `"));
            return Err(unusable(self.path, message));
        }
        let format = match old.dialect() {
            Some(dialect) => format.like(dialect).map_err(|message| unusable(self.path, message))?,
            None => *format,
        };
        self.write(&mut |file| {
            copy(&mut old.bytes(), file, &format).map_err(|error| unusable(self.path, error))?;
            self.rows(&mut writer_of(file, &format), &header)
        })
    }

    /// Writes the rows under a header; only the columns of this job are filled.
    fn rows<W: Write>(&self, writer: &mut CsvWriter<W>, header: &[String]) -> Result<usize> {
        let mut rows = 0;
        let wanted: HashSet<_> = self.columns.iter().collect();
        let filled: Vec<_> = header.iter().map(|name| (name, wanted.contains(name))).collect();
        self.content.each(&mut |row| {
            self.interrupt.check()?;
            let value = |(name, is_filled): &(&String, bool)| row.get(*name).filter(|_| *is_filled);
            let cells = filled.iter().map(|column| value(column).map(cell).unwrap_or_default());
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

fn writer_of<'f>(
    file: &'f mut dyn Write,
    format: &CsvFormat,
) -> CsvWriter<EncodingWriter<&'f mut dyn Write>> {
    CsvWriter::with(EncodingWriter::new(file, format.encoding), format.style)
}

fn unusable(path: &Path, problem: impl Into<FileProblem>) -> Error {
    Error::file(path.display().to_string(), problem)
}

fn is_missing_or_empty(path: &Path) -> Result<bool> {
    let mut first = [0];
    match file_door::open(path).and_then(|mut file| file.read(&mut first)) {
        Ok(count) => Ok(count == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(unusable(path, error)),
    }
}

/// Copies a file and ends it with a line end, so that rows can be appended.
fn copy(old: &mut dyn Read, new: &mut dyn Write, format: &CsvFormat) -> io::Result<()> {
    let line_end = format.encoding.encode(format.style.line_end.text()).unwrap_or_default();
    let (mut piece, mut last) = (vec![0; 1 << 16], Vec::new());
    loop {
        let count = old.read(&mut piece)?;
        if count == 0 {
            break;
        }
        new.write_all(&piece[..count])?;
        last.extend_from_slice(&piece[..count]);
        last.drain(..last.len().saturating_sub(line_end.len()));
    }
    if last == line_end { Ok(()) } else { new.write_all(&line_end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::engine::offline;
    use crate::store::encoding::FileEncoding;
    use rhai::Engine;
    use std::fs;
    use std::rc::Rc;

    fn session() -> Rc<Session> {
        offline::session(Rc::new(offline::RecordingConsole::default()))
    }

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("people.csv")
        }

        fn write(&self, rows: &str, columns: Option<&[&str]>, if_exists: IfExists) -> Result<WrittenCsv> {
            let content = TableContent::of(Engine::new().eval(rows).unwrap()).unwrap();
            let columns = columns.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            let plan = CsvWritePlan { columns, if_exists, ..CsvWritePlan::default() };
            write(&session(), &self.path(), &content, &plan)
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
    fn appending_keeps_the_marks_the_delimiter_the_line_ends_and_the_encoding() {
        let folder = Folder::new();
        for (label, mark) in [
            ("utf-8", "\u{feff}"),
            ("utf-8", ""),
            ("utf-16", "\u{feff}"),
            ("utf-16", ""),
            ("windows-1252", ""),
        ] {
            let encoding = FileEncoding::parse(label).unwrap();
            for (delimiter, end) in [(',', "\n"), (';', "\r\n"), ('\t', "\r\n")] {
                let lines = |lines: &[&str]| {
                    format!("{mark}{}", lines.join(end)).replace('|', &delimiter.to_string())
                };
                let old = lines(&["a||b", "é||cafés", "à||naïve"]);
                fs::write(folder.path(), encoding.encode(&old).unwrap()).unwrap();
                folder.write(r#"[#{a: "été", b: 4}]"#, None, IfExists::Append).unwrap();
                let expected = lines(&["a||b", "é||cafés", "à||naïve", "été||4", ""]);
                let bytes = fs::read(folder.path()).unwrap();
                assert_eq!(
                    bytes,
                    encoding.encode(&expected).unwrap(),
                    "{label} {mark:?} {delimiter:?} {end:?}"
                );
            }
        }
    }

    #[test]
    fn a_character_that_the_file_cannot_hold_leaves_the_file() {
        let folder = Folder::new();
        let old = FileEncoding::parse("windows-1252").unwrap().encode("a\ncafé\nété\nnaïve\n").unwrap();
        fs::write(folder.path(), &old).unwrap();
        let error = folder.write(r#"[#{a: "Łódź"}]"#, None, IfExists::Append).unwrap_err().to_string();
        assert!(
            error.ends_with("the encoding windows-1252 has no character `Ł`; \"utf-8\" has it"),
            "{error}"
        );
        assert_eq!(fs::read(folder.path()).unwrap(), old);
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
        let session = session();
        session.interrupt().request();
        let content = TableContent::of(Engine::new().eval("[1]").unwrap()).unwrap();
        let error = write(&session, &folder.path(), &content, &CsvWritePlan::default()).unwrap_err();
        assert_eq!(error.kind.name(), "interrupted");
        assert!(!folder.path().exists());
    }
}
