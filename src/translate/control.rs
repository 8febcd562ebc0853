//! Conditions, loops and `try`.

use super::expressions::quoted;
use super::names;
use super::report::LineOutcome;
use super::syntax::{PyArm, PyBlock, PyExpression, PyHandler, PyNode, PyStatement, PyStatementKind};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;
use std::collections::BTreeSet;

impl Translator<'_> {
    /// Declares the variables of a compound statement that are used outside of the block that assigns them.
    pub(super) fn hoist(&mut self, statement: &PyStatement) {
        let is_if = matches!(statement.kind, PyStatementKind::If { .. });
        let mut wanted: Vec<String> = Vec::new();
        let blocks = statement.blocks();
        for block in &blocks {
            let (Some(first), Some(last)) = (block.first(), block.last()) else { continue };
            for inner in *block {
                for name in assigned_in(inner) {
                    if wanted.contains(&name) {
                        continue;
                    }
                    let outside = self.scope.uses.is_read_outside(&name, statement.first, statement.last);
                    // `else` and `finally` see what `try` has assigned; two arms of a condition do not see each other.
                    let beside = !is_if
                        && blocks.len() > 1
                        && self.scope.uses.is_read_outside(&name, first.first, last.last)
                        && self.scope.uses.read.get(&name).is_some_and(|lines| {
                            lines.iter().any(|line| {
                                (statement.first..=statement.last).contains(line)
                                    && !(first.first..=last.last).contains(line)
                            })
                        });
                    let in_test = matches!(statement.kind, PyStatementKind::While { .. })
                        && self
                            .scope
                            .uses
                            .read
                            .get(&name)
                            .is_some_and(|lines| lines.contains(&statement.first));
                    if outside || beside || in_test {
                        wanted.push(name);
                    }
                }
            }
        }
        if let PyStatementKind::For { target, .. } = &statement.kind {
            for name in targets(target) {
                if self.scope.uses.is_read_next(&name, statement.last) && !wanted.contains(&name) {
                    wanted.push(name);
                }
            }
        }
        let new: Vec<_> = wanted
            .into_iter()
            .filter(|name| self.is_local_name(name) && !self.scope.is_declared(name))
            .collect();
        if new.is_empty() {
            return;
        }
        self.writer.catch_up(statement.first);
        let declared: Vec<_> = new.iter().map(|name| format!("let {};", names::variable(name))).collect();
        self.writer.extra(&declared.join(" "));
        for name in new {
            self.scope.declare(&name);
        }
    }

    /// Whether a name is a variable of this body, not a constant, a field of `state` or a file.
    fn is_local_name(&self, name: &str) -> bool {
        let is_module_name = self.scope.function.is_none() || self.scope.uses.outer.contains(name);
        let place = self.places.get(name).copied();
        let is_kept_elsewhere = is_module_name
            && matches!(
                place,
                Some(super::translator::NamePlace::State | super::translator::NamePlace::Constant)
            );
        let kind = self.scope.kinds.get(name);
        !is_kept_elsewhere
            && !self.functions.contains_key(name)
            && !self.classes.contains_key(name)
            && !self.imports.contains_key(name)
            && !self.absorbed.contains(&self.scope_key(name))
            && !self.scope.aliases.contains_key(name)
            && !matches!(kind, Some(ValueKind::File | ValueKind::CsvWriter))
    }

    /// Opens a block: its first line is `code`.
    fn open(&mut self, first: usize, last: usize, code: &str) {
        self.writer.code(first, last, code);
        self.writer.indent();
        self.scope.blocks.push(BTreeSet::new());
    }

    fn close(&mut self) {
        self.scope.blocks.pop();
        self.writer.dedent();
    }

    pub(super) fn body(&mut self, block: &PyBlock) {
        self.statements(&block.body);
    }

    pub(super) fn if_statement(
        &mut self,
        statement: &PyStatement,
        arms: &[PyArm],
        otherwise: Option<&PyBlock>,
    ) -> Translated<()> {
        if let Some(body) = self.version_arm(arms, otherwise) {
            return self.flat(statement, body);
        }
        if self.is_for_python_2(arms) && otherwise.is_none() {
            self.told(statement, "this is for Python 2");
            return Ok(());
        }
        self.hoist(statement);
        for (place, arm) in arms.iter().enumerate() {
            let test = self.condition(&arm.test)?;
            let line = arm.block.line;
            if place == 0 {
                self.write_before(statement.first);
                self.open(statement.first, arm.test.end.max(line), &format!("if {test} {{"));
            } else {
                if !self.before.is_empty() {
                    return left("a computed value in `elif`");
                }
                self.writer.catch_up(line);
                self.close();
                self.open(line, arm.test.end.max(line), &format!("}} else if {test} {{"));
            }
            self.writer.outcomes(line, arm.test.end.max(line), LineOutcome::Same, "");
            self.body(&arm.block);
        }
        if let Some(block) = otherwise {
            self.writer.catch_up(block.line);
            self.close();
            self.open(block.line, block.line, "} else {");
            self.writer.outcomes(block.line, block.line, LineOutcome::Same, "");
            self.body(block);
        }
        self.close();
        self.writer.extra("}");
        Ok(())
    }

    /// The body that runs, if the condition is one about Python: `if __name__ == "__main__":` and the version.
    fn version_arm<'s>(&self, arms: &'s [PyArm], otherwise: Option<&'s PyBlock>) -> Option<&'s PyBlock> {
        let [arm] = arms else { return None };
        let PyExpression::Compare(first, rest) = &arm.test.kind else { return None };
        let [(sign, other)] = rest.as_slice() else { return None };
        if first.name() == Some("__name__") && other.text() == Some("__main__") && otherwise.is_none() {
            return Some(&arm.block);
        }
        let is_version = match &first.kind {
            PyExpression::Index(of, _) => self.path_of(of).as_deref() == Some("sys.version_info"),
            _ => self.path_of(first).as_deref() == Some("sys.version_info"),
        };
        let is_three = matches!(&other.kind, PyExpression::Int(digits) if digits == "3")
            && !matches!(sign, super::syntax::PyComparison::Less);
        match (is_version, is_three) {
            (true, true) => Some(&arm.block),
            _ => None,
        }
    }

    /// `if sys.version_info[0] == 2:`
    fn is_for_python_2(&self, arms: &[PyArm]) -> bool {
        let [arm] = arms else { return false };
        let PyExpression::Compare(first, rest) = &arm.test.kind else { return false };
        let [(_, other)] = rest.as_slice() else { return false };
        let is_version = match &first.kind {
            PyExpression::Index(of, _) => self.path_of(of).as_deref() == Some("sys.version_info"),
            _ => false,
        };
        is_version && matches!(&other.kind, PyExpression::Int(digits) if digits == "2")
    }

    /// Writes a body without its condition.
    #[expect(clippy::unnecessary_wraps, reason = "every statement ends in one way")]
    fn flat(&mut self, statement: &PyStatement, block: &PyBlock) -> Translated<()> {
        let text = self.writer.source(statement.first).to_owned();
        self.writer.catch_up(statement.first);
        self.writer.extra(&format!("// {text}"));
        self.writer.outcome(statement.first, LineOutcome::Same, "");
        self.writer.skip_to(
            statement.head.min(
                block
                    .body
                    .first()
                    .map_or(statement.first, |inner| inner.first.saturating_sub(1))
                    .max(statement.first),
            ),
        );
        self.body(block);
        Ok(())
    }

    pub(super) fn while_statement(
        &mut self,
        statement: &PyStatement,
        test: &PyNode,
        body: &PyBlock,
        otherwise: Option<&PyBlock>,
    ) -> Translated<()> {
        self.hoist(statement);
        let is_endless = matches!(&test.kind, PyExpression::Bool(true))
            || matches!(&test.kind, PyExpression::Int(digits) if digits == "1");
        let code = if is_endless {
            "loop {".to_owned()
        } else {
            let code = self.condition(test)?;
            if !self.before.is_empty() {
                return left("a computed value in the condition of a loop");
            }
            format!("while {code} {{")
        };
        self.looped(statement, &code, body, otherwise, &[])
    }

    /// A loop, with the flag that its `else` needs.
    #[expect(clippy::unnecessary_wraps, reason = "every statement ends in one way")]
    pub(super) fn looped(
        &mut self,
        statement: &PyStatement,
        code: &str,
        body: &PyBlock,
        otherwise: Option<&PyBlock>,
        first: &[String],
    ) -> Translated<()> {
        self.write_before(statement.first);
        let flag = otherwise.map(|_| self.fresh("is_ended_by_break"));
        if let Some(flag) = &flag {
            self.writer.extra(&format!("let {flag} = false;"));
        }
        self.open(statement.first, statement.head, code);
        if let PyStatementKind::For { target, .. } = &statement.kind {
            // What the body assigns to the variable of the loop is not a new variable.
            for name in targets(target) {
                if !self.scope.is_declared(&name) {
                    self.scope.declare(&name);
                }
            }
        }
        self.writer.outcomes(statement.first, statement.head, LineOutcome::Same, "");
        for line in first {
            self.writer.extra(line);
        }
        let moved: Vec<_> = self.moved_for(statement);
        for url in moved {
            self.moved_url(&url);
        }
        self.scope.loops.push(flag.clone());
        self.scope.loop_lines.push((statement.first, statement.last));
        self.body(body);
        self.scope.loop_lines.pop();
        self.scope.loops.pop();
        self.close();
        self.writer.extra("}");
        if let (Some(block), Some(flag)) = (otherwise, flag) {
            self.writer.catch_up(block.line);
            self.open(block.line, block.line, &format!("if !{flag} {{"));
            self.writer.outcomes(block.line, block.line, LineOutcome::Same, "");
            self.body(block);
            self.close();
            self.writer.extra("}");
        }
        Ok(())
    }

    pub(super) fn try_block(
        &mut self,
        statement: &PyStatement,
        body: &PyBlock,
        handlers: &[PyHandler],
        otherwise: Option<&PyBlock>,
        last: Option<&PyBlock>,
    ) -> Translated<()> {
        if last.is_some_and(|_| leaves(&statement.blocks().concat())) {
            return left("`finally` after `return`, `break` or `continue`");
        }
        self.hoist(statement);
        self.writer.catch_up(statement.first);
        let is_clean = otherwise.map(|_| self.fresh("is_clean"));
        if let Some(flag) = &is_clean {
            self.writer.extra(&format!("let {flag} = false;"));
        }
        let pending = last.map(|_| self.fresh("pending_error"));
        if let Some(pending) = &pending {
            self.writer.extra(&format!("let {pending} = ();"));
            self.open(statement.first, statement.first, "try {");
            if !handlers.is_empty() {
                self.writer.extra("try {");
                self.writer.indent();
                self.scope.blocks.push(BTreeSet::new());
            }
        } else {
            self.open(statement.first, statement.first, "try {");
        }
        self.writer.outcome(statement.first, LineOutcome::Same, "");
        let catches_keys = handlers.iter().any(|handler| {
            handler.types.iter().any(|kind| {
                kind.path().is_some_and(|path| path.ends_with("KeyError") || path.ends_with("LookupError"))
            })
        });
        self.scope.catches_keys += usize::from(catches_keys);
        self.body(body);
        self.scope.catches_keys -= usize::from(catches_keys);
        if let Some(flag) = &is_clean {
            self.writer.extra(&format!("{flag} = true;"));
        }
        if !handlers.is_empty() {
            self.handlers(handlers)?;
        }
        if let Some(pending) = &pending {
            self.close();
            let error = self.fresh("err");
            self.writer.extra(&format!("}} catch ({error}) {{ {pending} = {error}; }}"));
        }
        if let (Some(block), Some(flag)) = (otherwise, &is_clean) {
            self.writer.catch_up(block.line);
            self.open(block.line, block.line, &format!("if {flag} {{"));
            self.writer.outcome(block.line, LineOutcome::Same, "");
            self.body(block);
            self.close();
            self.writer.extra("}");
        }
        if let (Some(block), Some(pending)) = (last, &pending) {
            self.writer.catch_up(block.line);
            self.writer.code(block.line, block.line, "// finally");
            self.writer.outcome(block.line, LineOutcome::Same, "");
            self.body(block);
            self.writer.extra(&format!("if {pending} != () {{ throw {pending}; }}"));
        }
        Ok(())
    }

    fn handlers(&mut self, handlers: &[PyHandler]) -> Translated<()> {
        let named: Vec<_> = handlers.iter().filter_map(|handler| handler.name.clone()).collect();
        let error = match named.first() {
            Some(name) if named.iter().all(|other| other == name) && !self.scope.is_declared(name) => {
                names::variable(name)
            }
            _ => self.fresh("err"),
        };
        let first_line = handlers[0].block.line;
        self.writer.catch_up(first_line);
        self.close();
        let is_all = |handler: &PyHandler| {
            handler.types.is_empty()
                || handler.types.iter().any(|kind| matches!(kind.name(), Some("Exception" | "BaseException")))
        };
        let is_simple = handlers.len() == 1 && is_all(&handlers[0]);
        self.open(first_line, first_line, &format!("}} catch ({error}) {{"));
        self.scope.caught.push(error.clone());
        let result = self.handler_bodies(handlers, &error, is_simple, is_all);
        self.scope.caught.pop();
        self.close();
        self.writer.extra("}");
        result
    }

    /// An error by its last name, and the script's own ones that are made from it.
    fn error_kinds(&self, path: &str) -> Vec<String> {
        let mut names = vec![path.rsplit('.').next().unwrap_or(path).to_owned()];
        let mut place = 0;
        while place < names.len() {
            let derived = self.classes.iter().filter(|(_, class)| class.bases.contains(&names[place]));
            let derived: Vec<_> =
                derived.map(|(name, _)| name.clone()).filter(|name| !names.contains(name)).collect();
            names.extend(derived);
            place += 1;
        }
        names.iter().map(|name| quoted(name)).collect()
    }

    fn handler_bodies(
        &mut self,
        handlers: &[PyHandler],
        error: &str,
        is_simple: bool,
        is_all: impl Fn(&PyHandler) -> bool,
    ) -> Translated<()> {
        let mut catches_all = false;
        for (place, handler) in handlers.iter().enumerate() {
            let line = handler.block.line;
            self.writer.outcome(line, LineOutcome::Same, "");
            let alias = handler.name.clone().filter(|name| names::variable(name) != error);
            if let Some(name) = &alias {
                self.scope.aliases.insert(name.clone(), error.to_owned());
            } else if let Some(name) = &handler.name {
                self.scope.declare(name);
            }
            if let Some(name) = &handler.name {
                self.scope.kinds.insert(name.clone(), ValueKind::Error);
            }
            if !is_simple {
                let test = if is_all(handler) {
                    catches_all = true;
                    String::new()
                } else {
                    let kinds: Vec<_> = handler
                        .types
                        .iter()
                        .map(|kind| kind.path().map(|path| self.error_kinds(&path)))
                        .collect::<Option<Vec<_>>>()
                        .unwrap_or_default()
                        .concat();
                    if kinds.is_empty() {
                        return left("`except` of a computed class");
                    }
                    format!("if {}({error}, [{}]) ", self.helper("is_error"), kinds.join(", "))
                };
                let code = if place == 0 {
                    format!("{test}{{")
                } else {
                    self.writer.catch_up(line);
                    self.close();
                    format!("}} else {test}{{")
                };
                if place == 0 {
                    self.writer.extra(&code);
                    self.writer.indent();
                    self.scope.blocks.push(BTreeSet::new());
                } else {
                    self.open(line, line, &code);
                }
            }
            self.body(&handler.block);
            if let Some(name) = &alias {
                self.scope.aliases.remove(name);
            }
        }
        if !is_simple {
            self.close();
            self.writer.extra(if catches_all { "}" } else { "} else {" });
            if !catches_all {
                self.writer.extra(&format!("    throw {error};"));
                self.writer.extra("}");
            }
        }
        Ok(())
    }
}

/// The names of a target.
pub(super) fn targets(target: &PyNode) -> Vec<String> {
    match &target.kind {
        PyExpression::Name(name) => vec![name.clone()],
        PyExpression::Tuple(parts) | PyExpression::List(parts) => parts.iter().flat_map(targets).collect(),
        PyExpression::Starred(inner) => targets(inner),
        _ => Vec::new(),
    }
}

/// The names that a statement and those in it assign, without functions.
pub(super) fn assigned_in(statement: &PyStatement) -> Vec<String> {
    names::targets_of(statement)
}

/// Whether a block leaves its function or loop.
pub(super) fn leaves(body: &[PyStatement]) -> bool {
    let mut found = false;
    for statement in body {
        statement.walk_statements(&mut |inner| {
            found |= matches!(
                inner.kind,
                PyStatementKind::Return(_) | PyStatementKind::Break | PyStatementKind::Continue
            );
        });
    }
    found
}
