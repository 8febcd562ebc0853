//! Methods called on a value that a function just returned: `get_users().count_by("type")`. No variable holds such a
//! list, so it cannot be used again, and each page is released after use.
//!
//! Rhai does not report whether the first argument of a function is a variable, so the calls are found in the script
//! and identified by their positions. If a call is mistaken for another, its list throws when it is used again; it
//! never looks shorter.

use super::session::session;
use super::temporaries::CallSite;
use crate::error::Result;
use crate::host::session::SharedSession;
use rhai::{AST, Engine, NativeCallContext};

/// Records the calls of a script that was compiled by one of our engines and has its source set.
pub fn record(engine: &Engine, script: &AST) {
    let Some(SharedSession(session)) = engine.default_tag().clone().try_cast::<SharedSession>() else {
        return;
    };
    session.temporaries().borrow_mut().read(script);
}

/// Whether the current method is called on a temporary value.
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
