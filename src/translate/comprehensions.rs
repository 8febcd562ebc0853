//! Comprehensions, as closures of lists.

use super::expressions::{RhaiCode, level};
use super::names;
use super::syntax::{PyComprehension, PyExpression, PyLoop, PyNode};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    pub(super) fn comprehension(
        &mut self,
        kind: PyComprehension,
        key: Option<&PyNode>,
        value: &PyNode,
        loops: &[PyLoop],
    ) -> Translated<RhaiCode> {
        if let Some(code) = self.random_string(value, loops)? {
            return Ok(code);
        }
        if kind == PyComprehension::Dict {
            return self.map_comprehension(key, value, loops);
        }
        let list = self.nested_list(value, loops)?;
        Ok(match kind {
            PyComprehension::Set => RhaiCode::atom(format!("{list}.unique()")),
            _ => RhaiCode::atom(list),
        })
    }

    /// `[f(x) for x in list if test]` as `list.filter(...).map(...)`.
    pub(super) fn nested_list(&mut self, value: &PyNode, loops: &[PyLoop]) -> Translated<String> {
        let Some((first, rest)) = loops.split_first() else { return left("a comprehension") };
        let mut source = self.closure_source(first)?;
        self.separate(&mut source, loops, Some(value));
        let parameters = written(&source.parameters);
        let mut list = source.list.clone();
        for test in &first.tests {
            let test = self.with_parameters(&source, |translator| translator.condition(test))?;
            list = format!("{list}.filter(|{parameters}| {test})");
        }
        if rest.is_empty() {
            let is_same = matches!((&first.target.kind, &value.kind), (PyExpression::Name(one), PyExpression::Name(other)) if one == other);
            if is_same {
                return Ok(list);
            }
            if matches!(value.kind, PyExpression::Lambda { .. }) {
                return left("functions that share the variable of a loop");
            }
            let body = self.with_parameters(&source, |translator| translator.plain(value))?;
            return Ok(format!("{list}.map(|{parameters}| {body})"));
        }
        let inner = self.with_parameters(&source, |translator| translator.nested_list(value, rest))?;
        let list = format!("{list}.map(|{parameters}| {inner})");
        Ok(format!("{}({list})", self.helper("flattened")))
    }

    pub(super) fn map_comprehension(
        &mut self,
        key: Option<&PyNode>,
        value: &PyNode,
        loops: &[PyLoop],
    ) -> Translated<RhaiCode> {
        let [only] = loops else { return left("a map of several loops") };
        let Some(key) = key else { return left("a comprehension of maps") };
        let mut source = self.closure_source(only)?;
        self.separate(&mut source, loops, None);
        let mut list = source.list.clone();
        for test in &only.tests {
            let test = self.with_parameters(&source, |translator| translator.condition(test))?;
            list = format!("{list}.filter(|{}| {test})", written(&source.parameters));
        }
        let (key, value) = self.with_parameters(&source, |translator| {
            Ok((translator.new_key(key)?, translator.plain(value)?))
        })?;
        if self.scope.closure_depth > 0 {
            return left("a map made in a comprehension within another");
        }
        let name = self.fresh("map");
        let entry = match source.parameters.as_slice() {
            [one] => names::variable(one),
            _ => return left("a map of pairs"),
        };
        self.before.push(format!("let {name} = #{{}};"));
        self.before.push(format!("for {entry} in {list} {{ {name}[{key}] = {value}; }}"));
        Ok(RhaiCode::atom(name))
    }

    /// What is iterated over, as a list: a map means its keys, a string its letters.
    pub(super) fn letters_or_list(&mut self, node: &PyNode) -> Translated<String> {
        match self.kind_of(node) {
            ValueKind::Text => {
                let text = self.plain(node)?;
                Ok(format!("{}({text})", self.helper("letters_of")))
            }
            ValueKind::Map(_) | ValueKind::Counter | ValueKind::DefaultMap(_) => {
                Ok(format!("{}.keys()", self.value(node, level::ATOM)?))
            }
            _ => Ok(self.plain_iterated(node)?.at(level::ATOM)),
        }
    }

    /// The list of a comprehension, and the parameters of its closures.
    pub(super) fn closure_source(&mut self, part: &PyLoop) -> Translated<ClosureSource> {
        let mut kinds = Vec::new();
        self.infer_target(&part.target, &part.iterated, &mut |name, kind| {
            kinds.push((name.to_owned(), kind));
        });
        let source = |list, parameters, aliases| ClosureSource { list, parameters, kinds, aliases };
        let PyExpression::Tuple(parts) = &part.target.kind else {
            let Some(name) = part.target.name() else { return left("this target of a comprehension") };
            let list = self.letters_or_list(&part.iterated)?;
            return Ok(source(list, vec![name.to_owned()], Vec::new()));
        };
        let names: Vec<_> = parts.iter().filter_map(PyNode::name).map(str::to_owned).collect();
        if names.len() != parts.len() {
            return left("this target of a comprehension");
        }
        let call = part.iterated.call();
        if let (Some(call), [index, entry]) = (call, names.as_slice())
            && self.path_of(&call.function).as_deref() == Some("enumerate")
            && let [list] = call.arguments.as_slice()
        {
            let list = self.letters_or_list(list)?;
            return Ok(source(list, vec![entry.clone(), index.clone()], Vec::new()));
        }
        let list = self.plain_iterated(&part.iterated)?.at(level::ATOM);
        let pair = self.fresh("pair");
        let aliases = names
            .iter()
            .enumerate()
            .map(|(place, name)| (name.clone(), format!("{pair}[{place}]")))
            .collect();
        Ok(source(list, vec![pair], aliases))
    }

    /// Rhai locks a list while one of its methods runs, so closures that read the same list need a copy of it.
    pub(super) fn separate(&mut self, source: &mut ClosureSource, loops: &[PyLoop], value: Option<&PyNode>) {
        let start: String = source
            .list
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let mut is_read = false;
        let tests = loops.iter().flat_map(|part| &part.tests);
        let inner = loops.iter().skip(1).map(|part| &part.iterated);
        for node in tests.chain(inner).chain(value) {
            node.walk(&mut |inner| {
                is_read |= inner.name().is_some_and(|name| names::variable(name) == start);
            });
        }
        if is_read && self.scope.closure_depth == 0 {
            let name = self.fresh("entries");
            self.before.push(format!("let {name} = {};", source.list));
            source.list = name;
        }
    }

    /// Translates with the parameters of a closure, and the aliases of its parts.
    pub(super) fn with_parameters<T>(
        &mut self,
        source: &ClosureSource,
        body: impl FnOnce(&mut Self) -> Translated<T>,
    ) -> Translated<T> {
        let aliases = self.scope.aliases.clone();
        self.scope.aliases.extend(source.aliases.iter().cloned());
        let result = self.in_closure(&source.parameters, |translator| {
            translator.scope.kinds.extend(source.kinds.iter().cloned());
            body(translator)
        });
        self.scope.aliases = aliases;
        result
    }
}

/// What a comprehension iterates over.
pub(super) struct ClosureSource {
    pub(super) list: String,
    pub(super) parameters: Vec<String>,
    pub(super) kinds: Vec<(String, ValueKind)>,
    pub(super) aliases: Vec<(String, String)>,
}

/// The parameters of a closure as written.
fn written(parameters: &[String]) -> String {
    let names: Vec<_> = parameters.iter().map(|name| names::variable(name)).collect();
    names.join(", ")
}
