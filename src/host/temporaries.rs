//! Where the scripts of a session call methods on temporary values.

use rhai::{AST, ASTNode, Expr, Position};
use std::collections::HashSet;

/// The calls on temporary values that the scripts of a session hold.
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
    /// Forgets all calls: those of a line at the prompt, whose places the next line has too.
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

/// The method that a chain begins with.
fn first_call(chain: &Expr) -> Option<(String, Position)> {
    match chain {
        Expr::MethodCall(call, position) => Some((call.name.to_string(), *position)),
        Expr::Dot(pair, ..) => first_call(&pair.lhs),
        _ => None,
    }
}
