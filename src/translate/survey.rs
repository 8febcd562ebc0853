//! What a translation has to know of the whole file first: its functions, classes, kinds of values, and the places of names.

use super::names::{self, NameUse};
use super::syntax::{PyBlock, PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind};
use super::translator::{BodyScope, KnownClass, KnownFunction, NamePlace, Translator};
use super::value_kind::ValueKind;
use std::collections::{BTreeMap, BTreeSet};

impl Translator<'_> {
    /// Reads the functions and classes of the file, and where its names are kept.
    pub(super) fn survey(&mut self) {
        self.read_imports();
        let file = self.file;
        // Annotations may name a class before its place.
        for statement in &file.body {
            if let PyStatementKind::Class { name, .. } = &statement.kind {
                self.classes.insert(name.clone(), KnownClass::default());
            }
        }
        for statement in &file.body {
            match &statement.kind {
                PyStatementKind::Function(function) => {
                    let known = self.describe(function);
                    self.functions.insert(function.name.clone(), known);
                }
                PyStatementKind::Class { name, bases, body, .. } => {
                    let class = self.describe_class(name, bases, body);
                    self.classes.insert(name.clone(), class);
                }
                _ => {}
            }
        }
        self.name_methods();
        self.find_decorators();
        self.scope = BodyScope {
            uses: NameUse::of(&file.body),
            blocks: vec![BTreeSet::new()],
            ..BodyScope::default()
        };
        self.infer_all();
        self.find_built_in();
        self.infer_all();
        self.find_sharing();
        self.keeps_none = self.finds_none_in_maps();
        self.place_names();
        self.find_stateful();
        self.find_absorbed();
        self.find_moved_urls();
    }

    pub(super) fn read_imports(&mut self) {
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

    /// Methods of two classes with one name would be one function: they get the name of their class.
    fn name_methods(&mut self) {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let methods = self.classes.values().flat_map(|class| class.methods.keys());
        for name in methods.chain(self.functions.keys()).chain(self.classes.keys()) {
            *times.entry(name.clone()).or_default() += 1;
        }
        for (class, known) in &mut self.classes {
            for (name, method) in &mut known.methods {
                if times.get(name).is_some_and(|count| *count > 1) {
                    method.name = format!("{class}_{name}");
                }
            }
        }
    }

    pub(super) fn describe_class(&self, name: &str, bases: &[PyNode], body: &PyBlock) -> KnownClass {
        let mut class = KnownClass {
            is_error: bases
                .iter()
                .any(|base| base.path().is_some_and(|path| super::calls::is_error_name(&path))),
            bases: bases.iter().filter_map(|base| base.name().map(str::to_owned)).collect(),
            ..KnownClass::default()
        };
        for statement in &body.body {
            if let PyStatementKind::Function(function) = &statement.kind {
                let has =
                    |name: &str| function.decorators.iter().any(|decorator| decorator.name() == Some(name));
                let is_static = has("staticmethod");
                let mut known = self.describe(function);
                if !is_static {
                    known.parameters = known.parameters.split_off(known.parameters.len().min(1));
                    known.defaults = known.defaults.split_off(known.defaults.len().min(1));
                    known.kinds = known.kinds.split_off(known.kinds.len().min(1));
                    known.declared = known.declared.split_off(known.declared.len().min(1));
                }
                known.is_nested = is_static || has("classmethod");
                if function.decorators.iter().any(|decorator| decorator.name() == Some("property")) {
                    class.properties.insert(function.name.clone());
                }
                match function.name.as_str() {
                    "__init__" => class.constructor = Some(known),
                    "__enter__" | "__aenter__" => {
                        class.enter = Some(KnownFunction { name: format!("{name}_enter"), ..known });
                    }
                    "__exit__" | "__aexit__" => {
                        class.exit = Some(KnownFunction { name: format!("{name}_exit"), ..known });
                    }
                    _ => {
                        class.methods.insert(function.name.clone(), known);
                    }
                }
            }
        }
        if class.constructor.is_none() {
            // A dataclass, or a class without a constructor.
            let fields = body.body.iter().filter_map(|statement| match &statement.kind {
                PyStatementKind::Annotated { target, value, .. } => {
                    Some((target.name()?.to_owned(), value.clone().map(field_default)))
                }
                _ => None,
            });
            let (parameters, defaults): (Vec<_>, Vec<_>) = fields.unzip();
            for statement in &body.body {
                if let PyStatementKind::Annotated { target, annotation, value } = &statement.kind
                    && let Some(field) = target.name()
                    && !matches!(value, Some(PyNode { kind: PyExpression::None, .. }))
                {
                    class.fields.insert(field.to_owned(), self.annotated(annotation));
                }
            }
            class.constructor = Some(KnownFunction {
                name: "__init__".to_owned(),
                kinds: vec![ValueKind::Unknown; parameters.len()],
                declared: vec![ValueKind::Unknown; parameters.len()],
                declared_result: ValueKind::Unknown,
                is_async: false,
                parameters,
                defaults,
                keyword_only: BTreeSet::new(),
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
    pub(super) fn infer_all(&mut self) {
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

    pub(super) fn infer_class(&mut self, name: &str, body: &PyBlock) {
        for inner in &body.body {
            let PyStatementKind::Function(function) = &inner.kind else { continue };
            let Some(class) = self.classes.get(name) else { continue };
            let Some(known) = class.method(&function.name).cloned() else { continue };
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
                    let (targets, value) = match &inner.kind {
                        PyStatementKind::Assign { targets, value } => (targets.as_slice(), value),
                        PyStatementKind::Annotated { target, value: Some(value), .. } => {
                            (std::slice::from_ref(target), value)
                        }
                        _ => return,
                    };
                    for target in targets {
                        if let PyExpression::Attribute(of, field) = &target.kind
                            && of.name() == Some(own.as_str())
                        {
                            fields.push((field.clone(), self.kind_of(value)));
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

    pub(super) fn inferred(
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
        let returned = returned.unwrap_or(ValueKind::None);
        if self.is_decorated(function) {
            return (ValueKind::Unknown, calls);
        }
        let is_vague = returned == ValueKind::Unknown || returned == ValueKind::list(ValueKind::Unknown);
        let is_better = is_vague && known.declared_result.has_object();
        (if is_better { known.declared_result.clone() } else { returned }, calls)
    }

    pub(super) fn collect_given(&mut self, calls: Vec<(String, usize, ValueKind)>) {
        for (name, place, kind) in calls {
            let given = self.given.entry((name, place)).or_insert_with(|| kind.clone());
            *given = given.join(&kind);
        }
    }

    /// Parameters are what every call gives, and what their default is.
    pub(super) fn apply_given(&mut self) {
        for ((name, place), kind) in std::mem::take(&mut self.given) {
            let Some(function) = self.functions.get(&name) else { continue };
            let default =
                function.defaults.get(place).and_then(Option::as_ref).map(|default| self.kind_of(default));
            let kind = default.map_or_else(|| kind.clone(), |default| default.join(&kind));
            let declared = function.declared.get(place).cloned();
            if let Some(function) = self.functions.get_mut(&name)
                && let Some(known) = function.kinds.get_mut(place)
            {
                let declared = declared.unwrap_or(ValueKind::Unknown);
                *known = if kind == ValueKind::Unknown { declared } else { kind };
            }
        }
    }

    /// Decides for each name of the module whether it is a variable, a constant or a field of `state`.
    pub(super) fn place_names(&mut self) {
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
    pub(super) fn find_stateful(&mut self) {
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
            let changed = super::shared_values::changed_parameters(function);
            if let Some(known) = self.functions.get_mut(name)
                && let [only] = changed.as_slice()
                && !known.is_stateful
                && known.built_in.is_none()
            {
                known.changed = Some(*only);
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

/// `field(default_factory=list)` is a new list for each object, as every value here is.
fn field_default(value: PyNode) -> PyNode {
    let Some(call) = value.call() else { return value };
    if !matches!(call.function.path().as_deref(), Some("field" | "dataclasses.field")) {
        return value;
    }
    let kind = match call.keywords.as_slice() {
        [(Some(name), factory)] if name == "default_factory" => match factory.name() {
            Some("list" | "set") => PyExpression::List(Vec::new()),
            Some("dict") => PyExpression::Dict(Vec::new()),
            _ => return value,
        },
        [(Some(name), default)] if name == "default" => default.kind.clone(),
        _ => return value,
    };
    PyNode { kind, ..value }
}

impl KnownClass {
    /// A method by its name in Python.
    pub(super) fn method(&self, name: &str) -> Option<&KnownFunction> {
        match name {
            "__init__" => self.constructor.as_ref(),
            "__enter__" | "__aenter__" => self.enter.as_ref(),
            "__exit__" | "__aexit__" => self.exit.as_ref(),
            _ => self.methods.get(name),
        }
    }
}

impl KnownFunction {
    /// Its name in the draft.
    pub(super) fn written(&self) -> String {
        Translator::function_name(&self.name)
    }
}
