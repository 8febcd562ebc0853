//! The engine: Rhai with our limits, output streams and functions.

mod growth;
pub mod module_resolver;
pub mod offline;
mod ordering;
mod tags;

use super::functions;
use crate::changes::{command_builder, queue, report};
use crate::files::table;
use crate::host::session::{Session, SharedSession};
use crate::host::thrown::ScriptEnd;
use crate::language::catalog::FunctionHelp;
use crate::language::caught_errors;
use crate::script::engine::module_resolver::ScriptModules;
use crate::values::query::{counter, index};
use crate::values::{date, list_operators, moment, option_values, raw_response, record, secret_text};
use rhai::{Dynamic, Engine, OptimizationLevel};
use std::rc::Rc;

/// The maximum depth of function calls. The thread of a script has enough stack for it (engine-notes, threads).
const CALL_LEVELS: usize = 128;
/// The maximum nesting of expressions. Chains of a hundred terms are common in generated scripts.
pub const EXPRESSION_DEPTH: usize = 512;
/// The number of operations between two checks whether standard output is still open; a power of two.
const LOOK_AT_OUTPUT: u64 = 64;

/// Builds the engine of a session.
pub fn build(session: &Rc<Session>) -> Engine {
    build_with(session, FunctionHelp::LeftOut)
}

/// Builds the engine of a session, with or without the help of its functions.
pub(crate) fn build_with(session: &Rc<Session>, help: FunctionHelp) -> Engine {
    let mut engine = Engine::new();
    limit(&mut engine);
    connect_streams(&mut engine, session);
    watch(&mut engine, session);
    caught_errors::register(&mut engine);
    engine.set_default_tag(Dynamic::from(SharedSession(Rc::clone(session))));
    engine.set_module_resolver(ScriptModules::of(session));
    record::register(&mut engine);
    report::register(&mut engine);
    queue::register(&mut engine);
    command_builder::register(&mut engine);
    table::row::register(&mut engine);
    table::row_stream::register(&mut engine);
    date::register(&mut engine);
    moment::register(&mut engine);
    list_operators::register(&mut engine);
    secret_text::register(&mut engine);
    counter::register(&mut engine);
    index::register(&mut engine);
    raw_response::register(&mut engine);
    option_values::register(&mut engine);
    tags::register(&mut engine);
    growth::register(&mut engine);
    ordering::register(&mut engine);
    functions::register(&mut engine, help);
    engine
}

/// Sets all limits explicitly, since Rhai's defaults differ between debug and release builds.
fn limit(engine: &mut Engine) {
    engine.set_max_call_levels(CALL_LEVELS);
    engine.set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH);
    engine.set_strict_variables(true);
    // The optimizer panics on a change to a constant map (engine-notes) and does not speed up calls to a service.
    engine.set_optimization_level(OptimizationLevel::None);
}

fn connect_streams(engine: &mut Engine, session: &Rc<Session>) {
    let printing = Rc::clone(session);
    engine.on_print(move |line| printing.console().print(line));
    let debugging = Rc::clone(session);
    engine.on_debug(move |line, source, position| {
        let place = [source.unwrap_or_default().to_owned(), position.to_string()];
        debugging.console().message(&format!("{}: {line}", place.join(" ").trim()));
    });
}

/// Ends a running script at an interrupt, when it uses too much memory, or when standard output is closed.
fn watch(engine: &mut Engine, session: &Rc<Session>) {
    let watching = Rc::clone(session);
    engine.on_progress(move |operations| {
        if watching.interrupt().is_requested() {
            Some(Dynamic::from(ScriptEnd::Interrupted))
        } else if let Some(limit) = watching.interrupt().exceeded() {
            Some(Dynamic::from(limit))
        } else if operations % LOOK_AT_OUTPUT == 0 && watching.console().is_lost() {
            Some(Dynamic::from(ScriptEnd::OutputLost))
        } else {
            watching.ended().map(Dynamic::from)
        }
    });
}
