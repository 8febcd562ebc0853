//! Classes, as maps with functions.

use super::control::targets;
use super::names::{self, NameUse};
use super::report::LineOutcome;
use super::syntax::{PyBlock, PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind};
use super::translator::{KnownClass, NamePlace, Translated, Translator, left};

impl Translator<'_> {
    pub(super) fn class_statement(
        &mut self,
        statement: &PyStatement,
        name: &str,
        bases: &[PyNode],
        body: &PyBlock,
        decorators: &[PyNode],
    ) -> Translated<()> {
        let Some(class) = self.classes.get(name).cloned() else { return left("this class") };
        if self.scope.function.is_some() {
            return left("a class within a function");
        }
        if class.is_error {
            return self.error_class(statement, name, body);
        }
        let is_base = |base: &PyNode| base.name() == Some("object");
        let is_data = decorators.iter().any(|decorator| {
            let path =
                decorator.call().map_or_else(|| self.path_of(decorator), |call| self.path_of(&call.function));
            path.is_some_and(|path| path.ends_with("dataclass"))
        });
        if !bases.iter().all(is_base) || (!decorators.is_empty() && !is_data) {
            return left("a class with others below it, or with a decorator");
        }
        let methods: Vec<_> =
            body.body.iter().filter(|inner| matches!(inner.kind, PyStatementKind::Function(_))).collect();
        self.comment(statement)?;
        let has_constructor = methods.iter().any(
            |inner| matches!(&inner.kind, PyStatementKind::Function(function) if function.name == "__init__"),
        );
        if !has_constructor {
            self.plain_constructor(name, &class);
        }
        for inner in &body.body {
            match &inner.kind {
                PyStatementKind::Function(function) => self.method_statement(inner, name, function),
                PyStatementKind::Annotated { .. } | PyStatementKind::Assign { .. } => {
                    self.writer.catch_up(inner.first);
                    let text = self.writer.source(inner.first).to_owned();
                    self.writer.extra(&format!("// {text}"));
                    self.writer.outcomes(inner.first, inner.last, LineOutcome::Same, "");
                    self.writer.skip_to(inner.last);
                }
                _ => self.statement(inner),
            }
        }
        Ok(())
    }

    /// Whether a method can be one function.
    fn check_method(&self, function: &PyFunction) -> Translated<()> {
        const SPECIAL: &[&str] = &["__init__", "__enter__", "__exit__", "__aenter__", "__aexit__"];
        if function.name.starts_with("__")
            && function.name.ends_with("__")
            && !SPECIAL.contains(&&*function.name)
        {
            return left(format!("the method `{}`", function.name));
        }
        let uses = NameUse::with_functions(&function.body);
        let reaches_state = uses.read.keys().chain(uses.changed.keys()).chain(&uses.outer).any(|used| {
            let is_own = uses.assigned.contains_key(used) && !uses.outer.contains(used);
            !is_own
                && (self.places.get(used) == Some(&NamePlace::State)
                    || self.functions.get(used).is_some_and(|function| function.is_stateful))
        });
        if reaches_state {
            return left("a method that uses global variables that change");
        }
        Ok(())
    }

    /// `class NotFound(Exception): pass` needs nothing: errors are maps with a kind.
    pub(super) fn error_class(
        &mut self,
        statement: &PyStatement,
        name: &str,
        body: &PyBlock,
    ) -> Translated<()> {
        let is_empty = body.body.iter().all(|inner| {
            matches!(&inner.kind, PyStatementKind::Pass)
                || matches!(&inner.kind, PyStatementKind::Expression(value) if value.text().is_some() || matches!(value.kind, PyExpression::Other("...")))
        });
        if !is_empty {
            return left("a class of errors with fields");
        }
        self.writer.catch_up(statement.first);
        self.writer.extra(&format!("// an error of kind \"{name}\""));
        self.writer.outcomes(statement.first, statement.last, LineOutcome::Same, "");
        self.writer.skip_to(statement.last);
        Ok(())
    }

    pub(super) fn method_statement(&mut self, statement: &PyStatement, class: &str, function: &PyFunction) {
        let mark = self.writer.mark();
        let scope = self.scope.clone();
        let Some(known) = self.classes.get(class).and_then(|class| class.method(&function.name)).cloned()
        else {
            return self.leave(statement, "this method");
        };
        let own =
            function.parameters.first().map_or_else(|| "self".to_owned(), |parameter| parameter.name.clone());
        let written = if function.name == "__init__" { "self_" } else { "this" };
        let is_of_class = function.decorators.iter().any(|decorator| decorator.name() == Some("classmethod"));
        let static_form;
        let function = if is_of_class {
            self.class_name = Some((own.clone(), class.to_owned()));
            let parameters = function.parameters.get(1..).unwrap_or_default().to_vec();
            static_form = PyFunction { parameters, ..function.clone() };
            &static_form
        } else {
            function
        };
        let place = if known.is_nested { None } else { Some((class, own.as_str(), written)) };
        let result = self
            .check_method(function)
            .and_then(|()| self.decorated_body(statement, function, &known, place));
        self.class_name = None;
        if let Err(reason) = result {
            self.writer.reset(mark);
            self.scope = scope;
            self.leave(statement, &reason.0);
            let name = if function.name == "__init__" { Self::function_name(class) } else { known.written() };
            let parameters: Vec<_> = known.parameters.iter().map(|name| names::variable(name)).collect();
            self.writer.extra(&format!(
                "fn {name}({}) {{ throw \"TODO line {}\"; }}",
                parameters.join(", "),
                statement.first
            ));
        }
    }

    /// The constructor of a dataclass, or of a class without one.
    pub(super) fn plain_constructor(&mut self, name: &str, class: &KnownClass) {
        let Some(constructor) = &class.constructor else { return };
        let parameters: Vec<_> = constructor.parameters.iter().map(|name| names::variable(name)).collect();
        let written = Self::function_name(name);
        if let Ok(forms) = self.default_forms(&written, constructor, true) {
            for form in forms {
                self.writer.extra(&form);
            }
        }
        let fields: Vec<_> = constructor
            .parameters
            .iter()
            .map(|field| {
                let key = if super::expressions::is_plain_key(field) {
                    field.clone()
                } else {
                    super::expressions::quoted(field)
                };
                format!("{key}: {}", names::variable(field))
            })
            .collect();
        self.writer.extra(&format!(
            "fn {written}({}) {{ return #{{{}}}; }}",
            parameters.join(", "),
            fields.join(", ")
        ));
    }

    /// The attributes of a class, which every object has.
    pub(super) fn class_fields(&mut self, name: &str) {
        let file = self.file;
        for statement in &file.body {
            let PyStatementKind::Class { name: known, body, .. } = &statement.kind else { continue };
            if known != name {
                continue;
            }
            for inner in &body.body {
                if let PyStatementKind::Assign { targets: assigned, value } = &inner.kind {
                    for field in assigned.iter().flat_map(targets) {
                        if let Ok(code) = self.plain(value) {
                            let line = format!("{} = {code};", super::expressions::member("self_", &field));
                            self.writer.extra(&line);
                        }
                    }
                }
            }
        }
    }
}
