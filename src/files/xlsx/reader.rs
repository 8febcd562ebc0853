//! Reads a sheet of a workbook into rows like those of a CSV file.

use super::cell_text::{address, text_of};
use super::hidden_rows::hidden_rows;
use super::sheet_options::{HiddenRows, SheetOptions};
use super::watched::{Watch, WatchedPass};
use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::files::table::header::{COLUMN_LIMIT, TableHeader};
use crate::files::table::row::{BadRow, ParsedRow, TableRow};
use crate::files::table::shape::TableShape;
use crate::store::input_file::InputFile;
use calamine::{Reader, SheetType, SheetVisible, Xlsx};
use std::collections::HashSet;
use std::io::{BufReader, Read, Seek};
use std::rc::Rc;
use zip::ZipArchive;

/// The most that the strings of a workbook may take, unpacked: they are all kept in memory.
const STRINGS_LIMIT: u64 = 512 << 20;
/// The part of a workbook with the strings.
const STRINGS: &str = "xl/sharedStrings.xml";
/// The hidden rows that a message names.
const SHOWN_ROWS: usize = 10;

type Workbook<'w> = Xlsx<BufReader<WatchedPass<'w>>>;

/// The rows of a sheet.
pub(crate) struct SheetRows {
    /// The header.
    pub(crate) header: Rc<TableHeader>,
    /// The rows below it.
    pub(crate) rows: Vec<ParsedRow>,
}

/// A sheet as it is in the file, without any shape.
#[derive(Debug)]
pub(crate) struct RawSheet {
    /// The file and the sheet, for messages.
    name: String,
    rows: Vec<SheetRow>,
    hidden: HashSet<u32>,
}

/// A row that is not blank: its 0-based number, the text of its cells, and the first error in one.
#[derive(Debug, Clone)]
struct SheetRow {
    number: u32,
    cells: Vec<String>,
    problem: Option<String>,
}

/// Reads the sheet that the options name, or the only one with rows. `check` is called for every row.
///
/// # Errors
/// `file`: it is not a workbook, or has several sheets with rows and the options do not name one. What `check` returns,
/// which is also called while the file is unpacked.
pub(crate) fn read(
    file: &InputFile,
    options: &SheetOptions,
    check: &dyn Fn() -> Result<()>,
) -> Result<RawSheet> {
    let name = file.path().display().to_string();
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::file(name.clone(), format!("the workbook cannot be read: {error}"))
            .with_file_hint("Open it in Excel and save it as .xlsx, without a password.")
    };
    let watch = Watch::new(check);
    let source = || BufReader::new(watch.over(file.pass()));
    let work = || {
        check_size(source()).map_err(|error| unreadable(&error))?;
        let mut workbook = Workbook::new(source()).map_err(|error| unreadable(&error))?;
        let sheet = chosen_sheet(&mut workbook, &name, options)?;
        let rows = rows_of(&mut workbook, &sheet, check, &unreadable)?;
        let hidden = hidden_rows(source(), &sheet).map_err(|error| unreadable(&error))?;
        Ok(RawSheet { name: format!("{name}:{sheet}"), rows, hidden })
    };
    watch.run(work, || unreadable(&"it has places that no sheet has"))
}

fn check_size(source: impl Read + Seek) -> std::result::Result<(), String> {
    let mut archive = ZipArchive::new(source).map_err(|error| error.to_string())?;
    match archive.by_name(STRINGS) {
        Ok(strings) if strings.size() > STRINGS_LIMIT => {
            Err(format!("its strings take {} MiB; the limit is 512 MiB", strings.size() >> 20))
        }
        _ => Ok(()),
    }
}

/// The sheet to read.
fn chosen_sheet(workbook: &mut Workbook<'_>, file: &str, options: &SheetOptions) -> Result<String> {
    let sheets: Vec<_> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    if let Some(wanted) = &options.sheet {
        return named_sheet(file, &sheets, wanted);
    }
    let visible = sheets.iter().filter(|(_, visible)| *visible).map(|(name, _)| name.clone());
    let mut filled: Vec<_> = visible.filter(|name| has_cells(workbook, name)).collect();
    match filled.len() {
        1 => Ok(filled.remove(0)),
        0 => Err(Error::file(file, "the workbook has no rows in a visible sheet")),
        count => {
            let names = format!("`{}`", filled.join("`, `"));
            let error = Error::file(file, format!("the workbook has {count} sheets with rows: {names}"));
            Err(error.with_file_hint(format!("Say which one: #{{sheet: {:?}}}.", filled[0])))
        }
    }
}

fn named_sheet(file: &str, sheets: &[(String, bool)], wanted: &str) -> Result<String> {
    let names = || sheets.iter().map(|(name, _)| name.as_str());
    let same = names().find(|name| *name == wanted);
    if let Some(name) = same.or_else(|| names().find(|name| name.to_lowercase() == wanted.to_lowercase())) {
        return Ok(name.to_owned());
    }
    let near = nearest(wanted, names()).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
    let listed = names().collect::<Vec<_>>().join("`, `");
    let error = Error::file(file, format!("the workbook has no sheet `{wanted}`"));
    Err(error.with_file_hint(format!("{near}It has `{listed}`.")))
}

fn has_cells(workbook: &mut Workbook<'_>, sheet: &str) -> bool {
    let Ok(mut cells) = workbook.worksheet_cells_reader(sheet) else { return true };
    loop {
        match cells.next_cell() {
            Ok(Some(cell)) if text_of(cell.get_value()).is_ok_and(|text| text.is_empty()) => {}
            Ok(found) => return found.is_some(),
            Err(_) => return true,
        }
    }
}

/// The rows of a sheet that are not blank.
fn rows_of(
    workbook: &mut Workbook<'_>,
    sheet: &str,
    check: &dyn Fn() -> Result<()>,
    unreadable: &dyn Fn(&dyn std::fmt::Display) -> Error,
) -> Result<Vec<SheetRow>> {
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| unreadable(&error))?;
    let mut rows: Vec<SheetRow> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
        let (number, column) = cell.get_position();
        if column as usize >= COLUMN_LIMIT {
            return Err(unreadable(&format!("{} is beyond the 10,000th column", address(number, column))));
        }
        let text = text_of(cell.get_value());
        if text.as_ref().is_ok_and(String::is_empty) {
            continue;
        }
        if rows.last().is_none_or(|row| row.number != number) {
            check()?;
            rows.push(SheetRow { number, cells: Vec::new(), problem: None });
        }
        let Some(row) = rows.last_mut() else { continue };
        row.cells.resize((column as usize + 1).max(row.cells.len()), String::new());
        match text {
            Ok(text) => row.cells[column as usize] = text,
            Err(error) => {
                let problem = format!("the cell {} has the error {error}", address(number, column));
                row.problem.get_or_insert(problem);
            }
        }
    }
    Ok(rows)
}

/// The rows of a sheet, which must have the shape.
///
/// # Errors
/// `file`: the header lacks a column; there are hidden rows, and the options do not say what to do.
pub(crate) fn table(sheet: &RawSheet, options: &SheetOptions, shape: &TableShape) -> Result<SheetRows> {
    let (file, hidden) = (sheet.name.clone(), &sheet.hidden);
    let first = options.header_row.map_or(0, |row| u32::try_from(row - 1).unwrap_or(u32::MAX));
    let mut rows = sheet.rows.iter().cloned().skip_while(|row| row.number < first);
    let top = rows.next().filter(|row| options.header_row.is_none() || row.number == first);
    let Some(top) = top else {
        let place = options.header_row.map_or(file.clone(), |row| format!("{file}:{row}"));
        return Err(Error::file(place, "there is no header"));
    };
    let place = format!("{file}:{}", top.number + 1);
    if let Some(problem) = top.problem {
        return Err(Error::file(place, problem));
    }
    let header = Rc::new(TableHeader::new(file, &place, top.cells, shape)?);
    let (unseen, seen): (Vec<_>, Vec<_>) = rows.partition(|row| hidden.contains(&row.number));
    let rows = match options.hidden {
        None if !unseen.is_empty() => return Err(hidden_error(&header.file, &unseen)),
        Some(HiddenRows::Read) => {
            let mut all = seen;
            all.extend(unseen);
            all.sort_by_key(|row| row.number);
            all
        }
        _ => seen,
    };
    let rows = rows.into_iter().map(|row| parsed(&header, row)).collect();
    Ok(SheetRows { header, rows })
}

fn parsed(header: &Rc<TableHeader>, row: SheetRow) -> ParsedRow {
    let parsed = TableRow::of_cells(header, row.number as usize + 1, &row.cells.into_iter().collect())?;
    match row.problem {
        Some(message) => Err(BadRow { row: parsed, message }),
        None => Ok(parsed),
    }
}

fn hidden_error(file: &str, rows: &[SheetRow]) -> Error {
    let mut numbers: Vec<_> = rows.iter().take(SHOWN_ROWS).map(|row| (row.number + 1).to_string()).collect();
    if rows.len() > SHOWN_ROWS {
        numbers.push(format!("and {} more", rows.len() - SHOWN_ROWS));
    }
    let what = if rows.len() == 1 { "a hidden row" } else { "hidden rows" };
    let message = format!("the sheet has {what}, perhaps through a filter: {}", numbers.join(", "));
    Error::file(file, message).with_file_hint(
        "Say whether they are meant: #{hidden: \"skip\"} leaves them out, #{hidden: \"read\"} reads them.",
    )
}
