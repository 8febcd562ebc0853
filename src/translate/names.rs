//! Which names a body assigns, reads and changes in place, and how they are called in Rhai.

use super::syntax::{PyExpression, PyNode, PyStatement, PyStatementKind};
use std::collections::{BTreeMap, BTreeSet};

/// Words that cannot be names of variables in Rhai.
const RESERVED: &[&str] = &[
    "abstract",
    "as",
    "async",
    "await",
    "begin",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "each",
    "else",
    "end",
    "eval",
    "exit",
    "export",
    "extern",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "state",
    "static",
    "super",
    "switch",
    "sync",
    "then",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "umapi",
    "unless",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Methods of Rhai and umapish that drafts call: a function of the script with such a name would be called instead.
const METHODS: &[&str] = &[
    "all",
    "append",
    "capitalize",
    "chars",
    "clear",
    "contains",
    "count_by",
    "encode",
    "ends_with",
    "extract",
    "filter",
    "find",
    "find_all",
    "find_match",
    "fixed",
    "format",
    "get",
    "index_of",
    "insert",
    "is_empty",
    "join",
    "keys",
    "len",
    "map",
    "matches",
    "max",
    "min",
    "pad",
    "pop",
    "push",
    "reduce",
    "remove",
    "replace",
    "replace_all",
    "retain",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "sort_by",
    "split",
    "split_rev",
    "starts_with",
    "sub_string",
    "sum",
    "to_debug",
    "to_float",
    "to_int",
    "to_lower",
    "to_string",
    "to_upper",
    "trim",
    "trim_end",
    "trim_start",
    "unique",
    "values",
    "without",
    "log",
    "warn",
    "send",
    "date",
    "moment",
    "today",
    "now",
    "sleep",
    "random",
    "args",
    "env",
    "ask",
    "floor",
    "round",
    "range",
    "options",
    "files",
    "truthy",
    "text",
    "session",
    "abs",
    "print",
    "debug",
    "help",
    "table",
    "confirm",
    "update",
    "set",
    "add",
];

/// Methods of Python's values that change them in place.
const CHANGING: &[&str] = &[
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "update",
    "sort",
    "reverse",
    "setdefault",
    "add",
    "discard",
    "popitem",
    "appendleft",
    "popleft",
    "writerow",
    "writerows",
    "writeheader",
    "write",
];

/// Other methods of Python's strings, lists, maps and sets.
const PYTHON_METHODS: &[&str] = &[
    "copy",
    "count",
    "decode",
    "difference",
    "encode",
    "endswith",
    "find",
    "format",
    "get",
    "index",
    "intersection",
    "isdigit",
    "items",
    "join",
    "json",
    "keys",
    "lower",
    "read",
    "readlines",
    "replace",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "union",
    "upper",
    "values",
];

/// Whether values of Python's own have a method of that name.
pub(super) fn is_python_method(name: &str) -> bool {
    CHANGING.contains(&name) || PYTHON_METHODS.contains(&name)
}

/// Whether a method changes its value in place.
pub(super) fn is_changing_method(name: &str) -> bool {
    CHANGING.contains(&name)
}

/// A name of Python as a name of a variable in Rhai.
pub(super) fn variable(name: &str) -> String {
    if name.chars().all(|letter| letter == '_') {
        return "ignored_".to_owned();
    }
    if RESERVED.contains(&name) || !name.is_ascii() { format!("{}_", ascii(name)) } else { name.to_owned() }
}

/// A name of Python as the name of a function in Rhai.
pub(super) fn function(name: &str) -> String {
    let name = variable(name);
    if METHODS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

fn ascii(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii() { letter } else { 'x' }).collect()
}

/// The names of a body with the lines of each use.
#[derive(Debug, Clone, Default)]
pub(super) struct NameUse {
    pub(super) assigned: BTreeMap<String, Vec<usize>>,
    pub(super) read: BTreeMap<String, Vec<usize>>,
    /// Changed in place.
    pub(super) changed: BTreeMap<String, Vec<usize>>,
    /// Something within it changed in place, such as a field of an entry.
    pub(super) parts_changed: BTreeMap<String, Vec<usize>>,
    /// Assigned by `+=` and kin, which changes a list itself.
    pub(super) augmented: BTreeMap<String, Vec<usize>>,
    /// `global` or `nonlocal`.
    pub(super) outer: BTreeSet<String>,
}

impl NameUse {
    /// The uses in a body, without those in functions and classes within it.
    pub(super) fn of(body: &[PyStatement]) -> Self {
        let mut uses = Self::default();
        uses.block(body, false);
        uses
    }

    /// The uses in a body and in every function within it.
    pub(super) fn with_functions(body: &[PyStatement]) -> Self {
        let mut uses = Self::default();
        uses.block(body, true);
        uses
    }

    fn block(&mut self, body: &[PyStatement], deep: bool) {
        for statement in body {
            self.statement(statement, deep);
        }
    }

    fn statement(&mut self, statement: &PyStatement, deep: bool) {
        use PyStatementKind as S;
        let line = statement.first;
        match &statement.kind {
            S::Assign { targets, value } => {
                self.expression(value);
                for target in targets {
                    self.target(target);
                }
            }
            S::Annotated { target, value, .. } => {
                if let Some(value) = value {
                    self.expression(value);
                    self.target(target);
                }
            }
            S::Augmented { target, value, .. } => {
                self.expression(value);
                self.expression(target);
                self.target(target);
                if let Some(name) = target.name() {
                    add(&mut self.augmented, name, target.line);
                }
            }
            S::For { target, iterated, body, .. } => {
                self.expression(iterated);
                self.target(target);
                // A change of an entry is one of the list.
                let inner = Self::of(&body.body);
                let mut entries = Self::default();
                entries.target(target);
                if let Some(root) = iterated_root(iterated)
                    && entries
                        .assigned
                        .keys()
                        .any(|name| inner.changed.contains_key(name) && !inner.assigned.contains_key(name))
                {
                    add(&mut self.changed, root, line);
                    add(&mut self.parts_changed, root, line);
                }
            }
            S::With { items, .. } => {
                for (value, name) in items {
                    self.expression(value);
                    if let Some(name) = name {
                        self.target(name);
                    }
                }
            }
            S::Delete(targets) => {
                for target in targets {
                    self.expression(target);
                    if target.name().is_none() {
                        self.change(target, line);
                    }
                }
            }
            S::Try { handlers, .. } => {
                for handler in handlers {
                    if let Some(name) = &handler.name {
                        add(&mut self.assigned, name, handler.block.line);
                    }
                    handler.types.iter().for_each(|kind| self.expression(kind));
                }
            }
            S::Function(function) => {
                add(&mut self.assigned, &function.name, line);
                statement.expressions().into_iter().for_each(|part| self.expression(part));
                if deep {
                    self.inner(function.body.as_slice(), &parameters(function));
                }
                return;
            }
            S::Class { name, body, .. } => {
                add(&mut self.assigned, name, line);
                if deep {
                    self.inner(&body.body, &BTreeSet::new());
                }
                return;
            }
            S::Import(names) | S::ImportFrom { names, .. } => {
                for alias in names {
                    let name = alias.known_as.split('.').next().unwrap_or_default();
                    add(&mut self.assigned, name, line);
                }
            }
            S::Global(names) => self.outer.extend(names.iter().cloned()),
            _ => statement.expressions().into_iter().for_each(|part| self.expression(part)),
        }
        for block in statement.blocks() {
            self.block(block, deep);
        }
    }

    /// The uses of a function within: its own names are not those of the outer body.
    fn inner(&mut self, body: &[PyStatement], own: &BTreeSet<String>) {
        let inner = Self::with_functions(body);
        let is_own = |name: &String| {
            !inner.outer.contains(name) && (own.contains(name) || inner.assigned.contains_key(name))
        };
        for (ours, theirs) in [(&mut self.read, &inner.read), (&mut self.changed, &inner.changed)] {
            for (name, lines) in theirs.iter().filter(|(name, _)| !is_own(name)) {
                ours.entry(name.clone()).or_default().extend(lines);
            }
        }
        for name in &inner.outer {
            if let Some(lines) = inner.assigned.get(name) {
                self.assigned.entry(name.clone()).or_default().extend(lines);
            }
        }
    }

    /// The uses in the target of an assignment.
    pub(super) fn target(&mut self, target: &PyNode) {
        match &target.kind {
            PyExpression::Name(name) => add(&mut self.assigned, name, target.line),
            PyExpression::Tuple(parts) | PyExpression::List(parts) => {
                for part in parts {
                    self.target(part);
                }
            }
            PyExpression::Starred(inner) => self.target(inner),
            _ => {
                self.expression(target);
                self.change(target, target.line);
            }
        }
    }

    /// Adds the change of a part of a value.
    fn change(&mut self, part: &PyNode, line: usize) {
        let Some(root) = part.root() else { return };
        add(&mut self.changed, root, line);
        if part.owner().is_some_and(|owner| owner.name().is_none()) {
            add(&mut self.parts_changed, root, line);
        }
    }

    /// The uses in an expression.
    pub(super) fn expression(&mut self, node: &PyNode) {
        self.bound(node, &BTreeSet::new());
    }

    fn bound(&mut self, node: &PyNode, bound: &BTreeSet<String>) {
        match &node.kind {
            PyExpression::Name(name) => {
                if !bound.contains(name) {
                    add(&mut self.read, name, node.line);
                }
            }
            PyExpression::Lambda { parameters, body } => {
                let inner = bound.iter().cloned().chain(parameters.iter().cloned()).collect();
                self.bound(body, &inner);
            }
            PyExpression::Comprehension { loops, .. } => {
                let mut inner = bound.clone();
                for part in loops {
                    let mut targets = Self::default();
                    targets.target(&part.target);
                    inner.extend(targets.assigned.into_keys());
                }
                node.children().into_iter().for_each(|child| self.bound(child, &inner));
            }
            PyExpression::Call(call) => {
                if let PyExpression::Attribute(of, method) = &call.function.kind
                    && let Some(root) = of.root()
                    && !bound.contains(root)
                    && (call.is_change || CHANGING.contains(&method.as_str()))
                {
                    add(&mut self.changed, root, node.line);
                    if of.name().is_none() {
                        add(&mut self.parts_changed, root, node.line);
                    }
                }
                node.children().into_iter().for_each(|child| self.bound(child, bound));
            }
            _ => node.children().into_iter().for_each(|child| self.bound(child, bound)),
        }
    }

    /// Whether a name is read outside of the lines `first` to `last`.
    pub(super) fn is_read_outside(&self, name: &str, first: usize, last: usize) -> bool {
        let is_outside = |line: &usize| *line < first || *line > last;
        self.read.get(name).is_some_and(|lines| lines.iter().any(is_outside))
    }

    /// Whether the next use of a name after a line is a read.
    pub(super) fn is_read_next(&self, name: &str, after: usize) -> bool {
        let next = |uses: &BTreeMap<String, Vec<usize>>| {
            uses.get(name).into_iter().flatten().filter(|line| **line > after).min().copied()
        };
        match (next(&self.read), next(&self.assigned)) {
            (Some(read), Some(assigned)) => read <= assigned,
            (read, _) => read.is_some(),
        }
    }

    /// The number of assignments of a name.
    pub(super) fn assignments(&self, name: &str) -> usize {
        self.assigned.get(name).map_or(0, Vec::len)
    }
}

/// The names of the parameters of a function.
pub(super) fn parameters(function: &super::syntax::PyFunction) -> BTreeSet<String> {
    let listed = function.parameters.iter().map(|parameter| parameter.name.clone());
    listed.chain(function.rest.clone()).chain(function.keywords.clone()).collect()
}

/// The variable whose entries a loop iterates over.
fn iterated_root(iterated: &PyNode) -> Option<&str> {
    let Some(call) = iterated.call() else { return iterated.root() };
    match &call.function.kind {
        PyExpression::Attribute(of, method) if method == "values" || method == "items" => of.root(),
        PyExpression::Name(name) if name == "enumerate" || name == "reversed" => {
            call.arguments.first()?.root()
        }
        _ => None,
    }
}

fn add(uses: &mut BTreeMap<String, Vec<usize>>, name: &str, line: usize) {
    uses.entry(name.to_owned()).or_default().push(line);
}

/// The names in the targets of an assignment.
pub(super) fn targets_of(statement: &PyStatement) -> Vec<String> {
    let uses = NameUse::of(std::slice::from_ref(statement));
    uses.assigned.into_keys().collect()
}
