//! Files, and CSV files in them: read as a whole, written when they are closed.

use super::expressions::{RhaiCode, is_repeatable, level};
use super::names;
use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{CsvWriting, OpenFile, Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// Notes an opened file under a name. Returns the lines that it needs.
    pub(super) fn open_file(&mut self, name: &str, call: &PyCall) -> Translated<Vec<String>> {
        let Some(path) = call.arguments.first().or_else(|| call.keyword("file")) else {
            return left("`open`");
        };
        let mode = match call.arguments.get(1).or_else(|| call.keyword("mode")) {
            None => "r",
            Some(mode) => match mode.text() {
                Some(mode) => mode,
                None => return left("a file with a computed mode"),
            },
        };
        if mode.contains('b') {
            return left("a file of bytes");
        }
        if mode.contains('+') {
            return left("a file that is read and written");
        }
        let encoding = call.keyword("encoding").and_then(PyNode::text).map(str::to_lowercase);
        let encoding = encoding
            .filter(|name| !["utf-8", "utf8", "utf-8-sig", "utf_8", "ascii"].contains(&name.as_str()));
        let mut lines = Vec::new();
        let code = self.plain(path)?;
        let path = if is_repeatable(path) && path.call().is_none() {
            code
        } else {
            let variable = self.fresh(&format!("{name}_path"));
            lines.push(format!("let {variable} = {code};"));
            variable
        };
        let is_written = mode.starts_with(['w', 'a', 'x']);
        let text = names::variable(&format!("{name}_text"));
        if is_written {
            lines.push(format!("let {text} = \"\";"));
        }
        let file =
            OpenFile { path, is_written, is_appended: mode.starts_with('a'), text, encoding, writes: false };
        self.scope.files.insert(name.to_owned(), file);
        Ok(lines)
    }

    /// The lines that write a file that is closed.
    pub(super) fn close_file(&mut self, name: &str) -> Vec<String> {
        let Some(file) = self.scope.files.remove(name) else { return Vec::new() };
        let writers: Vec<_> = self
            .scope
            .writers
            .iter()
            .filter(|(_, writing)| writing.file == name)
            .map(|(key, writing)| (key.clone(), writing.clone()))
            .collect();
        if !file.is_written {
            return Vec::new();
        }
        let mut text = file.text.clone();
        for (key, writing) in &writers {
            self.scope.writers.remove(key);
            text = format!("{text} + {}({}, {})", self.helper("csv_text"), writing.rows, writing.mark);
        }
        if !file.writes && !writers.is_empty() {
            text = text.replacen(&format!("{} + ", file.text), "", 1);
        }
        let option = if file.is_appended { ", #{if_exists: \"append\"}" } else { "" };
        vec![format!("write_text({}, {text}{option});", file.path)]
    }

    fn known_file(&self, node: &PyNode) -> Option<&OpenFile> {
        self.scope.files.get(node.name()?)
    }

    /// The path of a file that is read.
    pub(super) fn path_of_file(&mut self, node: &PyNode) -> Translated<String> {
        if let Some(call) = node.call()
            && matches!(self.path_of(&call.function).as_deref(), Some("open" | "io.open" | "codecs.open"))
            && let [path, ..] = call.arguments.as_slice()
        {
            return self.plain(path);
        }
        if self.path_of(node).as_deref() == Some("sys.stdin") {
            return Ok("\"-\"".to_owned());
        }
        match self.known_file(node) {
            Some(file) if !file.is_written => Ok(file.path.clone()),
            _ => left("a file that is not opened here"),
        }
    }

    /// The variable with the text of a file that is written.
    pub(super) fn text_of_file(&mut self, node: &PyNode) -> Translated<String> {
        let Some(name) = node.name() else { return left("a file that is not opened here") };
        match self.scope.files.get_mut(name) {
            Some(file) if file.is_written => {
                file.writes = true;
                Ok(file.text.clone())
            }
            _ => left("a file that is not opened here"),
        }
    }

    /// The text of a file that is read.
    fn whole_text(&mut self, node: &PyNode) -> Translated<String> {
        let encoding = self.known_file(node).and_then(|file| file.encoding.clone());
        let path = self.path_of_file(node)?;
        Ok(match encoding {
            Some(encoding) => format!("read_text({path}, #{{encoding: \"{encoding}\"}})"),
            None => format!("read_text({path})"),
        })
    }

    /// The lines of a file, with their ends.
    pub(super) fn file_lines(&mut self, node: &PyNode) -> Translated<String> {
        let text = self.whole_text(node)?;
        Ok(format!("{}({text})", self.helper("with_line_ends")))
    }

    /// A method of a file or of a writer.
    pub(super) fn file_call(
        &mut self,
        of: &PyNode,
        method: &str,
        call: &PyCall,
    ) -> Translated<Option<RhaiCode>> {
        let arguments = call.arguments.as_slice();
        if let Some(code) = self.writer_call(of, method, call)? {
            return Ok(Some(code));
        }
        let is_file = self.known_file(of).is_some()
            || self.kind_of(of) == ValueKind::File
            || self.path_of(of).as_deref() == Some("sys.stdin");
        if !is_file {
            return Ok(None);
        }
        let code = match (method, arguments) {
            ("read", []) => RhaiCode::atom(self.whole_text(of)?),
            ("readlines", []) => RhaiCode::atom(self.file_lines(of)?),
            ("write", [text]) => {
                let text = self.plain(text)?;
                let variable = self.text_of_file(of)?;
                RhaiCode::of(format!("{variable} += {text}"), level::LOWEST)
            }
            ("writelines", [lines]) => {
                let lines = self.plain_iterated(lines)?.at(level::ATOM);
                let variable = self.text_of_file(of)?;
                RhaiCode::of(format!("{variable} += {lines}.join(\"\")"), level::LOWEST)
            }
            ("flush", []) => RhaiCode::atom("()"),
            ("close", []) => match of.name() {
                Some(name) => {
                    let mut lines = self.close_file(name);
                    match lines.pop() {
                        Some(line) => RhaiCode::atom(line.trim_end_matches(';').to_owned()),
                        None => RhaiCode::atom("()"),
                    }
                }
                None => return left("`close`"),
            },
            _ => return left(format!("`{method}` of a file")),
        };
        Ok(Some(code))
    }

    /// The rows of a CSV file.
    pub(super) fn csv_reader(&mut self, is_dict: bool, call: &PyCall) -> Translated<RhaiCode> {
        let Some(file) = call.arguments.first() else { return left("a reader without a file") };
        let mark = self.csv_mark(call)?;
        let text = match self.kind_of(file) {
            ValueKind::File => self.whole_text(file)?,
            _ => match file.call().map(|inner| (&inner.function.kind, inner)) {
                Some((PyExpression::Attribute(of, method), _)) if method == "splitlines" => self.plain(of)?,
                _ => self.whole_text(file)?,
            },
        };
        if !is_dict {
            return Ok(RhaiCode::atom(format!("{}({text}, {mark})", self.helper("csv_lists"))));
        }
        let columns = call.arguments.get(1).or_else(|| call.keyword("fieldnames"));
        let columns = match columns {
            Some(columns) => self.plain(columns)?,
            None => "()".to_owned(),
        };
        Ok(RhaiCode::atom(format!("{}({text}, {mark}, {columns})", self.helper("csv_rows"))))
    }

    /// The character between cells.
    fn csv_mark(&mut self, call: &PyCall) -> Translated<String> {
        let mut mark = "\",\"".to_owned();
        for (name, value) in &call.keywords {
            match name.as_deref() {
                Some("delimiter") => mark = self.plain(value)?,
                Some("dialect") if value.text() == Some("excel") => {}
                Some("dialect") if value.text() == Some("excel-tab") => "\"\\t\"".clone_into(&mut mark),
                Some("quotechar") if value.text() == Some("\"") => {}
                Some("quoting") if value.path().is_some_and(|path| path.ends_with("QUOTE_MINIMAL")) => {}
                Some("fieldnames") => {}
                Some("lineterminator") if value.text() == Some("\r\n") => {}
                _ => {
                    return left(format!("the argument `{}` of a CSV file", name.as_deref().unwrap_or("**")));
                }
            }
        }
        Ok(mark)
    }

    /// Notes a writer under a name. Returns the lines that it needs.
    pub(super) fn open_writer(
        &mut self,
        name: &str,
        is_dict: bool,
        call: &PyCall,
    ) -> Translated<Vec<String>> {
        let Some(file) = call.arguments.first().and_then(PyNode::name).map(str::to_owned) else {
            return left("a writer without a file");
        };
        if !self.scope.files.get(&file).is_some_and(|file| file.is_written) {
            return left("a writer of a file that is not opened here");
        }
        let rows = names::variable(name);
        let mark = self.csv_mark(call)?;
        let mut lines = Vec::new();
        let mut columns = None;
        if is_dict {
            let given = call.arguments.get(1).or_else(|| call.keyword("fieldnames"));
            let Some(given) = given else { return left("a writer without columns") };
            let code = self.plain(given)?;
            if given.name().is_some() {
                columns = Some(code);
            } else {
                let variable = self.fresh(&format!("{rows}_columns"));
                lines.push(format!("let {variable} = {code};"));
                columns = Some(variable);
            }
        }
        lines.push(format!("let {rows} = [];"));
        self.scope.writers.insert(name.to_owned(), CsvWriting { file, rows, columns, mark });
        Ok(lines)
    }

    fn writer_call(&mut self, of: &PyNode, method: &str, call: &PyCall) -> Translated<Option<RhaiCode>> {
        let Some(writing) = of.name().and_then(|name| self.scope.writers.get(name)).cloned() else {
            return Ok(None);
        };
        let rows = &writing.rows;
        let code = match (method, call.arguments.as_slice(), &writing.columns) {
            ("writeheader", [], Some(columns)) => RhaiCode::atom(format!("{rows}.push({columns})")),
            ("writerow", [row], None) => {
                let code = self.plain(row)?;
                match self.kind_of(row) {
                    ValueKind::Map(_) | ValueKind::Text => return left("a row that is not a list"),
                    _ => RhaiCode::atom(format!("{rows}.push({code})")),
                }
            }
            ("writerows", [list], None) => {
                let list = self.plain_iterated(list)?.text;
                RhaiCode::of(format!("{rows} += {list}"), level::LOWEST)
            }
            ("writerow", [row], Some(columns)) => {
                let code = self.plain(row)?;
                let code = if is_repeatable(row) {
                    code
                } else {
                    let name = self.fresh("row");
                    self.before.push(format!("let {name} = {code};"));
                    name
                };
                RhaiCode::atom(format!("{rows}.push({columns}.map(|column| {code}[column]))"))
            }
            ("writerows", [list], Some(columns)) => {
                let list = self.plain_iterated(list)?.at(level::ATOM);
                RhaiCode::of(
                    format!("{rows} += {list}.map(|row| {columns}.map(|column| row[column]))"),
                    level::LOWEST,
                )
            }
            _ => return left(format!("`{method}` of a writer")),
        };
        Ok(Some(code))
    }
}
