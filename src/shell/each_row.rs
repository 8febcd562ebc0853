//! `umapish each`: runs code once for each row of a file.

use crate::changes::row_queue::RowQueue;
use crate::error::{Error, Result};
use crate::files::table::row_stream::RowStream;
use crate::files::table_file::{AcceptedFormat, TableFile, TableOptions};
use crate::host::session::Session;
use crate::host::thrown::thrown;
use crate::session::tracked_files;
use crate::shell::panics;
use crate::shell::program::RowSelection;
use crate::values::dynamic::kind_of;
use crate::wire::error_code;
use crate::wire::fault::CommandFault;
use rhai::{AST, Dynamic, Engine, EvalAltResult, Map, Position, Scope};
use std::rc::Rc;

/// The variable with the row.
const ROW: &str = "row";
/// The name of the condition in messages.
const CONDITION: &str = "--where";

/// What the code of a row sees.
pub(super) fn scope(row: Dynamic) -> Scope<'static> {
    let mut scope = Scope::new();
    scope.push_dynamic(ROW, row);
    scope
}

/// Runs the code for each row that the condition selects. A row that is not valid is recorded with those that local
/// checks refuse, so that all of them are told in one run.
///
/// # Errors
/// The file cannot be read. What ends the code of a row, whose place in the file is named before.
pub(super) fn evaluate(
    engine: &Engine,
    code: &AST,
    rows: &RowSelection,
    session: &Rc<Session>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let at_start = |error: Error| thrown(&error, Position::NONE);
    let condition = rows.condition.as_deref().map(|text| condition(engine, text)).transpose()?;
    let queue = RowQueue::open(session).map_err(at_start)?;
    for row in open(session, rows).map_err(at_start)?.parsed() {
        session.interrupt().check().map_err(at_start)?;
        let row = match row.map_err(at_start)? {
            Ok(row) => row,
            Err(bad) => {
                queue.refuse_row(session, bad).map_err(at_start)?;
                continue;
            }
        };
        let source = row.source();
        queue.begin_row(row.clone());
        let run = |ast: &AST| {
            panics::guard(|| {
                engine.eval_ast_with_scope::<Dynamic>(&mut scope(Dynamic::from(row.clone())), ast)
            })
            .unwrap_or_else(|message| Err(EvalAltResult::ErrorRuntime(message.into(), Position::NONE).into()))
        };
        let is_wanted = condition.as_ref().map_or(Ok(true), |ast| run(ast).and_then(|value| truth(&value)));
        let result = is_wanted.and_then(|is_wanted| if is_wanted { run(code) } else { Ok(Dynamic::UNIT) });
        if let Err(error) = result {
            if let Some(fault) = fault_of_name(&error) {
                queue.refuse(session, row, &fault).map_err(at_start)?;
                continue;
            }
            if session.ended().is_none() && !session.interrupt().is_requested() {
                session.console().message(&format!("stopped at {source}; later rows were not read"));
            }
            return Err(error);
        }
    }
    Ok(Dynamic::UNIT)
}

/// The codes of names that nobody can have, here or by the service's word.
const BAD_NAMES: [&str; 3] =
    [error_code::USER_ID_MISSING, error_code::EMAIL_INVALID, error_code::GROUP_INVALID_LIST];

/// What is wrong with a name in a row, if that is what ended its code: the row is refused, and the others are carried out.
/// Any other error is one of the code.
fn fault_of_name(error: &EvalAltResult) -> Option<CommandFault> {
    let EvalAltResult::ErrorRuntime(thrown, _) = error.unwrap_inner() else { return None };
    let thrown = thrown.read_lock::<Map>()?;
    let text = |key: &str| thrown.get(key).and_then(|value| value.clone().into_string().ok());
    let is_about_names = matches!(text("kind").as_deref(), Some("usage" | "rejected"));
    let given = text("code").filter(|_| is_about_names)?;
    let code = BAD_NAMES.into_iter().find(|code| *code == given)?;
    Some(CommandFault { step: 0, code, message: text("message").unwrap_or_default() })
}

fn condition(engine: &Engine, text: &str) -> Result<AST, Box<EvalAltResult>> {
    let mut ast = engine.compile_with_scope(&scope(Dynamic::UNIT), text).map_err(|error| {
        let message = format!("{CONDITION} {text}: {error}");
        thrown(&Error::usage(message), Position::NONE)
    })?;
    ast.set_source(CONDITION);
    Ok(ast)
}

fn truth(value: &Dynamic) -> Result<bool, Box<EvalAltResult>> {
    value.as_bool().map_err(|_| {
        let message = format!("{CONDITION} must be true or false, not {}", kind_of(value));
        let hint = "Compare something, as in row.department == \"Design\".";
        thrown(&Error::usage_with_hint(message, hint), Position::NONE)
    })
}

fn open(session: &Rc<Session>, rows: &RowSelection) -> Result<RowStream> {
    let path = tracked_files::input(session, &rows.file)?;
    let file = TableFile::open(session, &path, &TableOptions::default(), AcceptedFormat::Any)?;
    let stream = RowStream::with_bad_rows(file, session.interrupt())?;
    tracked_files::record_input(session, &path, stream.digest(), Some(stream.rows()))?;
    Ok(stream)
}
