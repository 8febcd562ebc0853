//! Chains of fields, indexes and methods: `rows[0].groups.push(x)`.

use rhai::{ASTFlags, Expr, FnCallExpr};

/// A step of a chain.
pub(super) enum ChainPart<'e> {
    Field(&'e str),
    Index(&'e Expr),
    Method(&'e FnCallExpr),
}

/// What a chain starts with, and its steps.
pub(super) struct ExpressionChain<'e> {
    pub(super) root: &'e Expr,
    pub(super) parts: Vec<ChainPart<'e>>,
}

impl<'e> ExpressionChain<'e> {
    /// The chain of an expression; `None` if it is not one.
    pub(super) fn of(expression: &'e Expr) -> Option<Self> {
        let mut parts = Vec::new();
        let root = match expression {
            Expr::Dot(pair, ..) => {
                after_dot(&pair.rhs, &mut parts);
                &pair.lhs
            }
            Expr::Index(pair, flags, _) => {
                after_bracket(&pair.rhs, *flags, &mut parts);
                &pair.lhs
            }
            _ => return None,
        };
        Some(Self { root, parts })
    }

    /// Whether it calls a method.
    pub(super) fn has_call(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, ChainPart::Method(_)))
    }

    /// The name of the variable at its start.
    pub(super) fn variable(&self) -> Option<&'e str> {
        variable_name(self.root)
    }
}

/// The name of a variable without a module.
pub(super) fn variable_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, ..) if variable.2.is_empty() => Some(variable.1.as_str()),
        _ => None,
    }
}

/// A short expression as scripts write it; `None` if it is not short.
pub(super) fn written(expression: &Expr) -> Option<String> {
    if let Some(name) = variable_name(expression) {
        return Some(name.to_owned());
    }
    let chain = ExpressionChain::of(expression)?;
    let mut text = chain.variable()?.to_owned();
    for part in &chain.parts {
        match part {
            ChainPart::Field(name) => text.extend([".", name]),
            ChainPart::Index(Expr::IntegerConstant(index, _)) => text.extend(["[", &index.to_string(), "]"]),
            ChainPart::Index(Expr::StringConstant(key, _)) => text.extend(["[\"", key.as_str(), "\"]"]),
            ChainPart::Index(index) => text.extend(["[", variable_name(index)?, "]"]),
            ChainPart::Method(_) => return None,
        }
    }
    Some(text)
}

fn after_dot<'e>(expression: &'e Expr, parts: &mut Vec<ChainPart<'e>>) {
    match expression {
        Expr::Property(property, _) => parts.push(ChainPart::Field(property.2.as_str())),
        Expr::MethodCall(call, _) => parts.push(ChainPart::Method(call)),
        Expr::Dot(pair, ..) => {
            after_dot(&pair.lhs, parts);
            after_dot(&pair.rhs, parts);
        }
        Expr::Index(pair, flags, _) => {
            after_dot(&pair.lhs, parts);
            after_bracket(&pair.rhs, *flags, parts);
        }
        _ => {}
    }
}

/// The rest of a chain after `[`: an index, and what follows its bracket unless the chain ends there.
fn after_bracket<'e>(expression: &'e Expr, flags: ASTFlags, parts: &mut Vec<ChainPart<'e>>) {
    match expression {
        Expr::Dot(pair, ..) if !flags.intersects(ASTFlags::BREAK) => {
            parts.push(ChainPart::Index(&pair.lhs));
            after_dot(&pair.rhs, parts);
        }
        Expr::Index(pair, inner, _) if !flags.intersects(ASTFlags::BREAK) => {
            parts.push(ChainPart::Index(&pair.lhs));
            after_bracket(&pair.rhs, *inner, parts);
        }
        index => parts.push(ChainPart::Index(index)),
    }
}
