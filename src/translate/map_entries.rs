//! Entries of maps whose keys are numbers, that are missing, or that are None: maps here have strings as keys, and no
//! entry is made by reading one.

use super::control::targets;
use super::expressions::{RhaiCode, is_repeatable, level};
use super::order::has_effects;
use super::syntax::{PyComparison, PyExpression, PyNode, PyStatement, PyStatementKind};
use super::translator::{NamePlace, Translated, Translator, left};
use super::value_kind::ValueKind;

/// Methods of a map that look up one key.
const LOOKING_UP: [&str; 3] = ["get", "pop", "setdefault"];
/// Functions whose result has the keys of the map that they are given.
const LISTING: [&str; 4] = ["sorted", "list", "reversed", "set"];

/// What a script does with a map.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MapUse {
    /// It reads and assigns entries, `map[key]`, and nothing else.
    Entries,
    /// It also asks whether there is a key, and how many there are.
    Lookups,
}

impl Translator<'_> {
    /// The key of an entry. Numbers are written as strings, which shows if the script does more than to look them up.
    pub(super) fn key_of(&mut self, map: &PyNode, key: &PyNode) -> Translated<String> {
        let kind = self.kind_of(key);
        if (kind.is_number() || kind == ValueKind::Bool) && !self.is_only(map, MapUse::Lookups) {
            return left("a key that is a number");
        }
        self.key(key)
    }

    /// Whether a statement assigns a map to a variable of which only single entries are looked up.
    pub(super) fn assigns_looked_up(&self, statement: &PyStatement) -> bool {
        match &statement.kind {
            PyStatementKind::Assign { targets, value } => match targets.as_slice() {
                [target] => self.kind_of(value).is_map() && self.is_only(target, MapUse::Lookups),
                _ => false,
            },
            _ => false,
        }
    }

    /// An entry of a `defaultdict`, which reading makes.
    pub(super) fn default_entry(
        &mut self,
        map: &PyNode,
        key: &PyNode,
        missing: &str,
    ) -> Translated<RhaiCode> {
        if self.is_only(map, MapUse::Entries) || self.is_key_of(map, key) {
            let (map_code, key) = (self.value(map, level::ATOM)?, self.key_of(map, key)?);
            return Ok(RhaiCode::of(format!("{map_code}[{key}] ?? {missing}"), level::DEFAULT));
        }
        Ok(RhaiCode::atom(self.made_entry(map, key, missing)?))
    }

    /// An entry of a `defaultdict` that the line before makes if it is missing.
    pub(super) fn made_entry(&mut self, map: &PyNode, key: &PyNode, missing: &str) -> Translated<String> {
        if !is_repeatable(key) || !is_repeatable(map) || self.scope.closure_depth > 0 {
            return left("an entry of a `defaultdict` with a computed key");
        }
        if self.is_copy(map) {
            return left("a missing entry of a `defaultdict` that another function made");
        }
        let (map_code, key) = (self.lasting(map)?, self.key_of(map, key)?);
        let line = format!("if !({key} in {map_code}) {{ {map_code}[{key}] = {missing}; }}");
        if !self.before.contains(&line) {
            self.before.push(line);
        }
        Ok(format!("{map_code}[{key}]"))
    }

    /// Whether a change of a map would not be seen by those who gave it: it is a parameter or a constant.
    fn is_copy(&self, map: &PyNode) -> bool {
        let Some(name) = map.name() else { return false };
        let is_parameter = self.scope.parameters.contains(name) && !self.scope.aliases.contains_key(name);
        let is_constant = !self.scope.is_own(name)
            && self.scope.function.is_some()
            && self.places.get(name) == Some(&NamePlace::Constant);
        is_parameter || is_constant
    }

    /// `map.get(key, other)`: `other` also for None, unless the script puts None into maps or `other` does something.
    pub(super) fn entry_or(&mut self, map: &PyNode, key: &PyNode, other: &PyNode) -> Translated<RhaiCode> {
        let is_full = match self.kind_of(map) {
            ValueKind::Map(entry) => !matches!(*entry, ValueKind::Unknown | ValueKind::None),
            _ => false,
        };
        let (map_code, key) = (self.value(map, level::ATOM)?, self.key_of(map, key)?);
        if (self.keeps_none && !is_full) || has_effects(other) {
            let other = self.plain(other)?;
            return Ok(RhaiCode::atom(format!("{}({map_code}, {key}, {other})", self.helper("entry_or"))));
        }
        Ok(RhaiCode::of(format!("{map_code}[{key}] ?? {}", self.value(other, level::SUM)?), level::DEFAULT))
    }

    /// Whether the script puts None into a map.
    pub(super) fn finds_none_in_maps(&self) -> bool {
        let is_none = |node: &PyNode| match &node.kind {
            PyExpression::Conditional { then, otherwise, .. } => {
                [then, otherwise].iter().any(|part| matches!(part.kind, PyExpression::None))
            }
            other => matches!(other, PyExpression::None),
        };
        let mut found = false;
        for statement in &self.file.body {
            statement.walk(&mut |node| {
                if let PyExpression::Dict(entries) = &node.kind {
                    found |= entries.iter().any(|(_, value)| is_none(value));
                }
            });
            statement.walk_statements(&mut |inner| {
                if let PyStatementKind::Assign { targets, value } = &inner.kind {
                    let is_entry =
                        targets.iter().any(|target| matches!(target.kind, PyExpression::Index(..)));
                    found |= is_entry && is_none(value);
                }
            });
        }
        found
    }

    /// Whether the whole script uses a variable or field only in these ways.
    fn is_only(&self, map: &PyNode, allowed: MapUse) -> bool {
        let Some(path) = map.path() else { return false };
        // A field may be that of another variable for the same object.
        let is_it = |node: &PyNode| match (&node.kind, path.rsplit_once('.')) {
            (PyExpression::Attribute(_, name), Some((_, field))) => name == field,
            _ => node.path().as_ref() == Some(&path),
        };
        let (mut all, mut known) = (0, 0);
        for statement in &self.file.body {
            statement.walk(&mut |node| {
                all += usize::from(is_it(node));
                known += match &node.kind {
                    PyExpression::Index(of, _) => usize::from(is_it(of)),
                    PyExpression::Compare(_, rest) if allowed == MapUse::Lookups => rest
                        .iter()
                        .filter(|(sign, other)| {
                            matches!(sign, PyComparison::In | PyComparison::NotIn) && is_it(other)
                        })
                        .count(),
                    PyExpression::Call(call) if allowed == MapUse::Lookups => match &call.function.kind {
                        PyExpression::Attribute(of, method) => {
                            usize::from(LOOKING_UP.contains(&method.as_str()) && is_it(of))
                        }
                        PyExpression::Name(name) if name == "len" => {
                            call.arguments.iter().filter(|argument| is_it(argument)).count()
                        }
                        _ => 0,
                    },
                    _ => 0,
                };
            });
            statement.walk_statements(&mut |inner| {
                if let PyStatementKind::Assign { targets, .. } = &inner.kind {
                    known += targets.iter().filter(|target| is_it(target)).count();
                }
            });
        }
        all == known
    }

    /// Whether a key is a loop variable that has only keys of the map.
    fn is_key_of(&self, map: &PyNode, key: &PyNode) -> bool {
        let (Some(path), Some(name)) = (map.path(), key.name()) else { return false };
        let (mut own, mut others) = (0, 0);
        let mut look = |target: &PyNode, source: &PyNode| {
            if targets(target).first().is_some_and(|first| first == name) && lists_keys(source, &path) {
                own += 1;
            } else if targets(target).iter().any(|target| target == name) {
                others += 1;
            }
        };
        for statement in &self.file.body {
            statement.walk_statements(&mut |inner| match &inner.kind {
                PyStatementKind::For { target, iterated, .. } => look(target, iterated),
                PyStatementKind::Assign { targets, value } => {
                    for target in targets {
                        look(target, value);
                    }
                }
                PyStatementKind::Function(function) => {
                    let is_parameter = super::names::parameters(function).contains(name);
                    if is_parameter {
                        look(key, key);
                    }
                }
                _ => {}
            });
            statement.walk(&mut |node| {
                if let PyExpression::Comprehension { loops, .. } = &node.kind {
                    for part in loops {
                        look(&part.target, &part.iterated);
                    }
                }
            });
        }
        own > 0 && others == 0
    }
}

/// Whether an expression lists the keys of a map.
fn lists_keys(node: &PyNode, path: &str) -> bool {
    let Some(call) = node.call() else { return node.path().as_deref() == Some(path) };
    match &call.function.kind {
        PyExpression::Attribute(of, method) => {
            ["keys", "items"].contains(&method.as_str()) && of.path().as_deref() == Some(path)
        }
        PyExpression::Name(name) => {
            LISTING.contains(&name.as_str())
                && call.arguments.first().is_some_and(|argument| lists_keys(argument, path))
        }
        _ => false,
    }
}
