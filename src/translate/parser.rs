//! Reads Python with the parser of Ruff. Only this file knows its types.

use super::syntax::{
    PyAlias, PyArm, PyBlock, PyCall, PyComparison, PyComprehension, PyExpression, PyFormatPart, PyFunction,
    PyHandler, PyLoop, PyNode, PyOperator, PyParameter, PyStatement, PyStatementKind, PythonFile,
};
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{
    CmpOp, ExceptHandler, Expr, FStringPart, InterpolatedStringElement, Number, Operator, Stmt, UnaryOp,
};
use ruff_python_parser::parse_module;
use ruff_text_size::{Ranged, TextSize};
use std::collections::{BTreeMap, BTreeSet};

/// Why a file is not Python: the 1-based line and the parser's words.
#[derive(Debug)]
pub(super) struct PythonFault {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Parses a Python file. `changing` are methods of the script that change their object.
pub(super) fn parse(text: &str, changing: &BTreeSet<String>) -> Result<PythonFile, PythonFault> {
    let reader = PythonReader::new(text, changing);
    let parsed = parse_module(text).map_err(|error| PythonFault {
        line: reader.line(error.location.start()),
        message: error.error.to_string(),
    })?;
    let mut comments = BTreeMap::new();
    for token in parsed.tokens() {
        if token.kind() == TokenKind::Comment {
            let comment = &text[token.range()];
            let comment = comment.trim_start_matches('#').trim_end();
            comments.insert(reader.line(token.range().start()), comment.to_owned());
        }
    }
    let body = reader.block(parsed.suite());
    Ok(PythonFile { lines: text.lines().map(str::to_owned).collect(), body, comments })
}

struct PythonReader<'t> {
    text: &'t str,
    /// The first byte of each line.
    starts: Vec<usize>,
    changing: &'t BTreeSet<String>,
}

impl<'t> PythonReader<'t> {
    fn new(text: &'t str, changing: &'t BTreeSet<String>) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(place, _)| place + 1)).collect();
        Self { text, starts, changing }
    }

    fn line(&self, place: TextSize) -> usize {
        self.starts.partition_point(|start| *start <= place.to_usize())
    }

    fn lines(&self, node: &impl Ranged) -> (usize, usize) {
        let range = node.range();
        let end = self.text[..range.end().to_usize()].trim_end().len().max(range.start().to_usize());
        (self.line(range.start()), self.starts.partition_point(|start| *start < end.max(1)))
    }

    fn block(&self, body: &[Stmt]) -> Vec<PyStatement> {
        body.iter().map(|statement| self.statement(statement)).collect()
    }

    /// A block; its line is that of the keyword before it.
    fn opened(&self, line: usize, body: &[Stmt]) -> PyBlock {
        PyBlock { line, body: self.block(body) }
    }

    /// The line of the keyword that opens a block: the nearest line above its first statement that begins with it.
    fn keyword_line(&self, keyword: &str, body: &[Stmt]) -> usize {
        let first = body.first().map_or(1, |statement| self.lines(statement).0);
        let above = (1..=first).rev().find(|line| {
            self.text.lines().nth(line - 1).is_some_and(|text| text.trim_start().starts_with(keyword))
        });
        above.unwrap_or(first)
    }

    fn statement(&self, statement: &Stmt) -> PyStatement {
        let (first, last) = self.lines(statement);
        let kind = self.kind(statement, first);
        let mut read = PyStatement { first, last, head: last, kind };
        if let PyStatementKind::Function(function) = &read.kind
            && let Some(decorator) = function.decorators.first()
        {
            read.first = read.first.min(decorator.line);
        }
        let first_of_block = read.blocks().first().and_then(|block| block.first()).map(|inner| inner.first);
        if let Some(inner) = first_of_block {
            let header = read.expressions().iter().map(|part| part.end).max().unwrap_or(first).max(first);
            read.head = header.min(inner.max(first));
        }
        read
    }

    fn kind(&self, statement: &Stmt, line: usize) -> PyStatementKind {
        use PyStatementKind as S;
        let some = |value: &Option<Box<Expr>>| value.as_ref().map(|value| self.node(value));
        let optional = |keyword: &str, body: &[Stmt]| {
            (!body.is_empty()).then(|| self.opened(self.keyword_line(keyword, body), body))
        };
        match statement {
            Stmt::Expr(inner) => S::Expression(self.node(&inner.value)),
            Stmt::Assign(inner) => {
                S::Assign { targets: self.nodes(&inner.targets), value: self.node(&inner.value) }
            }
            Stmt::AnnAssign(inner) => {
                let annotation = self.node(&inner.annotation);
                S::Annotated { target: self.node(&inner.target), annotation, value: some(&inner.value) }
            }
            Stmt::AugAssign(inner) => S::Augmented {
                target: self.node(&inner.target),
                operator: operator(inner.op),
                value: self.node(&inner.value),
            },
            Stmt::Return(inner) => S::Return(some(&inner.value)),
            Stmt::Raise(inner) => S::Raise(some(&inner.exc)),
            Stmt::Assert(inner) => S::Assert { test: self.node(&inner.test), message: some(&inner.msg) },
            Stmt::Delete(inner) => S::Delete(self.nodes(&inner.targets)),
            Stmt::If(inner) => {
                let mut arms =
                    vec![PyArm { test: self.node(&inner.test), block: self.opened(line, &inner.body) }];
                let mut otherwise = None;
                for clause in &inner.elif_else_clauses {
                    let line = self.lines(clause).0;
                    let block = self.opened(line, &clause.body);
                    match &clause.test {
                        Some(test) => arms.push(PyArm { test: self.node(test), block }),
                        None => otherwise = Some(block),
                    }
                }
                S::If { arms, otherwise }
            }
            Stmt::While(inner) => S::While {
                test: self.node(&inner.test),
                body: self.opened(line, &inner.body),
                otherwise: optional("else", &inner.orelse),
            },
            Stmt::For(inner) if !inner.is_async => S::For {
                target: self.node(&inner.target),
                iterated: self.node(&inner.iter),
                body: self.opened(line, &inner.body),
                otherwise: optional("else", &inner.orelse),
            },
            Stmt::With(inner) => {
                let items = inner.items.iter().map(|item| {
                    let name = item.optional_vars.as_ref().map(|name| self.node(name));
                    (self.node(&item.context_expr), name)
                });
                S::With { items: items.collect(), body: self.opened(line, &inner.body) }
            }
            Stmt::Try(inner) => S::Try {
                body: self.opened(line, &inner.body),
                handlers: inner.handlers.iter().map(|handler| self.handler(handler)).collect(),
                otherwise: optional("else", &inner.orelse),
                last: optional("finally", &inner.finalbody),
            },
            Stmt::FunctionDef(inner) => S::Function(self.function(inner)),
            Stmt::ClassDef(inner) => S::Class {
                name: inner.name.id.to_string(),
                bases: inner.arguments.as_ref().map(|given| self.nodes(&given.args)).unwrap_or_default(),
                body: self.opened(line, &inner.body),
                decorators: inner.decorator_list.iter().map(|part| self.node(&part.expression)).collect(),
            },
            Stmt::Import(inner) => S::Import(inner.names.iter().map(alias).collect()),
            Stmt::ImportFrom(inner) => S::ImportFrom {
                module: inner.module.as_ref().map(|name| name.id.to_string()).unwrap_or_default(),
                names: inner.names.iter().map(alias).collect(),
            },
            Stmt::Global(inner) => S::Global(inner.names.iter().map(|name| name.id.to_string()).collect()),
            Stmt::Pass(_) => S::Pass,
            Stmt::Break(_) => S::Break,
            Stmt::Continue(_) => S::Continue,
            Stmt::Nonlocal(_) => S::Other("nonlocal"),
            Stmt::Match(_) => S::Other("match"),
            Stmt::TypeAlias(_) => S::Other("a type"),
            Stmt::For(_) => S::Other("async"),
            Stmt::IpyEscapeCommand(_) => S::Other("a command of IPython"),
        }
    }

    fn handler(&self, handler: &ExceptHandler) -> PyHandler {
        let ExceptHandler::ExceptHandler(handler) = handler;
        let types = match handler.type_.as_deref() {
            Some(Expr::Tuple(tuple)) => self.nodes(&tuple.elts),
            Some(one) => vec![self.node(one)],
            None => Vec::new(),
        };
        let name = handler.name.as_ref().map(|name| name.id.to_string());
        PyHandler { types, name, block: self.opened(self.lines(handler).0, &handler.body) }
    }

    fn function(&self, function: &ruff_python_ast::StmtFunctionDef) -> PyFunction {
        let given = &function.parameters;
        let positional = given.posonlyargs.iter().chain(&given.args).map(|parameter| (parameter, false));
        let listed = positional.chain(given.kwonlyargs.iter().map(|parameter| (parameter, true)));
        let parameters = listed.map(|(parameter, is_keyword)| PyParameter {
            is_keyword,
            name: parameter.parameter.name.id.to_string(),
            default: parameter.default.as_ref().map(|value| self.node(value)),
            annotation: parameter.parameter.annotation.as_deref().map(|annotation| self.node(annotation)),
        });
        PyFunction {
            name: function.name.id.to_string(),
            parameters: parameters.collect(),
            rest: given.vararg.as_ref().map(|rest| rest.name.id.to_string()),
            keywords: given.kwarg.as_ref().map(|rest| rest.name.id.to_string()),
            decorators: function.decorator_list.iter().map(|part| self.node(&part.expression)).collect(),
            body: self.block(&function.body),
            is_async: function.is_async,
            returns: function.returns.as_deref().map(|kind| self.node(kind)),
        }
    }

    fn nodes(&self, expressions: &[Expr]) -> Vec<PyNode> {
        expressions.iter().map(|expression| self.node(expression)).collect()
    }

    fn node(&self, expression: &Expr) -> PyNode {
        let (line, end) = self.lines(expression);
        PyNode { line, end, kind: self.expression(expression) }
    }

    fn boxed(&self, expression: &Expr) -> Box<PyNode> {
        Box::new(self.node(expression))
    }

    fn expression(&self, expression: &Expr) -> PyExpression {
        use PyExpression as E;
        match expression {
            Expr::NoneLiteral(_) => E::None,
            Expr::BooleanLiteral(inner) => E::Bool(inner.value),
            Expr::NumberLiteral(inner) => match &inner.value {
                Number::Int(number) => {
                    E::Int(number.as_i64().map_or_else(|| number.to_string(), |value| value.to_string()))
                }
                Number::Float(number) => E::Float(*number),
                Number::Complex { .. } => E::Other("a complex number"),
            },
            Expr::StringLiteral(inner) => E::Text(inner.value.to_str().to_owned()),
            Expr::BytesLiteral(inner) => {
                let bytes: Vec<u8> = inner.value.iter().flat_map(|part| part.value.to_vec()).collect();
                String::from_utf8(bytes).map_or(E::Other("bytes"), E::Bytes)
            }
            Expr::FString(inner) => E::Format(self.format(inner)),
            Expr::Name(inner) => E::Name(inner.id.to_string()),
            Expr::Attribute(inner) => E::Attribute(self.boxed(&inner.value), inner.attr.id.to_string()),
            Expr::Subscript(inner) => match &*inner.slice {
                Expr::Slice(slice) => E::Slice {
                    of: self.boxed(&inner.value),
                    start: slice.lower.as_ref().map(|part| self.boxed(part)),
                    end: slice.upper.as_ref().map(|part| self.boxed(part)),
                    step: slice.step.as_ref().map(|part| self.boxed(part)),
                },
                index => E::Index(self.boxed(&inner.value), self.boxed(index)),
            },
            Expr::Call(inner) => E::Call(Box::new(self.call(inner))),
            Expr::BinOp(inner) => {
                E::Binary(self.boxed(&inner.left), operator(inner.op), self.boxed(&inner.right))
            }
            Expr::UnaryOp(inner) => match inner.op {
                UnaryOp::Not => E::Not(self.boxed(&inner.operand)),
                UnaryOp::USub => E::Negative(self.boxed(&inner.operand)),
                UnaryOp::UAdd => self.expression(&inner.operand),
                UnaryOp::Invert => E::Other("~"),
            },
            Expr::BoolOp(inner) => E::Logic {
                is_and: inner.op == ruff_python_ast::BoolOp::And,
                values: self.nodes(&inner.values),
            },
            Expr::Compare(inner) => {
                let rest = inner.ops.iter().zip(&inner.comparators);
                let rest = rest.map(|(sign, value)| (comparison(*sign), self.node(value))).collect();
                E::Compare(self.boxed(&inner.left), rest)
            }
            Expr::If(inner) => E::Conditional {
                test: self.boxed(&inner.test),
                then: self.boxed(&inner.body),
                otherwise: self.boxed(&inner.orelse),
            },
            Expr::List(inner) => E::List(self.nodes(&inner.elts)),
            Expr::Tuple(inner) => E::Tuple(self.nodes(&inner.elts)),
            Expr::Set(inner) => E::Set(self.nodes(&inner.elts)),
            Expr::Dict(inner) => E::Dict(
                (inner.items.iter())
                    .map(|item| (item.key.as_ref().map(|key| self.node(key)), self.node(&item.value)))
                    .collect(),
            ),
            Expr::ListComp(inner) => {
                self.comprehension(PyComprehension::List, None, &inner.elt, &inner.generators)
            }
            Expr::SetComp(inner) => {
                self.comprehension(PyComprehension::Set, None, &inner.elt, &inner.generators)
            }
            Expr::Generator(inner) => {
                self.comprehension(PyComprehension::Generator, None, &inner.elt, &inner.generators)
            }
            Expr::DictComp(inner) => match &inner.key {
                Some(key) => {
                    self.comprehension(PyComprehension::Dict, Some(key), &inner.value, &inner.generators)
                }
                None => E::Other("a comprehension of maps"),
            },
            Expr::Lambda(inner) => {
                let given = inner.parameters.as_ref();
                let names = given.map(|given| {
                    given.iter_non_variadic_params().map(|one| one.parameter.name.id.to_string()).collect()
                });
                E::Lambda { parameters: names.unwrap_or_default(), body: self.boxed(&inner.body) }
            }
            Expr::Starred(inner) => E::Starred(self.boxed(&inner.value)),
            Expr::Named(_) => E::Other(":="),
            // There is one thing at a time here, so that what is awaited is simply called.
            Expr::Await(inner) => awaited(self.expression(&inner.value)),
            Expr::Yield(_) | Expr::YieldFrom(_) => E::Other("yield"),
            Expr::TString(_) => E::Other("a template string"),
            Expr::EllipsisLiteral(_) => E::Other("..."),
            Expr::Slice(_) => E::Other("a slice of several dimensions"),
            Expr::IpyEscapeCommand(_) => E::Other("a command of IPython"),
        }
    }

    fn call(&self, inner: &ruff_python_ast::ExprCall) -> PyCall {
        PyCall {
            function: self.node(&inner.func),
            arguments: self.nodes(&inner.arguments.args),
            keywords: (inner.arguments.keywords.iter())
                .map(|given| (given.arg.as_ref().map(|name| name.id.to_string()), self.node(&given.value)))
                .collect(),
            is_awaited: false,
            is_change: matches!(&*inner.func, Expr::Attribute(function) if self.changing.contains(function.attr.as_str())),
        }
    }

    fn comprehension(
        &self,
        kind: PyComprehension,
        key: Option<&Expr>,
        value: &Expr,
        loops: &[ruff_python_ast::Comprehension],
    ) -> PyExpression {
        if loops.iter().any(|part| part.is_async) {
            return PyExpression::Other("async");
        }
        let loops = loops.iter().map(|part| PyLoop {
            target: self.node(&part.target),
            iterated: self.node(&part.iter),
            tests: self.nodes(&part.ifs),
        });
        PyExpression::Comprehension {
            kind,
            key: key.map(|key| self.boxed(key)),
            value: self.boxed(value),
            loops: loops.collect(),
        }
    }

    fn format(&self, string: &ruff_python_ast::ExprFString) -> Vec<PyFormatPart> {
        let mut parts = Vec::new();
        for part in &string.value {
            match part {
                FStringPart::Literal(literal) => parts.push(PyFormatPart::Text(literal.value.to_string())),
                FStringPart::FString(inner) => {
                    parts.extend(inner.elements.iter().map(|element| self.format_part(element)));
                }
            }
        }
        parts
    }

    fn format_part(&self, element: &InterpolatedStringElement) -> PyFormatPart {
        match element {
            InterpolatedStringElement::Literal(literal) => PyFormatPart::Text(literal.value.to_string()),
            InterpolatedStringElement::Interpolation(inner) => {
                let label = inner.debug_text.as_ref().map(|_| {
                    let range = inner.expression.range();
                    format!("{}=", &self.text[range.start().to_usize()..range.end().to_usize()])
                });
                let is_repr = inner.conversion == ruff_python_ast::ConversionFlag::Repr;
                let format = inner.format_spec.as_ref().map(|spec| {
                    let range = spec.range;
                    let written = &self.text[range.start().to_usize()..range.end().to_usize()];
                    written.trim_start_matches(':').to_owned()
                });
                PyFormatPart::Value { value: self.node(&inner.expression), is_repr, format, label }
            }
        }
    }
}

fn awaited(value: PyExpression) -> PyExpression {
    match value {
        PyExpression::Call(call) => PyExpression::Call(Box::new(PyCall { is_awaited: true, ..*call })),
        other => other,
    }
}

fn alias(alias: &ruff_python_ast::Alias) -> PyAlias {
    let name = alias.name.id.to_string();
    let known_as = alias.asname.as_ref().map_or_else(|| name.clone(), |known| known.id.to_string());
    PyAlias { name, known_as }
}

fn operator(operator: Operator) -> PyOperator {
    match operator {
        Operator::Add => PyOperator::Add,
        Operator::Sub => PyOperator::Subtract,
        Operator::Mult => PyOperator::Multiply,
        Operator::MatMult => PyOperator::Matrix,
        Operator::Div => PyOperator::Divide,
        Operator::Mod => PyOperator::Modulo,
        Operator::Pow => PyOperator::Power,
        Operator::LShift => PyOperator::ShiftLeft,
        Operator::RShift => PyOperator::ShiftRight,
        Operator::BitOr => PyOperator::Or,
        Operator::BitXor => PyOperator::Xor,
        Operator::BitAnd => PyOperator::And,
        Operator::FloorDiv => PyOperator::FloorDivide,
    }
}

fn comparison(sign: CmpOp) -> PyComparison {
    match sign {
        CmpOp::Eq => PyComparison::Equal,
        CmpOp::NotEq => PyComparison::NotEqual,
        CmpOp::Lt => PyComparison::Less,
        CmpOp::LtE => PyComparison::LessEqual,
        CmpOp::Gt => PyComparison::Greater,
        CmpOp::GtE => PyComparison::GreaterEqual,
        CmpOp::Is => PyComparison::Is,
        CmpOp::IsNot => PyComparison::IsNot,
        CmpOp::In => PyComparison::In,
        CmpOp::NotIn => PyComparison::NotIn,
    }
}
