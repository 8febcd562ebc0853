//! Python's syntax as the translation sees it: only what matters for it, with the lines of the source.

/// A Python file.
#[derive(Debug, Default)]
pub(super) struct PythonFile {
    /// The lines of the source.
    pub(super) lines: Vec<String>,
    /// The statements.
    pub(super) body: Vec<PyStatement>,
    /// For each line, its comment without the `#`.
    pub(super) comments: std::collections::BTreeMap<usize, String>,
}

/// A statement with its lines, from 1.
#[derive(Debug, Clone)]
pub(super) struct PyStatement {
    pub(super) first: usize,
    /// The last line; of a compound statement that of its last block.
    pub(super) last: usize,
    /// The last line of what precedes the first block: the same as `last` for a simple statement.
    pub(super) head: usize,
    pub(super) kind: PyStatementKind,
}

/// The kinds of statements.
#[derive(Debug, Clone)]
pub(super) enum PyStatementKind {
    Expression(PyNode),
    Assign {
        targets: Vec<PyNode>,
        value: PyNode,
    },
    /// `x: int = 1`; without a value it declares nothing.
    Annotated {
        target: PyNode,
        annotation: PyNode,
        value: Option<PyNode>,
    },
    Augmented {
        target: PyNode,
        operator: PyOperator,
        value: PyNode,
    },
    Return(Option<PyNode>),
    Raise(Option<PyNode>),
    Assert {
        test: PyNode,
        message: Option<PyNode>,
    },
    Delete(Vec<PyNode>),
    If {
        arms: Vec<PyArm>,
        otherwise: Option<PyBlock>,
    },
    While {
        test: PyNode,
        body: PyBlock,
        otherwise: Option<PyBlock>,
    },
    For {
        target: PyNode,
        iterated: PyNode,
        body: PyBlock,
        otherwise: Option<PyBlock>,
    },
    With {
        items: Vec<(PyNode, Option<PyNode>)>,
        body: PyBlock,
    },
    Try {
        body: PyBlock,
        handlers: Vec<PyHandler>,
        otherwise: Option<PyBlock>,
        last: Option<PyBlock>,
    },
    Function(PyFunction),
    Class {
        name: String,
        bases: Vec<PyNode>,
        body: PyBlock,
        decorators: Vec<PyNode>,
    },
    Import(Vec<PyAlias>),
    ImportFrom {
        module: String,
        names: Vec<PyAlias>,
    },
    Global(Vec<String>),
    Pass,
    Break,
    Continue,
    /// Syntax without a counterpart, by its name.
    Other(&'static str),
}

/// A block with the line that opens it: that of `else:`.
#[derive(Debug, Clone)]
pub(super) struct PyBlock {
    pub(super) line: usize,
    pub(super) body: Vec<PyStatement>,
}

/// `if` or `elif` with its block.
#[derive(Debug, Clone)]
pub(super) struct PyArm {
    pub(super) test: PyNode,
    pub(super) block: PyBlock,
}

/// `except types as name`.
#[derive(Debug, Clone)]
pub(super) struct PyHandler {
    pub(super) types: Vec<PyNode>,
    pub(super) name: Option<String>,
    pub(super) block: PyBlock,
}

/// A function.
#[derive(Debug, Clone)]
pub(super) struct PyFunction {
    pub(super) name: String,
    pub(super) parameters: Vec<PyParameter>,
    /// `*args`.
    pub(super) rest: Option<String>,
    /// `**kwargs`.
    pub(super) keywords: Option<String>,
    pub(super) decorators: Vec<PyNode>,
    pub(super) body: Vec<PyStatement>,
    pub(super) is_async: bool,
    /// The type that it is declared to return.
    pub(super) returns: Option<PyNode>,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) struct PyParameter {
    pub(super) name: String,
    pub(super) default: Option<PyNode>,
    /// Whether it comes after `*`, so that it is given only by its name.
    pub(super) is_keyword: bool,
    /// Its declared type.
    pub(super) annotation: Option<PyNode>,
}

/// `a.b as c`.
#[derive(Debug, Clone)]
pub(super) struct PyAlias {
    pub(super) name: String,
    pub(super) known_as: String,
}

/// An expression with its lines.
#[derive(Debug, Clone)]
pub(super) struct PyNode {
    pub(super) line: usize,
    pub(super) end: usize,
    pub(super) kind: PyExpression,
}

/// The kinds of expressions.
#[derive(Debug, Clone)]
pub(super) enum PyExpression {
    None,
    Bool(bool),
    Int(String),
    Float(f64),
    Text(String),
    Bytes(String),
    /// The parts of an f-string.
    Format(Vec<PyFormatPart>),
    Name(String),
    Attribute(Box<PyNode>, String),
    Index(Box<PyNode>, Box<PyNode>),
    Slice {
        of: Box<PyNode>,
        start: Option<Box<PyNode>>,
        end: Option<Box<PyNode>>,
        step: Option<Box<PyNode>>,
    },
    Call(Box<PyCall>),
    Binary(Box<PyNode>, PyOperator, Box<PyNode>),
    Not(Box<PyNode>),
    Negative(Box<PyNode>),
    /// `and` or `or`.
    Logic {
        is_and: bool,
        values: Vec<PyNode>,
    },
    Compare(Box<PyNode>, Vec<(PyComparison, PyNode)>),
    Conditional {
        test: Box<PyNode>,
        then: Box<PyNode>,
        otherwise: Box<PyNode>,
    },
    List(Vec<PyNode>),
    Tuple(Vec<PyNode>),
    Set(Vec<PyNode>),
    /// Entries; without a key it is `**other`.
    Dict(Vec<(Option<PyNode>, PyNode)>),
    Comprehension {
        kind: PyComprehension,
        key: Option<Box<PyNode>>,
        value: Box<PyNode>,
        loops: Vec<PyLoop>,
    },
    Lambda {
        parameters: Vec<String>,
        body: Box<PyNode>,
    },
    Starred(Box<PyNode>),
    /// Syntax without a counterpart, by its name.
    Other(&'static str),
}

/// A part of an f-string.
#[derive(Debug, Clone)]
pub(super) enum PyFormatPart {
    Text(String),
    Value { value: PyNode, is_repr: bool, format: Option<String>, label: Option<String> },
}

/// A call.
#[derive(Debug, Clone)]
pub(super) struct PyCall {
    pub(super) function: PyNode,
    pub(super) arguments: Vec<PyNode>,
    /// Keyword arguments; without a name it is `**other`.
    pub(super) keywords: Vec<(Option<String>, PyNode)>,
    /// Whether `await` comes before it.
    pub(super) is_awaited: bool,
    /// It is a method of the script that changes its object.
    pub(super) is_change: bool,
}

/// `for target in iterated if tests`.
#[derive(Debug, Clone)]
pub(super) struct PyLoop {
    pub(super) target: PyNode,
    pub(super) iterated: PyNode,
    pub(super) tests: Vec<PyNode>,
}

/// What a comprehension makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PyComprehension {
    List,
    Set,
    Dict,
    Generator,
}

/// Operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PyOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    ShiftLeft,
    ShiftRight,
    Or,
    Xor,
    And,
    Matrix,
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PyComparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Is,
    IsNot,
    In,
    NotIn,
}

impl PyCall {
    /// The value of a keyword argument.
    pub(super) fn keyword(&self, name: &str) -> Option<&PyNode> {
        self.keywords.iter().find(|(known, _)| known.as_deref() == Some(name)).map(|(_, value)| value)
    }
}

impl PyNode {
    /// The name, if it is one.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            PyExpression::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The string, if it is a literal.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            PyExpression::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The call, if it is one.
    pub(super) fn call(&self) -> Option<&PyCall> {
        match &self.kind {
            PyExpression::Call(call) => Some(call),
            _ => None,
        }
    }

    /// A dotted name such as `requests.exceptions.Timeout`.
    pub(super) fn path(&self) -> Option<String> {
        match &self.kind {
            PyExpression::Name(name) => Some(name.clone()),
            PyExpression::Attribute(of, name) => Some(format!("{}.{name}", of.path()?)),
            _ => None,
        }
    }

    /// The variable at the start of `a.b[0].c`.
    pub(super) fn root(&self) -> Option<&str> {
        match &self.kind {
            PyExpression::Name(name) => Some(name),
            PyExpression::Attribute(of, _) | PyExpression::Index(of, _) | PyExpression::Slice { of, .. } => {
                of.root()
            }
            _ => None,
        }
    }

    /// The value of which it is a part.
    pub(super) fn owner(&self) -> Option<&PyNode> {
        match &self.kind {
            PyExpression::Attribute(of, _) | PyExpression::Index(of, _) | PyExpression::Slice { of, .. } => {
                Some(of)
            }
            _ => None,
        }
    }

    /// The expressions directly in it.
    pub(super) fn children(&self) -> Vec<&PyNode> {
        use PyExpression as E;
        match &self.kind {
            E::Attribute(of, _) | E::Not(of) | E::Negative(of) | E::Starred(of) => vec![of],
            E::Index(of, index) => vec![of, index],
            E::Slice { of, start, end, step } => {
                let bounds = [start, end, step].into_iter().flatten();
                std::iter::once(&**of).chain(bounds.map(|bound| &**bound)).collect()
            }
            E::Call(call) => {
                let keywords = call.keywords.iter().map(|(_, value)| value);
                std::iter::once(&call.function).chain(&call.arguments).chain(keywords).collect()
            }
            E::Binary(left, _, right) => vec![left, right],
            E::Logic { values, .. } | E::List(values) | E::Tuple(values) | E::Set(values) => {
                values.iter().collect()
            }
            E::Compare(left, rest) => {
                std::iter::once(&**left).chain(rest.iter().map(|(_, value)| value)).collect()
            }
            E::Conditional { test, then, otherwise } => vec![test, then, otherwise],
            E::Dict(entries) => entries.iter().flat_map(|(key, value)| key.iter().chain([value])).collect(),
            E::Comprehension { key, value, loops, .. } => {
                let parts = loops
                    .iter()
                    .flat_map(|part| [&part.target, &part.iterated].into_iter().chain(&part.tests));
                key.iter().map(|key| &**key).chain([&**value]).chain(parts).collect()
            }
            E::Lambda { body, .. } => vec![body],
            E::Format(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    PyFormatPart::Value { value, .. } => Some(value),
                    PyFormatPart::Text(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Calls `visit` for the expression and every one in it.
    pub(super) fn walk<'n>(&'n self, visit: &mut dyn FnMut(&'n PyNode)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}

impl PyStatement {
    /// The blocks in it.
    pub(super) fn blocks(&self) -> Vec<&[PyStatement]> {
        use PyStatementKind as S;
        match &self.kind {
            S::If { arms, otherwise } => {
                let arms = arms.iter().map(|arm| &arm.block);
                arms.chain(otherwise).map(|block| block.body.as_slice()).collect()
            }
            S::While { body, otherwise, .. } | S::For { body, otherwise, .. } => {
                std::iter::once(body).chain(otherwise).map(|block| block.body.as_slice()).collect()
            }
            S::With { body, .. } | S::Class { body, .. } => vec![&body.body],
            S::Try { body, handlers, otherwise, last } => {
                let handlers = handlers.iter().map(|handler| &handler.block);
                let blocks = std::iter::once(body).chain(handlers).chain(otherwise).chain(last);
                blocks.map(|block| block.body.as_slice()).collect()
            }
            S::Function(function) => vec![&function.body],
            _ => Vec::new(),
        }
    }

    /// The expressions directly in it, without those of its blocks.
    pub(super) fn expressions(&self) -> Vec<&PyNode> {
        use PyStatementKind as S;
        match &self.kind {
            S::Expression(value) => vec![value],
            S::Assign { targets, value } => targets.iter().chain([value]).collect(),
            S::Annotated { target, value, .. } => std::iter::once(target).chain(value).collect(),
            S::Augmented { target, value, .. } => vec![target, value],
            S::Return(value) | S::Raise(value) => value.iter().collect(),
            S::Assert { test, message } => std::iter::once(test).chain(message).collect(),
            S::Delete(targets) => targets.iter().collect(),
            S::If { arms, .. } => arms.iter().map(|arm| &arm.test).collect(),
            S::While { test, .. } => vec![test],
            S::For { target, iterated, .. } => vec![target, iterated],
            S::With { items, .. } => {
                items.iter().flat_map(|(value, name)| std::iter::once(value).chain(name)).collect()
            }
            S::Try { handlers, .. } => handlers.iter().flat_map(|handler| &handler.types).collect(),
            S::Function(function) => {
                let defaults = function.parameters.iter().filter_map(|parameter| parameter.default.as_ref());
                function.decorators.iter().chain(defaults).collect()
            }
            S::Class { bases, decorators, .. } => bases.iter().chain(decorators).collect(),
            _ => Vec::new(),
        }
    }

    /// Calls `visit` for every expression in it and in its blocks.
    pub(super) fn walk<'s>(&'s self, visit: &mut dyn FnMut(&'s PyNode)) {
        for expression in self.expressions() {
            expression.walk(visit);
        }
        for block in self.blocks() {
            for statement in block {
                statement.walk(visit);
            }
        }
    }

    /// Calls `visit` for it and every statement in its blocks, but not for those in functions and classes.
    pub(super) fn walk_own_statements<'s>(&'s self, visit: &mut dyn FnMut(&'s PyStatement)) {
        visit(self);
        if matches!(self.kind, PyStatementKind::Function(_) | PyStatementKind::Class { .. }) {
            return;
        }
        for block in self.blocks() {
            for statement in block {
                statement.walk_own_statements(visit);
            }
        }
    }

    /// Calls `visit` for it and every statement in its blocks.
    pub(super) fn walk_statements<'s>(&'s self, visit: &mut dyn FnMut(&'s PyStatement)) {
        visit(self);
        for block in self.blocks() {
            for statement in block {
                statement.walk_statements(visit);
            }
        }
    }
}
