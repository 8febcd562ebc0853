//! Objects that are known under two names: values are copied here, so that a change of one would not show in the other.

use super::names::{self, NameUse};
use super::syntax::{PyCall, PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind, PythonFile};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;
use std::collections::BTreeSet;

/// The methods of the script's classes that change their object, by name.
pub(super) fn changing_methods(file: &PythonFile) -> BTreeSet<String> {
    let mut changing = BTreeSet::new();
    loop {
        let before = changing.len();
        for statement in &file.body {
            let PyStatementKind::Class { body, .. } = &statement.kind else { continue };
            for inner in &body.body {
                let PyStatementKind::Function(method) = &inner.kind else { continue };
                let Some(own) = method.parameters.first() else { continue };
                let is_special = method.name.starts_with("__");
                let uses = NameUse::with_functions(&method.body);
                let is_changed =
                    uses.changed.contains_key(&own.name) || calls_changing(method, &own.name, &changing);
                if is_changed && !is_special && !names::is_python_method(&method.name) {
                    changing.insert(method.name.clone());
                }
            }
        }
        if changing.len() == before {
            return changing;
        }
    }
}

/// Whether a method calls one of its own object, or of a part of it, that changes it.
fn calls_changing(method: &PyFunction, own: &str, changing: &BTreeSet<String>) -> bool {
    let mut found = false;
    for statement in &method.body {
        statement.walk(&mut |node| {
            if let Some(call) = node.call()
                && let PyExpression::Attribute(of, name) = &call.function.kind
            {
                found |= of.root() == Some(own) && changing.contains(name);
            }
        });
    }
    found
}

impl Translator<'_> {
    /// Whether a variable holds an object that something changes, and is read after a line.
    fn is_kept(&self, node: &PyNode, line: usize) -> bool {
        let Some(name) = node.name() else { return false };
        let is_mutable = match self.kind_of(node) {
            ValueKind::Object(class) => self.mutable_classes.contains(&class),
            _ => false,
        };
        is_mutable
            && self.scope.uses.read.get(name).is_some_and(|lines| lines.iter().any(|read| *read > line))
    }

    /// An object that goes into a list, map, field or function that keeps it, and is used afterwards under its own name.
    pub(super) fn check_kept(&self, statement: &PyStatement) -> Translated<()> {
        let line = statement.last;
        let mut is_shared = false;
        match &statement.kind {
            PyStatementKind::Assign { targets, value } => {
                let is_field = targets.iter().any(|target| target.name().is_none());
                is_shared |= is_field && self.is_kept(value, line);
            }
            PyStatementKind::Return(Some(value)) => {
                // `return self`
                let own = self.scope.own_object.as_ref().map(|(own, _)| own.as_str());
                let is_enter = self.scope.function.as_deref().is_some_and(|name| name.starts_with("__"));
                let class = self.scope.class.as_deref().unwrap_or_default();
                is_shared |=
                    own.is_some() && value.name() == own && !is_enter && self.mutable_classes.contains(class);
            }
            _ => {}
        }
        for expression in statement.expressions() {
            expression.walk(&mut |node| {
                is_shared |= match &node.kind {
                    PyExpression::List(items) | PyExpression::Tuple(items) | PyExpression::Set(items) => {
                        items.iter().any(|item| self.is_kept(item, line))
                    }
                    PyExpression::Dict(entries) => entries.iter().any(|(_, value)| self.is_kept(value, line)),
                    PyExpression::Call(call) => self.keeps_argument(call, line),
                    _ => false,
                };
            });
        }
        if is_shared {
            return left("an object that is known under two names, and changes");
        }
        Ok(())
    }

    /// Whether a call keeps one of its arguments, which is used afterwards.
    fn keeps_argument(&self, call: &PyCall, line: usize) -> bool {
        let kept = |node: &PyNode| self.is_kept(node, line);
        if !call.arguments.iter().any(kept) && !call.keywords.iter().any(|(_, value)| kept(value)) {
            return false;
        }
        let PyExpression::Attribute(_, method) = &call.function.kind else {
            let name = call.function.name().unwrap_or_default();
            return self.classes.contains_key(name) || self.keeping.contains(name);
        };
        names::is_changing_method(method) || self.keeping.contains(&format!(".{method}"))
    }

    /// `found = find(rows)`, where the function returns a part of another value and the result is changed.
    pub(super) fn check_returned(&self, statement: &PyStatement) -> Translated<()> {
        let PyStatementKind::Assign { targets, value } = &statement.kind else { return Ok(()) };
        let ([target], Some(call)) = (targets.as_slice(), value.call()) else { return Ok(()) };
        let called = match &call.function.kind {
            PyExpression::Name(name) => name.clone(),
            PyExpression::Attribute(of, method)
                if !names::is_python_method(method) || matches!(self.kind_of(of), ValueKind::Object(_)) =>
            {
                format!(".{method}")
            }
            _ => return Ok(()),
        };
        let is_changed = target.name().is_some_and(|name| {
            self.scope
                .uses
                .changed
                .get(name)
                .is_some_and(|lines| lines.iter().any(|line| *line > statement.last))
        });
        if is_changed && self.returning_parts.contains(&called) {
            return left(format!(
                "a change of what `{}` returns, which is a part of another value",
                called.trim_start_matches('.')
            ));
        }
        Ok(())
    }

    /// Notes classes whose objects change, and functions that keep their arguments or return parts of other values.
    pub(super) fn find_sharing(&mut self) {
        let file = self.file;
        let (own, all) = (NameUse::of(&file.body), NameUse::with_functions(&file.body));
        let lines_of_own = |name: &String| own.changed.get(name).map_or(0, Vec::len);
        let in_functions = all.changed.into_iter().filter(|(name, lines)| lines.len() > lines_of_own(name));
        self.changed_in_functions = in_functions.map(|(name, _)| name).collect();
        let changing = changing_methods(file);
        let mut fields_set: BTreeSet<String> = BTreeSet::new();
        let mut functions: Vec<(&PyFunction, bool)> = Vec::new();
        for statement in &file.body {
            match &statement.kind {
                PyStatementKind::Function(function) => functions.push((function, false)),
                PyStatementKind::Class { body, .. } => {
                    for inner in &body.body {
                        if let PyStatementKind::Function(function) = &inner.kind {
                            functions.push((function, true));
                        }
                    }
                }
                _ => {}
            }
            statement.walk_statements(&mut |inner| {
                let targets: Vec<&PyNode> = match &inner.kind {
                    PyStatementKind::Assign { targets, .. } => targets.iter().collect(),
                    PyStatementKind::Augmented { target, .. } => vec![target],
                    _ => Vec::new(),
                };
                for target in targets {
                    if let PyExpression::Attribute(of, field) = &target.kind
                        && of.name().is_none_or(|name| name != "self")
                    {
                        fields_set.insert(field.clone());
                    }
                }
            });
        }
        for (name, class) in &self.classes {
            let changes = class.methods.keys().any(|method| changing.contains(method))
                || class.fields.keys().any(|field| fields_set.contains(field));
            if changes {
                self.mutable_classes.insert(name.clone());
            }
        }
        for (function, is_method) in functions {
            // A function and a method may have one name.
            let key = if is_method { format!(".{}", function.name) } else { function.name.clone() };
            let parameters: BTreeSet<_> =
                function.parameters.iter().skip(usize::from(is_method)).map(|one| one.name.clone()).collect();
            if keeps(function, &parameters) {
                self.keeping.insert(key.clone());
            }
            let own = function.parameters.first().filter(|_| is_method).map(|one| one.name.as_str());
            if returns_part(function, &parameters, own) {
                self.returning_parts.insert(key);
            }
        }
    }
}

/// Whether a function puts a parameter into a field, list or map, or returns it.
fn keeps(function: &PyFunction, parameters: &BTreeSet<String>) -> bool {
    let is_it = |node: &PyNode| node.name().is_some_and(|name| parameters.contains(name));
    let mut found = false;
    for statement in &function.body {
        statement.walk_statements(&mut |inner| match &inner.kind {
            PyStatementKind::Assign { value, .. } | PyStatementKind::Return(Some(value)) => {
                found |= is_it(value);
            }
            _ => {}
        });
        statement.walk(&mut |node| match &node.kind {
            PyExpression::List(items) | PyExpression::Tuple(items) => found |= items.iter().any(is_it),
            PyExpression::Dict(entries) => found |= entries.iter().any(|(_, value)| is_it(value)),
            PyExpression::Call(call) => {
                if let PyExpression::Attribute(_, method) = &call.function.kind {
                    found |= names::is_changing_method(method) && call.arguments.iter().any(is_it);
                }
            }
            _ => {}
        });
    }
    found
}

/// Whether a function returns a parameter, an entry of one, or a field of its object.
fn returns_part(function: &PyFunction, parameters: &BTreeSet<String>, own: Option<&str>) -> bool {
    let mut entries: BTreeSet<String> = BTreeSet::new();
    for statement in &function.body {
        statement.walk_statements(&mut |inner| {
            if let PyStatementKind::For { target, iterated, .. } = &inner.kind
                && iterated.call().is_none_or(|call| {
                    matches!(&call.function.kind, PyExpression::Attribute(_, method) if method == "values")
                })
            {
                entries.extend(target.name().map(str::to_owned));
            }
        });
    }
    let mut found = false;
    for statement in &function.body {
        statement.walk_statements(&mut |inner| {
            let PyStatementKind::Return(Some(value)) = &inner.kind else { return };
            let root = value.root().unwrap_or_default();
            let is_part = matches!(
                value.kind,
                PyExpression::Name(_) | PyExpression::Attribute(..) | PyExpression::Index(..)
            );
            let is_field = value.name().is_none() && own == Some(root);
            found |= is_part && (is_field || parameters.contains(root) || entries.contains(root));
        });
    }
    found
}
