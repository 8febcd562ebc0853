//! `for` loops.

use super::control::{assigned_in, targets};
use super::expressions::level;
use super::names;
use super::syntax::{PyBlock, PyExpression, PyNode, PyStatement, PyStatementKind};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// The assignment of a URL, in the loop that changes its page.
    pub(super) fn moved_url(&mut self, statement: &PyStatement) {
        let PyStatementKind::Assign { targets, value } = &statement.kind else { return };
        if let ([target], Ok(code)) = (targets.as_slice(), self.plain(value))
            && let Some(name) = target.name()
        {
            let line = self.assign_name(name, &code);
            self.writer.extra(&line);
        }
    }

    /// The URLs that are assigned before a loop, and hold a page that the loop changes.
    pub(super) fn moved_for(&self, statement: &PyStatement) -> Vec<PyStatement> {
        let changed = assigned_in(statement);
        let moved = self.moved_urls.values().filter(|url| {
            url.last < statement.first
                && url.expressions().iter().any(|part| {
                    let mut is_used = false;
                    part.walk(&mut |inner| {
                        is_used |= inner.name().is_some_and(|name| changed.iter().any(|known| known == name));
                    });
                    is_used
                })
        });
        moved.cloned().collect()
    }

    pub(super) fn for_statement(
        &mut self,
        statement: &PyStatement,
        target: &PyNode,
        iterated: &PyNode,
        body: &PyBlock,
        otherwise: Option<&PyBlock>,
    ) -> Translated<()> {
        self.hoist(statement);
        if let Some(path) = self.changed_entry(target, iterated, body)? {
            return self.indexed_loop(statement, target, iterated, body, otherwise, &path);
        }
        let call = iterated.call();
        let path = call.and_then(|call| self.path_of(&call.function));
        let mut first = Vec::new();
        let code = match (&target.kind, path.as_deref(), call) {
            (PyExpression::Tuple(parts), Some("enumerate"), Some(call)) => {
                self.enumerated(parts, call, &mut first)?
            }
            (PyExpression::Tuple(parts), _, _) => self.pairs_loop(parts, iterated, &mut first)?,
            (PyExpression::Name(name), _, _) => {
                let list = self.loop_source(iterated)?;
                let variable = self.loop_variable(name, &mut first);
                let is_text = self.kind_of(iterated) == ValueKind::Text;
                if is_text {
                    first.insert(0, format!("let {variable} = {variable}.to_string();"));
                }
                format!("for {variable} in {list} {{")
            }
            _ => return left("this target of a loop"),
        };
        self.looped(statement, &code, body, otherwise, &first)
    }

    /// The variable of a loop. One that is read after the loop is assigned in it.
    pub(super) fn loop_variable(&mut self, name: &str, first: &mut Vec<String>) -> String {
        let written = names::variable(name);
        if name == "_" {
            return self.fresh("turn");
        }
        let is_state = self.scope.function.is_none()
            && self.places.get(name) == Some(&super::translator::NamePlace::State);
        if is_state || (self.scope.is_declared(name) && !self.scope.parameters.contains(name)) {
            let inner = self.fresh(&format!("each_{name}"));
            let line = self.assign_name(name, &inner);
            first.push(line);
            return inner;
        }
        if self.scope.parameters.contains(name) {
            return written;
        }
        written
    }

    /// What a loop iterates over.
    pub(super) fn loop_source(&mut self, iterated: &PyNode) -> Translated<String> {
        if let Some(call) = iterated.call()
            && self.path_of(&call.function).as_deref() == Some("range")
        {
            let values: Translated<Vec<_>> =
                call.arguments.iter().map(|value| self.value(value, level::SUM)).collect();
            let values = values?;
            return Ok(match values.as_slice() {
                [end] => format!("0..{end}"),
                [start, end] => format!("{start}..{end}"),
                _ => format!("range({})", values.join(", ")),
            });
        }
        match self.kind_of(iterated) {
            ValueKind::Map(_) | ValueKind::Counter | ValueKind::DefaultMap(_) => {
                Ok(format!("{}.keys()", self.value(iterated, level::ATOM)?))
            }
            _ => Ok(self.plain_iterated(iterated)?.text),
        }
    }

    pub(super) fn enumerated(
        &mut self,
        parts: &[PyNode],
        call: &super::syntax::PyCall,
        first: &mut Vec<String>,
    ) -> Translated<String> {
        let ([index, entry], Some(list)) = (parts, call.arguments.first()) else {
            return left("`enumerate`");
        };
        let Some(index) = index.name() else { return left("`enumerate`") };
        let start = call.arguments.get(1).or_else(|| call.keywords.first().map(|(_, value)| value));
        let list = self.loop_source(list)?;
        let index_name = names::variable(index);
        let entry_name = match &entry.kind {
            PyExpression::Name(name) => self.loop_variable(name, first),
            PyExpression::Tuple(parts) => {
                let pair = self.fresh("pair");
                for (place, part) in parts.iter().enumerate() {
                    let line = self.assignment(part, &format!("{pair}[{place}]"))?;
                    first.push(line);
                }
                pair
            }
            _ => return left("this target of a loop"),
        };
        if self.scope.is_declared(index) {
            let place = self.fresh("place");
            let start = start.map(|start| self.value(start, level::SUM)).transpose()?;
            let value = start.map_or_else(|| place.clone(), |start| format!("{place} + {start}"));
            first.push(format!("{index_name} = {value};"));
            return Ok(format!("for ({entry_name}, {place}) in {list} {{"));
        }
        if let Some(start) = start {
            let start = self.value(start, level::SUM)?;
            first.push(format!("let {index_name} = {index_name} + {start};"));
        }
        Ok(format!("for ({entry_name}, {index_name}) in {list} {{"))
    }

    pub(super) fn pairs_loop(
        &mut self,
        parts: &[PyNode],
        iterated: &PyNode,
        first: &mut Vec<String>,
    ) -> Translated<String> {
        let items = iterated.call().and_then(|call| match &call.function.kind {
            PyExpression::Attribute(of, method) if method == "items" && call.arguments.is_empty() => Some(of),
            _ => None,
        });
        if let (Some(of), [key, value]) = (items, parts)
            && let Some(key) = key.name()
        {
            let map = if super::expressions::is_repeatable(of) {
                self.value(of, level::ATOM)?
            } else {
                let code = self.plain(of)?;
                let name = self.fresh("map");
                self.before.push(format!("let {name} = {code};"));
                name
            };
            let variable = self.loop_variable(key, first);
            match value.name() {
                Some("_") => {}
                Some(value) => {
                    let line = self.assign_in_loop(value, &format!("{map}[{variable}]"));
                    first.push(line);
                }
                None => {
                    let PyExpression::Tuple(parts) = &value.kind else {
                        return left("this target of a loop");
                    };
                    for (place, part) in parts.iter().enumerate() {
                        let Some(name) = part.name() else { return left("this target of a loop") };
                        let line = self.assign_in_loop(name, &format!("{map}[{variable}][{place}]"));
                        first.push(line);
                    }
                }
            }
            return Ok(format!("for {variable} in {map}.keys() {{"));
        }
        let is_paired = self.has_pairs(iterated, parts.len());
        let list = self.plain_iterated(iterated)?.text;
        let pair = self.fresh("pair");
        if !is_paired {
            first.push(format!("let {pair} = {}({pair}, {});", self.helper("parts_of"), parts.len()));
        }
        for (place, part) in parts.iter().enumerate() {
            let Some(name) = part.name() else { return left("this target of a loop") };
            let line = self.assign_in_loop(name, &format!("{pair}[{place}]"));
            first.push(line);
        }
        Ok(format!("for {pair} in {list} {{"))
    }

    /// Whether each entry of a list is known to have as many parts as a loop has variables.
    fn has_pairs(&self, iterated: &PyNode, count: usize) -> bool {
        let all_have = |items: &[PyNode]| {
            items.iter().all(|item| match &item.kind {
                PyExpression::Tuple(parts) | PyExpression::List(parts) => parts.len() == count,
                _ => false,
            })
        };
        match &iterated.kind {
            PyExpression::List(items) | PyExpression::Tuple(items) => all_have(items),
            PyExpression::Name(name) => self.assigned_before(name, iterated.line).is_some_and(|value| {
                matches!(&value.kind, PyExpression::List(items) | PyExpression::Tuple(items) if !items.is_empty() && all_have(items))
            }),
            PyExpression::Call(call) => match &call.function.kind {
                PyExpression::Name(name) if name == "zip" => call.arguments.len() == count,
                PyExpression::Name(name) if name == "sorted" || name == "list" || name == "reversed" => {
                    call.arguments.first().is_some_and(|inner| self.has_pairs(inner, count))
                }
                PyExpression::Attribute(_, method) => {
                    count == 2 && ["items", "most_common"].contains(&method.as_str())
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A variable of a loop: declared in the loop unless it exists.
    pub(super) fn assign_in_loop(&mut self, name: &str, code: &str) -> String {
        if self.scope.is_declared(name)
            || (self.scope.function.is_none()
                && self.places.get(name) == Some(&super::translator::NamePlace::State))
        {
            return self.assign_name(name, code);
        }
        format!("let {} = {code};", names::variable(name))
    }

    /// The list, if a loop changes its entries: they are those of the list, not copies.
    pub(super) fn changed_entry(
        &mut self,
        target: &PyNode,
        iterated: &PyNode,
        body: &PyBlock,
    ) -> Translated<Option<String>> {
        let inner = names::NameUse::of(&body.body);
        let changed: Vec<_> =
            targets(target).into_iter().filter(|name| inner.changed.contains_key(name)).collect();
        let [name] = changed.as_slice() else {
            return if changed.is_empty() { Ok(None) } else { left("a loop that changes several entries") };
        };
        let list = match iterated.call() {
            None => iterated,
            Some(call) => match (
                &call.function.kind,
                call.arguments.as_slice(),
                self.path_of(&call.function).as_deref(),
            ) {
                (_, [list], Some("enumerate")) => list,
                (PyExpression::Attribute(of, method), [], _) if method == "values" || method == "items" => of,
                _ => return Ok(None),
            },
        };
        if list.root().is_none() || list.call().is_some() {
            return Ok(None);
        }
        let is_file = matches!(self.kind_of(list), ValueKind::File | ValueKind::Text);
        if is_file || self.kind_of_entry_is_plain(list, name) {
            return Ok(None);
        }
        if inner.assigned.contains_key(name) {
            // `row = dict(row)` first: what is changed is not an entry of the list.
            let assigned = body.body.iter().find(|inner| names::targets_of(inner).contains(name));
            let is_first = assigned.is_some_and(|assigned| {
                matches!(assigned.kind, PyStatementKind::Assign { .. })
                    && inner
                        .changed
                        .get(name)
                        .is_none_or(|lines| lines.iter().all(|line| *line > assigned.last))
            });
            return if is_first { Ok(None) } else { left("an entry that is changed and assigned in a loop") };
        }
        let root = list.root().unwrap_or_default();
        let is_read_again = self
            .scope
            .uses
            .read
            .get(root)
            .is_some_and(|lines| lines.iter().any(|line| *line != iterated.line));
        let is_outer = self.scope.parameters.contains(root)
            || list.name().is_none()
            || !self.scope.is_own(root) && self.scope.function.is_some();
        if !is_read_again && !is_outer {
            return Ok(None);
        }
        if inner.changed.contains_key(root) || inner.assigned.contains_key(root) {
            return left("a loop that changes the list it iterates over, and its entries");
        }
        self.value(list, level::ATOM).map(Some)
    }

    pub(super) fn kind_of_entry_is_plain(&self, list: &PyNode, _: &str) -> bool {
        matches!(self.kind_of(list).entry(), ValueKind::Text | ValueKind::Int | ValueKind::Float)
            && !matches!(
                self.kind_of(list),
                ValueKind::Map(_) | ValueKind::Counter | ValueKind::DefaultMap(_)
            )
    }

    /// A loop over the places of a list, or over the keys of a map, whose entries it changes.
    pub(super) fn indexed_loop(
        &mut self,
        statement: &PyStatement,
        target: &PyNode,
        iterated: &PyNode,
        body: &PyBlock,
        otherwise: Option<&PyBlock>,
        path: &str,
    ) -> Translated<()> {
        let method = iterated.call().and_then(|call| match &call.function.kind {
            PyExpression::Attribute(_, method) => Some(method.as_str()),
            _ => None,
        });
        let aliases = self.scope.aliases.clone();
        let names = targets(target);
        let (code, alias) = match (method, names.as_slice()) {
            (Some("items"), [key, value]) => {
                let key = names::variable(key);
                (format!("for {key} in {path}.keys() {{"), (value.clone(), format!("{path}[{key}]")))
            }
            (Some("values"), [value]) => {
                let key = self.fresh("key");
                (format!("for {key} in {path}.keys() {{"), (value.clone(), format!("{path}[{key}]")))
            }
            (None, [name]) => {
                let place = self.fresh("place");
                (format!("for {place} in 0..{path}.len() {{"), (name.clone(), format!("{path}[{place}]")))
            }
            (None, [index, name]) => {
                let place = names::variable(index);
                (format!("for {place} in 0..{path}.len() {{"), (name.clone(), format!("{path}[{place}]")))
            }
            _ => return left("a loop that changes its entries"),
        };
        self.scope.aliases.insert(alias.0, alias.1);
        let result = self.looped(statement, &code, body, otherwise, &[]);
        self.scope.aliases = aliases;
        result
    }
}
