//! Decorators of the script: functions that are called with the function that they decorate.

use super::names;
use super::syntax::{PyCall, PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind};
use super::translator::{DecoratedCall, KnownDecorator, KnownFunction, Translated, Translator, left};

impl Translator<'_> {
    /// Finds the functions that are only used as decorators, and that call their function with the arguments as given.
    pub(super) fn find_decorators(&mut self) {
        let file = self.file;
        for statement in &file.body {
            let PyStatementKind::Function(function) = &statement.kind else { continue };
            let Some((around, takes_arguments)) = around(function) else { continue };
            let (mut uses, mut decorations, mut on_methods, mut on_functions) = (0, 0, false, false);
            for outer in &file.body {
                outer.walk(&mut |node| uses += usize::from(node.name() == Some(function.name.as_str())));
                let mut depth_of_class = false;
                outer.walk_statements(&mut |inner| {
                    depth_of_class |= matches!(inner.kind, PyStatementKind::Class { .. });
                    let PyStatementKind::Function(decorated) = &inner.kind else { return };
                    let count =
                        decorated.decorators.iter().filter(|one| name_of(one) == Some(&function.name));
                    let count = count.count();
                    decorations += count;
                    on_methods |= count > 0 && depth_of_class;
                    on_functions |= count > 0 && !depth_of_class;
                });
            }
            if uses == decorations && !(on_methods && on_functions) {
                let known = KnownDecorator { around, takes_arguments, on_methods };
                self.decorators.insert(function.name.clone(), known);
            }
        }
    }

    /// How the body of a decorator calls its function; `None` in other functions.
    pub(super) fn decorated_call(&self, function: &PyFunction) -> Option<DecoratedCall> {
        let known = self.decorators.get(&function.name)?;
        let parameter = known.around.parameters.first()?;
        Some(DecoratedCall { function: parameter.name.clone(), is_method: known.on_methods })
    }

    /// The decorator itself: a function that is called with the decorated one.
    pub(super) fn decorator_statement(
        &mut self,
        statement: &PyStatement,
        function: &PyFunction,
    ) -> Translated<()> {
        let Some(decorator) = self.decorators.get(&function.name).cloned() else {
            return left("a decorator");
        };
        if self.functions.get(&function.name).is_some_and(|known| known.is_stateful) {
            return left("a decorator that uses global variables");
        }
        let known = self.describe(&decorator.around);
        let known = KnownFunction { defaults: vec![None; known.parameters.len()], ..known };
        self.writer.catch_up(statement.first);
        self.writer.extra("// a decorator: called with the function that it decorates");
        self.function_body(statement, &decorator.around, &known, None)
    }

    /// A function or method with its decorators.
    pub(super) fn decorated_body(
        &mut self,
        statement: &PyStatement,
        function: &PyFunction,
        known: &KnownFunction,
        class: Option<(&str, &str, &str)>,
    ) -> Translated<()> {
        let is_kind = |decorator: &&PyNode| {
            matches!(decorator.name(), Some("staticmethod" | "property" | "classmethod"))
                && self.is_method(known)
        };
        let decorators: Vec<_> = function.decorators.iter().filter(|one| !is_kind(one)).collect();
        let [decorator] = decorators.as_slice() else {
            return match decorators.len() {
                0 => self.function_body(statement, function, known, class),
                _ => left("several decorators"),
            };
        };
        if self.is_cache(decorator) {
            if !is_pure(&function.body) {
                return left("a cache of a function that does more than return a value");
            }
            self.comment_decorators(statement, function);
            return self.function_body(statement, function, known, class);
        }
        let name = name_of(decorator).cloned().unwrap_or_default();
        let Some(around) = self.decorators.get(&name).cloned() else { return left("a decorator") };
        if around.takes_arguments != decorator.call().is_some() {
            return left("a decorator without its arguments");
        }
        let is_plain = !known.rest && !known.keywords && known.changed.is_none() && !known.is_stateful;
        if !is_plain || known.is_nested {
            return left("a decorator of such a function");
        }
        let given = match decorator.call() {
            Some(call) => self.decorator_arguments(&around, call)?,
            None => Vec::new(),
        };
        self.comment_decorators(statement, function);
        let inner = KnownFunction {
            name: format!("{}_undecorated", known.name),
            defaults: vec![None; known.parameters.len()],
            ..known.clone()
        };
        self.function_body(statement, function, &inner, class)?;
        let written = known.written();
        if self.built_in.contains(&written) {
            self.writer.extra(&format!("// umapish: own {written}"));
        }
        for form in self.default_forms(&written, known, class.is_none())? {
            self.writer.extra(&form);
        }
        let parameters: Vec<_> = known.parameters.iter().map(|name| names::variable(name)).collect();
        let curried = parameters.iter().flat_map(|name| [".curry(", name, ")"]).collect::<String>();
        let mut all = vec![format!("Fn(\"{}\"){curried}", inner.written())];
        all.extend(given);
        let object = if class.is_some() { "this." } else { "" };
        self.writer.extra(&format!(
            "fn {written}({}) {{ return {object}{}({}); }}",
            parameters.join(", "),
            Self::function_name(&name),
            all.join(", ")
        ));
        Ok(())
    }

    /// Whether a function is one of a class.
    fn is_method(&self, known: &KnownFunction) -> bool {
        self.classes.values().any(|class| class.methods.values().any(|method| method.name == known.name))
    }

    /// `@lru_cache(maxsize=None)`
    fn is_cache(&self, decorator: &PyNode) -> bool {
        let function = decorator.call().map_or(decorator, |call| &call.function);
        matches!(self.path_of(function).as_deref(), Some("functools.lru_cache" | "functools.cache"))
    }

    fn comment_decorators(&mut self, statement: &PyStatement, function: &PyFunction) {
        self.writer.catch_up(statement.first);
        for decorator in &function.decorators {
            for line in decorator.line..=decorator.end {
                let text = self.writer.source(line).to_owned();
                self.writer.extra(&format!("// {text}"));
            }
        }
    }

    /// The arguments of `@retry(3)`, in the order of the parameters.
    fn decorator_arguments(&mut self, around: &KnownDecorator, call: &PyCall) -> Translated<Vec<String>> {
        let parameters = around.around.parameters.get(1..).unwrap_or_default();
        if call.arguments.len() > parameters.len() {
            return left("too many arguments of a decorator");
        }
        let mut given = Vec::new();
        for (place, parameter) in parameters.iter().enumerate() {
            let named = call.keywords.iter().find(|(name, _)| name.as_ref() == Some(&parameter.name));
            let value = call.arguments.get(place).or(named.map(|(_, value)| value));
            match value.or(parameter.default.as_ref()) {
                Some(value) if super::expressions::is_repeatable(value) => given.push(self.plain(value)?),
                _ => return left("a computed argument of a decorator"),
            }
        }
        let is_known =
            |name: &Option<String>| parameters.iter().any(|parameter| name.as_ref() == Some(&parameter.name));
        if call.keywords.iter().any(|(name, _)| !is_known(name)) {
            return left("an unknown argument of a decorator");
        }
        Ok(given)
    }

    /// Whether another function than the script's own decides what a call returns.
    pub(super) fn is_decorated(&self, function: &PyFunction) -> bool {
        function
            .decorators
            .iter()
            .any(|one| name_of(one).is_some_and(|name| self.decorators.contains_key(name)))
    }
}

/// The name of a decorator, with or without arguments.
fn name_of(decorator: &PyNode) -> Option<&String> {
    let function = decorator.call().map_or(decorator, |call| &call.function);
    match &function.kind {
        PyExpression::Name(name) => Some(name),
        _ => None,
    }
}

/// What a decorator runs around a function, as a function of it and of the decorator's own parameters.
fn around(function: &PyFunction) -> Option<(PyFunction, bool)> {
    let (docstring, inner) = returned_function(&function.body)?;
    let is_plain = |function: &PyFunction| {
        function.rest.is_none() && function.keywords.is_none() && function.decorators.is_empty()
    };
    if !is_plain(function) || function.is_async {
        return None;
    }
    let (wrapper, decorated, own) = if takes_all(inner) {
        let [only] = function.parameters.as_slice() else { return None };
        (inner, only, &[][..])
    } else {
        let ([only], true) = (inner.parameters.as_slice(), is_plain(inner)) else { return None };
        let (_, wrapper) = returned_function(&inner.body)?;
        (wrapper, only, function.parameters.as_slice())
    };
    if !takes_all(wrapper) || !calls_as_given(wrapper, &decorated.name) {
        return None;
    }
    let parameters = std::iter::once(decorated).chain(own).cloned().collect();
    let body = docstring.into_iter().chain(&wrapper.body).cloned().collect();
    let around = PyFunction {
        name: function.name.clone(),
        parameters,
        rest: None,
        keywords: None,
        decorators: Vec::new(),
        body,
        is_async: false,
        returns: None,
    };
    Some((around, !std::ptr::eq(wrapper, inner)))
}

/// A body that only defines a function and returns it, after a description.
fn returned_function(body: &[PyStatement]) -> Option<(Option<&PyStatement>, &PyFunction)> {
    let is_text = |statement: &PyStatement| matches!(&statement.kind, PyStatementKind::Expression(value) if value.text().is_some());
    let (docstring, rest) = match body {
        [first, rest @ ..] if is_text(first) => (Some(first), rest),
        rest => (None, rest),
    };
    let [PyStatement { kind: PyStatementKind::Function(function), .. }, returned] = rest else { return None };
    let PyStatementKind::Return(Some(value)) = &returned.kind else { return None };
    (value.name() == Some(&function.name)).then_some((docstring, function))
}

/// `def wrapper(*args, **kwargs)`, with nothing but `@wraps(func)` before it.
fn takes_all(function: &PyFunction) -> bool {
    let is_wraps = |decorator: &PyNode| {
        let path = decorator.call().and_then(|call| call.function.path());
        matches!(path.as_deref(), Some("wraps" | "functools.wraps"))
    };
    function.parameters.is_empty()
        && function.rest.is_some()
        && function.keywords.is_some()
        && function.decorators.iter().all(is_wraps)
}

/// Whether a wrapper uses the function and the arguments only as `func(*args, **kwargs)`.
fn calls_as_given(wrapper: &PyFunction, decorated: &str) -> bool {
    let (mut names, mut calls) = (0, 0);
    let of_wrapper = [Some(decorated), wrapper.rest.as_deref(), wrapper.keywords.as_deref()];
    for statement in &wrapper.body {
        statement.walk(&mut |node| {
            names += usize::from(node.name().is_some_and(|name| of_wrapper.contains(&Some(name))));
            let Some(call) = node.call().filter(|call| call.function.name() == Some(decorated)) else {
                return;
            };
            let rest = match call.arguments.as_slice() {
                [PyNode { kind: PyExpression::Starred(rest), .. }] => rest.name(),
                _ => None,
            };
            let keywords = match call.keywords.as_slice() {
                [(None, value)] => value.name(),
                _ => None,
            };
            calls += usize::from(rest == wrapper.rest.as_deref() && keywords == wrapper.keywords.as_deref());
        });
    }
    calls > 0 && names == 3 * calls
}

/// Whether a function does nothing but return a value: its result is the same each time.
fn is_pure(body: &[PyStatement]) -> bool {
    let mut is_pure = true;
    for statement in body {
        statement.walk_statements(&mut |inner| {
            is_pure &= match &inner.kind {
                PyStatementKind::Expression(value) => value.text().is_some(),
                PyStatementKind::Global(_) | PyStatementKind::Other(_) => false,
                _ => true,
            };
        });
        statement.walk(&mut |node| {
            let path = node.call().and_then(|call| call.function.path()).unwrap_or_default();
            is_pure &= !path.contains("random") && !path.contains("now") && !path.contains("time");
        });
    }
    is_pure
}
