//! The state of a translation: what is known of the file, and of the body that is being translated.

use super::helpers;
use super::names::{self, NameUse};
use super::syntax::{PyExpression, PyFunction, PyNode, PyStatement, PyStatementKind, PythonFile};
use super::value_kind::ValueKind;
use super::writer::ScriptWriter;
use std::collections::{BTreeMap, BTreeSet};

/// Why something has no translation, in words for its `TODO`.
#[derive(Debug, Clone)]
pub(super) struct Untranslatable(pub(super) String);

/// A translation, or why there is none.
pub(super) type Translated<T> = Result<T, Untranslatable>;

/// Reports that there is no translation.
pub(super) fn left<T>(reason: impl Into<String>) -> Translated<T> {
    Err(Untranslatable(reason.into()))
}

/// Where a name of the module is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamePlace {
    /// A variable that no function uses.
    Local,
    /// A constant that functions read.
    Constant,
    /// A variable that functions read and somebody changes: a field of `state`.
    State,
}

/// A function or method of the script.
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its definition")]
#[derive(Debug, Clone)]
pub(super) struct KnownFunction {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    pub(super) defaults: Vec<Option<PyNode>>,
    /// The parameters that are only given by their names.
    pub(super) keyword_only: BTreeSet<String>,
    pub(super) rest: bool,
    pub(super) keywords: bool,
    pub(super) returns: ValueKind,
    pub(super) kinds: Vec<ValueKind>,
    /// What its annotations say of the parameters and of the result, where they name a class of the script.
    pub(super) declared: Vec<ValueKind>,
    pub(super) declared_result: ValueKind,
    /// A call without `await` only makes a task.
    pub(super) is_async: bool,
    /// It uses a field of `state`, itself or through others.
    pub(super) is_stateful: bool,
    /// The parameter that it changes in place, which is `this`.
    pub(super) changed: Option<usize>,
    /// What umapish does instead.
    pub(super) built_in: Option<BuiltInFunction>,
    pub(super) is_nested: bool,
}

/// What umapish has in place of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltInFunction {
    /// `make_call(method, url, body)`.
    MakeCall,
    /// A sign-in, which returns a token or the response with it.
    SignIn,
}

/// A class of the script.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownClass {
    pub(super) fields: BTreeMap<String, ValueKind>,
    pub(super) methods: BTreeMap<String, KnownFunction>,
    pub(super) properties: BTreeSet<String>,
    pub(super) constructor: Option<KnownFunction>,
    pub(super) is_error: bool,
    /// The classes that it is made from.
    pub(super) bases: Vec<String>,
    /// What its `with` calls first and last.
    pub(super) enter: Option<KnownFunction>,
    pub(super) exit: Option<KnownFunction>,
}

/// A function that decorates others: what it runs around them.
#[derive(Debug, Clone)]
pub(super) struct KnownDecorator {
    /// The parameter with the function, then the parameters of the decorator.
    pub(super) around: PyFunction,
    /// Whether it is written with arguments: `@retry(3)`.
    pub(super) takes_arguments: bool,
    pub(super) on_methods: bool,
}

/// A file that a block reads or writes.
#[derive(Debug, Clone)]
pub(super) struct OpenFile {
    /// The path, as an expression.
    pub(super) path: String,
    pub(super) is_written: bool,
    pub(super) is_appended: bool,
    /// The variable with the text so far.
    pub(super) text: String,
    pub(super) encoding: Option<String>,
    pub(super) writes: bool,
}

/// A writer of a CSV file.
#[derive(Debug, Clone)]
pub(super) struct CsvWriting {
    pub(super) file: String,
    /// The variable with the rows.
    pub(super) rows: String,
    pub(super) columns: Option<String>,
    pub(super) mark: String,
}

/// The body that is being translated.
#[derive(Debug, Clone, Default)]
pub(super) struct BodyScope {
    /// The name of the function; `None` for the module.
    pub(super) function: Option<String>,
    pub(super) uses: NameUse,
    pub(super) parameters: BTreeSet<String>,
    /// Parameters that the function changes, and the caller would not see it.
    pub(super) lost: BTreeSet<String>,
    /// The parameter that is a tuple: `*args`.
    pub(super) rest: Option<String>,
    pub(super) kinds: BTreeMap<String, ValueKind>,
    /// Names whose kind is not inferred from assignments.
    pub(super) fixed: BTreeSet<String>,
    /// The variables of each open block.
    pub(super) blocks: Vec<BTreeSet<String>>,
    /// Names that stand for another expression.
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) files: BTreeMap<String, OpenFile>,
    pub(super) writers: BTreeMap<String, CsvWriting>,
    /// What `self` is: `this` in a method, a variable in a constructor.
    pub(super) own_object: Option<(String, String)>,
    pub(super) class: Option<String>,
    /// Functions within the function, called by `.call(...)`.
    pub(super) closures: BTreeSet<String>,
    /// The number of closures around.
    pub(super) closure_depth: usize,
    /// Variables of the closures around.
    pub(super) bound: Vec<String>,
    /// The first and last lines of the open loops.
    pub(super) loop_lines: Vec<(usize, usize)>,
    /// For each open loop, the flag that says that it ended by `break`.
    pub(super) loops: Vec<Option<String>>,
    /// The variable of the errors that are being handled.
    pub(super) caught: Vec<String>,
    pub(super) catches_keys: usize,
    /// In the body of a decorator: the function, its arguments, and whether it is called as a method.
    pub(super) decorated: Option<DecoratedCall>,
}

/// How the body of a decorator calls the function.
#[derive(Debug, Clone)]
pub(super) struct DecoratedCall {
    pub(super) function: String,
    pub(super) is_method: bool,
}

impl BodyScope {
    /// Whether a name is one of the body's own, not of the module.
    pub(super) fn is_own(&self, name: &str) -> bool {
        self.bound.iter().any(|bound| bound == name)
            || self.parameters.contains(name)
            || (self.function.is_some()
                && self.uses.assigned.contains_key(name)
                && !self.uses.outer.contains(name))
    }

    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.blocks.iter().any(|block| block.contains(name)) || self.parameters.contains(name)
    }

    pub(super) fn declare(&mut self, name: &str) {
        if let Some(block) = self.blocks.last_mut() {
            block.insert(name.to_owned());
        }
    }
}

/// A translation.
pub(super) struct Translator<'f> {
    pub(super) file: &'f PythonFile,
    /// Lines that are left to a person.
    pub(super) left: &'f BTreeSet<usize>,
    /// The names of the functions of umapish.
    pub(super) built_in: &'f BTreeSet<String>,
    pub(super) writer: ScriptWriter<'f>,
    pub(super) functions: BTreeMap<String, KnownFunction>,
    pub(super) classes: BTreeMap<String, KnownClass>,
    /// What imported names mean: `sleep` is `time.sleep`.
    pub(super) imports: BTreeMap<String, String>,
    pub(super) places: BTreeMap<String, NamePlace>,
    pub(super) module_uses: NameUse,
    pub(super) module_kinds: BTreeMap<String, ValueKind>,
    /// What calls give to the parameters of functions, by their places.
    pub(super) given: BTreeMap<(String, usize), ValueKind>,
    pub(super) option_kinds: BTreeMap<String, ValueKind>,
    pub(super) scope: BodyScope,
    pub(super) helpers: BTreeSet<&'static str>,
    /// Lines that go before the statement that is being translated.
    pub(super) before: Vec<String>,
    /// Names that only serve what umapish does itself.
    pub(super) absorbed: BTreeSet<String>,
    /// Statements that only serve it, by their first line.
    pub(super) absorbed_lines: BTreeSet<usize>,
    /// Variables that are parsers of arguments.
    pub(super) parsers: BTreeSet<String>,
    /// The line of a statement that is already written.
    pub(super) done: usize,
    pub(super) counter: usize,
    /// Open brackets, for the layout of expressions of several lines.
    pub(super) brackets: usize,
    /// The first parameter of the method of a class that is translated, and the class.
    pub(super) class_name: Option<(String, String)>,
    /// Variables and fields whose value a statement that is left gives.
    pub(super) left_values: BTreeSet<String>,
    /// The script puts None into a map.
    pub(super) keeps_none: bool,
    /// The statement assigns a map that may have numbers as keys, since only single entries are looked up.
    pub(super) takes_numbers: bool,
    /// Classes whose objects change after they are made.
    pub(super) mutable_classes: BTreeSet<String>,
    /// Functions and methods that keep an argument, and those that return a part of another value.
    pub(super) keeping: BTreeSet<String>,
    /// Variables of the module that a function changes in place.
    pub(super) changed_in_functions: BTreeSet<String>,
    pub(super) returning_parts: BTreeSet<String>,
    /// Functions of the script that are decorators.
    pub(super) decorators: BTreeMap<String, KnownDecorator>,
    /// Calls that make a task, which something waits for at once.
    pub(super) awaited: usize,
    /// URLs that are built in a loop although the source builds them before it.
    pub(super) moved_urls: BTreeMap<String, PyStatement>,
}

impl<'f> Translator<'f> {
    pub(super) fn new(
        file: &'f PythonFile,
        left: &'f BTreeSet<usize>,
        built_in: &'f BTreeSet<String>,
    ) -> Self {
        Self {
            file,
            left,
            built_in,
            writer: ScriptWriter::new(file),
            functions: BTreeMap::new(),
            classes: BTreeMap::new(),
            imports: BTreeMap::new(),
            places: BTreeMap::new(),
            module_uses: NameUse::with_functions(&file.body),
            module_kinds: BTreeMap::new(),
            given: BTreeMap::new(),
            option_kinds: BTreeMap::new(),
            scope: BodyScope::default(),
            helpers: BTreeSet::new(),
            before: Vec::new(),
            absorbed: BTreeSet::new(),
            absorbed_lines: BTreeSet::new(),
            parsers: BTreeSet::new(),
            done: 0,
            counter: 0,
            brackets: 0,
            class_name: None,
            keeps_none: false,
            takes_numbers: false,
            mutable_classes: BTreeSet::new(),
            keeping: BTreeSet::new(),
            changed_in_functions: BTreeSet::new(),
            returning_parts: BTreeSet::new(),
            left_values: BTreeSet::new(),
            decorators: BTreeMap::new(),
            awaited: 0,
            moved_urls: BTreeMap::new(),
        }
    }

    /// Notes that the draft needs a helper, and returns its name.
    pub(super) fn helper(&mut self, name: &'static str) -> &'static str {
        if self.helpers.insert(name)
            && let Some(helper) = helpers::all().find(|helper| helper.name == name)
        {
            for needed in helper.needs {
                self.helper(needed);
            }
        }
        name
    }

    /// A name for a variable that the draft needs and the source does not have.
    pub(super) fn fresh(&mut self, start: &str) -> String {
        let is_taken = |name: &str| {
            self.module_uses.assigned.contains_key(name)
                || self.module_uses.read.contains_key(name)
                || self.scope.uses.assigned.contains_key(name)
                || self.scope.parameters.contains(name)
        };
        loop {
            self.counter += 1;
            let name = if self.counter == 1 { start.to_owned() } else { format!("{start}_{}", self.counter) };
            if !is_taken(&name) {
                return name;
            }
        }
    }

    /// A dotted name with the imports resolved: `sleep` is `time.sleep`.
    pub(super) fn path_of(&self, node: &PyNode) -> Option<String> {
        let path = node.path()?;
        let (root, rest) =
            path.split_once('.').map_or((path.as_str(), None), |(root, rest)| (root, Some(rest)));
        if self.scope.bound.iter().any(|bound| bound == root) {
            return None;
        }
        let resolved = match self.imports.get(root) {
            Some(full) => full.clone(),
            None if self.functions.contains_key(root) || self.classes.contains_key(root) => return None,
            None if self.scope.is_own(root) || self.module_uses.assigned.contains_key(root) => return None,
            None => root.to_owned(),
        };
        Some(match rest {
            Some(rest) => format!("{resolved}.{rest}"),
            None => resolved,
        })
    }

    pub(super) fn path_of_attribute(&self, of: &PyNode, name: &str) -> Option<String> {
        Some(format!("{}.{name}", self.path_of(of)?))
    }

    /// The name of a function or class as it is called in the draft.
    pub(super) fn function_name(name: &str) -> String {
        let name = names::function(name);
        // A helper of the draft has the same name.
        if helpers::defines(&name) { format!("{name}_") } else { name }
    }

    /// A variable of a parser of arguments.
    pub(super) fn is_parser(&self, node: &PyNode) -> bool {
        node.name().is_some_and(|name| self.parsers.contains(name))
    }

    /// A known function by the Python that calls it.
    pub(super) fn describe(&self, function: &PyFunction) -> KnownFunction {
        let kinds: Vec<_> = function
            .parameters
            .iter()
            .map(|parameter| match (&parameter.annotation, &parameter.default) {
                // A default of None is a value that the annotation does not name.
                (_, Some(PyNode { kind: PyExpression::None, .. })) | (None, _) => ValueKind::Unknown,
                // So is a value that the function asks for: it may be None whatever the annotation says.
                (Some(annotation), _) => match self.annotated(annotation) {
                    kind if !kind.has_object() && is_asked_for(function, &parameter.name) => {
                        ValueKind::Unknown
                    }
                    kind => kind,
                },
            })
            .collect();
        KnownFunction {
            name: function.name.clone(),
            parameters: function.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
            defaults: function.parameters.iter().map(|parameter| parameter.default.clone()).collect(),
            keyword_only: function
                .parameters
                .iter()
                .filter(|parameter| parameter.is_keyword)
                .map(|parameter| parameter.name.clone())
                .collect(),
            rest: function.rest.is_some(),
            keywords: function.keywords.is_some(),
            returns: ValueKind::Unknown,
            declared: kinds
                .iter()
                .map(|kind| if kind.has_object() { kind.clone() } else { ValueKind::Unknown })
                .collect(),
            declared_result: function
                .returns
                .as_ref()
                .map_or(ValueKind::Unknown, |kind| self.annotated(kind)),
            kinds,
            is_async: function.is_async,
            is_stateful: false,
            changed: None,
            built_in: None,
            is_nested: false,
        }
    }

    /// What an annotation says. A `float` may be a whole number.
    pub(super) fn annotated(&self, annotation: &PyNode) -> ValueKind {
        match &annotation.kind {
            PyExpression::Name(name) => match name.as_str() {
                "str" => ValueKind::Text,
                "int" => ValueKind::Int,
                "bool" => ValueKind::Bool,
                "list" | "List" => ValueKind::list(ValueKind::Unknown),
                "dict" | "Dict" => ValueKind::map(ValueKind::Unknown),
                name if self.classes.contains_key(name) => ValueKind::Object(name.to_owned()),
                _ => ValueKind::Unknown,
            },
            PyExpression::Index(of, inner) => match of.name() {
                Some("list" | "List") => ValueKind::list(self.annotated(inner)),
                Some("dict" | "Dict") => match &inner.kind {
                    PyExpression::Tuple(parts) => {
                        ValueKind::map(parts.get(1).map_or(ValueKind::Unknown, |value| self.annotated(value)))
                    }
                    _ => ValueKind::map(ValueKind::Unknown),
                },
                _ => ValueKind::Unknown,
            },
            // A name in quotation marks.
            PyExpression::Text(name) if self.classes.contains_key(name) => ValueKind::Object(name.clone()),
            _ => match annotation.path().as_deref() {
                Some("aiohttp.ClientSession" | "requests.Session") => ValueKind::Session,
                Some("aiohttp.ClientResponse" | "requests.Response") => ValueKind::Response,
                _ => ValueKind::Unknown,
            },
        }
    }
}

/// Whether a function tests if a parameter has a value: `if name:`, `name or "x"`, `name is None`.
fn is_asked_for(function: &PyFunction, name: &str) -> bool {
    let is_it = |node: &PyNode| node.name() == Some(name);
    let mut found = false;
    for statement in &function.body {
        statement.walk_statements(&mut |inner| match &inner.kind {
            PyStatementKind::If { arms, .. } => found |= arms.iter().any(|arm| is_it(&arm.test)),
            PyStatementKind::While { test, .. } => found |= is_it(test),
            _ => {}
        });
        statement.walk(&mut |node| match &node.kind {
            PyExpression::Not(value) => found |= is_it(value),
            PyExpression::Logic { values, .. } => found |= values.iter().any(is_it),
            PyExpression::Conditional { test, .. } => found |= is_it(test),
            PyExpression::Compare(one, rest) => {
                found |= is_it(one) && rest.iter().any(|(_, other)| matches!(other.kind, PyExpression::None));
            }
            _ => {}
        });
    }
    found
}
