//! Functions and classes, and the whole file.

use super::control::targets;
use super::names::{self, NameUse};
use super::report::LineOutcome;
use super::syntax::{PyBlock, PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind};
use super::translator::{BodyScope, KnownClass, KnownFunction, NamePlace, Translated, Translator, left};
use super::value_kind::ValueKind;
use std::collections::BTreeSet;

impl Translator<'_> {
    pub(super) fn function_statement(
        &mut self,
        statement: &PyStatement,
        function: &PyFunction,
    ) -> Translated<()> {
        if function.is_async {
            return left("`async`");
        }
        if !function.decorators.is_empty() {
            return left("a decorator");
        }
        if self.scope.function.is_some() {
            return self.closure_statement(statement, function);
        }
        let Some(known) = self.functions.get(&function.name).cloned() else { return left("this function") };
        self.function_body(statement, function, &known, None)
    }

    /// A function within a function: a closure in a variable.
    fn closure_statement(&mut self, statement: &PyStatement, function: &PyFunction) -> Translated<()> {
        let known = Self::describe(function);
        let uses = NameUse::of(&function.body);
        let is_plain = !known.rest
            && !known.keywords
            && known.defaults.iter().all(Option::is_none)
            && uses.outer.is_empty()
            && !uses.read.contains_key(&function.name);
        if !is_plain {
            return left("a function within a function");
        }
        let parameters: Vec<_> = known.parameters.iter().map(|name| names::variable(name)).collect();
        self.functions.insert(function.name.clone(), KnownFunction { is_nested: true, ..known.clone() });
        self.scope.closures.insert(function.name.clone());
        self.scope.declare(&function.name);
        let outer = self.scope.clone();
        self.write_before(statement.first);
        self.writer.code(
            statement.first,
            statement.head,
            &format!("let {} = |{}| {{", names::variable(&function.name), parameters.join(", ")),
        );
        self.writer.outcomes(statement.first, statement.head, LineOutcome::Same, "");
        self.writer.indent();
        self.scope.bound.extend(known.parameters.iter().cloned());
        self.scope.bound.extend(uses.assigned.keys().cloned());
        self.scope.closure_depth += 1;
        self.scope.blocks.push(BTreeSet::new());
        self.statements(&function.body);
        self.scope = outer;
        self.writer.dedent();
        self.writer.extra("};");
        Ok(())
    }

    /// A function of the module, or a method.
    fn function_body(
        &mut self,
        statement: &PyStatement,
        function: &PyFunction,
        known: &KnownFunction,
        class: Option<(&str, &str, &str)>,
    ) -> Translated<()> {
        let written = match class {
            Some((class, _, "self_")) => Self::function_name(class),
            _ => Self::function_name(&known.name),
        };
        let skipped = usize::from(class.is_some());
        let mut parameters: Vec<String> = function
            .parameters
            .iter()
            .skip(skipped)
            .enumerate()
            .filter(|(place, _)| known.changed != Some(*place))
            .map(|(_, parameter)| names::variable(&parameter.name))
            .collect();
        parameters.extend(function.rest.iter().chain(&function.keywords).map(|name| names::variable(name)));
        let before = self.default_forms(&written, known, class.is_none_or(|(_, _, own)| own == "self_"))?;
        let outer = std::mem::take(&mut self.scope);
        self.scope = self.new_scope(function, known, class);
        self.writer.catch_up(statement.first);
        if self.built_in.contains(&written) {
            self.writer.extra(&format!("// umapish: own {written}"));
        }
        for line in before {
            self.writer.extra(&line);
        }
        let start = function.decorators.len();
        let first = (statement.first..=statement.head)
            .find(|line| self.writer.source(*line).starts_with("def "))
            .unwrap_or(statement.first + start);
        self.writer.code(
            first,
            statement.head.max(first),
            &format!("fn {written}({}) {{", parameters.join(", ")),
        );
        self.writer.outcomes(statement.first, statement.head.max(first), LineOutcome::Same, "");
        self.writer.indent();
        if self.is_constructor() {
            self.writer.extra("let self_ = #{};");
            self.class_fields(class.map(|(name, _, _)| name).unwrap_or_default());
        }
        if let Some(place) = known.changed
            && let Some(name) = known.parameters.get(place)
        {
            self.scope.aliases.insert(name.clone(), "this".to_owned());
        }
        self.statements(&function.body);
        for name in self.scope.files.keys().cloned().collect::<Vec<_>>() {
            for line in self.close_file(&name) {
                self.writer.extra(&line);
            }
        }
        if self.is_constructor()
            && !matches!(function.body.last().map(|last| &last.kind), Some(PyStatementKind::Return(_)))
        {
            self.writer.extra("return self_;");
        }
        self.writer.dedent();
        self.writer.extra("}");
        self.scope = outer;
        Ok(())
    }

    /// Functions with fewer parameters, for those that have a default.
    fn default_forms(
        &mut self,
        written: &str,
        known: &KnownFunction,
        is_plain: bool,
    ) -> Translated<Vec<String>> {
        if known.rest || known.keywords || known.changed.is_some() {
            return Ok(Vec::new());
        }
        let first = known.defaults.iter().position(Option::is_some).unwrap_or(known.parameters.len());
        let mut forms = Vec::new();
        for count in first..known.parameters.len() {
            let given: Vec<_> = known.parameters[..count].iter().map(|name| names::variable(name)).collect();
            let mut all = given.clone();
            for default in &known.defaults[count..] {
                let Some(default) = default else {
                    return left("a parameter without a default after one with it");
                };
                let inner = BodyScope { function: Some("a default".to_owned()), ..BodyScope::default() };
                let outer = std::mem::replace(&mut self.scope, inner);
                let code = self.plain(default);
                self.scope = outer;
                all.push(code?);
            }
            let object = if known.is_stateful || !is_plain { "this." } else { "" };
            forms.push(format!(
                "fn {written}({}) {{ return {object}{written}({}); }}",
                given.join(", "),
                all.join(", ")
            ));
        }
        Ok(forms)
    }

    fn new_scope(
        &mut self,
        function: &PyFunction,
        known: &KnownFunction,
        class: Option<(&str, &str, &str)>,
    ) -> BodyScope {
        let parameters = names::parameters(function);
        let mut scope = BodyScope {
            function: Some(function.name.clone()),
            uses: NameUse::of(&function.body),
            parameters,
            blocks: vec![BTreeSet::new()],
            ..BodyScope::default()
        };
        scope.fixed.clone_from(&scope.parameters);
        let skipped = usize::from(class.is_some());
        for (parameter, kind) in function.parameters.iter().skip(skipped).zip(&known.kinds) {
            scope.kinds.insert(parameter.name.clone(), kind.clone());
        }
        if let Some(rest) = &function.rest {
            scope.kinds.insert(rest.clone(), ValueKind::list(ValueKind::Unknown));
        }
        if let Some(keywords) = &function.keywords {
            scope.kinds.insert(keywords.clone(), ValueKind::map(ValueKind::Unknown));
        }
        if let Some((name, own, written)) = class {
            scope.own_object = Some((own.to_owned(), written.to_owned()));
            scope.class = Some(name.to_owned());
            scope.kinds.insert(own.to_owned(), ValueKind::Object(name.to_owned()));
        }
        let outer = std::mem::replace(&mut self.scope, scope);
        for _ in 0..3 {
            self.infer_body(&function.body);
        }
        std::mem::replace(&mut self.scope, outer)
    }

    /// The kinds of the arguments of every call of the script's functions.
    fn given_kinds(&self, statement: &PyStatement, calls: &mut Vec<(String, usize, ValueKind)>) {
        statement.walk(&mut |node| {
            let PyExpression::Call(call) = &node.kind else { return };
            let Some(name) = call.function.name().filter(|name| self.functions.contains_key(*name)) else {
                return;
            };
            for (place, argument) in call.arguments.iter().enumerate() {
                calls.push((name.to_owned(), place, self.kind_of(argument)));
            }
            for (keyword, value) in &call.keywords {
                let place = keyword.as_ref().and_then(|keyword| {
                    self.functions[name].parameters.iter().position(|known| known == keyword)
                });
                if let Some(place) = place {
                    calls.push((name.to_owned(), place, self.kind_of(value)));
                }
            }
        });
    }

    /// Reads the functions and classes of the file, and where its names are kept.
    pub(super) fn survey(&mut self) {
        self.read_imports();
        let file = self.file;
        for statement in &file.body {
            match &statement.kind {
                PyStatementKind::Function(function) => {
                    self.functions.insert(function.name.clone(), Self::describe(function));
                }
                PyStatementKind::Class { name, bases, body, .. } => {
                    let class = Self::describe_class(bases, body);
                    self.classes.insert(name.clone(), class);
                }
                _ => {}
            }
        }
        self.scope = BodyScope {
            uses: NameUse::of(&file.body),
            blocks: vec![BTreeSet::new()],
            ..BodyScope::default()
        };
        self.infer_all();
        self.find_built_in();
        self.infer_all();
        self.place_names();
        self.find_stateful();
        self.find_absorbed();
        self.find_moved_urls();
    }

    fn read_imports(&mut self) {
        let file = self.file;
        let mut imports = Vec::new();
        for statement in &file.body {
            statement.walk_statements(&mut |inner| match &inner.kind {
                PyStatementKind::Import(names) => {
                    for alias in names {
                        let name = if alias.known_as == alias.name {
                            alias.name.split('.').next().unwrap_or_default().to_owned()
                        } else {
                            alias.known_as.clone()
                        };
                        let path =
                            if alias.known_as == alias.name { name.clone() } else { alias.name.clone() };
                        imports.push((name, path));
                    }
                }
                PyStatementKind::ImportFrom { module, names } => {
                    for alias in names {
                        imports.push((alias.known_as.clone(), format!("{module}.{}", alias.name)));
                    }
                }
                _ => {}
            });
        }
        for (name, path) in imports {
            let path = path.replace("ConfigParser.", "configparser.");
            let path = path
                .strip_prefix("urllib.urlencode")
                .map_or_else(|| path.clone(), |_| "urllib.parse.urlencode".to_owned());
            self.imports.insert(name, path);
        }
        // The samples use these without importing them.
        for (name, path) in [("randint", "random.randint"), ("sleep", "time.sleep")] {
            if !self.module_uses.assigned.contains_key(name) {
                self.imports.entry(name.to_owned()).or_insert_with(|| path.to_owned());
            }
        }
    }

    fn describe_class(bases: &[PyNode], body: &PyBlock) -> KnownClass {
        let mut class = KnownClass {
            is_error: bases
                .iter()
                .any(|base| base.path().is_some_and(|path| super::calls::is_error_name(&path))),
            ..KnownClass::default()
        };
        for statement in &body.body {
            if let PyStatementKind::Function(function) = &statement.kind {
                let is_static =
                    function.decorators.iter().any(|decorator| decorator.name() == Some("staticmethod"));
                let mut known = Self::describe(function);
                if !is_static {
                    known.parameters = known.parameters.split_off(known.parameters.len().min(1));
                    known.defaults = known.defaults.split_off(known.defaults.len().min(1));
                    known.kinds = known.kinds.split_off(known.kinds.len().min(1));
                }
                known.is_nested = is_static;
                if function.decorators.iter().any(|decorator| decorator.name() == Some("property")) {
                    class.properties.insert(function.name.clone());
                }
                if function.name == "__init__" {
                    class.constructor = Some(known);
                } else {
                    class.methods.insert(function.name.clone(), known);
                }
            }
        }
        if class.constructor.is_none() {
            // A dataclass, or a class without a constructor.
            let fields = body.body.iter().filter_map(|statement| match &statement.kind {
                PyStatementKind::Annotated { target, value } => {
                    Some((target.name()?.to_owned(), value.clone()))
                }
                _ => None,
            });
            let (parameters, defaults): (Vec<_>, Vec<_>) = fields.unzip();
            class.constructor = Some(KnownFunction {
                name: "__init__".to_owned(),
                kinds: vec![ValueKind::Unknown; parameters.len()],
                parameters,
                defaults,
                rest: false,
                keywords: false,
                returns: ValueKind::Unknown,
                is_stateful: false,
                changed: None,
                built_in: None,
                is_nested: false,
            });
        }
        class
    }

    /// Infers the kinds of all variables, a few times, since each depends on others.
    fn infer_all(&mut self) {
        let file = self.file;
        for _ in 0..3 {
            self.given.clear();
            self.infer_body(&file.body);
            let mut calls = Vec::new();
            for statement in &file.body {
                let is_body =
                    matches!(statement.kind, PyStatementKind::Function(_) | PyStatementKind::Class { .. });
                if !is_body {
                    self.given_kinds(statement, &mut calls);
                }
            }
            self.module_kinds = self.scope.kinds.clone();
            self.collect_given(calls);
            for statement in &file.body {
                match &statement.kind {
                    PyStatementKind::Function(function) => {
                        let Some(known) = self.functions.get(&function.name).cloned() else { continue };
                        let (returns, calls) = self.inferred(function, &known, None);
                        self.collect_given(calls);
                        if let Some(known) = self.functions.get_mut(&function.name) {
                            known.returns = returns;
                        }
                    }
                    PyStatementKind::Class { name, body, .. } => self.infer_class(name, body),
                    _ => {}
                }
            }
            self.apply_given();
        }
    }

    fn infer_class(&mut self, name: &str, body: &PyBlock) {
        for inner in &body.body {
            let PyStatementKind::Function(function) = &inner.kind else { continue };
            let Some(class) = self.classes.get(name) else { continue };
            let known = if function.name == "__init__" {
                class.constructor.clone()
            } else {
                class.methods.get(&function.name).cloned()
            };
            let Some(known) = known else { continue };
            if known.is_nested {
                continue;
            }
            let own = function
                .parameters
                .first()
                .map_or_else(|| "self".to_owned(), |parameter| parameter.name.clone());
            let (returns, calls) = self.inferred(function, &known, Some((name, &own, "this")));
            self.collect_given(calls);
            let scope = self.new_scope(function, &known, Some((name, &own, "this")));
            let outer = std::mem::replace(&mut self.scope, scope);
            let mut fields = Vec::new();
            for statement in &function.body {
                statement.walk_statements(&mut |inner| {
                    if let PyStatementKind::Assign { targets, value } = &inner.kind {
                        for target in targets {
                            if let PyExpression::Attribute(of, field) = &target.kind
                                && of.name() == Some(own.as_str())
                            {
                                fields.push((field.clone(), self.kind_of(value)));
                            }
                        }
                    }
                });
            }
            self.scope = outer;
            let Some(class) = self.classes.get_mut(name) else { continue };
            for (field, kind) in fields {
                let joined = class.fields.get(&field).map_or_else(|| kind.clone(), |known| known.join(&kind));
                class.fields.insert(field, joined);
            }
            if let Some(method) = class.methods.get_mut(&function.name) {
                method.returns = returns;
            }
        }
    }

    fn inferred(
        &mut self,
        function: &PyFunction,
        known: &KnownFunction,
        class: Option<(&str, &str, &str)>,
    ) -> (ValueKind, Vec<(String, usize, ValueKind)>) {
        let scope = self.new_scope(function, known, class);
        let outer = std::mem::replace(&mut self.scope, scope);
        let mut returned: Option<ValueKind> = None;
        let mut calls = Vec::new();
        for statement in &function.body {
            statement.walk_statements(&mut |inner| {
                if let PyStatementKind::Return(value) = &inner.kind {
                    let kind = value.as_ref().map_or(ValueKind::None, |value| self.kind_of(value));
                    returned =
                        Some(returned.as_ref().map_or_else(|| kind.clone(), |known| known.join(&kind)));
                }
            });
            self.given_kinds(statement, &mut calls);
        }
        self.scope = outer;
        (returned.unwrap_or(ValueKind::None), calls)
    }

    fn collect_given(&mut self, calls: Vec<(String, usize, ValueKind)>) {
        for (name, place, kind) in calls {
            let given = self.given.entry((name, place)).or_insert_with(|| kind.clone());
            *given = given.join(&kind);
        }
    }

    /// Parameters are what every call gives, and what their default is.
    fn apply_given(&mut self) {
        for ((name, place), kind) in std::mem::take(&mut self.given) {
            let Some(function) = self.functions.get(&name) else { continue };
            let default =
                function.defaults.get(place).and_then(Option::as_ref).map(|default| self.kind_of(default));
            let kind = default.map_or_else(|| kind.clone(), |default| default.join(&kind));
            if let Some(function) = self.functions.get_mut(&name)
                && let Some(known) = function.kinds.get_mut(place)
            {
                *known = kind;
            }
        }
    }

    /// Decides for each name of the module whether it is a variable, a constant or a field of `state`.
    fn place_names(&mut self) {
        let file = self.file;
        let top = NameUse::of(&file.body);
        let all = NameUse::with_functions(&file.body);
        let mut inner = NameUse::default();
        for statement in &file.body {
            if matches!(statement.kind, PyStatementKind::Function(_) | PyStatementKind::Class { .. }) {
                let uses = NameUse::with_functions(std::slice::from_ref(statement));
                for (ours, theirs) in [
                    (&mut inner.read, uses.read),
                    (&mut inner.changed, uses.changed),
                    (&mut inner.assigned, uses.assigned),
                ] {
                    for (name, lines) in theirs {
                        ours.entry(name).or_default().extend(lines);
                    }
                }
            }
        }
        let plain = plain_assignments(&file.body);
        for name in top.assigned.keys().chain(all.assigned.keys()) {
            if self.functions.contains_key(name)
                || self.classes.contains_key(name)
                || self.imports.contains_key(name)
            {
                continue;
            }
            let is_used = inner.read.contains_key(name) || inner.changed.contains_key(name);
            let is_written = inner.assigned.contains_key(name);
            let is_changed = all.changed.contains_key(name);
            let kind = self.module_kinds.get(name);
            let is_handle = matches!(kind, Some(ValueKind::Session | ValueKind::Logger | ValueKind::Pattern));
            let place = if is_written || (is_used && is_changed && !is_handle) {
                NamePlace::State
            } else if is_used {
                if top.assignments(name) == 1 && plain.contains(name) {
                    NamePlace::Constant
                } else {
                    NamePlace::State
                }
            } else {
                NamePlace::Local
            };
            self.places.insert(name.clone(), place);
        }
    }

    /// Functions that use a field of `state`, and those that change an argument.
    fn find_stateful(&mut self) {
        let file = self.file;
        let state: BTreeSet<String> = self
            .places
            .iter()
            .filter(|(_, place)| **place == NamePlace::State)
            .map(|(name, _)| name.clone())
            .collect();
        let bodies: Vec<(&str, &PyFunction)> = file
            .body
            .iter()
            .filter_map(|statement| match &statement.kind {
                PyStatementKind::Function(function) => Some((function.name.as_str(), function)),
                _ => None,
            })
            .collect();
        loop {
            let mut found = Vec::new();
            for (name, function) in &bodies {
                if self.functions[*name].is_stateful || self.functions[*name].built_in.is_some() {
                    continue;
                }
                let uses = NameUse::with_functions(&function.body);
                let own = names::parameters(function);
                let is_own = |used: &String| {
                    own.contains(used) || (uses.assigned.contains_key(used) && !uses.outer.contains(used))
                };
                let names = uses.read.keys().chain(uses.changed.keys()).chain(&uses.outer);
                let is_stateful = names.filter(|used| !is_own(used)).any(|used| {
                    state.contains(used)
                        || self.functions.get(used).is_some_and(|function| function.is_stateful)
                });
                if is_stateful {
                    found.push((*name).to_owned());
                }
            }
            if found.is_empty() {
                break;
            }
            for name in found {
                if let Some(function) = self.functions.get_mut(&name) {
                    function.is_stateful = true;
                }
            }
        }
        for (name, function) in bodies {
            let uses = NameUse::of(&function.body);
            let changed: Vec<_> = function
                .parameters
                .iter()
                .enumerate()
                .filter(|(_, parameter)| {
                    let lines = uses.changed.get(&parameter.name);
                    let assigned = uses.assigned.get(&parameter.name).and_then(|lines| lines.iter().min());
                    lines.is_some_and(|lines| {
                        lines.iter().any(|line| assigned.is_none_or(|first| line < first))
                    })
                })
                .map(|(place, _)| place)
                .collect();
            if let Some(known) = self.functions.get_mut(name)
                && let [only] = changed.as_slice()
                && !known.is_stateful
                && known.built_in.is_none()
            {
                known.changed = Some(*only);
            }
        }
    }

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
        self.check_methods(name, &methods)?;
        self.writer.catch_up(statement.first);
        for line in statement.first..=statement.head {
            let text = self.writer.source(line).to_owned();
            self.writer.extra(&format!("// {text}"));
        }
        self.writer.outcomes(statement.first, statement.head, LineOutcome::Same, "");
        self.writer.skip_to(statement.head);
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

    /// Methods of two classes with one name would be one function.
    fn check_methods(&self, name: &str, methods: &[&PyStatement]) -> Translated<()> {
        for inner in methods {
            let PyStatementKind::Function(function) = &inner.kind else { continue };
            let is_taken = self.functions.contains_key(&function.name)
                || self
                    .classes
                    .iter()
                    .any(|(other, class)| other != name && class.methods.contains_key(&function.name));
            if is_taken {
                return left(format!("two functions or methods named `{}`", function.name));
            }
            let is_special = function.name.starts_with("__") && function.name != "__init__";
            if is_special {
                return left(format!("the method `{}`", function.name));
            }
            let is_known = function
                .decorators
                .iter()
                .all(|decorator| matches!(decorator.name(), Some("staticmethod" | "property")));
            if !is_known {
                return left("a decorator of a method");
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
        }
        Ok(())
    }

    /// `class NotFound(Exception): pass` needs nothing: errors are maps with a kind.
    fn error_class(&mut self, statement: &PyStatement, name: &str, body: &PyBlock) -> Translated<()> {
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

    fn method_statement(&mut self, statement: &PyStatement, class: &str, function: &PyFunction) {
        let mark = self.writer.mark();
        let scope = self.scope.clone();
        let Some(known) = self.classes.get(class).and_then(|class| {
            if function.name == "__init__" {
                class.constructor.clone()
            } else {
                class.methods.get(&function.name).cloned()
            }
        }) else {
            return self.leave(statement, "this method");
        };
        let own =
            function.parameters.first().map_or_else(|| "self".to_owned(), |parameter| parameter.name.clone());
        let written = if function.name == "__init__" { "self_" } else { "this" };
        let result = if function.is_async {
            left("`async`")
        } else if known.is_nested {
            self.function_body(statement, function, &known, None)
        } else {
            self.function_body(statement, function, &known, Some((class, &own, written)))
        };
        if let Err(reason) = result {
            self.writer.reset(mark);
            self.scope = scope;
            self.leave(statement, &reason.0);
            let name = if function.name == "__init__" {
                Self::function_name(class)
            } else {
                Self::function_name(&function.name)
            };
            let parameters: Vec<_> = known.parameters.iter().map(|name| names::variable(name)).collect();
            self.writer.extra(&format!(
                "fn {name}({}) {{ throw \"TODO line {}\"; }}",
                parameters.join(", "),
                statement.first
            ));
        }
    }

    /// The constructor of a dataclass, or of a class without one.
    fn plain_constructor(&mut self, name: &str, class: &KnownClass) {
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
    fn class_fields(&mut self, name: &str) {
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

/// The names that are assigned once, at the top of the file or in its main part.
fn plain_assignments(body: &[PyStatement]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in body {
        match &statement.kind {
            PyStatementKind::Assign { .. } | PyStatementKind::Annotated { .. } => {
                found.extend(names::targets_of(statement));
            }
            PyStatementKind::If { arms, otherwise: None } if arms.len() == 1 => {
                let is_main = matches!(&arms[0].test.kind, PyExpression::Compare(first, _) if first.name() == Some("__name__"));
                if is_main {
                    found.extend(plain_assignments(&arms[0].block.body));
                }
            }
            PyStatementKind::With { body, .. } => found.extend(plain_assignments(&body.body)),
            _ => {}
        }
    }
    found
}
