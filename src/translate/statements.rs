//! Simple statements, and what is left of those that have no translation.

use super::expressions::level;
use super::names;
use super::report::LineOutcome;
use super::syntax::{PyComparison, PyExpression, PyNode, PyOperator, PyStatement, PyStatementKind};
use super::translator::{Translated, Translator, Untranslatable, left};
use super::value_kind::ValueKind;

impl Translator<'_> {
    /// Translates a block.
    pub(super) fn statements(&mut self, body: &[PyStatement]) {
        let mut place = 0;
        while place < body.len() {
            let statement = &body[place];
            if statement.first == self.done {
                place += 1;
                continue;
            }
            if self.absorbed_lines.contains(&statement.first) {
                let end =
                    body[place..].iter().take_while(|next| self.absorbed_lines.contains(&next.first)).count();
                self.built_in(&body[place..place + end]);
                place += end;
                continue;
            }
            self.statement(statement);
            place += 1;
        }
    }

    /// Translates a statement, or leaves it to a person.
    pub(super) fn statement(&mut self, statement: &PyStatement) {
        let is_left = self.left.range(statement.first..=statement.head.max(statement.first)).next().is_some();
        let is_whole = matches!(statement.kind, PyStatementKind::Function(_) | PyStatementKind::Class { .. });
        let is_all_left = || (statement.first..=statement.last).all(|line| self.left.contains(&line));
        if is_left && (!is_whole || is_all_left()) {
            return self.leave(statement, "the draft of this line is not valid");
        }
        let mark = self.writer.mark();
        let (scope, before, brackets) = (self.scope.clone(), std::mem::take(&mut self.before), self.brackets);
        match self.try_statement(statement) {
            Ok(()) => self.before = before,
            Err(Untranslatable(reason)) => {
                self.writer.reset(mark);
                self.scope = scope;
                self.before = before;
                self.brackets = brackets;
                self.leave(statement, &reason);
            }
        }
    }

    fn try_statement(&mut self, statement: &PyStatement) -> Translated<()> {
        use PyStatementKind as S;
        for expression in statement.expressions() {
            self.look_for_defects(expression);
        }
        self.check_kept(statement)?;
        self.check_returned(statement)?;
        self.check_shared(statement)?;
        self.remark_on_order(statement);
        self.takes_numbers = self.assigns_looked_up(statement);
        match &statement.kind {
            S::Expression(value) => self.expression_statement(statement, value),
            S::Assign { targets, value } => self.assign_statement(statement, targets, value),
            S::Annotated { target, value: Some(value), .. } => {
                self.assign_statement(statement, std::slice::from_ref(target), value)
            }
            S::Annotated { .. } => self.comment(statement),
            S::Augmented { target, operator, value } => {
                self.augment_statement(statement, target, *operator, value)
            }
            S::Return(value) => self.return_statement(statement, value.as_ref()),
            S::Raise(value) => self.raise_statement(statement, value.as_ref()),
            S::Assert { test, message } => {
                let test = self.condition(test)?;
                let message = match message {
                    Some(message) => self.plain(message)?,
                    None => "\"\"".to_owned(),
                };
                self.line(
                    statement,
                    &format!("if !({test}) {{ throw #{{kind: \"AssertionError\", message: {message}}}; }}"),
                )
            }
            S::Delete(targets) => self.delete_statement(statement, targets),
            S::If { arms, otherwise } => self.if_statement(statement, arms, otherwise.as_ref()),
            S::While { test, body, otherwise } => {
                self.while_statement(statement, test, body, otherwise.as_ref())
            }
            S::For { target, iterated, body, otherwise } => {
                self.for_statement(statement, target, iterated, body, otherwise.as_ref())
            }
            S::With { items, body } => {
                self.with_statement(statement, items, body);
                Ok(())
            }
            S::Try { body, handlers, otherwise, last } => {
                self.try_block(statement, body, handlers, otherwise.as_ref(), last.as_ref())
            }
            S::Function(function) => self.function_statement(statement, function),
            S::Class { name, bases, body, decorators } => {
                self.class_statement(statement, name, bases, body, decorators)
            }
            S::Import(_) | S::ImportFrom { .. } => self.import_statement(statement),
            S::Global(_) => self.comment(statement),
            S::Pass => self.line(statement, "// pass"),
            S::Break => {
                if let Some(Some(flag)) = self.scope.loops.last().cloned() {
                    return self.line(statement, &format!("{flag} = true; break;"));
                }
                self.line(statement, "break;")
            }
            S::Continue => self.line(statement, "continue;"),
            S::Other(what) => left(format!("`{what}`")),
        }
    }

    /// Writes a statement with the lines that go before it.
    #[expect(clippy::unnecessary_wraps, reason = "every statement ends in one way")]
    pub(super) fn line(&mut self, statement: &PyStatement, code: &str) -> Translated<()> {
        self.write_before(statement.first);
        self.writer.code(statement.first, statement.head, code);
        self.writer.outcomes(statement.first, statement.head, LineOutcome::Same, "");
        Ok(())
    }

    /// Writes the lines that go before a statement.
    pub(super) fn write_before(&mut self, first: usize) {
        self.writer.catch_up(first);
        for line in std::mem::take(&mut self.before) {
            self.writer.extra(&line);
        }
    }

    /// Keeps the source of a statement as a comment.
    #[expect(clippy::unnecessary_wraps, reason = "every statement ends in one way")]
    pub(super) fn comment(&mut self, statement: &PyStatement) -> Translated<()> {
        self.writer.catch_up(statement.first);
        for line in statement.first..=statement.head {
            let text = self.writer.source(line).to_owned();
            self.writer.extra(&format!("// {text}"));
        }
        self.writer.outcomes(statement.first, statement.head, LineOutcome::Same, "");
        self.writer.skip_to(statement.head);
        Ok(())
    }

    fn expression_statement(&mut self, statement: &PyStatement, value: &PyNode) -> Translated<()> {
        if value.text().is_some() {
            return self.docstring(statement);
        }
        if matches!(value.kind, PyExpression::Other("...")) {
            return self.line(statement, "// ...");
        }
        if matches!(value.kind, PyExpression::Other("yield")) {
            return left("`yield`");
        }
        if self.is_told_apart(statement, value) || self.is_argument_call(statement, value) {
            return Ok(());
        }
        if self.has_no_effect(value) {
            return self.comment(statement);
        }
        if let Some(line) = self.read_configuration(value)? {
            return self.line(statement, &line);
        }
        let code = self.expression(value)?;
        let text = if code.level == level::LOWEST && code.text.starts_with("if ") && code.text.ends_with('}')
        {
            code.text
        } else {
            format!("{};", code.text)
        };
        self.line(statement, if text == "();" { "// nothing to do" } else { &text })
    }

    /// Whether a statement only computes a value that is not used: `name.strip()`, `x == 5`.
    fn has_no_effect(&self, value: &PyNode) -> bool {
        use super::expressions::is_repeatable;
        match &value.kind {
            // These cannot fail.
            PyExpression::Compare(one, rest) => {
                let is_equality = |sign: &PyComparison| {
                    matches!(
                        sign,
                        PyComparison::Equal | PyComparison::NotEqual | PyComparison::Is | PyComparison::IsNot
                    )
                };
                is_repeatable(one)
                    && rest.iter().all(|(sign, other)| is_equality(sign) && is_repeatable(other))
            }
            PyExpression::Binary(one, PyOperator::Add, other) => {
                let (kind, other_kind) = (self.kind_of(one), self.kind_of(other));
                let is_simple =
                    |node: &PyNode| is_repeatable(node) || matches!(node.kind, PyExpression::List(_));
                let is_sum = kind.is_number() && other_kind.is_number()
                    || matches!(
                        (&kind, &other_kind),
                        (ValueKind::Text, ValueKind::Text) | (ValueKind::List(_), ValueKind::List(_))
                    );
                is_sum && is_simple(one) && is_simple(other)
            }
            PyExpression::Call(call) => match &call.function.kind {
                PyExpression::Attribute(of, method) => {
                    self.kind_of(of) == ValueKind::Text
                        && names::is_python_method(method)
                        && method != "index"
                        && is_repeatable(of)
                        && call.arguments.iter().all(is_repeatable)
                        && call.keywords.is_empty()
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// `config.read(path)`.
    fn read_configuration(&mut self, value: &PyNode) -> Translated<Option<String>> {
        let Some(call) = value.call() else { return Ok(None) };
        let PyExpression::Attribute(of, method) = &call.function.kind else { return Ok(None) };
        let ([path], Some(name), "read", ValueKind::Config) =
            (call.arguments.as_slice(), of.name(), method.as_str(), self.kind_of(of))
        else {
            return Ok(None);
        };
        let code = format!("{}({})", self.helper("read_config"), self.plain(path)?);
        Ok(Some(self.assign_name(name, &code)))
    }

    /// Calls that only prepare what umapish does by itself.
    fn is_told_apart(&mut self, statement: &PyStatement, value: &PyNode) -> bool {
        let Some(call) = value.call() else { return false };
        let path = self.path_of(&call.function).unwrap_or_default();
        let is_setup = [
            "logging.basicConfig",
            "urllib3.disable_warnings",
            "dotenv.load_dotenv",
            "requests.packages.urllib3.disable_warnings",
        ]
        .contains(&path.as_str());
        let is_logger = match &call.function.kind {
            PyExpression::Attribute(of, method) => {
                self.kind_of(of) == ValueKind::Logger && ["setLevel", "addHandler"].contains(&method.as_str())
            }
            _ => false,
        };
        if is_setup || is_logger {
            self.told(statement, "umapish writes its messages by itself");
        }
        let is_queue = matches!(&call.function.kind, PyExpression::Attribute(_, method) if method == "execute_queued")
            && self.imports.values().any(|path| path.starts_with("umapi_client"));
        if is_queue {
            self.told(statement, "every command before this line is sent already");
        }
        is_setup || is_logger || is_queue
    }

    /// One comment for a statement that umapish makes unnecessary.
    pub(super) fn told(&mut self, statement: &PyStatement, words: &str) {
        self.writer.catch_up(statement.first);
        self.writer.extra(&format!("// built in: {words}"));
        self.writer.outcomes(statement.first, statement.last, LineOutcome::BuiltIn, "");
        self.writer.skip_to(statement.last);
    }

    /// One comment for statements that only serve what umapish does itself.
    fn built_in(&mut self, statements: &[PyStatement]) {
        let (Some(first), Some(last)) = (statements.first(), statements.last()) else { return };
        let functions: Vec<_> = statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                PyStatementKind::Function(function) => Some(function.name.clone()),
                _ => None,
            })
            .collect();
        let mut names: Vec<String> = Vec::new();
        for statement in
            statements.iter().filter(|statement| !matches!(statement.kind, PyStatementKind::Function(_)))
        {
            for name in names::targets_of(statement) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.extend(functions.iter().map(|name| format!("{name}()")));
        let of = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
        let words = if functions.is_empty() {
            "umapish signs in, sets the headers, waits and retries"
        } else {
            "umapish signs in, waits and retries by itself"
        };
        self.writer.catch_up(first.first);
        self.writer.extra(&format!("// built in: {words}{of}"));
        let note =
            if functions.iter().any(|name| self.is_retrying(name)) { "its retries never work" } else { "" };
        self.writer.skip_to(last.last);
        self.writer.replace_outcomes(first.first, last.last, LineOutcome::BuiltIn, note);
    }

    fn is_retrying(&self, name: &str) -> bool {
        self.functions
            .get(name)
            .is_some_and(|function| function.built_in == Some(super::translator::BuiltInFunction::MakeCall))
    }

    #[expect(clippy::unnecessary_wraps, reason = "every statement ends in one way")]
    fn docstring(&mut self, statement: &PyStatement) -> Translated<()> {
        self.writer.catch_up(statement.first);
        let mut lines: Vec<String> =
            (statement.first..=statement.last).map(|line| self.writer.source(line).to_owned()).collect();
        if let Some(first) = lines.first_mut() {
            *first = first
                .trim_start_matches(['r', 'u', 'R', 'U'])
                .trim_start_matches(['"', '\''])
                .trim_start()
                .to_owned();
        }
        if let Some(last) = lines.last_mut() {
            *last = last.trim_end_matches(['"', '\'', ';']).trim_end().to_owned();
        }
        let mark = if statement.first == self.first_line() { "//!" } else { "//" };
        let count = lines.len();
        for (place, line) in lines.iter().enumerate() {
            let is_edge = place == 0 || place + 1 == count;
            if !(line.is_empty() && is_edge) {
                self.writer.extra(&format!("{mark} {line}"));
            }
        }
        self.writer.outcomes(statement.first, statement.last, LineOutcome::Same, "");
        self.writer.skip_to(statement.last);
        Ok(())
    }

    /// The line of the description of the file.
    fn first_line(&self) -> usize {
        self.file.body.first().map_or(0, |first| first.first)
    }

    fn import_statement(&mut self, statement: &PyStatement) -> Translated<()> {
        let is_unknown = match &statement.kind {
            PyStatementKind::Import(names) => names.iter().any(|alias| !is_known_module(&alias.name)),
            PyStatementKind::ImportFrom { module, .. } => !is_known_module(module),
            _ => false,
        };
        if is_unknown {
            let text = self.writer.source(statement.first).to_owned();
            self.writer.missing(&text);
            return left("this module");
        }
        self.writer.catch_up(statement.first);
        for line in statement.first..=statement.last {
            let text = self.writer.source(line).to_owned();
            self.writer.extra(&format!("// {text}"));
        }
        self.writer.outcomes(statement.first, statement.last, LineOutcome::BuiltIn, "");
        self.writer.skip_to(statement.last);
        Ok(())
    }

    fn return_statement(&mut self, statement: &PyStatement, value: Option<&PyNode>) -> Translated<()> {
        if self.scope.function.is_none() {
            return left("`return` outside of a function");
        }
        let Some(value) = value else {
            let code =
                if self.scope.class.is_some() && self.is_constructor() { "return self_;" } else { "return;" };
            return self.line(statement, code);
        };
        let is_enter = matches!(self.scope.function.as_deref(), Some("__enter__" | "__aenter__"));
        let is_itself = self.scope.own_object.as_ref().is_some_and(|(own, _)| value.name() == Some(own));
        if is_enter && self.scope.class.is_some() && is_itself {
            return self.line(statement, "// return self");
        }
        let code = self.plain(value)?;
        self.line(statement, &format!("return {code};"))
    }

    pub(super) fn is_constructor(&self) -> bool {
        self.scope.own_object.as_ref().is_some_and(|(_, written)| written == "self_")
    }

    fn raise_statement(&mut self, statement: &PyStatement, value: Option<&PyNode>) -> Translated<()> {
        let Some(value) = value else {
            let Some(caught) = self.scope.caught.last().cloned() else {
                return left("`raise` outside of `except`");
            };
            return self.line(statement, &format!("throw {caught};"));
        };
        let code = match &value.kind {
            PyExpression::Name(name)
                if super::calls::is_error_name(name)
                    || self.classes.get(name).is_some_and(|class| class.is_error) =>
            {
                self.error_map(name, &[])?
            }
            _ => self.plain(value)?,
        };
        self.line(statement, &format!("throw {code};"))
    }

    fn delete_statement(&mut self, statement: &PyStatement, targets: &[PyNode]) -> Translated<()> {
        let mut parts = Vec::new();
        for target in targets {
            match &target.kind {
                PyExpression::Index(of, index) => {
                    let is_list = matches!(self.kind_of(of), ValueKind::List(_))
                        || self.kind_of(of) == ValueKind::Unknown && self.kind_of(index) == ValueKind::Int;
                    let object = self.lasting(of)?;
                    if is_list {
                        parts.push(format!("{object}.remove({});", self.plain(index)?));
                    } else {
                        let key = self.key_of(of, index)?;
                        parts.push(format!("{object}.{}({key});", self.helper("dropped")));
                    }
                }
                PyExpression::Name(name) => {
                    let name = names::variable(name);
                    parts.push(format!("{name} = ();"));
                }
                _ => return left("`del` of this"),
            }
        }
        self.line(statement, &parts.join(" "))
    }
}

/// Whether a module of Python has a counterpart here, in part at least.
fn is_known_module(name: &str) -> bool {
    const KNOWN: &[&str] = &[
        "__future__",
        "aiohttp",
        "argparse",
        "asyncio",
        "codecs",
        "collections",
        "configparser",
        "ConfigParser",
        "copy",
        "csv",
        "datetime",
        "dotenv",
        "getpass",
        "glob",
        "io",
        "itertools",
        "json",
        "jwt",
        "logging",
        "math",
        "operator",
        "optparse",
        "os",
        "pathlib",
        "pprint",
        "random",
        "re",
        "requests",
        "secrets",
        "string",
        "sys",
        "time",
        "traceback",
        "typing",
        "umapi_client",
        "urllib",
        "urllib3",
        "uuid",
        "dataclasses",
        "functools",
        "warnings",
        "enum",
        "abc",
        "tqdm",
    ];
    KNOWN.contains(&name.split('.').next().unwrap_or_default())
}
