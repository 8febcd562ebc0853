//! `with`: files, sessions, responses, and objects of the script's classes.

use super::names;
use super::report::LineOutcome;
use super::syntax::{PyBlock, PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// What `with` does after its body.
enum AfterBody {
    /// Writes the file.
    File(String),
    /// Calls a function, also after an error.
    Call(String),
}

impl Translator<'_> {
    pub(super) fn with_statement(
        &mut self,
        statement: &PyStatement,
        items: &[(PyNode, Option<PyNode>)],
        body: &PyBlock,
    ) {
        let mark = self.before.len();
        let scope = self.scope.clone();
        let Err(reason) = self.known_with(statement, items, body) else { return };
        // What is entered is left, and what is done in it is not.
        self.before.truncate(mark);
        self.scope = scope;
        self.hoist(statement);
        self.leave_head(statement, &reason.0);
        for name in items.iter().filter_map(|(_, name)| name.as_ref()?.name()) {
            if !self.scope.is_declared(name) {
                let line = self.assign_name(name, "()");
                self.writer.extra(&line);
            }
        }
        self.body(body);
    }

    fn known_with(
        &mut self,
        statement: &PyStatement,
        items: &[(PyNode, Option<PyNode>)],
        body: &PyBlock,
    ) -> Translated<()> {
        let (mut lines, mut after) = (Vec::new(), Vec::new());
        for (value, name) in items {
            let path = value.call().and_then(|call| self.path_of(&call.function)).unwrap_or_default();
            let name = match name {
                Some(name) => Some(name.name().ok_or(()).or_else(|()| left("`with` of this"))?),
                None => None,
            };
            let opened = value.call().and_then(|call| self.opened_path(call));
            if let (Some(call), Some(name)) = (&opened, name) {
                lines.extend(self.open_file(name, call)?);
                after.push(AfterBody::File(name.to_owned()));
                continue;
            }
            match (path.as_str(), value.call(), name) {
                ("open" | "io.open" | "codecs.open", Some(call), Some(name)) => {
                    lines.extend(self.open_file(name, call)?);
                    after.push(AfterBody::File(name.to_owned()));
                }
                _ => match (self.kind_of(value), name) {
                    (ValueKind::Session, Some(name)) => {
                        let code = self.plain(value)?;
                        lines.append(&mut self.before);
                        lines.push(self.assign_name(name, &code));
                    }
                    (ValueKind::Session | ValueKind::Lock, None) => {}
                    (ValueKind::Response | ValueKind::TokenResponse, Some(name))
                        if value.call().is_some() =>
                    {
                        let code = self.plain(value)?;
                        lines.append(&mut self.before);
                        lines.push(self.assign_name(name, &code));
                    }
                    (ValueKind::Object(class), name) => {
                        let exit = self.enter_object(value, &class, name, &mut lines)?;
                        after.extend(exit.map(AfterBody::Call));
                    }
                    _ => return left("`with` of this"),
                },
            }
        }
        let calls = after.iter().filter(|one| matches!(one, AfterBody::Call(_))).count();
        if calls > 0 && (after.len() > 1 || super::control::leaves(&body.body)) {
            return left(
                "`with` of an object whose `__exit__` does something, with `return` or `break` in it",
            );
        }
        if let ([line], []) = (lines.as_slice(), after.as_slice()) {
            self.line(statement, line)?;
            self.body(body);
            return Ok(());
        }
        self.write_before(statement.first);
        let text = self.writer.source(statement.first).to_owned();
        self.writer.extra(&format!("// {text}"));
        self.writer.outcomes(statement.first, statement.head, LineOutcome::Same, "");
        let first = body.body.first().map_or(statement.head, |inner| inner.first.saturating_sub(1));
        self.writer.skip_to(statement.head.min(first.max(statement.first)));
        for line in lines {
            self.writer.extra(&line);
        }
        let Some(AfterBody::Call(exit)) = after.first() else {
            self.body(body);
            for one in after {
                let AfterBody::File(name) = one else { continue };
                for line in self.close_file(&name) {
                    self.writer.extra(&line);
                }
            }
            return Ok(());
        };
        self.hoist(statement);
        self.write_before(statement.first);
        let pending = self.fresh("pending_error");
        let error = self.fresh("err");
        self.writer.extra(&format!("let {pending} = ();"));
        self.writer.extra("try {");
        self.writer.indent();
        self.scope.blocks.push(std::collections::BTreeSet::new());
        self.body(body);
        self.scope.blocks.pop();
        self.writer.dedent();
        self.writer.extra(&format!("}} catch ({error}) {{ {pending} = {error}; }}"));
        self.writer.extra(&format!("{exit};"));
        self.writer.extra(&format!("if {pending} != () {{ throw {pending}; }}"));
        Ok(())
    }

    /// The lines that make an object and call its `__enter__`; returns the call of its `__exit__`, if it does anything.
    fn enter_object(
        &mut self,
        value: &PyNode,
        class: &str,
        name: Option<&str>,
        lines: &mut Vec<String>,
    ) -> Translated<Option<String>> {
        let Some(known) = self.classes.get(class).cloned() else { return left("`with` of this") };
        let (Some(enter), Some(exit)) = (&known.enter, &known.exit) else {
            return left(format!("`with` of `{class}`, which has no `__enter__` and `__exit__`"));
        };
        let object = if value.call().is_some() {
            let code = self.plain(value)?;
            lines.append(&mut self.before);
            let name = name.map_or_else(|| self.fresh("context"), str::to_owned);
            lines.push(self.assign_name(&name, &code));
            let node = PyNode { line: value.line, end: value.end, kind: PyExpression::Name(name.clone()) };
            // A name of the draft's own is not one of the source.
            self.plain(&node).unwrap_or_else(|_| names::variable(&name))
        } else if name.is_none() && value.root().is_some() {
            self.lasting(value)?
        } else {
            return left("an object under two names");
        };
        let returns_itself = self.method_source(class, &enter.name).is_some_and(|(function, own)| {
            let mut returned = Vec::new();
            for statement in &function.body {
                statement.walk_statements(&mut |inner| {
                    if let PyStatementKind::Return(value) = &inner.kind {
                        returned.push(value.as_ref().and_then(PyNode::name) == Some(own));
                    }
                });
            }
            returned == [true]
                && matches!(function.body.last().map(|last| &last.kind), Some(PyStatementKind::Return(_)))
        });
        if !returns_itself {
            return left("`__enter__` that returns something else than its object");
        }
        lines.push(format!("{object}.{}();", enter.written()));
        let Some((function, own)) = self.method_source(class, &exit.name) else { return left("`__exit__`") };
        if function.body.iter().all(|statement| only_closes(statement, own)) {
            return Ok(None);
        }
        let uses = names::NameUse::with_functions(&function.body);
        let mut returns = false;
        for statement in &function.body {
            statement.walk_statements(&mut |inner| {
                returns |= matches!(&inner.kind, PyStatementKind::Return(Some(_)));
            });
        }
        let takes_error = exit.parameters.iter().any(|name| uses.read.contains_key(name));
        if returns || takes_error || exit.parameters.len() != 3 {
            return left("`__exit__` that looks at the error");
        }
        Ok(Some(format!("{object}.{}((), (), ())", exit.written())))
    }

    /// The source of `__enter__` or `__exit__` of a class by its name in the draft, and the name of its object.
    fn method_source(&self, class: &str, name: &str) -> Option<(&PyFunction, &str)> {
        let file = self.file;
        file.body.iter().find_map(|statement| match &statement.kind {
            PyStatementKind::Class { name: known, body, .. } if known == class => {
                body.body.iter().find_map(|inner| match &inner.kind {
                    PyStatementKind::Function(function)
                        if self.classes.get(class)?.method(&function.name)?.name == name =>
                    {
                        Some((function, function.parameters.first()?.name.as_str()))
                    }
                    _ => None,
                })
            }
            _ => None,
        })
    }
}

/// Whether a statement only closes a session, which needs nothing here.
fn only_closes(statement: &PyStatement, own: &str) -> bool {
    match &statement.kind {
        PyStatementKind::Pass => true,
        PyStatementKind::Expression(value) => {
            value.text().is_some()
                || value.call().is_some_and(|call| match &call.function.kind {
                    PyExpression::Attribute(of, method) => {
                        method == "close" && of.root() == Some(own) && super::absorbed::names_session(of)
                    }
                    _ => false,
                })
        }
        PyStatementKind::If { arms, otherwise: None } => arms.iter().all(|arm| {
            arm.test.call().is_none() && arm.block.body.iter().all(|inner| only_closes(inner, own))
        }),
        _ => false,
    }
}
