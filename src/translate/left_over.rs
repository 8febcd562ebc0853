//! What is left to a person: its lines as comments, and what depends on it.

use super::names;
use super::report::LineOutcome;
use super::syntax::{PyNode, PyStatement, PyStatementKind};
use super::translator::{NamePlace, Translator};

impl Translator<'_> {
    /// Leaves a statement to a person: its lines as comments, and its variables declared.
    pub(super) fn leave(&mut self, statement: &PyStatement, reason: &str) {
        self.writer.catch_up(statement.first);
        self.writer.missing(reason);
        for line in statement.first..=statement.last {
            let text = self.writer.source(line).to_owned();
            if text.is_empty() {
                continue;
            }
            if line == statement.first {
                self.writer.extra(&format!("// TODO line {line}: {text} ({reason})"));
            } else {
                self.writer.extra(&format!("// TODO line {line}: {text}"));
            }
        }
        self.writer.replace_outcomes(statement.first, statement.last, LineOutcome::Left, reason);
        self.writer.skip_to(statement.last);
        self.writer.replace_outcomes(statement.first, statement.last, LineOutcome::Left, reason);
        let targets = names::targets_of(statement);
        self.note_left_values(statement);
        let mut lines = Vec::new();
        for name in targets {
            let is_import =
                matches!(statement.kind, PyStatementKind::Import(_) | PyStatementKind::ImportFrom { .. });
            if is_import || self.functions.contains_key(&name) || self.classes.contains_key(&name) {
                continue;
            }
            let is_state = self.scope.function.is_none() && self.places.get(&name) == Some(&NamePlace::State);
            if is_state || !self.scope.is_declared(&name) {
                lines.push(self.assign_name(&name, "()"));
            }
        }
        if matches!(statement.kind, PyStatementKind::Return(_)) && lines.is_empty() {
            lines.push(format!("throw \"TODO line {}\";", statement.first));
        }
        for line in lines {
            self.writer.extra(&line);
        }
        self.stubs(statement);
    }

    /// Notes the variables and fields that a statement assigns, which is left: nothing is known of their values.
    fn note_left_values(&mut self, statement: &PyStatement) {
        let mut found = Vec::new();
        statement.walk_statements(&mut |inner| match &inner.kind {
            PyStatementKind::Assign { targets, .. } => {
                found.extend(targets.iter().flat_map(super::control::targets));
                found.extend(targets.iter().filter_map(PyNode::path));
            }
            PyStatementKind::Annotated { target, value: Some(_), .. } => found.extend(target.path()),
            PyStatementKind::Function(function) => found.push(function.name.clone()),
            PyStatementKind::For { target, .. } => found.extend(super::control::targets(target)),
            PyStatementKind::With { items, .. } => {
                found.extend(items.iter().filter_map(|(_, name)| name.as_ref()?.path()));
            }
            _ => {}
        });
        for path in found {
            let key = self.value_key(&path);
            self.left_values.insert(key);
        }
    }

    /// The key of a variable or field: fields belong to their class, variables to their function.
    fn value_key(&self, path: &str) -> String {
        match (path.split_once('.'), &self.scope.own_object) {
            (Some((root, field)), Some((own, _))) if root == own => {
                format!("{}.{field}", self.scope.class.as_deref().unwrap_or_default())
            }
            (Some((root, field)), _) => format!("{}.{field}", self.scope_key(root)),
            (None, _) => self.scope_key(path),
        }
    }

    /// Whether a value comes from a statement that is left: it may be anything, such as an object of a library.
    pub(super) fn is_left_value(&self, node: &PyNode) -> bool {
        node.path().is_some_and(|path| {
            let key = self.value_key(&path);
            self.left_values.contains(&key)
        })
    }

    /// Leaves the first lines of a compound statement to a person, but not its block.
    pub(super) fn leave_head(&mut self, statement: &PyStatement, reason: &str) {
        self.writer.catch_up(statement.first);
        self.writer.missing(reason);
        for line in statement.first..=statement.head {
            let text = self.writer.source(line).to_owned();
            let why = if line == statement.first { format!(" ({reason})") } else { String::new() };
            self.writer.extra(&format!("// TODO line {line}: {text}{why}"));
        }
        self.writer.skip_to(statement.head);
        self.writer.replace_outcomes(statement.first, statement.head, LineOutcome::Left, reason);
        if let PyStatementKind::With { items, .. } = &statement.kind {
            for path in items.iter().filter_map(|(_, name)| name.as_ref()?.path()) {
                let key = self.value_key(&path);
                self.left_values.insert(key);
            }
        }
    }

    /// Functions in place of a function or class that is left, so that its calls say what is missing.
    pub(super) fn stubs(&mut self, statement: &PyStatement) {
        if self.scope.function.is_some() || self.scope.closure_depth > 0 {
            return;
        }
        let (name, known) = match &statement.kind {
            PyStatementKind::Function(function) => (&function.name, self.functions.get(&function.name)),
            PyStatementKind::Class { name, .. } => {
                (name, self.classes.get(name).and_then(|class| class.constructor.as_ref()))
            }
            _ => return,
        };
        let Some(known) = known else { return };
        let least = known.defaults.iter().position(Option::is_some).unwrap_or(known.parameters.len());
        let all: Vec<_> = known.parameters.iter().map(|name| names::variable(name)).collect();
        let is_hidden = matches!(&statement.kind, PyStatementKind::Function(function) if !self.functions.contains_key(&function.name));
        if is_hidden {
            return;
        }
        let written = Self::function_name(name);
        let forms: Vec<_> = (least..=all.len())
            .map(|count| {
                format!(
                    "fn {written}({}) {{ throw \"TODO line {}\"; }}",
                    all[..count].join(", "),
                    statement.first
                )
            })
            .collect();
        for form in forms {
            self.writer.extra(&form);
        }
    }
}
