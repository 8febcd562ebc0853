//! A row of a CSV file in scripts. It reads like a map; an unknown column is an error.

use crate::did_you_mean::nearest;
use crate::error::{Error, Result};
use crate::host::binding::{INDEXER, getter};
use crate::host::thrown::ThrowAt;
use crate::tabular;
use crate::values::script_value::{self, ScriptValue};
use rhai::{Array, Dynamic, Engine, ImmutableString, Map, NativeCallContext};
use serde_json::Value;
use std::rc::Rc;

/// A row. Clones share it.
#[derive(Debug, Clone)]
pub struct CsvRow(Rc<RowContent>);

#[derive(Debug)]
struct RowContent {
    header: Rc<CsvHeader>,
    line: usize,
    cells: Vec<ImmutableString>,
}

/// The file and the columns that the rows of one file share.
#[derive(Debug)]
pub struct CsvHeader {
    /// The file, for messages.
    pub file: String,
    /// The columns, in the file's order.
    pub columns: Vec<CsvColumn>,
    /// The 0-based cells of columns without a name, which must be blank in every row.
    pub nameless: Vec<usize>,
}

/// A column.
#[derive(Debug)]
pub struct CsvColumn {
    /// Its name in the header.
    pub name: ImmutableString,
    /// Whether its cells are lists.
    pub is_list: bool,
}

impl CsvHeader {
    /// The names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The column of a 0-based cell.
    pub(super) fn column_of(&self, cell: usize) -> Option<&CsvColumn> {
        let before = self.nameless.iter().filter(|nameless| **nameless < cell).count();
        if self.nameless.contains(&cell) { None } else { self.columns.get(cell - before) }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

impl CsvRow {
    /// A row that has a cell for every column of the header.
    pub fn new(header: &Rc<CsvHeader>, line: usize, cells: Vec<ImmutableString>) -> Self {
        Self(Rc::new(RowContent { header: Rc::clone(header), line, cells }))
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
        self.0.header.place(column).and_then(|place| self.0.cells.get(place)).map(ImmutableString::as_str)
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
        let place = self.0.header.place(column)?;
        let cell = self.0.cells.get(place)?;
        if self.0.header.columns[place].is_list {
            Some(tabular::list(cell).into_iter().map(Dynamic::from).collect::<Array>().into())
        } else {
            Some(cell.clone().into())
        }
    }

    fn unknown(&self, column: &str) -> Error {
        let names: Vec<_> = self.0.header.names().collect();
        let message = format!("{} has no column `{column}`", self.0.header.file);
        let listed = format!("It has `{}`.", names.join("`, `"));
        match nearest(column, names) {
            Some(near) => Error::usage_with_hint(message, format!("Did you mean `{near}`? {listed}")),
            None => Error::usage_with_hint(message, listed),
        }
    }

    /// Column by column, in the file's order.
    fn entries(&self) -> impl Iterator<Item = (&ImmutableString, Dynamic)> {
        let columns = self.0.header.columns.iter();
        columns.filter_map(|column| Some((&column.name, self.find(&column.name)?)))
    }

    /// The row as JSON: strings, and lists for list columns.
    pub fn to_json(&self) -> Value {
        let columns = self.0.header.columns.iter().zip(&self.0.cells);
        let entries = columns.map(|(column, cell)| {
            let value = if column.is_list { tabular::list(cell).into() } else { Value::from(cell.as_str()) };
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

impl PartialEq for CsvRow {
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

impl ScriptValue for CsvRow {
    const NAME: &'static str = "Row";

    fn to_json(&self) -> Result<Value> {
        Ok(CsvRow::to_json(self))
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
    script_value::register::<CsvRow>(engine);
    engine.register_fn(INDEXER, |context: NativeCallContext, row: &mut CsvRow, column: &str| {
        row.read(column).at(&context)
    });
    // The engine makes a property of this name an error on every value, which would hide the column.
    engine.register_fn(getter("tag"), |context: NativeCallContext, row: &mut CsvRow| {
        row.read("tag").at(&context)
    });
    engine.register_fn("get", |row: &mut CsvRow, column: &str| row.find(column).unwrap_or(Dynamic::UNIT));
    engine.register_fn("contains", |row: &mut CsvRow, column: &str| row.text(column).is_some());
    engine.register_fn("keys", |row: &mut CsvRow| row.keys());
    engine.register_fn("to_map", |row: &mut CsvRow| row.to_map());
    engine.register_fn("to_string", |row: &mut CsvRow| row.to_json().to_string());
    engine.register_fn("to_debug", |row: &mut CsvRow| row.to_json().to_string());
    engine.register_fn("==", |one: &mut CsvRow, other: CsvRow| *one == other);
    engine.register_fn("!=", |one: &mut CsvRow, other: CsvRow| *one != other);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::csv::reader::{CsvReader, CsvShape};
    use rhai::Scope;
    use std::path::Path;

    fn eval(code: &str) -> Dynamic {
        let shape = CsvShape { lists: vec!["groups".into()], ..CsvShape::default() };
        let text = "email,groups,tag\na@example.com,\"A, B\",t\n";
        let row = CsvReader::new(Path::new("people.csv"), text.as_bytes(), &shape).unwrap().next().unwrap();
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
