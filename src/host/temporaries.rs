//! The positions where scripts call methods on temporary values.

use rhai::{AST, ASTNode, Expr, Position};
use std::collections::HashSet;

/// The positions of calls on temporary values in the scripts of a session.
#[derive(Debug, Default)]
pub struct TemporaryCalls(HashSet<CallSite>);

/// A call of a method.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct CallSite {
    pub(super) source: Option<String>,
    pub(super) position: Position,
    pub(super) method: String,
}

impl TemporaryCalls {
    /// Removes all calls. Used at the prompt, where the next line reuses the positions.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether a call is one of them.
    pub(super) fn contains(&self, call: &CallSite) -> bool {
        self.0.contains(call)
    }

    pub(super) fn read(&mut self, script: &AST) {
        script.walk(&mut |path| {
            if let Some(ASTNode::Expr(Expr::Dot(pair, ..))) = path.last()
                && let Expr::FnCall(..) = &pair.lhs
                && let Some((method, position)) = first_call(&pair.rhs)
            {
                let source = script.source().map(str::to_owned);
                self.0.insert(CallSite { source, position, method });
            }
            true
        });
    }
}

/// The first method of a chain.
fn first_call(chain: &Expr) -> Option<(String, Position)> {
    match chain {
        Expr::MethodCall(call, position) => Some((call.name.to_string(), *position)),
        Expr::Dot(pair, ..) => first_call(&pair.lhs),
        _ => None,
    }
}
