//! Calls of functions: those of the script, and Python's own.

use super::expressions::{RhaiCode, is_repeatable, level, quoted};
use super::names;
use super::syntax::{PyCall, PyExpression, PyNode};
use super::translator::{BuiltInFunction, KnownFunction, Translated, Translator, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    pub(super) fn call(&mut self, node: &PyNode, call: &PyCall) -> Translated<RhaiCode> {
        if let Some(decorated) = &self.scope.decorated
            && call.function.name() == Some(&decorated.function)
        {
            let function = names::variable(&decorated.function);
            let code = if decorated.is_method {
                format!("this.call({function})")
            } else {
                format!("{function}.call()")
            };
            return Ok(RhaiCode::atom(code));
        }
        if let Some(name) = call.function.name()
            && let Some(code) = self.own_call(name, node, call)?
        {
            return Ok(code);
        }
        if let Some(path) = self.path_of(&call.function) {
            if let Some(code) = self.library_call(&path, node, call)? {
                return Ok(code);
            }
            if let Some(code) = self.python_call(&path, call)? {
                return Ok(code);
            }
        }
        match &call.function.kind {
            PyExpression::Attribute(of, method) => self.method_call(node, of, method, call),
            PyExpression::Name(name) => left(format!("`{name}`")),
            _ => left("a call of a computed function"),
        }
    }

    /// A call of a function or class of the script.
    fn own_call(&mut self, name: &str, node: &PyNode, call: &PyCall) -> Translated<Option<RhaiCode>> {
        if self.scope.closures.contains(name) {
            let Some(function) = self.functions.get(name).cloned() else { return left(format!("`{name}`")) };
            self.awaits(&function, call)?;
            let arguments = self.arguments(&function, call, node)?;
            return Ok(Some(RhaiCode::atom(format!("{}.call({arguments})", names::variable(name)))));
        }
        let is_variable = self.scope.is_own(name) || self.places.contains_key(name);
        if self.scope.bound.iter().any(|bound| bound == name)
            || (is_variable && !self.functions.contains_key(name) && !self.classes.contains_key(name))
        {
            if self.is_left_value(&call.function) {
                return left(format!("`{name}`, which is left"));
            }
            let variable = self.value(&call.function, level::ATOM)?;
            let arguments = self.plains(&call.arguments)?;
            if !call.keywords.is_empty() {
                return left("keyword arguments of a function in a variable");
            }
            return Ok(Some(RhaiCode::atom(format!("{variable}.call({})", arguments.join(", ")))));
        }
        if let Some(class) = self.classes.get(name) {
            if class.is_error {
                return Ok(Some(RhaiCode::atom(self.error_map(name, &call.arguments)?)));
            }
            let Some(constructor) = class.constructor.clone() else {
                return left(format!("the class `{name}`"));
            };
            let arguments = self.arguments(&constructor, call, node)?;
            return Ok(Some(RhaiCode::atom(format!("{}({arguments})", Self::function_name(name)))));
        }
        let Some(function) = self.functions.get(name).cloned() else { return Ok(None) };
        if let Some(built_in) = function.built_in {
            return self.built_in_call(built_in, &function, call, node).map(Some);
        }
        self.awaits(&function, call)?;
        let written = Self::function_name(name);
        if let Some(place) = function.changed {
            return self.changing_call(&written, &function, place, call, node).map(Some);
        }
        let arguments = self.arguments(&function, call, node)?;
        if function.is_stateful {
            if self.scope.closure_depth > 0 {
                return left(format!("`{name}`, which uses global variables, in a comprehension"));
            }
            let object = if self.scope.function.is_some() { "this" } else { "state" };
            return Ok(Some(RhaiCode::atom(format!("{object}.{written}({arguments})"))));
        }
        Ok(Some(RhaiCode::atom(format!("{written}({arguments})"))))
    }

    /// A call of an `async` function without `await` runs later in Python, but at once here.
    pub(super) fn awaits(&self, function: &KnownFunction, call: &PyCall) -> Translated<()> {
        if function.is_async && !call.is_awaited && self.awaited == 0 {
            return left(format!("`{}` without `await`", function.name));
        }
        Ok(())
    }

    /// A call of a function that changes one of its arguments: it is called as a method of it.
    fn changing_call(
        &mut self,
        written: &str,
        function: &KnownFunction,
        place: usize,
        call: &PyCall,
        node: &PyNode,
    ) -> Translated<RhaiCode> {
        let name = function.parameters.get(place).cloned().unwrap_or_default();
        let given = call.arguments.get(place).or_else(|| {
            call.keywords
                .iter()
                .find(|(known, _)| known.as_deref() == Some(name.as_str()))
                .map(|(_, value)| value)
        });
        let object = match given.or_else(|| function.defaults.get(place).and_then(Option::as_ref)) {
            Some(given) if given.root().is_some() => {
                if self.scope.closure_depth > 0 {
                    return left("a function that changes its argument, in a comprehension");
                }
                self.value(given, level::ATOM)?
            }
            Some(given) => {
                let value = self.plain(given)?;
                let temporary = self.fresh(&name);
                self.before.push(format!("let {temporary} = {value};"));
                temporary
            }
            None => return left(format!("a call without the argument `{name}`")),
        };
        let arguments = self.listed_arguments(function, call, node)?;
        let others: Vec<_> = arguments
            .into_iter()
            .enumerate()
            .filter(|(index, _)| *index != place)
            .map(|(_, text)| text)
            .collect();
        Ok(RhaiCode::atom(format!("{object}.{written}({})", others.join(", "))))
    }

    /// The arguments of a call, in the order of the parameters.
    pub(super) fn arguments(
        &mut self,
        function: &KnownFunction,
        call: &PyCall,
        node: &PyNode,
    ) -> Translated<String> {
        let listed = self.listed_items(function, call)?;
        self.brackets += 1;
        let text = self.bracketed("(", listed, ")", node);
        self.brackets -= 1;
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(&text);
        Ok(inner.to_owned())
    }

    fn listed_arguments(
        &mut self,
        function: &KnownFunction,
        call: &PyCall,
        _: &PyNode,
    ) -> Translated<Vec<String>> {
        Ok(self.listed_items(function, call)?.into_iter().map(|(_, _, text)| text).collect())
    }

    fn listed_items(
        &mut self,
        function: &KnownFunction,
        call: &PyCall,
    ) -> Translated<Vec<(usize, usize, String)>> {
        if call.arguments.iter().any(|given| matches!(given.kind, PyExpression::Starred(_))) {
            return left("`*` before an argument");
        }
        let mut given: Vec<Option<(usize, usize, String)>> = vec![None; function.parameters.len()];
        let mut rest = Vec::new();
        self.brackets += 1;
        let keywords = if function.keywords { call.keywords.clone() } else { self.spread_keywords(call) };
        let values: Vec<_> =
            call.arguments.iter().chain(keywords.iter().map(|(_, value)| value)).cloned().collect();
        let codes = self.plains(&values)?;
        let mut texts = values.iter().zip(codes).map(|(value, code)| (value.line, value.end, code));
        for (place, text) in texts.by_ref().take(call.arguments.len()).enumerate() {
            let is_positional =
                function.parameters.get(place).is_some_and(|name| !function.keyword_only.contains(name));
            match given.get_mut(place).filter(|_| is_positional) {
                Some(slot) => *slot = Some(text),
                None if function.rest => rest.push(text.2),
                None => return left(format!("too many arguments for `{}`", function.name)),
            }
        }
        let mut options = Vec::new();
        for ((name, _), text) in keywords.iter().zip(texts) {
            let Some(name) = name else {
                if function.keywords {
                    options.push((None, text.2));
                    continue;
                }
                return left("`**` before an argument");
            };
            match function.parameters.iter().position(|known| known == name) {
                Some(place) => given[place] = Some(text),
                None if function.keywords => options.push((Some(name.clone()), text.2)),
                None => return left(format!("the argument `{name}` of `{}`", function.name)),
            }
        }
        self.brackets -= 1;
        // Parameters at the end that have a default have a function without them.
        let last = given.iter().rposition(Option::is_some).map_or(0, |place| place + 1);
        let needs_all = function.rest || function.keywords || function.changed.is_some();
        let count = if needs_all { given.len() } else { last };
        let mut listed = Vec::new();
        for (place, slot) in given.into_iter().enumerate() {
            match slot {
                Some(text) => listed.push(text),
                None => match function.defaults.get(place).and_then(Clone::clone) {
                    Some(default) if place < count => {
                        let line = listed.last().map_or(call.function.line, |(_, end, _)| *end);
                        listed.push((line, line, self.plain(&default)?));
                    }
                    Some(_) => {}
                    None => {
                        return left(format!(
                            "a call of `{}` without `{}`",
                            function.name, function.parameters[place]
                        ));
                    }
                },
            }
        }
        let line = listed.last().map_or(call.function.line, |(_, end, _)| *end);
        if function.rest {
            listed.push((line, line, format!("[{}]", rest.join(", "))));
        }
        if function.keywords {
            let merged = options.iter().filter(|(name, _)| name.is_none()).map(|(_, text)| text.clone());
            let named: Vec<_> = options
                .iter()
                .filter_map(|(name, text)| Some(format!("{}: {text}", key(name.as_ref()?))))
                .collect();
            let mut all: Vec<_> = merged.collect();
            if !named.is_empty() || all.is_empty() {
                all.push(format!("#{{{}}}", named.join(", ")));
            }
            listed.push((line, line, all.join(" + ")));
        }
        Ok(listed)
    }

    /// The keywords of a call, with those of `**map` if the map is a variable that is only ever one literal.
    fn spread_keywords(&self, call: &PyCall) -> Vec<(Option<String>, PyNode)> {
        let mut spread = Vec::new();
        for (name, value) in &call.keywords {
            let keys = match name {
                None => value.name().and_then(|map| self.literal_keys(map, value.line)),
                Some(_) => None,
            };
            let Some(keys) = keys else {
                spread.push((name.clone(), value.clone()));
                continue;
            };
            for key in keys {
                let index = PyNode { kind: PyExpression::Text(key.clone()), ..value.clone() };
                let kind = PyExpression::Index(Box::new(value.clone()), Box::new(index));
                spread.push((Some(key), PyNode { kind, ..value.clone() }));
            }
        }
        spread
    }

    /// The keys of a map that is assigned once, as a literal, and not changed.
    fn literal_keys(&self, name: &str, line: usize) -> Option<Vec<String>> {
        let uses = if self.scope.is_own(name) || self.scope.function.is_none() {
            &self.scope.uses
        } else {
            &self.module_uses
        };
        if uses.assignments(name) != 1 || uses.changed.contains_key(name) {
            return None;
        }
        let PyExpression::Dict(entries) = &self.assigned_before(name, line)?.kind else { return None };
        entries.iter().map(|(key, _)| key.as_ref()?.text().map(str::to_owned)).collect()
    }

    /// A call of what umapish does itself.
    fn built_in_call(
        &mut self,
        built_in: BuiltInFunction,
        function: &KnownFunction,
        call: &PyCall,
        node: &PyNode,
    ) -> Translated<RhaiCode> {
        match built_in {
            BuiltInFunction::SignIn => Ok(RhaiCode::atom(self.sign_in_value(function))),
            BuiltInFunction::MakeCall => {
                let arguments = self.arguments(function, call, node)?;
                Ok(RhaiCode::atom(format!("make_call({arguments})")))
            }
        }
    }

    /// A function of Python's.
    fn python_call(&mut self, path: &str, call: &PyCall) -> Translated<Option<RhaiCode>> {
        super::keywords::check_keywords(path, call)?;
        let arguments = call.arguments.as_slice();
        let code = match (path, arguments) {
            ("print", _) => return self.print(call).map(Some),
            ("len", [of]) => RhaiCode::atom(format!("{}.len()", self.plain_iterated(of)?.at(level::ATOM))),
            ("str", []) => RhaiCode::atom("\"\""),
            ("str", [value]) => return self.string_code(value).map(Some),
            ("repr", [value]) => {
                let kind = self.kind_of(value);
                if kind == ValueKind::Error {
                    return left("the `repr` of an error");
                }
                self.shown(value, &kind)?;
                let code = self.plain(value)?;
                self.helper("text_of");
                RhaiCode::atom(format!("quoted_text({code})"))
            }
            ("int", [value]) => return self.int_code(value).map(Some),
            ("float", [value])
                if value
                    .text()
                    .is_some_and(|text| !text.contains(|letter: char| letter.is_ascii_digit())) =>
            {
                return left("a number that is infinite, or none");
            }
            ("float", [value]) => match self.kind_of(value) {
                ValueKind::Int | ValueKind::Float => {
                    RhaiCode::atom(format!("{}.to_float()", self.value(value, level::ATOM)?))
                }
                _ => RhaiCode::atom(format!("parse_float(`${{{}}}`)", self.plain(value)?)),
            },
            ("bool", [value]) => RhaiCode::of(self.condition(value)?, level::LOWEST),
            ("list", []) => RhaiCode::atom("[]"),
            ("dict", []) if call.keywords.is_empty() => RhaiCode::atom("#{}"),
            ("dict", []) => return self.map_of_keywords(call).map(Some),
            ("set" | "frozenset", []) => RhaiCode::atom("[]"),
            ("tuple", []) => RhaiCode::atom("[]"),
            ("list" | "tuple", [of]) => return self.copied_list(of).map(Some),
            ("dict", [of]) if call.keywords.is_empty() => {
                if matches!(self.kind_of(of), ValueKind::List(_)) {
                    let pairs = self.plain(of)?;
                    return Ok(Some(RhaiCode::atom(format!("{}({pairs})", self.helper("map_of")))));
                }
                self.expression(of)?
            }
            ("set" | "frozenset", [of]) => RhaiCode::atom(format!("{}.unique()", self.letters_or_list(of)?)),
            ("sorted", [of]) => {
                return self.sorted(of, call.keyword("key"), call.keyword("reverse")).map(Some);
            }
            ("reversed", [of]) => RhaiCode::atom(format!("{}.slice((), (), -1)", self.letters_or_list(of)?)),
            ("sum", [of]) => return self.sum(of).map(Some),
            ("max" | "min", [of]) if call.keyword("key").is_none() => {
                let list = format!("{}.{path}()", self.letters_or_list(of)?);
                match call.keyword("default") {
                    Some(default) if is_repeatable(of) => {
                        let (empty, default) = (self.negated_list(of)?, self.plain(default)?);
                        RhaiCode::of(format!("if {empty} {{ {default} }} else {{ {list} }}"), level::LOWEST)
                    }
                    Some(_) => return left("a default of a computed list"),
                    None => RhaiCode::atom(list),
                }
            }
            ("max" | "min", [_, _, ..]) if call.keyword("key").is_none() => {
                let values = self.plains(arguments)?;
                match values.as_slice() {
                    [one, other] => RhaiCode::atom(format!("{path}({one}, {other})")),
                    _ => RhaiCode::atom(format!("[{}].{path}()", values.join(", "))),
                }
            }
            ("max" | "min", [of]) => {
                let Some(key) = call.keyword("key") else { return left(format!("`{path}`")) };
                let sorted = self.sorted(of, Some(key), None)?.at(level::ATOM);
                if path == "max" {
                    // The first of several largest ones, as in Python.
                    return left("`max` with a key");
                }
                RhaiCode::atom(format!("{sorted}[0]"))
            }
            ("abs", [value]) => RhaiCode::atom(format!("{}.abs()", self.value(value, level::ATOM)?)),
            ("round", [value]) => match self.kind_of(value) {
                ValueKind::Int => self.expression(value)?,
                _ => RhaiCode::atom(format!("round({}, 0).to_int()", self.plain(value)?)),
            },
            ("round", [value, digits]) => {
                if !matches!(digits.kind, PyExpression::Int(_)) {
                    return left("`round` to computed or negative digits");
                }
                RhaiCode::atom(format!("round({}, {})", self.plain(value)?, self.plain(digits)?))
            }
            ("pow", [base, exponent]) => {
                let (base, exponent) = (self.value(base, level::ATOM)?, self.value(exponent, level::ATOM)?);
                RhaiCode::of(format!("{base} ** {exponent}"), level::POWER)
            }
            ("range", _) => return self.range(arguments).map(Some),
            ("any" | "all", [of]) => return self.any_or_all(path == "any", of).map(Some),
            ("filter", [function, list]) if !matches!(function.kind, PyExpression::None) => {
                let (list, function) = (self.letters_or_list(list)?, self.plain(function)?);
                RhaiCode::atom(format!("{list}.filter({function})"))
            }
            ("map", [function, list]) => {
                let (list, function) = (self.letters_or_list(list)?, self.plain(function)?);
                RhaiCode::atom(format!("{list}.map({function})"))
            }
            ("zip", [_, _, ..]) => {
                let lists: Translated<Vec<_>> =
                    arguments.iter().map(|list| self.letters_or_list(list)).collect();
                RhaiCode::atom(format!("{}([{}])", self.helper("pairs_of"), lists?.join(", ")))
            }
            ("enumerate", [of]) => {
                let list = self.letters_or_list(of)?;
                RhaiCode::atom(format!("{list}.map(|entry, place| [place, entry])"))
            }
            ("isinstance", [value, kind]) => return self.is_instance(value, kind).map(Some),
            ("type", [value]) => RhaiCode::atom(format!("type_of({})", self.plain(value)?)),
            ("input", _) => {
                let question = match arguments {
                    [question] => self.plain(question)?,
                    _ => "\"\"".to_owned(),
                };
                RhaiCode::atom(format!("ask({question})"))
            }
            ("exit" | "quit", _) => return self.exit(arguments).map(Some),
            ("divmod", [one, other]) => {
                let (one, other) = (self.plain(one)?, self.plain(other)?);
                self.helper("floor_divide");
                self.helper("modulo");
                RhaiCode::atom(format!("[floor_divide({one}, {other}), modulo({one}, {other})]"))
            }
            ("hasattr", [object, name]) => {
                let (object, name) = (self.value(object, level::SUM)?, self.plain(name)?);
                RhaiCode::of(format!("{name} in {object}"), level::COMPARE)
            }
            ("getattr", [object, name, rest @ ..]) if rest.len() < 2 => {
                let (object, name) = (self.value(object, level::ATOM)?, self.plain(name)?);
                match rest {
                    [other] => RhaiCode::of(
                        format!("{object}[{name}] ?? {}", self.value(other, level::SUM)?),
                        level::DEFAULT,
                    ),
                    _ => RhaiCode::atom(format!("{object}[{name}]")),
                }
            }
            ("next", [of, rest @ ..]) => return self.next_of(of, rest.first()).map(Some),
            (
                "chr" | "ord" | "open" | "iter" | "format" | "vars" | "id" | "hash" | "callable" | "super"
                | "eval" | "exec",
                _,
            ) => {
                return left(format!("`{path}`"));
            }
            _ if is_error_name(path) => RhaiCode::atom(self.error_map(path, arguments)?),
            _ => return Ok(None),
        };
        Ok(Some(code))
    }

    fn string_code(&mut self, value: &PyNode) -> Translated<RhaiCode> {
        let kind = self.kind_of(value);
        match kind {
            ValueKind::Text => self.expression(value),
            ValueKind::Int => Ok(RhaiCode::atom(format!("{}.to_string()", self.value(value, level::ATOM)?))),
            _ => {
                let shown = self.shown(value, &kind)?;
                let is_text = shown.starts_with("text_of(")
                    || matches!(
                        kind,
                        ValueKind::Error
                            | ValueKind::Response
                            | ValueKind::Bytes
                            | ValueKind::Float
                            | ValueKind::Moment(_)
                    );
                Ok(RhaiCode::atom(if is_text { shown } else { format!("`${{{shown}}}`") }))
            }
        }
    }

    fn int_code(&mut self, value: &PyNode) -> Translated<RhaiCode> {
        match self.kind_of(value) {
            ValueKind::Int => self.expression(value),
            ValueKind::Float => Ok(RhaiCode::atom(format!("{}.to_int()", self.value(value, level::ATOM)?))),
            ValueKind::Text | ValueKind::Cell => {
                Ok(RhaiCode::atom(format!("parse_int({}.trim())", self.value(value, level::ATOM)?)))
            }
            ValueKind::Bool => {
                Ok(RhaiCode::of(format!("if {} {{ 1 }} else {{ 0 }}", self.plain(value)?), level::LOWEST))
            }
            _ => {
                let code = self.plain(value)?;
                Ok(RhaiCode::atom(format!("{}({code})", self.helper("int_of"))))
            }
        }
    }

    fn map_of_keywords(&mut self, call: &PyCall) -> Translated<RhaiCode> {
        let mut entries = Vec::new();
        for (name, value) in &call.keywords {
            let Some(name) = name else { return left("`**` in `dict`") };
            entries.push(format!("{}: {}", key(name), self.plain(value)?));
        }
        Ok(RhaiCode::atom(format!("#{{{}}}", entries.join(", "))))
    }

    /// `list(x)`: a copy, as every assignment of a list is.
    fn copied_list(&mut self, of: &PyNode) -> Translated<RhaiCode> {
        self.letters_or_list(of).map(RhaiCode::atom)
    }

    fn negated_list(&mut self, of: &PyNode) -> Translated<String> {
        Ok(format!("{}.is_empty()", self.plain_iterated(of)?.at(level::ATOM)))
    }

    /// An error that is thrown.
    pub(super) fn error_map(&mut self, name: &str, arguments: &[PyNode]) -> Translated<String> {
        let kind = name.rsplit('.').next().unwrap_or(name);
        let message = match arguments {
            [] => "\"\"".to_owned(),
            [only] => {
                let kind = self.kind_of(only);
                self.shown(only, &kind)?
            }
            _ => return left("an error of several values"),
        };
        Ok(format!("#{{kind: {}, message: {message}}}", quoted(kind)))
    }

    pub(super) fn exit(&mut self, arguments: &[PyNode]) -> Translated<RhaiCode> {
        match arguments {
            [] => Ok(RhaiCode::atom("exit(0)")),
            [code] => {
                if is_status(code) {
                    self.note_defect(code.line, "B24");
                    let status = self.plain(code)?;
                    return Ok(RhaiCode::atom(format!("exit(if {status} == 200 {{ 0 }} else {{ 1 }})")));
                }
                match self.kind_of(code) {
                    ValueKind::Text => {
                        let text = self.plain(code)?;
                        self.before.push(format!("log({text});"));
                        Ok(RhaiCode::atom("exit(1)"))
                    }
                    ValueKind::Bool | ValueKind::None => left("an exit code that is not a number"),
                    _ => Ok(RhaiCode::atom(format!("exit({})", self.plain(code)?))),
                }
            }
            _ => left("`exit`"),
        }
    }
}

fn is_status(node: &PyNode) -> bool {
    matches!(&node.kind, PyExpression::Attribute(_, name) if name == "status_code")
}

/// The key of a map literal.
fn key(name: &str) -> String {
    if super::expressions::is_plain_key(name) { name.to_owned() } else { quoted(name) }
}

/// Whether a name is one of Python's errors.
pub(super) fn is_error_name(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path);
    (name.ends_with("Error") || name.ends_with("Exception") || name == "SystemExit" || name == "Timeout")
        && name.starts_with(|letter: char| letter.is_ascii_uppercase())
}
