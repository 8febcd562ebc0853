//! Methods that are called on what a function has just answered: `get_users().count_by("type")`. No variable holds
//! such a list, so nobody can ask it again, and what was gone through need not be kept.
//!
//! Rhai does not tell a function whether its first argument is a variable, so the calls are read from the script,
//! and known again by where they stand. Should a call be taken for another one after all, the list it was called on
//! refuses whatever is asked next; it never looks shorter.

use super::session::session;
use super::temporaries::CallSite;
use crate::error::Result;
use crate::host::session::SharedSession;
use rhai::{AST, Engine, NativeCallContext};

/// Reads the calls of a script that was compiled for an engine of ours and has its source set.
pub fn note(engine: &Engine, script: &AST) {
    let Some(SharedSession(session)) = engine.default_tag().clone().try_cast::<SharedSession>() else {
        return;
    };
    session.temporaries().borrow_mut().read(script);
}

/// Whether the method at hand is called on what a function has just answered.
///
/// # Errors
/// `config`: the engine was built without a session.
pub fn is_temporary(context: &NativeCallContext) -> Result<bool> {
    let call = CallSite {
        source: context.call_source().map(str::to_owned),
        position: context.call_position(),
        method: context.fn_name().to_owned(),
    };
    Ok(session(context)?.temporaries().borrow().contains(&call))
}
