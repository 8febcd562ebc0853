//! Expressions.

use super::names;
use super::syntax::{PyExpression, PyNode};
use super::translator::{KnownFunction, NamePlace, Translated, Translator, left};
use super::value_kind::ValueKind;

/// How tightly an expression of Rhai binds.
pub(super) mod level {
    pub(in super::super) const LOWEST: u8 = 0;
    pub(in super::super) const OR: u8 = 1;
    pub(in super::super) const AND: u8 = 2;
    pub(in super::super) const EQUAL: u8 = 3;
    pub(in super::super) const COMPARE: u8 = 4;
    pub(in super::super) const DEFAULT: u8 = 5;
    pub(in super::super) const SUM: u8 = 6;
    pub(in super::super) const PRODUCT: u8 = 7;
    pub(in super::super) const POWER: u8 = 8;
    pub(in super::super) const UNARY: u8 = 9;
    pub(in super::super) const ATOM: u8 = 10;
}

/// An expression of Rhai.
#[derive(Debug, Clone)]
pub(super) struct RhaiCode {
    pub(super) text: String,
    pub(super) level: u8,
}

impl RhaiCode {
    pub(super) fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), level: level::ATOM }
    }

    pub(super) fn of(text: impl Into<String>, level: u8) -> Self {
        Self { text: text.into(), level }
    }

    /// In parentheses unless it binds at least as tightly.
    pub(super) fn at(self, least: u8) -> String {
        if self.level < least { format!("({})", self.text) } else { self.text }
    }
}

/// A string as Rhai writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            letter if letter.is_control() => written.extend(["\\u", &format!("{:04x}", u32::from(letter))]),
            letter => written.push(letter),
        }
    }
    written.push('"');
    written
}

/// Whether a map can have the key without quotes.
pub(super) fn is_plain_key(key: &str) -> bool {
    names::variable(key) == key
        && key.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

impl Translator<'_> {
    /// An expression as text, with parentheses if it binds less tightly.
    pub(super) fn value(&mut self, node: &PyNode, least: u8) -> Translated<String> {
        Ok(self.expression(node)?.at(least))
    }

    /// An expression where anything may stand.
    pub(super) fn plain(&mut self, node: &PyNode) -> Translated<String> {
        self.value(node, level::LOWEST)
    }

    /// Several expressions.
    pub(super) fn plains(&mut self, nodes: &[PyNode]) -> Translated<Vec<String>> {
        let mut parts = Vec::new();
        for node in nodes {
            self.in_order(&mut parts, node, |translator| translator.plain(node))?;
        }
        Ok(parts.into_iter().map(|part| part.code).collect())
    }

    pub(super) fn expression(&mut self, node: &PyNode) -> Translated<RhaiCode> {
        use PyExpression as E;
        match &node.kind {
            E::None => Ok(RhaiCode::atom("()")),
            E::Bool(value) => Ok(RhaiCode::atom(value.to_string())),
            E::Int(digits) => match digits.parse::<i64>() {
                Ok(_) => Ok(RhaiCode::atom(digits.clone())),
                Err(_) => left("a number beyond 64 bits"),
            },
            E::Float(number) => Ok(RhaiCode::atom(float(*number))),
            E::Text(text) | E::Bytes(text) => Ok(RhaiCode::atom(quoted(text))),
            E::Format(parts) => self.format_string(parts),
            E::Name(name) => self.name(name),
            E::Attribute(of, name) => self.attribute(of, name),
            E::Index(of, index) => self.entry(of, index),
            E::Slice { of, start, end, step } => {
                self.slice(of, start.as_deref(), end.as_deref(), step.as_deref())
            }
            E::Call(call) => self.call(node, call),
            E::Binary(first, operator, second) => self.operation(first, *operator, second),
            E::Not(inner) => self.negated(inner),
            E::Negative(inner) => {
                Ok(RhaiCode::of(format!("-{}", self.value(inner, level::ATOM)?), level::UNARY))
            }
            E::Logic { is_and, values } => self.logic(*is_and, values),
            E::Compare(first, rest) => self.comparison(first, rest),
            E::Conditional { test, then, otherwise } => {
                let test = self.condition(test)?;
                let then = self.at_times(|translator| translator.plain(then))?;
                let otherwise = self.at_times(|translator| translator.plain(otherwise))?;
                Ok(RhaiCode::of(format!("if {test} {{ {then} }} else {{ {otherwise} }}"), level::LOWEST))
            }
            E::List(items) | E::Tuple(items) => self.list(node, items),
            E::Set(items) => {
                let list = self.list(node, items)?;
                Ok(RhaiCode::atom(format!("{}.unique()", list.text)))
            }
            E::Dict(entries) => self.map(node, entries),
            E::Comprehension { kind, key, value, loops } => {
                self.comprehension(*kind, key.as_deref(), value, loops)
            }
            E::Lambda { parameters, body } => {
                let body = self.in_closure(parameters, |translator| translator.plain(body))?;
                let names: Vec<_> = parameters.iter().map(|name| names::variable(name)).collect();
                Ok(RhaiCode::of(format!("|{}| {body}", names.join(", ")), level::LOWEST))
            }
            E::Starred(_) => left("`*` before a list"),
            E::Other(what) => left(format!("`{what}`")),
        }
    }

    /// Translates the body of a closure.
    pub(super) fn in_closure<T>(
        &mut self,
        parameters: &[String],
        body: impl FnOnce(&mut Self) -> Translated<T>,
    ) -> Translated<T> {
        let length = self.scope.bound.len();
        let kinds = self.scope.kinds.clone();
        self.scope.bound.extend(parameters.iter().cloned());
        self.scope.closure_depth += 1;
        let result = body(self);
        self.scope.closure_depth -= 1;
        self.scope.bound.truncate(length);
        self.scope.kinds = kinds;
        result
    }

    fn name(&mut self, name: &str) -> Translated<RhaiCode> {
        if self.scope.bound.iter().any(|bound| bound == name) {
            return Ok(RhaiCode::atom(names::variable(name)));
        }
        if let Some(alias) = self.scope.aliases.get(name).cloned() {
            return Ok(self.reached(alias));
        }
        if let Some((own, written)) = self.scope.own_object.clone()
            && own == name
        {
            return Ok(self.reached(written));
        }
        if self.scope.is_own(name) && !self.imports.contains_key(name) {
            return Ok(RhaiCode::atom(names::variable(name)));
        }
        if let Some(function) = self.functions.get(name) {
            if function.is_stateful || function.changed.is_some() || function.built_in.is_some() {
                return left(format!("`{name}` as a value"));
            }
            return Ok(RhaiCode::atom(format!("Fn({})", quoted(&Self::function_name(name)))));
        }
        if self.scope.function.is_none() && self.scope.is_declared(name) && !self.places.contains_key(name) {
            return Ok(RhaiCode::atom(names::variable(name)));
        }
        match self.places.get(name) {
            Some(NamePlace::Constant) if self.scope.function.is_some() => {
                Ok(RhaiCode::atom(format!("global::{}", names::variable(name))))
            }
            Some(NamePlace::State) => {
                let object = if self.scope.function.is_some() { "this" } else { "state" };
                Ok(self.reached(format!("{object}.{}", names::variable(name))))
            }
            Some(_) => Ok(RhaiCode::atom(names::variable(name))),
            None => match self.imports.get(name).map_or(name, String::as_str) {
                "__name__" => Ok(RhaiCode::atom("\"__main__\"")),
                "__file__" => Ok(RhaiCode::atom("\"script\"")),
                "string.ascii_uppercase" => Ok(RhaiCode::atom("\"ABCDEFGHIJKLMNOPQRSTUVWXYZ\"")),
                "str" => {
                    let helper = self.helper("text_of");
                    Ok(RhaiCode::of(format!("|value| {helper}(value)"), level::LOWEST))
                }
                "int" => {
                    let helper = self.helper("int_of");
                    Ok(RhaiCode::of(format!("|value| {helper}(value)"), level::LOWEST))
                }
                "len" => Ok(RhaiCode::of("|value| value.len()", level::LOWEST)),
                other => left(format!("the name `{other}`")),
            },
        }
    }

    /// An expression that begins with `this` or `state`, which a closure does not see: a variable before the statement
    /// has its value.
    fn reached(&mut self, path: String) -> RhaiCode {
        let is_object = path == "this" || path.starts_with("this.") || path.starts_with("state.");
        if self.scope.closure_depth == 0 || !is_object {
            return RhaiCode::atom(path);
        }
        let start: String = path
            .rsplit('.')
            .next()
            .unwrap_or("value")
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let name = self.fresh(&format!("{start}_now"));
        self.before.push(format!("let {name} = {path};"));
        RhaiCode::atom(name)
    }

    fn attribute(&mut self, of: &PyNode, name: &str) -> Translated<RhaiCode> {
        if let Some(path) = self.path_of_attribute(of, name)
            && let Some(code) = Self::known_value(&path)
        {
            return Ok(code);
        }
        if self.is_left_value(of) {
            return left(format!("`{name}` of a value that is left"));
        }
        let kind = self.kind_of(of);
        if let Some(code) = self.response_field(of, name, &kind)? {
            return Ok(code);
        }
        if let ValueKind::Object(class) = &kind
            && self.classes.get(class).is_some_and(|class| class.properties.contains(name))
        {
            let written =
                self.classes.get(class).and_then(|class| class.methods.get(name)).map(KnownFunction::written);
            let object = self.value(of, level::ATOM)?;
            return Ok(RhaiCode::atom(format!("{object}.{}()", written.unwrap_or_default())));
        }
        match (&kind, name) {
            (ValueKind::Path, _) => return self.path_field(of, name),
            (ValueKind::Moment(_) | ValueKind::Seconds | ValueKind::Days, _) => {
                return self.time_field(of, name, &kind);
            }
            (ValueKind::Bytes, _) => return left(format!("`{name}` of bytes")),
            (ValueKind::Error, "args") => {
                return Ok(RhaiCode::atom(format!("[{}.message]", self.value(of, level::ATOM)?)));
            }
            (ValueKind::Error, "response") => {
                return Ok(RhaiCode::atom(format!("{}.response", self.value(of, level::ATOM)?)));
            }
            _ => {}
        }
        if let Some(class) = of.name().filter(|class| self.classes.contains_key(*class)) {
            return left(format!("the attribute `{name}` of the class `{class}`"));
        }
        match kind {
            ValueKind::Object(_)
            | ValueKind::Options
            | ValueKind::Unknown
            | ValueKind::Error
            | ValueKind::Date => {
                if let Some(path) = self.path_of(of)
                    && self.imports.contains_key(of.root().unwrap_or_default())
                {
                    return left(format!("`{path}.{name}`"));
                }
                let object = self.value(of, level::ATOM)?;
                Ok(RhaiCode::atom(member(&object, name)))
            }
            _ => left(format!("the attribute `{name}`")),
        }
    }

    fn entry(&mut self, of: &PyNode, index: &PyNode) -> Translated<RhaiCode> {
        if let Some(code) = self.known_entry(of, index)? {
            return Ok(code);
        }
        let lowered = self.header_name(of, index);
        let index = lowered.as_ref().unwrap_or(index);
        let kind = self.kind_of(of);
        if kind == ValueKind::Set {
            return left("an entry of a set");
        }
        if kind == ValueKind::Bytes {
            return left("an entry of bytes");
        }
        if let ValueKind::DefaultMap(missing) = &kind {
            return self.default_entry(of, index, missing);
        }
        let object = self.value(of, level::ATOM)?;
        if kind == ValueKind::Counter {
            let key = self.key_of(of, index)?;
            return Ok(RhaiCode::of(format!("{object}[{key}] ?? 0"), level::DEFAULT));
        }
        if kind == ValueKind::Text {
            return Ok(RhaiCode::atom(format!("{object}[{}].to_string()", self.plain(index)?)));
        }
        let is_map = matches!(kind, ValueKind::Map(_) | ValueKind::Unknown | ValueKind::Config);
        if self.scope.catches_keys > 0 && is_map && self.kind_of(index) == ValueKind::Text {
            let key = self.key_of(of, index)?;
            return Ok(RhaiCode::atom(format!("{}({object}, {key})", self.helper("entry_of"))));
        }
        let is_place = kind == ValueKind::Unknown && self.kind_of(index) == ValueKind::Int;
        let key = if is_map && !is_place { self.key_of(of, index)? } else { self.plain(index)? };
        Ok(RhaiCode::atom(format!("{object}[{key}]")))
    }

    /// The key of a map, which is always a string.
    pub(super) fn key(&mut self, node: &PyNode) -> Translated<String> {
        match (&node.kind, self.kind_of(node)) {
            (PyExpression::Tuple(_), _) => left("a list as a key of a map"),
            (PyExpression::None | PyExpression::Bool(_), _) => left("a key that is not a string"),
            (PyExpression::Int(digits), _) => Ok(quoted(digits)),
            (_, ValueKind::Int) => Ok(format!("{}.to_string()", self.value(node, level::ATOM)?)),
            _ => self.plain(node),
        }
    }

    /// The key of an entry of a new map.
    pub(super) fn new_key(&mut self, node: &PyNode) -> Translated<String> {
        let kind = self.kind_of(node);
        if (kind.is_number() || kind == ValueKind::Bool) && !self.takes_numbers {
            return left("a key that is a number");
        }
        self.key(node)
    }

    fn slice(
        &mut self,
        of: &PyNode,
        start: Option<&PyNode>,
        end: Option<&PyNode>,
        step: Option<&PyNode>,
    ) -> Translated<RhaiCode> {
        if self.path_of(of).as_deref() == Some("sys.argv")
            && start.is_some_and(|start| matches!(&start.kind, PyExpression::Int(digits) if digits == "1"))
            && end.is_none()
        {
            return Ok(RhaiCode::atom("args()"));
        }
        if self.kind_of(of) == ValueKind::Bytes {
            return left("a part of bytes");
        }
        let object = self.value(of, level::ATOM)?;
        let mut bound = |part: Option<&PyNode>, missing: &str| match part {
            Some(part) => self.plain(part),
            None => Ok(missing.to_owned()),
        };
        let (from, to) = (bound(start, "()")?, bound(end, "()")?);
        let arguments = match (step, end) {
            (Some(step), _) => format!("{from}, {to}, {}", self.plain(step)?),
            (None, None) if start.is_some() => from,
            (None, _) => format!("{}, {to}", if start.is_some() { from } else { "0".to_owned() }),
        };
        Ok(RhaiCode::atom(format!("{object}.slice({arguments})")))
    }

    fn list(&mut self, node: &PyNode, items: &[PyNode]) -> Translated<RhaiCode> {
        if items.iter().any(|item| matches!(item.kind, PyExpression::Starred(_))) {
            let mut parts = Vec::new();
            for item in items {
                parts.push(match &item.kind {
                    PyExpression::Starred(inner) => self.value(inner, level::SUM)?,
                    _ => format!("[{}]", self.plain(item)?),
                });
            }
            return Ok(RhaiCode::of(parts.join(" + "), level::SUM));
        }
        self.brackets += 1;
        let codes = self.plains(items);
        self.brackets -= 1;
        let written = items.iter().zip(codes?).map(|(item, code)| (item.line, item.end, code)).collect();
        Ok(RhaiCode::atom(self.bracketed("[", written, "]", node)))
    }

    fn map(&mut self, node: &PyNode, entries: &[(Option<PyNode>, PyNode)]) -> Translated<RhaiCode> {
        let mut parts = Vec::new();
        let mut merged = Vec::new();
        self.brackets += 1;
        for (key, value) in entries {
            let Some(key) = key else {
                merged.push(self.value(value, level::SUM)?);
                continue;
            };
            let name = match &key.kind {
                PyExpression::Text(text) => text.clone(),
                PyExpression::Int(digits) if self.takes_numbers => digits.clone(),
                PyExpression::Bool(_) | PyExpression::None | PyExpression::Tuple(_) => {
                    self.brackets -= 1;
                    return left("a key that is not a string");
                }
                _ => {
                    self.brackets -= 1;
                    return self.map_of_pairs(entries);
                }
            };
            let name = self.fixed_key(key, name);
            let value = &self.fixed_deletion(&name, value);
            let shown = if is_plain_key(&name) { name } else { quoted(&name) };
            let line = key.line;
            let value_code = self.plain(value)?;
            parts.push((line, value.end, format!("{shown}: {value_code}")));
        }
        self.brackets -= 1;
        let written = self.bracketed("#{", parts, "}", node);
        if merged.is_empty() {
            return Ok(RhaiCode::atom(written));
        }
        // `{**a, "b": 1}`: the later entries win, which is so for those at the end.
        let own = if written == "#{}" { Vec::new() } else { vec![written] };
        let all: Vec<_> = merged.into_iter().chain(own).collect();
        Ok(RhaiCode::of(all.join(" + "), level::SUM))
    }

    /// A map with keys that are computed: a variable before the statement.
    fn map_of_pairs(&mut self, entries: &[(Option<PyNode>, PyNode)]) -> Translated<RhaiCode> {
        if self.scope.closure_depth > 0 {
            let mut pairs = Vec::new();
            for (key, value) in entries {
                let Some(key) = key else { return left("`**` in a map") };
                pairs.push(format!("map[{}] = {};", self.new_key(key)?, self.plain(value)?));
            }
            return Ok(RhaiCode::of(
                format!("{{ let map = #{{}}; {} map }}", pairs.join(" ")),
                level::LOWEST,
            ));
        }
        let name = self.fresh("map");
        let mut lines = vec![format!("let {name} = #{{}};")];
        for (key, value) in entries {
            match key {
                Some(key) => lines.push(format!("{name}[{}] = {};", self.new_key(key)?, self.plain(value)?)),
                None => lines.push(format!("{name} += {};", self.plain(value)?)),
            }
        }
        self.before.extend(lines);
        Ok(RhaiCode::atom(name))
    }

    /// Items between brackets, with the line breaks and comments of the source.
    pub(super) fn bracketed(
        &self,
        open: &str,
        items: Vec<(usize, usize, String)>,
        close: &str,
        node: &PyNode,
    ) -> String {
        let is_broken = items.iter().any(|(line, _, _)| *line != node.line);
        if !is_broken {
            let items: Vec<_> = items.into_iter().map(|(_, _, text)| text).collect();
            return format!("{open}{}{close}", items.join(", "));
        }
        let outer = format!("{}{}", self.writer.padding(), "    ".repeat(self.brackets));
        let inner = format!("{outer}    ");
        let mut written = open.to_owned();
        let mut line = node.line;
        let count = items.len();
        for (place, (first, last, text)) in items.into_iter().enumerate() {
            if first > line {
                written = written.trim_end().to_owned();
                written.push_str(&self.writer.trailing(line));
                for between in line + 1..first {
                    if self.writer.source(between).starts_with('#') {
                        written.extend(["\n", &inner, "//", &self.writer.comment_of(between)]);
                    }
                }
                written.push('\n');
                written.push_str(&inner);
            }
            written.push_str(&text);
            if place + 1 < count {
                written.push_str(", ");
            }
            line = last.max(first);
        }
        if node.end > line {
            written.push_str(&self.writer.trailing(line));
            for between in line + 1..node.end {
                if self.writer.source(between).starts_with('#') {
                    written.extend(["\n", &inner, "//", &self.writer.comment_of(between)]);
                }
            }
            written.push('\n');
            written.push_str(&outer);
        }
        written.push_str(close);
        written
    }
}

/// `object.name`, or `object["name"]` where the name is a word of Rhai.
pub(super) fn member(object: &str, name: &str) -> String {
    if is_plain_key(name) { format!("{object}.{name}") } else { format!("{object}[{}]", quoted(name)) }
}

/// Whether an expression can be evaluated twice.
pub(super) fn is_repeatable(node: &PyNode) -> bool {
    match &node.kind {
        PyExpression::Name(_)
        | PyExpression::Text(_)
        | PyExpression::Int(_)
        | PyExpression::None
        | PyExpression::Bool(_)
        | PyExpression::Float(_) => true,
        PyExpression::Attribute(of, _) => is_repeatable(of),
        PyExpression::Index(of, index) => is_repeatable(of) && is_repeatable(index),
        PyExpression::Call(call) => match &call.function.kind {
            PyExpression::Attribute(of, method) => {
                ["get", "strip", "lower", "upper", "items", "keys", "getenv"].contains(&method.as_str())
                    && is_repeatable(of)
                    && call.arguments.iter().all(is_repeatable)
                    && call.keywords.is_empty()
            }
            PyExpression::Name(name) => name == "len" && call.arguments.iter().all(is_repeatable),
            _ => false,
        },
        PyExpression::Negative(inner) | PyExpression::Not(inner) => is_repeatable(inner),
        PyExpression::Compare(one, rest) => {
            is_repeatable(one) && rest.iter().all(|(_, other)| is_repeatable(other))
        }
        PyExpression::Binary(one, _, other) => is_repeatable(one) && is_repeatable(other),
        _ => false,
    }
}

/// A float as Rhai writes it.
fn float(number: f64) -> String {
    let text = format!("{number}");
    if text.contains(['.', 'e', 'n', 'i']) { text } else { format!("{text}.0") }
}
