//! Functions and classes, and the whole file.

use super::names::{self, NameUse};
use super::report::LineOutcome;
use super::shared_values::lost_parameters;
use super::syntax::{PyExpression, PyFunction, PyStatement, PyStatementKind};
use super::translator::{BodyScope, KnownFunction, Translated, Translator, left};
use super::value_kind::ValueKind;
use std::collections::BTreeSet;

impl Translator<'_> {
    pub(super) fn function_statement(
        &mut self,
        statement: &PyStatement,
        function: &PyFunction,
    ) -> Translated<()> {
        if self.decorators.contains_key(&function.name) && self.scope.function.is_none() {
            return self.decorator_statement(statement, function);
        }
        if self.scope.function.is_some() {
            if !function.decorators.is_empty() {
                return left("a decorator of a function within a function");
            }
            return self.closure_statement(statement, function);
        }
        let Some(known) = self.functions.get(&function.name).cloned() else { return left("this function") };
        self.decorated_body(statement, function, &known, None)
    }

    /// A function within a function: a closure in a variable.
    fn closure_statement(&mut self, statement: &PyStatement, function: &PyFunction) -> Translated<()> {
        let known = self.describe(function);
        let uses = NameUse::of(&function.body);
        let is_plain = !known.rest
            && !known.keywords
            && known.defaults.iter().all(Option::is_none)
            && uses.outer.is_empty()
            && !uses.read.contains_key(&function.name);
        if !is_plain {
            return left("a function within a function");
        }
        if uses.assigned.keys().any(|name| self.scope.is_declared(name) || self.scope.is_own(name)) {
            return left("a function within a function, with a variable of the same name");
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
    pub(super) fn function_body(
        &mut self,
        statement: &PyStatement,
        function: &PyFunction,
        known: &KnownFunction,
        class: Option<(&str, &str, &str)>,
    ) -> Translated<()> {
        let written = match class {
            Some((class, _, "self_")) => Self::function_name(class),
            _ => known.written(),
        };
        Self::check_defaults(function)?;
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
        self.scope.lost = lost_parameters(function, known, skipped);
        self.writer.catch_up(statement.first);
        if self.built_in.contains(&written) {
            self.writer.extra(&format!("// umapish: own {written}"));
        }
        for line in before {
            self.writer.extra(&line);
        }
        let start = function.decorators.len();
        let first = (statement.first..=statement.head)
            .find(|line| {
                let text = self.writer.source(*line);
                text.starts_with("def ") || text.starts_with("async ")
            })
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
    pub(super) fn default_forms(
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

    pub(super) fn new_scope(
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
            rest: function.rest.clone(),
            blocks: vec![BTreeSet::new()],
            decorated: if class.is_none() { self.decorated_call(function) } else { None },
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
    pub(super) fn given_kinds(&self, statement: &PyStatement, calls: &mut Vec<(String, usize, ValueKind)>) {
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
}
