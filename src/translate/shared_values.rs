//! Lists, maps and sets that something else holds, too, while they change: values are copied here, so that the change
//! would not show in both.

use super::names::NameUse;
use super::syntax::{PyExpression, PyFunction, PyLoop, PyNode, PyOperator, PyStatement, PyStatementKind};
use super::translator::{KnownFunction, Translated, Translator, left};
use super::value_kind::ValueKind;
use std::collections::BTreeSet;

/// Methods that put their arguments into a list, map or set.
const KEEPING: [&str; 5] = ["append", "appendleft", "insert", "add", "setdefault"];
/// Methods that put the entries of their argument into a list or map.
const KEEPING_ENTRIES: [&str; 2] = ["extend", "update"];
/// Functions that return an entry of their argument.
const PICKING: [&str; 3] = ["next", "min", "max"];
/// Functions whose result has the entries of their arguments.
const LISTING: [&str; 5] = ["sorted", "filter", "zip", "list", "tuple"];

/// A value that is put into another one.
struct KeptValue<'n> {
    value: &'n PyNode,
    /// The variable of the other value, if it has one.
    holder: Option<&'n str>,
    /// Whether only its entries are put there.
    has_entries_only: bool,
}

impl Translator<'_> {
    /// A statement after which a list, map or set is known under two names, and changes.
    ///
    /// # Errors
    /// It is such a one, and so it is left.
    pub(super) fn check_shared(&self, statement: &PyStatement) -> Translated<()> {
        let has_blocks = !statement.blocks().is_empty();
        let line = if has_blocks { statement.first } else { statement.last };
        let is_shared = self.kept_values(statement).iter().any(|kept| self.is_shared(kept, line))
            || self.is_assigned_twice(statement, line);
        if is_shared {
            return left("a list or dictionary that is known under two names, and changes");
        }
        if returns_variable(statement) {
            return left("a function that returns a variable of another");
        }
        if self.changes_lost(statement) || self.adds_to_parameter(statement) {
            return left("a change of an argument that the caller would not see");
        }
        if self.takes_entry(statement, line) || self.changes_listed(statement) {
            return left("a change of an entry of another value");
        }
        Ok(())
    }

    /// A default value that the function changes keeps the change for the next call.
    ///
    /// # Errors
    /// The function has such a one, and so it is left.
    pub(super) fn check_defaults(function: &PyFunction) -> Translated<()> {
        let uses = NameUse::of(&function.body);
        let changed = function.parameters.iter().find(|parameter| {
            parameter.default.as_ref().is_some_and(is_new) && uses.changed.contains_key(&parameter.name)
        });
        match changed {
            Some(parameter) => left(format!("a change of the default value of `{}`", parameter.name)),
            None => Ok(()),
        }
    }

    /// Whether a statement changes an argument whose changes are lost. Those within its blocks are left one by one.
    fn changes_lost(&self, statement: &PyStatement) -> bool {
        if self.scope.lost.is_empty() {
            return false;
        }
        let changed = |body: &[PyStatement]| NameUse::of(body).changed;
        let within: BTreeSet<_> =
            statement.blocks().into_iter().flat_map(|block| changed(block).into_keys()).collect();
        let all = changed(std::slice::from_ref(statement));
        all.keys().any(|name| self.scope.lost.contains(name) && !within.contains(name))
    }

    /// `rows += [1]` of a parameter, which is a list.
    fn adds_to_parameter(&self, statement: &PyStatement) -> bool {
        let PyStatementKind::Augmented { target, value, .. } = &statement.kind else { return false };
        let is_list = |node: &PyNode| matches!(self.kind_of(node), ValueKind::List(_) | ValueKind::Set);
        target.name().is_some_and(|name| {
            let is_given = !lines(&self.scope.uses.assigned, name)
                .any(|line| !lines(&self.scope.uses.augmented, name).any(|augmented| augmented == line));
            is_given && self.scope.parameters.contains(name)
        }) && (is_list(target) || is_list(value))
    }

    fn kept_values<'s>(&self, statement: &'s PyStatement) -> Vec<KeptValue<'s>> {
        let mut kept = Vec::new();
        if let PyStatementKind::Assign { targets, value } = &statement.kind {
            let is_field = targets.iter().any(|target| target.name().is_none());
            if is_field || value.name().is_none() {
                let holder = targets.first().and_then(PyNode::root);
                held(value, &mut |value| kept.push(KeptValue { value, holder, has_entries_only: false }));
                for value in copied(value) {
                    kept.push(KeptValue { value, holder, has_entries_only: true });
                }
            }
        }
        for expression in statement.expressions() {
            expression.walk(&mut |node| self.add_arguments(node, &mut kept));
        }
        kept
    }

    /// Adds the arguments that a call keeps.
    fn add_arguments<'s>(&self, node: &'s PyNode, kept: &mut Vec<KeptValue<'s>>) {
        let Some(call) = node.call() else { return };
        let (holder, keeps_all) = match &call.function.kind {
            PyExpression::Attribute(of, method) if KEEPING_ENTRIES.contains(&method.as_str()) => {
                (of.root(), false)
            }
            PyExpression::Attribute(of, method) => {
                if !KEEPING.contains(&method.as_str()) && !self.keeping.contains(&format!(".{method}")) {
                    return;
                }
                (of.root(), true)
            }
            PyExpression::Name(name) if self.classes.contains_key(name) || self.keeping.contains(name) => {
                (None, true)
            }
            _ => return,
        };
        let arguments = call.arguments.iter().chain(call.keywords.iter().map(|(_, value)| value));
        for argument in arguments {
            let has_entries_only = !keeps_all && argument.name().is_some();
            held(argument, &mut |value| kept.push(KeptValue { value, holder, has_entries_only }));
        }
    }

    fn is_shared(&self, kept: &KeptValue<'_>, line: usize) -> bool {
        let (Some(name), kind) = (kept.value.name(), self.kind_of(kept.value)) else { return false };
        let is_known = matches!(
            kind,
            ValueKind::List(_)
                | ValueKind::Map(_)
                | ValueKind::Set
                | ValueKind::Counter
                | ValueKind::DefaultMap(_)
        );
        if !is_known && kind != ValueKind::Unknown {
            return false;
        }
        let is_changed_there = || {
            let changes = lines(&self.scope.uses.parts_changed, kept.holder.unwrap_or_default());
            let reads = lines(&self.scope.uses.read, name);
            changes.filter(|change| *change > line).any(|change| reads.clone().any(|read| read > change))
        };
        let changes_itself = if kept.has_entries_only {
            lines(&self.scope.uses.parts_changed, name).any(|change| change > line)
        } else {
            self.changes_after(name, line, is_known)
        };
        changes_itself || (is_known && is_changed_there())
    }

    /// Whether the value of a variable changes after a line, or before it when the loop around goes on.
    fn changes_after(&self, name: &str, line: usize, is_known: bool) -> bool {
        if !self.scope.is_own(name) && self.changed_in_functions.contains(name) {
            return true;
        }
        let uses = &self.scope.uses;
        let augmented = || lines(&uses.augmented, name);
        let assigned: Vec<_> =
            lines(&uses.assigned, name).filter(|one| !augmented().any(|other| other == *one)).collect();
        // Only of what is known to be a list, map or set does `+=` change the value itself.
        let changes: Vec<_> = lines(&uses.changed, name).chain(augmented().filter(|_| is_known)).collect();
        let is_later =
            |change: &usize| *change > line && !assigned.iter().any(|one| (line + 1..=*change).contains(one));
        let is_around = |(first, last): &(usize, usize)| {
            let within = first..=last;
            changes.iter().any(|change| within.contains(&change))
                && !assigned.iter().any(|one| within.contains(&one))
        };
        changes.iter().any(is_later) || self.scope.loop_lines.iter().any(is_around)
    }

    /// `a = b = []`, `b = a` with `b += [1]`, and `[[]] * 2`.
    fn is_assigned_twice(&self, statement: &PyStatement, line: usize) -> bool {
        let PyStatementKind::Assign { targets, value } = &statement.kind else { return false };
        let names: Vec<_> = targets.iter().filter_map(PyNode::name).collect();
        let changes = |name: &&str| self.changes_after(name, line, true);
        if is_new(value) && targets.len() > 1 {
            return names.iter().any(changes);
        }
        let is_list = matches!(self.kind_of(value), ValueKind::List(_) | ValueKind::Set);
        if let (Some(other), true) = (value.name(), is_list) {
            let is_augmented =
                |name: &str| lines(&self.scope.uses.augmented, name).any(|augmented| augmented > line);
            return is_augmented(other) || names.iter().any(|name| is_augmented(name));
        }
        let is_repeated = match &value.kind {
            PyExpression::Binary(of, PyOperator::Multiply, times) => [of, times]
                .iter()
                .any(|node| matches!(&node.kind, PyExpression::List(items) if items.iter().any(is_new))),
            _ => false,
        };
        is_repeated && names.iter().any(|name| lines(&self.scope.uses.parts_changed, name).next().is_some())
    }

    /// `entry = entries.get(key)` and kin, where the entry changes.
    fn takes_entry(&self, statement: &PyStatement, line: usize) -> bool {
        let PyStatementKind::Assign { targets, value } = &statement.kind else { return false };
        let ([target], Some(call)) = (targets.as_slice(), value.call()) else { return false };
        let is_entry = match &call.function.kind {
            PyExpression::Attribute(of, method) if method == "get" || method == "setdefault" => {
                of.root().is_some_and(|root| self.is_used_after(root, line))
            }
            PyExpression::Name(name) => {
                PICKING.contains(&name.as_str())
                    && call.arguments.iter().any(|argument| self.uses_used_after(argument, line))
            }
            _ => false,
        };
        is_entry && target.name().is_some_and(|name| self.changes_after(name, line, false))
    }

    /// `for entry in sorted(entries):` and kin, where the entry changes.
    fn changes_listed(&self, statement: &PyStatement) -> bool {
        let PyStatementKind::For { target, iterated, body, .. } = &statement.kind else { return false };
        let is_listed = match &iterated.kind {
            PyExpression::Call(call) => call.function.name().is_some_and(|name| LISTING.contains(&name)),
            PyExpression::Slice { .. }
            | PyExpression::List(_)
            | PyExpression::Tuple(_)
            | PyExpression::Comprehension { .. } => true,
            _ => false,
        };
        if !is_listed {
            return false;
        }
        let uses = NameUse::of(&body.body);
        let mut targets = NameUse::default();
        targets.target(target);
        let is_changed = targets
            .assigned
            .keys()
            .any(|name| uses.changed.contains_key(name) && !uses.assigned.contains_key(name));
        is_changed && self.uses_used_after(iterated, statement.last)
    }

    /// Whether a variable in an expression is used after a line.
    fn uses_used_after(&self, node: &PyNode, line: usize) -> bool {
        let mut is_used = false;
        node.walk(&mut |inner| is_used |= inner.name().is_some_and(|name| self.is_used_after(name, line)));
        is_used
    }

    fn is_used_after(&self, name: &str, line: usize) -> bool {
        let reads = lines(&self.scope.uses.read, name).any(|read| read > line);
        reads
            || (!self.scope.loop_lines.is_empty() && lines(&self.scope.uses.assigned, name).next().is_some())
    }
}

/// The places of the parameters that a function changes in place before it assigns them.
pub(super) fn changed_parameters(function: &PyFunction) -> Vec<usize> {
    let uses = NameUse::of(&function.body);
    let is_changed = |name: &str| {
        let first = lines(&uses.assigned, name).min();
        lines(&uses.changed, name).any(|line| first.is_none_or(|first| line < first))
    };
    let parameters = function.parameters.iter().enumerate();
    parameters.filter(|(_, parameter)| is_changed(&parameter.name)).map(|(place, _)| place).collect()
}

/// The parameters whose changes are lost: all but the one that the function is called as a method of.
pub(super) fn lost_parameters(
    function: &PyFunction,
    known: &KnownFunction,
    skipped: usize,
) -> BTreeSet<String> {
    let is_lost = |place: &usize| *place >= skipped && known.changed != Some(*place - skipped);
    let lost = changed_parameters(function).into_iter().filter(is_lost);
    lost.map(|place| function.parameters[place].name.clone()).collect()
}

/// `f = lambda: rows`: here the list would be a copy.
fn returns_variable(statement: &PyStatement) -> bool {
    let PyStatementKind::Assign { value, .. } = &statement.kind else { return false };
    match &value.kind {
        PyExpression::Lambda { parameters, body } => {
            body.name().is_some_and(|name| !parameters.iter().any(|parameter| parameter == name))
        }
        _ => false,
    }
}

/// The lines of a use of a name.
fn lines<'u>(
    uses: &'u std::collections::BTreeMap<String, Vec<usize>>,
    name: &str,
) -> impl Iterator<Item = usize> + Clone + 'u {
    uses.get(name).into_iter().flatten().copied()
}

/// Passes the variables that a value holds: itself, and what is in a new list or map.
fn held<'n>(value: &'n PyNode, pass: &mut dyn FnMut(&'n PyNode)) {
    match &value.kind {
        PyExpression::Name(_) => pass(value),
        PyExpression::List(items) | PyExpression::Tuple(items) | PyExpression::Set(items) => {
            for item in items {
                held(item, pass);
            }
        }
        PyExpression::Dict(entries) => {
            for (_, value) in entries.iter().filter(|(key, _)| key.is_some()) {
                held(value, pass);
            }
        }
        PyExpression::Conditional { then, otherwise, .. } => {
            held(then, pass);
            held(otherwise, pass);
        }
        PyExpression::Logic { values, .. } => {
            for value in values {
                held(value, pass);
            }
        }
        PyExpression::Comprehension { value, loops, .. } => {
            let bound = bound_by(loops);
            held(value, &mut |value| {
                if value.name().is_none_or(|name| !bound.contains(name)) {
                    pass(value);
                }
            });
        }
        _ => {}
    }
}

/// The variables in the loops of a comprehension.
fn bound_by(loops: &[PyLoop]) -> BTreeSet<String> {
    let mut bound = NameUse::default();
    for part in loops {
        bound.target(&part.target);
    }
    bound.assigned.into_keys().collect()
}

/// The variables whose entries are also those of a value: `list(a)`, `a[1:]`, `a + b`, `a.copy()`, `[x for x in a]`.
fn copied(value: &PyNode) -> Vec<&PyNode> {
    match &value.kind {
        PyExpression::Call(call) => match &call.function.kind {
            PyExpression::Name(name) if LISTING.contains(&name.as_str()) || name == "dict" => {
                call.arguments.iter().filter(|argument| argument.name().is_some()).collect()
            }
            // `copy.copy(a)` and `a.copy()`
            PyExpression::Attribute(_, method) if method == "copy" && !call.arguments.is_empty() => {
                call.arguments.iter().filter(|argument| argument.name().is_some()).collect()
            }
            PyExpression::Attribute(of, method) if method == "copy" && of.name().is_some() => vec![of],
            _ => Vec::new(),
        },
        PyExpression::Slice { of, .. } if of.name().is_some() => vec![of],
        PyExpression::Binary(first, PyOperator::Add, second) => {
            [first, second].into_iter().map(|part| &**part).filter(|part| part.name().is_some()).collect()
        }
        PyExpression::Comprehension { value, loops, .. } => {
            let bound = bound_by(loops);
            let is_entry = value.name().is_some_and(|name| bound.contains(name));
            let sources = loops.iter().map(|part| &part.iterated);
            sources.filter(|source| is_entry && source.name().is_some()).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an expression makes a new list, map or set.
fn is_new(node: &PyNode) -> bool {
    match &node.kind {
        PyExpression::List(_) | PyExpression::Dict(_) | PyExpression::Set(_) => true,
        PyExpression::Call(call) => {
            call.function.name().is_some_and(|name| matches!(name, "list" | "dict" | "set"))
        }
        _ => false,
    }
}
