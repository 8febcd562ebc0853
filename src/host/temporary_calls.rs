//! Methods that are called on what a function has just answered: `get_users().count_by("type")`. No variable holds
//! such a list, so nobody can ask it again, and what was gone through need not be kept.
//!
//! Rhai does not tell a function whether its first argument is a variable, so the calls are read from the script,
//! and known again by where they stand. Should a call be taken for another one after all, the list it was called on
//! refuses whatever is asked next; it never looks shorter.

use super::session::{Shared, session};
use crate::error::Result;
use rhai::{AST, ASTNode, Engine, Expr, NativeCallContext, Position};
use std::collections::HashSet;

/// The calls on temporary values that the scripts of a session hold.
#[derive(Debug, Default)]
pub struct Temporaries(HashSet<Place>);

/// A call of a method.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Place {
    source: Option<String>,
    position: Position,
    method: String,
}

/// Reads the calls of a script that was compiled for an engine of ours and has its source set.
pub fn note(engine: &Engine, script: &AST) {
    let Some(Shared(session)) = engine.default_tag().clone().try_cast::<Shared>() else { return };
    session.temporaries().borrow_mut().read(script);
}

/// Whether the method at hand is called on what a function has just answered.
///
/// # Errors
/// `config`: the engine was built without a session.
pub fn is_temporary(context: &NativeCallContext) -> Result<bool> {
    let place = Place {
        source: context.call_source().map(str::to_owned),
        position: context.call_position(),
        method: context.fn_name().to_owned(),
    };
    Ok(session(context)?.temporaries().borrow().0.contains(&place))
}

impl Temporaries {
    /// Forgets all calls: those of a line at the prompt, whose places the next line has too.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn read(&mut self, script: &AST) {
        script.walk(&mut |path| {
            if let Some(ASTNode::Expr(Expr::Dot(pair, ..))) = path.last()
                && let Expr::FnCall(..) = &pair.lhs
                && let Some((method, position)) = first_call(&pair.rhs)
            {
                let source = script.source().map(str::to_owned);
                self.0.insert(Place { source, position, method });
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
