//! A row of a table in scripts. It reads like a map; an unknown column is an error.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::files::table::cells::RowCells;
use crate::files::table::header::TableHeader;
use crate::host::binding::{INDEXER, getter};
use crate::host::thrown::ThrowAt;
use crate::tabular;
use crate::values::script_value::{self, ScriptValue};
use rhai::{Array, Dynamic, Engine, ImmutableString, Map, NativeCallContext};
use serde_json::Value;
use std::rc::Rc;

/// A row. Clones share it.
#[derive(Debug, Clone)]
pub struct TableRow(Rc<RowContent>);

#[derive(Debug)]
struct RowContent {
    header: Rc<TableHeader>,
    line: usize,
    /// The cells of the columns, without blank ones at the end that the file leaves out.
    cells: RowCells,
}

/// A row that is not valid: with more cells than the header, for example.
#[derive(Debug)]
pub struct BadRow {
    /// The cells that belong to columns.
    pub row: TableRow,
    /// What is wrong.
    pub message: String,
}

/// A row, or why it is not a valid one; other rows can be read nevertheless.
pub type ParsedRow = std::result::Result<TableRow, BadRow>;

impl BadRow {
    /// The error for this row alone.
    pub fn error(&self) -> Error {
        Error::file(self.row.source(), self.message.clone())
    }
}

impl TableRow {
    /// The row with these cells, in the order of the file. Cells that are missing at the end are blank: Excel and
    /// PowerShell leave them out.
    ///
    /// # Errors
    /// The row has cells that belong to no column.
    pub(crate) fn of_cells(header: &Rc<TableHeader>, line: usize, cells: &RowCells) -> ParsedRow {
        let problem = Self::problem(header, cells);
        let cells = if header.has_all_names() {
            cells.first(header.width())
        } else {
            let named = cells.iter().enumerate().filter(|(place, _)| header.place_of(*place).is_some());
            named.map(|(_, cell)| cell).collect()
        };
        let row = Self(Rc::new(RowContent { header: Rc::clone(header), line, cells }));
        match problem {
            Some(message) => Err(BadRow { row, message }),
            None => Ok(row),
        }
    }

    /// The first cell that has text and belongs to no column, in words.
    fn problem(header: &TableHeader, cells: &RowCells) -> Option<String> {
        let (have, want) = (cells.len(), header.width());
        if have <= want && header.has_all_names() {
            return None;
        }
        let is_extra = |(place, cell): &(usize, &str)| header.place_of(*place).is_none() && !cell.is_empty();
        let (place, cell) = cells.iter().enumerate().find(is_extra)?;
        Some(if place < want {
            format!("column {} has no name, but the row has `{cell}` in it", place + 1)
        } else {
            format!(
                "the row has more cells than the header has columns ({have} instead of {want}): \
                 the first extra cell is `{cell}`"
            )
        })
    }

    /// The 1-based line of the file in which it begins.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The file and the line, such as `people.csv:14`.
    pub fn source(&self) -> String {
        format!("{}:{}", self.0.header.file, self.0.line)
    }

    /// A cell's text, trimmed; `None` when there is no such column.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.0.header.place(column).map(|place| self.cell_text(place))
    }

    /// The entries of a cell that is a list; `None` when there is no such column.
    pub fn list(&self, column: &str) -> Option<Vec<String>> {
        self.text(column).map(tabular::list)
    }

    /// A cell: a string, or a list if the column holds lists.
    ///
    /// # Errors
    /// `usage`: there is no such column; names the nearest and all.
    pub fn read(&self, column: &str) -> Result<Dynamic> {
        self.find(column).ok_or_else(|| self.unknown(column))
    }

    fn find(&self, column: &str) -> Option<Dynamic> {
        self.0.header.place(column).map(|place| self.cell(place))
    }

    /// The text of the cell of a column.
    fn cell_text(&self, place: usize) -> &str {
        self.0.cells.get(place).unwrap_or_default()
    }

    fn cell(&self, place: usize) -> Dynamic {
        let cell = self.cell_text(place);
        if self.0.header.columns[place].is_list {
            tabular::list(cell).into_iter().map(Dynamic::from).collect::<Array>().into()
        } else {
            cell.into()
        }
    }

    fn unknown(&self, column: &str) -> Error {
        let message = format!("{} has no column `{column}`", self.0.header.file);
        let listed = format!("It has {}.", self.0.header.listed());
        match nearest(column, self.0.header.names()) {
            Some(near) => Error::usage_with_hint(message, format!("Did you mean `{near}`? {listed}")),
            None => Error::usage_with_hint(message, listed),
        }
    }

    /// Column by column, in the file's order.
    fn entries(&self) -> impl Iterator<Item = (&ImmutableString, Dynamic)> {
        let columns = self.0.header.columns.iter().enumerate();
        columns.map(|(place, column)| (&column.name, self.cell(place)))
    }

    /// The row as JSON: strings, and lists for list columns.
    pub fn to_json(&self) -> Value {
        let columns = self.0.header.columns.iter().enumerate();
        let entries = columns.map(|(place, column)| {
            let cell = self.cell_text(place);
            let value = if column.is_list { tabular::list(cell).into() } else { Value::from(cell) };
            (column.name.to_string(), value)
        });
        Value::Object(entries.collect())
    }

    fn to_map(&self) -> Map {
        self.entries().map(|(name, value)| (name.as_str().into(), value)).collect()
    }

    fn keys(&self) -> Array {
        self.entries().map(|(name, _)| name.clone().into()).collect()
    }
}

impl PartialEq for TableRow {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

impl ScriptValue for TableRow {
    const NAME: &'static str = "Row";
    const IS_RECORD: bool = true;

    fn to_json(&self) -> Result<Value> {
        Ok(TableRow::to_json(self))
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        self.find(name)
    }

    fn field_names(&self) -> Vec<String> {
        self.0.header.names().map(str::to_owned).collect()
    }
}

/// Registers rows.
pub fn register(engine: &mut Engine) {
    script_value::register::<TableRow>(engine);
    engine.register_fn(INDEXER, |context: NativeCallContext, row: &mut TableRow, column: &str| {
        row.read(column).at(&context)
    });
    // The engine makes a property of this name an error on every value, which would hide the column.
    engine.register_fn(getter("tag"), |context: NativeCallContext, row: &mut TableRow| {
        row.read("tag").at(&context)
    });
    engine.register_fn("get", |row: &mut TableRow, column: &str| row.find(column).unwrap_or(Dynamic::UNIT));
    engine.register_fn("contains", |row: &mut TableRow, column: &str| row.text(column).is_some());
    engine.register_fn("keys", |row: &mut TableRow| row.keys());
    engine.register_fn("to_map", |row: &mut TableRow| row.to_map());
    engine.register_fn("to_string", |row: &mut TableRow| row.to_json().to_string());
    engine.register_fn("to_debug", |row: &mut TableRow| row.to_json().to_string());
    engine.register_fn("==", |one: &mut TableRow, other: TableRow| *one == other);
    engine.register_fn("!=", |one: &mut TableRow, other: TableRow| *one != other);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::table::shape::TableShape;
    use rhai::Scope;

    fn eval(code: &str) -> Dynamic {
        let shape = TableShape { lists: vec!["groups".into()], ..TableShape::default() };
        let texts = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        let names = texts(["email", "groups", "tag"]);
        let header = Rc::new(TableHeader::new("people.csv".into(), "people.csv:1", names, &shape).unwrap());
        let row = TableRow::of_cells(&header, 2, &["a@example.com", "A, B", "t"].into_iter().collect());
        let mut engine = Engine::new();
        register(&mut engine);
        let mut scope = Scope::new();
        scope.push("row", row.unwrap());
        engine.eval_with_scope(&mut scope, code).unwrap()
    }

    #[test]
    fn a_row_reads_like_a_map() {
        for (code, value) in [
            ("row.email", "a@example.com"),
            ("row[\"email\"]", "a@example.com"),
            ("row.tag", "t"),
            ("row.get(\"nothing\")", ""),
            ("\"email\" in row", "true"),
            ("\"mail\" in row", "false"),
            ("row.keys()", r#"["email", "groups", "tag"]"#),
            ("row.groups[1]", "B"),
            ("row.to_map().email", "a@example.com"),
            ("row == row", "true"),
            ("type_of(row)", "Row"),
        ] {
            assert_eq!(eval(code).to_string(), value, "{code}");
        }
    }

    #[test]
    fn it_prints_as_json_everywhere() {
        let json = r#"{"email":"a@example.com","groups":["A","B"],"tag":"t"}"#;
        assert_eq!(eval("row.to_string()").to_string(), json);
        assert_eq!(eval("[row].to_string()").to_string(), format!("[{json}]"));
    }

    #[test]
    fn an_unknown_column_names_the_nearest_and_all() {
        let code = "let said; try { row.emial } catch (e) { said = `${e.message} ${e.hint}` } said";
        assert_eq!(
            eval(code).to_string(),
            "people.csv has no column `emial` Did you mean `email`? It has `email`, `groups`, `tag`."
        );
    }
}
