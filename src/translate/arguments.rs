//! Arguments of the command line: `argparse` as `options(#{...})`.

use super::expressions::{is_plain_key, member, quoted};
use super::names;
use super::report::LineOutcome;
use super::syntax::{PyCall, PyExpression, PyNode, PyStatement, PyStatementKind};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// An option of a script.
struct ScriptOption {
    key: String,
    entry: String,
    /// A default that is computed: it is assigned if the option is not given.
    computed: Option<String>,
    /// The name under which the script reads it, if that is another one, and whether it reads the opposite.
    read_as: Option<String>,
    is_opposite: bool,
}

impl Translator<'_> {
    /// Finds the variables that are parsers, and what their options are.
    pub(super) fn find_parsers(&mut self) {
        let file = self.file;
        for statement in &file.body {
            statement.walk_statements(&mut |inner| {
                if let PyStatementKind::Assign { targets, value } = &inner.kind
                    && let Some(call) = value.call()
                    && call.function.path().is_some_and(|path| {
                        path.ends_with("ArgumentParser") || path.ends_with("OptionParser")
                    })
                {
                    self.parsers.extend(targets.iter().filter_map(PyNode::name).map(str::to_owned));
                }
            });
        }
        let mut kinds = Vec::new();
        for statement in &file.body {
            statement.walk(&mut |node| {
                let Some(call) = node.call() else { return };
                if !matches!(&call.function.kind, PyExpression::Attribute(_, method) if is_addition(method)) {
                    return;
                }
                let Some(name) = option_name(call) else { return };
                let is_flag = call
                    .keyword("action")
                    .and_then(PyNode::text)
                    .is_some_and(|action| action.starts_with("store_"));
                let kind = match call.keyword("type").and_then(PyNode::name) {
                    Some("int") => ValueKind::Int,
                    Some("float") => ValueKind::Float,
                    _ if is_flag => ValueKind::Bool,
                    _ if call.keyword("nargs").is_some() => ValueKind::list(ValueKind::Text),
                    _ if call.keyword("default").is_some_and(|value| value.text().is_some())
                        || call.keyword("required").is_some()
                        || !call
                            .arguments
                            .first()
                            .and_then(PyNode::text)
                            .is_some_and(|text| text.starts_with('-')) =>
                    {
                        ValueKind::Text
                    }
                    _ => ValueKind::Unknown,
                };
                kinds.push((name, kind));
            });
        }
        self.option_kinds.extend(kinds);
    }

    /// `args = parser.parse_args()`: every option that the file adds to the parser.
    pub(super) fn parsed_arguments(
        &mut self,
        statement: &PyStatement,
        name: &str,
        parser: &str,
    ) -> Translated<()> {
        let file = self.file;
        let mut calls: Vec<PyCall> = Vec::new();
        let mut is_odd = false;
        for outer in &file.body {
            outer.walk_statements(&mut |inner| {
                let PyStatementKind::Expression(value) = &inner.kind else { return };
                let Some(call) = value.call() else { return };
                let PyExpression::Attribute(of, method) = &call.function.kind else { return };
                if of.name() == Some(parser) {
                    if is_addition(method) {
                        calls.push(call.clone());
                    } else {
                        is_odd |= method.starts_with("add_");
                    }
                }
            });
        }
        if is_odd {
            return left("subcommands or groups of arguments");
        }
        let options: Translated<Vec<_>> = calls.iter().map(|call| self.script_option(call)).collect();
        let options = options?;
        let key_of = |name: &str| if is_plain_key(name) { name.to_owned() } else { quoted(name) };
        let entries: Vec<_> = options
            .iter()
            .map(|option| format!("    {}: #{{{}}},", key_of(&option.key), option.entry))
            .collect();
        let padding = self.writer.padding();
        let body = entries.iter().flat_map(|entry| ["\n", &padding, entry]).collect::<String>();
        let code = if entries.is_empty() {
            "options(#{})".to_owned()
        } else {
            format!("options(#{{{body}\n{padding}}})")
        };
        if options.iter().all(|option| option.computed.is_none() && option.read_as.is_none()) {
            let line = self.assign_name(name, &code);
            return self.line(statement, &line);
        }
        // Options cannot be set, so that those with a default of their own or another name become a map.
        let given = self.fresh("given");
        let fields: Vec<_> = options
            .iter()
            .map(|option| {
                let value = member(&given, &option.key);
                let value = match &option.computed {
                    Some(code) => format!("if {value} == () {{ {code} }} else {{ {value} }}"),
                    None if option.is_opposite => format!("!{value}"),
                    None => value,
                };
                format!("{}: {value}", key_of(option.read_as.as_ref().unwrap_or(&option.key)))
            })
            .collect();
        let line = self.assign_name(name, &format!("#{{{}}}", fields.join(", ")));
        self.line(statement, &format!("let {given} = {code}; {line}"))
    }

    /// `(options, args) = parser.parse_args()` of `optparse`, where nothing reads `args`.
    pub(super) fn parsed_options(
        &mut self,
        statement: &PyStatement,
        parts: &[PyNode],
        value: &PyNode,
    ) -> Translated<bool> {
        let Some(PyExpression::Attribute(of, method)) = value.call().map(|call| &call.function.kind) else {
            return Ok(false);
        };
        if method != "parse_args" || !self.is_parser(of) {
            return Ok(false);
        }
        let ([options, rest], Some(parser)) = (parts, of.name().map(str::to_owned)) else { return Ok(false) };
        let (Some(options), Some(rest)) = (options.name(), rest.name()) else { return Ok(false) };
        if self.scope.uses.read.contains_key(rest) {
            return left("arguments beside options");
        }
        self.parsed_arguments(statement, options, &parser)?;
        Ok(true)
    }

    fn script_option(&mut self, call: &PyCall) -> Translated<ScriptOption> {
        let (Some(read_as), Some(key)) = (option_name(call), flag_name(call)) else {
            return left("an argument without a name");
        };
        let mut is_opposite = false;
        let mut parts = Vec::new();
        let is_named =
            call.arguments.first().and_then(PyNode::text).is_some_and(|text| text.starts_with('-'));
        let mut is_required = !is_named;
        let mut has_fallback = false;
        let mut computed = None;
        for (name, value) in &call.keywords {
            match name.as_deref() {
                Some("help") => parts.push(format!("help: {}", self.plain(value)?)),
                Some("default") => {
                    has_fallback = true;
                    if self.option_kinds.get(&read_as) != Some(&ValueKind::Bool) {
                        let code = self.plain(value)?;
                        if super::expressions::is_repeatable(value)
                            && value.root().is_none()
                            && value.call().is_none()
                        {
                            parts.push(format!("fallback: {code}"));
                        } else {
                            parts.push("fallback: ()".to_owned());
                            computed = Some(code);
                        }
                    }
                }
                Some("type") => match value.name().or_else(|| value.text()) {
                    Some("int" | "float") => parts.push("kind: \"number\"".to_owned()),
                    Some("str" | "string") => {}
                    _ => return left("the type of an argument"),
                },
                Some("action") => match value.text() {
                    Some("store_true") => parts.push("kind: \"flag\"".to_owned()),
                    Some("store_false") => {
                        is_opposite = true;
                        parts.push("kind: \"flag\"".to_owned());
                    }
                    Some("store") => {}
                    _ => return left("the action of an argument"),
                },
                Some("required") => is_required = matches!(value.kind, PyExpression::Bool(true)),
                Some("choices") => parts.push(format!("one_of: {}", self.plain(value)?)),
                Some("dest" | "metavar") => {}
                Some("nargs") => match value.text() {
                    Some("*" | "+") => parts.push("kind: \"list\"".to_owned()),
                    Some("?") => is_required = false,
                    _ => return left("the number of values of an argument"),
                },
                _ => return left("an argument of `add_argument`"),
            }
        }
        for given in &call.arguments {
            if let Some(text) = given.text()
                && let Some(letter) = text.strip_prefix('-')
                && letter.chars().count() == 1
            {
                parts.push(format!("short: {}", quoted(letter)));
            }
        }
        let is_flag = parts.iter().any(|part| part == "kind: \"flag\"");
        if !is_required && !has_fallback && !is_flag {
            parts.push("fallback: ()".to_owned());
        }
        let key = names::variable(&key).trim_end_matches('_').to_owned();
        Ok(ScriptOption {
            read_as: Some(read_as).filter(|name| is_opposite || *name != key),
            is_opposite,
            key,
            entry: parts.join(", "),
            computed,
        })
    }

    /// `parser.add_argument(...)` is part of the declaration of all options.
    pub(super) fn is_argument_call(&mut self, statement: &PyStatement, value: &PyNode) -> bool {
        let Some(call) = value.call() else { return false };
        let PyExpression::Attribute(of, method) = &call.function.kind else { return false };
        if !self.is_parser(of) || !is_addition(method) {
            return false;
        }
        self.writer.catch_up(statement.first);
        for line in statement.first..=statement.last {
            let text = self.writer.source(line).to_owned();
            self.writer.extra(&format!("// {text}"));
        }
        self.writer.outcomes(statement.first, statement.last, LineOutcome::Same, "");
        self.writer.skip_to(statement.last);
        true
    }
}

/// `add_argument` of `argparse`, `add_option` of `optparse`.
fn is_addition(method: &str) -> bool {
    method == "add_argument" || method == "add_option"
}

/// The name under which an option is read: `--dry-run` is `dry_run`.
fn option_name(call: &PyCall) -> Option<String> {
    let dest = call.keywords.iter().find(|(name, _)| name.as_deref() == Some("dest"));
    if let Some((_, value)) = dest {
        return value.text().map(str::to_owned);
    }
    flag_name(call)
}

/// The name of an option as the command line has it.
fn flag_name(call: &PyCall) -> Option<String> {
    let names: Vec<_> = call.arguments.iter().filter_map(PyNode::text).collect();
    let long = names.iter().find(|name| name.starts_with("--")).or(names.first())?;
    Some(long.trim_start_matches('-').replace('-', "_"))
}
