//! Assignments.

use super::expressions::{RhaiCode, is_repeatable, level, member};
use super::names;
use super::report::LineOutcome;
use super::syntax::{PyExpression, PyNode, PyOperator, PyStatement};
use super::translator::{NamePlace, Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    pub(super) fn assign_statement(
        &mut self,
        statement: &PyStatement,
        targets: &[PyNode],
        value: &PyNode,
    ) -> Translated<()> {
        if let ([target], Some(call)) = (targets, value.call())
            && let Some(name) = target.name()
            && let Some(()) = self.assign_opened(statement, name, call)?
        {
            return Ok(());
        }
        if let [target] = targets
            && let Some(name) = target.name()
        {
            if self.moved_urls.get(name).is_some_and(|moved| moved.first == statement.first) {
                self.note_defect(statement.first, "B7");
                return self.line(statement, &format!("// {name} is built in the loop, for each page"));
            }
            if self.assign_known(statement, name, value)? || self.assign_alias(statement, name, value)? {
                return Ok(());
            }
        }
        if let [target] = targets
            && let PyExpression::Tuple(parts) | PyExpression::List(parts) = &target.kind
        {
            if self.parsed_options(statement, parts, value)? {
                return Ok(());
            }
            return self.unpack_statement(statement, parts, value);
        }
        let code = self.plain(value)?;
        match targets {
            [target] => {
                let line = self.assignment(target, &code)?;
                self.line(statement, &line)
            }
            several => {
                // `a = b = value`: lists and maps would be one value in Python.
                if matches!(
                    self.kind_of(value),
                    ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Set | ValueKind::Unknown
                ) && !is_constant(value)
                {
                    return left("one list or map under two names");
                }
                let lines: Translated<Vec<_>> =
                    several.iter().map(|target| self.assignment(target, &code)).collect();
                self.line(statement, &lines?.join(" "))
            }
        }
    }

    /// `target = code;`, with `let` for a new variable.
    pub(super) fn assignment(&mut self, target: &PyNode, code: &str) -> Translated<String> {
        match &target.kind {
            PyExpression::Name(name) => Ok(self.assign_name(name, code)),
            PyExpression::Attribute(of, name) => {
                if of.name().is_some_and(|class| self.classes.contains_key(class)) {
                    return left("an attribute of a class");
                }
                let object = self.lasting(of)?;
                Ok(format!("{} = {code};", member(&object, name)))
            }
            PyExpression::Index(of, index) => {
                if self.path_of(of).as_deref() == Some("os.environ") {
                    return left("a change of the environment");
                }
                let object = self.lasting(of)?;
                let key = match self.kind_of(of) {
                    ValueKind::Unknown if self.kind_of(index) == ValueKind::Int => self.plain(index)?,
                    ValueKind::Map(_)
                    | ValueKind::Counter
                    | ValueKind::DefaultMap(_)
                    | ValueKind::Unknown => self.key_of(of, index)?,
                    _ => self.plain(index)?,
                };
                Ok(format!("{object}[{key}] = {code};"))
            }
            _ => left("an assignment to this"),
        }
    }

    /// An assignment to a name.
    pub(super) fn assign_name(&mut self, name: &str, code: &str) -> String {
        let written = names::variable(name);
        if let Some(alias) = self.scope.aliases.get(name) {
            return format!("{alias} = {code};");
        }
        let is_module_name = self.scope.function.is_none() || self.scope.uses.outer.contains(name);
        if is_module_name {
            match self.places.get(name) {
                Some(NamePlace::State) => {
                    let object = if self.scope.function.is_some() { "this" } else { "state" };
                    return format!("{object}.{written} = {code};");
                }
                Some(NamePlace::Constant) => {
                    self.scope.declare(name);
                    return format!("const {written} = {code};");
                }
                _ => {}
            }
        }
        if self.scope.is_declared(name) {
            return format!("{written} = {code};");
        }
        self.scope.declare(name);
        format!("let {written} = {code};")
    }

    /// `f = open(path)`, readers and writers of CSV files, parsers of arguments.
    pub(super) fn assign_opened(
        &mut self,
        statement: &PyStatement,
        name: &str,
        call: &super::syntax::PyCall,
    ) -> Translated<Option<()>> {
        if let PyExpression::Attribute(of, method) = &call.function.kind
            && method == "parse_args"
            && let Some(parser) = of.name().filter(|_| self.is_parser(of)).map(str::to_owned)
        {
            return self.parsed_arguments(statement, name, &parser).map(Some);
        }
        let path = self.path_of(&call.function).unwrap_or_default();
        let lines = match path.as_str() {
            "open" | "io.open" | "codecs.open" => self.open_file(name, call)?,
            "csv.writer" | "csv.DictWriter" => self.open_writer(name, path == "csv.DictWriter", call)?,
            "argparse.ArgumentParser" | "optparse.OptionParser" => {
                self.scope.declare(name);
                self.writer.catch_up(statement.first);
                return self.comment(statement).map(Some);
            }
            "configparser.ConfigParser"
            | "configparser.RawConfigParser"
            | "configparser.SafeConfigParser" => {
                let code = self.assign_name(name, "#{}");
                return self.line(statement, &code).map(Some);
            }
            _ => return Ok(None),
        };
        self.write_before(statement.first);
        match lines.split_last() {
            Some((last, first)) => {
                for line in first {
                    self.writer.extra(line);
                }
                self.line(statement, last)?;
            }
            None => self.comment(statement)?,
        }
        Ok(Some(()))
    }

    /// Names that umapish knows: the organization.
    pub(super) fn assign_known(
        &mut self,
        statement: &PyStatement,
        name: &str,
        value: &PyNode,
    ) -> Translated<bool> {
        let lower = name.to_lowercase();
        let is_organization = ["org_id", "orgid", "organization_id", "organization", "umapi_org_id", "org"]
            .contains(&lower.as_str());
        let is_text = match &value.kind {
            PyExpression::Text(_) => true,
            PyExpression::Index(of, _) => self.path_of(of).as_deref() == Some("os.environ"),
            PyExpression::Call(call) => {
                matches!(self.path_of(&call.function).as_deref(), Some("os.environ.get" | "os.getenv"))
                    || self.kind_of(value) == ValueKind::Text
                        && matches!(&call.function.kind, PyExpression::Attribute(_, method) if method == "get")
            }
            _ => false,
        };
        if !is_organization || !is_text {
            return Ok(false);
        }
        let code = self.assign_name(name, "session().organization");
        self.line(statement, &code)?;
        self.writer.replace_outcomes(statement.first, statement.last, LineOutcome::BuiltIn, "");
        Ok(true)
    }

    /// `row = rows[0]` where `row` is changed afterwards: both are one value in Python.
    pub(super) fn assign_alias(
        &mut self,
        statement: &PyStatement,
        name: &str,
        value: &PyNode,
    ) -> Translated<bool> {
        let later = |lines: &Vec<usize>| lines.iter().any(|line| *line > statement.first);
        let is_changed = self.scope.uses.changed.get(name).is_some_and(later);
        let is_shared = match &value.kind {
            PyExpression::Name(other) => {
                let is_data = !matches!(
                    self.kind_of(value),
                    ValueKind::Text | ValueKind::Int | ValueKind::Float | ValueKind::Bool | ValueKind::None
                );
                let used = self.scope.uses.read.get(other).is_some_and(later);
                is_data && used && !self.functions.contains_key(other)
            }
            PyExpression::Index(of, _) | PyExpression::Attribute(of, _) => {
                of.root().is_some() && !matches!(self.kind_of(value), ValueKind::Text | ValueKind::Int)
            }
            _ => false,
        };
        let kind = self.kind_of(value);
        let is_data = !matches!(
            kind,
            ValueKind::Session
                | ValueKind::File
                | ValueKind::CsvWriter
                | ValueKind::Logger
                | ValueKind::Options
        );
        if !is_changed || !is_shared || !is_data || self.scope.is_declared(name) {
            return Ok(false);
        }
        let is_stable = is_repeatable(value)
            && self.scope.uses.assignments(name) == 1
            && names_in(value).iter().all(|used| self.scope.uses.assignments(used) <= 1);
        if !is_stable {
            return left(format!("`{name}`, which is the same value as another in Python, and is changed"));
        }
        let path = self.value(value, level::ATOM)?;
        self.scope.aliases.insert(name.to_owned(), path.clone());
        self.line(statement, &format!("// {name} is {path}"))?;
        Ok(true)
    }

    pub(super) fn unpack_statement(
        &mut self,
        statement: &PyStatement,
        parts: &[PyNode],
        value: &PyNode,
    ) -> Translated<()> {
        if let PyExpression::Tuple(values) | PyExpression::List(values) = &value.kind
            && values.len() == parts.len()
            && !values.iter().any(|value| matches!(value.kind, PyExpression::Starred(_)))
        {
            let used: Vec<_> = values.iter().flat_map(names_in).collect();
            let assigned: Vec<_> = parts.iter().filter_map(PyNode::name).collect();
            let is_swap = parts.iter().any(|part| part.name().is_none())
                || assigned.iter().any(|name| used.iter().any(|used| used == name));
            if !is_swap {
                let mut lines = Vec::new();
                for (part, value) in parts.iter().zip(values) {
                    let code = self.plain(value)?;
                    lines.push(self.assignment(part, &code)?);
                }
                return self.line(statement, &lines.join(" "));
            }
        }
        let count = parts.len();
        let star = parts.iter().position(|part| matches!(part.kind, PyExpression::Starred(_)));
        let is_counted = match &value.kind {
            PyExpression::Tuple(values) | PyExpression::List(values) => values.len() == count,
            _ => false,
        };
        let code = self.plain(value)?;
        let code = if is_counted || star.is_some() {
            code
        } else {
            format!("{}({code}, {count})", self.helper("parts_of"))
        };
        let name = self.fresh("parts");
        let mut lines = vec![format!("let {name} = {code};")];
        for (place, part) in parts.iter().enumerate() {
            let (target, code) = match (&part.kind, star) {
                (PyExpression::Starred(inner), _) => {
                    let end =
                        if place + 1 == count { "()".to_owned() } else { format!("-{}", count - place - 1) };
                    (&**inner, format!("{name}.slice({place}, {end})"))
                }
                (_, Some(star)) if place > star => (part, format!("{name}[-{}]", count - place)),
                _ => (part, format!("{name}[{place}]")),
            };
            lines.push(self.assignment(target, &code)?);
        }
        self.line(statement, &lines.join(" "))
    }

    pub(super) fn augment_statement(
        &mut self,
        statement: &PyStatement,
        target: &PyNode,
        operator: PyOperator,
        value: &PyNode,
    ) -> Translated<()> {
        let kind = self.kind_of(target);
        // A counter of missing entries: `counts[key] += 1`.
        if let PyExpression::Index(of, index) = &target.kind {
            let missing = match self.kind_of(of) {
                ValueKind::Counter => Some("0".to_owned()),
                ValueKind::DefaultMap(missing) => Some(missing),
                _ => None,
            };
            if let Some(missing) = missing {
                if !is_repeatable(index) {
                    return left("a computed key");
                }
                let (map, key) = (self.lasting(of)?, self.key_of(of, index)?);
                let Some(sign) = sign(operator) else { return left("this operation") };
                let value = self.value(value, level::PRODUCT)?;
                return self
                    .line(statement, &format!("{map}[{key}] = ({map}[{key}] ?? {missing}) {sign} {value};"));
            }
        }
        let sign = match (operator, &kind) {
            (PyOperator::Add | PyOperator::Subtract | PyOperator::Multiply, kind)
                if *kind != ValueKind::Set =>
            {
                sign(operator)
            }
            _ => None,
        };
        let is_repeated =
            operator == PyOperator::Multiply && matches!(kind, ValueKind::Text | ValueKind::List(_));
        let is_plain = !matches!(kind, ValueKind::Moment(_) | ValueKind::Date) && !is_repeated;
        if let (Some(sign), true) = (sign, is_plain) {
            let is_path = operator == PyOperator::Add && self.is_url(target);
            let code = match (self.kind_of(value), &value.kind) {
                (ValueKind::List(_), _) => self.plain_iterated(value)?.text,
                // A list takes the letters of a string and the keys of a map.
                _ if matches!(kind, ValueKind::List(_)) => self.letters_or_list(value)?,
                (_, PyExpression::Binary(first, PyOperator::Add, second)) if is_path => {
                    self.url_sum(first, second)?.text
                }
                _ => self.plain(value)?,
            };
            let target = if let Some(name) = target.name() {
                self.changed_name(name)?
            } else {
                let (PyExpression::Index(of, _) | PyExpression::Attribute(of, _)) = &target.kind else {
                    return left("a change of this");
                };
                let _ = self.lasting(of)?;
                self.value(target, level::ATOM)?
            };
            return self.line(statement, &format!("{target} {sign}= {code};"));
        }
        let whole = PyNode {
            line: statement.first,
            end: statement.last,
            kind: PyExpression::Binary(Box::new(target.clone()), operator, Box::new(value.clone())),
        };
        let code = self.plain(&whole)?;
        let line = self.assignment(target, &code)?;
        self.line(statement, &line)
    }

    /// A variable that is changed.
    pub(super) fn changed_name(&mut self, name: &str) -> Translated<String> {
        let node = PyNode { line: 0, end: 0, kind: PyExpression::Name(name.to_owned()) };
        let RhaiCode { text, .. } = self.expression(&node)?;
        if text.starts_with("global::") {
            return left(format!("a change of the constant `{name}`"));
        }
        Ok(text)
    }
}

fn sign(operator: PyOperator) -> Option<&'static str> {
    match operator {
        PyOperator::Add => Some("+"),
        PyOperator::Subtract => Some("-"),
        PyOperator::Multiply => Some("*"),
        _ => None,
    }
}

/// The names in an expression.
fn names_in(node: &PyNode) -> Vec<String> {
    let mut found = Vec::new();
    node.walk(&mut |inner| {
        if let Some(name) = inner.name() {
            found.push(name.to_owned());
        }
    });
    found
}

fn is_constant(node: &PyNode) -> bool {
    matches!(
        node.kind,
        PyExpression::None
            | PyExpression::Bool(_)
            | PyExpression::Int(_)
            | PyExpression::Float(_)
            | PyExpression::Text(_)
    )
}
