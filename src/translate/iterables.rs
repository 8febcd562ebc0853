//! Functions of Python that take anything to iterate over: `sorted`, `sum`, `range`, `any`, `next`.

use super::expressions::{RhaiCode, level};
use super::names;
use super::syntax::{PyExpression, PyNode};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    pub(super) fn sorted(
        &mut self,
        of: &PyNode,
        key: Option<&PyNode>,
        reverse: Option<&PyNode>,
    ) -> Translated<RhaiCode> {
        let is_map =
            matches!(self.kind_of(of), ValueKind::Map(_) | ValueKind::Counter | ValueKind::DefaultMap(_));
        let method = of.call().and_then(|call| match &call.function.kind {
            PyExpression::Attribute(_, method) => Some(method.as_str()),
            _ => None,
        });
        // The keys of a map are always sorted here.
        let is_sorted =
            key.is_none() && reverse.is_none() && (is_map || matches!(method, Some("items" | "keys")));
        let list = self.letters_or_list(of)?;
        if is_sorted {
            return Ok(RhaiCode::atom(list));
        }
        let key = match key {
            None => "|entry| entry".to_owned(),
            Some(key) => self.sort_key(key)?,
        };
        let sorted = format!("{list}.sort_by({key})");
        match reverse.map(|value| &value.kind) {
            None | Some(PyExpression::Bool(false)) => Ok(RhaiCode::atom(sorted)),
            // Equal entries keep their order in Python, also in reverse.
            Some(PyExpression::Bool(true)) => {
                Ok(RhaiCode::atom(format!("{list}.slice((), (), -1).sort_by({key}).slice((), (), -1)")))
            }
            Some(_) => left("a direction that is computed"),
        }
    }

    pub(super) fn sort_key(&mut self, key: &PyNode) -> Translated<String> {
        match self.path_of(key).as_deref() {
            Some("str.lower") => return Ok("|entry| entry.to_lower()".to_owned()),
            Some("len") => return Ok("|entry| entry.len()".to_owned()),
            Some("int") => return Ok("|entry| parse_int(`${entry}`)".to_owned()),
            _ => {}
        }
        if let Some(call) = key.call()
            && self.path_of(&call.function).as_deref() == Some("operator.itemgetter")
            && let [field] = call.arguments.as_slice()
        {
            return Ok(format!("|entry| entry[{}]", self.plain(field)?));
        }
        self.plain(key)
    }

    pub(super) fn sum(&mut self, of: &PyNode) -> Translated<RhaiCode> {
        // `sum(1 for x in list if test)` counts.
        if let PyExpression::Comprehension { value, loops, .. } = &of.kind
            && matches!(&value.kind, PyExpression::Int(digits) if digits == "1")
            && let [only] = loops.as_slice()
        {
            let source = self.closure_source(only)?;
            let mut list = source.list.clone();
            for test in &only.tests {
                let test = self.with_parameters(&source, |translator| translator.condition(test))?;
                let parameters: Vec<_> = source.parameters.iter().map(|name| names::variable(name)).collect();
                list = format!("{list}.filter(|{}| {test})", parameters.join(", "));
            }
            return Ok(RhaiCode::atom(format!("{list}.len()")));
        }
        Ok(RhaiCode::atom(format!("{}.sum()", self.plain_iterated(of)?.at(level::ATOM))))
    }

    pub(super) fn range(&mut self, arguments: &[PyNode]) -> Translated<RhaiCode> {
        let values = self.plains(arguments)?;
        let helper = self.helper("range_list");
        Ok(RhaiCode::atom(match values.as_slice() {
            [end] => format!("{helper}(0, {end}, 1)"),
            [start, end] => format!("{helper}({start}, {end}, 1)"),
            [start, end, step] => format!("{helper}({start}, {end}, {step})"),
            _ => return left("`range`"),
        }))
    }

    pub(super) fn any_or_all(&mut self, is_any: bool, of: &PyNode) -> Translated<RhaiCode> {
        let function = if is_any { "some" } else { "all" };
        let PyExpression::Comprehension { value, loops, .. } = &of.kind else {
            let list = self.plain_iterated(of)?.at(level::ATOM);
            let helper = self.helper("truthy");
            return Ok(RhaiCode::atom(format!("{list}.{function}(|entry| {helper}(entry))")));
        };
        let [only] = loops.as_slice() else { return left("`any` of several loops") };
        let mut source = self.closure_source(only)?;
        self.separate(&mut source, loops, Some(value));
        let parameters: Vec<_> = source.parameters.iter().map(|name| names::variable(name)).collect();
        let parameters = parameters.join(", ");
        let mut list = source.list.clone();
        for test in &only.tests {
            let test = self.with_parameters(&source, |translator| translator.condition(test))?;
            list = format!("{list}.filter(|{parameters}| {test})");
        }
        let test = self.with_parameters(&source, |translator| translator.condition(value))?;
        Ok(RhaiCode::atom(format!("{list}.{function}(|{parameters}| {test})")))
    }

    /// `next((x for x in list if test), None)`.
    pub(super) fn next_of(&mut self, of: &PyNode, default: Option<&PyNode>) -> Translated<RhaiCode> {
        if matches!(self.kind_of(of), ValueKind::List(_))
            && of.name().is_some()
            && self.scope.closure_depth == 0
        {
            return Ok(RhaiCode::atom(format!("{}.shift()", self.plain(of)?)));
        }
        let PyExpression::Comprehension { value, loops, .. } = &of.kind else { return left("`next`") };
        let [only] = loops.as_slice() else { return left("`next` of several loops") };
        let is_same = value.name().is_some() && value.name() == only.target.name();
        if !is_same || default.is_none_or(|value| !matches!(value.kind, PyExpression::None)) {
            return left("`next`");
        }
        let source = self.closure_source(only)?;
        let tests: Translated<Vec<_>> = only
            .tests
            .iter()
            .map(|test| self.with_parameters(&source, |translator| translator.condition(test)))
            .collect();
        let tests = tests?;
        let test = if tests.is_empty() { "true".to_owned() } else { tests.join(" && ") };
        let parameters: Vec<_> = source.parameters.iter().map(|name| names::variable(name)).collect();
        Ok(RhaiCode::atom(format!("{}.find(|{}| {test})", source.list, parameters.join(", "))))
    }
}
