//! Finds what umapish does itself: functions that sign in or retry, and the variables that only serve them.

use super::names::{self, NameUse};
use super::service::is_own_argument;
use super::syntax::{PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind};
use super::translator::{BuiltInFunction, NamePlace, Translator};
use super::value_kind::ValueKind;
use std::collections::{BTreeMap, BTreeSet};

/// Where a name is read.
#[derive(Debug)]
enum ReadPlace {
    /// In an argument that umapish sets.
    BuiltIn,
    /// In a statement, by its first line.
    Statement(usize),
}

/// A body with its name, for names of its own.
struct BodyOf<'s> {
    function: Option<&'s str>,
    body: &'s [PyStatement],
    own: BTreeSet<String>,
}

impl Translator<'_> {
    /// The key of a name in the current body: names of functions are their own.
    pub(super) fn scope_key(&self, name: &str) -> String {
        match &self.scope.function {
            Some(function) if self.scope.is_own(name) => format!("{function}/{name}"),
            _ => format!("/{name}"),
        }
    }

    /// Functions that umapish has.
    pub(super) fn find_built_in(&mut self) {
        let file = self.file;
        for statement in &file.body {
            let PyStatementKind::Function(function) = &statement.kind else { continue };
            let built_in = if self.signs_in(&function.body) {
                Some(BuiltInFunction::SignIn)
            } else if is_retrying_call(function) {
                Some(BuiltInFunction::MakeCall)
            } else {
                None
            };
            if let Some(known) = self.functions.get_mut(&function.name) {
                known.built_in = built_in;
                if built_in == Some(BuiltInFunction::MakeCall) {
                    known.returns = ValueKind::Unknown;
                }
            }
        }
    }

    /// Whether a body asks for a token, and does nothing else to the service.
    fn signs_in(&self, body: &[PyStatement]) -> bool {
        let (mut asks, mut others) = (false, false);
        for statement in body {
            statement.walk(&mut |node| {
                let Some(call) = node.call() else { return };
                let path = self.path_of(&call.function).unwrap_or_default();
                if path == "jwt.encode" {
                    asks = true;
                } else if path.starts_with("requests.") && !super::calls::is_error_name(&path) {
                    let is_token = self.is_token_request(call);
                    asks |= is_token;
                    others |= !is_token && path != "requests.Session";
                }
            });
        }
        asks && !others
    }

    /// Variables and statements that only serve what umapish does itself.
    pub(super) fn find_absorbed(&mut self) {
        let file = self.file;
        let mut bodies = vec![BodyOf { function: None, body: &file.body, own: BTreeSet::new() }];
        for statement in &file.body {
            match &statement.kind {
                PyStatementKind::Function(function)
                    if self.functions.get(&function.name).is_some_and(|known| known.built_in.is_none()) =>
                {
                    bodies.push(body_of(function));
                }
                PyStatementKind::Class { body, .. } => {
                    for inner in &body.body {
                        if let PyStatementKind::Function(function) = &inner.kind {
                            bodies.push(body_of(function));
                        }
                    }
                }
                _ => {}
            }
        }
        let mut reads: BTreeMap<String, Vec<ReadPlace>> = BTreeMap::new();
        for body in &bodies {
            for statement in body.body {
                self.reads_of(statement, body, &mut reads);
            }
        }
        loop {
            let mut grown = None;
            for (name, places) in reads.iter().filter(|(name, _)| !self.absorbed.contains(*name)) {
                if self.is_needed(name) {
                    continue;
                }
                let mut with = self.absorbed.clone();
                with.insert(name.clone());
                let lines = self.absorbed_statements(&bodies, &with);
                let is_absorbed = |place: &ReadPlace| match place {
                    ReadPlace::BuiltIn => true,
                    ReadPlace::Statement(line) => lines.contains(line),
                };
                let is_seeded = places.iter().any(|place| match place {
                    ReadPlace::BuiltIn => true,
                    ReadPlace::Statement(line) => self.absorbed_lines.contains(line),
                });
                if is_seeded && places.iter().all(is_absorbed) {
                    grown = Some((name.clone(), lines));
                    break;
                }
            }
            let Some((name, lines)) = grown else { break };
            self.absorbed.insert(name);
            self.absorbed_lines = lines;
        }
        self.absorbed_lines = self.absorbed_statements(&bodies, &self.absorbed.clone());
    }

    /// Whether a name must stay: a parameter, a function, or the organization.
    fn is_needed(&self, key: &str) -> bool {
        let (function, name) = key.split_once('/').unwrap_or(("", key));
        if function.is_empty()
            && let Some(known) = self.functions.get(name)
        {
            // Such as the one that makes the headers.
            return known.is_stateful || known.built_in.is_some();
        }
        let is_parameter = self
            .functions
            .get(function)
            .is_some_and(|function| function.parameters.iter().any(|known| known == name));
        let lower = name.to_lowercase();
        is_parameter
            // What is assigned to its fields, others see.
            || ["self", "cls"].contains(&name)
            || self.functions.contains_key(name)
            || self.imports.contains_key(name)
            || ["org_id", "orgid", "organization_id"].contains(&lower.as_str())
            || (function.is_empty() && self.places.get(name) == Some(&NamePlace::State))
    }

    /// Notes every read of a name in a statement.
    fn reads_of(&self, statement: &PyStatement, body: &BodyOf, reads: &mut BTreeMap<String, Vec<ReadPlace>>) {
        if let PyStatementKind::Function(function) = &statement.kind {
            if body.function.is_none()
                && self.functions.get(&function.name).is_some_and(|known| known.built_in.is_some())
            {
                let uses = NameUse::with_functions(&function.body);
                let own = names::parameters(function);
                for name in
                    uses.read.keys().filter(|name| !own.contains(*name) && !uses.assigned.contains_key(*name))
                {
                    reads.entry(format!("/{name}")).or_default().push(ReadPlace::BuiltIn);
                }
            }
            return;
        }
        if matches!(statement.kind, PyStatementKind::Class { .. }) {
            return;
        }
        let targets: Vec<&PyNode> = match &statement.kind {
            PyStatementKind::Assign { targets, .. } => targets.iter().collect(),
            _ => Vec::new(),
        };
        for expression in statement.expressions() {
            if targets.iter().any(|target| std::ptr::eq(*target, expression)) {
                // The variable of `headers["x"] = ...` is changed, not read.
                if let PyExpression::Index(_, index) = &expression.kind {
                    self.reads_in(index, statement.first, body, reads, false);
                }
                continue;
            }
            self.reads_in(expression, statement.first, body, reads, false);
        }
        for block in statement.blocks() {
            for inner in block {
                self.reads_of(inner, body, reads);
            }
        }
    }

    fn reads_in(
        &self,
        node: &PyNode,
        line: usize,
        body: &BodyOf,
        reads: &mut BTreeMap<String, Vec<ReadPlace>>,
        is_built_in: bool,
    ) {
        if let Some(name) = node.name() {
            let key = match body.function {
                Some(function) if body.own.contains(name) => format!("{function}/{name}"),
                _ => format!("/{name}"),
            };
            let place = if is_built_in { ReadPlace::BuiltIn } else { ReadPlace::Statement(line) };
            reads.entry(key).or_default().push(place);
            return;
        }
        if let Some(call) = node.call() {
            let path = self.path_of(&call.function).unwrap_or_default();
            let is_session = match &call.function.kind {
                PyExpression::Attribute(of, _) => {
                    let name = of.name().unwrap_or_default();
                    self.module_kinds.get(name) == Some(&ValueKind::Session) || names_session(of)
                }
                _ => false,
            };
            let is_request = path.starts_with("requests.") || is_session;
            let all = ["jwt.encode", "aiohttp.ClientSession"].contains(&path.as_str())
                || (is_request && self.is_token_request(call));
            self.reads_in(&call.function, line, body, reads, is_built_in);
            for argument in &call.arguments {
                self.reads_in(argument, line, body, reads, is_built_in || all);
            }
            for (name, value) in &call.keywords {
                let is_own = is_request && name.as_deref().is_some_and(is_own_argument);
                self.reads_in(value, line, body, reads, is_built_in || all || is_own);
            }
            return;
        }
        for child in node.children() {
            self.reads_in(child, line, body, reads, is_built_in);
        }
    }

    /// The first lines of the statements that are absorbed with these names.
    fn absorbed_statements(&self, bodies: &[BodyOf], absorbed: &BTreeSet<String>) -> BTreeSet<usize> {
        let mut lines = BTreeSet::new();
        for body in bodies {
            for statement in body.body {
                self.absorb_statement(statement, body, absorbed, &mut lines);
            }
        }
        lines
    }

    fn absorb_statement(
        &self,
        statement: &PyStatement,
        body: &BodyOf,
        absorbed: &BTreeSet<String>,
        lines: &mut BTreeSet<usize>,
    ) -> bool {
        use PyStatementKind as S;
        let key = |name: &str| match body.function {
            Some(function) if body.own.contains(name) => format!("{function}/{name}"),
            _ => format!("/{name}"),
        };
        let is_absorbed = match &statement.kind {
            S::Assign { targets, .. } => targets.iter().all(|target| match &target.kind {
                PyExpression::Tuple(parts) => {
                    parts.iter().all(|part| part.name().is_some_and(|name| absorbed.contains(&key(name))))
                }
                _ => {
                    target.root().is_some_and(|name| absorbed.contains(&key(name)))
                        || is_session_setting(target, &self.module_kinds)
                }
            }),
            S::Annotated { target, .. } | S::Augmented { target, .. } => {
                target.root().is_some_and(|name| absorbed.contains(&key(name)))
            }
            S::Expression(value) => self.is_absorbed_call(value, &key, absorbed),
            S::Function(function) => {
                let is_built_in =
                    self.functions.get(&function.name).is_some_and(|known| known.built_in.is_some());
                body.function.is_none() && (is_built_in || absorbed.contains(&format!("/{}", function.name)))
            }
            S::For { body: inner, .. } | S::With { body: inner, .. } | S::While { body: inner, .. } => {
                self.absorb_block(&inner.body, body, absorbed, lines)
            }
            S::If { arms, otherwise } => {
                let blocks = arms.iter().map(|arm| &arm.block).chain(otherwise);
                let all: Vec<bool> =
                    blocks.map(|block| self.absorb_block(&block.body, body, absorbed, lines)).collect();
                !all.is_empty() && all.iter().all(|one| *one)
            }
            S::Try { .. } => {
                for block in statement.blocks() {
                    self.absorb_block(block, body, absorbed, lines);
                }
                false
            }
            _ => false,
        };
        if is_absorbed {
            lines.insert(statement.first);
        }
        is_absorbed
    }

    /// Whether every statement of a block is absorbed; comments in strings and `pass` do not count.
    fn absorb_block(
        &self,
        block: &[PyStatement],
        body: &BodyOf,
        absorbed: &BTreeSet<String>,
        lines: &mut BTreeSet<usize>,
    ) -> bool {
        let mut all = true;
        let mut any = false;
        for statement in block {
            let is_neutral = matches!(statement.kind, PyStatementKind::Pass);
            let is_absorbed = self.absorb_statement(statement, body, absorbed, lines);
            any |= is_absorbed;
            all &= is_absorbed || is_neutral;
        }
        all && any
    }

    /// `headers.update(...)`, `config.set(..., token)`, `config.write(file)`.
    fn is_absorbed_call(
        &self,
        value: &PyNode,
        key: &dyn Fn(&str) -> String,
        absorbed: &BTreeSet<String>,
    ) -> bool {
        let Some(call) = value.call() else { return false };
        let PyExpression::Attribute(of, method) = &call.function.kind else { return false };
        let Some(root) = of.root() else { return false };
        let is_config = self.module_kinds.get(root) == Some(&ValueKind::Config);
        if is_config && (method == "set" || method == "write") {
            return true;
        }
        // The file that only holds tokens.
        let is_closed = method == "close" && self.only_holds_config(root);
        let is_session = self.module_kinds.get(root) == Some(&ValueKind::Session)
            || names_session(of)
            || matches!(&of.kind, PyExpression::Attribute(inner, _) if names_session(inner));
        let is_setting = is_session
            && (method == "mount"
                || matches!(&of.kind, PyExpression::Attribute(_, field) if field == "headers"));
        is_closed
            || is_setting
            || (absorbed.contains(&key(root))
                && ["update", "append", "setdefault", "pop", "close"].contains(&method.as_str()))
    }

    /// Whether a file is only written by `config.write(file)`.
    fn only_holds_config(&self, name: &str) -> bool {
        let (mut writes, mut others) = (false, false);
        for statement in &self.file.body {
            statement.walk(&mut |node| {
                let Some(call) = node.call() else { return };
                let PyExpression::Attribute(of, method) = &call.function.kind else { return };
                let given = call.arguments.iter().any(|argument| argument.name() == Some(name));
                writes |= given && method == "write";
                others |= of.name() == Some(name) && method != "close";
            });
        }
        writes && !others
    }

    /// URLs that are built before a loop, with a page that the loop changes (defect B7).
    pub(super) fn find_moved_urls(&mut self) {
        let file = self.file;
        let mut found = Vec::new();
        for statement in &file.body {
            if let PyStatementKind::Function(function) = &statement.kind {
                find_moved(&function.body, &mut found);
            }
        }
        for (name, statement) in found {
            self.absorbed_lines.remove(&statement.first);
            self.moved_urls.insert(name, statement);
        }
    }
}

/// Whether a variable or field is named like a session of HTTP.
pub(super) fn names_session(node: &PyNode) -> bool {
    match &node.kind {
        PyExpression::Name(name) | PyExpression::Attribute(_, name) => {
            name.to_lowercase().contains("session")
        }
        _ => false,
    }
}

fn body_of(function: &PyFunction) -> BodyOf<'_> {
    let uses = NameUse::of(&function.body);
    let own = names::parameters(function)
        .into_iter()
        .chain(uses.assigned.into_keys())
        .filter(|name| !uses.outer.contains(name));
    BodyOf { function: Some(&function.name), body: &function.body, own: own.collect() }
}

/// `session.headers = ...`, `session.headers["x"] = ...`, `session.auth = ...`.
fn is_session_setting(target: &PyNode, kinds: &BTreeMap<String, ValueKind>) -> bool {
    let root = target.root().unwrap_or_default();
    let is_session = kinds.get(root) == Some(&ValueKind::Session);
    let path = match &target.kind {
        PyExpression::Index(of, _) => of.path(),
        _ => target.path(),
    };
    is_session
        && path.is_some_and(|path| {
            ["headers", "auth", "verify"].contains(&path.rsplit('.').next().unwrap_or_default())
        })
}

/// A function that calls the service in a loop that retries, and returns the parsed body, as the samples' `make_call`.
fn is_retrying_call(function: &PyFunction) -> bool {
    let names: Vec<_> = function.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let takes_call = matches!(names.as_slice(), ["method", "url"] | ["method", "url", _]);
    let (mut loops, mut requests, mut statuses, mut parses) = (false, false, false, false);
    for statement in &function.body {
        statement.walk_statements(&mut |inner| {
            loops |= matches!(inner.kind, PyStatementKind::For { .. } | PyStatementKind::While { .. });
            if let PyStatementKind::Return(Some(value)) = &inner.kind {
                let path = value.call().and_then(|call| call.function.path()).unwrap_or_default();
                parses |= path == "json.loads" || path.rsplit('.').next() == Some("json");
            }
        });
        statement.walk(&mut |node| {
            requests |= node
                .call()
                .and_then(|call| call.function.path())
                .is_some_and(|path| path == "requests.request");
            statuses |= matches!(&node.kind, PyExpression::Int(digits) if digits == "429" || digits == "503");
        });
    }
    takes_call && loops && requests && statuses && parses
}

fn find_moved(body: &[PyStatement], found: &mut Vec<(String, PyStatement)>) {
    for (place, statement) in body.iter().enumerate() {
        let PyStatementKind::Assign { targets, value } = &statement.kind else { continue };
        let [target] = targets.as_slice() else { continue };
        let Some(name) = target.name().filter(|name| name.to_lowercase().contains("url")) else { continue };
        let mut pages = BTreeSet::new();
        value.walk(&mut |node| pages.extend(node.name().map(str::to_owned)));
        let is_moved = body[place + 1..].iter().any(|later| {
            let is_loop = matches!(later.kind, PyStatementKind::While { .. } | PyStatementKind::For { .. });
            let uses = NameUse::of(std::slice::from_ref(later));
            is_loop
                && !uses.assigned.contains_key(name)
                && uses.read.contains_key(name)
                && pages.iter().any(|page| {
                    uses.assigned.contains_key(page) && !NameUse::of(&body[..place]).read.contains_key(page)
                })
        });
        if is_moved {
            found.push((name.to_owned(), statement.clone()));
        }
    }
}
