//! What the verbs of a queue have in common.

use crate::changes::queue::Queue;
use crate::error::Result;
use crate::host::binding::RhaiResultOf;
use crate::host::session::session;
use crate::host::thrown::ThrowAt;
use crate::wire::command::Command;
use rhai::NativeCallContext;

/// A family of verbs on a queue: for each its documentation, its names here and in scripts, its arguments, and the
/// command it queues. What all have in common stands here alone.
macro_rules! queued {
    (
        #[$($family:tt)*]
        $(
            $(#[$($doc:tt)*])*
            $function:ident as $name:tt ($($argument:ident: $(&$borrowed:ident)? $($owned:ident)?),*) => $command:expr;
        )*
    ) => {
        #[$($family)*]
        #[export_module]
        pub mod functions {
            $(
                $(#[$($doc)*])*
                #[rhai_fn(name = $name, volatile, return_raw)]
                pub fn $function(
                    context: NativeCallContext,
                    queue: Queue,
                    $($argument: $(&$borrowed)? $($owned)?),*
                ) -> RhaiResultOf<()> {
                    push(&context, &queue, $command)
                }
            )*
        }
    };
}

pub(super) use queued;

pub(super) fn push(context: &NativeCallContext, queue: &Queue, command: Result<Command>) -> RhaiResultOf<()> {
    session(context).and_then(|session| queue.push(&session, command?)).at(context)
}
